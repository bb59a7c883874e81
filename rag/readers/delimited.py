"""Transcripts as tables: Whisper's TSV, and CSV with a column of words beside those of speakers or times."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence

from onrecord.rag.errors import UnreadableFile
from onrecord.rag.readers.cues import counted, source_of_cues
from onrecord.rag.readers.encoding import decode
from onrecord.rag.readers.table_columns import Columns, columns_of
from onrecord.rag.readers.units import in_seconds
from onrecord.rag.readers.voices import Cue
from onrecord.rag.text.clock import clock_seconds
from onrecord.rag.types import SourceText

_DELIMITERS = "\t,;|"
# Enough rows to see what the columns hold.
_SAMPLE = 50


def is_transcript_table(head: str, *, whole: bool) -> bool:
    """Whether the beginning of a text is that of a transcript as CSV or TSV, whose first row names its columns.

    Args:
        head: the first characters of a file.
        whole: whether they are all of it.
    """
    lines = head.split("\n")
    if not whole:
        lines.pop()
    return _table(lines[:_SAMPLE]) is not None


def read_delimited(name: str, data: bytes) -> SourceText:
    """Return the words of the table in order, in paragraphs or turns, with a timecode at each row that has one.

    Raises UnreadableFile where no row holds words.
    """
    found = _table(decode(name, data).split("\n"))
    if found is None:
        raise UnreadableFile(f"{name}: this table holds no column of words. Name its columns speaker, start and text.")
    columns, heads, rows = found
    enough = max(columns.words, columns.speaker or 0) + 1
    # A rule drawn under the heads ("-----|-----") says nothing.
    whole = [row for row in rows if len(row) >= enough and any(map(str.isalnum, row[columns.words]))]
    read = {columns.words, columns.speaker, columns.start, columns.end}
    others = [" ".join(head.split()) for place, head in enumerate(heads) if place not in read and head.strip()]
    notes = (
        *counted(len(rows) - len(whole), "row without words was left out", "rows without words were left out"),
        *([f"Columns left out: {', '.join(others)}."] if others else []),
    )
    return source_of_cues(name, list(_cues(whole, columns)), notes=notes)


def _table(lines: Sequence[str]) -> tuple[Columns, list[str], list[list[str]]] | None:
    """The columns, their heads and the rows under them, by the delimiter with which the first row names its columns."""
    for delimiter in _DELIMITERS:
        if not lines or delimiter not in lines[0]:
            continue
        rows = [row for row in _rows(lines, delimiter) if any(cell.strip() for cell in row)]
        columns = columns_of(rows)
        if columns is not None and columns.named:
            return columns, rows[0], rows[1:]
    return None


def _rows(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    plain = [line.split(delimiter) for line in lines if line.strip()]
    if delimiter == "\t" and len({len(row) for row in plain}) == 1:
        # Whisper writes quotation marks as they are said.
        return plain
    try:
        return list(csv.reader(io.StringIO("\n".join(lines)), delimiter=delimiter))
    except csv.Error:
        return plain


def _cues(rows: Sequence[Sequence[str]], columns: Columns) -> Iterator[Cue]:
    words = sum(len(row[columns.words].split()) for row in rows)
    starts = _times(rows, columns.start, words)
    ends = _times(rows, columns.end, words)
    voice = ""
    for row, start, end in zip(rows, starts, ends, strict=True):
        # A cell left empty goes on with the speaker above, as in a sheet.
        voice = (row[columns.speaker].strip() if columns.speaker is not None else "") or voice
        lines = tuple(" ".join(line.split()) for line in row[columns.words].splitlines() if line.strip())
        yield Cue(lines, start, end, voice or None)


def _times(rows: Sequence[Sequence[str]], place: int | None, words: int) -> list[float | None]:
    cells = ["" if place is None or place >= len(row) else row[place].strip(" []()") for row in rows]
    clocks = [clock_seconds(cell) for cell in cells]
    if any(clock is not None for clock in clocks):
        return clocks
    return in_seconds([_number(cell) for cell in cells], words)


def _number(cell: str) -> float | None:
    try:
        value = float(cell.replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None
