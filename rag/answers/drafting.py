"""What every part of an answer is written with: the question, the passages, and the quotes made so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from onrecord.rag.answers.leads import Leads
from onrecord.rag.answers.quoting import Quotes
from onrecord.rag.answers.selection import Meeting, SentenceScorer
from onrecord.rag.languages.wording import Wording
from onrecord.rag.people.matching import matching_names
from onrecord.rag.questions.question import Question
from onrecord.rag.types import Briefing, Filters, Hit, Span, Turn


@dataclass(frozen=True, slots=True)
class Draft:
    """One answer while it is written; `quotes` and `leads` remember what has been quoted and who spoke last."""

    question: Question
    hits: Sequence[Hit]
    sources: Mapping[str, Briefing]
    scorer: SentenceScorer
    meeting: Meeting
    filters: Filters
    searched: tuple[int, int]
    words: Wording
    quotes: Quotes
    leads: Leads

    def statement(self, briefing_id: str, *spans: Span) -> str:
        """A quote of slices of one turn, with what leads to it: who said it, to whom, when."""
        citation = self.quotes.cite(briefing_id, spans[0])
        return self.leads.lead(citation) + self.quotes.quote(briefing_id, *spans)

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
        filters = self.filters
        pairs = ((filters.speaker, turn.speaker), (filters.role, turn.role), (filters.outlet, turn.outlet))
        if any(wanted and not (held and matching_names(wanted, [held])) for wanted, held in pairs):
            return False
        if filters.kind and turn.kind != filters.kind:
            return False
        return not self.question.speakers or self.question.wants(turn.speaker)
