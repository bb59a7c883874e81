"""What a language model wrote beside an answer, told apart from the quotes wherever it goes; all of it is invented."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient
from lxml import html as lxml_html
from markdown_it import MarkdownIt
from records import spoken_briefing
from scripted_model import UNSUPPORTED, ScriptedModel, scripted_model
from typer.testing import CliRunner

from onrecord.rag import (
    EXPORT_FORMATS,
    LANGUAGES,
    Filters,
    InvalidRequest,
    Library,
    ModelChoice,
    ModelError,
    OnRecordError,
    Settings,
    export,
)
from onrecord.rag.answers.forms import quotes_alone, with_written_of, written_only
from onrecord.rag.languages import answer_language
from onrecord.rag.settings import keep_settings, settings_file
from onrecord.rag.text.quotes import cite
from onrecord.rag.types import Answer, Citation, Part, Pointer, Quote, Words, Written
from onrecord.ui.chat.conversations import Asked, Conversations, new_id
from onrecord.ui.chat.render import answer_html, status_line, written_html
from onrecord.ui.command.cli import app
from onrecord.ui.command.terminal import render_answer, render_written
from onrecord.ui.page.text import counted, words
from onrecord.ui.server.audit import Audit
from onrecord.ui.server.places import Places
from onrecord.ui.server.settings import ServerSettings
from onrecord.ui.writing.routes import writing_api


@pytest.fixture(scope="module")
def model() -> Any:
    with scripted_model() as started:
        yield started


_BRIEFING = spoken_briefing(
    [
        ("Ada Brook", "Minister of Ports", "The harbour reopens on 4 May. The fee stays at 12 crowns."),
        ("Mara Cole", "Mayor", "The ferry costs 30 crowns."),
    ]
)
_HOSTILE = "Ports & <b>piers</b> *reopen*."


def _cited(number: int, quote: str) -> Citation:
    start = _BRIEFING.text.index(quote)
    return cite(number, _BRIEFING, start, start + len(quote))


def _answer(language: str = "en", **changes: Any) -> Answer:
    """An answer of one quote, and of two sentences by a model: one cites that quote, and one the ferry's price."""
    written = Written(
        "some-model-3b",
        (
            Part((Words("The port opens in May "), Pointer((1,)), Words(". A crossing is 30 crowns "), Pointer((2,)))),
            Part((Words(f"{_HOSTILE} "), Pointer((2,))), item=True),
        ),
        left_out=2,
    )
    answer = Answer(
        question="When does the harbour reopen?",
        standalone_question="When does the harbour reopen?",
        status="answered",
        confidence=0.9,
        language=language,
        parts=(Part((Words("Ada Brook said: "), Quote((1,)))),),
        citations=(_cited(1, "The harbour reopens on 4 May."), _cited(2, "The ferry costs 30 crowns.")),
        hits=(),
        searched_briefings=1,
        written=written,
    )
    return replace(answer, **changes)


def test_the_two_forms_come_apart_and_together_again() -> None:
    answer = _answer()
    quotes = quotes_alone(answer)
    assert (quotes.written, quotes.text) == (None, answer.text)
    assert [one.number for one in quotes.citations] == [1]
    assert [one.number for one in written_only(answer)] == [2]
    assert with_written_of(quotes, answer) == answer
    # Among the citations of a longer answer each slice has one number.
    longer = replace(
        quotes, citations=(_cited(1, "The fee stays at 12 crowns."), _cited(2, "The harbour reopens on 4 May."))
    )
    joined = with_written_of(longer, answer)
    assert [(one.number, one.quote) for one in joined.citations][1:] == [
        (2, "The harbour reopens on 4 May."),
        (3, "The ferry costs 30 crowns."),
    ]
    assert joined.written
    assert joined.written.text.startswith("The port opens in May [2]. A crossing is 30 crowns [3]")
    assert quotes_alone(longer) is longer
    assert with_written_of(longer, longer) is longer


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_shows_it_in_a_block_of_its_own(language: str) -> None:
    answer = _answer(language)
    shown = answer_html(answer, verified=frozenset({1, 2}), exchange="a1")
    assert "port opens" not in shown
    assert "listed-a1-2" not in shown
    block = lxml_html.fromstring(written_html(answer, verified=frozenset({1, 2}), exchange="a1"))
    said = words(language)
    assert block.get("id") == "written-a1"
    assert block.findtext(".//h3") == said["written_by"].format(model="some-model-3b")
    assert _HOSTILE in block.text_content()
    assert counted(language, "left_out", 2) in block.text_content()
    assert [chip.get("id") for chip in block.xpath("//a[@class='cite']")] == ["wrote-a1-1", "wrote-a1-2", "wrote-a1-2"]
    assert [line.get("id") for line in block.xpath("//a[@class='cited']")] == ["listed-a1-2"]
    assert status_line(answer, frozenset({1, 2})) == status_line(quotes_alone(answer), frozenset({1}))


