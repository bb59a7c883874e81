"""What a reader takes in at a glance, in a real browser: the status, whose words, what to ask next, what was added."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from browsing import ABSENT, QUESTION, Open, ask, remove
from playwright.sync_api import expect
from serving import Server

SIZES = [(1920, 1080), (1280, 800), (390, 844)]


def test_each_status_is_a_badge_of_its_own(open_page: Open) -> None:
    looks = set()
    for question, kind, badge in (
        (QUESTION, "answered", "answered"),
        ("What is Ostmere paying for a dose?", "asked_not_answered", "asked, but not answered"),
        (ABSENT, "not_found", "not found"),
    ):
        page = open_page()
        ask(page, question)
        record = page.locator(".record")
        verdict = record.locator(f".status.{kind} .verdict")
        expect(verdict).to_have_text(badge)
        # Above the answer.
        above, said = verdict.bounding_box(), record.locator(".said").bounding_box()
        assert above
        assert said
        assert above["y"] < said["y"]
        look = """badge => { const style = getComputedStyle(badge), sign = getComputedStyle(badge, "::before");
        return [style.borderStyle, sign.content] }"""
        looks.add(tuple(verdict.evaluate(look)))
    # Not by colour alone.
    assert len(looks) == 3


def test_a_quote_is_a_block_under_who_and_when(open_page: Open) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    ask(page, QUESTION)
    lead, quote = page.locator(".said .lead").first, page.locator(".said .quote").first
    expect(lead).to_contain_text("13 February 2025")
    above, below = lead.bounding_box(), quote.bounding_box()
    assert above
    assert below
    assert above["y"] + above["height"] <= below["y"] + 1
    expect(quote.locator("a.cite")).to_have_count(1)
    page.get_by_role("button", name="Copy", exact=True).click()
    page.wait_for_function("document.getElementById('announcement').textContent === 'Copied'")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert re.search(r"said on 13 February 2025: “[^”]+”\s\[1\]\n", copied)
    assert re.search(r"^\[1\] .+ http://127\.0\.0\.1:\d+/briefings/", copied, re.MULTILINE)
    assert re.search(r"^answered · 1 of 1 quote verified", copied, re.MULTILINE)


def test_suggestions_are_one_row_of_subjects(open_page: Open) -> None:
    page = open_page()
    offered = page.locator("button.suggestion")
    seen = []
    for question in (None, QUESTION, "How will the vaccine reach the islands?"):
        if question:
            ask(page, question)
        expect(offered.first).to_be_visible(timeout=60_000)
        # In one look: a row may give way to a newer one meanwhile.
        row = offered.evaluate_all(
            """all => all.map(one => [
                one.innerText, Math.round(one.getBoundingClientRect().y), one.scrollWidth > one.clientWidth,
            ])"""
        )
        texts, tops, cut_off = zip(*row, strict=True)
        assert len(set(tops)) == 1
        assert sum(text.startswith("What did") for text in texts) <= 1
        assert len(set(texts)) == len(texts)
        assert not any(cut_off)
        seen += texts
    # Asked as they were asked in the room.
    assert sum(text.endswith("?") and not text.startswith("What ") for text in seen) >= 2


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_nothing_of_an_answer_is_cut_off(open_page: Open, width: int, height: int) -> None:
    page = open_page(viewport={"width": width, "height": height})
    ask(page, QUESTION)
    expect(page.locator("button.suggestion").first).to_be_visible(timeout=60_000)
    log = page.locator("#chat [role=log]").bounding_box()
    assert log
    for part in (".verdict", ".said", ".sources", ".actions"):
        box = page.locator(f".record {part}").bounding_box()
        assert box, part
        assert box["y"] >= log["y"], part
        assert box["y"] + box["height"] <= log["y"] + log["height"], part
        assert box["x"] + box["width"] <= width, part
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_adding_the_same_again_is_said_in_words(open_page: Open, server: Server, tmp_path: Path) -> None:
    page = open_page()
    file = tmp_path / "gannet-count.txt"
    file.write_text("Ada Quill:\nThe gannet count begins on the first of June at noon.\n", encoding="utf-8")
    report = page.locator("#library .adding")
    page.locator("#library input[type=file]").set_input_files(file)
    expect(report).to_contain_text("1 briefing added", timeout=30_000)
    page.locator("#library input[type=file]").set_input_files(file)
    expect(report).to_have_text("1 briefing is already in the library, nothing changed", timeout=30_000)
    [added] = [one for one in httpx.get(f"{server.address}/api/briefings").json() if "gannet" in one["file"]]
    remove(server, added["id"])
