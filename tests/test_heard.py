"""Recordings as briefings: added, marked as heard, cited to the second, played, kept and removed.

What Whisper heard in `heard/short.ogg` is written down in `heard/short.json`, and lies where OnRecord looks before it
hears anything: nothing here needs the extra `audio`. tests/test_hearing.py hears in earnest.
"""

from __future__ import annotations

import io
import shutil
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import IO, cast

import httpx
import numpy as np
import pytest
from browsing import Open
from playwright.sync_api import expect
from postgres_server import running_server
from serving import Server, serving, wait_for_model
from typer.testing import CliRunner

from onrecord.rag import Library, LibraryError, Progress, Settings, Speaker, UnreadableFile
from onrecord.rag.hearing.listening import Listening
from onrecord.rag.hearing.sound import quietest
from onrecord.rag.hearing.voices import told_apart
from onrecord.rag.hearing.whisper import installed
from onrecord.rag.readers.formats import format_of, recording_in
from onrecord.rag.readers.heard import HeardRecording, HeardStretch, HeardWord, heard_bytes, heard_in, read_heard
from onrecord.rag.recordings import Recordings
from onrecord.ui.command.cli import app
from onrecord.ui.command.terminal import render_answer

SHORT = Path(__file__).with_name("heard") / "short.ogg"
HEARD = SHORT.with_suffix(".json").read_bytes()
COST = "A single ticket will cost three crowns"


def remember(cache: Path, recording: Path = SHORT, heard: bytes = HEARD) -> None:
    """Put what was heard in a recording where OnRecord keeps it."""
    place = Listening(cache, None, Recordings(cache)).place(sha256(recording.read_bytes()).hexdigest())
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(heard)


@pytest.fixture
def settings(small_model: Path, tmp_path: Path) -> Settings:
    remember(tmp_path / "cache")
    return Settings(library=tmp_path / "library", model=str(small_model), cache=tmp_path / "cache")


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    """The recording under a name that says nothing of its kind."""
    return Path(shutil.copy(SHORT, tmp_path / "talk.dat"))


def words(*said: tuple[str, float], voice: int | None = None, language: str = "en") -> HeardStretch:
    return HeardStretch(tuple(HeardWord(text, at, at + 0.2) for text, at in said), language, voice)


def heard(*stretches: HeardStretch) -> HeardRecording:
    return HeardRecording("0" * 64, "audio/ogg", 12.0, "Whisper base", stretches, silent=3.0)


def test_what_was_heard_is_read_as_it_was_written() -> None:
    one = heard(words((" The", 0.0), (" wall", 0.5), (" opens.", 1.0)), words((" Aujourd'", 5.0), ("hui.", 5.4)))
    assert heard_in("x", heard_bytes(one)) == one
    assert format_of("x.json", heard_bytes(one)) == "heard"
    source = read_heard("x", heard_bytes(one))
    # A sentence and a pause end a turn; nobody is named.
    assert [source.text[turn.start : turn.end] for turn in source.turns or ()] == ["The wall opens.", "Aujourd'hui."]
    assert {turn.label for turn in source.turns or ()} == {None}
    assert source.timecodes == ((0, 0.0), (4, 0.5), (9, 1.0), (17, 5.0), (25, 5.4))
    assert (source.language, source.heard) == ("en", True)
    assert source.notes[1] == "0:03 of it hold no speech."


def test_speakers_who_are_told_apart_have_numbers_in_the_language_spoken() -> None:
    for code, label in (
        ("en", "Speaker 1"),
        ("fr", "Voix 1"),
        ("de", "Stimme 1"),
        ("es", "Voz 1"),
        ("it", "Speaker 1"),
    ):
        one = heard(
            words((" A", 0.0), (" B.", 4.0), voice=1, language=code), words((" C", 9.0), voice=2, language=code)
        )
        source = read_heard("x", heard_bytes(one))
        assert next(turn.label for turn in source.turns or ()) == label
        assert len(source.turns or ()) == 2


def test_what_is_shorter_than_it_says_is_told() -> None:
    for told, count in ((None, 2), (12.5, 2), (60.0, 3)):
        notes = read_heard("x", heard_bytes(replace(heard(words((" A", 0.0), (" wall.", 0.5))), told=told))).notes
        assert len(notes) == count
    assert notes[-1].startswith("By its file 1:00 long: play it")


@pytest.mark.parametrize("cut", [0, 14, 200, len(HEARD) - 1])
def test_a_damaged_document_is_refused(cut: int) -> None:
    with pytest.raises(UnreadableFile, match=r"talk\.mp3: what was heard .* is damaged"):
        heard_in("talk.mp3", HEARD[:cut])


