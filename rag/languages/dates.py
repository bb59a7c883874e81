"""Dates, absolute and relative."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DateWords:
    """Dates, absolute and relative."""
