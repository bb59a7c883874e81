"""A library whose bytes were changed: found to the last one, never quoted from, mended from the files kept."""

from __future__ import annotations

import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from briefings import words_of, write_briefings

from onrecord.rag import Library, OnRecordError, Settings
from onrecord.ui.command import cli

DATABASE = "library.db"
REMEDIES = ("onrecord verify", "onrecord restore", "Move that file away")
QUESTION = "When does the ferry open?"
FIRST = "(SELECT id FROM briefings WHERE superseded_by IS NULL ORDER BY position LIMIT 1)"
A_PASSAGE = f"(SELECT min(id) FROM passages WHERE briefing_id = {FIRST})"
# What is said of a briefing, and of what is computed from its passages or about the library.
OF_IT, COMPUTED = "briefing {first}: its words", "briefing {first}: "
ALTERATIONS = {
    "a figure in text and passages alike": (
        OF_IT,
        f"UPDATE briefings SET text = replace(text, 'thousand', 'hundred') WHERE id = {FIRST}",
        f"UPDATE passages SET text = replace(text, 'thousand', 'hundred') WHERE briefing_id = {FIRST}",
    ),
    "a letter outside all passages": (
        OF_IT,
        f"UPDATE briefings SET text = 'X' || substr(text, 2) WHERE id = {FIRST}",
    ),
    "a speaker": (
        OF_IT,
        f"UPDATE turns SET speaker = 'Rhea Costas' WHERE briefing_id = {FIRST} AND speaker IS NOT NULL",
        f"UPDATE passages SET speaker = 'Rhea Costas' WHERE briefing_id = {FIRST}",
    ),
    "date and title": (OF_IT, f"UPDATE briefings SET date = '1999-01-01', title = 'Another' WHERE id = {FIRST}"),
    "a turn gone": (OF_IT, f"DELETE FROM turns WHERE briefing_id = {FIRST} AND position = 1"),
    "a passage gone": (OF_IT, f"DELETE FROM passages WHERE briefing_id = {FIRST} AND id = {A_PASSAGE}"),
    "exchanges that are no JSON": (OF_IT, f"UPDATE briefings SET exchanges = '[' WHERE id = {FIRST}"),
    "its digest": (OF_IT, f"UPDATE digests SET content = 'none' WHERE briefing_id = {FIRST}"),
    "a vector of zeros": (
        COMPUTED,
        f"UPDATE vectors SET vector = zeroblob(length(vector)) WHERE passage_id = {A_PASSAGE}",
    ),
    "a vector cut short": (
        COMPUTED,
        f"UPDATE vectors SET vector = substr(vector, 1, 20) WHERE passage_id = {A_PASSAGE}",
    ),
    "a vector gone": ("vectors: rows of 1", f"DELETE FROM vectors WHERE passage_id = {A_PASSAGE}"),
    "telling words": (COMPUTED, f"UPDATE vectors SET said = x'00' WHERE passage_id = {A_PASSAGE}"),
    "words of zeros": (COMPUTED, f"UPDATE words SET terms = zeroblob(length(terms)) WHERE passage_id = {A_PASSAGE}"),
    "a term": (DATABASE, "UPDATE terms SET term = 'ferries' WHERE number = 3"),
    "the model's name gone": (DATABASE, "DELETE FROM meta WHERE key = 'model'"),
    "a table of somebody else's": (DATABASE, "CREATE TABLE notes (words TEXT)"),
    "the file as added": (
        COMPUTED + "the file kept",
        "UPDATE files SET data = zeroblob(length(data)) "
        f"WHERE sha256 = (SELECT sha256 FROM briefings WHERE id = {FIRST})",
    ),
}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory, small_model: Path, files: Path) -> Path:
    """A library at rest: current briefings, one with an earlier version, and the room of one that was removed."""
    folder = tmp_path_factory.mktemp("sound") / "library"
    with Library.open(settings=Settings(library=folder, model=str(small_model))) as library:
        library.add(write_briefings(files, range(7)))
        library.remove(library.summaries()[3].id)
        library.add(write_briefings(files, range(5, 6), version=2), title="Corrected", date="2025-06")
        library.search(QUESTION)
    return folder


@pytest.fixture
def copied(sound: Path, small_model: Path, tmp_path: Path) -> Settings:
    """Settings of a copy of that library, for a test to change."""
    shutil.copytree(sound, tmp_path / "library")
    return Settings(library=tmp_path / "library", model=str(small_model))


def alter(folder: Path, *statements: str) -> None:
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


