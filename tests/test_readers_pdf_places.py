"""PDF: line numbers, notes and raised marks are no speech; pages and lines of a quote are known."""

from __future__ import annotations

import random
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from printing import Print, on_pages, transcript, wrapped
from reading import body_of, read_one

from onrecord.rag import Library
from onrecord.rag.text.quotes import cite
from onrecord.rag.transcript.understanding import understand
from onrecord.rag.types import Briefing, SourceText

NOTES = ("Measured at the northern pier", "Before the harbour court", "Letter of the yard", "In crowns of that year")
NOTES += ("The minutes say steel", "Without the ferry", "Corrected in spring", "See the map", "A guess of the council")


def briefing(source: SourceText) -> Briefing:
    structure = understand(source)
    return Briefing(
        id="b",
        title="Harbour wall",
        date=None,
        language=structure.language,
        url=None,
        file="wall.pdf",
        kind=structure.kind,
        text=source.text,
        turns=structure.turns,
        pages=source.pages,
        lines=source.lines,
    )


def numbered(
    paragraphs: list[str], *, step: int, right: bool, anew: bool, font: str, rows: int, size: float = 10
) -> tuple[bytes, list[tuple[str, int, int]]]:
    """A print with numbers in the margin, and each of its lines with the page and the number that belong to it."""
    paper = Print(font=font)
    lines = [line for paragraph in paragraphs for line in wrapped(paragraph, 380, size, font)]
    places = []
    for start in range(0, len(lines), rows):
        page = start // rows + 1
        paper.draw(520, 810, str(page), size)
        for row in range(rows):
            number = row + 1 if anew else start + row + 1
            y = 770 - row * 2 * size
            if number % step == 0:
                paper.draw(540 if right else 72 - 5 * len(str(number)), y, str(number), size)
            if start + row < len(lines):
                paper.draw(100, y, lines[start + row], size)
                places.append((lines[start + row], page, number))
        paper.turn_page()
    return paper.data(), places


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    step=st.sampled_from([1, 5]),
    right=st.booleans(),
    anew=st.booleans(),
    font=st.sampled_from(["Times-Roman", "Courier"]),
)
def test_line_numbers_are_no_speech_and_tell_the_place(
    seed: int, step: int, right: bool, anew: bool, font: str
) -> None:
    paragraphs = [f"{name}: {words}" for name, words in transcript(random.Random(seed), 14)]
    data, places = numbered(paragraphs, step=step, right=right, anew=anew, font=font, rows=25)
    source = read_one("wall.pdf", data).source
    assert body_of(source).strip().split("\n\n") == paragraphs
    wall = briefing(source)
    start = 0
    for line, page, number in places:
        start = source.text.index(line, start)
        citation = cite(1, wall, start, start + len(line))
        assert (citation.page, citation.line) == (page, number), line
        start += len(line)


def test_a_numbered_list_is_no_margin() -> None:
    pick = random.Random(3)
    lines = [f"{name}: {words}" for name, words in transcript(pick, 10)]
    items = ["Dredge the channel", "Raise the wall", "Move the ferry", "Ask the court", "Tell the region", "Pay for it"]
    paper, y = Print(), 780.0
    for line in (line for paragraph in lines for line in wrapped(paragraph, 400, 10)):
        paper.draw(72, y, line)
        y -= 14
    for number, item in enumerate(items, start=1):
        paper.draw(72, y, str(number))
        paper.draw(100, y, item)
        y -= 14
    source = read_one("list.pdf", paper.data()).source
    assert source.lines == ()
    assert "3 Move the ferry" in " ".join(source.text.split())


def test_text_without_margin_numbers_has_pages_alone() -> None:
    lines = [
        partial(_draw, text=f"Line {number} of the briefing on the harbour wall, and no more.") for number in range(120)
    ]
    source = read_one("wall.pdf", on_pages(lines).data()).source
    wall = briefing(source)
    for number, page in ((0, 1), (51, 2), (119, 3)):
        start = source.text.index(f"Line {number} of")
        citation = cite(1, wall, start, start + 6)
        assert (citation.page, citation.line) == (page, None)


