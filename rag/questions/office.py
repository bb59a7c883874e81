"""Whose words a question wants that names an office instead of a person ("What did the minister say …") (pure)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from onrecord.rag.languages import Language
from onrecord.rag.languages.labels import LabelWords
from onrecord.rag.people.matching import matching_roles
from onrecord.rag.people.roles import is_role, without_elision
from onrecord.rag.questions.standalone import ANYBODY
from onrecord.rag.text.folding import fold

# Words before an office that say whose it is ("the White House press secretary"), and behind it ("the Minister of
# Fisheries, Oceans and the Coast Guard").
_BEFORE, _BEHIND = 4, 8
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class OfficeAsked:
    """An office that a question names, in its words, and the people on record who hold it, in alphabetical order."""

    words: str
    holders: tuple[str, ...]


def office_asked_of(text: str, language: Language, people: Mapping[str, Sequence[str]]) -> OfficeAsked | None:
    """The office whose holder's words a question wants, named with its article; None where it names none.

    A name behind an office ("the minister Bell") is whose words are wanted, and no office.

    Args:
        text: the question, standing alone.
        language: of the question.
        people: those on record by their roles, as printed.
    """
    words = list(_WORD.finditer(text))
    for first in range(len(words)):
        last = _office(words, first, language)
        if last is None:
            continue
        cut = language.questions.of_subject.search(text, words[last].end())
        ends = [
            end
            for end in _ends(text, words, last, cut.start() if cut else len(text), language.labels)
            if language.followups.sayer.search(f"{text[: words[first].start()]}{ANYBODY}{text[end:]}")
        ]
        if not ends or _named_behind(words, last, language.labels):
            continue
        if cut and len(ends) > 1 and _joins(words[last + 1], language.labels):
            # What the question is about stands elsewhere: these words are the office's.
            ends = ends[1:]
            shown = ends[-1]
        else:
            shown = ends[0]
        held = [(end, _holding(text[words[first].start() : end], people)) for end in reversed(ends)]
        end, holders = next((one for one in held if one[1]), (shown, ()))
        return OfficeAsked(text[words[first].start() : end], holders)
    return None


def _holding(office: str, people: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    return tuple(sorted({name for role in matching_roles(office, people) for name in people[role]}))


def _office(words: Sequence[re.Match[str]], first: int, language: Language) -> int | None:
    """Where an office ends that a word opens: an article, or one written on ("l'ambassadrice"); None elsewhere."""
    labels, token = language.labels, words[first].group()
    bare = without_elision(token, labels)
    if bare != token:
        place = first if _is_office(bare, labels) else None
    elif fold(token) in language.followups.articles:
        following = range(first + 1, min(first + 1 + _BEFORE, len(words)))
        place = next((one for one in following if _is_office(words[one].group(), labels)), None)
        between = words[first + 1 : place] if place is not None else ()
        if any(_joins(word, labels) for word in between):
            place = None
    else:
        place = None
    if place is None:
        return None
    while place + 1 < len(words) and _adjoin(words[place], words[place + 1]) and _goes_on(words[place + 1], labels):
        place += 1
    return place


def _is_office(token: str, labels: LabelWords) -> bool:
    """Whether a word names the office of one person who is no reporter, nor a mere voice."""
    word = fold(token)
    plural = word.endswith("s") and is_role(word[:-1], labels)
    return is_role(word, labels) and not plural and word not in labels.reporters | labels.voices


def _goes_on(word: re.Match[str], labels: LabelWords) -> bool:
    """Whether a word behind an office belongs to it ("Secretary General", "porte-parole adjoint")."""
    return is_role(word.group(), labels) or fold(word.group()) in labels.qualifiers


def _adjoin(one: re.Match[str], other: re.Match[str]) -> bool:
    """Whether nothing but a blank stands between two words."""
    return not one.string[one.end() : other.start()].strip()


def _ends(text: str, words: Sequence[re.Match[str]], last: int, limit: int, labels: LabelWords) -> list[int]:
    """Where an office may end: behind its last word, or behind what it is about, in order."""
    ends = [words[last].end()]
    for one, other in zip(words[last:], words[last + 1 : last + 1 + _BEHIND], strict=False):
        if other.end() > limit or text[one.end() : other.start()].strip(" ,"):
            break
        if other.group().lower() not in labels.joining:
            ends.append(other.end())
    return ends


def _named_behind(words: Sequence[re.Match[str]], last: int, labels: LabelWords) -> bool:
    """Whether a name follows an office ("the minister Bell")."""
    if last + 1 == len(words) or not _adjoin(words[last], words[last + 1]):
        return False
    following = words[last + 1]
    return following.group()[0].isupper() and not _joins(following, labels)


def _joins(word: re.Match[str], labels: LabelWords) -> bool:
    """Whether a word joins an office to what it is about ("of", "d'")."""
    token = word.group()
    return token.lower() in labels.joining or without_elision(token, labels) != token
