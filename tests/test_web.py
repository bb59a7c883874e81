"""Questions, answers and sources in a real browser: real server, sample briefings, real model, nothing fetched."""

from __future__ import annotations

import re

import httpx
from browsing import ABSENT, QUESTION, Open, ask, cited_slice, expect_marked, remove, upload, wait_for_answer
from playwright.sync_api import expect
from serving import Server

HOSTILE = (
    "<img src=x onerror=alert(1)> [1]: http://elsewhere.example [a](http://elsewhere.example) $$x^2$$ `b` **c** &lt;"
)


def test_a_chip_opens_the_exact_words(open_page: Open, server: Server) -> None:
    page = open_page()
    ask(page, QUESTION)
    chips = page.locator("a.cite")
    assert chips.count() >= 1
    for number in range(chips.count()):
        chips.nth(number).click()
        expect(page.locator(".source-panel mark")).to_have_text(re.compile(r"\S"))
        expect(page.locator("#source")).to_have_class(re.compile(r"\bopen\b"))
        expect_marked(page, cited_slice(server, chips.nth(number)))
    panel = page.locator(".source-panel")
    expect(panel.locator(".speaker strong")).not_to_be_empty()
    expect(panel.locator(".title")).not_to_be_empty()
    expect(panel.locator(".verified")).to_be_visible()
    expect(page.locator(".record .status").first).to_contain_text(
        re.compile(r"answered · (\d+) of \1 quotes? verified")
    )
    expect(page.locator(".record q.words").first).to_have_attribute("lang", "en")


def test_chip_list_export_and_api_number_the_citations_alike(open_page: Open, server: Server) -> None:
    page = open_page()
    ask(page, QUESTION)
    chips, listed = page.locator("a.cite"), page.locator("a.cited")
    ids = [str(chip.get_attribute("id")).split("-") for chip in chips.all()]
    numbers = [int(number) for _, _, number in ids]
    assert list(dict.fromkeys(numbers)) == list(range(1, listed.count() + 1))
    answer = httpx.post(f"{server.address}/api/ask", json={"question": QUESTION}, timeout=60).json()
    exported = page.request.get(f"{server.address}/api/answers/{ids[0][1]}/export?format=csv").text()
    for citation in answer["citations"]:
        number = citation["number"]
        chip = page.locator(f"a.cite[id$='-{number}']").first
        assert chip.get_attribute("href") == page.locator(f"a.cited[id$='-{number}']").get_attribute("href")
        assert f"start={citation['start']}&end={citation['end']}" in str(chip.get_attribute("href"))
        assert f'"{number}","{citation["quote"]}"' in exported


def test_chips_work_by_keyboard_and_escape_goes_back(open_page: Open) -> None:
    page = open_page()
    ask(page, QUESTION)
    chip = page.locator("a.cite").first
    for _ in range(60):
        if chip.evaluate("chip => chip === document.activeElement"):
            break
        page.keyboard.press("Shift+Tab")
    expect(chip).to_be_focused()
    expect(page.locator("#citation-card")).to_be_visible()
    expect(page.locator("#citation-card .words")).not_to_be_empty()
    page.keyboard.press("Enter")
    expect(page.locator(".source-panel mark")).to_be_visible()
    expect(page.locator(".source-panel")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#source")).not_to_have_class(re.compile(r"\bopen\b"))
    expect(chip).to_be_focused()


def test_a_chip_is_large_enough_and_shows_a_card(open_page: Open) -> None:
    page = open_page()
    ask(page, QUESTION)
    chip = page.locator("a.cite").first
    box = chip.bounding_box()
    assert box
    assert box["width"] >= 24
    assert box["height"] >= 24
    chip.hover()
    card = page.locator("#citation-card")
    expect(card).to_be_visible()
    for part in (".who", ".words", ".where"):
        expect(card.locator(part)).not_to_be_empty()


def test_a_chip_works_while_the_answer_grows(open_page: Open) -> None:
    page = open_page()
    # The first chip is clicked by the page itself the moment it is there, whatever comes after.
    page.evaluate(
        """() => new MutationObserver((_, observer) => {
            const chip = document.querySelector("#chat a.cite");
            if (chip) { observer.disconnect(); window.stage = chip.closest(".record").className; chip.click(); }
        }).observe(document.body, { subtree: true, childList: true })"""
    )
    ask(page, "What was said about the cable?")
    expect(page.locator(".source-panel mark")).to_be_visible()
    assert "record" in page.evaluate("window.stage")


def test_the_source_shows_what_is_around_the_words_and_leads_on(open_page: Open, server: Server) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    # An answer from a briefing with an address: the minister's reply to a question.
    ask(page, "What did Gwen Ashdown (Wenlow Evening Post) ask?")
    chips, panel = page.locator("a.cite"), page.locator(".source-panel")
    chips.nth(1).click()
    reply = cited_slice(server, chips.nth(1))
    expect_marked(page, reply)
    expect(panel.locator(".excerpt.question h4")).to_contain_text("In reply to Gwen Ashdown")
    expect(panel.locator(".excerpt.after")).to_be_visible()
    expect(panel.locator(".meta")).to_contain_text("English")
    expect(panel.locator(".speaker")).to_contain_text("Tolliver")
    original = panel.get_by_role("link", name="Original page").get_attribute("href")
    assert str(original).startswith("https://briefings.example.org/ostmere/transport/2025-03-11#:~:text=")
    panel.get_by_role("button", name="Copy the quote with its source").click()
    page.wait_for_function("document.getElementById('announcement').textContent === 'Copied'")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"“{reply}”\n— ")
    assert "Tolliver" in copied
    assert "11 March 2025" in copied
    total = page.locator("a.cited").count()
    expect(panel.locator(".stepper")).to_contain_text(f"Citation 2 of {total}")
    panel.get_by_role("button", name="Previous citation").click()
    expect_marked(page, cited_slice(server, chips.first))
    expect(panel.get_by_role("button", name="Previous citation")).to_be_disabled()
    panel.get_by_role("button", name="Next citation").click()
    expect_marked(page, reply)


