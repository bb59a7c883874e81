"""Where a text names people in full: given names before a surname, and the office or address before them (pure)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from onrecord.rag.languages.labels import LabelWords
from onrecord.rag.people.names import CAPITAL
from onrecord.rag.people.roles import is_role, split_role
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.text.folding import fold

CAPITALISED_WORD = rf"{CAPITAL}[\w.'’-]*"
"""A word with a capital, or an initial, as a regular expression."""

INITIAL = re.compile(rf"^(?:{CAPITAL}\.?)+$")
# Given names before a surname, with all initials.
_MOST_GIVEN = 3


@dataclass(frozen=True, slots=True)
class FullName:
    """A full name in the text: where (-1 in the heading), the given names, and what stands before them."""

    place: int
    given: str
    role: str | None = None
    address: str | None = None


def full_names_of(
    surnames: Iterable[str], heading: str, text: str, vocabulary: Vocabulary
) -> defaultdict[str, list[FullName]]:
    """Find where each surname stands behind given names, in the heading and in the text.

    Returns:
        the full names of each surname, folded. A label is none.
    """
    known = vocabulary.words.labels
    found: defaultdict[str, list[FullName]] = defaultdict(list)
    ends = "|".join(sorted(map(re.escape, surnames), key=len, reverse=True))
    if not ends:
        return found
    pattern = re.compile(rf"\b((?:{CAPITALISED_WORD}[ \u00a0]){{1,5}})({ends})(?![\w-]|\s?:)")
    for source in (heading, text):
        for match in pattern.finditer(source):
            role, rest = split_role(match.group(1).split(), known)
            given: list[str] = []
            address = None
            for token in reversed(rest):
                plain = fold(token).strip(".")
                if plain in known.addresses:
                    address = plain
                office = is_role(token.rstrip("s"), known) or plain in known.qualifiers
                if address or vocabulary.is_common(token) or office:
                    break
                given.insert(0, token)
            if not given or len(given) > _MOST_GIVEN or all(INITIAL.match(token) for token in given):
                continue
            before = source[max(0, match.start() - 12) : match.start()].split()
            if before and before[-1].lower().split("'")[0] in known.joining and not role:
                given = given[-1:]
            if not address and not role and before and fold(before[-1]).strip(".") in known.addresses:
                address = fold(before[-1]).strip(".")
            printed = [
                token
                for token in role
                if not vocabulary.is_common(token) or is_role(token, known) or token[0].isupper()
            ]
            place = -1 if source is heading else match.start()
            name = FullName(place, " ".join(given), _office(printed, known), address)
            found[fold(match.group(2))].append(name)
    return found


def _office(tokens: Sequence[str], known: LabelWords) -> str | None:
    """Keep the words of an office and of what it belongs to; "Press Briefing by Press Secretary" is cut before it."""
    position = max((index for index, token in enumerate(tokens) if is_role(token, known)), default=None)
    if position is None:
        return None
    start = position
    while start and (is_role(tokens[start - 1], known) or fold(tokens[start - 1]) in known.qualifiers):
        start -= 1
    if start and tokens[start - 1].isupper():
        start -= 1
    return " ".join(tokens[start : position + 1])
