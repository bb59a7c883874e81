"""A tiny encoder with random weights and a tiny set of invented questions, to train readers on in a test."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings.bundled import Blocks, PackedModel

VOCABULARY, HIDDEN, RAISED = 200, 32, 64

# All names and statements are invented. The first lines are no part that a question's author read.
TEXT = """Harbour briefing
2 April 2031
ELIN VARGA: Good morning. The harbour wall will cost 40 million crowns. The work begins in March.
OTTO BRANDT: Thank you, minister. When will the ferry to Sandholm sail again after the winter?
ELIN VARGA: The ferry will sail again in June. The ferry is an old ship. We are glad about that.
MIA LUND: Which fund will pay for the new lighthouse keeper on Sandholm, please?
ELIN VARGA: I have no answer on the fund today. The lighthouse keeper matters to all of us.
PER HOLM: The council agreed on all of this in May. It was a long meeting.
"""
OTHER = """Bakery briefing
IDA MOE: The price of bread will not rise this year. Flour is cheap again.
JON RUUD: And what will happen to the price of cake in the coming year?
IDA MOE: Cake will cost two crowns more. Sugar is dear.
"""
FILE = "port/briefings/harbour.txt"


def place(words: str) -> dict[str, Any]:
    start = TEXT.index(words)
    return {"file": FILE, "start": start, "end": start + len(words)}


def question(
    words: str, status: str, gold: Sequence[str] = (), trap: Sequence[str] = (), **more: Any
) -> dict[str, Any]:
    return {
        "id": f"t-{words[:12]}",
        "question": words,
        "language": "en",
        "history": [],
        "type": "what",
        "status": status,
        "speaker": None,
        "gold": [place(one) for one in gold],
        "also": [],
        "trap": [place(one) for one in trap],
    } | more


QUESTIONS = [
    question(
        "When does Varga say the ferry sails?",
        "answered",
        ["The ferry will sail again in June."],
        ["The ferry is an old ship."],
        speaker="Elin Varga",
    ),
    question("Who pays the lighthouse keeper?", "asked_not_answered", ["I have no answer on the fund today."]),
    question("What does the ferry cost?", "not_found", trap=["The harbour wall will cost 40 million crowns."]),
    question(
        "And the wall?",
        "answered",
        ["The harbour wall will cost 40 million crowns."],
        history=[["What does the ferry cost?", "Nobody says."]],
    ),
]


def write_own(folder: Path) -> tuple[Path, Path]:
    """Write the texts and what `training/` holds of questions about them: (folder of texts, folder of questions)."""
    texts, own = folder / "texts", folder / "own"
    own.mkdir()
    sources = {}
    for name, text in ((FILE, TEXT), ("port/briefings/bakery.txt", OTHER)):
        (texts / name).parent.mkdir(parents=True, exist_ok=True)
        (texts / name).write_text(text, encoding="utf-8")
        parts = [[text.index("ELIN" if name == FILE else "IDA"), len(text)]]
        sources[name] = {"sha256": hashlib.sha256(text.encode()).hexdigest(), "parts": parts}
    (own / "sources.json").write_text(json.dumps(sources), encoding="utf-8")
    (own / "questions.jsonl").write_text("\n".join(map(json.dumps, QUESTIONS)), encoding="utf-8")
    return texts, own


def tokenize(texts: Sequence[str]) -> list[list[int]]:
    """A token a word; which, by its letters."""
    return [[3 + sum(word.encode()) % (VOCABULARY - 3) for word in text.split()] for text in texts]


def tiny_encoder(layers: int = 2) -> PackedModel:
    """An encoder of the real kind, too small to know anything."""
    chance = np.random.default_rng(3)

    def blocks(rows: int, columns: int) -> Blocks:
        numbers = chance.integers(0, 16, (rows * columns // 32, 32), dtype=np.uint8)
        return Blocks(numbers, np.full(len(numbers), 0.02, np.float32))

    def zeros(many: int) -> NDArray[np.float32]:
        return np.zeros(many, np.float32)

    floats = {
        "emb.pos": chance.normal(0, 0.02, 300 * HIDDEN).astype(np.float32),
        "emb.type": zeros(2 * HIDDEN),
        "emb.ln.w": np.ones(HIDDEN, np.float32),
        "emb.ln.b": zeros(HIDDEN),
    }
    held = {"emb.word": blocks(VOCABULARY, HIDDEN)}
    for layer in range(layers):
        for name in ("q", "k", "v", "ao", "fi", "fo"):
            rows = RAISED if name == "fi" else HIDDEN
            held[f"l{layer}.{name}.w"] = blocks(rows, RAISED if name == "fo" else HIDDEN)
            floats[f"l{layer}.{name}.b"] = zeros(rows)
        for name in ("aln", "oln"):
            floats[f"l{layer}.{name}.w"], floats[f"l{layer}.{name}.b"] = np.ones(HIDDEN, np.float32), zeros(HIDDEN)
    return PackedModel(HIDDEN, layers, 2, RAISED, VOCABULARY, 300, 2, 1e-12, 0, 2, 1, 3, (), floats, held)
