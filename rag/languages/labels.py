"""Words of labels: parts in a dialogue, offices, forms of address."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LabelWords:
    """Words of labels: parts in a dialogue, offices, forms of address.

    `voices` are words for any speaker, which a letter or a number tells from the others ("Speaker A").
    """

    voices: frozenset[str] = frozenset()
