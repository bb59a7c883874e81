"""An answer as Markdown, HTML, DOCX or CSV, each quote with its source (pure; everything escaped)."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from html import escape
from itertools import groupby
from typing import Literal, get_args, overload

from onrecord.rag.errors import InvalidRequest
from onrecord.rag.exporting.escaping import in_markdown, one_line, table_cell
from onrecord.rag.exporting.text_fragments import source_link
from onrecord.rag.languages import answer_language
from onrecord.rag.languages.report import ReportWords
from onrecord.rag.text.quotes import turn_at
from onrecord.rag.types import (
    Answer,
    Briefing,
    Citation,
    Part,
    Piece,
    Pointer,
    Turn,
    Words,
    plain_text,
    quoted_words,
)

TextFormat = Literal["markdown", "html", "csv"]
ExportFormat = Literal["markdown", "html", "csv", "docx"]
EXPORT_FORMATS: tuple[ExportFormat, ...] = get_args(ExportFormat)

# Characters of the words before and behind a quote that stands in no turn.
_SURROUNDING = 300
_STYLE = (
    ":root{color-scheme:light dark}body{font:1rem/1.55 system-ui,sans-serif;max-width:46rem;margin:2rem auto;"
    "padding:0 1rem}blockquote,dd{white-space:pre-wrap}"
)
_COLUMNS = (
    "number",
    "quote",
    "speaker",
    "role",
    "outlet",
    "kind",
    "inferred",
    "briefing",
    "date",
    "link",
    "timecode",
    "page",
    "line",
    "before",
    "turn",
    "after",
    "file",
    "start",
    "end",
    "sha256",
    "question",
    "status",
)


@dataclass(frozen=True, slots=True)
class _Source:
    """A citation with all that is exported about it; `before`, `turn` and `after` are as printed in the source."""

    citation: Citation
    link: str | None
    timecode: str | None
    before: str
    turn: str
    after: str
    sha256: str


@overload
def export(answer: Answer, format: TextFormat, briefings: Mapping[str, Briefing]) -> str: ...
@overload
def export(answer: Answer, format: Literal["docx"], briefings: Mapping[str, Briefing]) -> bytes: ...
@overload
def export(answer: Answer, format: ExportFormat, briefings: Mapping[str, Briefing]) -> str | bytes: ...
def export(answer: Answer, format: ExportFormat, briefings: Mapping[str, Briefing]) -> str | bytes:
    """Write an answer with its quotes and their sources; `briefings` holds those cited, by id.

    Text for markdown, html (a whole page) and csv (one row a quote, with a byte order mark for spreadsheets), bytes
    for docx. Labels are in the answer's language. Raises InvalidRequest for an unknown format or a missing briefing.
    """
    missing = [one.title for one in answer.citations if one.briefing_id not in briefings]
    if missing:
        raise InvalidRequest(f"{missing[0]} is no longer in the library; ask again before exporting.")
    sources = [_sourced(citation, briefings[citation.briefing_id]) for citation in answer.citations]
    words = answer_language(answer.language).report
    if format == "markdown":
        return _markdown(answer, sources, words)
    if format == "html":
        return _html(answer, sources, words)
    if format == "csv":
        return _csv(answer, sources)
    if format == "docx":
        return _docx(answer, sources, words)
    raise InvalidRequest(f"{format!r} is no export format. Use one of {', '.join(EXPORT_FORMATS)}.")


def copied(citation: Citation, briefing: Briefing, *, language: str = "en") -> tuple[str, str]:
    """A quote to paste elsewhere that keeps its source: (plain text, HTML)."""
    source, words = _sourced(citation, briefing), answer_language(language).report
    plain = f"“{citation.quote}”\n— {_line(source, words)}" + (f"\n{source.link}" if source.link else "")
    return plain, _quote_html(source, words)


def timecode(seconds: float) -> str:
    """Seconds from the beginning as h:mm:ss."""
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def _sourced(citation: Citation, briefing: Briefing) -> _Source:
    index = turn_at(briefing, citation.start, citation.end)
    if index is not None:
        before, turn, after = (
            _printed(briefing, briefing.turns[position]) if 0 <= position < len(briefing.turns) else ""
            for position in (index - 1, index, index + 1)
        )
    else:
        before = briefing.text[max(0, citation.start - _SURROUNDING) : citation.start]
        turn, after = citation.quote, briefing.text[citation.end : citation.end + _SURROUNDING]
    return _Source(
        citation=citation,
        link=source_link(citation),
        timecode=None if citation.seconds is None else timecode(citation.seconds),
        before=before.strip(),
        turn=turn,
        after=after.strip(),
        sha256=briefing.sha256,
    )


def _printed(briefing: Briefing, turn: Turn) -> str:
    words = briefing.text[turn.start : turn.end]
    name = turn.label or turn.speaker
    return f"{name.rstrip(': ')}: {words}" if name else words


def _line(source: _Source, words: ReportWords) -> str:
    """Speaker, role, outlet, briefing, date, page, line and timecode in one line."""
    citation = source.citation
    speaker = citation.speaker or words.unknown
    known = ", ".join(part for part in (citation.role, citation.outlet) if part)
    who = f"{speaker} ({known})" if known else speaker
    if citation.inferred and citation.speaker:
        who += f" [{words.inferred}]"
    parts = [who, citation.title, citation.date or words.undated]
    if citation.page is not None:
        parts.append(words.page.format(page=citation.page))
    if citation.line is not None:
        parts.append(words.line.format(line=citation.line))
    if source.timecode:
        parts.append(f"{words.at} {source.timecode}")
    return ", ".join(one_line(part) for part in parts)


def _surroundings(source: _Source, words: ReportWords) -> list[tuple[str, str]]:
    """What stands before a quote, around it and after it, each under its heading, where there is anything."""
    texts = ((words.before, source.before), (words.context, source.turn), (words.after, source.after))
    return [(heading, text) for heading, text in texts if text]


def _facts(answer: Answer, words: ReportWords) -> str:
    searched = words.searched.format(briefings=answer.searched_briefings, passages=answer.searched_passages)
    status = words.statuses[answer.status]
    return f"{status} · {searched}" if answer.searched_briefings else status


def _markdown(answer: Answer, sources: list[_Source], words: ReportWords) -> str:
    parts = [f"# {in_markdown(one_line(answer.question))}", _md_said(answer), f"*{in_markdown(_facts(answer, words))}*"]
    if sources:
        parts.append(f"## {words.quotes}")
    for source in sources:
        line = in_markdown(_line(source, words))
        parts.append("\n".join(f"> {row.strip()}" for row in f"“{in_markdown(source.citation.quote)}”".splitlines()))
        parts.append(f"**[{source.citation.number}]** " + (f"[{line}](<{source.link}>)" if source.link else line))
        parts += [f"{heading}: {in_markdown(one_line(text))}" for heading, text in _surroundings(source, words)]
        parts.append(f"{words.source}: {in_markdown(one_line(source.citation.file))}, SHA-256 {source.sha256}")
    return "\n\n".join(parts) + "\n"


def _md_said(answer: Answer) -> str:
    """The answer's paragraphs and lists, with [n] markers; nothing here can define what they would link to."""
    runs = groupby(answer.parts, key=lambda part: part.item)
    return "\n\n".join(
        ("\n" if is_item else "\n\n").join(_md_part(part, answer) for part in run) for is_item, run in runs
    )


