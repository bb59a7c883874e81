"""Examples and batches: which passages a question is learned with, minimal pairs, and the tensors of a step."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray

from onrecord.embeddings.reader import LONGEST
from training.corpus import (
    ALSO,
    GOLD,
    OCCASION,
    ON_RECORD,
    OTHER,
    TRAP,
    Candidate,
    Labels,
    LearnedPassage,
    LearnedQuestion,
    Status,
)

STATUSES: tuple[Status, ...] = ("answered", "asked_not_answered", "not_found", "exchange")
# The ids that begin, fill and end a sequence, in the encoder's vocabulary.
_BEGIN, _FILL, _END = 0, 1, 2
# Of passages that answer and of those that hold a trap, so many are shown; the rest of an example are near misses.
_ANSWERING, _TRAPS, _SWAPPED = 3, 2, 2
# The title, and the question on record, are each left out so often: the reader must not live by them.
_LEFT_OUT = 0.15
# Where a passage stands that was not found: behind those that were.
_NOT_FOUND = 20
# Sequences of like length that are read at once: more of a length, less filling.
_AT_ONCE = 24


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage as shown to the reader: some of its sentences may be cut out, and then answer nothing."""

    passage: LearnedPassage
    labels: Labels
    rank: int | None = None
    cut: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Example:
    """A question with the passages to read for it, what is right to say, and which context is left out."""

    question: LearnedQuestion
    shown: tuple[Shown, ...]
    status: Status
    left_out: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """Tensors of some examples: Q questions with N sentences in B sequences of at most L tokens.

    `ids` and `mask` (B, L); `owners` (B, L): the sentence of the batch each token belongs to, or -1; `sequences` (N,):
    the sequence each sentence is in; `ranks` (N,): the logarithm of how far down its passage was found; `cells`
    (Q, S): the sentences of each question, or -1; `labels` (Q, S); `statuses` (Q,) positions in STATUSES. `chunks` are
    (first, last, tokens) of sequences to read at once.
    """

    ids: torch.Tensor
    mask: torch.Tensor
    owners: torch.Tensor
    sequences: torch.Tensor
    ranks: torch.Tensor
    cells: torch.Tensor
    labels: torch.Tensor
    statuses: torch.Tensor
    chunks: tuple[tuple[int, int, int], ...]

    def to(self, device: torch.device) -> Batch:
        """The batch on a device."""
        names = ("ids", "mask", "owners", "sequences", "ranks", "cells", "labels", "statuses")
        return replace(self, **{name: getattr(self, name).to(device, non_blocking=True) for name in names})


def example(
    question: LearnedQuestion,
    passages: Sequence[LearnedPassage],
    many: int,
    chance: random.Random,
    *,
    cut: float,
    swap: float,
) -> Example:
    """Draw an example of at most `many` passages for a question.

    With the probability `cut` it is a minimal pair: the passages that answer, without the sentences that do, so that
    nothing answers. With the probability `swap`, where the question names a speaker, they are as said by another.
    """

    def shown(candidate: Candidate) -> Shown:
        return Shown(passages[candidate.passage], candidate.labels, candidate.rank)

    answering = [shown(one) for one in question.candidates if one.holds_answer]
    others = [shown(one) for one in question.candidates if not one.holds_answer]
    traps = [one for one in others if (one.labels == TRAP).any()]
    near = [one for one in others if not (one.labels == TRAP).any()]
    chance.shuffle(traps)
    chance.shuffle(near)
    others = traps[:_TRAPS] + near
    left_out = tuple(mark for mark in (OCCASION, ON_RECORD) if chance.random() < _LEFT_OUT)
    drawn = chance.random()
    if drawn < cut and answering and question.status != "exchange":
        pair = [one for one in map(without_answer, answering[:_ANSWERING]) if one is not None]
        return Example(question, (*pair, *others)[:many], "not_found", left_out)
    if drawn < cut + swap and question.swapped:
        swapped = [replace(shown(one), rank=0) for one in question.swapped[:_SWAPPED]]
        return Example(question, (*swapped, *others)[:many], "not_found", left_out)
    chance.shuffle(answering)
    return Example(question, (*answering[:_ANSWERING], *others)[:many], question.status, left_out)


