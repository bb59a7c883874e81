"""Shared by the readers' tests: read one file, or the reason why it is refused."""

from __future__ import annotations

import io
import zipfile

from docx.document import Document as Docx

from onrecord.rag.errors import UnreadableFile
from onrecord.rag.readers import Document, read
from onrecord.rag.types import SourceText


def read_one(name: str, data: bytes) -> Document:
    (document,) = read(name, data)
    assert isinstance(document, Document), document
    assert document.name == name
    assert document.data == data
    check(document.source)
    return document


def refusal(name: str, data: bytes) -> str:
    (error,) = read(name, data)
    assert isinstance(error, UnreadableFile), error
    message = str(error)
    assert message.startswith(name)
    assert "\n" not in message
    return message


def check(source: SourceText) -> None:
    """What holds of every source text, whatever it was read from."""
    assert any(map(str.isalnum, source.text))
    source.text.encode("utf-8")
    assert "\r" not in source.text
    end = 0
    for mark in source.boilerplate:
        assert end <= mark.start < mark.end <= len(source.text)
        end = mark.end
    end = 0
    for turn in source.turns or ():
        assert end <= turn.start < turn.end <= len(source.text)
        end = turn.end
    offsets = [offset for offset, _ in source.timecodes]
    assert offsets == sorted(offsets)
    assert all(0 <= offset < len(source.text) for offset in offsets)
    for places in (source.pages, source.lines):
        offsets = [offset for offset, _ in places]
        assert offsets == sorted(set(offsets))
        assert all(0 <= offset < len(source.text) and number > 0 for offset, number in places)


def body_of(source: SourceText) -> str:
    """The text without what is marked as boilerplate."""
    pieces, end = [], 0
    for mark in source.boilerplate:
        pieces.append(source.text[end : mark.start])
        end = mark.end
    return "".join([*pieces, source.text[end:]])


def words_of(text: str) -> list[str]:
    return text.split()


def turns_of(source: SourceText) -> list[tuple[str | None, str]]:
    """The label and the words of each turn that the format marks."""
    return [(turn.label, source.text[turn.start : turn.end]) for turn in source.turns or ()]


def spoken_at(source: SourceText, words: str) -> float:
    """The second that the last timecode before some words gives."""
    offset = source.text.index(words)
    return [seconds for start, seconds in source.timecodes if start <= offset][-1]


def saved(document: Docx) -> bytes:
    """A document as Word saves it."""
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of these members."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return target.getvalue()
