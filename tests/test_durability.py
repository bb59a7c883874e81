"""A process killed while it writes leaves the library as before or as after."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from onrecord.rag import Library, Settings

KILLS = 4


def make_briefings(folder: Path, count: int, lines: int = 60) -> None:
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:03}.txt").write_text(
            "\n".join(
                f"{folder.name} {number}.{line}: the harbour has {line * number} berths." for line in range(lines)
            ),
            encoding="utf-8",
        )


def size_of(file: Path) -> int:
    """Bytes of a file that another process may delete at any moment; 0 where there is none."""
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL here")
def test_killed_additions_lose_nothing_written_and_go_on(small_settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    make_briefings(folder, 120)
    environment = {**os.environ, "ONRECORD_MODEL": str(small_settings.model)}
    command = [
        sys.executable,
        "-m",
        "onrecord.ui.command.cli",
        "--library",
        str(small_settings.library),
        "add",
        str(folder),
    ]
    database = small_settings.library / "library.db-wal"
    seen = 0
    for _ in range(KILLS):
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # The kill falls while the write-ahead log grows, so in the middle of writing, wherever that is this time.
        before = size_of(database)
        while process.poll() is None and size_of(database) <= before:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        process.wait()
        with Library.open(settings=small_settings) as library:
            assert library.verify() == []
            count = len(library.summaries())
            assert count >= seen
            seen = count
    subprocess.run(command, env=environment, check=True, capture_output=True)
    with Library.open(settings=small_settings) as library:
        assert library.verify() == []
        assert len(library.summaries()) == 120
        passages = sum(summary.passages for summary in library.summaries())
        assert len(library.search("How many berths?", k=10_000)) == passages


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes here")
def test_an_interrupted_addition_says_where_it_stands_and_goes_on(small_settings: Settings, tmp_path: Path) -> None:
    first, blocking, second = tmp_path / "first", tmp_path / "blocking.txt", tmp_path / "second"
    # Long enough for a first batch to be written before all of them are read.
    make_briefings(first, 12, lines=600)
    make_briefings(second, 3)
    # Reading it waits for somebody to write: the addition stands still there, however fast the machine is.
    os.mkfifo(blocking)
    environment = {**os.environ, "ONRECORD_MODEL": str(small_settings.model)}
    command = [sys.executable, "-m", "onrecord.ui.command.cli", "--library", str(small_settings.library)]
    command += ["add", str(first), str(blocking), str(second)]
    process = subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Tests that run in the background ignore Ctrl-C, and so would what they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    with Library.open(settings=small_settings) as library:
        while process.poll() is None and not library.summaries():
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate(timeout=120)
        kept = {summary.id: library.briefing(summary.id) for summary in library.summaries()}
        assert library.verify() == []
    assert process.returncode == 130
    assert 0 < len(kept) < 16
    added = "1 briefing was added and stays" if len(kept) == 1 else f"{len(kept)} briefings were added and stay"
    assert errors == f"onrecord: stopped. {added}; the same command goes on from there.\n"
    assert output == ""

    blocking.unlink()
    blocking.write_text("The harbour master says that the pier is open again.", encoding="utf-8")
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    assert f"{16 - len(kept)} added" in done.stdout
    with Library.open(settings=small_settings) as library:
        assert len(library.summaries()) == 16
        assert all(library.briefing(briefing_id) == briefing for briefing_id, briefing in kept.items())
        assert library.verify() == []
