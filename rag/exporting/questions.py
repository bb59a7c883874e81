"""Questions on record, with what became of them, as CSV, XLSX, Markdown or DOCX (pure; everything escaped)."""

from __future__ import annotations

from collections.abc import Sequence

from onrecord.rag.exporting.formats import QuestionsFormat, in_format
from onrecord.rag.exporting.text_fragments import source_link
from onrecord.rag.exporting.workbook import workbook_of
from onrecord.rag.exporting.writing import linked_in_markdown, markdown, one_line, table
from onrecord.rag.languages import answer_language
from onrecord.rag.languages.report import ReportWords
from onrecord.rag.text.clock import timecode
from onrecord.rag.types import Citation, QuestionOnRecord

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
    "timecode",
    "recording",
    "briefing_id",
    "file",
    "question_start",
    "question_end",
    "reply_start",
    "reply_end",
)


def export_questions(questions: Sequence[QuestionOnRecord], format: QuestionsFormat, language: str) -> str | bytes:
    """Write questions that were read, with what became of each.

    Text for csv (with a byte order mark for spreadsheets) and markdown, bytes for xlsx and docx. Labels are in a
    language, or in English where that has none. Raises InvalidRequest for an unknown format.
    """
    words = answer_language(language).report
    return in_format(
        format,
        {
            "csv": lambda: table(_COLUMNS, map(_row, questions)),
            "xlsx": lambda: workbook_of(_COLUMNS, map(_row, questions)),
            "markdown": lambda: _markdown(questions, words),
            "docx": lambda: _docx(questions, words),
        },
    )


def _row(question: QuestionOnRecord) -> dict[str, str | None]:
    asked, reply = question.asked, question.reply
    shown = reply or asked
    return {
        "outcome": question.outcome,
        "sure": None if question.sure is None else f"{question.sure:.2f}",
        "question": asked.quote,
        "asked_by": asked.speaker,
        "outlet": asked.outlet,
        "reply": reply.quote if reply else None,
        "speaker": reply.speaker if reply else None,
        "role": reply.role if reply else None,
        "briefing": asked.title,
        "date": asked.date,
        "link": source_link(shown),
        "timecode": None if shown.seconds is None else timecode(shown.seconds),
        "recording": shown.media,
        "briefing_id": asked.briefing_id,
        "file": asked.file,
        "question_start": str(asked.start),
        "question_end": str(asked.end),
        "reply_start": str(reply.start) if reply else None,
        "reply_end": str(reply.end) if reply else None,
    }


def _markdown(questions: Sequence[QuestionOnRecord], words: ReportWords) -> str:
    parts = [f"# {markdown(words.questions)}", f"*{markdown(words.judged)}*"]
    for one in questions:
        parts.append(f"## {markdown(one_line(one.asked.quote))}")
        parts.append(f"{markdown(_line(one.asked, words))} · **{markdown(_outcome(one, words))}**")
        if one.reply:
            line = linked_in_markdown(_line(one.reply, words), source_link(one.reply), one.reply, words)
            parts.append(f"> “{markdown(one_line(one.reply.quote))}”")
            parts.append(f"— {line}")
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
            document.source(_line(one.reply, words), source_link(one.reply), one.reply.media, words.recording)
    return document.data()


def _outcome(question: QuestionOnRecord, words: ReportWords) -> str:
    return words.outcomes.get(question.outcome or "", "")


def _line(citation: Citation, words: ReportWords) -> str:
    """Speaker, role, outlet, briefing and date in one line, and the characters of the text."""
    known = ", ".join(part for part in (citation.role, citation.outlet) if part)
    who = f"{citation.speaker or words.unknown}{f' ({known})' if known else ''}"
    if citation.inferred and citation.speaker:
        who += f" [{words.inferred}]"
    if citation.heard:
        who += f" [{words.heard}]"
    place = f"{citation.file}, {citation.start}–{citation.end}"
    return ", ".join(one_line(part) for part in (who, citation.title, citation.date or words.undated, place))
