"""The library, the conversations and what is saved of them, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from browsing import ABSENT, PHONE, QUESTION, Open, ask, cited_slice, expect_marked, remove, upload
from playwright.sync_api import expect
from serving import Server, serving

from onrecord.rag import Library


def test_limits_are_chips_that_can_be_taken_away(open_page: Open) -> None:
    page = open_page()
    page.locator("#library summary", has_text="Limit the search").click()
    page.locator("#library .choices-of summary", has_text="Language").click()
    page.get_by_role("checkbox", name="French").check()
    chip = page.locator("#limits .limit")
    expect(chip).to_have_text(re.compile("French"))
    ask(page, QUESTION)
    expect(page.locator(".record .status").first).to_contain_text("limited to")
    chip.click()
    expect(chip).to_have_count(0)
    ask(page, QUESTION)
    expect(page.locator(".record .status").last).not_to_contain_text("limited to")


def test_dates_in_a_question_are_a_chip_that_can_be_taken_away(open_page: Open) -> None:
    page = open_page()
    ask(page, "What did Ingrid Halvorsen say about the cable in February 2025?")
    chip = page.locator(".record .limit")
    expect(chip).to_have_text(re.compile("February 2025"))
    expect(page.locator(".record .status").first).to_contain_text("limited to: February 2025")
    chip.click()
    expect(chip).to_have_count(0)
    expect(page.locator(".record.finished .status").first).not_to_contain_text("limited to", timeout=30_000)
    expect(page.locator(".record")).to_have_count(1)


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
    expect(other.locator("#chat .failed")).to_contain_text("belongs to another visitor")
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


def test_an_empty_library_offers_the_samples_and_conversations_outlive_a_restart(
    open_page: Open, small_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Meaning does not matter here: a tiny model starts sooner and embeds the samples at once.
    monkeypatch.setenv("ONRECORD_MODEL", str(small_model))
    with Library.open(tmp_path / "library"):
        pass
    with serving(tmp_path / "library") as empty:
        page = open_page(at=empty)
        expect(page.locator("#chat .welcome")).to_contain_text("The library is empty")
        ask(page, QUESTION)
        expect(page.locator(".record .status")).to_contain_text("not found")
        page.get_by_role("button", name="New conversation").click()
        expect(page.locator(".beginnings button")).to_have_text(["Add briefings", "Add the sample briefings"])
        page.get_by_role("button", name="Add the sample briefings").click()
        expect(page.locator("#library .briefings li")).to_have_count(8, timeout=60_000)
        expect(page.locator(".beginnings")).to_have_count(0)
        expect(page.locator("#chat .welcome")).to_contain_text("by whom")
        ask(page, "What was discussed in Carrowby in March?")
        said = page.locator(".record .said").inner_text()
        mine = urlsplit(page.url).query
        visitor = page.context
    with serving(tmp_path / "library") as again:
        page = open_page(f"/?{mine}", visitor=visitor, at=again)
        expect(page.locator(".record .said")).to_have_text(said, use_inner_text=True, timeout=30_000)
        expect(page.locator("#library .conversations .title")).to_have_count(2)
        page.locator("a.cite").first.click()
        expect_marked(page, cited_slice(again, page.locator("a.cite").first))


def test_a_citation_of_a_changed_or_removed_briefing_says_so(open_page: Open, server: Server, tmp_path: Path) -> None:
    file, words = (
        tmp_path / "zephyr-boat-race.txt",
        "Ada Quill:\nThe Zephyr boat race starts on the {} of June at noon.\n",
    )
    page = open_page()
    # As `onrecord add` does: the same file again is a new version.
    with Library.open(server.library) as library:
        file.write_text(words.format("first"), encoding="utf-8")
        library.add(file)
        ask(page, "When does the Zephyr boat race start?")
        chip = page.locator("a.cite").first
        quoted = cited_slice(server, chip)
        assert "first of June" in quoted
        file.write_text(words.format("second"), encoding="utf-8")
        [now] = library.add(file).files
    assert now.outcome == "new version"
    chip.click()
    expect(page.locator(".source-panel .notice")).to_contain_text("newer version")
    expect_marked(page, quoted)
    page.locator("#source .close").click()
    remove(server, now.briefing_id)
    page.reload()
    page.locator("a.cite").first.click()
    expect(page.locator(".source-panel .notice")).to_have_text("This briefing is no longer in the library.")
    # Added again, the same words have the same address.
    file.write_text(words.format("first"), encoding="utf-8")
    added = upload(server, file.name, file.read_text(encoding="utf-8"))
    page.locator("#source .close").click()
    expect(page.locator("#source")).not_to_have_class(re.compile(r"\bopen\b"))
    # By the keyboard: the chip moves while the sidebar closes.
    page.locator("a.cite").first.press("Enter")
    expect_marked(page, quoted)
    remove(server, added)


def test_answers_are_saved_as_files(open_page: Open) -> None:
    page = open_page()
    ask(page, QUESTION)
    for choice, ending in (("Markdown", ".md"), ("Word", ".docx"), ("Quotes as a table", ".csv")):
        page.get_by_role("button", name="Export", exact=True).click()
        with page.expect_download() as saved:
            page.locator("dialog a", has_text=choice).click()
        assert saved.value.suggested_filename.endswith(ending)
        content = Path(saved.value.path()).read_bytes()
        if ending != ".docx":
            assert page.locator("q.words").first.inner_text().strip("“”")[:20] in content.decode()


def test_an_overview_is_saved_with_all_its_exchanges(open_page: Open) -> None:
    page = open_page()
    page.get_by_role("button", name="Search only in it: Conférence de presse").click()
    ask(page, "What was discussed?")
    expect(page.locator(".record .said")).to_contain_text("11 exchanges")
    shown = page.locator("a.cite").count()
    page.get_by_role("button", name="Export", exact=True).click()
    with page.expect_download() as saved:
        page.locator("dialog a", has_text="Markdown").click()
    content = Path(saved.value.path()).read_text(encoding="utf-8")
    # The last of the exchanges is on the second page alone: its question and its reply.
    assert len(re.findall(r"^\*\*\[\d+\]\*\*", content, re.MULTILINE)) == shown + 2
    assert "Combien la crue va-t-elle coûter en tout" in content.replace("\\", "")


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


# Both move to their places.
PARTED = """([one, other, side, otherSide]) =>
    document.querySelector(one).getBoundingClientRect()[side]
        <= document.querySelector(other).getBoundingClientRect()[otherSide]"""


def test_the_arrow_of_the_library_lies_over_nothing(open_page: Open) -> None:
    arrow, rolled = "#library > .toggle-button", "#library .sidebar-content"
    page = open_page(viewport=PHONE)
    page.locator(arrow).click()
    expect(page.locator("#library input.find")).to_be_visible()
    page.locator(rolled).evaluate("room => room.scrollTo(0, 200)")
    page.wait_for_function(PARTED, arg=[arrow, rolled, "bottom", "top"])
    # Closed, beside an open source, it leaves the heading free.
    page = open_page(viewport={"width": 820, "height": 1180})
    ask(page, QUESTION)
    page.locator("a.cite").first.click()
    expect(page.locator(".source-panel mark").first).to_be_visible()
    expect(page.locator("#library.open")).to_have_count(0)
    page.wait_for_function(PARTED, arg=[arrow, ".page-head h1", "right", "left"])


def test_all_places_are_in_sight_on_a_phone(open_page: Open) -> None:
    page = open_page(viewport=PHONE)
    for link in page.locator(".page-head nav a").all():
        box = link.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= PHONE["width"], link.inner_text()
