"""A page's marks on words, done before its text is taken: what is struck out, hidden or a note's mark is emptied."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from lxml import etree

from onrecord.rag.readers.raised import PrintedPiece, text_without_notes


def tags(names: str) -> frozenset[str]:
    """Names of elements, written in one string."""
    return frozenset(names.split())


BLOCKS = tags(
    "address article aside blockquote body button caption center dd details dialog dir div dl dt fieldset"
    " figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol optgroup option"
    " p pre search section summary table tbody tfoot thead tr ul"
)
"""Elements that stand on lines of their own."""

_APART = BLOCKS | {"br", "td", "th"}

_STRUCK = frozenset(("del", "s", "strike"))
_LEVELS = {"sup": 1, "sub": -1}
_VERTICAL = {"vertical-align:super": 1, "vertical-align:sub": -1}
# Marks of a quotation inside another are single.
_QUOTES = ("“", "”"), ("‘", "’")
_OPENING_MARKS = tuple("\"'“‘«„‹")
# A page under a dialogue is marked as hidden for readers of screens; when it is most of the page, it is its text.
_MOST = 0.5
_IN_BRACKETS = re.compile(r"\[[^\[\]]{1,12}\]")
# Notes are less than the text that they belong to; what is more is a page whose parts are linked by numbers.
_MOST_NOTES = 0.4
# What stands before a mark tells what it is; more than this does not matter.
_REACH = 40


@dataclass(slots=True)
class SaidOnPage:
    """What was done to a page: how much was emptied, by kind, and the elements that hold its notes."""

    emptied: Counter[str] = field(default_factory=Counter)
    notes: set[etree._Element] = field(default_factory=set)
    shows_aria_hidden: bool = False

    def sentences(self) -> tuple[str, ...]:
        """Return sentences on what was left out."""
        said = {
            "struck": ("struck-out passage was left out", "struck-out passages were left out"),
            "hidden": ("hidden passage was left out", "hidden passages were left out"),
            "mark": ("raised mark of a note was left out", "raised marks of notes were left out"),
        }
        return tuple(f"{count:,} {said[kind][count != 1]}." for kind in said if (count := self.emptied[kind]))


def keep_what_was_said(body: etree._Element) -> SaidOnPage:
    """Empty, in place, the inline elements of a page that hold no words of its text; give quotations their marks.

    Struck-out and hidden words and marks of notes go; ordinals, exponents and sum formulas stay as plain characters.
    """
    said = SaidOnPage(shows_aria_hidden=_is_mostly_aria_hidden(body))
    before = ""
    depth = 0
    targets: set[str] = set()
    walk = etree.iterwalk(body, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start" and tag:
            if tag in _APART:
                before = ""
            kind = _kind(element, tag, said)
            if kind in ("struck", "hidden"):
                said.emptied[kind] += any(map(str.isalnum, text_of(element)))
                empty(element)
            elif kind == "mark":
                before += _mark(element, tag, before, said, targets)
            elif tag == "q":
                marks = _QUOTES[depth % 2]
                depth += 1
                _quote(element, marks)
            if kind:
                walk.skip_subtree()
            else:
                before = (before + (element.text or ""))[-_REACH:]
        elif event == "end":
            depth -= tag == "q"
            if tag in _APART:
                before = ""
        if event != "start" and element is not body:
            before = (before + (element.tail or ""))[-_REACH:]
    said.notes = _notes(body, targets)
    return said


def is_hidden(element: etree._Element, *, aria: bool) -> bool:
    """Whether a page as saved does not show an element.

    `aria` says whether that counts which is hidden from those who have the screen read to them.
    """
    style = (element.get("style") or "").replace(" ", "").lower()
    if "hidden" in element.attrib or "display:none" in style or "visibility:hidden" in style:
        return True
    return aria and (element.get("aria-hidden") or "").lower() == "true"


def _is_mostly_aria_hidden(body: etree._Element) -> bool:
    hidden = total = inside = 0
    for event, element in etree.iterwalk(body, events=("start", "end")):
        covers = (element.get("aria-hidden") or "").lower() == "true"
        if event == "start":
            inside += covers
            size = len((element.text or "").strip())
        else:
            inside -= covers
            size = len((element.tail or "").strip()) if element is not body else 0
        total += size
        hidden += size if inside else 0
    return hidden > _MOST * total


def _kind(element: etree._Element, tag: str, said: SaidOnPage) -> str | None:
    """What an element is: struck, hidden, a mark that may be a note's; None where its words count as they stand."""
    style = (element.get("style") or "").replace(" ", "").lower()
    if tag in _STRUCK or "line-through" in style:
        return "struck"
    if tag in _APART:
        return None
    if is_hidden(element, aria=not said.shows_aria_hidden) and not any(child.tag in _APART for child in element.iter()):
        return "hidden"
    if tag in _LEVELS or any(value in style for value in _VERTICAL) or _links_to_note(element, tag):
        return None if any(child.tag in _APART for child in element.iter()) else "mark"
    return None


