"""The list of questions left open, in a real browser, and its part of the API."""

from __future__ import annotations

import re
import unicodedata

import httpx
import pytest
from browsing import DESKTOP, PHONE, Open, violations
from playwright.sync_api import Page, expect
from serving import Server

ALL_READ = re.compile(r"from the 7 of 7 briefings")


def wait_until_read(page: Page) -> None:
    expect(page.locator("#count")).to_contain_text(ALL_READ, timeout=90_000)
    expect(page.locator("#reading")).to_be_empty()


def test_what_was_left_open_is_read_listed_and_filtered(open_page: Open, server: Server) -> None:
    page = open_page()
    page.get_by_role("link", name="Left open").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Left open")
    wait_until_read(page)
    items = page.locator(".open-question")
    found = httpx.get(f"{server.address}/api/open").json()
    assert items.count() == len(found["questions"]) > 3
    # Every sentence is its slice, and each question has its badge.
    for one in found["questions"]:
        for citation in filter(None, (one["asked"], one["reply"])):
            text = httpx.get(f"{server.address}/api/briefings/{citation['briefing_id']}").json()["text"]
            assert text[citation["start"] : citation["end"]] == citation["quote"]
    expect(items.first.locator(".outcome")).to_be_visible()
    page.get_by_label("Words in question or reply").fill("crews fuel")
    expect(items).to_have_count(1)
    expect(items.first).to_contain_text("Who pays for the fuel and the crews?")
    expect(items.first).to_contain_text("Ingrid Halvorsen")
    assert "subject=crews+fuel" in page.url
    # The address holds what is wanted.
    page.reload()
    expect(items).to_have_count(1)
    page.get_by_role("button", name="Clear").click()
    expect(items).to_have_count(len(found["questions"]))
    page.get_by_label("Who left it open").select_option("Maren Tolliver")
    expect(items.first).to_contain_text("Maren Tolliver")
    assert all("Maren Tolliver" in text for text in items.all_text_contents())
    theirs = items.count()
    page.get_by_label("Show those of which it is unclear").check()
    expect(page.locator(".outcome.unclear").first).to_be_visible()
    assert items.count() > theirs
    items.first.locator("blockquote a").first.click()
    expect(page.locator("mark").first).to_be_visible()


def test_the_order_is_chosen_and_exports_hold_what_is_shown(open_page: Open, server: Server) -> None:
    page = open_page("/desk/open")
    wait_until_read(page)
    page.get_by_label("Order").select_option("By outlet")
    expect(page).to_have_url(re.compile("order=outlet"))
    heads = page.locator(".open-question h2").all_text_contents()
    outlets = [match[1] for head in heads if (match := re.search(r"\(([^)]*)\)$", head))]
    assert outlets == sorted(outlets, key=lambda name: unicodedata.normalize("NFD", name).casefold())
    page.get_by_label("Asked by (outlet)").select_option("Télé-Corvanne")
    expect(page.locator(".open-question h2", has_not_text="Télé-Corvanne")).to_have_count(0)
    with page.expect_download() as saved:
        page.get_by_role("link", name="Table (CSV)").click()
    table = saved.value.path().read_text(encoding="utf-8-sig")
    assert table.count('"left_open"') + table.count('"no_reply"') == page.locator(".open-question").count()
    for format, kind in (("markdown", "text/markdown"), ("docx", "openxmlformats")):
        file = httpx.get(f"{server.address}/api/open/export", params={"format": format, "labels": "fr"})
        assert kind in file.headers["content-type"]
        assert "attachment" in file.headers["content-disposition"]
    assert httpx.get(f"{server.address}/api/open?since=spring").status_code == 422
    assert httpx.get(f"{server.address}/api/open?nonsense=1").status_code == 422


@pytest.mark.parametrize(
    ("size", "scheme"),
    [(DESKTOP, "light"), (PHONE, "dark"), ({"width": 844, "height": 390}, "light"),
     ({"width": 320, "height": 600}, "dark")],
    ids=["desktop", "phone", "side", "zoomed"],
)  # fmt: skip
def test_the_list_is_accessible_and_fits(open_page: Open, size: dict[str, int], scheme: str) -> None:
    page = open_page("/desk/open?unclear=true", viewport=size, color_scheme=scheme)
    wait_until_read(page)
    assert violations(page) == []
    assert page.evaluate("document.scrollingElement.scrollWidth") <= size["width"]


def test_reading_is_stopped_and_gone_on_with(open_page: Open, server: Server) -> None:
    page = open_page("/desk/open")
    wait_until_read(page)
    turns = "".join(
        f"Ada Quill, Coast Radio\nWhat will pier number {number} cost the town?\n\n"
        f"Harbour Minister Ivo Stern\nPier number {number} will cost {number} crowns.\n\n"
        for number in range(1, 150)
    )
    name, words = "piers.txt", f"Pier briefing\n3 March 2032\n\n{turns}"
    added = httpx.post(f"{server.address}/api/briefings", files={"files": (name, words)}, timeout=120).json()
    briefing_id = added["files"][0]["briefing_id"]
    try:
        page.reload()
        page.get_by_role("button", name="Stop reading").click()
        again = page.get_by_role("button", name="Read on")
        expect(again).to_be_focused()
        expect(page.locator("#reading")).to_contain_text("Stopped: 7 of 8 read.")
        # A question is answered while replies are read.
        again.click()
        asked = {"question": "Where does the Selkie cable run?"}
        assert httpx.post(f"{server.address}/api/ask", json=asked, timeout=60).json()["status"] == "answered"
        page.get_by_role("button", name="Stop reading").click()
        expect(again).to_be_visible()
    finally:
        httpx.delete(f"{server.address}/api/briefings/{briefing_id}").raise_for_status()
