"""The whole work of a reporter with the keyboard alone: nothing here is clicked, filled or focused by a script."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
from browsing import Open, remove
from playwright.sync_api import Page, expect
from serving import Server

# Invented.
TOLL = (
    "Ada Quill (Post): What will the harbour toll be from June?\n\n"
    "Minister Ivo Stern: The harbour toll will be eleven crowns from June.\n\n"
    "Ada Quill (Post): And who has decided that?\n\n"
    "Minister Ivo Stern: The council of the port has.\n"
)
_FOCUSED = """() => {
  const one = document.activeElement;
  const name = one.getAttribute("aria-label") || one.labels?.[0]?.textContent || one.textContent;
  return name.trim().replace(/\\s+/g, " ");
}"""
# More than there is to be reached on a page of the samples.
_MOST_STOPS = 150


def reach(page: Page, name: str, *, key: str = "Tab") -> None:
    """Press a key until what has the focus is called so."""
    passed = []
    for _ in range(_MOST_STOPS):
        page.keyboard.press(key)
        passed.append(str(page.evaluate(_FOCUSED)))
        if re.search(name, passed[-1]):
            return
    raise AssertionError(f"{name} is not reached: {passed}")


def press(page: Page, name: str, *, key: str = "Tab") -> None:
    """Reach a link or button and press it."""
    reach(page, name, key=key)
    page.keyboard.press("Enter")


def test_adding_limiting_asking_reading_pinning_checking_and_comparing(
    open_page: Open, server: Server, tmp_path: Path
) -> None:
    (tmp_path / "toll.txt").write_text(TOLL, encoding="utf-8")
    page = open_page()
    page.evaluate("document.activeElement.blur()")
    with page.expect_file_chooser() as choosing:
        press(page, "^Add briefings$")
    choosing.value.set_files(tmp_path / "toll.txt")
    expect(page.locator("#library .adding")).to_contain_text("1 briefing added", timeout=90_000)
    expect(page.locator("#library .briefings")).to_contain_text("toll")
    toll = next(one["id"] for one in httpx.get(f"{server.address}/api/briefings").json() if one["file"] == "toll.txt")

    press(page, "^Limit the search$", key="Shift+Tab")
    press(page, "^Speaker$")
    reach(page, "^Find in this list: Speaker$")
    page.keyboard.type("ivo st")
    reach(page, "^Ivo Stern$")
    page.keyboard.press("Space")
    expect(page.locator("#limits .limit")).to_have_text(["Ivo Stern×"])

    reach(page, "^Your question$")
    page.keyboard.type("What will the harbour toll be?")
    page.keyboard.press("Enter")
    expect(page.locator(".record.finished")).to_contain_text("eleven crowns", timeout=60_000)

    press(page, r"^Pin \[1\]$", key="Shift+Tab")
    expect(page.locator("#announcement")).to_have_text("Pinned")
    press(page, r"^Source \[1\]$", key="Shift+Tab")
    expect(page.locator(".source-panel mark")).to_contain_text("eleven crowns")
    reach(page, "^Read the whole briefing$")
    page.keyboard.press("Escape")
    expect(page.locator("a.cite").first).to_be_focused()

    press(page, "^Pinboard$", key="Shift+Tab")
    page.wait_for_url("**/desk/pins*")
    expect(page.locator(".pin-item")).to_contain_text("eleven crowns")
    reach(page, "^Note on quote 1$")
    page.keyboard.type("Ask the minister.")
    page.keyboard.press("Tab")
    expect(page.locator("#announcement")).to_have_text("Note saved")

    press(page, "^Check quotes$", key="Shift+Tab")
    page.wait_for_url("**/check*")
    reach(page, "^Text to check$")
    page.keyboard.type("“The harbour toll will be twelve crowns from June,” said Ivo Stern.")
    press(page, "^Check$")
    expect(page.locator(".finding .verdict")).to_have_text("altered", timeout=30_000)

    press(page, "^Side by side$", key="Shift+Tab")
    page.wait_for_url("**/desk/compare*")
    expect(page.locator("#first option").nth(1)).to_be_attached()
    for name, begins in (("^First briefing", "26 June 2025"), ("^Second briefing", "13 February 2025")):
        reach(page, name)
        page.keyboard.type(begins)
    press(page, "^Compare$")
    expect(page.locator("#compared")).to_contain_text("sentences looked at", timeout=60_000)
    remove(server, toll)
