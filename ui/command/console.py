"""What the commands read and print, beside their answers: progress, files, words in the terminal's language."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from onrecord.rag import (
    InvalidRequest,
    Library,
    timecode,
)
from onrecord.ui.command.terminal import (
    printable,
    printable_json,
)
from onrecord.ui.page.text import counted, terminal_language, words
from onrecord.ui.server.audit import Actor

if TYPE_CHECKING:
    from onrecord.rag import Progress


def print_result(value: str | dict[str, Any]) -> None:
    """Print what a command gives: text as it is, anything else as JSON."""
    print(value if isinstance(value, str) else printable_json(value))


def said(key: str, **values: object) -> str:
    """Words of the terminal in its language, filled in."""
    return printable(words(terminal_language())[key].format(**values))


def unit(key: str) -> str:
    """The word for what a progress bar counts."""
    return f" {words(terminal_language())[key]}"


def actor() -> Actor:
    """The user of this machine that runs the command, where it has a name."""
    try:
        return Actor(getpass.getuser())
    except (KeyError, OSError, ImportError):
        return Actor()


@contextmanager
def loading(library: Library) -> Iterator[None]:
    """Load the models meanwhile: whoever needs one waits for it, and is told where it cannot be loaded."""
    print(said("loading_model"), file=sys.stderr, flush=True)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(library.load_model)
        yield


@contextmanager
def progress_bar(counted_in: str) -> Iterator[Callable[[Progress], None]]:
    """A progress bar on standard error, where that is a terminal; `counted_in` is the key of its unit."""
    from tqdm import tqdm

    with tqdm(unit=unit(counted_in), file=sys.stderr, dynamic_ncols=True, disable=None) as bar:

        def show(progress: Progress) -> None:
            bar.total = progress.total
            bar.n = progress.done
            done = counted(terminal_language(), "passages", progress.passages)
            if progress.stage == "hearing" and progress.seconds:
                times = {"heard": timecode(progress.heard), "seconds": timecode(progress.seconds)}
                done = said("heard_of", **times)
            bar.set_postfix_str(f"{done} {printable(progress.file[:40])}".strip(), refresh=False)
            bar.refresh()

        yield show


def write_file(file: Path, data: bytes) -> None:
    """Write a file whole or not at all; raises InvalidRequest."""
    from onrecord.rag import replacing

    try:
        if file.exists() and not file.is_file():
            # A pipe or a device is written to, and nothing takes its place.
            file.write_bytes(data)
        else:
            with replacing(file.resolve()) as new:
                new.write_bytes(data)
    except OSError as error:
        raise InvalidRequest(f"{file}: cannot be written ({error.strerror}). Choose another place.") from error


def read_text(file: str) -> str:
    """The text of a file, or of standard input where it is called `-`; raises InvalidRequest."""
    try:
        return sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequest(
            f"{file}: cannot be read as UTF-8 text ({error}). Save the article as plain text."
        ) from error


def bytes_of(file: Path) -> bytes:
    """The bytes of a file, or of standard input where it is called `-`; raises InvalidRequest."""
    try:
        return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise InvalidRequest(f"{file}: cannot be opened ({error.strerror}). Check the path.") from error


def article_of(file: Path) -> str:
    """The text of an article in a file, through the readers of briefings; raises an OnRecordError."""
    from onrecord.rag import article_in

    return article_in(file.name, bytes_of(file))


def lines_of(file: Path) -> Iterator[str]:
    """The lines of a file, or of standard input where it is called `-`, as they come; raises InvalidRequest."""
    try:
        with sys.stdin if str(file) == "-" else file.open(encoding="utf-8") as lines:
            yield from (line for line in lines if line.strip())
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"{file}: cannot be read as UTF-8 lines ({error}). Check the file.") from error
