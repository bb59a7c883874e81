"""What surrounds questions and answers in a real browser: copying, printing, addresses, headings, keys, feedback."""

from __future__ import annotations

import re
import secrets
from html import escape
from typing import Any

import pytest
from browsing import QUESTION, Open, ask, cited_slice
from playwright.sync_api import Page, expect
from pypdfium2 import PdfDocument
from serving import Server, serving

CLIPBOARD = ["clipboard-read", "clipboard-write"]
UNANSWERED = "What is Ostmere paying for a dose?"
LONG = "What was discussed in Carrowby in March?"
TWO_CITED = "What did Gwen Ashdown (Wenlow Evening Post) ask?"
SEVERAL = "What was said about the cable?"
RICH = """async () => {
    const [item] = await navigator.clipboard.read();
    return await (await item.getType("text/html")).text();
}"""


def marked_open(page: Page) -> list[str]:
    """The ids of the chips that say that their words are open."""
    chips: list[str] = page.locator("a.cite[aria-current=true]").evaluate_all("all => all.map((one) => one.id)")
    return chips


def test_copying_says_so_at_the_button_and_takes_links_along(open_page: Open, server: Server) -> None:
    page = open_page(permissions=CLIPBOARD)
    ask(page, QUESTION)
    button = page.locator("button.act.copy")
    button.click()
    expect(button).to_have_text("✓ Copied")
    source = page.locator("a.cited").evaluate("link => link.href")
    html = page.evaluate(RICH).replace("&amp;", "&")
    assert f'<a href="{source}">[1]</a>' in html
    assert re.search(r"<strong>Where does the Selkie cable run\?</strong>", html)
    assert "Helpful" not in html
    text = page.evaluate("navigator.clipboard.readText()")
    assert re.search(r"“[^”]+”\s\[1\]\n", text)
    assert source in text
    expect(button).to_have_text("Copy")
    page.locator("a.cite").first.press("Enter")
    button = page.locator(".source-panel .links button").first
    button.click()
    expect(button).to_have_text("✓ Copied")
    assert source in page.evaluate("navigator.clipboard.readText()")
    assert f'<a href="{source}">' in page.evaluate(RICH).replace("&amp;", "&")


def test_copying_works_where_the_clipboard_is_closed_to_scripts(open_page: Open) -> None:
    page = open_page(permissions=CLIPBOARD)
    ask(page, QUESTION)
    # As in a page without https.
    page.evaluate("navigator.clipboard.write = undefined")
    page.locator("button.act.copy").click()
    expect(page.locator("button.act.copy")).to_have_text("✓ Copied")
    assert "<a href=" in page.evaluate(RICH)
    assert QUESTION in page.evaluate("navigator.clipboard.readText()")


def test_words_selected_by_hand_come_without_buttons_and_numbers(open_page: Open) -> None:
    page = open_page(permissions=CLIPBOARD)
    ask(page, QUESTION)
    page.evaluate("getSelection().selectAllChildren(document.querySelector('.record'))")
    page.keyboard.press("Control+c")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "In the early hours of 29 January" in copied
    assert not re.search(r"Source \[|\[1\]|Copy|Export|Ask again|Helpful", copied)
    assert not re.search(r"<button|href", page.evaluate(RICH).partition("sources")[0])


def test_all_of_a_conversation_is_printed_on_white(open_page: Open) -> None:
    page = open_page(color_scheme="dark")
    questions = [LONG, TWO_CITED, QUESTION]
    for question in questions:
        ask(page, question)
    listed = page.locator(".record").nth(1).locator("a.cited").first.evaluate("link => link.href")
    sheets = [sheet.get_textpage().get_text_range() for sheet in PdfDocument(page.pdf(format="A4"))]
    printed = "".join("".join(sheet.split()) for sheet in sheets)
    for question in questions:
        assert "".join(question.split()) in printed
    said = page.locator(".said").evaluate_all("all => all.map((one) => one.textContent)")
    for words in (text for one in said for text in re.findall("“([^”]+)”", one)):
        assert "".join(words.split()) in printed
    # Where to find them: in the library, and on the original page.
    assert listed in printed
    assert "https://briefings.example.org/ostmere/transport/2025-03-11" in printed
    for chrome in ("Limitthesearch", "Addbriefings", "Askagain", "Askwhatwassaid"):
        assert chrome not in printed
    page.emulate_media(media="print", color_scheme="dark")
    colours = "one => [getComputedStyle(one).color, getComputedStyle(document.body).backgroundColor]"
    assert page.locator(".said q").first.evaluate(colours) == ["rgb(27, 36, 48)", "rgb(255, 255, 255)"]
    # What is open at its sides leaves no gap.
    page.emulate_media(media="screen")
    page.locator("a.cite").first.click()
    expect(page.locator(".source-panel mark")).to_be_visible()
    page.emulate_media(media="print")
    assert page.locator("#chat").evaluate("one => one.getBoundingClientRect().width > 0.9 * innerWidth")