def test_while_it_is_written_that_is_said_and_nothing_can_be_chosen() -> None:
    growing = _answer(written=Written("some-model-3b", complete=False))
    block = lxml_html.fromstring(written_html(growing, verified=frozenset({1})))
    assert block.get("class") == "record written growing"
    assert block.findtext(".//h3") == words("en")["writing"].format(model="some-model-3b")
    assert not block.xpath("//button | //div[@class='said']")


def test_why_nothing_was_written_is_said_as_text() -> None:
    none = _answer(written=Written("some-model-3b", note="It is gone: <b>try again</b>."))
    block = lxml_html.fromstring(written_html(none, verified=frozenset({1})))
    assert block.text_content() == "It is gone: <b>try again</b>."
    assert not block.xpath("//h3 | //button | //b")
    for format in EXPORT_FORMATS[:2]:
        exported = _plain(format, export(none, format, {"b1": _BRIEFING}))
        assert "It is gone: <b>try again</b>." in exported
        assert "some-model-3b" not in exported
    assert written_html(_answer(written=None), verified=frozenset({1})) == ""


def _plain(format: str, data: str | bytes) -> str:
    if isinstance(data, bytes):
        return "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(data)).paragraphs)
    if format == "html":
        return str(lxml_html.fromstring(data).text_content())
    return str(lxml_html.fromstring(MarkdownIt().render(data)).text_content()) if format == "markdown" else data


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("format", [one for one in EXPORT_FORMATS if one not in ("csv", "xlsx")])
def test_a_file_holds_it_under_its_label_behind_the_quotes(format: Any, language: str) -> None:
    plain = _plain(format, export(_answer(language), format, {"b1": _BRIEFING}))
    said = answer_language(language).report
    places = [
        plain.index(text)
        for text in (
            "Ada Brook said: ",
            said.written.format(model="some-model-3b"),
            said.written_from,
            "The port opens in May [1]. A crossing is 30 crowns [2]",
            _HOSTILE,
            said.left_out.format(n=2),
            said.quotes,
        )
    ]
    assert places == sorted(places)
    assert "The ferry costs 30 crowns." in plain


def test_a_table_names_the_model_beside_each_quote_that_it_cites() -> None:
    text = export(_answer(), "csv", {"b1": _BRIEFING}).removeprefix("\ufeff")
    first, second = csv.DictReader(io.StringIO(text))
    assert (first["quote"], first["written_by"]) == ("The harbour reopens on 4 May.", "some-model-3b")
    assert first["written"] == "The port opens in May [1]. A crossing is 30 crowns [2]"
    assert second["written"].endswith(f"- {_HOSTILE} [2]")
    without = csv.DictReader(io.StringIO(export(_answer(written=None), "csv", {"b1": _BRIEFING})))
    assert [(row["written_by"], row["written"]) for row in without] == [("", ""), ("", "")]


def test_the_terminal_prints_the_quotes_first_and_then_the_rest() -> None:
    answer = _answer()
    quotes, written = render_answer(answer), render_written(answer)
    assert "port opens" not in quotes
    assert "Mara Cole" not in quotes
    assert written.startswith(words("en")["written_by"].format(model="some-model-3b"))
    assert "The port opens in May [1]. A crossing is 30 crowns [2]" in written
    assert "[2] Mara Cole" in written
    assert "[1] Ada Brook" not in written
    assert render_written(_answer(written=None)) == ""


