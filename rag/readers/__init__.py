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

__all__ = ["Document", "Metadata", "checked_metadata", "read", "read_sidecar"]


@dataclass(frozen=True, slots=True)
class Document:
    """One file that was read: its name and bytes as added, and the text made of them."""

    name: str
    data: bytes
    source: SourceText


def read(name: str, data: bytes) -> Iterator[Document | UnreadableFile]:
    """Yield the document in `data`; of a ZIP, each of its members, one at a time, named as in the ZIP.

    Never raises for what the file holds: what cannot be read is yielded as an UnreadableFile, whose one-line message
    names the file, what is wrong and what to do, so that one bad member of a ZIP does not lose the others.
    A member `NAME.meta.toml` is the sidecar of the member `NAME`. `name` is a label; only where two formats look alike
    does it decide.
    """
    try:
        format_ = format_of(name, data)
        if format_ != "zip":
            yield Document(name, data, _source(format_, name, data))
            return
    except UnreadableFile as error:
        yield error
        return
    yield from _members(name, data)


def _source(format_: Format, name: str, data: bytes) -> SourceText:
    if format_ not in ISOLATED:
        return reader_of(format_)(name, data)
    from onrecord.rag.readers.isolated import shared_reader

    return shared_reader().read(format_, name, data)


def _members(name: str, data: bytes) -> Iterator[Document | UnreadableFile]:
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
        inside = f"{name}/{label}"
        if label in sidecars:
            continue
        try:
            format_ = format_of(inside, content)
            if format_ == "zip":
                raise UnreadableFile(f"{inside}: is a ZIP inside a ZIP. Unpack the outer one and add the inner ones.")
            source = _source(format_, inside, content)
            sidecar = next((beside for beside in sidecar_names(label) if beside in sidecars), None)
            if sidecar is not None:
                source = parse_sidecar(f"{name}/{sidecar}", sidecars[sidecar]).applied_to(source)
            yield Document(label, content, source)
        except UnreadableFile as error:
            yield error
