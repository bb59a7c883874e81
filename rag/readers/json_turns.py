"""Turns as JSON: one object a line with `speaker` and `text`, or an array of such objects."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from typing import get_args

from onrecord.rag.errors import UnreadableFile
from onrecord.rag.readers.composing import Composer
from onrecord.rag.readers.encoding import require_words, whole_characters
from onrecord.rag.readers.metadata import FIELDS, Metadata, by_usual_names, found_metadata
from onrecord.rag.text.clock import clock_seconds
from onrecord.rag.types import Kind, SourceText

_HOW = 'Write one JSON object a line, such as {"speaker": "MS. ARDEN", "text": "Good morning."}.'


def source_of_turns(name: str, text: str) -> SourceText:
    """Return the turns in `text` as lines `Speaker: words`, parted by empty lines.

    Keys: `text`, and where known `speaker` (or `name`), `role`, `outlet`, `country`, `kind`, `time` (seconds, or
    h:mm:ss). A first object without `text` holds the title, date, url and language. Raises UnreadableFile, naming the
    line, for what is no such object.
    """
    composer = Composer()
    metadata = Metadata()
    for number, (where, entry) in enumerate(_entries(name, text)):
        if "text" not in entry and number == 0 and (where == name or set(by_usual_names(entry)) & set(FIELDS)):
            metadata = found_metadata(entry)
            continue
        words = _string(entry, "text", where, needed=True)
        speaker = _string(entry, "speaker", where) or _string(entry, "name", where)
        kind = _string(entry, "kind", where)
        composer.add_turn(
            words,
            label=speaker or None,
            role=_string(entry, "role", where) or None,
            outlet=_string(entry, "outlet", where) or None,
            country=_string(entry, "country", where) or None,
            kind=_kind(kind, where),
            timecodes=[(0, seconds)] if (seconds := _seconds(entry, where)) is not None else (),
        )
    if not composer.turns:
        raise UnreadableFile(f"{name}: this is JSON, but holds no words of any turn. {_HOW}")
    source = composer.source()
    require_words(name, source.text)
    return metadata.applied_to(source)


def _entries(name: str, text: str) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Yield each object and where it stands, as `file, line n`."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        whole = None
    if isinstance(whole, dict) and "text" not in whole:
        turns = next((value for value in whole.values() if _are_turns(value)), None)
        if turns is not None:
            # What stands beside the list says what it is.
            yield name, {key: value for key, value in whole.items() if value is not turns}
            whole = turns
    if isinstance(whole, list):
        for number, entry in enumerate(whole, start=1):
            yield _checked(f"{name}, entry {number}", entry)
        return
    if isinstance(whole, dict) and "text" not in whole:
        raise UnreadableFile(f"{name}: this is one JSON object, not turns. {_HOW}")
    # Not splitlines: a string may hold other line separators.
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            where = f"{name}, line {number}"
            try:
                yield _checked(where, json.loads(line))
            except (ValueError, RecursionError) as error:
                problem = error.msg if isinstance(error, json.JSONDecodeError) else "nested too deeply"
                raise UnreadableFile(f"{where}: is not JSON ({problem}). {_HOW}") from error


def _are_turns(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(turn, dict) and "text" in turn for turn in value)


def _checked(where: str, entry: object) -> tuple[str, Mapping[str, object]]:
    if not isinstance(entry, dict):
        raise UnreadableFile(f"{where}: is not a JSON object. {_HOW}")
    return where, entry


def _string(entry: Mapping[str, object], key: str, where: str, *, needed: bool = False) -> str:
    value = entry.get(key)
    if value is None and not needed:
        return ""
    if not isinstance(value, str):
        raise UnreadableFile(f"{where}: {key!r} is missing or no string. {_HOW}")
    value = whole_characters(value)
    return value if key == "text" else " ".join(value.split())


def _kind(value: str, where: str) -> Kind:
    for kind in get_args(Kind):
        if value == kind:
            return kind  # type: ignore[no-any-return]
    if value:
        raise UnreadableFile(f"{where}: 'kind' is {value!r}. Use one of {', '.join(get_args(Kind))}.")
    return "statement"


def _seconds(entry: Mapping[str, object], where: str) -> float | None:
    value = entry.get("time", entry.get("start"))
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0:
        return float(value)
    clock = clock_seconds(value) if isinstance(value, str) else None
    if clock is None:
        raise UnreadableFile(f"{where}: 'time' is {value!r}. Give seconds (83.5) or a clock time (0:01:23).")
    return clock
