"""Times that files give as numbers without a unit."""

from __future__ import annotations

from collections.abc import Sequence

# People say two or three words a second; at more than this many seconds a word the unit is not the second.
_SLOWEST = 20.0


def in_seconds(values: Sequence[float | None], words: int) -> list[float | None]:
    """Return times as seconds: whole numbers far too large for the words said meanwhile are milliseconds.

    Args:
        values: the times in order, None where there is none.
        words: how many words are said in all.
    """
    known = [value for value in values if value is not None]
    whole = all(value == int(value) for value in known)
    unit = 0.001 if known and whole and max(known) > _SLOWEST * max(words, 1) else 1.0
    return [None if value is None else round(value * unit, 3) for value in values]
