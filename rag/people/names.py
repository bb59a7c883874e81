"""What a name tells of who bears it, and whether two names are one person (pure).

The words that no letter can tell, such as forms of address, are those of all languages together: a library mixes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Literal

from onrecord.rag.languages import LANGUAGES, together
from onrecord.rag.people.roles import is_role, split_role
from onrecord.rag.people.spellings import GivenLikeness, given_names, plain_ending, sound, surnames_alike
from onrecord.rag.people.voices import is_voice
from onrecord.rag.text.folding import fold

Same = Literal["yes", "no", "unknown"]
"""Whether two names are one person's: for sure, surely not, or the names do not tell."""

# By likeness of names alone: as `Same`, and "office" where a role or an outlet that both have decides, "briefing" where
# that does so only within one briefing.
Likeness = Literal["yes", "no", "unknown", "office", "briefing"]
_Surname = Literal["equal", "alike", "different"]

# A library has many people.
_REMEMBERED = 200_000
# In a name that is not all in capitals, so many capitals are a surname; fewer are initials ("JD Vance").
_SURNAME_IN_CAPITALS = 4
# Parentheses behind a name; a number in them tells voices apart ("iPhone (2)").
_GROUP = re.compile(r"\s*[(\[](?!\d+[)\]]).*$")
_DOTTED = re.compile(r"[^\W\d_](?:\.-?[^\W\d_])+\.?")
_ELISION = re.compile(r"^[dl]'(?=\w)")

# Capitals of the Latin, Greek and Cyrillic scripts.
_SCRIPTS = ((0x41, 0x530), (0x1E00, 0x2000))
CAPITAL = "[" + "".join(chr(code) for first, end in _SCRIPTS for code in range(first, end) if chr(code).isupper()) + "]"
"""A capital letter, as a class of a regular expression."""

CAPITALISED = rf"{CAPITAL}[\w'’-]+"
"""A word with a capital, as a name is made of, as a regular expression; "O'Hara", "Jean-Luc", "McCarren"."""


def printed_name(particles: Iterable[str]) -> str:
    """A name as it is printed, as a regular expression: two to four capitalised words, particles or initials between.

    Args:
        particles: the small words that stand inside names ("van", "de la").
    """
    small = "|".join(sorted(map(re.escape, particles), key=len, reverse=True))
    return rf"{CAPITALISED}(?:\s+(?:(?:{small})\s+){{0,3}}(?:{CAPITALISED}|{CAPITAL}\.)){{1,3}}"


def initials_of(name: str) -> str:
    """The capitals that the parts of a name begin with: "CH" of "Christian Horner", "JMD" of "Jean-Marie Doe"."""
    return "".join(part[0] for part in re.split(r"[\s-]+", name) if part[:1].isupper())


@dataclass(frozen=True, slots=True)
class Known:
    """A person as one text names them, with the role and the outlet it gives.

    `briefing` is the id of that text; None where that does not matter or is not known.
    """

    name: str
    role: str | None = None
    outlet: str | None = None
    briefing: str | None = None


@dataclass(frozen=True, slots=True)
class Name:
    """The parts of a name, folded to letters.

    `given` are given names or initials, none where the surname stands alone; `surname` is without its `particles`
    ("van der"), and `barrels` are its parts where a hyphen joins several. `gender` is what the form of address tells,
    `generation` tells father from son. A `voice` is no name. `apart` is what stands in parentheses behind a voice or a
    surname alone, to tell it from others.
    """

    given: tuple[str, ...]
    surname: str
    particles: str = ""
    barrels: tuple[str, ...] = ()
    address: str | None = None
    gender: Literal["man", "woman"] | None = None
    generation: str | None = None
    voice: bool = False
    apart: str = ""
    letters: str = field(init=False, repr=False, default="")

    def __post_init__(self) -> None:
        # All letters of the name proper, however they are parted into words.
        object.__setattr__(self, "letters", "".join((*self.given, self.particles, self.surname)))


@lru_cache(maxsize=_REMEMBERED)
def read_name(printed: str) -> Name:
    """Read a name in any usual form: "Ann Bell", "Mr. Bell", "A. J. Bell Jr.", "Bell, Ann", "BELL Ann", "van der Bell".

    What stands in parentheses behind a full name is no part of it.
    """
    name = base_name(printed)
    apart = _letters(printed[len(name) :])
    if is_voice(name) or not _letters(name):
        return Name((), _letters(name) or name, voice=is_voice(name), apart=apart)
    generation = None
    before, comma, after = name.partition(",")
    if (closing := _generation(after)) is not None:
        generation, name, comma = closing, before, ""
    if comma and before.strip() and after.strip():
        # "Bell, Ann"
        given, addresses = _without_address(_parts(after))
        return _name(given, _parts(before), addresses)
    tokens, addresses = _without_address(_parts(name))
    if len(tokens) > 1 and (closing := _generation(tokens[-1])) is not None:
        generation, tokens = closing, tokens[:-1]
    tokens = _without_postnominals(tokens)
    capitals = [len(token) > 1 and token.isupper() for token in tokens]
    if any(capitals) and not all(map(str.isupper, tokens)):
        first, last = capitals.index(False), len(tokens) - capitals[::-1].index(False)
        for surname, given in ((tokens[:first], tokens[first:]), (tokens[last:], tokens[:last])):
            if sum(map(len, surname)) >= _SURNAME_IN_CAPITALS:
                return _name(given, surname, addresses, generation)
        tokens = [part for token in tokens[:-1] for part in _initials(token)] + tokens[-1:]
    place = len(tokens) - 1
    while place > 0 and is_particle(tokens[place - 1]):
        place -= 1
    read = _name(tokens[:place], tokens[place:], addresses, generation)
    return read if read.given else replace(read, apart=apart)


