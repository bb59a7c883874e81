"""How news prose says whose words it quotes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NewsWords:
    """How news prose says whose words it quotes."""
