"""How likely it is that what was read answers: what the reader says, and whether the question's subject is met (pure).

A reader is seldom asked about what nobody spoke of while it learns: each of its questions is about the passages that it
is given. So it finds something near. Whether the words of the question are in what was found it is told here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from onrecord.rag.reading.reader import Reading
from onrecord.rag.retrieval.subject import Subject

NOT_FOUND_BELOW = 0.5
"""Below this probability that a sentence read answers a question or leaves it open, the answer says that nothing was
found: it is calibrated so that one half is right."""
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class _Weights:
    """A logistic function's: of a constant and of each sign."""

    constant: float
    read: float
    unknown: float
    unknown_leaning: float
    met: float = 0.0


# Fitted by `python -m benchmarks.absent`, on questions over transcripts that the reader did not learn from
# (docs/quality.md, "Subjects nobody spoke of"). `read` is below 1: the reader is too sure of itself either way.
_BY_WORDS = _Weights(constant=-0.75, read=0.44, unknown=-1.53, unknown_leaning=-1.83, met=0.34)
# Where a library is searched by a model that gives no tokens.
_AS_PRINTED = _Weights(constant=0.17, read=0.48, unknown=-1.67, unknown_leaning=-2.18)


def certainty(reading: Reading, subject: Subject) -> float:
    """The probability (0–1) that some of what was read answers a question or leaves it open on record.

    Where a question has no words of its own that say what it is about, it is the reader's alone.
    """
    if not reading.sentences:
        return 0.0
    answers = 1 - reading.nothing
    if not subject.words:
        return answers
    met = subject.met.get(max(reading.sentences, key=lambda one: one.weight).passage.id)
    weights = _AS_PRINTED if met is None else _BY_WORDS
    logit = (
        weights.constant
        + weights.read * math.log(max(answers, _LEAST) / max(reading.nothing, _LEAST))
        + (weights.unknown + weights.unknown_leaning * subject.leans) * subject.unknown
        + weights.met * (met or 0.0)
    )
    return 1 / (1 + math.exp(-logit))
