"""Take the pictures of docs/tour.md and the README: the samples in a library of their own, a real server, chromium.

Run from the project's root after `make test` has installed what it needs:

    .venv/bin/python docs/take_screenshots.py
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from serving import serving, wait_for_model  # noqa: E402

from onrecord.rag import Library  # noqa: E402

IMAGES = ROOT / "docs" / "images"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


ARTICLE = (
    "Ostmere will have another ship after all. “The Cabinet decided yesterday to order a fifth ferry, for 98 million "
    "crowns,” the minister said in June. Three months before, she had sounded different: “There will be no fifth "
    "ferry, not in this agreement and not in this parliament.”"
)


class Photographer:
    """Visits a server and takes pictures of it."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser = browser
        self._address = address

    def opened(self, path: str = "/", **context: Any) -> Page:
        """A page as a new visitor sees it."""
        page = self._browser.new_context(**{"viewport": DESKTOP, "locale": "en-GB", **context}).new_page()
        page.goto(self._address + path)
        if path == "/":
            expect(page.locator(".page-head")).to_be_visible(timeout=60_000)
        return page

    def take(self, page: Page, name: str) -> None:
        """Take a picture once nothing moves any more, and close the page."""
        page.wait_for_timeout(1000)
        page.screenshot(path=IMAGES / name)
        page.context.close()

    def answer(self, name: str, question: str, *, cite: bool = False, **context: Any) -> None:
        """A picture of an answer with what is suggested next, and of a source beside it where `cite`."""
        page = self.opened(**context)
        ask(page, question)
        expect(page.locator("button.suggestion").first).to_be_visible(timeout=60_000)
        if cite:
            page.locator("a.cite").first.click()
            expect(page.locator(".source-panel mark")).to_be_visible()
        self.take(page, name)


def ask(page: Page, question: str) -> None:
    """Ask, and wait for the finished answer."""
    page.locator("#question textarea").fill(question)
    page.locator("#question textarea").press("Enter")
    expect(page.locator(".message-row").last.locator(".record.finished, .failed")).to_be_visible(timeout=60_000)


def main() -> None:
    """Take all pictures."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        library, empty = Path(folder) / "library", Path(folder) / "empty"
        with Library.open(library) as opened:
            opened.add(ROOT / "samples")
            ids = {summary.file: summary.id for summary in opened.summaries()}
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        with serving(library) as server:
            wait_for_model(server.address)
            camera = Photographer(browser, server.address)
            take_pictures(camera)
            take_desk(camera, ids)
        with serving(empty) as server:
            wait_for_model(server.address)
            camera = Photographer(browser, server.address)
            page = camera.opened()
            expect(page.locator(".beginnings")).to_be_visible(timeout=60_000)
            expect(page.locator("#chat .welcome")).to_contain_text("empty")
            camera.take(page, "empty.png")
        browser.close()


def take_pictures(camera: Photographer) -> None:
    """The pictures of a library with the samples in it."""
    camera.answer("answer.png", "What does a resident of Skerrin pay for a return ticket?", cite=True)
    french = "Sur quelle distance le cargo a-t-il traîné son ancre ?"
    camera.answer("french.png", french, cite=True, locale="fr-FR")
    camera.answer("absent.png", "What is the recipe for lemon cake?", color_scheme="dark")
    camera.answer("phone.png", "Will there be a fifth ferry?", viewport=PHONE)
    camera.answer("overview.png", "What was discussed in “Remarks and questions and answers”?")
    page = camera.opened()
    ask(page, "Will there be a fifth ferry?")
    page.goto(str(page.locator("a.cite").first.evaluate("chip => chip.href")))
    expect(page.locator("mark").first).to_be_visible()
    camera.take(page, "reader.png")
    page = camera.opened()
    limit_and_collect(page)
    camera.take(page, "limits.png")
    page = camera.opened("/check")
    page.locator("#article").fill(ARTICLE)
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".finding").first).to_be_visible(timeout=60_000)
    camera.take(page, "check.png")


def limit_and_collect(page: Page) -> None:
    """Make a collection, look into it, and limit the search to a language."""
    boxes = page.locator("#library .briefings").get_by_role("checkbox")
    for place in (0, 2):
        boxes.nth(place).check()
    page.get_by_role("button", name="Put 2 ticked briefings into a collection").click()
    page.get_by_role("textbox", name="Name of the collection").fill("Islands and ferries")
    page.keyboard.press("Enter")
    collection = page.locator("#library .collections")
    expect(collection.get_by_role("checkbox")).to_be_checked()
    collection.locator("summary", has_text="2 briefings").click()
    page.locator("#library summary", has_text="Limit the search").click()
    for name in ("Kind of speech", "Language"):
        page.locator("#library .choices-of summary", has_text=name).click()
    page.get_by_role("checkbox", name="question", exact=True).check()
    expect(page.locator("#library .tally").first).not_to_be_empty()
    page.locator("#library .sidebar-content").evaluate("room => room.scrollTo(0, 0)")


def take_desk(camera: Photographer, ids: Mapping[str, str]) -> None:
    """The pictures of what a reporter works with beside the chat; `ids` are those of the samples, by file."""
    page = camera.opened()
    ask(page, "Will there be a fifth ferry?")
    for pin in page.locator(".quote button.pin").all():
        pin.click()
        expect(pin).to_have_text("Pinned")
    page.goto(f"{page.url.split('?')[0]}desk/pins")
    expect(page.locator(".pin-item").first).to_be_visible()
    camera.take(page, "pins.png")
    page = camera.opened("/desk/open")
    expect(page.locator(".outcome").first).to_be_visible(timeout=120_000)
    expect(page.get_by_role("button", name="Stop reading")).to_be_hidden(timeout=120_000)
    camera.take(page, "open.png")
    page = camera.opened(f"/briefings/{ids['alliance-cable-2025-06-26.txt']}/card")
    expect(page.get_by_text("replies are being read")).to_have_count(0, timeout=120_000)
    camera.take(page, "card.png")
    first, second = ids["ostmere-transport-briefing-2025-03-11.md"], ids["ostmere-barrier-ferries-2025-06-17.html"]
    page = camera.opened(f"/desk/compare?first={first}&second={second}")
    expect(page.locator(".beside").first).to_be_visible(timeout=60_000)
    camera.take(page, "compare.png")


if __name__ == "__main__":
    main()
