"""Sets of questions on disk: folders with `briefings/` and `questions.jsonl`, and our own, whose texts are not here."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from onrecord.rag.errors import OnRecordError
from training.corpus import Status

OWN = Path(__file__).parent
"""Holds `questions.jsonl`, the questions we wrote, and `sources.json`, the texts they are about."""


class MissingData(OnRecordError):
    """A text or a question set to learn from is not where it was looked for, or is another."""


@dataclass(frozen=True, slots=True)
class Place:
    """Characters `start` to `end` of a file's decoded text."""

    file: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question with the sentences that answer it or leave it open (`gold`), others that would do, and traps.

    `history` is of (question, gist of its answer), oldest first; `speaker` is whom it asks about, where it names one.
    """

    id: str
    question: str
    language: str
    history: tuple[tuple[str, str], ...]
    type: str
    status: Status
    speaker: str | None
    gold: tuple[Place, ...]
    also: tuple[Place, ...]
    trap: tuple[Place, ...]

    @property
    def document(self) -> str:
        """The file that the question is about."""
        places = (*self.gold, *self.trap)
        return places[0].file if places else ""


def read_questions(path: Path) -> list[AskedQuestion]:
    """The questions of a file of JSON lines; raises MissingData."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise MissingData(f"{path} cannot be read. Name the folder that holds the sets: make reader DATA=…") from error
    return [_question(json.loads(line)) for line in lines if line.strip()]


def _question(row: Mapping[str, Any]) -> AskedQuestion:
    history = tuple((one, "") if isinstance(one, str) else (one[0], one[1]) for one in row.get("history") or ())
    gold, also, trap = (
        tuple(Place(place["file"], place["start"], place["end"]) for place in row.get(name) or ())
        for name in ("gold", "also", "trap")
    )
    return AskedQuestion(
        row["id"],
        row["question"],
        row["language"],
        history,
        row.get("type") or "",
        row["status"],
        row.get("speaker"),
        gold,
        also,
        trap,
    )


def write_own_set(texts: Path, folder: Path, own: Path = OWN) -> None:
    """Write our own questions as a set: a file for each part of a text that a question's author read.

    A question that the part does not answer may well be answered elsewhere in the same text, so only the parts are
    searched. `texts` is the folder below which `sources.json` names the texts. Raises MissingData.
    """
    sources = json.loads((own / "sources.json").read_text(encoding="utf-8"))
    (folder / "briefings").mkdir(parents=True, exist_ok=True)
    parts: dict[str, list[tuple[int, int, str]]] = {}
    for name, source in sources.items():
        text = _text(texts / name, source["sha256"])
        parts[name] = [(start, end, f"{start}-{Path(name).name}") for start, end in source["parts"]]
        for start, end, file in parts[name]:
            (folder / "briefings" / file).write_bytes(text[start:end].encode())
    rows = []
    for asked in read_questions(own / "questions.jsonl"):
        row = asdict(asked)
        for kind in ("gold", "also", "trap"):
            row[kind] = [_within(Place(**place), parts) for place in row[kind]]
        rows.append(json.dumps(row, ensure_ascii=False))
    (folder / "questions.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")


def _text(path: Path, sha256: str) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise MissingData(
            f"{path}, which our questions are about, cannot be read. Name the folder that holds it: make reader DATA=…"
        ) from error
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise MissingData(f"{path} is not the text our questions are about (SHA-256 {found[:12]}…, not {sha256[:12]}…)")
    return data.decode()


def _within(place: Place, parts: Mapping[str, Sequence[tuple[int, int, str]]]) -> dict[str, Any]:
    start, _, file = next(part for part in parts[place.file] if part[0] <= place.start and place.end <= part[1])
    return {"file": file, "start": place.start - start, "end": place.end - start}
