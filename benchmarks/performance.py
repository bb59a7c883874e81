"""How long OnRecord takes and how much memory: the figures in docs/performance.md.

    python benchmarks/performance.py ask PATH…          cold and warm questions, speed of adding, over these briefings
    python benchmarks/performance.py many --files N     N small generated files in one addition, memory as it goes
    python benchmarks/performance.py large PATH…         a library of 100,000 passages: time to embed, search, add

Each works in a temporary library of its own and prints one JSON object.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import pstats
import random
import re
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from onrecord.rag import Library, Progress, Settings
from onrecord.rag.store import NewBriefing
from onrecord.rag.store.schema import DATABASE
from onrecord.rag.store.sqlite import SqliteStore

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
    chance = random.Random(1)
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
    """A large library: the briefings embedded once, then copied with changed words and with noise on their vectors."""
    settings = Settings(library=folder / "library")
    chance = np.random.default_rng(1)
    with Library.open(settings=settings) as library:
        library.load_model()
        profile = cProfile.Profile()
        profile.enable()
        library.add(paths)
        profile.disable()
        originals = [(briefing, library.passages(briefing.id)) for briefing in library.briefings()]
    share = _share_in_encoder(profile)
    store = SqliteStore(settings.library)
    model = store.model()
    assert model is not None
    vectors = _vectors(settings.library)
    held = len(vectors)
    copy = 0
    while held < passages:
        copy += 1
        for briefing, its_passages in originals:
            digest = sha256(f"{briefing.id} {copy}".encode()).hexdigest()
            text = _changed(briefing.text, chance)
            changed = replace(
                briefing,
                id=digest[:16],
                lineage=digest[:16],
                sha256=digest,
                source=f"copy {copy} of {briefing.id}",
                text=text,
            )
            new = tuple(
                replace(
                    passage,
                    id=int.from_bytes(sha256(f"{passage.id} {copy}".encode()).digest()[:6], "big"),
                    briefing_id=changed.id,
                    text=text[passage.start : passage.end],
                )
                for passage in its_passages
            )
            noisy = np.stack([vectors[passage.id] for passage in its_passages])
            noisy = noisy + chance.normal(0, 0.02, noisy.shape)
            noisy = (noisy / np.linalg.norm(noisy, axis=1, keepdims=True)).astype(np.float32)
            store.add(NewBriefing(changed, b"", new, noisy), model)
            held += len(new)
            if held >= passages:
                break
    store.close()
    with Library.open(settings=settings) as library:
        library.load_model()
        opening = _timed(lambda: library.search(QUESTIONS[0]))
        stages = [library.ask(f"{question} {number}").seconds for number, question in enumerate(QUESTIONS * 3)]
        filtered = [
            _timed(lambda question=question: library.search(f"{question} Again?", language="fr"))
            for question in QUESTIONS
        ]
    return {
        "passages": held,
        "share_of_adding_inside_the_encoder": round(share, 3),
        "first_search_seconds": round(opening, 2),
        "stages_milliseconds_median": {
            stage: round(1000 * statistics.median(s[stage] for s in stages), 1) for stage in stages[0]
        },
        "filtered_search_milliseconds_median": round(1000 * statistics.median(filtered), 1),
        "peak_memory_megabytes": _peak(),
        "library_megabytes": sum(file.stat().st_size for file in settings.library.iterdir()) // 2**20,
    }


def _share_in_encoder(profile: cProfile.Profile) -> float:
    """The part of the profiled time that was spent inside encode_passages."""
    statistics_of_calls = pstats.Stats(profile)
    total = statistics_of_calls.total_tt  # type: ignore[attr-defined]
    inside = max(
        figures[3]
        for (_, _, name), figures in statistics_of_calls.stats.items()  # type: ignore[attr-defined]
        if name == "encode_passages"
    )
    return float(inside / total)


def _vectors(library: Path) -> dict[int, NDArray[np.float32]]:
    with sqlite3.connect(library / DATABASE) as connection:
        return {
            row[0]: np.frombuffer(row[1], dtype="<f4")
            for row in connection.execute("SELECT passage_id, vector FROM vectors")
        }


def _changed(text: str, chance: np.random.Generator) -> str:
    """The text with a tenth of its words replaced by others of the same length."""
    words = re.findall(r"\w+", text)
    by_length: dict[int, list[str]] = {}
    for word in words:
        by_length.setdefault(len(word), []).append(word)

    def change(match: re.Match[str]) -> str:
        others = by_length[len(match.group())]
        return others[chance.integers(len(others))] if chance.random() < 0.1 else match.group()

    return re.sub(r"\w+", change, text)


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
