"""Turns to passages: the slices that are embedded and retrieved (pure)."""

from __future__ import annotations

import hashlib
from collections import Counter

from onrecord.rag.languages import detect_language
from onrecord.rag.sentences import sentences
from onrecord.rag.types import Briefing, Passage, Span, Turn

# Words a passage aims at and holds at most; near 150 words an answer is whole and still about one thing.
BEST_WORDS = 150
MOST_WORDS = 200
# An id is an exact integer in JSON and JavaScript below this.
_ID_LIMIT = 2**53


def passages_of(briefing: Briefing) -> tuple[Passage, ...]:
    """Cut a briefing into passages.

    Args:
        briefing: a briefing with its turns and boilerplate.

    Returns:
        passages in order that do not overlap, none across two speakers' turns, each `briefing.text[start:end]`.
    """
    seen: Counter[tuple[str | None, str]] = Counter()
    passages: list[Passage] = []
    for position, turn in enumerate(briefing.turns):
        for span in _spans(briefing.text, turn, briefing.language):
            words = briefing.text[span.start : span.end]
            key = (turn.speaker, " ".join(words.split()))
            seen[key] += 1
            passages.append(
                Passage(
                    id=_passage_id(briefing.lineage or briefing.id, *key, seen[key]),
                    briefing_id=briefing.id,
                    start=span.start,
                    end=span.end,
                    text=words,
                    speaker=turn.speaker,
                    role=turn.role,
                    kind=turn.kind,
                    outlet=turn.outlet,
                    language=detect_language(words, default=briefing.language),
                    turn=position,
                    context=" | ".join(part for part in (briefing.title, briefing.date, turn.speaker) if part),
                )
            )
    return tuple(passages)


def _spans(text: str, turn: Turn, language: str) -> list[Span]:
    spans: list[Span] = []
    first: Span | None = None
    last: Span | None = None
    words = 0
    for sentence in sentences(text[turn.start : turn.end], language):
        span = Span(turn.start + sentence.start, turn.start + sentence.end)
        count = len(text[span.start : span.end].split())
        if first and last and words + count > BEST_WORDS:
            spans.append(Span(first.start, last.end))
            first, words = None, 0
        first = first or span
        last = span
        words += count
    if first and last:
        spans.append(Span(first.start, last.end))
    return spans


def _passage_id(lineage: str, speaker: str | None, words: str, occurrence: int) -> int:
    digest = hashlib.sha256(repr((lineage, speaker, words, occurrence)).encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") % _ID_LIMIT
