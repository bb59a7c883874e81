"""Slices of a briefing that answers are made of: its sentences, and the language that they are in (pure)."""

from __future__ import annotations

from onrecord.rag.languages import language
from onrecord.rag.languages.detection import detect_language
from onrecord.rag.types import Briefing, Span, Turn

# A text too short for the language detector is in its briefing's language.
_TELLING_LETTERS = 25


def sentences_between(briefing: Briefing, start: int, end: int, code: str | None = None) -> list[Span]:
    """The sentences of `briefing.text[start:end]`, which is in the briefing's language unless another is given."""
    found = language(code or briefing.language).sentences(briefing.text[start:end])
    return [Span(start + span.start, start + span.end) for span in found]


def sentences_of(briefing: Briefing, turn: Turn) -> list[Span]:
    """The sentences of a turn."""
    return sentences_between(briefing, turn.start, turn.end)


def words_at(briefing: Briefing, span: Span) -> str:
    """The words of a slice."""
    return briefing.text[span.start : span.end]


def language_of(text: str, default: str) -> str:
    """The code of the language that a text is in; `default` for one that is too short to tell."""
    return detect_language(text, default=default) if sum(map(str.isalpha, text)) >= _TELLING_LETTERS else default