def test_back_and_forward_go_through_conversations_and_sources(open_page: Open) -> None:
    page = open_page()
    ask(page, QUESTION)
    page.locator("a.cite").first.press("Enter")
    expect(page.locator("#source")).to_have_class(re.compile(r"\bopen\b"))
    expect(page.locator(".source-panel mark")).to_be_visible()
    page.locator("#source .close").click()
    expect(page.locator("#source")).not_to_have_class(re.compile(r"\bopen\b"))
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".asked")).to_have_count(0)
    ask(page, "What was said about the vaccine?")
    page.go_back()
    expect(page.locator(".asked")).to_have_text(QUESTION)
    page.go_back()
    expect(page.locator("#source")).to_have_class(re.compile(r"\bopen\b"))
    page.go_back()
    expect(page.locator("#source")).not_to_have_class(re.compile(r"\bopen\b"))
    for _ in range(3):
        page.go_forward()
    expect(page.locator(".asked")).to_have_text("What was said about the vaccine?")


def test_an_answer_and_its_open_source_have_an_address(open_page: Open) -> None:
    page = open_page(permissions=CLIPBOARD)
    for question in (QUESTION, LONG, "What was said about the vaccine?"):
        ask(page, question)
    page.locator(".record").first.locator("a.cite").first.press("Enter")
    expect(page.locator(".source-panel mark")).to_be_visible()
    marked = page.locator(".source-panel mark").inner_text()
    mine = page.url
    page.reload()
    expect(page.locator(".source-panel mark")).to_have_text(marked)
    expect(page.locator("#source")).to_have_class(re.compile(r"\bopen\b"))
    assert len(marked_open(page)) == 1
    expect(page.locator(".asked").first).to_be_in_viewport()
    # Sent to somebody else, the conversation stays closed, and the words open.
    other = open_page(mine.removeprefix(re.match(r"http://[^/]+", mine)[0]))  # type: ignore[index]
    expect(other.locator("#chat .failed")).to_contain_text("belongs to another visitor")
    expect(other.locator(".source-panel mark")).to_have_text(marked)
    expect(other.locator(".asked")).to_have_count(0)
    # An answer alone.
    page.locator("#source .close").click()
    link = page.locator("button.act.link").nth(1)
    link.click()
    expect(link).to_have_text("✓ Copied")
    page.goto(page.evaluate("navigator.clipboard.readText()"))
    expect(page.locator(".asked").nth(1)).to_be_in_viewport()
    expect(page.locator(".asked").nth(2)).not_to_be_in_viewport()
    row, log = page.locator(".message-row").nth(2).bounding_box(), page.get_by_role("log").bounding_box()
    assert row
    assert log
    assert abs(row["y"] - log["y"]) < 60


def test_a_conversation_that_is_not_there_is_said(open_page: Open) -> None:
    page = open_page(f"/?conversation={secrets.token_hex(16)}")
    expect(page.locator("#chat .failed")).to_contain_text("is not here")
    ask(page, QUESTION)
    expect(page.locator(".record.finished")).to_have_count(1)
    expect(page.locator("#chat .failed")).to_have_count(0)


