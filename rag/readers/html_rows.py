"""Speakers and words side by side on a page: tables, lists of definitions, and rows of elements made alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lxml import etree

from onrecord.rag.readers.html_said import BLOCKS, empty, tags, text_of
from onrecord.rag.readers.table_columns import columns_of, come_back
from onrecord.rag.text.clock import clock_seconds

# So many rows made alike are a way of writing a transcript.
_FEWEST_ROWS = 3
_MOST_CELLS = 6
_NAME_WORDS = 8
# Names set off are labels where they open such a share of the paragraphs.
_LEADS_SHARE = 0.25
# More than half link text is a list of other pages.
_LINKED = 0.5
# Elements that set words off in a line, as a name before its words.
_SET_OFF = tags("b strong span em i u cite font label mark a small")
_MARKED_ALREADY = tuple(":–—-|([,.;?!")


@dataclass(slots=True)
class Rows:
    """What elements of a page are in its transcripts: names of speakers, words, heads of columns, seconds.

    `speakers` says for a name whether a colon goes behind it, or only a line's end.
    """

    speakers: dict[etree._Element, bool] = field(default_factory=dict)
    words: set[etree._Element] = field(default_factory=set)
    heads: set[etree._Element] = field(default_factory=set)
    seconds: dict[etree._Element, float] = field(default_factory=dict)


def table_rows(body: etree._Element) -> Rows:
    """Find the transcripts among a page's tables, lists and rows of elements made alike, and names set off in lines.

    Cells that hold a time are emptied, in place: their seconds stand in the value returned.
    """
    rows = Rows()
    inside = 0
    paragraphs = 0
    leads: list[etree._Element] = []
    for event, element in etree.iterwalk(body, events=("start", "end")):
        if event == "end":
            inside -= element in rows.words or element in rows.speakers
            continue
        found = [] if inside else _cells_of(element)
        if len(found) > 1:
            _read(found, rows)
        paragraphs += element.tag == "p"
        if element.tag in BLOCKS and (lead := _lead(element)) is not None:
            leads.append(lead)
        inside += element in rows.words or element in rows.speakers
    free = [lead for lead in leads if lead not in rows.speakers and lead not in rows.seconds]
    _read_leads(free, paragraphs, rows)
    return rows


def _cells_of(element: etree._Element) -> list[list[etree._Element]]:
    """The cells of each row that an element holds side by side; none where it holds no rows."""
    if element.tag == "table":
        rows = [row for row in element.iter("tr") if next(row.iterancestors("table"), None) is element]
        return [list(row.iterchildren("td", "th")) for row in rows]
    if element.tag == "dl":
        return list(_definitions(element))
    return _alike(element)


def _definitions(element: etree._Element) -> Iterator[list[etree._Element]]:
    """A term with each definition that follows it."""
    items = [
        item
        for child in element
        for item in ([child] if child.tag in ("dt", "dd") else list(child.iterchildren("dt", "dd")))
    ]
    for place, item in enumerate(items):
        if item.tag == "dt" and place + 1 < len(items) and items[place + 1].tag == "dd":
            yield [item, items[place + 1]]


def _alike(element: etree._Element) -> list[list[etree._Element]]:
    """Children of one kind whose own children are of the same kinds in the same order, without text between."""
    if len(element) < _FEWEST_ROWS:
        return []
    kinds: Counter[tuple[object, ...]] = Counter()
    rows: list[tuple[tuple[object, ...], list[etree._Element]]] = []
    for child in element:
        cells = list(child) if isinstance(child.tag, str) and 1 < len(child) <= _MOST_CELLS else []
        loose = [child.text or "", *(cell.tail or "" for cell in cells)]
        if cells and all(isinstance(cell.tag, str) for cell in cells) and not "".join(loose).strip():
            # The first class says what a cell is; others may say whose.
            kind: tuple[object, ...] = (
                child.tag,
                *((cell.tag, (cell.get("class") or "").partition(" ")[0]) for cell in cells),
            )
            kinds[kind] += 1
            rows.append((kind, cells))
    if not kinds:
        return []
    kind, count = kinds.most_common(1)[0]
    return [cells for found, cells in rows if found == kind] if count >= _FEWEST_ROWS else []


def _read(cells: Sequence[Sequence[etree._Element]], rows: Rows) -> None:
    texts = [[text_of(cell) for cell in row] for row in cells]
    linked = sum(len(text_of(link)) for row in cells for cell in row for link in cell.iter("a"))
    if linked > _LINKED * sum(len(text) for row in texts for text in row):
        return
    columns = columns_of(texts)
    if columns is None or columns.speaker is None or columns.speaker > columns.words:
        return
    for number, (row, text) in enumerate(zip(cells, texts, strict=True)):
        if columns.heads and not number:
            rows.heads.update(row)
            continue
        if len(row) <= max(columns.speaker, columns.words) or not text[columns.speaker]:
            continue
        rows.speakers[row[columns.speaker]] = columns.marked
        rows.words.add(row[columns.words])
        if columns.start is not None and columns.start < len(row):
            seconds = clock_seconds(text[columns.start].strip(" []()"))
            if seconds is not None:
                rows.seconds[row[columns.start]] = seconds
                empty(row[columns.start])


def _lead(block: etree._Element) -> etree._Element | None:
    """The element that sets off the first words of a block from those that follow in its line."""
    if (block.text or "").strip() or not len(block):
        return None
    first = block[0]
    following = first.getnext()
    rest = first.tail or ""
    if not rest.strip() and following is not None and following.tag not in BLOCKS and following.tag != "br":
        rest += text_of(following) if isinstance(following.tag, str) else ""
    plain = rest.strip()
    if first.tag not in _SET_OFF or not rest[:1].isspace() or not plain or plain.startswith(_MARKED_ALREADY):
        return None
    if clock_seconds(plain.split()[0].strip("[]()")) is not None:
        return None
    name = text_of(first)
    good = name[-1:].isalnum() and any(map(str.isalpha, name)) and len(name.split()) <= _NAME_WORDS
    return first if good else None


def _read_leads(leads: Sequence[etree._Element], blocks: int, rows: Rows) -> None:
    """Take words set off in one way for names where they come back, as sentences' first words do not.

    One that comes once gets no colon, which might come to stand in a sentence, but a line of its own if it looks like
    a name.
    """
    ways: dict[tuple[str, str | None], list[etree._Element]] = {}
    for lead in leads:
        ways.setdefault((str(lead.tag), lead.get("class")), []).append(lead)
    for members in ways.values():
        names = [text_of(lead) for lead in members]
        if len(members) < _FEWEST_ROWS or len(members) < _LEADS_SHARE * blocks or not come_back(names):
            continue
        counts = Counter(names)
        for lead, name in zip(members, names, strict=True):
            first, *others = name.split()
            if counts[name] > 1:
                rows.speakers[lead] = True
            elif others and first[0].isupper() and others[-1][0].isupper():
                rows.speakers[lead] = False
