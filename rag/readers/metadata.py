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
from onrecord.rag.readers.encoding import whole_characters
from onrecord.rag.types import SourceText

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FIELDS = ("title", "date", "url", "language")
SIDECAR_SUFFIX = ".meta.toml"

# Year, year and month, or a whole day; a time of day after it is dropped.
_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2})(?:[T ]\d{2}:\d{2}.*)?)?)?")
# A primary language tag with an optional script or region (BCP 47): en, fr-CA, fr_CA.
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})(?:[-_][A-Za-z0-9]{2,8})*")

# Titles that programs put into a document's properties by themselves.
_NO_TITLE = re.compile(
    r"untitled.*|sans titre.*|word document|document ?\d*|microsoft \w+ - .*"
    r"|.*\.(?:docx?|odt|rtf|indd|qxp|pdf|txt|html?)",
    re.IGNORECASE,
)


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
    found = {key: _CHECKS[key](values[key]) for key in FIELDS if values.get(key) is not None}
    return Metadata(**found)


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
    sidecar = next((candidate for candidate in beside if candidate.is_file()), None)
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
        return checked_metadata(values)
    except InvalidRequest as error:
        raise UnreadableFile(f"{name}: {error}") from error


def document_title(value: object) -> str | None:
    """Return the title in a document's properties, unless a program put it in by itself (a file name, "Untitled")."""
    title = _title(value)
    return None if title is None or _NO_TITLE.fullmatch(title) else title


def iso_date(value: object) -> str | None:
    """Return a date as ISO 8601 (`2024-05-17`, or as much of it as is known), or None where `value` is no such date."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    # YAML and TOML hand over a bare year as a number.
    match = _DATE.fullmatch(str(value).strip()) if isinstance(value, str | int) else None
    if match is None:
        return None
    year, month, day = match.groups()
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    return "-".join(part for part in (year, month, day) if part)


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
