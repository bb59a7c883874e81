"""A visitor of the page in a real browser, from whom nothing may leave this machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

import httpx
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright
from serving import Server, wait_for_model

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
DESKTOP = {"width": 1360, "height": 860}
PHONE = {"width": 390, "height": 844}
QUESTION = "Where does the Selkie cable run?"
ABSENT = "What is the recipe for lemon cake?"


class Open(Protocol):
    """Opens the page as a new visitor, or as one given, of the samples' server or of another one."""

    def __call__(
        self, path: str = "/", *, visitor: BrowserContext | None = None, at: Server | None = None, **options: Any
    ) -> Page: ...


@contextmanager
def running_browser() -> Iterator[Browser]:
    """Chromium until the block ends."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def visits(browser: Browser, server: Server) -> Iterator[Open]:
    """Opens pages until the block ends; fails for a script error, a dialog, or a request elsewhere."""
    wait_for_model(server.address)
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def opened(
        path: str = "/", *, visitor: BrowserContext | None = None, at: Server | None = None, **options: Any
    ) -> Page:
        address = (at or server).address
        if visitor is None:
            visitor = browser.new_context(**{"viewport": DESKTOP, "locale": "en-GB", **options})
            contexts.append(visitor)
        page = visitor.new_page()
        page.on("pageerror", lambda error: wrong.append(f"script error: {error}"))
        page.on("dialog", lambda dialog: wrong.append(f"a dialog: {dialog.message}"))
        page.on("request", lambda request: wrong.extend(elsewhere(request.url, address)))
        page.goto(address + path)
        if path.startswith(("/?", "/#")) or path == "/":
            expect(page.locator(".page-head")).to_be_visible(timeout=30_000)
            expect(page.locator("#library input.find")).to_be_attached(timeout=30_000)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


def elsewhere(url: str, address: str) -> list[str]:
    """The address of a request that leaves this server."""
    return [] if url.startswith((address, "data:", "blob:")) else [f"a request to {url}"]


def ask(page: Page, question: str) -> None:
    """Ask and wait for the whole answer."""
    before = page.locator(".asked").count()
    page.locator("#question textarea").fill(question)
    expect(page.locator("#question .submit-button")).to_be_visible()
    page.locator("#question textarea").press("Enter")
    expect(page.locator(".asked")).to_have_count(before + 1, timeout=30_000)
    wait_for_answer(page)


def wait_for_answer(page: Page) -> None:
    """Wait until the last question has its whole answer."""
    expect(page.locator(".message-row").last.locator(".record.finished, .failed")).to_be_visible(timeout=60_000)
    page.wait_for_function("document.getElementById('announcement')?.textContent")


def cited_slice(server: Server, chip: Locator) -> str:
    """What stands in the briefing where a chip points."""
    address = urlsplit(chip.get_attribute("href"))
    query = parse_qs(str(address.query))
    text = httpx.get(f"{server.address}/api/{address.path!s}").json()["text"]
    return str(text[int(query["start"][0]) : int(query["end"][0])])


def expect_marked(page: Page, words: str) -> None:
    """Wait until these words, and no others, are highlighted in the source."""
    page.wait_for_function("words => document.querySelector('.source-panel mark')?.textContent === words", arg=words)


def upload(server: Server, name: str, words: str) -> str:
    """Add a briefing; its id."""
    added = httpx.post(f"{server.address}/api/briefings", files={"files": (name, words)}, timeout=60).json()
    return str(added["files"][0]["briefing_id"])


def remove(server: Server, briefing_id: str) -> None:
    """Remove a briefing."""
    httpx.delete(f"{server.address}/api/briefings/{briefing_id}").raise_for_status()


def violations(page: Page, *, every: bool = False) -> list[str]:
    """Serious violations of axe-core's rules, or every one, a line each."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['html'][:150]} {node['failureSummary'][:200]}"
        for one in found
        if every or one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]
