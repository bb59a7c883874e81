"""Reporters who are printed as "Q" but named: by themselves ("Jane Doe, Daily Planet. Minister, …") or by whoever calls
on them ("Let's go to Jane Doe of the Daily Planet.") (pure)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from onrecord.rag.people.labels import Person, is_country
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.text.folding import fold
from onrecord.rag.transcript.people import given_and_surname
from onrecord.rag.transcript.roles import ROLE_QUALIFIERS, is_role
from onrecord.rag.words import word_set

# A reporter says it in the first sentences or not at all.
_OPENING, _AGAIN = 160, 60
# They are called on in the last words before.
_CLOSING = 160
_NAME = (
    r"(?P<name>(?P<first>[A-ZÀ-Þ][\w'’-]+)(?:\s+(?:de|du|van|von|der|den|la|le|al|el|bin)){0,2}"
    r"(?:\s+(?:[A-ZÀ-Þ]\.|[A-ZÀ-Þ][\w'’-]+)){1,2})"
)
_OUTLET = (
    r"(?:the\s+|le\s+|la\s+|les\s+|l['’])?"
    r"(?P<outlet>[A-ZÀ-Þ][\w&'’-]*(?:\s+(?:(?:of|de|du|des|la|le|and|et)\s+|l['’])?[A-ZÀ-Þ][\w&'’-]*){0,4})"
)
_START = (
    r"(?:^|[.!?,;–—]\s+|\b(?i:I['’]m|I am|this is|my name is|je m['’]appelle|je suis|ici|it['’]s)\s+)"
    r"(?!(?i:I|it|this|my|je|ici)\b)"
)
_I_AM = r"[.,]\s+(?:and\s+)?I(?:['’]m| am)"
_INTRODUCTION = re.compile(
    rf"{_START}{_NAME}(?:(?:{_I_AM}|,)?\s+(?:from|with|of|at|for|pour|de|du|à|avec)\s+{_OUTLET}(?=\s*[.,;!?–—])"
    rf"|,\s+{_OUTLET.replace('outlet', 'after')}(?=\s*[.;]))"
)
# What is said when the floor is given; a name must follow.
_CALL = (
    r"\b(?:go(?:ing)? (?:over |back |next |now )?to|turn(?:ing)? to|start(?:ing)? with|call(?:ing)? on|over to"
    r"|hear from|take|do|(?:let me|i['’]ll) ask|(?:next|last|first|final|second|third|another|one) (?:question|one)"
    r"(?:,? (?:is|goes|comes|(?:will|is going to) (?:come|go|be)))?(?: to| from| with|,|:)?"
    r"|next(?: up)?(?: is|,|:)|question[.:]|la parole (?:est )?à|passons à|on passe à|au tour de"
    r"|(?:(?:première|prochaine|dernière|une) question|question suivante)"
    r"(?: (?:est|vient|viendra|ira|sera))?(?: de| pour| à|,|\s?:)?)\s+"
)
# What may be said after the name: a courtesy, the name again ("Josh Boak. Josh?"), where they sit, a stage direction.
_END = (
    r"(?:,?\s*(?:please|go ahead|you['’]re next|for (?:the|our|a|one) (?:\w+ )?question|s['’]il vous plaît|à vous))?"
    r"[\s.!?–—]*(?:(?:(?i:(?:and |okay,? |yes,? )?(?P<again>(?P=first))\b[^.?!]{0,40}"
    r"|(?:he|she|they)(?:['’]s| is| are)[^.?!]{0,20}|please|go ahead|okay)|\([^()]{0,40}\))[.?!]?\s*){0,3}$"
)
_CALLED = re.compile(
    rf"(?:(?P<call>(?i:{_CALL}))|(?:^|[.!?…]\s+)){_NAME}"
    rf"(?:,?\s+(?:from|with|of|at|for|pour|de|du|à)\s+{_OUTLET}|,\s+{_OUTLET.replace('outlet', 'after')})?{_END}"
)
# "Anita from VOA.": a given name is enough where the outlet is said.
_CALLED_BRIEFLY = re.compile(
    rf"(?:^|[.!?…]\s+)(?P<name>[A-ZÀ-Þ][\w'’-]+)\s+(?:from|with|of|at)\s+(?:[–—]\s*(?:of|from|with)\s+)?{_OUTLET}[\s.!?–—]*$"
)
# Whoever is spoken about is named more often than a reporter who says who asks.
_MOST_MENTIONS = 3
# "Jane Doe, Daily Planet." is an introduction only at the very beginning, after a greeting.
_GREETING_WORDS = 8
# What the name of a newsroom ends in, where a reporter's ends in a surname ("The next question goes to Sky News.").
_NEWSROOMS = word_set(
    "news times post radio tv television gazette herald tribune press journal agency daily network magazine review",
    "chronicle globe mail mirror telegraph guardian observer monitor today figaro monde parisien presse",
)
# An interruption has at most so many words; an answer has more.
_INTERJECTION = 8
_DASHES = ("—", "–", "-")
_SAID = word_set(
    "i oh yes yeah no okay ok hi hello sorry pardon thank thanks well please oui non bonjour merci d'accord"
)


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
        # Where the outlet is said too, a surname may be a word as well ("It's Aurelia End for AFP.").
        sure = tokens[:1] if match.group("outlet") else tokens
        if not known and given_and_surname(sure, vocabulary) == " ".join(sure):
            outlet = match.group("outlet") or match.group("after")
            return Person(name=" ".join(tokens), outlet=outlet, part="asker")
    return None


def called(words: str, vocabulary: Vocabulary) -> Person | None:
    """The name and outlet of whoever is called on by the last words of a turn, or None.

    Args:
        words: the words before a question turn.
        vocabulary: how the text writes its words, to tell names from common words.
    """
    closing = words[-_CLOSING:]
    match = _CALLED.search(closing)
    if match is None:
        return _called_briefly(closing, vocabulary)
    tokens = match.group("name").split()
    outlet = match.group("outlet") or match.group("after")
    if not (outlet or match.group("call") or match.group("again")):
        return None
    if any(is_role(token) or fold(token) in ROLE_QUALIFIERS for token in tokens):
        return None
    if outlet and any(is_role(token) for token in outlet.split()):
        return None
    if fold(tokens[-1]) in _NEWSROOMS:
        return Person(outlet=" ".join(tokens), part="asker") if not outlet else None
    if is_country(" ".join(tokens)) or given_and_surname(tokens, vocabulary) != " ".join(tokens):
        return None
    if outlet and is_country(outlet):
        # "Let me ask Jane Doe from Kenya" gives the floor; "Here is Ann Bell of Ostland" does not.
        return Person(name=" ".join(tokens), country=outlet, part="asker") if match.group("call") else None
    return Person(name=" ".join(tokens), outlet=outlet, part="asker")


def _called_briefly(closing: str, vocabulary: Vocabulary) -> Person | None:
    match = _CALLED_BRIEFLY.search(closing)
    if (
        match is None
        or is_country(match.group("outlet"))
        or any(is_role(word) for word in match.group("outlet").split())
    ):
        return None
    name = match.group("name")
    named = given_and_surname([name], vocabulary) == name and not is_country(name)
    return Person(name=name, outlet=match.group("outlet"), part="asker") if named else None


def goes_on(before: str, interjection: str, words: str, vocabulary: Vocabulary) -> bool:
    """Whether a question turn goes on with the one before, which somebody interrupted ("Yes.", "I'm sorry?").

    The interruption is a few words that name nobody, and the question was broken off or is asked for again.
    """
    said = [word.strip(".,!?—–") for word in interjection.split()]
    names = [word for word in said if word[:1].isupper() and not (fold(word) in _SAID or vocabulary.is_common(word))]
    open_still = "?" not in before or before.rstrip()[-1:] in _DASHES or words.lstrip()[:1] in _DASHES
    asked_again = interjection.rstrip(") ").endswith("?")
    return len(said) <= _INTERJECTION and not names and (open_still or asked_again)


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
