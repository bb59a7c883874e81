"""Which lines are no speech, told from the words alone: site chrome, page furniture, end marks (pure)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import pairwise

from onrecord.rag.languages import Language
from onrecord.rag.languages.detection import detect_language
from onrecord.rag.text.folding import fold
from onrecord.rag.transcript.lines import Line

# Names of networks and signs of rights are the same in every language.
_NETWORKS = re.compile(r"\b(?:facebook|twitter|linkedin|whatsapp|instagram|youtube|pinterest)\b", re.IGNORECASE)
_RIGHTS = re.compile(r"©|\(c\) \d{4}", re.IGNORECASE)
_QUOTED = re.compile(r"[«»“”\"]")
_PAGE_COUNT = re.compile(r"\d{1,4}\s*/\s*\d{1,4}|[-–—]\s*\d{1,4}\s*[-–—]")
_NUMBER = re.compile(r"\d{1,4}")
CLOCK_LINE = re.compile(
    # The time, half of the day, zone: "3:56 P.M. EST", "15h30 (Dakar)".
    r"\d{1,2}[:.h]\d{2}\s*(?:[^\W\d_]\.[^\W\d_]\.?|[^\W\d_]{2})?\s*(?:\(?[A-Z]{2,5}\)?|\([^)]{1,40}\))?",
    re.IGNORECASE,
)
# A few words and an address, as programs sign what they made ("Transcribed by https://…").
_PROGRAM = re.compile(r"[^\W\d_]+(?:\s[^\W\d_]+){0,3}\shttps?://\S+")
_EDITORIAL = re.compile(r"[(\[][^()\[\]]{20,400}[)\]]")
# Rules, and the mark with which agencies end a text.
_RULE = re.compile(r"[#*=_\s-]{3,}|-30-")
_DIGITS = re.compile(r"\d+")
TERMINAL_MARKS = (".", "!", "?", "…", ":", ";", "”", '"', "»", "’", ")", "]")

# A foreign block larger than this share of a text is a translation or a second language, not chrome.
_FOREIGN_SHARE = 0.3
_FOREIGN_WORDS = 5
_MENU_LINES, _MENU_WORDS = 4, 4
_BUTTON_WORDS = 6


@dataclass(frozen=True, slots=True)
class Marked:
    """A line told to be no speech, and why."""

    line: int
    reason: str


def furniture(lines: Sequence[Line], words: Language) -> list[Marked]:
    """Find page numbers and the headers and footers that come back on every page, wherever they stand."""
    keys = [_DIGITS.sub("#", line.text.casefold()) for line in lines]
    counts = Counter(keys)
    marked: list[Marked] = []
    numbers = [line for line in lines if _NUMBER.fullmatch(line.text)]
    values = [int(line.text) for line in numbers]
    counted = len(values) >= 3 and sum(a < b for a, b in pairwise(values)) >= len(values) - 2
    pages = {line.number for line in numbers} if counted else set()
    for line, key in zip(lines, keys, strict=True):
        if line.number in pages or _is_page_number(line.text, words, again=counts[key] > 1):
            marked.append(Marked(line.number, "page number"))
        elif counts[key] > 2 and _is_running_header(line.text, key, words):
            marked.append(Marked(line.number, "repeated line"))
    return marked


def _is_page_number(text: str, words: Language, *, again: bool) -> bool:
    if words.pages.page_number.fullmatch(text):
        return True
    return again and bool(_PAGE_COUNT.fullmatch(text) or words.pages.page_count.fullmatch(text))


def _is_spoken(text: str, words: Language) -> bool:
    """Whether a line holds words that people say of themselves or to each other, and sites do not."""
    return bool(words.speech.first_person.search(text) or words.speech.courtesies.search(text))


def _is_running_header(text: str, key: str, words: Language) -> bool:
    if text.endswith(TERMINAL_MARKS) or _is_spoken(text, words):
        return False
    said = text.split()
    capitals = sum(word[0].isupper() or word[0].isdigit() for word in said)
    return len(said) >= 3 and "#" in key and capitals * 2 >= len(said)


def chrome(lines: Sequence[Line], first: int | None, last: int | None, words: Language) -> list[Marked]:
    """Find what the site says rather than a speaker.

    Args:
        lines: the lines to judge, without labels that stand alone.
        first: number of the first line with a label, None where there is none.
        last: number of the last line that is certainly spoken, None where there is no label.
        words: the language, or the several, of the text; the first is its body's.

    Returns:
        the lines marked: anywhere outside labelled turns, and inside them only what no one says aloud.
    """
    outside = [line for line in lines if first is None or last is None or not first <= line.number <= last]
    counts = Counter(line.text.casefold() for line in outside if len(line.text) > 20)
    short = [line for line in lines if len(line.text.split(None, _BUTTON_WORDS)) <= _BUTTON_WORDS]
    scores = {line.number: _score(line.text, words) for line in dict.fromkeys([*outside, *short])}
    marked = {line.number: "site chrome" for line in short if _only_chrome(line.text, scores[line.number], words)}
    for line in outside:
        again = counts[line.text.casefold()] > 1 and not _is_spoken(line.text, words)
        if _is_chrome(line.text, scores[line.number], words):
            marked[line.number] = "site chrome"
        elif again and (scores[line.number] or not line.text.endswith(TERMINAL_MARKS)):
            marked[line.number] = "repeated line"
    for number in _foreign(outside, lines, scores, marked, words):
        marked.setdefault(number, "other language")
    for number in _menus(outside, marked, first, last, words):
        marked.setdefault(number, "navigation")
    return [Marked(number, marked[number]) for number in sorted(marked)]


def _score(text: str, words: Language) -> int:
    """How many kinds of things that sites say a line shows."""
    site = words.pages.site
    cues = sum(bool(getattr(site, kind.name).search(text)) for kind in fields(site))
    rights = bool(_RIGHTS.search(text)) and not site.legal.search(text)
    return cues + bool(_NETWORKS.search(text)) + rights


def _is_chrome(text: str, score: int, words: Language) -> bool:
    length = len(text.split())
    if _QUOTED.search(text) and length > 12:
        return False
    if text.startswith(("©", "Copyright ", "(c) ")):
        return True
    if score >= 2:
        return bool(words.pages.visitor.search(text)) or length <= 12 or score >= 4
    return score == 1 and length <= 8 and not text.endswith((".", "?", "!")) and not _is_spoken(text, words)


def _only_chrome(text: str, score: int, words: Language) -> bool:
    """What marks a line even between a speaker's lines: an advertisement's heading, buttons to share or to log in."""
    if not score or text.endswith(("?", "!", ",", "—", "…")) or _is_spoken(text, words):
        return False
    return bool(words.pages.site.advertisement.search(text)) or (score >= 2 and not text.endswith("."))


def _foreign(
    outside: Sequence[Line],
    lines: Sequence[Line],
    scores: dict[int, int],
    marked: dict[int, str],
    words: Language,
) -> list[int]:
    """Lines in another language than the body, in blocks that show some sign of a site."""
    total = sum(len(line.text) for line in lines)
    blocks: list[list[Line]] = []
    size = 0
    previous = -2
    for line in outside:
        if len(line.text.split()) < _FOREIGN_WORDS and blocks and line.number == previous + 1:
            # A short line tells no language; between foreign ones it is theirs.
            previous = line.number
            blocks[-1].append(line)
            continue
        if len(line.text.split()) < _FOREIGN_WORDS or detect_language(line.text, default=words.code) == words.code:
            continue
        if line.number != previous + 1:
            blocks.append([])
        blocks[-1].append(line)
        previous = line.number
        size += len(line.text)
    for block in blocks:
        while len(block[-1].text.split()) < _FOREIGN_WORDS:
            block.pop()
    if size > _FOREIGN_SHARE * total:
        return []
    found: list[int] = []
    for block in blocks:
        signs = any(scores[line.number] or line.number in marked for line in block)
        speech = sum(_is_spoken(line.text, words) or bool(_QUOTED.search(line.text)) for line in block)
        if signs and 2 * speech < len(block):
            found.extend(line.number for line in block)
    return found


def is_field(text: str, words: Language) -> bool:
    """Whether a line names a field and fills it: "Date: 2 May"."""
    name, colon, filling = text.partition(":")
    return bool(colon and filling.strip()) and fold(name.strip()) in words.pages.fields


def _menus(
    outside: Sequence[Line], marked: dict[int, str], first: int | None, last: int | None, words: Language
) -> list[int]:
    """Runs of very short lines at either end of a text, as menus and lists of links are."""
    found: list[int] = []
    head = [line for line in outside if first is None or line.number < first]
    tail = [line for line in outside if last is not None and line.number > last]
    for region in (head, list(reversed(tail)) if first is not None else list(reversed(head))):
        run: list[int] = []
        for line in region:
            if line.number in marked:
                continue
            sentence = len(line.text.split()) > _MENU_WORDS or line.text.endswith((".", "!", "?", "…", ":"))
            if sentence or is_field(line.text, words):
                break
            run.append(line.number)
        if len(run) >= _MENU_LINES:
            found.extend(run)
    return found


def end_marks(lines: Sequence[Line], words: Language) -> list[Marked]:
    """Find the marks that close a transcript ("END 3:56 P.M.", "# # #") among its last lines."""
    found: list[Marked] = []
    for line in reversed(lines[-8:]):
        if _is_end_mark(line.text, words):
            found.append(Marked(line.number, "end mark"))
        elif _EDITORIAL.fullmatch(line.text) and len(lines) > 1:
            found.append(Marked(line.number, "editor's note"))
        elif _PROGRAM.fullmatch(line.text) and line.after_blank and len(lines) > 1:
            found.append(Marked(line.number, "note of the program"))
        else:
            break
    return found[::-1]


def _is_end_mark(text: str, words: Language) -> bool:
    if _RULE.fullmatch(text) or CLOCK_LINE.fullmatch(text):
        return True
    inner = text.lstrip("([")
    end = words.pages.end.match(inner)
    after = inner[end.end() :].lstrip(")] .:–—-") if end else ""
    return end is not None and (not after or bool(CLOCK_LINE.fullmatch(after)))
