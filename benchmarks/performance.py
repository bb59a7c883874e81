"""How long OnRecord takes and how much memory: the figures in docs/performance.md.

    python benchmarks/performance.py ask PATH…          cold and warm questions, speed of adding, over these briefings
    python benchmarks/performance.py many --files N     N small generated files in one addition, memory as it goes
    python benchmarks/performance.py large --passages N a library of N passages: time to embed, to search, to add

Each works in a temporary library of its own and prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from onrecord.rag import Library, Progress, Settings

QUESTIONS = [
    "What was said about the budget?",
    "Who asked about security guarantees?",
    "How much money was promised?",
    "What will happen next year?",
    "Qu'a-t-on dit de la sécurité ?",
    "Combien cela coûtera-t-il ?",
    "Quand la décision sera-t-elle prise ?",
    "Did he say which countries will take part?",
]


def main() -> None:
    """Run one of the benchmarks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    ask = commands.add_parser("ask")
    ask.add_argument("paths", nargs="+", type=Path)
    ask.set_defaults(run=lambda options, folder: asking(options.paths, folder))
    many = commands.add_parser("many")
    many.add_argument("--files", type=int, default=10_000)
    many.set_defaults(run=lambda options, folder: many_files(options.files, folder))
    large = commands.add_parser("large")
    large.add_argument("paths", nargs="+", type=Path)
    large.add_argument("--passages", type=int, default=100_000)
    large.set_defaults(run=lambda options, folder: large_library(options.paths, options.passages, folder))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(options.run(options, Path(folder)), indent=1))


def asking(paths: list[Path], folder: Path) -> dict[str, object]:
    """Cold and warm questions."""
    settings = Settings(library=folder / "library")
    with Library.open(settings=settings) as library:
        library.load_model()
        started = time.perf_counter()
        report = library.add(paths)
        adding = time.perf_counter() - started
        passages = sum(item.passages for item in report.files)
        warm = [_timed(lambda question=question: library.ask(question)) for question in QUESTIONS]
        stages = [library.ask(f"{question} Now?").seconds for question in QUESTIONS]
    environment = {**os.environ, "ONRECORD_LIBRARY": str(settings.library)}
    command = [sys.executable, "-m", "onrecord.ui.cli", "ask", QUESTIONS[0]]
    cold = [_timed(lambda: subprocess.run(command, env=environment, check=True, capture_output=True)) for _ in range(3)]
    return {
        "passages": passages,
        "passages_per_second": round(passages / adding, 1),
        "cold_ask_seconds_median": round(statistics.median(cold), 2),
        "warm_ask_milliseconds_median": round(1000 * statistics.median(warm), 1),
        "stages_milliseconds_median": {
            stage: round(1000 * statistics.median(s[stage] for s in stages), 1) for stage in stages[0]
        },
        "peak_memory_megabytes": _peak(),
        "peak_memory_of_cold_ask_megabytes": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024,
    }


def many_files(count: int, folder: Path) -> dict[str, object]:
    """Many small files in one addition: the memory at each tenth of the way."""
    source = folder / "files"
    source.mkdir()
    chance = random.Random(1)  # noqa: S311 - repeatable, not secret
    words = [f"{a}{b}{c}" for a in ("har", "bri", "fer", "min") for b in ("bo", "da", "ny") for c in ("ur", "ge", "st")]
    for number in range(count):
        sentences = (" ".join(chance.choices(words, k=12)).capitalize() + "." for _ in range(6))
        (source / f"{number:05}.txt").write_text(f"Statement {number}\n" + " ".join(sentences), encoding="utf-8")
    memory: list[int] = []

    def watch(progress: Progress) -> None:
        if progress.done * 10 >= len(memory) * max(1, progress.total):
            memory.append(_resident())

    with Library.open(settings=Settings(library=folder / "library")) as library:
        library.load_model()
        seconds = _timed(lambda: library.add(source, progress=watch))
        again = _timed(lambda: library.add(source))
        held = len(library.summaries())
    return {
        "files": count,
        "added": held,
        "seconds": round(seconds),
        "files_per_second": round(count / seconds, 1),
        "again_seconds": round(again, 1),
        "memory_megabytes_at_each_tenth": memory,
    }


def large_library(paths: list[Path], passages: int, folder: Path) -> dict[str, object]:
    """A large library, made of briefings repeated with changed words; the vectors of copies are shifted copies."""
    raise SystemExit("not measured yet")


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20


if __name__ == "__main__":
    main()
