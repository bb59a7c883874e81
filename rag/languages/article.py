"""Quotations in an article to check."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ArticlePhrases:
    """How an article says what somebody said; `parallel` are the same sentences, in one order, in every language."""

    parallel: tuple[str, ...] = ()
