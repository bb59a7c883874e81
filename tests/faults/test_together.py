"""Several processes use one library at once, and some are killed."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest
from briefings import words_of, write_briefings
from serving import serving
from together import CORRECTED

from onrecord.rag import Library, Settings
from onrecord.rag.store.sqlite.engine import SqliteStore

HERE = Path(__file__).parent
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are stopped by signals here")


def started(role: str, settings: Settings, folder: Path, seconds: float, seed: int) -> subprocess.Popen[str]:
    words = [sys.executable, HERE / "together.py", role, settings.library, settings.model, folder, seconds, seed]
    return subprocess.Popen([*map(str, words)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@contextmanager
def watching(settings: Settings, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """`onrecord watch --prune`, which must still be running, without a complaint, at the end."""
    command = [sys.executable, "-m", "onrecord.ui.command.cli", "--library", str(settings.library), "watch", "--prune"]
    process = subprocess.Popen(
        [*command, str(folder)],
        env={**os.environ, "ONRECORD_MODEL": str(settings.model)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # Tests that run in the background ignore Ctrl-C, and so would what they start.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        yield process
        assert process.poll() is None
    finally:
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=60)
    assert "Traceback" not in told
    assert "onrecord:" not in told


def stir(folder: Path, until: threading.Event) -> None:
    """Write, change and delete files of a folder that is watched."""
    chance = random.Random(3)
    while not until.wait(0.2):
        file = folder / f"{chance.randint(200, 210):04}.txt"
        if chance.random() < 0.3:
            file.unlink(missing_ok=True)
        else:
            new = folder / ".new"
            new.write_text(words_of(int(file.stem), version=chance.randint(1, 99)), encoding="utf-8")
            new.replace(file)


def outcomes(processes: list[subprocess.Popen[str]]) -> Counter[str]:
    """What all did together; fails for whatever went wrong in one of them."""
    done: Counter[str] = Counter()
    for process in processes:
        output, _ = process.communicate()
        came = json.loads(output.splitlines()[-1])
        assert came["wrong"] == []
        done.update(came["done"])
    return done


def test_processes_that_ask_add_remove_and_watch(small_settings: Settings, tmp_path: Path) -> None:
    folder, watched = tmp_path / "briefings", tmp_path / "watched"
    write_briefings(watched, range(200, 206))
    with Library.open(settings=small_settings) as library:
        library.add(write_briefings(folder, CORRECTED))
        with watching(small_settings, watched):
            # The watch is a third process, and this one a fourth.
            processes = [started(role, small_settings, folder, 5, 1) for role in ("ask", "change")]
            done = together(processes, watched)
        assert done["answers"]
        assert done["citations opened"]
        assert done["corrections"]
        assert done["additions"]
        assert library.verify() == []
        kept = {one.file for one in library.summaries()}
        assert {f"{number:04}.txt" for number in CORRECTED} <= kept


def together(processes: list[subprocess.Popen[str]], watched: Path) -> Counter[str]:
    """Let processes begin in the same moment, stir the folder that is watched meanwhile, and collect what came."""
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    stop = threading.Event()
    stirring = threading.Thread(target=stir, args=(watched, stop))
    stirring.start()
    try:
        for process in processes:
            assert process.stdin
            process.stdin.write("\n")
            process.stdin.flush()
        return outcomes(processes)
    finally:
        stop.set()
        stirring.join()


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_five_minutes_of_processes_and_a_server(
    small_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONRECORD_MODEL", str(small_settings.model))
    folder, watched = tmp_path / "briefings", tmp_path / "watched"
    write_briefings(watched, range(200, 206))
    with Library.open(settings=small_settings) as library:
        library.add(write_briefings(folder, CORRECTED))
        with watching(small_settings, watched), serving(small_settings.library) as server:
            roles = ("ask", "change", "change")
            processes = [started(role, small_settings, folder, 300, seed) for seed, role in enumerate(roles, 1)]
            asking = Asking(server.address)
            threads = [threading.Thread(target=asking.until_stopped, args=(seed,)) for seed in range(3)]
            for thread in threads:
                thread.start()
            try:
                done = together(processes, watched)
            finally:
                asking.stop.set()
                for thread in threads:
                    thread.join()
        assert asking.wrong == []
        assert asking.done["citations opened"] > 100
        assert done["answers"] > 100
        assert library.verify() == []


class Asking:
    """Asks over HTTP, and opens each citation as the page does."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.stop = threading.Event()
        self.done: Counter[str] = Counter()
        self.wrong: list[str] = []

    def until_stopped(self, seed: int) -> None:
        chance = random.Random(seed)
        with httpx.Client(base_url=self.address, timeout=120) as client:
            while not self.stop.is_set():
                ward = f"{chance.choice([*CORRECTED, *range(100, 130), *range(200, 210)])}.{chance.randint(0, 2)}"
                reply = client.post("/api/ask", json={"question": f"When does the tram of ward {ward} open?"})
                if reply.status_code != 200:
                    self.wrong.append(f"{reply.status_code} {reply.text[:200]}")
                    continue
                for citation in reply.json()["citations"]:
                    place = {"start": citation["start"], "end": citation["end"]}
                    opened = client.get(f"/api/briefings/{citation['briefing_id']}/source", params=place)
                    if opened.status_code == 404 and "has been removed since" in opened.json()["detail"]:
                        self.done["gone"] += 1
                    elif opened.status_code != 200 or opened.json()["quote"] != citation["quote"]:
                        self.wrong.append(f"{opened.status_code} {opened.text[:200]}")
                    else:
                        self.done["citations opened"] += 1


