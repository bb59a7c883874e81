"""A text's head: its title, its date and place lines, and the date itself (pure)."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from onrecord.rag.languages import Language
from onrecord.rag.text.folding import fold
from onrecord.rag.transcript.boilerplate import CLOCK_LINE, TERMINAL_MARKS, is_field
from onrecord.rag.transcript.dates import date_in, is_date_line
from onrecord.rag.transcript.lines import Line

_LONGEST_TITLE = 250
_NOTE = re.compile(r"[(\[*_][^()\[\]]{2,120}[)\]*_]")
_MARKS = re.compile(r"^[#*_=\s]+|[*_=\s]+$")
_DATELINE = re.compile(r"[A-ZÀ-Þ][^.!?\n]{2,70}?(?:\s[–—-]{1,2}\s|\s?\()")
# What programs name files and meetings by: hexadecimal digits, in groups or not.
_IDENTIFIER = re.compile(r"\{?[0-9a-f]{8,}(?:-[0-9a-f]{4,})*\}?", re.IGNORECASE)
# So many short things between commas are keywords.
_KEYWORDS = 3
# The head ends within this many lines; what comes later is body.
_MOST_LINES = 12


@dataclass(frozen=True, slots=True)
class Header:
    """The title, the date found in head or title, the lines that are head (number to reason), and all of it as text."""

    title: str | None
    date: str | None
    lines: dict[int, str]
    text: str


def header_of(
    lines: Sequence[Line],
    title: str | None,
    date: str | None,
    words: Language,
    *,
    labelled: bool,
    speakers: Collection[str] = (),
) -> Header:
    """Read the head of a text.

    Args:
        lines: the lines before the first label (all lines where there is none), without site chrome.
        title: what the file's format says the title is, or None.
        date: what the file's format says the date is (ISO 8601), or None.
        words: the language, or the several, of the text; the first tells the order of day and month.
        labelled: whether a labelled turn follows these lines.
        speakers: the labels of those turns, none of which is a title.
    """
    if title is not None and not may_be_title(title, words, speakers):
        title = None
    head: list[Line] = []
    for line in lines[:_MOST_LINES]:
        # A headline may be a quotation and end like a sentence.
        if not _is_head(line.text, words) and _MARKS.sub("", line.text) != title:
            break
        head.append(line)
    if not labelled and len(head) == len(lines):
        # Nothing but short lines: they are the text.
        head = [line for line in head if is_date_line(line.text, words)] if len(lines) > 1 else []
    reasons: dict[int, str] = {}
    named = [line for line in head if may_be_title(_MARKS.sub("", line.text), words, speakers)]
    if title is None and named:
        # Navigation and kickers stand before a headline and are shorter.
        best = max(named, key=lambda line: (len(line.text.split()) >= 4, -line.number))
        title = " ".join(_MARKS.sub("", best.text).split())
    for line in head:
        text = _MARKS.sub("", line.text)
        if title is not None and " ".join(text.split()) == title:
            reasons[line.number] = "title"
        elif is_date_line(line.text, words):
            reasons[line.number] = "date"
        else:
            reasons[line.number] = "header"
    if date is None:
        date = _first_date([line.text for line in head if is_date_line(line.text, words)], words)
    if date is None and title:
        date = date_in(title, words)
    if date is None:
        date = _first_date([line.text for line in head], words)
    if date is None and len(lines) > len(head):
        date = _dateline(lines[len(head)].text, words)
    # A title among the lines stays where it stands: an office is often printed on the line above the name.
    printed = [_MARKS.sub("", line.text) for line in head]
    text = "\n".join(printed if title in printed else dict.fromkeys([title or "", *printed]))
    return Header(title, date, reasons, text)


def _is_note(text: str, words: Language) -> bool:
    return bool(_NOTE.fullmatch(text) or words.pages.editors_note.fullmatch(text))


def _is_head(text: str, words: Language) -> bool:
    if _is_note(text, words) or is_field(text, words) or CLOCK_LINE.fullmatch(text):
        return True
    return len(text) <= _LONGEST_TITLE and not text.rstrip("*_").endswith(TERMINAL_MARKS[:-2])


def may_be_title(text: str, words: Language, speakers: Collection[str] = ()) -> bool:
    """Whether a line, or what a file says is its title, may be one.

    A date, a time, a field, a byline, keywords, an identifier that a program made up, the word "Transcript" and the
    names of speakers are none.
    """
    if (
        is_date_line(text, words)
        or CLOCK_LINE.fullmatch(text)
        or is_field(text, words)
        or _is_note(text, words)
        or words.pages.byline.fullmatch(text)
    ):
        return False
    plain = fold(text).strip(" :.")
    parts = text.split(",")
    named = {fold(speaker).strip(" :.") for speaker in speakers}
    if plain in words.labels.fields or all(fold(part).strip(" :.") in named for part in parts):
        return False
    keywords = len(parts) > _KEYWORDS and all(part.strip().islower() and len(part.split()) <= 2 for part in parts)
    bare = re.sub(r"[\s_]", "", text)
    identifier = _IDENTIFIER.fullmatch(bare) and any(character.isdigit() for character in bare)
    return sum(character.isalpha() for character in text) >= 4 and not (keywords or identifier)


def _first_date(texts: Sequence[str], words: Language) -> str | None:
    return next((found for text in texts if (found := date_in(text, words))), None)


def _dateline(text: str, words: Language) -> str | None:
    """The date that opens a report: "BRUSSELS, 12 February 2026 – Ministers …"."""
    opening = _DATELINE.match(text)
    return date_in(opening.group(), words) if opening else None
