"""A language model on this machine: a GGUF file, run by llama.cpp in a process of its own.

The process is started with the first question that the model writes for, is kept, and is started again after a death:
a damaged file that crashes llama.cpp, or a kernel that ends what takes its memory, ends that process alone. It answers
on 127.0.0.1 by the protocol that every server of language models speaks, so all else is `ModelServer`'s.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import IO, cast

from onrecord.rag.errors import ModelError
from onrecord.rag.language_model import llama_process
from onrecord.rag.language_model.gguf import key_value_bytes, longest_context, metadata
from onrecord.rag.language_model.language_model import MOST_TOKENS, Message, within_limits
from onrecord.rag.language_model.llama_process import Order, Started
from onrecord.rag.language_model.server import ModelServer

# A laptop's processor reads a prompt of 2,000 tokens in one to two minutes with the largest models that fit it, and
# then writes a few words a second. The answer's quotes are there meanwhile.
_SILENCE_SECONDS = 180.0
_WHOLE_SECONDS = 300.0
# Ten gigabytes from a slow disk.
_LOADING_SECONDS = 180.0
_DYING_SECONDS = 1.0
# Words of all languages that OnRecord has take more than two characters a token in all vocabularies in use. The context
# grows by steps, so that the process is not started anew for every longer question.
_CHARACTERS_A_TOKEN = 2
_CONTEXT_STEP = 4_096
# What llama.cpp takes beside the weights and the context: 0.2 to 0.5 GB for models of 1 to 12 billion weights.
_WORKING_BYTES = 300_000_000
_GIGABYTE = 1e9
_SMALLER = "Close other programs, or choose a smaller model."
_AGAIN = "Download it again, or choose another model."
_NEWER = "It may need a newer llama.cpp: run pip install --upgrade xllamacpp, or choose another model."
# The line of llama.cpp's log that says why a file cannot be loaded: it follows a time and a level.
_REASON = re.compile(r"error loading model: (.+)")
_UNKNOWN = "unknown model architecture"
_TEMPLATE = "tokenizer.chat_template"


class LocalModel:
    """The model of one GGUF file; safe to use from several threads, which wait for each other.

    Args:
        file: a chat model in llama.cpp's format.
        silence_seconds: how long nothing may come.
        whole_seconds: how long one reply may take.
    """

    def __init__(
        self, file: Path, *, silence_seconds: float = _SILENCE_SECONDS, whole_seconds: float = _WHOLE_SECONDS
    ) -> None:
        self.file = file.expanduser()
        self._silence_seconds, self._whole_seconds = silence_seconds, whole_seconds
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._server: ModelServer | None = None
        self._context = 0
        self._log: IO[str] | None = None

    @property
    def name(self) -> str:
        """The name of the file, without its ending."""
        return self.file.stem

    @property
    def pid(self) -> int | None:
        """The process that the model runs in, where one is running."""
        return self._process.pid if self._process else None

    def memory(self) -> int:
        """How many bytes of memory the model's process holds; 0 where none is running."""
        import psutil

        try:
            return int(psutil.Process(self.pid).memory_info().rss) if self.pid else 0
        except psutil.NoSuchProcess:
            return 0

    def reply(self, messages: Sequence[Message], *, grammar: str | None = None) -> Iterator[str]:
        """Yield the text of a reply as it is made; raises ModelError naming the file, what is wrong, and what to do."""
        server, process = self._started(messages)
        try:
            yield from within_limits(server.reply(messages, grammar=grammar))
        except ModelError as error:
            try:
                # One that was killed a moment ago closes its connection first.
                process.wait(_DYING_SECONDS)
            except subprocess.TimeoutExpired:
                raise error from None
            raise ModelError(f"{self.file}, while it wrote: {_end(process)}") from error

    def close(self) -> None:
        """End the process; another is started by the next question."""
        process = self._process
        if process is not None:
            # Whoever waits until it has loaded holds the lock.
            process.kill()
        with self._lock:
            self._close()

    def _close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
        if self._log is not None:
            self._log.close()
        self._process = self._server = self._log = None

    def _started(self, messages: Sequence[Message]) -> tuple[ModelServer, subprocess.Popen[str]]:
        """The server with the model loaded, and a context that these messages and a reply fit into."""
        characters = sum(len(message["content"]) for message in messages)
        needed = characters // _CHARACTERS_A_TOKEN + MOST_TOKENS
        with self._lock:
            alive = self._process is not None and self._process.poll() is None
            if not alive or needed > self._context:
                self._close()
                self._load(-(-needed // _CONTEXT_STEP) * _CONTEXT_STEP)
            return cast(ModelServer, self._server), cast("subprocess.Popen[str]", self._process)

    def _load(self, context: int) -> None:
        known = metadata(self.file)
        if not known.get(_TEMPLATE):
            raise ModelError(
                f"{self.file} has no chat template, so it is no chat model. Choose one whose name says "
                '"instruct", "chat" or "it".'
            )
        if find_spec("xllamacpp") is None:
            raise ModelError(f"{self.file} needs llama.cpp, which is not installed. Run pip install 'onrecord[local]'.")
        held = min(context, longest_context(known) or context)
        self._require_memory(self.file.stat().st_size + key_value_bytes(known, held) + _WORKING_BYTES)
        key = secrets.token_urlsafe()
        started = self._start({"file": str(self.file), "context": held, "threads": _threads(), "key": key})
        self._context = context
        self._server = ModelServer(
            f"{started['address']}/v1",
            self.name,
            key,
            self._silence_seconds,
            self._whole_seconds,
            called=str(self.file),
            grammars=True,
        )

    def _require_memory(self, needed: int) -> None:
        import psutil

        free = psutil.virtual_memory().available
        if needed > free:
            raise ModelError(
                f"{self.file} needs about {needed / _GIGABYTE:,.1f} GB of memory, and {free / _GIGABYTE:,.1f} GB are "
                f"free. {_SMALLER}"
            )

    def _start(self, order: Order) -> Started:
        """Start the process and have it load the model; raises ModelError where it does not."""
        # The same modules as here, wherever they came from.
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        self._log = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115  (closed by close)
        self._process = process = subprocess.Popen(  # noqa: S603  (nothing of a file is in its arguments)
            [sys.executable, "-m", llama_process.__name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            encoding="utf-8",
            env=environment,
            # Ctrl-C is for the parent, which then ends this one.
            start_new_session=True,
        )
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(_LOADING_SECONDS, stop)
        timer.daemon = True
        timer.start()
        try:
            to, back = cast(IO[str], process.stdin), cast(IO[str], process.stdout)
            print(json.dumps(order), file=to, flush=True)
            answer = back.readline()
            started: Started = json.loads(answer) if answer else {}
            if "address" in started:
                return started
            # Only then is all of its log written.
            process.wait()
        except OSError:
            started = {}
        except BaseException:
            self._close()
            raise
        finally:
            timer.cancel()
        problem = self._problem(started, late=late.is_set())
        self._close()
        raise ModelError(problem)

    def _problem(self, started: Started, *, late: bool) -> str:
        """Why the model was not loaded, as llama.cpp's log or the end of the process tells."""
        process, log = cast("subprocess.Popen[str]", self._process), cast(IO[str], self._log)
        if late:
            return f"{self.file} was not loaded within {_LOADING_SECONDS:g} seconds. {_SMALLER}"
        if not started:
            return f"{self.file}, while it was loaded: {_end(process)}"
        log.seek(0)
        said = _REASON.findall(log.read())
        reason = said[-1] if said else started["problem"]
        remedy = _NEWER if _UNKNOWN in reason else _AGAIN
        return f"{self.file} cannot be loaded: {reason.rstrip('.')}. {remedy}"


_shared: LocalModel | None = None
_sharing = threading.Lock()


def local_model(file: Path) -> LocalModel:
    """The model of a file that all libraries of this process share; another one takes its place, and its memory."""
    global _shared
    with _sharing:
        if _shared is None or _shared.file != file.expanduser():
            if _shared is not None:
                _shared.close()
            else:
                atexit.register(_close_shared)
            _shared = LocalModel(file)
        return _shared


def _close_shared() -> None:
    if _shared is not None:
        _shared.close()


def _threads() -> int:
    """A thread for each core that this process may use but one.

    All wait for the slowest at every step, so one that has to share its core holds up the rest: on two busy cores two
    threads wrote half a word a second, and one wrote five. The sentences are checked meanwhile.
    """
    import psutil

    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(allowed, psutil.cpu_count(logical=False) or allowed) - 1)


def _end(process: subprocess.Popen[str]) -> str:
    """How a process ended, and what to do."""
    code = process.wait()
    if code == -signal.SIGKILL:
        return f"its process was killed, as the system does where memory runs out. {_SMALLER}"
    told = f"signal {-code}" if code < 0 else f"exit code {code}"
    return f"its process ended ({told}). {_AGAIN}"
