"""What is to be added: files, those in folders, and web pages, each with what it is told to be called."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from onrecord.rag.errors import OnRecordError, UnreadableFile
from onrecord.rag.hearing.listening import HeardSoFar, Listening
from onrecord.rag.readers.encoding import whole_characters
from onrecord.rag.readers.formats import recording_in
from onrecord.rag.readers.metadata import SIDECAR_SUFFIX, Metadata, read_sidecar
from onrecord.rag.recordings import without_recordings
from onrecord.rag.store import Summary

# Between an archive's path and its member's name.
_MEMBER = "!/"


# A file is held in memory, and a ZIP of a year's briefings is smaller.
_MOST_BYTES = 1_000_000_000
# Enough of a file to tell a recording by.
_BEGINNING = 512


_Opened = TypeVar("_Opened")


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
        Original(
            whole_characters(file.name),
            str(file.absolute()),
            partial(_load_file, file, listening, options.language),
            options,
        )
        for file in dict.fromkeys(found)
    ]


def _is(kind: Callable[[Path], bool], path: Path) -> bool:
    """Whether a path is of a kind; where that cannot be told, it is not, and reading it says why."""
    try:
        return kind(path)
    except OSError:
        return False


def _load_file(path: Path, listening: Listening | None, language: str | None, told: HeardSoFar) -> Loaded:
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
            return Loaded(path.name, listening.document(path, told, language))
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


def origin(original: Original, name: str) -> tuple[str, Metadata]:
    """Where a document of this name in a file comes from, and what it is told to be called; raises UnreadableFile."""
    source = original.source if name == original.name else f"{original.source}{_MEMBER}{name}"
    sidecar = read_sidecar(Path(original.source)) if "://" not in original.source else Metadata()
    return source, original.metadata.over(sidecar)


def missing_briefings(summaries: Iterable[Summary], folder: Path) -> list[Summary]:
    """The briefings whose file lay in the folder, at any depth, and is no longer there."""
    root = str(folder.absolute()) + os.sep
    return [item for item in summaries if item.source.startswith(root) and not still_there(item.source)]


def still_there(source: str) -> bool:
    """Whether a source can still be had; a web page counts as there, and so does a member of an archive that is."""
    try:
        return "://" in source or Path(source.split(_MEMBER)[0]).exists()
    except OSError:
        # What cannot be looked at has not been deleted.
        return True


def web_page(address: str, options: Metadata, *, allow_private: bool) -> Original:
    """The page at a web address, fetched when it is read; it must be public unless `allow_private`."""

    def load(_told: HeardSoFar) -> Loaded:
        # The fetcher is imported only by those who fetch.
        from onrecord.rag.fetch import fetch

        page = fetch(address, allow_private=allow_private)
        return Loaded(page.name, page.data, page.url)

    return Original(address, address, load, options)