def _links_to_note(element: etree._Element, tag: str) -> bool:
    return tag == "a" and len(element.get("href") or "") > 1 and (element.get("href") or "").startswith("#")


def _mark(element: etree._Element, tag: str, before: str, said: SaidOnPage, targets: set[str]) -> str:
    """Write a raised, lowered or linking element as plain text, empty for a note's mark; return that text."""
    words = text_of(element)
    style = (element.get("style") or "").replace(" ", "").lower()
    level = _LEVELS.get(tag) or next((level for value, level in _VERTICAL.items() if value in style), 0)
    links = [inner.get("href") or "" for inner in element.iter("a")]
    linked = any(link.startswith("#") and len(link) > 1 for link in links)
    if not level and any(inner.tag in _LEVELS for inner in element.iter()):
        level = 1
    if not level and not _IN_BRACKETS.fullmatch(words) and not before[-1:].strip():
        # A link to a place on the page that stands by itself, as in a list of contents.
        return words
    tail = element.tail or ""
    following = element.getnext()
    if not tail and following is not None and following.tag == "a":
        tail = following.text or ""
    text, marks = text_without_notes([PrintedPiece(before), PrintedPiece(words, level, linked), PrintedPiece(tail)])
    if marks:
        said.emptied["mark"] += 1
        targets.update(link[1:] for link in links if link.startswith("#"))
        empty(element)
        return ""
    kept = text[len(before) : len(text) - len(tail)] if text.startswith(before) else words
    if kept != words or level:
        empty(element)
        element.text = kept
    return kept


def text_of(element: etree._Element) -> str:
    """Return all text in an element, its blanks single."""
    return " ".join(str(element.xpath("string()")).split())


def empty(element: etree._Element) -> None:
    """Take away what an element holds; it stays, since the text after it belongs to it in the tree."""
    tail = element.tail
    element.clear()
    element.tag, element.tail = "span", tail


def _quote(element: etree._Element, marks: tuple[str, str]) -> None:
    words = text_of(element)
    if not words or words.startswith(_OPENING_MARKS):
        return
    element.text = marks[0] + (element.text or "").lstrip()
    if len(element):
        element[-1].tail = (element[-1].tail or "").rstrip() + marks[1]
    else:
        element.text = element.text.rstrip() + marks[1]


def _notes(body: etree._Element, targets: set[str]) -> set[etree._Element]:
    """The blocks that the marks of notes lead to: named as they say, or beginning with an element that is."""
    notes: set[etree._Element] = set()
    if not targets:
        return notes
    for element in body.iter():
        if isinstance(element.tag, str) and not targets.isdisjoint([element.get("id"), element.get("name")]):
            block: etree._Element | None = element
            while block is not None and block.tag not in BLOCKS:
                opens = block.getprevious() is None and not (getattr(block.getparent(), "text", None) or "").strip()
                block = block.getparent() if opens else None
            if block is not None and block is not body:
                notes.add(block)
    size = sum(len(text_of(note)) for note in notes)
    return notes if size <= _MOST_NOTES * len(text_of(body)) else set()
