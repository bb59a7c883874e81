"""Adding files to a library: read, understand, split, embed, write, one transaction a briefing."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal, TypeVar

from onrecord.embeddings import Encoder
from onrecord.rag.corrections import uncorrected, unfitting
from onrecord.rag.documents import id_of, understood
from onrecord.rag.errors import ChangedMeanwhile, OnRecordError, UnknownBriefing, UnreadableFile
from onrecord.rag.hearing.listening import HeardSoFar, Listening
from onrecord.rag.readers import Document, read
from onrecord.rag.readers.encoding import whole_characters
from onrecord.rag.readers.formats import recording_in
from onrecord.rag.readers.metadata import FIELDS, SIDECAR_SUFFIX, Metadata, read_sidecar
from onrecord.rag.recordings import without_recordings
from onrecord.rag.retrieval.interaction import pack, said_words
from onrecord.rag.store import Embedded, EmbeddingModel, NewBriefing, Replaced, Store, Summary
from onrecord.rag.types import Briefing, Passage

# Between an archive's path and its member's name.
_MEMBER = "!/"
# Enough passages for the encoder to sort them by length into full batches, few enough that an interrupted run repeats
# little and memory stays flat.
_PASSAGES_AT_ONCE = 256
# A file is held in memory, and a ZIP of a year's briefings is smaller.
_MOST_BYTES = 1_000_000_000
# Enough of a file to tell a recording by.
_BEGINNING = 512

_Opened = TypeVar("_Opened")
_Read = tuple[str, str, str]
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
class Loaded:
    """A file's name and bytes, and for a web page the address that answered in the end."""

    name: str
    data: bytes
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Original:
    """A file to add: where it came from (a path or an address), and how to get its name and bytes.

    The bytes of a recording are the document of what is heard in it; `load` tells how far that has come.
    """

    name: str
    source: str
    load: Callable[[HeardSoFar], Loaded]
    metadata: Metadata


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


def originals_under(paths: Sequence[Path], options: Metadata, listening: Listening | None = None) -> list[Original]:
    """The files named, and those in the folders named at any depth, sorted; hidden files, sidecars and the
    recordings of transcripts are left out.

    `options` override a sidecar's metadata, which overrides what a file says of itself. Recordings are heard by
    `listening`, and refused without it.
    """
    found: list[Path] = []
    for path in paths:
        if _is(Path.is_dir, path):
            inside = sorted(
                file
                for file in path.rglob("*")
                if _is(Path.is_file, file)
                and not file.name.endswith(SIDECAR_SUFFIX)
                and not any(part.startswith(".") for part in file.relative_to(path).parts)
            )
            found += without_recordings(inside)
        else:
            found.append(path)
    return [
        Original(whole_characters(file.name), str(file.absolute()), partial(_load_file, file, listening), options)
        for file in dict.fromkeys(found)
    ]


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


def embed(
    passages: Sequence[Passage], encoder: Encoder, progress: Callable[[int], None] | None = None
) -> list[Embedded]:
    """What a model makes of passages, each read behind its context; `progress` as for `Encoder.read_passages`."""
    texts = [embedded_text(passage) for passage in passages]
    embedded = []
    for passage, text, tokens in zip(passages, texts, encoder.read_passages(texts, progress), strict=True):
        own = replace(tokens, spans=tokens.spans - (len(text) - len(passage.text)))
        embedded.append(Embedded(tokens.whole, pack(said_words(passage.text, passage.language, own))))
    return embedded


def embedded_text(passage: Passage) -> str:
    """What is embedded for a passage: its context (title, date, speaker, question), then its words."""
    return f"{passage.context}\n{passage.text}" if passage.context else passage.text


def _is(kind: Callable[[Path], bool], path: Path) -> bool:
    """Whether a path is of a kind; where that cannot be told, it is not, and reading it says why."""
    try:
        return kind(path)
    except OSError:
        return False