def _md_part(part: Part, answer: Answer) -> str:
    said = "".join(_shown(piece, answer, in_markdown, "[{}]".format) for piece in part.pieces)
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


def _html(answer: Answer, sources: list[_Source], words: ReportWords) -> str:
    runs = groupby(answer.parts, key=lambda part: part.item)
    blocks = ((is_item, "\n".join(_html_part(part, answer) for part in run)) for is_item, run in runs)
    said = "\n".join(f"<ul>\n{block}\n</ul>" if is_item else block for is_item, block in blocks)
    quotes = "\n".join(
        f'<section id="quote-{source.citation.number}"><h3>[{source.citation.number}]</h3>\n'
        f"{_quote_html(source, words)}\n<dl>"
        + "".join(f"<dt>{heading}</dt><dd>{escape(text)}</dd>" for heading, text in _surroundings(source, words))
        + f"<dt>{words.source}</dt><dd>{escape(source.citation.file)}, SHA-256 {escape(source.sha256)}</dd>"
        + "</dl></section>"
        for source in sources
    )
    heading = f"<h2>{words.quotes}</h2>\n" if sources else ""
    question = escape(answer.question)
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(answer.language)}">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{question}</title><style>{_STYLE}</style></head>\n"
        f"<body>\n<h1>{question}</h1>\n{said}\n<p><em>{escape(_facts(answer, words))}</em></p>\n"
        f"{heading}{quotes}\n</body>\n</html>\n"
    )


def _html_part(part: Part, answer: Answer) -> str:
    tag = "li" if part.item else "p"
    said = "".join(
        _shown(piece, answer, escape, lambda number: f'<a href="#quote-{number}">[{number}]</a>')
        for piece in part.pieces
    )
    return f"<{tag}>{said}</{tag}>".replace("\n", "<br>\n")


def _quote_html(source: _Source, words: ReportWords) -> str:
    line = escape(_line(source, words))
    cite = f' cite="{escape(source.link)}"' if source.link else ""
    credit = f'<a href="{escape(source.link)}" rel="noreferrer">{line}</a>' if source.link else line
    language = escape(source.citation.language)
    return (
        f'<blockquote lang="{language}"{cite}>“{escape(source.citation.quote)}”</blockquote>\n'
        f"<p>— <cite>{credit}</cite></p>"
    )


def _csv(answer: Answer, sources: list[_Source]) -> str:
    out = io.StringIO(newline="")
    rows = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    rows.writerow(_COLUMNS)
    for source in sources:
        citation = source.citation
        cells = (
            str(citation.number),
            citation.quote,
            citation.speaker,
            citation.role,
            citation.outlet,
            citation.kind,
            "yes" if citation.inferred else "no",
            citation.title,
            citation.date,
            source.link,
            source.timecode,
            "" if citation.page is None else str(citation.page),
            "" if citation.line is None else str(citation.line),
            source.before,
            source.turn,
            source.after,
            citation.file,
            str(citation.start),
            str(citation.end),
            source.sha256,
            answer.question,
            answer.status,
        )
        rows.writerow([table_cell(cell or "") for cell in cells])
    return "\ufeff" + out.getvalue()


def _docx(answer: Answer, sources: list[_Source], words: ReportWords) -> bytes:
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
        document.paragraph(f"[{source.citation.number}] “{source.citation.quote}”", style="Quote")
        document.linked(f"— {_line(source, words)}", source.link)
        for heading, text in _surroundings(source, words):
            document.paragraph(f"{heading}: {text}", small=True)
        document.paragraph(f"{words.source}: {source.citation.file}, SHA-256 {source.sha256}", small=True)
    return document.data()
