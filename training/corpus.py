"""What a reader learns from, as token ids: passages as they are composed, and questions with labelled candidates."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings.reader import QUESTION_TOKENS

Status = Literal["answered", "asked_not_answered", "not_found", "exchange"]
Collection = Literal["asked", "own", "exchanges", "piaf", "clapnq"]

# What a token that belongs to no sentence is of: the title and date, the question on record, or any other mark.
OTHER, OCCASION, ON_RECORD = -1, -2, -3
# What a sentence is to a question.
NEITHER, GOLD, ALSO, TRAP = 0, 1, 2, 3

_ON_RECORD_MARK = "asked: "

Ids = NDArray[np.int32]
Labels = NDArray[np.int8]
Tokenize = Callable[[Sequence[str]], list[list[int]]]
"""Texts to the ids of their tokens, without those that begin and end a sequence."""


@dataclass(frozen=True, slots=True)
class LearnedPassage:
    """A passage: (tokens,) ids, and whose each is: the position of a sentence, or OTHER, OCCASION, ON_RECORD."""

    tokens: Ids
    owners: NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage for a question, by its position in the corpus, with what each of its sentences is to the question.

    `rank` is its place among those found, from 0; None for one that was not found, or that nobody searched for.
    """

    passage: int
    labels: Labels
    rank: int | None = None

    @property
    def holds_answer(self) -> bool:
        """Whether one of its sentences may be quoted."""
        return bool(np.isin(self.labels, (GOLD, ALSO)).any())


@dataclass(frozen=True, slots=True)
class LearnedQuestion:
    """A question with its candidates, best first, and the same passages said by somebody else (`swapped`).

    `document` names the text it is about: by it the questions are split.
    """

    id: str
    collection: Collection
    document: str
    language: str
    type: str
    status: Status
    tokens: Ids
    candidates: tuple[Candidate, ...]
    swapped: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Corpus:
    """Passages, and questions that name them by position."""

    passages: tuple[LearnedPassage, ...] = ()
    questions: tuple[LearnedQuestion, ...] = ()

    def joined(self, other: Corpus) -> Corpus:
        """Both one after the other."""
        first = len(self.passages)

        def moved(candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
            return tuple(replace(one, passage=one.passage + first) for one in candidates)

        questions = (
            replace(question, candidates=moved(question.candidates), swapped=moved(question.swapped))
            for question in other.questions
        )
        return Corpus((*self.passages, *other.passages), (*self.questions, *questions))


class CorpusWriter:
    """Gathers a corpus; a passage that comes again under the same key is kept once."""

    def __init__(self, tokenize: Tokenize) -> None:
        self._tokenize = tokenize
        self._positions: dict[Hashable, int] = {}
        self._passages: list[LearnedPassage] = []
        self._questions: list[LearnedQuestion] = []

    def passage(self, key: Hashable, pieces: Sequence[str], sentences: Sequence[int]) -> int:
        """The position of a passage made of pieces, some of which are its sentences (by position, in order)."""
        if key not in self._positions:
            self._positions[key] = len(self._passages)
            self._passages.append(_learned(self._tokenize(pieces), pieces, sentences))
        return self._positions[key]

    def question(
        self,
        words: str,
        candidates: Sequence[Candidate],
        swapped: Sequence[Candidate] = (),
        *,
        id: str,
        collection: Collection,
        document: str,
        language: str,
        type: str,
        status: Status,
    ) -> None:
        """Add a question about candidates that `passage` gave the positions of."""
        (tokens,) = self._tokenize([f"query: {words}"])
        ids = np.array(tokens[:QUESTION_TOKENS], np.int32)
        self._questions.append(
            LearnedQuestion(id, collection, document, language, type, status, ids, tuple(candidates), tuple(swapped))
        )

    def corpus(self) -> Corpus:
        """What was gathered so far."""
        return Corpus(tuple(self._passages), tuple(self._questions))


def _learned(tokens: Sequence[Sequence[int]], pieces: Sequence[str], sentences: Sequence[int]) -> LearnedPassage:
    places = {piece: place for place, piece in enumerate(sentences)}
    # The last piece before the first sentence names its kind and speaker; what stands before that is the context.
    context = (sentences[0] if sentences else 0) - 1
    owners: list[int] = []
    for position, (ids, text) in enumerate(zip(tokens, pieces, strict=True)):
        before = ON_RECORD if text.startswith(_ON_RECORD_MARK) else OCCASION
        owners += [places.get(position, before if position < context else OTHER)] * len(ids)
    whole = np.array([token for part in tokens for token in part], np.int32)
    return LearnedPassage(whole, np.array(owners, np.int16))


def save_corpus(corpus: Corpus, path: Path) -> None:
    """Write a corpus to a file of compressed JSON; whole or not at all."""
    content = {
        "passages": [[passage.tokens.tolist(), passage.owners.tolist()] for passage in corpus.passages],
        "questions": [_row(question) for question in corpus.questions],
    }
    unfinished = path.with_suffix(".part")
    with gzip.open(unfinished, "wt", encoding="utf-8", compresslevel=4) as file:
        json.dump(content, file, separators=(",", ":"))
    unfinished.replace(path)


def load_corpus(path: Path) -> Corpus:
    """Read what `save_corpus` wrote."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        content = json.load(file)
    passages = (LearnedPassage(np.array(a, np.int32), np.array(b, np.int16)) for a, b in content["passages"])
    return Corpus(tuple(passages), tuple(map(_question, content["questions"])))


def _row(question: LearnedQuestion) -> dict[str, Any]:
    row = {name: getattr(question, name) for name in LearnedQuestion.__slots__}
    row["tokens"] = question.tokens.tolist()
    for name in ("candidates", "swapped"):
        row[name] = [[one.passage, one.labels.tolist(), one.rank] for one in row[name]]
    return row


def _question(row: dict[str, Any]) -> LearnedQuestion:
    row["tokens"] = np.array(row["tokens"], np.int32)
    for name in ("candidates", "swapped"):
        row[name] = tuple(Candidate(passage, np.array(labels, np.int8), rank) for passage, labels, rank in row[name])
    return LearnedQuestion(**row)
