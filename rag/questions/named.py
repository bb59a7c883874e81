"""Whom a question names, of the people and outlets on record, and whose words it wants (pure)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from onrecord.rag.languages import LANGUAGES, Language, together
from onrecord.rag.text.folding import folded_words, placed_words
from onrecord.rag.types import Span

# A last name of fewer letters is too common to name somebody alone.
_TELLING = 3
# Names of as many letters are one with one letter more at the end ("Zelensky", "Zelenskyy").
_LONG = 6


@dataclass(frozen=True, slots=True)
class OnRecord:
    """The people and outlets on record, each by the last telling word of the name as it may be typed."""

    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    outlets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


NOBODY = OnRecord()
"""Nobody is on record."""


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a question names.

    `speakers` are those on record who may be the one whose words it wants: several where the name is that of several.
    `explicit` says that it wants only theirs. `people` and `outlets` are all that it names, in its order.
    """

    speakers: tuple[str, ...] = ()
    explicit: bool = False
    people: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Mention:
    """A name in a question: where it begins, forms of address and offices before it included, and whose it may be."""

    start: int
    end: int
    names: tuple[str, ...]


@lru_cache(maxsize=4)
def on_record(people: tuple[str, ...], outlets: tuple[str, ...]) -> OnRecord:
    """The names on record, to read questions with."""
    return OnRecord(_by_last_word(people), _by_last_word(outlets))


def _by_last_word(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for name in names:
        if keys := _keys(name):
            found[keys[-1]].append(name)
            if len(keys[-1]) > _LONG:
                found[keys[-1][:-1]].append(name)
    return {key: tuple(same) for key, same in found.items()}


@lru_cache(maxsize=100_000)
def _keys(name: str) -> tuple[str, ...]:
    """The words of a name that tell it from others."""
    words = together(*LANGUAGES).questions
    return tuple(word for word in folded_words(name) if word not in words.titles and word not in words.untelling)


def named(text: str, language: Language, known: OnRecord) -> Named:
    """Find whom a question names.

    Case, accents and one differing letter at the end of a last name are ignored.

    Args:
        text: the question, standing alone.
        language: of the question.
        known: those on record.
    """
    words = placed_words(text)
    people = list(_mentions(words, known.people))
    everybody = tuple(dict.fromkeys(name for mention in people for name in mention.names))
    outlets = tuple(dict.fromkeys(name for found in _mentions(words, known.outlets) for name in found.names))
    speakers, explicit = _speakers(text, language, people)
    return Named(speakers, explicit, everybody, outlets)


def _speakers(text: str, language: Language, people: Iterable[_Mention]) -> tuple[tuple[str, ...], bool]:
    """Those whose words are wanted, and whether the question says that it wants words.

    They are whom the words are attributed to ("according to …", "as … put it"), else the first named who is not just
    what is talked about.
    """
    phrases = language.questions
    first: tuple[str, ...] = ()
    for mention in people:
        before, after = text[: mention.start], text[mention.end :]
        if before.endswith("-") or after.startswith("-"):
            # "The Bell-Marsh debate" is nobody's.
            continue
        if phrases.attributing.search(before):
            return mention.names, True
        if not first and (phrases.stance.search(before) or not phrases.about.search(before)):
            first = mention.names
    return first, bool(first) and phrases.talking.search(text) is not None


def _mentions(words: list[tuple[Span, str]], known: Mapping[str, tuple[str, ...]]) -> Iterator[_Mention]:
    titles = together(*LANGUAGES).questions.titles
    for place, (_, word) in enumerate(words):
        candidates = dict.fromkeys(_ending_in(word, known))
        if not candidates:
            continue
        keys = {key for name in candidates for key in _keys(name)[:-1]}
        first = place
        while first and (words[first - 1][1] in keys or words[first - 1][1] in titles):
            first -= 1
        given = {other for _, other in words[first:place]}
        shared = {name: len(given.intersection(_keys(name))) for name in candidates}
        best = max(shared.values())
        names = tuple(
            name
            for name, common in shared.items()
            if common == best and (len(_keys(name)[-1]) >= _TELLING or common == len(_keys(name)) - 1)
        )
        if names:
            yield _Mention(words[first][0].start, words[place][0].end, names)


def _ending_in(word: str, known: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """The names on record whose last word is this one, or long and alike but for one letter at the end."""
    for name in known.get(word, ()):
        if len(word) >= _LONG or _keys(name)[-1] == word:
            yield name
    if len(word) > _LONG:
        yield from (name for name in known.get(word[:-1], ()) if _keys(name)[-1] == word[:-1])


def alike(one: str, other: str) -> bool:
    """Whether two names end in the same last name, ignoring case, accents and one letter more or less at the end."""
    first, second = folded_words(one), folded_words(other)
    if not first or not second:
        return False
    short, long = sorted((first[-1], second[-1]), key=len)
    return short == long or (len(short) >= _LONG and long.startswith(short) and len(long) - len(short) <= 1)
