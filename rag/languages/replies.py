"""Refusing, putting off, correcting."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReplyPhrases:
    """Refusing, putting off, correcting."""
