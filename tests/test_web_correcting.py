"""Correcting a briefing in a real browser: what is said of it, who speaks, undone, by the keyboard, on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from browsing import PHONE, Open, remove, upload, violations
from playwright.sync_api import Page, expect
from serving import Server

TEXT = """Quay briefing
4 March 2031

MS. DOE: Good morning. The new quay will open in May, and it cost forty million crowns.

UNIDENTIFIED MALE: Who paid for the quay, and who will pay for the new lighthouse there?

MS. DOE: The port authority paid for the quay, from its own reserves of the last nine years.

UNIDENTIFIED MALE: Thank you, and when will the council vote about that lighthouse?
"""


@pytest.fixture
def briefing(server: Server) -> Iterator[str]:
    added = upload(server, "quay.txt", TEXT)
    yield added
    remove(server, added)


def corrections(page: Page) -> list[str]:
    return page.locator(".corrections li > :first-child").all_text_contents()


def test_title_and_date_are_corrected_and_undone(open_page: Open, server: Server, briefing: str) -> None:
    page = open_page(f"/briefings/{briefing}")
    page.get_by_role("link", name="Correct this briefing").click()
    expect(page.locator(".corrections")).to_contain_text("Nothing has been corrected.")
    facts = page.locator("form", has_text="The briefing")
    expect(facts.get_by_label("Date")).to_have_value("2031-03-04")
    facts.get_by_label("Title").fill("On the quay")
    facts.get_by_label("Date").fill("2031-03-05")
    facts.get_by_label("Date").press("Enter")
    expect(page.locator(".corrections li")).to_have_count(2)
    expect(page.locator("#corrected-title")).to_have_text("On the quay")
    expect(page.locator("#announcement")).to_have_text("Corrected.")
    assert corrections(page) == [
        "Title: “Quay briefing” is now “On the quay”",
        "Date: “2031-03-04” is now “2031-03-05”",
    ]
    page.get_by_role("button", name="Undo: Title").press("Enter")
    expect(page.locator(".corrections li")).to_have_count(1)
    expect(page.locator("#corrected-title")).to_have_text("Quay briefing")
    expect(page.get_by_role("heading", name="Corrections made")).to_be_focused()
    found = httpx.get(f"{server.address}/api/briefings/{briefing}").json()
    assert (found["title"], found["date"], found["text"]) == ("Quay briefing", "2031-03-05", TEXT)


def test_a_label_and_one_turn_are_given_their_names_and_the_reader_marks_them(
    open_page: Open, server: Server, briefing: str
) -> None:
    page = open_page(f"/briefings/{briefing}/correct")
    whom = page.get_by_label("Label or turn")
    whom.select_option(label="MS. DOE: Ms. Doe")
    page.get_by_label("Name").fill("Ann Doe")
    page.get_by_label("Role").fill("Harbour Minister")
    page.get_by_label("Role").press("Enter")
    expect(page.locator(".corrections li")).to_have_count(1)
    last = page.locator("#correct-whom option").last.get_attribute("value")
    whom.select_option(value=last)
    page.get_by_label("Name").fill("Jane Roe")
    page.get_by_label("Outlet").fill("Coast <b>Radio</b>")
    page.get_by_label("Outlet").press("Enter")
    expect(page.locator(".corrections li")).to_have_count(2)
    assert "Jane Roe (Coast <b>Radio</b>)" in corrections(page)[1]
    page.locator("#corrected-title").click()
    headings = page.locator(".turn .who")
    expect(headings.nth(0)).to_contain_text("Ann Doe, Harbour Minister")
    expect(headings.nth(0)).to_contain_text("corrected")
    expect(headings.nth(1)).not_to_contain_text("corrected")
    expect(headings.nth(3)).to_contain_text("Jane Roe (Coast <b>Radio</b>)")
    assert page.locator(".turn .text").nth(0).text_content() == TEXT[TEXT.index("Good") : TEXT.index("crowns.") + 7]


def test_what_cannot_be_is_said_in_words_and_nothing_is_lost(open_page: Open, briefing: str) -> None:
    page = open_page(f"/briefings/{briefing}/correct")
    facts = page.locator("form", has_text="The briefing")
    facts.get_by_role("button", name="Save").click()
    expect(facts.locator(".status")).to_have_text("Nothing differs from what is there.")
    facts.get_by_label("Title").fill("On the quay")
    facts.get_by_label("Date").fill("soon")
    facts.get_by_role("button", name="Save").click()
    expect(facts.get_by_role("alert")).to_contain_text("date 'soon' cannot be used")
    expect(facts.get_by_label("Title")).to_have_value("On the quay")
    expect(page.locator(".corrections li")).to_have_count(0)
    missing = open_page("/briefings/nothing/correct")
    expect(missing.locator("h1")).to_have_text("There is no such page")


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"viewport": PHONE, "color_scheme": "dark", "locale": "fr-FR"},
        {"viewport": {"width": 320, "height": 600}},
        {"viewport": {"width": 844, "height": 390}, "locale": "de-DE"},
    ],
)
def test_all_of_it_can_be_used_and_nothing_is_cut_off(
    open_page: Open, server: Server, briefing: str, options: dict[str, object], tmp_path: Path
) -> None:
    sent = {"title": "On the quay", "labels": [{"label": "MS. DOE", "name": "Ann Doe", "role": "Harbour Minister"}]}
    httpx.post(f"{server.address}/api/briefings/{briefing}/corrections", json=sent, timeout=60).raise_for_status()
    page = open_page(f"/briefings/{briefing}/correct", **options)
    expect(page.locator(".corrections li")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert violations(page) == []
    assert page.locator("h1").count() == 1
