"""What a reader is asked, and what follows from its scores (pure but for the reader itself)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings.reader import Passage as PassageToRead
from onrecord.rag.reading.composing import ComposedPassage, composed
from onrecord.rag.types import Briefing, Passage, Span


class Reader(Protocol):
    """A model that reads a question and passages together."""

    @property
    def nothing(self) -> float:
        """The logit of "no sentence answers, none leaves it open"."""

    def read(self, question: str, passages: Sequence[PassageToRead]) -> list[NDArray[np.float32]]:
        """For each passage (sentences, 2) logits: how well each sentence answers, how well it leaves open."""


@dataclass(frozen=True, slots=True)
class ReadSentence:
    """A sentence read: `text` is `briefing.text[span.start:span.end]`, in the turn at a position of the briefing.

    `passage` is where it was found; its speaker, role, outlet and kind are those of the turn. `answers` and
    `leaves_open` are the probabilities (0–1) that it is the one that answers, and the one that leaves it open.
    """

    passage: Passage
    span: Span
    text: str
    turn: int
    answers: float
    leaves_open: float

    @property
    def weight(self) -> float:
        """The probability that it is the one to quote."""
        return self.answers + self.leaves_open


@dataclass(frozen=True, slots=True)
class Reading:
    """All sentences of the passages read, in order; their probabilities and that of `nothing` add up to 1."""

    sentences: tuple[ReadSentence, ...] = ()
    nothing: float = 1.0

    def best(self) -> list[ReadSentence]:
        """The sentences, the likeliest to be quoted first."""
        return sorted(self.sentences, key=lambda sentence: -sentence.weight)

    def only(self, wanted: Callable[[ReadSentence], bool]) -> Reading:
        """The reading of some of its sentences, as if there were no others."""
        kept = [sentence for sentence in self.sentences if wanted(sentence)]
        whole = self.nothing + sum(sentence.weight for sentence in kept)
        return Reading(
            tuple(replace(s, answers=s.answers / whole, leaves_open=s.leaves_open / whole) for s in kept),
            self.nothing / whole,
        )


Reads = Callable[[str, Sequence[Passage]], Reading]
"""Reads passages for a question: a reader with the briefings that the passages are of."""


# A sentence of the n-th passage found counts as n to the power of minus this much of one of the first, other things
# being equal: chosen on questions kept aside for that (docs/reader.md).
_RANK = 0.4


def read_passages(
    reader: Reader,
    question: str,
    passages: Sequence[Passage],
    sources: Mapping[str, Briefing],
    *,
    ranked: bool = False,
) -> Reading:
    """Read passages for a question: one softmax over all their sentences, answering or leaving open, and nothing.

    `ranked` says that the passages come in the order of a search, best first, which counts too.
    """
    seen = [composed(passage, sources[passage.briefing_id]) for passage in passages if passage.briefing_id in sources]
    seen = [one for one in seen if one.sentences]
    if not seen:
        return Reading()
    scores = reader.read(question, [PassageToRead(one.pieces, tuple(s.piece for s in one.sentences)) for one in seen])
    behind = [_RANK * np.log(place) if ranked else 0.0 for place in range(1, len(seen) + 1)]
    parts = [np.asarray(part, np.float64).reshape(-1) - less for part, less in zip(scores, behind, strict=True)]
    logits = np.concatenate([*parts, [reader.nothing]])
    weights = np.exp(logits - logits.max())
    weights /= weights.sum()
    pairs = iter(weights[:-1].reshape(-1, 2).tolist())
    read = [sentence for one in seen for sentence in _sentences(one, sources[one.passage.briefing_id], pairs)]
    return Reading(tuple(read), float(weights[-1]))


def _sentences(one: ComposedPassage, briefing: Briefing, pairs: Iterator[list[float]]) -> list[ReadSentence]:
    """The sentences of a passage with their probabilities, which are the next of the pairs."""
    found = []
    for sentence in one.sentences:
        turn = briefing.turns[sentence.turn]
        own = replace(one.passage, speaker=turn.speaker, role=turn.role, kind=turn.kind, outlet=turn.outlet)
        found.append(ReadSentence(own, sentence.span, one.pieces[sentence.piece], sentence.turn, *next(pairs)))
    return found
