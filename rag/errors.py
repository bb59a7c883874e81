"""Errors that a user can act on: each message names the thing, what is wrong with it, and what to do."""

from onrecord.embeddings.errors import ModelError, OnRecordError

__all__ = [
    "ChangedMeanwhile",
    "InvalidRequest",
    "LibraryError",
    "ModelError",
    "OnRecordError",
    "UnknownBriefing",
    "UnreadableFile",
]


class UnreadableFile(OnRecordError):
    """A file could not be turned into text."""


class LibraryError(OnRecordError):
    """The library on disk is missing, from another version, or made with another model."""


class ChangedMeanwhile(LibraryError):
    """Somebody else has changed a briefing since it was read; nothing was written."""


class UnknownBriefing(OnRecordError):
    """No briefing has the id given."""


class InvalidRequest(OnRecordError):
    """A question, filter or option cannot be used as given."""
