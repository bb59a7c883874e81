"""What a sentence states that a question may want: a number, a date, a reason (pure)."""

from __future__ import annotations

import re
from functools import cache
from typing import Literal

from onrecord.rag.languages import language
from onrecord.rag.languages.calendars import full_month_names
from onrecord.rag.text.folding import fold, folded_words

Stated = Literal["number", "date", "reason"]

_YEAR = re.compile(r"\b\d{4}\b")


def states(text: str, wanted: Stated, code: str) -> bool:
    """Whether a text states any number, date or reason.

    Args:
        text: a sentence.
        wanted: what is looked for.
        code: of the text's language; in one that has no file, digits and names of months tell.
    """
    words = language(code)
    if wanted == "reason":
        return bool(words.questions.giving_reason.search(text))
    if wanted == "number":
        return any(map(str.isdigit, text)) or not _numbers(code).isdisjoint(folded_words(text))
    dates = words.dates
    return bool(
        _YEAR.search(text)
        or not full_month_names(code).isdisjoint(re.findall(r"\w+", text))
        or not _periods(code).isdisjoint(folded_words(text))
        or any(day.search(text) for day in (dates.same_day, dates.day_before, dates.day_after))
    )


@cache
def _periods(code: str) -> frozenset[str]:
    """The words for units of time; days ("every day") are spoken of too often to tell."""
    return frozenset(word for word, unit in language(code).dates.units.items() if unit != "day")


@cache
def _numbers(code: str) -> frozenset[str]:
    """The words that state a number; one that is an article too does not."""
    words = language(code)
    several = {word for word, number in words.dates.numbers.items() if number > 1}
    return frozenset(several | {fold(word) for word in words.questions.amounts})
