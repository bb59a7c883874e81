"""The visible text of a web page, line by line, in the order of the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from onrecord.rag.readers.html_rows import Rows
from onrecord.rag.readers.html_said import BLOCKS, SaidOnPage, is_hidden, tags

# Never shown as text. `noscript` is shown only where scripts are switched off.
_UNSEEN = tags(
    "script style template noscript svg math iframe object embed audio video canvas map textarea select datalist"
    " title head"
)
# Blocks that a browser sets apart by an empty line, not by a line end alone.
_SPACED = tags("address article aside blockquote dl figure h1 h2 h3 h4 h5 h6 hr main nav ol p pre section table ul")
_BLANK = re.compile(r"[ \t\n\r\f]+")
_INVISIBLE = re.compile("[\u00ad\u200b\u200c\u200d\u2060\ufeff]")
_WIDE_GAP = re.compile("[ \u00a0]{2,}")
# A bold speaker label inside a paragraph ("… today. <b>MS. ARDEN:</b> No."): it begins the next turn.
_LABEL = re.compile(r"\S.{0,78}\s?:", re.DOTALL)
_SENTENCE_END = re.compile(r"[.!?…»”\")\]–—-]\s*$")


@dataclass(frozen=True, slots=True)
class Block:
    """One line of text: the block element it stands in, and how many of its characters are link text.

    `apart` says that an empty line precedes it; `hidden` that the page as saved does not show it at once. `seconds` is
    the place in the recording that stands beside it; `head` says that it holds the heads of a table's columns, `spoken`
    that it belongs to a row of speaker and words.
    """

    text: str
    element: etree._Element
    linked: int
    apart: bool
    hidden: bool
    seconds: float | None = None
    head: bool = False
    spoken: bool = False


class _Line:
    """The line being gathered while the page is walked."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.linked = 0
        self.apart = True
        self.seconds: float | None = None
        self.head = False
        self.waiting = False
        self.cells = 0  # how many open cells of speakers and words it stands in
        self.spoken = False

    def add(self, text: str, linked: bool) -> None:
        if text.startswith(" ") and (not self.pieces or self.pieces[-1].endswith((" ", "\t"))):
            text = text[1:]
        if text:
            self.pieces.append(text)
            self.linked += len(text) if linked else 0
            self.waiting = self.waiting and not text.strip()

    def name(self) -> None:
        """Put a colon behind the speaker's name gathered so far, and wait for the words on the same line."""
        name = "".join(self.pieces).rstrip()
        if name:
            self.pieces = [name if name.endswith(":") else f"{name}:"]
            self.add(" ", linked=False)
            self.waiting = True

    def finish(self, element: etree._Element, hidden: bool) -> Block | None:
        text = _INVISIBLE.sub("", "".join(self.pieces))
        # A run of hard spaces is a gap made by hand ("Q    Thank you"); a single one is typography ("oui !").
        text = _WIDE_GAP.sub(lambda gap: " " * len(gap.group()), text).strip()
        block = (
            Block(text, element, self.linked, self.apart, hidden, self.seconds, self.head, self.spoken)
            if text
            else None
        )
        self.pieces.clear()
        self.linked = 0
        self.waiting = False
        if block:
            self.apart = self.head = False
            self.seconds = None
            self.spoken = self.cells > 0
        return block


def blocks_of(body: etree._Element, rows: Rows, said: SaidOnPage) -> Iterator[Block]:
    """Yield the lines of text under `body` in order; scripts, styles and form fields are left out.

    A speaker's name and the words beside it, as `rows` has them, are one line `Name: words`.
    """
    line = _Line()
    around: list[etree._Element] = []  # open block elements
    links = hidden = verbatim = 0  # how many open elements make it so
    aria = not said.shows_aria_hidden
    walk = etree.iterwalk(body, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start":
            if tag in _UNSEEN:
                walk.skip_subtree()
                continue
            links += tag == "a"
            verbatim += tag == "pre"
            if element in rows.speakers:
                line.waiting = False
            if tag in BLOCKS or tag == "br" or element in rows.speakers or _starts_turn(element, tag, line):
                yield from _finished(line, around, hidden)
                line.apart |= tag in _SPACED or (tag not in BLOCKS and tag != "br")
                if tag == "br":
                    # Two line breaks in a row are how some pages part paragraphs.
                    line.apart |= _follows_break(element)
            if element in rows.speakers or element in rows.words:
                line.cells += 1
                line.spoken = True
            line.seconds = rows.seconds.get(element, line.seconds)
            line.head |= element in rows.heads
            if tag in ("td", "th") and line.pieces and not line.waiting:
                line.add("\t", linked=False)
            if tag in BLOCKS:
                around.append(element)
            hidden += is_hidden(element, aria=aria)
            yield from _text(element.text, line, around, links, hidden, verbatim)
        elif event == "end":
            if tag not in _UNSEEN:
                links -= tag == "a"
                verbatim -= tag == "pre"
                line.cells -= element in rows.speakers or element in rows.words
                if rows.speakers.get(element):
                    line.name()
                elif element in rows.speakers:
                    yield from _finished(line, around, hidden)
                if element in rows.words:
                    line.waiting = False
                if tag in BLOCKS:
                    yield from _finished(line, around, hidden)
                    line.apart |= tag in _SPACED
                    around.pop()
                hidden -= is_hidden(element, aria=aria)
            if element is not body:
                yield from _text(element.tail, line, around, links, hidden, verbatim)
        else:
            yield from _text(element.tail, line, around, links, hidden, verbatim)
    line.waiting = False
    yield from _finished(line, around or [body], hidden)


def _text(
    text: str | None, line: _Line, around: list[etree._Element], links: int, hidden: int, verbatim: int
) -> Iterator[Block]:
    if not text:
        return
    if not verbatim:
        line.add(_BLANK.sub(" ", text), linked=links > 0)
        return
    for position, part in enumerate(text.splitlines() + ([""] if text.endswith("\n") else [])):
        if position:
            had_words = bool("".join(line.pieces).strip())
            yield from _finished(line, around, hidden)
            line.apart |= not had_words
        line.add(part, linked=links > 0)


def _finished(line: _Line, around: list[etree._Element], hidden: int) -> Iterator[Block]:
    block = line.finish(around[-1], hidden > 0) if around and not line.waiting else None
    if block:
        yield block


def _starts_turn(element: etree._Element, tag: str, line: _Line) -> bool:
    if tag not in ("b", "strong") or not line.pieces or not _SENTENCE_END.search("".join(line.pieces[-3:])):
        return False
    label = str(element.xpath("string()"))
    if not label.rstrip().endswith(":") and (element.tail or "").lstrip().startswith(":"):
        label += ":"
    return _LABEL.fullmatch(label.strip()) is not None


def _follows_break(element: etree._Element) -> bool:
    previous = element.getprevious()
    return previous is not None and previous.tag == "br" and not (previous.tail or "").strip()