def test_the_command_prints_the_quotes_and_then_what_was_written(
    sample_library: Library, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in model.settings.items():
        monkeypatch.setenv(f"ONRECORD_{name.upper()}", str(value))
    command = ["--library", str(sample_library.folder), "ask", "Will there be a fifth ferry?"]
    label = words("en")["written_by"].format(model=model.name)
    said = " ".join(CliRunner().invoke(app, command).stdout.split())
    quotes, written = said.split(label)
    assert "1 of 1 quote verified" in quotes
    assert "fifth ferry" in written
    assert written.endswith(counted("en", "left_out", 1))
    asked = len(model.asked)
    assert label not in CliRunner().invoke(app, [*command, "--no-written"]).stdout
    assert len(model.asked) == asked
    whole = json.loads(CliRunner().invoke(app, [*command, "--json"]).stdout)
    assert (whole["written"]["model"], whole["written"]["left_out"]) == (model.name, 1)


def test_a_batch_holds_it_unless_it_is_declined(
    sample_library: Library, model: ScriptedModel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in model.settings.items():
        monkeypatch.setenv(f"ONRECORD_{name.upper()}", str(value))
    (tmp_path / "questions.txt").write_text("Will there be a fifth ferry?\n", encoding="utf-8")
    batch = ["--library", str(sample_library.folder), "ask", "--batch", str(tmp_path / "questions.txt")]

    def exported(*options: str) -> dict[str, str]:
        done = CliRunner().invoke(app, [*batch, "--export", str(tmp_path / "answers.csv"), *options])
        assert done.exit_code == 0
        with (tmp_path / "answers.csv").open(encoding="utf-8-sig", newline="") as file:
            [row] = csv.DictReader(file)
        return row

    with_it = exported()
    assert with_it["written_by"] == model.name
    assert "fifth ferry" in with_it["written"]
    assert UNSUPPORTED not in with_it["written"]
    [line] = map(json.loads, CliRunner().invoke(app, [*batch, "--json"]).stdout.splitlines())
    assert (line["written"]["model"], line["written"]["text"]) == (model.name, with_it["written"])
    asked = len(model.asked)
    without = exported("--no-written")
    assert (without["written_by"], without["written"], without["quote"]) == ("", "", with_it["quote"])
    assert json.loads(CliRunner().invoke(app, [*batch, "--no-written"]).stdout)["written"] is None
    assert len(model.asked) == asked


def test_a_conversation_keeps_it(tmp_path: Path) -> None:
    conversations = Conversations(tmp_path / "conversations.sqlite")
    conversation, asked = new_id(), Asked(new_id(), "When?", _answer(), Filters())
    conversations.begin("visitor", conversation, asked)
    [kept] = conversations.asked("visitor", conversation)
    assert kept.answer == asked.answer


# --- What writes: tried, chosen, kept.


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An empty library of a user whose settings hold a comment."""
    for name in ("XDG_CONFIG_HOME", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    settings_file().parent.mkdir(parents=True, exist_ok=True)
    settings_file().write_text('# mine\nmodel = "unused"  # for now\n', encoding="utf-8")
    settings = Settings(library=tmp_path / "library")
    with Library.open(settings=settings) as opened:
        yield opened


def test_a_model_is_tried_without_being_chosen(library: Library, model: ScriptedModel) -> None:
    choice = ModelChoice(url=model.address, model=model.name, key="secret")
    trial = library.try_model(choice)
    assert trial.model == model.name
    assert trial.tokens_a_second > 0
    assert model.asked[-1][0]["Authorization"] == "Bearer secret"
    assert library.language_model is None
    for wrong in (ModelChoice(url=model.address), ModelChoice(url="ftp://x", model="m"), ModelChoice(model="m"), None):
        with pytest.raises(InvalidRequest):
            library.try_model(wrong)
    with pytest.raises(ModelError, match="cannot be reached"):
        library.try_model(ModelChoice(url="http://127.0.0.1:9", model="m"))
    with pytest.raises(ModelError, match="nothing-here"):
        library.try_model(ModelChoice(file="/nothing-here.gguf"))


def test_a_choice_is_kept_and_leaves_the_users_file_as_it_is(library: Library, model: ScriptedModel) -> None:
    library.choose_model(ModelChoice(url=model.address, model=model.name, key="secret"))
    assert library.language_model == model.name
    text = settings_file().read_text("utf-8")
    assert text.startswith('# mine\nmodel = "unused"  # for now\n')
    assert settings_file().stat().st_mode & 0o077 == 0
    assert Settings.load().llm_key == "secret"
    library.choose_model(ModelChoice(file="/models/some-model-3b.gguf"))
    assert (library.language_model, Settings.load().llm_url) == ("some-model-3b", None)
    library.choose_model(ModelChoice())
    assert (library.language_model, Settings.load().llm) == (None, None)
    assert settings_file().read_text("utf-8") == '# mine\nmodel = "unused"  # for now\n'


def test_what_the_environment_names_is_not_changed(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONRECORD_LLM_MODEL", "some-model-3b")
    with pytest.raises(InvalidRequest, match="environment"):
        library.choose_model(ModelChoice(file="/models/x.gguf"))


def test_a_broken_settings_file_is_named(library: Library) -> None:
    settings_file().write_text("llm = ", encoding="utf-8")
    with pytest.raises(InvalidRequest, match=r"settings\.toml: cannot be changed"):
        keep_settings({"llm": "x"})
    assert settings_file().read_text("utf-8") == "llm = "


PATH = "/api/language-model"


def _client(library: Library, *, hosts: tuple[str, ...] = ("127.0.0.1",), sender: str = "127.0.0.1") -> TestClient:
    app = FastAPI()
    app.include_router(writing_api(library, Places(ServerSettings()), Audit(library.folder), hosts))
    app.add_exception_handler(OnRecordError, lambda _, error: JSONResponse({"detail": str(error)}, 422))
    return TestClient(app, client=(sender, 5000))


def test_on_a_server_of_this_machine_alone_a_model_is_chosen(library: Library, model: ScriptedModel) -> None:
    client = _client(library, hosts=("127.0.0.1", "localhost", "[::1]"))
    chosen = {"url": model.address, "model": model.name, "key": "secret"}
    assert client.get(PATH).json()["model"] is None
    assert client.post(f"{PATH}/trial", json=chosen).json()["model"] == model.name
    said = client.put(PATH, json=chosen)
    assert said.json() == {
        **{"model": model.name, "changeable": True, "fixed": False},
        **{"file": None, "url": model.address, "key": True},
    }
    assert "secret" not in said.text + client.get(PATH).text
    # For the same address the key goes on being used, for another one it does not.
    del chosen["key"]
    client.put(PATH, json=chosen)
    assert library.model_choice.key == "secret"
    client.post(f"{PATH}/trial")
    assert model.asked[-1][0]["Authorization"] == "Bearer secret"
    client.post(f"{PATH}/trial", json={**chosen, "url": f"{model.address}/"})
    assert "Authorization" not in model.asked[-1][0]
    client.put(PATH, json={**chosen, "url": f"{model.address}/"})
    assert library.model_choice.key is None
    assert client.put(PATH, json={"url": "nonsense", "model": "m"}).status_code == 422
    assert client.put(PATH, json={}).status_code == 200
    assert client.delete(PATH).json()["model"] is None
    assert '"language_model"' in (library.folder / "audit.jsonl").read_text("utf-8")


@pytest.mark.parametrize(
    ("hosts", "sender"),
    [
        (("127.0.0.1", "localhost", "newsroom.example"), "127.0.0.1"),
        (("0.0.0.0", "127.0.0.1"), "127.0.0.1"),
        (("127.0.0.1", "localhost"), "192.0.2.7"),
    ],
)
def test_anywhere_else_it_is_only_named(
    library: Library, model: ScriptedModel, hosts: tuple[str, ...], sender: str
) -> None:
    library.choose_model(ModelChoice(url=model.address, model=model.name, key="secret"))
    client = _client(library, hosts=hosts, sender=sender)
    assert client.get(PATH).json() == {
        **{"model": model.name, "changeable": False, "fixed": False},
        **{"file": None, "url": None, "key": False},
    }
    before = len(model.asked)
    other = {"file": "/etc/passwd"}
    for answer in (client.put(PATH, json=other), client.post(f"{PATH}/trial", json=other), client.delete(PATH)):
        assert answer.status_code == 403
    assert library.language_model == model.name
    assert len(model.asked) == before
    assert client.post(f"{PATH}/trial").json()["model"] == model.name
