"""One folder at 10,000, 100,000 and 1,000,000 passages: the figures in docs/scaling.md.

    python benchmarks/scale.py --library FOLDER --questions SET…      or: make bench-scale

FOLDER is a library of real briefings, whose passages are multiplied (benchmarks/scaled.py); the questions are of
question sets. What is done is kept in --work; called again, it goes on where it was cut off. Every figure is taken in a
process of its own. Prints one JSON object, and writes the table into --work.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from performance import QUESTIONS
from scaled import copies, fill, originals_of

from onrecord.rag.evaluate import read_questions
from onrecord.rag.languages import language
from onrecord.rag.people.names import Known
from onrecord.rag.store import Candidate, Limits
from onrecord.rag.store.sqlite.connections import Connections
from onrecord.rag.store.sqlite.engine import SqliteStore
from onrecord.rag.store.sqlite.filtering import within
from onrecord.rag.store.sqlite.schema import DATABASE, VECTOR_CACHE, WORD_CACHE

Vectors = NDArray[np.float32]

_K = 100
_BEST = 10
_ASKED = 100

_ROWS = {
    "building both indexes from the database, seconds": ("build", "seconds"),
    "peak memory of that, MB": ("build", "peak_megabytes"),
    "reopened: process start to the first search answered, seconds": ("ask", "from_process_start_seconds"),
    "of which from opening the store, seconds": ("ask", "from_opening_seconds"),
    "search p50, ms (processor time)": ("ask", "search"),
    "search p95, ms (processor time)": ("ask", "search_p95"),
    "recall of the nearest 10, of the nearest 100": ("ask", "recall"),
    "limited to 1% by speaker, p50, ms (processor time)": ("ask", "speaker_1"),
    "limited to 1% by date, p50, ms (processor time)": ("ask", "date_1"),
    "limited to 10% by date, p50, ms (processor time)": ("ask", "date_10"),
    "peak memory of asking, MB (not mapped)": ("ask", "memory"),
    "adding one briefing, seconds": ("add", "adding_seconds"),
    "the search behind it, seconds": ("add", "next_search_seconds"),
    "closing, seconds": ("add", "closing_seconds"),
    "reopened after it, from opening the store, seconds": ("again", "from_opening_seconds"),
    "on disk: the database, MB": ("ask", "database_megabytes"),
    "on disk: vectors, words, MB": ("ask", "indexes_megabytes"),
}


def main() -> None:
    """Run what is not done yet, size by size; or, called by itself, one step."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", type=Path, required=True, help="a library of real briefings")
    parser.add_argument("--questions", nargs="*", type=Path, default=[], help="folders of question sets")
    parser.add_argument("--passages", nargs="*", type=int, default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--work", type=Path, default=Path("build/scale"))
    parser.add_argument("--step", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        print(json.dumps(_STEPS[options.step](options)))
        return
    options.work.mkdir(parents=True, exist_ok=True)
    _encode(options)
    figures: dict[int, dict[str, dict[str, object]]] = {}
    for count in options.passages:
        folder = options.work / str(count)
        kept = options.work / f"{count}.json"
        done = figures[count] = json.loads(kept.read_text()) if kept.exists() else {}
        for step in _STEPS:
            if step not in done:
                command = [sys.executable, __file__, "--library", str(options.library), "--work", str(options.work)]
                environment = {**os.environ, "OMP_NUM_THREADS": "1", "STARTED": str(time.time())}
                ran = subprocess.run(
                    [*command, "--passages", str(count), "--step", step], env=environment, check=True, stdout=-1
                )
                done[step] = json.loads(ran.stdout)
                kept.write_text(json.dumps(done, indent=1))
                print(f"{folder}: {step} {done[step]}", file=sys.stderr)
    (options.work / "table.md").write_text(_table(figures))
    print(json.dumps(figures, indent=1))


def _encode(options: argparse.Namespace) -> None:
    """Draw questions, as many in each language, and embed them once."""
    if (options.work / "questions.npz").exists():
        return
    from onrecord.embeddings import load_encoder
    from onrecord.rag import Settings

    by_language: dict[str, list[str]] = {}
    for asked in (one for folder in options.questions for one in read_questions(folder)):
        by_language.setdefault(asked.language, []).append(asked.question)
    chance = random.Random(1)
    drawn = {
        code: chance.sample(held, min(len(held), _ASKED // len(by_language))) for code, held in by_language.items()
    }
    texts = [(text, code) for code, held in drawn.items() for text in held] or [(text, "en") for text in QUESTIONS]
    chance.shuffle(texts)
    settings = Settings()
    vectors = load_encoder(settings.model, cache=settings.cache).encode_queries([text for text, _ in texts])
    np.savez(options.work / "questions.npz", vectors=vectors, texts=[list(one) for one in texts])


def _asked(options: argparse.Namespace) -> list[tuple[Vectors, dict[str, float], str]]:
    """Each question's vector, its terms and its language."""
    with np.load(options.work / "questions.npz") as kept:
        return [
            (vector, dict.fromkeys(language(code).query_terms(text), 1.0), str(code))
            for vector, (text, code) in zip(kept["vectors"], kept["texts"].tolist(), strict=True)
        ]


def _folder(options: argparse.Namespace) -> Path:
    folder: Path = options.work / str(options.passages[0])
    return folder


def _fill(options: argparse.Namespace) -> dict[str, object]:
    started = time.perf_counter()
    fill(options.library, _folder(options), options.passages[0])
    return {"seconds": round(time.perf_counter() - started)}


def _truth(options: argparse.Namespace) -> dict[str, object]:
    """The nearest hundred in each language by weighing all vectors, read from the database one by one."""
    asked = np.array([vector for vector, _, _ in _asked(options)])
    connection = Connections(_folder(options) / DATABASE).current()
    spoken = dict(connection.execute("SELECT id, language FROM passages"))
    rows = connection.execute("SELECT passage_id, vector FROM vectors")
    best: dict[str, tuple[Vectors, NDArray[np.int64]]] = {}
    while group := rows.fetchmany(20_000):
        ids = np.array([row[0] for row in group])
        scores = asked @ np.frombuffer(b"".join(row[1] for row in group), "<f4").reshape(len(group), -1).T
        codes = np.array([spoken[number] for number in ids.tolist()])
        for code in np.unique(codes).tolist():
            own = codes == code
            held = best.get(code, (np.empty((len(asked), 0), np.float32), np.empty((len(asked), 0), np.int64)))
            joined = np.hstack([held[0], scores[:, own]])
            numbers = np.hstack([held[1], np.broadcast_to(ids[own], (len(asked), int(own.sum())))])
            order = np.argsort(-joined, axis=1)[:, :_K]
            best[code] = (np.take_along_axis(joined, order, 1), np.take_along_axis(numbers, order, 1))
    np.savez(_folder(options) / "truth.npz", **{code: scores for code, (scores, _) in best.items()})
    every = -np.sort(-np.hstack([scores for scores, _ in best.values()]), axis=1)
    gaps = [every[:, 0] - every[:, _BEST - 1], every[:, _BEST - 1] - every[:, _K - 1]]
    return {"gaps_of_scores": [round(float(np.median(gap)), 4) for gap in gaps]}


def _build(options: argparse.Namespace) -> dict[str, object]:
    for cache in (VECTOR_CACHE, WORD_CACHE):
        (_folder(options) / cache).unlink(missing_ok=True)
    store = SqliteStore(_folder(options))
    vector, terms, code = _asked(options)[0]
    seconds, _ = _timed(lambda: store.candidates(vector, terms, Limits(), _K, language=code))
    return {"seconds": round(seconds, 1), "peak_megabytes": _memory("VmHWM")}


def _ask(options: argparse.Namespace) -> dict[str, object]:
    asked = _asked(options)
    folder = _folder(options)
    opening = time.perf_counter()
    store = SqliteStore(folder)
    vector, terms, code = asked[0]
    store.candidates(vector, terms, Limits(), _K, language=code)
    opened, since = time.perf_counter() - opening, time.time() - float(os.environ["STARTED"])
    spent, found = [], []
    for vector, terms, code in asked:
        began = time.perf_counter(), time.process_time()
        found.append(store.candidates(vector, terms, Limits(), _K, language=code))
        spent.append((time.perf_counter() - began[0], time.process_time() - began[1]))
    limited: dict[str, object] = {}
    connection = Connections(folder / DATABASE).current()
    for name, limits in _limits(connection).items():
        limited |= _limited(store, connection, name, limits, asked)
    figures = {
        "from_process_start_seconds": round(since, 2),
        "from_opening_seconds": round(opened, 2),
        "search": _milliseconds(spent, 50),
        "search_p95": _milliseconds(spent, 95),
        "recall": _recall(folder, [vector for vector, _, _ in asked], found),
        **limited,
        "memory": f"{_memory('VmHWM')} ({_memory('RssAnon')})",
        "database_megabytes": (folder / DATABASE).stat().st_size >> 20,
        "indexes_megabytes": ", ".join(
            str((folder / name).stat().st_size >> 20) for name in (VECTOR_CACHE, WORD_CACHE)
        ),
    }
    store.close()
    return figures


def _recall(folder: Path, asked: list[Vectors], found: list[list[Candidate]]) -> str:
    """The share of the nearest in each language that are among the candidates; equal scores are equal."""
    shares: dict[int, list[float]] = {_BEST: [], _K: []}
    with np.load(folder / "truth.npz") as truth:
        for code in truth.files:
            for place, (vector, candidates) in enumerate(zip(asked, found, strict=True)):
                own = np.array([one.vector for one in candidates if one.language == code])
                scores = -np.sort(-(own @ vector))
                for k, share in shares.items():
                    best = truth[code][place][:k]
                    share.append(float((scores[: len(best)] >= best[-1] - 1e-6).sum()) / len(best))
    return ", ".join(f"{statistics.mean(share):.4f}" for share in shares.values())


def _limits(connection: sqlite3.Connection) -> dict[str, Limits]:
    """Limits that leave about a hundredth and a tenth of the passages."""
    execute = connection.execute
    (total,) = execute("SELECT COUNT(*) FROM vectors").fetchone()
    speakers = execute(
        "SELECT speaker, role, outlet, COUNT(*) FROM passages WHERE speaker IS NOT NULL GROUP BY 1, 2, 3"
    ).fetchall()
    *who, _ = min(speakers, key=lambda row: abs(row[3] - total / 100))
    dates = execute(
        "SELECT b.date, COUNT(*) FROM briefings b JOIN passages p ON p.briefing_id = b.id "
        "WHERE b.date IS NOT NULL GROUP BY 1 ORDER BY 1"
    ).fetchall()
    sums = list(itertools.accumulate(count for _, count in dates))
    until = {
        share: next(date for (date, _), held in zip(dates, sums, strict=True) if held >= total * share)
        for share in (0.01, 0.1)
    }
    return {
        "speaker_1": Limits(speakers=(Known(*who),)),
        "date_1": Limits(until=until[0.01]),
        "date_10": Limits(until=until[0.1]),
    }


def _limited(
    store: SqliteStore,
    connection: sqlite3.Connection,
    name: str,
    limits: Limits,
    asked: list[tuple[Vectors, dict[str, float], str]],
) -> dict[str, object]:
    joined, values = within(limits)
    rows = connection.execute(
        f"SELECT p.language, v.vector FROM (SELECT p.id, p.language {joined}) p JOIN vectors v ON v.passage_id = p.id",
        values,
    ).fetchall()
    first = _timed(lambda: store.candidates(*asked[0][:2], limits, _K, language=asked[0][2]))[0]
    spent, equal, weighed = [], 0, 0
    for place, (vector, terms, code) in enumerate(asked):
        began = time.perf_counter(), time.process_time()
        found = store.candidates(vector, terms, limits, _K, language=code)
        spent.append((time.perf_counter() - began[0], time.process_time() - began[1]))
        for own in {row[0] for row in rows} if place < 10 else ():
            vectors = np.frombuffer(b"".join(row[1] for row in rows if row[0] == own), "<f4").reshape(-1, len(vector))
            best = -np.sort(-(vectors @ vector))[:_BEST]
            mine = -np.sort([-float(one.vector @ vector) for one in found if one.language == own])[: len(best)]
            weighed += 1
            equal += bool(np.allclose(np.sort(best), np.sort(mine), atol=1e-6))
    return {
        name: _milliseconds(spent, 50),
        f"{name}_passages": len(rows),
        f"{name}_first_milliseconds": round(1000 * first),
        f"{name}_best_ten_equal_to_brute_force": f"{equal} of {weighed}",
    }


def _add(options: argparse.Namespace) -> dict[str, object]:
    folder = _folder(options)
    vector, terms, code = _asked(options)[0]
    model, originals = originals_of(options.library)
    store = SqliteStore(folder)
    held = set(store.ids())
    new = next(one for one, _ in copies(originals, 0) if len(one.passages) >= 20 and one.briefing.id not in held)

    def ask() -> object:
        return store.candidates(vector, terms, Limits(), _K, language=code)

    ask()
    adding, _ = _timed(lambda: store.add(new, model))
    searching, _ = _timed(ask)
    closing, _ = _timed(store.close)
    return {
        "passages": len(new.passages),
        "adding_seconds": round(adding, 2),
        "next_search_seconds": round(searching, 2),
        "closing_seconds": round(closing, 2),
    }


def _again(options: argparse.Namespace) -> dict[str, object]:
    opening = time.perf_counter()
    store = SqliteStore(_folder(options))
    vector, terms, code = _asked(options)[0]
    store.candidates(vector, terms, Limits(), _K, language=code)
    return {"from_opening_seconds": round(time.perf_counter() - opening, 2)}


_STEPS: dict[str, Callable[[argparse.Namespace], dict[str, object]]] = {
    "fill": _fill,
    "truth": _truth,
    "build": _build,
    "ask": _ask,
    "add": _add,
    "again": _again,
}


def _table(figures: dict[int, dict[str, dict[str, object]]]) -> str:
    lines = [
        "| passages | " + " | ".join(f"{count:,}" for count in figures) + " |",
        "|---|" + "---|" * len(figures),
        *(
            f"| {title} | " + " | ".join(str(done[step][name]) for done in figures.values()) + " |"
            for title, (step, name) in _ROWS.items()
        ),
    ]
    return "\n".join(lines) + "\n"


def _timed(work: Callable[[], object]) -> tuple[float, object]:
    started = time.perf_counter()
    made = work()
    return time.perf_counter() - started, made


def _milliseconds(spent: list[tuple[float, float]], percentile: int) -> str:
    wall, processor = (float(np.percentile([one[place] for one in spent], percentile)) * 1000 for place in (0, 1))
    return f"{wall:.1f} ({processor:.1f})"


def _memory(kind: str) -> int:
    """Megabytes of this process: VmHWM, the most at any time, with what it maps of files; RssAnon, now, without."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith(f"{kind}:"))


if __name__ == "__main__":
    main()