def contents(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """All rows but those about times and the order of writing; words by their terms, whatever these are numbered."""
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        tables = {
            table: database.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall()
            for table in ("files", "turns", "passages")
        }
        columns = [row[1] for row in database.execute("PRAGMA table_info(briefings)")]
        kept = ", ".join(f'"{column}"' for column in columns if column not in ("position", "added"))
        tables["briefings"] = database.execute(f"SELECT {kept} FROM briefings ORDER BY id").fetchall()
        tables["vectors"] = database.execute("SELECT passage_id, vector, said FROM vectors ORDER BY 1").fetchall()
        tables["words"] = database.execute("SELECT passage_id, length, length(terms) FROM words ORDER BY 1").fetchall()
        tables["files"] = [(name, zlib.decompress(data)) for name, data in tables["files"]]
    return tables


def spots(size: int, count: int, seed: int) -> Iterator[tuple[int, int]]:
    """Places in a file, and what the byte there is changed by."""
    chance = random.Random(seed)
    for _ in range(count):
        yield chance.randrange(size), chance.choice((1, 2, 4, 8, 16, 32, 64, 128, 255))


def changed(data: bytes, place: int, change: int) -> bytes:
    return data[:place] + bytes([data[place] ^ change]) + data[place + 1 :]


@pytest.mark.parametrize("count", [500, pytest.param(20_000, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])])
def test_one_byte_changed_anywhere_is_found(sound: Path, copied: Settings, count: int) -> None:
    data = (sound / DATABASE).read_bytes()
    with Library.open(settings=copied) as library:
        assert library.verify() == []
    unseen = []
    for place, change in spots(len(data), count, seed=13):
        (copied.library / DATABASE).write_bytes(changed(data, place, change))
        try:
            with Library.open(settings=copied) as library:
                found = library.verify()
        except OnRecordError as error:
            found = [str(error)]
        if not found or any("\n" in line for line in found):
            unseen.append((place, change, found))
    assert unseen == []


@pytest.mark.parametrize("count", [12, pytest.param(1000, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])])
def test_a_damaged_library_answers_right_or_refuses(sound: Path, copied: Settings, files: Path, count: int) -> None:
    data = (sound / DATABASE).read_bytes()
    texts = "\n".join([words_of(5), *(file.read_text() for file in files.iterdir())])
    with Library.open(settings=copied) as library:
        people, titles = set(library.names()["speaker"]), {one.title for one in library.summaries()}
    refusals = []
    for place, change in spots(len(data), count, seed=29):
        (copied.library / DATABASE).write_bytes(changed(data, place, change))
        try:
            with Library.open(settings=copied) as library:
                for citation in library.ask(QUESTION).citations:
                    assert citation.quote in texts
                    assert citation.speaker in people
                    assert citation.title in titles
                assert all(library.briefing(one.id).text in texts for one in library.summaries())
        except OnRecordError as error:
            refusals.append(str(error))
    assert refusals
    assert [line for line in refusals if "\n" in line or not any(word in line for word in REMEDIES)] == []


@pytest.mark.parametrize("name", ALTERATIONS)
def test_what_was_altered_is_named_and_mended(sound: Path, copied: Settings, name: str) -> None:
    said, *statements = ALTERATIONS[name]
    before = contents(sound)
    with Library.open(settings=copied) as library:
        first = library.summaries()[0].id
    alter(copied.library, *statements)
    with Library.open(settings=copied) as library:
        found = library.verify()
        assert any(line.startswith(said.format(first=first)) for line in found)
        assert all("onrecord verify --repair" in line for line in found)
        done = library.repair()
        assert done.lost == ()
        assert library.verify() == []
    assert contents(copied.library) == before
    with Library.open(settings=copied) as library:
        assert library.verify() == []


def test_a_briefing_whose_row_is_gone_is_read_again(sound: Path, copied: Settings) -> None:
    with Library.open(settings=copied) as library:
        first = library.summaries()[0].id
    alter(copied.library, f"DELETE FROM briefings WHERE id = {FIRST}")
    with Library.open(settings=copied) as library:
        assert any(line.startswith("file ") for line in library.verify())
        done = library.repair()
        assert done.mended[0].startswith(f"briefing {first} was read again")
        assert "its words are as they were added" in done.mended[0]
        assert done.lost == ()
        assert library.verify() == []
    before, after = contents(sound), contents(copied.library)
    assert {name: after[name] for name in after if name != "briefings"} == {
        name: before[name] for name in before if name != "briefings"
    }


@pytest.mark.parametrize("name", ["a figure in text and passages alike", "a speaker", "date and title"])
def test_altered_words_are_never_quoted(copied: Settings, name: str) -> None:
    with Library.open(settings=copied) as library:
        first, second = library.summaries()[:2]
    alter(copied.library, *ALTERATIONS[name][1:])
    with Library.open(settings=copied) as library:
        for reading in (
            lambda: library.ask(QUESTION, briefing=first.id),
            lambda: library.search(QUESTION, briefing=first.id),
            lambda: library.briefing(first.id),
            lambda: library.passages(first.id),
        ):
            with pytest.raises(OnRecordError, match=f"{first.id}.*onrecord verify --repair"):
                reading()
        assert library.briefing(second.id).text == words_of(1)


