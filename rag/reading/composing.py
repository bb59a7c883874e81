"""A passage as a reader sees it: when and where, who says what, and the question on record it replies to (pure)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from onrecord.rag.languages import language
from onrecord.rag.text.quotes import overlap, reported_at
from onrecord.rag.types import Briefing, Passage, Span

# What stands before a passage is shortened to so many words, as it was in training: the title, the question on record.
_TITLE_WORDS, _QUESTION_WORDS = 14, 40
_MARKS = " \t\n“”„«»\"'"


@dataclass(frozen=True, slots=True)
class ComposedSentence:
    """A sentence of a passage: the piece that holds it, its slice of the briefing, and its turn's position."""

    piece: int
    span: Span
    turn: int


@dataclass(frozen=True, slots=True)
class ComposedPassage:
    """What is read of a passage: its pieces one after another, some of which are its sentences, in order."""

    passage: Passage
    pieces: tuple[str, ...]
    sentences: tuple[ComposedSentence, ...]


def composed(passage: Passage, briefing: Briefing) -> ComposedPassage:
    """Write a passage as its reader was trained to see it.

    First the title and date; then the question on record, where the passage replies to one that it does not hold; then
    each turn behind its kind and speaker, and a sentence of somebody quoted in it behind their name. These marks are
    the same in every language: the reader knows them by training.
    """
    pieces = [piece for piece in (_occasion(briefing), _asked(passage, briefing)) if piece]
    sentences: list[ComposedSentence] = []
    for position, turn in enumerate(briefing.turns):
        start, end = max(turn.start, passage.start), min(turn.end, passage.end)
        if start >= end:
            continue
        own = turn.speaker or turn.role or ("reporter" if turn.kind == "question" else "")
        said: str | None = None
        for span in _sentences(briefing, passage, start, end):
            quoted = reported_at(briefing, *_within_marks(briefing.text, span))
            who = (quoted.speaker or quoted.role or "") if quoted else own
            if who != said:
                pieces.append(f"{turn.kind}, {who}:")
                said = who
            sentences.append(ComposedSentence(len(pieces), span, position))
            pieces.append(briefing.text[span.start : span.end])
    return ComposedPassage(passage, tuple(pieces), tuple(sentences))


def _within_marks(text: str, span: Span) -> tuple[int, int]:
    """A slice without the quotation marks and blanks around it."""
    words = text[span.start : span.end]
    bare = words.strip(_MARKS)
    start = span.start + words.index(bare)
    return start, start + len(bare)


def _sentences(briefing: Briefing, passage: Passage, start: int, end: int) -> Iterator[Span]:
    for part in language(passage.language).sentences(briefing.text[start:end]):
        yield Span(start + part.start, start + part.end)


def _occasion(briefing: Briefing) -> str:
    words = (briefing.title or "").split()[:_TITLE_WORDS]
    return " ".join([*words, f"({briefing.date})"] if briefing.date else words)


def _asked(passage: Passage, briefing: Briefing) -> str:
    if passage.exchange is None or passage.exchange >= len(briefing.exchanges):
        return ""
    exchange = briefing.exchanges[passage.exchange]
    turns = [briefing.turns[position] for position in exchange.questions]
    if not exchange.asked or any(overlap(turn, passage) for turn in turns):
        return ""
    words = " ".join(briefing.text[span.start : span.end] for span in exchange.asked).split()
    return f"asked: {' '.join(words[:_QUESTION_WORDS])}"
