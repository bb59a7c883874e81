"""Reading what became of questions while somebody looks on, one briefing at a time, behind all that is asked."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import suppress

from fastapi.concurrency import iterate_in_threadpool
from fastapi.sse import format_sse_event
from pydantic import TypeAdapter

from onrecord.rag import Library, OnRecordError, QuestionOnRecord, UnknownBriefing
from onrecord.ui.library.adding import failure_event
from onrecord.ui.server.places import Places

_QUESTION = TypeAdapter(QuestionOnRecord)
# Who waits for others is told so again after this many seconds, and is found to have gone.
_LOOK_SECONDS = 1.0
_UNEXPECTED = "The replies could not be read. The server's messages have the cause."
_log = logging.getLogger(__name__)


class Readings:
    """Events of reading replies. Each ends where its listener goes away: what was read of whole briefings is kept."""

    def __init__(self, library: Library, places: Places) -> None:
        self._library = library
        self._places = places
        # Two that read at once would only take each other's time, and might read the same.
        self._one = threading.Lock()

    def of_briefing(self, briefing_id: str) -> AsyncIterator[bytes]:
        """The questions of a briefing: `question` for each, in order, `waiting` meanwhile, then `done` or `failed`."""
        return self._guarded(self._questions(briefing_id))

    def of_library(self) -> AsyncIterator[bytes]:
        """All that is unread: `progress` with each question read, `waiting` meanwhile, then `done` or `failed`."""
        return self._guarded(self._everything())

    def _questions(self, briefing_id: str) -> Generator[bytes, None, None]:
        for question in self._read(briefing_id):
            data = b"" if question is None else _QUESTION.dump_json(question)
            yield _waiting() if question is None else format_sse_event(event="question", data_str=data.decode())

    def _everything(self) -> Generator[bytes, None, None]:
        unread = self._library.judging.unread()
        for done, briefing_id in enumerate(unread):
            # One that was removed meanwhile is left out.
            with suppress(UnknownBriefing):
                title = self._library.briefing(briefing_id).title
                told = json.dumps({"done": done, "total": len(unread), "title": title})
                for question in self._read(briefing_id):
                    yield _waiting() if question is None else format_sse_event(event="progress", data_str=told)

    def _read(self, briefing_id: str) -> Iterator[QuestionOnRecord | None]:
        """The questions of a briefing as they are read; None each second in which others go before."""
        while not self._one.acquire(timeout=_LOOK_SECONDS):
            yield None
        try:
            questions = self._library.judging.read(briefing_id)
            while True:
                while not self._places.quiet(_LOOK_SECONDS):
                    yield None
                question = next(questions, None)
                if question is None or self._places.closed:
                    return
                yield question
        finally:
            self._one.release()

    async def _guarded(self, events: Generator[bytes, None, None]) -> AsyncIterator[bytes]:
        try:
            async for event in iterate_in_threadpool(events):
                yield event
            yield format_sse_event(event="done", data_str="{}")
        except OnRecordError as error:
            yield failure_event(str(error))
        except Exception:  # noqa: BLE001 - the status is sent already: the stream itself must say it
            _log.exception("Replies could not be read")
            yield failure_event(_UNEXPECTED)
        finally:
            # What is left to be collected some day would keep all others from reading until then.
            events.close()


def _waiting() -> bytes:
    return format_sse_event(event="waiting", data_str="{}")
