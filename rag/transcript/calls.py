"""Calls and conferences written down without labels, cut where somebody gives the floor to somebody else (pure).

"Now I would turn the call over to Jane Doe. Thanks, John. Good morning …": who speaks next is said in so many words.
Everything found so is a conclusion. Who answers is told only where the question names one of those who speak for the
house; else nobody is.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from onrecord.rag.languages.introductions import IntroductionPhrases
from onrecord.rag.languages.labels import LabelWords
from onrecord.rag.people.labels import Person
from onrecord.rag.people.names import CAPITALISED, printed_name
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.text.folding import fold
from onrecord.rag.text.sentences import sentences
from onrecord.rag.transcript.introductions import called
from onrecord.rag.transcript.lines import Line
from onrecord.rag.transcript.mentions import Mentions
from onrecord.rag.types import Kind, Span, Turn

# The floor is given in words so often at least where a text is such a call.
_FEWEST = 2
# What is said before the words that call somebody, in characters; those who will speak are announced in the first ones.
_CALLING, _HEAD = 160, 6000
# A courtesy that gives the floor has at most so many words.
_COURTESY = 6
# A question has been put within so many words, or where it ends cannot be told.
_QUESTION_WORDS = 200


@dataclass(frozen=True, slots=True)
class _Floor:
    """The floor given in the sentences `[start:end]`, to whom, and whether they are to ask."""

    start: int
    end: int
    person: Person
    asks: bool


def calls_of(text: str, lines: Sequence[Line], vocabulary: Vocabulary) -> list[Turn]:
    """Cut a text without labels where the floor is given.

    Args:
        text: the whole text.
        lines: its lines that are no boilerplate.
        vocabulary: how the text writes its words.

    Returns:
        turns without labels, their speakers inferred; none where the floor is not given in so many words.
    """
    words = vocabulary.words
    spans = [
        Span(line.start + span.start, line.start + span.end)
        for line in lines
        for span in sentences(line.text, words.sentence_ends)
    ]
    said = [text[span.start : span.end] for span in spans]
    if not words.introductions.handing_over.search(" ".join(said)):
        return []
    people = _announced(" ".join(said)[:_HEAD], vocabulary)
    floors = _floors(said, people, vocabulary)
    if len(floors) < _FEWEST or all(floor.asks for floor in floors):
        return []
    house = {floor.person.name: floor.person for floor in floors if not floor.asks and floor.person.name}
    turns: list[Turn] = []

    def add(first: int, end: int, kind: Kind, person: Person | None) -> None:
        if first < end:
            turn = Turn(spans[first].start, spans[end - 1].end, kind=kind)
            if person is not None and (person.name or person.outlet):
                turn = replace(turn, speaker=person.name, role=person.role, outlet=person.outlet, inferred=True)
            turns.append(turn)

    opening = floors[0].start if floors[0].asks else floors[0].end
    add(0, opening, "moderation", None)
    for number, floor in enumerate(floors):
        following = floors[number + 1] if number + 1 < len(floors) else None
        end = following.start if following else len(spans)
        if floor.asks:
            add(max(floor.start, opening), floor.end, "moderation", None)
            asked = _end_of_question(said, floor.end, end)
            add(floor.end, asked, "question", floor.person)
            who = _addressed(" ".join(said[floor.end : asked]), house)
            start = asked
            for place in range(asked, end):
                if said[place].endswith("?") and words.speech.asks.search(said[place]):
                    # Whoever asked asks on, in the middle of the answer.
                    add(start, place, "answer", who)
                    add(place, place + 1, "question", floor.person)
                    start = place + 1
            add(start, end, "answer" if asked > floor.end else "statement", who)
        else:
            # Whoever passes the floor on says so; whoever opens the questions is somebody else.
            add(floor.end, following.end if following and not following.asks else end, "statement", floor.person)
    return turns


def _floors(said: Sequence[str], people: dict[str, Person], vocabulary: Vocabulary) -> list[_Floor]:
    pattern = _handing_over(vocabulary.words.introductions, vocabulary.words.labels)
    found: list[_Floor] = []
    for place, sentence in enumerate(said):
        if found and place < found[-1].end:
            continue
        end = place + 1
        while end < len(said) and _is_courtesy(said[end], vocabulary):
            end += 1
        if match := pattern.search(sentence):
            name = match.group("name")
            if person := people.get(fold(name)) or _known_in_part(name, people):
                found.append(_Floor(place, end, person, asks=False))
            elif " " not in name and name.islower():
                # "… over to questions": to nobody who is named.
                found.append(_Floor(place, end, Person(), asks=False))
        elif (asker := called(" ".join(said[place:end])[-_CALLING:], vocabulary)) and asker.name and asker.outlet:
            found.append(_Floor(place, end, asker, asks=True))
    return found


def _is_courtesy(sentence: str, vocabulary: Vocabulary) -> bool:
    """Whether a sentence only asks somebody to speak: "Ms. Doe, please go ahead."."""
    courtesies = vocabulary.words.introductions.courtesies
    if len(sentence.split()) > _COURTESY or not courtesies.search(sentence):
        return False
    left = [word for word in courtesies.sub("", sentence).split() if any(map(str.isalpha, word))]
    return len(left) <= 2 and all(word[0].isupper() for word in left)


@functools.cache
def _handing_over(phrases: IntroductionPhrases, known: LabelWords) -> re.Pattern[str]:
    """Somebody is given the floor to speak: "I'll turn it over to Mr. Doe", "… to our president, Jane Doe"."""
    address = "|".join(sorted(map(re.escape, known.addresses), key=len, reverse=True))
    name = f"{printed_name(known.particles)}|{CAPITALISED}|[^\\W\\d_]+(?=[.!])"
    over = "|".join(phrases.handing_over.patterns) or "(?!)"
    return re.compile(rf"\b(?i:{over})\s+(?:[^.?!]{{0,60}}?,\s+)?(?:(?i:{address})\.?\s+)?(?P<name>{name})")


def _announced(head: str, vocabulary: Vocabulary) -> dict[str, Person]:
    """Those whom the first words name in full, by their folded names, with their offices."""
    voices = (mention.voice for mention in Mentions(vocabulary).in_prose(head))
    return {fold(voice.name): Person(voice.name, voice.role) for voice in voices if voice.name and " " in voice.name}


def _known_in_part(name: str, people: dict[str, Person]) -> Person | None:
    """Who is called by a full name that nobody announced, or by a part of one that one person bears."""
    if " " in name:
        return Person(name)
    bearing = {person.name: person for person in people.values() if fold(name) in fold(person.name or "").split()}
    return next(iter(bearing.values())) if len(bearing) == 1 else None


def _end_of_question(said: Sequence[str], first: int, end: int) -> int:
    """Where the question ends: behind the last of the first run of sentences that ask."""
    words = 0
    for place in range(first, end):
        words += len(said[place].split())
        if words > _QUESTION_WORDS:
            return first
        if said[place].endswith("?"):
            while place + 1 < end and said[place + 1].endswith("?"):
                place += 1
            return place + 1
    return first


def _addressed(question: str, house: dict[str, Person]) -> Person | None:
    """The one of those who speak for the house whom a question names; None where it names none or several."""
    named = [
        person
        for name, person in house.items()
        if any(re.search(rf"\b{re.escape(part)}\b", question) for part in (name or "").split() if len(part) > 2)
    ]
    return named[0] if len(named) == 1 else None
