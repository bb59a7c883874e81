"""Conversations, kept per visitor in a SQLite file of their own; and what readers thought of answers and citations."""

from __future__ import annotations

import logging
import re
import secrets
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from onrecord.rag import Answer, Filters, OnRecordError

Verdict = Literal["helpful", "unhelpful", "wrong_source", "unsupported", "misquoted"]
CONVERSATIONS_FILE = "conversations.sqlite"
TITLE_LENGTH = 80
_SCHEMA_VERSION = 3
_SCHEMA = """
CREATE TABLE conversation (
    id TEXT PRIMARY KEY, visitor TEXT NOT NULL, title TEXT NOT NULL, created TEXT NOT NULL, updated TEXT NOT NULL
);
CREATE INDEX conversation_visitor ON conversation (visitor, updated);
CREATE TABLE asked (
    id TEXT PRIMARY KEY,
    conversation TEXT NOT NULL REFERENCES conversation (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    question TEXT NOT NULL, answer TEXT, filters TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE INDEX asked_conversation ON asked (conversation, position);
CREATE TABLE feedback (
    asked TEXT NOT NULL REFERENCES asked (id) ON DELETE CASCADE,
    citation INTEGER NOT NULL,
    verdict TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (asked, citation)
);
"""

# Version 1 kept an answer as text alone: it is shown as words, and its sources below stay linked.
_FROM_VERSION_1 = """
UPDATE asked SET answer = json_set(answer, '$.parts', json_array(json_object('pieces', json_array(
    json_object('text', json_extract(answer, '$.text'), 'type', 'words')))));
"""
# Up to version 2 a question was kept with its answer only, and an answer could not be missing.
_FROM_VERSION_2 = """
ALTER TABLE asked RENAME COLUMN answer TO given;
ALTER TABLE asked ADD COLUMN answer TEXT;
UPDATE asked SET answer = given;
ALTER TABLE asked DROP COLUMN given;
"""
_CHANGES = {0: _SCHEMA, 1: _FROM_VERSION_1 + _FROM_VERSION_2, 2: _FROM_VERSION_2}

# As `new_id` and the page make them.
_ID = re.compile("[0-9a-f]{32}")
_ANSWER = TypeAdapter(Answer)
_log = logging.getLogger(__name__)
_FILTERS = TypeAdapter(Filters)


class UnknownConversation(OnRecordError):
    """No conversation of this visitor has the id given."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One line of a visitor's list; times are ISO 8601, UTC."""

    id: str
    title: str
    created: str
    updated: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a conversation with the filters it was asked under, and its answer.

    The answer is None while it is being given, and for ever where that was interrupted.
    """

    id: str
    question: str
    answer: Answer | None
    filters: Filters
    at: str = ""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a reader thought of an answer (`citation` 0) or of one of its citations."""

    question: str
    citation: int
    verdict: Verdict
    at: str


def new_id() -> str:
    """128 random bits: an id that cannot be guessed."""
    return secrets.token_hex(16)


