"""Keeping a library level with a folder."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from onrecord.rag import Library, Settings

TEXT = "The harbour minister said that the breakwater will open in May. It cost forty million crowns."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "briefings"
    folder.mkdir()
    (folder / "first.txt").write_text(TEXT, encoding="utf-8")
    (folder / "second.txt").write_text(TEXT.replace("May", "June"), encoding="utf-8")
    return folder


def once(settings: Settings, folder: Path, *options: str) -> str:
    command = [
        sys.executable,
        "-m",
        "onrecord.ui.command.cli",
        "--library",
        str(settings.library),
        "watch",
        str(folder),
    ]
    environment = {**os.environ, "ONRECORD_MODEL": str(settings.model)}
    done = subprocess.run(
        [*command, "--once", *options],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    return done.stdout


def test_changes_renames_and_removals(small_settings: Settings, folder: Path) -> None:
    assert once(small_settings, folder).count("added:") == 2
    assert once(small_settings, folder) == ""

    (folder / "first.txt").write_text(TEXT.replace("forty", "fifty"), encoding="utf-8")
    (folder / "second.txt").rename(folder / "renamed.txt")
    out = once(small_settings, folder, "--prune")
    assert "new version: first.txt" in out
    assert "moved: renamed.txt" in out
    with Library.open(settings=small_settings) as library:
        assert sorted(item.file for item in library.summaries()) == ["first.txt", "renamed.txt"]

    (folder / "renamed.txt").unlink()
    assert "--prune removes it" in once(small_settings, folder)
    assert "removed:" in once(small_settings, folder, "--prune")
    with Library.open(settings=small_settings) as library:
        assert [item.file for item in library.summaries()] == ["first.txt"]
        assert library.verify() == []


@pytest.fixture
def watcher(small_settings: Settings, folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = [
        sys.executable,
        "-m",
        "onrecord.ui.command.cli",
        "--library",
        str(small_settings.library),
        "watch",
        str(folder),
    ]
    environment = {**os.environ, "ONRECORD_MODEL": str(small_settings.model)}
    process = subprocess.Popen(
        [*command, "--prune"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    yield process
    process.terminate()
    process.wait()


def test_a_file_dropped_into_the_folder_is_added(
    watcher: subprocess.Popen[str], small_settings: Settings, folder: Path
) -> None:
    assert watcher.stdout is not None
    assert watcher.stderr is not None
    while "Watching" not in watcher.stderr.readline():
        assert watcher.poll() is None
    # The watch begins a moment after it is announced; a file written again is a change again.
    number = 0
    with Library.open(settings=small_settings) as library:
        while len(library.summaries()) < 3:
            number += 1
            (folder / "third.txt").write_text(TEXT.replace("May", f"July {number}"), encoding="utf-8")
            time.sleep(0.5)
            assert watcher.poll() is None
        assert "third.txt" in {item.file for item in library.summaries()}
