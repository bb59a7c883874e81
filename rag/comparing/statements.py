"""The statements of a briefing that can be set beside another's: sentences, and what their telling words are (pure)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from onrecord.rag.answers.selection import asks
from onrecord.rag.answers.spans import sentences_between
from onrecord.rag.languages import language
from onrecord.rag.retrieval.interaction import unpack
from onrecord.rag.store import Embedded
from onrecord.rag.text.folding import folded_words
from onrecord.rag.text.quotes import turn_at
from onrecord.rag.types import Briefing, Passage, Span, Turn

# A word as printed, with its hyphens and apostrophes; "800,000" is one.
_WORD = re.compile(r"[^\W_]+(?:(?:[-.'’]|(?<=\d),(?=\d))[^\W_]+)*")
# A sentence of fewer telling words ("We'll see.") speaks of nothing that could be told.
_FEWEST_TERMS = 4
# Stems that are no longer than this are mostly what contractions leave; figures are of any length.
_SHORTEST_TERM = 3


@dataclass(frozen=True, slots=True)
class TellingWord:
    """A word as printed, its stem, and its vector, (dimension,), or None where the model gave none."""

    text: str
    term: str
    vector: NDArray[np.float32] | None

    @property
    def names(self) -> bool:
        """Whether it is written with a capital or a figure, and so the same in another language."""
        return self.text[0].isupper() or any(letter.isdigit() for letter in self.text)


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence of somebody: its slice, the position of its passage, its language, and its telling words in order."""

    span: Span
    passage: int
    language: str
    words: tuple[TellingWord, ...]


def statements_of(
    briefing: Briefing,
    passages: Sequence[Passage],
    embedded: Sequence[Embedded],
    called: Collection[str] | None = None,
) -> list[Statement]:
    """The statements of a briefing in order.

    Args:
        briefing: with its passages, and what a model made of each.
        called: whose words count; None takes those of all who do not ask or lead.

    Returns:
        sentences of one turn each (of any place in a text without turns) that ask nothing and have telling words
        enough. The names of those who speak and of their outlets are none: they tell who was called up, not what was
        spoken of.
    """
    names = {
        word for turn in briefing.turns for name in (turn.speaker, turn.outlet) for word in folded_words(name or "")
    }
    found = []
    for position, (passage, made) in enumerate(zip(passages, embedded, strict=True)):
        words = unpack(made.said, len(made.vector))
        vectors = dict(zip(words.starts.tolist(), words.vectors, strict=True))
        for span in sentences_between(briefing, passage.start, passage.end, passage.language):
            text = briefing.text[span.start : span.end]
            if not _counts(briefing, span, called) or asks(text):
                continue
            telling = tuple(
                TellingWord(match.group(), term, vectors.get(span.start - passage.start + match.start()))
                for match, term in _telling(text, passage.language)
                if names.isdisjoint(folded_words(match.group()))
            )
            if len({word.term for word in telling}) >= _FEWEST_TERMS:
                found.append(Statement(span, position, passage.language, telling))
    return found


def _counts(briefing: Briefing, span: Span, called: Collection[str] | None) -> bool:
    if not briefing.turns:
        return called is None
    place = turn_at(briefing, span.start, span.end)
    return place is not None and _is_wanted(briefing.turns[place], called)


def _is_wanted(turn: Turn, called: Collection[str] | None) -> bool:
    return turn.kind not in ("question", "moderation") if called is None else turn.speaker in called


def _telling(text: str, code: str) -> Iterator[tuple[re.Match[str], str]]:
    for match in _WORD.finditer(text):
        terms = language(code).telling_terms(match.group().replace(",", ""))
        if terms and (len(terms[0]) >= _SHORTEST_TERM or terms[0].isdigit()):
            yield match, terms[0]
