"""Briefings in, cited answers out: the public names of OnRecord."""

from onrecord.rag.adding import Added, AddReport, Progress
from onrecord.rag.errors import (
    InvalidRequest,
    LibraryError,
    ModelError,
    OnRecordError,
    UnknownBriefing,
    UnreadableFile,
)
from onrecord.rag.library import Library
from onrecord.rag.settings import Settings
from onrecord.rag.store import Summary
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
    Passage,
    Reported,
    Span,
    Status,
    Turn,
)

__all__ = [
    "AddReport",
    "Added",
    "Answer",
    "Boilerplate",
    "Briefing",
    "Citation",
    "DateMention",
    "Exchange",
    "FilterOptions",
    "Filters",
    "Hit",
    "InvalidRequest",
    "Kind",
    "Library",
    "LibraryError",
    "ModelError",
    "OnRecordError",
    "Passage",
    "Progress",
    "Reported",
    "Settings",
    "Span",
    "Status",
    "Summary",
    "Turn",
    "UnknownBriefing",
    "UnreadableFile",
]
