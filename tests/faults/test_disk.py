"""A disk that is full, fails or cannot be written to, and databases that are not what was written."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
from briefings import write_briefings

from onrecord.rag import Library, LibraryError, OnRecordError, Settings
from onrecord.ui.chat.conversations import Conversations
from onrecord.ui.command import cli

resource = pytest.importorskip("resource", reason="limits of a process are set by means of Unix")
HERE = Path(__file__).parent
DATABASE, CACHES = "library.db", ("vectors.faiss", "words.npz")
QUESTION = "When does the ferry open?"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these failures are provoked by means of Linux")


@pytest.fixture(scope="session")
def failing_disk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library that makes calls to the disk fail, to be loaded before the others."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler here: what makes calls to the disk fail is written in C")
    built = tmp_path_factory.mktemp("failing") / "failing_disk.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", built, HERE / "failing_disk.c", "-ldl"], check=True)
    return built


# In the long form every single write fails; in the short one each eleventh.
@pytest.mark.parametrize("step", [11, pytest.param(1, marks=pytest.mark.soak)])
def test_whichever_write_sync_or_renaming_fails(
    failing_disk: Path, small_model: Path, tmp_path: Path, step: int
) -> None:
    failing = {"LD_PRELOAD": str(failing_disk), "FAILING_FOLDER": str(tmp_path / "failing")}
    command = [sys.executable, str(HERE / "failing_calls.py"), str(tmp_path), str(small_model), str(step)]
    done = subprocess.run(command, env={**os.environ, **failing}, stdout=subprocess.PIPE, text=True, check=True)
    came = json.loads(done.stdout)
    assert [problem for act in came.values() for problem in act["problems"]] == []
    assert came["ask"]["messages"] == []
    for name, act in came.items():
        assert act["failures"] > 8
        for message in act["messages"]:
            assert str(tmp_path / "failing") in message, name
            assert "full" in message or "Input/output error" in message or "I/O error" in message


@contextmanager
def no_file_above(size: int) -> Iterator[None]:
    """No file may grow beyond this size: writing on fails, as with a quota."""
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


@pytest.mark.parametrize("size", [0, 5_000, 40_000, 90_000, 200_000])
def test_files_that_may_not_grow(small_settings: Settings, tmp_path: Path, size: int) -> None:
    files = write_briefings(tmp_path / "briefings", range(8))
    added: list[str | None] = []
    with Library.open(settings=small_settings) as library:
        library.add(files[0])
        for cache in CACHES:
            (small_settings.library / cache).unlink(missing_ok=True)
    with no_file_above(size), Library.open(settings=small_settings) as library:
        assert library.search(QUESTION)
        with pytest.raises(LibraryError, match="nothing is half-written"):
            add_each(library, files[1:], added)
    with Library.open(settings=small_settings) as library:
        assert library.verify() == []
        assert {one.id for one in library.summaries()} >= set(added)
        assert not library.add(files).failed
        assert len(library.summaries()) == len(files)


def add_each(library: Library, files: list[Path], added: list[str | None]) -> None:
    """Add files one by one, and note each as soon as its addition is acknowledged."""
    for file in files:
        added += [one.briefing_id for one in library.add(file).files]


def fill(disk: Path) -> None:
    with (disk / "filler").open("wb", buffering=0) as filler, suppress(OSError):
        while True:
            filler.write(bytes(512))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk], capture_output=True, text=True)
    if mounted.returncode:
        pytest.skip(f"no disk can be mounted here, which takes root: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


def test_a_full_disk_is_asked_and_goes_on_once_there_is_room(
    small_disk: Path, small_model: Path, tmp_path: Path
) -> None:
    settings = Settings(library=small_disk / "library", model=str(small_model))
    files = write_briefings(tmp_path / "briefings", range(60))
    added: list[str | None] = []
    with Library.open(settings=settings) as library:
        with pytest.raises(LibraryError, match=r"is full .* Free some space"):
            add_each(library, files, added)
        fill(small_disk)
        assert library.search(QUESTION)
    assert added
    with Library.open(settings=settings) as library:
        assert library.search(QUESTION)
        assert {one.id for one in library.summaries()} == set(added)
        with pytest.raises(LibraryError, match="Free some space"):
            library.add(files)
        # The same library, still open, takes the rest once it can.
        subprocess.run(["mount", "-o", "remount,size=32m", small_disk], check=True)
        assert not library.add(files).failed
        assert library.verify() == []
        assert len(library.summaries()) == len(files)


@contextmanager
def bound_by_modes() -> Iterator[None]:
    """Root heeds no file's mode; without the capabilities for that it does, like everybody."""
    c = ctypes.CDLL(None)
    version, held = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    assert c.capget(version, held) == 0
    effective = held[0]
    # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH.
    held[0] &= ~0b110
    assert c.capset(version, held) == 0
    try:
        yield
    finally:
        held[0] = effective
        assert c.capset(version, held) == 0


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    for path in (*folder.iterdir(), folder):
        path.chmod(0o555)
    try:
        with bound_by_modes():
            yield
    finally:
        folder.chmod(0o755)
        for path in folder.iterdir():
            path.chmod(0o644)


