"""Two briefings side by side, in a real browser."""

from __future__ import annotations

import httpx
import pytest
from browsing import PHONE, Open, violations
from playwright.sync_api import expect
from serving import Server


@pytest.fixture
def alliance(server: Server) -> tuple[str, str]:
    listed = httpx.get(f"{server.address}/api/briefings").json()
    first, second = (
        next(one["id"] for one in listed if one["file"].startswith(name))
        for name in ("alliance-defence", "alliance-cable")
    )
    return first, second


def test_two_briefings_are_chosen_compared_and_pinned_from(open_page: Open, alliance: tuple[str, str]) -> None:
    first, second = alliance
    page = open_page("/desk/compare")
    page.get_by_label("First briefing").select_option(first)
    page.get_by_label("Second briefing").select_option(second)
    page.get_by_role("button", name="Compare").press("Enter")
    pair = page.locator(".opposite li", has_text="800,000")
    expect(pair.locator("blockquote").first).to_have_text("“Our aim is 800,000 by the end of this year.”")
    expect(pair.locator("blockquote").last).to_have_text("“We remain on course for 800,000 by the end of the year.”")
    left, right = (pair.locator("figure").nth(side).bounding_box() for side in (0, 1))
    assert left
    assert right
    assert left["x"] + left["width"] <= right["x"]
    pair.locator("button.pin").last.click()
    expect(pair.locator("button.pin").last).to_have_text("Pinned")
    again = open_page(page.url.removeprefix(page.evaluate("location.origin")), visitor=page.context)
    expect(again.locator(".opposite li").first).to_be_visible()
    board = open_page("/desk/pins", visitor=page.context)
    expect(board.locator(".pin-item blockquote")).to_contain_text("We remain on course")


def test_one_person_is_chosen_by_name(open_page: Open, alliance: tuple[str, str]) -> None:
    page = open_page("/desk/compare")
    page.get_by_label("One person only").fill("Ingrid Halvorsen")
    page.keyboard.press("Tab")
    expect(page.get_by_label("First briefing").locator("option")).to_have_count(2)
    page.get_by_role("button", name="Compare").click()
    expect(page.locator(".opposite li").first).to_be_visible()
    assert all("Halvorsen" in text for text in page.locator("#comparison figcaption a").all_text_contents())
    page.get_by_label("One person only").fill("Nobody Known")
    page.keyboard.press("Tab")
    expect(page.get_by_role("status").first).to_contain_text("fewer than two")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_rules_of_access_hold_and_a_phone_has_one_column(
    open_page: Open, alliance: tuple[str, str], scheme: str
) -> None:
    page = open_page(f"/desk/compare?first={alliance[0]}&second={alliance[1]}", color_scheme=scheme)
    expect(page.locator(".opposite li").first).to_be_visible()
    assert violations(page) == []
    for size in (PHONE, {"width": 844, "height": 390}, {"width": 320, "height": 640}):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), size
    upper, lower = (page.locator(".opposite li").first.locator("figure").nth(side).bounding_box() for side in (0, 1))
    assert upper
    assert lower
    assert upper["y"] + upper["height"] <= lower["y"]
    assert violations(page) == []
