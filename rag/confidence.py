"""How probable it is that the passages found answer the question."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings import Encoder, TokenVectors
from onrecord.rag.lexical import query_terms
from onrecord.rag.questions import Question, read_question
from onrecord.rag.selection import share_of_words
from onrecord.rag.sentences import sentences
from onrecord.rag.types import Passage

# Sentences read for one question; twice as many tell no more (docs/quality.md, "Confidence").
_SENTENCES = 14
# Above this the subject is there, in one form or another; how much above says only how like the wording is.
_COVERED = 0.9
_WORD = re.compile(r"[^\W_]+(?:[-.][^\W_]+)*")
# Fitted by benchmarks/confidence.py on questions with and without an answer (of four that people ask, three have one):
# a constant, then a weight for each field of Signals in order.
_COEFFICIENTS = (-42.63, 35.66, 15.37, 2.04, -0.6)


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for an answer.

    `covered` (0–0.9) is how well the question's telling words are met, each by the most similar word of any sentence
    read, across languages too. `nearest` is the cosine of the question and the nearest passage. `crossing` (0–1) is
    the share of the words met in another language than the question's, which lowers both. `exact` is 1 where a number
    or a date is asked for: these are missing most often where all else about a subject is there.
    """

    covered: float
    nearest: float
    crossing: float
    exact: float


def confidence(question: str, passages: Sequence[Passage], nearest: float, encoder: Encoder) -> float:
    """Return the estimated probability, 0–1, that the passages answer the question.

    Args:
        question: in words that stand alone.
        passages: those found, best first.
        nearest: highest cosine of the question and any passage searched.
        encoder: the one that `nearest` was computed with. The figures are fitted to the bundled model; another's are
            right in order only.
    """
    return probability(signals(question, passages, nearest, encoder)) if passages else 0.0


def probability(found: Signals) -> float:
    """Weigh the signals: a logistic function (pure)."""
    constant, *weights = _COEFFICIENTS
    score = constant + sum(weight * value for weight, value in zip(weights, astuple(found), strict=True))
    return 1 / (1 + math.exp(-score))


def signals(question: str, passages: Sequence[Passage], nearest: float, encoder: Encoder) -> Signals:
    """Measure what speaks for an answer, as `confidence` does; `passages` are at least one."""
    wanted = read_question(question)
    telling = _telling_sentences(wanted, passages)
    asked = encoder.encode_tokens([question], questions=True)[0]
    said = encoder.encode_tokens([text for text, _ in telling])
    languages = [language for _, language in telling]
    foreign = np.concatenate(
        [
            np.full(len(read.vectors), language != wanted.language)
            for read, language in zip(said, languages, strict=True)
        ]
    )
    vectors = np.concatenate([read.vectors for read in said])
    covered, crossing = covered_words(question, wanted.language, asked, vectors, foreign)
    return Signals(min(covered, _COVERED), nearest, crossing, float(wanted.wanted in ("number", "date")))


def covered_words(
    question: str, language: str, asked: TokenVectors, said: NDArray[np.float32], foreign: NDArray[np.bool_]
) -> tuple[float, float]:
    """How well the telling words of a question are met, and the share of them met in another language (pure).

    `said` is the (n, dimension) unit vectors of the tokens of all sentences read, and `foreign` (n) tells those of
    another language than the question's. A word's cosine is the mean of its tokens' best, and all words count alike; a
    question without telling words is taken whole.
    """
    cosines = asked.vectors @ said.T
    best, abroad = cosines.max(axis=1), foreign[cosines.argmax(axis=1)]
    starts, ends = asked.spans[:, 0], asked.spans[:, 1]
    words = [match for match in _WORD.finditer(question) if query_terms(match.group(), language)]
    of_words = [rows for word in words if (rows := (starts < word.end()) & (ends > word.start())).any()]
    of_words = of_words or [np.ones(len(best), bool)]
    covered = float(np.mean([best[rows].mean() for rows in of_words]))
    return covered, float(np.mean([abroad[rows].mean() for rows in of_words]))


def _telling_sentences(question: Question, passages: Sequence[Passage]) -> list[tuple[str, str]]:
    """The (sentence, language) most worth reading: of better passages, and with more of the question's words."""
    found = [
        (rank, passage.text[span.start : span.end], passage.language)
        for rank, passage in enumerate(passages, start=1)
        for span in sentences(passage.text, passage.language)
    ]
    shares = share_of_words([(text, language) for _, text, language in found], question)
    # Words weigh more than rank: a late passage in another language may share one cognate with the question.
    worth = [share + 1 / (4 + rank) for share, (rank, _, _) in zip(shares, found, strict=True)]
    order = sorted(range(len(found)), key=lambda place: (-worth[place], place))
    return [found[place][1:] for place in order[:_SENTENCES]]
