"""Names of countries, which a label prints beside an outlet."""

from __future__ import annotations

import functools

from onrecord.rag.languages import LANGUAGES, language
from onrecord.rag.text.folding import fold


def is_country(text: str) -> bool:
    """Whether a text is the name of a country or region, as CLDR has it, in any language that has a file."""
    return _key(text) in _countries()


@functools.cache
def _countries() -> frozenset[str]:
    from babel import Locale

    names = {name for code in LANGUAGES for name in Locale(code).territories.values() if not name.isdigit()}
    short = {name for code in LANGUAGES for name in language(code).labels.countries}
    return frozenset(map(_key, names | short))


def _key(name: str) -> str:
    return " ".join(fold(name).replace("&", "and").replace(".", "").replace("-", " ").split()).removeprefix("the ")
