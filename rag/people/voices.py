"""Speakers that a transcript tells apart and cannot name: "Speaker 1", "SPEAKER_00", "Intervenant 2" (pure)."""

from __future__ import annotations

import re

from onrecord.rag.languages import LANGUAGES, together
from onrecord.rag.text.folding import fold

# One to four words and a number of up to three digits. Years and other long numbers are no voices.
_NUMBERED = re.compile(
    r"[^\W\d_]+(?:[\s_.-]+[^\W\d_]+){0,3}[\s_.-]*(?:\(\d{1,3}\)|(?:[#№]|(?:no|nr|n[°º])\.?)?\s*\d{1,3})",
    re.IGNORECASE,
)
_LETTERED = re.compile(r"(?P<words>[^\W\d_]{2,}(?:[\s_.-]+[^\W\d_]+){0,3})[\s_.-]+[A-Z]")


def is_voice(name: str) -> bool:
    """Whether a speaker has no name: words and a number, "Speaker A", or words that say so ("Unidentified Male").

    A letter alone tells nothing ("Malcolm X"), so that the words before it must be words for any speaker.
    """
    plain = " ".join(name.split())
    if _NUMBERED.fullmatch(plain):
        return True
    words = together(*LANGUAGES).labels
    if words.unnamed.intersection(_words(plain)):
        return True
    lettered = _LETTERED.fullmatch(plain)
    return lettered is not None and not words.voices.isdisjoint(_words(lettered["words"]))


def _words(name: str) -> list[str]:
    return re.split(r"[\s_.-]+", fold(name))
