"""How long OnRecord takes and how much memory: the figures in docs/performance.md.

    python benchmarks/performance.py ask PATH…          cold and warm questions, speed of adding, over these briefings
    python benchmarks/performance.py serve PATH…        from starting the server to its first answer
    python benchmarks/performance.py many --files N     N small generated files in one addition, memory as it goes
    python benchmarks/performance.py adding PATH…        where the time of adding these briefings goes
    python benchmarks/performance.py large PATH…         a library of 100,000 passages: time to embed, search, filter

`ask`, `adding` and `serve` take --baseline TREE: an earlier version, checked out elsewhere, in turns with this one.
Each works in a temporary library of its own and prints one JSON object.
"""

from __future__ import annotations

import argparse
import cProfile
import itertools
import json
import os
import pstats
import random
import re
import resource
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
from in_turns import command, first_answers, in_turns, libraries_of, speed_of_adding
from numpy.typing import NDArray
from reworded import reworded

from onrecord.embeddings import Encoder, TokenVectors, load_encoder
from onrecord.rag import Library, Progress, Settings
from onrecord.rag.adding import add_originals
from onrecord.rag.evaluate import read_questions
from onrecord.rag.holdings import Holdings
from onrecord.rag.originals import originals_under
from onrecord.rag.questions.question import Question, read_question
from onrecord.rag.readers.metadata import Metadata
from onrecord.rag.retrieval.retrieve import retrieve
from onrecord.rag.store import Embedded, NewBriefing
from onrecord.rag.store.sqlite.engine import SqliteStore
from onrecord.rag.types import FilterOptions, Filters

Vectors = NDArray[np.float32]
Both = tuple[float, float]

# The encoder's method that takes passages.
_ENCODING = ("read_passages",)

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
    ask.add_argument("--baseline", type=Path, help="a tree of an earlier version, to time in turns with this one")
    ask.set_defaults(run=lambda options, folder: asking(options.paths, options.baseline, folder))
    many = commands.add_parser("many")
    many.add_argument("--files", type=int, default=10_000)
    many.set_defaults(run=lambda options, folder: many_files(options.files, folder))
    adding = commands.add_parser("adding")
    adding.add_argument("paths", nargs="+", type=Path)
    adding.add_argument("--baseline", type=Path, help="a tree of an earlier version, to time in turns with this one")
    adding.set_defaults(
        run=lambda options, folder: (
            speed_of_adding(options.paths, options.baseline, folder)
            if options.baseline
            else profiled_adding(options.paths, folder)
        )
    )
    serving = commands.add_parser("serve")
    serving.add_argument("paths", nargs="+", type=Path)
    serving.add_argument("--baseline", type=Path, help="a tree of an earlier version, to time in turns with this one")
    serving.set_defaults(
        run=lambda options, folder: first_answers(QUESTIONS[0], options.paths, options.baseline, folder)
    )
    large = commands.add_parser("large")
    large.add_argument("paths", nargs="+", type=Path)
    large.add_argument("--passages", type=int, default=100_000)
    large.add_argument("--questions", nargs="*", type=Path, default=[], help="folders of question sets")
    large.add_argument("--keep", type=Path, help="a folder for the library and the vectors, to be used again")
    large.set_defaults(run=lambda options, folder: large_library(options.paths, options, folder))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(options.run(options, Path(folder)), indent=1))


