"""The server's log: words for a terminal, or a JSON object a line for programs."""

from __future__ import annotations

import json
import logging
import sys
from datetime import datetime, timezone
from typing import Any, Literal

_MINUTE = 60.0
# Enough to see what is wrong; whoever finds a way to cause errors must not fill the disk with them.
_TRACES = 10


class JsonLines(logging.Formatter):
    """A record as one line of JSON: `at` (UTC), `level`, `logger`, `message`, what came as `fields`, and `error`."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, whatever the message holds."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, timezone.utc).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class Sparing(logging.Filter):
    """Lets so many traces of errors through in a minute, and says that it leaves out the rest."""

    def __init__(self) -> None:
        super().__init__()
        self._since = float("-inf")
        self._count = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a record is written; the first one too many is, without its trace."""
        if not record.exc_info:
            return True
        if record.created - self._since > _MINUTE or record.created < self._since:
            self._since, self._count = record.created, 0
        self._count += 1
        if self._count == _TRACES + 1:
            record.msg, record.args = "Further errors of this minute are left out.", ()
            record.exc_info = record.exc_text = None
        return self._count <= _TRACES + 1


def write_log(kind: Literal["text", "json"]) -> None:
    """Write this process's log to standard error; warnings alone as text, every request and question as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if kind == "json" else logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    handler.addFilter(Sparing())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("onrecord").setLevel(logging.INFO if kind == "json" else logging.WARNING)
