"""Transcripts of our own in further languages, read as their notes say, and questions about them. All is invented."""

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

FOLDER = Path(__file__).parent / "languages"
CODES = sorted(folder.name for folder in FOLDER.iterdir())
NOTES = {
    (code, path.stem): json.loads(path.read_text(encoding="utf-8"))
    for code in CODES
    for path in sorted((FOLDER / code).glob("*.json"))
}
# Quotation marks of any language.
MARKS = "«»“”„‚‘’ "
# What is not read right, and why.
GAPS = {
    ("de", "05-videokonferenz", "kind"): "a host who answers too opens and closes with statements",
    ("de", "09-nachtfluege", "reported"): '"lehnte sie ab" does not say who refuses and what is refused',
    ("es", "02-diario-de-sesiones", "speaker"): "members are named in full only in an agenda in capitals",
    ("es", "02-diario-de-sesiones", "role"): "members are named with their office only in an agenda in capitals",
    ("es", "04-entrevista", "speaker"): "who asks stands in a byline without a word that says so",
    ("es", "04-entrevista", "role"): "the office stands in the subtitle, the name in the title",
    ("es", "04-entrevista", "outlet"): "the paper is named only as the host of the interview",
    (
        "es",
        "05-reunion-zoom",
        "speaker",
    ): "accounts named after an office or a telephone are people who say who they are",
    ("es", "05-reunion-zoom", "role"): "whoever leads says what office the others hold",
    ("es", "05-reunion-zoom", "outlet"): "an account under the name of a telephone says for whom it asks",
    ("es", "06-volcan", "speaker"): "a voice is introduced by another voice",
    ("es", "06-volcan", "role"): "a voice is introduced with an office",
    ("es", "06-volcan", "kind"): "whoever leads answers in the closing words",
    ("es", "09-central-de-hondonada", "reported"): "the words of a body's report are the body's",
    ("es", "10-pecio", "speaker"): "a heading in parentheses says who answers in writing",
    ("es", "10-pecio", "role"): "a heading in parentheses says who answers in writing",
}
# Questions answered as their notes say: see `well_answered`.
FLOORS = {"de": 8, "es": 9}


def cases(*asked: str) -> list[Any]:
    """Every transcript with each thing asked of it; what is known to be misread is expected to fail."""
    return [
        pytest.param(
            (code, name),
            thing,
            id=f"{code} {name}: {thing}",
            marks=[pytest.mark.xfail(strict=True, reason=GAPS[code, name, thing])]
            if (code, name, thing) in GAPS
            else [],
        )
        for code, name in NOTES
        for thing in asked
    ]


def path_of(place: tuple[str, str]) -> Path:
    (path,) = (path for path in (FOLDER / place[0]).glob(f"{place[1]}.*") if path.suffix != ".json")
    return path


def read_file(place: tuple[str, str]) -> tuple[SourceText, Structure]:
    path = path_of(place)
    (document,) = read(path.name, path.read_bytes())
    assert isinstance(document, Document)
    return document.source, understand(document.source)


def words_of(text: str) -> str:
    return " ".join(text.split())


def spoken(structure: Structure) -> list[Turn]:
    return [turn for turn in structure.turns if turn.kind != "report"]


@pytest.mark.parametrize(("place", "thing"), cases("language", "kind of text", "title", "date"))
def test_what_a_text_is(place: tuple[str, str], thing: str) -> None:
    field = thing.removesuffix(" of text")
    assert getattr(read_file(place)[1], field) == NOTES[place][field]


@pytest.mark.parametrize("place", NOTES, ids=" ".join)
def test_turns_begin_and_end_where_they_do(place: tuple[str, str]) -> None:
    source, structure = read_file(place)
    text = path_of(place).read_text(encoding="utf-8")
    wanted = [
        (turn["label"], words_of(text[turn["start"] : turn["end"]] if "start" in turn else turn["text_of_turn"]))
        for turn in NOTES[place]["turns"]
    ]
    assert [(turn.label, words_of(source.text[turn.start : turn.end])) for turn in spoken(structure)] == wanted


@pytest.mark.parametrize(("place", "thing"), cases("kind", "speaker", "role", "outlet"))
def test_who_speaks_and_what_for(place: tuple[str, str], thing: str) -> None:
    """A role or an outlet that the notes leave out is not asked for; a voice is nobody's name; case is the text's."""
    found, wanted = [], []
    for turn, noted in zip(spoken(read_file(place)[1]), NOTES[place]["turns"], strict=True):
        value, note = getattr(turn, thing), noted[thing]
        if thing == "speaker" and note is None and value and value.casefold() == (turn.label or "").casefold():
            value = None
        if note or thing in ("kind", "speaker"):
            found.append(value and value.casefold())
            wanted.append(note and note.casefold())
    assert found == wanted


@pytest.mark.parametrize(("place", "thing"), cases("reported"))
def test_whose_words_are_reported(place: tuple[str, str], thing: str) -> None:
    source, structure = read_file(place)
    said = {source.text[words.start : words.end].strip(MARKS): words.speaker for words in structure.reported}
    for note in NOTES[place][thing]:
        assert said.get(note["quote"], "") == note["speaker"]


@pytest.fixture(scope="module", params=CODES)
def asked(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Library]]:
    """A language, and a library of its transcripts."""
    folder = tmp_path_factory.mktemp(request.param)
    for path in (FOLDER / request.param).iterdir():
        if not path.name.endswith((".json", ".jsonl")):
            shutil.copy(path, folder)
    with Library.open(tmp_path_factory.mktemp("library")) as library:
        assert not library.add(folder).failed
        yield request.param, library


def well_answered(answer: Answer, note: dict[str, Any]) -> bool:
    """Whether an answer has the status it should, and quotes some of what answers, if anything does."""
    quotes = [words_of(citation.quote).strip(MARKS) for citation in answer.citations]
    golds = [words_of(gold).strip(MARKS) for gold in note["gold"]]
    return answer.status == note["status"] and (
        not golds or any(gold in quote or quote in gold for gold in golds for quote in quotes)
    )


def test_questions_about_them_are_answered(asked: tuple[str, Library]) -> None:
    """In their language and in English; whatever is said of a quote is said in the question's language."""
    code, library = asked
    lines = (FOLDER / code / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    notes: list[dict[str, Any]] = [json.loads(line) for line in lines]
    answers = [library.ask(note["question"]) for note in notes]
    assert [answer.language for answer in answers] == [note["language"] for note in notes]
    right = [well_answered(answer, note) for answer, note in zip(answers, notes, strict=True)]
    missed = [note["question"] for note, well in zip(notes, right, strict=True) if not well]
    assert sum(right) >= FLOORS[code], missed


@pytest.mark.parametrize(
    ("code", "question", "words"),
    [
        ("de", "Wie lang ist das Selkie-Kabel?", ("sagte", "(auf Englisch)")),
        ("es", "¿Qué longitud tiene el cable Selkie?", ("dijo el", "(en inglés)")),
    ],
)
def test_a_question_about_english_briefings_is_answered_in_its_own_language(
    sample_library: Library, code: str, question: str, words: tuple[str, ...]
) -> None:
    answer = sample_library.ask(question)
    assert answer.language == code
    assert answer.status == "answered"
    assert all(word in answer.text for word in words)