def test_questions_and_answers_are_headings_and_the_skip_link_is_first(open_page: Open) -> None:
    page = open_page()
    ask(page, QUESTION)
    ask(page, UNANSWERED)
    log = page.get_by_role("log")
    expect(log.get_by_role("heading", level=2)).to_have_text([QUESTION, UNANSWERED])
    expect(log.get_by_role("heading", level=3)).to_have_text(page.locator(".verdict").all_inner_texts())
    expect(log.get_by_role("heading", level=3)).to_have_count(2)
    page.reload()
    expect(page.locator(".asked")).to_have_count(2)
    page.evaluate("document.activeElement.blur(); getSelection().removeAllRanges()")
    page.locator("body").evaluate("body => { body.tabIndex = -1; body.focus(); body.removeAttribute('tabindex'); }")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the question")
    expect(skip).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#question textarea")).to_be_focused()


@pytest.mark.parametrize(("width", "height"), [(320, 640), (320, 256), (844, 390)])
def test_a_page_at_400_percent_and_a_phone_on_its_side_are_usable(open_page: Open, width: int, height: int) -> None:
    page = open_page(viewport={"width": width, "height": height})
    ask(page, QUESTION)
    expect(page.locator("#question textarea")).to_be_in_viewport(ratio=0.99)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width
    for part in (".verdict", ".quote", ".sources", ".actions"):
        shown = page.locator(f".record {part}")
        shown.scroll_into_view_if_needed()
        box = shown.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        # Room to read it.
        assert page.locator("#question").evaluate("box => box.getBoundingClientRect().top") >= height * 0.55
    page.locator("a.cite").first.press("Enter")
    expect(page.locator(".source-panel mark")).to_be_visible()
    sheet: Any = page.locator("#source")
    page.wait_for_function("new Set(document.querySelector('#source').getAnimations()).size === 0")
    box = sheet.bounding_box()
    assert box
    assert box["width"] == width
    assert box["height"] >= height * 0.8
    page.locator("#source .close").click()
    page.locator("#library > .toggle-button").click()
    expect(page.get_by_role("button", name="New conversation")).to_be_in_viewport()


def test_keys_recall_focus_and_list(open_page: Open) -> None:
    page = open_page()
    ask(page, QUESTION)
    box = page.locator("#question textarea")
    page.locator("button.act.copy").focus()
    page.keyboard.press("/")
    expect(box).to_be_focused()
    expect(box).to_have_value("")
    page.keyboard.press("ArrowUp")
    expect(box).to_have_value(QUESTION)
    expect(page.locator("#editing")).to_be_visible()
    page.keyboard.press("?")
    expect(box).to_have_value(f"{QUESTION}?")
    # Elsewhere too a key that is typed is a letter.
    find = page.locator("#library input.find")
    find.fill("")
    find.press("/")
    find.press("?")
    expect(find).to_have_value("/?")
    find.fill("")
    page.locator("button.act.copy").focus()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog")
    expect(keys).to_contain_text("change the last question")
    # They can be put off.
    keys.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    expect(keys).to_have_count(0)
    page.locator("button.act.copy").focus()
    page.keyboard.press("/")
    expect(page.locator("button.act.copy")).to_be_focused()
    page.get_by_role("button", name="Keyboard shortcuts").click()
    expect(keys).to_be_visible()


def test_what_a_reader_said_is_shown_after_a_reload(open_page: Open) -> None:
    page = open_page()
    ask(page, QUESTION)
    page.get_by_role("button", name="Not helpful").click()
    page.locator("a.cite").first.press("Enter")
    page.locator(".judgement summary").click()
    page.get_by_role("button", name="Misquoted").click()
    expect(page.locator(".judgement")).to_contain_text("Thank you")
    page.reload()
    expect(page.get_by_role("button", name="Not helpful")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("button", name="Misquoted")).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".judgement")).to_contain_text("You marked this citation: Misquoted")


