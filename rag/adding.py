"""Adding files to a library: read, understand, split, embed, write, one transaction a briefing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Literal

from onrecord.embeddings import Encoder
from onrecord.rag.corrections import uncorrected, unfitting
from onrecord.rag.documents import id_of, understood
from onrecord.rag.embedding import embed_again, model_kept
from onrecord.rag.errors import ChangedMeanwhile, OnRecordError, UnknownBriefing
from onrecord.rag.originals import Original, documents_of, origin, still_there
from onrecord.rag.readers import Document, read
from onrecord.rag.readers.metadata import FIELDS, Metadata
from onrecord.rag.store import Embedded, EmbeddingModel, NewBriefing, Replaced, Store
from onrecord.rag.types import Briefing, Passage

# Enough passages for the encoder to sort them by length into full batches, few enough that an interrupted run repeats
# little and memory stays flat.
_PASSAGES_AT_ONCE = 256

Outcome = Literal["added", "updated", "new version", "moved", "unchanged", "failed"]


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one file.

    `message` says why it failed, or what it is the same as; `notes` are sentences on what was left out of its text or
    read otherwise than it stands.
    """

    file: str
    outcome: Outcome
    briefing_id: str | None = None
    title: str | None = None
    passages: int = 0
    message: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AddReport:
    """What became of each file, in order."""

    files: tuple[Added, ...]

    @property
    def failed(self) -> tuple[Added, ...]:
        """The files that could not be added."""
        return tuple(item for item in self.files if item.outcome == "failed")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an addition has come: files finished of all, the passages embedded so far, and the file in hand.

    `read` counts the passages of the files read so far, `passages` among them; `stage` is what is being done. Of the
    recording in hand `heard` seconds have been heard, of `seconds` where that is known.
    """

    done: int
    total: int
    passages: int
    file: str
    read: int = 0
    stage: Literal["reading", "hearing", "embedding"] = "reading"
    heard: float = 0.0
    seconds: float | None = None


class _Stopped(Exception):
    """Nothing more is to be added."""


@dataclass(frozen=True, slots=True)
class ToAdd:
    """What adding a document is to be: where it comes from, what it is told to be called, whose version it becomes.

    `before` is the version that it replaces, whose corrections it takes over.
    """

    source: str
    metadata: Metadata
    lineage: str
    outcome: Outcome
    before: Replaced | None


@dataclass(frozen=True, slots=True)
class Ready:
    """A briefing that only waits for its vectors; `before` is the version that it replaces."""

    briefing: Briefing
    data: bytes
    passages: tuple[Passage, ...]
    outcome: Outcome
    notes: tuple[str, ...]
    before: Replaced | None


def add_originals(
    store: Store,
    encoder: Callable[[], Encoder],
    originals: Sequence[Original],
    progress: Callable[[Progress], None] | None,
    stop: Callable[[], bool] | None = None,
) -> AddReport:
    """Add files one by one; a bad one is reported and the rest go on.

    `encoder` is called only when there is something to embed. Each briefing is written in one transaction, so an
    interrupted run keeps what it has written and a second one goes on from there. `stop` is asked at every step: once
    it says yes nothing more is added, and the report tells of what was.
    """
    outcomes: dict[int, Added] = {}
    waiting: dict[str, Ready] = {}
    places: dict[str, int] = {}
    now = Progress(0, len(originals), 0, "")

    def advance(passages: int) -> None:
        nonlocal now
        now = replace(now, passages=now.passages + passages)
        if progress:
            progress(now)
        if stop and stop():
            raise _Stopped

    def heard_so_far(seconds: float, whole: float | None) -> None:
        nonlocal now
        before, now = now, replace(now, stage="hearing", heard=seconds, seconds=whole)
        if now != before:
            advance(0)
        elif stop and stop():
            raise _Stopped

    def flush() -> None:
        nonlocal now
        if waiting:
            now = replace(now, stage="embedding")
            # A model is loaded first, which takes seconds.
            advance(0)
            for ready, added in _write(store, encoder(), list(waiting.values()), advance):
                outcomes[places[ready.briefing.id]] = added
            waiting.clear()
            now = replace(now, stage="reading")

    def add_all() -> None:
        nonlocal now
        place = 0
        for done, asked in enumerate(originals):
            now = replace(now, done=done, file=asked.name)
            advance(0)
            for document, original in documents_of(asked, read, heard_so_far):
                now = replace(now, stage="reading", heard=0.0, seconds=None)
                prepared = (
                    Added(original.name, "failed", message=str(document))
                    if isinstance(document, OnRecordError)
                    else _prepare(store, document, original, waiting)
                )
                if isinstance(prepared, Added):
                    outcomes[place] = prepared
                else:
                    waiting[prepared.briefing.id], places[prepared.briefing.id] = prepared, place
                    now = replace(now, read=now.read + len(prepared.passages))
                place += 1
                if sum(len(ready.passages) for ready in waiting.values()) >= _PASSAGES_AT_ONCE:
                    flush()
        now = replace(now, done=len(originals))
        flush()
        now = replace(now, file="")
        advance(0)

    with suppress(_Stopped):
        add_all()
    return AddReport(tuple(outcomes[key] for key in sorted(outcomes)))


def _prepare(store: Store, document: Document, original: Original, waiting: Mapping[str, Ready]) -> Added | Ready:
    """Understand a document and split it; an `Added` where nothing is to be written."""
    briefing_id = id_of(document.data)
    same = waiting[briefing_id].briefing.file if briefing_id in waiting else None
    try:
        source, metadata = origin(original, document.name)
        wanted = decided(store, briefing_id, document.name, source, metadata, same=same)
    except OnRecordError as error:
        return Added(document.name, "failed", message=str(error))
    return wanted if isinstance(wanted, Added) else ready(document, wanted)


def decided(
    store: Store, briefing_id: str, name: str, source: str, metadata: Metadata, *, same: str | None = None
) -> Added | ToAdd:
    """What is to be done about a file of this id, name and origin; an `Added` where nothing is to be written.

    `same` is the name of a file of the same content that waits to be added.
    """
    known = _known(store, briefing_id)
    if same is not None or (known and known.superseded_by is None and _agrees(known, metadata)):
        if known and known.source != source and not still_there(known.source):
            store.move(briefing_id, source, name)
            return Added(name, "moved", briefing_id, known.title, message=f"was {known.file}")
        held = known.file if known else same
        message = "" if held == name else f"the same content as {held}"
        return Added(name, "unchanged", briefing_id, known.title if known else None, message=message)
    older = store.current_version(source)
    if known and known.superseded_by is not None and older is None:
        # A copy of what was corrected since: only the file that was corrected can take its correction back.
        newer = _current(store, known)
        return Added(name, "unchanged", briefing_id, known.title, message=f"an older version of {newer.file}")
    replaced = None if older is None or older.id == briefing_id else older
    lineage = replaced.lineage if replaced else known.lineage if known else briefing_id
    outcome: Outcome = "new version" if replaced else "updated" if known and not known.superseded_by else "added"
    before = store.briefing(replaced.id) if replaced else known
    return ToAdd(source, metadata, lineage, outcome, Replaced(before.id, before.corrections) if before else None)


def ready(document: Document, wanted: ToAdd) -> Added | Ready:
    """Understand a document and split it; an `Added` where that fails."""
    corrections = wanted.before.corrections if wanted.before else ()
    try:
        briefing, passages = understood(document, wanted.metadata, wanted.source, wanted.lineage, corrections)
    except OnRecordError as error:
        return Added(document.name, "failed", message=str(error))
    if not passages:
        return Added(
            document.name, "failed", message=f"{document.name}: holds no words that could be quoted. Check the file."
        )
    notes = (*document.source.notes, *unfitting(corrections, briefing))
    return Ready(briefing, document.data, passages, wanted.outcome, notes, wanted.before)


def written(store: Store, ready: Ready, embedded: Sequence[Embedded], model: EmbeddingModel) -> Added:
    """Write a briefing with what the model makes of its passages, in one transaction."""
    briefing = ready.briefing
    try:
        store.add(NewBriefing(briefing, ready.data, ready.passages, tuple(embedded)), model, over=ready.before)
    except ChangedMeanwhile as error:
        return Added(briefing.file, "failed", message=str(error))
    return Added(briefing.file, ready.outcome, briefing.id, briefing.title, len(ready.passages), notes=ready.notes)


def _current(store: Store, briefing: Briefing) -> Briefing:
    """The current version of a briefing."""
    while briefing.superseded_by is not None:
        briefing = store.briefing(briefing.superseded_by)
    return briefing


def _known(store: Store, briefing_id: str) -> Briefing | None:
    try:
        return store.briefing(briefing_id)
    except UnknownBriefing:
        return None


def _agrees(briefing: Briefing, metadata: Metadata) -> bool:
    # What was corrected is no reason to read a file again: the correction would be kept to all the same.
    told = uncorrected(briefing)
    return all(getattr(metadata, name) in (None, getattr(told, name)) for name in FIELDS)


def _write(
    store: Store, encoder: Encoder, waiting: Sequence[Ready], advance: Callable[[int], None]
) -> Iterator[tuple[Ready, Added]]:
    model = model_kept(encoder)
    versions = [(one.passages, one.before.id if one.before else None) for one in waiting]
    for one, embedded in zip(waiting, embed_again(store, encoder, versions, advance), strict=True):
        yield one, written(store, one, embedded, model)
