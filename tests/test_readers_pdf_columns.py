"""PDF: columns are read one after the other, names in a column of their own stand before their words."""

from __future__ import annotations

import random
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from printing import Print, on_pages, speech, transcript, wrapped
from reading import body_of, read_one

from onrecord.rag.transcript.understanding import understand

# The page is 595 points wide.
LEFT, WIDTH = 50, 495


def in_columns(
    paragraphs: list[str],
    *,
    columns: int = 2,
    gutter: float = 20,
    size: float = 10,
    row_by_row: bool = True,
    filled: bool = False,
    lower: float = 0.0,
    pages: int = 1,
    heading: str | None = None,
) -> bytes:
    """Paragraphs without space between them, set in columns; each further column may stand a little `lower`."""
    width = (WIDTH - (columns - 1) * gutter) / columns
    lines = [
        (line, number == len(broken) - 1)
        for paragraph in paragraphs
        for broken in [wrapped(paragraph, width, size)]
        for number, line in enumerate(broken)
    ]
    rows = -(-len(lines) // (columns * pages))
    paper = Print(size=(595, 120 + rows * 1.3 * size))
    top = paper.size[1] - 70
    for page in range(pages):
        if heading:
            paper.draw(LEFT, top + 40, heading, size)
        places = [(row, column) for row in range(rows) for column in range(columns)]
        for row, column in places if row_by_row else sorted(places, key=lambda place: place[1]):
            number = page * rows * columns + column * rows + row
            if number < len(lines):
                line, ends = lines[number]
                x, y = LEFT + column * (width + gutter), top - row * 1.3 * size - column * lower
                paper.draw(x, y, line, size, width=None if ends or not filled else width)
        paper.turn_page()
    return paper.data()


def said(seed: int, turns: int) -> list[str]:
    return [f"{name}: {words}" for name, words in transcript(random.Random(seed), turns)]


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    columns=st.sampled_from([2, 2, 3]),
    gutter=st.sampled_from([9.0, 12.0, 18.0, 30.0]),
    size=st.sampled_from([8.0, 9.5, 11.0]),
    row_by_row=st.booleans(),
    filled=st.booleans(),
    lower=st.sampled_from([0.0, 3.0, 5.5]),
    pages=st.sampled_from([1, 2]),
)
def test_columns_are_never_woven(
    seed: int, columns: int, gutter: float, size: float, row_by_row: bool, filled: bool, lower: float, pages: int
) -> None:
    paragraphs = said(seed, 24)
    data = in_columns(
        paragraphs,
        columns=columns,
        gutter=gutter,
        size=size,
        row_by_row=row_by_row,
        filled=filled,
        lower=lower,
        pages=pages,
    )
    assert body_of(read_one("columns.pdf", data).source).split("\n\n") == paragraphs


