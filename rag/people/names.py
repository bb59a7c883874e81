"""What a name looks like, and matching the names people type to the names on the record."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable

# difflib's default of 0.6 pairs different short names ("Hart", "Barnes"); one or two slips in a name stay above 0.8.
_SIMILAR = 0.8

# Capitals of the Latin, Greek and Cyrillic scripts.
_SCRIPTS = ((0x41, 0x530), (0x1E00, 0x2000))
CAPITAL = "[" + "".join(chr(code) for first, end in _SCRIPTS for code in range(first, end) if chr(code).isupper()) + "]"
"""A capital letter, as a class of a regular expression."""

CAPITALISED = rf"{CAPITAL}[\w'’-]+"
"""A word with a capital, as a name is made of, as a regular expression; "O'Hara", "Jean-Luc", "McCarren"."""


def printed_name(particles: Iterable[str]) -> str:
    """A name as it is printed, as a regular expression: two to four capitalised words, particles or initials between.

    Args:
        particles: the small words that stand inside names ("van", "de la").
    """
    small = "|".join(sorted(map(re.escape, particles), key=len, reverse=True))
    return rf"{CAPITALISED}(?:\s+(?:(?:{small})\s+){{0,3}}(?:{CAPITALISED}|{CAPITAL}\.)){{1,3}}"


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