def test_the_card_can_be_pointed_at_and_put_away(open_page: Open) -> None:
    page = open_page()
    ask(page, TWO_CITED)
    chip, card, quote = page.locator("a.cite").first, page.locator("#citation-card"), page.locator(".quote").first
    chip.hover()
    expect(card).to_be_visible()
    over, words, number = card.bounding_box(), quote.bounding_box(), chip.bounding_box()
    assert over
    assert words
    assert number
    assert over["y"] >= number["y"] + number["height"] or over["y"] + over["height"] <= words["y"]
    # The way to the card, in steps.
    page.mouse.move(over["x"] + 30, over["y"] + 20, steps=8)
    page.wait_for_timeout(600)
    expect(card).to_be_visible()
    page.mouse.move(5, 5)
    expect(card).to_have_count(0)
    # Esc puts away the card, and not the source beside it. Over the chip whose words are open there is none.
    chip.press("Enter")
    expect(page.locator(".source-panel mark")).to_be_visible()
    page.locator("a.cite").nth(1).hover()
    expect(card).to_be_visible()
    chip.hover()
    expect(card).to_have_count(0)
    page.locator("a.cite").nth(1).hover()
    expect(card).to_be_visible()
    page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    expect(page.locator("#source")).to_have_class(re.compile(r"\bopen\b"))


def test_the_chip_of_the_open_citation_is_marked_and_escape_returns_to_it(open_page: Open) -> None:
    page = open_page()
    ask(page, TWO_CITED)
    chips = page.locator("a.cite")
    chips.nth(0).press("Enter")
    expect(chips.nth(0)).to_have_attribute("aria-current", "true")
    expect(page.locator(".source-panel")).to_be_focused()
    page.get_by_role("button", name="Next citation").click()
    expect(chips.nth(1)).to_have_attribute("aria-current", "true")
    assert len(marked_open(page)) == 1
    expect(page.locator(".source-panel")).to_be_focused()
    page.keyboard.press("Escape")
    expect(chips.nth(1)).to_be_focused()
    assert marked_open(page) == []


def test_the_focus_survives_an_answer_that_grows(open_page: Open) -> None:
    page = open_page()
    # The page itself focuses the first chip the moment it is drawn.
    page.evaluate(
        """() => new MutationObserver((_, observer) => {
            const chip = document.querySelector("#chat .growing a.cite");
            if (chip) { observer.disconnect(); window.chip = chip; chip.focus(); }
        }).observe(document.body, { subtree: true, childList: true })"""
    )
    ask(page, SEVERAL)
    assert page.evaluate("window.chip?.isConnected") is False
    expect(page.locator(f"#{page.evaluate('window.chip.id')}")).to_be_focused()


@pytest.mark.parametrize(
    ("question", "opening", "closing"),
    [
        ("Par où passe le câble Selkie ?", "«\u202f", "\u202f»"),
        ("Wo verläuft das Selkie-Kabel?", "„", "“"),
        ("¿Por dónde pasa el cable Selkie?", "«", "»"),
    ],
)
def test_quotes_stand_in_the_marks_of_the_language(
    open_page: Open, server: Server, question: str, opening: str, closing: str
) -> None:
    page = open_page()
    ask(page, question)
    chip = page.locator("a.cite").first
    words = cited_slice(server, chip)
    assert page.locator(".said q").first.text_content() == f"{opening}{words}{closing}"
    asked = str(chip.get_attribute("id")).split("-")[1]
    exported = page.request.get(f"{server.address}/api/answers/{asked}/export?format=html").text()
    assert exported.count(f"{opening}{escape(words)}{closing}") == 2


def test_small_talk_is_not_called_an_answer_of_the_briefings(open_page: Open) -> None:
    page = open_page()
    for said, reply in (("Hello", "Ask what was said"), ("From when to when?", "briefings")):
        ask(page, said)
        record = page.locator(".record").last
        expect(record.locator(".status")).to_have_text("about OnRecord")
        expect(record.locator(".said")).to_contain_text(reply)
        expect(record.locator("a.cite")).to_have_count(0)
    ask(page, f"Hello, {QUESTION[0].lower()}{QUESTION[1:]}")
    expect(page.locator(".record").last.locator("a.cite").first).to_be_visible()


def test_the_page_says_which_language_model_words_the_answers(open_page: Open, server: Server) -> None:
    expect(open_page().locator(".page-head .state")).not_to_contain_text("language model")
    # Nobody listens there: what is said is what the settings name.
    settings = {"llm_url": "http://127.0.0.1:9", "llm_model": "some-model-3b"}
    with serving(server.library, settings=settings) as other:
        page = open_page(at=other)
        expect(page.locator(".page-head .state")).to_contain_text(
            "worded by the language model some-model-3b", timeout=60_000
        )
