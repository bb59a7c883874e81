"""Spanish transcripts of our own, read as their notes say, and questions about them. All names are invented."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from onrecord.rag import Library
from onrecord.rag.readers import Document, read
from onrecord.rag.transcript.understanding import understand
from onrecord.rag.types import Answer, SourceText, Structure, Turn

FOLDER = Path(__file__).parent / "languages" / "es"
NOTES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}
QUESTIONS: list[dict[str, Any]] = [
    json.loads(line) for line in (FOLDER / "questions.jsonl").read_text(encoding="utf-8").splitlines()
]
# What is not read right, and why.
GAPS = {
    ("02-diario-de-sesiones", "speaker"): "members are named in full only in an agenda in capitals",
    ("02-diario-de-sesiones", "role"): "members are named with their office only in an agenda in capitals",
    ("04-entrevista", "speaker"): "who asks stands in a byline without a word that says so",
    ("04-entrevista", "role"): "the office stands in the subtitle, the name in the title",
    ("04-entrevista", "outlet"): "the paper is named only as the host of the interview",
    ("05-reunion-zoom", "speaker"): "accounts named after an office or a telephone are people who say who they are",
    ("05-reunion-zoom", "role"): "whoever leads says what office the others hold",
    ("05-reunion-zoom", "outlet"): "an account under the name of a telephone says for whom it asks",
    ("06-volcan", "speaker"): "a voice is introduced by another voice",
    ("06-volcan", "role"): "a voice is introduced with an office",
    ("06-volcan", "kind"): "whoever leads answers in the closing words",
    ("09-central-de-hondonada", "reported"): "the words of a body's report are the body's",
    ("10-pecio", "speaker"): "a heading in parentheses says who answers in writing",
    ("10-pecio", "role"): "a heading in parentheses says who answers in writing",
}
# Questions answered as their notes say: see `well_answered`.
FLOOR = 9


def cases(*asked: str) -> list[Any]:
    """Every transcript with each thing asked of it; what is known to be misread is expected to fail."""
    return [
        pytest.param(
            name,
            thing,
            id=f"{name}: {thing}",
            marks=[pytest.mark.xfail(strict=True, reason=GAPS[name, thing])] if (name, thing) in GAPS else [],
        )
        for name in NOTES
        for thing in asked
    ]


def read_file(name: str) -> tuple[SourceText, Structure]:
    (path,) = (path for path in FOLDER.glob(f"{name}.*") if path.suffix != ".json")
    (document,) = read(path.name, path.read_bytes())
    assert isinstance(document, Document)
    return document.source, understand(document.source)


def words_of(text: str) -> str:
    return " ".join(text.split())


def spoken(structure: Structure) -> list[Turn]:
    return [turn for turn in structure.turns if turn.kind != "report"]


@pytest.mark.parametrize(("name", "thing"), cases("language", "kind of text", "title", "date"))
def test_what_a_text_is(name: str, thing: str) -> None:
    field = thing.removesuffix(" of text")
    assert getattr(read_file(name)[1], field) == NOTES[name][field]


@pytest.mark.parametrize("name", NOTES)
def test_turns_begin_and_end_where_they_do(name: str) -> None:
    source, structure = read_file(name)
    text = (next(path for path in FOLDER.glob(f"{name}.*") if path.suffix != ".json")).read_text(encoding="utf-8")
    wanted = [
        (turn["label"], words_of(text[turn["start"] : turn["end"]] if "start" in turn else turn["text_of_turn"]))
        for turn in NOTES[name]["turns"]
    ]
    assert [(turn.label, words_of(source.text[turn.start : turn.end])) for turn in spoken(structure)] == wanted


@pytest.mark.parametrize(("name", "thing"), cases("kind", "speaker", "role", "outlet"))
def test_who_speaks_and_what_for(name: str, thing: str) -> None:
    """A role or an outlet that the notes leave out is not asked for; a voice is nobody's name; case is the text's."""
    found, wanted = [], []
    for turn, noted in zip(spoken(read_file(name)[1]), NOTES[name]["turns"], strict=True):
        value, note = getattr(turn, thing), noted[thing]
        if thing == "speaker" and note is None and value and value.casefold() == (turn.label or "").casefold():
            value = None
        if note or thing in ("kind", "speaker"):
            found.append(value and value.casefold())
            wanted.append(note and note.casefold())
    assert found == wanted


@pytest.mark.parametrize(("name", "thing"), cases("reported"))
def test_whose_words_are_reported(name: str, thing: str) -> None:
    source, structure = read_file(name)
    said = {source.text[words.start : words.end].strip("«»“” "): words.speaker for words in structure.reported}
    for note in NOTES[name][thing]:
        assert said.get(note["quote"], "") == note["speaker"]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder, home = tmp_path_factory.mktemp("spanish"), tmp_path_factory.mktemp("library")
    for path in FOLDER.iterdir():
        if not path.name.endswith((".json", ".jsonl")):
            shutil.copy(path, folder)
    with Library.open(home) as library:
        assert not library.add(folder).failed
        yield library


def well_answered(answer: Answer, note: dict[str, Any]) -> bool:
    """Whether an answer has the status it should, and quotes some of what answers, if anything does."""
    quotes = [words_of(citation.quote).strip("«»“”") for citation in answer.citations]
    golds = [words_of(gold).strip("«»“”") for gold in note["gold"]]
    return answer.status == note["status"] and (
        not golds or any(gold in quote or quote in gold for gold in golds for quote in quotes)
    )


def test_questions_about_them_are_answered(library: Library) -> None:
    answers = {note["question"]: library.ask(note["question"]) for note in QUESTIONS}
    assert {answers[note["question"]].language for note in QUESTIONS if note["language"] == "es"} == {"es"}
    missed = [note["question"] for note in QUESTIONS if not well_answered(answers[note["question"]], note)]
    assert len(QUESTIONS) - len(missed) >= FLOOR, missed


def test_a_spanish_question_about_english_briefings_is_answered_in_spanish(sample_library: Library) -> None:
    answer = sample_library.ask("¿Qué longitud tiene el cable Selkie?")
    assert answer.language == "es"
    assert answer.status == "answered"
    assert "dijo el" in answer.text
