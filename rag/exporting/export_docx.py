"""The little of Word that an export needs, over python-docx."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import datetime, timezone

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.text.paragraph import Paragraph

# What XML 1.0, and so a DOCX, cannot hold.
_NOT_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
_SMALL = Pt(9)


class WordDocument:
    """A Word document that is written from top to bottom."""

    def __init__(self, title: str) -> None:
        self._document = docx.Document()
        properties = self._document.core_properties
        properties.author, properties.comments = "OnRecord", ""
        properties.title = _clean(title)[:255]
        properties.created = properties.modified = datetime.now(timezone.utc)
        self._document.add_heading(_clean(title), level=1)

    def heading(self, text: str) -> None:
        """Add a heading of the second level."""
        self._document.add_heading(_clean(text), level=2)

    def paragraph(self, text: str, *, style: str | None = None, small: bool = False) -> None:
        """Add a paragraph; `style` is one of Word's built-in ones."""
        run = self._document.add_paragraph(style=style).add_run(_clean(text))
        if small:
            run.font.size = _SMALL

    def marked(self, pieces: Sequence[tuple[str, bool]]) -> None:
        """Add text in which some pieces are marked, by bold letters with a line below; each line is a paragraph."""
        paragraph = self._document.add_paragraph()
        for text, is_marked in pieces:
            for place, line in enumerate(_clean(text).split("\n")):
                if place:
                    paragraph = self._document.add_paragraph()
                run = paragraph.add_run(line)
                run.bold = run.underline = is_marked or None

    def source(self, line: str, address: str | None, media: str | None, recording: str) -> None:
        """Add the line about a quote's source with a link to `address`, and one to its `media` called `recording`."""
        paragraph = self._document.add_paragraph()
        _linked(paragraph, f"— {line}", address)
        if media:
            paragraph.add_run(" · ")
            _linked(paragraph, recording, media)

    def data(self) -> bytes:
        """The document as a file's bytes."""
        out = io.BytesIO()
        self._document.save(out)
        return out.getvalue()


def _linked(paragraph: Paragraph, text: str, address: str | None) -> None:
    run = paragraph.add_run(_clean(text))
    if address:
        relation = paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
        link = OxmlElement("w:hyperlink")
        link.set(qn("r:id"), relation)
        run.font.underline = True
        link.append(run._r)
        paragraph._p.append(link)


def _clean(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)
