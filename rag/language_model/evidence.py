"""What a language model may write from: the sentences chosen for a question, each under its own speaker (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from onrecord.rag.answers.runs import run_around
from onrecord.rag.questions.question import OVERVIEWS, QuestionKind
from onrecord.rag.reading.reader import Reading
from onrecord.rag.text.quotes import cite, overlap, turn_at
from onrecord.rag.types import Answer, Briefing, Citation, Span

# Kinds of question that are answered in sentences; the others are counted and listed by code, which needs no retelling.
WRITTEN: frozenset[QuestionKind] = OVERVIEWS | {"fact", "over_time"}
# Statements given to a model: more than it may need, fewer than a small one loses its way among. An overview holds the
# opening and every exchange of a page.
_MOST, _MOST_OF_A_BRIEFING = 10, 24
# A sentence that is less likely than this to answer is of no help.
_LEAST_LIKELY = 0.01
# Words of a question on record that tell what its reply is about.
_QUESTION_WORDS = 60


@dataclass(frozen=True, slots=True)
class Evidence:
    """A statement as it is given to a model: `citation.number` is the number it may be cited by, from 1.

    `asked` is the question on record that it replies to, where there is one: it is never cited.
    """

    citation: Citation
    asked: str = ""

    @property
    def number(self) -> int:
        """What it is cited by."""
        return self.citation.number

    @property
    def context(self) -> str:
        """All that is known of the statement beside its words: who, where, when, and to which question."""
        one = self.citation
        return " ".join(filter(None, (one.title, one.date, one.speaker, one.role, one.outlet, self.asked)))


def evidence_of(
    answer: Answer, kind: QuestionKind, reading: Reading, briefings: Mapping[str, Briefing]
) -> tuple[Evidence, ...]:
    """The statements for an answer: those it quotes, in its order; then, for a fact, the next likeliest.

    What was asked is no statement. Those of an answer over time are in order of date.

    Args:
        answer: without a language model.
        kind: of its question.
        reading: of the sentences that may be quoted for it.
        briefings: those of both, by id.
    """
    if answer.status != "answered" or kind not in WRITTEN:
        return ()
    chosen = [one for one in answer.citations if one.kind not in ("question", "moderation")]
    if kind == "fact":
        chosen += [one for one in _likely(reading, briefings) if not any(_same(one, other) for other in chosen)]
    if kind == "over_time":
        chosen.sort(key=lambda one: (one.date is None, one.date or ""))
    most = _MOST_OF_A_BRIEFING if kind in OVERVIEWS else _MOST
    return tuple(numbered(briefings, one, place) for place, one in enumerate(chosen[:most], start=1))


def numbered(briefings: Mapping[str, Briefing], citation: Citation, number: int) -> Evidence:
    """A citation as evidence under a number."""
    briefing = briefings[citation.briefing_id]
    cited = cite(
        number,
        briefing,
        citation.start,
        citation.end,
        language=citation.language,
        passage_id=citation.passage_id,
    )
    return Evidence(cited, _question_on_record(briefing, citation.start))


def _likely(reading: Reading, briefings: Mapping[str, Briefing]) -> Iterator[Citation]:
    """The runs of sentences that are likeliest to answer, none twice."""
    best = reading.best()
    taken: list[Citation] = []
    for sentence in best:
        if sentence.weight < _LEAST_LIKELY or len(taken) == _MOST:
            return
        passage = sentence.passage
        briefing = briefings[passage.briefing_id]
        span = run_around(sentence, briefing, best)
        one = cite(1, briefing, span.start, span.end, language=passage.language, passage_id=passage.id)
        if not any(_same(one, other) for other in taken):
            taken.append(one)
            yield one


def _same(one: Citation, other: Citation) -> bool:
    return one.briefing_id == other.briefing_id and overlap(Span(one.start, one.end), Span(other.start, other.end))


def _question_on_record(briefing: Briefing, start: int) -> str:
    """The question that the turn of a place replies to, in its last words where it is long."""
    turn = turn_at(briefing, start)
    exchange = next((one for one in briefing.exchanges if turn in one.answers), None)
    if exchange is None:
        return ""
    turns = (briefing.turns[place] for place in exchange.questions)
    words = " ".join(briefing.text[one.start : one.end] for one in turns).split()
    return " ".join(words[-_QUESTION_WORDS:])
