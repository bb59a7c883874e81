"""Whom a question names, of the people and outlets on record, and whose words it wants (pure)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from onrecord.rag.languages import LANGUAGES, Language, together
from onrecord.rag.people.names import CAPITALISED
from onrecord.rag.people.naming import Naming, Roll, people_named, roll_of
from onrecord.rag.people.roles import is_role, split_role
from onrecord.rag.questions.office import office_asked_of
from onrecord.rag.questions.standalone import ANYBODY
from onrecord.rag.text.folding import folded_words, placed_words
from onrecord.rag.types import Span

_CAPITALISED = re.compile(rf"\b{CAPITALISED}")
# Initials of fewer letters are too common to name an outlet.
_TELLING = 3


@dataclass(frozen=True, slots=True)
class OnRecord:
    """The people and outlets on record; outlets by the first word that tells them apart, and by their initials.

    `offices` are the people by the roles that they are printed with.
    """

    people: Roll
    outlets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    offices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a question names.

    `speakers` are those on record who may be the one whose words it wants: several where the name is that of several.
    `stranger` is that one's name where nobody on record bears it, though some do the surname. `office` are the words of
    an office by which it names them: nobody on record holds it where there is a stranger too. `explicit` says that it
    wants theirs rather than others', `literal` that it asks what they said, so that nobody else's will do. `people` and
    `outlets` are all on record that it names, in its order.
    """

    speakers: tuple[str, ...] = ()
    stranger: str | None = None
    explicit: bool = False
    literal: bool = False
    people: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    office: str | None = None


@lru_cache(maxsize=4)
def on_record(
    people: tuple[str, ...], outlets: tuple[str, ...], offices: tuple[tuple[str, tuple[str, ...]], ...] = ()
) -> OnRecord:
    """The names on record, and who holds each office, to read questions with."""
    by_word: dict[str, list[str]] = defaultdict(list)
    for outlet in outlets:
        initials = "".join(word[0] for word in _proper(outlet))
        for key in dict.fromkeys((*_telling(outlet)[:1], *([initials] if len(initials) >= _TELLING else []))):
            by_word[key].append(outlet)
    labels = together(*LANGUAGES).labels
    # An office alone ("The President") is anybody's.
    named_people = (name for name in people if split_role(name.split(), labels)[1])
    return OnRecord(roll_of(named_people), {key: tuple(same) for key, same in by_word.items()}, dict(offices))


NOBODY = on_record((), ())
"""Nobody is on record."""


@lru_cache(maxsize=20_000)
def _telling(outlet: str) -> tuple[str, ...]:
    """The words of an outlet's name that tell it from others; all but articles where there are no such."""
    newsrooms, words = together(*LANGUAGES).introductions.newsrooms, _proper(outlet)
    return tuple(word for word in words if word not in newsrooms) or words


def _proper(outlet: str) -> tuple[str, ...]:
    """The words of an outlet's name but for articles."""
    articles = together(*LANGUAGES).labels.articles
    return tuple(word for word in folded_words(outlet) if word not in articles)


def named(text: str, language: Language, known: OnRecord, term: Span | None = None) -> Named:
    """Find whom a question names.

    Args:
        text: the question, standing alone.
        language: of the question.
        known: those on record.
        term: where it gives the words whose mentions are wanted: whoever is named there is spoken of, and whoever is
            named behind it speaks.
    """
    people = [naming for naming in people_named(text, known.people) if _written_as_name(naming, text, language)]
    everybody = dict.fromkeys(name for naming in people for name in naming.names)
    behind = next((naming for naming in people if term and naming.start >= term.end), None)
    before = [naming for naming in people if not term or naming.end <= term.start]
    wanted, explicit = (behind, True) if behind else _wanted(text, language, before, known.people)
    literal = wanted is not None and (behind is not None or _is_quoted(wanted, text, language))
    office = None if literal else office_asked_of(text, language, known.offices)
    if office:
        return Named(
            office.holders,
            None if office.holders else office.words,
            True,
            True,
            tuple(everybody),
            tuple(_outlets(text, known.outlets)),
            office.words,
        )
    return Named(
        wanted.names if wanted else (),
        text[wanted.start : wanted.end] if wanted and not wanted.names else None,
        explicit,
        explicit and literal,
        tuple(everybody),
        tuple(_outlets(text, known.outlets)),
    )


