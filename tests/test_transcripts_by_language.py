"""Ten transcripts of our own in each language: who says what, in which part of the dialogue, in labels of every form.

Each folder of `tests/languages` is a language; beside each transcript lies what is right in it. All is invented.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

import pytest
from reading import read_one
from structures import check_structure

from onrecord.rag.languages import LANGUAGES
from onrecord.rag.transcript.understanding import understand
from onrecord.rag.types import Structure, Turn

# Languages whose transcripts are still being read through.
BEING_READ = {"es"}
FOLDERS = sorted(path for path in (Path(__file__).parent / "languages").iterdir() if path.name not in BEING_READ)
GOLDS = [path for folder in FOLDERS for path in sorted(folder.glob("*.json"))]

NOT_YET = {
    "de/05-videokonferenz turn 0": "a host who answers too opens with a statement, whoever is given the floor in it",
    "de/05-videokonferenz turn 17": "a host who answers too closes with a statement",
    "de/09-nachtfluege quote 3": '"lehnte sie ab" behind an object and a clause: "sie" may be who refuses or is refused',
}
"""What is not read right, by its place, with the reason."""


def name_of(gold: Path) -> str:
    return f"{gold.parent.name}/{gold.stem}"


@functools.cache
def gold_of(gold: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(gold.read_text(encoding="utf-8"))
    return found


@functools.cache
def understood(gold: Path) -> tuple[str, Structure]:
    """The text of the transcript beside a gold file, and what is understood of it."""
    (path,) = (path for path in gold.parent.glob(f"{gold.stem}.*") if path != gold)
    source = read_one(path.name, path.read_bytes()).source
    return source.text, understand(source, path.name)


def each(key: str, kind: str) -> list[Any]:
    """A parameter for each entry of a list in the gold files."""
    return [
        pytest.param(
            gold,
            place,
            id=place_of,
            marks=[pytest.mark.xfail(strict=True, reason=NOT_YET[place_of])] if place_of in NOT_YET else [],
        )
        for gold in GOLDS
        for place in range(len(gold_of(gold)[key]))
        for place_of in [f"{name_of(gold)} {kind} {place}"]
    ]


def test_every_language_with_transcripts_has_a_file_and_ten_of_them() -> None:
    assert {folder.name for folder in FOLDERS} <= set(LANGUAGES)
    assert all(sum(gold.parent == folder for gold in GOLDS) == 10 for folder in FOLDERS)


@pytest.mark.parametrize("gold", GOLDS, ids=name_of)
def test_head(gold: Path) -> None:
    text, structure = understood(gold)
    check_structure(text, structure)
    wanted = gold_of(gold)
    assert structure.language == wanted["language"] == gold.parent.name
    assert (structure.kind, structure.title, structure.date) == (wanted["kind"], wanted["title"], wanted["date"])


@pytest.mark.parametrize(("gold", "place"), each("turns", "turn"))
def test_turn(gold: Path, place: int) -> None:
    text, structure = understood(gold)
    wanted = gold_of(gold)["turns"][place]
    (turn,) = (turn for turn in structure.turns if is_where(turn, place, gold))
    for part in ("label", "speaker", "role", "outlet", "kind"):
        assert getattr(turn, part) == wanted[part], (part, text[turn.start : turn.end][:60])


def is_where(turn: Turn, place: int, gold: Path) -> bool:
    """Whether a turn is that of a place in the gold: by its span, or in captions, whose text is composed, by its words."""
    text, structure = understood(gold)
    wanted = gold_of(gold)["turns"][place]
    if "start" in wanted:
        return bool((turn.start, turn.end) == (wanted["start"], wanted["end"]))
    same = " ".join(text[turn.start : turn.end].split()) == wanted["text_of_turn"]
    return same and structure.turns.index(turn) == place


@pytest.mark.parametrize("gold", GOLDS, ids=name_of)
def test_nobody_else_speaks(gold: Path) -> None:
    _, structure = understood(gold)
    spoken = [turn for turn in structure.turns if turn.kind != "report"]
    assert len(spoken) == len(gold_of(gold)["turns"])


@pytest.mark.parametrize(("gold", "place"), each("reported", "quote"))
def test_quotation_in_a_report(gold: Path, place: int) -> None:
    text, structure = understood(gold)
    wanted = gold_of(gold)["reported"][place]
    (found,) = (words for words in structure.reported if text[words.start : words.end] == wanted["quote"])
    assert found.speaker == wanted["speaker"]
