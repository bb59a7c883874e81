"""JSON: a transcript by a program for speech recognition, or turns as objects."""

from __future__ import annotations

import json
from collections.abc import Mapping

from onrecord.rag.readers.encoding import decode
from onrecord.rag.readers.json_transcripts import source_of_transcript, transcript_cues
from onrecord.rag.readers.json_turns import source_of_turns
from onrecord.rag.types import SourceText


def read_json(name: str, data: bytes) -> SourceText:
    """Return the words in `data`, told by its keys: a program's transcript, or turns as `source_of_turns` reads them.

    Raises UnreadableFile, naming the line, for what is neither.
    """
    text = decode(name, data)
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        whole = _lines(text)
    cues = transcript_cues(whole)
    return source_of_transcript(name, whole, cues) if cues else source_of_turns(name, text)


def _lines(text: str) -> object:
    """The objects of JSON lines, or None where a line is none."""
    try:
        # Not splitlines: a string may hold other line separators.
        entries = [json.loads(line) for line in text.split("\n") if line.strip()]
    except (ValueError, RecursionError):
        return None
    return entries if all(isinstance(entry, Mapping) for entry in entries) else None
