"""Who a label names: person, role, outlet and country (pure)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from onrecord.rag.languages.labels import LabelWords
from onrecord.rag.people.casing import cased_name, cased_office
from onrecord.rag.people.countries import is_country
from onrecord.rag.people.roles import bare_label, has_article, is_role, split_role, without_elision, without_groups
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.people.voices import is_voice
from onrecord.rag.text.folding import fold

DialoguePart = Literal["asker", "answerer", "moderator", "interpreter"]

_GROUP = re.compile(r"[(\[]((?:[^()\[\]]|\([^()]*\))*)[)\]]?")
# What a misprinted colon leaves behind a name: "Minister Doe's".
_POSSESSIVE = re.compile(r"['’]\w$")
_SPLIT = re.compile(r"\s+[-–—/|]\s+|/")
_ASKER_PARTS = re.compile(r",\s+|\s+[-–—|/]\s+")


@dataclass(frozen=True, slots=True)
class Person:
    """What a label says of a speaker.

    `address` is the form of address, `part` what the label alone makes of them. A `voice` is told apart from others
    and has no name ("Speaker 1", "iPhone (2)"): it is nobody else, and in no other briefing. `inferred` says that the
    name is a conclusion from the text, or that the label cannot tell which of two people it means.
    """

    name: str | None = None
    role: str | None = None
    outlet: str | None = None
    country: str | None = None
    address: str | None = None
    part: DialoguePart | None = None
    voice: bool = False
    inferred: bool = False


def parse_label(label: str, vocabulary: Vocabulary) -> Person:
    """Split a label into name, role, outlet and country.

    Args:
        label: as printed, such as "Jane Doe, Daily Planet (Moldova)" or "THE PRESIDENT".
        vocabulary: how the text writes its words, for names printed in capitals only.
    """
    if not any(map(str.isalnum, label)):
        # Captions mark a change of speaker by ">>" and name nobody.
        return Person()
    groups = [group.strip() for group in _GROUP.findall(label)]
    main = " ".join(_GROUP.sub(" ", label).replace("_", " ").split()).strip(" ,:")
    main = _POSSESSIVE.sub("", main)
    if groups and all(group.isdigit() for group in groups):
        # "iPhone (2)": software numbers what it has no name for.
        return Person(name=label, voice=True)
    person = _main(main, vocabulary)
    if person.voice and main[-1:].isdigit():
        # As the software spells it: "SPEAKER_00".
        person = replace(person, name=without_groups(label))
    for group in groups:
        person = _with_group(person, group, vocabulary)
    if person.name is None and person.role is None and person.part is None:
        person = replace(person, name=cased_name(main.split(), vocabulary) or None)
    return person


def _main(main: str, vocabulary: Vocabulary) -> Person:
    """What a label says without parentheses."""
    words = vocabulary.words.labels
    whole = bare_label(main, words)
    voice = is_voice(main)
    numbered = main[-1:].isdigit() or len(main.split()[-1]) == 1
    if voice and numbered and not words.voices.isdisjoint(whole.split()):
        return Person(name=main, voice=True)
    if whole in words.askers:
        return Person(part="asker")
    if len(whole) == 1 and whole in words.answerers:
        # "A2" is no voice of its own: the letter answers "Q2".
        return Person(part="answerer")
    if voice:
        return Person(name=main if numbered else cased_name(main.split(), vocabulary), voice=True)
    if whole in words.answerers:
        return Person(part="answerer")
    primary, *tail = _comma_parts(_before_verb(main, vocabulary), words)
    first, _, rest = primary.partition(" ")
    if rest and len(first) > 1 and fold(first) in words.askers and not is_role(first, words):
        # "Question Jane Doe"
        person = replace(_primary(rest, vocabulary), part="asker")
    else:
        person = _primary(primary, vocabulary)
    for part in tail:
        person = _with_tail(person, part, vocabulary)
    return person


def _before_verb(main: str, vocabulary: Vocabulary) -> str:
    """A label up to a verb of saying: "HON. A. BELL asked the Government upon notice"."""
    tokens = main.split()
    saying = vocabulary.words.saying
    verb = next((place for place, token in enumerate(tokens) if place and token in saying.said | saying.says), None)
    return " ".join(tokens[:verb])


def _comma_parts(main: str, words: LabelWords) -> list[str]:
    parts: list[str] = []
    for part in (piece.strip() for piece in main.split(",")):
        if parts and fold(part).strip(".") in words.generations:
            parts[-1] += f", {part}"
        elif part:
            parts.append(part)
    return parts or [main]


def _primary(primary: str, vocabulary: Vocabulary) -> Person:
    words = vocabulary.words.labels
    primary, *belonging = (piece for piece in _SPLIT.split(primary) if piece)
    tokens = primary.split()
    addresses: list[str] = []
    while len(tokens) > 1 and (_is_address(tokens[0], words) or fold(tokens[0]) in words.articles):
        if _is_address(tokens[0], words):
            addresses.append(tokens[0])
        tokens = tokens[1:]
    tokens = [without_elision(tokens[0], words), *tokens[1:]]
    role, name = split_role(tokens, words)
    while len(name) > 1 and _is_address(name[0], words):
        # "Präsidentin Dr. Doe"
        name = name[1:]
    outlet = None
    if not role and (match := _of_outlet(" ".join(name), words)):
        joined = " ".join(name)
        if " " in joined[: match.start()]:
            name, outlet = joined[: match.start()].split(), joined[match.end() :]
    postnominal: list[str] = []
    while len(name) > 2 and name[-1].isupper() and fold(name[-1]).strip(".") in words.postnominals:
        postnominal.insert(0, name.pop())
    mixed = any(not token.isupper() for token in (*addresses, *role) if len(token) > 1)
    person = Person(
        name=cased_name(name, vocabulary, initials=mixed) or None,
        role=cased_office(" ".join(role), vocabulary) if role else " ".join(postnominal) or None,
        outlet=outlet,
        # The first form of address says enough of "Rt. Hon. Dr. Doe".
        address=addresses[0] if addresses else None,
        part=_part(role, words),
    )
    for part in belonging:
        person = _with_tail(person, part.strip(), vocabulary)
    return person


def _is_address(token: str, words: LabelWords) -> bool:
    return fold(token).strip(".") in words.addresses


def _part(role: list[str], words: LabelWords) -> DialoguePart | None:
    folded = {fold(word).strip(".,") for word in role}
    if folded & words.moderators:
        return "moderator"
    if folded & words.interpreters:
        return "interpreter"
    if folded & words.reporters:
        return "asker"
    return None


def _of_outlet(text: str, words: LabelWords) -> re.Match[str] | None:
    """Where "of", "from" and the like stand before a capital: an outlet's name comes after the match."""
    found = re.finditer(r"(?<=\S)\s+(\S+)\s+(?=[^\W\d_a-zß-ÿ])", text)
    return next((match for match in found if words.outlet_of.fullmatch(match.group(1))), None)


