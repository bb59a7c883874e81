"""A library copied into another store: all of it, once, whatever interrupts it. All texts are invented."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from small_models import random_model

from onrecord.rag import Library, LibraryError, Settings

HARBOUR = """The new breakwater of Lysvik, May {day}, 2031

MS. HOLM: The breakwater {n} will open in {month}, and the harbour with it.
Q: Who paid for the breakwater {n}?
MS. HOLM: The port authority paid for it, from its own reserves.
"""
COUNT = 12


def write(folder: Path, numbers: range, month: str = "May") -> None:
    folder.mkdir(exist_ok=True)
    for n in numbers:
        file = folder / f"harbour-{n:03}.txt"
        file.write_text(HARBOUR.format(day=1 + n % 28, n=n, month=month), encoding="utf-8")


@pytest.fixture
def source(small_settings: Settings, tmp_path: Path) -> Path:
    """A library with briefings of one, two and three versions, one that came back to its first, and gaps."""
    folder, place = tmp_path / "files", tmp_path / "source"
    with Library.open(place, settings=small_settings) as library:
        write(folder, range(COUNT))
        library.add(folder)
        for month in ("June", "July"):
            write(folder, range(4), month)
            library.add(folder)
        write(folder, range(1))
        library.add(folder)
        library.remove(library.summaries()[-1].id)
        library.add(folder / f"harbour-{COUNT - 1:03}.txt", title="Another title")
    return place


def held(place: Path, settings: Settings) -> list[object]:
    """All that a library holds, version by version, and what it finds."""
    with Library.open(place, settings=settings) as library:
        assert library.verify() == []
        versions = [library.briefing(one) for one in library.ids()]
        return [
            library.summaries(),
            [(one, library.passages(one.id), library.file(one.id)) for one in versions],
            library.search("Who paid for the breakwater?", k=1000),
        ]


def test_a_copy_is_what_was_copied(source: Path, small_settings: Settings, tmp_path: Path) -> None:
    target = tmp_path / "target"
    seen = []
    copied = Library.copy(source, target, settings=small_settings, progress=seen.append)
    assert copied.written == copied.briefings == COUNT + 8
    assert held(target, small_settings) == held(source, small_settings)
    assert (seen[-1].done, seen[-1].total, seen[-1].passages) == (COUNT + 8, COUNT + 8, copied.passages)
    assert [one.done for one in seen] == sorted(one.done for one in seen)
    again = Library.copy(source, target, settings=small_settings)
    assert (again.briefings, again.passages, again.written) == (copied.briefings, copied.passages, 0)
    # And on into a third, from the copy.
    Library.copy(target, tmp_path / "third", settings=small_settings)
    assert held(tmp_path / "third", small_settings) == held(source, small_settings)


def test_what_came_to_the_source_since_is_copied_alone(source: Path, small_settings: Settings, tmp_path: Path) -> None:
    target = tmp_path / "target"
    Library.copy(source, target, settings=small_settings)
    files = tmp_path / "files"
    with Library.open(source, settings=small_settings) as library:
        write(files, range(4, 6), "August")
        write(files, range(50, 51))
        (files / "harbour-007.txt").rename(files / "moved.txt")
        assert [one.outcome for one in library.add(files).files if one.outcome != "unchanged"] == [
            *["new version"] * 2,
            "added",
            "moved",
        ]
    # Two new versions, two that they supersede, a new one, and one that has moved.
    assert Library.copy(source, target, settings=small_settings).written == 6
    assert held(target, small_settings) == held(source, small_settings)


def test_other_briefings_and_other_models_are_refused(source: Path, small_settings: Settings, tmp_path: Path) -> None:
    target, other = tmp_path / "target", tmp_path / "other"
    write(tmp_path / "more", range(90, 91))
    with Library.open(target, settings=small_settings) as library:
        library.add(tmp_path / "more")
        [only] = library.summaries()
    with pytest.raises(LibraryError, match=f"holds briefings that the library to be copied does not: 1, .*{only.id}"):
        Library.copy(source, target, settings=small_settings)
    with Library.open(target, settings=small_settings) as library:
        assert library.summaries() == [only]
    another = small_settings.model_copy(update={"model": str(random_model(tmp_path / "model", seed=8))})
    with Library.open(other, settings=another) as library:
        library.add(tmp_path / "files" / "harbour-005.txt")
    with pytest.raises(LibraryError, match="of another model"):
        Library.copy(source, other, settings=small_settings)
    with pytest.raises(LibraryError, match="there is no library"):
        Library.copy(tmp_path / "nowhere", target, settings=small_settings)
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL here")
def test_a_copy_that_is_killed_goes_on(small_settings: Settings, tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    write(tmp_path / "files", range(150))
    with Library.open(source, settings=small_settings) as library:
        library.add(tmp_path / "files")
    command = [sys.executable, "-m", "onrecord.ui.cli", "copy", str(source), str(target), "--json"]
    environment = {**os.environ, "ONRECORD_MODEL": str(small_settings.model)}
    log, seen = target / "library.db-wal", 0
    for _ in range(2):
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        before = size_of(log)
        while process.poll() is None and size_of(log) <= before:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        process.wait()
        with Library.open(target, settings=small_settings) as library:
            assert library.verify() == []
            count = len(library.summaries())
            assert seen <= count < 150
            seen = count
    assert seen > 0
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    copied = json.loads(done.stdout)
    assert (copied["briefings"], copied["written"]) == (150, 150 - seen)
    assert held(target, small_settings) == held(source, small_settings)


def size_of(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0
