"""An answer as Markdown, HTML, DOCX, XLSX or CSV, each quote with its source (pure; everything escaped)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from html import escape
from itertools import groupby
from typing import overload

from onrecord.rag.errors import InvalidRequest
from onrecord.rag.exporting.formats import BytesFormat, ExportFormat, TextFormat, in_format
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
    sourced,
    table,
)
from onrecord.rag.languages import answer_language
from onrecord.rag.languages.report import ReportWords
from onrecord.rag.types import Answer, Briefing, Citation, Part, Piece, Pointer, Words, plain_text, quoted_words

_COLUMNS = (*COLUMNS[:13], "before", "turn", "after", *COLUMNS[13:], "question", "status")


@overload
def export(answer: Answer, format: TextFormat, briefings: Mapping[str, Briefing]) -> str: ...
@overload
def export(answer: Answer, format: BytesFormat, briefings: Mapping[str, Briefing]) -> bytes: ...
@overload
def export(answer: Answer, format: ExportFormat, briefings: Mapping[str, Briefing]) -> str | bytes: ...
def export(answer: Answer, format: ExportFormat, briefings: Mapping[str, Briefing]) -> str | bytes:
    """Write an answer with its quotes and their sources; `briefings` holds those cited, by id.

    Text for markdown, html (a whole page) and csv (one row a quote, with a byte order mark for spreadsheets), bytes
    for xlsx (the same rows) and docx. Labels are in the answer's language.
    Raises InvalidRequest for an unknown format or a missing briefing.
    """
    missing = [one.title for one in answer.citations if one.briefing_id not in briefings]
    if missing:
        raise InvalidRequest(f"{missing[0]} is no longer in the library; ask again before exporting.")
    sources = [sourced(citation, briefings[citation.briefing_id]) for citation in answer.citations]
    spoken = answer_language(answer.language)
    words, marks = spoken.report, spoken.wording.marks
    return in_format(
        format,
        {
            "markdown": lambda: _markdown(answer, sources, words, marks),
            "html": lambda: _html(answer, sources, words, marks),
            "csv": lambda: table(_COLUMNS, _rows(answer, sources)),
            "xlsx": lambda: workbook_of(_COLUMNS, _rows(answer, sources)),
            "docx": lambda: _docx(answer, sources, words, marks),
        },
    )


def copied(citation: Citation, briefing: Briefing, *, language: str = "en") -> tuple[str, str]:
    """A quote to paste elsewhere that keeps its source: (plain text, HTML)."""
    source, spoken = sourced(citation, briefing), answer_language(language)
    words, marks = spoken.report, spoken.wording.marks
    plain = f"{citation.quote.join(marks)}\n— {source_line(source, words)}" + (
        f"\n{source.link}" if source.link else ""
    )
    return plain, quote_html(source, words, marks)


def _surroundings(source: Sourced, words: ReportWords) -> list[tuple[str, str]]:
    """What stands before a quote, around it and after it, each under its heading, where there is anything."""
    texts = ((words.before, source.before), (words.context, source.turn), (words.after, source.after))
    return [(heading, text) for heading, text in texts if text]


def _facts(answer: Answer, words: ReportWords) -> str:
    searched = words.searched.format(briefings=answer.searched_briefings, passages=answer.searched_passages)
    status = words.statuses[answer.status]
    return f"{status} · {searched}" if answer.searched_briefings else status


def _markdown(answer: Answer, sources: list[Sourced], words: ReportWords, marks: Marks) -> str:
    parts = [f"# {markdown(one_line(answer.question))}", _md_said(answer), f"*{markdown(_facts(answer, words))}*"]
    if sources:
        parts.append(f"## {words.quotes}")
    for source in sources:
        parts += quoted_in_markdown(source, words, marks, f"**[{source.citation.number}]** ")
        parts += [f"{heading}: {markdown(one_line(text))}" for heading, text in _surroundings(source, words)]
        parts.append(markdown_file(source, words))
    return "\n\n".join(parts) + "\n"


def _md_said(answer: Answer) -> str:
    """The answer's paragraphs and lists, with [n] markers; nothing here can define what they would link to."""
    runs = groupby(answer.parts, key=lambda part: part.item)
    return "\n\n".join(
        ("\n" if is_item else "\n\n").join(_md_part(part, answer) for part in run) for is_item, run in runs
    )


