"""Questions on record, with what became of them, as CSV, Markdown or DOCX (pure; everything escaped)."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Literal, get_args

from onrecord.rag.errors import InvalidRequest
from onrecord.rag.exporting.escaping import in_markdown, one_line, table_cell
from onrecord.rag.exporting.text_fragments import source_link
from onrecord.rag.languages import answer_language
from onrecord.rag.languages.report import ReportWords
from onrecord.rag.types import Citation, QuestionOnRecord

QuestionsFormat = Literal["csv", "markdown", "docx"]
QUESTIONS_FORMATS: tuple[QuestionsFormat, ...] = get_args(QuestionsFormat)

_COLUMNS = (
    "outcome",
    "sure",
    "question",
    "asked_by",
    "outlet",
    "reply",
    "speaker",
    "role",
    "briefing",
    "date",
    "link",
    "briefing_id",
    "file",
    "question_start",
    "question_end",
    "reply_start",
    "reply_end",
)


def export_questions(questions: Sequence[QuestionOnRecord], format: QuestionsFormat, language: str) -> str | bytes:
    """Write questions that were read, with what became of each.

    Text for csv (with a byte order mark for spreadsheets) and markdown, bytes for docx. Labels are in a language, or in
    English where that has none. Raises InvalidRequest for an unknown format.
    """
    words = answer_language(language).report
    if format == "csv":
        return _csv(questions)
    if format == "markdown":
        return _markdown(questions, words)
    if format == "docx":
        return _docx(questions, words)
    raise InvalidRequest(f"{format!r} is no format for questions. Use one of {', '.join(QUESTIONS_FORMATS)}.")


def _csv(questions: Sequence[QuestionOnRecord]) -> str:
    out = io.StringIO(newline="")
    rows = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    rows.writerow(_COLUMNS)
    for one in questions:
        asked, reply = one.asked, one.reply
        cells = (
            one.outcome,
            "" if one.sure is None else f"{one.sure:.2f}",
            asked.quote,
            asked.speaker,
            asked.outlet,
            reply and reply.quote,
            reply and reply.speaker,
            reply and reply.role,
            asked.title,
            asked.date,
            source_link(reply or asked),
            asked.briefing_id,
            asked.file,
            str(asked.start),
            str(asked.end),
            reply and str(reply.start),
            reply and str(reply.end),
        )
        rows.writerow([table_cell(cell or "") for cell in cells])
    return "\ufeff" + out.getvalue()


def _markdown(questions: Sequence[QuestionOnRecord], words: ReportWords) -> str:
    parts = [f"# {in_markdown(words.questions)}", f"*{in_markdown(words.judged)}*"]
    for one in questions:
        parts.append(f"## {in_markdown(one_line(one.asked.quote))}")
        parts.append(f"{in_markdown(_line(one.asked, words))} · **{in_markdown(_outcome(one, words))}**")
        if one.reply:
            line = in_markdown(_line(one.reply, words))
            link = source_link(one.reply)
            parts.append(f"> “{in_markdown(one_line(one.reply.quote))}”")
            parts.append(f"— [{line}](<{link}>)" if link else f"— {line}")
    return "\n\n".join(parts) + "\n"


def _docx(questions: Sequence[QuestionOnRecord], words: ReportWords) -> bytes:
    # Loaded by those who export a document only.
    from onrecord.rag.exporting.export_docx import WordDocument

    document = WordDocument(words.questions)
    document.paragraph(words.judged, style="Subtitle")
    for one in questions:
        document.heading(one_line(one.asked.quote))
        document.paragraph(f"{_line(one.asked, words)} · {_outcome(one, words)}")
        if one.reply:
            document.paragraph(f"“{one.reply.quote}”", style="Quote")
            document.linked(f"— {_line(one.reply, words)}", source_link(one.reply))
    return document.data()


def _outcome(question: QuestionOnRecord, words: ReportWords) -> str:
    return words.outcomes.get(question.outcome or "", "")


def _line(citation: Citation, words: ReportWords) -> str:
    """Speaker, role, outlet, briefing and date in one line, and the characters of the text."""
    known = ", ".join(part for part in (citation.role, citation.outlet) if part)
    who = f"{citation.speaker or words.unknown}{f' ({known})' if known else ''}"
    if citation.inferred and citation.speaker:
        who += f" [{words.inferred}]"
    place = f"{citation.file}, {citation.start}–{citation.end}"
    return ", ".join(one_line(part) for part in (who, citation.title, citation.date or words.undated, place))
