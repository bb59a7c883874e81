"""Questions about briefings to candidates: what a search finds for each, its sentences labelled by the places named."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from onrecord.embeddings import Encoder
from onrecord.rag import Library, Settings
from onrecord.rag.holdings import Holdings
from onrecord.rag.questions.named import on_record
from onrecord.rag.questions.question import read_question
from onrecord.rag.reading.composing import ComposedPassage, composed
from onrecord.rag.reading.finding import READ
from onrecord.rag.retrieval.retrieve import retrieve
from onrecord.rag.store.sqlite.engine import SqliteStore
from onrecord.rag.text.quotes import overlap
from onrecord.rag.types import Briefing, Filters, Passage
from training.corpus import ALSO, GOLD, NEITHER, TRAP, Candidate, Collection, CorpusWriter, Labels
from training.question_sets import AskedQuestion, MissingData, Place, read_questions

_SEED = 5
# A sentence is one that a place names where they share this part of the shorter.
_SHARED = 0.5


def learn_asked(
    writer: CorpusWriter, folder: Path, home: Path, encoder: Encoder, settings: Settings, collection: Collection
) -> None:
    """Add the questions of a set in `folder`, searched for in a library in `home`, which is made on first use.

    The candidates are those the product reads: the first `READ` that the search finds, in its order, and behind them
    those that hold a sentence named and were not found. Raises MissingData.
    """
    files = [path for path in sorted((folder / "briefings").rglob("*")) if path.is_file()]
    if not files:
        raise MissingData(f"{folder / 'briefings'} holds no texts. Name the folder of the sets: make reader DATA=…")
    with Library.open(home, settings=settings) as library:
        library.add(files)
    store = SqliteStore(home)
    try:
        holdings = Holdings(store)
        known = on_record(*holdings.on_record())
        texts = _Texts.of(holdings)
        chance = random.Random(_SEED)
        for asked in read_questions(folder / "questions.jsonl"):
            question = read_question(asked.question, asked.history, known)
            found = [hit.passage for hit in retrieve(holdings, encoder, question, READ, Filters())][:READ]
            candidates = _candidates(writer, texts, asked, found)
            writer.question(
                question.to_read,
                candidates,
                _swapped(writer, texts, asked, found, chance),
                id=asked.id,
                collection=collection,
                document=asked.document,
                language=asked.language,
                type=asked.type,
                status=asked.status,
            )
    finally:
        store.close()


@dataclass(frozen=True, slots=True)
class _Texts:
    """The briefings of a library by id, their passages as composed, and the ids by file."""

    briefings: Mapping[str, Briefing]
    passages: Mapping[str, Sequence[Passage]]
    ids: Mapping[str, str]

    @classmethod
    def of(cls, holdings: Holdings) -> _Texts:
        briefings = {briefing.id: briefing for briefing in holdings.briefings()}
        passages = {id_: holdings.passages(id_) for id_ in briefings}
        return cls(briefings, passages, {Path(briefing.file).name: id_ for id_, briefing in briefings.items()})

    def composed(self, passage: Passage) -> ComposedPassage:
        return composed(passage, self.briefings[passage.briefing_id])

    def holding(self, places: Sequence[Place]) -> list[Passage]:
        """The passages that share characters with a place."""
        return [
            passage
            for place in places
            if place.file in self.ids
            for passage in self.passages[self.ids[place.file]]
            if overlap(place, passage)
        ]

    def labels(self, seen: ComposedPassage, asked: AskedQuestion) -> Labels:
        """What each sentence of a passage is to a question."""
        file = seen.passage.briefing_id
        kinds = ((GOLD, asked.gold), (ALSO, asked.also), (TRAP, asked.trap))

        def named(start: int, end: int, places: Sequence[Place]) -> bool:
            return any(
                self.ids.get(place.file) == file
                and min(end, place.end) - max(start, place.start) >= _SHARED * min(end - start, place.end - place.start)
                for place in places
            )

        return np.array(
            [
                next((kind for kind, places in kinds if named(one.span.start, one.span.end, places)), NEITHER)
                for one in seen.sentences
            ],
            np.int8,
        )


def _candidates(writer: CorpusWriter, texts: _Texts, asked: AskedQuestion, found: Sequence[Passage]) -> list[Candidate]:
    ids = {passage.id for passage in found}
    more = {one.id: one for one in texts.holding((*asked.gold, *asked.also, *asked.trap)) if one.id not in ids}
    candidates = []
    for rank, passage in enumerate([*found, *more.values()]):
        seen = texts.composed(passage)
        position = writer.passage(passage.id, seen.pieces, [sentence.piece for sentence in seen.sentences])
        candidates.append(Candidate(position, texts.labels(seen, asked), rank if rank < len(found) else None))
    return candidates


def _swapped(
    writer: CorpusWriter, texts: _Texts, asked: AskedQuestion, found: Sequence[Passage], chance: random.Random
) -> list[Candidate]:
    """The passages that answer, as said by somebody else: of a question that names who said it, they answer nothing."""
    ids = {passage.id for passage in found}
    missed = {one.id: one for one in texts.holding(asked.gold) if one.id not in ids}
    swapped = []
    for passage in [*found, *missed.values()] if asked.speaker else []:
        seen, turns = texts.composed(passage), texts.briefings[passage.briefing_id].turns
        labels = texts.labels(seen, asked)
        said_by = {turns[one.turn].speaker for one, label in zip(seen.sentences, labels, strict=True) if label == GOLD}
        others = sorted({turn.speaker for turn in turns if turn.speaker} - said_by)
        speaker = next(iter(said_by), None)
        if len(said_by) != 1 or not speaker or not others or not _names(asked.question, speaker):
            continue
        other = chance.choice(others)
        own = {one.piece for one in seen.sentences}
        pieces = [piece if place in own else piece.replace(speaker, other) for place, piece in enumerate(seen.pieces)]
        position = writer.passage((passage.id, speaker, other), pieces, sorted(own))
        swapped.append(Candidate(position, np.zeros_like(labels)))
    return swapped


def _names(question: str, speaker: str) -> bool:
    """Whether a question names a speaker by the last word of the name."""
    surname = re.sub(r"\W", "", speaker.split()[-1]).casefold()
    return surname in re.sub(r"[^\w\s]", "", question).casefold().split()
