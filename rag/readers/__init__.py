"""Files to source texts: one module a format, and the content decides which."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from onrecord.rag.errors import UnreadableFile
from onrecord.rag.readers.formats import ISOLATED, Format, format_of, reader_of
from onrecord.rag.readers.metadata import (
    SIDECAR_SUFFIX,
    Metadata,
    checked_metadata,
    parse_sidecar,
    read_sidecar,
    sidecar_names,
)
from onrecord.rag.types import SourceText

__all__ = ["Document", "Metadata", "Packed", "checked_metadata", "read", "read_one", "read_sidecar", "unpacked"]


@dataclass(frozen=True, slots=True)
class Document:
    """One file that was read: its name and bytes as added, and the text made of them."""

    name: str
    data: bytes
    source: SourceText


@dataclass(frozen=True, slots=True)
class Packed:
    """A file, or a member of a ZIP, before it is read.

    `name` is its name as in the ZIP, `inside` that behind the ZIP's own, and `sidecar` what the sidecar beside it says.
    """

    name: str
    inside: str
    data: bytes
    format: Format
    sidecar: Metadata


def read(name: str, data: bytes) -> Iterator[Document | UnreadableFile]:
    """Yield the document in `data`; of a ZIP, each of its members, one at a time, named as in the ZIP.

    Never raises for what the file holds: what cannot be read is yielded as an UnreadableFile, whose one-line message
    names the file, what is wrong and what to do, so that one bad member of a ZIP does not lose the others.
    A member `NAME.meta.toml` is the sidecar of the member `NAME`. `name` is a label; only where two formats look alike
    does it decide.
    """
    for packed in unpacked(name, data):
        yield packed if isinstance(packed, UnreadableFile) else read_one(packed)


def unpacked(name: str, data: bytes) -> Iterator[Packed | UnreadableFile]:
    """Yield what `read` reads, before it is read: the file itself, or the members of a ZIP, in the same order."""
    try:
        format_ = format_of(name, data)
    except UnreadableFile as error:
        yield error
        return
    if format_ == "zip":
        yield from _members(name, data)
    else:
        yield Packed(name, name, data, format_, Metadata())


def read_one(packed: Packed) -> Document | UnreadableFile:
    """Read a file or a member of a ZIP; the error, returned, is as for `read`."""
    try:
        source = _source(packed.format, packed.inside, packed.data)
    except UnreadableFile as error:
        return error
    return Document(packed.name, packed.data, packed.sidecar.applied_to(source))


def _source(format_: Format, name: str, data: bytes) -> SourceText:
    if format_ not in ISOLATED:
        return reader_of(format_)(name, data)
    from onrecord.rag.readers.isolated import shared_reader

    return shared_reader().read(format_, name, data)


def _members(name: str, data: bytes) -> Iterator[Packed | UnreadableFile]:
    from onrecord.rag.readers.archive import members_of

    sidecars: dict[str, bytes] = {
        member[0]: member[1]
        for member in members_of(name, data, ending=SIDECAR_SUFFIX)
        if not isinstance(member, UnreadableFile)
    }
    for member in members_of(name, data):
        if isinstance(member, UnreadableFile):
            yield member
            continue
        label, content = member
        if label in sidecars:
            continue
        inside = f"{name}/{label}"
        beside = next((one for one in sidecar_names(label) if one in sidecars), None)
        try:
            format_ = format_of(inside, content)
            if format_ == "zip":
                raise UnreadableFile(f"{inside}: is a ZIP inside a ZIP. Unpack the outer one and add the inner ones.")
            said = parse_sidecar(f"{name}/{beside}", sidecars[beside]) if beside else Metadata()
            yield Packed(label, inside, content, format_, said)
        except UnreadableFile as error:
            yield error
