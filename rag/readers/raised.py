"""Raised and lowered characters as plain text: marks of notes are left out, ordinals and exponents keep their meaning.

A mark that joins the word or the figure before it makes what nobody said: "40¹ crowns" is not 401 crowns.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby


@dataclass(frozen=True, slots=True)
class PrintedPiece:
    """A piece of a line: `level` is 1 where it is raised, -1 where it is lowered; `linked` where it links to a note."""

    text: str
    level: int = 0
    linked: bool = False


_RAISED = str.maketrans("0123456789+-−–n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻ⁿ")
_LOWERED = str.maketrans("0123456789+-−–", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋")
_SIGNS = {"TM": "™", "SM": "℠"}
# Several notes at one place are parted by commas or joined by a dash.
_NOTE_NUMBERS = re.compile(r"\d{1,3}(?:\s*[,;–-]\s*\d{1,3})*")
_NOTE_SIGNS = re.compile(r"[*∗†‡§¶#‖\s]+")
_IN_BRACKETS = re.compile(r"\[[^\[\]]{1,40}\]|\([^()]{1,12}\)")
_MIXED = re.compile(r"(?=.*\d)\w{1,4}")
_MOST_NOTE_WORDS = 3
_POWER = re.compile(r"[-−–+]?\d{1,2}|n")
# What has a power: ten, a unit of length or time behind its figure or alone, a letter that stands for a number.
_BASE = re.compile(r"(?:^|[^\w.,])(?:10|(?:\d[\d.,]*\s?)?(?:[kcdmµn]?m|ft|mi|yd|s)|\d[\d.,]*\s?in|[b-zB-HJ-Z])$")
_SQUARE_OR_CUBE = re.compile(r"[-−–]?[23]|[-−–]1")
# The last letters of a sum formula: CO, H, PM.
_FORMULA = re.compile(r"(?:^|[^\w])(?:[A-Z][a-z]?\d*)+$")
_WORD = re.compile(r"[^\W\d_]{3,}$")
# More than any base or formula has.
_REACH = 24


def text_without_notes(pieces: Sequence[PrintedPiece]) -> tuple[str, int]:
    """Return a line's pieces as one text, and how many marks of notes were left out of it."""
    joined = [
        (key, "".join(piece.text for piece in members))
        for key, members in groupby(pieces, key=lambda piece: (piece.level, piece.linked))
    ]
    text: list[str] = []
    before = ""
    left_out = 0
    gone = False
    for place, ((level, linked), words) in enumerate(joined):
        kept: str | None = words
        if (level or linked) and words.strip():
            after = joined[place + 1][1] if place + 1 < len(joined) else ""
            kept = _plain(words, level, linked, before, after)
        elif gone and before[-1:].isspace():
            kept = words.lstrip(" \u00a0")
        gone = kept is None
        if kept is None:
            left_out += 1
            # The blank that stood around the mark parts the words.
            kept = " " if words != words.strip() and before[-1:].strip() else ""
        text.append(kept)
        before = (before + kept)[-_REACH:]
    return "".join(text), left_out


def _plain(words: str, level: int, linked: bool, before: str, after: str) -> str | None:
    """What a raised, lowered or linked piece is in plain text; None for the mark of a note."""
    mark = words.strip()
    if len(mark.split()) > _MOST_NOTE_WORDS and not _IN_BRACKETS.fullmatch(mark):
        return words
    if linked or _IN_BRACKETS.fullmatch(mark) or _NOTE_SIGNS.fullmatch(mark):
        return None if level or _is_note(mark) else words
    if mark.isdigit() and (after[:1] in tuple("/⁄") if level > 0 else before[-1:] in tuple("/⁄")):
        # A fraction: ¹/₂.
        return mark.translate(_RAISED if level > 0 else _LOWERED)
    if mark.isalpha() and mark != "n":
        note = level > 0 and len(mark) == 1 and mark.islower() and _WORD.search(before) and not before[-3:].isupper()
        return None if note else _SIGNS.get(mark, words)
    if level > 0:
        return _raised(words, mark, before)
    if _FORMULA.search(before):
        return words
    return words.translate(_LOWERED) if not before[-2:].strip() or not before[-2:-1].isalnum() else None


def _raised(words: str, mark: str, before: str) -> str | None:
    if _POWER.fullmatch(mark):
        base = _BASE.search(before)
        if base and (base.group().endswith("10") or mark == "n" or _SQUARE_OR_CUBE.fullmatch(mark)):
            return mark.translate(_RAISED)
    if not before.strip():
        # At the beginning of a note its own number.
        return words.translate(_RAISED)
    return None if _NOTE_NUMBERS.fullmatch(mark) or _MIXED.fullmatch(mark) else words


def _is_note(mark: str) -> bool:
    """Whether the text of a link to a place on its page is a note's mark."""
    inner = mark.strip("[]() ")
    return bool(_NOTE_NUMBERS.fullmatch(inner) or _NOTE_SIGNS.fullmatch(mark) or (len(inner) == 1 and inner.isalpha()))
