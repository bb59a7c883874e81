"""Reading in a process of its own, with limits of memory and time: what a file does there, it does to nobody else.

PDF, DOCX and markup are taken apart by libraries in C, which a damaged or malicious file can crash, fill or keep busy
without end. One process is started with the first such file and serves all that follow; after a death the next file
starts another. Frames go over its standard input and output: a length (8 bytes, big endian), then as many bytes. They
are JSON and the file's bytes: nothing in them can be run.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import struct
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, BinaryIO, cast

from onrecord.rag.errors import UnreadableFile
from onrecord.rag.readers.formats import Format, reader_of
from onrecord.rag.types import SourceText

if TYPE_CHECKING:
    from pydantic import TypeAdapter

# A printed report of a thousand pages takes twenty seconds and 200 MB.
_SECONDS = 180
_MEMORY = 2_000_000_000
_LENGTH = struct.Struct(">Q")
# What is asked for beside the formats; and how the reason begins why there is nothing, which is a JSON string.
_SHEETS = "sheets"
_FAILED = b'"'
_OTHERWISE = "Open it, save it again or as text, and add that."


class IsolatedReader:
    """Reads files in a child process, one at a time; safe to use from several threads.

    Args:
        seconds: how long one file may take.
        memory: how many bytes the process may hold, where the system can limit that (POSIX).
    """

    def __init__(self, *, seconds: float = _SECONDS, memory: int = _MEMORY) -> None:
        self._seconds, self._memory = seconds, memory
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process that reads, where one is running."""
        return self._process.pid if self._process else None

    def read(self, format_: Format, name: str, data: bytes) -> SourceText:
        """Do what the format's reader does. Raises UnreadableFile as it does, and where a limit is passed."""
        return _source_texts().validate_json(self._done(format_, name, data))

    def sheets(self, name: str, data: bytes) -> bytes:
        """Do what `sheets.workbook_tables` does. Raises UnreadableFile as it does, and where a limit is passed."""
        return self._done(_SHEETS, name, data)

    def close(self) -> None:
        """End the process; another is started when the next file comes."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _done(self, task: str, name: str, data: bytes) -> bytes:
        with self._lock:
            reply = self._reply(task, name, data)
        if reply.startswith(_FAILED):
            raise UnreadableFile(json.loads(reply))
        return reply

    def _reply(self, task: str, name: str, data: bytes) -> bytes:
        late = threading.Event()
        self._process = process = self._process or self._started()

        def stop() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(self._seconds, stop)
        timer.daemon = True
        timer.start()
        try:
            to, back = cast(BinaryIO, process.stdin), cast(BinaryIO, process.stdout)
            _send(to, json.dumps([task, name]).encode(), data)
            (reply,) = _received(back, 1)
        except (OSError, EOFError) as error:
            self.close()
            problem = (
                f"reading it takes longer than {self._seconds:g} seconds"
                if late.is_set()
                else f"reading it needs more than {self._memory // 1_000_000} MB of memory, or crashes its reader"
            )
            raise UnreadableFile(f"{name}: {problem}. {_OTHERWISE}") from error
        except BaseException:
            # Interrupted between a question and its answer: the next file must not get this one's.
            self.close()
            raise
        finally:
            timer.cancel()
        return reply

    def _started(self) -> subprocess.Popen[bytes]:
        # The same modules as here, wherever they came from; and no threads that reserve memory.
        path = os.pathsep.join(filter(None, sys.path))
        environment = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        process = subprocess.Popen(  # noqa: S603  (nothing of a file is in its arguments)
            [sys.executable, "-m", __name__, str(self._memory), str(self._seconds)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            # Ctrl-C is for the parent, which then ends this one.
            start_new_session=True,
        )
        # It says when it has loaded, which takes longer than many a file.
        _received(cast(BinaryIO, process.stdout), 1)
        return process


@cache
def shared_reader() -> IsolatedReader:
    """The reader that all libraries of this process share; it ends with the process."""
    reader = IsolatedReader()
    atexit.register(reader.close)
    return reader


@cache
def _source_texts() -> TypeAdapter[SourceText]:
    from pydantic import TypeAdapter

    return TypeAdapter(SourceText)


def _send(stream: BinaryIO, *frames: bytes) -> None:
    for frame in frames:
        stream.write(_LENGTH.pack(len(frame)))
        stream.write(frame)
    stream.flush()


def _received(stream: BinaryIO, count: int) -> list[bytes]:
    """The next frames of a stream; raises EOFError where it ends before."""
    frames = []
    for _ in range(count):
        head = stream.read(_LENGTH.size)
        if len(head) < _LENGTH.size:
            raise EOFError
        (length,) = _LENGTH.unpack(head)
        frame = stream.read(length)
        if len(frame) < length:
            raise EOFError
        frames.append(frame)
    return frames


def _serve(memory: int, seconds: float) -> None:
    """Answer a parent's frames until it closes its end."""
    # Whatever a library prints must not come between the frames.
    back = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    with suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    _send(back, b"")
    while True:
        try:
            head, data = _received(sys.stdin.buffer, 2)
        except EOFError:
            return
        if hasattr(signal, "alarm"):
            # Nobody else ends it where its parent was killed meanwhile. (A signal left to its default needs no Python.)
            signal.alarm(int(seconds) + 1)
        task, name = json.loads(head)
        _send(back, _read(task, name, data))
        if hasattr(signal, "alarm"):
            signal.alarm(0)


def _read(task: str, name: str, data: bytes) -> bytes:
    """A source text as a JSON object or rows as a list, or the reason why there is none as a JSON string."""
    try:
        if task == _SHEETS:
            from onrecord.rag.readers.sheets import workbook_tables

            return workbook_tables(name, data)
        return _source_texts().dump_json(reader_of(cast(Format, task))(name, data))
    except UnreadableFile as error:
        problem = str(error)
    except MemoryError:
        # What has run out of memory once is not to be relied on; the parent sees that it ends.
        os._exit(1)
    except Exception as error:  # noqa: BLE001  (whatever a library trips over, this file is not read and others are)
        problem = f"{name}: this file is damaged ({type(error).__name__}). {_OTHERWISE}"
    return json.dumps(problem).encode()


def _main(arguments: Sequence[str]) -> None:
    _serve(int(arguments[0]), float(arguments[1]))


if __name__ == "__main__":
    _main(sys.argv[1:])