def test_nothing_that_is_no_time_is_taken_for_one() -> None:
    for wrong in (float("nan"), -1.0, float("inf")):
        with pytest.raises(UnreadableFile):
            heard_in("x", heard_bytes(heard(words((" A", wrong)))))


@pytest.mark.parametrize(
    ("beginning", "what"),
    [
        (b"OggS\0\2" + bytes(20), "an Ogg recording"),
        (b"\xff\xf3\x84\xc4" + bytes(20), "an MP3 sound recording"),
        (b"\xff\xf1\x50\x80" + bytes(20), "an AAC sound recording"),
        (b"fLaC\0" + bytes(20), "a FLAC sound recording"),
        (bytes(4) + b"ftypM4A " + bytes(20), "an M4A sound recording"),
        (b"\x1aE\xdf\xa3" + bytes(20), "a WebM or Matroska video"),
        (b"RIFF\x10\0\0\0WEBPVP8 ", None),
        (b"fLaC is how the file begins, said the minister.", None),
        (b"\xff\xfeA\0d\0a\0", None),
    ],
)
def test_a_recording_is_told_by_what_it_holds(beginning: bytes, what: str | None) -> None:
    assert recording_in(beginning) == what


def test_a_recording_is_a_briefing_marked_as_heard(settings: Settings, talk: Path) -> None:
    stages: list[str] = []
    with Library.open(settings=settings) as library:
        report = library.add(talk, progress=lambda now: stages.append(now.stage))
        [added] = report.files
        assert (added.file, added.outcome) == ("talk.dat", "added")
        assert added.notes[0] == "0:23 heard by a machine (Whisper base): names and figures may be wrong."
        assert {"hearing", "embedding"} <= set(stages)
        [briefing] = library.briefings()
        assert (briefing.kind, briefing.language) == ("recording", "en")
        # The recording itself is kept to the byte, and what was heard is its document.
        kept = library.recording(briefing.id)
        assert kept is not None
        assert (kept.path.read_bytes(), kept.media_type) == (SHORT.read_bytes(), "audio/ogg")
        assert library.file(briefing.id) == HEARD
        citation = library.quote(briefing.id, start := briefing.text.index(COST), start + len(COST))
        assert citation.heard
        assert citation.seconds == pytest.approx(15.9, abs=0.6)
        assert [(turn.label, turn.seconds) for turn in briefing.turns][1][0] == "Speaker 2"
        # Once more changes nothing; moved, it is the same.
        assert library.add(talk).files[0].outcome == "unchanged"
        moved = talk.rename(talk.with_name("moved.ogg"))
        assert library.add(moved).files[0].outcome == "moved"
        assert library.verify() == []


def test_an_answer_says_that_its_words_were_heard(settings: Settings, talk: Path) -> None:
    with Library.open(settings=settings) as library:
        library.add(talk)
        answer = library.ask(f"Who said “{COST}”?")
        assert any(one.heard for one in answer.citations)
        assert "heard by a machine" in render_answer(answer)
        assert "transcrit par une machine" in render_answer(replace(answer, language="fr"))


def test_a_voice_is_named_once_for_all_its_turns(settings: Settings, talk: Path) -> None:
    with Library.open(settings=settings) as library:
        library.add(talk)
        [briefing] = library.briefings()
        library.correct(briefing.id, labels={"Speaker 1": Speaker("Ida Brandt", "port commissioner")})
        named = library.briefing(briefing.id)
        assert [turn.speaker == "Ida Brandt" for turn in named.turns] == [True, False, True]
        # The words and their seconds are as they were, and so is the recording.
        assert (named.text, named.timecodes, named.kind) == (briefing.text, briefing.timecodes, "recording")
        assert library.recording(briefing.id) is not None


def test_turns_without_a_voice_can_be_named_one_by_one(settings: Settings, talk: Path) -> None:
    document = heard_in("x", HEARD)
    nobody = tuple(replace(each, voice=None) for each in document.stretches)
    remember(settings.cache, heard=heard_bytes(replace(document, stretches=nobody)))
    with Library.open(settings=settings) as library:
        library.add(talk)
        [briefing] = library.briefings()
        library.correct(briefing.id, turns={briefing.turns[-1].start: Speaker("Ida Brandt")})
        assert [turn.speaker for turn in library.briefing(briefing.id).turns][-1] == "Ida Brandt"