def test_what_cannot_be_mended_is_said_to_be_lost(copied: Settings) -> None:
    with Library.open(settings=copied) as library:
        first = library.summaries()[0].id
    alter(copied.library, ALTERATIONS["a letter outside all passages"][1], ALTERATIONS["the file as added"][1])
    alter(copied.library, f"UPDATE briefings SET source = '/nowhere/b.txt' WHERE id = {FIRST}")
    with Library.open(settings=copied) as library:
        done = library.repair()
        assert any("Restore a backup" in line for line in done.lost)
        assert any(first in line for line in library.verify())
        with pytest.raises(OnRecordError, match=first):
            library.briefing(first)


def test_the_command_mends_and_says_so(
    copied: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONRECORD_MODEL", str(copied.model))
    alter(copied.library, *ALTERATIONS["a speaker"][1:])

    def command(*words: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["onrecord", "--library", str(copied.library), *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return int(ended.value.code or 0), capsys.readouterr().out

    code, out = command("verify")
    assert code == 1
    assert "onrecord verify --repair" in out
    code, out = command("verify", "--repair")
    assert code == 0
    assert "it is as it was added" in out
    assert command("verify") == (0, "6 briefings: sound\n")


_WITHOUT_NOTED = ("DROP TABLE corrections", "DROP TABLE collections")


def as_format_6(folder: Path) -> None:
    """Take away what the format before did not have."""
    alter(folder, *_WITHOUT_NOTED, "PRAGMA user_version = 6")
    (folder / "library.sha256").unlink()


def as_format_5(folder: Path) -> None:
    """Take away what the format before that did not have."""
    alter(
        folder,
        *_WITHOUT_NOTED,
        "DROP TABLE digests",
        "DROP TABLE checksums",
        "DELETE FROM meta WHERE key IN ('digest', 'terms')",
        "PRAGMA user_version = 5",
    )
    (folder / "library.sha256").unlink()


@pytest.mark.parametrize("older", [as_format_5, as_format_6])
def test_a_library_of_a_format_before_is_brought_up(
    sound: Path, copied: Settings, older: Callable[[Path], None]
) -> None:
    older(copied.library)
    with Library.open(settings=copied) as library:
        assert library.verify() == []
        assert library.ask(QUESTION).citations
    assert contents(copied.library) == contents(sound)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL here")
def test_a_kill_while_it_is_brought_up_leaves_the_old_or_the_new(sound: Path, copied: Settings) -> None:
    """The process stops itself at a step of the upgrade, so that the kill falls there however fast the machine is."""
    code = """
import os, sqlite3, sys
from onrecord.rag.store.sqlite.upgrading import upgrade
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.row_factory = sqlite3.Row
steps = 0
def step(statement):
    global steps
    steps += 1
    if steps == int(sys.argv[2]):
        os.kill(os.getpid(), 9)
database.set_trace_callback(step)
upgrade(database)
"""
    as_format_5(copied.library)
    old = (copied.library / DATABASE).read_bytes()
    ends = []
    for step in (3, 30, 10_000):
        (copied.library / DATABASE).write_bytes(old)
        for left in copied.library.glob(f"{DATABASE}-*"):
            left.unlink()
        done = subprocess.run([sys.executable, "-c", code, str(copied.library / DATABASE), str(step)], check=False)
        ends.append(done.returncode)
        with closing(sqlite3.connect(copied.library / DATABASE)) as database:
            assert database.execute("PRAGMA user_version").fetchone()[0] == (7 if done.returncode == 0 else 5)
        with Library.open(settings=copied) as library:
            assert library.verify() == []
        assert contents(copied.library) == contents(sound)
    assert ends == [-signal.SIGKILL, -signal.SIGKILL, 0]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL here")
def test_a_kill_while_it_is_mended_leaves_what_was_or_what_is_mended(sound: Path, copied: Settings) -> None:
    alter(copied.library, *ALTERATIONS["a speaker"][1:], ALTERATIONS["a vector gone"][1])
    damaged = copied.library.with_name("damaged")
    shutil.copytree(copied.library, damaged)
    code = (
        "import sys; from onrecord.rag import Library, Settings; "
        "Library.open(settings=Settings(library=sys.argv[1], model=sys.argv[2])).repair()"
    )
    command = [sys.executable, "-c", code, str(copied.library), str(copied.model)]
    for delay in (0.0, 0.1):
        shutil.rmtree(copied.library)
        shutil.copytree(damaged, copied.library)
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        while process.poll() is None and not list(copied.library.glob(".repair-*")):
            time.sleep(0.002)
        time.sleep(delay)
        process.kill()
        process.wait()
        with Library.open(settings=copied) as library:
            if library.verify():
                library.repair()
            assert library.verify() == []
        assert contents(copied.library) == contents(sound)
