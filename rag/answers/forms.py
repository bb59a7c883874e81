"""The two forms of an answer told apart: its quotes, and what a language model wrote beside them (pure)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from onrecord.rag.types import Answer, Citation, Part, Words


def quotes_alone(answer: Answer) -> Answer:
    """The answer as it is without the written form, and without the citations that this alone points at."""
    if answer.written is None:
        return answer
    behind = {citation.number for citation in written_only(answer)}
    own = tuple(citation for citation in answer.citations if citation.number not in behind)
    return replace(answer, citations=own, written=None)


def written_only(answer: Answer) -> tuple[Citation, ...]:
    """The citations that the written form points at and the quotes do not, in order."""
    if answer.written is None:
        return ()
    behind = _pointed_at(answer.written.parts) - _pointed_at(answer.parts)
    return tuple(citation for citation in answer.citations if citation.number in behind)


def with_written_of(quotes: Answer, other: Answer) -> Answer:
    """An answer of quotes with the written form of another one beside it.

    What this cites gets the number that the same slice has among the quotes' citations, or one behind all of them.
    """
    if other.written is None:
        return quotes
    citations = list(quotes.citations)
    known = {_slice(citation): citation.number for citation in citations}
    numbers: dict[int, int] = {}
    pointed = _pointed_at(other.written.parts)
    for citation in other.citations:
        if citation.number not in pointed:
            continue
        if _slice(citation) not in known:
            known[_slice(citation)] = max(known.values(), default=0) + 1
            citations.append(replace(citation, number=known[_slice(citation)]))
        numbers[citation.number] = known[_slice(citation)]
    parts = tuple(_renumbered(part, numbers) for part in other.written.parts)
    return replace(quotes, citations=tuple(citations), written=replace(other.written, parts=parts))


def _pointed_at(parts: Iterable[Part]) -> set[int]:
    pieces = (piece for part in parts for piece in part.pieces if not isinstance(piece, Words))
    return {number for piece in pieces for number in piece.citations}


def _slice(citation: Citation) -> tuple[str, int, int]:
    return citation.briefing_id, citation.start, citation.end


def _renumbered(part: Part, numbers: dict[int, int]) -> Part:
    pieces = tuple(
        piece if isinstance(piece, Words) else replace(piece, citations=tuple(numbers[n] for n in piece.citations))
        for piece in part.pieces
    )
    return replace(part, pieces=pieces)
