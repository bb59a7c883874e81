"""Files to source texts: one module a format, and the content decides which."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from onrecord.rag.errors import UnreadableFile
from onrecord.rag.readers.encoding import decode
from onrecord.rag.readers.formats import format_of
from onrecord.rag.readers.metadata import Metadata, checked_metadata, read_sidecar, sidecar_of
from onrecord.rag.types import SourceText

__all__ = ["Document", "Metadata", "checked_metadata", "read", "read_sidecar", "sidecar_of"]


@dataclass(frozen=True, slots=True)
class Document:
    """One file that was read: its name and bytes as added, and the text made of them."""

    name: str
    data: bytes
    source: SourceText


def read(name: str, data: bytes) -> Iterator[Document | UnreadableFile]:
    """Yield the document in `data`; of a ZIP, each of its members, one at a time.

    Never raises for what the file holds: what cannot be read is yielded as an UnreadableFile, whose one-line message
    names the file, what is wrong and what to do, so that one bad member of a ZIP does not lose the others.
    `name` is a label; only where two formats look alike does it decide.
    """
    try:
        yield Document(name, data, _source(name, data))
    except UnreadableFile as error:
        yield error


def _source(name: str, data: bytes) -> SourceText:
    # Each reader is imported when its first file comes, so that plain text never pays for a PDF library.
    format_ = format_of(name, data)
    if format_ == "html":
        from onrecord.rag.readers.html import read_html

        return read_html(name, data)
    if format_ == "pdf":
        from onrecord.rag.readers.pdf import read_pdf

        return read_pdf(name, data)
    from onrecord.rag.readers.text import read_text

    return read_text(name, decode(name, data))
