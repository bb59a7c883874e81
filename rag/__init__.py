"""Briefings in, cited answers out: the public names of OnRecord.

Each is imported when it is first used, so that a question does not wait for what adds, checks and exports.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from onrecord.embeddings import replacing
    from onrecord.rag.adding import Added, AddReport, Progress
    from onrecord.rag.answers.forms import quotes_alone, written_only
    from onrecord.rag.checking.check import CheckReport, Finding
    from onrecord.rag.checking.exporting import export_report
    from onrecord.rag.checking.opening import article_in
    from onrecord.rag.checking.report import report_html, report_text
    from onrecord.rag.collecting import Collection
    from onrecord.rag.comparing.compare import Alone, ComparedSide, Comparison, Opposite
    from onrecord.rag.copying import Copied
    from onrecord.rag.corrections import corrected_turns, speaker_in
    from onrecord.rag.errors import (
        InvalidRequest,
        LibraryError,
        ModelError,
        OnRecordError,
        UnknownBriefing,
        UnreadableFile,
    )
    from onrecord.rag.evaluate import Row, evaluate_folder, report_rows, rows_of
    from onrecord.rag.exporting.export import export
    from onrecord.rag.exporting.pinned import PinnedQuote, export_pins
    from onrecord.rag.exporting.questions import QUESTIONS_FORMATS, QuestionsFormat, export_questions
    from onrecord.rag.exporting.text_fragments import link_to
    from onrecord.rag.exporting.writing import EXPORT_FORMATS, ExportFormat
    from onrecord.rag.judging import Judging, OpenQuestions
    from onrecord.rag.language_model.setting import ModelChoice, Trial, set_in_environment
    from onrecord.rag.languages import LANGUAGES
    from onrecord.rag.library import Library
    from onrecord.rag.questions.followup import stands_alone
    from onrecord.rag.recordings import Recording
    from onrecord.rag.settings import Settings
    from onrecord.rag.speaking import Course, SpeakerShare, course, printed_head, speaker_shares
    from onrecord.rag.store import SharedDatabase, Summary
    from onrecord.rag.text.clock import timecode
    from onrecord.rag.text.quotes import place_at, second_at
    from onrecord.rag.types import (
        Answer,
        Boilerplate,
        Briefing,
        Citation,
        Correction,
        DateMention,
        Exchange,
        FilterOptions,
        Filters,
        Hit,
        Kind,
        Method,
        Part,
        Passage,
        Passing,
        Piece,
        Pointer,
        QuestionOnRecord,
        QuestionOutcome,
        Quote,
        Reported,
        Span,
        Speaker,
        Status,
        Turn,
        Words,
        Written,
        each_of,
        quoted_words,
    )

__all__ = [
    "EXPORT_FORMATS",
    "LANGUAGES",
    "QUESTIONS_FORMATS",
    "AddReport",
    "Added",
    "Alone",
    "Answer",
    "Boilerplate",
    "Briefing",
    "CheckReport",
    "Citation",
    "Collection",
    "ComparedSide",
    "Comparison",
    "Copied",
    "Correction",
    "Course",
    "DateMention",
    "Exchange",
    "ExportFormat",
    "FilterOptions",
    "Filters",
    "Finding",
    "Hit",
    "InvalidRequest",
    "Judging",
    "Kind",
    "Library",
    "LibraryError",
    "Method",
    "ModelChoice",
    "ModelError",
    "OnRecordError",
    "OpenQuestions",
    "Opposite",
    "Part",
    "Passage",
    "Passing",
    "Piece",
    "PinnedQuote",
    "Pointer",
    "Progress",
    "QuestionOnRecord",
    "QuestionOutcome",
    "QuestionsFormat",
    "Quote",
    "Recording",
    "Reported",
    "Row",
    "Settings",
    "SharedDatabase",
    "Span",
    "Speaker",
    "SpeakerShare",
    "Status",
    "Summary",
    "Trial",
    "Turn",
    "UnknownBriefing",
    "UnreadableFile",
    "Words",
    "Written",
    "article_in",
    "corrected_turns",
    "course",
    "each_of",
    "evaluate_folder",
    "export",
    "export_pins",
    "export_questions",
    "export_report",
    "link_to",
    "place_at",
    "printed_head",
    "quoted_words",
    "quotes_alone",
    "replacing",
    "report_html",
    "report_rows",
    "report_text",
    "rows_of",
    "second_at",
    "set_in_environment",
    "speaker_in",
    "speaker_shares",
    "stands_alone",
    "timecode",
    "written_only",
]

_HOMES = {
    "AddReport": "onrecord.rag.adding",
    "Added": "onrecord.rag.adding",
    "Alone": "onrecord.rag.comparing.compare",
    "Answer": "onrecord.rag.types",
    "Boilerplate": "onrecord.rag.types",
    "Briefing": "onrecord.rag.types",
    "CheckReport": "onrecord.rag.checking.check",
    "Citation": "onrecord.rag.types",
    "Collection": "onrecord.rag.collecting",
    "ComparedSide": "onrecord.rag.comparing.compare",
    "Comparison": "onrecord.rag.comparing.compare",
    "Copied": "onrecord.rag.copying",
    "Correction": "onrecord.rag.types",
    "Course": "onrecord.rag.speaking",
    "DateMention": "onrecord.rag.types",
    "EXPORT_FORMATS": "onrecord.rag.exporting.writing",
    "Exchange": "onrecord.rag.types",
    "ExportFormat": "onrecord.rag.exporting.writing",
    "FilterOptions": "onrecord.rag.types",
    "Filters": "onrecord.rag.types",
    "Finding": "onrecord.rag.checking.check",
    "Hit": "onrecord.rag.types",
    "InvalidRequest": "onrecord.rag.errors",
    "Judging": "onrecord.rag.judging",
    "Kind": "onrecord.rag.types",
    "LANGUAGES": "onrecord.rag.languages",
    "Library": "onrecord.rag.library",
    "LibraryError": "onrecord.rag.errors",
    "Method": "onrecord.rag.types",
    "ModelChoice": "onrecord.rag.language_model.setting",
    "ModelError": "onrecord.rag.errors",
    "OnRecordError": "onrecord.rag.errors",
    "OpenQuestions": "onrecord.rag.judging",
    "Opposite": "onrecord.rag.comparing.compare",
    "Part": "onrecord.rag.types",
    "Passage": "onrecord.rag.types",
    "Passing": "onrecord.rag.types",
    "Piece": "onrecord.rag.types",
    "PinnedQuote": "onrecord.rag.exporting.pinned",
    "Pointer": "onrecord.rag.types",
    "Progress": "onrecord.rag.adding",
    "QUESTIONS_FORMATS": "onrecord.rag.exporting.questions",
    "QuestionOnRecord": "onrecord.rag.types",
    "QuestionOutcome": "onrecord.rag.types",
    "QuestionsFormat": "onrecord.rag.exporting.questions",
    "Quote": "onrecord.rag.types",
    "Reported": "onrecord.rag.types",
    "Recording": "onrecord.rag.recordings",
    "Row": "onrecord.rag.evaluate",
    "Settings": "onrecord.rag.settings",
    "SharedDatabase": "onrecord.rag.store",
    "Span": "onrecord.rag.types",
    "Speaker": "onrecord.rag.types",
    "SpeakerShare": "onrecord.rag.speaking",
    "Status": "onrecord.rag.types",
    "Summary": "onrecord.rag.store",
    "Trial": "onrecord.rag.language_model.setting",
    "Turn": "onrecord.rag.types",
    "UnknownBriefing": "onrecord.rag.errors",
    "UnreadableFile": "onrecord.rag.errors",
    "Words": "onrecord.rag.types",
    "Written": "onrecord.rag.types",
    "corrected_turns": "onrecord.rag.corrections",
    "article_in": "onrecord.rag.checking.opening",
    "course": "onrecord.rag.speaking",
    "each_of": "onrecord.rag.types",
    "evaluate_folder": "onrecord.rag.evaluate",
    "export": "onrecord.rag.exporting.export",
    "export_pins": "onrecord.rag.exporting.pinned",
    "export_report": "onrecord.rag.checking.exporting",
    "export_questions": "onrecord.rag.exporting.questions",
    "link_to": "onrecord.rag.exporting.text_fragments",
    "place_at": "onrecord.rag.text.quotes",
    "printed_head": "onrecord.rag.speaking",
    "quoted_words": "onrecord.rag.types",
    "quotes_alone": "onrecord.rag.answers.forms",
    "replacing": "onrecord.embeddings",
    "report_html": "onrecord.rag.checking.report",
    "report_rows": "onrecord.rag.evaluate",
    "report_text": "onrecord.rag.checking.report",
    "rows_of": "onrecord.rag.evaluate",
    "second_at": "onrecord.rag.text.quotes",
    "set_in_environment": "onrecord.rag.language_model.setting",
    "speaker_in": "onrecord.rag.corrections",
    "speaker_shares": "onrecord.rag.speaking",
    "stands_alone": "onrecord.rag.questions.followup",
    "timecode": "onrecord.rag.text.clock",
    "written_only": "onrecord.rag.answers.forms",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
