"""Which of the names on record somebody means who types or writes a name (pure)."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from onrecord.rag.languages import LANGUAGES, together
from onrecord.rag.people.names import Name, base_name, is_particle, likeness, name_words, read_name
from onrecord.rag.people.roles import is_role, split_role
from onrecord.rag.people.spellings import given_names, plain_ending, surnames_alike
from onrecord.rag.text.folding import fold

# difflib's default of 0.6 pairs different short names ("Hart", "Barnes"); one or two slips in a name stay above 0.8.
_SIMILAR = 0.8
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


def matching_names(wanted: str, names: Iterable[str]) -> list[str]:
    """The roles or outlets that hold every word of `wanted`, whatever its case and accents; else those spelt nearly so.

    For people use `people_called`.
    """
    candidates = list(names)
    words = set(name_words(wanted))
    exact = [name for name in candidates if words and words <= set(name_words(name))]
    if exact or not words:
        return exact
    return [
        name
        for name in candidates
        if all(difflib.get_close_matches(word, name_words(name), n=1, cutoff=_SIMILAR) for word in words)
    ]


def people_called(wanted: str, names: Iterable[str]) -> list[str]:
    """The people on record whom a name, or a part of one, may mean.

    A whole name means whoever bears it, in whatever form it is printed; a part of one ("Bell", "Speaker 1") means
    everybody it fits. Where it fits nobody, it means those of whom an initial or a slip in the surname keeps it apart.
    Nobody of another given name or form of address is ever meant.
    """
    candidates = list(dict.fromkeys(names))
    name, words = read_name(wanted), name_words(wanted)
    exact = [known for known in candidates if name_words(known) == words]
    if exact and (name.given or name.address or name.voice or base_name(wanted) != wanted):
        return exact
    read = {known: read_name(known) for known in candidates}
    if name.voice:
        return [known for known in candidates if read[known].voice and read[known].letters == name.letters]
    found = {known: likeness(name, read[known]) for known in candidates}
    if name.given and (borne := [known for known in candidates if found[known] == "yes"]):
        return borne
    parts = set(name_words(base_name(wanted))) - together(*LANGUAGES).labels.addresses
    fits = [
        known for known in candidates if parts and parts <= set(name_words(base_name(known))) and found[known] != "no"
    ]
    if fits:
        return fits
    nearly = [
        known
        for known in candidates
        if (found[known] not in ("yes", "no") and (read[known].given or not name.given) and not read[known].voice)
        or (not name.given and found[known] == "no" and _slip(name, read[known]))
    ]
    role, rest = split_role(wanted.split(), together(*LANGUAGES).labels)
    return nearly or (people_called(" ".join(rest), candidates) if role and rest else [])


def _slip(wanted: Name, known: Name) -> bool:
    agree = not (wanted.gender and known.gender) or wanted.gender == known.gender
    return agree and surnames_alike(wanted.surname, known.surname)


@dataclass(frozen=True, slots=True)
class Naming:
    """A place where a text names somebody: `text[start:end]` may mean any of the people `names`."""

    start: int
    end: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    folded: str
    capital: bool


def people_named(text: str, names: Iterable[str]) -> list[Naming]:
    """The people on record whom a text names, by their surnames at least, in order of the text.

    A given name, an initial or a form of address before the surname leaves those whom it fits. Where it fits none of
    them ("Oscar Bell" beside "Ann Bell" on record), nobody on record is named there.
    """
    words = _words_of(text)
    voices: dict[tuple[str, ...], list[str]] = defaultdict(list)
    bearers: dict[str, list[str]] = defaultdict(list)
    for name in dict.fromkeys(names):
        read = read_name(name)
        if read.voice:
            voices[tuple(name_words(base_name(name)))].append(name)
        elif read.surname:
            for key in _keys(read.surname):
                bearers[key].append(name)
    found: dict[tuple[int, int], tuple[str, ...]] = {}
    for place, word in enumerate(words):
        same = [name for key in _keys(word.folded) for name in bearers.get(key, ())]
        if same := [name for name in dict.fromkeys(same) if _same_surname(word.folded, read_name(name).surname)]:
            first = _first_word(text, words, place, [read_name(name) for name in same])
            if meant := _fitting(text[words[first].start : word.end], same):
                found[first, place] = meant
        for last in range(place, min(place + _LONGEST, len(words))):
            if unnamed := voices.get(tuple(word.folded for word in words[place : last + 1])):
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


def _first_word(text: str, words: Sequence[_Word], place: int, bearers: Sequence[Name]) -> int:
    """Where a name begins that ends in a surname: with the particles, given names and form of address before it."""
    # In a text all in capitals or in small letters a capital tells nothing.
    telling = sum(word.capital for word in words) * 2 <= len(words)
    known = together(*LANGUAGES)
    small = known.function_words.words | known.sentence_ends.starters
    first = place
    while first and place - first < _BEFORE and not text[words[first - 1].end : words[first].start].strip(". "):
        word = words[first - 1]
        if word.folded in known.labels.addresses and not any(word.folded in name.given for name in bearers):
            return first - 1
        borne = any(given_names(word.folded, given) != "different" for name in bearers for given in name.given)
        opens = first == 1 or bool(text[words[first - 2].end : words[first - 1].start].strip("- "))
        office = is_role(word.folded, known.labels) or word.folded in known.labels.qualifiers
        stranger = telling and word.capital and not opens and not office and word.folded not in small
        if not (borne or stranger or is_particle(word.folded)):
            break
        first -= 1
    # "de Bell" has no given name, and "of the Bell" no particle.
    while first < place and is_particle(words[first].folded):
        first += 1
    return first


def _fitting(printed: str, bearers: Sequence[str]) -> tuple[str, ...]:
    """Those of one surname whom a name in a text fits; those whom it fits exactly where there are any."""
    wanted = read_name(printed)
    found: dict[str, str] = {}
    for name in bearers:
        read = read_name(name)
        # The surname is the same whatever ending the text gives it.
        found[name] = likeness(replace(wanted, surname=read.surname, particles=read.particles), read)
    borne = tuple(name for name in bearers if found[name] == "yes")
    if borne and (wanted.given or wanted.address):
        return borne
    return tuple(name for name in bearers if found[name] != "no" and len(read_name(name).surname) >= _TELLING)


def _told_apart(words: Sequence[_Word], last: int, unnamed: Sequence[str]) -> tuple[int, tuple[str, ...]]:
    """Which voices of one name are meant: all, or the one whose briefing the text names behind it."""
    for name in unnamed:
        more = name_words(name)[len(name_words(base_name(name))) :]
        if more and [word.folded for word in words[last + 1 : last + 1 + len(more)]] == more:
            return last + len(more), (name,)
    return last, tuple(unnamed)
