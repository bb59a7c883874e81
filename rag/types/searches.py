"""What is searched for, within which limits, and what is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict

from onrecord.rag.types.briefings import Kind, Passage

Method = Literal["words", "sense", "search", "shipped"]
"""What `evaluate_folder` measures: BM25, nearest vectors, the search by both, or that as it ships, read."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found, with its score (higher is nearer) and its rank from 1."""

    passage: Passage
    score: float
    rank: int


@dataclass(frozen=True, slots=True)
class Filters:
    """What a search is limited to; None means no limit. Dates are ISO 8601, both ends included.

    Of several texts any one will do; what passes has to pass all filters.
    """

    speaker: str | tuple[str, ...] | None = None
    role: str | tuple[str, ...] | None = None
    outlet: str | tuple[str, ...] | None = None
    since: str | None = None
    until: str | None = None
    language: str | tuple[str, ...] | None = None
    briefing: str | tuple[str, ...] | None = None
    kind: Kind | tuple[Kind, ...] | None = None
    collection: str | tuple[str, ...] | None = None


class FilterOptions(TypedDict, total=False):
    """The same limits as keyword arguments of `Library.search`, `ask` and `stream`."""

    speaker: str | Sequence[str] | None
    role: str | Sequence[str] | None
    outlet: str | Sequence[str] | None
    since: str | None
    until: str | None
    language: str | Sequence[str] | None
    briefing: str | Sequence[str] | None
    kind: Kind | Sequence[Kind] | None
    collection: str | Sequence[str] | None


def each_of(wanted: str | tuple[str, ...] | None) -> tuple[str, ...] | None:
    """The texts of a filter, of which any one will do; None where there is no limit."""
    return (wanted,) if isinstance(wanted, str) else wanted


@dataclass(frozen=True, slots=True)
class Passing:
    """How much passes filters; `undated` counts the briefings that their dates alone leave out, having none."""

    briefings: int
    passages: int
    undated: int
