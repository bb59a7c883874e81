"""Quotes on their way into an answer: exact slices with numbered citations, and nothing else inside quotation marks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from onrecord.rag.answers.spans import language_of, words_at
from onrecord.rag.languages import Language
from onrecord.rag.text.quotes import cite
from onrecord.rag.types import Briefing, Citation, Passage, Quote, Span

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
        return Quote(tuple(citation.number for citation in cited), note, self._language.wording.marks)

    def cite(self, briefing_id: str, span: Span) -> Citation:
        """The citation of a slice, without the blanks and the pair of quotation marks around it."""
        briefing = self._sources[briefing_id]
        span = bare_span(briefing.text, span)
        key = (briefing_id, span.start, span.end)
        if key not in self._citations:
            holding = (p for p in self._passages if p.briefing_id == briefing_id and p.start <= span.start < p.end)
            passage = next(holding, None)
            code = language_of(words_at(briefing, span), passage.language if passage else briefing.language)
            number = len(self._citations) + 1
            passage_id = passage.id if passage else 0
            cited = cite(number, briefing, span.start, span.end, language=code, passage_id=passage_id)
            self._citations[key] = cited
        return self._citations[key]


def bare_span(text: str, span: Span) -> Span:
    """A slice without blanks at its ends and without a pair of quotation marks that wraps all of it."""
    start, end = span.start, span.end
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    if end - start > 2 and text[start] in _OPENING and text[end - 1] in _CLOSING:
        inner = text[start + 1 : end - 1]
        if inner.strip() and not any(mark in inner for mark in _OPENING + _CLOSING):
            return bare_span(text, Span(start + 1, end - 1))
    return Span(start, end)
