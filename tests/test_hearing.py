"""Hearing in earnest: FFmpeg, Whisper and voices, with the extra `audio` (`make test-audio`).

The briefings are invented, and read aloud by espeak-ng.
"""

from __future__ import annotations

import difflib
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil
import pytest
from browsing import Open
from playwright.sync_api import expect
from serving import Server, serving, wait_for_model
from voicing import ESPEAK, HEARD, spoken_lines, voiced, written

from onrecord.rag import Library, ModelError, Settings, UnreadableFile
from onrecord.rag.hearing.listening import Listening
from onrecord.rag.hearing.process import ToHear, heard_apart
from onrecord.rag.hearing.sound import RATE, pieces_of, sound_of
from onrecord.rag.hearing.voices import installed_voices
from onrecord.rag.hearing.whisper import FILES, MODEL, Whisper, fingerprint_of, installed, packaged_whisper
from onrecord.rag.readers.heard import heard_in, read_heard
from onrecord.rag.recordings import Recordings

pytestmark = pytest.mark.skipif(not installed(), reason="the extra audio is not installed: make test-audio")

SHORT = HEARD / "short.ogg"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def whisper(cache: Path) -> Whisper:
    return Whisper(packaged_whisper(cache), "Whisper base")


def plain(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def word_errors(said: str, heard: str) -> int:
    """Words left out, put in or exchanged."""
    same = difflib.SequenceMatcher(None, plain(said), plain(heard), autojunk=False)
    return sum(max(b - a, d - c) for kind, a, b, c, d in same.get_opcodes() if kind != "equal")


def untold(_seconds: float, _whole: float | None) -> None:
    """Nobody is told how far it has come."""


# --- Sound


def test_a_recording_is_decoded_in_pieces_that_leave_nothing_out(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    samples = (rng.standard_normal(22_050 * 70) * 3000).astype("<i2")
    written(samples, tmp_path / "noise.wav")
    pieces = list(pieces_of(tmp_path / "noise.wav"))
    assert len(pieces) == 3
    assert all(len(piece) <= 29 * RATE for _, piece in pieces)
    assert [start for start, _ in pieces] == pytest.approx(
        np.cumsum([0, *(len(piece) / RATE for _, piece in pieces[:-1])]).tolist()
    )
    assert sum(len(piece) for _, piece in pieces) / RATE == pytest.approx(70, abs=0.01)
    # From a second on it is the same sound.
    again = dict(pieces_of(tmp_path / "noise.wav", pieces[1][0]))
    assert np.array_equal(again[pieces[1][0]], pieces[1][1])


@pytest.mark.parametrize(
    ("name", "data", "what"),
    [
        ("cut.ogg", SHORT.read_bytes()[:40], "damaged"),
        ("noise.mp3", b"ID3" + np.random.default_rng(5).bytes(5000), "damaged"),
        ("list.mp3", b"ID3\3\0\0\0\0\0\0#EXTM3U\n#EXTINF:10,\n/etc/passwd.mp3\n", "damaged"),
        (
            "empty.wav",
            b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x40\x1f\0\0\1\0\x08\0data\0\0\0\0",
            "empty",
        ),
    ],
)
def test_what_is_no_sound_is_refused_in_one_line(tmp_path: Path, name: str, data: bytes, what: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UnreadableFile) as refused:
        list(pieces_of(tmp_path / name))
    assert name in str(refused.value)
    assert what in str(refused.value)
    assert "\n" not in str(refused.value)


def saved(file: Path, codec: str, *tracks: np.ndarray, rate: int = RATE, film: bool = True) -> Path:
    """Write tracks, (n,) from -1 to 1, and 16,000 a second, beside a picture where it is to be a film."""
    import av

    with av.open(str(file), "w") as out:
        pictures = out.add_stream("mpeg4", rate=5) if film else None
        streams = [out.add_stream(codec, rate=rate, layout="mono") for _ in tracks]
        if pictures is not None:
            pictures.width = pictures.height = 32
            # Not as often as is said: films of meetings change their rate.
            for number in (0, 1, 7, 8):
                picture = av.VideoFrame(32, 32, "yuv420p")
                picture.pts = number
                out.mux(pictures.encode(picture))
            out.mux(pictures.encode(None))
        for stream, samples in zip(streams, tracks, strict=True):
            whole = av.AudioFrame.from_ndarray((samples * 32_000).astype("<i2").reshape(1, -1), "s16", "mono")
            whole.sample_rate = RATE
            sizes = {"frame_size": stream.frame_size} if stream.frame_size else {}
            cut = av.AudioResampler(format=stream.format.name, layout="mono", rate=rate, **sizes)
            for frame in (*cut.resample(whole), *cut.resample(None)):
                out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
    return file


def test_a_film_is_heard_and_one_without_sound_is_refused(tmp_path: Path) -> None:
    assert sound_of(saved(tmp_path / "film.mp4", "aac", np.zeros(2 * RATE))).media_type == "video/mp4"
    with pytest.raises(UnreadableFile, match=r"silent\.mp4: holds no sound"):
        sound_of(saved(tmp_path / "silent.mp4", "aac"))


@pytest.fixture(scope="module")
def spoken() -> np.ndarray:
    """The sound of the short recording."""
    return np.concatenate([samples for _, samples in pieces_of(SHORT)])


def loudness(samples: np.ndarray, width: int) -> np.ndarray:
    """How loud each part of so many samples is, from the beginning on."""
    whole: np.ndarray = np.abs(samples[: len(samples) // width * width]).reshape(-1, width).mean(1)
    return whole


@pytest.mark.parametrize(
    ("name", "codec", "rate", "media_type"),
    [
        ("a.m4a", "aac", 44_100, "audio/mp4"),
        ("b.mp4", "aac", 48_000, "video/mp4"),
        ("c.webm", "libopus", 48_000, "audio/webm"),
        ("d.flac", "flac", 44_100, "audio/flac"),
        ("e.mp3", "libmp3lame", 44_100, "audio/mpeg"),
        ("f.wav", "pcm_mulaw", 8_000, "audio/wav"),
    ],
)
def test_recordings_are_the_same_in_each_format(
    name: str, codec: str, rate: int, media_type: str, spoken: np.ndarray, tmp_path: Path
) -> None:
    file = saved(tmp_path / name, codec, spoken, rate=rate, film=name == "b.mp4")
    found = np.concatenate([samples for _, samples in pieces_of(file)])
    assert sound_of(file).media_type == media_type
    assert len(found) / RATE == pytest.approx(len(spoken) / RATE, abs=0.15)
    # Loud where it was loud, to a twentieth of a second.
    places = slice(0, len(spoken) * 20 // RATE - 5)
    assert np.corrcoef(loudness(found, RATE // 20)[places], loudness(spoken, RATE // 20)[places])[0, 1] > 0.9


def test_noise_amid_a_recording_takes_only_its_own_seconds(spoken: np.ndarray, tmp_path: Path) -> None:
    file = saved(tmp_path / "a.m4a", "aac", spoken, film=False)
    data, half = bytearray(file.read_bytes()), file.stat().st_size // 2
    data[half : half + 8000] = np.random.default_rng(5).bytes(8000)
    file.write_bytes(data)
    found = np.concatenate([samples for _, samples in pieces_of(file)])
    assert len(found) / RATE == pytest.approx(len(spoken) / RATE, abs=0.3)
    # What comes behind it is there, and as loud.
    behind = slice(len(spoken) * 3 // 4, None)
    assert np.abs(found[behind]).mean() == pytest.approx(np.abs(spoken[behind]).mean(), rel=0.2)


# --- Whisper


def test_the_packaged_model_is_put_together_and_mended(cache: Path) -> None:
    folder = packaged_whisper(cache)
    assert {file.name for file in folder.iterdir()} >= set(FILES)
    assert fingerprint_of(None) == fingerprint_of(folder)
    (folder / "config.json").write_text("{}")
    assert packaged_whisper(cache) == folder
    assert (folder / "config.json").stat().st_size > 2


def test_another_model_that_is_none_is_named(tmp_path: Path) -> None:
    for name in FILES:
        (tmp_path / name).write_bytes(b"{}")
    with pytest.raises(ModelError, match="cannot be loaded"):
        Whisper(tmp_path, "none")
    (tmp_path / MODEL).unlink()
    with pytest.raises(ModelError, match=r"holds no model\.bin"):
        fingerprint_of(tmp_path)


def test_silence_and_music_say_nothing(whisper: Whisper) -> None:
    time_axis = np.arange(20 * RATE) / RATE
    chord = sum(np.sin(2 * np.pi * tone * time_axis) for tone in (220, 277.2, 329.6)) / 6
    music = (chord * (0.6 + 0.4 * np.sin(2 * np.pi * 2 * time_axis))).astype(np.float32)
    noise = (np.random.default_rng(5).standard_normal(20 * RATE) / 50).astype(np.float32)
    for sound in (np.zeros(20 * RATE, np.float32), music, noise):
        assert whisper.hear(sound, "en") == ([], pytest.approx(0.0, abs=1.0))


def test_words_come_in_order_with_their_seconds(whisper: Whisper) -> None:
    [(_, samples)] = pieces_of(SHORT)
    uttered, spoken = whisper.hear(samples, None)
    words = [word for each in uttered for word in each.words]
    assert {each.language for each in uttered} == {"en"}
    assert 15 < spoken < len(samples) / RATE
    assert all(0 <= word.start <= word.end <= len(samples) / RATE + 0.5 for word in words)
    assert [word.start for word in words] == sorted(word.start for word in words)
    said = " ".join(words for _, words in spoken_lines(HEARD / "short.txt"))
    assert word_errors(said, "".join(word.text for word in words)) <= 6


# --- In a process of its own


def test_it_goes_on_from_where_it_was_killed(cache: Path, tmp_path: Path) -> None:
    import wave

    [(_, samples)] = pieces_of(SHORT)
    with wave.open(str(tmp_path / "twice.wav"), "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", ""))
        out.writeframes((np.concatenate([samples, samples]) * 32_000).astype("<i2").tobytes())
    listening = Listening(cache, None, Recordings(tmp_path / "kept"))
    heard_to: list[float] = []

    def killing(seconds: float, _whole: float | None) -> None:
        heard_to.append(seconds)
        if seconds:
            for child in children():
                os.kill(child, signal.SIGKILL)

    with pytest.raises(UnreadableFile, match=r"twice\.wav: hearing it ended early .*what was heard so far is kept"):
        listening.document(tmp_path / "twice.wav", killing)
    assert listening.kept == []
    first = heard_to[-1]
    seen: list[float] = []
    data = listening.document(tmp_path / "twice.wav", lambda seconds, _: seen.append(seconds))
    # What was heard already is there at once, and is not heard again.
    assert next(second for second in seen if second) >= first
    heard = heard_in("twice.wav", data)
    assert heard.seconds == pytest.approx(2 * len(samples) / RATE, abs=0.1)
    assert read_heard("twice.wav", data).text.count("three crowns") + read_heard("", data).text.count("3 crowns") == 2
    # A third time nothing is heard at all.
    assert listening.document(tmp_path / "twice.wav", untold) == data
    assert not children()


def children() -> list[int]:
    """The processes of this one that hear."""
    found = []
    for one in psutil.Process().children():
        # One that has been killed may not be waited for yet.
        with suppress(psutil.NoSuchProcess):
            found += [one.pid] if "onrecord.rag.hearing.process" in one.cmdline() else []
    return found


def test_a_track_in_which_somebody_speaks_is_heard(cache: Path, spoken: np.ndarray, tmp_path: Path) -> None:
    file = saved(tmp_path / "film.mkv", "aac", np.zeros(5 * RATE), spoken[: 8 * RATE])
    wanted = ToHear(str(file), 0.0, None, str(packaged_whisper(cache)), "Whisper base")
    [piece] = [piece for piece in heard_apart(wanted) if piece is not None]
    assert piece.spoken > 3
    assert "Good morning" in "".join(word.text for each in piece.said for word in each.words)


@pytest.mark.skipif(not ESPEAK, reason="no espeak-ng here")
def test_an_unsure_language_is_one_of_those_that_are_known(whisper: Whisper, tmp_path: Path) -> None:
    words = "Bonjour à tous. Le nouveau port ouvrira au mois de mai, et il a coûté quarante millions de couronnes."
    said = subprocess.run([str(ESPEAK), "-v", "fr-fr", "-s", "130", "--stdout", words], capture_output=True, check=True)
    (tmp_path / "a.wav").write_bytes(said.stdout)
    [(_, samples)] = pieces_of(tmp_path / "a.wav")
    # A robot's French is taken for Latin.
    for before in (None, "fr"):
        assert {each.language for each in whisper.hear(samples, before)[0]} == {"fr"}


def test_whoever_stops_reading_ends_it(cache: Path) -> None:
    pieces = heard_apart(ToHear(str(SHORT), 0.0, None, str(packaged_whisper(cache)), "Whisper base"))
    assert next(pieces) is None
    assert children()
    pieces.close()  # type: ignore[attr-defined]
    assert not children()


def test_stopped_while_hearing_nothing_is_added(cache: Path, tmp_path: Path, small_model: Path) -> None:
    settings = Settings(library=tmp_path / "library", model=str(small_model), cache=tmp_path / "cache")
    (tmp_path / "cache").symlink_to(cache)
    copy = tmp_path / "other.ogg"
    # Other bytes: the recording itself has been heard.
    copy.write_bytes(SHORT.read_bytes() + b"\0")
    stages: list[str] = []
    with Library.open(settings=settings) as library:
        report = library.add(copy, progress=lambda now: stages.append(now.stage), stop=lambda: "hearing" in stages)
        assert report.files == ()
        assert library.briefings() == []
    assert not (tmp_path / "library" / "recordings").exists()
    assert not children()


def test_bad_ones_are_named_and_the_rest_is_added(cache: Path, tmp_path: Path, small_model: Path) -> None:
    settings = Settings(library=tmp_path / "library", model=str(small_model), cache=cache)
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.ogg").write_bytes(SHORT.read_bytes()[:40])
    written(np.zeros(22_050 * 3, "<i2"), folder / "b.wav")
    (folder / "c.ogg").write_bytes(SHORT.read_bytes())
    with Library.open(settings=settings) as library:
        one, two, three = library.add(folder).files
        assert one.message.startswith("a.ogg: this recording is damaged")
        assert two.message == "b.wav: nobody speaks in this recording. Add one in which somebody does."
        assert (three.file, three.outcome) == ("c.ogg", "added")
        [briefing] = library.briefings()
        labels = [turn.label for turn in briefing.turns]
        assert labels == (["Speaker 1", "Speaker 2", "Speaker 1"] if installed_voices() else [None] * len(labels))


# --- Five minutes, from the file to the second that is played


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[float]]:
    if not ESPEAK:
        pytest.skip("no espeak-ng here: install Debian's package espeak-ng")
    file = tmp_path_factory.mktemp("talk") / "harbour briefing.wav"
    return file, voiced(HEARD / "talk.txt", file)


@pytest.fixture(scope="module")
def served(talk: tuple[Path, list[float]], cache: Path) -> Iterator[Server]:
    file, _ = talk
    library = file.parent / "library"
    command = "from onrecord.ui.command.cli import main; main()"
    environment = {**os.environ, "ONRECORD_CACHE": str(cache)}
    done = subprocess.run(
        [sys.executable, "-c", command, "--library", str(library), "add", str(file)],
        capture_output=True,
        text=True,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    with serving(library, settings={"cache": cache}) as started:
        wait_for_model(started.address)
        yield started


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_five_minutes_are_heard_asked_cited_and_played(
    open_page: Open, served: Server, talk: tuple[Path, list[float]]
) -> None:
    lines = spoken_lines(HEARD / "talk.txt")
    place = next(place for place, (_, words) in enumerate(lines) if words.startswith("The price is fixed"))
    said = talk[1][place]
    with Library.open(served.library) as library:
        [briefing] = library.briefings()
        heard = " ".join(briefing.text[turn.start : turn.end] for turn in briefing.turns)
        whole = " ".join(words for _, words in lines)
        assert word_errors(whole, heard) <= 0.15 * len(plain(whole))
        if installed_voices():
            assert len(briefing.turns) >= 16
            assert {turn.label for turn in briefing.turns} == {"Speaker 1", "Speaker 2"}
    page = open_page(at=served)
    page.locator("#question textarea").fill("For how many years is the price fixed?")
    page.locator("#question textarea").press("Enter")
    chip = page.locator(".record.finished a.cited").first
    expect(chip).to_be_visible(timeout=60_000)
    expect(page.locator(".record.finished")).to_contain_text("The price is fixed for two years")
    expect(page.locator(".record.finished")).to_contain_text("heard by a machine")
    chip.click()
    expect(page.locator(".source-panel audio")).to_be_visible()
    player = "document.querySelector('.source-panel audio')"
    page.wait_for_function(f"Math.abs({player}.currentTime - {said}) < 1.5")
    page.evaluate(f"{player}.play()")
    page.wait_for_function(f"!{player}.paused && {player}.currentTime > {said} + 0.5")
