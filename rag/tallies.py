"""How many passages each of the limits that can be chosen would leave (pure)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

Tallies = Mapping[str, Mapping[str, int]]
"""Passages by the value that would be chosen, by the kind of limit."""


def tallies(
    voices: Iterable[tuple[Mapping[str, str | None], int]], chosen: Mapping[str, Collection[str] | None]
) -> Tallies:
    """Count what each value would leave were it the only one chosen of its kind, all others staying as they are.

    Args:
        voices: what each is, by the kind of limit, and how many passages it has.
        chosen: the values that pass, by the kind of limit; None where any does.
    """
    counts: dict[str, Counter[str]] = {kind: Counter() for kind in chosen}
    for values, passages in voices:
        out = [kind for kind, passing in chosen.items() if passing is not None and values[kind] not in passing]
        if len(out) > 1:
            continue
        # What one kind alone keeps out is what its other values would leave.
        for kind in out or chosen:
            value = values[kind]
            if value is not None:
                counts[kind][value] += passages
    return counts
