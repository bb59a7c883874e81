"""Quotes on their way into an answer: exact slices with numbered citations, and nothing else inside quotation marks."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace

from onrecord.rag.answers.spans import language_of
from onrecord.rag.languages import Language
from onrecord.rag.text.quotes import second_at
from onrecord.rag.types import Briefing, Citation, Passage, Quote, Reported, Span, Turn

_OPENING, _CLOSING = '“«"„', '”»"'


class Quotes:
    """The quotes of one answer, numbered in order of first use. The same slice keeps its number."""

    def __init__(self, language: Language, sources: Mapping[str, Briefing], passages: Sequence[Passage] = ()) -> None:
        self._language = language
        self._sources = sources
        self._passages = tuple(passages)
        self._citations: dict[tuple[str, int, int], Citation] = {}

    @property
    def citations(self) -> tuple[Citation, ...]:
        """All citations made so far, in order of their numbers."""
        return tuple(self._citations.values())

    def quote(self, briefing_id: str, *spans: Span) -> Quote:
        """Quote slices of one turn, with their language where it is not the answer's."""
        cited = [self.cite(briefing_id, span) for span in spans]
        foreign = next((c.language for c in cited if c.language != self._language.code), None)
        note = self._language.wording.language(foreign) if foreign else ""
        return Quote(tuple(citation.number for citation in cited), note)

    def cite(self, briefing_id: str, span: Span) -> Citation:
        """The citation of a slice, without the blanks and the pair of quotation marks around it."""
        briefing = self._sources[briefing_id]
        span = bare_span(briefing.text, span)
        key = (briefing_id, span.start, span.end)
        if key not in self._citations:
            self._citations[key] = citation_of(briefing, span, len(self._citations) + 1, self._passages)
        return self._citations[key]


def citation_of(briefing: Briefing, span: Span, number: int, passages: Sequence[Passage] = ()) -> Citation:
    """The citation of one slice of a briefing: words of a reported person are theirs, not the turn's speaker's."""
    turn = turn_at(briefing, span)
    said_by = reported_at(briefing, span)
    passage = next(
        (p for p in passages if p.briefing_id == briefing.id and p.start <= span.start < p.end),
        None,
    )
    quote = briefing.text[span.start : span.end]
    citation = Citation(
        number=number,
        briefing_id=briefing.id,
        title=briefing.title,
        date=briefing.date,
        url=briefing.url,
        file=briefing.file,
        speaker=turn.speaker if turn else None,
        role=turn.role if turn else None,
        kind=turn.kind if turn else "report",
        start=span.start,
        end=span.end,
        quote=quote,
        outlet=turn.outlet if turn else None,
        language=language_of(quote, passage.language if passage else briefing.language),
        passage_id=passage.id if passage else 0,
        inferred=turn.inferred if turn else False,
        seconds=second_at(briefing, span.start),
    )
    if said_by:
        return replace(
            citation, speaker=said_by.speaker, role=said_by.role, kind="reported", outlet=None, inferred=False
        )
    return citation


def turn_at(briefing: Briefing, span: Span) -> Turn | None:
    """The turn that holds the start of a slice; None where there is none."""
    position = turn_position(briefing, span)
    return None if position is None else briefing.turns[position]


def turn_position(briefing: Briefing, span: Span) -> int | None:
    """The position in `briefing.turns` of the turn that holds the start of a slice."""
    position = bisect_right(briefing.turns, span.start, key=lambda turn: turn.start) - 1
    if position >= 0 and span.start < briefing.turns[position].end:
        return position
    return None


def reported_at(briefing: Briefing, span: Span) -> Reported | None:
    """The quotation of somebody's words, inside other text, that holds a whole slice."""
    return next((r for r in briefing.reported if r.start <= span.start and span.end <= r.end), None)


def bare_span(text: str, span: Span) -> Span:
    """A slice without blanks at its ends and without a pair of quotation marks that wraps all of it."""
    start, end = span.start, span.end
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    if end - start > 2 and text[start] in _OPENING and text[end - 1] in _CLOSING:
        inner = text[start + 1 : end - 1]
        if not any(mark in inner for mark in _OPENING + _CLOSING):
            return bare_span(text, Span(start + 1, end - 1))
    return Span(start, end)