class Conversations:
    """The visitors' conversations in one file. Every call names the visitor, and reaches only what is theirs."""

    def __init__(self, file: Path) -> None:
        self._file = file
        try:
            self._prepare()
        except (sqlite3.OperationalError, OSError) as error:
            # A library that can only be read can be asked all the same.
            self._file = Path(tempfile.mkdtemp(prefix="onrecord-")) / file.name
            _log.warning("%s cannot be written (%s): conversations are kept in %s meanwhile", file, error, self._file)
            self._prepare()
        except sqlite3.DatabaseError as error:
            raise OnRecordError(f"{file} is damaged ({error}). Move it away: the conversations begin anew.") from error

    def _prepare(self) -> None:
        file = self._file
        with self._open() as database:
            database.execute("PRAGMA journal_mode = WAL")
            version = database.execute("PRAGMA user_version").fetchone()[0]
            if version not in (*_CHANGES, _SCHEMA_VERSION):
                raise OnRecordError(
                    f"{file} was written by another version of OnRecord ({version}). Update OnRecord or move it away."
                )
            if version != _SCHEMA_VERSION:
                database.executescript(f"BEGIN; {_CHANGES[version]} PRAGMA user_version = {_SCHEMA_VERSION}; COMMIT;")
        # The words of one visitor are nobody else's business on a shared machine either.
        file.chmod(0o600)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        database = sqlite3.connect(self._file, timeout=30)
        try:
            database.execute("PRAGMA foreign_keys = ON")
            with database:
                yield database
        finally:
            database.close()

    @contextmanager
    def _at_best(self) -> Iterator[None]:
        """Write what an answer does not depend on: where the disk refuses, the log says so and the answer is shown."""
        try:
            yield
        except sqlite3.OperationalError as error:
            _log.warning("A question could not be kept in %s: %s", self._file, error)

    def of(self, visitor: str) -> list[Conversation]:
        """A visitor's conversations, the one last used first."""
        with self._open() as database:
            rows = database.execute(
                "SELECT id, title, created, updated FROM conversation WHERE visitor = ? "
                "ORDER BY updated DESC, rowid DESC",
                (visitor,),
            ).fetchall()
        return [Conversation(*row) for row in rows]

    def asked(self, visitor: str, conversation: str) -> list[Asked]:
        """The questions of a conversation in order; raises UnknownConversation."""
        with self._open() as database:
            self._own(database, visitor, conversation)
            rows = database.execute(
                "SELECT id, question, answer, filters, at FROM asked WHERE conversation = ? ORDER BY position",
                (conversation,),
            ).fetchall()
        return [_asked(row) for row in rows]

    def writable(self, visitor: str | None, conversation: str | None) -> str:
        """The id to write under: the one given, where it is the visitor's or a page's for a new one, else a new id."""
        if not conversation or not _ID.fullmatch(conversation):
            return new_id()
        with self._open() as database:
            owner = database.execute("SELECT visitor FROM conversation WHERE id = ?", (conversation,)).fetchone()
        return conversation if owner in (None, (visitor,)) else new_id()

    def one(self, visitor: str, asked: str) -> Asked:
        """One question with its answer; raises UnknownConversation."""
        with self._open() as database:
            self._own_asked(database, visitor, asked)
            row = database.execute(
                "SELECT id, question, answer, filters, at FROM asked WHERE id = ?", (asked,)
            ).fetchone()
        return _asked(row)

    def begin(self, visitor: str, conversation: str, asked: Asked) -> None:
        """Keep a question whose answer is to come; a conversation that is not there yet begins with it.

        Raises UnknownConversation.
        """
        now = _now()
        title = " ".join(asked.question.split())[:TITLE_LENGTH]
        with self._at_best(), self._open() as database:
            database.execute(
                "INSERT INTO conversation VALUES (?1, ?2, ?3, ?4, ?4) ON CONFLICT (id) DO NOTHING",
                (conversation, visitor, title, now),
            )
            self._own(database, visitor, conversation)
            database.execute("UPDATE conversation SET updated = ? WHERE id = ?", (now, conversation))
            database.execute(
                "INSERT INTO asked (id, conversation, position, question, answer, filters, at) "
                "SELECT ?1, ?2, coalesce(max(position), 0) + 1, ?3, ?4, ?5, ?6 FROM asked WHERE conversation = ?2",
                (
                    asked.id,
                    conversation,
                    asked.question,
                    _ANSWER.dump_json(asked.answer).decode() if asked.answer else None,
                    _FILTERS.dump_json(asked.filters).decode(),
                    now,
                ),
            )

    def finish(self, asked: str, answer: Answer, *, replacing: str | None = None) -> None:
        """Keep the answer to a question that has begun; nothing happens where it has been deleted meanwhile.

        `replacing` names an earlier question of the conversation: it and those after it give way.
        """
        with self._at_best(), self._open() as database:
            database.execute("UPDATE asked SET answer = ? WHERE id = ?", (_ANSWER.dump_json(answer).decode(), asked))
            if replacing:
                database.execute(
                    "DELETE FROM asked WHERE rowid IN (SELECT old.rowid FROM asked AS first "
                    "JOIN asked AS own USING (conversation) JOIN asked AS old USING (conversation) "
                    "WHERE first.id = ?1 AND own.id = ?2 AND first.position <= old.position "
                    "AND old.position < own.position)",
                    (replacing, asked),
                )

    def forget(self, asked: str) -> None:
        """Take back a question that could not be answered, and a conversation that held nothing else."""
        with self._at_best(), self._open() as database:
            found = database.execute("SELECT conversation FROM asked WHERE id = ?", (asked,)).fetchone()
            database.execute("DELETE FROM asked WHERE id = ?", (asked,))
            database.execute(
                "DELETE FROM conversation WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM asked WHERE conversation = ?1)",
                found or (None,),
            )

    def rename(self, visitor: str, conversation: str, title: str) -> None:
        """Give a conversation another title; raises UnknownConversation."""
        title = " ".join(title.split())[:TITLE_LENGTH]
        if not title:
            raise OnRecordError("The new name is empty. Write one.")
        with self._open() as database:
            self._own(database, visitor, conversation)
            database.execute("UPDATE conversation SET title = ? WHERE id = ?", (title, conversation))

    def delete(self, visitor: str, conversation: str) -> None:
        """Delete a conversation with its feedback; raises UnknownConversation."""
        with self._open() as database:
            self._own(database, visitor, conversation)
            database.execute("DELETE FROM conversation WHERE id = ?", (conversation,))

    def judge(self, visitor: str, asked: str, verdict: Verdict, *, citation: int = 0) -> None:
        """Keep what a reader thinks of an answer (`citation` 0) or of a citation; the last word counts.

        Raises UnknownConversation for a question that is not the visitor's.
        """
        with self._open() as database:
            self._own_asked(database, visitor, asked)
            database.execute("INSERT OR REPLACE INTO feedback VALUES (?, ?, ?, ?)", (asked, citation, verdict, _now()))

    def feedback(self, visitor: str) -> list[Feedback]:
        """All that a visitor said of answers and citations, oldest first."""
        with self._open() as database:
            rows = database.execute(
                "SELECT asked.question, feedback.citation, feedback.verdict, feedback.at FROM feedback "
                "JOIN asked ON asked.id = feedback.asked JOIN conversation ON conversation.id = asked.conversation "
                "WHERE conversation.visitor = ? ORDER BY feedback.at, feedback.rowid",
                (visitor,),
            ).fetchall()
        return [Feedback(*row) for row in rows]

    @staticmethod
    def _own(database: sqlite3.Connection, visitor: str, conversation: str) -> None:
        own = database.execute(
            "SELECT 1 FROM conversation WHERE id = ? AND visitor = ?", (conversation, visitor)
        ).fetchone()
        if not own:
            # One message for what is not there and what is another's: an id tells nothing.
            raise UnknownConversation("There is no such conversation here. Start a new one.")

    @staticmethod
    def _own_asked(database: sqlite3.Connection, visitor: str, asked: str) -> None:
        own = database.execute(
            "SELECT 1 FROM asked JOIN conversation ON conversation.id = asked.conversation "
            "WHERE asked.id = ? AND conversation.visitor = ?",
            (asked, visitor),
        ).fetchone()
        if not own:
            raise UnknownConversation("There is no such answer here. Ask again.")


def _asked(row: tuple[str, str, str | None, str, str]) -> Asked:
    id_, question, answer, filters, at = row
    given = None if answer is None else _ANSWER.validate_json(answer)
    return Asked(id_, question, given, _FILTERS.validate_json(filters), at)


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
