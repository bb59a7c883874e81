"""Conversations, kept per visitor in a database; and what readers thought of answers and citations."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from onrecord.rag import Answer, Filters, OnRecordError, SharedDatabase
from onrecord.ui.chat.databases import UNWRITABLE, Transaction, database_at

Verdict = Literal["helpful", "unhelpful", "wrong_source", "unsupported", "misquoted"]
CONVERSATIONS_FILE = "conversations.sqlite"
TITLE_LENGTH = 80
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
    """What a reader thought of an answer (`citation` 0) or of one of its citations; `asked` is the answer's id."""

    asked: str
    question: str
    citation: int
    verdict: Verdict
    at: str


def new_id() -> str:
    """128 random bits: an id that cannot be guessed."""
    return secrets.token_hex(16)


class Conversations:
    """The visitors' conversations in a file, or in a library's database. Every call names the visitor.

    It reaches only what is theirs.
    """

    def __init__(self, place: Path | SharedDatabase) -> None:
        self._database = database_at(place)

    @contextmanager
    def _at_best(self) -> Iterator[None]:
        """Write what an answer does not depend on: where that is refused, the log says so and the answer is shown."""
        try:
            yield
        except UNWRITABLE as error:
            _log.warning("A question could not be kept in %s: %s", self._database, error)

    def of(self, visitor: str) -> list[Conversation]:
        """A visitor's conversations, the one last used first."""
        with self._database.transaction() as database:
            rows = database.rows(
                "SELECT id, title, created, updated FROM conversation WHERE visitor = %(visitor)s "
                "ORDER BY updated DESC, rowid DESC",
                visitor=visitor,
            )
        return [Conversation(*row) for row in rows]

    def asked(self, visitor: str, conversation: str) -> list[Asked]:
        """The questions of a conversation in order; raises UnknownConversation."""
        with self._database.transaction() as database:
            self._own(database, visitor, conversation)
            rows = database.rows(
                "SELECT id, question, answer, filters, at FROM asked WHERE conversation = %(conversation)s "
                "ORDER BY position",
                conversation=conversation,
            )
        return [_asked(*row) for row in rows]

    def writable(self, visitor: str | None, conversation: str | None) -> str:
        """The id to write under: the one given, where it is the visitor's or a page's for a new one, else a new id."""
        if not conversation or not _ID.fullmatch(conversation):
            return new_id()
        with self._database.transaction() as database:
            owners = database.rows("SELECT visitor FROM conversation WHERE id = %(id)s", id=conversation)
        return conversation if all(owner == (visitor,) for owner in owners) else new_id()

    def held(self, conversation: str) -> bool:
        """Whether anybody has a conversation of this id."""
        with self._database.transaction() as database:
            return bool(database.rows("SELECT 1 FROM conversation WHERE id = %(id)s", id=conversation))

    def one(self, visitor: str, asked: str) -> Asked:
        """One question with its answer; raises UnknownConversation."""
        with self._database.transaction() as database:
            self._own_asked(database, visitor, asked)
            [row] = database.rows("SELECT id, question, answer, filters, at FROM asked WHERE id = %(id)s", id=asked)
        return _asked(*row)

    def begin(self, visitor: str, conversation: str, asked: Asked) -> None:
        """Keep a question whose answer is to come; a conversation that is not there yet begins with it.

        Raises UnknownConversation.
        """
        now = _now()
        title = " ".join(asked.question.split())[:TITLE_LENGTH]
        with self._at_best(), self._database.transaction() as database:
            database.rows(
                "INSERT INTO conversation (id, visitor, title, created, updated) "
                "VALUES (%(id)s, %(visitor)s, %(title)s, %(now)s, %(now)s) ON CONFLICT (id) DO NOTHING",
                id=conversation,
                visitor=visitor,
                title=title,
                now=now,
            )
            self._own(database, visitor, conversation)
            database.rows("UPDATE conversation SET updated = %(now)s WHERE id = %(id)s", now=now, id=conversation)
            database.rows(
                "INSERT INTO asked (id, conversation, position, question, answer, filters, at) "
                "SELECT %(id)s, %(conversation)s, coalesce(max(position), 0) + 1, %(question)s, %(answer)s, "
                "%(filters)s, %(now)s FROM asked WHERE conversation = %(conversation)s",
                id=asked.id,
                conversation=conversation,
                question=asked.question,
                answer=_ANSWER.dump_json(asked.answer).decode() if asked.answer else None,
                filters=_FILTERS.dump_json(asked.filters).decode(),
                now=now,
            )

    def finish(self, asked: str, answer: Answer, *, replacing: str | None = None) -> None:
        """Keep the answer to a question that has begun; nothing happens where it has been deleted meanwhile.

        `replacing` names an earlier question of the conversation: it and those after it give way.
        """
        with self._at_best(), self._database.transaction() as database:
            given = _ANSWER.dump_json(answer).decode()
            database.rows("UPDATE asked SET answer = %(given)s WHERE id = %(id)s", given=given, id=asked)
            if replacing:
                database.rows(
                    "DELETE FROM asked WHERE id IN (SELECT old.id FROM asked AS first "
                    "JOIN asked AS own USING (conversation) JOIN asked AS old USING (conversation) "
                    "WHERE first.id = %(first)s AND own.id = %(own)s AND first.position <= old.position "
                    "AND old.position < own.position)",
                    first=replacing,
                    own=asked,
                )

    def forget(self, asked: str) -> None:
        """Take back a question that could not be answered, and a conversation that held nothing else."""
        with self._at_best(), self._database.transaction() as database:
            found = database.rows("SELECT conversation FROM asked WHERE id = %(id)s", id=asked)
            database.rows("DELETE FROM asked WHERE id = %(id)s", id=asked)
            for (conversation,) in found:
                database.rows(
                    "DELETE FROM conversation WHERE id = %(id)s "
                    "AND NOT EXISTS (SELECT 1 FROM asked WHERE conversation = %(id)s)",
                    id=conversation,
                )

    def rename(self, visitor: str, conversation: str, title: str) -> None:
        """Give a conversation another title; raises UnknownConversation."""
        title = " ".join(title.split())[:TITLE_LENGTH]
        if not title:
            raise OnRecordError("The new name is empty. Write one.")
        with self._database.transaction() as database:
            self._own(database, visitor, conversation)
            database.rows("UPDATE conversation SET title = %(title)s WHERE id = %(id)s", title=title, id=conversation)

    def delete(self, visitor: str, conversation: str) -> None:
        """Delete a conversation with its feedback; raises UnknownConversation."""
        with self._database.transaction() as database:
            self._own(database, visitor, conversation)
            database.rows("DELETE FROM conversation WHERE id = %(id)s", id=conversation)

    def judge(self, visitor: str, asked: str, verdict: Verdict, *, citation: int = 0) -> None:
        """Keep what a reader thinks of an answer (`citation` 0) or of a citation; the last word counts.

        Raises UnknownConversation for a question that is not the visitor's.
        """
        with self._database.transaction() as database:
            self._own_asked(database, visitor, asked)
            database.rows(
                "DELETE FROM feedback WHERE asked = %(asked)s AND citation = %(citation)s",
                asked=asked,
                citation=citation,
            )
            database.rows(
                "INSERT INTO feedback (asked, citation, verdict, at) "
                "VALUES (%(asked)s, %(citation)s, %(verdict)s, %(now)s)",
                asked=asked,
                citation=citation,
                verdict=verdict,
                now=_now(),
            )

    def feedback(self, visitor: str) -> list[Feedback]:
        """All that a visitor said of answers and citations, oldest first."""
        with self._database.transaction() as database:
            rows = database.rows(
                "SELECT asked.id, asked.question, feedback.citation, feedback.verdict, feedback.at FROM feedback "
                "JOIN asked ON asked.id = feedback.asked JOIN conversation ON conversation.id = asked.conversation "
                "WHERE conversation.visitor = %(visitor)s ORDER BY feedback.at, feedback.rowid",
                visitor=visitor,
            )
        return [Feedback(*row) for row in rows]

    @staticmethod
    def _own(database: Transaction, visitor: str, conversation: str) -> None:
        own = database.rows(
            "SELECT 1 FROM conversation WHERE id = %(id)s AND visitor = %(visitor)s", id=conversation, visitor=visitor
        )
        if not own:
            # One message for what is not there and what is another's: an id tells nothing.
            raise UnknownConversation("There is no such conversation here. Start a new one.")

    @staticmethod
    def _own_asked(database: Transaction, visitor: str, asked: str) -> None:
        own = database.rows(
            "SELECT 1 FROM asked JOIN conversation ON conversation.id = asked.conversation "
            "WHERE asked.id = %(id)s AND conversation.visitor = %(visitor)s",
            id=asked,
            visitor=visitor,
        )
        if not own:
            raise UnknownConversation("There is no such answer here. Ask again.")


def _asked(id_: str, question: str, answer: str | None, filters: str, at: str) -> Asked:
    given = None if answer is None else _ANSWER.validate_json(answer)
    return Asked(id_, question, given, _FILTERS.validate_json(filters), at)


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