def test_what_becomes_of_a_recording_that_is_kept(settings: Settings, talk: Path, tmp_path: Path) -> None:
    with Library.open(settings=settings) as library:
        library.add(talk)
        [briefing] = library.briefings()
        kept = settings.library / "recordings" / briefing.id
        kept.write_bytes(b"OggS")
        [problem] = library.verify()
        assert "has changed" in problem
        assert library.repair().mended == (f"{briefing.id}: its recording was copied again from {talk}.",)
        assert library.verify() == []
        kept.unlink()
        talk.unlink()
        assert library.recording(briefing.id) is None
        assert "is missing" in library.verify()[0]
        assert library.repair().mended == ()
        kept.write_bytes(SHORT.read_bytes())
        Library.copy(settings.library, tmp_path / "copy", settings=settings)
        assert (tmp_path / "copy" / "recordings" / briefing.id).read_bytes() == SHORT.read_bytes()
        library.remove(briefing.id)
        assert not kept.exists()


@pytest.mark.parametrize("engine", ["folder", "postgres"])
def test_a_backup_has_recordings_and_brings_them_back(
    engine: str, settings: Settings, talk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    file, bare, new = tmp_path / "backup", tmp_path / "bare", tmp_path / "new"
    with Library.open(running_server().database() if engine == "postgres" else None, settings=settings) as library:
        library.add(talk)
        [briefing] = library.briefings()
        done = library.back_up(file)
        assert (done.recordings, done.bytes, done.left_out) == (1, len(SHORT.read_bytes()), ())
        assert library.back_up(bare, recordings=False).recordings == 0
        # One that has changed or is gone is left out, and named; the words are still backed up.
        (library.folder / "recordings" / briefing.id).unlink()
        done = library.back_up(tmp_path / "left", recordings=True)
        assert (done.recordings, done.left_out) == (0, (briefing.id,))
    for again in (False, True):
        assert Library.restore(file, new, settings=settings, replace=again) == 1
        with Library.open(new, settings=settings) as restored:
            kept = restored.recording(briefing.id)
            assert kept is not None
            assert kept.path.read_bytes() == SHORT.read_bytes()
            assert restored.verify() == []
    assert sorted(path.name for path in new.iterdir() if path.name.startswith(".")) == []
    assert Library.restore(bare, tmp_path / "no sound", settings=settings) == 1
    with Library.open(tmp_path / "no sound", settings=settings) as restored:
        assert "is missing" in restored.verify()[0]


def repacked(file: Path, change: Callable[[str, bytes], bytes | None]) -> None:
    """Write an archive anew, each of its files as `change` gives it, and one that would lie elsewhere."""
    with tarfile.open(file) as archive:
        held = {member.name: cast(IO[bytes], archive.extractfile(member)).read() for member in archive}
    with tarfile.open(file, "w") as archive:
        for name, data in {**held, "../outside": b"x", "recordings/../../outside": b"x"}.items():
            changed = change(name, data)
            if changed is not None:
                member = tarfile.TarInfo(name)
                member.size = len(changed)
                archive.addfile(member, io.BytesIO(changed))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda name, data: data[:-1] + b"x" if "/" in name else data, "not what was heard"),
        (lambda name, data: None if name == "library.db" else data, "holds no library.db"),
        (lambda name, data: data[:5000] if name == "library.db" else data, r"sound backup|cannot be restored"),
        (None, "unexpected end of data"),
    ],
)
def test_a_backup_whose_recordings_are_damaged_is_refused(
    change: Callable[[str, bytes], bytes | None] | None, why: str, settings: Settings, talk: Path, tmp_path: Path
) -> None:
    file, new = tmp_path / "backup", tmp_path / "new"
    with Library.open(settings=settings) as library:
        library.add(talk)
        library.back_up(file)
    if change is None:
        file.write_bytes(file.read_bytes()[:-90_000])
    else:
        repacked(file, change)
    with pytest.raises(LibraryError, match=why) as refused:
        Library.restore(file, new, settings=settings)
    assert "\n" not in str(refused.value)
    assert list(new.iterdir()) == []
    assert not (tmp_path / "outside").exists()


def test_a_larger_model_makes_a_new_version(settings: Settings, talk: Path) -> None:
    with Library.open(settings=settings) as library:
        library.add(talk)
        [first] = library.briefings()
        remember(settings.cache, heard=heard_bytes(replace(heard_in("x", HEARD), model="larger")))
        [added] = library.add(talk).files
        assert added.outcome == "new version"
        assert library.briefing(first.id).superseded_by == added.briefing_id
        for version in (first.id, added.briefing_id or ""):
            assert library.recording(version) is not None
        library.remove(added.briefing_id or "")
        assert not list((settings.library / "recordings").iterdir())


