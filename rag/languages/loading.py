"""From a language's file to its value: the file's tables are read by the types of the fields they fill."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from onrecord.rag.languages.phrases import Phrase, filled

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Value = TypeVar("Value")


class LanguageFileError(ValueError):
    """A language's file lacks something, or holds something that no field takes; the message says where."""


def read_language(kind: type[Value], text: str, code: str) -> Value:
    """Read a language's file.

    Args:
        kind: the dataclass to fill. Its fields, and those of the dataclasses in it, name the tables and keys.
        text: TOML. The tables `slots` and `saying` name lists of words that slots of phrases stand for.
        code: of the language, for the field `code`.

    Raises:
        LanguageFileError: for a key that is missing, unknown or of another kind than its field.
    """
    data = tomllib.loads(text)
    named = {name: _words(words) for name, words in {**data.get("saying", {}), **data.pop("slots", {})}.items()}
    slots = {name: {part for word in words for part in _expanded(word, named)} for name, words in named.items()}
    return _dataclass(kind, {"code": code, **data}, slots, code)


def _expanded(word: str, slots: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """A slot may name another: its words then belong to both."""
    return slots[word[1:-1]] if word.startswith("<") and word[1:-1] in slots else frozenset([word])


def _dataclass(kind: type[Value], data: Mapping[str, Any], slots: Mapping[str, Any], where: str) -> Value:
    if not isinstance(data, Mapping):
        raise LanguageFileError(f"{where} is no table")
    hints = get_type_hints(kind)
    fields = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    if unknown := data.keys() - fields.keys():
        raise LanguageFileError(f"{where}: no field takes {', '.join(sorted(unknown))}")
    values = {}
    for name, field in fields.items():
        if name in data:
            values[name] = _value(hints[name], data[name], slots, f"{where}.{name}")
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise LanguageFileError(f"{where} lacks {name}")
    return kind(**values)


def _value(hint: Any, data: Any, slots: Mapping[str, Any], where: str) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if hint is Phrase:
        return _phrase(data, slots, where)
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return _dataclass(hint, data, slots, where)
    if origin is frozenset:
        return _words(data)
    if origin is tuple and inner[-1] is Ellipsis and isinstance(data, list):
        return tuple(_value(inner[0], item, slots, f"{where}[{place}]") for place, item in enumerate(data))
    if origin is tuple and isinstance(data, list) and len(data) == len(inner):
        return tuple(_value(each, item, slots, where) for each, item in zip(inner, data, strict=True))
    if isinstance(origin, type) and issubclass(origin, Mapping) and isinstance(data, dict):
        return {key: _value(inner[1], item, slots, f"{where}.{key}") for key, item in data.items()}
    if hint in (str, int, float, bool) and isinstance(data, hint):
        return data
    raise LanguageFileError(f"{where} is {data!r}, which is no {hint}")


def _words(data: Any) -> frozenset[str]:
    """A list of words: parted by blanks in one string, or a list of strings, each one entry (of several words)."""
    if isinstance(data, str):
        return frozenset(data.split())
    if isinstance(data, list) and all(isinstance(item, str) for item in data):
        return frozenset(data)
    raise LanguageFileError(f"{data!r} is no list of words")


def _phrase(data: Any, slots: Mapping[str, Any], where: str) -> Phrase:
    """A phrase: a table, or just a list of patterns."""
    table = {"patterns": data} if isinstance(data, list | str) else data
    if not isinstance(table, dict) or not table.keys() <= {"patterns", "exact_case", "catches", "spares"}:
        raise LanguageFileError(f"{where} is no phrase: patterns, exact_case, catches, spares")
    patterns = [table["patterns"]] if isinstance(table["patterns"], str) else table["patterns"]
    return Phrase(
        tuple(filled(pattern, slots) for pattern in patterns),
        bool(table.get("exact_case", False)),
        tuple(table.get("catches", ())),
        tuple(table.get("spares", ())),
    )


def union(one: Value, other: Value) -> Value:
    """Two values of one dataclass as one: sets and phrases hold both, texts and single values are the first's."""
    changes = {}
    for field in dataclasses.fields(one):  # type: ignore[arg-type]
        mine, theirs = getattr(one, field.name), getattr(other, field.name)
        if dataclasses.is_dataclass(mine) and not isinstance(mine, Phrase):
            changes[field.name] = union(mine, theirs)
        elif isinstance(mine, frozenset | Phrase):
            changes[field.name] = mine | theirs
        elif isinstance(mine, tuple):
            changes[field.name] = tuple(dict.fromkeys((*mine, *theirs)))
        elif isinstance(mine, Mapping):
            changes[field.name] = {**theirs, **mine}
    return dataclasses.replace(one, **changes)  # type: ignore[type-var]