def _load_file(path: Path, listening: Listening | None, told: HeardSoFar) -> Loaded:
    shown = whole_characters(str(path))
    if shown != str(path):
        raise UnreadableFile(f"{shown}: its name holds bytes that are no UTF-8. Rename it, and add it then.")
    try:
        there = path.stat()
        if not stat.S_ISREG(there.st_mode):
            # A pipe or a device may never end.
            raise UnreadableFile(f"{path}: is no file. Add files, folders, ZIP archives or web addresses.")
        with path.open("rb") as file:
            beginning = file.read(_BEGINNING)
        if listening and recording_in(beginning):
            return Loaded(path.name, listening.document(path, told))
        if there.st_size > _MOST_BYTES:
            raise UnreadableFile(f"{path}: is larger than {_MOST_BYTES // 1_000_000:,} MB. Add it in parts.")
        return Loaded(path.name, path.read_bytes())
    except FileNotFoundError as error:
        raise UnreadableFile(f"{path}: there is no such file. Check the path.") from error
    except OSError as error:
        raise UnreadableFile(f"{path}: cannot be opened ({error.strerror}). Check its permissions.") from error


def documents_of(
    original: Original,
    opened: Callable[[str, bytes], Iterator[_Opened]],
    told: HeardSoFar = lambda _seconds, _whole: None,
) -> Iterator[tuple[_Opened | OnRecordError, Original]]:
    """What a file holds, with the file: its name is known now, and its address is the one that answered in the end."""
    try:
        loaded = original.load(told)
        url = original.metadata.url or loaded.url
        original = replace(original, name=loaded.name, metadata=replace(original.metadata, url=url))
        for document in opened(loaded.name, loaded.data):
            yield document, original
    except OnRecordError as error:
        yield error, original


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
        if known and known.source != source and not _still_there(known.source):
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


def origin(original: Original, name: str) -> tuple[str, Metadata]:
    """Where a document of this name in a file comes from, and what it is told to be called; raises UnreadableFile."""
    source = original.source if name == original.name else f"{original.source}{_MEMBER}{name}"
    sidecar = read_sidecar(Path(original.source)) if "://" not in original.source else Metadata()
    return source, original.metadata.over(sidecar)


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


def missing_briefings(summaries: Iterable[Summary], folder: Path) -> list[Summary]:
    """The briefings whose file lay in the folder, at any depth, and is no longer there."""
    root = str(folder.absolute()) + os.sep
    return [item for item in summaries if item.source.startswith(root) and not _still_there(item.source)]


def _still_there(source: str) -> bool:
    """Whether a source can still be had; a web page counts as there, and so does a member of an archive that is."""
    try:
        return "://" in source or Path(source.split(_MEMBER)[0]).exists()
    except OSError:
        # What cannot be looked at has not been deleted.
        return True


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
    model = EmbeddingModel(encoder.name, encoder.dimension, encoder.fingerprint)
    for one, embedded in with_vectors(store, encoder, waiting, advance):
        yield one, written(store, one, embedded, model)


def with_vectors(
    store: Store, encoder: Encoder, waiting: Sequence[Ready], advance: Callable[[int], None] | None = None
) -> Iterator[tuple[Ready, list[Embedded]]]:
    """Briefings with what the model makes of their passages; what was made for the versions before is kept.

    `advance` is told how many passages more are done.
    """
    advance = advance or (lambda _: None)
    made: dict[_Read, Embedded] = {}
    for ready in waiting:
        made |= _made_before(store, ready.before.id) if ready.before else {}
    passages = [passage for ready in waiting for passage in ready.passages]
    missing = {_read_as(passage): passage for passage in passages if _read_as(passage) not in made}
    advance(len(passages) - len(missing))
    made |= zip(missing, embed(list(missing.values()), encoder, advance), strict=True)
    for ready in waiting:
        yield ready, [made[_read_as(passage)] for passage in ready.passages]


def _read_as(passage: Passage) -> _Read:
    """All of a passage that a model makes something of."""
    return passage.context, passage.text, passage.language


def _made_before(store: Store, briefing_id: str) -> dict[_Read, Embedded]:
    """What was made of the passages of a version that is now replaced; nothing where that is gone or damaged."""
    try:
        passages = store.passages(briefing_id)
        embedded = store.embedded(briefing_id)
    except OnRecordError:
        return {}
    return dict(zip(map(_read_as, passages), embedded, strict=True)) if embedded else {}
