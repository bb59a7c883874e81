"""A recording by its address or path, kept with a briefing as a correction: played, linked to, exported, undone."""

from __future__ import annotations

import csv
import io
import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from browsing import Open, remove, upload, violations
from playwright.sync_api import expect
from serving import Server

from onrecord.rag import (
    Briefing,
    Citation,
    InvalidRequest,
    Library,
    PinnedQuote,
    Settings,
    export,
    export_pins,
    media_at,
)
from onrecord.ui.command import cli

# Invented, as all names in these tests.
WORDS = """WEBVTT

00:00:01.000 --> 00:00:04.000
<v Tom Ashby>When will the new harbour wall be opened to ships?

00:00:04.500 --> 00:00:09.000
<v Ivo Stern>The harbour wall opens on the ninth of May, and ships of every size may use it.
"""
ADDRESS = "https://talks.example/wall.mp3?of=May"


@pytest.fixture
def wall(small_library: Library, tmp_path: Path) -> Briefing:
    (tmp_path / "wall.vtt").write_text(WORDS, encoding="utf-8")
    small_library.add(tmp_path / "wall.vtt")
    [briefing] = small_library.briefings()
    return briefing


def reply(library: Library, briefing: Briefing) -> Citation:
    start = briefing.text.index("The harbour wall opens")
    return library.quote(briefing.id, start, start + 22)


def test_an_address_is_linked_to_at_the_second_and_undone(small_library: Library, wall: Briefing) -> None:
    [made] = small_library.correct(wall.id, media=ADDRESS)
    assert (made.of, made.value, made.before) == ("media", ADDRESS, None)
    told = small_library.briefing(wall.id)
    assert (told.media, media_at(told)) == (ADDRESS, ADDRESS)
    assert reply(small_library, told).media == f"{ADDRESS}#t=4"
    assert small_library.recording(wall.id) is None
    small_library.correct(wall.id, title="On the wall", media="https://talks.example/#t=90")
    assert reply(small_library, small_library.briefing(wall.id)).media == "https://talks.example/#t=4"
    small_library.correct(wall.id, media="https://talks.example/#/wall")
    assert reply(small_library, small_library.briefing(wall.id)).media == "https://talks.example/#/wall"
    assert small_library.verify() == []
    for correction in small_library.corrections(wall.id):
        small_library.undo(wall.id, correction.number)
    assert small_library.briefing(wall.id) == wall
    assert reply(small_library, wall).media is None


@pytest.mark.parametrize(
    "place", ["ftp://talks.example/wall.mp3", "javascript:alert(1)", "/etc/wall.mp3", "http://", 'https://a.example/">']
)
def test_what_is_no_address_is_refused_in_one_line(small_library: Library, wall: Briefing, place: str) -> None:
    with pytest.raises(InvalidRequest, match=r"cannot be used\. Give an address") as refused:
        small_library.correct(wall.id, media=place)
    assert "\n" not in str(refused.value)
    assert small_library.corrections(wall.id) == ()


def test_a_path_is_played_for_as_long_as_a_recording_lies_there(
    small_library: Library, wall: Briefing, tmp_path: Path
) -> None:
    file = tmp_path / "elsewhere.MP3"
    with pytest.raises(InvalidRequest, match="no recording on this machine"):
        small_library.correct(wall.id, media=file)
    file.write_bytes(b"sound")
    small_library.correct(wall.id, media=file)
    found = small_library.recording(wall.id)
    assert found is not None
    assert (found.path, found.media_type) == (file, "audio/mpeg")
    # It is no address: nobody is led to it.
    assert reply(small_library, small_library.briefing(wall.id)).media is None
    file.unlink()
    (tmp_path / "secret").write_bytes(b"secret")
    file.symlink_to(tmp_path / "secret")
    assert small_library.recording(wall.id) is None
    with pytest.raises(InvalidRequest, match="no recording"):
        small_library.correct(wall.id, media=tmp_path / "secret")


def test_a_newer_version_keeps_it(small_library: Library, wall: Briefing, tmp_path: Path) -> None:
    small_library.correct(wall.id, media=ADDRESS)
    (tmp_path / "wall.vtt").write_text(
        WORDS + "\n00:01:00.000 --> 00:01:02.000\n<v Tom Ashby>Thanks.\n", encoding="utf-8"
    )
    [added] = small_library.add(tmp_path / "wall.vtt").files
    assert added.outcome == "new version"
    assert added.briefing_id is not None
    assert small_library.briefing(added.briefing_id).media == ADDRESS


