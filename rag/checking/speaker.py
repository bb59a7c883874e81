"""Whether the one whom an article says spoke is the speaker on the record (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from onrecord.rag.languages import LANGUAGES, together
from onrecord.rag.people.matching import people_called
from onrecord.rag.people.names import Known, Same, is_full, is_particle, likeness, name_words, read_name, same
from onrecord.rag.people.roles import split_role
from onrecord.rag.people.spellings import surnames_alike

# An apostrophe joins an article to a word, or a genitive's ending to a name.
_GENITIVE = re.compile(r"['’]s\b")


@dataclass(frozen=True, slots=True)
class Compared:
    """Whether the person named is the speaker; `may_be` are those on record whom the name may mean, where several."""

    same: Same
    may_be: tuple[str, ...] = ()


def surnames_of(names: Iterable[str]) -> frozenset[str]:
    """The surnames of people on record, folded; a voice that is nobody's has none."""
    read = map(read_name, names)
    return frozenset(name.surname for name in read if not name.voice)


def said_by(
    named: str,
    speaker: Known,
    *,
    office: str | None = None,
    present: Sequence[Known] = (),
    on_record: Sequence[str] = (),
    told: Sequence[str] = (),
    about: str = "",
) -> Compared:
    """Compare a person whom a text names with the speaker on the record.

    A surname alone, an initial and a slip mean the speaker where nobody else on record may be meant, or where the text
    gives the full name; an office means its one holder among those present. Where several may be meant, and where
    nothing tells, the answer is "unknown".

    Args:
        named: a name, an office, or both, as the text has it ("Secretary General Ada Brook", "the minister").
        speaker: on the record.
        office: that the text gives the person beside the name, where it is no part of `named`.
        present: the people in the briefing of the words, with their roles.
        on_record: the names of all people on record.
        told: full names in the text, the last one last.
        about: more on the speaker (outlet, title of the briefing); a word of it names no other person.
    """
    if likeness(read_name(named), read_name(speaker.name)) == "yes" and is_full(named):
        return Compared("yes")
    name, office = (named, office) if office else _parted(named)
    if name is None or _is_office(speaker.name):
        return _by_office(office, speaker, present) if office else Compared("unknown")
    if not is_full(name):
        # Of whom the text calls "Ann Bell" once it says "Bell" later.
        fuller = [full for full in told if likeness(read_name(name), read_name(full)) == "office"]
        if fuller and not any(_differ(fuller[-1], other) for other in fuller):
            name = fuller[-1]
    found = same(Known(name, office), Known(speaker.name, speaker.role))
    if found == "no":
        # "NATO said": its Secretary General did.
        part = set(name_words(name)) <= set(name_words(f"{speaker.role or ''} {about}"))
        return Compared("unknown" if part and not is_full(name) else "no")
    if found == "yes" and is_full(name):
        return Compared("yes")
    meant = people_called(name, [*on_record, speaker.name])
    if office and len(meant) > 1:
        holders = dict.fromkeys(one.name for one in _holders(office, [*present, speaker]) if one.name in meant)
        if holders and speaker.name not in holders:
            return Compared("no")
        meant = list(holders) or meant
    if len(meant) > 1:
        return Compared("unknown", tuple(meant))
    return Compared("yes" if meant == [speaker.name] else "unknown")


def _differ(one: str, other: str) -> bool:
    return likeness(read_name(one), read_name(other)) == "no"


@lru_cache(maxsize=1000)
def _parted(named: str) -> tuple[str | None, str | None]:
    """The name and the office in what a text calls somebody; without a capital, all of it is an office."""
    words = together(*LANGUAGES).labels
    tokens = named.split()
    office, rest = split_role(tokens, words)
    end = next((place for place, token in enumerate(rest) if token.islower() and not is_particle(token)), len(rest))
    name = [_GENITIVE.sub("", token) for token in rest[:end]]
    if not any(token[:1].isupper() or not token.islower() for token in name):
        return None, named
    return " ".join(name), " ".join(office) or None


@lru_cache(maxsize=10_000)
def _is_office(name: str) -> bool:
    """Whether what the record calls a speaker is an office alone ("Secretary General")."""
    office, rest = split_role(name.split(), together(*LANGUAGES).labels)
    return bool(office) and not rest


def _by_office(office: str, speaker: Known, present: Sequence[Known]) -> Compared:
    """Compare an office that a text names with those of the people present."""
    holders = dict.fromkeys(one.name for one in _holders(office, [*present, speaker]))
    if speaker.name in holders:
        return Compared("yes") if len(holders) == 1 else Compared("unknown", tuple(holders))
    return Compared("no" if holders else "unknown")


def _holders(office: str, people: Sequence[Known]) -> list[Known]:
    """Those whose office is called so, be it by a part of its words or by more of them."""
    wanted = _telling(office)
    found = []
    for one in people:
        held = _telling(one.role or (one.name if _is_office(one.name) else ""))
        if wanted and held and (_among(wanted, held) or _among(held, wanted)):
            found.append(one)
    return found


@lru_cache(maxsize=10_000)
def _telling(office: str) -> frozenset[str]:
    known = together(*LANGUAGES)
    small = known.function_words.words | known.sentence_ends.starters | known.labels.joining | known.labels.addresses
    return frozenset(word for word in name_words(_GENITIVE.sub("", office)) if word not in small and len(word) > 1)


def _among(some: frozenset[str], others: frozenset[str]) -> bool:
    """Whether each of some words is among others, in one spelling or another ("minister", "ministre")."""
    return all(any(one == other or surnames_alike(one, other) for other in others) for one in some)
