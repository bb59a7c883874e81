"""The card of a briefing, in a real browser."""

from __future__ import annotations

import re

import httpx
import pytest
from browsing import DESKTOP, PHONE, Open, violations
from playwright.sync_api import Page, expect
from serving import Server


def briefing_id(server: Server, file: str) -> str:
    return next(str(one["id"]) for one in httpx.get(f"{server.address}/api/briefings").json() if one["file"] == file)


@pytest.fixture
def lysvik(server: Server) -> str:
    """A press conference with ten exchanges."""
    return briefing_id(server, "alliance-defence-ministers-2025-02-13.txt")


def wait_until_read(page: Page) -> None:
    expect(page.locator(".reply:empty")).to_have_count(0, timeout=60_000)
    expect(page.locator("#reading")).to_contain_text("questions; left open", timeout=30_000)


def test_a_card_says_who_spoke_and_what_became_of_each_question(open_page: Open, server: Server, lysvik: str) -> None:
    page = open_page(f"/briefings/{lysvik}/card")
    expect(page.get_by_role("heading", level=1)).to_have_text("Press conference by Secretary General Ingrid Halvorsen")
    expect(page.locator(".meta").first).to_contain_text("13 February 2025")
    expect(page.locator(".printed")).to_contain_text("Lysvik, 13 February 2025")
    most = page.get_by_role("row").nth(1)
    expect(most).to_contain_text("Ingrid Halvorsen, Alliance Secretary General")
    expect(most).to_contain_text("76%")
    wait_until_read(page)
    read = httpx.get(f"{server.address}/api/briefings/{lysvik}/questions").json()
    shown = page.locator(".exchanges .outcome").all_text_contents()
    named = {"answered": "answered", "left_open": "left open", "unclear": "unclear whether answered"}
    assert shown == [named[one["outcome"]] for one in read]
    money = page.locator(".exchanges > li", has_text="Who pays for the fuel and the crews?")
    expect(money.locator(".outcome").first).to_have_text("left open")
    expect(money.locator("blockquote").nth(1)).to_contain_text("I would rather give you a correct answer")
    # The words open where they stand.
    money.locator("blockquote a").first.click()
    expect(page.locator("mark").first).to_have_text("Who pays for the fuel and the crews?")


def test_each_bar_of_the_course_opens_its_exchange_from_the_keyboard(open_page: Open, lysvik: str) -> None:
    page = open_page(f"/briefings/{lysvik}/card")
    wait_until_read(page)
    bars = page.locator(".course a")
    expect(bars).to_have_count(page.locator(".exchanges > li").count())
    bar = bars.nth(4)
    expect(bar).to_have_attribute("aria-label", re.compile(r"5\. Bérénice Lacaze \(Télé-Corvanne\): left open"))
    expect(page.get_by_role("group", name=re.compile("From the first word spoken"))).to_be_visible()
    bar.focus()
    page.keyboard.press("Enter")
    expect(page.locator("mark").first).to_have_text("Who pays for the fuel and the crews?")


def test_a_question_of_the_card_is_asked_in_the_chat_and_of_this_briefing_alone(open_page: Open, lysvik: str) -> None:
    page = open_page(f"/briefings/{lysvik}/card")
    offered = page.locator("#could-ask a")
    expect(offered.first).to_be_visible(timeout=60_000)
    assert 1 <= offered.count() <= 3
    question = offered.first.text_content()
    assert question
    offered.first.click()
    expect(page.locator(".asked").first).to_have_text(question, timeout=60_000)
    expect(page.locator("#limits .limit")).to_contain_text("Press conference by Secretary General")
    expect(page.locator(".record.finished").first).to_contain_text("limited to", timeout=60_000)
    # A reload asks nothing again.
    assert "ask=" not in page.url
    page.reload()
    expect(page.locator(".record.finished")).to_have_count(1, timeout=30_000)


@pytest.mark.parametrize(
    ("size", "scheme"),
    [(DESKTOP, "light"), (DESKTOP, "dark"), (PHONE, "light"), ({"width": 844, "height": 390}, "dark"),
     ({"width": 320, "height": 600}, "light")],
    ids=["desktop", "dark", "phone", "side", "zoomed"],
)  # fmt: skip
def test_a_card_is_accessible_and_fits(open_page: Open, lysvik: str, size: dict[str, int], scheme: str) -> None:
    page = open_page(f"/briefings/{lysvik}/card", viewport=size, color_scheme=scheme)
    wait_until_read(page)
    assert violations(page) == []
    assert page.evaluate("document.scrollingElement.scrollWidth") <= size["width"]


def test_a_card_speaks_french_and_keeps_the_briefings_language(open_page: Open, server: Server) -> None:
    flood = briefing_id(server, "corvanne-sante-crue-2025-04-03.txt")
    page = open_page(f"/briefings/{flood}/card", locale="fr-FR")
    expect(page.get_by_role("heading", name="Qui a parlé, et combien")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_attribute("lang", "fr")
    expect(page.locator(".outcome", has_text="laissé sans réponse").first).to_be_visible(timeout=60_000)


def test_cards_without_questions_and_of_nothing(open_page: Open, server: Server) -> None:
    report = briefing_id(server, "corvanne-depeche-cable-2025-05-20.txt")
    page = open_page(f"/briefings/{report}/card")
    expect(page.locator("main")).to_contain_text("Nobody puts a question in it.")
    expect(page.get_by_role("heading", name="Who is quoted how much")).to_be_visible()
    assert violations(page) == []
    missing = httpx.get(f"{server.address}/briefings/none/card")
    assert missing.status_code == 404
    assert "not in the library" in missing.text
    assert httpx.get(f"{server.address}/api/briefings/none/questions").status_code == 404


def test_the_ways_to_a_card(open_page: Open, server: Server, lysvik: str) -> None:
    page = open_page()
    card = f"{server.address}/briefings/{lysvik}/card"
    listed = page.get_by_role("link", name="Card: Press conference by Secretary General Ingrid Halvorsen")
    expect(listed).to_have_attribute("href", card)
    reader = open_page(f"/briefings/{lysvik}")
    reader.get_by_role("link", name="Card").click()
    expect(reader).to_have_url(card)
