"""Exchanges on record to questions: the sentences of a question's own reply against those of other replies."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from onrecord.rag.errors import OnRecordError
from onrecord.rag.passages import passages_of
from onrecord.rag.readers import read
from onrecord.rag.reading.composing import composed
from onrecord.rag.transcript.understanding import understand
from onrecord.rag.types import Briefing, Passage, SourceText
from training.corpus import GOLD, NEITHER, Candidate, CorpusWriter

_SEED = 3
# Shorter questions ("Thank you. Yes?") ask nothing; of longer ones the end asks.
_FEWEST_WORDS, _LAST_WORDS = 5, 60
# A reply of one sentence says too little to be told from others.
_FEWEST_SENTENCES = 2
# Passages of its own reply, and others: the nearest in the text are the hardest.
_OWN, _NEAR, _FAR = 3, 6, 5
_REPLIES = ("answer", "moderation", "statement")


@dataclass(frozen=True, slots=True)
class _Seen:
    """A passage without the words of those who ask: where it is in the corpus, and which sentences are of a reply."""

    passage: Passage
    position: int
    replies: tuple[bool, ...]


def learn_exchanges(writer: CorpusWriter, files: Iterable[Path]) -> None:
    """Add the exchanges of transcripts; files that cannot be read are left out."""
    chance = random.Random(_SEED)
    for file in files:
        for document in read(file.name, file.read_bytes()):
            if not isinstance(document, OnRecordError):
                _learn(writer, _briefing(file.name, document.source), chance)


def _briefing(name: str, source: SourceText) -> Briefing:
    structure = understand(source)
    return Briefing(
        id=name,
        title=structure.title or "",
        date=structure.date,
        language=structure.language,
        url=None,
        file=name,
        kind=structure.kind,
        text=source.text,
        turns=structure.turns,
        exchanges=structure.exchanges,
        boilerplate=structure.boilerplate,
        reported=structure.reported,
        dates=structure.dates,
    )


def _learn(writer: CorpusWriter, briefing: Briefing, chance: random.Random) -> None:
    seen = [one for one in (_seen(writer, passage, briefing) for passage in passages_of(briefing)) if one.replies]
    for number, exchange in enumerate(briefing.exchanges):
        words = " ".join(briefing.text[span.start : span.end] for span in exchange.asked).split()
        own = [one for one in seen if one.passage.exchange == number]
        if len(words) < _FEWEST_WORDS or sum(len(one.replies) for one in own) < _FEWEST_SENTENCES:
            continue
        start = own[0].passage.start
        others = sorted(
            (one for one in seen if one.passage.exchange != number), key=lambda one: abs(one.passage.start - start)
        )
        near, far = others[:_NEAR], others[_NEAR:]
        chance.shuffle(far)
        candidates = [
            Candidate(one.position, np.where(one.replies, GOLD, NEITHER).astype(np.int8)) for one in own[:_OWN]
        ] + [Candidate(one.position, np.zeros(len(one.replies), np.int8)) for one in near + far[:_FAR]]
        writer.question(
            " ".join(words[-_LAST_WORDS:]),
            candidates,
            id=f"{briefing.file}-{number}",
            collection="exchanges",
            document=briefing.file,
            language=briefing.language,
            type="exchange",
            status="exchange",
        )


def _seen(writer: CorpusWriter, passage: Passage, briefing: Briefing) -> _Seen:
    """A passage without the question on record and the words of those who ask: they would give it away."""
    whole = composed(passage, briefing)
    kept = [one for one in whole.sentences if briefing.turns[one.turn].kind != "question"]
    left_out = {one.piece for one in whole.sentences} - {one.piece for one in kept}
    places: dict[int, int] = {}
    pieces: list[str] = []
    for place, piece in enumerate(whole.pieces):
        if place not in left_out and not piece.startswith(("asked: ", "question, ")):
            places[place] = len(pieces)
            pieces.append(piece)
    position = writer.passage((briefing.file, passage.id), pieces, [places[one.piece] for one in kept])
    return _Seen(passage, position, tuple(briefing.turns[one.turn].kind in _REPLIES for one in kept))
