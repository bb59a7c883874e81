"""Languages, screen readers, phones, failures, and the pages beside the chat, in a real browser."""

from __future__ import annotations

import re

import httpx
import pytest
from browsing import ABSENT, DESKTOP, PHONE, QUESTION, Open, ask, violations
from playwright.sync_api import expect
from serving import Server


def test_french_follows_the_browser_and_can_be_switched(open_page: Open) -> None:
    page = open_page(locale="fr-FR")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.locator("#question textarea")).to_have_attribute("placeholder", re.compile("dit"))
    expect(page.locator("#chat .welcome")).to_contain_text("mot pour mot")
    ask(page, "Par où passe le câble Selkie ?")
    expect(page.locator(".record .status").first).to_contain_text("interrogés")
    page.get_by_role("combobox", name="Langue de la page").select_option("English")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("button", name="Add briefings")).to_be_visible()


@pytest.mark.parametrize(
    ("locale", "code", "welcome"),
    [
        ("de-AT", "de", "Jede Antwort zitiert"),
        ("es-MX", "es", "Cada respuesta cita"),
        ("nl", "en", "Every answer quotes"),
    ],
)
def test_the_page_speaks_the_languages_it_has_words_for(open_page: Open, locale: str, code: str, welcome: str) -> None:
    page = open_page(locale=locale)
    expect(page.locator("html")).to_have_attribute("lang", code)
    expect(page.locator("#chat .welcome")).to_contain_text(welcome)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_accessibility_rules_hold(open_page: Open, scheme: str, size: dict[str, int]) -> None:
    page = open_page(color_scheme=scheme, viewport=size)
    assert violations(page) == []
    ask(page, QUESTION)
    page.locator("a.cite").first.click()
    expect(page.locator(".source-panel mark")).to_be_visible()
    page.wait_for_timeout(500)
    assert violations(page) == []
    ask_absent = page.locator("#source .close")
    ask_absent.click()
    ask(page, ABSENT)
    assert violations(page) == []


# Each page beside the chat, and what shows that its script has drawn it.
PAGES = {
    "/briefings/{first}?start=700&end=760": "mark",
    "/briefings/{first}/card": ".exchanges",
    "/briefings/{first}/correct": ".corrections",
    "/briefings/none": "main",
    "/check": "#check",
    "/desk/open": ".open-questions > li",
    "/desk/pins": ".board-bar",
    "/desk/compare?first={first}&second={second}": "#comparison h2",
}


@pytest.mark.parametrize(("scheme", "size"), [("light", {"width": 320, "height": 640}), ("dark", DESKTOP)])
def test_every_page_beside_the_chat_is_accessible_and_fits(
    open_page: Open, server: Server, scheme: str, size: dict[str, int]
) -> None:
    listed = {one["file"]: one["id"] for one in httpx.get(f"{server.address}/api/briefings").json()}
    ids = {
        "first": listed["alliance-cable-2025-06-26.txt"],
        "second": listed["alliance-defence-ministers-2025-02-13.txt"],
    }
    page = open_page("/check", color_scheme=scheme, viewport=size)
    for address, drawn in PAGES.items():
        page.goto(server.address + address.format(**ids))
        # What was left open is read first, all of it.
        expect(page.locator(drawn).first).to_be_visible(timeout=120_000)
        expect(page.locator("#places a").first).to_be_visible()
        assert violations(page, every=True) == [], address
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
        assert page.locator("h1").count() == 1, address


def test_one_announcement_when_the_answer_is_ready(open_page: Open) -> None:
    page = open_page()
    page.evaluate(
        """() => {
            window.said = [];
            new MutationObserver(() => {
                const text = document.getElementById("announcement")?.textContent;
                if (text && text !== window.said.at(-1)) window.said.push(text);
            }).observe(document.body, { subtree: true, childList: true, characterData: true });
        }"""
    )
    ask(page, QUESTION)
    page.wait_for_function("window.said.length > 0")
    assert page.evaluate("window.said") == ["The answer is ready."]
    assert page.locator("#chat [role=log]").get_attribute("aria-live") == "off"


