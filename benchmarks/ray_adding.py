"""What a second machine brings to an addition: `onrecord add --ray` on one node with a core, and on two with one each.

    python benchmarks/ray_adding.py PATH… [--rounds N]

The machines are network namespaces of this one (root, iproute2), each bound to a core of its own; the command runs on
the first, on the same core. Each addition goes into an empty library, one node and two in turn. Prints one JSON object:
passages a second from the start of the command to its end, and from the first passages written to the last, with the
processor seconds that the command itself took (`own`), the medians of both, and their ratios.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from clusters import Machine, cluster, environment, machines, why_no_machines

from onrecord.rag import Library, Progress


def add(address: str, library: Path, paths: list[str]) -> None:
    """Add to an empty library, and print when how many passages were written."""
    written: list[tuple[float, int]] = []
    started = time.perf_counter()

    def note(now: Progress) -> None:
        if not written or now.passages > written[-1][1]:
            written.append((time.perf_counter() - started, now.passages))

    with Library.open(library) as opened:
        report = opened.add(paths, ray=address, progress=note)
    seconds, own = time.perf_counter() - started, time.process_time()
    print(json.dumps({"seconds": seconds, "own": own, "written": written, "failed": len(report.failed)}))


def measured(members: tuple[Machine, ...], paths: list[str]) -> dict[str, float]:
    """Passages a second of one addition: of all of it, and between the first and the last that were written."""
    with tempfile.TemporaryDirectory() as folder, cluster(members, Path(folder) / "ray") as address:
        command = [sys.executable, __file__, "--into", f"{folder}/library", "--address", address, *paths]
        done = subprocess.run(
            members[0].command(*command), check=True, stdout=subprocess.PIPE, text=True, env=environment()
        )
    told = json.loads(done.stdout.splitlines()[-1])
    began, before = next((second, count) for second, count in told["written"] if count)
    ended, passages = told["written"][-1]
    return {
        "passages": passages,
        "whole": passages / told["seconds"],
        "steady": (passages - before) / (ended - began),
        "own": told["own"],
    }


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", metavar="PATH")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--address", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.into is not None:
        add(options.address, options.into, options.paths)
        return
    if reason := why_no_machines():
        sys.exit(reason)
    found: dict[str, list[dict[str, float]]] = {"one": [], "two": []}
    for _ in range(options.rounds):
        for name, count in (("one", 1), ("two", 2)):
            with machines() as pair:
                found[name].append(measured(pair[:count], options.paths))
                print(name, found[name][-1], file=sys.stderr, flush=True)
    medians = {
        name: {kind: statistics.median(one[kind] for one in rounds) for kind in ("whole", "steady")}
        for name, rounds in found.items()
    }
    ratios = {kind: medians["two"][kind] / medians["one"][kind] for kind in ("whole", "steady")}
    print(json.dumps({"rounds": found, "medians": medians, "ratios": ratios}))


if __name__ == "__main__":
    main()
