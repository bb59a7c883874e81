"""The reader: outline, speakers to choose, find in text, a header that stays, each speaker said once."""

from __future__ import annotations

import re

import httpx
import pytest
from browsing import PHONE, Open, violations
from playwright.sync_api import expect
from serving import Server

from onrecord.rag import Briefing, Exchange, Span, Turn
from onrecord.ui.reader.pages import reader_page


def address(server: Server, file: str = "alliance-cable") -> str:
    found = httpx.get(f"{server.address}/api/briefings").json()
    return next(f"/briefings/{one['id']}" for one in found if one["file"].startswith(file))


def test_each_speaker_is_said_once_and_the_text_stays_to_the_letter() -> None:
    text = "Q (Ledger): Will it open?\nMR. STERN [00:04]: It will.\nQ: When? (Laughter.)\nMR. STERN: In May."
    labels = [("Q (Ledger)", "Will it open?"), ("MR. STERN", "It will."), ("Q", "When?"), ("MR. STERN", "In May.")]
    turns, place = [], 0
    for label, said in labels:
        start = text.index(said, place)
        place = start + len(said)
        speaker = "Ivo Stern" if "STERN" in label else None
        turns.append(Turn(start, place, label=label, speaker=speaker, kind="answer" if speaker else "question"))
    asked = (Span(turns[0].start, turns[0].end),)
    made = Briefing(
        "b", "Port", None, "en", None, "f.txt", "transcript", text, tuple(turns), (Exchange((0,), (1,), asked),)
    )
    html = reader_page(made, [], "en")
    article = html.split("<article", 1)[1].split(">", 1)[1].split("</article>")[0]
    shown = re.sub(r"<h2.*?</h2>", "", article)
    assert re.sub(r"<[^>]+>", "", shown) == text
    visible = re.sub(r"<[^>]+>", " ", re.sub(r"<div[^>]* hidden>.*?</div>", "", article, flags=re.DOTALL))
    assert visible.count("STERN") == 0
    assert visible.count("Ivo Stern") == 2
    # Who has no name is called as printed, and what was no label is shown.
    assert visible.count("Q (Ledger)") == 1
    assert visible.count("(Laughter.)") == 1


def test_the_outline_leads_to_exchanges_and_marks_the_one_in_view(open_page: Open, server: Server) -> None:
    page = open_page(address(server))
    links = page.locator("#outline nav a")
    expect(links.first).to_have_attribute("aria-current", "true")
    fenwick = links.filter(has_text="Isidore Fenwick (Shield and Anchor)")
    expect(fenwick).to_contain_text("Is the rail part cancelled?")
    fenwick.click()
    expect(page.locator("section:target")).to_contain_text("Is the rail part cancelled?")
    expect(fenwick).to_have_attribute("aria-current", "true")
    expect(page.locator("#outline [aria-current]")).to_have_count(1)
    # The header stays, says which briefing this is, and is small.
    bar = page.locator(".reading-bar").bounding_box()
    assert bar is not None
    assert bar["y"] == 0
    assert bar["height"] < 80
    expect(page.locator(".reading-title")).to_be_visible()


def test_some_speakers_are_read_and_the_address_keeps_them(open_page: Open, server: Server) -> None:
    page = open_page(address(server))
    page.get_by_label("Mathieu Kerbrunec").check()
    folded = page.locator("section.turn.folded")
    expect(page.locator("section.turn:not(.folded)")).to_have_count(4)
    expect(folded.first.locator(".text")).to_be_hidden()
    page.reload()
    expect(page.locator("section.turn:not(.folded)")).to_have_count(4)
    expect(page.get_by_label("Mathieu Kerbrunec")).to_be_checked()
    assert violations(page) == []
    first = folded.first
    name = first.get_attribute("id")
    first.get_by_role("button", name=re.compile("^Show: ")).press("Enter")
    expect(page.locator(f"#{name} .text")).to_be_visible()
    expect(page.locator(f"#{name} .who")).to_be_focused()
    page.get_by_role("button", name="Show all speakers").click()
    expect(folded).to_have_count(0)
    assert "speaker" not in page.url


def test_words_are_found_counted_and_stepped_through(open_page: Open, server: Server) -> None:
    page = open_page(address(server) + "?speaker=Mathieu+Kerbrunec")
    expect(page.locator("section.turn.folded").first).to_be_attached()
    page.keyboard.press("/")
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.type("CÂBLE was  cut".replace("  ", " "))
    count = page.locator(".find-text output")
    expect(count).to_have_text("1 match")
    page.keyboard.press("Enter")
    expect(count).to_have_text("1 / 1")
    # What was folded away is opened where the words are.
    expect(page.get_by_text("The cable was cut deliberately.")).to_be_visible()
    page.locator("#find").fill("cable")
    page.keyboard.press("Enter")
    expect(count).to_have_text(re.compile(r"^1 / \d+$"))
    page.keyboard.press("Shift+Enter")
    total = (count.text_content() or "").split(" / ")
    assert total[0] == total[1]
    page.get_by_role("button", name="Next match").click()
    expect(count).to_have_text(f"1 / {total[1]}")
    page.get_by_role("button", name="Previous match").click()
    expect(count).to_have_text(f"{total[1]} / {total[1]}")
    page.locator("#find").fill("no such words")
    expect(count).to_have_text("No match")
    page.locator("#find").press("Escape")
    expect(page.locator("#find")).to_have_value("")
    expect(count).to_have_text("")


def test_words_are_found_across_the_marked_quote(open_page: Open, server: Server) -> None:
    path = address(server)
    text = httpx.get(f"{server.address}/api{path}").json()["text"]
    start = text.index("was cut deliberately")
    page = open_page(f"{path}?start={start}&end={start + 20}")
    expect(page.locator("mark")).to_have_text("was cut deliberately")
    page.locator("#find").fill("cable was cut deliberately. The")
    expect(page.locator(".find-text output")).to_have_text("1 match")


def test_on_a_phone_the_outline_is_a_drawer(open_page: Open, server: Server) -> None:
    page = open_page(address(server), viewport=PHONE)
    opener = page.get_by_role("button", name="Exchanges")
    expect(page.locator("#outline")).to_be_hidden()
    opener.click()
    expect(opener).to_have_attribute("aria-expanded", "true")
    expect(page.locator("#outline nav a").first).to_be_focused()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("#outline")).to_be_hidden()
    expect(opener).to_be_focused()
    opener.click()
    page.locator("#outline nav a").last.click()
    expect(page.locator("#outline")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("width", "height"), [(844, 390), (320, 256), (1920, 1080)])
def test_nothing_is_cut_off(open_page: Open, server: Server, width: int, height: int) -> None:
    page = open_page(address(server), viewport={"width": width, "height": height})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.evaluate("scrollTo(0, 1500)")
    shown = page.locator(".reading-bar").bounding_box()
    # Where there is little height, the words have it all.
    assert shown is not None
    assert max(0, shown["y"] + shown["height"]) < height / 4


def test_a_report_has_no_outline(open_page: Open, server: Server) -> None:
    page = open_page(address(server, "corvanne-depeche"))
    expect(page.locator("article")).to_be_visible()
    expect(page.locator("#outline nav")).to_have_count(0)
    assert violations(page) == []