def test_two_chips_on_one_passage_highlight_their_own_words(open_page: Open, server: Server) -> None:
    words = (
        "Ada Quill:\nThe quokka census began in May. We were glad. It ended in June, and the quokka census was cheap.\n"
    )
    added = upload(server, "quokka-census.txt", words)
    try:
        page = open_page()
        ask(page, "List every mention of the quokka census")
        chips = page.locator("a.cite")
        expect(chips).to_have_count(2)
        first, second = chips.nth(0), chips.nth(1)
        assert str(first.get_attribute("href")).split("#")[1] == str(second.get_attribute("href")).split("#")[1]
        for chip in (first, second, first):
            # By the keyboard: chips move while the sidebar opens.
            chip.press("Enter")
            expect_marked(page, cited_slice(server, chip))
        assert cited_slice(server, first) != cited_slice(server, second)
    finally:
        remove(server, added)


def test_the_status_line_says_what_was_searched_and_how_the_question_was_understood(open_page: Open) -> None:
    page = open_page()
    ask(page, "What did Tolliver say about Wenlow?")
    status = page.locator(".record .status").first
    expect(status).to_contain_text(re.compile(r"^answered · (\d+) of \1 quotes? verified · \d+ briefings searched"))
    ask(page, "And about Corvanne?")
    understood = page.locator(".record").last.locator(".understood")
    expect(understood).to_have_text("understood as: What did Tolliver say about Corvanne?")
    expect(page.locator(".record .status").last).not_to_contain_text("%")


def test_questions_are_shown_to_the_letter(open_page: Open) -> None:
    page = open_page()
    ask(page, HOSTILE)
    assert page.locator(".asked").inner_text() == HOSTILE
    assert page.locator(".asked *").count() == 0
    assert page.locator(".asked a, .record a[href^='http']").count() == 0


def test_hostile_briefings_are_only_text(open_page: Open, server: Server) -> None:
    words = (
        "Ada Quill:\nThe quokka census <img src=x onerror=alert(1)> counted 400 quokkas. "
        "<script>alert(2)</script> [1]: http://elsewhere.example/ and [1](javascript:alert(3)) says so.\n"
        "Ivo Stern:\nWho <b>counted</b> the quokkas?\n"
    )
    [added] = httpx.post(
        f"{server.address}/api/briefings", files={"files": ("<img src=x onerror=alert(4)>.txt", words)}, timeout=60
    ).json()["files"]
    try:
        page = open_page()
        ask(page, "How many quokkas did the census count?")
        link = page.locator("a.cite, a.near").first
        link.click()
        expect(page.locator(".source-panel mark")).to_be_visible()
        assert page.locator(".source-panel mark").text_content() == cited_slice(server, link)
        assert page.locator("#chat img, .source-panel img, #library img, .record b, .excerpts b").count() == 0
        assert not page.locator("#chat a[href*='elsewhere'], .source-panel a[href*='elsewhere']").count()
        reader = open_page(f"/briefings/{added['briefing_id']}")
        assert reader.locator("article img, article script, article b").count() == 0
        expect(reader.locator("article")).to_contain_text("<script>alert(2)</script>")
    finally:
        httpx.delete(f"{server.address}/api/briefings/{added['briefing_id']}").raise_for_status()


