"""Matching the names people type to the names on the record."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable

# difflib's default of 0.6 pairs different short names ("Hart", "Barnes"); one or two slips in a name stay above 0.8.
_SIMILAR = 0.8


def matching_names(wanted: str, names: Iterable[str]) -> list[str]:
    """The names that hold every word of `wanted`, ignoring case and accents; failing that, those spelt nearly so."""
    candidates = list(names)
    words = _words(wanted)
    exact = [name for name in candidates if words and words <= _words(name)]
    if exact or not words:
        return exact
    return [
        name
        for name in candidates
        if all(difflib.get_close_matches(word, _words(name), n=1, cutoff=_SIMILAR) for word in words)
    ]


def _words(name: str) -> set[str]:
    plain = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).casefold()
    return set("".join(c if c.isalnum() else " " for c in plain).split())
