"""DOCX: headings, paragraphs and tables in order; headers, footers and notes after them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from lxml import etree

from onrecord.rag.errors import UnreadableFile
from onrecord.rag.readers.composing import is_dialogue
from onrecord.rag.readers.encoding import require_words
from onrecord.rag.readers.metadata import document_title, found_metadata
from onrecord.rag.types import Boilerplate, SourceText

# A document unpacks to a few times its size; what passes this is made to exhaust the memory.
_MOST_BYTES = 500_000_000

_PARAGRAPH, _TABLE, _ROW, _CELL = qn("w:p"), qn("w:tbl"), qn("w:tr"), qn("w:tc")
# Deleted and moved text of tracked changes, field codes, and the older copy of a text box.
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SKIPPED = frozenset((qn("w:del"), qn("w:moveFrom"), qn("w:instrText"), qn("w:pPr"), qn("w:rPr"), _FALLBACK))
_SIGNS = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "\u2011", qn("w:ptab"): "\t"}


def read_docx(name: str, data: bytes) -> SourceText:
    """Return the document's text: paragraphs parted by empty lines, a table's rows as lines with tabs between cells.

    Footnotes and endnotes follow the text; headers and footers end it, marked as boilerplate. The title is the
    document's, or that of its first title or first-level heading; its dates are not taken, since they say when the file
    was made. Raises UnreadableFile for a damaged document and for one without text.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(member.file_size for member in archive.infolist()) > _MOST_BYTES:
                raise UnreadableFile(f"{name}: this DOCX unpacks to an excessive size. Save it again or as text.")
        document = docx.Document(io.BytesIO(data))
        body = "\n\n".join(_blocks(document.element.body))
        notes = "\n\n".join(
            text
            for kind in (RELATIONSHIP_TYPE.FOOTNOTES, RELATIONSHIP_TYPE.ENDNOTES)
            for part in _related(document, kind)
            for text in _blocks(etree.fromstring(part))
        )
        edges = dict.fromkeys(text for section in document.sections for text in _edges(section))
        title = document_title(document.core_properties.title) or _heading(document)
        language = document.core_properties.language
    except UnreadableFile:
        raise
    except Exception as error:  # python-docx meets a damaged document with errors of many kinds
        raise UnreadableFile(
            f"{name}: this DOCX file is damaged ({type(error).__name__}). Open it, save it again and add that."
        ) from error
    text = "\n\n".join(part for part in (body, notes) if part)
    require_words(name, text)
    boilerplate: tuple[Boilerplate, ...] = ()
    if edges:
        start = len(text) + 2
        text += "\n\n" + "\n".join(edges)
        boilerplate = (Boilerplate(start, len(text), "page furniture"),)
    metadata = found_metadata({"title": title, "language": language or None})
    return metadata.applied_to(SourceText(text=text, boilerplate=boilerplate))


def _blocks(root: Any) -> Iterator[str]:
    """Yield the text of paragraphs and table rows under `root`, wherever they are nested (content controls, boxes)."""
    for element in root:
        if element.tag == _PARAGRAPH:
            text, boxes = _paragraph(element)
            if text:
                yield text
            for box in boxes:
                yield from _blocks(box)
        elif element.tag == _TABLE:
            # The rows of a table inside a cell come by themselves.
            rows = [cells for cells in map(_cells, element.iter(_ROW)) if cells]
            between = "\n" if is_dialogue(rows) else "\t"
            if rows:
                yield "\n".join(between.join(cells) for cells in rows)
        elif isinstance(element.tag, str) and element.tag not in _SKIPPED:
            yield from _blocks(element)


def _cells(row: Any) -> list[str]:
    cells = [cell for cell in row.iter(_CELL) if next(cell.iterancestors(_ROW)) is row]
    return list(filter(None, ("\n".join(_cell_blocks(cell)) for cell in cells)))


def _cell_blocks(cell: Any) -> Iterator[str]:
    for element in cell:
        if element.tag == _PARAGRAPH:
            text, boxes = _paragraph(element)
            if text:
                yield text
            for box in boxes:
                yield from _blocks(box)
        elif element.tag != _TABLE and isinstance(element.tag, str) and element.tag not in _SKIPPED:
            yield from _cell_blocks(element)


def _paragraph(paragraph: Any) -> tuple[str, list[Any]]:
    """Return a paragraph's text, and the text boxes anchored in it."""
    pieces: list[str] = []
    boxes: list[Any] = []
    walk = etree.iterwalk(paragraph, events=("start",))
    for _, element in walk:
        if element.tag in _SKIPPED:
            walk.skip_subtree()
        elif element.tag == qn("w:txbxContent"):
            boxes.append(element)
            walk.skip_subtree()
        elif element.tag == qn("w:t"):
            pieces.append(element.text or "")
        elif element.tag in _SIGNS:
            pieces.append(_SIGNS[element.tag])
    lines = "".join(pieces).replace("\r", "\n").replace("\u00ad", "").split("\n")
    return "\n".join(line.strip() for line in lines).strip(), boxes


def _related(document: Any, kind: str) -> Iterator[bytes]:
    for relation in document.part.rels.values():
        if relation.reltype == kind and not relation.is_external:
            yield relation.target_part.blob


def _edges(section: Any) -> Iterator[str]:
    for edge in (
        *(section.header, section.first_page_header, section.even_page_header),
        *(section.footer, section.first_page_footer, section.even_page_footer),
    ):
        if not edge.is_linked_to_previous:
            # noinspection PyProtectedMember: python-docx offers no public way to a header's content controls
            yield from _blocks(edge._element)


def _heading(document: Any) -> str | None:
    for paragraph in document.paragraphs:
        if paragraph.text.strip():
            return paragraph.text if paragraph.style and paragraph.style.name in ("Title", "Heading 1") else None
    return None
