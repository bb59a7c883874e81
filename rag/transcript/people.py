"""Who the labels of a briefing name, and by which name (pure)."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from functools import lru_cache

from onrecord.rag.languages import LANGUAGES
from onrecord.rag.people.joining import one_name_each
from onrecord.rag.people.labels import Person, parse_label
from onrecord.rag.people.names import CAPITAL, Known, initials_of, is_full
from onrecord.rag.people.roles import is_role, without_groups
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.text.folding import fold
from onrecord.rag.transcript.full_names import INITIAL
from onrecord.rag.transcript.holders import holder_of, is_definite
from onrecord.rag.transcript.listed import people_listed
from onrecord.rag.transcript.surnames import Use, complete_surnames
from onrecord.rag.types import Span

_SURNAME_ALIKE = 0.8
# A library has many people, and few given names and offices.
_REMEMBERED = 100_000
# A spelling this many times rarer than a like one is a slip of the pen.
_SLIP = 5
# "Doe, Jane (Ministry)", "van der Doe, Jane"
_LISTED = re.compile(
    rf"((?:[^\W\d_]+\s+){{0,3}})({CAPITAL}[\w'’-]+),\s+({CAPITAL}[\w'’-]+(?:\s{CAPITAL}\.?)?)(\s*\([^()]+\))?"
)
# A label of so many capitals may be initials.
_INITIALS = range(2, 5)


def identify(
    labels: Sequence[str], spans: Sequence[Span], text: str, heading: str, vocabulary: Vocabulary
) -> list[Person]:
    """Say for each labelled turn who speaks, one person always under one name.

    Args:
        labels: the turns' labels as printed.
        spans: the turns' words.
        text: the whole text, where introductions give surnames their full names.
        heading: the briefing's title, head and front matter, which do so too.
        vocabulary: how the text writes its words.
    """
    counts = Counter(labels)
    parsed = {label: parse_label(_turned_round(label, counts[label], vocabulary), vocabulary) for label in counts}
    uses = _uses(labels, spans, text)
    head = min((span.start for span in spans), default=0)
    listed = people_listed(f"{heading}\n{text[:head]}", text[head:], vocabulary)
    if vocabulary.words.code not in LANGUAGES:
        _unname_words(parsed, counts, vocabulary)
    _mend_slips(parsed, counts)
    _name_offices(parsed)
    _expand_initials(parsed, listed)
    _complete_from_list(parsed, listed)
    complete_surnames(parsed, uses, text, heading, listed, vocabulary)
    _name_holders(parsed, heading, listed, text, vocabulary)
    # Reporters are told apart by their outlets as others are by their offices. All speak in one briefing.
    speakers = [
        Known(person.name, person.role, person.outlet, briefing="")
        for person in map(parsed.__getitem__, labels)
        if person.name and not _is_untold(person)
    ]
    canonical = one_name_each(Counter(speakers))
    roles = _roles(parsed, counts, canonical)
    people: dict[str, Person] = {}
    for label, person in parsed.items():
        if _is_untold(person):
            people[label] = person
            continue
        name = canonical.get(person.name or "", person.name)
        people[label] = replace(person, name=name, role=person.role or roles.get(name or ""))
    _share_outlets(people)
    people = {label: _displayed(label, person, vocabulary) for label, person in people.items()}
    return [people[label] for label in labels]


def _turned_round(label: str, count: int, vocabulary: Vocabulary) -> str:
    """A label as people are called, where it is printed as a directory lists them: "Doe, Jane (Ministry)".

    Something in parentheses, or the given name in the text itself, tells it from "Doe, Gazette".
    """
    match = _LISTED.fullmatch(label)
    if match is None:
        return label
    particles, surname, given, group = match.groups(default="")
    known = vocabulary.words.labels
    if any(fold(word) not in known.particles for word in particles.split()) or is_role(given.split()[0], known):
        return label
    told = bool(group) or vocabulary.count(given.split()[0]) > count
    return f"{given} {particles}{surname}{group}" if told else label


def _unname_words(parsed: dict[str, Person], counts: Counter[str], vocabulary: Vocabulary) -> None:
    """In a language without a file, take what stands in labels alone for no name: "DOMANDA" may be any word."""
    for label, person in parsed.items():
        name = person.name or ""
        if " " in name or person.voice or person.address or person.role or person.outlet:
            continue
        labelled = counts[label] if label == name else 0
        if vocabulary.count(name) <= labelled:
            parsed[label] = replace(person, name=None)


def _uses(labels: Sequence[str], spans: Sequence[Span], text: str) -> dict[str, Use]:
    words: dict[str, list[str]] = defaultdict(list)
    first: dict[str, int] = {}
    for label, span in zip(labels, spans, strict=True):
        words[label].append(text[span.start : span.end])
        first.setdefault(label, span.start)
    return {label: Use(first[label], "\n".join(words[label])) for label in first}


def _is_untold(person: Person) -> bool:
    """Whether nothing tells which of two people of one surname a label means."""
    return person.inferred and person.name is not None and not is_full(person.name)


def given_and_surname(tokens: Sequence[str], vocabulary: Vocabulary) -> str | None:
    """The name at the head of some words: up to four capitalised ones that the text writes small nowhere."""
    kept: list[str] = []
    for token in tokens[:4]:
        word = re.sub(r"['’]s$", "", token).strip(",.;:") if not INITIAL.match(token) else token
        if not word[:1].isupper() or vocabulary.is_common(word) or is_role(word, vocabulary.words.labels):
            break
        kept.append(word)
    return " ".join(kept) or None


def _displayed(label: str, person: Person, vocabulary: Vocabulary) -> Person:
    """Name those who are known by a form of address or an office alone by just that: "Ms. Doe", "Mme la ministre"."""
    if person.name is None and person.role:
        # "The PRESIDING OFFICER" is printed in capitals, its article aside.
        capitals = person.role.upper() in label
        return replace(person, name=person.role if capitals else without_groups(label), role=None)
    if person.name is None or person.voice:
        return person
    if person.role and _is_untold(person):
        return replace(person, name=f"{person.role} {person.name}")
    # "Mr. Smith of Ostmere" is told from another Smith by where he is from.
    seat = not vocabulary.words.labels.joining.isdisjoint(person.name.split()[1:2])
    if person.address and not person.role and (seat or not is_full(person.name)):
        address = person.address.capitalize()
        stop = "." if fold(address) in vocabulary.words.labels.with_stop else ""
        return replace(person, name=f"{address}{stop} {person.name}")
    return person


def _expand_initials(parsed: dict[str, Person], listed: Sequence[Person]) -> None:
    """Give initials the one full name that other labels or a list of people give them: "CH" is "Christian Horner"."""
    spoken = [person for person in parsed.values() if person.name and not person.voice and is_full(person.name)]
    for label, person in parsed.items():
        letters = label.replace(".", "").replace(" ", "")
        if len(letters) not in _INITIALS or not (letters.isalpha() and letters.isupper() and person.name):
            continue
        for others in (spoken, listed):
            meant = {other.name: other for other in others if initials_of(other.name or "") == letters}
            if len(meant) == 1:
                (other,) = meant.values()
                parsed[label] = replace(person, name=other.name, role=other.role, outlet=other.outlet)
                break


def _complete_from_list(parsed: dict[str, Person], listed: Sequence[Person]) -> None:
    """Complete names, offices and outlets from those whom the text lists as taking part."""
    by_name = {other.name: other for other in listed if other.name}
    for label, person in parsed.items():
        if person.part == "moderator" and person.name is None:
            leading = {other.name: other for other in listed if other.part == "moderator"}
            if len(leading) == 1:
                (other,) = leading.values()
                parsed[label] = replace(person, name=other.name, role=other.role or person.role)
            continue
        if not person.name or person.voice:
            continue
        fits = _is_part_of if is_full(person.name) else _is_first_surname_of
        fitting = [name for name in by_name if fits(person.name, name)]
        if len(fitting) == 1:
            other = by_name[fitting[0]]
            role, outlet = person.role or other.role, person.outlet or (None if person.role else other.outlet)
            parsed[label] = replace(person, name=fitting[0], role=role, outlet=outlet)


def _is_part_of(name: str, longer: str) -> bool:
    """Whether a name is another with its first or its last words left out, as one of two surnames is."""
    short, full = fold(name).split(), fold(longer).split()
    return full[: len(short)] == short or full[-len(short) :] == short


def _is_first_surname_of(surname: str, name: str) -> bool:
    """Whether a surname stands inside a name: whoever has two is called by the first of them."""
    short, full = fold(surname).split(), fold(name).split()
    return any(full[place : place + len(short)] == short for place in range(1, len(full) - len(short)))


def _name_holders(
    parsed: dict[str, Person], heading: str, listed: Sequence[Person], text: str, vocabulary: Vocabulary
) -> None:
    """Name an office that stands alone after the one whom the heading prints with it."""
    for label, person in parsed.items():
        if person.role is None or person.name or person.part is not None:
            continue
        named = holder_of(person.role, heading, listed, text, vocabulary)
        # "A senior official" may be anybody: without an article only a full name will do.
        if named and (is_definite(label, vocabulary.words.labels) or " " in named):
            parsed[label] = replace(person, name=named)


def _mend_slips(parsed: dict[str, Person], counts: Counter[str]) -> None:
    """Give a rare surname the spelling of a like one that is much more common ("Ms. Piere", "Ms. Pierre")."""
    by_address: dict[str, Counter[str]] = defaultdict(Counter)
    for label, person in parsed.items():
        if person.name and not person.voice and not is_full(person.name):
            by_address[fold(person.role or person.address or "").strip(".")][person.name] += counts[label]
    for label, person in parsed.items():
        if not person.name or person.voice or is_full(person.name):
            continue
        rivals = by_address[fold(person.role or person.address or "").strip(".")]
        for name, count in rivals.most_common(5):
            rare = counts[label] * _SLIP <= count or (person.role and counts[label] < count)
            if rare and name != person.name and _alike(name, person.name) >= _SURNAME_ALIKE:
                parsed[label] = replace(person, name=name)
                break


def _name_offices(parsed: dict[str, Person]) -> None:
    """Name a bare office after the one person who is printed with it: "The Chair" and "The Chair (Hon. Jane Doe)"."""
    holders: dict[str, set[str]] = defaultdict(set)
    for person in parsed.values():
        if person.role and person.name:
            holders[fold(person.role)].add(person.name)
    for label, person in parsed.items():
        if person.role and person.name is None and person.part is None:
            names = holders[fold(person.role)]
            if len(names) == 1:
                parsed[label] = replace(person, name=next(iter(names)))


def _roles(parsed: dict[str, Person], counts: Counter[str], canonical: dict[str, str]) -> dict[str, str]:
    """The role each person is printed with most often."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for label, person in parsed.items():
        if person.name and person.role:
            found[canonical.get(person.name, person.name)][person.role] += counts[label]
    return {name: roles.most_common(1)[0][0] for name, roles in found.items()}


def _share_outlets(people: dict[str, Person]) -> None:
    """Give each person the one outlet and country they are printed with, also under labels that leave them out."""
    outlets: dict[str, set[str]] = defaultdict(set)
    countries: dict[str, set[str]] = defaultdict(set)
    for person in people.values():
        if person.name and person.outlet:
            outlets[person.name].add(person.outlet)
        if person.name and person.country:
            countries[person.name].add(person.country)
    for label, person in people.items():
        name = person.name or ""
        outlet = person.outlet or (next(iter(outlets[name])) if len(outlets[name]) == 1 else None)
        country = person.country or (next(iter(countries[name])) if len(countries[name]) == 1 else None)
        people[label] = replace(person, outlet=outlet, country=country)


@lru_cache(maxsize=_REMEMBERED)
def _alike(first: str, second: str) -> float:
    matcher = SequenceMatcher(None, fold(first), fold(second))
    # The bound is cheap, and most names are far apart.
    bound = matcher.quick_ratio()
    return bound if bound < _SURNAME_ALIKE else matcher.ratio()
