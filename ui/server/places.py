"""Places at the desk: so many questions are answered at once, so many wait, and others are told to come back."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from onrecord.rag import OnRecordError
from onrecord.ui.server.settings import ServerSettings

_log = logging.getLogger(__name__)

# What one who is sent away is told to wait: the time of a few answers.
RETRY_SECONDS = 5


class Busy(OnRecordError):
    """More is asked than can be answered now; asked again a little later it can be."""

    def __init__(self) -> None:
        super().__init__(f"Too many questions are being asked at once. Ask again in {RETRY_SECONDS} seconds.")


class Places:
    """Counts the questions being answered and those that wait; safe to use from several threads."""

    def __init__(self, settings: ServerSettings) -> None:
        self._most = settings.answering
        self._most_waiting = settings.waiting
        self._seconds = settings.waiting_seconds
        self._log_questions = settings.log_questions
        self._answering = 0
        self._refused = 0
        self._queue: deque[object] = deque()
        self._closed = False
        self._changed = threading.Condition()

    @property
    def answering(self) -> int:
        """How many questions are being answered."""
        return self._answering

    @property
    def waiting(self) -> int:
        """How many wait for a place."""
        return len(self._queue)

    @property
    def refused(self) -> int:
        """How many have been sent away."""
        return self._refused

    @property
    def closed(self) -> bool:
        """Whether no more questions are taken."""
        return self._closed

    @contextmanager
    def taken(self, question: str) -> Iterator[None]:
        """A question is answered in this block, in the order of coming; raises Busy.

        Its words go into the log where the settings ask for that.
        """
        came = time.perf_counter()
        self._take()
        began = time.perf_counter()
        try:
            yield
        finally:
            with self._changed:
                self._answering -= 1
                self._changed.notify_all()
            fields: dict[str, object] = {
                "waited": round(began - came, 3),
                "seconds": round(time.perf_counter() - began, 3),
            }
            _log.info("asked", extra={"fields": fields | ({"question": question} if self._log_questions else {})})

    def quiet(self, seconds: float) -> bool:
        """Wait until no question is being answered, at most `seconds`; whether that came about."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._answering, seconds)

    def close(self, seconds: float) -> bool:
        """Take no more questions and wait for those being answered, at most `seconds`; whether all have ended."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        return self.quiet(seconds)

    def _take(self) -> None:
        with self._changed:
            own = object()
            if len(self._queue) + self._answering < self._most + self._most_waiting:
                self._queue.append(own)
                try:
                    in_time = self._changed.wait_for(lambda: self._closed or self._may_sit(own), self._seconds)
                    if in_time and not self._closed:
                        self._answering += 1
                        return
                finally:
                    self._queue.remove(own)
                    self._changed.notify_all()
            self._refused += 1
            raise Busy

    def _may_sit(self, own: object) -> bool:
        return self._answering < self._most and self._queue[0] is own
