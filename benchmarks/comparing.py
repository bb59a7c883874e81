"""Measure how often two quotes that are set side by side are of one subject, on all pairs of the samples.

    python benchmarks/comparing.py [--unread]

The best three pairs of quotes of every two briefings are held against `comparing.jsonl`, which says where both stand
and whether a reader found them to be of one subject. Prints one JSON object: of those shown as they are, and of those
shown as less sure, how many were read and how many are of one subject; how many pairs of briefings there are and how
many give nothing; and the processor time of a comparison. `--unread` prints pairs that nobody has read, to be added.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections import Counter
from itertools import combinations
from pathlib import Path

from onrecord.rag import Library, Opposite

HERE = Path(__file__).parent
READ = HERE / "comparing.jsonl"
BEST = 3


def main() -> None:
    """Compare every two briefings, and count what was read."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--unread", action="store_true")
    options = parser.parse_args()
    read = {tuple(line["pair"]): line["one_subject"] for line in map(json.loads, READ.read_text("utf-8").splitlines())}
    counts: Counter[str] = Counter()
    seconds = []
    with tempfile.TemporaryDirectory() as folder, Library.open(folder) as library:
        library.add(HERE.parent / "samples")
        for first, second in combinations([one.id for one in library.summaries()], 2):
            started = time.process_time()
            found = library.compare(first, second).opposite
            seconds.append(time.process_time() - started)
            counts["pairs of briefings"] += 1
            counts["that give nothing"] += not found
            for one in found[:BEST]:
                _count(one, read, counts, show=options.unread)
    times = {"median seconds": round(statistics.median(seconds), 3), "most": round(max(seconds), 3)}
    print(json.dumps({**dict(sorted(counts.items())), **times}))


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
