"""Pinning from answers, sources and the reader, and the boards, in a real browser."""

from __future__ import annotations

import re

import httpx
import pytest
from browsing import DESKTOP, PHONE, QUESTION, Open, ask, remove, upload, violations
from playwright.sync_api import BrowserContext, Page, expect
from serving import Server

# Invented.
WORDS = "Ada Quill (Post): What does it cost?\n\nMinister Ivo Stern: It costs 🙂 twelve million. No more.\n"


def briefing(server: Server, name: str) -> str:
    listed = httpx.get(f"{server.address}/api/briefings").json()
    return str(next(one["id"] for one in listed if one["file"].startswith(name)))


def pin_first_sentences(page: Page, number: int) -> list[str]:
    """Pin sentences of the reader's first speech by its dialog; what was pinned."""
    page.locator("button.pin-sentence").first.press("Enter")
    lines = page.locator(".sentences li")
    said = [str(lines.nth(place).locator("span").text_content()) for place in range(number)]
    for place in range(number):
        lines.nth(place).locator("button").press("Enter")
        expect(lines.nth(place).locator("button")).to_have_text("Pinned")
    page.keyboard.press("Escape")
    return said


def pinned_quotes(page: Page) -> list[str]:
    return [text.strip("“”") for text in page.locator(".pin-item blockquote").all_text_contents()]


def test_quotes_of_answers_and_sources_are_pinned_and_stay_without_the_conversation(
    open_page: Open, server: Server
) -> None:
    page = open_page()
    ask(page, QUESTION)
    # Quotes have their buttons in their place, and the list of sources none besides.
    expect(page.locator("button.pin-source")).to_have_count(0)
    page.locator(".quote button.pin").first.press("Enter")
    expect(page.locator(".quote button.pin").first).to_have_text("Pinned")
    page.locator("a.cite").first.click()
    expect(page.locator(".source-panel mark")).to_be_visible()
    words = page.locator(".source-panel mark").text_content()
    page.locator(".source-panel button.pin").click()
    expect(page.locator(".source-panel button.pin")).to_have_text("Pinned")
    [conversation] = page.request.get(f"{server.address}/api/conversations").json()
    assert page.request.delete(f"{server.address}/api/conversations/{conversation['id']}").ok
    visitor = page.context
    board = open_page("/desk/pins", visitor=visitor)
    expect(board.locator(".pin-item")).to_have_count(1)
    assert pinned_quotes(board) == [words]
    board.locator(".pin-item .credit a").click()
    expect(board.locator("mark")).to_have_text(str(words))


def test_words_selected_in_the_reader_are_pinned_as_they_stand(open_page: Open, server: Server) -> None:
    added = upload(server, "quay.txt", WORDS)
    page = open_page(f"/briefings/{added}")
    page.evaluate(
        """() => {
            const walker = document.createTreeWalker(document.querySelector("article"), NodeFilter.SHOW_TEXT);
            while (walker.nextNode()) {
                const at = walker.currentNode.data.indexOf("twelve million");
                if (at >= 0) getSelection().setBaseAndExtent(walker.currentNode, at - 1, walker.currentNode, at + 14);
            }
        }"""
    )
    page.locator(".pin-bar button").click()
    expect(page.locator(".pin-bar button")).to_have_text("Pinned")
    board = open_page("/desk/pins", visitor=page.context)
    expect(board.locator(".pin-item")).to_have_count(1)
    assert pinned_quotes(board) == ["twelve million"]
    remove(server, added)
    board.reload()
    expect(board.locator(".pin-item .notice")).to_contain_text("no longer in the library")
    assert pinned_quotes(board) == ["twelve million"]


@pytest.fixture
def reporter(open_page: Open, server: Server) -> tuple[BrowserContext, list[str]]:
    """A visitor who has pinned three sentences."""
    page = open_page(f"/briefings/{briefing(server, 'alliance-defence')}")
    return page.context, pin_first_sentences(page, 3)


def test_a_board_is_worked_with_the_keyboard_alone(open_page: Open, reporter: tuple[BrowserContext, list[str]]) -> None:
    visitor, (one, two, three) = reporter
    page = open_page("/desk/pins", visitor=visitor)
    expect(page.locator(".pin-item")).to_have_count(3)
    assert pinned_quotes(page) == [one, two, three]
    page.get_by_role("button", name="Move down (1)").press("Enter")
    expect(page.locator("#announcement")).to_have_text("Moved to place 2 of 3")
    expect(page.get_by_role("button", name="Move down (2)")).to_be_focused()
    assert pinned_quotes(page) == [two, one, three]
    page.locator(".unpin").nth(1).press("Enter")
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    assert pinned_quotes(page) == [two, three]
    page.keyboard.press("Enter")
    expect(page.locator(".pin-item")).to_have_count(3)
    assert pinned_quotes(page) == [two, one, three]
    expect(page.locator(".unpin").nth(1)).to_be_focused()
    page.get_by_label("Note on quote 1").fill("Ask the ministry.")
    page.keyboard.press("Tab")
    expect(page.locator("#announcement")).to_have_text("Note saved")
    page.locator(".pin-item").nth(2).drag_to(page.locator(".pin-item").nth(0), source_position={"x": 6, "y": 6})
    expect(page.locator(".pin-item blockquote").first).to_have_text(f"“{three}”")
    page.reload()
    expect(page.get_by_label("Note on quote 2")).to_have_value("Ask the ministry.")


def test_boards_are_named_left_and_saved(
    open_page: Open, server: Server, reporter: tuple[BrowserContext, list[str]]
) -> None:
    visitor, said = reporter
    page = open_page("/desk/pins", visitor=visitor)
    page.get_by_role("button", name="New board").click()
    page.get_by_role("textbox", name="Name of the board").fill("Story")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#board option:checked")).to_have_text("Story (0)")
    page.get_by_label("Board", exact=True).select_option("My quotes (3)")
    page.get_by_label("Move to another board").first.select_option("Story")
    expect(page.locator(".pin-item")).to_have_count(2)
    page.get_by_label("Board", exact=True).select_option("Story (1)")
    expect(page.locator(".pin-item")).to_have_count(1, timeout=20_000)
    expect(page.locator(".pin-item blockquote")).to_have_text(f"“{said[0]}”")
    for name in ("Markdown", "Web page", "Word", "table"):
        with page.expect_download() as saved:
            page.locator("#board-export a", has_text=re.compile(name)).click()
        assert saved.value.path().stat().st_size > 200
    stranger = open_page("/desk/pins")
    expect(stranger.get_by_role("status").first).to_contain_text("Nothing is pinned")
    board = page.locator("#board").input_value()
    assert stranger.request.get(f"{server.address}/api/boards/{board}/pins").status == 404


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_rules_of_access_hold_and_nothing_is_cut_off(
    open_page: Open, reporter: tuple[BrowserContext, list[str]], scheme: str
) -> None:
    page = open_page("/desk/pins", visitor=reporter[0])
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    expect(page.locator(".pin-item")).to_have_count(3)
    assert violations(page) == []
    for size in (DESKTOP, PHONE, {"width": 844, "height": 390}, {"width": 320, "height": 640}):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), size
    assert violations(page) == []
