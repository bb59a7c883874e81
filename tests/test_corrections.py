"""Corrections of a briefing over its file as added: kept to everywhere, through versions and mending, and undone."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from serving import serving

from onrecord.rag import (
    Briefing,
    InvalidRequest,
    Library,
    Settings,
    Speaker,
    UnknownBriefing,
    corrected_turns,
    speaker_in,
)
from onrecord.ui.command import cli

TEXT = """Harbour briefing
4 March 2031

MS. DOE: Good morning. The new breakwater will open in May, and it cost forty million crowns.

Q: Who paid for the breakwater, and who will pay for the new lighthouse on the northern mole?

MS. DOE: The port authority paid for the breakwater, from its own reserves of the last nine years.

UNIDENTIFIED MALE: Nobody has decided yet who pays for the lighthouse; the council will vote in June.
"""
ELSEWHERE = """Ferry briefing
5 March 2031

ANN DOE: The ferry will leave at noon from now on, and at six in the evening on Sundays.

TOM ASHBY: And what will a ticket for the ferry cost on a working day?

ANN DOE: Four crowns at noon, and the ferry is free for all pupils of the island's schools.

TOM ASHBY: Thank you for your answers, and good luck with the ferry.
"""
DOE, ROE = Speaker("Ann Doe", "Harbour Minister", "City Hall"), Speaker("Jane Roe", None, "Coast Radio")


@pytest.fixture
def filled(small_library: Library, tmp_path: Path) -> Library:
    for name, text in (("harbour", TEXT), ("ferry", ELSEWHERE)):
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
        assert not small_library.add(tmp_path / f"{name}.txt").failed
    return small_library


def harbour(library: Library) -> Briefing:
    return next(one for one in library.briefings() if one.file == "harbour.txt")


def who(briefing: Briefing) -> list[tuple[str | None, str | None, str | None]]:
    return [(turn.speaker, turn.role, turn.outlet) for turn in briefing.turns]


def test_what_is_said_of_a_briefing_is_corrected_and_each_correction_undone(filled: Library) -> None:
    before = harbour(filled)
    made = filled.correct(
        before.id, title="On the breakwater", date="2031-03-05", url="https://example.org/b", by="ada"
    )
    assert [(one.number, one.of, one.before, one.value, one.by) for one in made] == [
        (1, "title", before.title, "On the breakwater", "ada"),
        (2, "date", before.date, "2031-03-05", "ada"),
        (3, "url", None, "https://example.org/b", "ada"),
    ]
    after = harbour(filled)
    assert (after.title, after.date, after.url) == ("On the breakwater", "2031-03-05", "https://example.org/b")
    assert filled.corrections(before.id) == made == after.corrections
    # The same briefing: what cites it, cites it still.
    assert (after.id, after.text, after.added, after.file) == (before.id, before.text, before.added, before.file)
    assert filled.file(before.id) == TEXT.encode()
    assert filled.search("breakwater", since="2031-03-05", briefing=before.id)
    filled.correct(before.id, title="Once more")
    assert [one.before for one in filled.undo(before.id, 1) if one.of == "title"] == [before.title]
    assert harbour(filled).title == "Once more"
    for number in (4, 2, 3):
        filled.undo(before.id, number)
    assert harbour(filled) == before
    assert filled.verify() == []


def test_a_label_is_given_its_name_in_the_whole_library(filled: Library) -> None:
    before = harbour(filled)
    filled.correct(before.id, labels={"UNIDENTIFIED MALE": ROE, "MS. DOE": DOE})
    after = harbour(filled)
    named = ("Ann Doe", "Harbour Minister", "City Hall")
    assert who(after) == [named, who(before)[1], named, ("Jane Roe", None, "Coast Radio")]
    assert corrected_turns(after) == {0, 2, 3}
    assert not any(after.turns[place].inferred for place in (0, 2, 3))
    assert [(turn.start, turn.end, turn.label) for turn in after.turns] == [
        (turn.start, turn.end, turn.label) for turn in before.turns
    ]
    assert {hit.passage.speaker for hit in filled.search("lighthouse", speaker="Roe")} == {"Jane Roe"}
    # One person with the Ann Doe of the other briefing.
    assert {hit.passage.briefing_id for hit in filled.search("noon", speaker="Doe", k=50)} == {
        one.id for one in filled.summaries()
    }
    assert "Jane Roe" in filled.names()["speaker"]
    citation = filled.ask("Who pays for the lighthouse?", speaker="Jane Roe").citations[0]
    assert (citation.speaker, citation.inferred) == ("Jane Roe", False)
    assert filled.verify() == []


def test_one_turn_is_given_to_who_spoke_it_and_prevails_over_its_label(filled: Library) -> None:
    before = harbour(filled)
    filled.correct(before.id, turns={before.turns[2].start: ROE})
    filled.correct(before.id, labels={"MS. DOE": DOE})
    after = harbour(filled)
    assert [name for name, _, _ in who(after)][::2] == ["Ann Doe", "Jane Roe"]
    label = next(one for one in after.corrections if one.of == "label")
    filled.undo(before.id, label.number)
    assert corrected_turns(harbour(filled)) == {2}


def test_a_wrong_name_is_taken_away_and_the_speaker_unknown(filled: Library) -> None:
    briefing = harbour(filled)
    named = [turn for turn in briefing.turns if turn.label == "MS. DOE"]
    filled.correct(briefing.id, labels={"MS. DOE": Speaker("?", "Minister")})
    found = harbour(filled)
    turns = [turn for turn in found.turns if turn.label == "MS. DOE"]
    assert {(turn.speaker, turn.role, turn.outlet) for turn in turns} == {(None, None, None)}
    assert [(turn.start, turn.end) for turn in turns] == [(turn.start, turn.end) for turn in named]
    assert [(one.value, one.before) for one in found.corrections] == [("", named[0].speaker)]
    assert named[0].speaker not in filled.names()["speaker"]
    filled.undo(briefing.id, 1)
    assert harbour(filled) == briefing


def test_vectors_of_passages_that_are_read_as_before_are_kept(filled: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    briefing = harbour(filled)
    filled.correct(briefing.id, url="https://example.org/b")
    embedded: list[int] = []
    encoder = filled._models.encoder()
    read = type(encoder).read_passages

    def counted(self: object, texts: list[str], *more: object) -> object:
        embedded.append(len(texts))
        return read(encoder, texts, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(type(encoder), "read_passages", counted)
    filled.correct(briefing.id, labels={"UNIDENTIFIED MALE": ROE})
    assert sum(embedded) == 1 < len(filled.passages(briefing.id))


def test_what_cannot_be_is_refused_in_words_and_changes_nothing(filled: Library, tmp_path: Path) -> None:
    briefing = harbour(filled)
    for wrong, said in (
        ({}, "Nothing is to be corrected"),
        ({"date": "yesterday"}, "date 'yesterday'"),
        ({"url": "javascript:alert(1)"}, "url 'javascript"),
        ({"labels": {"MR. DOE": DOE}}, "'MS. DOE'"),
        ({"turns": {3: DOE}}, "begins at 3"),
        ({"labels": {"MS. DOE": Speaker("  ")}}, "needs a name"),
        ({"labels": {"MS. DOE": Speaker("x" * 201)}}, "up to 200"),
        ({"title": "Fine", "labels": {"MS. DOE": Speaker("Ann\x1b[31m")}}, "no name"),
    ):
        with pytest.raises(InvalidRequest) as refused:
            filled.correct(briefing.id, **wrong)  # type: ignore[arg-type]
        assert said in str(refused.value), wrong
    with pytest.raises(InvalidRequest, match="no correction 7"):
        filled.undo(briefing.id, 7)
    with pytest.raises(UnknownBriefing):
        filled.correct("nobody", title="Fine")
    assert harbour(filled) == briefing
    (tmp_path / "harbour.txt").write_text(TEXT.replace("forty", "fifty"), encoding="utf-8")
    filled.add(tmp_path / "harbour.txt")
    with pytest.raises(InvalidRequest, match="replaced by a newer version"):
        filled.correct(briefing.id, title="Fine")


def test_a_changed_file_keeps_the_corrections_that_still_fit_and_says_which_do_not(
    filled: Library, tmp_path: Path
) -> None:
    briefing = harbour(filled)
    filled.correct(briefing.id, title="Mine", labels={"MS. DOE": DOE, "UNIDENTIFIED MALE": ROE})
    filled.correct(briefing.id, turns={briefing.turns[2].start: ROE})
    filled.collect("Works", [briefing.id])
    changed = TEXT.replace("UNIDENTIFIED MALE", "JACK POE").replace("Good morning. The", "Good evening to all. The")
    (tmp_path / "harbour.txt").write_text(changed, encoding="utf-8")
    [added] = filled.add(tmp_path / "harbour.txt").files
    assert added.outcome == "new version"
    [note] = added.notes
    assert "'UNIDENTIFIED MALE' to 'Jane Roe'" in note
    after = harbour(filled)
    assert after.title == "Mine"
    assert [name for name, _, _ in who(after)] == ["Ann Doe", who(briefing)[1][0], "Jane Roe", "Jack Poe"]
    assert [one.of for one in after.corrections] == ["title", "label", "turn"]
    assert filled.collections()[0].briefings == (after.id,)
    # Words that are others now are nobody's.
    (tmp_path / "harbour.txt").write_text(changed.replace("its own reserves", "taxes"), encoding="utf-8")
    [added] = filled.add(tmp_path / "harbour.txt").files
    assert "no one turn has those words" in added.notes[0]
    assert who(harbour(filled))[2][0] == "Ann Doe"


def test_the_same_file_again_and_its_metadata_leave_corrections_as_they_are(filled: Library, tmp_path: Path) -> None:
    briefing = harbour(filled)
    filled.correct(briefing.id, title="Mine", labels={"MS. DOE": DOE})
    [again] = filled.add(tmp_path / "harbour.txt").files
    assert again.outcome == "unchanged"
    [told] = filled.add(tmp_path / "harbour.txt", title="Told").files
    assert told.outcome == "updated"
    assert harbour(filled).title == "Mine"
    [told] = filled.add(tmp_path / "harbour.txt", title="Told").files
    assert told.outcome == "unchanged"
    filled.undo(briefing.id, 1)
    assert (harbour(filled).title, who(harbour(filled))[0][0]) == ("Told", "Ann Doe")
    filled.undo(briefing.id, 2)
    after = harbour(filled)
    told_so = replace(briefing, title="Told", added=after.added, boilerplate=after.boilerplate)
    assert after == told_so


def test_corrections_are_in_copies_and_backups_and_go_with_what_is_removed(filled: Library, tmp_path: Path) -> None:
    briefing = harbour(filled)
    filled.correct(briefing.id, title="Mine", labels={"MS. DOE": DOE})
    corrected = harbour(filled)
    settings = Settings(library=tmp_path / "other", model=filled._settings.model)
    Library.copy(filled.folder, tmp_path / "copied", settings=settings)
    filled.back_up(tmp_path / "backup.db")
    Library.restore(tmp_path / "backup.db", tmp_path / "restored", settings=settings)
    for place in ("copied", "restored"):
        with Library.open(tmp_path / place, settings=settings) as other:
            assert harbour(other) == corrected
            assert other.verify() == []
            other.undo(briefing.id, 1)
            other.undo(briefing.id, 2)
            assert harbour(other) == briefing
    filled.remove(briefing.id)
    filled.add(tmp_path / "harbour.txt")
    assert harbour(filled).corrections == ()


DAMAGES = {
    "words": ("UPDATE turns SET speaker = 'Somebody Else' WHERE speaker = 'Ann Doe'", True),
    "title": ("UPDATE briefings SET title = 'Yours' WHERE title = 'Mine'", False),
    "corrections": ("UPDATE corrections SET corrections = replace(corrections, 'Ann Doe', 'Ann Foe')", False),
    "corrections gone": ("DELETE FROM corrections", False),
    "corrections no JSON": ("UPDATE corrections SET corrections = '['", False),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_mending_keeps_corrections_that_are_sound_and_says_which_are_not(filled: Library, damage: str) -> None:
    statement, is_kept = DAMAGES[damage]
    briefing = harbour(filled)
    filled.correct(briefing.id, title="Mine", labels={"MS. DOE": DOE})
    corrected = harbour(filled)
    with closing(sqlite3.connect(filled.folder / "library.db")) as database:
        assert database.execute(statement).rowcount
        database.commit()
    with Library.open(settings=filled._settings) as library:
        assert any(briefing.id in line for line in library.verify())
        done = library.repair()
        assert library.verify() == []
        found = harbour(library)
        if is_kept:
            assert found == corrected
        else:
            assert (found.corrections, who(found)) == ((), who(briefing))
            assert damage == "corrections gone" or any("Correct it again" in line for line in done.lost)


def test_who_corrects_at_once_loses_nothing(filled: Library) -> None:
    briefing = harbour(filled)
    libraries = [Library.open(settings=filled._settings) for _ in range(3)]
    done: list[object] = []

    def correct(place: int) -> None:
        done.append(libraries[place].correct(briefing.id, **{("title", "date", "url")[place]: WANTED[place]}))  # type: ignore[arg-type]

    threads = [threading.Thread(target=correct, args=(place,)) for place in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    after = harbour(filled)
    assert len(done) == 3
    assert (after.title, after.date, after.url) == WANTED
    assert len({one.number for one in after.corrections}) == 3
    for library in libraries:
        library.close()


WANTED = ("Mine", "2031-03-06", "https://example.org/c")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL here")
def test_a_kill_while_it_is_corrected_leaves_it_as_before_or_as_after(filled: Library) -> None:
    briefing = harbour(filled)
    code = """
