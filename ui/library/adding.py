"""Adding what a visitor uploads, with the progress as server-sent events."""

from __future__ import annotations

import json
import logging
import queue
import secrets
import shutil
import tempfile
import threading
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path, PurePosixPath, PureWindowsPath

from fastapi import Response, UploadFile
from fastapi.sse import EventSourceResponse, format_sse_event
from pydantic import TypeAdapter

from onrecord.rag import AddReport, Library, OnRecordError, Progress
from onrecord.ui.server.audit import Actor, Audit
from onrecord.ui.server.places import Busy

_PROGRESS = TypeAdapter(Progress)
_REPORT = TypeAdapter(AddReport)
_UNEXPECTED = "The files could not be added. The server's messages have the cause."
# One is added after the other; each that waits for it holds a thread, and its files lie on the disk.
_MOST_ADDING = 4
_log = logging.getLogger(__name__)


class Adding:
    """Adds to a library for whoever may, a few at a time, and notes it."""

    def __init__(self, library: Library, audit: Audit) -> None:
        self._library = library
        self._audit = audit
        self._room = threading.BoundedSemaphore(_MOST_ADDING)
        self._stops: dict[str, threading.Event] = {}

    def uploads(self, uploads: Sequence[UploadFile], actor: Actor, *, events: bool) -> Response:
        """Add uploaded files, which are deleted from the temporary folder afterwards; the library keeps its own copy.

        Raises Busy where others are adding already; so do the other ways to add.
        """
        folder = Path(tempfile.mkdtemp(prefix="onrecord-"))
        try:
            paths = [_kept(folder / str(number), upload) for number, upload in enumerate(uploads)]
            return self._added([str(path) for path in paths], folder, actor, events=events)
        except BaseException:
            _delete(folder)
            raise

    def web_page(self, url: str, actor: Actor, *, events: bool) -> Response:
        """Fetch a public web page and add it."""
        return self._added([url], None, actor, events=events)

    def samples(self, actor: Actor, *, events: bool) -> Response:
        """Add the sample briefings that come with the package."""
        paths = sorted(str(file) for file in files("onrecord.samples").iterdir())
        return self._added(paths, None, actor, events=events)

    def stop(self, addition: str) -> None:
        """Add nothing more; `addition` is what its events began with. Nothing happens where it has ended."""
        if running := self._stops.get(addition):
            running.set()

    def _added(self, paths: Sequence[str], folder: Path | None, actor: Actor, *, events: bool) -> Response:
        if not self._room.acquire(blocking=False):
            raise Busy
        if events:
            return EventSourceResponse(self._events(paths, folder, actor))
        try:
            report = self._library.add(list(paths))
        finally:
            self._room.release()
            _delete(folder)
        self._audit.added(report, actor)
        return Response(_REPORT.dump_json(report), media_type="application/json")

    def _events(self, paths: Sequence[str], folder: Path | None, actor: Actor) -> Iterator[bytes]:
        """Run the addition in a thread and pass on what it reports; it goes on if the reader goes away."""
        told: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        addition, stop = secrets.token_hex(16), threading.Event()
        self._stops[addition] = stop
        told.put(format_sse_event(event="started", data_str=json.dumps({"addition": addition})))

        def progress(now: Progress) -> None:
            told.put(format_sse_event(event="progress", data_str=_PROGRESS.dump_json(now).decode()))

        def run() -> None:
            try:
                report = self._library.add(list(paths), progress=progress, stop=stop.is_set)
                self._audit.added(report, actor)
                event = "stopped" if stop.is_set() else "report"
                told.put(format_sse_event(event=event, data_str=_REPORT.dump_json(report).decode()))
            except OnRecordError as error:
                told.put(failure_event(str(error)))
            except Exception:  # noqa: BLE001 - a thread raises to nobody; the reader is told and the log has the cause
                _log.exception("An upload could not be added")
                told.put(failure_event(_UNEXPECTED))
            finally:
                self._room.release()
                del self._stops[addition]
                _delete(folder)
                told.put(None)

        threading.Thread(target=run, name="adding", daemon=True).start()
        return iter(told.get, None)


def failure_event(message: str) -> bytes:
    """The event that ends a stream which cannot go on."""
    return format_sse_event(event="failed", data_str=json.dumps({"detail": message}))


def _kept(folder: Path, upload: UploadFile) -> Path:
    """An upload as a file under its own name, which is all that is taken of the path a browser sends."""
    folder.mkdir()
    sent = upload.filename or ""
    name = PureWindowsPath(PurePosixPath(sent).name).name.replace("\0", "")[-200:]
    # A leading dot would make it a hidden file.
    path = folder / (name.lstrip(".") or "briefing")
    with path.open("wb") as file:
        shutil.copyfileobj(upload.file, file)
    return path


def _delete(folder: Path | None) -> None:
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
