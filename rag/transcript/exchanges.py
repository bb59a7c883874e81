"""Questions linked with their answers (pure)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from onrecord.rag.languages import language
from onrecord.rag.languages.speech import SpeechPhrases
from onrecord.rag.types import Exchange, Span, Turn

# A follow-up says so in its first words.
_OPENING = 80
# The last words of an answer, where the floor may be given to somebody else, in characters.
_CLOSING = 60
# A question tag ("Right?") is at most this many words.
_TAG_WORDS = 3
# Somebody answers "mostly" with more than this share of all the words answered.
_MOSTLY = 0.5


def answerer_of(turns: Sequence[Turn]) -> Turn | None:
    """The turn of the one who answers most of the questions, or None where nobody clearly does."""
    weights: Counter[str] = Counter()
    for turn in turns:
        if turn.kind == "answer" and turn.speaker:
            weights[turn.speaker] += turn.end - turn.start
    if not weights:
        return None
    (name, weight), *_ = weights.most_common(1)
    if weight <= _MOSTLY * sum(weights.values()):
        return None
    return next(turn for turn in turns if turn.speaker == name)


def exchanges_of(text: str, turns: Sequence[Turn], code: str, speech: SpeechPhrases) -> tuple[Exchange, ...]:
    """Link questions with their answers.

    Args:
        text: the briefing's text.
        turns: its turns with their kinds.
        code: of its language, for the ends of sentences.
        speech: how people ask and give each other the floor, in the languages of the text.

    Returns:
        exchanges in order; questions that nobody answered make one with no answers.
    """
    groups: list[tuple[list[int], list[int], bool]] = []
    # Whether a chair spoke since the last answer or question, and so gave the floor to somebody else.
    passed = False
    for place, turn in enumerate(turns):
        if turn.kind == "question":
            if not groups or groups[-1][1] or passed:
                groups.append(([], [], passed))
            groups[-1][0].append(place)
            passed = False
        elif turn.kind == "answer" and groups:
            groups[-1][1].append(place)
            passed = False
        elif turn.kind == "moderation":
            passed = True
    exchanges: list[Exchange] = []
    for questions, answers, moderated in groups:
        asked = tuple(span for place in questions for span in asked_in(text, turns[place], code, speech))
        follows = None if moderated else _follows(text, turns, exchanges, questions[0], speech)
        exchanges.append(Exchange(tuple(questions), tuple(answers), asked, follows))
    return tuple(exchanges)


def _follows(
    text: str, turns: Sequence[Turn], exchanges: Sequence[Exchange], question: int, speech: SpeechPhrases
) -> int | None:
    """The exchange before, where the same asker goes on; unnamed reporters are judged by their first words."""
    if not exchanges:
        return None
    before = exchanges[-1]
    asker, previous = turns[question], turns[before.questions[-1]]
    if asker.speaker and (asker.speaker == previous.speaker or previous.speaker):
        return len(exchanges) - 1 if asker.speaker == previous.speaker else None
    if before.answers and _calls_on(text[turns[before.answers[-1]].start : turns[before.answers[-1]].end], speech):
        return None
    opening = text[asker.start : min(asker.end, asker.start + _OPENING)]
    return len(exchanges) - 1 if speech.follow_up_opening.match(opening) or speech.follow_up.search(opening) else None


def _calls_on(answer: str, speech: SpeechPhrases) -> bool:
    """Whether an answer ends by giving the floor, as "Go ahead, Anna." does."""
    closing = answer.rstrip()[-_CLOSING:]
    ends = [closing.rfind(mark, 0, len(closing) - 1) for mark in ".?!"]
    return bool(speech.gives_floor.search(closing, max(ends) + 1))


def asked_in(text: str, turn: Turn, code: str, speech: SpeechPhrases) -> tuple[Span, ...]:
    """The single questions inside a question turn, as spans of whole sentences; all of it where none ends in "?"."""
    spans = [
        Span(turn.start + span.start, turn.start + span.end)
        for span in language(code).sentences(text[turn.start : turn.end])
    ]
    asked: list[Span] = []
    for position, span in enumerate(spans):
        words = text[span.start : span.end]
        if not words.rstrip('"”’» )').endswith("?") and not speech.question_opening.match(words):
            continue
        if len(words.split()) > _TAG_WORDS:
            asked.append(span)
        elif asked and asked[-1].end == spans[position - 1].end:
            asked[-1] = replace(asked[-1], end=span.end)
        else:
            # "Are you?" asks what the sentence before it says.
            asked.append(Span(spans[max(0, position - 1)].start, span.end))
    if asked:
        return tuple(asked)
    phrased = [span for span in spans if speech.asks.search(text[span.start : span.end])]
    return tuple(phrased) or (Span(turn.start, turn.end),)