def test_nothing_is_left_of_what_was_stopped(settings: Settings, talk: Path) -> None:
    seen: list[Progress] = []
    with Library.open(settings=settings) as library:
        report = library.add(talk, progress=seen.append, stop=lambda: any(one.stage == "embedding" for one in seen))
        assert report.files == ()
        assert library.briefings() == []
    assert not list((settings.library / "recordings").iterdir())


@pytest.mark.skipif(installed(), reason="the extra audio is installed here")
def test_without_the_extra_one_line_says_so_and_the_others_are_added(settings: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.wav").write_bytes(b"RIFF\x24\0\0\0WAVEfmt " + bytes(40))
    (folder / "b.txt").write_text("Ada Quill: The wall opens on the ninth of May.\n", encoding="utf-8")
    with Library.open(settings=settings) as library:
        first, second = library.add(folder).files
    assert first.message.startswith("a.wav: a recording is heard with the extra")
    assert first.message.endswith("pip install 'onrecord[audio]'")
    assert second.outcome == "added"


def test_a_folder_that_is_no_model_is_named(settings: Settings, talk: Path, tmp_path: Path) -> None:
    chosen = settings.model_copy(update={"whisper": tmp_path})
    with Library.open(settings=chosen) as library:
        [added] = library.add(talk).files
    assert added.message.startswith(f"ONRECORD_WHISPER: {tmp_path} holds no model.bin")


def test_the_command_says_what_was_heard(settings: Settings, talk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONRECORD_MODEL", str(settings.model))
    monkeypatch.setenv("ONRECORD_CACHE", str(settings.cache))
    done = CliRunner().invoke(app, ["--library", str(settings.library), "add", str(talk)])
    assert done.exit_code == 0, done.output
    assert "0:23 heard by a machine (Whisper base)" in done.output
    shown = CliRunner().invoke(app, ["--library", str(settings.library), "list", "--json"])
    assert '"kind": "recording"' in shown.output


# --- Voices and pauses


def voice_of(rng: np.random.Generator, centre: np.ndarray, spread: float) -> tuple[float, ...]:
    found = centre + spread * rng.standard_normal(len(centre)) / len(centre) ** 0.5
    return tuple(found / np.linalg.norm(found))


def test_voices_are_told_apart_only_where_they_are_apart() -> None:
    rng = np.random.default_rng(5)
    one, two, three = (rng.standard_normal(64) / 8 for _ in range(3))
    for spread in (0.2, 0.5):
        said = [one, two, one, three, one, two, three, one]
        found = told_apart([voice_of(rng, each, spread) for each in said])
        assert found == [1, 2, 1, 3, 1, 2, 3, 1]
        assert told_apart([voice_of(rng, one, spread) for _ in range(12)]) == [None] * 12
    apart = [voice_of(rng, each, 0.2) for each in (one, one, two, two)]
    # What is too short to tell goes with the words before it.
    assert told_apart([apart[0], None, apart[1], apart[2], None, apart[3]]) == [1, 1, 1, 2, 2, 2]
    assert told_apart([None, None]) == [None, None]


def test_sound_is_cut_where_it_is_quietest() -> None:
    samples = np.random.default_rng(5).standard_normal(48_000).astype(np.float32)
    samples[20_000:26_000] = 0
    assert 20_000 < quietest(samples) < 26_000


# --- The page


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory, small_model: Path) -> Iterator[Server]:
    """A server of an empty library; what is heard in the recording is known."""
    made = tmp_path_factory.mktemp("heard")
    remember(made / "cache")
    with serving(made / "library", settings={"model": small_model, "cache": made / "cache"}) as started:
        wait_for_model(started.address)
        yield started


def test_the_page_adds_a_recording_and_plays_it_from_its_words(open_page: Open, played: Server) -> None:
    page = open_page(at=played)
    page.locator("#library input[type=file]").set_input_files(SHORT)
    expect(page.locator("#library .adding")).to_contain_text("1 briefing added", timeout=30_000)
    expect(page.locator("#library .adding")).to_contain_text("heard by a machine (Whisper base)")
    [briefing] = httpx.get(f"{played.address}/api/briefings").json()
    address = f"{played.address}/api/briefings/{briefing['id']}"
    part = httpx.get(f"{address}/recording", headers={"range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, SHORT.read_bytes()[100:200])
    assert httpx.get(f"{address}/file").content == SHORT.read_bytes()
    start = httpx.get(address).json()["text"].index(COST)
    page = open_page(f"/briefings/{briefing['id']}?start={start}&end={start + len(COST)}", at=played)
    expect(page.get_by_text("A machine wrote this down from a recording")).to_be_visible()
    page.wait_for_function("Math.abs(document.querySelector('audio').currentTime - 15.9) < 0.6")
