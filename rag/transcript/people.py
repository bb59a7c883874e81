"""Who the labels of a briefing name, and by which name (pure)."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from functools import lru_cache

from onrecord.rag.languages import LANGUAGES, together
from onrecord.rag.languages.labels import LabelWords
from onrecord.rag.people.joining import one_name_each
from onrecord.rag.people.labels import Person, parse_label
from onrecord.rag.people.names import Known, shares_role
from onrecord.rag.people.roles import has_article, is_role, split_role, without_groups
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.text.folding import fold
from onrecord.rag.types import Span

_SURNAME_ALIKE = 0.8
# A library has many people, and few given names and offices.
_REMEMBERED = 100_000
# A spelling this many times rarer than a like one is a slip of the pen.
_SLIP = 5
# An introduction stands at most this many characters before the words of the one introduced, or in their first ones.
_BEFORE, _INTO = 1500, 300
# A name in the title outweighs this many mentions in the text; and a name is in the text at least this often.
_TITLED = 5
_AGAIN = 3
# The head of a text, where those who will speak are announced.
_HEAD = 3000
_INITIAL = re.compile(r"^(?:[A-ZÀ-Þ]\.?)+$")
# Names are compared across briefings of any language.
_ANY_LANGUAGE = together(*LANGUAGES).labels
_CAPITALISED = r"[A-ZÀ-Þ][\w.'’-]*"


def identify(
    labels: Sequence[str], spans: Sequence[Span], text: str, title: str | None, vocabulary: Vocabulary
) -> list[Person]:
    """Say for each labelled turn who speaks, one person always under one name.

    Args:
        labels: the turns' labels as printed.
        spans: the turns' words.
        text: the whole text, where introductions give surnames their full names.
        title: the briefing's title and head, which do so too.
        vocabulary: how the text writes its words.
    """
    parsed = {label: parse_label(label, vocabulary) for label in dict.fromkeys(labels)}
    counts = Counter(labels)
    first: dict[str, int] = {}
    for label, span in zip(labels, spans, strict=True):
        first.setdefault(label, span.start)
    _mend_slips(parsed, counts)
    _name_offices(parsed)
    _complete_surnames(parsed, first, text, title, vocabulary)
    # Reporters are told apart by their outlets as others are by their offices. All speak in one briefing.
    speakers = [Known(p.name, p.role, p.outlet, briefing="") for p in map(parsed.__getitem__, labels) if p.name]
    canonical = one_name_each(Counter(speakers))
    roles = _roles(parsed, counts, canonical)
    people: dict[str, Person] = {}
    for label, person in parsed.items():
        name = canonical.get(person.name or "", person.name)
        people[label] = replace(person, name=name, role=person.role or roles.get(name or ""))
    _share_outlets(people)
    people = {label: _displayed(label, person) for label, person in people.items()}
    return [people[label] for label in labels]


def given_and_surname(tokens: Sequence[str], vocabulary: Vocabulary) -> str | None:
    """The name at the head of some words: up to four capitalised ones that the text writes small nowhere."""
    kept: list[str] = []
    for token in tokens[:4]:
        word = re.sub(r"['’]s$", "", token).strip(",.;:") if not _INITIAL.match(token) else token
        if not word[:1].isupper() or vocabulary.is_common(word) or is_role(word, vocabulary.words.labels):
            break
        kept.append(word)
    return " ".join(kept) or None


def _displayed(label: str, person: Person) -> Person:
    """Name those who are known by a form of address or an office alone by just that: "Ms. Doe", "Mme la ministre"."""
    if person.name is None and person.role:
        return replace(person, name=person.role if label.isupper() else without_groups(label), role=None)
    if person.name and person.address and " " not in person.name and not person.role:
        address = person.address.capitalize()
        stop = "." if address in ("Mr", "Ms", "Mrs", "Dr") else ""
        return replace(person, name=f"{address}{stop} {person.name}")
    return person


def _mend_slips(parsed: dict[str, Person], counts: Counter[str]) -> None:
    """Give a rare surname the spelling of a like one that is much more common ("Ms. Piere", "Ms. Pierre")."""
    by_address: dict[str, Counter[str]] = defaultdict(Counter)
    for label, person in parsed.items():
        if person.name and " " not in person.name:
            by_address[fold(person.role or person.address or "").strip(".")][person.name] += counts[label]
    for label, person in parsed.items():
        if not person.name or " " in person.name:
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


def _complete_surnames(
    parsed: dict[str, Person], first: dict[str, int], text: str, title: str | None, vocabulary: Vocabulary
) -> None:
    """Replace a lone surname by the full name that the title, an introduction or the same office gives it."""
    lone = {label: person for label, person in parsed.items() if person.name and " " not in person.name}
    offices = {
        label: person for label, person in parsed.items() if person.role and not person.name and person.part is None
    }
    full: dict[str, set[str]] = defaultdict(set)
    for person in parsed.values():
        if person.name and " " in person.name:
            full[fold(person.name.split()[-1])].add(person.name)
    surnames = {person.name for person in lone.values() if person.name}
    mentions = _mentions(surnames, title or "", text, vocabulary)
    for label, person in lone.items():
        name = person.name or ""
        same = full[fold(name)]
        if len(same) == 1:
            parsed[label] = replace(person, name=next(iter(same)))
            continue
        found: Counter[str] = Counter()
        forms: dict[str, Counter[str]] = defaultdict(Counter)
        roles: dict[str, str] = {}
        for place, given, role in mentions.get(fold(name), ()):
            titled = place < 0
            near = first[label] - _BEFORE <= place <= first[label] + _INTO or place <= _HEAD
            if not (titled or near or (role and person.role and shares_role(role, person.role))):
                continue
            if role and person.role and not shares_role(role, person.role) and not titled:
                continue
            last = given.split()[-1]
            found[last] += _TITLED if titled else 1
            forms[last][given] += 1
            if role:
                roles.setdefault(last, role)
        if found:
            last, _ = found.most_common(1)[0]
            given = max(forms[last], key=lambda form: (forms[last][form], -len(form)))
            parsed[label] = replace(person, name=f"{given} {name}", role=person.role or roles.get(last))
    for label, person in offices.items():
        named = _holder_in(title or "", person.role or "", text, vocabulary)
        # "A senior official" may be anybody: without an article only a full name will do.
        if named and not _is_definite(label, vocabulary.words.labels) and " " not in named:
            named = None
        if named:
            parsed[label] = replace(person, name=named)


def _is_definite(label: str, known: LabelWords) -> bool:
    """Whether a label names the one holder of an office: "The Minister", "Mme la ministre"."""
    words = label.split()
    while len(words) > 1 and fold(words[0]).strip(".") in known.addresses:
        words = words[1:]
    return has_article(" ".join(words), known)


def _mentions(
    surnames: set[str], title: str, text: str, vocabulary: Vocabulary
) -> dict[str, list[tuple[int, str, str | None]]]:
    """Find where each surname stands behind given names: (place, given names, role), place -1 in the title."""
    known = vocabulary.words.labels
    found: dict[str, list[tuple[int, str, str | None]]] = defaultdict(list)
    if not surnames:
        return found
    ends = "|".join(sorted((re.escape(surname) for surname in surnames), key=len, reverse=True))
    pattern = re.compile(rf"\b((?:{_CAPITALISED}[ \u00a0]){{1,5}})({ends})(?![\w-])")
    for source in (title, text):
        for match in pattern.finditer(source):
            tokens = match.group(1).split()
            role, rest = split_role(tokens, known)
            given: list[str] = []
            for token in reversed(rest):
                plain = fold(token).strip(".")
                office = is_role(token.rstrip("s"), known) or plain in known.qualifiers
                if vocabulary.is_common(token) or office or plain in known.addresses:
                    break
                given.insert(0, token)
            if not given or len(given) > 3 or all(_INITIAL.match(token) for token in given):
                continue
            before = source[max(0, match.start() - 12) : match.start()].split()
            if before and before[-1].lower().split("'")[0] in known.joining and not role:
                given = given[-1:]
            printed = [
                token
                for token in role
                if not vocabulary.is_common(token) or is_role(token, known) or token[0].isupper()
            ]
            place = -1 if source is title else match.start()
            found[fold(match.group(2))].append((place, " ".join(given), _office(printed, known)))
    return found


def _office(tokens: Sequence[str], known: LabelWords) -> str | None:
    """Keep the words of an office and of what it belongs to; "Press Briefing by Press Secretary" is cut before it."""
    position = max((index for index, token in enumerate(tokens) if is_role(token, known)), default=None)
    if position is None:
        return None
    start = position
    while start and (is_role(tokens[start - 1], known) or fold(tokens[start - 1]) in known.qualifiers):
        start -= 1
    if start and tokens[start - 1].isupper():
        start -= 1
    return " ".join(tokens[start : position + 1])


def _holder_in(title: str, role: str, text: str, vocabulary: Vocabulary) -> str | None:
    """The one name that a title prints behind an office: "Remarks by President Doe" names "The President"."""
    names = set()
    office = re.escape(role)
    words = vocabulary.words.labels
    if presided := words.chaired_by.search(title):
        name = re.compile(rf"{_CAPITALISED}(?:\s+{_CAPITALISED}){{1,3}}").match(title, presided.end())
        return name.group() if name and fold(role).split()[0] in words.chairs else None
    after = (
        rf"(?<!\ba )(?<!\ban )\b(?i:{office})(?:\s[a-z][^,.;]{{0,60}},)?\s+({_CAPITALISED}(?:\s{_CAPITALISED}){{0,3}})"
    )
    before = rf"({_CAPITALISED}(?:\s{_CAPITALISED}){{1,3}}),\s+(?i:(?:the |le |la |l['’])?{office})\b"
    for match in re.finditer(rf"{before}|{after}", title):
        tokens = (match.group(1) or match.group(2)).split()
        while tokens and fold(tokens[0]).strip(".") in words.addresses:
            tokens = tokens[1:]
        kept: list[str] = []
        for token in tokens:
            word = re.sub(r"['’]s$", "", token).strip(",.")
            known = len(tokens) == 2 or text.count(" ".join([*kept, word])) >= (_AGAIN if kept else 1)
            known = known or bool(match.group(1))
            # What follows a surname in a title ("Press Conference") stands nowhere else behind it.
            if not word[:1].isupper() or vocabulary.is_common(word) or fold(word) in words.qualifiers or not known:
                break
            kept.append(word)
        if kept:
            names.add(" ".join(kept))
    return names.pop() if len(names) == 1 else None


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
