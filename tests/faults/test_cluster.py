"""A Ray cluster of two machines, one of which dies in the middle of an addition."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest
from clusters import cluster, environment, machines, why_no_machines

from onrecord.rag import Library, Settings

pytestmark = pytest.mark.soak
FILES, BEFORE = 1500, 150


def write(folder: Path) -> None:
    folder.mkdir()
    for number in range(FILES):
        text = "\n".join(f"{number}.{line}: the harbour has {line * number} berths." for line in range(60))
        (folder / f"{number:04}.txt").write_text(text, encoding="utf-8")


def test_a_machine_that_dies_loses_and_doubles_nothing(small_settings: Settings, tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="no Ray here: pip install 'onrecord[ray]'")
    if reason := why_no_machines():
        pytest.skip(reason)
    folder = tmp_path / "many"
    write(folder)
    command = [sys.executable, "-m", "onrecord.ui.command.cli", "--library", small_settings.library, "add", folder]
    with tempfile.TemporaryDirectory() as short, machines() as pair, cluster(pair, Path(short)) as address:
        process = subprocess.Popen(
            pair[0].command(*command, "--ray", address, "--json"),
            env={**environment(), "ONRECORD_MODEL": str(small_settings.model)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with Library.open(settings=small_settings) as library:
            while process.poll() is None and not (len(library.summaries()) >= BEFORE and pair[1].has_actor()):
                time.sleep(0.05)
            pair[1].kill()
            before = len(library.summaries())
            output, told = process.communicate(timeout=400)
    assert process.returncode == 0, told
    assert "Traceback" not in told
    assert BEFORE <= before < FILES
    files = json.loads(output)["files"]
    assert [one["outcome"] for one in files] == ["added"] * FILES
    with Library.open(settings=small_settings) as library:
        summaries = library.summaries()
        assert len(summaries) == len({one.source for one in summaries}) == FILES
        passages = sum(one.passages for one in summaries)
        assert passages == sum(one["passages"] for one in files)
        assert len(library.search("How many berths?", k=10 * passages)) == passages
        assert library.verify() == []


def test_an_interrupted_addition_keeps_what_is_written_and_goes_on(small_settings: Settings, tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="no Ray here: pip install 'onrecord[ray]'")
    folder = tmp_path / "many"
    write(folder)
    command = [sys.executable, "-m", "onrecord.ui.command.cli", "--library", str(small_settings.library)]
    command += ["add", str(folder), "--ray", "local", "--json"]
    variables = {**environment(), "ONRECORD_MODEL": str(small_settings.model)}
    process = subprocess.Popen(
        command,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Tests that run in the background ignore Ctrl-C, and so would what they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    with Library.open(small_settings.library, settings=small_settings) as library:
        while process.poll() is None and len(library.summaries()) < BEFORE:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        output, told = process.communicate(timeout=120)
        kept = len(library.summaries())
        assert library.verify() == []
    assert (process.returncode, output) == (130, ""), told
    assert "Traceback" not in told
    assert told.endswith(
        f"onrecord: stopped. {kept} briefings were added and stay; the same command goes on from there.\n"
    )
    assert BEFORE <= kept < FILES
    done = subprocess.run(command, env=variables, check=True, capture_output=True, text=True)
    outcomes = Counter(one["outcome"] for one in json.loads(done.stdout)["files"])
    assert outcomes == {"added": FILES - kept, "unchanged": kept}
    with Library.open(small_settings.library, settings=small_settings) as library:
        assert len(library.summaries()) == FILES
        assert library.verify() == []


@contextmanager
def killing(readers_of: str) -> Iterator[list[int]]:
    """Kill each process of the cluster that has begun to read a file, until the block ends; gives who was killed.

    It is seen by the process that takes the file apart, which each starts with the first file that needs one.
    """
    killed: list[int] = []
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.02):
            for worker in psutil.Process().children(recursive=True):
                with suppress(psutil.Error):
                    if readers_of in " ".join(worker.cmdline()) and worker.children():
                        worker.kill()
                        killed.append(worker.pid)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield killed
    finally:
        ended.set()
        watcher.join()


def test_a_file_that_ends_whoever_reads_it_is_given_up_and_the_rest_goes_on(
    small_settings: Settings, tmp_path: Path
) -> None:
    ray = pytest.importorskip("ray", reason="no Ray here: pip install 'onrecord[ray]'")
    folder = tmp_path / "files"
    folder.mkdir()
    for name in ("before.txt", "harbour.txt", "zoo.txt"):
        (folder / name).write_text(f"{name}, May 4, 2031\n\nMS. HOLM: It will open in May.\n", encoding="utf-8")
    page = "<html><body><p>MS. HOLM: The harbour will open in May.</p></body></html>"
    (folder / "deadly.html").write_text(page, encoding="utf-8")
    (folder / "copy of it.html").write_text(page, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_AUTH_MODE", "disabled")
        ray.init("local", num_cpus=1, include_dashboard=False, log_to_driver=False, object_store_memory=80_000_000)
    try:
        with Library.open(settings=small_settings) as library, killing("MapWorker") as killed:
            report = library.add(folder, ray="local")
            held = sorted(one.file for one in library.summaries())
            sound = library.verify()
    finally:
        ray.shutdown()
    assert len(killed) == 2
    assert held == ["before.txt", "harbour.txt", "zoo.txt"]
    assert sound == []
    assert Counter(one.outcome for one in report.files) == {"added": 3, "failed": 2}
    for one in report.failed:
        assert one.file in ("copy of it.html", "deadly.html")
        assert one.message.startswith(f"{one.file}: 2 processes that read it ended")
        assert "without --ray" in one.message
        assert "\n" not in one.message
