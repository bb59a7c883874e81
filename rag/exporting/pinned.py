"""Quotations put together by hand, with notes, as Markdown, HTML, DOCX, XLSX or CSV (pure; everything escaped)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import overload

from onrecord.rag.exporting.formats import BytesFormat, ExportFormat, TextFormat, in_format
from onrecord.rag.exporting.text_fragments import source_link
from onrecord.rag.exporting.workbook import workbook_of
from onrecord.rag.exporting.writing import (
    COLUMNS,
    Marks,
    Sourced,
    cells_of,
    html_page,
    markdown,
    markdown_file,
    one_line,
    quote_html,
    quoted_in_markdown,
    source_line,
    table,
)
from onrecord.rag.languages import answer_language
from onrecord.rag.languages.report import ReportWords
from onrecord.rag.text.clock import timecode
from onrecord.rag.types import Citation

_COLUMNS = (*COLUMNS, "note", "state")


@dataclass(frozen=True, slots=True)
class PinnedQuote:
    """A quote with the hash of its briefing's file and a note of whoever pinned it.

    `warning` says, in words, what has become of its briefing since; it is empty where all is as it was. `state` says
    the same in one word, for tables.
    """

    citation: Citation
    sha256: str
    note: str = ""
    warning: str = ""
    state: str = ""


@overload
def export_pins(title: str, pins: Sequence[PinnedQuote], format: TextFormat, *, language: str = ...) -> str: ...
@overload
def export_pins(title: str, pins: Sequence[PinnedQuote], format: BytesFormat, *, language: str = ...) -> bytes: ...
@overload
def export_pins(
    title: str, pins: Sequence[PinnedQuote], format: ExportFormat, *, language: str = ...
) -> str | bytes: ...
def export_pins(title: str, pins: Sequence[PinnedQuote], format: ExportFormat, *, language: str = "en") -> str | bytes:
    """Write quotes under a title, in the order given, each with its source, its file's hash and its note.

    Types are as for `export`; `language` is that of the labels. Raises InvalidRequest for an unknown format.
    """
    spoken = answer_language(language)
    words, marks = spoken.report, spoken.wording.marks
    quotes = [(_sourced(pin), pin) for pin in pins]
    return in_format(
        format,
        {
            "markdown": lambda: _markdown(title, quotes, words, marks),
            "html": lambda: html_page(title, "\n".join(_html(*quote, words, marks) for quote in quotes), language),
            "csv": lambda: table(_COLUMNS, _rows(quotes)),
            "xlsx": lambda: workbook_of(_COLUMNS, _rows(quotes)),
            "docx": lambda: _docx(title, quotes, words, marks),
        },
    )


def _sourced(pin: PinnedQuote) -> Sourced:
    """A pin as exports write quotes; what stood around it may be gone."""
    citation = pin.citation
    spoken = None if citation.seconds is None else timecode(citation.seconds)
    return Sourced(citation, source_link(citation), spoken, "", "", "", pin.sha256)


def _markdown(title: str, quotes: Sequence[tuple[Sourced, PinnedQuote]], words: ReportWords, marks: Marks) -> str:
    blocks = [f"# {markdown(one_line(title))}"]
    for source, pin in quotes:
        blocks += quoted_in_markdown(source, words, marks)
        blocks += [f"**{markdown(one_line(pin.warning))}**"] if pin.warning else []
        blocks += [markdown(one_line(line)) for line in pin.note.splitlines() if line.strip()]
        blocks.append(markdown_file(source, words))
    return "\n\n".join(blocks) + "\n"


def _rows(quotes: Sequence[tuple[Sourced, PinnedQuote]]) -> list[dict[str, str | None]]:
    return [cells_of(source) | {"note": pin.note, "state": pin.state} for source, pin in quotes]


def _html(source: Sourced, pin: PinnedQuote, words: ReportWords, marks: Marks) -> str:
    warning = f"<p><strong>{escape(pin.warning)}</strong></p>\n" if pin.warning else ""
    note = "<p>" + escape(pin.note).replace("\n", "<br>\n") + "</p>\n" if pin.note else ""
    file = f"{words.source}: {escape(source.citation.file)}, SHA-256 {escape(source.sha256)}"
    return f"<section>{quote_html(source, words, marks)}\n{warning}{note}<p><small>{file}</small></p></section>"


def _docx(title: str, quotes: Sequence[tuple[Sourced, PinnedQuote]], words: ReportWords, marks: Marks) -> bytes:
    # Loaded by those who export a document only.
    from onrecord.rag.exporting.export_docx import WordDocument

    document = WordDocument(one_line(title))
    for source, pin in quotes:
        document.paragraph(source.citation.quote.join(marks), style="Quote")
        document.source(source_line(source, words), source.link, source.citation.media, words.recording)
        for text in (pin.warning, pin.note):
            if text:
                document.paragraph(text)
        document.paragraph(f"{words.source}: {source.citation.file}, SHA-256 {source.sha256}", small=True)
    return document.data()
