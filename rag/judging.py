"""What became of every question on record, read once for each version of a briefing and kept in a file."""

from __future__ import annotations

import json
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path

from typing_extensions import Unpack

from onrecord.embeddings.reader import SHA256 as READER
from onrecord.rag.answers.replied import (
    ANSWERED_BELOW,
    LEFT_OPEN_FROM,
    LEFT_OPEN_SAID,
    judged_questions,
    questions_put,
)
from onrecord.rag.answers.spans import language_of
from onrecord.rag.asking import filters_of
from onrecord.rag.holdings import Holdings
from onrecord.rag.languages import language
from onrecord.rag.people.matching import matching_names
from onrecord.rag.readers.encoding import whole_characters
from onrecord.rag.reading.reader import Reader, read_passages
from onrecord.rag.text.folding import folded_words
from onrecord.rag.text.quotes import cite
from onrecord.rag.types import (
    Briefing,
    Citation,
    FilterOptions,
    Filters,
    JudgedQuestion,
    QuestionOnRecord,
    QuestionOutcome,
    Span,
    each_of,
)

JUDGED_FILE = "questions.db"
# Raised where the same replies may be read otherwise than before; with the reader and the shares it is what
# judgements depend on.
_METHOD = 2
# Another process writes a row in milliseconds.
_PATIENCE_SECONDS = 10.0
# A question without a reply that has fewer telling words than this ("Can you hear me?") asks about the line.
_TELLING = 2
_TABLE = "CREATE TABLE IF NOT EXISTS judged (briefing TEXT PRIMARY KEY, key TEXT NOT NULL, questions TEXT NOT NULL)"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenQuestions:
    """Questions that were put and left open, in the order of the briefings' dates, the newest first.

    `read` of the `total` briefings with questions, within the limits, have been read; in the others there may be more.
    """

    questions: tuple[QuestionOnRecord, ...]
    read: int
    total: int


class Judgements:
    """Judgements by briefing, in memory and in a file that is a cache: what is lost or damaged is read again.

    A row holds places in the text and no words; it counts for one text with its turns and exchanges, and one reader.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known: dict[str, tuple[str, tuple[JudgedQuestion, ...]]] = {}
        self._lock = threading.Lock()

    def of(self, briefing: Briefing) -> tuple[JudgedQuestion, ...] | None:
        """What became of each question of a briefing; None where they have not been read as they now stand."""
        key = _key(briefing)
        with self._lock:
            found = self._known.get(briefing.id)
            if found is None or found[0] != key:
                found = self._fetched(briefing.id)
            if found is None or found[0] != key:
                return None
            self._known[briefing.id] = found
            return found[1]

    def keep(self, briefing: Briefing, judged: Sequence[JudgedQuestion]) -> None:
        """Note what became of each question of a briefing."""
        key, questions = _key(briefing), tuple(judged)
        row = (briefing.id, key, json.dumps([asdict(one) for one in questions]))
        with self._lock:
            self._known[briefing.id] = (key, questions)
            self._run("INSERT OR REPLACE INTO judged VALUES (?, ?, ?)", row)

    def forget(self, briefing_id: str) -> None:
        """Drop what is kept of a briefing that is no more."""
        with self._lock:
            self._known.pop(briefing_id, None)
            if self._file.exists():
                self._run("DELETE FROM judged WHERE briefing = ?", (briefing_id,))

    def _fetched(self, briefing_id: str) -> tuple[str, tuple[JudgedQuestion, ...]] | None:
        if not self._file.exists():
            return None
        rows = self._run("SELECT key, questions FROM judged WHERE briefing = ?", (briefing_id,))
        try:
            return next(((key, tuple(map(_question, json.loads(text)))) for key, text in rows), None)
        except (ValueError, TypeError, KeyError):
            return None

    def _run(self, statement: str, values: tuple[str, ...]) -> list[tuple[str, str]]:
        """The rows of a statement; a file that cannot be used costs reading again and no more."""
        try:
            with closing(sqlite3.connect(self._file, timeout=_PATIENCE_SECONDS)) as database, database:
                database.execute(_TABLE)
                return database.execute(statement, values).fetchall()
        except sqlite3.OperationalError as error:
            _log.warning("%s cannot be used (%s): what became of questions is read again.", self._file, error)
        except sqlite3.DatabaseError as error:
            _log.warning("%s is damaged (%s) and is begun anew.", self._file, error)
            with suppress(OSError):
                self._file.unlink()
        return []


class Judging:
    """What became of the questions of a library's briefings; the reader is loaded by the first that are read."""

    def __init__(self, holdings: Holdings, file: Path, reader: Callable[[], Reader]) -> None:
        self._holdings = holdings
        self._judgements = Judgements(file)
        self._reader = reader

    def questions(self, briefing_id: str) -> tuple[QuestionOnRecord, ...]:
        """The questions of a briefing in order, with what became of each once `read` has read them all.

        Raises UnknownBriefing.
        """
        briefing = self._holdings.briefing(whole_characters(briefing_id))
        judged = self._judged(briefing)
        if judged is None:
            put = questions_put(briefing)
            return tuple(QuestionOnRecord(place, _cited(1, briefing, asked)) for place, asked in put)
        return tuple(_quoted(briefing, one) for one in judged)

    def read(self, briefing_id: str) -> Iterator[QuestionOnRecord]:
        """The questions of a briefing, each as soon as its reply is read, which takes some tenths of a second.

        They are kept for this version of the briefing once all are read. Raises UnknownBriefing, and ModelError.
        """
        briefing = self._holdings.briefing(whole_characters(briefing_id))
        return self._read(briefing)

    def _read(self, briefing: Briefing) -> Iterator[QuestionOnRecord]:
        judged = self._judged(briefing)
        if judged is not None:
            yield from (_quoted(briefing, one) for one in judged)
            return
        reads = partial(read_passages, self._reader(), sources={briefing.id: briefing})
        found = []
        for one in judged_questions(briefing, reads):
            found.append(one)
            yield _quoted(briefing, one)
        self._judgements.keep(briefing, found)

    def unread(self) -> list[str]:
        """The ids of the current briefings whose questions have not been read, the newest first."""
        return [one.id for one in self._newest_first(Filters()) if self._judged(one) is None]

    def open(self, *, subject: str = "", unclear: bool = False, **filters: Unpack[FilterOptions]) -> OpenQuestions:
        """The questions that were left open or got no reply, in the briefings that have been read.

        `speaker` is who left it open, `outlet` whose question it was; `since`, `until`, `briefing` and `collection` say
        which briefings, and other filters are not heeded. All words of the subject stand in question or reply.
        `unclear` adds those of which it is unclear. Raises InvalidRequest for an impossible filter.
        """
        limits, wanted = filters_of(filters), folded_words(whole_characters(subject))
        outcomes: list[QuestionOutcome] = ["left_open", "no_reply"]
        outcomes += ["unclear"] if unclear else []
        return self._holdings.of_one_state(lambda: self._open(limits, wanted, outcomes))

    def forget(self, briefing_id: str) -> None:
        """Drop what is kept of a briefing that is no more."""
        self._judgements.forget(briefing_id)

    def _open(self, limits: Filters, wanted: Sequence[str], outcomes: Sequence[QuestionOutcome]) -> OpenQuestions:
        briefings = [one for one in self._newest_first(limits) if one.exchanges]
        called = None if limits.speaker is None else frozenset(self._holdings.called(limits.speaker))
        found: list[QuestionOnRecord] = []
        read = 0
        for briefing in briefings:
            judged = self._judged(briefing)
            if judged is None:
                continue
            read += 1
            quoted = (_quoted(briefing, one) for one in judged if one.outcome in outcomes)
            found += [one for one in quoted if _fits(one, called, each_of(limits.outlet), wanted)]
        return OpenQuestions(tuple(found), read, len(briefings))

    def _judged(self, briefing: Briefing) -> tuple[JudgedQuestion, ...] | None:
        return self._judgements.of(briefing) if briefing.exchanges else ()

    def _newest_first(self, limits: Filters) -> list[Briefing]:
        within = replace(limits, speaker=None, role=None, outlet=None, language=None, kind=None)
        briefings = [self._holdings.briefing(id_) for id_ in self._holdings.briefing_ids(within)]
        return sorted(briefings, key=lambda briefing: briefing.date or "", reverse=True)


