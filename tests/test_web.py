"""The page in a real browser: real server, sample briefings, real model, and nothing fetched from elsewhere."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from serving import Server, serving, wait_for_model

from onrecord.rag import Library

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
if not CHROMIUM:
    pytest.skip("no chromium here: install Debian's package chromium", allow_module_level=True)

from axe_playwright_python.sync_playwright import Axe  # noqa: E402
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright  # noqa: E402

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
DESKTOP = {"width": 1360, "height": 860}
PHONE = {"width": 390, "height": 844}
QUESTION = "How long is the Selkie cable?"
ABSENT = "What is the recipe for lemon cake?"
HOSTILE = (
    "<img src=x onerror=alert(1)> [1]: http://elsewhere.example [a](http://elsewhere.example) $$x^2$$ `b` **c** &lt;"
)

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def open_page(browser: Browser, server: Server) -> Iterator[Open]:
    """Opens the page as a new visitor, or as one given; fails the test for a script error or a request elsewhere."""
    wait_for_model(server.address)
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def opened(path: str = "/", *, visitor: BrowserContext | None = None, **options: Any) -> Page:
        if visitor is None:
            visitor = browser.new_context(**{"viewport": DESKTOP, "locale": "en-GB", **options})
            contexts.append(visitor)
        page = visitor.new_page()
        page.on("pageerror", lambda error: wrong.append(f"script error: {error}"))
        page.on("dialog", lambda dialog: wrong.append(f"a dialog: {dialog.message}"))
        page.on("request", lambda request: wrong.extend(elsewhere(request.url, server.address)))
        page.goto(server.address + path)
        if path.startswith(("/?", "/#")) or path == "/":
            expect(page.locator(".page-head")).to_be_visible(timeout=30_000)
            expect(page.locator("#library input.find")).to_be_attached(timeout=30_000)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


def elsewhere(url: str, address: str) -> list[str]:
    """The address of a request that leaves this server."""
    return [] if url.startswith((address, "data:", "blob:")) else [f"a request to {url}"]


def ask(page: Page, question: str) -> None:
    """Ask and wait for the whole answer."""
    before = page.locator(".asked").count()
    page.locator("#question textarea").fill(question)
    expect(page.locator("#question .submit-button")).to_be_visible()
    page.locator("#question textarea").press("Enter")
    expect(page.locator(".asked")).to_have_count(before + 1, timeout=30_000)
    expect(page.locator(".message-row").last.locator(".record.finished, .failed")).to_be_visible(timeout=60_000)
    page.wait_for_function("document.getElementById('announcement')?.textContent")


def cited_slice(server: Server, chip: Any) -> str:
    """What stands in the briefing where a chip points."""
    address = urlsplit(chip.get_attribute("href"))
    query = parse_qs(address.query)
    text = httpx.get(f"{server.address}/api/{address.path}").json()["text"]
    return str(text[int(query["start"][0]) : int(query["end"][0])])


def test_a_chip_opens_the_exact_words(open_page: Open, server: Server) -> None:
    page = open_page()
    ask(page, QUESTION)
    chips = page.locator("a.cite")
    assert chips.count() >= 1
    for number in range(chips.count()):
        chips.nth(number).click()
        expect(page.locator(".source-panel mark")).to_have_text(re.compile(r"\S"))
        expect(page.locator("#source")).to_have_class(re.compile(r"\bopen\b"))
        page.wait_for_function("text => document.querySelector('.source-panel mark')?.textContent === text",
                               arg=cited_slice(server, chips.nth(number)))  # fmt: skip
    panel = page.locator(".source-panel")
    expect(panel.locator(".speaker strong")).not_to_be_empty()
    expect(panel.locator(".title")).not_to_be_empty()
    expect(panel.locator(".verified")).to_be_visible()
    expect(page.locator(".record .status").first).to_contain_text(
        re.compile(r"answered · (\d+) of \1 quotes? verified")
    )
    expect(page.locator(".record q.words").first).to_have_attribute("lang", "en")


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
    ask(page, "What did the minister say about the barrier, the ferries and the tickets?")
    expect(page.locator(".source-panel mark")).to_be_visible()
    assert "record" in page.evaluate("window.stage")


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


def test_limits_are_chips_that_can_be_taken_away(open_page: Open) -> None:
    page = open_page()
    page.locator("#library summary", has_text="Limit the search").click()
    page.locator("#limit-language").select_option("fr")
    chip = page.locator("#limits .limit")
    expect(chip).to_have_text(re.compile("French"))
    ask(page, QUESTION)
    expect(page.locator(".record .status").first).to_contain_text("limited to")
    chip.click()
    expect(chip).to_have_count(0)
    ask(page, QUESTION)
    expect(page.locator(".record .status").last).not_to_contain_text("limited to")


def test_briefings_are_added_found_and_removed(open_page: Open, tmp_path: Path) -> None:
    page = open_page()
    file = tmp_path / "zephyr-regatta.txt"
    file.write_text("Ada Quill:\nThe Zephyr regatta starts on the first of June at noon.\n", encoding="utf-8")
    broken = tmp_path / "broken.txt"
    broken.write_bytes(b"")
    page.locator("#library input[type=file]").set_input_files([file, broken])
    report = page.locator("#library .adding")
    expect(report).to_contain_text("1 briefing added · 1 not added", timeout=30_000)
    expect(report.locator(".wrong")).to_contain_text("broken.txt")
    page.locator("#library input.find").fill("zephyr")
    entry = page.locator("#library .briefings li")
    expect(entry).to_have_count(1)
    entry.get_by_role("button", name="Remove").click()
    dialog = page.locator("dialog")
    expect(dialog).to_contain_text("Remove")
    dialog.get_by_role("button", name="Cancel").click()
    expect(entry).to_have_count(1)
    entry.get_by_role("button", name="Remove").click()
    dialog.get_by_role("button", name="Remove").click()
    expect(page.locator("#library .briefings")).to_contain_text("No briefing matches")


def test_a_conversation_outlives_a_reload_and_is_its_visitors_alone(open_page: Open) -> None:
    page = open_page()
    ask(page, QUESTION)
    expect(page.locator("#library .conversations .title")).to_have_text(QUESTION)
    mine = urlsplit(page.url)
    assert "conversation=" in mine.query
    page.reload()
    expect(page.locator(".asked")).to_have_text(QUESTION)
    page.locator("a.cite").first.click()
    expect(page.locator(".source-panel mark")).to_be_visible()
    ask(page, "And who asked about it?")
    expect(page.locator(".asked")).to_have_count(2)
    other = open_page(f"/?{mine.query}")
    expect(other.locator(".welcome")).to_be_visible()
    other.wait_for_timeout(1000)
    assert other.locator(".asked").count() == 0
    assert QUESTION not in other.locator("body").inner_text()
    # Asking on in another's conversation starts one's own.
    ask(other, ABSENT)
    expect(other.locator(".asked")).to_have_count(1)
    other.wait_for_url(lambda url: urlsplit(url).query not in ("", mine.query))


def test_conversations_are_renamed_deleted_and_begun_anew(open_page: Open) -> None:
    page = open_page()
    ask(page, QUESTION)
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".asked")).to_have_count(0)
    listed = page.locator("#library .conversations .title")
    page.get_by_role("button", name=f"Rename: {QUESTION}").click()
    page.locator("dialog input").fill("Cable")
    page.locator("dialog").get_by_role("button", name="Save").click()
    expect(listed).to_have_text("Cable")
    listed.click()
    expect(page.locator(".asked")).to_have_text(QUESTION)
    page.get_by_role("button", name="Delete: Cable").click()
    page.locator("dialog").get_by_role("button", name="Delete").click()
    expect(listed).to_have_count(0)
    expect(page.locator(".asked")).to_have_count(0)


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


@pytest.mark.parametrize(("choice", "ending"), [("Markdown", ".md"), ("Word", ".docx"), ("Quotes as a table", ".csv")])
def test_answers_are_saved_as_files(open_page: Open, choice: str, ending: str) -> None:
    page = open_page()
    ask(page, QUESTION)
    page.get_by_role("button", name="Export", exact=True).click()
    with page.expect_download() as saved:
        page.locator("dialog a", has_text=choice).click()
    assert saved.value.suggested_filename.endswith(ending)
    content = Path(saved.value.path()).read_bytes()
    if ending != ".docx":
        assert page.locator("q.words").first.inner_text().strip("“”")[:20] in content.decode()


def test_an_answer_is_copied_with_its_markers_and_sources(open_page: Open) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    ask(page, QUESTION)
    page.get_by_role("button", name="Copy", exact=True).click()
    page.wait_for_function("document.getElementById('announcement').textContent === 'Copied'")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(QUESTION)
    assert re.search(r"”\s\[1\]", copied)
    assert re.search(r"^\[1\] .+ http://127\.0\.0\.1:\d+/briefings/", copied, re.MULTILINE)
    assert "Source" not in copied


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


def test_failures_are_said_in_the_chat(open_page: Open) -> None:
    page = open_page()
    page.locator("#question textarea").evaluate("area => area.removeAttribute('maxlength')")
    ask(page, "x" * 2500)
    expect(page.locator("#chat .failed")).to_contain_text("longer than 2000 characters")
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator("#chat .failed")).to_have_count(0)
    ask(page, QUESTION)
    expect(page.locator(".record.finished")).to_have_count(1)


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


def test_french_follows_the_browser_and_can_be_switched(open_page: Open) -> None:
    page = open_page(locale="fr-FR")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.locator("#question textarea")).to_have_attribute("placeholder", re.compile("dit"))
    expect(page.locator("#chat .welcome")).to_contain_text("mot pour mot")
    ask(page, "Quelle est la longueur du câble Selkie ?")
    expect(page.locator(".record .status").first).to_contain_text("interrogés")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("button", name="Add briefings")).to_be_visible()


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessibility_rules_hold_in_the_reader(open_page: Open, server: Server, scheme: str) -> None:
    [first, *_] = httpx.get(f"{server.address}/api/briefings").json()
    page = open_page(f"/briefings/{first['id']}?start=700&end=760", color_scheme=scheme)
    expect(page.locator("mark").first).to_be_visible()
    assert violations(page) == []


def violations(page: Page) -> list[str]:
    """Serious violations of axe-core's rules, one line each."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['html'][:150]} {node['failureSummary'][:200]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]


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


def test_an_empty_library_explains_itself(browser: Browser, tmp_path: Path) -> None:
    with Library.open(tmp_path / "library"):
        pass
    with serving(tmp_path / "library") as empty:
        page = browser.new_page(locale="en-GB")
        page.goto(empty.address)
        expect(page.locator("#chat .welcome")).to_contain_text("The library is empty", timeout=30_000)
        ask(page, QUESTION)
        expect(page.locator(".record .status")).to_contain_text("not found")
        page.close()
