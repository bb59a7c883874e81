"""From scores to one ranking: languages made comparable, words added to sense, translations paired (pure).

Every constant was chosen on the development sets; docs/quality.md shows what each one does there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

# How much of the score is how well the question's words are met one by one, the rest being nearness as a whole.
_WORD_BY_WORD = 0.35
# What matching words add where all are held, in standard deviations of nearness. Between 2 and 3 it matters little.
_WORDS = 2.5
# A courtesy ("Thank you, Mr. Chair.") can be near anything and answers nothing; from 30 words on nothing is taken off.
_SHORT = 0.7
_LONG_ENOUGH = 30
# Taken off a passage that the conversation has shown in whole: a follow-up seldom asks for the same words again.
_SHOWN = 2.0
# Two passages in different languages whose centred vectors are nearer than this say the same: of parallel texts 95 in
# 100 pairs are, and of passages merely on one subject few.
_TRANSLATION = 0.5
# Between two translations of the same words, that in the question's language goes first.
_OWN_LANGUAGE = 0.15
# Vectors that must be seen before a language's own mean and spread are believed as much as those of all languages.
_BELIEVED = 20
_LEAST_SPREAD = 0.005


@dataclass(frozen=True, slots=True)
class Background:
    """How near passages of one language come to a question by chance, and the standard deviation of that."""

    usual: float
    spread: float

    def above(self, score: float) -> float:
        """A score in standard deviations above what is usual."""
        return (score - self.usual) / self.spread


@dataclass(frozen=True, slots=True)
class PassageCandidate:
    """A passage that might be found.

    `nearness` is its inner product with the question, and `met` how well it meets the question's words, each in
    standard deviations above what is usual in its language; `matching` its BM25 for the question's words as a share of
    what all of them give, 0 in any other language than the question's; `words` its length; `shown` how much of it the
    conversation has shown, 0–1.
    `met` is None where the question's words are not what it is about.
    """

    id: int
    language: str
    nearness: float
    met: float | None
    matching: float
    words: int
    shown: float = 0.0


def backgrounds(scores: Mapping[str, Vectors], passages: Mapping[str, int]) -> dict[str, Background]:
    """Return the background of one question for each language, from its scores with some passages: (n,) each.

    A multilingual model puts a passage of the question's own language nearer than its translation, and a question about
    nothing in particular near everything: scores compare only once both are taken off. A language of few passages is
    measured partly by all the others. All have one spread: that of a language is as wide as the subjects it is used for
    here.

    `passages` are how many each language has. The nearest of n is by chance about the square root of 2 ln n standard
    deviations above their mean (Cramér, Mathematical Methods of Statistics, 1946, 28.6): what a language has fewer
    chances for than the largest is usual at as much less.
    """
    scores = {language: part for language, part in scores.items() if len(part)}
    if not scores:
        return {}
    everything = np.concatenate(list(scores.values()))
    pooled = math.sqrt(sum(float(((part - part.mean()) ** 2).sum()) for part in scores.values()) / len(everything))
    spread = max(pooled, _LEAST_SPREAD)
    by_chance = {language: math.sqrt(2 * math.log(passages[language])) for language in scores}
    most = max(by_chance.values())
    result = {}
    for language, part in scores.items():
        share = len(part) / (len(part) + _BELIEVED)
        mean = share * float(part.mean()) + (1 - share) * float(everything.mean())
        result[language] = Background(mean - share * (most - by_chance[language]) * spread, spread)
    return result


def translations(
    ids: Sequence[int], languages: Sequence[str], vectors: Vectors, means: Mapping[str, Vectors]
) -> dict[int, int]:
    """Pair each passage with the one in another language that says the same, where there is one.

    `vectors` are those of the passages, (n, dimension); `means` what those of a language have in common, (dimension,).
    Not every pair is mutual.
    """
    present = sorted(set(languages))
    if len(present) < 2:
        return {}
    code = np.array([present.index(language) for language in languages])
    rows = [np.flatnonzero(code == number) for number in range(len(present))]
    centred = []
    for language, own in zip(present, rows, strict=True):
        apart = vectors[own] - means[language]
        centred.append(apart / np.maximum(np.linalg.norm(apart, axis=1, keepdims=True), 1e-6))
    pairs: dict[int, int] = {}
    for number, own in enumerate(rows):
        others = [other for other in range(len(present)) if other != number]
        theirs = np.concatenate([rows[other] for other in others])
        likeness = centred[number] @ np.concatenate([centred[other] for other in others]).T
        best = likeness.argmax(axis=1)
        alike = likeness[np.arange(len(own)), best] >= _TRANSLATION
        pairs |= {
            ids[row]: ids[int(theirs[place])] for row, place in zip(own[alike].tolist(), best[alike], strict=True)
        }
    return pairs


def rank(candidates: Sequence[PassageCandidate], language: str, partners: Mapping[int, int]) -> list[tuple[int, float]]:
    """Order candidates for a question in `language`: (id, score), best first, ties by id.

    Nearness, words met and, within the question's language, matching words are added up. What speaks for the
    translation (`partners`) of a passage in the question's language speaks for that passage too, and nothing against
    it. The translation stands for itself: drawn along, each would take the place of another answer.
    """
    own = {
        candidate.id: _similar(candidate)
        + _WORDS * candidate.matching
        - _SHORT * (1 - math.log1p(min(candidate.words, _LONG_ENOUGH)) / math.log1p(_LONG_ENOUGH))
        - _SHOWN * candidate.shown
        for candidate in candidates
    }
    scores = {
        candidate.id: (own[candidate.id] + max(own[candidate.id], own[partners.get(candidate.id, candidate.id)])) / 2
        + _OWN_LANGUAGE
        if candidate.language == language
        else own[candidate.id]
        for candidate in candidates
    }
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def _similar(candidate: PassageCandidate) -> float:
    if candidate.met is None:
        return candidate.nearness
    return (1 - _WORD_BY_WORD) * candidate.nearness + _WORD_BY_WORD * candidate.met
