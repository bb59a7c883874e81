"""Full dates: in a text's head, alone on a line, in the name of a file (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from itertools import takewhile
from pathlib import PurePath

from onrecord.rag.languages import LANGUAGES, Language, together
from onrecord.rag.languages.calendars import day_first, day_names, month_names
from onrecord.rag.text.folding import fold
from onrecord.rag.types import Span

_YEARS = (1900, 2100)
# Years of two digits are those from 1969 to 2068, as POSIX has it.
_CENTURY_TURNS = 69
# A date alone on its line may have this many letters beside it, such as a place; longer lines are sentences.
_BESIDE, _LONGEST = 24, 80
# A date is looked for in the name of a file and of so many folders above it.
_FOLDERS = 3

# A day with what follows its number ("4th of"), a month's name, the year: `_says` knows which words will do.
_DAY = r"(?P<day>\d{1,2})(?P<small>(?:[ \u00a0]?[^\W\d_]{1,3}\b|[.ºª]){0,2})"
_MONTH = r"(?P<month>[^\W\d_]{3,})"
_YEAR = r"(?:\.?,?[\s/-]+)(?:(?P<joint>[^\W\d_]{1,3})\s+)?(?P<year>\d{4})(?!\d)"
_NOT_WITHIN = r"(?<![\d.,/-])"
DAY_AND_MONTH = rf"{_NOT_WITHIN}{_DAY}[\s/-]+{_MONTH}"
MONTH_AND_DAY = rf"(?<![^\W_]){_MONTH}\.?[\s-]+(?P<day>\d{{1,2}})(?P<small>[^\W\d_]{{1,3}}\b)?(?![\d/])"
_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"{_NOT_WITHIN}(?P<year>\d{{4}})(?P<mark>[-/.])(?P<number>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}})(?!\d)",
        rf"{_NOT_WITHIN}(?P<first>\d{{1,2}})(?P<mark>[/.])(?P<second>\d{{1,2}})(?P=mark)(?P<year>\d{{4}}|\d{{2}})(?![\d/])",
        rf"{_NOT_WITHIN}(?P<first>\d{{1,2}})-(?P<second>\d{{1,2}})-(?P<year>\d{{4}})(?![\d-])",
        rf"{DAY_AND_MONTH}{_YEAR}",
        rf"{MONTH_AND_DAY}{_YEAR}",
    )
)
_COMPACT = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d{2})(?P<number>\d{2})(?P<day>\d{2})(?!\d)")
_WORD = re.compile(r"[^\W\d_]+")


def date_in(text: str, words: Language) -> str | None:
    """The first full date in a text as ISO 8601, or None.

    "03/04/2024" is 3 April in French; in English nobody can tell, so it is no date.
    """
    return next((found for _, found in dates_in(text, words)), None)


def dates_in(text: str, words: Language) -> Iterator[tuple[Span, str]]:
    """The full dates in a text with their places, in order, as ISO 8601."""
    for match in _looking_like_dates(text, words):
        if found := _read(match, words):
            yield Span(*match.span()), found


def date_in_path(path: str, words: Language) -> str | None:
    """The date in the name of a file, else of a folder that it lies in, as ISO 8601, or None.

    Args:
        path: of the file, or its address.
        words: the language of its text, for the order of day and month.
    """
    every = together(words.code, *LANGUAGES)
    pure = PurePath(path.rstrip("/"))
    names = [pure.stem, *reversed(pure.parts[:-1][-_FOLDERS:])]
    numbers = list(takewhile(str.isdigit, names if names[0].isdigit() else names[1:]))
    for name in [*names, "/".join(reversed(numbers))]:
        # "_" parts words in names, and a hyphen does before a number.
        spaced = re.sub(r"(?<=[^\W\d_])-(?=\d)", " ", re.sub(r"(?<=\d)_(?=\d)", "-", name).replace("_", " "))
        compact = (_date(*match.group("year", "number", "day")) for match in _COMPACT.finditer(spaced))
        found = date_in(spaced, every) or next(filter(None, compact), None)
        if found:
            return found
    return None


def is_date_line(text: str, words: Language) -> bool:
    """Whether a line holds a date and next to nothing else."""
    if len(text) > _LONGEST:
        return False
    dates = list(_looking_like_dates(text, words))
    if not dates:
        return False
    for match in reversed(dates):
        text = text[: match.start()] + text[match.end() :]
    beside = words.pages.around_date.sub("", text)
    days = day_names(words.codes)
    letters = [word for word in _WORD.findall(beside) if fold(word) not in days]
    return sum(len(word) for word in letters) <= _BESIDE


def month_of(match: re.Match[str], words: Language) -> int | None:
    """The month of a match of one of the forms with a name, None where that or a small word beside it is no such."""
    small = [*_WORD.findall(match["small"] or ""), match.groupdict().get("joint") or ""]
    if any(fold(word) not in words.dates.ordinals | words.dates.joints for word in small if word):
        return None
    return month_names(words.codes).get(fold(match["month"]))


def _looking_like_dates(text: str, words: Language) -> Iterator[re.Match[str]]:
    """The places that look like full dates, in order, whether or not the calendar has them; none within another."""
    found = [match for form in _FORMS for match in form.finditer(text)]
    end = 0
    for match in sorted(found, key=lambda match: (match.start(), -match.end())):
        if match.start() >= end and ("month" not in match.groupdict() or month_of(match, words)):
            end = match.end()
            yield match


def _read(match: re.Match[str], words: Language) -> str | None:
    parts = match.groupdict()
    if "month" in parts:
        return _date(parts["year"], month_of(match, words), parts["day"])
    if "number" in parts:
        return _date(parts["year"], parts["number"], parts["day"])
    first, second = int(parts["first"]), int(parts["second"])
    if day_first(words.code) or parts.get("mark") == "." or first > 12 or first == second:
        return _date(parts["year"], second, first)
    return _date(parts["year"], first, second) if second > 12 else None


def _date(year: str, month: str | int | None, day: str | int) -> str | None:
    number = int(year)
    if len(year) == 2:
        number += 1900 if number >= _CENTURY_TURNS else 2000
    try:
        found = date(number, int(month or 0), int(day))
    except ValueError:
        return None
    return found.isoformat() if _YEARS[0] <= number <= _YEARS[1] else None
