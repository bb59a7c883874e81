"""How probable it is that the passages found answer the question."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from statistics import NormalDist

import numpy as np

from onrecord.rag.languages import language
from onrecord.rag.questions.question import Question
from onrecord.rag.questions.stating import states
from onrecord.rag.retrieval.interaction import WordVectors, beyond_context, met, met_within, words_given
from onrecord.rag.retrieval.retrieve import Found
from onrecord.rag.retrieval.search import Background
from onrecord.rag.types import Passage

_DATE = re.compile(r"^\d{4}(?:-\d\d){0,2}$")
# Passages read for one question.
_PASSAGES = 6
# The usual cosine of a question and a passage that has nothing to do with it, and its spread: the bundled model's on
# the development sets. It counts as much as this many passages, so that a library of one briefing is judged too.
_USUAL = Background(0.75, 0.017)
_BELIEVED = 5
# Of the words asked for, how many are looked at: the best met. The others are turns of phrase ("going by what he said")
# as often as what is missing.
_LOOKED_AT = 2 / 3
# Fitted by benchmarks/confidence.py on questions with and without an answer (of eight that people ask, five have one):
# a constant, then a weight for each field of Signals in order.
_COEFFICIENTS = (-17.63, 10.19, 13.09, 0.79, 1.64, -23.56)


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for an answer.

    `covered` is how well the question's telling words are met, each by the most similar word of the passages read,
    across languages too; of the best met of them. `nearest` is the cosine of the nearest passage, and `standing` is how
    far that stands above what is usual in its language, in standard deviations, beyond what the nearest of so many
    would by chance. `crossing` is 1 where the passage that meets most of the words is in another language than the
    question, which lowers the others. `missing` is how much better the words are met by some sentence than by any that
    states a number or a date, where one is asked for.
    """

    covered: float
    nearest: float
    standing: float
    crossing: float
    missing: float


def confidence(question: Question, found: Found, searched: int) -> float:
    """Return the estimated probability, 0–1, that the passages found answer the question.

    `searched` is the number of passages they were chosen from. The figures are fitted to the bundled model; another's
    are right in order only.
    """
    return probability(signals(question, found, searched)) if found.hits else 0.0


def probability(found: Signals) -> float:
    """Weigh the signals: a logistic function (pure)."""
    constant, *weights = _COEFFICIENTS
    score = constant + sum(weight * value for weight, value in zip(weights, astuple(found), strict=True))
    return 1 / (1 + math.exp(-score))


def signals(question: Question, found: Found, searched: int) -> Signals:
    """Measure what speaks for an answer, as `confidence` does; at least one passage was found."""
    passages = [hit.passage for hit in found.hits[:_PASSAGES]]
    held = words_given(question.text, found.asked, [_occasion(passage) for passage in passages])
    asked = beyond_context(found.asked, held)
    meeting = np.array([met(asked, found.said[passage.id]) for passage in passages])
    fullest = passages[int(meeting.mean(axis=1).argmax())]
    crossing = fullest.language != question.language
    missing = _missing(question, asked, found, passages)
    best = np.sort(meeting.max(axis=0))[::-1]
    covered = float(best[: math.ceil(_LOOKED_AT * len(best))].mean())
    return Signals(covered, found.nearest, _standing(found, searched), float(crossing), missing)


def _occasion(passage: Passage) -> str:
    """When, where and by whom a passage was spoken: what stands before it but for the question that it answers."""
    title, date, *_ = [*passage.context.split("\n"), "", ""]
    return "\n".join([title, *_DATE.findall(date), *filter(None, (passage.speaker, passage.role, passage.outlet))])


def _missing(question: Question, asked: WordVectors, found: Found, passages: Sequence[Passage]) -> float:
    wanted = question.wanted
    if wanted != "number" and wanted != "date":
        return 0.0
    best = best_stating = 0.0
    for passage in passages:
        for part in language(passage.language).sentences(passage.text):
            meeting = met_within(asked, found.said[passage.id], part.start, part.end)
            best = max(best, meeting)
            if meeting > best_stating and states(passage.text[part.start : part.end], wanted, passage.language):
                best_stating = meeting
    return best - best_stating


def _standing(found: Found, searched: int) -> float:
    share = searched / (searched + _BELIEVED)
    mean = share * found.usual.mean + (1 - share) * _USUAL.mean
    spread = share * found.usual.spread + (1 - share) * _USUAL.spread
    # Of many passages the nearest stands high by chance: the expected greatest of so many normally distributed numbers
    # (Blom, Statistical Estimates and Transformed Beta-Variables, 1958).
    by_chance = NormalDist().inv_cdf((searched - 0.375) / (searched + 0.25))
    return Background(mean, spread).above(found.nearest) - by_chance
