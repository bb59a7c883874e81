"""What every way of answering writes with: the question, the passages, and the quotes made so far."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from onrecord.rag.answers.leads import Leads
from onrecord.rag.answers.quoting import Quotes
from onrecord.rag.answers.selection import asks, introduces, whose
from onrecord.rag.languages import Language, language
from onrecord.rag.languages.wording import Wording
from onrecord.rag.passages import passages_in, passages_of
from onrecord.rag.people.matching import matching_names
from onrecord.rag.people.names import read_name
from onrecord.rag.questions.followup import words_shown
from onrecord.rag.questions.question import Question
from onrecord.rag.reading.certainty import certainty
from onrecord.rag.reading.reader import Reading, Reads, ReadSentence
from onrecord.rag.retrieval.subject import Subject
from onrecord.rag.text.quotes import reported_at
from onrecord.rag.transcript.turns import is_direction
from onrecord.rag.types import Briefing, Filters, Hit, Part, Passage, Piece, Span, Status, Turn, Words, each_of


@dataclass(frozen=True, slots=True)
class Drafted:
    """What a way of answering has written.

    `confidence` (0–1) is that the library answers, where code or the reading of whole exchanges says so rather than the
    passages found.
    """

    parts: tuple[Part, ...]
    status: Status = "answered"
    confidence: float | None = None


@dataclass(frozen=True)
class Draft:
    """One answer while it is written; `quotes` and `leads` remember what has been quoted and who spoke last.

    `hits` are the passages found, best first, and `sources` briefings by id: those of the hits at least; all that the
    filters leave where the question's kind is in `questions.WHOLE_LIBRARY`. `searched` is how many briefings and
    passages they left. `reading` is what the passages found say to the question; `read` reads others.
    `called` are the people whom the filter by speaker means, None where there is no such filter.
    `subject` is how far what the question is about occurs in what was found.
    """

    question: Question
    hits: Sequence[Hit]
    sources: Mapping[str, Briefing]
    searched: tuple[int, int]
    reading: Reading
    read: Reads
    filters: Filters = field(default_factory=Filters)
    called: frozenset[str] | None = None
    subject: Subject = field(default_factory=Subject)

    @cached_property
    def language(self) -> Language:
        """The answer's."""
        return language(self.question.answer_language)

    @cached_property
    def quotes(self) -> Quotes:
        """The quotes made so far."""
        return Quotes(self.language, self.sources, [hit.passage for hit in self.hits])

    @cached_property
    def leads(self) -> Leads:
        """What leads to quotes."""
        return Leads(self.language, self.sources)

    @property
    def words(self) -> Wording:
        """The words of the answer's language."""
        return self.language.wording

    def statement(self, briefing_id: str, *spans: Span) -> tuple[Piece, ...]:
        """A quote of slices of one turn, with what leads to it: who said it, to whom, when."""
        return self.led(self.leads.lead(self.quotes.cite(briefing_id, spans[0])), briefing_id, *spans)

    def led(self, lead: str, briefing_id: str, *spans: Span) -> tuple[Piece, ...]:
        """A quote of slices of one turn behind words that lead to it."""
        return Words(lead), self.quotes.quote(briefing_id, *spans)

    def briefings_searched(self) -> str:
        """ "the 2 briefings searched (63 passages)", in the answer's language."""
        briefings, passages = self.searched
        template = self.words.searched_one if briefings == 1 else self.words.searched_many
        return template.format(briefings=briefings, passages=passages)

    def in_order(self) -> list[Briefing]:
        """The briefings by date, undated ones last, those of one date as they were added."""
        return sorted(self.sources.values(), key=lambda briefing: (briefing.date is None, briefing.date or ""))

    def wants(self, turn: Turn) -> bool:
        """Whether the question and the filters leave room for a turn's speaker, role, outlet and kind."""
        return self.passes(turn) and self.may_list(turn.speaker)

    def passes(self, turn: Turn) -> bool:
        """Whether the filters leave room for a turn's speaker, role, outlet and kind."""
        filters = self.filters
        for wanted, held in ((each_of(filters.role), turn.role), (each_of(filters.outlet), turn.outlet)):
            if wanted is not None and not (held and any(matching_names(one, [held]) for one in wanted)):
                return False
        kinds = each_of(filters.kind)
        if kinds is not None and turn.kind not in kinds:
            return False
        return self._passes(turn.speaker)

    def may_list(self, speaker: str | None) -> bool:
        """Whether the question and the filter by speaker leave room for somebody's words."""
        return self._passes(speaker) and (not self.question.sayers or self.question.wants(speaker))

    @cached_property
    def quotable(self) -> Reading:
        """The reading of those sentences alone that may be quoted as an answer.

        Who asks answers nothing, and who gives the floor hardly ever. What was just quoted is no reason for itself.
        """
        return self.reading.only(self._states)

    @cached_property
    def subject_terms(self) -> frozenset[str]:
        """The stems of what the question is about: without those of whose words it wants."""
        words = language(self.question.language)
        names = {term for name in self.question.named_as for term in words.telling_terms(name)}
        return frozenset(words.telling_terms(self.question.text)) - names

    def certainty(self, reading: Reading) -> float:
        """The probability (0–1) that a part of the reading answers the question."""
        return certainty(reading, self.subject)

    def _states(self, sentence: ReadSentence) -> bool:
        if is_direction(sentence.text) or asks(sentence.text) or introduces(sentence):
            return False
        if any(sentence.text in words for words in self._asked_why):
            return False
        return self.may_quote(sentence)

    @cached_property
    def _asked_why(self) -> tuple[str, ...]:
        """The words that the answer before quoted, where the reason for something is asked."""
        question = self.question
        return words_shown(question.history[-1][1]) if question.history and question.wanted == "reason" else ()

    def passages(self, briefing: Briefing, turns: Iterable[int]) -> list[Passage]:
        """The passages of a briefing that hold words of some of its turns, in order."""
        return passages_in(briefing, self.passages_of(briefing), turns)

    def passages_of(self, briefing: Briefing) -> tuple[Passage, ...]:
        """The passages of a briefing, cut once."""
        if briefing.id not in self._passages:
            self._passages[briefing.id] = passages_of(briefing)
        return self._passages[briefing.id]

    @cached_property
    def _passages(self) -> dict[str, tuple[Passage, ...]]:
        return {}

    def may_quote(self, sentence: ReadSentence) -> bool:
        """Whether a sentence may be quoted.

        It may not where the filter or the question wants somebody else's words alone, and a namesake's never stand for
        those of whom the question names.
        """
        briefing, question = self.sources[sentence.passage.briefing_id], self.question
        inner = reported_at(briefing, sentence.span.start, sentence.span.end)
        speaker = inner.speaker if inner else sentence.passage.speaker
        if not self._passes(speaker):
            return False
        if self.theirs_alone:
            return whose(sentence, briefing, question) != "no"
        return not question.explicit or question.may_want(speaker) or not self._is_namesake(speaker)

    def _passes(self, speaker: str | None) -> bool:
        return self.called is None or speaker in self.called

    def _is_namesake(self, speaker: str | None) -> bool:
        return speaker is not None and read_name(speaker).surname in {
            read_name(name).surname for name in self.question.sayers
        }

    @property
    def theirs_alone(self) -> bool:
        """Whether nobody's words will do but those of the person the question names."""
        question = self.question
        return bool(question.sayers) and (question.literal or question.kind in ("mentions", "over_time"))


def line(words: str) -> Part:
    """A line of an answer that quotes nothing."""
    return Part((Words(words),))


def paragraph(statements: Iterable[Iterable[Piece]]) -> Part:
    """Statements one behind the other, with a blank between them."""
    pieces: list[Piece] = []
    for statement in statements:
        for piece in ([Words(" ")] if pieces else []) + [*statement]:
            last = pieces[-1] if pieces else None
            if isinstance(piece, Words) and isinstance(last, Words):
                pieces[-1] = Words(last.text + piece.text)
            else:
                pieces.append(piece)
    return Part(tuple(pieces))
