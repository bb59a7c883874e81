"""What is only offered waits for what was asked: both need the processor."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Quiet:
    """Counts the questions being answered; whoever only prepares something waits until there is none."""

    def __init__(self) -> None:
        self._answering = 0
        self._changed = threading.Condition()

    @contextmanager
    def broken(self) -> Iterator[None]:
        """A question is being answered in this block."""
        with self._changed:
            self._answering += 1
        try:
            yield
        finally:
            with self._changed:
                self._answering -= 1
                self._changed.notify_all()

    def wait(self, seconds: float) -> bool:
        """Wait until no question is being answered, at most `seconds`; whether that came about."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._answering, seconds)
