"""What is said about a briefing beside its words: title, date, address, language."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from urllib.parse import urlsplit

from onrecord.rag.errors import InvalidRequest, UnreadableFile
from onrecord.rag.languages import LANGUAGES
from onrecord.rag.languages.calendars import month_names
from onrecord.rag.readers.encoding import whole_characters
from onrecord.rag.readers.voices import form_words
from onrecord.rag.text.folding import fold
from onrecord.rag.types import SourceText

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FIELDS = ("title", "date", "url", "language")
# What programs and sites call the same things, in small letters without signs between words.
_USUAL_NAMES = {
    **dict.fromkeys(("lang", "language_code", "locale"), "language"),
    **dict.fromkeys(("link", "source", "permalink", "address", "source_url", "canonical"), "url"),
    **dict.fromkeys(("headline", "subject"), "title"),
    **dict.fromkeys(
        (
            "published",
            "publish_date",
            "published_at",
            "published_time",
            "publication_date",
            "date_published",
            "pub_date",
        ),
        "date",
    ),
    **dict.fromkeys(
        ("pubdate", "datepublished", "datetime", "event_date", "recorded", "recorded_at", "issued"), "date"
    ),
    **dict.fromkeys(("start_date", "meeting_date"), "date"),
}
SIDECAR_SUFFIX = ".meta.toml"

# Year, year and month, or a whole day; a time of day after it is dropped.
_DATE = re.compile(r"(\d{4})(?:[-/.]?(\d{2})(?:[-/.]?(\d{2})(?:[T ]\d{2}:?\d{2}.*)?)?)?")
_CLOCK_ON = re.compile(r"\d{1,2}:\d{2}.*", re.DOTALL)
_NUMBER = re.compile(r"\d+")
_LETTERS = re.compile(r"[^\W\d_]+")
# A primary language tag with an optional script or region (BCP 47): en, fr-CA, fr_CA.
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{2,8})*")

# Names of files are no titles.
_FILE_NAME = re.compile(r"microsoft \w+ - .*|.*\.(?:docx?|odt|rtf|indd|qxp|pdf|txt|html?)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Metadata:
    """Title, date (ISO 8601, maybe only year or month), address (http, https) and language (ISO 639) of a briefing."""

    title: str | None = None
    date: str | None = None
    url: str | None = None
    language: str | None = None

    def over(self, other: Metadata) -> Metadata:
        """Return these values, with `other`'s where this has none: `options.over(sidecar)`."""
        return Metadata(
            title=self.title or other.title,
            date=self.date or other.date,
            url=self.url or other.url,
            language=self.language or other.language,
        )

    def applied_to(self, source: SourceText) -> SourceText:
        """Return `source` with its own metadata overridden by these."""
        own = Metadata(source.title, source.date, source.url, source.language)
        merged = self.over(own)
        return replace(source, title=merged.title, date=merged.date, url=merged.url, language=merged.language)


def checked_metadata(values: Mapping[str, object]) -> Metadata:
    """Return the metadata in `values`, whose keys are some of title, date, url and language.

    Raises InvalidRequest for an unknown key or a value that cannot be used; None stands for "not given".
    """
    unknown = sorted(set(values) - set(FIELDS))
    if unknown:
        raise InvalidRequest(f"{unknown[0]!r} is not known here. Use {', '.join(FIELDS[:-1])} or {FIELDS[-1]}.")
    found: dict[str, str] = {}
    for key, value in values.items():
        if value is None:
            continue
        checked = _CHECKS[key](value)
        if checked is None:
            raise InvalidRequest(f"{key} {value!r} cannot be used. Give {_EXPECTED[key]}.")
        found[key] = checked
    return Metadata(**found)


def found_metadata(values: Mapping[str, object]) -> Metadata:
    """Return what a file says about itself, as far as it can be used; anything else counts as unknown."""
    values = by_usual_names(values)
    found = {key: _CHECKS[key](values[key]) for key in FIELDS if values.get(key) is not None}
    return Metadata(**found)


def by_usual_names(values: Mapping[str, object]) -> dict[str, object]:
    """Return the values by the names of `FIELDS`, where they come under another usual name; what has its own stays."""
    named: dict[str, object] = {}
    others: dict[str, object] = {}
    for key, value in values.items():
        plain = key.strip().lower().replace("-", "_").replace(" ", "_").rpartition(":")[2]
        field = plain if plain in FIELDS else _USUAL_NAMES.get(plain)
        if field is None:
            others[key] = value
        elif value is not None and (plain in FIELDS or field not in named):
            named[field] = value
    return {**others, **named}


