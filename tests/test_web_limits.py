"""Limits of the search: several of a kind by tick boxes, found whatever their accents, and what they leave out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browsing import ABSENT, PHONE, QUESTION, Open, ask, remove, upload, violations
from playwright.sync_api import Locator, Page, expect
from serving import Server

UNDATED = (
    "Élodie Grœn:\nThe kelp farm opens at dawn.\n\n"
    "Ada Quill:\nWhen does the kelp farm close?\n\n"
    "Élodie Grœn:\nAt dusk.\n"
)


@pytest.fixture
def undated(server: Server) -> Iterator[str]:
    """An invented briefing without a date, with an accent in its title."""
    added = upload(server, "Pêche au varech.txt", UNDATED)
    yield added
    remove(server, added)


def limits(page: Page, name: str) -> Locator:
    """The tick boxes of one kind, opened."""
    form = page.locator("#library .filter-form")
    if not form.is_visible():
        page.locator("#library summary", has_text="Limit the search").click()
    group = form.locator("details", has=page.get_by_role("group", name=name, exact=True, include_hidden=True))
    if group.get_attribute("open") is None:
        group.locator("summary").click()
    return group


def test_several_speakers_and_languages_are_ticked_and_answered_from(open_page: Open) -> None:
    page = open_page()
    speakers = limits(page, "Speaker")
    speakers.get_by_role("checkbox", name="Ingrid Halvorsen").check()
    other = speakers.get_by_role("checkbox").nth(0)
    other.check()
    languages = limits(page, "Language")
    languages.get_by_role("checkbox", name="English").check()
    languages.get_by_role("checkbox", name="French").check()
    expect(page.locator("#limits .limit")).to_have_count(4)
    expect(page.locator("#library .passing")).to_contain_text("passages")
    expect(page.locator("#limits .left-out")).to_be_empty()
    ask(page, QUESTION)
    expect(page.locator(".record .status").first).to_contain_text("Ingrid Halvorsen")
    expect(page.locator(".record .status").first).to_contain_text("fr")
    # A reload keeps them, and a chip takes one away.
    page.reload()
    expect(page.locator("#limits .limit")).to_have_count(4)
    page.get_by_role("button", name="Remove the limit French").click()
    expect(page.locator("#limits .limit")).to_have_count(3)
    expect(limits(page, "Language").get_by_role("checkbox", name="French")).not_to_be_checked()


def test_what_each_limit_would_leave_stands_beside_its_box(open_page: Open, server: Server) -> None:
    page = open_page()
    counts = page.request.get(f"{server.address}/api/tallies").json()
    kinds = limits(page, "Kind of speech")
    for kind in ("question", "answer"):
        box = kinds.get_by_role("checkbox", name=kind, exact=True)
        expect(box).to_have_accessible_description(f"{counts['kind'][kind]} passages")
    languages = limits(page, "Language")
    languages.get_by_role("checkbox", name="French").check()
    # Of the other kinds of limit less is left; of its own the others stay to be chosen.
    left = page.request.get(f"{server.address}/api/tallies?language=fr").json()
    assert 0 < left["kind"]["question"] < counts["kind"]["question"]
    expect(kinds.get_by_role("checkbox", name="question", exact=True)).to_have_accessible_description(
        f"{left['kind']['question']} passages"
    )
    english = languages.get_by_role("checkbox", name="English")
    expect(english).to_have_accessible_description(f"{counts['language']['en']} passages")
    speakers = limits(page, "Speaker")
    expect(speakers.locator("li", has_text="Ingrid Halvorsen")).to_have_class("none")
    assert violations(page) == []


def test_a_long_list_is_searched_without_case_and_accents(open_page: Open, undated: str) -> None:
    page = open_page()
    group = limits(page, "Speaker")
    group.get_by_role("searchbox").fill("ELODIE groen")
    expect(group.get_by_role("checkbox")).to_have_count(1)
    expect(group.get_by_role("checkbox", name="Élodie Grœn")).to_be_visible()
    group.get_by_role("searchbox").fill("nobody at all")
    expect(group).to_contain_text("Nothing in the list fits")
    page.get_by_role("searchbox", name="Find a briefing").fill("PECHE au")
    expect(page.locator("#library .briefings li")).to_have_count(1)


def test_briefings_are_ticked_in_their_list(open_page: Open, undated: str) -> None:
    page = open_page()
    boxes = page.locator("#library .briefings").get_by_role("checkbox")
    for place in (0, 1):
        boxes.nth(place).check()
    expect(page.locator("#limits .limit")).to_have_count(2)
    ask(page, QUESTION)
    expect(page.locator(".record .status").first).to_contain_text("2 briefings searched")
    for place in (2, 3):
        boxes.nth(place).check()
    # More of one kind are one chip.
    expect(page.locator("#limits .limit")).to_have_text(["Briefing: 4×"])
    page.locator("#limits .limit").click()
    expect(page.locator("#library .briefings input:checked")).to_have_count(0)


def test_limits_that_exclude_each_other_are_said_and_removed_and_asked_again(open_page: Open) -> None:
    page = open_page()
    limits(page, "Kind of speech").get_by_role("checkbox", name="question", exact=True).check()
    page.locator("#limit-since").fill("2040-01-01")
    warned = page.locator("#limits .left-out")
    expect(warned).to_contain_text("no passage passes all limits")
    ask(page, QUESTION)
    status = page.locator(".record .status").first
    expect(status).to_contain_text("limited to: from 1 January 2040, question")
    expect(status).to_contain_text("no passage passes all limits")
    page.locator(".record").get_by_role("button", name="Remove the limits").click()
    expect(page.locator(".record .status").first).to_contain_text("answered", timeout=30_000)
    expect(page.locator(".record")).to_have_count(1)
    expect(page.locator("#limits .limit")).to_have_count(0)
    expect(warned).to_be_empty()
    expect(page.locator("#limit-since")).to_have_value("")


def test_undated_briefings_that_a_date_leaves_out_are_counted(open_page: Open, undated: str) -> None:
    page = open_page()
    page.locator("#library summary", has_text="Limit the search").click()
    page.locator("#limit-since").fill("2020-01-01")
    warned = page.locator("#limits .left-out")
    expect(warned).to_contain_text("1 undated briefing is left out")
    ask(page, ABSENT)
    expect(page.locator(".record .status").first).to_contain_text("1 undated briefing is left out")
    warned.get_by_role("button", name="Remove the limits").click()
    expect(warned).to_be_empty()
    expect(page.locator("#limits .limit")).to_have_count(0)


def test_limits_are_accessible_on_a_phone(open_page: Open) -> None:
    page = open_page(viewport=PHONE)
    page.locator("#library > .toggle-button").click()
    limits(page, "Speaker").get_by_role("checkbox").nth(1).check()
    page.locator("#limit-since").fill("2040-01-01")
    expect(page.locator("#library .passing")).to_contain_text("no passage")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_ticked_briefings_become_a_collection_that_is_searched_renamed_and_deleted(open_page: Open) -> None:
    page = open_page()
    boxes = page.locator("#library .briefings").get_by_role("checkbox")
    for place in (0, 1):
        boxes.nth(place).check()
    page.get_by_role("button", name="Put 2 ticked briefings into a collection").click()
    page.get_by_role("textbox", name="Name of the collection").fill("Îles <b>")
    page.keyboard.press("Enter")
    collections = page.locator("#library .collections")
    box = collections.get_by_role("checkbox", name="Îles <b>")
    expect(box).to_be_checked()
    expect(box).to_be_focused()
    expect(collections).to_contain_text("2 briefings")
    expect(page.locator("#limits .limit")).to_have_text(["Îles <b>×"])
    expect(page.locator("#library .briefings input:checked")).to_have_count(0)
    # One more, under the name as it is typed without its accent.
    boxes.nth(2).check()
    page.get_by_role("button", name="Put 1 ticked briefing into a collection").click()
    page.get_by_role("textbox", name="Name of the collection").fill("iles <B>")
    page.keyboard.press("Enter")
    expect(collections).to_contain_text("3 briefings")
    expect(collections.get_by_role("checkbox")).to_have_count(1)
    ask(page, QUESTION)
    expect(page.locator(".record .status").first).to_contain_text("3 briefings searched")
    expect(page.locator(".record .status").first).to_contain_text("Îles <b>")
    collections.get_by_role("button", name="Rename: Îles <b>").click()
    page.get_by_role("textbox", name="New name of the collection").fill("Ferries")
    page.keyboard.press("Enter")
    expect(collections.get_by_role("checkbox", name="Ferries")).to_be_checked()
    expect(page.locator("#limits .limit")).to_have_text(["Ferries×"])
    assert violations(page) == []
    # One is taken out again; the keyboard goes on from the next.
    collections.locator("summary", has_text="3 briefings").click()
    outs = collections.get_by_role("button", name="out of “Ferries”")
    expect(outs).to_have_count(3)
    outs.nth(1).press("Enter")
    expect(outs).to_have_count(2)
    expect(outs.nth(1)).to_be_focused()
    expect(collections).to_contain_text("2 briefings")
    expect(page.locator("#announcement")).to_contain_text("Taken out of “Ferries”: ")
    assert violations(page) == []
    collections.get_by_role("button", name="Delete: Ferries").click()
    expect(page.locator("dialog")).to_contain_text("Its briefings stay in the library")
    page.locator("dialog").get_by_role("button", name="Delete").click()
    expect(collections).to_be_hidden()
    expect(page.locator("#limits .limit")).to_have_count(0)