def test_a_heading_over_both_columns_parts_what_is_above_from_what_is_below() -> None:
    pick = random.Random(3)
    paper, y, expected = Print(), 780.0, []
    for part in (
        "First part, on the harbour and on all that it will cost the region of Skarn",
        "Second part, on the ferry",
    ):
        heading = f"{part} and on its crossings, as it was asked"
        paragraphs = [f"{name}: {words}" for name, words in transcript(pick, 4)]
        lines = [line for paragraph in paragraphs for line in wrapped(paragraph, 235, 10)]
        half = -(-len(lines) // 2)
        paper.draw(50, y, heading, 13)
        for number, line in enumerate(lines):
            paper.draw(50 + number // half * 255, y - 24 - number % half * 13, line)
        y -= 60 + half * 13
        expected += [heading, *paragraphs]
    assert body_of(read_one("parts.pdf", paper.data()).source).split("\n\n") == expected


def test_a_last_page_with_one_short_column_is_read_as_the_others() -> None:
    paragraphs = said(5, 40)
    width = 237.5
    lines = [line for paragraph in paragraphs for line in wrapped(paragraph, width, 10)]
    paper, rows = Print(), 50
    # One page of two full columns, and one whose first column is not full.
    lines = lines[: 2 * rows + 12]
    for number, line in enumerate(lines):
        if number == 2 * rows:
            paper.turn_page()
        place = number % (2 * rows)
        paper.draw(50 + place // rows * 257.5, 780 - place % rows * 13, line)
    words = " ".join(lines)
    expected = [paragraph for paragraph in paragraphs if paragraph in words]
    found = body_of(read_one("short.pdf", paper.data()).source).split("\n\n")
    assert found[: len(expected)] == expected
    assert len(found) <= len(expected) + 1


def test_two_pages_on_one_sheet_are_read_one_after_the_other() -> None:
    paragraphs = said(8, 30)
    lines = [line for paragraph in paragraphs for line in wrapped(paragraph, 460, 11)][:90]
    paper = Print(size=(1190, 842))
    for number, line in enumerate(lines):
        paper.draw(60 + number // 45 * 595, 780 - number % 45 * 15, line, 11)
    words = " ".join(lines)
    assert body_of(read_one("sheet.pdf", paper.data()).source).split() == words.split()


def test_a_table_is_read_row_by_row() -> None:
    rows = [("Dredging of the channel", "12,000", "14,500"), ("Ferry", "3,400", "3,900"), ("Wall", "40,100", "41,000")]
    rows += [("Audit", "200", "210"), ("Other works", "1,000", "1,050")]
    paper = Print()
    for number, cells in enumerate(rows):
        for x, cell in zip((60, 260, 360), cells, strict=True):
            paper.draw(x, 700 - 14 * number, cell)
    text = body_of(read_one("table.pdf", paper.data()).source)
    assert text.split("\n\n") == [" ".join(cells) for cells in rows]


def in_name_column(
    turns: list[tuple[str, str]], *, gap: bool = True, colon: str = "", width: float = 110, beside: float = 180
) -> bytes:
    lines = []
    for name, words in turns:
        names, broken = wrapped(name + colon, width, 10), wrapped(words, 520 - beside, 10)
        for number in range(max(len(names), len(broken))):
            line = partial(
                _draw_pair,
                name=names[number] if number < len(names) else "",
                words=broken[number] if number < len(broken) else "",
                beside=beside,
            )
            lines.append(line)
        lines += [None] * gap
    return on_pages(lines).data()


def _draw_pair(paper: Print, y: float, *, name: str, words: str, beside: float) -> None:
    if name:
        paper.draw(60, y, name)
    if words:
        paper.draw(beside, y, words)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), turns=st.integers(6, 40), gap=st.booleans(), most=st.sampled_from([2, 6, 30]))
def test_names_in_a_column_stand_on_a_line_before_their_words(seed: int, turns: int, gap: bool, most: int) -> None:
    spoken = transcript(random.Random(seed), turns, most)
    source = read_one("names.pdf", in_name_column(spoken, gap=gap)).source
    assert body_of(source).split("\n\n") == [f"{name}\n{words}" for name, words in spoken]


@pytest.mark.parametrize("colon", [":", "."])
def test_a_name_with_its_own_colon_stays_on_the_line_of_its_words(colon: str) -> None:
    spoken = transcript(random.Random(4), 12)
    source = read_one("names.pdf", in_name_column(spoken, colon=colon)).source
    assert body_of(source).split("\n\n") == [f"{name}{colon} {words}" for name, words in spoken]


def test_a_name_on_two_lines_is_one() -> None:
    pick = random.Random(2)
    names = ("Ms Petronella van Arden", "Mr Bartholomew Okeefe", "Journalist")
    spoken = [(names[number % 3], speech(pick, 1 + number % 4)) for number in range(12)]
    source = read_one("names.pdf", in_name_column(spoken, width=70, beside=150)).source
    assert body_of(source).split("\n\n") == [f"{name}\n{words}" for name, words in spoken]


def test_a_name_may_stand_in_the_middle_beside_its_words() -> None:
    spoken = transcript(random.Random(12), 9, 5)
    paper, y = Print(), 790.0
    for name, words in spoken:
        lines = wrapped(words, 330, 10)
        paper.draw(60, y - 7 * (len(lines) - 1), name)
        for number, line in enumerate(lines):
            paper.draw(190, y - 14 * number, line)
        y -= 14 * len(lines) + 9
    source = read_one("names.pdf", paper.data()).source
    assert body_of(source).split("\n\n") == [f"{name}\n{words}" for name, words in spoken]


def test_a_column_of_names_gives_the_speakers() -> None:
    spoken = transcript(random.Random(6), 30)
    source = read_one("names.pdf", in_name_column(spoken)).source
    turns = understand(source).turns
    assert [(turn.label, source.text[turn.start : turn.end]) for turn in turns] == spoken


def test_numbers_and_dots_before_paragraphs_are_no_names() -> None:
    pick = random.Random(9)
    items = [(f"{number}.", speech(pick, 2)) for number in range(1, 6)] + [("•", speech(pick, 2)) for _ in range(4)]
    source = read_one("list.pdf", in_name_column(items, beside=90)).source
    assert body_of(source).split("\n\n") == [f"{mark} {words}" for mark, words in items]


def test_notes_in_the_margin_cut_no_sentence() -> None:
    paragraphs = [f"{name}: {words}" for name, words in transcript(random.Random(1), 10)]
    lines = [line for paragraph in paragraphs for line in wrapped(paragraph, 340, 10)]
    paper = Print()
    for number, line in enumerate(lines):
        paper.draw(170, 780 - 13 * number, line)
    for number, note in ((3, "The wall"), (9, "Ferry prices"), (15, "Audit")):
        paper.draw(60, 780 - 13 * number - 5, note, 8)
    found = body_of(read_one("margin.pdf", paper.data()).source).split("\n\n")
    assert [paragraph for paragraph in found if paragraph in paragraphs] == paragraphs
