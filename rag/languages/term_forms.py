"""The forms in which a term stands in a text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TermForms:
    """What changes in a term that is looked for: `articles` between its words, `plural_endings` behind each."""

    articles: frozenset[str] = frozenset()
    plural_endings: frozenset[str] = frozenset()
