"""Who a label names: person, role, outlet and country, and which names are one person (pure)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from onrecord.rag.languages.labels import LabelWords
from onrecord.rag.people.countries import is_country
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.text.folding import fold

Part = Literal["asker", "answerer", "moderator", "interpreter"]

_GROUP = re.compile(r"[(\[]((?:[^()\[\]]|\([^()]*\))*)[)\]]?")
_SPLIT = re.compile(r"\s+[-–—/|]\s+|/")
_INDEX = re.compile(r"[\s_#.-]*\d{1,3}$")


@dataclass(frozen=True, slots=True)
class Person:
    """What a label says of a speaker; `address` is the form of address, `part` what the label alone makes of them."""

    name: str | None = None
    role: str | None = None
    outlet: str | None = None
    country: str | None = None
    address: str | None = None
    part: Part | None = None


def bare_label(label: str, words: LabelWords) -> str:
    """Fold a label and take off its article, stops and number: "The Reporter 2" becomes "reporter"."""
    parts = _INDEX.sub("", " ".join(fold(label).replace(".", " ").split()).strip(" :-–—")).split()
    for size in (2, 1):
        if len(parts) > size and " ".join(parts[:size]) in words.openers:
            return " ".join(parts[size:])
    return " ".join(parts)


def is_role(token: str, words: LabelWords) -> bool:
    """Whether a word names an office, whatever its case or plural mark."""
    word = fold(token).strip(".,'")
    return _names_office(word, words) or (word.endswith("s") and _names_office(word[:-1], words))


def _names_office(word: str, words: LabelWords) -> bool:
    return (
        word in words.offices
        or word in words.chairs
        or word in words.moderators
        or word in words.reporters
        or word in words.interpreters
    )


def without_elision(token: str, words: LabelWords) -> str:
    """A word without the article or preposition that is written on to it: "l'État" becomes "État"."""
    head, mark, rest = token.replace("’", "'").partition("'")
    return token[len(head) + 1 :] if mark and rest[:1].isalpha() and f"{head.lower()}'" in words.elided else token


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
    words = vocabulary.words.labels
    whole = bare_label(main, words)
    person = Person()
    if whole in words.askers:
        person = Person(part="asker")
    elif _is_voice(main, words):
        # Software that cannot tell who speaks numbers the voices.
        person = Person(name=main)
    elif whole in words.answerers:
        person = Person(part="answerer")
    else:
        primary, *tail = _comma_parts(main, words)
        person = _primary(primary, vocabulary)
        for part in tail:
            person = _with_tail(person, part, vocabulary)
    for group in groups:
        person = _with_group(person, group, vocabulary)
    if person.name is None and person.role is None and person.part is None:
        person = replace(person, name=_cased(main, vocabulary) or None)
    return person


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
    outlet = None
    pieces = _SPLIT.split(primary)
    if len(pieces) > 1 and all(pieces) and not is_role(pieces[0].split()[-1], words):
        primary, outlet = pieces[0], pieces[1]
    tokens = primary.split()
    address = None
    while len(tokens) > 1 and fold(tokens[0]).strip(".") in words.addresses:
        # The first form of address says enough of "Rt. Hon. Dr. Doe".
        address = address or tokens[0]
        tokens = tokens[1:]
    while len(tokens) > 1 and fold(tokens[0]) in words.articles:
        tokens = tokens[1:]
    tokens = [without_elision(tokens[0], words), *tokens[1:]]
    role, name = split_role(tokens, words)
    if not role and (match := _of_outlet(" ".join(name), words)):
        joined = " ".join(name)
        if " " in joined[: match.start()]:
            name, outlet = joined[: match.start()].split(), joined[match.end() :]
    postnominal: list[str] = []
    while len(name) > 2 and name[-1].isupper() and fold(name[-1]).strip(".") in words.postnominals:
        postnominal.insert(0, name.pop())
    role_text = _cased_role(" ".join(role), vocabulary) if role else " ".join(postnominal) or None
    return Person(
        name=_cased(" ".join(name), vocabulary) or None,
        role=role_text,
        outlet=outlet,
        address=address,
        part=_part(role, words),
    )


def _part(role: list[str], words: LabelWords) -> Part | None:
    folded = {fold(word).strip(".,") for word in role}
    if folded & words.moderators:
        return "moderator"
    if folded & words.interpreters:
        return "interpreter"
    if folded & words.reporters:
        return "asker"
    return None


def has_article(words: str, known: LabelWords) -> bool:
    """Whether some words begin with an article, apart or written on."""
    return fold(words.split()[0]) in known.articles or without_elision(words, known) != words


def _of_outlet(text: str, words: LabelWords) -> re.Match[str] | None:
    """Where "of", "from" and the like stand before a capital: an outlet's name comes after the match."""
    found = re.finditer(r"(?<=\S)\s+(\S+)\s+(?=[^\W\d_a-zß-ÿ])", text)
    return next((match for match in found if words.outlet_of.fullmatch(match.group(1))), None)


def _is_voice(label: str, words: LabelWords) -> bool:
    """Whether a label is the number that software gives a voice it cannot tell: "Speaker 3"."""
    return bool(re.search(r"\d$", label)) and bare_label(label, words) in words.voices


def split_role(tokens: list[str], words: LabelWords) -> tuple[list[str], list[str]]:
    """Part the words of an office from the name that follows it: NATO Secretary General | Mark Rutte."""
    last = max(
        (position for position, token in enumerate(tokens) if is_role(without_elision(token, words), words)),
        default=None,
    )
    if last is None:
        office = " ".join(map(fold, tokens[:2])) in words.two_word_offices
        return (tokens[:2], tokens[2:]) if office else ([], tokens)
    end = last + 1
    while end < len(tokens):
        token = tokens[end]
        folded = fold(token).strip(".")
        if token.lower() in words.joining or without_elision(token, words) != token:
            end += 1 if without_elision(token, words) != token else 2
            while end < len(tokens) and tokens[end][0].islower() and tokens[end] not in words.joining | words.particles:
                end += 1
        elif token[0].islower() and folded not in words.particles - words.joining:
            end += 1
        else:
            break
    return tokens[:end], tokens[end:]


def _with_tail(person: Person, part: str, vocabulary: Vocabulary) -> Person:
    words = vocabulary.words.labels
    tokens = part.split()
    # "The Economist" is a paper; an office in a label has no article.
    if not has_article(part, words) and any(is_role(without_elision(token, words), words) for token in tokens):
        folded = {fold(token).strip(".") for token in tokens}
        role = f"{person.role}, {part}" if person.role else part
        asker: Part | None = "asker" if folded & words.reporters else person.part
        match = _of_outlet(part, words) if folded & words.reporters else None
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
        if word.lower() in vocabulary.words.labels.joining
        else word
        if _is_acronym(word, vocabulary)
        else _cased_word(word, vocabulary)
        for word in role.split()
    )


def _is_acronym(word: str, vocabulary: Vocabulary) -> bool:
    words = vocabulary.words.labels
    known = is_role(word, words) or fold(word) in words.qualifiers or vocabulary.spelling(word) is not None
    return len(word) <= 5 and not known
