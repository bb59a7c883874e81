"""Words of the full-text search: stop words, the frame of a question, endings that are grammar."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TermWords:
    """Words of the full-text search: stop words, the frame of a question, endings that are grammar."""