def _md_part(part: Part, answer: Answer) -> str:
    said = "".join(_shown(piece, answer, markdown, "[{}]".format) for piece in part.pieces)
    # Four spaces at a line's start would make it code.
    lines = [line.strip() for line in said.splitlines()]
    return "- " + "\n  ".join(lines) if part.item else "\n".join(lines)


def _shown(piece: Piece, answer: Answer, escaped: Callable[[str], str], marker: Callable[[int], str]) -> str:
    """A piece of an answer with everything but its markers escaped."""
    if isinstance(piece, Words):
        return escaped(piece.text)
    markers = " ".join(marker(number) for number in dict.fromkeys(piece.citations))
    if isinstance(piece, Pointer):
        return markers
    quote = escaped(quoted_words(piece, answer.citations))
    return f"{quote} {markers} {escaped(piece.note)}".rstrip()


def _html(answer: Answer, sources: list[Sourced], words: ReportWords, marks: Marks) -> str:
    runs = groupby(answer.parts, key=lambda part: part.item)
    blocks = ((is_item, "\n".join(_html_part(part, answer) for part in run)) for is_item, run in runs)
    said = "\n".join(f"<ul>\n{block}\n</ul>" if is_item else block for is_item, block in blocks)
    quotes = "\n".join(
        f'<section id="quote-{source.citation.number}"><h3>[{source.citation.number}]</h3>\n'
        f"{quote_html(source, words, marks)}\n<dl>"
        + "".join(f"<dt>{heading}</dt><dd>{escape(text)}</dd>" for heading, text in _surroundings(source, words))
        + f"<dt>{words.source}</dt><dd>{escape(source.citation.file)}, SHA-256 {escape(source.sha256)}</dd>"
        + "</dl></section>"
        for source in sources
    )
    heading = f"<h2>{words.quotes}</h2>\n" if sources else ""
    body = f"{said}\n<p><em>{escape(_facts(answer, words))}</em></p>\n{heading}{quotes}"
    return html_page(answer.question, body, answer.language)


def _html_part(part: Part, answer: Answer) -> str:
    tag = "li" if part.item else "p"
    said = "".join(
        _shown(piece, answer, escape, lambda number: f'<a href="#quote-{number}">[{number}]</a>')
        for piece in part.pieces
    )
    return f"<{tag}>{said}</{tag}>".replace("\n", "<br>\n")


def _rows(answer: Answer, sources: list[Sourced]) -> list[dict[str, str | None]]:
    return [
        cells_of(source)
        | {"before": source.before, "turn": source.turn, "after": source.after}
        | {"question": answer.question, "status": answer.status}
        for source in sources
    ]


def _docx(answer: Answer, sources: list[Sourced], words: ReportWords, marks: Marks) -> bytes:
    # Loaded by those who export a document only.
    from onrecord.rag.exporting.export_docx import WordDocument

    document = WordDocument(one_line(answer.question))
    for part in answer.parts:
        text = plain_text([replace(part, item=False)], answer.citations)
        document.paragraph(text, style="List Bullet" if part.item else None)
    document.paragraph(_facts(answer, words), style="Subtitle")
    if sources:
        document.heading(words.quotes)
    for source in sources:
        document.paragraph(f"[{source.citation.number}] {source.citation.quote.join(marks)}", style="Quote")
        document.linked(f"— {source_line(source, words)}", source.link)
        for heading, text in _surroundings(source, words):
            document.paragraph(f"{heading}: {text}", small=True)
        document.paragraph(f"{words.source}: {source.citation.file}, SHA-256 {source.sha256}", small=True)
    return document.data()
