"""Who a text lists as taking part: "Participants: Jane Doe, Minister of Ports; John Roe (Daily Planet)" (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from onrecord.rag.languages.labels import LabelWords
from onrecord.rag.people.labels import Person, parse_label
from onrecord.rag.people.names import is_full
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.text.folding import fold
from onrecord.rag.transcript.grading import Grade, grade_of

# A list of people has at most this many characters.
_LONGEST = 600
_MARKS = re.compile(r"^[\s*_#>•–—-]+|[\s*_]+$")
_FIELD = re.compile(r"([^\W\d_][^:\n]{0,50}?)\s?:\s+(?=\S)")
_COMMA = re.compile(r",\s+(?![^()]*\))")
_MAY_LIST = re.compile(r"[:(,]")
_ENDS = (".", "?", "!", "…", ":")
_GROUP = re.compile(r"\([^()]{2,60}\)")


def people_listed(head: str, body: str, vocabulary: Vocabulary) -> list[Person]:
    """The people that a text lists, with the role, outlet and part that is printed beside each.

    Args:
        head: what stands before the first label, and the title. Here a line may say that it lists people ("Panel: …").
        body: the rest, where only a line of nothing but names lists people, if one at least has something beside it in
            parentheses ("Part Two: Jane Doe (Red Team), John Roe").
        vocabulary: how the text writes its words.
    """
    found: list[Person] = []
    for source in (head, body):
        for line in source.split("\n"):
            if len(line) > _LONGEST or not _MAY_LIST.search(line):
                continue
            text = _MARKS.sub("", line)
            field = _FIELD.match(text)
            name = field.group(1) if field else ""
            says_so = source is head and _says_who(name, vocabulary.words.labels)
            # In the head, people may stand with their offices alone: "Jane Doe, Minister of Ports".
            offices = source is head and "," in text and not any(map(str.isdigit, text))
            if not says_so and (not (_GROUP.search(text) or offices) or text.endswith(_ENDS)):
                continue
            people = list(_people(text[field.end() :] if field else text, vocabulary))
            if says_so and fold(name) in vocabulary.words.labels.moderators:
                people = [replace(person, part="moderator") for person in people]
            if says_so or len(people) > 1 or (offices and any(person.role for person in people)):
                found += people
    return found


def _says_who(field: str, known: LabelWords) -> bool:
    """Whether the name of a field says that people follow: "Panel", "Speakers"."""
    return fold(field) in known.people_fields or fold(field) in known.moderators


def _people(text: str, vocabulary: Vocabulary) -> Iterator[Person]:
    """The people of a list: parted by semicolons or by commas, the last one perhaps by "and".

    Yields nothing where a piece is neither a person nor something beside one.
    """
    pieces = [piece.strip(" .") for piece in (text.split(";") if ";" in text else _COMMA.split(text))]
    people: list[list[str]] = []
    for piece in (part for each in pieces for part in _parted(each, vocabulary)):
        if _is_person(piece, vocabulary):
            people.append([piece])
        elif people and len(piece.split()) <= 10:
            people[-1].append(piece)
        else:
            return
    for parts in people:
        yield parse_label(", ".join(parts), vocabulary)


def _parted(piece: str, vocabulary: Vocabulary) -> list[str]:
    """The people of a piece that names two ("Ann Bell and Ben Vik") or goes on from the one before ("and Ben Vik")."""
    joining = vocabulary.words.labels.joining
    tokens = piece.split()
    for place, token in enumerate(tokens):
        before, after = " ".join(tokens[:place]), " ".join(tokens[place + 1 :])
        if token in joining and _is_person(after, vocabulary) and (not before or _is_person(before, vocabulary)):
            return [part for part in (before, after) if part]
    return [piece]


def _is_person(piece: str, vocabulary: Vocabulary) -> bool:
    if not piece or grade_of(piece, vocabulary) < Grade.NAME:
        return False
    person = parse_label(piece, vocabulary)
    return person.name is not None and not person.voice and is_full(person.name)
