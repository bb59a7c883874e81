"""DOCX: headings, paragraphs and tables in order; notes, headers and footers after them."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from lxml import etree

from onrecord.rag.errors import UnreadableFile
from onrecord.rag.readers.composing import Composer
from onrecord.rag.readers.docx_text import DocxWords, styles_of
from onrecord.rag.readers.encoding import require_words
from onrecord.rag.readers.formats import has_cues
from onrecord.rag.readers.metadata import document_title, found_metadata
from onrecord.rag.readers.spoken_paragraphs import compose_spoken
from onrecord.rag.readers.srt import source_of_srt
from onrecord.rag.readers.table_columns import Columns, columns_of, come_back, parted
from onrecord.rag.text.clock import clock_seconds
from onrecord.rag.types import SourceText

# A document unpacks to a few times its size; what passes this is made to exhaust the memory.
_MOST_BYTES = 500_000_000
# Names in bold are labels where they open so many paragraphs, and such a share of them, and come back.
_FEWEST_LEADS = 3
_LEADS_SHARE = 0.25
_LEAD_WORDS = 8

_PARAGRAPH, _TABLE, _ROW, _CELL = qn("w:p"), qn("w:tbl"), qn("w:tr"), qn("w:tc")
_PROPERTIES = frozenset((qn("w:tblPr"), qn("w:tblGrid"), qn("w:trPr"), qn("w:tcPr"), qn("w:sectPr"), qn("w:sdtPr")))
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph or a table's row: its text, the bold words it begins with, its second, why it is no speech."""

    text: str
    lead: str = ""
    seconds: float | None = None
    reason: str | None = None
    apart: bool = True
    in_table: bool = False


