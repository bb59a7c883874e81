"""Reporters who are printed as "Q" but say who they are: "Jane Doe, Daily Planet. Minister, …" (pure)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from onrecord.rag.transcript.lines import Vocabulary
from onrecord.rag.transcript.people import given_and_surname
from onrecord.rag.transcript.roles import ROLE_QUALIFIERS, fold, is_role
from onrecord.rag.transcript.speakers import Person, is_country

# A reporter says it in the first sentences or not at all.
_OPENING, _AGAIN = 160, 60
_NAME = r"(?P<name>[A-ZÀ-Þ][\w'’-]+(?:\s+(?:de|du|van|von|der|den|la|le|al|el|bin)){0,2}(?:\s+[A-ZÀ-Þ][\w'’.-]+){1,2})"
_OUTLET = (
    r"(?:the\s+|le\s+|la\s+|les\s+|l['’])?"
    r"(?P<outlet>[A-ZÀ-Þ][\w&'’-]*(?:\s+(?:(?:of|de|du|des|la|le|and|et)\s+|l['’])?[A-ZÀ-Þ][\w&'’-]*){0,4})"
)
_START = r"(?:^|[.!?,;–—]\s+|\b(?:I['’]m|I am|this is|my name is|je m['’]appelle|je suis|ici|it['’]s)\s+)"
_INTRODUCTION = re.compile(
    rf"{_START}{_NAME}(?:,?\s+(?:from|with|of|at|for|pour|de|du|à|avec)\s+{_OUTLET}(?=\s*[.,;!?–—])"
    rf"|,\s+{_OUTLET.replace('outlet', 'after')}(?=\s*[.;]))"
)
# Whoever is spoken about is named more often than a reporter who says who asks.
_MOST_MENTIONS = 3
# "Jane Doe, Daily Planet." is an introduction only at the very beginning, after a greeting.
_GREETING_WORDS = 8


def introduced(words: str, vocabulary: Vocabulary) -> Person | None:
    """The name and outlet with which a question turn opens, or None.

    Args:
        words: the turn's words.
        vocabulary: how the text writes its words, to tell names from common words.
    """
    for match in _INTRODUCTION.finditer(words[:_OPENING]):
        tokens = match.group("name").split()
        if any(is_role(token) or fold(token) in ROLE_QUALIFIERS for token in tokens):
            continue
        if not match.group("outlet") and len(words[: match.start()].split()) > _GREETING_WORDS:
            continue
        known = is_country(" ".join(tokens)) or vocabulary.count(tokens[-1]) > _MOST_MENTIONS
        if not known and given_and_surname(tokens, vocabulary) == " ".join(tokens):
            outlet = match.group("outlet") or match.group("after")
            return Person(name=" ".join(tokens), outlet=outlet, part="asker")
    return None


def introductions(turns: Sequence[str], vocabulary: Vocabulary) -> list[Person | None]:
    """Who asks in each of the unnamed question turns of one text, by what they say of themselves.

    A name once introduced is known again where a later turn opens with it ("Jane Doe again.").
    """
    found: list[Person | None] = []
    known: dict[str, Person] = {}
    for words in turns:
        person = introduced(words, vocabulary)
        if person is None:
            opening = words[:_AGAIN]
            person = next((known[name] for name in known if name in opening), None)
        elif person.name:
            known.setdefault(person.name, person)
        found.append(person)
    return found
