"""What every export writes a quote with: its source in one line, escaped for Markdown, HTML and tables (pure)."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from onrecord.rag.exporting.text_fragments import source_link
from onrecord.rag.languages.report import ReportWords
from onrecord.rag.text.clock import timecode
from onrecord.rag.text.quotes import turn_at
from onrecord.rag.types import Briefing, Citation, Turn

# Characters of the words before and behind a quote that stands in no turn.
_SURROUNDING = 300
_STYLE = (
    ":root{color-scheme:light dark}body{font:1rem/1.55 system-ui,sans-serif;max-width:46rem;margin:2rem auto;"
    "padding:0 1rem}blockquote,dd{white-space:pre-wrap}"
)
COLUMNS = (
    "number",
    "quote",
    "speaker",
    "role",
    "outlet",
    "kind",
    "inferred",
    "heard",
    "briefing",
    "date",
    "link",
    "timecode",
    "recording",
    "page",
    "line",
    "file",
    "start",
    "end",
    "sha256",
)
"""What a table says of every quote."""

Marks = tuple[str, str]
"""The quotation marks of a language."""

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+.!|~&$^=-])")
# A spreadsheet runs a cell that begins with one of these.
_FORMULA = re.compile(r"\s*[=+\-@|\t\r\n]")


@dataclass(frozen=True, slots=True)
class Sourced:
    """A citation with all that is exported about it; `before`, `turn` and `after` are as printed in the source."""

    citation: Citation
    link: str | None
    timecode: str | None
    before: str
    turn: str
    after: str
    sha256: str


def sourced(citation: Citation, briefing: Briefing) -> Sourced:
    """A citation with what is exported about it."""
    index = turn_at(briefing, citation.start, citation.end)
    if index is not None:
        before, turn, after = (
            _printed(briefing, briefing.turns[position]) if 0 <= position < len(briefing.turns) else ""
            for position in (index - 1, index, index + 1)
        )
    else:
        before = briefing.text[max(0, citation.start - _SURROUNDING) : citation.start]
        turn, after = citation.quote, briefing.text[citation.end : citation.end + _SURROUNDING]
    return Sourced(
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


def source_line(source: Sourced, words: ReportWords) -> str:
    """Speaker, role, outlet, briefing, date, page, line and timecode in one line."""
    citation = source.citation
    speaker = citation.speaker or words.unknown
    known = ", ".join(part for part in (citation.role, citation.outlet) if part)
    who = f"{speaker} ({known})" if known else speaker
    if citation.inferred and citation.speaker:
        who += f" [{words.inferred}]"
    if citation.heard:
        who += f" [{words.heard}]"
    parts = [who, citation.title, citation.date or words.undated]
    if citation.page is not None:
        parts.append(words.page.format(page=citation.page))
    if citation.line is not None:
        parts.append(words.line.format(line=citation.line))
    if source.timecode:
        parts.append(f"{words.at} {source.timecode}")
    return ", ".join(one_line(part) for part in parts)


def quoted_in_markdown(source: Sourced, words: ReportWords, marks: Marks, marker: str = "") -> list[str]:
    """A quote as a block, and the line of its source behind a marker."""
    block = "\n".join(f"> {row.strip()}" for row in markdown(source.citation.quote).join(marks).splitlines())
    return [block, marker + linked_in_markdown(source_line(source, words), source.link, source.citation, words)]


def linked_in_markdown(line: str, link: str | None, citation: Citation, words: ReportWords) -> str:
    """A line about the source of a quote with its link, and a link to its recording."""
    said = f"[{markdown(line)}](<{link}>)" if link else markdown(line)
    return f"{said} · [{markdown(words.recording)}](<{citation.media}>)" if citation.media else said


def linked_in_html(line: str, link: str | None, citation: Citation, words: ReportWords) -> str:
    """A line about the source of a quote with its link, and a link to its recording."""
    said = _anchor(line, link) if link else escape(line)
    return f"{said} · {_anchor(words.recording, citation.media)}" if citation.media else said


def _anchor(text: str, address: str) -> str:
    return f'<a href="{escape(address)}" rel="noreferrer">{escape(text)}</a>'


def markdown_file(source: Sourced, words: ReportWords) -> str:
    """The file that a quote is from, and its hash."""
    return f"{words.source}: {markdown(one_line(source.citation.file))}, SHA-256 {source.sha256}"


def quote_html(source: Sourced, words: ReportWords, marks: Marks) -> str:
    """A quote as a block, and the line of its source."""
    cite = f' cite="{escape(source.link)}"' if source.link else ""
    credit = linked_in_html(source_line(source, words), source.link, source.citation, words)
    language = escape(source.citation.language)
    return (
        f'<blockquote lang="{language}"{cite}>{escape(source.citation.quote).join(marks)}</blockquote>\n'
        f"<p>— <cite>{credit}</cite></p>"
    )


def html_page(title: str, body: str, language: str) -> str:
    """A whole page that runs and fetches nothing; `body` is HTML, `title` text."""
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head>\n"
        f"<body>\n<h1>{escape(title)}</h1>\n{body}\n</body>\n</html>\n"
    )


def cells_of(source: Sourced) -> dict[str, str | None]:
    """What a table says of a quote, by column."""
    citation = source.citation
    return {
        "number": str(citation.number),
        "quote": citation.quote,
        "speaker": citation.speaker,
        "role": citation.role,
        "outlet": citation.outlet,
        "kind": citation.kind,
        "inferred": "yes" if citation.inferred else "no",
        "heard": "yes" if citation.heard else "no",
        "briefing": citation.title,
        "date": citation.date,
        "link": source.link,
        "timecode": source.timecode,
        "recording": citation.media,
        "page": None if citation.page is None else str(citation.page),
        "line": None if citation.line is None else str(citation.line),
        "file": citation.file,
        "start": str(citation.start),
        "end": str(citation.end),
        "sha256": source.sha256,
    }


def table(columns: Sequence[str], rows: Iterable[Mapping[str, str | None]]) -> str:
    """A table as CSV with a byte order mark, by which spreadsheets tell UTF-8; nothing in it is run by one."""
    out = io.StringIO(newline="")
    lines = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    lines.writerow(columns)
    for row in rows:
        lines.writerow([cell(row[column] or "") for column in columns])
    return "\ufeff" + out.getvalue()


def cell(text: str) -> str:
    """Keep a spreadsheet from running what a briefing says; `start` and `end` still give the exact words."""
    text = text.replace("\0", "\ufffd")
    return f"'{text}" if _FORMULA.match(text) else text


def markdown(text: str) -> str:
    """Text that Markdown reads as nothing but text."""
    return _MARKDOWN.sub(r"\\\1", text)


def one_line(text: str) -> str:
    """Text without breaks and double blanks."""
    return " ".join(text.split())
