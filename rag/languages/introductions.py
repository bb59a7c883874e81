"""How reporters are introduced and called on."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class IntroductionPhrases:
    """How reporters are introduced and called on."""
