"""The text of Word's paragraphs: what is printed and was said, without what is struck out, hidden or a note's mark."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from docx.oxml.ns import qn
from lxml import etree

from onrecord.rag.readers.raised import PrintedPiece, text_without_notes

# Field codes, and the older copy of a text box.
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SKIPPED = frozenset((qn("w:instrText"), qn("w:delInstrText"), qn("w:pPr"), qn("w:rPr"), qn("w:moveFrom"), _FALLBACK))
_DELETED = qn("w:del")
_SIGNS = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "\u2011", qn("w:ptab"): "\t"}
_OFF = frozenset(("0", "false", "off", "none"))
_LEVELS = {"superscript": 1, "subscript": -1}
# A raised run as Word writes it where the font has no smaller letters: by half-points.
_RAISED_BY = 4


@dataclass(frozen=True, slots=True)
class Look:
    """How a run is set, as far as it matters to what was said; None where it does not say."""

    struck: bool | None = None
    hidden: bool | None = None
    bold: bool | None = None
    level: int | None = None

    def over(self, other: Look) -> Look:
        """Return this look, with the other's where this says nothing."""
        return Look(
            other.struck if self.struck is None else self.struck,
            other.hidden if self.hidden is None else self.hidden,
            other.bold if self.bold is None else self.bold,
            other.level if self.level is None else self.level,
        )


@dataclass(slots=True)
class Paragraph:
    """A paragraph's text; the bold words that it begins with, where other words follow them; its text boxes."""

    text: str
    lead: str
    boxes: list[Any]


@dataclass(slots=True)
class DocxWords:
    """Reads paragraphs by a document's styles, and counts what it leaves out."""

    styles: dict[str, Look] = field(default_factory=dict)
    left_out: Counter[str] = field(default_factory=Counter)

    def paragraph(self, element: Any) -> Paragraph:
        """Return what a paragraph says."""
        style = element.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        base = self.styles.get(_value(style), Look())
        pieces: list[PrintedPiece] = []
        bold: list[bool] = []
        boxes: list[Any] = []
        struck_before = hidden_before = False
        for text, look in self._runs(element, boxes):
            own = look.over(base)
            if text.strip():
                self.left_out["struck"] += bool(own.struck) and not struck_before
                self.left_out["hidden"] += bool(own.hidden) and not own.struck and not hidden_before
                struck_before, hidden_before = bool(own.struck), bool(own.hidden)
            if not own.struck and not own.hidden:
                pieces.append(PrintedPiece(text, own.level or 0))
                bold.append(bool(own.bold))
        text, marks = text_without_notes(pieces)
        self.left_out["marks"] += marks
        return Paragraph(_tidy(text), _lead(pieces, bold), boxes)

    def notes(self) -> tuple[str, ...]:
        """Return sentences on what was left out."""
        said = {
            "struck": ("struck-out passage was left out", "struck-out passages were left out"),
            "hidden": ("hidden passage was left out", "hidden passages were left out"),
            "marks": ("raised mark of a note was left out", "raised marks of notes were left out"),
        }
        return tuple(f"{count:,} {said[kind][count != 1]}." for kind in said if (count := self.left_out[kind]))

    def _runs(self, paragraph: Any, boxes: list[Any]) -> Iterator[tuple[str, Look]]:
        look = Look()
        deleted = 0
        walk = etree.iterwalk(paragraph, events=("start", "end"))
        for event, element in walk:
            tag = element.tag
            if event == "end":
                if tag == qn("w:r"):
                    look = Look()
                deleted -= tag == _DELETED
            elif tag in _SKIPPED:
                walk.skip_subtree()
            elif tag == _DELETED:
                deleted += 1
            elif tag == qn("w:txbxContent"):
                boxes.append(element)
                walk.skip_subtree()
            elif tag == qn("w:r"):
                look = self._look(element.find(qn("w:rPr")))
            elif tag == qn("w:delText"):
                yield element.text or "", Look(struck=True)
            elif tag == qn("w:t"):
                yield element.text or "", Look(struck=True).over(look) if deleted else look
            elif tag in _SIGNS:
                yield _SIGNS[tag], look

    def _look(self, properties: Any) -> Look:
        if properties is None:
            return Look()
        style = properties.find(qn("w:rStyle"))
        return look_of(properties).over(self.styles.get(_value(style), Look()))


def styles_of(styles: Any) -> dict[str, Look]:
    """Return how each style of a document sets its words, with what it takes from the styles it is based on."""
    elements = {style.get(qn("w:styleId")): style for style in styles.iter(qn("w:style"))}
    looks: dict[str, Look] = {}
    for identifier, style in elements.items():
        look = Look()
        seen: set[str] = set()
        while style is not None and identifier not in seen:
            seen.add(identifier)
            properties = style.find(qn("w:rPr"))
            look = look if properties is None else look.over(look_of(properties))
            identifier = _value(style.find(qn("w:basedOn")))
            style = elements.get(identifier)
        looks[next(iter(seen))] = look
    return looks


def look_of(properties: Any) -> Look:
    """Return what the properties of a run (`w:rPr`) say."""
    struck = [_on(properties, name) for name in ("w:strike", "w:dstrike")]
    vertical = properties.find(qn("w:vertAlign"))
    level = None if vertical is None else _LEVELS.get(_value(vertical), 0)
    position = properties.find(qn("w:position"))
    if level is None and position is not None and _value(position).lstrip("-").isdigit():
        raised = int(_value(position))
        level = (raised > 0) - (raised < 0) if abs(raised) >= _RAISED_BY else 0
    return Look(
        struck=None if struck == [None, None] else any(struck),
        hidden=_on(properties, "w:vanish"),
        bold=_on(properties, "w:b"),
        level=level,
    )


def _on(properties: Any, name: str) -> bool | None:
    element = properties.find(qn(name))
    return None if element is None else _value(element).lower() not in _OFF


def _value(element: Any) -> str:
    return "" if element is None else element.get(qn("w:val")) or ""


def _tidy(text: str) -> str:
    lines = text.replace("\r", "\n").replace("\u00ad", "").split("\n")
    return "\n".join(line.strip() for line in lines).strip()


def _lead(pieces: list[PrintedPiece], bold: list[bool]) -> str:
    """The bold words that a paragraph begins with, if words that are not bold follow them in the same line."""
    lead = ""
    for piece, is_bold in zip(pieces, bold, strict=True):
        if not is_bold and piece.text.strip():
            return lead.strip() if "\n" not in lead.strip() and not lead.endswith("\n") else ""
        lead += piece.text
    return ""
