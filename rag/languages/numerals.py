"""How a language writes numbers, as CLDR has it."""

from __future__ import annotations

from functools import cache

from babel import UnknownLocaleError
from babel.numbers import get_decimal_symbol


@cache
def decimal_sign(code: str) -> str:
    """What a language writes before decimals, "." or ","; nothing for a language that CLDR does not know."""
    try:
        return str(get_decimal_symbol(code))
    except (UnknownLocaleError, ValueError):
        return ""
