"""How well the statements of two briefings meet, word by word (pure).

Each telling word of a statement is met by the most similar word of the other, in the manner of `retrieval.interaction`:
the same stem, or a word near to it by the vectors that are kept of every passage's words. Rare words count more.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from onrecord.rag.comparing.statements import Statement, TellingWord

# Only the passages nearest to a statement's own are looked through, so that time grows with length and not its square.
_NEAREST = 12
# Words are as good as strangers below the first cosine and as good as the same from the second on, once what all words
# of both texts have in common is taken away; of the same stem they are at least so near (docs/comparing.md).
_STRANGE, _ALIKE, _SAME = 0.45, 0.8, 0.6
# How far two passages are nearer than usual, in standard deviations, weighs within these bounds; the middle one counts
# once.
_LEAST_NEAR, _USUALLY_NEAR, _MOST_NEAR = 0.45, 1.5, 2.25
# Pairs of passages, of which so few say nothing of what is usual.
_FEW_PAIRS = 9
# A word that is met at least so well is named as one that both share; so many are.
_NAMED, _MOST_NAMED = 0.3, 5


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two statements by their positions, how well they meet, from 0, and the words of either that the other has."""

    first: int
    second: int
    score: float
    shared: tuple[str, ...]
    shared_second: tuple[str, ...]


def rarity(statements: Sequence[Statement]) -> dict[str, float]:
    """How much the stems of statements tell (0–1): one in most of them nothing, one in a single one nearly 1."""
    number = len(statements)
    held = Counter(term for one in statements for term in {word.term for word in one.words})
    return {term: math.log((number + 1) / (count + 0.5)) / math.log(number + 2) for term, count in held.items()}


def meetings(
    first: Sequence[Statement],
    second: Sequence[Statement],
    first_vectors: NDArray[np.float32],
    second_vectors: NDArray[np.float32],
) -> Iterator[Meeting]:
    """The meetings of each statement with those in the passages nearest to its own, in order.

    Args:
        first: statements of a briefing; `passage` of each is a row of its vectors.
        second: those of another.
        first_vectors: unit vectors of the passages, (n, dimension).
        second_vectors: those of the other briefing, (m, dimension).
    """
    if not first or not second:
        return
    weights = rarity([*first, *second])
    usual = _mean(_vectors([word for one in (*first, *second) for word in one.words], first_vectors.shape[1]))
    near = _beyond_usual(first_vectors @ second_vectors.T)
    held: dict[int, list[int]] = {}
    for place, statement in enumerate(second):
        held.setdefault(statement.passage, []).append(place)
    by_passage: dict[int, list[int]] = {}
    for place, statement in enumerate(first):
        by_passage.setdefault(statement.passage, []).append(place)
    prepared = [_Words.of(one, weights, usual) for one in second]
    for passage, places in by_passage.items():
        nearest = [int(one) for one in np.argsort(-near[passage], kind="stable") if int(one) in held][:_NEAREST]
        theirs = [place for one in sorted(nearest) for place in held[one]]
        beside = _Block([prepared[place] for place in theirs])
        for place in places:
            mine = _Words.of(first[place], weights, usual)
            for score, other, met, met_by in beside.scores(mine):
                bounded = min(max(float(near[passage, second[theirs[other]].passage]), _LEAST_NEAR), _MOST_NEAR)
                yield Meeting(
                    place,
                    theirs[other],
                    score * bounded / _USUALLY_NEAR,
                    mine.named(met),
                    beside.words[other].named(met_by),
                )


@dataclass(frozen=True, slots=True)
class _Words:
    """A statement's words with their vectors, (n, dimension), without what all have in common, and weights, (n,)."""

    words: tuple[TellingWord, ...]
    language: str
    vectors: NDArray[np.float32]
    weights: NDArray[np.float32]

    @classmethod
    def of(cls, one: Statement, weights: dict[str, float], usual: NDArray[np.float32]) -> _Words:
        vectors = _vectors(one.words, len(usual))
        own = np.linalg.norm(vectors, axis=1, keepdims=True) > 0
        centred = np.where(own, vectors - usual, 0)
        lengths = np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9)
        return cls(
            one.words, one.language, centred / lengths, np.array([weights[w.term] for w in one.words], np.float32)
        )

    def named(self, met: NDArray[np.float32]) -> tuple[str, ...]:
        """The rarest of the words that are met, as printed and in their order."""
        order = sorted(range(len(self.words)), key=lambda place: -float(self.weights[place]))
        shown: dict[str, int] = {}
        for place in order:
            if met[place] >= _NAMED:
                shown.setdefault(self.words[place].term, place)
        return tuple(self.words[place].text for place in sorted(list(shown.values())[:_MOST_NAMED]))


class _Block:
    """Statements whose words are met together, one behind the other."""

    def __init__(self, words: Sequence[_Words]) -> None:
        self.words = words
        self._all = [word for one in words for word in one.words]
        self._languages = np.array([one.language for one in words for _ in one.words])
        self._terms = np.array([word.term for word in self._all])
        self._names = np.array([word.names for word in self._all], bool)
        self._vectors = np.concatenate([one.vectors for one in words])
        self._weights = np.concatenate([one.weights for one in words])
        self._firsts = np.cumsum([0, *(len(one.words) for one in words)])[:-1]

    def scores(self, mine: _Words) -> Iterator[tuple[float, int, NDArray[np.float32], NDArray[np.float32]]]:
        """For each statement that has anything in common with one: the score, its place, and how each word is met."""
        met = np.clip((mine.vectors @ self._vectors.T - _STRANGE) / (_ALIKE - _STRANGE), 0, 1)
        same = np.array([word.term for word in mine.words])[:, None] == self._terms
        names = np.array([word.names for word in mine.words], bool)[:, None] & self._names
        met = np.where(same & ((self._languages == mine.language) | names), np.maximum(met, _SAME), met)
        by_them = np.maximum.reduceat(met, self._firsts, axis=1)
        by_me = met.max(axis=0)
        given = mine.weights @ by_them
        taken = np.add.reduceat(by_me * self._weights, self._firsts)
        whole = np.add.reduceat(self._weights, self._firsts)
        # How much is met, in rare words, times the share of both that is met.
        score = np.minimum(given, taken) * np.sqrt(given * taken / np.maximum(mine.weights.sum() * whole, 1e-9))
        ends = [*self._firsts[1:], len(self._all)]
        for place in np.flatnonzero(score > 0).tolist():
            own = slice(self._firsts[place], ends[place])
            yield float(score[place]), place, by_them[:, place], by_me[own]


def _beyond_usual(near: NDArray[np.float32]) -> NDArray[np.float32]:
    """How near passages are, in standard deviations; of too few to tell what is usual, all are as near as can be."""
    if near.size < _FEW_PAIRS:
        return np.full_like(near, _USUALLY_NEAR)
    return np.asarray((near - near.mean()) / max(float(near.std()), 1e-9), np.float32)


def _vectors(words: Sequence[TellingWord], dimension: int) -> NDArray[np.float32]:
    nothing = np.zeros(dimension, np.float32)
    return np.array([nothing if word.vector is None else word.vector for word in words], np.float32).reshape(
        -1, dimension
    )


def _mean(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    given = vectors[np.linalg.norm(vectors, axis=1) > 0]
    mean: NDArray[np.float32] = given.mean(axis=0) if len(given) else np.zeros(vectors.shape[1], np.float32)
    return mean
