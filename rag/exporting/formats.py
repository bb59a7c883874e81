"""The formats that are exported: how their files are called and told, and which writer makes one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar, get_args

from onrecord.rag.errors import InvalidRequest

TextFormat = Literal["markdown", "html", "csv"]
BytesFormat = Literal["xlsx", "docx"]
ExportFormat = Literal["markdown", "html", "csv", "xlsx", "docx"]
EXPORT_FORMATS: tuple[ExportFormat, ...] = get_args(ExportFormat)
QuestionsFormat = Literal["csv", "xlsx", "markdown", "docx"]
QUESTIONS_FORMATS: tuple[QuestionsFormat, ...] = get_args(QuestionsFormat)
SheetFormat = Literal["csv", "xlsx"]
SHEET_FORMATS: tuple[SheetFormat, ...] = get_args(SheetFormat)

_Format = TypeVar("_Format", ExportFormat, QuestionsFormat, SheetFormat)


@dataclass(frozen=True, slots=True)
class FileType:
    """What tells the files of a format: `ending` with its dot, and the media type that servers give."""

    ending: str
    media_type: str


FILE_TYPES: Mapping[ExportFormat, FileType] = {
    "markdown": FileType(".md", "text/markdown; charset=utf-8"),
    "html": FileType(".html", "text/html; charset=utf-8"),
    "csv": FileType(".csv", "text/csv; charset=utf-8"),
    "xlsx": FileType(".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "docx": FileType(".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
}


def format_named_by(file: Path, formats: Sequence[_Format]) -> _Format:
    """The one of some formats that a file's ending names; raises InvalidRequest."""
    endings = {FILE_TYPES[one].ending: one for one in formats}
    named = endings.get(file.suffix.lower())
    if named is None:
        raise InvalidRequest(f"{file}: no format is known by that ending. Use {', '.join(endings)}.")
    return named


def in_format(format: ExportFormat, writers: Mapping[ExportFormat, Callable[[], str | bytes]]) -> str | bytes:
    """What the writer of a format makes; raises InvalidRequest for a format that has none."""
    if format not in writers:
        raise InvalidRequest(f"{format!r} is no export format. Use one of {', '.join(writers)}.")
    return writers[format]()
