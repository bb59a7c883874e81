"""What a language model writes, in a real browser: beneath the quotes, checked, told apart, stopped, chosen."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from browsing import PHONE, Open, violations, visits
from playwright.sync_api import Browser, Page, expect
from pypdfium2 import PdfDocument
from scripted_model import UNSUPPORTED, ScriptedModel, scripted_model
from serving import Server, serving

from onrecord.rag import Library
from onrecord.ui.page.text import counted, words

QUESTION = "Will there be a fifth ferry?"
LABEL = words("en")["written_by"].format(model=ScriptedModel.name)


@pytest.fixture(scope="module")
def model() -> Iterator[ScriptedModel]:
    with scripted_model() as started:
        yield started


@pytest.fixture(scope="module")
def written(
    tmp_path_factory: pytest.TempPathFactory, sample_library: Library, model: ScriptedModel
) -> Iterator[Server]:
    """A server of the samples, run by a user whose settings name the model."""
    place = tmp_path_factory.mktemp("written")
    shutil.copytree(sample_library.folder, place / "library")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CONFIG_HOME", "HOME"):
            patch.setenv(name, str(place))
        (place / "onrecord").mkdir()
        text = f'llm_url = "{model.address}"\nllm_model = "{model.name}"\n'
        (place / "onrecord" / "settings.toml").write_text(text, encoding="utf-8")
        with serving(place / "library") as started:
            yield started


@pytest.fixture
def open_written(browser: Browser, written: Server) -> Iterator[Open]:
    with visits(browser, written) as opened:
        yield opened


def send(page: Page, question: str = QUESTION) -> None:
    page.locator("#question textarea").fill(question)
    page.locator("#question textarea").press("Enter")


def wait_for_written(page: Page) -> None:
    expect(page.locator(".written.finished")).to_be_visible(timeout=60_000)
    expect(page.locator("#question .submit-button")).to_be_visible()


def test_the_quotes_are_whole_at_once_and_the_rest_comes_beneath(
    open_written: Open, written: Server, model: ScriptedModel
) -> None:
    page = open_written(permissions=["clipboard-read", "clipboard-write"])
    expect(page.locator("button.writer")).to_have_text(f"Written answers: {model.name}")
    model.go.clear()
    send(page)
    expect(page.locator(".written.growing .said")).to_be_visible(timeout=60_000)
    # Badge, quotes, sources and buttons stand while the model writes, and nothing of it stands among them.
    record = page.locator(".record.finished:not(.written)")
    expect(record.locator(".answered .verdict")).to_be_visible()
    expect(record.locator("button.act")).to_have_count(7)
    expect(page.locator("#announcement")).to_have_text("The answer is ready.")
    record.evaluate("one => (one.drawn = 'once')")
    growing = page.locator(".written")
    expect(growing.locator("h3")).to_have_text(words("en")["writing"].format(model=model.name))
    record.locator("a.cite").first.focus()
    model.go.set()
    wait_for_written(page)
    expect(page.locator("#announcement")).to_have_text("The written answer is ready.")
    assert record.evaluate("one => one.drawn") == "once"
    expect(record.locator("a.cite").first).to_be_focused()
    expect(growing.locator("h3")).to_have_text(LABEL)
    expect(growing).not_to_contain_text(UNSUPPORTED)
    expect(growing).to_contain_text(counted("en", "left_out", 1))
    # Its citations open like any other, and are gone through together with the quotes'.
    last = growing.locator("a.cite").last
    last.press("Enter")
    expect(page.locator(".source-panel mark")).to_be_visible()
    expect(last).to_have_attribute("aria-current", "true")
    total = page.locator("a.cited").count()
    assert total > 1
    expect(page.locator(".stepper")).to_contain_text(f"of {total}")
    page.keyboard.press("Escape")
    assert not violations(page)
    # Copied, printed and saved, it stands behind its label.
    page.locator("button.act.copy").click()
    page.wait_for_function("navigator.clipboard.readText().then((text) => text.includes('fifth ferry'))")
    copied = page.evaluate("navigator.clipboard.readText()")
    said = growing.locator(".said").inner_text().split("[")[0].strip()[:30]
    quoted, behind = copied.split(LABEL)
    assert "“" in quoted
    assert behind.strip().startswith(said)
    printed = "".join(sheet.get_textpage().get_text_range() for sheet in PdfDocument(page.pdf(format="A4")))
    assert "".join(LABEL.split()) in "".join(printed.split())
    cookies = {one["name"]: one["value"] for one in page.context.cookies()}
    asked = str(record.get_attribute("id")).removeprefix("record-")
    saved = httpx.get(f"{written.address}/api/answers/{asked}/export", cookies=cookies).text
    assert saved.index("“") < saved.index("Written by ")
    # After a reload all is as it was.
    shown = growing.inner_text()
    page.reload()
    expect(page.locator(".written .said")).to_be_visible(timeout=30_000)
    assert page.locator(".written").inner_text() == shown


def test_either_form_can_be_hidden_and_that_is_remembered(open_written: Open) -> None:
    page = open_written()
    send(page)
    wait_for_written(page)
    quotes, written = page.locator(".record:not(.written) .said"), page.locator(".written .said")
    buttons = page.get_by_role("group", name=words("en")["forms"]).get_by_role("button")
    assert buttons.evaluate_all("all => all.map((one) => one.getAttribute('aria-pressed'))") == ["true", "true"]
    buttons.first.press("Enter")
    expect(quotes).to_be_hidden()
    expect(written).to_be_visible()
    expect(buttons.first).to_have_attribute("aria-pressed", "false")
    expect(buttons.first).to_be_focused()
    assert not violations(page)
    page.reload()
    expect(written).to_be_visible(timeout=30_000)
    expect(quotes).to_be_hidden()
    # Never neither.
    page.locator("button.form").last.press("Space")
    expect(quotes).to_be_visible()
    expect(written).to_be_hidden()
    page.locator("button.form").last.press("Space")
    expect(written).to_be_visible()
    expect(quotes).to_be_visible()


def test_stopped_it_keeps_the_quotes_and_what_was_written(open_written: Open, model: ScriptedModel) -> None:
    page = open_written(viewport=PHONE)
    model.go.clear()
    model.left.clear()
    send(page)
    expect(page.locator(".written.growing .said")).to_be_visible(timeout=60_000)
    quotes = page.locator(".record.finished").inner_text()
    said = page.locator(".written .said").inner_text()
    page.locator("#question .stop-button").click()
    expect(page.locator(".written.finished .note")).to_have_text(words("en")["writing_stopped"])
    # It is stopped too, in the middle of its second sentence.
    assert model.left.wait(60)
    model.go.set()
    assert page.locator(".record.finished:not(.written)").inner_text() == quotes
    assert page.locator(".written .said").inner_text().startswith(said[:20])
    page.reload()
    expect(page.locator(".written.finished .note")).to_be_visible(timeout=30_000)
    assert page.locator(".record.finished:not(.written)").inner_text() == quotes
    # Nothing stands in the way of the next question.
    page.locator("#question textarea").fill("Hello")
    page.locator("#question textarea").press("Enter")
    expect(page.locator(".record").last).to_contain_text("Ask what was said", timeout=30_000)


def test_a_model_that_refuses_costs_one_line(open_written: Open, model: ScriptedModel) -> None:
    page = open_written()
    model.refuses = True
    try:
        send(page)
        expect(page.locator(".written.finished .note")).to_contain_text("ONRECORD_LLM_KEY", timeout=60_000)
    finally:
        model.refuses = False
    expect(page.locator(".record.finished .answered")).to_be_visible()
    expect(page.locator(".written h3, .written button")).to_have_count(0)
    expect(page.locator("#announcement")).to_have_text("The answer is ready.")


def test_the_dialog_speaks_the_pages_language_and_fits_a_page_at_400_per_cent(
    open_written: Open, model: ScriptedModel
) -> None:
    page = open_written(locale="de-DE", viewport={"width": 320, "height": 640})
    said = words("de")
    page.get_by_role("button", name=said["written_named"].format(model=model.name)).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(said["written_about"])
    expect(dialog.get_by_label(said["model_url"])).to_have_value(model.address)
    assert dialog.evaluate("one => one.scrollWidth <= one.clientWidth + 1")
    assert not violations(page)


def test_a_model_is_tried_chosen_and_put_away(open_written: Open, written: Server, model: ScriptedModel) -> None:
    """The last test but one of this server: it changes what writes."""
    said = words("en")
    page = open_written()
    opener = page.locator("button.writer")
    opener.press("Enter")
    dialog = page.get_by_role("dialog", name=said["written_answers"])
    dialog.get_by_role("button", name=said["model_try"]).click()
    expect(dialog.get_by_role("status")).to_contain_text(f"{model.name} replied")
    dialog.get_by_role("button", name=said["model_use_none"]).click()
    expect(dialog).to_contain_text(said["model_unused"])
    expect(opener).to_have_text(said["written_none"])
    assert httpx.get(f"{written.address}/api/status").json()["language_model"] is None
    dialog.get_by_label(said["model_file"]).check()
    dialog.get_by_label(said["model_path"]).fill("/nowhere/none.gguf")
    dialog.get_by_role("button", name=said["model_try"]).click()
    expect(dialog.get_by_role("status")).to_contain_text("/nowhere/none.gguf")
    dialog.get_by_label(said["model_server"]).check()
    dialog.get_by_label(said["model_url"]).fill(model.address)
    dialog.get_by_label(said["model_name"]).fill("another-model")
    dialog.get_by_label(said["model_key"]).fill("secret")
    dialog.get_by_role("button", name=said["model_use"], exact=True).click()
    expect(opener).to_have_text(said["written_named"].format(model="another-model"))
    expect(dialog.get_by_label(said["model_key"])).to_have_value("")
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    send(page)
    wait_for_written(page)
    expect(page.locator(".written h3")).to_contain_text("another-model")
    assert model.asked[-1][0]["Authorization"] == "Bearer secret"
    kept = (Path(written.library).parent / "onrecord" / "settings.toml").read_text("utf-8")
    assert re.search(r'^llm_model = "another-model"$', kept, re.MULTILINE)


def test_a_program_may_decline_it(written: Server) -> None:
    asked = {"question": QUESTION}
    whole = httpx.post(f"{written.address}/api/ask", json=asked, timeout=60).json()
    assert whole["written"]["complete"]
    assert whole["written"]["parts"]
    without = httpx.post(f"{written.address}/api/ask", json={**asked, "written": False}, timeout=60).json()
    assert without["written"] is None
    assert whole["text"] == without["text"]
    assert whole["citations"][: len(without["citations"])] == without["citations"]
    stream = httpx.post(f"{written.address}/api/ask/stream", json=asked, timeout=60).text
    assert stream.index('"complete":false') < stream.index('"complete":true')


def test_a_program_that_goes_away_stops_the_model(written: Server, model: ScriptedModel) -> None:
    model.go.clear()
    model.left.clear()
    asked = {"question": QUESTION}
    with httpx.stream("POST", f"{written.address}/api/ask/stream", json=asked, timeout=60) as answer:
        lines = answer.iter_lines()
        assert any('"complete":false' in line for line in lines)
        # That nothing is new is told by comments.
        assert any(line.startswith(":") for line in lines)
    assert model.left.wait(60)
    model.go.set()
