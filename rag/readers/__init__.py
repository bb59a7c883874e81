"""Files to source texts: one module a format, and the content decides which."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from onrecord.rag.errors import UnreadableFile
from onrecord.rag.readers.encoding import decode
from onrecord.rag.readers.formats import Format, format_of
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
            yield Document(name, data, _READERS[format_](name, data))
            return
    except UnreadableFile as error:
        yield error
        return
    yield from _members(name, data)


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
            source = _READERS[format_](inside, content)
            sidecar = next((beside for beside in sidecar_names(label) if beside in sidecars), None)
            if sidecar is not None:
                source = parse_sidecar(f"{name}/{sidecar}", sidecars[sidecar]).applied_to(source)
            yield Document(label, content, source)
        except UnreadableFile as error:
            yield error


# Each reader is imported when its first file comes, so that plain text never pays for a PDF library.


def _text(name: str, data: bytes) -> SourceText:
    from onrecord.rag.readers.text import read_text

    return read_text(name, decode(name, data))


def _html(name: str, data: bytes) -> SourceText:
    from onrecord.rag.readers.html import read_html

    return read_html(name, data)


def _mhtml(name: str, data: bytes) -> SourceText:
    from onrecord.rag.readers.mhtml import read_mhtml

    return read_mhtml(name, data)


def _pdf(name: str, data: bytes) -> SourceText:
    from onrecord.rag.readers.pdf import read_pdf

    return read_pdf(name, data)


def _docx(name: str, data: bytes) -> SourceText:
    from onrecord.rag.readers.docx import read_docx

    return read_docx(name, data)


def _subtitles(name: str, data: bytes) -> SourceText:
    from onrecord.rag.readers.subtitles import read_subtitles

    return read_subtitles(name, data)


def _json_turns(name: str, data: bytes) -> SourceText:
    from onrecord.rag.readers.json_turns import read_json_turns

    return read_json_turns(name, data)


_READERS: dict[Format, Callable[[str, bytes], SourceText]] = {
    "text": _text,
    "html": _html,
    "mhtml": _mhtml,
    "pdf": _pdf,
    "docx": _docx,
    "subtitles": _subtitles,
    "json lines": _json_turns,
}
