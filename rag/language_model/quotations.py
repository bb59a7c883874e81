"""Words in quotation marks: exact slices of the statements cited, or no quotation (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from onrecord.rag.language_model.evidence import Evidence
from onrecord.rag.language_model.model_text import MARKERS
from onrecord.rag.text.quotes import find
from onrecord.rag.types import Span


@dataclass(frozen=True, slots=True)
class Exact:
    """A quotation that stands in a statement: slices of its briefing, in order."""

    evidence: Evidence
    spans: tuple[Span, ...]


def exact(words: str, cited: Sequence[Evidence]) -> Exact | None:
    """The slices of a cited statement that a quotation is; None where none holds its words."""
    for one in cited:
        spans = find(words, one.citation.quote)
        if spans and all(_may_be_quoted(one.citation.quote[span.start : span.end]) for span in spans):
            start = one.citation.start
            return Exact(one, tuple(Span(start + span.start, start + span.end) for span in spans))
    return None


def _may_be_quoted(words: str) -> bool:
    """A slice that holds markers or stray quotation marks of its own would be read as something else."""
    depth = 0
    for sign in words:
        depth += (sign == "“") - (sign == "”")
        if depth < 0:
            return False
    return depth == 0 and not MARKERS.search(words)
