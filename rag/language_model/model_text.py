"""A language model's text taken apart: plain lines, sentences, quotations and markers (pure).

Nothing in the text is trusted: markup, links, images, HTML, hidden characters and the model's own lists of sources are
removed before anything is read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from onrecord.rag.languages import LANGUAGES, Language, together
from onrecord.rag.people.names import CAPITAL
from onrecord.rag.text.quotes import DOUBLE_QUOTES, INVISIBLE, SINGLE_QUOTES

_OPENING, _CLOSING, _STRAIGHT = "“„‟«‹「『《〈〝❝", "”»›」』》〉〞❞", '"＂″‶'
# Private characters stand for what is taken out of the text while its sentences are told apart.
_QUOTE, _ENDING_QUOTE, _MARKER = 0xE000, 0xE800, 0xF000
_MOST_TAKEN = 0x7FF
_ROUNDS = 20
_PRIVATE = re.compile("[\ue000-\uf8ff]")
_THINKING = re.compile(r"<(think|thinking|reasoning)\b[^>]*>.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"<!--.*?(?:-->|\Z)|</?[A-Za-z!?][^<>]*>", re.DOTALL)
_IMAGE = re.compile(r"!\[[^\]\n]*\]\s*(?:\([^()\n]*\)|\[[^\]\n]*\])")
_LINK = re.compile(r"\[([^\[\]\n]*)\]\s*\([^()\n]*\)")
_DEFINITION = re.compile(r"^\s*\[[^\]\n]*\]\s*:.*$", re.MULTILINE)
_ADDRESS = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]*\s*:\s*//|\b(?:javascript|data|mailto|vbscript):|\bwww\.)\S*", re.IGNORECASE
)
_HOST = re.compile(r"\b(?:[a-z0-9-]{1,63}\.)+[a-z]{2,63}/\S*", re.IGNORECASE)
# A model may write any language that it knows.
_ALL = together(*LANGUAGES).model


def _any_of(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=lambda word: (-len(word), word)))


_OWN_SOURCES = re.compile(rf"^[\s#*_>-]*(?:{_any_of(_ALL.own_sources)})\b[\s*_]*(?::|$)", re.IGNORECASE)
_LISTED_SOURCE = re.compile(r"^\s*(?:[-*•]\s*)?[\[【]\^?\s*\d+\s*[\]】]\s*(?:[:.–—-]|\S*$|.*\d{4}-\d\d)")
_LINE_START = re.compile(r"^\s*(?:#{1,6}\s+|>+\s*|[-*•+]\s+|\d{1,2}[.)]\s+)")
_POINTER = rf"(?:{_any_of(_ALL.pointer)})?\s*#?\s*"
_AND = rf"(?:[,;&–-]|{_any_of(_ALL.joined)})"
MARKERS = re.compile(
    rf"[\[【［]\s*\^?\s*{_POINTER}(\d{{1,3}}(?:\s*{_AND}\s*{_POINTER}\d{{1,3}})*)\s*[\]】］]", re.IGNORECASE
)
_SENTENCE_END = re.compile(
    rf"(?:(?P<mark>[.!?…]+)|[{chr(_ENDING_QUOTE)}-{chr(_MARKER - 1)}])"
    rf"(?:\s*[{chr(_MARKER)}-{chr(_MARKER + _MOST_TAKEN)}])*"
    rf"(?=\s+(?:{CAPITAL}|[\d{chr(_QUOTE)}-{chr(_MARKER - 1)}])|\s*$)"
)
# In a text that still grows: a sentence's end with its markers, and the beginning of the next.
_NEXT_BEGUN = re.compile(rf"(?P<mark>[.!?…]+)[”»\"]?(?:\s*[\[【][^\]】\n]*[\]】])*\s+(?={CAPITAL}|\d)|\n(?=\s*\S)")
_MARKUP = re.compile(r"[*`|\\~^{}<>#\[\]【】［］]")


@dataclass(slots=True)
class Taken:
    """What the placeholders of a line stand for: the words inside quotation marks, and the numbers of markers."""

    quotations: dict[str, str]
    markers: dict[str, list[int]]


def settled(raw: str, words: Language) -> str:
    """The beginning of a growing text that later words cannot change: whole sentences, outside any mark or bracket.

    A sentence counts as whole once the next one has begun, because its markers may still follow. `words` is the
    language that the text is to be in.
    """
    if re.search(r"<(?:think|thinking|reasoning)\b", raw, re.IGNORECASE) and _THINKING.search(raw):
        rest = _THINKING.sub("", raw)
        if not rest.strip():
            return ""
    best = 0
    for end in _ends(_NEXT_BEGUN, raw, words):
        before = raw[: end.end()]
        line = before.rsplit("\n", 1)[-1]
        if _balanced(line) and before.count("<") == before.count(">") and before.count("```") % 2 == 0:
            best = end.end()
    return raw[:best]


def _ends(pattern: re.Pattern[str], text: str, words: Language) -> Iterator[re.Match[str]]:
    """The ends of sentences among what looks like one: a full stop may belong to an abbreviation."""
    for match in pattern.finditer(text):
        if match["mark"] is None or words.ends_sentence(text[: match.end("mark")]):
            yield match


def _balanced(line: str) -> bool:
    depth = 0
    straight = sum(line.count(sign) for sign in _STRAIGHT)
    for sign in line:
        depth += (sign in _OPENING + "[(【") - (sign in _CLOSING + "])】")
    return depth == 0 and straight % 2 == 0


def plain_lines(raw: str) -> list[str]:
    """The lines of a model's text without markup, links, images, HTML, hidden characters and lists of sources."""
    text = _PRIVATE.sub("", re.sub(f"[{INVISIBLE}]", "", raw))
    text = re.sub(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", " ", text.replace("\r", "\n"))
    # What is left after a removal may be markup again ("<<b>script>"), so this goes on until nothing changes.
    # The rest is disarmed as prose.
    for _ in range(_ROUNDS):
        before = text
        for pattern in (_THINKING, _TAG, _IMAGE, _DEFINITION):
            text = pattern.sub(" ", text)
        # "[1](address)" is a marker that the model made a link of.
        text = _LINK.sub(lambda link: f"[{link[1]}]" if link[1].strip().isdigit() else link[1], text)
        for pattern in (_ADDRESS, _HOST):
            text = pattern.sub(" ", text)
        if text == before:
            break
    text = re.sub(r":\s*//+", " ", text)
    lines: list[str] = []
    for line in text.split("\n"):
        if _OWN_SOURCES.match(line):
            break
        if _LISTED_SOURCE.match(line):
            continue
        line = " ".join(_LINE_START.sub("", line).split())
        if any(character.isalnum() for character in line):
            lines.append(line)
    return lines


def sentences_written(line: str, words: Language) -> list[tuple[str, Taken]]:
    """Cut a line in some language into sentences, with placeholders where quotations and markers stood."""
    taken = Taken({}, {})
    text = MARKERS.sub(lambda match: _marker(match, taken), line)
    parts, position = [], 0
    for start, end in _quotations(text):
        inner = text[start + 1 : end - 1]
        # Markers inside a quotation belong to its sentence.
        inside = "".join(sign for sign in inner if sign in taken.markers)
        quoted = "".join(sign for sign in inner if sign not in taken.markers).strip()
        parts.append(text[position:start])
        if any(character.isalnum() for character in quoted) and len(taken.quotations) < _MOST_TAKEN:
            base = _ENDING_QUOTE if quoted[-1] in ".!?…" else _QUOTE
            sign = chr(base + len(taken.quotations))
            taken.quotations[sign] = quoted
            parts.append(sign + inside)
        position = end
    text = "".join([*parts, text[position:]])
    cuts = [0, *(match.end() for match in _ends(_SENTENCE_END, text, words)), len(text)]
    found = (text[start:end].strip() for start, end in pairwise(cuts))
    return [(sentence, taken) for sentence in found if sentence]


def _marker(match: re.Match[str], taken: Taken) -> str:
    if len(taken.markers) >= _MOST_TAKEN:
        return " "
    numbers: list[int] = []
    for part in re.split(rf"[,;&]|{_any_of(_ALL.joined)}", match[1]):
        ends = [int(number) for number in re.findall(r"\d+", part)]
        # "[1-3]" names 1, 2 and 3; a range that names more passages than are ever given names none.
        numbers += range(ends[0], ends[-1] + 1) if 0 <= ends[-1] - ends[0] < 20 else []
    sign = chr(_MARKER + len(taken.markers))
    taken.markers[sign] = numbers
    return sign


def _quotations(text: str) -> list[tuple[int, int]]:
    """The outermost quotations, marks included; a mark that is never closed opens none."""
    found: list[tuple[int, int]] = []
    stack: list[tuple[str, int]] = []
    for position, sign in enumerate(text):
        closes = sign in _CLOSING or (sign == "“" and bool(stack) and stack[-1][0] == "„")
        if sign in _STRAIGHT:
            closes = any(opening in _STRAIGHT for opening, _ in stack)
        if closes and stack:
            if sign in _STRAIGHT:
                while stack[-1][0] not in _STRAIGHT:
                    stack.pop()
            _, start = stack.pop()
            if not stack:
                found.append((start, position + 1))
        elif sign in _OPENING or (sign in _STRAIGHT and not closes):
            stack.append((sign, position))
    return found


def disarmed(text: str) -> str:
    """The words of the model outside quotation marks: no marks, no markup; an apostrophe only inside a word."""
    text = re.sub(r"_+", " ", _MARKUP.sub(lambda sign: {"[": "(", "]": ")"}.get(sign[0], ""), text))
    text = re.sub(f"[{re.escape(DOUBLE_QUOTES)}]", "", text)
    text = re.sub(f"(?<!\\w)[{re.escape(SINGLE_QUOTES)}]|[{re.escape(SINGLE_QUOTES)}](?!\\w)", "", text)
    text = re.sub(f"[{re.escape(SINGLE_QUOTES)}]", "’", text)
    return re.sub(r"\s+(?=[.,…](?:\s|$))", "", " ".join(re.sub(r"\(\s*\)", "", text).split()))
