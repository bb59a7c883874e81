"""One system measured in a process of its own; what was measured is printed as one JSON object.

python -m benchmarks.side_by_side.measure SYSTEM CORPUS FOLDER            add, search, close
python -m benchmarks.side_by_side.measure SYSTEM CORPUS FOLDER --reopen   open again what was added, ask once
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.side_by_side.corpus import QUERY, Corpus, Vectors, read_corpus
from benchmarks.side_by_side.systems import SYSTEMS, WANTED, Embed, Search, System

# As the bundled model's encoder reads passages.
_BATCH = 16


@dataclass(frozen=True, slots=True)
class Prepared:
    """A system to be loaded: `load` gives what opens it in a folder. `given_megabytes` is what the process holds before
    that, which is what the system is given to add."""

    load: Callable[[], Callable[[Path], System]]
    given_megabytes: int


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("system")
    parser.add_argument("corpus", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", type=Path, help="the folder of the unpacked model")
    parser.add_argument("--reopen", action="store_true")
    parser.add_argument("--ways", nargs="*", help="of searching; all by default")
    options = parser.parse_args()
    corpus = read_corpus(options.corpus)
    prepared = _prepared(options.system, options.corpus, corpus, options.model)
    measured = reopened if options.reopen else measured_anew
    print(json.dumps(measured(prepared, corpus, options.folder, options.ways)), flush=True)


def measured_anew(prepared: Prepared, corpus: Corpus, folder: Path, ways: Sequence[str] | None) -> dict[str, Any]:
    """What adding and searching take."""
    folder.mkdir(parents=True)
    # Sets the peak back to what is held now (proc(5)).
    Path("/proc/self/clear_refs").write_text("5")
    system = prepared.load()(folder)
    first = corpus.questions[0]
    started, processor = time.perf_counter(), time.process_time()
    system.add(corpus.passages)
    next(iter(system.searches().values()))(first.text, None)
    took, processor = time.perf_counter() - started, time.process_time() - processor
    searches = {
        way: searched(search, corpus, filtering=number == 0)
        for number, (way, search) in enumerate(system.searches().items())
        if not ways or way in ways
    }
    system.close()
    return {
        "added_per_second": len(corpus.passages) / took,
        "added_per_processor_second": len(corpus.passages) / processor,
        "searches": searches,
        "memory_megabytes": memory("VmHWM") - prepared.given_megabytes,
        "disk_megabytes": sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 2**20,
    }


def reopened(prepared: Prepared, corpus: Corpus, folder: Path, ways: Sequence[str] | None) -> dict[str, Any]:
    """How long it takes until what was added is open again and has answered."""
    opened = prepared.load()
    started = time.perf_counter()
    system = opened(folder)
    searches = system.searches()
    searches[ways[0] if ways else next(iter(searches))](corpus.questions[0].text, None)
    took = time.perf_counter() - started
    system.close()
    return {"reopening_seconds": took}


def searched(search: Search, corpus: Corpus, *, filtering: bool) -> dict[str, Any]:
    """Every question asked of all passages and, with `filtering`, of one speaker's."""
    theirs: dict[str, set[int]] = defaultdict(set)
    for passage in corpus.passages:
        theirs[passage.speaker].add(passage.id)
    clock, processor, filtered, returned, hits = [], [], [], [], []
    for asked in corpus.questions:
        started, used = time.perf_counter(), time.process_time()
        found = search(asked.text, None)
        clock.append(time.perf_counter() - started)
        processor.append(time.process_time() - used)
        hits.append(not set(asked.right).isdisjoint(found[:WANTED]))
        if filtering:
            started = time.perf_counter()
            limited = search(asked.text, asked.speaker)
            filtered.append(time.perf_counter() - started)
            returned.append(len(theirs[asked.speaker].intersection(limited[:WANTED])))
    limits = (
        {
            "filtered_p50_milliseconds": 1000 * float(np.percentile(filtered, 50)),
            "returned_fewest": min(returned),
            "returned_mean": float(np.mean(returned)),
        }
        if filtering
        else {}
    )
    return {
        "p50_milliseconds": 1000 * float(np.percentile(clock, 50)),
        "p95_milliseconds": 1000 * float(np.percentile(clock, 95)),
        "p50_processor_milliseconds": 1000 * float(np.percentile(processor, 50)),
        "hit_at_10": float(np.mean(hits)),
        **limits,
    }


def memory(name: str) -> int:
    """A figure of this process' memory, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) // 1024


def _prepared(name: str, folder: Path, corpus: Corpus, model: Path | None) -> Prepared:
    if name not in SYSTEMS:
        given = memory("VmRSS")
        from benchmarks.side_by_side.ours import opener

        # Its code is a part of what it takes, as that of the others is.
        imported = memory("VmRSS") - given
        load = opener(folder)
        return Prepared(load, memory("VmRSS") - imported)
    known = corpus.known()

    def load() -> Callable[[Path], System]:
        embed = _looking_up(known) if known else _reading(model)
        with TemporaryDirectory(ignore_cleanup_errors=True) as empty:
            # Imports what it needs, so that neither adding nor opening again waits for that.
            SYSTEMS[name](Path(empty), embed).close()
        return lambda place: SYSTEMS[name](place, embed)

    return Prepared(load, memory("VmRSS"))


def _looking_up(known: dict[str, Vectors]) -> Embed:
    return lambda texts: np.array([known[text] for text in texts])


def _reading(folder: Path | None) -> Embed:
    """The bundled model, as OnRecord runs it, for texts as wholes."""
    from onrecord.embeddings.transformer import open_transformer, whole

    assert folder is not None, "Name the folder of the model."
    transformer = open_transformer(folder)

    def read(texts: Sequence[str]) -> Vectors:
        # As many at once as OnRecord's encoder reads: their states are in memory together.
        batches = (texts[start : start + _BATCH] for start in range(0, len(texts), _BATCH))
        return np.array([whole(states) for some in batches for states in transformer.states(transformer.ids(some))])

    # OnRecord remembers questions, so that the second search for one does not embed it again; nor shall the others'.
    one = lru_cache(1000)(lambda text: read([text]))
    one(QUERY + "warm")
    return lambda texts: one(texts[0]) if len(texts) == 1 else read(texts)


if __name__ == "__main__":
    main()
    # Some leave threads behind that never end.
    os._exit(0)
