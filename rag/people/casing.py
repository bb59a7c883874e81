"""Names and offices that are printed in capitals, written as they are elsewhere (pure)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from onrecord.rag.people.roles import is_role
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.text.folding import fold

# "McCARREN", "DeFARGO", "O'HARA"
_CAPITALS_WITHIN = re.compile(r"([^\W\d_][a-zß-öø-ÿ]+|[^\W\d_]['’])([^\W\d_]{2,})")
_VOWELS = frozenset("aeiouy")
# Initials written together have at most so many letters.
_INITIALS = 3
# An acronym inside an office has at most so many letters.
_ACRONYM = 5


def cased_name(tokens: Sequence[str], vocabulary: Vocabulary, *, initials: bool = False) -> str:
    """Write a name printed in capitals as the text writes it elsewhere, or with a capital for each part.

    Args:
        tokens: its words.
        vocabulary: how the text writes its words.
        initials: whether short words in capitals before another are initials, as in "Senator DA MARSH", where only the
            name is in capitals.
    """
    cased: list[str] = []
    for place, token in enumerate(tokens):
        if place and token.isupper() and fold(token) in vocabulary.words.labels.particles:
            cased.append(token.lower())
        elif place < len(tokens) - 1 and _are_initials(token, initials=initials):
            cased.append(token)
        else:
            cased.append(_cased_word(token, vocabulary, alone=len(tokens) == 1))
    return " ".join(cased)


def cased_office(role: str, vocabulary: Vocabulary) -> str:
    """Write an office printed in capitals with a capital for each word, but for small words and acronyms."""
    if not role.isupper():
        return role
    return " ".join(
        word.lower()
        if word.lower() in vocabulary.words.labels.joining
        else word
        if _is_acronym(word, vocabulary)
        else _cased_word(word, vocabulary, alone=True)
        for word in role.split()
    )


def _are_initials(token: str, *, initials: bool) -> bool:
    letters = [character for character in token if character.isalpha()]
    if not 1 < len(letters) <= _INITIALS or not token.isupper():
        return False
    return _VOWELS.isdisjoint(fold(token)) or (initials and len(letters) < _INITIALS)


def _cased_word(word: str, vocabulary: Vocabulary, *, alone: bool) -> str:
    letters = [character for character in word if character.isalpha()]
    if len(letters) < 2 or word.count(".") > 1:
        return word
    if not all(character.isupper() for character in letters):
        within = _CAPITALS_WITHIN.fullmatch(word)
        if within is None or not within.group(2).isupper():
            return word
        known = vocabulary.spelling(word)
        return known if known and known != word else within.group(1) + within.group(2).capitalize()
    spelling = vocabulary.spelling(word)
    if spelling and len(spelling) == len(word):
        return spelling
    if alone and len(letters) == 2 and _VOWELS.isdisjoint(fold(word)):
        return word
    return "".join(part.capitalize() for part in re.split(r"(['’-])", word))


def _is_acronym(word: str, vocabulary: Vocabulary) -> bool:
    words = vocabulary.words.labels
    known = is_role(word, words) or fold(word) in words.qualifiers or vocabulary.spelling(word) is not None
    # No office is a word without a vowel.
    return len(word) <= _ACRONYM and (not known or _VOWELS.isdisjoint(fold(word)))
