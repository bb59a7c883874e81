"""How probable it is that the passages found answer the question."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings import Encoder, TokenVectors
from onrecord.rag.answers.questions import read_question
from onrecord.rag.languages import detect_language
from onrecord.rag.lexical import query_terms
from onrecord.rag.sentences import sentences
from onrecord.rag.types import Passage

# Sentences read for one question: those of the best passages, and among these the ones that share its words. Half as
# many do nearly as well; those read here need not be read again to choose what is quoted.
_PASSAGES = 4
_SENTENCES = 28
# Above this the subject is there, in one form or another; how much above says only how like the wording is.
_COVERED = 0.9
_WORD = re.compile(r"[^\W_]+(?:[-.][^\W_]+)*")
# Fitted by benchmarks/confidence.py on questions with and without an answer (of five that people ask, three have one):
# a constant, then a weight for each field of Signals in order.
_COEFFICIENTS = (-36.44, 31.18, 12.3, 0.95, -0.63)


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for an answer.

    `covered` (0–0.9) is how well the question's telling words are met, each by the most similar word of any sentence
    read, across languages too. `nearest` is the cosine of the question and the nearest passage. `crossing` is 1 where
    the best passage is in another language than the question, which lowers both. `exact` is 1 where a number or a date
    is asked for: these are missing most often where all else about a subject is there.
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
    language = "fr" if detect_language(question) == "fr" else "en"
    asked = encoder.encode_tokens([question], questions=True)[0]
    read = encoder.encode_tokens(_telling_sentences(question, language, passages))
    covered = covered_words(question, language, asked, np.concatenate([one.vectors for one in read]))
    exact = read_question(question).wanted in ("number", "date")
    return Signals(min(covered, _COVERED), nearest, float(passages[0].language != language), float(exact))


def covered_words(question: str, language: str, asked: TokenVectors, said: NDArray[np.float32]) -> float:
    """How well the telling words of a question are met: the mean of each word's best cosine (pure).

    `said` is the (n, dimension) unit vectors of the tokens of all sentences read. A word's cosine is the mean of its
    tokens'; a question without telling words is taken whole.
    """
    best = (asked.vectors @ said.T).max(axis=1)
    starts, ends = asked.spans[:, 0], asked.spans[:, 1]
    words = [match for match in _WORD.finditer(question) if query_terms(match.group(), language)]
    of_words = [best[(starts < word.end()) & (ends > word.start())] for word in words]
    means = [float(values.mean()) for values in of_words if values.size]
    return float(np.mean(means)) if means else float(best.mean())


def _telling_sentences(question: str, language: str, passages: Sequence[Passage]) -> list[str]:
    """The sentences most worth reading: of better passages, with more of the question's words, and earlier."""
    wanted = frozenset(query_terms(question, language))
    found: list[tuple[float, str]] = []
    for rank, passage in enumerate(passages[:_PASSAGES], start=1):
        for position, span in enumerate(sentences(passage.text, passage.language)):
            text = passage.text[span.start : span.end]
            share = len(wanted.intersection(query_terms(text, passage.language))) / max(1, len(wanted))
            found.append((share + 0.5 / rank - 0.01 * position, text))
    found.sort(key=lambda one: -one[0])
    return [text for _, text in found[:_SENTENCES]]