def asking(paths: list[Path], baseline: Path | None, folder: Path) -> dict[str, object]:
    """Cold and warm questions."""
    # First, while this process is small: what it takes counts into the memory of those that it starts.
    libraries = libraries_of(paths, baseline, folder)
    for tree, held in libraries.items():
        command(tree, held, "ask", QUESTIONS[0])  # files read once
    cold = in_turns(libraries, lambda tree, held: command(tree, held, "ask", QUESTIONS[0]))
    settings = Settings(library=folder / "library")
    with Library.open(settings=settings) as library:
        library.load_model()
        started = time.perf_counter()
        report = library.add(paths)
        adding = time.perf_counter() - started
        passages = sum(item.passages for item in report.files)
        warm = [_timed(lambda question=question: library.ask(question)) for question in QUESTIONS]
        stages = [library.ask(f"{question} Now?").seconds for question in QUESTIONS]
    return {
        "passages": passages,
        "passages_per_second": round(passages / adding, 1),
        "cold_ask": cold,
        "warm_ask_milliseconds_median": round(1000 * statistics.median(warm), 1),
        "stages_milliseconds_median": {
            stage: round(1000 * statistics.median(s[stage] for s in stages), 1) for stage in stages[0]
        },
        "peak_memory_megabytes": _peak(),
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


def profiled_adding(paths: list[Path], folder: Path) -> dict[str, object]:
    """The share of adding that is spent inside the encoder, and the functions of ours that take most of the rest."""
    with Library.open(settings=Settings(library=folder / "library")) as library:
        library.load_model()
        profile = cProfile.Profile()
        profile.enable()
        report = library.add(paths)
        profile.disable()
    figures = pstats.Stats(profile)
    calls = figures.stats.items()  # type: ignore[attr-defined]
    ours = {name: spent[3] for (file, _, name), spent in calls if "/rag/" in file or "/embeddings/" in file}
    total = figures.total_tt  # type: ignore[attr-defined]
    return {
        "passages": sum(item.passages for item in report.files),
        "share_inside_the_encoder": round(max(ours.get(name, 0) for name in _ENCODING) / total, 3),
        "shares": {name: round(ours[name] / total, 4) for name in sorted(ours, key=lambda name: -ours[name])[:25]},
    }


def large_library(paths: list[Path], options: argparse.Namespace, folder: Path) -> dict[str, object]:
    """A large library, searched: time against that of embedding the question, memory, filters against brute force."""
    folder = options.keep or folder
    settings = Settings(library=folder / "library")
    encoder = load_encoder(settings.model, cache=settings.cache)
    if not settings.library.exists():
        _build_large(paths, options.passages, folder, encoder)
    questions = _questions(options.questions)
    with closing(SqliteStore(settings.library)) as store:
        holdings, before = Holdings(store), _resident()
        vector = encoder.encode_queries([QUESTIONS[0]])[0]
        loading = _timed(lambda: holdings.candidates(vector, {}, Filters(), 10))
        resident = _resident()
        embedding, first, again = _search_beside_embedding(holdings, encoder, questions)
    with Library.open(settings=settings) as library:
        library.load_model()
        filters = _filters_against_all(library, questions[:20])
    ratio = 1 + np.median(again, axis=0) / np.median(embedding, axis=0)
    return {
        **filters,
        "questions": len(questions),
        "embedding_milliseconds_p50": _both(embedding, 50),
        "first_search_without_embedding_milliseconds_p50": _both(first, 50),
        "search_without_embedding_milliseconds_p50": _both(again, 50),
        "search_without_embedding_milliseconds_p95": _both(again, 95),
        "search_against_embedding_p50": {"clock": round(float(ratio[0]), 2), "processor": round(float(ratio[1]), 2)},
        "loading_the_index_seconds": round(loading, 2),
        "index_in_memory_megabytes": resident - before,
        "peak_memory_megabytes": _peak(),
        "library_megabytes": sum(file.stat().st_size for file in settings.library.iterdir()) // 2**20,
    }


def _search_beside_embedding(
    holdings: Holdings, encoder: Encoder, questions: list[str]
) -> tuple[list[Both], list[Both], list[Both]]:
    """Seconds to embed each question, to search for it after that, and to search again.

    The passages are read word by word, and not by the reader. The first search also compares the briefings that no
    question has met before with their digests.
    """

    def searched(question: Question) -> Both:
        return _timed_both(lambda: holdings.of_one_state(lambda: retrieve(holdings, encoder, question, 10, Filters())))

    asked = [read_question(question) for question in questions]
    holdings.of_one_state(lambda: retrieve(holdings, encoder, read_question(QUESTIONS[0]), 10, Filters()))
    embedding, first = [], []
    for question in asked:
        # The encoder remembers it: the search that follows takes what is left to do.
        embedding.append(_timed_both(lambda question=question: encoder.read_question(question.text)))
        first.append(searched(question))
    return embedding, first, [searched(question) for question in asked]


def _both(seconds: list[Both], percentile: int) -> dict[str, float]:
    clock, processor = (round(1000 * float(value), 1) for value in np.percentile(seconds, percentile, axis=0))
    return {"clock": clock, "processor": processor}


def _filters_against_all(library: Library, questions: list[str]) -> dict[str, object]:
    """Ten hits inside filters that keep one passage in a hundred, against the top of all that pass, weighed each."""
    passages = [(item.date or "", passage) for item in library.summaries() for passage in library.passages(item.id)]
    wanted = len(passages) // 100
    by_speaker = Counter(passage.speaker for _, passage in passages if passage.speaker)
    by_date = Counter(date for date, _ in passages if date)
    speaker = min(by_speaker, key=lambda name: abs(by_speaker[name] - wanted))
    date = min(by_date, key=lambda day: abs(by_date[day] - wanted))
    limits: list[FilterOptions] = [{"speaker": speaker}, {"since": date, "until": date}]
    passing = [
        {passage.id for _, passage in passages if passage.speaker == speaker},
        {passage.id for day, passage in passages if day == date},
    ]
    equal, seconds = 0, []
    for limit, ids in zip(limits, passing, strict=True):
        for question in questions:
            everything = [hit.passage.id for hit in library.search(question, k=len(passages), **limit)]
            seconds.append(_timed(lambda question=question, limit=limit: library.search(question, **limit)))
            best = [hit.passage.id for hit in library.search(question, **limit)]
            equal += set(everything) == ids and best == everything[:10]
    return {
        "passages": len(passages),
        "passages_in_filters": [len(ids) for ids in passing],
        "filtered_searches_equal_to_brute_force": f"{equal} of {len(limits) * len(questions)}",
        "filtered_search_without_embedding_milliseconds_p50": _middle(seconds),
    }


def _middle(seconds: list[float]) -> float:
    return round(1000 * statistics.median(seconds), 2)


def _questions(files: list[Path]) -> list[str]:
    """A hundred questions of some sets, as many in each language; else the few above."""
    chance = random.Random(1)
    by_language: dict[str, list[str]] = {}
    for question in (question for file in files for question in read_questions(file)):
        by_language.setdefault(question.language, []).append(question.question)
    drawn = (chance.sample(asked, min(len(asked), 100 // len(by_language))) for asked in by_language.values())
    return list(itertools.chain.from_iterable(drawn)) or QUESTIONS


class _FewEncoded:
    """The real model for one passage in five; any other gets a vector made from theirs, and words around that.

    The vectors made are one true vector plus a part of the difference of two others, at unit length: they lie as true
    ones do, where noise alike in all directions would make them easier to tell apart.
    """

    def __init__(self, encoder: Encoder, kept: Path) -> None:
        self._encoder, self._kept = encoder, kept
        self.name, self.dimension, self.fingerprint = encoder.name, encoder.dimension, encoder.fingerprint
        self._true: dict[str, Vectors] = dict(np.load(kept)) if kept.exists() else {}

    def read_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> list[TokenVectors]:
        keys = [sha256(text.encode()).hexdigest() for text in texts]
        wanted = {key: text for key, text in zip(keys, texts, strict=True) if int(key, 16) % 5 == 0}
        missing = {key: text for key, text in wanted.items() if key not in self._true}
        if missing:
            read = self._encoder.read_passages(list(missing.values()))
            self._true.update((key, tokens.whole) for key, tokens in zip(missing, read, strict=True))
            np.savez(self._kept, **self._true)
        true = np.array(list(self._true.values()))
        rows = [self._true[key] if key in wanted else _near(true[int(key, 16) % len(true)], true, key) for key in keys]
        if progress:
            progress(len(texts))
        return [_with_words(text, row) for text, row in zip(texts, rows, strict=True)]


def _with_words(text: str, vector: Vectors) -> TokenVectors:
    """A token for each word, scattered around the vector of the text."""
    spans = np.array([match.span() for match in re.finditer(r"\w+", text)] or [(0, len(text))])
    chance = np.random.default_rng(len(text))
    words = vector + chance.normal(0, 0.05, (len(spans), len(vector))).astype(np.float32)
    return TokenVectors(spans, words / np.linalg.norm(words, axis=1, keepdims=True), vector)


def _near(vector: Vectors, others: Vectors, seed: str) -> Vectors:
    chance = np.random.default_rng(int(seed[:16], 16))
    one, other = others[chance.integers(len(others), size=2)]
    moved: Vectors = vector + 0.2 * (one - other)
    return moved / np.linalg.norm(moved)


def _build_large(paths: list[Path], passages: int, folder: Path, encoder: Encoder) -> None:
    """Add the briefings, then copies of them with changed words and slightly moved vectors, until there are enough."""
    folder.mkdir(parents=True, exist_ok=True)
    store = SqliteStore(folder / "library")
    few = _FewEncoded(encoder, folder / "encoded.npz")
    add_originals(store, lambda: few, originals_under(paths, Metadata()), None)
    model = store.model()
    assert model is not None
    originals = []
    for briefing in store.briefings():
        its_passages = store.passages(briefing.id)
        originals.append((briefing, its_passages, store.embedded(briefing.id)))
    others = np.array([one.vector for _, _, embedded in originals for one in embedded])
    chance = np.random.default_rng(1)
    held = len(others)
    for copy, (briefing, its_passages, embedded) in (
        (copy, original) for copy in itertools.count(1) for original in originals
    ):
        if held >= passages:
            break
        digest = sha256(f"{briefing.id} {copy}".encode()).hexdigest()
        text = reworded(briefing.text, chance)
        changed = replace(
            briefing,
            id=digest[:16],
            lineage=digest[:16],
            sha256=digest,
            source=f"copy {copy} of {briefing.id}",
            text=text,
        )
        digests = [sha256(f"{passage.id} {copy}".encode()).hexdigest() for passage in its_passages]
        new = tuple(
            replace(passage, id=int(own[:12], 16), briefing_id=changed.id, text=text[passage.start : passage.end])
            for passage, own in zip(its_passages, digests, strict=True)
        )
        moved = tuple(
            Embedded(_near(one.vector, others, own), one.said) for one, own in zip(embedded, digests, strict=True)
        )
        store.add(NewBriefing(changed, b"", new, moved), model)
        held += len(new)
    store.close()


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _timed_both(work: Callable[[], object]) -> Both:
    """Seconds by the clock, and of this process on the processors."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - processor


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 2**20


if __name__ == "__main__":
    main()
