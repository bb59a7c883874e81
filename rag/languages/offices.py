"""Offices as answers print them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OfficeNames:
    """Offices as answers print them."""
