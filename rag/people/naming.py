"""Whom of the people on record a text names, and where (pure)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from onrecord.rag.languages import LANGUAGES, together
from onrecord.rag.people.names import Name, base_name, is_full, is_particle, likeness, name_words, read_name
from onrecord.rag.people.roles import is_role
from onrecord.rag.people.spellings import given_names, plain_ending
from onrecord.rag.text.folding import fold

# A surname of so many letters may lack its last one or have one more, as a genitive has.
_LONG = 6
# A surname of fewer letters ("Professor A") is meant only beside the words before it.
_TELLING = 3
# Given names and particles stand at most so many words before a surname, and a voice has at most so many words.
_BEFORE = 4
_LONGEST = 5

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*|\d+")
_ELISION = re.compile(r"^(?:[cdjlmnst]|qu)['’](?=\w)", re.IGNORECASE)
_GENITIVE = re.compile(r"['’]s?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Roll:
    """The names on record: those of people by how their surnames may be written, and of voices by their words."""

    bearers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    voices: Mapping[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Naming:
    """A place where a text names somebody: `text[start:end]` may mean any of the people `names`.

    There are none where it is somebody of a surname on record, but of another given name than anybody there.
    """

    start: int
    end: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    folded: str
    capital: bool


def roll_of(names: Iterable[str]) -> Roll:
    """Names on record, to be found in texts."""
    voices: dict[tuple[str, ...], list[str]] = defaultdict(list)
    bearers: dict[str, list[str]] = defaultdict(list)
    for name in dict.fromkeys(names):
        read = read_name(name)
        if read.voice:
            voices[tuple(name_words(base_name(name)))].append(name)
        else:
            for key in _keys(read.surname):
                bearers[key].append(name)
    return Roll({key: tuple(same) for key, same in bearers.items()}, {key: tuple(same) for key, same in voices.items()})


def people_named(text: str, roll: Roll) -> list[Naming]:
    """Find the people on record whom a text names, by their surnames at least, in order of the text.

    A given name, an initial or a form of address before the surname leaves those whom it fits.
    """
    words = _words_of(text)
    known = together(*LANGUAGES)
    small = known.function_words.words | known.sentence_ends.starters
    # Where every word has a capital, or none but small ones has not, a capital tells nothing.
    low = [word.folded for word in words if not word.capital]
    telling = len(low) * 2 >= len(words) or not small.issuperset(low)
    found: dict[tuple[int, int], tuple[str, ...]] = {}
    for place, word in enumerate(words):
        same = dict.fromkeys(name for key in _keys(word.folded) for name in roll.bearers.get(key, ()))
        bearers = [name for name in same if _same_surname(word.folded, read_name(name).surname)]
        if bearers:
            first = _first_word(text, words, place, [read_name(name) for name in bearers], telling=telling)
            meant = _fitting(text[words[first].start : word.end], bearers)
            if meant or first < place:
                found[first, place] = meant
        for last in range(place, min(place + _LONGEST, len(words))):
            if unnamed := roll.voices.get(tuple(word.folded for word in words[place : last + 1])):
                end, meant = _told_apart(words, last, unnamed)
                found[place, end] = meant
    # "Ann Bell Hart" is one name, not also Ann Bell's.
    whole = [
        Naming(words[first].start, words[last].end, meant)
        for (first, last), meant in found.items()
        if not any((one, other) != (first, last) and one <= first and last <= other for one, other in found)
    ]
    return sorted(whole, key=lambda naming: naming.start)


def _words_of(text: str) -> list[_Word]:
    """The words of a text without elisions and genitives; an Arabic article is a word of its own."""
    words: list[_Word] = []
    for match in _WORD.finditer(text):
        start = match.start()
        if elision := _ELISION.match(match[0]):
            start += elision.end()
        head, hyphen, _ = text[start : match.end()].partition("-")
        if hyphen and is_particle(head):
            words.append(_Word(start, start + len(head), fold(head), head[0].isupper()))
            start += len(head) + 1
        bare = _GENITIVE.sub("", text[start : match.end()])
        letters = "".join(character for character in fold(bare) if character.isalnum())
        words.append(_Word(start, start + len(bare), letters, bare[:1].isupper()))
    return words


def _keys(word: str) -> tuple[str, ...]:
    """Under what a surname is looked up: its letters, and those without the last of a long one."""
    plain = plain_ending(word)
    return (plain, plain[:-1]) if len(plain) > _LONG else (plain,)


def _same_surname(word: str, surname: str) -> bool:
    short, long = sorted((word, surname), key=len)
    longer = len(short) >= _LONG and long.startswith(short) and len(long) - len(short) <= 1
    return longer or plain_ending(short) == plain_ending(long)


def _first_word(text: str, words: Sequence[_Word], place: int, bearers: Sequence[Name], *, telling: bool) -> int:
    """Where a name begins that ends in a surname: with the particles, given names and form of address before it.

    `telling` says that a capital makes a word a name.
    """
    known = together(*LANGUAGES)
    small = known.function_words.words | known.sentence_ends.starters
    first = place
    while first and place - first < _BEFORE:
        word = words[first - 1]
        address = word.folded in known.labels.addresses and not any(word.folded in name.given for name in bearers)
        particle = is_particle(text[word.start : word.end])
        between = text[word.end : words[first].start].strip("- \n\u00a0" if particle else None)
        # A full stop belongs to "Mr." and "J."; behind other words it ends the sentence.
        if between and not (between == "." and (address or len(word.folded) == 1)):
            break
        if address:
            return first - 1
        borne = any(given_names(word.folded, given) != "different" for name in bearers for given in name.given)
        opens = first == 1 or bool(text[words[first - 2].end : word.start].strip("- "))
        office = is_role(word.folded, known.labels) or word.folded in known.labels.qualifiers
        stranger = telling and word.capital and not opens and not office and word.folded not in small
        if not (borne or stranger or particle):
            break
        first -= 1
    # In "what does the mayor of Bell say" no particle is one of the name.
    while first < place and is_particle(text[words[first].start : words[first].end]):
        if any(words[first].folded in name.particles for name in bearers):
            break
        first += 1
    return first


def _fitting(printed: str, bearers: Sequence[str]) -> tuple[str, ...]:
    """Those of one surname whom a name in a text fits; those whom it fits best where there are any."""
    wanted = read_name(printed)
    found: dict[str, str] = {}
    for name in bearers:
        read = read_name(name)
        # The surname is the same whatever ending the text gives it.
        found[name] = likeness(replace(wanted, surname=read.surname, particles=read.particles), read)
    borne = tuple(name for name in bearers if found[name] == "yes")
    if borne and (wanted.given or wanted.address):
        return borne
    may_be = [name for name in bearers if found[name] != "no" and len(read_name(name).surname) >= _TELLING]
    # Whoever is called "A. Bell" is sooner Ann Bell than some "Ms. Bell".
    return tuple(name for name in may_be if wanted.given and is_full(name)) or tuple(may_be)


def _told_apart(words: Sequence[_Word], last: int, unnamed: Sequence[str]) -> tuple[int, tuple[str, ...]]:
    """Which voices of one name are meant: all, or the one whose briefing the text names behind it."""
    for name in unnamed:
        more = name_words(name)[len(name_words(base_name(name))) :]
        if more and [word.folded for word in words[last + 1 : last + 1 + len(more)]] == more:
            return last + len(more), (name,)
    return last, tuple(unnamed)
