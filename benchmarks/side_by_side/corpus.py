"""The passages and questions that every system is given, as files that each of their processes reads."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

QUERY, PASSAGE = "query: ", "passage: "
"""The model's prompts, see `onrecord.embeddings.bundled`; every system's model is given its texts behind them."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage as every system gets it: the text that OnRecord embeds (context, then words), and who speaks."""

    id: int
    text: str
    speaker: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the speaker to limit a second search to, and the passages that answer it."""

    text: str
    speaker: str
    right: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Corpus:
    """Passages and questions; `vectors` are of both in that order, (passages + questions, dimension), or None where a
    model is to read them."""

    passages: tuple[Passage, ...]
    questions: tuple[Asked, ...]
    vectors: Vectors | None

    def known(self) -> dict[str, Vectors]:
        """Text behind its prompt → vector; empty where a model is to read."""
        if self.vectors is None:
            return {}
        texts = [PASSAGE + one.text for one in self.passages] + [QUERY + one.text for one in self.questions]
        return dict(zip(texts, self.vectors, strict=True))


def write_corpus(corpus: Corpus, folder: Path) -> None:
    """Write a corpus into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_lines(folder / "passages.jsonl", [asdict(one) for one in corpus.passages])
    _write_lines(folder / "questions.jsonl", [asdict(one) for one in corpus.questions])
    if corpus.vectors is not None:
        np.save(folder / "vectors.npy", corpus.vectors)


def read_corpus(folder: Path) -> Corpus:
    """The corpus that was written into a folder."""
    vectors = folder / "vectors.npy"
    return Corpus(
        tuple(Passage(**line) for line in _lines(folder / "passages.jsonl")),
        tuple(Asked(**{**line, "right": tuple(line["right"])}) for line in _lines(folder / "questions.jsonl")),
        np.load(vectors) if vectors.exists() else None,
    )


def _write_lines(file: Path, lines: list[dict[str, Any]]) -> None:
    file.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")


def _lines(file: Path) -> list[dict[str, Any]]:
    # Not splitlines: the texts hold separators that it would cut at.
    return [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n") if line]
