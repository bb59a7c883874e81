"""The words of the page and of the terminal, one file a language in `ui/words`; nothing here comes from a briefing."""

from __future__ import annotations

import datetime
import json
import os
import re
import sys
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from babel import Locale
from babel.dates import format_date, format_skeleton

from onrecord.rag import timecode

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_FILES = files("onrecord.ui") / "words"
_ENDING = ".toml"

LANGUAGES: tuple[str, ...] = tuple(
    sorted(file.name.removesuffix(_ENDING) for file in _FILES.iterdir() if file.name.endswith(_ENDING))
)
"""The languages that the page and the terminal speak, as ISO 639-1 codes: those with a file."""

# What is spoken to whoever has none of them.
_OTHERWISE = "en"
# The tables of a file; what only the terminal says is not sent to a browser.
_PAGE, _TERMINAL = "page", "terminal"
# Where a system says in which language it speaks, as gettext asks it.
_LOCALE_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


@cache
def _tables(language: str) -> Mapping[str, Mapping[str, str]]:
    data = tomllib.loads((_FILES / f"{language}{_ENDING}").read_text("utf-8"))
    return {name: {key: _spaced(text) for key, text in table.items()} for name, table in data.items()}


def _spaced(text: str) -> str:
    """Words with the narrow space that keeps a mark like "?" on the line of its word, where a blank stands there."""
    return re.sub(r"(?<=\S) (?=[:;?!»%])|(?<=«) ", "\N{NARROW NO-BREAK SPACE}", text)


@cache
def words(language: str) -> Mapping[str, str]:
    """What the page and the terminal say in a language, by key; in English where there is no translation."""
    tables = _tables(language if language in LANGUAGES else _OTHERWISE)
    return MappingProxyType({**tables[_TERMINAL], **tables[_PAGE]})


@cache
def dictionary() -> str:
    """What the page says, in all languages, as JSON for its scripts, which cannot end its script element."""
    spoken = {language: _tables(language)[_PAGE] for language in LANGUAGES}
    return json.dumps(spoken, ensure_ascii=False).replace("<", "\\u003c")


def counted(language: str, key: str, n: int, **values: object) -> str:
    """The singular or plural form of a key with its numbers filled in."""
    form = "one" if Locale(language if language in LANGUAGES else _OTHERWISE).plural_form(n) == "one" else "many"
    return words(language)[f"{key}_{form}"].format(n=n, **values)


def spoken_date(date: str | None, language: str) -> str:
    """An ISO 8601 date, maybe partial, as it is said: "5 May 2026", "May 2026", "2026"; unknown: "undated"."""
    if not date:
        return words(language)["undated"]
    parts = date[:10].split("-")
    try:
        year, month, day = (*map(int, parts), 1, 1)[:3]
        whole = datetime.date(year, month, day)
    except ValueError:
        return date
    if len(parts) == 1:
        return date[:10]
    locale = words(language)["locale"].replace("-", "_")
    if len(parts) == 2:
        return format_skeleton("yMMMM", whole, locale=locale)
    said = format_date(whole, "long", locale=locale)
    return re.sub(r"\b1\b", words(language)["first_day"], said, count=1) if day == 1 else said


def printed_place(page: int | None, line: int | None, language: str, seconds: float | None = None) -> str:
    """Where words stand in print and in the recording: "p. 3, l. 14", "at 0:12:03"; empty where neither is known."""
    said = words(language)
    places = [] if page is None else [said["on_page"].format(page=page)]
    if places and line is not None:
        places.append(said["on_line"].format(line=line))
    if seconds is not None:
        places.append(said["at_time"].format(time=timecode(seconds)))
    return ", ".join(places)


def preferred_language(chosen: str | None, accept_language: str | None) -> str:
    """The language chosen before, else the first of the browser's that the page speaks, else English."""
    if chosen in LANGUAGES:
        return str(chosen)
    ranked: list[tuple[float, int, str]] = []
    for place, part in enumerate((accept_language or "").split(",")):
        tag, _, quality = part.strip().partition(";q=")
        try:
            ranked.append((-float(quality or 1), place, tag[:2].lower()))
        except ValueError:
            continue
    return next((tag for _, _, tag in sorted(ranked) if tag in LANGUAGES), _OTHERWISE)


def terminal_language(environment: Mapping[str, str] = os.environ) -> str:
    """The language of the terminal: the system's where there is a file for it, else English."""
    said = next((environment[name] for name in _LOCALE_VARIABLES if environment.get(name)), "")
    code = re.split(r"[_.@-]", said.lower())[0]
    return code if code in LANGUAGES else _OTHERWISE


def recording_at(seconds: float | None, language: str) -> str:
    """What a link to a recording is called: "Recording at 0:12:03"."""
    said = words(language)
    return said["recording"] if seconds is None else said["recording_at"].format(time=timecode(seconds))