def _draw(paper: Print, y: float, *, text: str, size: float = 10) -> None:
    paper.draw(72, y, text, size)


@pytest.mark.parametrize("rule", [True, False])
@pytest.mark.parametrize("size", [8.0, 11.0])
@pytest.mark.parametrize("columns", [1, 2])
def test_footnotes_are_no_speech_and_cut_no_sentence(rule: bool, size: float, columns: int) -> None:
    if size == 11.0 and not rule:
        pytest.skip("nothing tells such a note from the text")
    width = 440 if columns == 1 else 210
    paragraphs = [f"{name}: {words}" for name, words in transcript(random.Random(7), 34)]
    lines = [line for paragraph in paragraphs for line in wrapped(paragraph, width, 11)]
    paper = Print()
    rows = 40
    for number, line in enumerate(lines):
        page, place = divmod(number, rows * columns)
        if number and place == 0:
            paper.turn_page()
        column, row = divmod(place, rows)
        paper.draw(72 + column * 230, 790 - 15 * row, line, 11)
        if row == 0:
            y = 790 - 15 * rows
            if rule:
                paper.canvas.line(72 + column * 230, y + 6, 172 + column * 230, y + 6)
            for note in range(2):
                text = f"{note + 1} {NOTES[(4 * page + 2 * column + note) % len(NOTES)]}, as printed."
                paper.draw(72 + column * 230, y - 8 - 12 * note, text, size)
    source = read_one("notes.pdf", paper.data()).source
    assert body_of(source).strip().split("\n\n") == paragraphs
    notes = [mark for mark in source.boilerplate if mark.reason == "footnote"]
    assert [source.text[mark.start : mark.end] for mark in notes][:2] == [
        "1 Measured at the northern pier, as printed.",
        "2 Before the harbour court, as printed.",
    ]


@pytest.mark.parametrize(
    ("before", "mark", "after", "expected"),
    [
        ("It costs 40", "1", " crowns, no more.", "It costs 40 crowns, no more."),
        ("It costs 40", "12", " crowns.", "It costs 40 crowns."),
        ("Nobody pays.", "3", " Not a crown.", "Nobody pays. Not a crown."),
        ("Nobody pays.", "*", " Not a crown.", "Nobody pays. Not a crown."),
        ("On the 4", "th", " of March.", "On the 4th of March."),
        ("Le 1", "er", " mai, à Skarn.", "Le 1er mai, à Skarn."),
        ("The yard has 40 km", "2", " of land.", "The yard has 40 km² of land."),
    ],
)
def test_raised_marks_join_no_figure(before: str, mark: str, after: str, expected: str) -> None:
    paper = Print()
    paper.draw(72, 724, "The wall is long and the sea is high, as everybody on Skarn knows.", 12)
    paper.raised(72, 700, before, mark, after)
    text = read_one("mark.pdf", paper.data()).source.text
    assert text.split("knows.")[1].strip() == expected


def test_marks_that_are_left_out_are_said() -> None:
    paper = Print()
    for number in range(3):
        paper.raised(72, 700 - 16 * number, "It costs 40", str(number + 1), " crowns.")
    assert read_one("mark.pdf", paper.data()).source.notes == ("3 raised marks of notes were left out.",)


def test_pages_and_lines_are_kept_in_the_library(small_library: Library, tmp_path: Path) -> None:
    paragraphs = [f"{name}: {words}" for name, words in transcript(random.Random(1), 14)]
    data, places = numbered(paragraphs, step=1, right=False, anew=True, font="Courier", rows=25)
    (tmp_path / "wall.pdf").write_bytes(data)
    [added] = small_library.add(tmp_path / "wall.pdf").files
    kept = small_library.briefing(added.briefing_id or "")
    line, page, number = places[40]
    start = kept.text.index(line)
    citation = cite(1, kept, start, start + len(line))
    assert (citation.page, citation.line) == (page, number) == (2, 16)
