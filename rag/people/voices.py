"""Voices that a transcript tells apart and cannot name: "Speaker 1", "SPEAKER_00", "Intervenant 2" (pure)."""

from __future__ import annotations

import re

from onrecord.rag.languages import LANGUAGES, together

# One to four words and a number of up to three digits. Years and other long numbers are no voices.
_NUMBERED = re.compile(
    r"[^\W\d_]+(?:[\s_.-]+[^\W\d_]+){0,3}[\s_.-]*(?:[#№]|(?:no|nr|n[°º])\.?)?\s*\d{1,3}", re.IGNORECASE
)
_LETTERED = re.compile(r"(?P<words>[^\W\d_]{2,}(?:[\s_.-]+[^\W\d_]+){0,3})[\s_.-]+[A-Z]")


def is_voice(name: str) -> bool:
    """Whether a speaker is numbered or lettered because nobody knew who it is: words and a number, or "Speaker A".

    A letter alone tells nothing ("Malcolm X"), so that the words before it must be words for any speaker.
    """
    plain = " ".join(name.split())
    if _NUMBERED.fullmatch(plain):
        return True
    lettered = _LETTERED.fullmatch(plain)
    voices = together(*LANGUAGES).labels.voices
    return lettered is not None and any(word.casefold() in voices for word in re.split(r"[\s_.-]+", lettered["words"]))
