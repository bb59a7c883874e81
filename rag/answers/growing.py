"""An answer as it grows: it may pause behind each quote, so that none is ever shown in part (pure)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from onrecord.rag.types import Answer, Words


def growing(answer: Answer) -> Iterator[Answer]:
    """The beginnings of an answer, each with the citations that it has reached; the last is whole."""
    reached: set[int] = set()
    pauses = [
        (place, end, piece.citations)
        for place, part in enumerate(answer.parts)
        for end, piece in enumerate(part.pieces, 1)
        if not isinstance(piece, Words)
    ]
    for place, end, numbers in pauses[:-1]:
        *before, last = answer.parts[: place + 1]
        reached.update(numbers)
        yield replace(
            answer,
            parts=(*before, replace(last, pieces=last.pieces[:end])),
            citations=tuple(citation for citation in answer.citations if citation.number in reached),
        )
    yield answer
