"""Whose a lone surname in a label is: the full name that the text gives it, and which of two who bear it (pure).

Two people of one surname are told apart by the office or the form of address that one of them is printed with, and
then, as a conclusion that is marked, by what each speaks of. Where nothing tells, the label stays as it is printed.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from onrecord.rag.languages.labels import LabelWords
from onrecord.rag.people.joining import one_name_each
from onrecord.rag.people.labels import Person
from onrecord.rag.people.names import Known, is_full, read_name, shares_role
from onrecord.rag.people.spellings import given_names
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.text.folding import fold
from onrecord.rag.transcript.full_names import FullName, full_names_of

# An introduction stands at most this many characters before the words of the one introduced, or in their first ones.
_BEFORE, _INTO = 1500, 300
# A name in the title outweighs this many mentions in the text.
_TITLED = 5
# The head of a text, where those who will speak are announced.
_HEAD = 3000
# A name that is mentioned so many times more than another of its surname is meant.
_CLEARLY = 3
# Words of so many letters say what somebody speaks of; so many in common with one and none with another tell whose.
_SUBJECT, _IN_COMMON = 5, 2
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Use:
    """The use of a label: where its first words begin, and all its words."""

    first: int
    words: str


@dataclass(slots=True)
class _Bearer:
    """Somebody who bears a surname: offices and forms of address they are printed with, and what they speak of."""

    name: str
    roles: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)
    subjects: set[str] = field(default_factory=set)
    speaks: bool = False


def complete_surnames(
    parsed: dict[str, Person],
    uses: Mapping[str, Use],
    text: str,
    heading: str,
    listed: Sequence[Person],
    vocabulary: Vocabulary,
) -> None:
    """Replace, in place, each lone surname by the full name it stands for; mark what is concluded or cannot be told."""
    lone = {
        label: person
        for label, person in parsed.items()
        if person.name and not person.voice and not is_full(person.name)
    }
    if not lone:
        return
    mentions = full_names_of({person.name or "" for person in lone.values()}, heading, text, vocabulary)
    bearers = _bearers(parsed, uses, listed, vocabulary)
    by_surname: dict[str, list[str]] = defaultdict(list)
    for label, person in lone.items():
        by_surname[_surname(person.name or "")].append(label)
    for surname, labels in by_surname.items():
        named = bearers[surname]
        if named:
            _among(parsed, labels, named, mentions, uses, vocabulary.words.labels)
            continue
        for label in labels:
            parsed[label] = _introduced(parsed[label], uses[label].first, mentions[fold(parsed[label].name or "")])


def _surname(name: str) -> str:
    read = read_name(name)
    return read.particles + read.surname


def _bearers(
    parsed: Mapping[str, Person], uses: Mapping[str, Use], listed: Sequence[Person], vocabulary: Vocabulary
) -> dict[str, list[_Bearer]]:
    """Those who speak or are listed under a full name, by surname; one person once."""
    printed = [(label, person) for label, person in parsed.items() if not person.voice]
    everyone = [*printed, *((None, person) for person in listed)]
    full = [(label, person) for label, person in everyone if person.name and is_full(person.name)]
    known = Counter(Known(person.name or "", person.role, person.outlet, briefing="") for _, person in full)
    canonical = one_name_each(known)
    found: dict[str, dict[str, _Bearer]] = defaultdict(dict)
    for label, person in full:
        name = canonical[person.name or ""]
        bearer = found[_surname(name)].setdefault(name, _Bearer(name))
        bearer.speaks = bearer.speaks or label is not None
        if person.role:
            bearer.roles.add(person.role)
            bearer.subjects |= _subjects(person.role, vocabulary)
        if person.address:
            bearer.addresses.add(fold(person.address).strip("."))
        if label is not None:
            bearer.subjects |= _subjects(uses[label].words, vocabulary)
    return defaultdict(list, {surname: list(bearers.values()) for surname, bearers in found.items()})


def _among(
    parsed: dict[str, Person],
    labels: Sequence[str],
    bearers: Sequence[_Bearer],
    mentions: defaultdict[str, list[FullName]],
    uses: Mapping[str, Use],
    known: LabelWords,
) -> None:
    """Give each label of one surname to one of those who bear it."""
    for bearer in bearers:
        for mention in mentions.get(fold(bearer.name.split()[-1]), ()):
            if given_names(fold(mention.given.split()[0]), fold(bearer.name.split()[0])) == "equal":
                bearer.addresses |= {mention.address} if mention.address else set()
                bearer.roles |= {mention.role} if mention.role else set()
    taken: dict[str, _Bearer] = {}
    for label in labels:
        person = parsed[label]
        fitting = [bearer for bearer in bearers if _may_be(person, bearer, known)]
        if len(fitting) == 1:
            parsed[label] = _as(person, fitting[0])
            taken[label] = fitting[0]
            continue
        certain = [bearer for bearer in fitting if _printed_with(person, bearer)]
        likely = certain or [bearer for bearer in fitting if _speaks_of(uses[label], bearer, fitting)]
        if len(likely) == 1:
            parsed[label] = replace(_as(person, likely[0]), inferred=not certain)
            taken[label] = likely[0]
    for label in labels:
        if label in taken:
            continue
        person = parsed[label]
        if not any(_may_be(person, bearer, known) for bearer in bearers):
            # "Ms. Marsh" is somebody else than "Mr. Owen Marsh".
            given = {bearer.name.split()[0] for bearer in bearers}
            other = [each for each in mentions[fold(person.name or "")] if each.given.split()[0] not in given]
            parsed[label] = _introduced(person, uses[label].first, other)
            continue
        # Whoever is addressed as a man is not the one whom another label of the two calls a woman.
        others = {
            bearer.name
            for other, bearer in taken.items()
            if _genders(person.address, known) and _apart(person.address, parsed[other].address, known)
        }
        left = [bearer for bearer in bearers if bearer.name not in others]
        told = len(left) == 1 and len(bearers) > 1
        parsed[label] = replace(_as(person, left[0]), inferred=True) if told else replace(person, inferred=True)


def _as(person: Person, bearer: _Bearer) -> Person:
    role = person.role or (next(iter(bearer.roles)) if len(bearer.roles) == 1 else None)
    return replace(person, name=bearer.name, role=role)


def _may_be(person: Person, bearer: _Bearer, known: LabelWords) -> bool:
    """Whether no form of address speaks against somebody."""
    return not any(_apart(person.address, address, known) for address in bearer.addresses)


def _apart(one: str | None, other: str | None, known: LabelWords) -> bool:
    return bool(_genders(one, known) and _genders(other, known) and _genders(one, known) != _genders(other, known))


def _genders(address: str | None, known: LabelWords) -> str | None:
    plain = fold(address or "").strip(".")
    return "woman" if plain in known.women else "man" if plain in known.men else None


def _printed_with(person: Person, bearer: _Bearer) -> bool:
    """Whether somebody is printed in full with the office or form of address that a lone surname has."""
    if person.role and any(shares_role(person.role, role) for role in bearer.roles):
        return True
    return bool(person.address) and fold(person.address or "").strip(".") in bearer.addresses


def _speaks_of(use: Use, bearer: _Bearer, bearers: Iterable[_Bearer]) -> bool:
    """Whether the words of a label share their subjects with one who bears the name and with no other."""
    words = {fold(word) for word in _WORD.findall(use.words)}
    others = set().union(*(other.subjects for other in bearers if other is not bearer))
    return len(words & bearer.subjects - others) >= _IN_COMMON and not words & (others - bearer.subjects)


def _subjects(text: str, vocabulary: Vocabulary) -> set[str]:
    starters = vocabulary.words.sentence_ends.starters
    return {fold(word) for word in _WORD.findall(text) if len(word) >= _SUBJECT and word.lower() not in starters}


def _introduced(person: Person, first: int, mentions: Sequence[FullName]) -> Person:
    """A lone surname with the given names that the heading or an introduction near its first words gives it."""
    found: Counter[str] = Counter()
    forms: dict[str, Counter[str]] = defaultdict(Counter)
    roles: dict[str, str] = {}
    titled: set[str] = set()
    for mention in mentions:
        in_heading = mention.place < 0
        near = first - _BEFORE <= mention.place <= first + _INTO or mention.place <= _HEAD
        same_office = bool(mention.role and person.role and shares_role(mention.role, person.role))
        if not (in_heading or near or same_office):
            continue
        if mention.role and person.role and not same_office and not in_heading:
            continue
        last = mention.given.split()[-1]
        found[last] += _TITLED if in_heading else 1
        forms[last][mention.given] += 1
        if in_heading:
            titled.add(last)
        if mention.role:
            roles.setdefault(last, mention.role)
    if not found:
        return person
    (last, most), *others = found.most_common()
    rivals = [count for other, count in others if given_names(fold(other), fold(last)) == "different"]
    if rivals and last not in titled and most < _CLEARLY * max(rivals):
        return person
    given = max(forms[last], key=lambda form: (forms[last][form], -len(form)))
    return replace(person, name=f"{given} {person.name}", role=person.role or roles.get(last))
