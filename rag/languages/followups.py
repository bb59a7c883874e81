"""Questions that lean on a conversation."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FollowUpPhrases:
    """Questions that lean on a conversation."""
