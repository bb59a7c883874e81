"""The figures and dates of a text as values, so that "eleven" is 11 and "23 million" is 23,000,000 (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache

from onrecord.rag.languages import Language, language
from onrecord.rag.languages.calendars import full_month_names, month_names
from onrecord.rag.languages.numerals import decimal_sign
from onrecord.rag.text.figures import FIGURE, number
from onrecord.rag.text.folding import fold

_TOKEN = re.compile(rf"(?P<figure>{FIGURE})|(?P<word>[^\W\d_]+)")
# What may stand between two words of one number: "twenty-five", "23 million".
_WITHIN = re.compile(r"[\s-]+")
_HUNDRED, _THOUSAND = 100, 1000
# "2026-02-13".
_ISO = re.compile(r"\b(\d{4})-(\d\d)(?:-(\d\d))?\b")
# A day as a date has it: "6", "6th", "1er".
_DAY = r"(?<!\d)(?P<{}>[12]?\d|3[01])(?:[^\W\d_]{{1,3}}\b)?(?![.,]?\d)"


@lru_cache(maxsize=4096)
def figures_in(text: str, code: str) -> frozenset[str]:
    """The values of the figures in a text in a language, however they are written, and its months as "month 2".

    Numbers in words count, but for "one", which is an article in many languages, and so do those of a date.
    """
    words = language(code)
    found = set()
    for year, month, day in _ISO.findall(text):
        found |= {year, f"month {int(month)}"} | ({str(int(day))} if day else set())
    text = _ISO.sub(" ", text)
    months = full_month_names(words.code)
    for match in _TOKEN.finditer(text):
        if match["word"] in months:
            found.add(f"month {month_names((words.code,))[fold(match['word'])]}")
    for run in _runs(text, words):
        found |= set(map(_printed, _values(run)))
    return frozenset(found)


@lru_cache(maxsize=4096)
def days_in(text: str, code: str) -> frozenset[tuple[int, int]]:
    """The days that a text in a language names with their month, as (day, month)."""
    months = month_names((code,))
    found = {(int(day), int(month)) for _, month, day in _ISO.findall(text) if day}
    for match in _dates(code).finditer(text):
        found.add((int(match["before"] or match["behind"]), months[fold(match["first"] or match["last"])]))
    return frozenset(found)


@cache
def _dates(code: str) -> re.Pattern[str]:
    """Days beside the names of months: "6 mai", "the 6th of May", "6 de mayo", "6. Mai"; "May 6", "May the 6th"."""
    names = "|".join(map(re.escape, full_month_names(code)))
    before = rf"{_DAY.format('before')}\.?\s+(?:[^\W\d_]{{2}}\s+)?(?P<last>{names})\b"
    behind = rf"\b(?P<first>{names})\s+(?:[^\W\d_]{{3}}\s+)?{_DAY.format('behind')}"
    return re.compile(rf"{before}|{behind}")


def _runs(text: str, words: Language) -> Iterator[list[Decimal]]:
    """The numbers of a text one by one, those that may be parts of one number together; no "one" alone."""
    run: list[Decimal] = []
    printed, end = False, 0
    for match in _TOKEN.finditer(text):
        goes_on = bool(run) and _WITHIN.fullmatch(text, end, match.start()) is not None
        if goes_on and match["word"] and match["word"].lower() in words.model.joined:
            # "Thirty and two": it may go on.
            end = match.end()
            continue
        value = _figure(match["figure"], words.code) if match["figure"] else None
        parts = [value] if value is not None else _numerals(match["word"] or "", words)
        # Two figures are never one number.
        if run and (not goes_on or not parts or match["figure"]):
            if printed or run != [1]:
                yield run
            run = []
        if parts:
            printed = bool(match["figure"]) if not run else printed
            run += parts
            end = match.end()
    if run and (printed or run != [1]):
        yield run


def _figure(figure: str, code: str) -> Decimal | None:
    try:
        return Decimal(number(figure, decimal_sign(code)))
    except InvalidOperation:
        # "12.5.2025" is a date.
        return None


def _numerals(word: str, words: Language) -> list[Decimal]:
    """What a word says in numbers: nothing, one, or, of a word made of several ("fünfundzwanzig"), all of them."""
    known = _numerals_of(words.code)
    low = word.lower()
    if low in known:
        return [known[low]]
    for joint in words.model.joined:
        first, found, last = low.partition(joint)
        if found and first in known and last in known:
            return [known[last], known[first]]
    return []


@cache
def _numerals_of(code: str) -> dict[str, Decimal]:
    return {word: Decimal(value) for word, value in language(code).model.numerals.items()}


def _values(run: Sequence[Decimal]) -> list[Decimal]:
    """The numbers that a run of numerals says: most often one."""
    found: list[Decimal] = []
    whole, part = Decimal(0), None
    for value in run:
        if part is None:
            part = value
        elif value >= _THOUSAND:
            whole, part = whole + part * value, None
        elif value == _HUNDRED or (part < value and value == 20):
            # "Two hundred", « quatre-vingts ».
            part *= value
        elif _takes(part, value):
            part += value
        else:
            found.append(whole + part)
            whole, part = Decimal(0), value
    if part is not None or whole:
        found.append(whole + (part or 0))
    return found


def _takes(part: Decimal, value: Decimal) -> bool:
    """Whether a number may go on with a smaller one: "twenty" with "five", « soixante » with « douze »."""
    if part < _HUNDRED:
        return (value < 10 and part % 10 == 0) or (part in (60, 80) and value < 20)
    return value < _HUNDRED and part % _HUNDRED == 0


def _printed(value: Decimal) -> str:
    return format(value.normalize(), "f")
