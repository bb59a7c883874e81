"""Of the statements that answers quote, how many a careful editor would quote too, and how many are beside the point.

Run from the project's root, with the development data beside it:

    python benchmarks/statements.py choose [--library FOLDER]

The questions are those of `eval/asked` over the transcripts to choose by, or to report on (training/split.py), asked
over all its transcripts. A statement is right where it overlaps a sentence that is marked as the answer, or as
acceptable, by half of the shorter of the two.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from onrecord.rag import Library
from onrecord.rag.types import Citation
from training.split import fold

ASKED = Path(__file__).resolve().parents[2] / "shared" / "eval" / "asked"
# The folds of the transcripts to choose by, and of those to report on.
PARTS = {"choose": range(66, 80), "report": range(80, 100)}


def main() -> None:
    """Print the shares, of the first statements and of the further ones."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=sorted(PARTS))
    parser.add_argument("--library", type=Path, help="folder of the library, kept for the next run")
    options = parser.parse_args()
    if not ASKED.is_dir():
        raise SystemExit(f"{ASKED} is absent: the development data is needed.")
    counts: Counter[str] = Counter()
    with Library.open(options.library or Path(tempfile.mkdtemp(prefix="onrecord-statements-"))) as library:
        library.add(sorted((ASKED / "briefings").iterdir()))
        for row in _questions(options.part):
            answer = library.ask(row["question"], history=[tuple(pair) for pair in row.get("history") or ()])
            if answer.status != "answered":
                continue
            good = row["gold"] + (row.get("also") or [])
            right = [_is_right(citation, good) for citation in answer.citations]
            counts.update(answers=1, first=sum(right[:1]), further=len(right[1:]), right=sum(right[1:]), any=any(right))
    answers, further = counts["answers"], counts["further"]
    print(f"{options.part}: {answers} answers, the first statement right in {counts['first'] / answers:.3f}")
    print(f"any right in {counts['any'] / answers:.3f}; {further} further statements, {counts['right']} of them right")
    print(f"of all statements {(counts['first'] + counts['right']) / (answers + further):.3f} are right")


def _questions(part: str) -> list[dict[str, Any]]:
    rows = map(json.loads, (ASKED / "questions.jsonl").read_text(encoding="utf-8").splitlines())
    return [row for row in rows if row["gold"] and fold(row["gold"][0]["file"]) in PARTS[part]]


def _is_right(citation: Citation, good: Iterable[dict[str, Any]]) -> bool:
    for one in good:
        inside = min(citation.end, one["end"]) - max(citation.start, one["start"])
        shorter = min(citation.end - citation.start, one["end"] - one["start"])
        if Path(citation.file).name == Path(one["file"]).name and inside > 0 and 2 * inside >= shorter:
            return True
    return False


if __name__ == "__main__":
    main()
