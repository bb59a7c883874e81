"""Does a reply answer its question? How well the reader tells replies that do from those that leave it open.

Run from the project's root, with the development data beside it:

    python benchmarks/evasion.py

The pairs (questions to presidents with their replies) were labelled by others: clear, ambivalent, no reply. The reader
has learned from none of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from onrecord.embeddings.reader import Passage, load_reader
from onrecord.rag.languages import language
from onrecord.rag.settings import Settings

PAIRS = Path(__file__).resolve().parents[2] / "shared" / "eval" / "qevasion" / "pairs.jsonl"
# The data set lost the blanks between some paragraphs: "diplomatic means.Kevin".
_GLUED = re.compile(r"(?<=[a-z][.?!])(?=[A-Z])")
# Sentences of a reply read at once.
_TOGETHER = 8


def main() -> None:
    """Print for each two labels how often the reader ranks a pair of them rightly (AUROC)."""
    if not PAIRS.is_file():
        raise SystemExit(f"{PAIRS} is absent: the development data is needed.")
    rows: list[dict[str, Any]] = [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    labels = np.array([row["label"] for row in rows])
    scores = np.array([left_open(row["question"], row["reply"]) for row in rows])
    print(f"{len(rows)} pairs; how far likelier it is that the reply leaves the question open than that it answers")
    for above, below in (
        ("Clear Non-Reply", "Clear Reply"),
        ("Ambivalent", "Clear Reply"),
        ("Clear Non-Reply", "Ambivalent"),
    ):
        chosen = (labels == above) | (labels == below)
        print(f"AUROC {above} above {below:<12} {roc_auc_score(labels[chosen] == above, scores[chosen]):.3f}")


def left_open(question: str, reply: str) -> float:
    """The logarithm of how much likelier it is that a reply leaves its question open than that it answers."""
    scores = reply_scores(question, reply)
    return float(np.logaddexp.reduce(scores[:, 1]) - np.logaddexp.reduce(scores[:, 0]))


def reply_scores(question: str, reply: str) -> NDArray[np.float64]:
    """For each sentence of a reply (sentences, 2) logits: how well it answers, how well it leaves open."""
    reply = _GLUED.sub(" ", reply).replace("[]", "")
    sentences = [reply[span.start : span.end] for span in language("en").sentences(reply)]
    passages = [_passage(sentences[start : start + _TOGETHER]) for start in range(0, len(sentences), _TOGETHER)]
    scores = np.concatenate(load_reader(cache=Settings.load().cache).read(question, passages)).astype(float)
    finite: NDArray[np.float64] = scores[np.isfinite(scores).all(axis=1)]
    return finite


def _passage(sentences: Sequence[str]) -> Passage:
    return Passage(("answer, :", *sentences), tuple(range(1, len(sentences) + 1)))


if __name__ == "__main__":
    main()
