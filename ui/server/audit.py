"""Who logged in, and who added and removed what: a file of JSON lines in the library's folder."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from starlette.requests import Request

    from onrecord.rag import AddReport

AUDIT_FILE = "audit.jsonl"
Event = Literal["login", "login_refused", "added", "removed", "collection", "corrected", "language_model"]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a name where there is a login, and the address it came from; None for what is not known."""

    name: str | None = None
    address: str | None = None


def actor_of(request: Request) -> Actor:
    """Who sends a request."""
    return Actor(getattr(request.state, "account", None), request.client.host if request.client else None)


class Audit:
    """Writes a line for each event; where that cannot be done, the log says so and the event goes on."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / AUDIT_FILE

    def note(self, event: Event, actor: Actor, **details: str | None) -> None:
        """Write one line, at once and whole."""
        at = datetime.now(timezone.utc).isoformat(timespec="seconds")
        line = {"at": at, "event": event, "name": actor.name, "address": actor.address, **details}
        try:
            place = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(place, json.dumps(line).encode() + b"\n")
            finally:
                os.close(place)
        except OSError as error:
            _log.warning("%s: cannot be written (%s); %s by %s is not noted.", self._file, error, event, actor.name)

    def added(self, report: AddReport, actor: Actor) -> None:
        """Note what has changed with an addition."""
        for one in report.files:
            if one.briefing_id and one.outcome not in ("unchanged", "failed"):
                self.note("added", actor, briefing=one.briefing_id, file=one.file, outcome=one.outcome)
