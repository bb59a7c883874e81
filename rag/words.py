"""Word lists, written as one readable string each."""

from __future__ import annotations


def word_set(*lines: str) -> frozenset[str]:
    """Gather the words of some lines, parted by blanks."""
    return frozenset(word for line in lines for word in line.split())
