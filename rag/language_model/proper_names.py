"""The names in a sentence: what it must not say of anybody or anything else than the words it cites (pure)."""

from __future__ import annotations

import re
from collections.abc import Collection

from onrecord.rag.languages import Language
from onrecord.rag.languages.calendars import day_names, month_names
from onrecord.rag.people.roles import is_role
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.text.folding import fold

# "O'Brien" and "Port-Mérel" are one name.
_WORD = re.compile(r"[^\W\d_](?:[\w’'-]*\w)?")
_ELIDED = re.compile(r"^[^\W\d_]{1,2}['’](?=[^\W\d_])")
_GENITIVE = re.compile(r"['’]s$|['’]$")


def names_in(
    sentence: str, words: Language, vocabulary: Vocabulary, surnames: Collection[str] = ()
) -> dict[str, frozenset[str]]:
    """The words of a sentence that are names, each with its parts folded, in order.

    A capital tells a name, but not at the beginning, where it does only if the record writes the word so everywhere;
    nor in a language that gives every noun one: there, people on record alone are told. Months, days of the week and
    offices are no names.

    Args:
        sentence: as it was written.
        words: its language.
        vocabulary: how the briefings write their words.
        surnames: those of people on record, folded.
    """
    calendar = month_names((words.code,)).keys() | day_names((words.code,)).keys()
    opens = words.news.according_to.match(sentence) is not None
    found: dict[str, frozenset[str]] = {}
    for place, match in enumerate(_WORD.finditer(sentence)):
        word = _GENITIVE.sub("", _ELIDED.sub("", match.group()))
        if not word[:1].isupper() or fold(word) in calendar or is_role(word, words.labels):
            continue
        if fold(word) in words.labels.addresses:
            continue
        known = fold(word) in surnames
        if words.news.capital_nouns and not known and not word.isupper():
            continue
        if place == 0 and not known and (opens or vocabulary.is_common(word) or not vocabulary.count(word)):
            continue
        if word.lower() in words.terms.stop_words and len(word) < 3:
            continue
        found[word] = name_parts(word)
    return found


def name_parts(text: str) -> frozenset[str]:
    """The words of a text, folded, those joined by a hyphen one by one."""
    return frozenset(re.findall(r"\w+", fold(text)))
