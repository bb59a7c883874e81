"""Words of labels: parts in a dialogue, offices, forms of address."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LabelWords:
    """Words of labels: parts in a dialogue, offices, forms of address."""