@pytest.mark.parametrize("corrections", [1, 5])
def test_what_is_read_together_is_of_one_state(small_settings: Settings, tmp_path: Path, corrections: int) -> None:
    """Another thread corrects a briefing and brings the indexes forward, in the middle of reading."""
    file = tmp_path / "briefing.txt"
    file.write_text(words_of(1), encoding="utf-8")
    with closing(SqliteStore(small_settings.library)) as store:
        library = Library(store, small_settings, small_settings.library)
        library.add(file)
        library.search("ferry")
        begun = 0
        others: list[threading.Thread] = []

        def correct() -> None:
            file.write_text(words_of(1, version=1 + begun), encoding="utf-8")
            library.add(file)
            library.search("ferry")

        def read() -> tuple[list[str], set[str]]:
            nonlocal begun
            begun += 1
            listed = [one.id for one in store.summaries()]
            if begun <= corrections:
                others.append(threading.Thread(target=correct))
                others[-1].start()
                # In the end the others wait for this one: it cannot wait for them.
                others[-1].join(timeout=None if begun <= 3 else 2)
            hits = library.search("ferry", k=99)
            return listed, {hit.passage.briefing_id for hit in hits}

        listed, found = store.of_one_state(read)
        for other in others:
            other.join()
        assert found == set(listed)
        assert begun == min(corrections, 3) + 1


