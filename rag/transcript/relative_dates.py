"""Dates that lean on the day they are said: "yesterday", « le 3 juin dernier », "on Sunday, 4 May" (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from onrecord.rag.languages import Language
from onrecord.rag.languages.calendars import day_names, month_names, small_month_names
from onrecord.rag.text.folding import fold
from onrecord.rag.transcript.dates import DAY_AND_MONTH, MONTH_AND_DAY, month_of
from onrecord.rag.types import DateMention

# A day and a month alone are those nearest to the day they are said where that is so many days away or fewer; farther
# off they may be of any year ("on 24 February", said in May).
_NEAR = 31
# What says that they lie behind stands at most so many characters before or behind them.
_AROUND = 40
# A day of the week beside them tells the year, among so many before and after.
_YEARS_AROUND = 2
_WEEKDAY = r"(?:(?P<weekday>[^\W\d_]{3,})[,.]?\s+(?:[^\W\d_]{1,3}\s+)?)?"
_SMALL_WORD = re.compile(r"\s[^\W\d_]{1,3}\b")
_WITHOUT_YEAR = tuple(
    re.compile(rf"{_WEEKDAY}{form}(?![\w-])(?!\.?,?\s+\d)") for form in (DAY_AND_MONTH, MONTH_AND_DAY)
)


def relative_dates(text: str, briefing_date: str | None, words: Language) -> tuple[DateMention, ...]:
    """Resolve a text's relative dates against the day it was spoken.

    Args:
        text: the text.
        briefing_date: that day in full as ISO 8601; nothing is resolved where it is None or partial.
        words: the language, or the several, of the text.

    Returns:
        mentions in order that do not overlap, their dates in ISO 8601: a day, a week ("2026-W07"), a month or a year.
    """
    try:
        today = date.fromisoformat(briefing_date or "")
    except ValueError:
        return ()
    found: dict[int, DateMention] = {}
    for mention in (*_pointing(text, today, words), *_without_year(text, today, words)):
        found.setdefault(mention.start, mention)
    mentions: list[DateMention] = []
    for start in sorted(found):
        if not mentions or start >= mentions[-1].end:
            mentions.append(found[start])
    return tuple(mentions)


def _pointing(text: str, today: date, words: Language) -> Iterator[DateMention]:
    """Dates that words point to from a day."""
    dates = words.dates
    counted = (
        (dates.two_days_before, -2),
        (dates.two_days_after, 2),
        (dates.day_before, -1),
        (dates.day_after, 1),
        (dates.same_day, 0),
    )
    for phrase, days in counted:
        for match in phrase.finditer(text):
            if day := _moved(today, days):
                yield DateMention(match.start(), match.end(), day.isoformat())
    for phrase, direction in ((dates.ago, -1), (dates.ahead, 1)):
        for match in phrase.finditer(text):
            if resolved := _away(match, today, direction, words):
                yield DateMention(match.start(), match.end(), resolved)
    for match in dates.near.finditer(text):
        if resolved := _near(match, today, words):
            yield DateMention(match.start(), match.end(), resolved)


def _moved(day: date, days: int) -> date | None:
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return None


def _away(match: re.Match[str], today: date, direction: int, words: Language) -> str | None:
    """So many units before (-1) or after (1) a day."""
    said, unit = fold(match["number"]), words.dates.units.get(fold(match["unit"]))
    # Of days counted roughly, only the week is known.
    weeks = words.dates.weeks.get(f"{said} {fold(match['unit'])}")
    number = weeks or (int(said) if said.isdigit() else words.dates.numbers.get(said))
    if number is None or unit is None:
        return None
    return _by_unit(today, direction * number, "week" if weeks else unit.removesuffix("s"))


def _by_unit(today: date, number: int, unit: str) -> str | None:
    if unit == "day":
        day = _moved(today, number)
        return day.isoformat() if day else None
    if unit == "week":
        day = _moved(today, 7 * number)
        return _week(day) if day else None
    if unit == "month":
        months = today.year * 12 + today.month - 1 + number
        return f"{months // 12:04d}-{months % 12 + 1:02d}" if months >= 12 else None
    return f"{today.year + number:04d}" if today.year + number > 0 else None


def _week(day: date) -> str:
    """A week in ISO 8601, such as 2026-W07."""
    year, week, _ = day.isocalendar()
    return f"{year:04d}-W{week:02d}"


def _near(match: re.Match[str], today: date, words: Language) -> str | None:
    """The nearest unit, month, day of the week or day of a month before or after a day."""
    what = fold(match["what"])
    step = 1 if fold(match["which"]) in words.dates.forward else -1
    month, weekday = month_names(words.codes).get(what), day_names(words.codes).get(what)
    if day := match.groupdict().get("day"):
        around = (_dated(today.year + years, month, int(day)) for years in (0, step, 2 * step, 3 * step, 4 * step))
        return next((each.isoformat() for each in around if each and (each - today).days * step > 0), None)
    if (unit := words.dates.units.get(what)) in ("week", "month", "year"):
        return _by_unit(today, step, unit)
    if month is not None:
        passed = month <= today.month if step > 0 else month >= today.month
        return f"{today.year + step * passed:04d}-{month:02d}"
    if weekday is None:
        return None
    distance = (weekday - today.weekday()) * step % 7 or 7
    found = _moved(today, step * distance)
    return found.isoformat() if found else None


def _without_year(text: str, today: date, words: Language) -> Iterator[DateMention]:
    """Days of months without a year, where the day they are said tells which year is meant."""
    for form in _WITHOUT_YEAR:
        for match in form.finditer(text):
            month = month_of(match, words)
            weekday = day_names(words.codes).get(fold(match["weekday"] or ""))
            if month is None or not _names_a_day(text, match, weekday is not None, words):
                continue
            start = match.start() if weekday is not None else min(match.start("day"), match.start("month"))
            end = max(match.end(group) for group in ("day", "small", "month"))
            if year := _year_after(text, end, today, words):
                day, end = _dated(year[0], month, int(match["day"])), year[1]
            else:
                behind = words.dates.past.search(f"{text[max(0, start - _AROUND) : start]}#{text[end : end + _AROUND]}")
                day = _nearest(today, month, int(match["day"]), weekday, behind=behind is not None)
            if day:
                yield DateMention(start, end, day.isoformat())


def _names_a_day(text: str, match: re.Match[str], weekday: bool, words: Language) -> bool:
    """Whether a number and the name of a month side by side are a day: "In May 30 boats sank" names none."""
    name = match["month"]
    if "\n" in match.group() or (name.islower() and fold(name) not in small_month_names(words.codes)):
        return False
    before = text[: match.start("month")].split()[-1:]
    day_first = match.start("day") < match.start("month")
    return day_first or weekday or any(fold(word) in words.dates.on for word in before)


def _year_after(text: str, end: int, today: date, words: Language) -> tuple[int, int] | None:
    """The year that words after a day and a month point to ("of last year"), and where they end."""
    joint = _SMALL_WORD.match(text, end)
    if joint and fold(joint.group().strip()) in words.dates.joints:
        end = joint.end()
    year = words.dates.near.match(text, end + 1)
    said = _near(year, today, words) if year else None
    return (int(said), year.end()) if year and said and said.isdigit() else None


def _nearest(today: date, month: int, day: int, weekday: int | None, *, behind: bool) -> date | None:
    """The day of a month that is nearest to a day, where that is near or its day of the week is known.

    "What happened on January 6th", said two days before its anniversary, is of the year before.
    """
    years = range(today.year - _YEARS_AROUND, today.year + _YEARS_AROUND + 1)
    days = [each for year in years if (each := _dated(year, month, day))]
    if weekday is not None:
        days = [each for each in days if each.weekday() == weekday]
    nearest = min(days, key=lambda each: abs((each - today).days), default=None)
    if nearest is None or (weekday is None and abs((nearest - today).days) > _NEAR):
        return None
    if weekday is None and behind and nearest > today:
        return max((each for each in days if each < today), default=None)
    return nearest


def _dated(year: int, month: int | None, day: int) -> date | None:
    try:
        return date(year, month or 0, day)
    except ValueError:
        return None