import sys
from onrecord.rag import Library, Settings, Speaker
with Library.open(settings=Settings(library=sys.argv[1], model=sys.argv[2])) as library:
    print("ready", flush=True)
    while True:
        [one] = library.correct(sys.argv[3], labels={"MS. DOE": Speaker("Ann Doe")})
        library.undo(sys.argv[3], one.number)
"""
    chance = random.Random(5)
    filled.remove(next(one.id for one in filled.briefings() if one.file == "ferry.txt"))
    for _ in range(3):
        command = [sys.executable, "-c", code, str(filled.folder), str(filled._settings.model), briefing.id]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, env=os.environ)
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        time.sleep(chance.uniform(0.05, 0.3))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        assert filled.verify() == []
        found = harbour(filled)
        spoken = {turn.speaker for turn in found.turns if turn.label == "MS. DOE"}
        assert ("Ann Doe" in spoken) == bool(found.corrections)
        assert len(spoken) == 1
        assert {one.speaker for one in filled.passages(briefing.id) if one.turn in (0, 2)} == spoken
        for one in found.corrections:
            filled.undo(briefing.id, one.number)


def test_a_speaker_is_written_in_one_line() -> None:
    assert speaker_in("Ann Doe") == Speaker("Ann Doe")
    assert speaker_in(" Ann Doe, Minister for Ports, Trade and Fish (City Hall) ") == Speaker(
        "Ann Doe", "Minister for Ports, Trade and Fish", "City Hall"
    )
    assert speaker_in("Jane Roe (Coast Radio)") == Speaker("Jane Roe", None, "Coast Radio")
    assert speaker_in("?") == Speaker("?")
    for wrong in ("", "(Coast Radio)", ", Minister"):
        with pytest.raises(InvalidRequest):
            speaker_in(wrong)


def test_the_command_corrects_lists_and_undoes(
    filled: Library, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    briefing = harbour(filled)
    monkeypatch.setenv("ONRECORD_MODEL", str(filled._settings.model))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    def command(*words: str, code: int = 0) -> tuple[str, str]:
        monkeypatch.setattr(sys, "argv", ["onrecord", "--library", str(filled.folder), *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        assert int(ended.value.code or 0) == code, said.err
        return said.out, said.err

    named = command("correct", briefing.id, "--title", "Mine", "--speaker", "MS. DOE=Ann Doe, Minister (City)")[0]
    assert named.splitlines()[0].startswith("1  ")
    assert "“Mine”" in named
    unknown = command("correct", briefing.id, "--turn", f"{briefing.turns[3].start}=?")[0].splitlines()[-1]
    assert unknown.endswith("taken away, speaker unknown")
    command("correct", briefing.id, "--undo", unknown.split()[0])
    turn = f"{briefing.turns[3].start}=Jane Roe"
    made = json.loads(command("correct", briefing.id, "--turn", turn, "--json")[0])["corrections"]
    assert [(one["of"], one["value"]) for one in made] == [
        ("title", "Mine"),
        ("label", "Ann Doe"),
        ("turn", "Jane Roe"),
    ]
    assert command("correct", briefing.id)[0].count("\n") == 3
    left = json.loads(command("correct", briefing.id, "--undo", "1", "--undo", "3", "--json")[0])["corrections"]
    assert [one["number"] for one in left] == [2]
    assert "corrected" in command("show", briefing.id)[0]
    for wrong in (["--speaker", "Ann Doe"], ["--turn", "x=Ann Doe"], ["--undo", "9"], ["--date", "soon"]):
        assert command("correct", briefing.id, *wrong, code=1)[1].startswith("onrecord: ")
    noted = [json.loads(line) for line in (filled.folder / "audit.jsonl").read_text("utf-8").splitlines()]
    assert [line["event"] for line in noted] == ["corrected"] * 5


def test_the_api_corrects_lists_and_undoes(filled: Library) -> None:
    briefing = harbour(filled)
    path = f"/briefings/{briefing.id}/corrections"
    with (
        serving(filled.folder, settings={"model": str(filled._settings.model)}) as server,
        httpx.Client(base_url=f"{server.address}/api", timeout=60) as client,
    ):
        sent = {
            "title": "Mine",
            "labels": [{"label": "MS. DOE", "name": "Ann Doe", "role": "Minister"}],
            "turns": [{"start": briefing.turns[3].start, "name": "Jane Roe"}],
        }
        made = client.post(path, json=sent).raise_for_status().json()
        assert [one["of"] for one in made] == ["title", "label", "turn"]
        assert client.get(path).json() == made == client.get(f"/briefings/{briefing.id}").json()["corrections"]
        assert [one["number"] for one in client.delete(f"{path}/2").json()] == [1, 3]
        assert client.post(path, json={"labels": [{"label": "NOBODY", "name": "x"}]}).status_code == 422
        assert client.post("/briefings/nobody/corrections", json=sent).status_code == 404