def read_docx(name: str, data: bytes) -> SourceText:
    """Return the document's text: paragraphs parted by empty lines, a table's rows as lines with tabs between cells.

    The rows of a table of speakers and words, and paragraphs under lines of name and time as Teams writes them, are
    `Name: words`, with their times as timecodes. Footnotes, endnotes, headers and footers end the text, marked as
    boilerplate. What is struck out or hidden and the marks of notes are left out, which the notes say. The title is the
    document's, or that of its first title or first-level heading; its dates are not taken, since they say when the
    file was made. Raises UnreadableFile for a damaged document and for one without text.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(member.file_size for member in archive.infolist()) > _MOST_BYTES:
                raise UnreadableFile(f"{name}: this DOCX unpacks to an excessive size. Save it again or as text.")
        document = docx.Document(io.BytesIO(data))
        words = DocxWords(styles_of(document.styles.element))
        blocks = _with_leads(list(_blocks(document.element.body, words)))
        notes = [
            block.text
            for kind in (RELATIONSHIP_TYPE.FOOTNOTES, RELATIONSHIP_TYPE.ENDNOTES)
            for part in _related(document, kind)
            for block in _blocks(etree.fromstring(part), words)
        ]
        edges = dict.fromkeys(text for section in document.sections for text in _edges(section, words))
        title = document_title(document.core_properties.title) or _heading(document)
        language = document.core_properties.language
    except (UnreadableFile, MemoryError):
        raise
    except Exception as error:  # python-docx meets a damaged document with errors of many kinds
        raise UnreadableFile(
            f"{name}: this DOCX file is damaged ({type(error).__name__}). Open it, save it again and add that."
        ) from error
    metadata = found_metadata({"title": title, "language": language or None})
    body = "\n\n".join(block.text for block in blocks)
    require_words(name, body + "".join(notes))
    if has_cues(body):
        # An older Teams wrote its cues into the document as they stand.
        source = source_of_srt(name, body)
        return metadata.applied_to(replace(source, notes=(*words.notes(), *source.notes)))
    composer = Composer()
    plain = [block.text for block in blocks]
    if any(block.in_table for block in blocks) or not compose_spoken(composer, plain):
        for block in blocks:
            times = [] if block.seconds is None else [(0, block.seconds)]
            gap = "\n\n" if block.apart else "\n"
            composer.add_text(block.text, gap=gap, timecodes=times, reason=block.reason)
    for note in notes:
        composer.add_text(note, reason="footnote")
    for place, edge in enumerate(edges):
        composer.add_text(edge, gap="\n" if place else "\n\n", reason="page furniture")
    return metadata.applied_to(composer.source(notes=words.notes()))


def _blocks(root: Any, words: DocxWords) -> Iterator[_Block]:
    """Yield paragraphs and table rows under `root`, wherever they are nested (content controls, boxes)."""
    for element in root:
        if element.tag == _PARAGRAPH:
            paragraph = words.paragraph(element)
            if paragraph.text:
                yield _Block(paragraph.text, paragraph.lead)
            for box in paragraph.boxes:
                yield from _blocks(box, words)
        elif element.tag == _TABLE:
            yield from _table(element, words)
        elif isinstance(element.tag, str) and element.tag not in _PROPERTIES and element.tag != _FALLBACK:
            yield from _blocks(element, words)


def _table(table: Any, words: DocxWords) -> Iterator[_Block]:
    # The rows of a table inside a cell come by themselves.
    rows = [cells for row in table.iter(_ROW) if any(cells := _cells(row, words))]
    columns = columns_of(rows)
    if columns is None or columns.speaker is None:
        for place, cells in enumerate(rows):
            yield _Block("\t".join(filter(None, cells)), apart=not place, in_table=True)
        return
    for place, cells in enumerate(rows):
        if columns.heads and not place:
            yield _Block("\t".join(filter(None, cells)), reason="table header", in_table=True)
        elif len(cells) <= max(columns.speaker, columns.words):
            yield _Block("\t".join(filter(None, cells)), in_table=True)
        else:
            yield _spoken_row(cells, columns, columns.speaker)


def _spoken_row(cells: Sequence[str], columns: Columns, speaker: int) -> _Block:
    name, time = parted(cells[speaker])
    if columns.start is not None and columns.start < len(cells):
        time = cells[columns.start].strip(" []()")
    seconds = clock_seconds(time)
    read = {speaker, columns.words} | ({columns.start, columns.end} if seconds is not None else set())
    others = [cell for place, cell in enumerate(cells) if cell and place not in read]
    label = ("" if not name else f"{name} " if name.endswith(":") else f"{name}: ") if columns.marked else f"{name}\n"
    return _Block(
        (label + "\n".join([cells[columns.words], *others])).strip(),
        seconds=seconds,
        apart=columns.marked,
        in_table=True,
    )


def _cells(row: Any, words: DocxWords) -> list[str]:
    cells = [cell for cell in row.iter(_CELL) if next(cell.iterancestors(_ROW)) is row]
    return ["\n".join(_cell_blocks(cell, words)) for cell in cells]


def _cell_blocks(cell: Any, words: DocxWords) -> Iterator[str]:
    for element in cell:
        if element.tag == _PARAGRAPH:
            paragraph = words.paragraph(element)
            if paragraph.text:
                yield paragraph.text
            for box in paragraph.boxes:
                yield from (block.text for block in _blocks(box, words))
        elif isinstance(element.tag, str) and element.tag not in _PROPERTIES | {_TABLE, _FALLBACK}:
            yield from _cell_blocks(element, words)


def _with_leads(blocks: Sequence[_Block]) -> list[_Block]:
    """Set names in bold that open paragraphs off from the words, where the document marks its speakers so."""
    leads = [block.lead for block in blocks if _may_be_name(block.lead) and _goes_on(block)]
    if len(leads) < _FEWEST_LEADS or len(leads) < _LEADS_SHARE * len(blocks) or not come_back(leads):
        return list(blocks)
    counts = Counter(leads)
    return [
        replace(block, text=block.lead + _behind(counts[block.lead], block) + block.text[len(block.lead) :].lstrip())
        if block.lead in counts and _goes_on(block)
        else block
        for block in blocks
    ]


def _behind(count: int, block: _Block) -> str:
    """What goes behind a name: a colon where it comes back, a line's end where it only looks like one."""
    first, *others = block.lead.split()
    named = bool(others) and first[0].isupper() and others[-1][0].isupper()
    return ": " if count > 1 else "\n" if named else " "


def _may_be_name(lead: str) -> bool:
    return lead[-1:].isalnum() and any(map(str.isalpha, lead)) and len(lead.split()) <= _LEAD_WORDS


def _goes_on(block: _Block) -> bool:
    """Whether words follow the bold ones at once: no time, colon, dash or other mark that sets them off already."""
    rest = block.text[len(block.lead) :]
    return (
        block.text.startswith(block.lead)
        and rest[:1].isspace()
        and bool(rest.strip())
        and rest.lstrip()[:1] not in tuple(":–—-|([,.;")
        and clock_seconds(rest.split()[0]) is None
    )


def _related(document: Any, kind: str) -> Iterator[bytes]:
    for relation in document.part.rels.values():
        if relation.reltype == kind and not relation.is_external:
            yield relation.target_part.blob


def _edges(section: Any, words: DocxWords) -> Iterator[str]:
    for edge in (
        *(section.header, section.first_page_header, section.even_page_header),
        *(section.footer, section.first_page_footer, section.even_page_footer),
    ):
        if not edge.is_linked_to_previous:
            # noinspection PyProtectedMember: python-docx offers no public way to a header's content controls
            yield from (block.text for block in _blocks(edge._element, words))


def _heading(document: Any) -> str | None:
    for paragraph in document.paragraphs:
        if paragraph.text.strip():
            return paragraph.text if paragraph.style and paragraph.style.name in ("Title", "Heading 1") else None
    return None
