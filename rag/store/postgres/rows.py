"""Values to rows and back, and what rows are known again by."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onrecord.rag.store.corrected import NO_CORRECTIONS, corrections_of
from onrecord.rag.store.structured import structured
from onrecord.rag.store.terms import counted_terms
from onrecord.rag.types import Briefing, Passage, Turn

METADATA = (
    *("id", "position", "sha256", "title", "date", "language", "url", "file", "kind", "source", "lineage", "added"),
    *("superseded_by", "characters", "passages", "corrections"),
)
"""The columns of a briefing that may change while it is kept, and what lists need: its metadata digest is over them."""
_CONTENT = ("id", "sha256", "language", "kind", "text", "structure")
PASSAGE_COLUMNS = ", ".join(f'p."{field.name}"' for field in fields(Passage))
"""The columns of passages `p` that make a `Passage`, in its order."""
# Those that are no text or number of the briefing itself.
_NOT_ITS_OWN = ("position", "characters", "passages", "corrections")
_PASSAGE_FIELDS = tuple(field.name for field in fields(Passage))

POSTING = np.dtype([("passage", "<i8"), ("voice", "<i8"), ("count", "<u4"), ("size", "<u4")])
"""A passage that holds a term: its id, its voice, how often it holds the term, and how many terms it has in all."""
# A row of an index has 2,704 bytes at most, those of the term among them.
_POSTINGS_OF_A_PART = 96
_LONGEST_TERM = 200
# Voices are numbered within the library by their briefing's position, which grows by one with each.
_VOICES_OF_A_BRIEFING = 1 << 20

Cells = tuple[Any, ...]


def structure_of(briefing: Briefing) -> str:
    """What is understood of a briefing's text, as it is kept."""
    structure = {
        "turns": [asdict(one) for one in briefing.turns],
        "exchanges": [asdict(one) for one in briefing.exchanges],
        "boilerplate": [asdict(one) for one in briefing.boilerplate],
        "reported": [asdict(one) for one in briefing.reported],
        "dates": [asdict(one) for one in briefing.dates],
        "timecodes": briefing.timecodes,
        "pages": briefing.pages,
        "lines": briefing.lines,
    }
    return json.dumps(structure, ensure_ascii=False)


def briefing_of(metadata: Mapping[str, Any], text: str, structure: str) -> Briefing:
    """The briefing of a row."""
    held = json.loads(structure)
    named = {name: metadata[name] for name in METADATA if name not in _NOT_ITS_OWN}
    return Briefing(
        **named,
        text=text,
        turns=tuple(Turn(**one) for one in held["turns"]),
        **structured(held),
        corrections=corrections_of(metadata["corrections"]),
    )


def passage_row(passage: Passage) -> Cells:
    """The values of a passage in the order of its columns."""
    values = {name: getattr(passage, name) for name in _PASSAGE_FIELDS}
    seconds = passage.seconds
    return tuple((values | {"seconds": None if seconds is None else float(seconds)}).values())


def digest_of_metadata(metadata: Mapping[str, Any]) -> str:
    """What a briefing's metadata is known again by."""
    *row, corrections = (metadata[name] for name in METADATA)
    # What was never corrected is known by what it was known by before corrections were kept.
    return _digest(row if corrections == NO_CORRECTIONS else [*row, corrections])


def content_digest(row: Mapping[str, Any], passages: Iterable[Sequence[Any]]) -> str:
    """What a briefing's words are known again by: its row, and its passages' rows without its id, in any order."""
    ordered = sorted((list(one) for one in passages), key=lambda one: one[0])
    return _digest([*(row[name] for name in _CONTENT), ordered])


def digest_of_note(key: str, value: str) -> str:
    """What a value that the store notes about itself is known again by."""
    return _digest([key, value])


def _digest(values: object) -> str:
    return sha256(json.dumps(values, ensure_ascii=False).encode()).hexdigest()


def checksum_of_vector(passage_id: int, vector: NDArray[np.float32]) -> int:
    """The CRC-32 that a passage's vector is known again by."""
    return zlib.crc32(np.asarray(vector, "<f4").tobytes(), zlib.crc32(f"{passage_id} ".encode()))


def checksum_of_said(passage_id: int, said: bytes) -> int:
    """The CRC-32 that a passage's telling words are known again by."""
    return zlib.crc32(said, zlib.crc32(f"{passage_id} ".encode()))


def checksum_of_postings(postings: Iterable[Cells]) -> int:
    """The CRC-32 that the postings of a briefing, (language, term, part, held), are known again by."""
    found = 0
    for language, term, part, held in sorted(postings):
        found = zlib.crc32(held, zlib.crc32(f"{language} {term} {part} ".encode(), found))
    return found


def term_key(term: str) -> str:
    """What a term is found by: itself, or what stands for one that is longer than an index takes."""
    return term if len(term.encode()) <= _LONGEST_TERM else sha256(term.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Derived:
    """What a current version's passages are found by: rows of `voices`, of `speakers` and of `postings`.

    `voice` is that of each passage, in order.
    """

    voices: tuple[Cells, ...]
    speakers: tuple[Cells, ...]
    postings: tuple[Cells, ...]
    voice: tuple[int, ...]


def derived(briefing: Briefing, passages: Sequence[Passage], position: int) -> Derived:
    """What the passages of a briefing are found by; `position` is its place among all."""
    counted = [counted_terms(passage) for passage in passages]
    sizes = [counts.total() for counts in counted]
    kinds = [(one.speaker, one.role, one.outlet, one.language, one.kind) for one in passages]
    in_order = sorted(zip(passages, kinds, strict=True), key=lambda one: (one[0].start, one[0].end))
    lowest = position * _VOICES_OF_A_BRIEFING
    voices = {kind: voice for voice, kind in enumerate(dict.fromkeys(kind for _, kind in in_order), start=lowest)}
    voice = tuple(voices[kind] for kind in kinds)
    held: dict[tuple[str, str], list[tuple[int, int, int, int]]] = {}
    for passage, own, counts, size in zip(passages, voice, counted, sizes, strict=True):
        for term, count in counts.items():
            held.setdefault((passage.language, term_key(term)), []).append((passage.id, own, count, size))
    return Derived(
        voices=tuple(
            (
                own,
                *kind,
                briefing.date,
                voice.count(own),
                sum(size for size, spoken in zip(sizes, voice, strict=True) if spoken == own),
            )
            for kind, own in voices.items()
        ),
        speakers=tuple(
            dict.fromkeys(
                (turn.speaker, turn.role, turn.outlet, turn.label)
                for turn in briefing.turns
                if turn.speaker is not None
            )
        ),
        postings=tuple(
            (*key, part, np.array(held[key][first : first + _POSTINGS_OF_A_PART], POSTING).tobytes())
            for key in sorted(held)
            for part, first in enumerate(range(0, len(held[key]), _POSTINGS_OF_A_PART))
        ),
        voice=voice,
    )
