"""Who a label names: person, role, outlet and country, and which names are one person (pure)."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, replace
from typing import Literal

from onrecord.rag.languages import LANGUAGES
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.text.folding import fold
from onrecord.rag.transcript.roles import (
    ANSWERERS,
    ASKERS,
    HONORIFICS,
    INTERPRETERS,
    MODERATORS,
    PARTICLES,
    REPORTERS,
    ROLE_QUALIFIERS,
    bare_label,
    is_role,
)
from onrecord.rag.words import word_set

Part = Literal["asker", "answerer", "moderator", "interpreter"]

_GROUP = re.compile(r"[(\[]((?:[^()\[\]]|\([^()]*\))*)[)\]]?")
_ELISION = re.compile(r"^[dl]['’]", re.IGNORECASE)
_NUMBERED = re.compile(r"(?:speaker|intervenant|orateur|voice|voix)[\s#]*\d{1,3}", re.IGNORECASE)
_OF = re.compile(r"\s+(?:of|from|with)\s+(?=[A-ZÀ-Þ])")
_ARTICLE = re.compile(r"(?:The|Le|La|Les)\s|L['’]")
_SPLIT = re.compile(r"\s+[-–—/|]\s+|/")
_POSTNOMINAL = word_set("AM MP MPs MEP MS MSP MPP MLA MNA QC KC PC OBE CBE MBE PhD MD RN USN USA")
_SUFFIX = frozenset(["jr", "sr", "ii", "iii", "iv"])
_JOIN = frozenset(
    ["of", "de", "du", "des", "d", "for", "the", "la", "le", "les", "l", "and", "et", "a", "aux", "au", "to"]
)


@dataclass(frozen=True, slots=True)
class Person:
    """What a label says of a speaker; `address` is the form of address, `part` what the label alone makes of them."""

    name: str | None = None
    role: str | None = None
    outlet: str | None = None
    country: str | None = None
    address: str | None = None
    part: Part | None = None


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
    whole = bare_label(main)
    person = Person()
    if whole in ASKERS:
        person = Person(part="asker")
    elif _NUMBERED.fullmatch(main):
        # Software that cannot tell who speaks numbers the voices.
        person = Person(name=main)
    elif whole in ANSWERERS:
        person = Person(part="answerer")
    else:
        primary, *tail = _comma_parts(main)
        person = _primary(primary, vocabulary)
        for part in tail:
            person = _with_tail(person, part, vocabulary)
    for group in groups:
        person = _with_group(person, group, vocabulary)
    if person.name is None and person.role is None and person.part is None:
        person = replace(person, name=_cased(main, vocabulary) or None)
    return person


def _comma_parts(main: str) -> list[str]:
    parts: list[str] = []
    for part in (piece.strip() for piece in main.split(",")):
        if parts and fold(part).strip(".") in _SUFFIX:
            parts[-1] += f", {part}"
        elif part:
            parts.append(part)
    return parts or [main]


def _primary(primary: str, vocabulary: Vocabulary) -> Person:
    outlet = None
    pieces = _SPLIT.split(primary)
    if len(pieces) > 1 and all(pieces) and not is_role(pieces[0].split()[-1]):
        primary, outlet = pieces[0], pieces[1]
    tokens = primary.split()
    address = None
    while len(tokens) > 1 and fold(tokens[0]).strip(".") in HONORIFICS:
        # The first form of address says enough of "Rt. Hon. Dr. Doe".
        address = address or tokens[0]
        tokens = tokens[1:]
    while len(tokens) > 1 and fold(tokens[0]) in ("the", "le", "la", "l'"):
        tokens = tokens[1:]
    tokens = [re.sub(r"^[lL]['’](?=\w)", "", tokens[0]), *tokens[1:]]
    role, name = split_role(tokens)
    if not role and (match := _OF.search(" ".join(name))) and match.start() > 0:
        joined = " ".join(name)
        if " " in joined[: match.start()]:
            name, outlet = joined[: match.start()].split(), joined[match.end() :]
    postnominal: list[str] = []
    while len(name) > 2 and name[-1].strip(".") in _POSTNOMINAL:
        postnominal.insert(0, name.pop())
    role_text = _cased_role(" ".join(role), vocabulary) if role else " ".join(postnominal) or None
    return Person(
        name=_cased(" ".join(name), vocabulary) or None,
        role=role_text,
        outlet=outlet,
        address=address,
        part=_part(role),
    )


def _part(role: list[str]) -> Part | None:
    folded = {fold(word).strip(".,") for word in role}
    if folded & MODERATORS:
        return "moderator"
    if folded & INTERPRETERS:
        return "interpreter"
    if folded & REPORTERS:
        return "asker"
    return None


def split_role(tokens: list[str]) -> tuple[list[str], list[str]]:
    """Part the words of an office from the name that follows it: NATO Secretary General | Mark Rutte."""
    last = max((position for position, token in enumerate(tokens) if is_role(_ELISION.sub("", token))), default=None)
    if last is None:
        qualifiers = 0
        while qualifiers < len(tokens) - 1 and fold(tokens[qualifiers]) in ROLE_QUALIFIERS:
            qualifiers += 1
        lead = [fold(token) for token in tokens[:qualifiers]]
        # "Surgeon Doe" has an office that is otherwise only a qualifier; "White Doe" has not.
        return (tokens[:qualifiers], tokens[qualifiers:]) if lead[:2] == ["first", "lady"] else ([], tokens)
    end = last + 1
    while end < len(tokens):
        token = tokens[end]
        folded = fold(token).strip(".")
        if folded in _JOIN or _ELISION.match(token):
            end += 1 if _ELISION.match(token) else 2
            while end < len(tokens) and tokens[end][0].islower() and fold(tokens[end]) not in PARTICLES:
                end += 1
        elif token[0].islower() and folded not in ("van", "von", "der", "den", "bin", "al", "el", "da", "di"):
            end += 1
        else:
            break
    return tokens[:end], tokens[end:]


def _with_tail(person: Person, part: str, vocabulary: Vocabulary) -> Person:
    tokens = part.split()
    # "The Economist" is a paper; an office in a label has no article.
    if not _ARTICLE.match(part) and any(is_role(_ELISION.sub("", token)) for token in tokens):
        folded = {fold(token).strip(".") for token in tokens}
        role = f"{person.role}, {part}" if person.role else part
        asker: Part | None = "asker" if folded & REPORTERS else person.part
        match = _OF.search(part) if folded & REPORTERS else None
        if match:
            return replace(person, role=part[: match.start()], outlet=part[match.end() :], part=asker)
        return replace(person, role=_cased_role(role, vocabulary), part=asker)
    if person.outlet is None and is_country(part) and person.name and not person.country:
        return replace(person, country=part)
    if person.outlet and is_country(part):
        return replace(person, country=part)
    return replace(person, outlet=f"{person.outlet}, {part}" if person.outlet else part)


def _with_group(person: Person, group: str, vocabulary: Vocabulary) -> Person:
    inner = " ".join(_GROUP.sub(" ", group).split()).strip(" ,")
    if not inner or not any(character.isalpha() for character in inner):
        return person
    tokens = inner.split()
    if is_country(inner):
        return replace(person, country=inner)
    if any(is_role(_ELISION.sub("", token)) for token in tokens) and not (person.name is None and len(tokens) > 2):
        return replace(person, role=person.role or inner) if person.name else person
    if not inner[0].isupper():
        return person
    if person.part == "asker":
        name, _, rest = inner.partition(", ")
        if rest and person.name is None and len(name.split()) > 1:
            return replace(person, name=_cased(name, vocabulary), outlet=person.outlet or rest)
        return replace(person, outlet=person.outlet or inner)
    if person.name is None:
        named = _primary(inner.split(",")[0], vocabulary)
        return replace(person, name=named.name, address=named.address, role=person.role or named.role)
    if "," in inner or person.role or person.address:
        return replace(person, role=person.role or inner)
    initials = "".join(word[0] for word in (person.outlet or "").split() if word[0].isupper())
    if person.outlet and (initials == inner or inner.isupper()):
        return person
    return replace(person, outlet=inner) if person.outlet is None else person


@functools.cache
def _countries() -> frozenset[str]:
    from babel import Locale

    names = (name for language in LANGUAGES for name in Locale(language).territories.values())
    spelt = {_country_key(name) for name in names if not name.isdigit()}
    return frozenset(spelt | {"uk", "us", "usa", "uae", "drc", "turkey", "czech republic", "ivory coast", "eu"})


def _country_key(name: str) -> str:
    return " ".join(fold(name).replace("&", "and").replace(".", "").replace("-", " ").split()).removeprefix("the ")


def is_country(text: str) -> bool:
    """Whether a text is the English or French name of a country or region, as CLDR has it."""
    return _country_key(text) in _countries()


def _cased(name: str, vocabulary: Vocabulary) -> str:
    """Write a name printed in capitals as the text writes it elsewhere, or with a capital for each part."""
    return " ".join(_cased_word(word, vocabulary) for word in name.split())


def _cased_word(word: str, vocabulary: Vocabulary) -> str:
    letters = [character for character in word if character.isalpha()]
    if len(letters) < 2 or not all(character.isupper() for character in letters) or word.count(".") > 1:
        return word
    spelling = vocabulary.spelling(word)
    if spelling and len(spelling) == len(word):
        return spelling
    if len(letters) == 2 and not any(character in "AEIOUY" for character in letters):
        return word
    return "".join(part.capitalize() for part in re.split(r"(['’-])", word))


def _cased_role(role: str, vocabulary: Vocabulary) -> str:
    if not role.isupper():
        return role
    return " ".join(
        word.lower()
        if fold(word) in _JOIN
        else word
        if _is_acronym(word, vocabulary)
        else _cased_word(word, vocabulary)
        for word in role.split()
    )


def _is_acronym(word: str, vocabulary: Vocabulary) -> bool:
    known = is_role(word) or fold(word) in ROLE_QUALIFIERS or vocabulary.spelling(word) is not None
    return len(word) <= 5 and not known
