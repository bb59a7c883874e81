"""Reporters who are printed as "Q" but named: by themselves ("Jane Doe, Daily Planet. Minister, …") or by whoever calls
on them ("Let's go to Jane Doe of the Daily Planet.") (pure)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from onrecord.rag.transcript.lines import Vocabulary
from onrecord.rag.transcript.people import given_and_surname
from onrecord.rag.transcript.roles import ROLE_QUALIFIERS, fold, is_role
from onrecord.rag.transcript.speakers import Person, is_country

# A reporter says it in the first sentences or not at all.
_OPENING, _AGAIN = 160, 60
# They are called on in the last words before.
_CLOSING = 160
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
# What is said when the floor is given; a name and an outlet must follow, and nothing else.
_CALL = (
    r"\b(?:go(?:ing)? (?:over |back |next )?to|turn(?:ing)? to|start(?:ing)? with|call(?:ing)? on|over to|hear from"
    r"|take|do|(?:next|last|first|final|another|one) (?:question|one)(?: is| goes| comes)?(?: to| from|,|:)?"
    r"|next(?: up)?(?: is|,|:)|la parole (?:est )?à|passons à|on passe à|au tour de"
    r"|(?:(?:première|prochaine|dernière|une) question|question suivante)(?: de| pour|,|\s?:)?)\s+"
)
_END = r"(?:,?\s*(?:please|go ahead|you['’]re next|s['’]il vous plaît|à vous))?[\s.!?–—]*$"
_CALLED = re.compile(
    rf"(?:(?i:{_CALL})|(?:^|[.!?…]\s+)){_NAME}"
    rf"(?:,?\s+(?:from|with|of|at|for|pour|de|du|à)\s+{_OUTLET}|,\s+{_OUTLET.replace('outlet', 'after')}){_END}"
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


def called(words: str, vocabulary: Vocabulary) -> Person | None:
    """The name and outlet of whoever is called on by the last words of a turn, or None.

    Args:
        words: the words before a question turn.
        vocabulary: how the text writes its words, to tell names from common words.
    """
    match = _CALLED.search(words[-_CLOSING:])
    if match is None:
        return None
    tokens = match.group("name").split()
    outlet = match.group("outlet") or match.group("after")
    held = [*tokens, *outlet.split()]
    if any(is_role(token) or fold(token) in ROLE_QUALIFIERS for token in held) or is_country(outlet):
        return None
    if is_country(" ".join(tokens)) or given_and_surname(tokens, vocabulary) != " ".join(tokens):
        return None
    return Person(name=" ".join(tokens), outlet=outlet, part="asker")


def introductions(turns: Sequence[tuple[str, str]], vocabulary: Vocabulary) -> list[Person | None]:
    """Who asks in each of the unnamed question turns of one text, each given with the words spoken before it.

    What they say of themselves goes before the call they answer. A name once introduced is known again where a later
    turn opens with it ("Jane Doe again.").
    """
    found: list[Person | None] = []
    known: dict[str, Person] = {}
    for words, before in turns:
        person = introduced(words, vocabulary) or called(before, vocabulary)
        if person is None:
            opening = words[:_AGAIN]
            person = next((known[name] for name in known if name in opening), None)
        elif person.name:
            known.setdefault(person.name, person)
        found.append(person)
    return found
