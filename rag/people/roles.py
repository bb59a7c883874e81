"""The words of offices in a label, and what stands around them (pure)."""

from __future__ import annotations

import functools
import re

from onrecord.rag.languages.labels import LabelWords
from onrecord.rag.text.folding import fold

_GROUP = re.compile(r"\s*[(\[][^()\[\]]*(?:\([^()]*\)[^()\[\]]*)*[)\]]?")
_INDEX = re.compile(r"[\s_#.-]*\d{1,3}$")


def without_groups(label: str) -> str:
    """Take parentheses and brackets off a label."""
    return " ".join(_GROUP.sub(" ", label).split())


def bare_label(label: str, words: LabelWords) -> str:
    """Fold a label and take off its article, stops and number: "The Reporter 2" becomes "reporter"."""
    parts = _INDEX.sub("", " ".join(fold(label).replace(".", " ").split()).strip(" :-–—")).split()
    for size in (2, 1):
        if len(parts) > size and " ".join(parts[:size]) in words.openers:
            return " ".join(parts[size:])
    return " ".join(parts)


def is_role(token: str, words: LabelWords) -> bool:
    """Whether a word names an office, whatever its case or plural mark."""
    word = fold(token).strip(".,'")
    return _names_office(word, words) or (word.endswith("s") and _names_office(word[:-1], words))


def _names_office(word: str, words: LabelWords) -> bool:
    return (
        word in words.offices
        or word in words.chairs
        or word in words.moderators
        or word in words.reporters
        or word in words.interpreters
        or word.endswith(_endings(words.office_endings))
    )


def office_in(token: str, words: LabelWords) -> str | None:
    """The office that a compound written as one word ends in: "Ministerin" in "Verkehrsministerin"; None elsewhere."""
    word = fold(token).strip(".,'")
    parts = (part for part in words.office_endings if part[0].isalpha() and word.endswith(part) and word != part)
    part = max(parts, key=len, default=None)
    return token[-len(part) :].capitalize() if part else None


@functools.cache
def _endings(endings: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(endings))


def without_elision(token: str, words: LabelWords) -> str:
    """A word without the article or preposition that is written on to it: "l'État" becomes "État"."""
    head, mark, rest = token.replace("’", "'").partition("'")
    return token[len(head) + 1 :] if mark and rest[:1].isalpha() and f"{head.lower()}'" in words.elided else token


def has_article(words: str, known: LabelWords) -> bool:
    """Whether some words begin with an article, apart or written on."""
    return fold(words.split()[0]) in known.articles or without_elision(words, known) != words


def split_role(tokens: list[str], words: LabelWords) -> tuple[list[str], list[str]]:
    """Part the words of an office from the name that follows it: NATO Secretary General | Mark Rutte."""
    last = max(
        (position for position, token in enumerate(tokens) if is_role(without_elision(token, words), words)),
        default=None,
    )
    if last is None:
        office = " ".join(map(fold, tokens[:2])) in words.two_word_offices
        return (tokens[:2], tokens[2:]) if office else ([], tokens)
    end = last + 1
    while end < len(tokens):
        token = tokens[end]
        if _joins(token, words):
            # What the office is about follows: "of the Interior".
            while end < len(tokens) and _joins(tokens[end], words):
                end += 1
            end += 1 if without_elision(tokens[end - 1], words) == tokens[end - 1] else 0
            while end < len(tokens) and tokens[end][0].islower() and tokens[end] not in words.joining | words.particles:
                end += 1
        elif token[0].islower() and fold(token).strip(".") not in words.particles - words.joining:
            end += 1
        else:
            break
    return tokens[:end], tokens[end:]


def _joins(token: str, words: LabelWords) -> bool:
    return token.lower() in words.joining or without_elision(token, words) != token
