"""Offices and organisations as a language prints them beside a name, and the articles before them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Office:
    """An office as an answer prints it; `printed` are other forms that texts have. Case makes no difference there."""

    masculine: str
    feminine: str
    printed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Articles:
    """What stands before an office, with the blank between them; `before_vowel` is for either gender."""

    masculine: str = ""
    feminine: str = ""
    before_vowel: str = ""


@dataclass(frozen=True, slots=True)
class OfficeNames:
    """Common offices and organisations by keys that all languages share, so that each can show what another prints.

    `with_organisation` are templates of `{office}` and `{organisation}`, the first of them the one that is shown.
    `before_name` stands before an office with a name ("le président Jean Roux"), `alone` before one without; there
    it may be `small_alone`. `contractions` are what an article makes of the word before it ("à le": "au").
    """

    names: Mapping[str, Office] = field(default_factory=dict)
    organisations: Mapping[str, str] = field(default_factory=dict)
    with_organisation: tuple[str, ...] = ()
    alone: Articles = Articles()
    before_name: Articles = Articles()
    small_alone: bool = False
    contractions: Mapping[str, str] = field(default_factory=dict)
