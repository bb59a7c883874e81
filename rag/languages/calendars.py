"""Names of months and of days of the week in any language, as CLDR has them, and the order of day and month (pure).

Names are found folded and without stops. Languages are given by their codes; one that CLDR does not know has no names.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache

from babel import Locale, UnknownLocaleError

from onrecord.rag.text.folding import fold

# Short forms differ from house to house ("juil.", "juill."): so many letters do where no other name shares them.
_SHORTEST = 3
_WIDTHS = ("wide", "abbreviated")


@cache
def month_names(codes: tuple[str, ...]) -> Mapping[str, int]:
    """The months (January is 1) by their names in some languages, in full and cut short."""
    names: dict[str, int] = {}
    shorter: dict[str, set[int]] = defaultdict(set)
    for code in codes:
        for month, name in _names(code, "months"):
            names.setdefault(_key(name), month)
            for length in range(_SHORTEST, len(_key(name))):
                shorter[_key(name)[:length]].add(month)
    return {**{name: months.pop() for name, months in shorter.items() if len(months) == 1}, **names}


@cache
def full_month_names(code: str) -> frozenset[str]:
    """The names of months in full, as a language writes them inside a sentence and at its beginning."""
    names = [name for _, name in _names(code, "months", _WIDTHS[:1])]
    return frozenset(names) | {name[:1].upper() + name[1:] for name in names}


@cache
def small_month_names(codes: tuple[str, ...]) -> frozenset[str]:
    """The names of months that some of the languages write small, as French does and English does not."""
    return frozenset(_key(name) for code in codes for _, name in _names(code, "months") if name[0].islower())


@cache
def day_names(codes: tuple[str, ...]) -> Mapping[str, int]:
    """The days of the week (Monday is 0) by their names in some languages, in full."""
    return {_key(name): day for code in codes for day, name in _names(code, "days", _WIDTHS[:1])}


@cache
def day_first(code: str) -> bool:
    """Whether a language writes the day before the month in a date of numbers, wherever it is spoken.

    American English does not and British English does, so that for English nobody can tell.
    """
    locale = _locale(code)
    order = locale.date_formats["short"].pattern if locale else ""
    return "d" in order and order.index("d") < order.index("M")


def _names(code: str, kind: str, widths: tuple[str, ...] = _WIDTHS) -> Iterator[tuple[int, str]]:
    locale = _locale(code)
    if locale is None:
        return
    for context in ("format", "stand-alone"):
        for width in widths:
            for number, name in getattr(locale, kind)[context][width].items():
                # Some languages have but numbers for short names.
                if len(_key(name)) >= _SHORTEST or not name[0].isascii():
                    yield number, name


def _key(name: str) -> str:
    return fold(name).strip(".")


@cache
def _locale(code: str) -> Locale | None:
    try:
        return Locale.parse(code)
    except (UnknownLocaleError, ValueError):
        return None
