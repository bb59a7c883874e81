"""The time that a question limits its answer to: "in March 2025", "since May", « entre mars et juin » (pure)."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from onrecord.rag.languages import Language
from onrecord.rag.languages.calendars import full_month_names, month_names
from onrecord.rag.languages.phrases import Phrase
from onrecord.rag.text.folding import fold
from onrecord.rag.text.quotes import overlap
from onrecord.rag.transcript.dates import DAY_AND_MONTH, MONTH_AND_DAY, dates_in, month_of
from onrecord.rag.types import Filters, Span

# What stands for a date in phrases.
_DATE = "#"
_MONTH_AND_YEAR = re.compile(
    r"(?<![^\W_])(?P<month>[^\W\d_]{3,})(?P<small>)\.?,?\s+(?:(?P<joint>[^\W\d_]{1,3})\s+)?(?P<year>(?:19|20)\d\d)(?!\d)"
)
_WITHOUT_YEAR = tuple(re.compile(form) for form in (DAY_AND_MONTH, MONTH_AND_DAY))
_YEAR = re.compile(r"(?<![\w.,-])(?:19|20)\d\d(?![\w-]|[.,]\d)")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as far as it is said; what is not is None."""

    year: int | None = None
    month: int | None = None
    day: int | None = None

    @property
    def iso(self) -> str:
        """In ISO 8601: a year, a month or a day. The year must be known."""
        parts = [f"{self.year:04d}", *(f"{part:02d}" for part in (self.month, self.day) if part)]
        return "-".join(parts)


@dataclass(frozen=True, slots=True)
class Period:
    """A time said in a question, at `span` with the words that make it one ("since May").

    It goes from `first` to `last`, both included unless it is `exclusive` ("after May"); None is no limit on that side.
    """

    span: Span
    first: PartialDate | None
    last: PartialDate | None
    exclusive: bool = False


@dataclass(frozen=True, slots=True)
class Dates:
    """Limits on the dates of briefings, ISO 8601 and maybe partial, both ends included; None is no limit."""

    since: str | None
    until: str | None


def dates_said(text: str, words: Language) -> list[tuple[Span, PartialDate]]:
    """The dates in a text, full or in part, in order; none lies within another."""
    found: dict[Span, PartialDate] = {}
    for span, date in _said(text, words):
        if not any(overlap(span, other) for other in found):
            found[span] = date
    return sorted(found.items(), key=lambda one: one[0].start)


def _said(text: str, words: Language) -> Iterator[tuple[Span, PartialDate]]:
    """The dates in a text, those that say most first."""
    for span, date in dates_in(text, words):
        yield span, PartialDate(*map(int, date.split("-")))
    for match in _MONTH_AND_YEAR.finditer(text):
        if month := month_of(match, words):
            yield Span(*match.span()), PartialDate(int(match["year"]), month)
    for form in _WITHOUT_YEAR:
        for match in form.finditer(text):
            # A short month's name passes for a small word ("1. Mai bis"): then it stands before what was taken for it.
            said = (
                match if month_of(match, words) else form.search(text[: match.start("month")].rstrip(), match.start())
            )
            month = month_of(said, words) if said else None
            if said and month and _exists(2000, month, int(said["day"])):
                start = min(said.start("day"), said.start("month"))
                end = max(said.end(group) for group in ("day", "small", "month"))
                yield Span(start, end), PartialDate(None, month, int(said["day"]))
    for match in _YEAR.finditer(text):
        yield Span(*match.span()), PartialDate(int(match[0]))
    names = {fold(name) for name in full_month_names(words.code)}
    for match in _WORD.finditer(text):
        if fold(match[0]) in names:
            yield Span(*match.span()), PartialDate(None, month_names((words.code,))[fold(match[0])])


def _exists(year: int, month: int, day: int) -> bool:
    try:
        datetime.date(year, month, day)
    except ValueError:
        return False
    return True


def period_in(text: str, words: Language) -> Period | None:
    """The one period that a question says; None where it says none, or several."""
    dates = dates_said(text, words)
    if not dates:
        return None
    plain, pieces, places = text.replace(_DATE, " "), list[str](), list[int]()
    end = 0
    for span, _ in dates:
        pieces += [plain[end : span.start], _DATE]
        places += [*range(end, span.start), span.start]
        end = span.end
    masked, places = "".join([*pieces, plain[end:]]), [*places, *range(end, len(text) + 1)]
    found: list[Period] = []
    taken = 0
    for kind, match in _periods(masked, words):
        held = [dates[masked[:place].count(_DATE)][1] for place in _marks(match)]
        taken += len(held)
        span = Span(places[match.start()], _end(match, dates, masked, places))
        found.append(_period(kind, held, match, span))
    return found[0] if len(found) == 1 and taken == len(dates) else None


def _marks(match: re.Match[str]) -> list[int]:
    return [match.start() + place for place, sign in enumerate(match[0]) if sign == _DATE]