def test_caches_are_built_by_several_processes_at_once(small_settings: Settings, tmp_path: Path) -> None:
    """Threads with a library each stand for processes: they share nothing but the folder."""
    with Library.open(settings=small_settings) as library:
        library.add(write_briefings(tmp_path / "briefings", range(8)))
        wanted = len(library.search("ferry", k=10_000))
    errors: list[BaseException] = []

    def build(start: threading.Barrier) -> None:
        start.wait()
        try:
            with Library.open(settings=small_settings) as library:
                assert len(library.search("ferry", k=10_000)) == wanted
        except BaseException as error:  # noqa: BLE001 - the thread must hand over whatever it met
            errors.append(error)

    for _ in range(3):
        for cache in ("vectors.faiss", "words.npz"):
            (small_settings.library / cache).unlink(missing_ok=True)
        start = threading.Barrier(4)
        threads = [threading.Thread(target=build, args=(start,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert errors == []
    assert not [file.name for file in small_settings.library.iterdir() if file.name.startswith(".")]


def test_what_killed_processes_left_of_caches_is_deleted(small_settings: Settings, tmp_path: Path) -> None:
    with Library.open(settings=small_settings) as library:
        library.add(write_briefings(tmp_path / "briefings", range(2)))
    for name in (".vectors.faiss-0123456789abcdef", ".words.npz-0123456789abcdef"):
        (small_settings.library / name).write_bytes(b"half")
    with Library.open(settings=small_settings) as library:
        assert library.search("ferry")
    assert not [file.name for file in small_settings.library.iterdir() if file.name.startswith(".")]


class Worker:
    """A process that adds, removes and searches until it is killed; what it has said is in a file."""

    def __init__(self, settings: Settings, folder: Path, seed: int) -> None:
        self._said = folder / f"said-{seed}"
        words = [sys.executable, HERE / "together.py", "work", settings.library, settings.model, folder, 10**6, seed]
        with self._said.open("w") as said:
            self._process = subprocess.Popen(
                list(map(str, words)),
                stdin=subprocess.PIPE,
                stdout=said,
            )
        assert self._process.stdin
        self._process.stdin.write(b"\n")
        self._process.stdin.flush()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def said(self, *words: str) -> list[str]:
        """The ids in its lines that begin with one of these words; a line that was cut off says nothing."""
        assert self._process.poll() in (None, -signal.SIGKILL), self._said.read_text()
        lines = [line.split() for line in self._said.read_text().splitlines(keepends=True) if line.endswith("\n")]
        return [id_ for first, *ids in lines if first in words for id_ in ids or [first]]


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_adding_removing_searching_and_kills(
    small_settings: Settings, tmp_path: Path, pytestconfig: pytest.Config, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever is killed whenever: what was acknowledged as added is there, what was removed is gone, all is sound."""
    chance = random.Random(17)
    done: Counter[str] = Counter()
    seeds = iter(range(1, 10**6))
    end = time.monotonic() + 60 * float(pytestconfig.getoption("--soak-minutes"))
    workers = [Worker(small_settings, tmp_path, next(seeds)) for _ in range(2)]
    killed: list[Worker] = []

    def check() -> tuple[set[str], set[str]]:
        everyone = [*killed, *workers]
        added = {id_ for worker in everyone for id_ in worker.said("added")}
        removed = {id_ for worker in everyone for id_ in worker.said("removed")}
        with Library.open(settings=small_settings) as library:
            held = {one.id for one in library.summaries()}
            assert library.verify() == []
        # What was being removed when somebody was killed may be there or not.
        assert added - {id_ for worker in everyone for id_ in worker.said("removing")} <= held
        assert not removed & held
        done["checks"] += 1
        return held, added

    try:
        while time.monotonic() < end:
            place = chance.randrange(2)
            while not workers[place].said("added") and time.monotonic() < end:
                time.sleep(0.1)
            time.sleep(chance.uniform(0, 4))
            # Sometimes everybody, so that the next one finds a log that nobody has open.
            for victim in range(2) if chance.random() < 0.3 else (place,):
                workers[victim].kill()
                killed.append(workers[victim])
                workers[victim] = Worker(small_settings, tmp_path, next(seeds))
                done["kills"] += 1
            if chance.random() < 0.3:
                for cache in ("vectors.faiss", "words.npz"):
                    (small_settings.library / cache).unlink(missing_ok=True)
            if chance.random() < 0.3:
                check()
    finally:
        for worker in workers:
            worker.kill()
            killed.append(worker)
    held, added = check()
    with Library.open(settings=small_settings) as library:
        assert {hit.passage.briefing_id for hit in library.search("ferry", k=10**6)} <= held
        # Among very many vectors a search is approximate; in one briefing it is exact.
        for briefing_id in chance.sample(sorted(held), min(200, len(held))):
            assert library.search("ferry", k=1, briefing=briefing_id)
    for word in ("added", "removed", "searched"):
        done[word] = len([id_ for worker in killed for id_ in worker.said(word)])
    assert done["added"]
    with capsys.disabled():
        print(f"\n{dict(done)}; {len(held)} briefings in the end, of {len(added)} acknowledged")
