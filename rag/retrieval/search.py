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

# What the best match of words adds, in standard deviations of nearness. Between 2 and 5 it matters little.
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
    """How near a question is to the passages of one language in general: mean and standard deviation."""

    mean: float
    spread: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that might be found.

    `nearness` is its inner product with the question in standard deviations above the mean of its language; `matching`
    its BM25 for the question's words, 0 in any other language than the question's; `words` its length; `shown` how
    much of it the conversation has shown, 0–1.
    """

    id: int
    language: str
    nearness: float
    matching: float
    words: int
    shown: float = 0.0


def backgrounds(samples: Mapping[str, Vectors], question: Vectors) -> dict[str, Background]:
    """Return the background of one question vector for each language, from (n, dimension) samples of its passages.

    A multilingual model puts a passage of the question's own language nearer than its translation, and a question about
    nothing in particular near everything: scores compare only once both are taken off. A language of few passages is
    measured partly by all the others.
    """
    scores = {language: sample @ question for language, sample in samples.items() if len(sample)}
    if not scores:
        return {}
    everything = np.concatenate(list(scores.values()))
    pooled = math.sqrt(sum(float(((part - part.mean()) ** 2).sum()) for part in scores.values()) / len(everything))
    result = {}
    for language, part in scores.items():
        share = len(part) / (len(part) + _BELIEVED)
        mean = share * float(part.mean()) + (1 - share) * float(everything.mean())
        spread = math.sqrt(share * float(part.var()) + (1 - share) * pooled**2)
        result[language] = Background(mean, max(spread, _LEAST_SPREAD))
    return result


def translations(
    ids: Sequence[int], languages: Sequence[str], vectors: Vectors, samples: Mapping[str, Vectors]
) -> dict[int, int]:
    """Pair each passage with the one in another language that says the same, where there is one.

    `vectors` are those of the passages, (n, dimension); `samples` as in `backgrounds`. Not every pair is mutual.
    """
    present = sorted(set(languages))
    if len(present) < 2:
        return {}
    means = np.stack([samples[language].mean(axis=0) for language in present])
    code = np.array([present.index(language) for language in languages])
    centred = vectors - means[code]
    centred /= np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-6)
    likeness = centred @ centred.T
    likeness[code[:, None] == code[None, :]] = -1.0
    best = likeness.argmax(axis=1)
    return {ids[row]: ids[int(other)] for row, other in enumerate(best) if float(likeness[row, other]) >= _TRANSLATION}


def rank(candidates: Sequence[Candidate], language: str, partners: Mapping[int, int]) -> list[tuple[int, float]]:
    """Order candidates for a question in `language`: (id, score), best first, ties by id.

    Nearness and, within the question's language, matching words are added up. A passage and its translation
    (`partners`) share what speaks for them: words that match the one are evidence for the other too.
    """
    most = max((candidate.matching for candidate in candidates), default=0.0)
    own = {
        candidate.id: candidate.nearness
        + (_WORDS * candidate.matching / most if most > 0 else 0.0)
        - _SHORT * (1 - math.log1p(min(candidate.words, _LONG_ENOUGH)) / math.log1p(_LONG_ENOUGH))
        - _SHOWN * candidate.shown
        for candidate in candidates
    }
    scores = {
        candidate.id: (own[candidate.id] + own[partners.get(candidate.id, candidate.id)]) / 2
        + (_OWN_LANGUAGE if candidate.language == language else 0.0)
        for candidate in candidates
    }
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))
