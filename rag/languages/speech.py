"""Asking, answering and giving the floor."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SpeechPhrases:
    """Asking, answering and giving the floor."""
