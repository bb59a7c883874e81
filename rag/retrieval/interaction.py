"""Late interaction: each telling word of a question is met by the most similar word of a passage (pure).

After ColBERT (Khattab and Zaharia, 2020, arXiv:2004.12832), with the vectors of whole words instead of tokens, function
words left out, and two bits for each number: what a vector of one passage blurs is seen word by word, across languages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings import TokenVectors
from onrecord.rag.languages import LANGUAGES, language
from onrecord.rag.text.folding import folded_words

_WORD = re.compile(r"[^\W_]+(?:[-.][^\W_]+)*")
_DATE = re.compile(r"\b\d{4}-\d\d(?:-\d\d)?\b")
# The best four levels for normally distributed numbers, in standard deviations (Max, Quantizing for Minimum Distortion,
# IRE Transactions on Information Theory, 1960): two on either side, parted at _PARTED.
_PARTED = 0.9816
_SMALL, _LARGE = 0.4528, 1.510
# Four numbers lie in a byte, the first in its lowest bits: what each byte stands for, (256, 4).
_SHIFTS = np.array([0, 2, 4, 6], np.uint8)
_QUADS = np.array([_SMALL, _LARGE, -_SMALL, -_LARGE], np.float32)[(np.arange(256)[:, None] >> _SHIFTS) & 3]
# A word that the context of a passage gives is met as well as by the same word in it.
_GIVEN = np.float32(0.9)
_PLACE = np.dtype("<u2")
_LAST_PLACE = 2**16 - 1


@dataclass(frozen=True, slots=True)
class WordVectors:
    """The telling words of a text in order: where each begins, (n,), and unit vectors (n, dimension)."""

    starts: NDArray[np.int64]
    vectors: NDArray[np.float32]


def asked_words(question: str, code: str, tokens: TokenVectors) -> WordVectors:
    """The words of a question to be met: its telling words without those of asking itself ("how many", "say")."""
    return _words(question, tokens, _asked(question, code))


def words_asked(question: str, code: str) -> dict[int, str]:
    """The same words as they stand in the question, by where they begin: also where a model gives no tokens."""
    asks = _asked(question, code)
    return {word.start(): word.group() for word in _WORD.finditer(question) if asks(word.group())}


def _asked(question: str, code: str) -> Callable[[str], bool]:
    words = language(code)
    wanted = frozenset(words.query_terms(question))
    return lambda word: not wanted.isdisjoint(words.index_terms(word))


def words_given(question: str, asked: WordVectors, contexts: Sequence[str]) -> NDArray[np.bool_]:
    """Which words asked for the contexts of some passages hold (their title, date, speaker), (words, passages)."""
    words = [set(folded_words(_word_at(question, start))) for start in asked.starts.tolist()]
    known = [_words_of_context(context) for context in contexts]
    return np.array([[word <= context for context in known] for word in words], bool).reshape(len(words), len(known))


def _word_at(text: str, start: int) -> str:
    found = _WORD.match(text, start)
    return found.group() if found else ""


@lru_cache(maxsize=20_000)
def _words_of_context(context: str) -> frozenset[str]:
    dates = [language(code).wording.date(date) for date in _DATE.findall(context) for code in LANGUAGES]
    return frozenset(folded_words(" ".join([context, *dates])))


def said_words(text: str, code: str, tokens: TokenVectors) -> WordVectors:
    """The words of a text that may meet them: all but function words, each the mean of its tokens.

    Args:
        text: a passage.
        code: of its language, which says what a function word is.
        tokens: as a model read the text, spans counted in it; those before its beginning and behind the model's limit
            are left out.

    Returns:
        its telling words; where it has none, one vector for all of it; nothing where the model gave no tokens.
    """
    return _words(text, tokens, lambda word: _tells(word, code))


def _words(text: str, tokens: TokenVectors, tells: Callable[[str], bool]) -> WordVectors:
    if not len(tokens.vectors):
        return WordVectors(np.zeros(0, np.int64), tokens.vectors)
    firsts, lasts = tokens.spans[:, 0], tokens.spans[:, 1]
    starts, means = [], []
    for word in _WORD.finditer(text):
        if tells(word.group()):
            own = slice(int(np.searchsorted(lasts, word.start(), "right")), int(np.searchsorted(firsts, word.end())))
            if own.start < own.stop and len(firsts) > 1:
                starts.append(word.start())
                means.append(tokens.vectors[own].mean(axis=0))
    if not means:
        inside = tokens.vectors[lasts > 0]
        starts, means = [0], [(inside if len(inside) else tokens.vectors).mean(axis=0)]
    return WordVectors(np.array(starts, np.int64), _unit(np.array(means, np.float32)))


@dataclass(frozen=True, slots=True)
class SaidWords:
    """The telling words of some passages, one behind the other.

    `vectors` are (n, dimension), `lengths` theirs, (n,): to divide what is computed from them takes less than to divide
    them. `firsts` are where each passage begins.
    """

    vectors: NDArray[np.float32]
    lengths: NDArray[np.float32]
    firsts: NDArray[np.int64]


def unpack_each(said: Sequence[bytes], dimension: int) -> SaidWords:
    """The words of passages that were packed each alone."""
    numbers = [len(one) // _width(dimension) for one in said]
    firsts = np.concatenate([[0], np.cumsum(numbers)])[: len(said)].astype(np.int64)
    _, vectors, lengths = _unpacked(b"".join(said), dimension)
    return SaidWords(vectors, lengths, firsts)


def met_by_each(asked: WordVectors, said: SaidWords, held: NDArray[np.bool_] | None = None) -> NDArray[np.float32]:
    """How well the words asked for are met by each of some passages, (passages,): means of their best cosines.

    Words that a passage's context gives (`held`, as `words_given` gives it) count as met there.
    """
    if not len(said.firsts):
        return np.zeros(0, np.float32)
    best = nearest_by_word(asked, said)
    if held is not None:
        best = np.where(held, np.maximum(best, _GIVEN), best)
    means: NDArray[np.float32] = best.mean(axis=0)
    return means


def nearest_by_word(asked: WordVectors, said: SaidWords) -> NDArray[np.float32]:
    """The cosine of each word asked for with the most similar word of each of some passages, (words, passages)."""
    likeness = asked.vectors @ said.vectors.T / said.lengths
    nearest: NDArray[np.float32] = np.maximum.reduceat(likeness, said.firsts, axis=1)
    return nearest


def pack(words: WordVectors) -> bytes:
    """Words in two bits a number, each behind its place: 98 bytes a word for 384 numbers."""
    number, dimension = words.vectors.shape
    if not number:
        return b""
    spread = np.sqrt((words.vectors**2).mean(axis=1, keepdims=True))
    levels = np.zeros((number, 4 * _bytes(dimension)), np.uint8)
    levels[:, :dimension] = 2 * (words.vectors < 0) + (np.abs(words.vectors) > _PARTED * spread)
    quads = (levels.reshape(number, -1, 4) << _SHIFTS).sum(axis=2, dtype=np.uint8)
    places = np.minimum(words.starts, _LAST_PLACE).astype(_PLACE)[:, None].view(np.uint8)
    return np.hstack([places, quads]).tobytes()


def unpack(packed: bytes, dimension: int) -> WordVectors:
    """The words that `pack` packed; vectors to within the rounding."""
    starts, vectors, lengths = _unpacked(packed, dimension)
    return WordVectors(starts, vectors / lengths[:, None])


def _unpacked(packed: bytes, dimension: int) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.float32]]:
    """The places, the vectors and their lengths, of one packing or of several, one behind the other."""
    rows = np.frombuffer(packed, np.uint8).reshape(-1, _width(dimension))
    starts = np.ascontiguousarray(rows[:, : _PLACE.itemsize]).view(_PLACE)[:, 0].astype(np.int64)
    quads = _QUADS.take(rows[:, _PLACE.itemsize :], axis=0)
    vectors = quads.reshape(len(rows), 4 * _bytes(dimension))[:, :dimension]
    return starts, vectors, np.sqrt(np.einsum("ij,ij->i", vectors, vectors))


def _width(dimension: int) -> int:
    """Bytes of a packed word: its place, and two bits for each number."""
    return _PLACE.itemsize + _bytes(dimension)


def _bytes(dimension: int) -> int:
    return -(-dimension // 4)


@lru_cache(maxsize=100_000)
def _tells(word: str, code: str) -> bool:
    return bool(language(code).index_terms(word))


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), np.float32)
