"""How well turns are found: F1 of speaker turns whose start, end and label are all right.

    python benchmarks/turns.py ../shared/eval/whitehouse tests/styles

A folder holds either `turns.jsonl` (lines with `file` and `turns`, the files in `briefings/`) or, beside each text, a
JSON file of the same name with `turns`. A turn is `label` (or `speaker`), `start` and `end`; blanks at its ends do not
count, and turns without a label are not measured.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from onrecord.rag.transcript.understanding import understand
from onrecord.rag.types import SourceText

TurnKey = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Score:
    """Turns found that are right, found that are wrong, and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def __add__(self, other: Score) -> Score:
        return Score(self.right + other.right, self.wrong + other.wrong, self.missed + other.missed)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall, 1 where there was nothing to find and nothing was found."""
        total = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / total if total else 1.0


def gold_files(folder: Path) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """Yield the name, the text and the gold turns of each file of a set."""
    listing = folder / "turns.jsonl"
    if listing.exists():
        for line in listing.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            text = (folder / "briefings" / row["file"]).read_text(encoding="utf-8")
            yield row["file"], text, row["turns"] or []
        return
    for gold in sorted(folder.glob("*.json")):
        text = gold.with_suffix(".txt").read_text(encoding="utf-8")
        yield gold.stem, text, json.loads(gold.read_text(encoding="utf-8"))["turns"]


def key_of(text: str, start: int, end: int, label: str) -> TurnKey:
    """A turn without the blanks at its ends."""
    words = text[start:end]
    return start + len(words) - len(words.lstrip()), start + len(words.rstrip()), label


def compared(text: str, gold: Iterable[dict[str, Any]]) -> tuple[set[TurnKey], set[TurnKey]]:
    """The labelled turns found in a text and those that are there."""
    found = {
        key_of(text, turn.start, turn.end, turn.label) for turn in understand(SourceText(text)).turns if turn.label
    }
    wanted = {
        key_of(text, turn["start"], turn["end"], turn.get("label", turn.get("speaker")))
        for turn in gold
        if turn.get("label", turn.get("speaker"))
    }
    return found, wanted


def measure(folder: Path, *, show: bool = False) -> Score:
    """Score a set; with `show`, print what is wrong in each file."""
    score = Score()
    for name, text, gold in gold_files(folder):
        found, wanted = compared(text, gold)
        each = Score(len(found & wanted), len(found - wanted), len(wanted - found))
        score += each
        if show and found != wanted:
            print(f"{name}: {each.right} right, {each.wrong} wrong, {each.missed} missed")
            for kind, keys in (("wrong", found - wanted), ("missed", wanted - found)):
                for start, end, label in sorted(keys):
                    print(f"  {kind}: {label!r} {start}-{end} {text[start:end][:60]!r}")
    return score


def main() -> None:
    """Measure the sets named on the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path, help="sets to measure")
    parser.add_argument("--show", action="store_true", help="print every turn that is wrong")
    options = parser.parse_args()
    for folder in options.folders:
        started = perf_counter()
        score = measure(folder, show=options.show)
        row = {
            "set": folder.name,
            "f1": round(score.f1, 4),
            "right": score.right,
            "wrong": score.wrong,
            "missed": score.missed,
            "seconds": round(perf_counter() - started, 1),
        }
        print(json.dumps(row))


if __name__ == "__main__":
    main()
