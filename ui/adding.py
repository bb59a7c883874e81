"""Adding what a visitor uploads, with the progress as server-sent events."""

from __future__ import annotations

import json
import logging
import queue
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

_PROGRESS = TypeAdapter(Progress)
_REPORT = TypeAdapter(AddReport)
_UNEXPECTED = "The files could not be added. The server's messages have the cause."
_log = logging.getLogger(__name__)


def add_uploads(library: Library, uploads: Sequence[UploadFile], *, events: bool) -> Response:
    """Add uploaded files, which are deleted from the temporary folder afterwards; the library keeps its own copy."""
    folder = Path(tempfile.mkdtemp(prefix="onrecord-"))
    try:
        paths = [_kept(folder / str(number), upload) for number, upload in enumerate(uploads)]
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return _added(library, [str(path) for path in paths], folder, events)


def add_web_page(library: Library, url: str, *, events: bool) -> Response:
    """Fetch a public web page and add it."""
    return _added(library, [url], None, events)


def add_samples(library: Library, *, events: bool) -> Response:
    """Add the sample briefings that come with the package."""
    return _added(library, sorted(str(file) for file in files("onrecord.samples").iterdir()), None, events)


def failure_event(message: str) -> bytes:
    """The event that ends a stream which cannot go on."""
    return format_sse_event(event="failed", data_str=json.dumps({"detail": message}))


def _added(library: Library, paths: Sequence[str], folder: Path | None, events: bool) -> Response:
    if events:
        return EventSourceResponse(_events(library, paths, folder))
    try:
        return Response(_REPORT.dump_json(library.add(list(paths))), media_type="application/json")
    finally:
        _delete(folder)


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


def _events(library: Library, paths: Sequence[str], folder: Path | None) -> Iterator[bytes]:
    """Run the addition in a thread and pass on what it reports; it goes on if the reader goes away."""
    told: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()

    def progress(now: Progress) -> None:
        told.put(format_sse_event(event="progress", data_str=_PROGRESS.dump_json(now).decode()))

    def run() -> None:
        try:
            report = library.add(list(paths), progress=progress)
            told.put(format_sse_event(event="report", data_str=_REPORT.dump_json(report).decode()))
        except OnRecordError as error:
            told.put(failure_event(str(error)))
        except Exception:  # noqa: BLE001 - a thread has nobody to raise to; the reader is told and the log has the cause
            _log.exception("An upload could not be added")
            told.put(failure_event(_UNEXPECTED))
        finally:
            _delete(folder)
            told.put(None)

    threading.Thread(target=run, name="adding", daemon=True).start()
    while (event := told.get()) is not None:
        yield event


def _delete(folder: Path | None) -> None:
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
