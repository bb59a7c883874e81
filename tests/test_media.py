"""Timecodes wherever words have them, and a recording that lies beside a transcript."""

from __future__ import annotations

import math
import re
import wave
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from browsing import Open
from playwright.sync_api import expect
from serving import Server, serving, wait_for_model

from onrecord.rag import Library, Settings, timecode
from onrecord.rag.recordings import recording_beside
from onrecord.ui.command.terminal import render_briefing, render_hits
from onrecord.ui.page.text import printed_place

# Invented; nobody of this name speaks anywhere.
WORDS = """WEBVTT

00:00:01.000 --> 00:00:03.000
<v Ada Quill>Minister, when does the harbour wall open?

00:00:04.500 --> 00:00:07.000
<v Ivo Stern>The harbour wall opens to walkers on the ninth of May.
"""


def record(file: Path, seconds: int = 8) -> None:
    """A recording of a quiet tone."""
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8000)
        sound.writeframes(bytes(128 + int(20 * math.sin(place / 8)) for place in range(8000 * seconds)))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A transcript with its recording."""
    made = tmp_path_factory.mktemp("media")
    (made / "wall.vtt").write_text(WORDS, encoding="utf-8")
    record(made / "wall.wav")
    return made


@pytest.fixture(scope="module")
def played(folder: Path, small_model: Path) -> Iterator[Server]:
    """A server of a library with that transcript, which was added as a folder."""
    chosen = Settings(library=folder.parent / f"{folder.name}-library", model=str(small_model))
    with Library.open(settings=chosen) as library:
        report = library.add(folder)
        # The recording is no file to be added, and none that failed.
        assert [(one.file, one.outcome) for one in report.files] == [("wall.vtt", "added")]
    with serving(chosen.library, settings={"model": chosen.model}) as started:
        wait_for_model(started.address)
        yield started


def test_a_second_is_shown_as_hours_minutes_and_seconds() -> None:
    assert [timecode(second) for second in (0, 4.5, 61, 3725.9)] == ["0:00:00", "0:00:04", "0:01:01", "1:02:05"]
    assert printed_place(3, 4, "en", 61) == "p. 3, l. 4, at 0:01:01"
    assert printed_place(None, None, "fr", 61) == "à 0:01:01"
    assert printed_place(None, None, "en") == ""


def test_lists_of_the_terminal_give_timecodes(small_library: Library, folder: Path) -> None:
    small_library.add(folder / "wall.vtt")
    [briefing] = small_library.briefings()
    assert "[answer] Ivo Stern, 0:00:04" in render_briefing(briefing, "en")
    assert re.search(r"1\. Ivo Stern, 0:00:0[14]  ", render_hits(small_library.search("harbour wall"), "en"))


def test_only_what_lies_beside_the_very_transcript_is_its_recording(small_library: Library, tmp_path: Path) -> None:
    file = tmp_path / "wall.en.vtt"
    file.write_text(WORDS, encoding="utf-8")
    small_library.add(file)
    [briefing] = small_library.briefings()
    assert recording_beside(briefing) is None

    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    (tmp_path / "wall.mp3").symlink_to(tmp_path / "secret.txt")
    assert recording_beside(briefing) is None

    record(tmp_path / "wall.WAV", 1)
    found = small_library.recording(briefing.id)
    assert found is not None
    assert (found.path.name, found.media_type) == ("wall.WAV", "audio/wav")

    # An upload can name any file; nothing of this machine is played for it.
    for source in (
        "wall.en.vtt",
        "../wall.en.vtt",
        "https://elsewhere.example/wall.en.vtt",
        str(tmp_path / "secret.txt"),
    ):
        assert recording_beside(replace(briefing, source=source)) is None
    file.write_text(WORDS + "\n", encoding="utf-8")
    assert recording_beside(briefing) is None
    file.unlink()
    assert recording_beside(briefing) is None


def test_a_part_of_the_recording_is_served(played: Server, folder: Path) -> None:
    [briefing] = httpx.get(f"{played.address}/api/briefings").json()
    address = f"{played.address}/api/briefings/{briefing['id']}/recording"
    whole = (folder / "wall.wav").read_bytes()
    part = httpx.get(address, headers={"range": "bytes=100-199"})
    assert (part.status_code, part.content) == (206, whole[100:200])
    assert part.headers["content-type"] == "audio/wav"
    assert httpx.get(address).content == whole
    for other in ("nothing", "%2e%2e", briefing["id"] + "/..%2fwall.wav"):
        assert httpx.get(f"{played.address}/api/briefings/{other}/recording").status_code == 404


def test_the_reader_plays_from_the_words(open_page: Open, played: Server) -> None:
    [briefing] = httpx.get(f"{played.address}/api/briefings").json()
    text = httpx.get(f"{played.address}/api/briefings/{briefing['id']}").json()["text"]
    start = text.index("The harbour wall opens")
    page = open_page(f"/briefings/{briefing['id']}?start={start}&end={start + 20}", at=played)
    page.wait_for_function("Math.abs(document.querySelector('audio').currentTime - 4.5) < 0.01")
    page.get_by_role("button", name="Play from 0:00:01").click()
    page.wait_for_function("(audio => !audio.paused && audio.currentTime >= 1 && audio.currentTime < 4)"
                           "(document.querySelector('audio'))")  # fmt: skip


def test_a_source_plays_from_its_words(open_page: Open, played: Server) -> None:
    page = open_page(at=played)
    page.locator("#question textarea").fill("What did Ivo Stern say?")
    page.locator("#question textarea").press("Enter")
    chip = page.locator(".record.finished a.cited, .record.finished a.near").first
    expect(chip).to_be_visible(timeout=60_000)
    chip.click()
    player = page.locator(".source-panel audio")
    expect(player).to_be_visible()
    page.wait_for_function("document.querySelector('.source-panel audio').currentTime >= 1")
    expect(page.locator(".source-about")).to_contain_text(re.compile(r"at 0:00:0[14]"))
