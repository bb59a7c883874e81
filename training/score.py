"""How well a reader chooses and knows, over the passages that the search finds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.corpus import ALSO, GOLD, TRAP, LearnedPassage, LearnedQuestion
from training.examples import as_found, batch
from training.model import TrainedReader
from training.train import said_by

_AT_ONCE = 8
_PASSAGES = 20
_THRESHOLDS = np.linspace(0.02, 0.98, 97)

Weights = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Said:
    """What a reader says to a question: (S,) that each sentence answers, that it leaves open; that nothing does."""

    question: LearnedQuestion
    labels: NDArray[np.int64]
    answers: Weights
    opens: Weights
    nothing: float


@dataclass(frozen=True, slots=True)
class Scores:
    """Shares of questions, 0–1; an answer is given where `nothing` is no likelier than `threshold`.

    Of those that are answered or left open: `first` and `top3`, the likeliest sentence, or one of three, may be
    quoted; `trapped`, the likeliest is a trap; `given`, an answer is. `not_found`: of the rest, none is given.
    `auroc`: that `nothing` is likelier for one of these than for one of those. `open`: of those left open, said to be
    so; `wrongly_open`: of those answered.
    """

    questions: int
    threshold: float
    first: float
    top3: float
    trapped: float
    auroc: float
    given: float
    not_found: float
    open: float
    wrongly_open: float


def said(reader: TrainedReader, questions: Sequence[LearnedQuestion], passages: Sequence[LearnedPassage]) -> list[Said]:
    """What a reader says to questions, of the passages found for each."""
    device = reader.nothing.device
    found: list[Said] = []
    for at in range(0, len(questions), _AT_ONCE):
        asked = questions[at : at + _AT_ONCE]
        part = batch([as_found(question, passages, _PASSAGES) for question in asked]).to(device)
        rows = said_by(reader, part).float().cpu().numpy()
        labels, held = part.labels.cpu().numpy(), (part.cells >= 0).cpu().numpy()
        many = labels.shape[1]
        found += [
            Said(question, labels[k][held[k]], row[:many][held[k]], row[many:-1][held[k]], float(row[-1]))
            for k, (question, row) in enumerate(zip(asked, rows, strict=True))
        ]
    return found


def threshold_of(said: Sequence[Said]) -> float:
    """The probability of nothing up to which to answer: where the shares rightly given and rightly refused add up."""
    pairs = [(one.nothing, one.question.status != "not_found") for one in said]
    answered = np.array([nothing for nothing, is_one in pairs if is_one])
    refused = np.array([nothing for nothing, is_one in pairs if not is_one])
    return float(max(_THRESHOLDS, key=lambda at: (answered <= at).mean() + (refused > at).mean()))


def scored(said: Sequence[Said], threshold: float) -> Scores:
    """Measure what a reader said; shares of no questions are not a number."""
    quotable = [one for one in said if one.question.status != "not_found"]
    ranked = [_labels_by_weight(one) for one in quotable]
    answered = np.array([one.nothing for one in quotable])
    refused = np.array([one.nothing for one in said if one.question.status == "not_found"])
    called_open = {True: list[bool](), False: list[bool]()}
    for one in quotable:
        opened = bool(one.opens.sum() > one.answers.sum()) and one.nothing <= threshold
        called_open[one.question.status == "asked_not_answered"].append(opened)
    return Scores(
        questions=len(said),
        threshold=threshold,
        first=_share(labels[:1] for labels in ranked),
        top3=_share(labels[:3] for labels in ranked),
        trapped=_mean([labels[:1] == [TRAP] for labels in ranked]),
        auroc=_mean((answered[:, None] < refused[None]).ravel()),
        given=_mean(answered <= threshold),
        not_found=_mean(refused > threshold),
        open=_mean(called_open[True]),
        wrongly_open=_mean(called_open[False]),
    )


def _labels_by_weight(one: Said) -> list[int]:
    labels: list[int] = one.labels[np.argsort(-(one.answers + one.opens), kind="stable")].tolist()
    return labels


def _share(chosen: Iterable[Sequence[int]]) -> float:
    return _mean([any(label in (GOLD, ALSO) for label in labels) for labels in chosen])


def _mean(values: Sequence[bool] | NDArray[np.bool_]) -> float:
    return float(np.mean(values)) if len(values) else float("nan")
