"""Words for the full-text index: split, folded, stemmed, without stop words (pure)."""

from __future__ import annotations

import re
import threading
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final

import Stemmer

from onrecord.rag.text.folding import fold

_WORD = re.compile(r"[^\W_]+")
_APOSTROPHES = "’ʼ‘"

# A library's words come again and again: this many keep what they are as terms, a few megabytes.
_KEPT = 100_000
# A Snowball stemmer keeps state while it works.
_own = threading.local()


@dataclass(frozen=True, slots=True)
class TermWords:
    """What a language's words are for a full-text search, in lower case.

    `stop_words` are function words. `frame` is what questions about a conversation are made of ("What did … say when
    talking about …", "Summarize the discussion on …"): words that nearly every briefing holds, and that are not what is
    looked for; they stay in the index. What stands before an apostrophe (`elisions`: "l'accord") or after one
    (`endings`: "NATO's") is grammar.
    """

    stop_words: frozenset[str] = frozenset()
    frame: frozenset[str] = frozenset()
    elisions: frozenset[str] = frozenset()
    endings: frozenset[str] = frozenset()


def index_terms(text: str, words: TermWords, language: str) -> list[str]:
    """Return the words of `text` as they go into the full-text index: stems, in order.

    Each stem is made of letters and digits only, lower case, without accents. A word in capitals ("US", "WHO") is
    never taken for a stop word. Words of a `language` (ISO 639) that Snowball does not know stay whole.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        # One by one: `str.translate` takes eighty times as long.
        for apostrophe in _APOSTROPHES:
            text = text.replace(apostrophe, "'")
    if "'" in text and (joints := _joints(words.elisions, words.endings)):
        text = joints.sub(" ", text)
    # Where all is in capitals, capitals tell nothing.
    known = _known(words, language, text.isupper())
    return [term for word in _WORD.findall(text) if (term := known[word])]


def query_terms(question: str, words: TermWords, language: str) -> list[str]:
    """Return the different stems of `question`, in order: those to look up with OR.

    The words of asking itself ("say", "discuss") are left out, unless there are no others.
    """
    return telling_terms(question, words, language) or list(dict.fromkeys(index_terms(question, words, language)))


def telling_terms(question: str, words: TermWords, language: str) -> list[str]:
    """Return the different stems of `question`, in order, without the words of asking itself; maybe none."""
    frame = _frame(words, language)
    return [term for term in dict.fromkeys(index_terms(question, words, language)) if term not in frame]


@lru_cache(maxsize=64)
def _frame(words: TermWords, language: str) -> frozenset[str]:
    return frozenset(index_terms(" ".join(words.frame), words, language))


@cache
def _joints(elisions: frozenset[str], endings: frozenset[str]) -> re.Pattern[str] | None:
    """What an apostrophe joins to a word and is none of it; None in a language that has no such thing."""
    before = [rf"\b(?:{'|'.join(sorted(elisions))})'(?=\w)"] if elisions else []
    # The apostrophe first: it is found at once, where what stands before it would be looked for at every letter.
    behind = [rf"'(?<=\w')(?:{'|'.join(sorted(endings))})\b"] if endings else []
    return re.compile("|".join(before + behind), re.IGNORECASE) if before or behind else None


class _Known(dict[str, str]):
    """Word as printed → its term, or "" where it is none: made when it is first looked up.

    Looked up without a call of a function: that took a third of the time of writing a briefing.
    """

    __slots__ = ("_language", "_shouting", "_stop_words")

    def __init__(self, stop_words: frozenset[str], language: str, shouting: bool) -> None:
        super().__init__()
        self._stop_words: Final = stop_words
        self._language: Final = language
        self._shouting: Final = shouting

    def __missing__(self, word: str) -> str:
        if len(self) >= _KEPT:
            self.clear()
        low = word.lower()
        is_name = len(word) > 1 and word.isupper() and not self._shouting
        self[word] = term = "" if low in self._stop_words and not is_name else _term(low, self._language)
        return term


@cache
def _known(words: TermWords, language: str, shouting: bool) -> _Known:
    return _Known(words.stop_words, language, shouting)


def _term(word: str, language: str) -> str:
    """A word's stem without accents; what is no letter or digit then (a combining sign) is dropped."""
    stemmers: dict[str, Stemmer.Stemmer | None] = _own.__dict__.setdefault("stemmers", {})
    if language not in stemmers:
        try:
            stemmers[language] = Stemmer.Stemmer(language)
        except KeyError:
            stemmers[language] = None
    stemmer = stemmers[language]
    stem = stemmer.stemWord(word) if stemmer else word
    return "".join(letter for letter in fold(stem) if letter.isalnum()) or stem
