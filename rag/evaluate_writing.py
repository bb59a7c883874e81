"""What a language model writes, and how much of it holds: fixed questions over the sample briefings, asked for real.

Sixty questions, in English and French, of every kind that a model writes for: facts, reasons, summaries of briefings
and of people, comparisons, courses of events, what was said in another language, and what nobody said. Twelve of them
are about documents that not everybody has, and are asked where those are given.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import onrecord
from onrecord.rag.errors import InvalidRequest
from onrecord.rag.language_model.choosing import chosen
from onrecord.rag.language_model.language_model import LanguageModel, Message
from onrecord.rag.language_model.local import LocalModel
from onrecord.rag.library import Library
from onrecord.rag.settings import Settings
from onrecord.rag.types import Answer, Status, Words

_MEGABYTE = 1e6
_PACKAGE = Path(onrecord.__file__).parent


@dataclass(frozen=True, slots=True)
class ModelQuestion:
    """One question; `document` names the file that it is about, None for the samples."""

    id: str
    language: str
    kind: str
    question: str
    document: str | None = None


@dataclass(frozen=True, slots=True)
class AskedModel:
    """What a model wrote to one question, and what became of it.

    `reply` is its text as it came, `shown` what was shown of it, `cited` the quotes that this cites, by number.
    `outcomes` counts its sentences as `Written` does. `seconds` are from the request to the last piece, `first` those
    to the first, both 0 where it was not asked: where the library does not hold the answer, no model writes. `pieces`
    are mostly tokens. `memory` is in bytes, 0 where the model runs elsewhere.
    """

    id: str
    language: str
    kind: str
    question: str
    status: Status
    reply: str
    shown: str
    cited: Mapping[int, str]
    outcomes: Mapping[str, int]
    note: str | None
    seconds: float
    first: float
    pieces: int
    memory: int

    @property
    def speed(self) -> float:
        """Pieces a second, once it writes."""
        return (self.pieces - 1) / (self.seconds - self.first) if self.pieces > 1 else 0.0


@dataclass(slots=True)
class _Listening:
    """A model, and what it says to the last question."""

    model: LanguageModel
    pieces: list[str] = field(default_factory=list)
    seconds: float = 0.0
    first: float = 0.0

    @property
    def name(self) -> str:
        return self.model.name

    def forget(self) -> None:
        self.pieces, self.seconds, self.first = [], 0.0, 0.0

    def reply(self, messages: Sequence[Message], *, grammar: str | None = None) -> Iterator[str]:
        started = time.perf_counter()
        for piece in self.model.reply(messages, grammar=grammar):
            if piece:
                self.seconds = time.perf_counter() - started
                self.first = self.first or self.seconds
                self.pieces.append(piece)
            yield piece

    def memory(self) -> int:
        return self.model.memory() if isinstance(self.model, LocalModel) else 0


def model_questions(documents: Sequence[Path] = ()) -> list[ModelQuestion]:
    """The questions that can be asked of the samples together with further documents, in a fixed order."""
    given = {name.name for path in documents for name in (path.iterdir() if path.is_dir() else (path,))}
    lines = (_PACKAGE / "rag" / "language_model" / "questions.jsonl").read_text("utf-8").splitlines()
    every = (ModelQuestion(**json.loads(line)) for line in lines)
    return [one for one in every if one.document is None or one.document in given]


def evaluate_model(
    settings: Settings,
    documents: Sequence[Path] = (),
    *,
    asked: Callable[[AskedModel, int], None] | None = None,
) -> list[AskedModel]:
    """Ask the model that the settings name all questions, over a library made for that alone.

    Args:
        settings: name the model; the library's own model is theirs too.
        documents: files and folders beside the samples.
        asked: told of each question, and how many there are.

    Raises InvalidRequest where no model is set, and OnRecordError for documents that cannot be read. What the model
    fails at is in the notes.
    """
    model = chosen(settings)
    if model is None:
        raise InvalidRequest(
            "No language model is set. Set ONRECORD_LLM to a GGUF file, or ONRECORD_LLM_URL and ONRECORD_LLM_MODEL."
        )
    listening, results = _Listening(model), []
    questions = model_questions(documents)
    with (
        tempfile.TemporaryDirectory() as folder,
        Library.open(folder, settings=settings, language_model=listening) as library,
    ):
        report = library.add([_PACKAGE / "samples", *documents])
        if report.failed:
            raise InvalidRequest(f"{report.failed[0].message} Leave it out, or name another.")
        for one in questions:
            listening.forget()
            result = _result(one, library.ask(one.question), listening)
            results.append(result)
            if asked is not None:
                asked(result, len(questions))
    return results


def _result(one: ModelQuestion, answer: Answer, heard: _Listening) -> AskedModel:
    written = answer.written
    pieces = [piece for part in (written.parts if written else ()) for piece in part.pieces]
    numbers = {number for piece in pieces if not isinstance(piece, Words) for number in piece.citations}
    return AskedModel(
        id=one.id,
        language=one.language,
        kind=one.kind,
        question=one.question,
        status=answer.status,
        reply="".join(heard.pieces),
        shown=written.text if written else "",
        cited={
            cited.number: f"{cited.speaker}: {cited.quote}" for cited in answer.citations if cited.number in numbers
        },
        outcomes=written.outcomes if written else {},
        note=written.note if written else None,
        seconds=heard.seconds,
        first=heard.first,
        pieces=len(heard.pieces),
        memory=heard.memory(),
    )


def model_report(results: Sequence[AskedModel]) -> str:
    """What came of all questions as a table in plain text, and what was shown of each reply."""
    lines = []
    for one in results:
        lines.append(f"{one.id}  {one.kind:<13}{one.question}")
        if one.pieces:
            lines.append(
                f"      {_counted(one.outcomes)}; {one.seconds:.1f} s, the first word after {one.first:.1f} s, "
                f"{one.speed:.1f} tokens/s"
            )
        lines += [f"      {line}" for line in (one.shown or one.note or one.status).splitlines() if line.strip()]
    return "\n".join([*lines, "", *_totals(results)])


def _totals(results: Sequence[AskedModel]) -> list[str]:
    wrote = [one for one in results if one.pieces]
    outcomes: Counter[str] = sum((Counter(one.outcomes) for one in wrote), Counter())
    seconds = sum(one.seconds for one in wrote)
    writing = sum(one.seconds - one.first for one in wrote)
    speed = sum(one.pieces for one in wrote) / writing if writing else 0.0
    memory = max((one.memory for one in results), default=0)
    return [
        f"questions {len(results)}, the model wrote for {len(wrote)}, something was shown for "
        f"{sum(bool(one.shown) for one in wrote)}",
        f"sentences {outcomes.total()}: {_counted(outcomes)}",
        f"{seconds:.0f} s in all, {speed:.1f} tokens/s" + (f", {memory / _MEGABYTE:,.0f} MB" if memory else ""),
    ]


def _counted(outcomes: Mapping[str, int]) -> str:
    """How many sentences were kept, and how many failed each check."""
    return ", ".join(f"{name} {count}" for name, count in sorted(outcomes.items())) or "nothing"
