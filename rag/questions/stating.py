"""What a sentence states that a question may want: a number, a date, a reason (pure)."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from babel import Locale, UnknownLocaleError

from onrecord.rag.languages import language

Stated = Literal["number", "date", "reason"]

_DIGIT = re.compile(r"\d")
_YEAR = re.compile(r"\b\d{4}\b")


def states(text: str, wanted: Stated, code: str) -> bool:
    """Whether a text states any number, date or reason.

    Args:
        text: a sentence.
        wanted: what is looked for.
        code: of the text's language; in one that is not known, only digits tell.
    """
    if wanted == "reason":
        return language(code).questions.giving_reason.search(text) is not None
    digits, words = (_DIGIT, _amounts(code)) if wanted == "number" else (_YEAR, _periods(code))
    return bool(digits.search(text)) or (words is not None and bool(words.search(text)))


@cache
def _amounts(code: str) -> re.Pattern[str] | None:
    return _any_of(language(code).questions.amounts)


@cache
def _periods(code: str) -> re.Pattern[str] | None:
    try:
        months = Locale(code).months["format"]["wide"].values() if code else ()
    except UnknownLocaleError:
        months = ()
    return _any_of({*language(code).questions.periods, *months})


def _any_of(words: frozenset[str] | set[str]) -> re.Pattern[str] | None:
    if not words:
        return None
    longest_first = sorted(words, key=lambda word: (-len(word), word))
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b".replace("'", "['’]"), re.IGNORECASE)