def _fits(
    question: QuestionOnRecord,
    called: frozenset[str] | None,
    outlets: tuple[str, ...] | None,
    wanted: Sequence[str],
) -> bool:
    asked, reply = question.asked, question.reply
    if reply is None and len(language(asked.language).query_terms(asked.quote)) < _TELLING:
        return False
    if called is not None and (reply is None or reply.speaker not in called):
        return False
    if outlets and not (asked.outlet and any(matching_names(outlet, [asked.outlet]) for outlet in outlets)):
        return False
    held = folded_words(f"{asked.quote} {reply.quote if reply else ''}")
    return all(any(word.startswith(part) for word in held) for part in wanted)


def _key(briefing: Briefing) -> str:
    """What judgements are of: the words, where turns and exchanges lie in them, and what reads them.

    Names are no part of it: one who is called otherwise has replied the same.
    """
    turns = [(turn.start, turn.end, turn.kind) for turn in briefing.turns]
    exchanges = [
        (one.questions, one.answers, [(span.start, span.end) for span in one.asked]) for one in briefing.exchanges
    ]
    shape = repr((READER, _METHOD, LEFT_OPEN_FROM, LEFT_OPEN_SAID, ANSWERED_BELOW, turns, exchanges))
    return sha256(f"{shape}\0{briefing.text}".encode()).hexdigest()


def _question(row: dict[str, object]) -> JudgedQuestion:
    given: dict[str, object] = {**row, "asked": _span(row["asked"]), "reply": row["reply"] and _span(row["reply"])}
    return JudgedQuestion(**given)  # type: ignore[arg-type]  # as `keep` wrote it


def _span(row: object) -> Span:
    assert isinstance(row, dict)
    return Span(**row)


def _quoted(briefing: Briefing, judged: JudgedQuestion) -> QuestionOnRecord:
    asked = _cited(1, briefing, judged.asked)
    reply = None if judged.reply is None else _cited(2, briefing, judged.reply)
    return QuestionOnRecord(judged.exchange, asked, reply, judged.outcome, judged.sure)


def _cited(number: int, briefing: Briefing, span: Span) -> Citation:
    words = briefing.text[span.start : span.end]
    return cite(number, briefing, span.start, span.end, language=language_of(words, briefing.language))