def test_what_is_not_there_is_said_and_what_is_nearest_shown(open_page: Open) -> None:
    page = open_page()
    ask(page, ABSENT)
    expect(page.locator(".record .status").first).to_contain_text("not found")
    expect(page.locator(".record a.cite")).to_have_count(0)
    page.locator("a.near").first.click()
    expect(page.locator(".source-panel mark")).to_be_visible()
    # What could be asked instead.
    expect(page.locator("button.suggestion").first).to_be_visible(timeout=60_000)


def test_what_is_suggested_can_be_answered(open_page: Open) -> None:
    page = open_page()
    suggestion = page.locator("button.suggestion").last
    expect(suggestion).to_be_visible(timeout=60_000)
    wanted = suggestion.inner_text()
    suggestion.click()
    expect(page.locator(".asked")).to_have_text(wanted)
    wait_for_answer(page)
    expect(page.locator(".record .status.answered")).to_be_visible()
    # What comes next is something else.
    expect(page.locator("button.suggestion").first).to_be_visible(timeout=60_000)
    assert wanted not in page.locator("button.suggestion").all_inner_texts()


def test_stopping_keeps_what_has_been_said(open_page: Open) -> None:
    page = open_page()
    # Stopped by the page itself the moment the first words are there.
    page.evaluate(
        """() => new MutationObserver((_, observer) => {
            const stop = document.querySelector("#question .stop-button");
            if (!document.querySelector(".record") || !stop) return;
            observer.disconnect();
            stop.click();
        }).observe(document.body, { subtree: true, childList: true })"""
    )
    page.locator("#question textarea").fill("What was discussed in Carrowby in March?")
    page.locator("#question textarea").press("Enter")
    expect(page.locator("#question .submit-button")).to_be_visible(timeout=60_000)
    expect(page.locator(".record.finished .said")).not_to_be_empty()
    said = page.locator(".record .said").inner_text()
    expect(page.locator("#chat .failed")).to_have_count(0)
    # The address names the conversation as soon as the page is told that the answer has ended.
    expect(page).to_have_url(re.compile("conversation="))
    page.reload()
    expect(page.locator(".record .said")).to_have_text(said, use_inner_text=True)
    ask(page, QUESTION)
    expect(page.locator(".record.finished")).to_have_count(2)


def test_asking_again_and_editing_replace_the_question(open_page: Open) -> None:
    page = open_page()
    ask(page, QUESTION)
    first = page.locator(".asked").get_attribute("id")
    page.get_by_role("button", name="Ask again").click()
    page.wait_for_function("id => document.querySelector('.asked').id !== id", arg=first)
    expect(page.locator(".record.finished")).to_be_visible(timeout=30_000)
    expect(page.locator(".asked")).to_have_count(1)
    expect(page.locator("#question .submit-button")).to_be_visible()
    page.get_by_role("button", name="Edit", exact=True).click()
    box = page.locator("#question textarea")
    expect(box).to_have_value(QUESTION)
    box.fill(ABSENT)
    box.press("Enter")
    expect(page.locator(".asked")).to_have_text(ABSENT)
    expect(page.locator(".record .status").first).to_contain_text("not found", timeout=30_000)


def test_readers_can_say_what_is_wrong(open_page: Open, server: Server) -> None:
    page = open_page()
    ask(page, QUESTION)
    page.get_by_role("button", name="Helpful", exact=True).click()
    expect(page.get_by_role("button", name="Helpful", exact=True)).to_have_attribute("aria-pressed", "true")
    page.locator("a.cite").first.click()
    page.locator(".judgement summary").click()
    page.get_by_role("button", name="Misquoted").click()
    expect(page.locator(".judgement")).to_contain_text("Thank you")
    said = page.request.get(f"{server.address}/api/feedback").json()
    assert [(one["citation"], one["verdict"]) for one in said] == [(0, "helpful"), (1, "misquoted")]
