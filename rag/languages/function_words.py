"""Words that tell a language from others."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FunctionWords:
    """Words that tell a language from others, in lower case with straight apostrophes.

    They stand in any text of the language, whatever its subject, and seldom in another ("j'" is one of its own).
    """

    words: frozenset[str] = frozenset()
