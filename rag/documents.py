"""A document read as a briefing: understood, corrected, cut into passages."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timezone
from hashlib import sha256
from pathlib import Path

from onrecord.rag.corrections import in_metadata, uncorrected, with_speakers
from onrecord.rag.errors import OnRecordError
from onrecord.rag.languages import LANGUAGES, together
from onrecord.rag.passages import passages_of
from onrecord.rag.readers import Document, read
from onrecord.rag.readers.metadata import FIELDS, Metadata
from onrecord.rag.store import Kept
from onrecord.rag.transcript.header import may_be_title
from onrecord.rag.transcript.understanding import understand
from onrecord.rag.types import Briefing, Correction, Passage, Structure

# 16 hexadecimal digits of SHA-256: a library of a million briefings has a chance of 3e-8 of two sharing one.
_ID_LENGTH = 16
# Enough of an opening to know a text again, short enough for one line.
_TITLE_WORDS = 9
# A file's name says something where two of its words have this many letters ("harbour-briefing", not "GMT_rec1").
_TELLING_LETTERS = 4


def id_of(data: bytes) -> str:
    """The id of the briefing that a file's bytes are."""
    return sha256(data).hexdigest()[:_ID_LENGTH]


def understood(
    document: Document, metadata: Metadata, source: str, lineage: str, corrections: tuple[Correction, ...] = ()
) -> tuple[Briefing, tuple[Passage, ...]]:
    """The briefing that a document is, and its passages; `metadata` overrides what it says of itself.

    Of the corrections, which override that, those that fit are kept to.
    """
    briefing, titled = _briefing_of(document, in_metadata(corrections).over(metadata), source, lineage)
    if corrections:
        plain, _ = _briefing_of(document, metadata, source, lineage)
        briefing = with_speakers(briefing, plain, corrections)
    # A title made up here says nothing that the words do not: embedded before them, it drew every passage of a briefing
    # towards its opening.
    return briefing, passages_of(briefing if titled else replace(briefing, title=""))


def _briefing_of(document: Document, metadata: Metadata, source: str, lineage: str) -> tuple[Briefing, bool]:
    """The briefing without corrections, and whether its title is one that it was given."""
    structure = understand(metadata.applied_to(document.source), source)
    digest = sha256(document.data).hexdigest()
    briefing = Briefing(
        id=digest[:_ID_LENGTH],
        title=structure.title or _descriptive_title(structure, document),
        date=structure.date,
        language=structure.language,
        url=metadata.url or document.source.url,
        file=document.name,
        kind="recording" if document.source.heard else structure.kind,
        text=document.source.text,
        turns=structure.turns,
        exchanges=structure.exchanges,
        boilerplate=structure.boilerplate,
        reported=structure.reported,
        dates=structure.dates,
        sha256=digest,
        source=source,
        lineage=lineage,
        added=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        timecodes=structure.timecodes,
        pages=document.source.pages,
        lines=document.source.lines,
    )
    return briefing, bool(structure.title)


def read_again(
    data: bytes, kept: Briefing | Kept, corrections: tuple[Correction, ...], *, told: bool = True
) -> tuple[Briefing, tuple[Passage, ...]] | None:
    """A briefing read again from its file with these corrections, and its passages; None where it cannot be read.

    What it was told to be called when it was added differs, where it was not corrected since, from what the file says
    of itself; without `told` that is left out.
    """
    try:
        documents = [one for one in read(kept.file, data) if not isinstance(one, OnRecordError)]
        [document] = [one for one in documents if one.data == data]
        metadata = Metadata()
        if told:
            own, _ = understood(document, metadata, kept.source, kept.lineage)
            before = uncorrected(kept)
            differing = {name: value for name in FIELDS if (value := getattr(before, name)) != getattr(own, name)}
            metadata = Metadata(**differing)
        return understood(document, metadata, kept.source, kept.lineage, corrections)
    except (OnRecordError, ValueError):
        return None


def _descriptive_title(structure: Structure, document: Document) -> str:
    """A name for a briefing that has none: its file's, where that says something; else how it begins."""
    stem = " ".join(re.split(r"[\s_]+", Path(document.name).stem))
    telling = [word for word in re.findall(r"[^\W\d_]+", stem) if len(word) >= _TELLING_LETTERS]
    if len(telling) > 1 and may_be_title(stem, together(structure.language, *LANGUAGES)):
        return stem
    text = document.source.text
    opening = next((text[turn.start : turn.end].split() for turn in structure.turns), [])
    if not opening:
        return Path(document.name).stem
    return " ".join(opening[:_TITLE_WORDS]) + ("…" if len(opening) > _TITLE_WORDS else "")