def name_words(name: str) -> list[str]:
    """The words and numbers of a name, folded, in order."""
    return re.findall(r"[^\W_]+", fold(name))


def base_name(printed: str) -> str:
    """A name without what stands in parentheses behind it."""
    return _GROUP.sub("", printed) or printed


def _name(given: list[str], surname: list[str], addresses: list[str], generation: str | None = None) -> Name:
    words = together(*LANGUAGES).labels
    head = next((place for place, token in enumerate(surname[:-1]) if not is_particle(token)), len(surname) - 1)
    barrels = tuple(map(_letters, re.split("[-‐‑]", surname[-1])))
    woman, man = not words.women.isdisjoint(addresses), not words.men.isdisjoint(addresses)
    return Name(
        given=tuple(part for token in given if (part := _letters(token))),
        surname=_letters(" ".join(surname[head:])),
        particles=_letters(" ".join(surname[:head])),
        barrels=barrels if len(barrels) > 1 else (),
        address=addresses[0] if addresses else None,
        gender="woman" if woman else "man" if man else None,
        generation=generation,
    )


def _parts(name: str) -> list[str]:
    """The words of a name; initials that are written together are parted."""
    parts: list[str] = []
    for token in name.split():
        bare = token.strip(".,;:'\"“”")
        if _DOTTED.fullmatch(token):
            parts += re.findall(r"[^\W\d_]", token)
        elif head := re.match(r"([^\W\d_]{2,3})-(?=[^\W\d_])", bare):
            # "al-Sisi" is "al Sisi", and "Ki-moon" one name.
            parts += [head[1], bare[head.end() :]] if is_particle(head[1]) else [bare]
        elif bare:
            parts.append(bare)
    return parts


def _without_address(tokens: list[str]) -> tuple[list[str], list[str]]:
    """A name's words without the forms of address and the office before them ("Minister Bell"), and those, folded."""
    words = together(*LANGUAGES).labels
    place = 0
    while place < len(tokens) - 1 and _is_address(tokens[place:]):
        place += 1
    addresses, name = [fold(token) for token in tokens[:place]], tokens[place:]
    if any(is_role(token, words) for token in name[:-1]):
        office, rest = split_role(name, words)
        if rest:
            return rest, [*addresses, *map(fold, office)]
    return name, addresses


def _is_address(tokens: Sequence[str]) -> bool:
    """Whether a form of address stands before a name: "Mr. Bell", "don Juan Roca", but not "Don Bell"."""
    words, (first, *rest) = together(*LANGUAGES).labels, tokens
    if fold(first) not in words.before_given:
        return fold(first) in words.addresses
    # A given name stands behind it, with a surname.
    return len(rest) > 1 and len(rest[0]) > 1 and not is_particle(rest[0]) and _generation(rest[1]) is None


def _without_postnominals(tokens: list[str]) -> list[str]:
    """A name's words without the letters behind it: "Ann Bell QC"."""
    known = together(*LANGUAGES).labels.postnominals
    end = len(tokens)
    while end > 2 and fold(tokens[end - 1]) in known and not tokens[end - 1][1:].islower():
        end -= 1
    return tokens[:end]


def _generation(word: str) -> str | None:
    """A word behind a name that tells father from son, "Jr" for "Junior" too."""
    folded = fold(word).strip(" .,")
    if folded not in together(*LANGUAGES).labels.generations:
        return None
    return folded[0] + folded[-1] if folded.endswith("r") else folded


def is_particle(token: str) -> bool:
    """Whether a word before a surname belongs to it: "van", "de"."""
    initial = len(token) == 1 and token.isupper()
    return not initial and fold(token) in together(*LANGUAGES).labels.particles


def _initials(token: str) -> list[str]:
    """Two capitals are initials ("JD Vance"), and three are that no vowel makes a word ("DPB Marsh")."""
    initials = token.isupper() and (len(token) == 2 or not set(fold(token)) & set("aeiouy"))
    return list(token) if initials else [token]


def _letters(text: str) -> str:
    return "".join(character for character in _ELISION.sub("", fold(text)) if character.isalnum())


