"""Make the two corpora: real briefings with their questions, and many copies of them with vectors already there."""

from __future__ import annotations

import itertools
import pickle
import random
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np

from benchmarks.reworded import reworded
from benchmarks.side_by_side.corpus import Asked, Corpus, Passage, Vectors, write_corpus
from benchmarks.side_by_side.ours import BRIEFINGS, KNOWN, Known
from onrecord.embeddings import load_encoder
from onrecord.rag import Library, Settings
from onrecord.rag.embedding import embedded_text
from onrecord.rag.evaluate import SetQuestion, is_hit, read_questions
from onrecord.rag.store import Embedded, NewBriefing
from onrecord.rag.store.sqlite.engine import SqliteStore
from onrecord.rag.types import Briefing
from onrecord.rag.types import Passage as Held

# As long as passages are in the sets at hand, to draw about as many as are wanted.
_CHARACTERS_A_PASSAGE = 570
# A speaker of fewer passages cannot fill ten places.
_LEAST_PASSAGES = 10
# Notes of a paragraph are no briefings: a copy of one would be a transaction for a single passage.
_LEAST_OF_A_BRIEFING = 10


def make_real(sets: Sequence[Path], passages: int, questions: int, folder: Path) -> None:
    """Briefings of each set, drawn by chance, for about as many passages; questions whose answers are among them."""
    chance = random.Random(1)
    files: dict[str, Path] = {}
    for each in sets:
        room = passages * _CHARACTERS_A_PASSAGE // len(sets)
        for file in chance.sample(found := sorted((each / "briefings").glob("*.txt")), len(found)):
            if room > 0:
                files[file.name] = file
                room -= file.stat().st_size
    (folder / BRIEFINGS).mkdir(parents=True)
    for name, file in files.items():
        shutil.copyfile(file, folder / BRIEFINGS / name)
    with Library.open(folder / "library") as library:
        report = library.add(folder / BRIEFINGS)
        assert not report.failed, report.failed
        held = {one.file: library.passages(one.id) for one in library.summaries()}
    asked = [
        one
        for each in sets
        if (each / "questions.jsonl").exists()
        for one in _drawn([one for one in read_questions(each) if one.gold and _among(one, held)], questions, chance)
    ]
    rows = [_row(passage) for its in held.values() for passage in its]
    speakers = cycle_of_speakers(rows)
    answered = [Asked(one.question, next(speakers), _right(one, held)) for one in asked]
    write_corpus(Corpus(tuple(rows), tuple(one for one in answered if one.right), None), folder)


def make_large(real: Path, passages: int, questions: Sequence[Asked], folder: Path) -> None:
    """Copies of the real briefings with a tenth of their words changed, and vectors moved by a fifth of the difference
    of two others, until there are as many passages."""
    store = SqliteStore(real / "library")
    with Library.open(real / "library") as library:
        named = {passage.id: passage.speaker for one in library.summaries() for passage in library.passages(one.id)}
    originals = [
        NewBriefing(one, store.file(one.id), tuple(store.passages(one.id)), tuple(store.embedded(one.id)))
        for one in store.briefings()
    ]
    model = store.model()
    store.close()
    assert model is not None
    transcripts = [one for one in originals if len(one.passages) >= _LEAST_OF_A_BRIEFING]
    vectors = np.array([embedded.vector for one in transcripts for embedded in one.embedded])
    rows: list[Passage] = []
    briefings: list[NewBriefing] = []
    for new, speakers in _copies(transcripts, named, vectors):
        if len(rows) >= passages:
            break
        briefings.append(new)
        rows += [_row(one, speaker) for one, speaker in zip(new.passages, speakers, strict=True)]
    encoder = load_encoder(cache=Settings.load().cache)
    read = {one.text: encoder.read_question(one.text) for one in questions}
    speakers = cycle_of_speakers(rows)
    wholes = [embedded.vector for one in briefings for embedded in one.embedded]
    asked = [replace(one, speaker=next(speakers), right=()) for one in questions]
    write_corpus(
        Corpus(tuple(rows), tuple(asked), np.array([*wholes, *(read[one.text].whole for one in asked)], np.float32)),
        folder,
    )
    (folder / KNOWN).write_bytes(pickle.dumps(Known(model, tuple(briefings), read)))


def cycle_of_speakers(passages: Sequence[Passage]) -> Iterator[str]:
    """The speakers of enough passages, one after the other in the order of their names, again and again."""
    said = Counter(passage.speaker for passage in passages if passage.speaker)
    return itertools.cycle(sorted(name for name, count in said.items() if count >= _LEAST_PASSAGES))


def _copies(
    originals: Sequence[NewBriefing], named: Mapping[int, str | None], vectors: Vectors
) -> Iterator[tuple[NewBriefing, list[str | None]]]:
    """The originals, then copies without end; with each the names of its passages' speakers."""
    for one in originals:
        yield one, [named[passage.id] for passage in one.passages]
    chance = np.random.default_rng(1)
    for number, one in ((number, one) for number in itertools.count(1) for one in originals):
        yield _copy(one, number, vectors, chance), [named[passage.id] for passage in one.passages]


def _copy(original: NewBriefing, number: int, vectors: Vectors, chance: np.random.Generator) -> NewBriefing:
    briefing: Briefing = original.briefing
    text = reworded(briefing.text, chance)
    data = text.encode()
    digest = sha256(data).hexdigest()
    source = f"copy {number} of {briefing.source}"
    made = replace(briefing, id=digest[:16], lineage=digest[:16], sha256=digest, source=source, text=text)
    passages = tuple(
        replace(
            one,
            id=int(sha256(f"{one.id} {number}".encode()).hexdigest()[:12], 16),
            briefing_id=made.id,
            text=text[one.start : one.end],
        )
        for one in original.passages
    )
    moved = (
        one.vector + 0.2 * np.subtract(*vectors[chance.integers(len(vectors), size=2)]) for one in original.embedded
    )
    embedded = tuple(
        Embedded((vector / np.linalg.norm(vector)).astype(np.float32), one.said)
        for vector, one in zip(moved, original.embedded, strict=True)
    )
    return NewBriefing(made, data, passages, embedded)


def _row(passage: Held, speaker: str | None = None) -> Passage:
    return Passage(passage.id, embedded_text(passage), speaker or passage.speaker or "")


def _drawn(asked: Sequence[SetQuestion], most: int, chance: random.Random) -> list[SetQuestion]:
    return chance.sample(asked, min(most, len(asked)))


def _among(asked: SetQuestion, held: Mapping[str, Sequence[Held]]) -> bool:
    """Whether the answer, in one language at least, is held."""
    return any(gold.file in held for gold in asked.gold)


def _right(asked: SetQuestion, held: Mapping[str, Sequence[Held]]) -> tuple[int, ...]:
    """The passages that answer a question."""
    return tuple(
        sorted(
            {
                passage.id
                for gold in asked.gold
                for passage in held.get(gold.file, ())
                if is_hit(passage.start, passage.end, gold)
            }
        )
    )
