"""The one way to fold words so that they can be compared (pure)."""

from __future__ import annotations

import re
import unicodedata

from onrecord.rag.types import Span

_WORD = re.compile(r"[^\W_]+")
# What an apostrophe cuts off a word, before ("l'accord", "qu'il") and behind it ("NATO's", "we're").
_ELIDED = re.compile(r"\b(?:[^\W\d_]|qu)['’ʼ](?=\w)", re.IGNORECASE)
_ENDING = re.compile(r"(?<=\w)['’ʼ][^\W\d_]{1,2}\b")
# Letters that no accent makes, as a keyboard without them writes them; casefolding writes ß as ss. A dotless i has a
# capital like any other.
_SPELT_OUT = str.maketrans({"’": "'", "œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ı": "i"})


def fold(text: str) -> str:
    """Lower a text's case, take its accents away, straighten its apostrophes and spell out its ligatures.

    "L’Œuvre de l’État" becomes "l'oeuvre de l'etat". The length may change: a place in the result is none in the text.
    """
    plain = unicodedata.normalize("NFKD", text).translate(_SPELT_OUT)
    return "".join(character for character in plain if not unicodedata.combining(character)).casefold()


def placed_words(text: str) -> list[tuple[Span, str]]:
    """The words of a text, folded, each with its place; what an apostrophe joins to one ("l'", "'s") is left out."""
    bare = _ENDING.sub(_blank, _ELIDED.sub(_blank, text))
    return [(Span(*match.span()), fold(match.group())) for match in _WORD.finditer(bare)]


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def folded_words(text: str) -> list[str]:
    """The words of a text, folded, without what an apostrophe joins to one."""
    return [word for _, word in placed_words(text)]
