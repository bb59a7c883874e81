"""Pages of print to one text: what is around the text is set apart, what was broken is joined, places are kept."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise, zip_longest

from onrecord.embeddings import log_likelihood
from onrecord.rag.languages import LANGUAGES, Language, language, together
from onrecord.rag.languages.detection import detect_language
from onrecord.rag.readers.page_columns import lines_in_order, page_columns_of
from onrecord.rag.readers.page_furniture import begins_note, furniture_of, notes_of
from onrecord.rag.readers.page_lines import line_of, printed_rows
from onrecord.rag.readers.page_margins import line_numbers
from onrecord.rag.readers.page_paragraphs import page_paragraphs_of
from onrecord.rag.readers.page_print import Page, PrintedLine, Word
from onrecord.rag.text.hyphens import HYPHENS, Hyphens
from onrecord.rag.types import Boilerplate, SourceText

# The language of a document is told from so many of its longest lines.
_SAMPLE_LINES = 40
_PARTED = re.compile(rf"(?<=[^\W_])[{HYPHENS}]$|\u00ad$")


def page_text(pages: Sequence[Page]) -> SourceText:
    """Return the text of pages in paragraphs; footnotes and page furniture stand at its end, marked as boilerplate.

    The words are those that are printed, in the order in which they are read; only the hyphens at which words were
    parted at a line's end are left out. A name in a column of names stands on a line of its own before its words.
    """
    flow, notes, furniture = _parts(pages)
    spoken = _language_of(flow)
    # Words of other languages stand in any text, and hang on each other as they do there.
    hanging = together(spoken.code, *LANGUAGES).hyphens
    hyphens = Hyphens((line.text for line in flow), hanging, log_likelihood)
    text = _Text()
    for paragraph in page_paragraphs_of(flow, _distance(flow), spoken):
        text.add(paragraph, hyphens)
    boilerplate: list[Boilerplate] = []
    for paragraph in page_paragraphs_of(notes, _distance(notes), spoken):
        boilerplate.append(Boilerplate(*text.add(paragraph, hyphens), "footnote"))
    if furniture:
        spans = [text.add([line], hyphens, gap="\n" if place else "\n\n") for place, line in enumerate(furniture)]
        boilerplate.append(Boilerplate(spans[0][0], spans[-1][1], "page furniture"))
    return replace(text.source(boilerplate), notes=_notes(pages, [*flow, *notes]))


def _parts(pages: Sequence[Page]) -> tuple[list[PrintedLine], list[PrintedLine], list[PrintedLine]]:
    """The lines of the text in the order in which they are read, those of its footnotes, and page furniture."""
    words, margins = line_numbers(pages)
    rows = [printed_rows(kept) for kept in words]
    printed = [[line_of(row, page.number) for row in those] for page, those in zip(pages, rows, strict=True)]
    together = [line for lines in printed for line in lines]
    distance, size = _distance(together), _usual_size(together)
    around = furniture_of(pages, printed, distance)
    if len(around) == len(together):
        # Nothing but repeated lines: then they are what the document has to say.
        around = set()
    body: list[list[Word]] = []
    feet: list[list[Word]] = []
    furniture: list[PrintedLine] = []
    for page, those, lines in zip(pages, rows, printed, strict=True):
        lowest = set(notes_of(page, [line for line in lines if line not in around], size, distance))
        inside = [(line, row) for row, line in zip(those, lines, strict=True) if line not in around]
        body.append([word for line, row in inside if line not in lowest for word in row])
        feet.append([word for line, row in inside if line in lowest for word in row])
        furniture += [line for line in lines if line in around]
        if page.aside:
            furniture.append(PrintedLine(page.aside, page.number, 0.0, 0.0, 0.0, size, 0.0))
    columns = page_columns_of(body)
    flow: list[PrintedLine] = []
    notes: list[PrintedLine] = []
    for page, kept, foot, margin in zip(pages, body, feet, margins, strict=True):
        ordered = lines_in_order(kept, page.number, columns)
        # What is set below one of several columns shows only now.
        below = notes_of(page, ordered, size, distance)
        outside = set(below)
        flow += [replace(line, number=margin.at(line.base, line.size)) for line in ordered if line not in outside]
        below += lines_in_order(foot, page.number, columns)
        notes += [replace(line, begins=begins_note(line)) for line in below]
    return flow, notes, furniture


def _notes(pages: Sequence[Page], lines: Sequence[PrintedLine]) -> tuple[str, ...]:
    """Sentences on what was left out."""
    left_out = (
        (sum(line.marks for line in lines), "raised mark of a note was", "raised marks of notes were"),
        (sum(page.unseen for page in pages), "word that cannot be seen was", "words that cannot be seen were"),
    )
    return tuple(f"{count:,} {one if count == 1 else more} left out." for count, one, more in left_out if count)


def _distance(lines: Sequence[PrintedLine]) -> float:
    """The distance of lines in points."""
    gaps = [
        above.base - below.base
        for above, below in pairwise(lines)
        if above.page == below.page and above.column == below.column and above.base - below.base > 0.5 * below.size
    ]
    # The lower quarter: paragraph gaps must not pass for the distance of lines where paragraphs are short.
    return sorted(gaps)[len(gaps) // 4] if gaps else 0.0


def _usual_size(lines: Sequence[PrintedLine]) -> float:
    """The size in which most letters are printed."""
    letters: Counter[float] = Counter()
    for line in lines:
        letters[round(line.size, 1)] += len(line.text)
    return letters.most_common(1)[0][0] if letters else 0.0


def _language_of(lines: Sequence[PrintedLine]) -> Language:
    longest = sorted((line.text for line in lines), key=len, reverse=True)[:_SAMPLE_LINES]
    return language(detect_language("\n".join(longest)))


class _Text:
    """A text in the making, with the places of its lines on the pages."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._pages: list[tuple[int, int]] = []
        self._lines: list[tuple[int, int]] = []
        self._after_label = False

    def add(self, lines: Sequence[PrintedLine], hyphens: Hyphens, gap: str = "\n\n") -> tuple[int, int]:
        """Add a paragraph and return where it begins and ends."""
        if self._pieces:
            self._append("\n" if self._after_label else gap)
        start = self._length
        for before, words, line in _joined(lines, hyphens):
            self._append(before)
            if not self._pages or self._pages[-1][1] != line.page:
                self._pages.append((self._length, line.page))
            if line.number is not None:
                self._lines.append((self._length, line.number))
            self._append(words)
        self._after_label = lines[-1].label
        return start, self._length

    def source(self, boilerplate: Sequence[Boilerplate]) -> SourceText:
        return SourceText(
            text="".join(self._pieces),
            boilerplate=tuple(boilerplate),
            pages=tuple(self._pages),
            lines=tuple(self._lines),
        )

    def _append(self, piece: str) -> None:
        self._pieces.append(piece)
        self._length += len(piece)


def _joined(lines: Sequence[PrintedLine], hyphens: Hyphens) -> Iterator[tuple[str, str, PrintedLine]]:
    """What stands between each line and the one before, and its words without the hyphen that parts a word."""
    gap = ""
    for line, following in zip_longest(lines, lines[1:]):
        words, after = line.text, " "
        if following is not None and (parted := _PARTED.search(words)):
            words, after = words[: parted.start()], ""
            if parted.group() != "\u00ad" and hyphens.keeps(words, following.text):
                words += parted.group()
        elif words.endswith("—"):
            after = ""
        yield gap, words, line
        gap = after