def _end(match: re.Match[str], dates: Sequence[tuple[Span, PartialDate]], masked: str, places: Sequence[int]) -> int:
    """Where a match ends in the text: behind the date itself where it ends with one."""
    last = match.end() - 1
    return dates[masked[:last].count(_DATE)][0].end if masked[last] == _DATE else places[match.end()]


@dataclass(frozen=True, slots=True)
class _Kind:
    """What makes a period: whether it begins and ends with a date, and whether that is left out."""

    phrase: Phrase
    begins: bool = True
    ends: bool = True
    exclusive: bool = False


def _periods(masked: str, words: Language) -> Iterator[tuple[_Kind, re.Match[str]]]:
    """What makes a period of the dates of a text: the kind of each, and its place; none within another."""
    phrases, taken = words.dates, set[int]()
    for kind in (
        _Kind(phrases.between),
        _Kind(phrases.since, ends=False),
        _Kind(phrases.after, ends=False, exclusive=True),
        _Kind(phrases.until, begins=False),
        _Kind(phrases.before, begins=False, exclusive=True),
        _Kind(phrases.within),
    ):
        for match in kind.phrase.finditer(masked):
            if taken.isdisjoint(_marks(match)):
                taken.update(_marks(match))
                yield kind, match


def _period(kind: _Kind, held: Sequence[PartialDate], match: re.Match[str], span: Span) -> Period:
    first, last = held[0], held[-1]
    if day := match.groupdict().get("day"):
        first = replace(last, day=int(day))
    return Period(span, first if kind.begins else None, last if kind.ends else None, kind.exclusive)


def resolved(period: Period, dates: Sequence[str], *, certain: bool) -> Dates | None:
    """The limits that a period sets on the dates of briefings.

    Args:
        period: as said, maybe without its year.
        dates: those of the briefings on record, ISO 8601 and maybe partial.
        certain: whether the time of the briefing must be meant. Else a period in which there is none is a part of what
            is asked about ("What opens on 3 July?").

    Returns:
        None where the year cannot be told, or where the time may not be that of a briefing.
    """
    known = sorted(dates)
    if not known:
        return None
    said = [_limits(period, year) for year in _years(period, known)]
    inside = [limits for limits in said if any(_within(date, limits) for date in known)]
    if len(inside) == 1:
        return inside[0]
    open_ended = period.first is None or period.last is None
    begun = [limits for limits in said if (limits.since or limits.until or "") <= known[-1]]
    # "Since May" is since the last May; of several Marches on record nobody can tell which is meant.
    if begun and ((open_ended and inside) or (certain and not inside)):
        return begun[-1]
    return None


def _years(period: Period, known: Sequence[str]) -> list[int | None]:
    if any(date and date.year for date in (period.first, period.last)):
        return [None]
    return [*sorted({int(date[:4]) for date in known})]


def _limits(period: Period, year: int | None) -> Dates:
    """The limits of a period whose dates are of a year where they name none."""
    first, last = period.first, period.last
    if first and last:
        first_year = first.year or year or last.year
        turns = (first.month or 0, first.day or 0) > (last.month or 13, last.day or 32)
        if first.year is None and last.year is not None and turns:
            first_year = last.year - 1
        last = replace(last, year=last.year or (first_year or 0) + turns)
        first = replace(first, year=first_year)
    elif first:
        first = replace(first, year=first.year or year)
    elif last:
        last = replace(last, year=last.year or year)
    step = 1 if period.exclusive else 0
    return Dates(_moved(first, step) if first else None, _moved(last, -step) if last else None)


def _moved(date: PartialDate, step: int) -> str:
    """A day, month or year so many of its kind later, as ISO 8601."""
    year = date.year or 0
    if not step:
        return date.iso
    if date.month and date.day:
        return (datetime.date(year, date.month, date.day) + datetime.timedelta(days=step)).isoformat()
    if date.month:
        months = year * 12 + date.month - 1 + step
        return PartialDate(months // 12, months % 12 + 1).iso
    return PartialDate(year + step).iso


def _within(date: str, limits: Dates) -> bool:
    """Whether a date passes limits as filters understand them."""
    since, until = limits.since or "", limits.until
    return date >= since and (until is None or date[: len(until)] <= until)


def after(date: str | None) -> Dates | None:
    """What is later than a date (ISO 8601, maybe partial); None where that is unknown."""
    if date is None:
        return None
    return Dates(_moved(PartialDate(*map(int, date.split("-"))), 1), None)


def dated(filters: Filters, dates: Dates) -> Filters:
    """Filters limited to dates besides what they limit."""
    since = max(filter(None, (filters.since, dates.since)), default=None)
    # A month ends behind all its days.
    until = min(filter(None, (filters.until, dates.until)), key=lambda date: f"{date}~", default=None)
    return replace(filters, since=since, until=until)
