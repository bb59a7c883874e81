"""Quotations in an article to check."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ArticlePhrases:
    """Quotations in an article to check."""