def test_the_command_line_adds_and_corrects(
    small_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ONRECORD_MODEL", str(small_settings.model))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["onrecord", "--library", str(small_settings.library), *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return int(ended.value.code or 0), *capsys.readouterr()

    (tmp_path / "wall.vtt").write_text(WORDS, encoding="utf-8")
    (tmp_path / "wall2.mp3").write_bytes(b"sound")
    code, _, said = run("add", str(tmp_path / "wall.vtt"), "--media", "ftp://talks.example/wall.mp3")
    assert (code, said.count("\n")) == (1, 1)
    assert "cannot be used" in said
    for _ in range(2):
        assert run("add", str(tmp_path / "wall.vtt"), "--media", ADDRESS)[0] == 0
    [briefing] = json.loads(run("list", "--json")[1])["briefings"]
    made = json.loads(run("correct", briefing["id"], "--json")[1])["corrections"]
    assert [(one["of"], one["value"]) for one in made] == [("media", ADDRESS)]
    assert run("correct", briefing["id"], "--media", str(tmp_path / "wall2.mp3"))[0] == 0
    assert f"“{tmp_path / 'wall2.mp3'}”" in run("correct", briefing["id"])[1]
    assert run("add", str(tmp_path), "--media", ADDRESS)[0] == 1


def test_exports_carry_the_link(small_library: Library, wall: Briefing) -> None:
    small_library.correct(wall.id, media=ADDRESS)
    answer = small_library.ask("When does the harbour wall open?")
    assert {one.media for one in answer.citations} <= {f"{ADDRESS}#t=1", f"{ADDRESS}#t=4"}
    told = {wall.id: small_library.briefing(wall.id)}
    cited = reply(small_library, told[wall.id])
    pins = [PinnedQuote(cited, wall.sha256)]
    link = f"{ADDRESS}#t=4"
    for text in (export(answer, "markdown", told), export_pins("Wall", pins, "markdown")):
        assert f"[Recording](<{ADDRESS}#t=" in text
    for text in (export(answer, "html", told), export_pins("Wall", pins, "html")):
        assert f'<a href="{ADDRESS}#t=' in text
    [row] = csv.DictReader(io.StringIO(export_pins("Wall", pins, "csv").removeprefix("\ufeff")))
    assert (row["timecode"], row["recording"]) == ("0:00:04", link)
    with zipfile.ZipFile(io.BytesIO(export_pins("Wall", pins, "docx"))) as packed:
        assert link in packed.read("word/_rels/document.xml.rels").decode()


@pytest.fixture
def linked(server: Server) -> Iterator[str]:
    added = upload(server, "wall.vtt", WORDS)
    yield added
    remove(server, added)


def test_the_page_takes_an_address_and_links_to_it(open_page: Open, server: Server, linked: str) -> None:
    path = f"{server.address}/api/briefings/{linked}/corrections"
    refused = httpx.post(path, json={"media": "/etc/passwd"})
    assert (refused.status_code, "cannot be used" in refused.text) == (422, True)
    page = open_page(f"/briefings/{linked}/correct")
    page.get_by_label("Recording (address)").fill(ADDRESS)
    page.get_by_label("Recording (address)").press("Enter")
    expect(page.locator(".corrections li")).to_contain_text(f"Recording: “{ADDRESS}” added")
    assert violations(page) == []
    page = open_page(f"/briefings/{linked}")
    expect(page.get_by_role("link", name="Recording", exact=True)).to_have_attribute("href", ADDRESS)
    expect(page.get_by_role("link", name="Recording at 0:00:04")).to_have_attribute("href", f"{ADDRESS}#t=4")
    assert violations(page) == []
    page = open_page(f"/briefings/{linked}/card")
    expect(page.get_by_role("link", name="Recording at 0:00:04").first).to_be_visible()
    expect(page.get_by_role("link", name="Recording at 0:00:01").first).to_be_visible()
    text = httpx.get(f"{server.address}/api/briefings/{linked}").json()["text"]
    start = text.index("The harbour wall opens")
    page = open_page(f"/?briefing={linked}&start={start}&end={start + 22}")
    link = page.locator(".source-panel").get_by_role("link", name="Recording at 0:00:04")
    expect(link).to_have_attribute("href", f"{ADDRESS}#t=4")
