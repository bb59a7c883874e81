"""Quotes that a visitor has pinned, on boards by name, with notes and in an order of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from onrecord.rag import Citation, InvalidRequest, OnRecordError, SharedDatabase
from onrecord.ui.chat.conversations import new_id
from onrecord.ui.chat.databases import Transaction, database_at

NAME_LENGTH = 80
NOTE_LENGTH = 4000
# More than anybody reads through, and little enough to show on one page.
_MOST_PINS, _MOST_BOARDS = 500, 100
# How long what was taken off can be put back.
_KEPT = timedelta(days=1)
_CITATION = TypeAdapter(Citation)


class UnknownPin(OnRecordError):
    """No pin or board of this visitor has the id given."""


@dataclass(frozen=True, slots=True)
class Board:
    """One of a visitor's boards; times are ISO 8601, UTC."""

    id: str
    name: str
    pins: int
    created: str


@dataclass(frozen=True, slots=True)
class Pin:
    """A quote as it was pinned, the hash of its briefing's file, and a note."""

    id: str
    board: str
    citation: Citation
    sha256: str
    note: str
    at: str


class Pins:
    """The visitors' boards, kept where their conversations are. Every call names the visitor and reaches only theirs.

    Whoever names a pin or a board that is not theirs gets `UnknownPin`.
    """

    def __init__(self, place: Path | SharedDatabase) -> None:
        self._database = database_at(place)

    def boards(self, visitor: str) -> list[Board]:
        """A visitor's boards, the one last pinned to first."""
        with self._database.transaction() as database:
            rows = database.rows(
                "SELECT id, name, (SELECT count(*) FROM pin WHERE pin.board = board.id AND removed IS NULL), created "
                "FROM board WHERE visitor = %(visitor)s ORDER BY used DESC, rowid DESC",
                visitor=visitor,
            )
        return [Board(*row) for row in rows]

    def new_board(self, visitor: str, name: str) -> Board:
        """Begin a board; raises InvalidRequest for a name without letters and where there are too many."""
        with self._database.transaction() as database:
            return self._new_board(database, visitor, name)

    def rename(self, visitor: str, board: str, name: str) -> None:
        """Give a board another name."""
        with self._database.transaction() as database:
            self._own_board(database, visitor, board)
            database.rows("UPDATE board SET name = %(name)s WHERE id = %(id)s", name=_named(name), id=board)

    def delete_board(self, visitor: str, board: str) -> None:
        """Delete a board with its pins."""
        with self._database.transaction() as database:
            self._own_board(database, visitor, board)
            database.rows("DELETE FROM board WHERE id = %(id)s", id=board)

    def board(self, visitor: str, board: str) -> Board:
        """One board."""
        found = next((one for one in self.boards(visitor) if one.id == board), None)
        if found is None:
            raise _unknown()
        return found

    def of(self, visitor: str, board: str) -> list[Pin]:
        """The pins of a board in their order."""
        with self._database.transaction() as database:
            self._own_board(database, visitor, board)
            rows = self._rows(database, board)
        return [_pin(*row) for row in rows]

    def add(self, visitor: str, citation: Citation, sha256: str, *, board: str | None, otherwise: str) -> Pin:
        """Pin a quote at the end of a board, or of the one last used; where there is none, one named `otherwise`.

        A slice that is on the board already stays as it is. Raises InvalidRequest where the board is full.
        """
        now = _now()
        with self._database.transaction() as database:
            board = board or self._last_used(database, visitor) or self._new_board(database, visitor, otherwise).id
            self._own_board(database, visitor, board)
            database.rows("UPDATE board SET used = %(now)s WHERE id = %(id)s", now=now, id=board)
            database.rows(
                "DELETE FROM pin WHERE removed < %(before)s AND board IN "
                "(SELECT id FROM board WHERE visitor = %(visitor)s)",
                before=_now(-_KEPT),
                visitor=visitor,
            )
            pins = [_pin(*row) for row in self._rows(database, board)]
            for pin in pins:
                if _slice(pin.citation) == _slice(citation) and pin.citation.quote == citation.quote:
                    return pin
            if len(pins) >= _MOST_PINS:
                raise InvalidRequest(f"The board holds {_MOST_PINS} pins. Begin another one.")
            pin = Pin(new_id(), board, citation, sha256, "", now)
            database.rows(
                "INSERT INTO pin (id, board, position, citation, sha256, note, at) "
                "SELECT %(id)s, %(board)s, coalesce(max(position), 0) + 1, %(citation)s, %(sha256)s, '', %(now)s "
                "FROM pin WHERE board = %(board)s",
                id=pin.id,
                board=board,
                citation=_CITATION.dump_json(citation).decode(),
                sha256=sha256,
                now=now,
            )
        return pin

    def write(self, visitor: str, pin: str, note: str) -> None:
        """Write the note beside a pin; an empty one takes it away."""
        with self._database.transaction() as database:
            self._board_of(database, visitor, pin)
            database.rows("UPDATE pin SET note = %(note)s WHERE id = %(id)s", note=note[:NOTE_LENGTH], id=pin)

    def move(self, visitor: str, pin: str, place: int, board: str | None = None) -> None:
        """Put a pin at a place of its board or of another one, counted from 0; beyond its end is the end."""
        with self._database.transaction() as database:
            before = self._board_of(database, visitor, pin)
            target = board or before
            self._own_board(database, visitor, target)
            order = [row[0] for row in self._rows(database, target) if row[0] != pin]
            order.insert(max(0, place), pin)
            database.rows("UPDATE pin SET board = %(board)s WHERE id = %(id)s", board=target, id=pin)
            for position, one in enumerate(order, 1):
                database.rows("UPDATE pin SET position = %(position)s WHERE id = %(id)s", position=position, id=one)

    def remove(self, visitor: str, pin: str) -> None:
        """Take a pin off its board; for a day it can be put back."""
        self._mark(visitor, pin, _now())

    def restore(self, visitor: str, pin: str) -> None:
        """Put a pin that was taken off back where it was."""
        self._mark(visitor, pin, None)

    def _mark(self, visitor: str, pin: str, removed: str | None) -> None:
        with self._database.transaction() as database:
            self._board_of(database, visitor, pin)
            database.rows("UPDATE pin SET removed = %(removed)s WHERE id = %(id)s", removed=removed, id=pin)

    def _new_board(self, database: Transaction, visitor: str, name: str) -> Board:
        [(number,)] = database.rows("SELECT count(*) FROM board WHERE visitor = %(visitor)s", visitor=visitor)
        if number >= _MOST_BOARDS:
            raise InvalidRequest(f"There are {_MOST_BOARDS} boards already. Delete one first.")
        board = Board(new_id(), _named(name), 0, _now())
        database.rows(
            "INSERT INTO board (id, visitor, name, created, used) "
            "VALUES (%(id)s, %(visitor)s, %(name)s, %(now)s, %(now)s)",
            id=board.id,
            visitor=visitor,
            name=board.name,
            now=board.created,
        )
        return board

    @staticmethod
    def _last_used(database: Transaction, visitor: str) -> str | None:
        rows = database.rows(
            "SELECT id FROM board WHERE visitor = %(visitor)s ORDER BY used DESC, rowid DESC LIMIT 1", visitor=visitor
        )
        return rows[0][0] if rows else None

    @staticmethod
    def _rows(database: Transaction, board: str) -> Sequence[tuple[Any, ...]]:
        return database.rows(
            "SELECT id, board, citation, sha256, note, at FROM pin "
            "WHERE board = %(board)s AND removed IS NULL ORDER BY position, id",
            board=board,
        )

    @staticmethod
    def _own_board(database: Transaction, visitor: str, board: str) -> None:
        if not database.rows(
            "SELECT 1 FROM board WHERE id = %(id)s AND visitor = %(visitor)s", id=board, visitor=visitor
        ):
            raise _unknown()

    @staticmethod
    def _board_of(database: Transaction, visitor: str, pin: str) -> str:
        rows = database.rows(
            "SELECT pin.board FROM pin JOIN board ON board.id = pin.board "
            "WHERE pin.id = %(id)s AND board.visitor = %(visitor)s",
            id=pin,
            visitor=visitor,
        )
        if not rows:
            raise _unknown()
        return str(rows[0][0])


def _unknown() -> UnknownPin:
    # One message for what is not there and what is another's: an id tells nothing.
    return UnknownPin("There is no such pin or board here. Open your boards again.")


def _named(name: str) -> str:
    line = " ".join(name.split())[:NAME_LENGTH]
    if not line:
        raise InvalidRequest("The name is empty. Write one.")
    return line


def _slice(citation: Citation) -> tuple[str, int, int]:
    return citation.briefing_id, citation.start, citation.end


def _pin(id_: str, board: str, citation: str, sha256: str, note: str, at: str) -> Pin:
    return Pin(id_, board, _CITATION.validate_json(citation), sha256, note, at)


def _now(later: timedelta = timedelta()) -> str:
    # To the microsecond: boards are listed by when they were last used.
    return (datetime.now(timezone.utc) + later).isoformat()
