"""Run beside `failing_disk.c`: has every write, sync or renaming of an act fail in turn, and tells what came of it.

Usage: LD_PRELOAD=… FAILING_FOLDER=… python failing_calls.py WORK MODEL STEP. Of writes, only each
STEP-th fails in turn. Prints one JSON object.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from briefings import write_briefings

from onrecord.rag import Library, OnRecordError, Settings

WRITE, SYNC, RENAME = "wsr"
# Which calls fail, with what, and whether all that follow fail too: a full disk stays full, a bad sector is one.
FAULTS = (
    (WRITE, errno.ENOSPC, True),
    (WRITE, errno.EIO, False),
    (SYNC, errno.EIO, False),
    (RENAME, errno.EIO, False),
)


class Act:
    """Something done to a library whose disk fails, and what must be so afterwards."""

    def __init__(self, work: Path, model: Path) -> None:
        self.work = work
        self.files = write_briefings(work / "briefings", range(4), exchanges=1)
        self.folder = work / "failing" / "library"
        self.backup = work / "failing" / "backup.db"
        self.settings = Settings(library=self.folder, model=str(model))
        self.base = work / "base"
        with self.opened() as library:
            assert not library.add(self.files[:2]).failed
            library.search("ferry")
            self.kept = [one.id for one in library.summaries()]
            library.back_up(work / "sound.db")
        shutil.copytree(self.folder, self.base)
        self.gone: list[str] = []
        self.acknowledged: list[str] = []

    def opened(self) -> Library:
        return Library.open(settings=self.settings)

    def prepare(self) -> None:
        """The library as it was, the disk sound."""
        shutil.rmtree(self.folder.parent, ignore_errors=True)
        shutil.copytree(self.base, self.folder)
        shutil.copyfile(self.work / "sound.db", self.backup)
        self.gone, self.acknowledged = [], []

    def new(self) -> None:
        shutil.rmtree(self.folder)
        self.kept = []
        self.opened().close()

    def add(self) -> None:
        with self.opened() as library:
            for file in self.files[2:]:
                report = library.add(file)
                assert not report.failed
                self.acknowledged += [one.briefing_id or "" for one in report.files]

    def remove(self) -> None:
        self.gone = self.kept[:1]
        with self.opened() as library:
            library.remove(self.gone[0])
            assert [one.id for one in library.summaries()] == self.kept[1:]

    def ask(self) -> None:
        for cache in ("vectors.faiss", "words.npz"):
            (self.folder / cache).unlink()
        with self.opened() as library:
            assert library.search("When does the ferry open?", k=50)

    def back_up(self) -> None:
        with self.opened() as library:
            library.back_up(self.backup, replace=True)

    def restore(self) -> None:
        Library.restore(self.backup, self.folder, replace=True)

    def wrong(self) -> Iterator[str]:
        """What is not as it must be, with the disk sound again."""
        with self.opened() as library:
            yield from library.verify()
            held = {one.id for one in library.summaries()}
            for lost in {*self.kept, *self.acknowledged} - {*self.gone, *held}:
                yield f"{lost} is lost"
        shutil.rmtree(self.work / "again", ignore_errors=True)
        Library.restore(self.backup, self.work / "again")
        left = [
            file.name for file in self.folder.parent.rglob(".*") if not file.name.startswith((".vectors", ".words"))
        ]
        if left:
            yield f"left over: {left}"


def every(act: Act, perform: Callable[[], None], step: int) -> tuple[int, list[str], list[str]]:
    """How many calls failed in turn, the messages that users were shown, and what went wrong."""
    disk = ctypes.CDLL(os.environ["LD_PRELOAD"])
    failures, messages, problems = 0, dict[str, None](), list[str]()
    for kind, error, for_good in FAULTS:
        nth = 1
        while True:
            act.prepare()
            disk.arm(ord(kind), nth, error, for_good)
            place = f"{perform.__name__} {kind}{nth}{'…' if for_good else ''}"
            try:
                perform()
            except OnRecordError as told:
                messages[str(told)] = None
                if perform.__name__ == "ask" or "\n" in str(told):
                    problems.append(f"{place}: {told}")
            except Exception as unwanted:  # noqa: BLE001 - whatever comes is told to the test
                problems.append(f"{place}: {type(unwanted).__name__}: {unwanted}")
            finally:
                count = disk.disarm()
            if count < nth:
                # There is no such call any more: all went well.
                break
            failures += 1
            problems += [f"{place}: {wrong}" for wrong in act.wrong()]
            nth += step if kind == WRITE else 1
    return failures, list(messages), problems


def main(work: Path, model: Path, step: int) -> None:
    act = Act(work, model)
    came = {}
    for perform in (act.add, act.remove, act.ask, act.back_up, act.restore, act.new):
        failures, messages, problems = every(act, perform, step)
        came[perform.__name__] = {"failures": failures, "messages": messages, "problems": problems}
    print(json.dumps(came))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
