"""Words that decide where sentences end."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SentenceWords:
    """Words that decide where sentences end.

    `starters` open a sentence far more often than they are a name, in lower case with a straight apostrophe.
    """

    starters: frozenset[str] = frozenset()
