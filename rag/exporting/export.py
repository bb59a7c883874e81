"""An answer as Markdown, HTML, DOCX, XLSX or CSV, each quote with its source (pure; everything escaped)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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

_FILE = COLUMNS.index("file")
_COLUMNS = (
    *COLUMNS[:_FILE],
    "before",
    "turn",
    "after",
    *COLUMNS[_FILE:],
    "question",
    "status",
    "written_by",
    "written",
)


@overload
def export(answer: Answer, format: TextFormat, briefings: Mapping[str, Briefing]) -> str: ...
@overload
def export(answer: Answer, format: BytesFormat, briefings: Mapping[str, Briefing]) -> bytes: ...
@overload
def export(answer: Answer, format: ExportFormat, briefings: Mapping[str, Briefing]) -> str | bytes: ...
def export(answer: Answer, format: ExportFormat, briefings: Mapping[str, Briefing]) -> str | bytes:
    """Write an answer with its quotes and their sources; `briefings` holds those cited, by id.

    Text for markdown, html (a whole page) and csv (one row a quote, with a byte order mark for spreadsheets), bytes
    for xlsx (the same rows) and docx. What a language model wrote stands apart under its name; in a table, beside the
    quotes that it cites. Labels are in the answer's language.
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
    lines = [citation.quote.join(marks), f"— {source_line(source, words)}", source.link, citation.media]
    plain = "\n".join(line for line in lines if line)
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
    said = _md_said(answer.parts, answer)
    parts = [f"# {markdown(one_line(answer.question))}", said, f"*{markdown(_facts(answer, words))}*"]
    if (written := answer.written) is not None and written.parts:
        head = f"## {markdown(one_line(words.written.format(model=written.model)))}"
        parts += [head, f"*{words.written_from}*", _md_said(written.parts, answer)]
    parts += [f"*{markdown(one_line(remark))}*" for remark in _remarks(answer, words)]
    if sources:
        parts.append(f"## {words.quotes}")
    for source in sources:
        parts += quoted_in_markdown(source, words, marks, f"**[{source.citation.number}]** ")
        parts += [f"{heading}: {markdown(one_line(text))}" for heading, text in _surroundings(source, words)]
        parts.append(markdown_file(source, words))
    return "\n\n".join(parts) + "\n"


def _md_said(parts: Sequence[Part], answer: Answer) -> str:
    """Paragraphs and lists of an answer, with [n] markers; nothing here can define what they would link to."""
    runs = groupby(parts, key=lambda part: part.item)
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
    said = _html_said(answer.parts, answer)
    quotes = "\n".join(
        f'<section id="quote-{source.citation.number}"><h3>[{source.citation.number}]</h3>\n'
        f"{quote_html(source, words, marks)}\n<dl>"
        + "".join(f"<dt>{heading}</dt><dd>{escape(text)}</dd>" for heading, text in _surroundings(source, words))
        + f"<dt>{words.source}</dt><dd>{escape(source.citation.file)}, SHA-256 {escape(source.sha256)}</dd>"
        + "</dl></section>"
        for source in sources
    )
    heading = f"<h2>{words.quotes}</h2>\n" if sources else ""
    body = f"{said}\n<p><em>{escape(_facts(answer, words))}</em></p>\n{_html_written(answer, words)}{heading}{quotes}"
    return html_page(answer.question, body, answer.language)


def _html_written(answer: Answer, words: ReportWords) -> str:
    blocks = [f"<p><em>{escape(remark)}</em></p>" for remark in _remarks(answer, words)]
    if (written := answer.written) is not None and written.parts:
        head = f"<h2>{escape(words.written.format(model=written.model))}</h2>\n<p><em>{words.written_from}</em></p>"
        blocks = [head, _html_said(written.parts, answer), *blocks]
    return "\n".join(["<section>", *blocks, "</section>\n"]) if blocks else ""


def _html_said(parts: Sequence[Part], answer: Answer) -> str:
    runs = groupby(parts, key=lambda part: part.item)
    blocks = ((is_item, "\n".join(_html_part(part, answer) for part in run)) for is_item, run in runs)
    return "\n".join(f"<ul>\n{block}\n</ul>" if is_item else block for is_item, block in blocks)


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
        | _written_cells(answer, source.citation.number)
        for source in sources
    ]


def _written_cells(answer: Answer, number: int) -> dict[str, str | None]:
    """What a model wrote of one quote, and which model."""
    written = answer.written
    citing = [part for part in written.parts if _cites(part, number)] if written else []
    if written is None or not citing:
        return {"written_by": None, "written": None}
    return {"written_by": written.model, "written": plain_text(citing, answer.citations)}


def _cites(part: Part, number: int) -> bool:
    return any(number in piece.citations for piece in part.pieces if not isinstance(piece, Words))


def _remarks(answer: Answer, words: ReportWords) -> list[str]:
    """What else there is to say of the written form: what was left out, and why there is none or it is not whole."""
    written = answer.written
    if written is None:
        return []
    left_out = words.left_out.format(n=written.left_out) if written.left_out else None
    return [remark for remark in (left_out, written.note) if remark]


def _docx(answer: Answer, sources: list[Sourced], words: ReportWords, marks: Marks) -> bytes:
    # Loaded by those who export a document only.
    from onrecord.rag.exporting.export_docx import WordDocument

    document = WordDocument(one_line(answer.question))

    def say(parts: Sequence[Part]) -> None:
        for part in parts:
            text = plain_text([replace(part, item=False)], answer.citations)
            document.paragraph(text, style="List Bullet" if part.item else None)

    say(answer.parts)
    document.paragraph(_facts(answer, words), style="Subtitle")
    if (written := answer.written) is not None and written.parts:
        document.heading(one_line(words.written.format(model=written.model)))
        document.paragraph(words.written_from, small=True)
        say(written.parts)
    for remark in _remarks(answer, words):
        document.paragraph(remark, small=True)
    if sources:
        document.heading(words.quotes)
    for source in sources:
        document.paragraph(f"[{source.citation.number}] {source.citation.quote.join(marks)}", style="Quote")
        document.source(source_line(source, words), source.link, source.citation.media, words.recording)
        for heading, text in _surroundings(source, words):
            document.paragraph(f"{heading}: {text}", small=True)
        document.paragraph(f"{words.source}: {source.citation.file}, SHA-256 {source.sha256}", small=True)
    return document.data()