def without_answer(shown: Shown) -> Shown | None:
    """A passage without the sentences that may be quoted; None where nothing else is in it."""
    cut = np.flatnonzero(np.isin(shown.labels, (GOLD, ALSO)))
    return replace(shown, cut=tuple(cut.tolist())) if len(cut) < len(shown.labels) else None


def as_found(question: LearnedQuestion, passages: Sequence[LearnedPassage], many: int) -> Example:
    """A question with the first `many` passages found for it, as the product reads them."""
    found = [one for one in question.candidates if one.rank is not None and one.rank < many]
    return Example(
        question, tuple(Shown(passages[one.passage], one.labels, one.rank) for one in found), question.status
    )


def sequence(
    question: NDArray[np.int32], shown: Shown, left_out: Sequence[int] = ()
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The ids of a question and a passage as the reader is given them, and which sentence each is of, or -1."""
    passage = shown.passage
    kept = ~np.isin(passage.owners, (*shown.cut, *left_out))
    room = LONGEST - len(question) - 4
    tokens, owners = passage.tokens[kept][:room], passage.owners[kept][:room]
    ids = np.concatenate([[_BEGIN], question, [_END, _END], tokens, [_END]]).astype(np.int64)
    own = np.full(len(ids), OTHER, np.int64)
    own[len(question) + 3 : -1] = np.where(owners >= 0, owners, OTHER)
    return ids, own


def batch(examples: Sequence[Example]) -> Batch:
    """The tensors of some examples; every example has a sentence, as those drawn from a corpus do."""
    rows: list[tuple[NDArray[np.int64], NDArray[np.int64]]] = []
    rank: list[float] = []
    sequences: list[int] = []
    cells: list[list[int]] = []
    labels: list[list[int]] = []
    for one in examples:
        cells.append([])
        labels.append([])
        for shown in one.shown:
            ids, own = sequence(one.question.tokens, shown, one.left_out)
            present = np.unique(own[own >= 0])
            if not len(present):
                continue
            numbers = len(sequences) + np.arange(len(present))
            number_of = np.full(len(shown.labels) + 1, OTHER)
            number_of[present] = numbers
            cells[-1] += numbers.tolist()
            labels[-1] += shown.labels[present].tolist()
            sequences += [len(rows)] * len(present)
            rank += [_depth(one.question, shown)] * len(present)
            rows.append((ids, np.where(own >= 0, number_of[own], OTHER)))
    # Sequences by their length, so that little is filled.
    order = sorted(range(len(rows)), key=lambda place: len(rows[place][0]))
    place_of = {old: new for new, old in enumerate(order)}
    rows = [rows[place] for place in order]
    longest = len(rows[-1][0])
    starts = range(0, len(rows), _AT_ONCE)
    chunks = tuple(
        (at, min(at + _AT_ONCE, len(rows)), len(rows[min(at + _AT_ONCE, len(rows)) - 1][0])) for at in starts
    )
    lengths = np.array([len(ids) for ids, _ in rows])
    return Batch(
        ids=_filled([ids for ids, _ in rows], longest, _FILL),
        mask=torch.from_numpy(np.arange(longest)[None] < lengths[:, None]),
        owners=_filled([own for _, own in rows], longest, OTHER),
        sequences=torch.tensor([place_of[place] for place in sequences]),
        ranks=torch.tensor(rank, dtype=torch.float32),
        cells=_filled([np.array(one, np.int64) for one in cells], max(map(len, cells)), OTHER),
        labels=_filled([np.array(one, np.int64) for one in labels], max(map(len, labels)), 0),
        statuses=torch.tensor([STATUSES.index(one.status) for one in examples]),
        chunks=chunks,
    )


def _depth(question: LearnedQuestion, shown: Shown) -> float:
    if question.collection not in ("asked", "own"):
        return 0.0
    return math.log(2 + (shown.rank if shown.rank is not None else _NOT_FOUND))


def _filled(rows: Sequence[NDArray[np.int64]], width: int, filler: int) -> torch.Tensor:
    table = np.full((len(rows), width), filler, np.int64)
    for row, values in zip(table, rows, strict=True):
        row[: len(values)] = values
    return torch.from_numpy(table)
