"""What sites and pages say, not speakers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PagePhrases:
    """What sites and pages say, not speakers."""
