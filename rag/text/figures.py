"""Figures in a text as the numbers they are, however their digits are grouped and wherever decimals begin (pure)."""

from __future__ import annotations

import re

_GROUPING = " \u00a0\u2009\u202f'’"
FIGURE = rf"(?<![\d.,])(?:\d{{1,3}}(?:[{_GROUPING}]\d{{3}})+(?![{_GROUPING}]?\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)*)"
"""A figure as it is printed ("12", "1,234.5", "1 234 000", "3,50"), as a regular expression."""

_FIGURE = re.compile(FIGURE)
_DIGITS_IN_A_GROUP = 3


def number(figure: str, decimal: str = "") -> str:
    """A figure with its digits ungrouped and "." before its decimals: equal for two figures of one number ("04", "4").

    Args:
        figure: as `FIGURE` matches it.
        decimal: what its language writes before decimals, "." or ",". Where it is not known, "1,234" may be either
            number and stays as it is printed.
    """
    grouped = re.search(f"[{_GROUPING}]", figure) is not None
    bare = re.sub(f"[{_GROUPING}]", "", figure)
    signs = re.findall("[.,]", bare)
    if not signs:
        return bare.lstrip("0") or "0"
    whole, last = bare[: bare.rindex(signs[-1])], bare[bare.rindex(signs[-1]) + 1 :]
    if len(set(signs)) > 1:
        # The sign that comes last and once begins the decimals.
        return f"{re.sub('[.,]', '', whole)}.{last}" if signs.count(signs[-1]) == 1 else bare
    groups = re.split("[.,]", bare)
    grouping = 0 < len(groups[0]) <= _DIGITS_IN_A_GROUP and {len(group) for group in groups[1:]} == {_DIGITS_IN_A_GROUP}
    if len(signs) > 1:
        # "1.234.000" is a number, "12.5.2025" a date.
        return "".join(groups) if grouping else bare
    if grouped or not grouping or groups[0] == "0" or signs[0] == decimal:
        return f"{whole}.{last}"
    return f"{whole}{last}" if decimal else bare


def numbers(text: str, decimal: str = "") -> dict[str, str]:
    """The numbers in a text, each with its first figure as printed; see `number`."""
    found: dict[str, str] = {}
    for match in _FIGURE.finditer(text):
        found.setdefault(number(match[0], decimal), match[0])
    return found
