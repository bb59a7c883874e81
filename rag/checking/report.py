"""A check report for people: one HTML file that needs nothing else, and plain lines (pure; everything escaped)."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from onrecord.rag.checking.alignment import Change
from onrecord.rag.checking.check import VERDICTS, CheckReport, Finding, Verdict
from onrecord.rag.checking.surroundings import Sentences
from onrecord.rag.exporting.text_fragments import source_link
from onrecord.rag.exporting.writing import linked_in_html
from onrecord.rag.languages import answer_language
from onrecord.rag.languages.report import ReportWords
from onrecord.rag.text.clock import timecode
from onrecord.rag.types import Citation

SIGNS: Mapping[Verdict, str] = {
    "verbatim": "✓",
    "other_speaker": "⇄",
    "altered": "≠",
    "stitched": "…",
    "translated": "≈",
    "not_found": "?",
}
"""What marks a quotation besides its colour."""

_STYLE = """
:root{color-scheme:light dark}
body{font:1rem/1.55 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}
.article{white-space:pre-wrap;border:1px solid #8888;border-radius:.5rem;padding:1rem}
mark{color:inherit;background:none;border-bottom:.2rem solid;text-decoration:none}
mark a{color:inherit;text-decoration:none}
.verbatim{border-color:#1a7f37}.other_speaker{border-color:#bf5f00}.altered{border-color:#c9302c}
.stitched{border-color:#8a3ffc}.translated{border-color:#0b6bcb}.not_found{border-color:#777}
.altered{border-bottom-style:double}.other_speaker{border-bottom-style:dashed}
.stitched,.translated,.not_found{border-bottom-style:dotted}
mark::after{content:" [" attr(data-number) " " attr(data-sign) "]";font-size:.75em}
li.finding{border-left:.35rem solid;padding:.2rem .9rem;margin:1.1rem 0;list-style:none}
ol{padding:0}blockquote{margin:.4rem 0;white-space:pre-wrap}
ins{background:#c9302c33}del{background:#1a7f3733}.note{opacity:.8;font-size:.9rem}
"""


def report_html(report: CheckReport, *, language: str = "en") -> str:
    """Render a report as one self-contained HTML page (no script, nothing loaded); `language` is that of the labels."""
    spoken = answer_language(language)
    words = spoken.report
    findings = "\n".join(_finding_html(number, one, words) for number, one in enumerate(report.findings, 1))
    return (
        f'<!DOCTYPE html>\n<html lang="{spoken.code}">\n<head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f"<title>{escape(words.title)}</title><style>{_STYLE}</style></head>\n<body>\n<h1>{escape(words.title)}</h1>\n"
        f"<p>{escape(verdicts_counted(report, words) if report.findings else words.nothing)}</p>\n"
        f'<h2>{escape(words.article)}</h2>\n<div class="article">{_article_html(report, words)}</div>\n'
        f"<h2>{escape(words.findings)}</h2>\n<ol>\n{findings}\n</ol>\n"
        f'<p class="note">{escape(made_with(report, words))}</p>\n</body>\n</html>\n'
    )


def report_text(report: CheckReport, *, language: str = "en") -> str:
    """Render a report as plain lines for a terminal."""
    words = answer_language(language).report
    if not report.findings:
        return words.nothing
    lines: list[str] = []
    for number, finding in enumerate(report.findings, 1):
        lines.append(
            f"{number}. {words.verdicts[finding.verdict].upper()}{remark(finding, words)}: “{plain_line(finding.text)}”"
        )
        if finding.speaker:
            lines.append(f"   {claimant(finding, words)}")
        if finding.may_be:
            lines.append(f"   {may_be(finding, words)}")
        if finding.verdict == "altered":
            lines.append(f"   {words.difference} {marked_difference(finding.changes)}")
        elif finding.changes:
            change = finding.changes[0]
            lines.append(f"   {words.numbers} {change.quoted} ≠ {change.source}")
        for one, around in zip(finding.citations, finding.sentences, strict=True):
            if around.restriction:
                lines.append(f"   {words.goes_on.format(words=plain_line(around.restriction))}")
            lines.append(f"   [{one.number}] “{plain_line(around.text)}” — {source_of_citation(one, words)}")
    lines += [verdicts_counted(report, words), made_with(report, words)]
    return "\n".join(lines)


def verdicts_counted(report: CheckReport, words: ReportWords) -> str:
    """How many findings there are of each verdict."""
    return ", ".join(f"{report.counts.get(verdict, 0)} {words.verdicts[verdict]}" for verdict in VERDICTS)


def _article_html(report: CheckReport, words: ReportWords) -> str:
    parts, position = [], 0
    for number, finding in enumerate(report.findings, 1):
        parts.append(escape(report.article[position : finding.start]))
        parts.append(
            f'<mark class="{finding.verdict}" title="{escape(words.verdicts[finding.verdict])}"'
            f' data-number="{number}" data-sign="{SIGNS[finding.verdict]}" id="place-{number}">'
            f'<a href="#finding-{number}">{escape(report.article[finding.start : finding.end])}</a></mark>'
        )
        position = finding.end
    return "".join([*parts, escape(report.article[position:])])


def _finding_html(number: int, finding: Finding, words: ReportWords) -> str:
    verdict = words.verdicts[finding.verdict] + remark(finding, words)
    lines = [
        f'<li class="finding {finding.verdict}" id="finding-{number}">'
        f"<strong>{number}. {SIGNS[finding.verdict]} {escape(verdict)}</strong>",
        f"<blockquote>“{escape(finding.text)}”</blockquote>",
    ]
    if finding.speaker:
        lines.append(f'<div class="note">{escape(claimant(finding, words))}</div>')
    if finding.may_be:
        lines.append(f'<div class="note">{escape(may_be(finding, words))}</div>')
    if finding.verdict == "altered":
        lines.append(f"<p>{escape(words.difference)} {_difference_html(finding.changes)}</p>")
    elif finding.changes:
        change = finding.changes[0]
        lines.append(f"<p>{escape(words.numbers)} {escape(change.quoted)} ≠ {escape(change.source)}</p>")
    lines += [
        f'<p class="goes-on"><strong>{escape(words.goes_on.format(words=one.restriction))}</strong></p>'
        for one in finding.sentences
        if one.restriction
    ]
    for citation, around in zip(finding.citations, finding.sentences, strict=True):
        source = linked_in_html(source_of_citation(citation, words), source_link(citation), citation, words)
        lines.append(
            f'<blockquote lang="{escape(citation.language)}">[{citation.number}] “{_cited_html(citation, around)}”<br>'
            + f"{source}</blockquote>"
        )
    return "\n".join([*lines, "</li>"])


def claimant(finding: Finding, words: ReportWords) -> str:
    """Whom the article names, or seems to mean."""
    return (words.means if finding.inferred else words.names).format(speaker=finding.speaker)


def may_be(finding: Finding, words: ReportWords) -> str:
    """Whom else the words on record may be of."""
    return words.may_be.format(people="; ".join(finding.may_be))


def remark(finding: Finding, words: ReportWords) -> str:
    """What is to be said with a verdict, in brackets."""
    if finding.verdict == "translated":
        return f" ({words.hint.format(similarity=finding.similarity)})"
    return f" ({words.reworded})" if finding.verdict == "altered" and finding.kind == "statement" else ""


def source_of_citation(citation: Citation, words: ReportWords) -> str:
    """Speaker, briefing, date and place of cited words."""
    speaker = citation.speaker or words.unknown
    who = f"{speaker} ({citation.role})" if citation.role else speaker
    page = None if citation.page is None else words.page.format(page=citation.page)
    time = None if citation.seconds is None else f"{words.at} {timecode(citation.seconds)}"
    return ", ".join(part for part in (who, citation.title, citation.date, page, time) if part)


def made_with(report: CheckReport, words: ReportWords) -> str:
    """By what a report was made, for whoever makes it again."""
    return words.made_with.format(
        version=report.version, policy=report.policy, model=report.model, library=report.library
    )


def _cited_html(citation: Citation, around: Sentences) -> str:
    """Whole sentences, with the words cited set off."""
    start, end = citation.start - around.start, citation.end - around.start
    before, cited, after = around.text[:start], around.text[start:end], around.text[end:]
    return f"{escape(before)}<b>{escape(cited)}</b>{escape(after)}"


def _difference_html(changes: tuple[Change, ...]) -> str:
    return " ".join(
        escape(change.quoted)
        if change.kind == "same"
        else (f"<ins>{escape(change.quoted)}</ins>" if change.quoted else "")
        + (f"<del>{escape(change.source)}</del>" if change.source else "")
        for change in changes
    )


def marked_difference(changes: tuple[Change, ...]) -> str:
    """The quotation with {+words of its own+} and [-words of the source-]."""
    return " ".join(
        plain_line(change.quoted)
        if change.kind == "same"
        else (f"{{+{plain_line(change.quoted)}+}}" if change.quoted else "")
        + (f"[-{plain_line(change.source)}-]" if change.source else "")
        for change in changes
    )


def plain_line(text: str) -> str:
    """Text on one line, without what a terminal obeys."""
    return "".join(character if character.isprintable() else " " for character in " ".join(text.split()))
