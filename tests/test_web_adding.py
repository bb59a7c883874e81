"""Adding on the page: files dropped anywhere, what is said meanwhile, cancelling, addresses, and who may."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from browsing import Open, remove, violations
from playwright.sync_api import Page, expect
from serving import Server, serving

from onrecord.ui.server.accounts import Account, write_account

# A file in the hand of somebody who drags it, as a browser tells the page.
_DRAG = """([selector, kind, files, type]) => {
  const held = new DataTransfer();
  for (const [name, words] of files) held.items.add(new File([words], name, { type: "text/plain" }));
  if (type === "text") held.setData("text/plain", "some words");
  const event = new DragEvent(kind, { dataTransfer: held, bubbles: true, cancelable: true });
  document.querySelector(selector).dispatchEvent(event);
  return event.defaultPrevented;
}"""
WORDS = "Ada Quill:\nThe {} regatta starts on the first of June at noon.\n"


def drag(page: Page, kind: str, *files: str, over: str = "#chat", text: bool = False) -> bool:
    """Whether the page takes what is dragged, and the browser therefore opens nothing."""
    held = [[name, WORDS.format(name)] for name in files]
    return bool(page.evaluate(_DRAG, [over, kind, held, "text" if text else "files"]))


@pytest.fixture
def added(server: Server) -> Iterator[None]:
    """Removes what a test has added."""
    address = f"{server.address}/api/briefings"
    before = {one["id"] for one in httpx.get(address).json()}
    yield
    for one in httpx.get(address).json():
        if one["id"] not in before:
            remove(server, one["id"])


@pytest.mark.usefixtures("added")
@pytest.mark.parametrize("place", ["#chat", "#source", "#question textarea"])
def test_files_dropped_anywhere_are_added(open_page: Open, place: str) -> None:
    page = open_page()
    overlay = page.locator(".drop-overlay")
    assert drag(page, "dragenter", "first.txt", over=place)
    expect(overlay).to_contain_text("Drop to add to the library")
    drag(page, "dragleave", "first.txt", over=place)
    expect(overlay).to_have_count(0)
    assert drag(page, "dragover", "first.txt", over=place)
    assert drag(page, "drop", "first.txt", "second.txt", over=place)
    report = page.locator("#library .adding")
    expect(report).to_have_text("2 briefings added", timeout=30_000)
    drag(page, "drop", "first.txt", "second.txt", over=place)
    expect(report).to_have_text("2 briefings are already in the library, nothing changed", timeout=30_000)


@pytest.mark.usefixtures("added")
def test_what_becomes_of_files_dropped_is_seen_where_the_panel_was_closed(open_page: Open) -> None:
    page = open_page()
    page.get_by_role("button", name="Show or hide the library").click()
    expect(page.get_by_role("button", name="Add briefings")).not_to_be_in_viewport()
    drag(page, "drop", "first.txt")
    expect(page.locator("#library .adding")).to_be_in_viewport()
    expect(page.locator("#library .adding")).to_have_text("1 briefing added", timeout=30_000)


def test_words_that_are_dragged_are_left_to_the_browser(open_page: Open) -> None:
    page = open_page()
    assert not drag(page, "dragenter", text=True)
    assert not drag(page, "drop", text=True)
    expect(page.locator(".drop-overlay")).to_have_count(0)


@pytest.mark.parametrize("typed", ["ftp://harbour.example/briefing.txt", "/nonsense", "two words", "https://"])
def test_what_is_no_address_is_refused_in_words(open_page: Open, typed: str) -> None:
    page = open_page()
    page.locator("#library summary", has_text="Add a web page").click()
    box = page.get_by_role("textbox", name="Address of the page")
    box.fill(typed)
    box.press("Enter")
    said = page.locator("#library .web .notice")
    expect(said).to_contain_text(f"“{typed}” is no address of a web page. Write one that begins with https://")
    expect(box).to_have_value(typed)
    expect(box).to_be_focused()
    assert violations(page) == []


def test_an_address_that_is_not_public_gets_advice_that_the_page_can_follow(open_page: Open, server: Server) -> None:
    page = open_page()
    page.locator("#library summary", has_text="Add a web page").click()
    box = page.get_by_role("textbox", name="Address of the page")
    box.fill(server.address)
    box.press("Enter")
    wrong = page.locator("#library .adding .wrong")
    expect(wrong).to_contain_text("Save the page as a file", timeout=30_000)
    expect(wrong).not_to_contain_text("--")


def test_the_interface_refuses_such_addresses_in_words(server: Server) -> None:
    reply = httpx.post(f"{server.address}/api/briefings/web", json={"url": "ftp://harbour.example/x"})
    assert reply.status_code == 422
    assert "begins with https://" in reply.json()["detail"]


@pytest.mark.usefixtures("added")
def test_progress_says_what_is_read_and_what_is_embedded(server: Server) -> None:
    files = [("files", (f"{name}.txt", WORDS.format(name) * 3)) for name in ("gull", "tern")]
    accept = {"accept": "text/event-stream"}
    reply = httpx.post(f"{server.address}/api/briefings", files=files, headers=accept, timeout=60)
    events = [block.split("\n") for block in reply.text.strip().split("\n\n")]
    assert events[0][0] == "event: started"
    told = [json.loads(data[6:]) for name, data in events if name == "event: progress"]
    assert [one["file"] for one in told if one["stage"] == "reading"][:2] == ["gull.txt", "tern.txt"]
    embedding = [one for one in told if one["stage"] == "embedding"]
    assert (embedding[0]["passages"], embedding[-1]["passages"]) == (0, embedding[-1]["read"])
    assert events[-1][0] == "event: report"


@pytest.mark.usefixtures("added")
def test_adding_is_cancelled_and_what_was_added_stays(open_page: Open, server: Server, tmp_path: Path) -> None:
    page = open_page()
    files = []
    for number in range(12):
        said = " ".join(f"The berth {number} of pier {place} is dredged at slack water." for place in range(120))
        files.append(tmp_path / f"berth-{number}.txt")
        files[-1].write_text(f"Ada Quill:\n{said}\n", encoding="utf-8")
    page.locator("#library input[type=file]").set_input_files(files)
    report = page.locator("#library .adding")
    expect(report).to_contain_text("passages", timeout=30_000)
    report.get_by_role("button", name="Cancel").click()
    expect(report.locator("progress")).to_have_count(0, timeout=30_000)
    expect(report).to_contain_text("ancelled")
    expect(report).to_be_focused()
    kept = [one["id"] for one in httpx.get(f"{server.address}/api/briefings").json() if "berth" in one["file"]]
    assert len(kept) < len(files)
    # Nothing is half there, and the rest can be added after all.
    for briefing in kept:
        assert httpx.get(f"{server.address}/api/briefings/{briefing}/passages").json()


def test_readers_see_no_button_that_changes_the_library(open_page: Open, tmp_path: Path, small_model: Path) -> None:
    write_account(tmp_path / "accounts", Account.of("ivo", "reader", "quiet harbour light"))
    library = tmp_path / "library"
    with serving(library, "--auth-file", str(tmp_path / "accounts"), settings={"model": small_model}) as closed:
        page = open_page(at=closed, http_credentials={"username": "ivo", "password": "quiet harbour light"})
        expect(page.locator("#chat .welcome")).to_contain_text("Those who may edit add briefings")
        expect(page.locator("#library .briefings")).to_contain_text("Those who may edit add briefings")
        expect(page.get_by_role("button", name="Add briefings")).to_have_count(0)
        expect(page.get_by_role("button", name="Add the sample briefings")).to_have_count(0)
        assert drag(page, "dragenter", "first.txt")
        expect(page.locator(".drop-overlay")).to_contain_text("Your account can ask and read")
        drag(page, "drop", "first.txt")
        expect(page.locator("#library .adding")).to_have_count(0)
        assert httpx.get(f"{closed.address}/api/status", auth=("ivo", "quiet harbour light")).json()["briefings"] == 0
