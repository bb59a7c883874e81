"""What a reader does while an answer arrives, in a real browser: nothing typed, asked or read is lost."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from browsing import QUESTION, Open, ask, wait_for_answer
from playwright.sync_api import Page, expect

# Its answer arrives in many steps.
LONG = "What was discussed in Carrowby in March?"


def begin(page: Page, question: str) -> None:
    """Send a question and wait for nothing but its place in the chat."""
    asked = page.locator(".asked")
    before = asked.count()
    box = page.locator("#question textarea")
    box.fill(question)
    expect(page.locator("#question .submit-button")).to_be_visible()
    box.press("Enter")
    # Not the last: another may have been sent by the time that this is looked for.
    expect(asked.nth(before)).to_have_text(question, timeout=60_000)


def when(page: Page, selector: str, action: str) -> None:
    """Have the page itself do something the moment that an element is there."""
    page.evaluate(
        """([selector, action]) => new MutationObserver((_, observer) => {
            if (!document.querySelector(selector)) return;
            observer.disconnect();
            new Function(action)();
        }).observe(document.body, { subtree: true, childList: true, attributes: true })""",
        [selector, action],
    )


def test_what_is_typed_while_an_answer_arrives_stays(open_page: Open) -> None:
    page = open_page()
    box = page.locator("#question textarea")
    begin(page, LONG)
    box.press_sequentially("And who asked about the ferries", delay=40)
    wait_for_answer(page)
    expect(box).to_have_value("And who asked about the ferries")
    box.press("Enter")
    expect(page.locator(".asked")).to_have_text([LONG, "And who asked about the ferries"])
    expect(page.locator(".record.finished")).to_have_count(2, timeout=30_000)
    expect(box).to_have_value("")


def test_a_question_sent_while_an_answer_arrives_is_answered_next(open_page: Open) -> None:
    page = open_page()
    box = page.locator("#question textarea")
    begin(page, LONG)
    box.fill(QUESTION)
    box.press("Enter")
    expect(page.locator("#next")).to_contain_text(QUESTION)
    expect(page.locator(".record.finished")).to_have_count(2, timeout=60_000)
    expect(page.locator(".asked")).to_have_text([LONG, QUESTION])
    expect(box).to_have_value("")
    expect(page.locator("#next")).to_have_count(0)


def test_a_question_sent_as_an_answer_ends_is_answered(open_page: Open) -> None:
    page = open_page()
    for number in range(1, 4):
        when(
            page,
            f".message-row:nth-of-type({4 * number - 2}) .record.finished",
            """const box = document.querySelector("#question textarea");
            box.value = "Who asked about the cable?";
            box.dispatchEvent(new Event("input", { bubbles: true }));
            const press = (name) => new KeyboardEvent(name, { key: "Enter", bubbles: true, cancelable: true });
            if (box.dispatchEvent(press("keydown"))) box.dispatchEvent(press("keypress"));""",
        )
        begin(page, QUESTION)
        expect(page.locator(".record.finished")).to_have_count(2 * number, timeout=60_000)
        expect(page.locator(".asked")).to_have_count(2 * number)


def test_stopping_before_the_first_words_keeps_the_question(open_page: Open) -> None:
    page = open_page()
    when(page, "#question .stop-button", "document.querySelector('#question .stop-button').click()")
    begin(page, LONG)
    expect(page.locator("#question .submit-button")).to_be_visible(timeout=60_000)
    expect(page.locator(".asked")).to_have_text(LONG)
    expect(page.locator(".record")).to_be_visible()
    page.reload()
    expect(page.locator(".asked")).to_have_text(LONG)
    ask(page, QUESTION)
    expect(page.locator(".asked")).to_have_text([LONG, QUESTION])


def test_a_new_conversation_begun_meanwhile_is_another_one(open_page: Open) -> None:
    page = open_page()
    begin(page, LONG)
    first = urlsplit(page.url).query
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".asked")).to_have_count(0, timeout=30_000)
    ask(page, QUESTION)
    page.wait_for_timeout(1000)
    expect(page.locator(".asked")).to_have_text(QUESTION)
    expect(page).to_have_url(re.compile("conversation="))
    assert urlsplit(page.url).query != first
    expect(page.locator("#library .conversations .title")).to_have_text([QUESTION, LONG])
    page.reload()
    expect(page.locator(".asked")).to_have_text(QUESTION)
    page.locator("#library .conversations .title", has_text=LONG).click()
    expect(page.locator(".asked")).to_have_text(LONG)


def test_a_reload_during_the_first_question_shows_the_conversation(open_page: Open) -> None:
    page = open_page()
    begin(page, LONG)
    page.reload()
    expect(page.locator(".asked")).to_have_text(LONG)
    expect(page.locator("#library .conversations .title")).to_have_text(LONG)


def test_a_question_sent_before_stopping_is_answered_next(open_page: Open) -> None:
    page = open_page()
    begin(page, LONG)
    page.locator("#question textarea").fill(QUESTION)
    page.locator("#question textarea").press("Enter")
    page.locator("#question .stop-button").click()
    expect(page.locator(".asked")).to_have_text([LONG, QUESTION], timeout=30_000)
    wait_for_answer(page)
    expect(page.locator(".record")).to_have_count(2)
