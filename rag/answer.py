"""From passages found to an answer: prose that leads with the words that answer, each quote a cited slice (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from onrecord.rag.leads import Leads
from onrecord.rag.questions import Names, Question, read_question
from onrecord.rag.quoting import Quotes
from onrecord.rag.selection import Candidate, SentenceScorer, candidates, run_around, score, terms_of
from onrecord.rag.types import Answer, Briefing, Hit, Span, Status
from onrecord.rag.wording import plain, wording

# Below this probability that the library answers the question, the answer says that nothing was found.
NOT_FOUND_BELOW = 0.5
# Statements quoted for one question, the first included; a second must score nearly as well and say something else.
_MOST_STATEMENTS = 3
_NEAR = 0.35
_SAME_WORDS = 0.6
_NEAREST_SHOWN = 2


def compose(
    question: str,
    hits: Sequence[Hit],
    sources: Mapping[str, Briefing],
    *,
    confidence: float,
    scorer: SentenceScorer,
    searched: tuple[int, int] = (0, 0),
    standalone: str | None = None,
    language: str | None = None,
) -> Answer:
    """Compose the answer to a question.

    Args:
        question: as typed.
        hits: the passages found, best first.
        sources: the briefings that the filters leave, by id; those of the hits at least.
        confidence: probability (0–1) that the passages answer the question.
        scorer: similarity of a question to sentences.
        searched: how many briefings and passages the filters left.
        standalone: the question without what it leans on in a conversation, where that differs.
        language: of the answer, "en" or "fr"; found in the question where None.

    Returns:
        an answer in the question's language whose every quote is `briefing.text[start:end]`. `seconds` is empty.
    """
    asked = read_question(standalone or question, _names(sources), language=language)
    writer = _Writer(asked, hits, sources, scorer, confidence, searched)
    status, text = writer.answer()
    return Answer(
        question=question,
        standalone_question=standalone or question,
        status=status,
        confidence=confidence,
        language=asked.language,
        text=text,
        citations=writer.quotes.citations if status != "not_found" else (),
        hits=tuple(hits),
        searched_briefings=searched[0],
        searched_passages=searched[1],
    )


def _names(sources: Mapping[str, Briefing]) -> Names:
    speakers: dict[str, None] = {}
    outlets: dict[str, None] = {}
    for briefing in sources.values():
        for turn in briefing.turns:
            if turn.speaker:
                speakers.setdefault(turn.speaker)
            if turn.outlet:
                outlets.setdefault(turn.outlet)
        for reported in briefing.reported:
            if reported.speaker:
                speakers.setdefault(reported.speaker)
    return Names(tuple(speakers), tuple(outlets))


class _Writer:
    """Writes one answer."""

    def __init__(
        self,
        question: Question,
        hits: Sequence[Hit],
        sources: Mapping[str, Briefing],
        scorer: SentenceScorer,
        confidence: float,
        searched: tuple[int, int],
    ) -> None:
        self.question = question
        self.hits = hits
        self.sources = sources
        self.scorer = scorer
        self.confidence = confidence
        self.searched = searched
        self.words = wording(question.language)
        self.quotes = Quotes(question.language, sources, [hit.passage for hit in hits])
        self.leads = Leads(question.language, sources)

    def answer(self) -> tuple[Status, str]:
        scored = score(candidates(self.hits, self.sources, self.question), self.question, self.sources, self.scorer)
        if not scored or self.confidence < NOT_FOUND_BELOW:
            return "not_found", self.nothing(scored)
        return "answered", " ".join(self.statement(span, c) for c, span in self.statements(scored))

    def statements(self, scored: Sequence[Candidate]) -> list[tuple[Candidate, Span]]:
        """The best statement and the further ones that add something, each as a run of whole sentences."""
        best = scored[0]
        chosen = [(best, run_around(best, self.sources[best.passage.briefing_id], scored))]
        for candidate in scored[1:]:
            if len(chosen) == _MOST_STATEMENTS or candidate.score < best.score - _NEAR:
                break
            if all(self._adds(candidate, other, span) for other, span in chosen):
                chosen.append((candidate, run_around(candidate, self.sources[candidate.passage.briefing_id], scored)))
        return chosen

    def _adds(self, candidate: Candidate, other: Candidate, span: Span) -> bool:
        same_place = candidate.passage.briefing_id == other.passage.briefing_id
        if same_place and candidate.span.start < span.end and span.start < candidate.span.end:
            return False
        text = self.sources[other.passage.briefing_id].text[span.start : span.end]
        mine = terms_of(candidate.text, candidate.passage.language)
        theirs = terms_of(text, other.passage.language)
        return len(mine & theirs) < _SAME_WORDS * max(1, min(len(mine), len(theirs)))

    def statement(self, span: Span, candidate: Candidate) -> str:
        citation = self.quotes.cite(candidate.passage.briefing_id, span)
        return self.leads.lead(citation) + self.quotes.quote(candidate.passage.briefing_id, span)

    def nothing(self, scored: Sequence[Candidate]) -> str:
        """What was searched, and the nearest passages named without a citation."""
        briefings, _ = self.searched
        count = self.words.searched_one if briefings == 1 else self.words.searched_many.format(briefings=briefings)
        text = self.words.nothing.format(searched=count)
        places = []
        for candidate in scored[:_NEAREST_SHOWN]:
            briefing = self.sources[candidate.passage.briefing_id]
            speaker = plain(candidate.passage.speaker or "")
            places.append(self.words.nearest_by.format(speaker=speaker) if speaker else plain(briefing.title))
        if places:
            text += " " + self.words.nearest.format(places="; ".join(dict.fromkeys(places)))
        return text