def test_nothing_moves_for_those_who_want_no_motion(open_page: Open) -> None:
    moving = """() => document.getAnimations().filter((one) => one.playState === "running").length
        + [...document.querySelectorAll("#library, #source, .state, .waiting, .record *")].filter((one) => {
            const { transitionDuration, animationName } = getComputedStyle(one);
            return animationName !== "none" || transitionDuration.split(",").some((time) => parseFloat(time) > 0.001);
        }).length"""
    page = open_page(reduced_motion="reduce")
    ask(page, QUESTION)
    page.locator("a.cite").first.click()
    assert page.evaluate(moving) == 0
    expect(page.locator(".source-panel mark")).to_be_visible()
    # The check itself sees motion where it is wanted.
    assert open_page().evaluate(moving) > 0


def test_a_phone_has_no_sideways_scroll_and_the_source_is_a_sheet(open_page: Open) -> None:
    page = open_page(viewport=PHONE, has_touch=True)
    wide = "document.scrollingElement.scrollWidth"
    assert page.evaluate(wide) <= PHONE["width"]
    expect(page.locator("#library")).not_to_have_class(re.compile(r"\bopen\b"))
    ask(page, QUESTION)
    assert page.evaluate(wide) <= PHONE["width"]
    page.locator("a.cite").first.tap()
    expect(page.locator(".source-panel mark")).to_be_visible()
    page.wait_for_timeout(500)
    sheet = page.locator("#source").bounding_box()
    assert sheet
    assert (sheet["x"], sheet["width"]) == (0, PHONE["width"])
    assert 0 < sheet["y"] < PHONE["height"] / 3
    assert page.evaluate(wide) <= PHONE["width"]
    page.locator("#source .close").tap()
    expect(page.locator("#source")).not_to_have_class(re.compile(r"\bopen\b"))


def test_failures_are_said_in_the_chat(open_page: Open) -> None:
    page = open_page()
    page.locator("#question textarea").evaluate("area => area.removeAttribute('maxlength')")
    ask(page, "x" * 2500)
    expect(page.locator("#chat .failed")).to_contain_text("longer than 2000 characters")
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator("#chat .failed")).to_have_count(0)
    ask(page, QUESTION)
    expect(page.locator(".record.finished")).to_have_count(1)


def test_a_server_that_is_gone_is_said_in_words(open_page: Open) -> None:
    page = open_page()
    ask(page, QUESTION)
    page.context.set_offline(True)
    page.locator("#question textarea").fill(ABSENT)
    page.locator("#question textarea").press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("The server does not answer")
    # Gradio covers a failed chat with the word "Error" and nothing else.
    page.wait_for_timeout(1000)
    assert "Error" not in page.locator("body").inner_text()
    expect(page.locator("#question textarea")).to_have_value(ABSENT)
    page.context.set_offline(False)
    page.reload()
    expect(page.locator(".record.finished")).to_have_count(1, timeout=30_000)
    ask(page, ABSENT)
    expect(page.locator(".record.finished")).to_have_count(2)


def test_quotations_are_checked(open_page: Open, server: Server) -> None:
    answer = httpx.post(f"{server.address}/api/ask", json={"question": QUESTION}, timeout=60).json()
    quote = answer["citations"][0]["quote"]
    page = open_page()
    page.get_by_role("link", name="Check quotes").click()
    page.locator("#article").fill(f"She said: “{quote}” And: “Nobody ever said these very words.” <b>x</b>")
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".finding")).to_have_count(2, timeout=30_000)
    expect(page.locator(".finding").first.locator(".verdict")).to_have_text("verbatim")
    expect(page.locator(".finding").first.locator("blockquote")).to_contain_text(quote)
    expect(page.locator(".finding").last.locator(".verdict")).to_have_text("not found")
    assert violations(page) == []


def test_the_reader_finds_text(open_page: Open, server: Server) -> None:
    [first, *_] = httpx.get(f"{server.address}/api/briefings").json()
    page = open_page(f"/briefings/{first['id']}")
    page.locator("#find").fill("the")
    expect(page.locator(".find-text output")).to_have_text(re.compile(r"\d+ matches"))
    page.locator("#find").press("Enter")
    expect(page.locator(".find-text output")).to_have_text(re.compile(r"1 / \d+"))


def test_the_documentation_page_works_offline(open_page: Open) -> None:
    page = open_page("/api/docs")
    expect(page.locator("#operations-questions-ask_api_ask_post")).to_be_visible()
