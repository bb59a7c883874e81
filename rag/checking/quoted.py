"""Quotations that are given one by one, each with whoever is said to have spoken, as an article holds them (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from onrecord.rag.checking.article import Claim
from onrecord.rag.text.quotes import QUOTES


@dataclass(frozen=True, slots=True)
class QuotedWords:
    """Words, in quotation marks or without, and whoever is said to have spoken them."""

    words: str
    speaker: str | None = None
    role: str | None = None


def as_article(quotations: Sequence[QuotedWords]) -> tuple[str, list[Claim]]:
    """Quotations as a text, a line for each behind whoever is said to speak, and as claims in it."""
    lines: list[str] = []
    found: list[Claim] = []
    start = 0
    for one in quotations:
        words = " ".join(one.words.split()).strip(QUOTES + " ")
        who = ", ".join(" ".join(part.split()) for part in (one.speaker, one.role) if part)
        before = f"{who}: " if who else ""
        line = f"{before}“{words}”"
        quoted = start + len(before)
        name = one.speaker or one.role
        role = one.role if one.speaker else None
        found.append(Claim("quotation", quoted, start + len(line), words, (words,), name, role))
        lines.append(line)
        start += len(line) + 1
    return "\n".join(lines), found
