"""Reporters who are printed as "Q" but named: by themselves ("Jane Doe, Daily Planet. Minister, …") or by whoever calls
on them ("Let's go to Jane Doe of the Daily Planet.") (pure)."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from onrecord.rag.languages.introductions import IntroductionPhrases
from onrecord.rag.languages.labels import LabelWords
from onrecord.rag.languages.phrases import Phrase
from onrecord.rag.people.countries import is_country
from onrecord.rag.people.labels import Person
from onrecord.rag.people.names import CAPITAL, CAPITALISED, printed_name
from onrecord.rag.people.roles import has_article, is_role
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.text.folding import fold
from onrecord.rag.transcript.people import given_and_surname

# A reporter says it in the first sentences or not at all.
_OPENING, _AGAIN = 160, 60
# Others say who they are within so many characters.
_FIRST_WORDS = 300
# They are called on in the last words before.
_CLOSING = 160
# Whoever is spoken about is named more often than a reporter who says who asks.
_MOST_MENTIONS = 3
# "Jane Doe, Daily Planet." is an introduction only at the very beginning, after a greeting.
_GREETING_WORDS = 8
# An interruption has at most so many words; an answer has more.
_INTERJECTION = 8
_DASHES = ("—", "–", "-")


@dataclass(frozen=True, slots=True)
class _Patterns:
    """What is searched in one language: introductions of reporters, calls by full name or by given name and outlet,
    and one's own name in so many words.
    """

    introduction: re.Pattern[str]
    call: re.Pattern[str]
    brief_call: re.Pattern[str]
    self_named: re.Pattern[str]


@functools.cache
def _patterns(phrases: IntroductionPhrases, known: LabelWords) -> _Patterns:
    articles, inner = _written_before(known.articles, known), _written_before(known.joining | known.articles, known)
    name = printed_name(known.particles).removeprefix(CAPITALISED)
    named = rf"(?P<name>(?P<first>{CAPITALISED}){name})"
    outlet = rf"{articles}?(?P<outlet>{CAPITAL}[\w&'’-]*(?:\s+{inner}?{CAPITAL}[\w&'’-]*){{0,4}})"
    after = outlet.replace("<outlet>", "<after>")
    of, myself = _any(phrases.outlet_of), _any(phrases.myself)
    start = rf"(?:^|[.!?,;–—]\s+|\b{myself}\s+)(?!{myself}\b)"
    again = rf"{_any(phrases.once_more)}?(?i:(?P<again>(?P=first))\b[^.?!]{{0,40}})"
    end = (
        rf"(?:,?\s*{_any(phrases.courtesies)})?[\s.!?–—]*"
        rf"(?:(?:{again}|{_any(phrases.whereabouts)}|\([^()]{{0,40}}\))[.?!]?\s*){{0,3}}$"
    )
    i_am = rf"(?:[.,]\s+{_any(phrases.i_am)}|,)?"
    floor = rf"(?:(?P<call>\b{_any(phrases.giving_floor)}\s+)|(?:^|[.!?…]\s+))"
    return _Patterns(
        introduction=re.compile(rf"{start}{named}(?:{i_am}\s+{of}\s+{outlet}(?=\s*[.,;!?–—])|,\s+{after}(?=\s*[.;]))"),
        call=re.compile(rf"{floor}{named}(?:,?\s+{of}\s+{outlet}|,\s+{after})?{end}"),
        brief_call=re.compile(
            rf"(?:^|[.!?…]\s+)(?P<name>{CAPITALISED})\s+{of}\s+(?:[–—]\s*{of}\s+)?{outlet}[\s.!?–—]*$"
        ),
        self_named=re.compile(rf"\b{_any(phrases.my_name)}\s+{named}(?:,?\s+{of}\s+{outlet}(?=\s*[.,;!?–—]))?"),
    )


def _written_before(words: Iterable[str], known: LabelWords) -> str:
    """Small words that may stand before another, and those that are written on to it, as one pattern."""
    apart = (rf"{re.escape(word)}\s+" for word in sorted(words))
    return f"(?:{'|'.join([*apart, *sorted(known.elided)])})".replace("'", "['’]")


def _any(phrase: Phrase) -> str:
    """A phrase as a piece of a longer pattern; one without patterns matches nowhere."""
    return f"(?i:{'|'.join(phrase.patterns) or '(?!)'})"


def introduced(words: str, vocabulary: Vocabulary, label: str | None = None) -> Person | None:
    """The name and outlet with which a question turn opens, or None.

    Args:
        words: the turn's words.
        vocabulary: how the text writes its words, to tell names from common words.
        label: the name that the turn's label gives, if any: then it is said for sure.
    """
    known = vocabulary.words.labels
    patterns = _patterns(vocabulary.words.introductions, known)
    for match in patterns.introduction.finditer(words[:_OPENING]):
        tokens = match.group("name").split()
        if any(is_role(token, known) or fold(token) in known.qualifiers for token in tokens):
            continue
        if not match.group("outlet") and len(words[: match.start()].split()) > _GREETING_WORDS:
            continue
        labelled = " ".join(tokens) == label
        often = vocabulary.count(tokens[-1]) > _MOST_MENTIONS
        elsewhere = is_country(" ".join(tokens)) or (often and not labelled)
        # Where the outlet is said too, a surname may be a word as well ("It's Aurelia End for AFP.").
        sure = tokens[:1] if match.group("outlet") else tokens
        if not elsewhere and given_and_surname(sure, vocabulary) == " ".join(sure):
            outlet = match.group("outlet") or match.group("after")
            return Person(name=" ".join(tokens), outlet=outlet, part="asker")
    return None


def named_by_self(words: str, vocabulary: Vocabulary) -> Person | None:
    """The full name, and the outlet if any, by which a speaker introduces themselves in the first words, or None.

    Only "my name is …" and the like count: "this is …" may introduce somebody else.
    """
    known = vocabulary.words.labels
    match = _patterns(vocabulary.words.introductions, known).self_named.search(words[:_FIRST_WORDS])
    if match is None:
        return None
    tokens = match.group("name").split()
    if is_role(tokens[-1], known) or given_and_surname(tokens[:1], vocabulary) is None:
        return None
    return Person(name=" ".join(tokens), outlet=match.group("outlet"), inferred=True)


def called(words: str, vocabulary: Vocabulary) -> Person | None:
    """The name and outlet of whoever is called on by the last words of a turn, or None.

    Args:
        words: the words before a question turn.
        vocabulary: how the text writes its words, to tell names from common words.
    """
    closing = words[-_CLOSING:]
    known = vocabulary.words.labels
    match = _patterns(vocabulary.words.introductions, known).call.search(closing)
    if match is None:
        return _called_briefly(closing, vocabulary)
    tokens = match.group("name").split()
    outlet = match.group("outlet") or match.group("after")
    if not (outlet or match.group("call") or match.group("again")):
        return None
    if any(is_role(token, known) or fold(token) in known.qualifiers for token in tokens):
        return None
    if outlet and any(is_role(token, known) for token in outlet.split()):
        return None
    if fold(tokens[-1]) in vocabulary.words.introductions.newsrooms:
        return Person(outlet=" ".join(tokens), part="asker") if not outlet else None
    if is_country(" ".join(tokens)) or given_and_surname(tokens, vocabulary) != " ".join(tokens):
        return None
    if outlet and is_country(outlet):
        # "Let me ask Jane Doe from Kenya" gives the floor; "Here is Ann Bell of Ostland" does not.
        return Person(name=" ".join(tokens), country=outlet, part="asker") if match.group("call") else None
    return Person(name=" ".join(tokens), outlet=outlet, part="asker")


def _called_briefly(closing: str, vocabulary: Vocabulary) -> Person | None:
    known = vocabulary.words.labels
    match = _patterns(vocabulary.words.introductions, known).brief_call.search(closing)
    if (
        match is None
        or is_country(match.group("outlet"))
        or any(is_role(word, known) for word in match.group("outlet").split())
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
    names = [
        word
        for word in said
        if word[:1].isupper()
        and not (fold(word) in vocabulary.words.introductions.interjections or vocabulary.is_common(word))
    ]
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


def with_own_names(people: Sequence[Person], words: Sequence[str], vocabulary: Vocabulary) -> list[Person]:
    """Voices without a name under the one they give themselves, others with the outlet or office they give themselves.

    Args:
        people: who speaks in each turn.
        words: the words of each turn.
        vocabulary: how the text writes its words.

    Returns:
        the people again; a name that two voices claim is given to neither.
    """
    own: dict[str, Person] = {}
    belonging: dict[str, Person] = {}
    known = vocabulary.words.labels
    for person, said in zip(people, words, strict=True):
        if person.voice and person.name and person.name not in own:
            if claim := introduced(said, vocabulary) or named_by_self(said, vocabulary):
                own[person.name] = claim
        elif person.name and not (person.outlet or person.role or person.voice):
            found = introduced(said, vocabulary, person.name)
            if found and found.outlet and found.name == person.name:
                # "The Economist" is a paper; an office has no article here.
                article = has_article(found.outlet, known)
                office = not article and any(is_role(word, known) for word in found.outlet.split())
                held = replace(found, role=found.outlet, outlet=None) if office else found
                belonging.setdefault(person.name, held)
    claimed = Counter(claim.name for claim in own.values())
    named: list[Person] = []
    for person in people:
        own_name = own.get(person.name or "") if person.voice else None
        if own_name and claimed[own_name.name] == 1:
            named.append(replace(person, name=own_name.name, outlet=own_name.outlet, inferred=True))
        elif not person.voice and (holds := belonging.get(person.name or "")) is not None:
            named.append(replace(person, role=person.role or holds.role, outlet=person.outlet or holds.outlet))
        else:
            named.append(person)
    return named
