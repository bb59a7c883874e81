"""Briefings made for the contract of stores: our own inventions, the same for the same arguments."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from onrecord.rag.store import Embedded, EmbeddingModel, NewBriefing
from onrecord.rag.types import Boilerplate, Briefing, DateMention, Exchange, Kind, Passage, Reported, Span, Turn

DIMENSION = 12
MODEL = EmbeddingModel("invented", DIMENSION, "f1")
SECOND_MODEL = EmbeddingModel("another", DIMENSION, "f2")

_ENGLISH = (
    "breakwater",
    "ferry",
    "lighthouse",
    "cannery",
    "school",
    "reservoir",
    "tram",
    "orchard",
    "quarry",
    "winter",
)
_FRENCH = (
    "digue",
    "traversier",
    "phare",
    "conserverie",
    "école",
    "réservoir",
    "tramway",
    "verger",
    "carrière",
    "hiver",
)
_WORDS = {"en": _ENGLISH, "fr": _FRENCH}


@dataclass(frozen=True)
class Said:
    """A turn: who speaks, as printed, and what."""

    words: str
    speaker: str | None = None
    role: str | None = None
    outlet: str | None = None
    kind: Kind = "answer"


def words_of(seed: object, language: str = "en", count: int = 14) -> str:
    """Some words in no order, many of them more than once."""
    chance = random.Random(str(seed))
    return " ".join(chance.choices(_WORDS[language], k=count)).capitalize() + "."


def vector_of(seed: object) -> NDArray[np.float32]:
    """A unit vector."""
    drawn = np.random.default_rng(int(sha256(str(seed).encode()).hexdigest()[:15], 16)).normal(size=DIMENSION)
    unit: NDArray[np.float32] = (drawn / np.linalg.norm(drawn)).astype(np.float32)
    return unit


def briefing_of(
    name: str,
    said: Sequence[Said],
    *,
    date: str | None = "2031-05-04",
    language: str = "en",
    lineage: str | None = None,
    model: EmbeddingModel = MODEL,
) -> NewBriefing:
    """A briefing called `name`, a passage a turn; vectors are those of the model."""
    text, turns = "", []
    for one in said:
        label = f"{one.speaker}: " if one.speaker else ""
        start = len(text) + len(label)
        turns.append(
            Turn(start, start + len(one.words), one.speaker, one.speaker, one.role, one.outlet, one.kind, seconds=2.5)
        )
        text += f"{label}{one.words}\n"
    data = f"{name}\n{text}".encode()
    digest = sha256(data).hexdigest()
    id_ = digest[:16]
    briefing = Briefing(
        id=id_,
        title=f"On {name}",
        date=date,
        language=language,
        url=f"https://example.org/{name}",
        file=f"{name}.txt",
        kind="transcript",
        text=text,
        turns=tuple(turns),
        exchanges=(Exchange((0,), (len(turns) - 1,), (Span(0, 4),)),),
        boilerplate=(Boilerplate(0, 2, "chrome"),),
        reported=(Reported(1, 3, "Ida Wren", "Mayor"),),
        dates=(DateMention(0, 3, "2031-05"),),
        sha256=digest,
        source=f"/briefings/{name}.txt",
        lineage=lineage or id_,
        added="2031-06-01T10:00:00+00:00",
        timecodes=((0, 1.5),),
        pages=((0, 1),),
        lines=((0, 7),),
    )
    passages = tuple(
        Passage(
            # As real ones: the same words in another version have the same id.
            id=int(sha256(f"{lineage or id_} {place} {said[place].words}".encode()).hexdigest()[:13], 16),
            briefing_id=id_,
            start=turn.start,
            end=turn.end,
            text=text[turn.start : turn.end],
            speaker=turn.speaker,
            role=turn.role,
            kind=turn.kind,
            outlet=turn.outlet,
            language=language,
            turn=place,
            exchange=0,
            seconds=turn.seconds,
            context=f"{briefing.title}\n{turn.speaker or ''}",
        )
        for place, turn in enumerate(turns)
    )
    return NewBriefing(briefing, data, passages, tuple(embedded_of(passage, model) for passage in passages))


def embedded_of(passage: Passage, model: EmbeddingModel = MODEL) -> Embedded:
    """What a model makes of a passage."""
    chance = random.Random(f"{model.fingerprint} {passage.id}")
    return Embedded(vector_of(f"{model.fingerprint} {passage.id}"), chance.randbytes(5 * chance.randint(1, 6)))


def older(new: NewBriefing, by: NewBriefing) -> NewBriefing:
    """A briefing as a version that another has superseded."""
    superseded = replace(new.briefing, lineage=by.briefing.lineage, superseded_by=by.briefing.id)
    return NewBriefing(superseded, new.data, new.passages, ())


MAYOR = ("Ida Wren", "Mayor", None)
REPORTER = ("Tom Ashby", None, "Coastal Herald")
NAMESAKE = ("Wren", None, None)


def council() -> list[NewBriefing]:
    """Eight briefings in two languages, of four dates and none; two voices of one name speak in two of them."""
    dates = ("2031-05-04", "2031-05-20", "2031-06-01", "2032", None)
    made = []
    for number in range(8):
        language = "fr" if number % 4 == 3 else "en"
        people = (MAYOR, REPORTER, NAMESAKE if number % 3 else ("Wren", "Harbour master", None), (None, None, None))
        said = [
            Said(words_of(f"{number} {turn}", language), *people[turn % 4], "question" if turn % 4 == 1 else "answer")
            for turn in range(9)
        ]
        made.append(briefing_of(f"council {number}", said, date=dates[number % 5], language=language))
    return made
