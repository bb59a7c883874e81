"""Where sentences end, in English and French: spans that are exact slices and lose no character that is not blank."""

from __future__ import annotations

import re
from statistics import median

from onrecord.rag.languages.sentence_ends import SentenceWords
from onrecord.rag.types import Span
from onrecord.rag.words import STARTERS, word_set

# Closing marks that belong to the sentence they follow; a French guillemet may stand after a space.
_END = re.compile(r"(?<![.!?…])[.!?…]+(?:[ \u00a0\u202f]?[»›]|[\"”’'\)\]])*(?=\s)")
_BREAK = re.compile(r"\n")
_LAST_WORD = re.compile(r"[^\s(\[«“\"]+$")

# Abbreviations after which a sentence goes on, in lower case and without their full stop.
_ABBREVIATIONS = {
    "en": word_set(
        "mr mrs ms mx dr prof st rev hon rt gen lt col maj capt cmdr adm sgt sen rep gov pres amb sec jr sr vs no nos ",
        "fig vol pp ed dept approx est e.g i.e cf al inc ltd co corp jan feb mar apr jun jul aug sept sep oct nov dec ",
        "mon tue tues wed thu thur thurs fri",
    ),
    "fr": word_set(
        "m mm mme mmes mlle mlles me mgr dr pr st ste gén col cdt cne lt adm amb prés min sec art al p pp n° no vol ",
        "éd ed cf av apr env janv févr avr juill sept oct nov déc boul bd tél réf ex c.-à-d",
    ),
}
# These end a sentence as often as they stand inside one: the next word decides.
_UNDECIDED = word_set("etc inc ltd co corp jr sr no al a.m p.m est apr mar jan dec oct nov min ex")
_ELISION = re.compile(r"^(?:[dlnjsm]|qu)['’]")
# An abbreviation before a number is at most this long, whatever it is.
_UNIT = 4
# Lines of running text wrapped by hand or by a PDF are about this long; a break there ends no sentence.
_WRAPPED = (40, 110)


def sentences(text: str, language: str) -> list[Span]:
    """Split a text into sentences.

    Args:
        text: any text.
        language: an ISO 639-1 code; English rules serve any language but French.

    Returns:
        spans in order that do not overlap, hold every character that is not blank, and begin and end with such a
        character. A blank line always ends a sentence; a line break does unless the text is wrapped.
    """
    return _trimmed(text, _cuts(text, "fr" if language.startswith("fr") else "en"))


def ends_sentence(text: str, words: SentenceWords) -> bool:
    """Whether the end of a text (a line, say) is the end of a sentence."""
    text = text.rstrip()
    last = None
    for last in _END.finditer(text + "\n", max(0, len(text) - 40)):
        pass
    if last is None or last.end() < len(text):
        return False
    return _ends_sentence(text, last, frozenset().union(*_ABBREVIATIONS.values()))


def _cuts(text: str, language: str) -> list[int]:
    abbreviations = _ABBREVIATIONS[language]
    cuts = [match.end() for match in _END.finditer(text) if _ends_sentence(text, match, abbreviations)]
    wrapped = _is_wrapped(text)
    cuts.extend(match.start() for match in _BREAK.finditer(text) if _break_ends(text, match.start(), wrapped))
    return sorted(set(cuts))


def _ends_sentence(text: str, match: re.Match[str], abbreviations: frozenset[str]) -> bool:
    following = _next_word(text, match.end())
    if following and following[0].islower():
        return False
    mark = match.group()
    if mark[0] != "." or mark.startswith(".."):
        return True
    found = _LAST_WORD.search(text, max(0, match.start() - 30), match.start())
    word = found.group() if found else ""
    lower = _ELISION.sub("", word.lower())
    if following[:1].isdigit() and word.islower() and len(lower) <= _UNIT:
        # "à 18 h. 30", "vol. 3"
        return False
    starts = following.lower().replace("’", "'") in STARTERS
    if found and word.isdigit():
        # "1. First" numbers a paragraph; "in 2024. First" ends a sentence.
        line_start = text.rfind("\n", 0, found.start()) + 1
        return bool(text[line_start : found.start()].strip()) or not following
    if len(mark) > 1 and mark != ".":
        return True
    if lower in _UNDECIDED:
        return starts or not following
    if lower in abbreviations:
        return False
    if len(word) == 1 and word.isupper() and word != "I":
        return starts
    if "." in word and all(len(part) <= 2 for part in word.split(".")) and word[0].isalpha():
        return starts or not following
    return True


def _next_word(text: str, start: int) -> str:
    position = start
    while position < len(text) and (text[position].isspace() or text[position] in "\"“«‘'([—–-"):
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