def is_full(name: str) -> bool:
    """Whether a name holds more than a surname: a given name or an initial."""
    parsed = read_name(name)
    return bool(parsed.given) and not parsed.voice


def same(one: Known, other: Known) -> Same:
    """Decide whether two names are one person's. Symmetric.

    Case, accents, hyphens, the order of given name and surname, middle names and the spelling of "Zelensky" make no
    difference. A surname alone, an initial or another spelling is that person only beside a role or an outlet that
    both have; another given name, form of address or generation ("Jr.") is another person. A voice without a name is
    itself in its own briefing alone.
    """
    found = likeness(read_name(one.name), read_name(other.name))
    apart = one.briefing != other.briefing or one.briefing is None
    if found == "yes" and read_name(one.name).voice and apart:
        return "no" if one.briefing and other.briefing else "unknown"
    if found == "yes" and not is_full(one.name) and one.role and other.role and not shares_office(one, other):
        # Senator Bell need not be Mayor Bell.
        return "unknown"
    if found == "office" or (found == "briefing" and not apart):
        return "yes" if shares_office(one, other) else "unknown"
    return "unknown" if found == "briefing" else found


def likeness(first: Name, second: Name) -> Likeness:
    """What two names tell by themselves. Two voices of one name are alike, in whatever briefings."""
    if first.apart != second.apart and not (first.given and second.given):
        found = likeness(replace(first, apart=""), replace(second, apart=""))
        return "unknown" if found != "no" and not (first.apart and second.apart) else "no"
    if first.voice or second.voice:
        return "unknown" if first.voice != second.voice else "yes" if first.letters == second.letters else "no"
    if (first.gender and second.gender and first.gender != second.gender) or (
        first.generation and second.generation and first.generation != second.generation
    ):
        return "no"
    if first.letters == second.letters:
        alone = not (first.given and second.given)
        differs = first.generation != second.generation or (alone and first.address != second.address)
        return "office" if differs else "yes"
    if not first.given or not second.given:
        return _alone(first, second)
    found = _both_full(first, second)
    return "office" if found == "yes" and first.generation != second.generation else found


def _alone(first: Name, second: Name) -> Likeness:
    """Names of which one or both are a surname alone, or may be a given name alone."""
    lone, other = (first, second) if not first.given else (second, first)
    related = _surnames(lone, other)
    if related == "equal" or (related == "alike" and sound(lone.surname) == sound(other.surname)):
        return "office"
    if not other.given:
        return "no"
    # "Anton" or "Mr. Anton" may be Anton Meer; a name of two surnames goes by either.
    return "unknown" if lone.surname in (*other.given, *other.barrels) else "no"


def _both_full(first: Name, second: Name) -> Likeness:
    related, given = _surnames(first, second), _givens(first.given, second.given)
    if related == "different":
        mine, theirs = {*first.given, first.surname}, {*second.given, second.surname}
        further = mine < theirs or theirs < mine or first.surname in second.barrels or second.surname in first.barrels
        # Xi Jinping and Jinping Xi; a second surname that one text leaves out.
        return "office" if mine == theirs or (further and first.given[0] == second.given[0]) else "no"
    if given == "different":
        return "no"
    if given == "akin":
        return "briefing"
    return "yes" if given == "equal" and related == "equal" else "office"


def _surnames(first: Name, second: Name) -> _Surname:
    one, other = first.surname, second.surname
    if one == other and first.particles == second.particles:
        return "equal"
    if plain_ending(one) == plain_ending(other):
        apart = first.particles and second.particles and first.particles != second.particles
        return "alike" if apart else "equal"
    if first.particles + one == other or one == second.particles + other:
        return "equal"
    return "alike" if sound(one) == sound(other) or surnames_alike(one, other) else "different"


def _givens(first: tuple[str, ...], second: tuple[str, ...]) -> GivenLikeness:
    """Compare given names in order; those that one name leaves out make no difference."""
    if "".join(first) == "".join(second):
        return "equal"
    head = given_names(first[0], second[0])
    if head == "different":
        # Somebody may be known by a middle name.
        return "akin" if first[0] in second[1:] or second[0] in first[1:] else "different"
    others = [given_names(one, other) for one, other in zip(first[1:], second[1:], strict=False)]
    if "different" in others:
        return "different"
    return "akin" if "akin" in others else head


def shares_office(one: Known, other: Known) -> bool:
    """Whether two people share the role or the outlet that both are known by, and differ in neither."""
    both = [
        shares_role(mine, theirs)
        for mine, theirs in ((one.role, other.role), (one.outlet, other.outlet))
        if mine and theirs
    ]
    return bool(both) and all(both)


@lru_cache(maxsize=_REMEMBERED)
def shares_role(first: str, second: str) -> bool:
    """Whether two roles may be one office: equal, or one the short form of the other at its end."""
    one, other = fold(first), fold(second)
    return one == other or one.endswith(f" {other}") or other.endswith(f" {one}")
