"""Measure how often two quotes that are set side by side are of one subject, by pairs that were read.

    python benchmarks/comparing.py [--unread]

Of the development sets pairs of briefings are drawn (seeded: eight of White House briefings, four of committees), and
all pairs of the samples. The best three pairs of quotes of each are held against `comparing.jsonl`: where both stand, and
whether a reader found both to be of one subject. Prints one JSON object: of those shown as they are, and of those shown
as less sure, how many were read and how many of them are of one subject; pairs of samples that give nothing; and the
processor time of a comparison. `--unread` prints pairs that nobody has read, to be added to the file.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections import Counter
from itertools import combinations
from pathlib import Path

from onrecord.rag import Library, Opposite

HERE = Path(__file__).parent
SHARED = HERE.parent.parent / "shared" / "eval"
READ = HERE / "comparing.jsonl"
SEED, BEST = 28, 3
DRAWN = {"whitehouse": 8, "qmsum": 4}


def main() -> None:
    """Compare every pair of briefings, and count what was read."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--unread", action="store_true")
    options = parser.parse_args()
    read = {tuple(line["pair"]): line["one_subject"] for line in map(json.loads, READ.read_text("utf-8").splitlines())}
    counts: Counter[str] = Counter()
    seconds = []
    with tempfile.TemporaryDirectory() as folder, Library.open(folder) as library:
        drawn = [pair for name, count in DRAWN.items() for pair in _drawn(library, name, count)]
        library.add(HERE.parent / "samples")
        samples = [one.id for one in library.summaries() if not any(one.id in pair for pair in drawn)]
        for first, second in [*drawn, *combinations(samples, 2)]:
            started = time.process_time()
            found = library.compare(first, second).opposite
            seconds.append(time.process_time() - started)
            counts["sample pairs"] += first in samples
            counts["sample pairs with nothing"] += first in samples and not found
            for one in found[:BEST]:
                _count(one, read, counts, show=options.unread)
    print(
        json.dumps({**counts, "median seconds": round(statistics.median(seconds), 3), "most": round(max(seconds), 3)})
    )


def _drawn(library: Library, name: str, count: int) -> list[tuple[str, str]]:
    files = sorted((SHARED / name / "briefings").iterdir())
    chosen = random.Random(SEED).sample(files, 2 * count)
    before = {one.id for one in library.summaries()}
    library.add(chosen)
    ids = [one.id for one in library.summaries() if one.id not in before]
    return list(zip(ids[::2], ids[1::2], strict=False))


def _count(one: Opposite, read: dict[tuple[str, ...], bool], counts: Counter[str], *, show: bool) -> None:
    kind = "sure" if one.sure else "less sure"
    place = tuple(f"{side.file}:{side.start}-{side.end}" for side in (one.first, one.second))
    if place not in read:
        counts["unread"] += 1
        if show:
            print(json.dumps({"pair": place, "kind": kind, "first": one.first.quote, "second": one.second.quote}))
        return
    counts[f"{kind}, read"] += 1
    counts[f"{kind}, of one subject"] += read[place]


if __name__ == "__main__":
    main()