def _written_as_name(naming: Naming, text: str, language: Language) -> bool:
    """Whether a name has its capital; where the typist writes none, or in "did bell say", it needs none."""
    return (
        any(map(str.isupper, text[naming.start : naming.end]))
        or not _uses_capitals(text)
        or bool(language.followups.sayer.search(f"{text[: naming.start]}{ANYBODY}{text[naming.end :]}"))
    )


def _uses_capitals(text: str) -> bool:
    """Whether a question has a capital that does not only open it, or an acronym's."""
    return any(not word.isupper() for word in _CAPITALISED.findall(text, 1))


def _wanted(text: str, language: Language, people: Sequence[Naming], known: Roll) -> tuple[Naming | None, bool]:
    """Whose words are wanted, and whether the question says that it wants words.

    They are whom the words are attributed to ("according to …", "as … put it"), else the first named who is not just
    what is talked about.
    """
    phrases = language.questions
    first: Naming | None = None
    for naming in people:
        before = _before_office(text[: naming.start], language)
        if _of_two(naming, text, known):
            continue
        if phrases.attributing.search(before):
            return naming, True
        if first is None and (phrases.stance.search(before) or not phrases.about.search(before)):
            first = naming
    return first, first is not None and phrases.talking.search(text) is not None


def _is_quoted(naming: Naming, text: str, language: Language) -> bool:
    """Whether a question asks what somebody said or thinks, and not what they are to do or want."""
    if language.questions.attributing.search(_before_office(text[: naming.start], language)):
        return True
    sayer = language.followups.sayer.search(f"{text[: naming.start]}{ANYBODY}{text[naming.end :]}")
    saying = language.saying
    verbs = saying.say | saying.says | saying.said | saying.having_said
    return sayer is not None and not verbs.isdisjoint(re.findall(r"[^\W_]+", sayer[0].lower()))


def _of_two(naming: Naming, text: str, known: Roll) -> bool:
    """Whether a name is but half of one ("the Bell-Marsh debate", "the debate Bell Marsh"), which is nobody's."""
    if text[naming.start - 1 : naming.start] == "-" or text[naming.end : naming.end + 1] == "-":
        return True
    first, _, last = text[naming.start : naming.end].rpartition(" ")
    return not naming.names and bool(last and people_named(first, known))


def _before_office(before: str, language: Language) -> str:
    """What stands before a name, without an office and its organisation ("about the NATO Secretary General")."""
    labels, end, office = language.labels, len(before), False
    for span, word in reversed(placed_words(before)):
        if before[span.end : end].strip():
            break
        organisation = office and before[span.start].isupper()
        if not (word in labels.articles or word in labels.qualifiers or is_role(word, labels) or organisation):
            break
        office = office or word not in labels.articles
        end = span.start
    return before[:end]


def _outlets(text: str, known: Mapping[str, tuple[str, ...]]) -> Iterable[str]:
    """The outlets of which a question holds every telling word, or the initials in capitals, in its order."""
    words, capitals = placed_words(text), _uses_capitals(text)
    held = {word for _, word in words}
    found: dict[str, None] = {}
    for span, word in words:
        for outlet in known.get(word, ()):
            initials = text[span.start : span.end].isupper() and word not in _telling(outlet)
            # "The harbour" is no Harbour Gazette, but a typist without capitals may write "harbour gazette".
            wanted = _telling(outlet) if text[span.start].isupper() else folded_words(outlet)
            if initials or (held.issuperset(wanted) and (text[span.start].isupper() or not capitals)):
                found[outlet] = None
    return found