def sidecar_names(name: str) -> tuple[str, str]:
    """Return the names of a file's sidecar, the first going before: `a.txt` has `a.txt.meta.toml` or `a.meta.toml`."""
    folder, slash, last = name.rpartition("/")
    stem = last.rpartition(".")[0] or last
    return name + SIDECAR_SUFFIX, f"{folder}{slash}{stem}{SIDECAR_SUFFIX}"


def read_sidecar(path: Path) -> Metadata:
    """Return the metadata that stands beside the file at `path` in `NAME.meta.toml`; empty where there is no such file.

    Raises UnreadableFile for a sidecar that is no TOML, or holds an unknown key or a value that cannot be used.
    """
    beside = (path.with_name(name) for name in sidecar_names(path.name))
    try:
        sidecar = next((candidate for candidate in beside if candidate.is_file()), None)
    except OSError:
        # Behind a file's name that is as long as a disk allows there is no room for the sidecar's.
        sidecar = None
    if sidecar is None:
        return Metadata()
    try:
        data = sidecar.read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{sidecar.name}: cannot be opened ({error.strerror}). Check its permissions.") from error
    return parse_sidecar(sidecar.name, data)


def parse_sidecar(name: str, data: bytes) -> Metadata:
    """Return the metadata in the content of a sidecar called `name`; raises UnreadableFile as `read_sidecar` does."""
    try:
        values = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UnreadableFile(f"{name}: is not UTF-8. Save it as UTF-8 and add again.") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        problem = " ".join(str(error).split())
        raise UnreadableFile(f'{name}: is not TOML ({problem}). Write lines like date = "2024-05-17".') from error
    try:
        return checked_metadata(by_usual_names(values))
    except InvalidRequest as error:
        raise UnreadableFile(f"{name}: {error}") from error


def document_title(value: object) -> str | None:
    """Return the title in a document's properties, unless a program put it in by itself (a file name, "Untitled")."""
    title = _title(value)
    if title is None or _FILE_NAME.fullmatch(title) or form_words().untitled.fullmatch(title):
        return None
    return title


def iso_date(value: object) -> str | None:
    """Return a date as ISO 8601 (`2024-05-17`, or as much of it as is known), or None where `value` is no such date."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    # YAML and TOML hand over a bare year as a number.
    text = str(value).strip() if isinstance(value, str | int) else ""
    match = _DATE.fullmatch(text)
    year, month, day = match.groups() if match else _written_out(text)
    if not year:
        return None
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    return "-".join(part for part in (year, month, day) if part)


def _written_out(text: str) -> tuple[str, str, str]:
    """The year, month and day of a date with the month's name, in any language known; empty where it is none."""
    text = _CLOCK_ON.sub("", text)
    months = month_names(LANGUAGES)
    named = {months[fold(word)] for word in _LETTERS.findall(text) if fold(word) in months}
    numbers = _NUMBER.findall(text)
    years = [number for number in numbers if len(number) == 4]
    days = [number for number in numbers if len(number) <= 2]
    if len(named) == len(years) == len(days) == 1 and len(numbers) == 2:
        return years[0], f"{named.pop():02}", f"{int(days[0]):02}"
    return "", "", ""


def _title(value: object) -> str | None:
    words = " ".join(whole_characters(str(value)).split()) if isinstance(value, str | int | float) else ""
    return words or None


def _url(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    address = value.strip()
    try:
        parts = urlsplit(address)
        usable = (
            parts.scheme in ("http", "https") and bool(parts.hostname) and address.isprintable() and " " not in address
        )
    except ValueError:
        return None
    return address if usable else None


def _language(value: object) -> str | None:
    match = _LANGUAGE.fullmatch(value.strip()) if isinstance(value, str) else None
    return match.group(1).lower() if match else None


_CHECKS = {"title": _title, "date": iso_date, "url": _url, "language": _language}
_EXPECTED = {
    "title": "a title of at least one word",
    "date": "a date such as 2024-05-17, 2024-05 or 2024",
    "url": "an address that begins with http:// or https://",
    "language": "a language code such as en or fr",
}
