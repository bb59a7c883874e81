"""The `onrecord` command as scripts use it: output, exit codes, errors in one line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commanding import Command

from onrecord.rag import AddReport
from onrecord.rag.adding import Added
from onrecord.ui.command.terminal import render_report

TEXT = """Harbour Minister Ada Quill
Good morning. The new breakwater will open in May, and it cost forty million crowns.
Ivo Stern, Coast Radio
Who paid for the breakwater?
Harbour Minister Ada Quill
The port authority paid for the breakwater, from its own reserves.
"""


@pytest.fixture
def command(tmp_path: Path, small_model: Path) -> Command:
    (tmp_path / "harbour.txt").write_text(TEXT, encoding="utf-8")
    return Command(tmp_path, small_model)


def test_from_adding_to_removing(command: Command) -> None:
    report = json.loads(command("add", "harbour.txt", "--date", "2025-03-04", "--json").stdout)
    [added] = report["files"]
    assert (added["file"], added["outcome"]) == ("harbour.txt", "added")

    [listed] = json.loads(command("list", "--json").stdout)["briefings"]
    assert (listed["id"], listed["file"], listed["date"]) == (added["briefing_id"], "harbour.txt", "2025-03-04")

    shown = json.loads(command("show", listed["id"], "--json").stdout)
    assert shown["text"] == TEXT
    assert [turn["speaker"] for turn in shown["turns"]] == ["Ada Quill", "Ivo Stern", "Ada Quill"]

    found = json.loads(command("search", "Who paid for the breakwater?", "-k", "2", "--json").stdout)
    assert found["question"] == "Who paid for the breakwater?"
    assert [hit["rank"] for hit in found["hits"]] == [1, 2][: len(found["hits"])]
    for hit in found["hits"]:
        passage = hit["passage"]
        assert TEXT[passage["start"] : passage["end"]] == passage["text"]

    answer = json.loads(command("ask", "Who paid for the breakwater?", "--json").stdout)
    assert {"question", "standalone_question", "status", "confidence", "language", "text", "citations", "hits"} <= set(
        answer
    )
    for citation in answer["citations"]:
        assert TEXT[citation["start"] : citation["end"]] == citation["quote"]

    assert "sound" in command("verify").stdout
    assert "removed: " in command("remove", listed["id"]).stdout.lower()
    assert json.loads(command("list", "--json").stdout) == {"briefings": []}


def test_text_output_names_the_speaker_and_the_file(command: Command) -> None:
    assert "added: harbour.txt" in command("add", "harbour.txt").stdout
    assert "unchanged: harbour.txt" in command("add", "harbour.txt").stdout
    assert "Ada Quill" in command("search", "breakwater").stdout
    identifier = json.loads(command("list", "--json").stdout)["briefings"][0]["id"]
    assert "[question] Ivo Stern" in command("show", identifier).stdout


def test_the_terminal_speaks_the_language_of_the_system(command: Command) -> None:
    command.environment["LC_ALL"] = "es_ES.UTF-8"
    assert "La biblioteca está vacía" in command("list").stdout


def test_batch_gives_one_line_out_for_each_line_in(command: Command) -> None:
    command("add", "harbour.txt")
    lines = [
        {"id": "a", "question": "Who paid?"},
        {"id": "b", "question": "Who paid?", "speaker": "nobody of that name"},
        {"question": "And when?", "history": [["Who paid?", "The port authority."]]},
    ]
    text = "\n".join(json.dumps(line) for line in lines) + "\n"
    for name in ("search", "ask"):
        out = [json.loads(line) for line in command(name, "--batch", "-", given=text).stdout.splitlines()]
        assert [line.get("id") for line in out] == ["a", "b", None]
        assert [line["question"] for line in out] == ["Who paid?", "Who paid?", "And when?"]
        assert out[0]["hits"]
        assert out[1]["hits"] == []


def test_filters_are_repeated_for_several(command: Command) -> None:
    command("add", "harbour.txt")
    kinds = ["question", "answer"]
    repeated = [word for kind in kinds for word in ("--kind", kind)]
    hits = json.loads(command("search", "Who paid?", *repeated, "--json").stdout)["hits"]
    lines = [json.dumps({"question": "Who paid?"}), json.dumps({"question": "Who paid?", "kind": kinds})]
    every, limited = map(json.loads, command("search", "--batch", "-", given="\n".join(lines)).stdout.splitlines())
    of_kind = [hit["passage"]["id"] for hit in every["hits"] if hit["passage"]["kind"] in kinds]
    assert sorted(hit["passage"]["id"] for hit in hits) == sorted(of_kind)
    assert limited["hits"] == hits


def test_batch_goes_on_after_a_bad_line(command: Command) -> None:
    command("add", "harbour.txt")
    given = '{"question": \n{"question": ""}\n{"question": "Who paid?", "since": "then"}\n{"question": "Who paid?"}\n'
    done = command("search", "--batch", "-", given=given, code=1)
    out = [json.loads(line) for line in done.stdout.splitlines()]
    assert ["error" in line for line in out] == [True, True, True, False]
    assert out[0]["error"].startswith("A line is a question in words, or a JSON object with a 'question'")


def test_batch_takes_plain_lines_as_questions(command: Command) -> None:
    command("add", "harbour.txt")
    lines = ["Who paid?", '"Sea wall" — when?', '{"question": "Who paid?"}', "", "2031"]
    for name in ("search", "ask"):
        out = [json.loads(line) for line in command(name, "--batch", "-", given="\n".join(lines)).stdout.splitlines()]
        assert [line["question"] for line in out] == ["Who paid?", '"Sea wall" — when?', "Who paid?", "2031"]


@pytest.mark.parametrize(
    "words",
    [
        ("show", "no-such-id"),
        ("remove", "no-such-id"),
        ("add", "no-such-file.txt"),
        ("ask", " "),
        ("search", "why", "--since", "yesterday"),
        ("ask", "--batch", "no-such-file.jsonl"),
    ],
)
def test_a_mistake_is_one_clear_line_and_exit_code_1(command: Command, words: tuple[str, ...]) -> None:
    done = command(*words, code=1)
    said = (done.stderr + done.stdout).replace("Loading the embedding model…", "").strip().splitlines()
    assert 1 <= len(said) <= 2, said
    assert not done.stdout or words[0] == "add"


@pytest.mark.parametrize(
    "words", [("fly",), ("add",), ("ask",), ("search", "-k", "none", "why"), ("list", "--nonsense")]
)
def test_wrong_usage_is_exit_code_2(command: Command, words: tuple[str, ...]) -> None:
    assert command(*words, code=2).stderr


def test_help_teaches(command: Command) -> None:
    said = command("--help").stdout
    assert "onrecord add FOLDER" in said
    for name in ("add", "ask", "search", "list", "show", "remove", "verify", "serve"):
        assert name in said


def test_listing_does_not_load_a_model(command: Command) -> None:
    command.environment["ONRECORD_MODEL"] = "/no/such/model"
    command("list")
    command("verify")
    assert "/no/such/model" in command("ask", "why?", code=1).stderr


def test_checking_an_article_and_exporting_an_answer(command: Command) -> None:
    command("add", "harbour.txt")
    article = "“The new breakwater will open in June,” said Ada Quill. “It cost forty million crowns,” she said."
    shown = command("check", "-", "--json", "--html", "report.html", given=article)
    [altered, verbatim] = json.loads(shown.stdout)["findings"]
    assert (altered["verdict"], verbatim["verdict"]) == ("altered", "verbatim")
    assert "forty million" in (command.folder / "report.html").read_text(encoding="utf-8")
    assert command("check", "missing.txt", code=1).stderr.count("\n") <= 2

    command("ask", "Who paid for the breakwater?", "--export", "answer.docx")
    assert (command.folder / "answer.docx").read_bytes().startswith(b"PK")
    assert "no format is known" in command("ask", "Who paid?", "--export", "answer.pdf", code=1).stderr


def test_a_file_has_one_line_whatever_its_name() -> None:
    files = (Added("a\nfailed: b.txt", "added", "0" * 16, passages=1), Added("c\x1b[31m.txt", "unchanged"))
    lines = render_report(AddReport(files), "en").splitlines()
    assert lines[0] == "added: a\N{REPLACEMENT CHARACTER}failed: b.txt (1 passage, 0000000000000000)"
    assert len(lines) == 3
