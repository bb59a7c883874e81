"""Pinboards: each visitor's own, in order, and what becomes of what is pinned. All words are invented."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest
from postgres_server import running_server

from onrecord.rag import (
    EXPORT_FORMATS,
    Citation,
    InvalidRequest,
    Library,
    OnRecordError,
    PinnedQuote,
    Settings,
    export_pins,
)
from onrecord.rag.readers.sheets import tables_in
from onrecord.rag.store.postgres import open_store
from onrecord.ui.chat.conversations import Conversations
from onrecord.ui.desk.pins import Pin, Pins, UnknownPin
from onrecord.ui.desk.pins_api import shown

ADA, IVO = "ada", "ivo"
WORDS = """PRESS CONFERENCE OF HARBOUR MINISTER ELIN VARGA
4 March 2031

MODERATOR: Good morning. The minister will make a statement and take questions.

Elin Varga, Harbour Minister: Good morning. We will not close the port of Lysvik. It costs 12 million.

Q: Mia Lund, Radio Nord. Why not, Minister?

Elin Varga, Harbour Minister: Because eight hundred people work in Lysvik, and no other port could take the grain.
"""


@pytest.fixture(params=["file", "server"])
def pins(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Pins]:
    """Kept in a file, and in the database of a library in PostgreSQL."""
    if request.param == "file":
        yield Pins(tmp_path / "conversations.sqlite")
        return
    store = open_store(running_server().database())
    yield Pins(store)
    store.close()


def quote(words: str, start: int = 3) -> Citation:
    return Citation(
        1, "b", "Title", "2031-03-04", None, "f", "Ivo", "Minister", "answer", start, start + len(words), words
    )


def add(pins: Pins, words: str, start: int = 3, visitor: str = ADA) -> Pin:
    return pins.add(visitor, quote(words, start), "0" * 64, board=None, otherwise="First")


def order(pins: Pins, board: str) -> list[str]:
    return [pin.citation.quote for pin in pins.of(ADA, board)]


def test_what_is_pinned_stands_in_order_and_is_moved(pins: Pins) -> None:
    made = [add(pins, words) for words in ("one", "two", "three")]
    [board] = pins.boards(ADA)
    assert (board.name, board.pins) == ("First", 3)
    assert order(pins, board.id) == ["one", "two", "three"]
    assert add(pins, "two") == made[1], "the same slice is pinned once"
    pins.move(ADA, made[2].id, 0)
    assert order(pins, board.id) == ["three", "one", "two"]
    pins.move(ADA, made[2].id, 99)
    assert order(pins, board.id) == ["one", "two", "three"]
    pins.write(ADA, made[0].id, "ask again")
    assert pins.of(ADA, board.id)[0].note == "ask again"


def test_what_is_taken_off_goes_back_to_its_place(pins: Pins) -> None:
    made = [add(pins, words) for words in ("one", "two", "three")]
    board = made[0].board
    pins.remove(ADA, made[1].id)
    assert order(pins, board) == ["one", "three"]
    pins.restore(ADA, made[1].id)
    assert order(pins, board) == ["one", "two", "three"]


def test_boards_have_names_and_take_each_others_pins(pins: Pins) -> None:
    first = add(pins, "one")
    second = pins.new_board(ADA, "  The   wall ")
    assert [board.name for board in pins.boards(ADA)] == ["The wall", "First"]
    pins.move(ADA, first.id, 0, second.id)
    assert order(pins, second.id) == ["one"]
    pins.rename(ADA, second.id, "The barrier")
    assert pins.board(ADA, second.id).name == "The barrier"
    with pytest.raises(InvalidRequest, match="empty"):
        pins.rename(ADA, second.id, "   ")
    pins.delete_board(ADA, second.id)
    assert [board.name for board in pins.boards(ADA)] == ["First"]


def test_another_visitor_reaches_nothing(pins: Pins) -> None:
    pin = add(pins, "mine")
    own = pins.new_board(IVO, "His")
    assert [board.name for board in pins.boards(IVO)] == ["His"]
    for reach in (
        lambda: pins.of(IVO, pin.board),
        lambda: pins.board(IVO, pin.board),
        lambda: pins.rename(IVO, pin.board, "x"),
        lambda: pins.delete_board(IVO, pin.board),
        lambda: pins.write(IVO, pin.id, "x"),
        lambda: pins.move(IVO, pin.id, 0, own.id),
        lambda: pins.move(IVO, pin.id, 0),
        lambda: pins.remove(IVO, pin.id),
        lambda: pins.restore(IVO, pin.id),
        lambda: pins.add(IVO, quote("x"), "", board=pin.board, otherwise="x"),
        lambda: pins.move(ADA, pin.id, 0, own.id),
    ):
        with pytest.raises(UnknownPin):
            reach()
    assert order(pins, pin.board) == ["mine"]


def test_conversations_of_the_version_before_get_boards(tmp_path: Path) -> None:
    file = tmp_path / "conversations.sqlite"
    Conversations(file)
    with sqlite3.connect(file) as database:
        database.executescript("DROP TABLE pin; DROP TABLE board; PRAGMA user_version = 3")
    assert add(Pins(file), "one").citation == quote("one")


def test_a_servers_conversations_of_the_version_before_get_boards() -> None:
    store = open_store(running_server().database())
    Conversations(store)
    with store.transaction() as connection:
        connection.execute("DROP TABLE pin")
        connection.execute("DROP TABLE board")
        connection.execute("UPDATE conversation_version SET int4 = 3")
    assert add(Pins(store), "one").citation == quote("one")
    assert add(Pins(store), "two").citation == quote("two")
    store.close()


# --- What has become of a pin.


@pytest.fixture
def library(small_library: Library, tmp_path: Path) -> Library:
    (tmp_path / "harbour.txt").write_text(WORDS, encoding="utf-8")
    small_library.add(tmp_path / "harbour.txt")
    return small_library


def pinned(library: Library, words: str) -> Pin:
    [briefing] = library.briefings()
    start = briefing.text.index(words)
    citation = library.quote(briefing.id, start, start + len(words))
    return Pin("p", "b", citation, briefing.sha256, "", "")


def test_a_pin_is_held_against_its_briefing(library: Library, tmp_path: Path) -> None:
    pin = pinned(library, "It costs 12 million.")
    now = shown(library, pin)
    assert (now.state, now.citation, now.citation.speaker) == ("same", pin.citation, "Elin Varga")
    (tmp_path / "harbour.txt").write_text(WORDS.replace("12", "14"), encoding="utf-8")
    library.add(tmp_path / "harbour.txt")
    now = shown(library, pin)
    [newer] = library.briefings()
    assert (now.state, now.newer, now.citation.quote) == ("newer_version", newer.id, "It costs 12 million.")
    library.remove(newer.id)
    now = shown(library, pin)
    assert (now.state, now.citation) == ("briefing_gone", pin.citation)


def test_words_that_are_others_now_are_kept_as_pinned_and_marked(library: Library) -> None:
    pin = pinned(library, "It costs 12 million.")
    moved = Pin("p", "b", Citation(**{**_fields(pin.citation), "start": 0, "end": 7}), pin.sha256, "", "")
    assert (shown(library, moved).state, shown(library, moved).citation.quote) == ("words_changed", pin.citation.quote)
    beyond = Pin("p", "b", Citation(**{**_fields(pin.citation), "start": 10_000, "end": 10_007}), "", "", "")
    assert shown(library, beyond).state == "words_changed"


def _fields(citation: Citation) -> dict[str, object]:
    return {name: getattr(citation, name) for name in citation.__dataclass_fields__}


def test_words_of_a_damaged_briefing_are_shown_as_pinned_alone(library: Library, small_settings: Settings) -> None:
    pin = pinned(library, "It costs 12 million.")
    with sqlite3.connect(library.folder / "library.db") as database:
        database.execute("UPDATE briefings SET text = replace(text, '12', '13')")
    with Library.open(settings=small_settings) as opened:
        now = shown(opened, pin)
    assert (now.state, now.citation.quote) == ("briefing_damaged", "It costs 12 million.")


def test_only_one_speakers_words_can_be_quoted(library: Library) -> None:
    [briefing] = library.briefings()
    whole = (briefing.text.index("Why not"), briefing.text.index("eight"))
    for start, end in ((0, 0), (5, 3), (-1, 4), (0, 10_000), whole):
        with pytest.raises(InvalidRequest):
            library.quote(briefing.id, start, end)
    with pytest.raises(OnRecordError):
        library.quote("nothing", 0, 3)


# --- Exports.


def test_every_export_has_the_quote_its_source_its_hash_and_the_note() -> None:
    pins = [
        PinnedQuote(quote("It costs 12 million."), "ab" * 32, "=ask\nagain", "Marked.", "briefing_gone"),
        PinnedQuote(quote("<b>*Bold*</b>"), "cd" * 32),
    ]
    for format in EXPORT_FORMATS:
        made = export_pins("The <wall>", pins, format)
        if isinstance(made, str):
            text = made
        elif format == "xlsx":
            text = "\n".join(str(cell) for row in tables_in("pins.xlsx", made)[0] for cell in row)
        else:
            text = "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(made)).paragraphs)
        held = ["It costs 12 million", "Ivo", "Minister", "Title", "2031", "ab" * 32, "cd" * 32, "again"]
        plain = text.replace("\\", "")
        assert [words for words in held if words not in plain] == [], format
        assert plain.index("It costs") < plain.index("Bold"), "in order"
        assert format in ("csv", "xlsx") or "Marked." in plain
        assert format != "html" or "<b>" not in text
    rows = list(csv.DictReader(io.StringIO(export_pins("x", pins, "csv").removeprefix("\ufeff"))))
    assert (rows[0]["note"], rows[0]["state"], rows[0]["sha256"]) == ("'=ask\nagain", "briefing_gone", "ab" * 32)