def test_no_room_for_temporary_files_is_one_line(small_model: Path, tmp_path: Path) -> None:
    """The detector of languages is unpacked into one; a full /tmp must not look like a fault of the program."""
    words = "Harbour bridge ferry budget vaccine cable anchor tunnel island council price dose storm levee school"
    (tmp_path / "briefing.txt").write_text(f"{words} hospital pension railway border treaty.\n")
    # Room for an empty library, and none for the detector.
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))"
    started = f"{limited}; import sys; from onrecord.ui.command.cli import main; sys.exit(main())"
    environment = {**os.environ, "ONRECORD_MODEL": str(small_model), "ONRECORD_LIBRARY": str(tmp_path / "library")}
    command = [sys.executable, "-c", started, "add", str(tmp_path / "briefing.txt")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "temporary files" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("cached", [True, False])
def test_a_read_only_folder_can_be_asked(small_settings: Settings, tmp_path: Path, cached: bool) -> None:
    files = write_briefings(tmp_path / "briefings", range(3))
    with Library.open(settings=small_settings) as library:
        library.add(files[:2])
        found = library.search(QUESTION, k=50)
    if not cached:
        for cache in CACHES:
            (small_settings.library / cache).unlink()
    with read_only(small_settings.library):
        with Library.open(settings=small_settings) as library:
            assert [hit.passage for hit in library.search(QUESTION, k=50)] == [hit.passage for hit in found]
            assert library.ask(QUESTION).searched_briefings == 2
            assert library.verify() == []
            with pytest.raises(LibraryError, match=r"cannot be written to .* --library"):
                library.add(files[2])
            library.back_up(tmp_path / "backup.db")
        # A library that is written to by somebody with the right to, while it is open to one without.
        with Library.open(settings=small_settings) as library:
            assert len(library.summaries()) == 2
            small_settings.library.chmod(0o755)
            for path in small_settings.library.iterdir():
                path.chmod(0o644)
            with Library.open(settings=small_settings) as other:
                other.add(files[2])
                assert len(library.summaries()) == 3
            assert {hit.passage.briefing_id for hit in library.search(QUESTION, k=50)} == {
                one.id for one in library.summaries()
            }


def test_conversations_begin_elsewhere_where_the_library_is_read_only(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    folder.mkdir()
    with read_only(folder):
        assert Conversations(folder / "conversations.sqlite").of("visitor") == []
    assert list(folder.iterdir()) == []
    (folder / "conversations.sqlite").write_text("no database, and long enough to be read as one" * 20)
    with pytest.raises(OnRecordError, match=r"is damaged .* Move it away"):
        Conversations(folder / "conversations.sqlite")


def other_program(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as database:
        database.executescript("CREATE TABLE songs (title TEXT); PRAGMA user_version = 5;")


def of_format(number: int) -> Callable[[Path], None]:
    def change(file: Path) -> None:
        with closing(sqlite3.connect(file)) as database:
            database.execute(f"PRAGMA user_version = {number}")

    return change


def cut(share: float) -> Callable[[Path], None]:
    def change(file: Path) -> None:
        file.write_bytes(file.read_bytes()[: int(file.stat().st_size * share)])

    return change


# What was done to a library's database, and what is said of it.
DAMAGE: dict[str, tuple[Callable[[Path], None], str]] = {
    "empty": (lambda file: file.write_bytes(b"") and None, "library.db is empty"),
    "cut in half": (cut(0.5), "is damaged (database disk image is malformed)"),
    "its last bytes gone": (cut(0.99), "is damaged (library.db is cut off)"),
    "a text": (lambda file: file.write_text("a list of songs") and None, "is damaged (file is not a database)"),
    "its beginning overwritten": (
        lambda file: file.write_bytes(b"no database at all" + file.read_bytes()[18:]) and None,
        "is damaged (file is not a database)",
    ),
    "another program's": (other_program, "another program's database"),
    "from a newer OnRecord": (of_format(99), "has format 99 and was made by a newer OnRecord"),
    "gone": (lambda file: file.unlink(), "library.db is gone"),
}
COMMANDS = (
    ("list",),
    ("verify",),
    ("ask", QUESTION),
    ("search", QUESTION),
    ("add", __file__),
    ("show", "0"),
    ("remove", "0"),
    ("check", __file__),
    ("watch", "--once", str(HERE)),
    ("reembed",),
    ("backup", "never.db"),
    ("mcp",),
    ("serve", "--port", "0"),
)


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory, small_model: Path) -> Path:
    """A library with its caches. Tests copy it."""
    work = tmp_path_factory.mktemp("sound")
    with Library.open(settings=Settings(library=work / "library", model=str(small_model))) as library:
        library.add(write_briefings(work / "briefings", range(6)))
        library.search(QUESTION)
    return work / "library"


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_database_that_is_no_library_is_refused_by_every_command(
    damage: str, sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "library"
    shutil.copytree(sound, folder)
    change, said = DAMAGE[damage]
    change(folder / DATABASE)
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    for command in COMMANDS:
        monkeypatch.setattr(sys, "argv", ["onrecord", "--library", str(folder), *command])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        told = capsys.readouterr()
        assert ended.value.code == 1
        assert told.out == ""
        assert told.err.count("\n") == 1
        assert told.err.startswith("onrecord: ")
        assert str(folder) in told.err
        assert said in told.err
        assert "--library" in told.err
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_pages_of_zeros_are_one_line_and_never_sound(sound: Path, small_model: Path, tmp_path: Path) -> None:
    folder = tmp_path / "library"
    shutil.copytree(sound, folder)
    data = bytearray((folder / DATABASE).read_bytes())
    for page in range(10, len(data) // 4096, 5):
        data[page * 4096 : (page + 1) * 4096] = bytes(4096)
    (folder / DATABASE).write_bytes(data)
    try:
        with Library.open(settings=Settings(library=folder, model=str(small_model))) as library:
            assert library.verify()
            library.ask(QUESTION)
    except OnRecordError as error:
        assert "\n" not in str(error)  # noqa: PT017 - either of the two is right


def run(monkeypatch: pytest.MonkeyPatch, *words: str | Path) -> int:
    """The exit code of the command."""
    monkeypatch.setattr(sys, "argv", ["onrecord", *map(str, words)])
    try:
        cli.main()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def test_a_backup_is_written_and_brought_back(
    sound: Path, small_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, file, new = tmp_path / "library", tmp_path / "backup.db", tmp_path / "new"
    shutil.copytree(sound, folder)
    assert run(monkeypatch, "--library", folder, "backup", file) == 0
    assert capsys.readouterr().out == f"6 briefings backed up to {file}\n"
    assert [one.name for one in tmp_path.iterdir() if "backup" in one.name] == ["backup.db"]
    assert run(monkeypatch, "--library", folder, "backup", file) == 1
    assert "say --replace" in capsys.readouterr().err
    assert run(monkeypatch, "--library", folder, "backup", folder / DATABASE, "--replace") == 1
    capsys.readouterr()
    assert run(monkeypatch, "--library", folder, "backup", file, "--replace", "--json") == 0
    recordings = {"recordings": 0, "recordings_left_out": []}
    told = {"backup": str(file), "briefings": 6, "bytes": file.stat().st_size, **recordings}
    assert json.loads(capsys.readouterr().out) == told

    kept = file.read_bytes()
    assert run(monkeypatch, "--library", new, "restore", file, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"restored": str(file), "library": str(new), "briefings": 6}
    assert file.read_bytes() == kept
    with (
        Library.open(settings=Settings(library=folder, model=str(small_model))) as library,
        Library.open(settings=Settings(library=new, model=str(small_model))) as restored,
    ):
        assert restored.briefings() == library.briefings()
        for one in library.summaries():
            assert restored.file(one.id) == library.file(one.id)
        assert restored.search(QUESTION) == library.search(QUESTION)

        # Not over a library, unless told; and never under the feet of somebody who uses it.
        library.remove(library.summaries()[0].id)
        assert run(monkeypatch, "--library", folder, "restore", file) == 1
        assert "There is a library" in capsys.readouterr().err
        assert run(monkeypatch, "--library", folder, "restore", file, "--replace") == 1
        assert "is in use" in capsys.readouterr().err
        assert len(library.summaries()) == 5
        assert library.search(QUESTION)
    assert run(monkeypatch, "--library", folder, "restore", file, "--replace") == 0
    assert capsys.readouterr().out == f"6 briefings restored to {folder}\n"
    with Library.open(settings=Settings(library=folder, model=str(small_model))) as library:
        assert len(library.summaries()) == 6
        assert library.verify() == []
        assert {hit.passage.briefing_id for hit in library.search(QUESTION, k=99)} == {
            one.id for one in library.summaries()
        }


@pytest.mark.parametrize("damage", [name for name in DAMAGE if name != "gone"])
def test_only_a_sound_backup_is_restored(damage: str, sound: Path, tmp_path: Path) -> None:
    file, folder, broken = tmp_path / "backup.db", tmp_path / "library", tmp_path / "broken"
    with Library.open(sound) as library:
        library.back_up(file)
    shutil.copytree(sound, broken)
    change, _ = DAMAGE[damage]
    change(broken / DATABASE)
    # What is damaged is mended by a sound backup.
    assert Library.restore(file, broken, replace=True) == 6
    change(file)
    with pytest.raises(LibraryError, match=r"backup\.db (is no sound backup|cannot be restored)") as refused:
        Library.restore(file, folder)
    assert "\n" not in str(refused.value)
    assert not list(folder.iterdir())
    with pytest.raises(LibraryError):
        Library.restore(file, broken, replace=True)
    with Library.open(broken) as library:
        assert len(library.summaries()) == 6


def test_a_damaged_library_replaces_no_backup(sound: Path, tmp_path: Path) -> None:
    file, folder = tmp_path / "backup.db", tmp_path / "library"
    with Library.open(sound) as library:
        library.back_up(file)
    kept = file.read_bytes()
    shutil.copytree(sound, folder)
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        database.execute("UPDATE files SET data = zeroblob(length(data)) WHERE rowid = 1")
        database.commit()
    with Library.open(folder) as library, pytest.raises(LibraryError, match=r"is damaged .* no backup was made"):
        library.back_up(file, replace=True)
    assert file.read_bytes() == kept


def test_a_backup_is_of_one_moment_while_others_write(small_settings: Settings, tmp_path: Path) -> None:
    files = write_briefings(tmp_path / "briefings", range(40), exchanges=1)
    done = threading.Event()

    def add() -> None:
        with Library.open(settings=small_settings) as other:
            for file in files:
                other.add(file)
        done.set()

    with Library.open(settings=small_settings) as library:
        adding = threading.Thread(target=add)
        adding.start()
        counts = []
        while not done.is_set() or not counts:
            before = len(library.summaries())
            library.back_up(tmp_path / "backup.db", replace=True)
            after = len(library.summaries())
            # Checked as it is restored: every briefing in it is whole.
            counts.append(Library.restore(tmp_path / "backup.db", tmp_path / str(len(counts))))
            assert before <= counts[-1] <= after
        adding.join()
        assert counts == sorted(counts)
        assert len(library.summaries()) == len(files)


def test_an_export_that_cannot_be_written_whole_leaves_the_older_one(
    sound: Path,
    small_model: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ONRECORD_MODEL", str(small_model))
    folder, target = tmp_path / "library", tmp_path / "answer.html"
    shutil.copytree(sound, folder)
    target.write_text("the older export")
    with no_file_above(100):
        assert run(monkeypatch, "--library", folder, "ask", QUESTION, "--export", target) == 1
    told = capsys.readouterr()
    said = f"onrecord: {target}: cannot be written ({os.strerror(errno.EFBIG)}). Choose another place.\n"
    assert told.err.endswith(said)
    assert target.read_text() == "the older export"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["answer.html", "library"]
    assert run(monkeypatch, "--library", folder, "ask", QUESTION, "--export", target) == 0
    assert target.read_text().startswith("<!DOCTYPE html>")


# The first version is added, the clock goes back by three years, and the file is corrected, another one added.
CLOCK_GOES_BACK = """
import ctypes, os, sys
from datetime import datetime, timezone
from pathlib import Path
from onrecord.rag import Library, Settings
from briefings import words_of

library = Library.open(settings=Settings(library=Path(sys.argv[1]), model=sys.argv[2]))
file = Path(sys.argv[3])
file.write_text(words_of(1), encoding="utf-8")
first = library.add(file).files[0]
before = datetime.now(timezone.utc)
ctypes.CDLL(os.environ["LD_PRELOAD"]).set_back(ctypes.c_long(3 * 365 * 86400))
assert (before - datetime.now(timezone.utc)).days > 1000
file.write_text(words_of(1, version=2), encoding="utf-8")
second = library.add(file).files[0]
assert second.outcome == "new version", second
other = file.with_name("other.txt")
other.write_text(words_of(2), encoding="utf-8")
third = library.add(other).files[0]
assert [one.id for one in library.summaries()] == [second.briefing_id, third.briefing_id]
assert library.briefing(first.briefing_id).superseded_by == second.briefing_id
assert library.briefing(second.briefing_id).date == library.briefing(first.briefing_id).date
assert {hit.passage.briefing_id for hit in library.search("ferry", k=99)} == {second.briefing_id, third.briefing_id}
assert library.add([file, other]).files[0].outcome == "unchanged"
assert library.verify() == []
"""


def test_a_clock_that_goes_back_breaks_nothing(failing_disk: Path, small_model: Path, tmp_path: Path) -> None:
    words = [CLOCK_GOES_BACK, tmp_path / "library", small_model, tmp_path / "briefing.txt"]
    environment = {**os.environ, "LD_PRELOAD": str(failing_disk), "PYTHONPATH": os.pathsep.join([str(HERE), *sys.path])}
    done = subprocess.run([sys.executable, "-c", *map(str, words)], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
