"""The telling words of a text with their vectors, clause by clause: what two texts are compared by."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings import Encoder, TokenVectors
from onrecord.rag.language_model.figures import figures_in
from onrecord.rag.languages import Language, language
from onrecord.rag.retrieval.interaction import said_words

_WORD = re.compile(r"[^\W_]+(?:[-.][^\W_]+)*")
# Where what a negation denies ends, besides at the words that open another clause.
_BREAK = re.compile(r"[,;:.!?…()–—]\s+|\n")
# Texts whose vectors are remembered: those of one answer many times over.
_REMEMBERED = 2000
# Two words of one side of an opposition ("refused", "declined") say nearly the same.
_SAME_SIDE = np.float32(0.95)


@dataclass(frozen=True, slots=True)
class ReadWord:
    """A word as it is printed, its terms in the languages compared, the figures it says, and its unit vector."""

    text: str
    terms: frozenset[str]
    figures: frozenset[str]
    vector: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ReadClause:
    """The telling words of a clause, in order, whether it says no, and whether what it says is open.

    Open is what may be or is to come: a plan, a condition, a wish.
    """

    negative: bool
    open: bool
    words: tuple[ReadWord, ...]


class TellingWords:
    """Reads texts with the bundled encoder, each once while it is remembered."""

    def __init__(self, encoder: Encoder) -> None:
        """`encoder` gives the vectors of tokens."""
        self._encoder = encoder
        self._read = lru_cache(_REMEMBERED)(encoder.read_question)
        self._clauses = lru_cache(_REMEMBERED)(self._clauses_of)

    def whole(self, text: str) -> NDArray[np.float32]:
        """The unit vector of a text."""
        return self._read(text).whole

    def clauses(self, text: str, code: str, codes: tuple[str, ...]) -> tuple[ReadClause, ...]:
        """The clauses of a text in the language of a code, its terms in those of `codes`."""
        return self._clauses(text, code, codes)

    def _clauses_of(self, text: str, code: str, codes: tuple[str, ...]) -> tuple[ReadClause, ...]:
        words, tokens = language(code), self._read(text)
        telling = _words(text, code, codes, tokens)
        return tuple(
            ReadClause(
                words.model.negation.search(text, start, end) is not None,
                words.model.open.search(text, start, end) is not None,
                tuple(word for place, word in telling if start <= place < end),
            )
            for start, end in clauses_of(text, words)
        )


def clauses_of(text: str, words: Language) -> list[tuple[int, int]]:
    """Where the clauses of a text begin and end: at punctuation, at "and", and at what limits or gives a reason."""
    places = {match.end() for match in _BREAK.finditer(text)}
    places |= {match.start() for match in _joints(words.code).finditer(text)}
    for phrase in (words.article.restricts, words.questions.giving_reason):
        places |= {match.start() for match in phrase.finditer(text) if not text[: match.start()][-1:].isalnum()}
    cuts = sorted({0, len(text), *places})
    return list(pairwise(cuts))


@cache
def _joints(code: str) -> re.Pattern[str]:
    return re.compile(rf"\s(?:{'|'.join(sorted(language(code).model.joined)) or '(?!)'})\s", re.IGNORECASE)


def _words(text: str, code: str, codes: Sequence[str], tokens: TokenVectors) -> list[tuple[int, ReadWord]]:
    said = said_words(text, code, tokens)
    found = []
    for start, vector in zip(said.starts.tolist(), said.vectors, strict=True):
        match = _WORD.match(text, start)
        terms = frozenset(term for each in codes for term in language(each).index_terms(match.group())) if match else ()
        if match and terms:
            # Months and the like are told by their words.
            figures = frozenset(value for value in figures_in(match.group(), code) if value[:1].isdigit())
            found.append((start, ReadWord(match.group(), frozenset(terms), figures, vector)))
    return found


def word_likeness(some: Sequence[ReadWord], others: Sequence[ReadWord]) -> NDArray[np.float32]:
    """How alike each of some words is to each of others, (some, others), 0–1: one for the same term, else a cosine."""
    if not some or not others:
        return np.zeros((len(some), len(others)), np.float32)
    alike: NDArray[np.float32] = np.maximum(
        np.stack([one.vector for one in some]) @ np.stack([one.vector for one in others]).T, 0
    )
    sides = [_sides(one.terms) for one in some], [_sides(one.terms) for one in others]
    for row, one in enumerate(some):
        for column, other in enumerate(others):
            if one.terms & other.terms:
                alike[row, column] = 1
            elif sides[0][row] & sides[1][column]:
                alike[row, column] = max(alike[row, column], _SAME_SIDE)
    return alike


@lru_cache(_REMEMBERED)
def _sides(terms: frozenset[str]) -> frozenset[tuple[str, int, int]]:
    return frozenset(side for term in terms for side in _all_sides().get(term, ()))


@cache
def _all_sides() -> dict[str, set[tuple[str, int, int]]]:
    """Each term that has an opposite, with the sides that it is on."""
    from onrecord.rag.languages import LANGUAGES

    found: dict[str, set[tuple[str, int, int]]] = {}
    for code in LANGUAGES:
        for number, pair in enumerate(opposites(code)):
            for side, terms in enumerate(pair):
                for term in terms:
                    found.setdefault(term, set()).add((code, number, side))
    return found


@cache
def opposites(code: str) -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    """The pairs of opposite terms of a language."""
    words = language(code)
    return tuple((_terms(one, words), _terms(other, words)) for one, other in words.model.opposites)


def _terms(forms: frozenset[str], words: Language) -> frozenset[str]:
    return frozenset(words.index_terms(" ".join(sorted(forms))))
