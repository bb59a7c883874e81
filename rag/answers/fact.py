"""What was said: the statements that answer best, each quoted with who said it; or that it was left open."""

from __future__ import annotations

from collections.abc import Sequence

from onrecord.rag.answers.drafting import Draft, Written, paragraph
from onrecord.rag.answers.runs import reported_part, run_around
from onrecord.rag.answers.selection import Candidate, terms_of
from onrecord.rag.answers.spans import words_at
from onrecord.rag.answers.unanswered import asked_not_answered
from onrecord.rag.types import Piece, Span

# Statements quoted for one question, the first included; a further one scores nearly as well and says something else.
_MOST_STATEMENTS = 3
_NEAR = 0.3
_SAME_WORDS = 0.6


def fact(draft: Draft, scored: Sequence[Candidate]) -> Written:
    """The best statement and the further ones that add something; an exchange that left just this open before them."""
    unanswered = asked_not_answered(draft, scored)
    return unanswered or Written((paragraph(_statement(draft, c, span) for c, span in _statements(draft, scored)),))


def _statements(draft: Draft, scored: Sequence[Candidate]) -> list[tuple[Candidate, Span]]:
    """The statements to quote, each as a run of whole sentences."""
    chosen: list[tuple[Candidate, Span]] = []
    for candidate in scored:
        if len(chosen) == _MOST_STATEMENTS or candidate.score < scored[0].score - _NEAR:
            break
        span = run_around(candidate, draft.sources[candidate.passage.briefing_id], scored)
        if all(_adds(draft, candidate, span, other, taken) for other, taken in chosen):
            chosen.append((candidate, span))
    return chosen


def _statement(draft: Draft, candidate: Candidate, span: Span) -> tuple[Piece, ...]:
    """A statement quoted: of a report, the words of the person asked for."""
    briefing = draft.sources[candidate.passage.briefing_id]
    reported = reported_part(briefing, span, draft.question)
    return draft.statement(briefing.id, reported or span)


def _adds(draft: Draft, candidate: Candidate, span: Span, other: Candidate, taken: Span) -> bool:
    """Whether a run of sentences says something else than one chosen already."""
    mine, theirs = draft.sources[candidate.passage.briefing_id], draft.sources[other.passage.briefing_id]
    if mine.id == theirs.id and span.start < taken.end and taken.start < span.end:
        return False
    terms = terms_of(candidate.text, candidate.passage.language)
    said = terms_of(words_at(theirs, taken), other.passage.language)
    return len(terms & said) < _SAME_WORDS * max(1, min(len(terms), len(said)))
