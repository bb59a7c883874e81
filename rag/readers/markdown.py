"""Markdown: the text stays the file's content but for what was struck out and the marks of notes."""

from __future__ import annotations

import re

from onrecord.rag.readers.cues import counted
from onrecord.rag.readers.encoding import decode, require_words
from onrecord.rag.readers.metadata import found_metadata
from onrecord.rag.readers.raised import PrintedPiece, text_without_notes
from onrecord.rag.readers.text import front_matter
from onrecord.rag.types import Boilerplate, SourceText

_HEADING = re.compile(r"#[ \t]+(.+?)[ \t]*#*[ \t]*")
# Struck out as GitHub and as HTML write it: within a paragraph, and of no more than its length.
_STRUCK = re.compile(
    r"~~(?=\S)(?:[^~\n]|~(?!~)|\n(?!\s*\n)){1,2000}?~~|<(del|s|strike)>(?:[^<\n]|\n(?!\s*\n)){1,2000}?</\1>",
    re.IGNORECASE,
)
# The mark of a note, as most programs write it: [^1]. Raised and lowered, as Pandoc and HTML write them.
_MARK = re.compile(r"\[\^[^\]\s\[]{1,40}\](?!:)")
_RAISED = re.compile(
    r"\^(?P<raised>[^\s^~\[\]]{1,12})\^|(?<!~)~(?P<lowered>\d{1,3})~(?!~)|<(?P<tag>su[pb])>(?P<words>[^<\n]{1,60})</(?P=tag)>",
    re.IGNORECASE,
)
# What a note says begins a line; its further lines are set in.
_NOTE = re.compile(r"^\[\^[^\]\s\[]{1,40}\]:.*(?:\n(?:[ \t]+\S.*|[ \t]*(?=\n[ \t]{2,}\S)))*", re.MULTILINE)
_REACH = 40


def read_markdown(name: str, data: bytes) -> SourceText:
    """Return the decoded content, with what its front matter says; front matter and footnotes are boilerplate.

    Words struck out and the marks of notes are left out, since they would stand inside sentences; the notes of the
    source say so. A first-level heading at the start is the title where the front matter names none. Raises
    UnreadableFile where there are no words.
    """
    text = decode(name, data)
    require_words(name, text)
    metadata, body = front_matter(text)
    if body:
        require_words(name, text[body:])
    said, struck = _without_struck(text[body:])
    said, marks = _without_marks(said)
    text = text[:body] + said
    boilerplate = [Boilerplate(0, body, "front matter")] if body else []
    boilerplate += [Boilerplate(body + note.start(), body + note.end(), "footnote") for note in _NOTE.finditer(said)]
    heading = _HEADING.fullmatch(said.lstrip().split("\n", 1)[0])
    if heading:
        metadata = metadata.over(found_metadata({"title": heading.group(1)}))
    notes = (
        *counted(struck, "struck-out passage was left out", "struck-out passages were left out"),
        *counted(marks, "mark of a note was left out", "marks of notes were left out"),
    )
    return metadata.applied_to(SourceText(text=text, boilerplate=tuple(boilerplate), notes=notes))


def _without_struck(text: str) -> tuple[str, int]:
    """Take out what is struck out; where a blank stood on both sides, one stays."""
    kept: list[str] = []
    end = count = 0
    for match in _STRUCK.finditer(text):
        between = text[end : match.start()]
        kept.append(between)
        end = match.end()
        if (not between or between[-1].isspace()) and text[end : end + 1] == " ":
            end += 1
        count += 1
    return "".join([*kept, text[end:]]), count


def _without_marks(text: str) -> tuple[str, int]:
    without, count = _MARK.subn("", text)
    kept: list[str] = []
    end = 0
    for match in _RAISED.finditer(without):
        raised = match["raised"] or (match["words"] if (match["tag"] or "").lower() == "sup" else None)
        piece = PrintedPiece(raised, 1) if raised else PrintedPiece(match["lowered"] or match["words"], -1)
        before = PrintedPiece(without[max(end, match.start() - _REACH) : match.start()])
        plain, marks = text_without_notes([before, piece, PrintedPiece(without[match.end() : match.end() + 1])])
        kept += [
            without[end : match.start()],
            plain[len(before.text) : len(plain) - len(without[match.end() : match.end() + 1])],
        ]
        end = match.end()
        count += marks
    return "".join([*kept, without[end:]]), count
