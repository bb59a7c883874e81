"""Dates in a text: the briefing's own, and what "yesterday" or « hier » means once that is known (pure)."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta

from onrecord.rag.text.folding import fold
from onrecord.rag.types import DateMention

_MONTHS = {
    "january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8, "september": 9,
    "october": 10, "november": 11, "december": 12,
    "janvier": 1, "fevrier": 2, "mars": 3, "avril": 4, "mai": 5, "juin": 6, "juillet": 7, "aout": 8, "septembre": 9,
    "octobre": 10, "novembre": 11, "decembre": 12,
}  # fmt: skip
_DAYS = {
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
    "lundi": 0, "mardi": 1, "mercredi": 2, "jeudi": 3, "vendredi": 4, "samedi": 5, "dimanche": 6,
}  # fmt: skip
_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10,
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "neuf": 9, "dix": 10,
}  # fmt: skip
_MONTH = (
    "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
    "|january|february|march|april|may|june|july|august|september|october|november|december"
)
_SHORT_MONTH = r"jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|janv|févr|avr|juil|déc"
_DAY = "monday|tuesday|wednesday|thursday|friday|saturday|sunday|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
_NUMBER = r"\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|une?|deux|trois|quatre|cinq|sept|huit|neuf|dix"
# What looks like a full date; a parser decides what it means.
_ABSOLUTE = re.compile(
    rf"\b(?:\d{{4}}-\d{{2}}-\d{{2}}|\d{{1,2}}(?:er|st|nd|rd|th)?\.?\s+(?:{_MONTH}|(?:{_SHORT_MONTH})\.?),?\s+\d{{4}}"
    rf"|(?:{_MONTH}|(?:{_SHORT_MONTH})\.?)\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}|\d{{1,2}}[/.]\d{{1,2}}[/.]\d{{2,4}})\b",
    re.IGNORECASE,
)
_AROUND = re.compile(
    rf"\b(?:{_DAY}|the|le|on|at|à|of|date|published|publié|updated|posted|for immediate release)\b", re.IGNORECASE
)
_YEARS = (1900, 2100)


def date_in(text: str, language: str) -> str | None:
    """The first full date in a text as ISO 8601, or None.

    "03/04/2024" is 3 April in French; in English nobody can tell, so it is no date.
    """
    for match in _ABSOLUTE.finditer(text):
        found = _parsed(match.group(), language)
        if found:
            return found
    return None


def _parsed(words: str, language: str) -> str | None:
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", words):
        try:
            return date.fromisoformat(words).isoformat()
        except ValueError:
            return None
    # Imported here because it takes most of a second and few texts need it.
    import dateparser

    numbers = [int(number) for number in re.findall(r"\d+", words)]
    day_first = language == "fr" or "." in words or numbers[0] > 12
    if len(numbers) == 3 and not day_first and numbers[1] <= 12 and numbers[0] != numbers[1]:
        return None
    found = dateparser.parse(
        re.sub(r"\b1er\b", "1", words),
        languages=["en", "fr"],
        settings={
            "DATE_ORDER": "DMY" if day_first else "MDY",
            "STRICT_PARSING": True,
            "REQUIRE_PARTS": ["day", "month", "year"],
        },
    )
    return found.date().isoformat() if found and _YEARS[0] <= found.year <= _YEARS[1] else None


def is_date_line(text: str) -> bool:
    """Whether a line holds a date and next to nothing else."""
    if len(text) > 80 or not _ABSOLUTE.search(text):
        return False
    rest = _AROUND.sub("", _ABSOLUTE.sub("", text))
    return sum(character.isalpha() for character in rest) <= 24


_Rule = tuple[re.Pattern[str], Callable[[re.Match[str], date], str | None]]


def _days(number: int) -> Callable[[re.Match[str], date], str | None]:
    return lambda _match, today: (today + timedelta(days=number)).isoformat()


def _ago(match: re.Match[str], today: date) -> str | None:
    number = _count(match.group("number"))
    unit = fold(match.group("unit"))
    if number is None:
        return None
    if unit.startswith(("day", "jour")):
        return (today - timedelta(days=number)).isoformat()
    if unit.startswith(("week", "semaine")):
        return _week(today - timedelta(weeks=number))
    if unit.startswith(("month", "mois")):
        return _month_back(today, number)
    return f"{today.year - number:04d}" if today.year > number else None


def _count(words: str) -> int | None:
    return int(words) if words.isdigit() else _NUMBERS.get(fold(words))


def _week(day: date) -> str:
    """A week in ISO 8601, such as 2026-W07."""
    year, week, _ = day.isocalendar()
    return f"{year:04d}-W{week:02d}"


def _month_back(today: date, number: int) -> str | None:
    months = today.year * 12 + today.month - 1 - number
    return f"{months // 12:04d}-{months % 12 + 1:02d}" if months >= 12 else None


def _last_unit(match: re.Match[str], today: date) -> str | None:
    unit = fold(match.group("unit"))
    forward = fold(match.group("which")) in ("next", "prochain", "prochaine")
    step = 1 if forward else -1
    if unit in ("week", "semaine"):
        return _week(today + timedelta(weeks=step))
    if unit in ("month", "mois"):
        return _month_back(today, -step)
    return f"{today.year + step:04d}"


def _named(match: re.Match[str], today: date) -> str | None:
    name = fold(match.group("name"))
    forward = fold(match.group("which")) in ("next", "prochain")
    if name in _MONTHS:
        month = _MONTHS[name]
        year = today.year + (month <= today.month) if forward else today.year - (month >= today.month)
        return f"{year:04d}-{month:02d}"
    distance = (_DAYS[name] - today.weekday()) % 7 or 7
    return (
        today + timedelta(days=distance if forward else distance - 14 if distance == 7 else distance - 7)
    ).isoformat()


_RULES: tuple[_Rule, ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), resolve)
    for pattern, resolve in (
        (r"\bthe day before yesterday\b|\bavant-hier\b", _days(-2)),
        (r"\bthe day after tomorrow\b|\baprès-demain\b", _days(2)),
        (r"(?<!before )\byesterday\b|(?<![\w-])hier\b", _days(-1)),
        (r"(?<!after )\btomorrow\b|(?<![\w-])demain\b", _days(1)),
        (r"\b(?:today|tonight|aujourd['’]hui|this (?:morning|afternoon|evening)|ce (?:matin|soir))\b", _days(0)),
        (rf"\b(?P<number>{_NUMBER})\s+(?P<unit>days?|weeks?|months?|years?)\s+ago\b", _ago),
        (rf"\bil y a\s+(?P<number>{_NUMBER})\s+(?P<unit>jours?|semaines?|mois|ans?|années?)\b", _ago),
        (r"\b(?P<which>last|next)\s+(?P<unit>week|month|year)\b", _last_unit),
        (r"\bla?\s+(?P<unit>semaine|année)\s+(?P<which>dernière|passée|prochaine)\b", _last_unit),
        (r"\ble\s+(?P<unit>mois)\s+(?P<which>dernier|passé|prochain)\b", _last_unit),
        (r"\bl['’](?P<unit>an|année)\s+(?P<which>dernier|dernière|passé|passée|prochain|prochaine)\b", _last_unit),
        (rf"\b(?P<which>last|next)\s+(?P<name>{_MONTH}|{_DAY})\b", _named),
        (rf"\b(?P<name>{_MONTH}|{_DAY})\s+(?P<which>dernier|prochain)\b", _named),
    )
)  # fmt: skip


def relative_dates(text: str, briefing_date: str | None) -> tuple[DateMention, ...]:
    """Resolve a text's relative dates against the day it was spoken.

    Args:
        text: the text.
        briefing_date: that day in full as ISO 8601; nothing is resolved where it is None or partial.

    Returns:
        mentions in order that do not overlap, their dates in ISO 8601: a day, a week ("2026-W07"), a month or a year.
    """
    try:
        today = date.fromisoformat(briefing_date or "")
    except ValueError:
        return ()
    found: dict[int, DateMention] = {}
    for pattern, resolve in _RULES:
        for match in pattern.finditer(text):
            try:
                resolved = resolve(match, today)
            except (OverflowError, ValueError, calendar.IllegalMonthError):
                continue
            if resolved:
                found.setdefault(match.start(), DateMention(match.start(), match.end(), resolved))
    mentions: list[DateMention] = []
    for start in sorted(found):
        if not mentions or start >= mentions[-1].end:
            mentions.append(found[start])
    return tuple(mentions)
