"""What became of the questions on record: the sentence of each reply, and whether it answers or leaves open (pure).

An overview, the questions left open, the card of a briefing and the list of the desk all take it from here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from onrecord.rag.answers.asked import what_was_asked
from onrecord.rag.answers.quoting import bare_span
from onrecord.rag.answers.spans import words_at
from onrecord.rag.languages import language
from onrecord.rag.passages import passages_in, passages_of
from onrecord.rag.reading.reader import Reading, Reads, ReadSentence
from onrecord.rag.text.quotes import turn_at
from onrecord.rag.types import Briefing, Exchange, JudgedQuestion, Passage, QuestionOutcome, Span

# From this share on that the reply leaves the question open rather than answers it, it is said to, provided that one of
# its sentences holds so much of the probability and leaves it open: whoever is said to have left a question open is
# named. Chosen and measured by benchmarks/left_open.py (docs/quality.md).
LEFT_OPEN_FROM, LEFT_OPEN_SAID = 0.7, 0.4
# Below this share it answers; what lies between is not said to be either.
ANSWERED_BELOW = 0.5
# Telling words that thanks or a greeting have at most ("Thank you so much for the question, Ida.").
_COURTEOUS = 2
# Characters before the word that thanks or greets ("Muchas gracias").
_BEFORE_THANKS = 12
# Words of a question that the reader takes in (72 tokens, of which a word has one and a half).
_LAST_WORDS = 45


@dataclass(frozen=True, slots=True)
class Reply:
    """The sentence of a reply that answers its question, or leaves it open.

    `open_share` (0–1) is how much likelier it is that the reply leaves the question open than that it answers: the
    probability of the one over that of both. `open_said` (0–1) is how much of that of both the sentence that leaves it
    open holds, if one does.
    """

    sentence: ReadSentence
    open_share: float
    open_said: float

    @property
    def outcome(self) -> QuestionOutcome:
        """What became of the question."""
        if self.open_share >= LEFT_OPEN_FROM and self.open_said >= LEFT_OPEN_SAID:
            return "left_open"
        return "answered" if self.open_share < ANSWERED_BELOW else "unclear"

    @property
    def sure(self) -> float:
        """How sure it is (0.5–1) that the reply answers, or that it leaves open."""
        return max(self.open_share, 1 - self.open_share)


def reply_to(
    read: Reads,
    briefing: Briefing,
    passages: Sequence[Passage],
    exchange: Exchange,
    wordings: Sequence[str],
    people: Collection[str] = (),
) -> Reply | None:
    """What is replied in an exchange to a question, as the reader has it; None without a reply.

    The question is read in each of its wordings, and what speaks most for an answer counts: a reader errs more often
    for a question that leans on what was said before it. `passages` are those of the briefing. Where some of the
    people reply, theirs are the only words.
    """
    replying = [position for position in exchange.answers if briefing.turns[position].speaker in people]
    turns = replying or exchange.answers
    held = passages_in(briefing, passages, turns)
    replies = [_reply(read(" ".join(wording.split()), held), turns) for wording in dict.fromkeys(wordings)]
    return min(filter(None, replies), key=lambda reply: reply.open_share, default=None)


def _reply(reading: Reading, turns: Collection[int]) -> Reply | None:
    said = [sentence for sentence in reading.sentences if sentence.turn in turns]
    sentences = [sentence for sentence in said if not _is_courtesy(sentence)] or said
    if not sentences:
        return None
    answers = sum(sentence.answers for sentence in sentences)
    opens = sum(sentence.leaves_open for sentence in sentences)
    if opens > answers:
        best = max(sentences, key=lambda sentence: sentence.leaves_open)
    else:
        best = max(sentences, key=lambda sentence: sentence.answers)
    whole = (opens + answers) or 1.0
    return Reply(best, opens / whole, max(sentence.leaves_open for sentence in sentences) / whole)


def _is_courtesy(sentence: ReadSentence) -> bool:
    """Whether a sentence but thanks or greets ("Thank you so much for the question.")."""
    words = language(sentence.passage.language)
    found = words.speech.courtesies.search(sentence.text)
    return (
        found is not None
        and found.start() <= _BEFORE_THANKS
        and not words.speech.first_person.search(sentence.text)
        and len(words.telling_terms(sentence.text)) <= _COURTEOUS
    )


def wordings_of(briefing: Briefing, asked: Sequence[Span]) -> tuple[str, ...]:
    """Questions on record as they are read: alone, and after what their asker said before the last of them."""
    alone = " ".join(" ".join(words_at(briefing, span) for span in asked).split())
    turn = turn_at(briefing, asked[-1].start)
    if turn is None:
        return (alone,)
    return alone, after_words(briefing.text[briefing.turns[turn].start : asked[-1].end])


def after_words(said: str) -> str:
    """The end of what an asker said, as long as the reader takes a question."""
    return " ".join(said.split()[-_LAST_WORDS:])


def questions_put(briefing: Briefing) -> list[tuple[int, Span]]:
    """Every single question of a briefing with the position of its exchange, in order."""
    pairs = [
        (place, span)
        for place, exchange in enumerate(briefing.exchanges)
        for span in what_was_asked(briefing, exchange)
    ]
    return [(place, bare_span(briefing.text, span)) for place, span in pairs]


def judged_questions(briefing: Briefing, read: Reads) -> Iterator[JudgedQuestion]:
    """Every question that is put in a briefing with what became of it, in order, each read when it is asked for."""
    passages = passages_of(briefing)
    for place, asked in questions_put(briefing):
        wordings = wordings_of(briefing, [asked])
        reply = reply_to(read, briefing, passages, briefing.exchanges[place], wordings)
        if reply is None:
            yield JudgedQuestion(place, asked, None, "no_reply", 1.0)
        else:
            said = bare_span(briefing.text, reply.sentence.span)
            yield JudgedQuestion(place, asked, said, reply.outcome, round(reply.sure, 3))
