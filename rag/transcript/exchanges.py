"""Questions linked with their answers (pure)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from onrecord.rag.languages import language
from onrecord.rag.transcript.kinds import ASKS
from onrecord.rag.types import Exchange, Span, Turn

_FOLLOWS_UP = re.compile(
    r"^\W*(?:and|but|so|then|just|also|well|okay|right|sorry|wait|why|how|which|what about|if I (?:may|could|can)"
    r"|et|mais|donc|alors|juste|pourquoi|comment)\b",
    re.IGNORECASE,
)
_FOLLOW_UP = re.compile(r"\bfollow(?:ing)?[- ]up\b|\bpour (?:compléter|préciser|revenir)\b|\brelance\b", re.IGNORECASE)
# A question that was written down with a full stop.
_UNMARKED = re.compile(
    r"\W*(?:(?:and|so|but|et|mais)\s+)?(?:what|how|why|when|where|who|which|quel\w*|comment|pourquoi|combien)\b(?:\s+\w+){0,2}?\s+"
    r"(?:is|are|was|were|do|does|did|will|would|can|could|should|has|have|est|sont|allez|pouvez|comptez)\b",
    re.IGNORECASE,
)
_CALLS_ON = re.compile(
    r"\b(?:go ahead|go on|yes, \w+|next|over here|in the back|allez-y|à vous)\b[^.?!]*[.?!—]?$", re.IGNORECASE
)
# A follow-up says so in its first words.
_OPENING = 80
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


def exchanges_of(text: str, turns: Sequence[Turn], language: str) -> tuple[Exchange, ...]:
    """Link questions with their answers.

    Args:
        text: the briefing's text.
        turns: its turns with their kinds.
        language: its language, for the ends of sentences.

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
        asked = tuple(span for place in questions for span in asked_in(text, turns[place], language))
        follows = None if moderated else _follows(text, turns, exchanges, questions[0])
        exchanges.append(Exchange(tuple(questions), tuple(answers), asked, follows))
    return tuple(exchanges)


def _follows(text: str, turns: Sequence[Turn], exchanges: Sequence[Exchange], question: int) -> int | None:
    """The exchange before, where the same asker goes on; unnamed reporters are judged by their first words."""
    if not exchanges:
        return None
    before = exchanges[-1]
    asker, previous = turns[question], turns[before.questions[-1]]
    if asker.speaker and (asker.speaker == previous.speaker or previous.speaker):
        return len(exchanges) - 1 if asker.speaker == previous.speaker else None
    if before.answers and _calls_on(text[turns[before.answers[-1]].start : turns[before.answers[-1]].end]):
        return None
    opening = text[asker.start : min(asker.end, asker.start + _OPENING)]
    return len(exchanges) - 1 if _FOLLOWS_UP.match(opening) or _FOLLOW_UP.search(opening) else None


def _calls_on(answer: str) -> bool:
    """Whether an answer ends by giving the floor, as "Go ahead, Anna." does."""
    return bool(_CALLS_ON.search(answer.rstrip()[-60:]))


def asked_in(text: str, turn: Turn, code: str) -> tuple[Span, ...]:
    """The single questions inside a question turn, as spans of whole sentences; all of it where none ends in "?"."""
    spans = [
        Span(turn.start + span.start, turn.start + span.end)
        for span in language(code).sentences(text[turn.start : turn.end])
    ]
    asked: list[Span] = []
    for position, span in enumerate(spans):
        words = text[span.start : span.end]
        if not words.rstrip('"”’» )').endswith("?") and not _UNMARKED.match(words):
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
    phrased = [span for span in spans if ASKS.search(text[span.start : span.end])]
    return tuple(phrased) or (Span(turn.start, turn.end),)
