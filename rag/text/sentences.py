"""Where sentences end: spans that are exact slices and lose no character that is not blank (pure)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from statistics import median

from onrecord.rag.types import Span

# Closing marks that belong to the sentence they follow; a French guillemet may stand after a space.
_END = re.compile(r"(?<![.!?…])[.!?…]+(?:[ \u00a0\u202f]?[»›]|[\"“”‘’'\)\]])*(?=\s|$)")
_BREAK = re.compile(r"\n")
_LAST_WORD = re.compile(r"[^\s(\[«“„\"¿¡]+$")
_OPENING = "\"“„«‘‚'([¿¡—–-"
# What an elision leaves before an abbreviation: "l'art. 5".
_ELIDED = re.compile(r"^\w{1,2}['’](?=\w)")
# An abbreviation of two words, as in "z. B.", before its last full stop.
_SPACED = re.compile(r"(?<!\w)(\w{1,3})\.[ \u00a0\u202f](\w{1,3})$")
# An abbreviation before a number is at most this long, whatever it is.
_UNIT = 4
# Lines of running text wrapped by hand or by a PDF are about this long; a break there ends no sentence.
_WRAPPED = (40, 110)


@dataclass(frozen=True, slots=True)
class SentenceWords:
    """The words of a language that decide where sentences end, in lower case, with straight apostrophes.

    `starters` open a sentence far more often than they are a name. `abbreviations`, without their full stop, are
    followed by the rest of their sentence; those that are `undecided` end one as often, and the next word decides.
    `letters` are the words of one letter that are written as a capital and are no initial. `ordinals` says that a full
    stop makes a number an ordinal ("am 3. Mai").
    """

    starters: frozenset[str] = frozenset()
    abbreviations: frozenset[str] = frozenset()
    undecided: frozenset[str] = frozenset()
    letters: frozenset[str] = frozenset()
    ordinals: bool = False


def sentences(text: str, words: SentenceWords) -> list[Span]:
    """Split a text into sentences.

    Args:
        text: any text.
        words: of its language; without any, marks, capitals and lines decide.

    Returns:
        spans in order that do not overlap, hold every character that is not blank, and begin and end with such a
        character. A blank line always ends a sentence; a line break does unless the text is wrapped.
    """
    cuts = [match.end() for match in _END.finditer(text) if _ends_sentence(text, match, words)]
    wrapped = _is_wrapped(text)
    cuts.extend(match.start() for match in _BREAK.finditer(text) if _break_ends(text, match.start(), wrapped))
    return _trimmed(text, sorted(set(cuts)))


def ends_sentence(text: str, words: SentenceWords) -> bool:
    """Whether the end of a text (a line, say) is the end of a sentence: a mark that belongs to no abbreviation."""
    text = text.rstrip()
    last = next((match for match in _END.finditer(text, max(0, len(text) - 40)) if match.end() == len(text)), None)
    if last is None:
        return False
    found = _LAST_WORD.search(text, 0, last.start())
    abbreviated = found is not None and last.group() == "." and found.group().lower() in words.abbreviations
    return not abbreviated and _ends_sentence(text, last, words)


def _ends_sentence(text: str, match: re.Match[str], words: SentenceWords) -> bool:
    following = _next_word(text, match.end())
    if following and following[0].islower():
        return False
    mark = match.group()
    if mark[0] != "." or mark.startswith(".."):
        return True
    found = _LAST_WORD.search(text, max(0, match.start() - 30), match.start())
    word = found.group() if found else ""
    lower = _ELIDED.sub("", word.lower())
    if following[:1].isdigit() and word.islower() and len(lower) <= _UNIT:
        # "à 18 h. 30", "vol. 3"
        return False
    if f"{lower}.{following.lower()}" in words.abbreviations:
        return False
    spaced = _SPACED.search(text, max(0, match.start() - 10), match.start())
    if spaced and (both := f"{spaced[1]}.{spaced[2]}".lower()) in words.abbreviations:
        lower = both
    starts = following.lower().replace("’", "'") in words.starters
    if found and word.isdigit():
        # "1. First" numbers a paragraph; "in 2024. First" ends a sentence.
        if words.ordinals and len(word) <= 2:
            return starts or not following
        line_start = text.rfind("\n", 0, found.start()) + 1
        return bool(text[line_start : found.start()].strip()) or not following
    if len(mark) > 1 and mark != ".":
        return True
    if lower in words.undecided:
        return starts or not following
    if lower in words.abbreviations:
        return False
    if len(word) == 1 and word.isupper() and lower not in words.letters:
        return starts
    if "." in word and all(len(part) <= 2 for part in word.split(".")) and word[0].isalpha():
        return starts or not following
    return True


def _next_word(text: str, start: int) -> str:
    position = start
    while position < len(text) and (text[position].isspace() or text[position] in _OPENING):
        position += 1
    end = position
    while end < len(text) and end - position < 30 and (text[end].isalnum() or text[end] in "'’"):
        end += 1
    return text[position:end]


def _is_wrapped(text: str) -> bool:
    """Whether most lines stop in mid-sentence at about the same length, as wrapped text does."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if len(lines) < 2:
        return False
    inner = [line for line in lines if line[-1] not in ".!?…:;»”\"')]"]
    return len(inner) * 2 >= len(lines) and _WRAPPED[0] <= median(len(line) for line in lines) <= _WRAPPED[1]


def _break_ends(text: str, position: int, wrapped: bool) -> bool:
    following = position + 1
    while following < len(text) and text[following] in " \t\u00a0":
        following += 1
    if following >= len(text) or text[following] == "\n":
        return True
    if text[following].islower():
        return False
    return not wrapped


def _trimmed(text: str, cuts: list[int]) -> list[Span]:
    spans: list[Span] = []
    start = 0
    for end in [*cuts, len(text)]:
        piece = text[start:end]
        lead = len(piece) - len(piece.lstrip())
        body = piece.strip()
        if body:
            spans.append(Span(start + lead, start + lead + len(body)))
        start = end
    return spans
