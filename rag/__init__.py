"""Briefings in, cited answers out: the public names of OnRecord."""

from onrecord.embeddings import replacing
from onrecord.rag.adding import Added, AddReport, Progress
from onrecord.rag.checking.check import CheckReport, Finding
from onrecord.rag.checking.report import report_html, report_text
from onrecord.rag.copying import Copied
from onrecord.rag.errors import (
    InvalidRequest,
    LibraryError,
    ModelError,
    OnRecordError,
    UnknownBriefing,
    UnreadableFile,
)
from onrecord.rag.evaluate import Method, Row, evaluate_folder, report_rows, rows_of
from onrecord.rag.exporting.export import EXPORT_FORMATS, ExportFormat, export
from onrecord.rag.exporting.text_fragments import link_to
from onrecord.rag.languages import LANGUAGES
from onrecord.rag.library import Library
from onrecord.rag.questions.followup import stands_alone
from onrecord.rag.settings import Settings
from onrecord.rag.store import SharedDatabase, Summary
from onrecord.rag.text.quotes import place_at, second_at
from onrecord.rag.types import (
    Answer,
    Boilerplate,
    Briefing,
    Citation,
    DateMention,
    Exchange,
    FilterOptions,
    Filters,
    Hit,
    Kind,
    Part,
    Passage,
    Piece,
    Pointer,
    Quote,
    Reported,
    Span,
    Status,
    Turn,
    Words,
    quoted_words,
)

__all__ = [
    "EXPORT_FORMATS",
    "LANGUAGES",
    "AddReport",
    "Added",
    "Answer",
    "Boilerplate",
    "Briefing",
    "CheckReport",
    "Citation",
    "Copied",
    "DateMention",
    "Exchange",
    "ExportFormat",
    "FilterOptions",
    "Filters",
    "Finding",
    "Hit",
    "InvalidRequest",
    "Kind",
    "Library",
    "LibraryError",
    "Method",
    "ModelError",
    "OnRecordError",
    "Part",
    "Passage",
    "Piece",
    "Pointer",
    "Progress",
    "Quote",
    "Reported",
    "Row",
    "Settings",
    "SharedDatabase",
    "Span",
    "Status",
    "Summary",
    "Turn",
    "UnknownBriefing",
    "UnreadableFile",
    "Words",
    "evaluate_folder",
    "export",
    "link_to",
    "place_at",
    "quoted_words",
    "replacing",
    "report_html",
    "report_rows",
    "report_text",
    "rows_of",
    "second_at",
    "stands_alone",
]