def _with_tail(person: Person, part: str, vocabulary: Vocabulary) -> Person:
    words = vocabulary.words.labels
    tokens = part.split()
    # "The Economist" is a paper; an office in a label has no article.
    if not has_article(part, words) and any(is_role(without_elision(token, words), words) for token in tokens):
        folded = {fold(token).strip(".") for token in tokens}
        role = f"{person.role}, {part}" if person.role else part
        asker: DialoguePart | None = "asker" if folded & words.reporters else person.part
        match = _of_outlet(part, words) if folded & words.reporters else None
        if match:
            return replace(person, role=part[: match.start()], outlet=part[match.end() :], part=asker)
        return replace(person, role=cased_office(role, vocabulary), part=asker)
    small = words.joining - words.particles
    if person.role and person.name is None and not small.isdisjoint(map(str.lower, tokens)):
        # "MINISTER OF TRADE, FISHERIES AND PORTS"
        return replace(person, role=cased_office(f"{person.role}, {part}", vocabulary))
    if person.role and person.name is None and person.part is None and part.isupper() and len(tokens) > 1:
        # "MINISTER OF PORTS, JANE DOE"
        return replace(person, name=_primary(part, vocabulary).name)
    if person.outlet is None and is_country(part) and person.name and not person.country:
        return replace(person, country=part)
    if person.outlet and is_country(part):
        return replace(person, country=part)
    return replace(person, outlet=f"{person.outlet}, {part}" if person.outlet else part)


def _with_group(person: Person, group: str, vocabulary: Vocabulary) -> Person:
    inner = " ".join(_GROUP.sub(" ", group).split()).strip(" ,")
    if not inner or not any(character.isalpha() for character in inner):
        return person
    words = vocabulary.words.labels
    tokens = inner.split()
    if is_country(inner):
        return replace(person, country=inner)
    if any(is_role(without_elision(token, words), words) for token in tokens) and not (
        person.name is None and len(tokens) > 2
    ):
        return replace(person, role=person.role or inner) if person.name else person
    if not inner[0].isupper():
        return person
    if person.part == "asker":
        name, rest = (*_ASKER_PARTS.split(inner, maxsplit=1), "")[:2]
        if rest and person.name is None and len(name.split()) > 1:
            return replace(person, name=cased_name(name.split(), vocabulary), outlet=person.outlet or rest)
        return replace(person, outlet=person.outlet or inner)
    if person.name is None:
        named = _primary(inner.split(",")[0], vocabulary)
        return replace(person, name=named.name, address=named.address, role=person.role or named.role)
    acronym = inner.isupper() and inner.isalpha() and not person.role
    if not acronym and ("," in inner or person.role or person.address):
        return replace(person, role=person.role or inner)
    initials = "".join(word[0] for word in (person.outlet or "").split() if word[0].isupper())
    if person.outlet and (initials == inner or inner.isupper()):
        return person
    return replace(person, outlet=inner) if person.outlet is None else person
