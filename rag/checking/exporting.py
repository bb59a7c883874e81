"""A check report as Markdown, HTML, DOCX, XLSX or CSV (pure; everything escaped)."""

from __future__ import annotations

from collections.abc import Iterator

from onrecord.rag.checking.check import CheckReport, Finding
from onrecord.rag.checking.report import (
    SIGNS,
    claimant,
    made_with,
    marked_difference,
    may_be,
    plain_line,
    remark,
    report_html,
    source_of_citation,
    verdicts_counted,
)
from onrecord.rag.exporting.formats import ExportFormat, in_format
from onrecord.rag.exporting.text_fragments import source_link
from onrecord.rag.exporting.workbook import workbook_of
from onrecord.rag.exporting.writing import linked_in_markdown, markdown, table
from onrecord.rag.languages import answer_language
from onrecord.rag.languages.report import ReportWords
from onrecord.rag.text.clock import timecode

_COLUMNS = (
    "number", "verdict", "quotation", "named", "similarity", "record", "sentence", "restriction", "speaker", "role",
    "briefing", "date", "link", "timecode", "recording", "page", "file", "start", "end", "article_start", "article_end",
    "version", "policy", "model", "library",
)  # fmt: skip


def export_report(report: CheckReport, format: ExportFormat, *, language: str = "en") -> str | bytes:
    """Write a report with the marked article, every finding with its source, and what made it.

    Text for markdown, html (a whole page) and csv (a row a citation, and one for each finding without any), bytes for
    xlsx (the same rows) and docx; `language` is that of the labels. Raises InvalidRequest for an unknown format.
    """
    words = answer_language(language).report
    return in_format(
        format,
        {
            "markdown": lambda: _markdown(report, words),
            "html": lambda: report_html(report, language=language),
            "csv": lambda: table(_COLUMNS, _rows(report)),
            "xlsx": lambda: workbook_of(_COLUMNS, _rows(report)),
            "docx": lambda: _docx(report, words),
        },
    )


def _facts(finding: Finding, words: ReportWords) -> list[str]:
    """What is said of a finding besides its verdict."""
    facts = [claimant(finding, words)] if finding.speaker else []
    if finding.may_be:
        facts.append(may_be(finding, words))
    if finding.verdict == "altered":
        facts.append(f"{words.difference} {marked_difference(finding.changes)}")
    elif finding.changes:
        facts.append(f"{words.numbers} {finding.changes[0].quoted} ≠ {finding.changes[0].source}")
    return facts + [
        words.goes_on.format(words=plain_line(one.restriction)) for one in finding.sentences if one.restriction
    ]


def _heading(number: int, finding: Finding, words: ReportWords) -> str:
    return f"{number}. {SIGNS[finding.verdict]} {words.verdicts[finding.verdict]}{remark(finding, words)}"


def _markdown(report: CheckReport, words: ReportWords) -> str:
    md = markdown
    parts = [f"# {md(words.title)}", md(verdicts_counted(report, words) if report.findings else words.nothing)]
    marked, position = [], 0
    for number, finding in enumerate(report.findings, 1):
        marked.append(md(report.article[position : finding.start]))
        sign = f"[{number} {SIGNS[finding.verdict]}]"
        marked.append(f"{md(report.article[finding.start : finding.end])}{md(sign)}")
        position = finding.end
    marked.append(md(report.article[position:]))
    lines = "".join(marked).splitlines()
    parts += [f"## {md(words.article)}", "\n".join(f"> {line.strip()}" for line in lines), f"## {md(words.findings)}"]
    for number, finding in enumerate(report.findings, 1):
        parts.append(f"### {md(_heading(number, finding, words))}")
        parts.append(f"“{md(plain_line(finding.text))}”")
        parts += [md(fact) for fact in _facts(finding, words)]
        for citation, around in zip(finding.citations, finding.sentences, strict=True):
            source = source_of_citation(citation, words)
            parts.append(f"> {md(plain_line(around.text))}")
            parts.append(f"— {linked_in_markdown(source, source_link(citation), citation, words)}")
    return "\n\n".join([*parts, f"*{md(made_with(report, words))}*"]) + "\n"


def _rows(report: CheckReport) -> Iterator[dict[str, str | None]]:
    """A row a citation, and one for each finding without any."""
    made = {"version": report.version, "policy": report.policy, "model": report.model, "library": report.library}
    for number, finding in enumerate(report.findings, 1):
        claim = {
            **dict.fromkeys(_COLUMNS),
            "number": str(number),
            "verdict": finding.verdict,
            "quotation": finding.text,
            "named": finding.speaker,
            "similarity": f"{finding.similarity:.2f}",
            "article_start": str(finding.start),
            "article_end": str(finding.end),
            **made,
        }
        if not finding.citations:
            yield claim
        for citation, around in zip(finding.citations, finding.sentences, strict=True):
            yield {
                **claim,
                "record": citation.quote,
                "sentence": around.text,
                "restriction": around.restriction,
                "speaker": citation.speaker,
                "role": citation.role,
                "briefing": citation.title,
                "date": citation.date,
                "link": source_link(citation),
                "timecode": None if citation.seconds is None else timecode(citation.seconds),
                "recording": citation.media,
                "page": None if citation.page is None else str(citation.page),
                "file": citation.file,
                "start": str(citation.start),
                "end": str(citation.end),
            }


def _docx(report: CheckReport, words: ReportWords) -> bytes:
    # Loaded by those who export a document only.
    from onrecord.rag.exporting.export_docx import WordDocument

    document = WordDocument(words.title)
    document.paragraph(verdicts_counted(report, words) if report.findings else words.nothing, style="Subtitle")
    document.heading(words.article)
    pieces: list[tuple[str, bool]] = []
    position = 0
    for number, finding in enumerate(report.findings, 1):
        pieces.append((report.article[position : finding.start], False))
        pieces.append((report.article[finding.start : finding.end] + f" [{number} {SIGNS[finding.verdict]}]", True))
        position = finding.end
    document.marked([*pieces, (report.article[position:], False)])
    document.heading(words.findings)
    for number, finding in enumerate(report.findings, 1):
        document.paragraph(_heading(number, finding, words), style="Heading 3")
        document.paragraph(f"“{finding.text}”")
        for fact in _facts(finding, words):
            document.paragraph(fact, small=True)
        for citation, around in zip(finding.citations, finding.sentences, strict=True):
            document.paragraph(around.text, style="Quote")
            line, link = source_of_citation(citation, words), source_link(citation)
            document.source(line, link, citation.media, words.recording)
    document.paragraph(made_with(report, words), small=True)
    return document.data()
