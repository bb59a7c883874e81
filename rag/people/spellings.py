"""How alike two words of names are: slips, short forms, and one name in several spellings (pure; words are folded)."""

from __future__ import annotations

import re
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal

GivenLikeness = Literal["equal", "short", "akin", "different"]
"""Of two given names: equal; an initial or another spelling; maybe a short form or a slip; none of these."""

# A library has many people, and few given names and surnames.
_REMEMBERED = 200_000
# difflib's ratio of two surnames that differ by a slip: "Vekker" and "Vecker" have 0.83, different short ones less.
_ALIKE = 0.8
# Given names of fewer letters differ by their vowels alone (Tim, Tom); of more, such are often two spellings.
_LONG = 5

_LAST_VOWELS = re.compile(r"[iyj]+$")
_INNER_VOWELS = re.compile(r"(?<=.)[aeiou](?=.)")
# How one sound is spelt in several languages and transliterations; applied in this order.
_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("tsch|tch|tsh", "C"),
        ("sch|sh", "S"),
        ("ch|kh|ck|c|q|k", "K"),
        ("ph|f|v|w", "F"),
        ("ts|tz|z|s", "s"),
        ("x", "Ks"),
        ("^y(?=[aeiou])|^j", "J"),
        ("(?<=.)h", ""),
        ("ou|oo", "u"),
        ("[yj]", "i"),
        (r"(.)\1+", r"\1"),
    )
)


@lru_cache(maxsize=_REMEMBERED)
def given_names(one: str, other: str) -> GivenLikeness:
    """Compare two given names. Symmetric."""
    if one == other:
        return "equal"
    less, more = sorted((one, other), key=lambda name: (len(name), name))
    if len(less) == 1:
        return "short" if more.startswith(less) else "different"
    if sound(less) == sound(more) or _swapped(less, more):
        return "short"
    # "Paula" is no short form of "Paul", nor "Mario" a slip of "Maria"; "Ilsa" may be one of "Ilse".
    if more.startswith(less):
        return "different" if more[len(less) :] in ("a", "o") else "akin"
    if less[:-1] == more[:-1] and {less[-1], more[-1]} == {"a", "e"}:
        return "akin"
    return "akin" if len(less) >= _LONG and skeleton(less) == skeleton(more) else "different"


def _swapped(one: str, other: str) -> bool:
    """Whether two neighbouring letters changed places, as in typing."""
    apart = [place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]]
    return (
        len(one) == len(other)
        and len(apart) == 2
        and one == "".join((other[: apart[0]], other[apart[1]], other[apart[0]], other[apart[1] + 1 :]))
    )


@lru_cache(maxsize=_REMEMBERED)
def surnames_alike(one: str, other: str) -> bool:
    """Whether two surnames are alike but for a slip."""
    matcher = SequenceMatcher(a=min(one, other), b=max(one, other))
    # The bound is cheap, and most names are far apart.
    return bool(matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE)


def plain_ending(surname: str) -> str:
    """A surname with one spelling of the ending that transliterations write in five ways ("-sky", "-skiy")."""
    return _LAST_VOWELS.sub("i", surname)


@lru_cache(maxsize=_REMEMBERED)
def sound(word: str) -> str:
    """How a word sounds, near enough: equal for "aleksei" and "alexey", "marc" and "mark", "jon" and "john"."""
    for pattern, spelt in _SOUNDS:
        word = pattern.sub(spelt, word)
    return word


@lru_cache(maxsize=_REMEMBERED)
def skeleton(word: str) -> str:
    """How a word sounds without the vowels inside it, which slips and languages change most."""
    return _INNER_VOWELS.sub("", sound(word))
