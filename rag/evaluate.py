"""How well passages are found: a folder of briefings and questions with known answers, run through the real search.

The folder holds `briefings/` and `questions.jsonl` (one question a line: `id`, `question`, `language`, `history`,
`answerable`, `gold` as a list of `file`, `start`, `end`), or a set in BEIR's layout (`corpus.jsonl`, `queries.jsonl`,
`qrels/*.tsv`). A passage is a hit when at least half of it lies inside one gold span or it covers half of one.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from onrecord.embeddings import Encoder, load_encoder
from onrecord.embeddings.reader import load_reader
from onrecord.rag.adding import Progress, add_originals
from onrecord.rag.errors import InvalidRequest, OnRecordError
from onrecord.rag.holdings import Holdings, by_sense, by_words
from onrecord.rag.languages import language
from onrecord.rag.languages.detection import detect_language
from onrecord.rag.originals import originals_under
from onrecord.rag.questions.question import Question, read_question
from onrecord.rag.readers.metadata import Metadata
from onrecord.rag.reading.certainty import certainty
from onrecord.rag.reading.finding import find_read
from onrecord.rag.retrieval.retrieve import retrieve
from onrecord.rag.settings import Settings
from onrecord.rag.store.sqlite.engine import SqliteStore
from onrecord.rag.types import Filters, Method, Passage

# Deep enough that the eleventh passage cannot matter to any measure.
_DEPTH = 10
# name in the report → measure of `ir_measures`. A question counts as found when any of its gold spans is hit.
_MEASURES = {"recall@1": "Success@1", "recall@5": "Success@5", "recall@10": "Success@10", "MRR@10": "RR@10"} | {
    "nDCG@10": "nDCG@10"
}
_RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Gold:
    """Where an answer stands; `end` is None for a whole file."""

    file: str
    start: int = 0
    end: int | None = None


@dataclass(frozen=True, slots=True)
class SetQuestion:
    """One question of a set; `history` is of (question, answer), oldest first."""

    id: str
    question: str
    language: str
    gold: tuple[Gold, ...]
    answerable: bool = True
    history: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a report: a setting, how many questions, and each measure with its 95% bootstrap interval."""

    setting: str
    questions: int
    measures: Mapping[str, tuple[float, float, float]]


def evaluate_folder(
    folder: Path,
    settings: Settings,
    *,
    method: Method = "shipped",
    keep: Path | None = None,
    adding: Callable[[Progress], None] | None = None,
    asking: Callable[[int, int], None] | None = None,
) -> list[Row]:
    """Build a library of a set's briefings and measure a method on its questions: see `evaluate`.

    The library goes into `keep`, where another run finds it again, else into a temporary folder. Raises InvalidRequest
    for a folder that is no set, OnRecordError where a briefing cannot be read or the measures are not installed.
    """
    questions = read_questions(folder)
    _measures()
    with tempfile.TemporaryDirectory(prefix="onrecord-") as temporary:
        encoder = load_encoder(settings.model, cache=settings.cache)
        store = SqliteStore(keep or Path(temporary) / "library")
        try:
            originals = originals_under([write_corpus(folder, Path(temporary) / "corpus")], Metadata())
            report = add_originals(store, lambda: encoder, originals, adding)
            if report.failed:
                raise OnRecordError(f"{folder}: {report.failed[0].message}")
            same = {added.file: added.briefing_id for added in report.files if added.briefing_id}
            return evaluate(questions, Holdings(store), encoder, method=method, same_content=same, progress=asking)
        finally:
            store.close()


def report_rows(rows: Sequence[Row], baseline: Sequence[Row] = ()) -> str:
    """Rows as a table in plain text, each measure with its interval, and its difference where the baseline has it."""
    before = {row.setting: row.measures for row in baseline}
    lines = []
    for row in rows:
        lines.append(f"{row.setting}  ({row.questions} questions)")
        for name, (value, low, high) in row.measures.items():
            old = before.get(row.setting, {}).get(name)
            difference = f"  {value - old[0]:+.3f}" if old else ""
            lines.append(f"  {name:<13}{value:8.3f}  [{low:.3f}, {high:.3f}]{difference}")
    return "\n".join(lines)


def rows_of(report: Mapping[str, Any]) -> list[Row]:
    """The rows of a report that was written as JSON. Raises InvalidRequest where it is none."""
    try:
        return [
            Row(row["setting"], row["questions"], {name: tuple(value) for name, value in row["measures"].items()})
            for row in report["rows"]
        ]
    except (KeyError, TypeError, AttributeError) as error:
        raise InvalidRequest("The baseline is not what `onrecord eval --json` prints. Name such a file.") from error


def read_questions(folder: Path) -> list[SetQuestion]:
    """The questions of a set. Raises InvalidRequest where `folder` is not laid out as one."""
    try:
        if (folder / "questions.jsonl").is_file():
            return [_asked(line) for line in _json_lines(folder / "questions.jsonl")]
        if (folder / "queries.jsonl").is_file():
            return _beir_questions(folder)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidRequest(f"{folder}: the questions cannot be read ({error!r}). See docs/quality.md.") from error
    raise InvalidRequest(
        f"{folder} holds neither questions.jsonl nor queries.jsonl. Name the folder of a question set."
    )


def write_corpus(folder: Path, target: Path) -> Path:
    """The folder of a set's briefings; those of a BEIR corpus are written into `target`, one text file a document."""
    if (folder / "briefings").is_dir():
        return folder / "briefings"
    if not (folder / "corpus.jsonl").is_file():
        raise InvalidRequest(f"{folder} holds neither briefings/ nor corpus.jsonl. Name a folder that does.")
    target.mkdir(parents=True, exist_ok=True)
    for line in _json_lines(folder / "corpus.jsonl"):
        title = f"{line['title']}\n\n" if line.get("title") else ""
        (target / _file_name(line["_id"])).write_text(title + line["text"], encoding="utf-8")
    return target


def evaluate(
    questions: Sequence[SetQuestion],
    holdings: Holdings,
    encoder: Encoder,
    *,
    method: Method = "shipped",
    same_content: Mapping[str, str] = MappingProxyType({}),
    progress: Callable[[int, int], None] | None = None,
) -> list[Row]:
    """Measure a method over a library that holds the set's briefings.

    Args:
        questions: the set.
        holdings: its briefings, and nothing else.
        encoder: the model of their vectors.
        method: BM25 alone ("words"), nearest vectors alone ("sense"), both as the library searches ("search"), or what
            it does: what the search finds, read and ranked by both ("shipped").
        same_content: file → briefing id, for files of the set that are kept as one briefing under another's name.
        progress: called with (done, all) after each question.

    Returns:
        a row for each pair of question and passage language, searched in that language alone; where the store holds
        several, a row for each with all languages searched and only one counting, and one with all counting; rows
        without history where questions have one; for what is shipped, a row of abstention (AUROC of the confidence) for
        each language with unanswerable questions.
    """
    summaries = {summary.id: summary for summary in holdings.summaries()}
    places = {summary.file: summary.id for summary in summaries.values()} | dict(same_content)
    spoken = {file: summaries[briefing_id].language for file, briefing_id in places.items()}
    by_file = {file: holdings.passages(briefing_id) for file, briefing_id in places.items()}
    languages = sorted(set(spoken.values()))
    find = _METHODS[method]
    refuses = any(not asked.answerable for asked in questions)
    results: dict[str, list[dict[str, float]]] = defaultdict(list)
    signals: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for done, asked in enumerate(questions, start=1):
        started = time.perf_counter()
        question = read_question(asked.question, asked.history)
        everywhere = find(holdings, encoder, question, Filters())
        elapsed = time.perf_counter() - started
        if everywhere.sure is not None and refuses:
            signals[asked.language].append((everywhere.sure, asked.answerable))
        if len(languages) > 1 and any(gold.file in spoken for gold in asked.gold):
            anywhere = _relevant(asked, by_file, list(spoken))
            results[f"{asked.language} → any language"].append(_measured(everywhere.ids, anywhere))
        for code in languages:
            files = [file for file in spoken if spoken[file] == code]
            if not any(gold.file in files for gold in asked.gold):
                continue
            relevant = _relevant(asked, by_file, files)
            pair = f"{asked.language} → {code}"
            alone = everywhere
            if len(languages) > 1:
                results[f"{pair} in a library of both"].append(_measured(everywhere.ids, relevant))
                alone = find(holdings, encoder, question, Filters(language=code))
            results[pair].append(_measured(alone.ids, relevant) | {"milliseconds": 1000 * elapsed})
            if asked.history:
                bare = find(holdings, encoder, read_question(asked.question), Filters())
                results[f"{pair} without history"].append(_measured(bare.ids, relevant))
        if progress is not None:
            progress(done, len(questions))
    rows = [_row(setting, measured) for setting, measured in sorted(results.items())]
    return rows + [row for code in sorted(signals) for row in _abstention(code, signals[code])]


@dataclass(frozen=True, slots=True)
class _Result:
    ids: list[int]
    sure: float | None = None


def _by_words(holdings: Holdings, _: Encoder, question: Question, filters: Filters) -> _Result:
    text = " ".join([*(earlier for earlier, _ in question.history), question.typed])
    terms = language(question.language).query_terms(text)
    found = holdings.candidates(None, dict.fromkeys(terms, 1.0), filters, _DEPTH)
    return _Result([one.id for one in by_words(found, _DEPTH)])


def _by_sense(holdings: Holdings, encoder: Encoder, question: Question, filters: Filters) -> _Result:
    # The plain way with a conversation: its first and its last question before the question.
    history = question.history
    earlier = dict.fromkeys([history[0][0], history[-1][0]] if history else [])
    vector = encoder.encode_queries([" ".join([*earlier, question.typed])])[0]
    found = holdings.candidates(vector, {}, filters, _DEPTH)
    return _Result([one.id for one in by_sense(found, vector, _DEPTH)])


def _by_search(holdings: Holdings, encoder: Encoder, question: Question, filters: Filters) -> _Result:
    return _Result([hit.passage.id for hit in retrieve(holdings, encoder, question, _DEPTH, filters)])


def _shipped(holdings: Holdings, encoder: Encoder, question: Question, filters: Filters) -> _Result:
    found = find_read(holdings, encoder, load_reader(cache=Settings.load().cache), question, _DEPTH, filters)
    return _Result([hit.passage.id for hit in found.hits], certainty(found.reading, found.subject))


_METHODS: dict[Method, Callable[[Holdings, Encoder, Question, Filters], _Result]] = {
    "words": _by_words,
    "sense": _by_sense,
    "search": _by_search,
    "shipped": _shipped,
}


def _relevant(asked: SetQuestion, by_file: Mapping[str, Sequence[Passage]], files: Sequence[str]) -> set[int]:
    """The passages in `files` that hit a gold span of the question."""
    return {
        passage.id
        for gold in asked.gold
        if gold.file in files
        for passage in by_file[gold.file]
        if is_hit(passage.start, passage.end, gold)
    }


def is_hit(start: int, end: int, gold: Gold) -> bool:
    """Whether the passage [start, end) has half of itself inside a gold span, or covers half of that span."""
    if gold.end is None:
        return True
    shared = min(end, gold.end) - max(start, gold.start)
    return shared > 0 and (2 * shared >= end - start or 2 * shared >= gold.end - gold.start)


def _measured(ids: Sequence[int], relevant: set[int]) -> dict[str, float]:
    ir_measures = _measures()
    named = {name: ir_measures.parse_measure(measure) for name, measure in _MEASURES.items()}
    judged = [ir_measures.Qrel("q", str(passage), 1) for passage in relevant]
    # Ranks as scores: equal scores would be ordered by id.
    ranked = [ir_measures.ScoredDoc("q", str(passage), -float(place)) for place, passage in enumerate(ids)]
    if not ranked or not judged:
        # An answer that no passage holds (its text was taken for boilerplate, say) is a question missed.
        return dict.fromkeys(named, 0.0)
    values = ir_measures.calc_aggregate(list(named.values()), judged, ranked)
    return {name: float(values[measure]) for name, measure in named.items()}


def _measures() -> Any:
    try:
        import ir_measures
    except ImportError as error:
        raise OnRecordError("Measuring needs one more package: pip install 'onrecord[eval]'") from error
    return ir_measures


def _row(setting: str, measured: Sequence[Mapping[str, float]]) -> Row:
    names = dict.fromkeys(name for values in measured for name in values)
    columns = {name: np.array([values[name] for values in measured if name in values]) for name in names}
    return Row(setting, len(measured), {name: _interval(column, np.mean) for name, column in columns.items()})


def _abstention(code: str, signals: Sequence[tuple[float, bool]]) -> Iterator[Row]:
    scores = np.array([score for score, _ in signals])
    answerable = np.array([known for _, known in signals])
    if answerable.all() or not answerable.any():
        return

    def area(rows: np.ndarray[Any, np.dtype[np.int64]]) -> float:
        yes, no = scores[rows][answerable[rows]], scores[rows][~answerable[rows]]
        if not len(yes) or not len(no):
            return 0.5
        # The share of pairs that the confidence orders rightly, ties as halves.
        return float(((yes[:, None] > no[None, :]) + 0.5 * (yes[:, None] == no[None, :])).mean())

    value = _interval(np.arange(len(scores)), area)
    yield Row(f"{code}: answerable or not", len(scores), {"AUROC": value})


def _interval(values: np.ndarray[Any, Any], measure: Callable[[Any], Any]) -> tuple[float, float, float]:
    """The measure of all values, and the bounds that hold it in 95 of 100 resamplings."""
    random = np.random.default_rng(0)
    drawn = [float(measure(values[random.integers(0, len(values), len(values))])) for _ in range(_RESAMPLES)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return round(float(measure(values)), 4), round(float(low), 4), round(float(high), 4)


def _asked(line: Mapping[str, Any]) -> SetQuestion:
    gold = tuple(Gold(span["file"], span["start"], span["end"]) for span in line.get("gold") or ())
    history = line.get("history") or []
    return SetQuestion(
        str(line["id"]),
        line["question"],
        line.get("language") or detect_language(line["question"]),
        gold,
        bool(line.get("answerable", True)),
        tuple(_turns(history)),
    )


def _turns(history: Sequence[Any]) -> Iterator[tuple[str, str]]:
    """(question, answer) pairs of a history written so, or as a list of speakers' texts."""
    question: str | None = None
    for turn in history:
        if not isinstance(turn, Mapping):
            yield turn[0], turn[1]
        elif turn["speaker"] == "user":
            question = turn["text"]
        elif question is not None:
            yield question, turn["text"]
            question = None


def _beir_questions(folder: Path) -> list[SetQuestion]:
    gold: dict[str, list[Gold]] = defaultdict(list)
    splits = sorted((folder / "qrels").glob("*.tsv"))
    chosen = next((split for split in splits if split.stem == "test"), splits[0] if splits else None)
    if chosen is None:
        raise InvalidRequest(f"{folder} holds no qrels/*.tsv, which say what answers each question.")
    for line in chosen.read_text(encoding="utf-8").splitlines()[1:]:
        query, document, grade = line.split("\t")[:3]
        if int(grade) > 0:
            gold[query].append(Gold(_file_name(document)))
    return [
        SetQuestion(line["_id"], line["text"], detect_language(line["text"]), tuple(gold[line["_id"]]))
        for line in _json_lines(folder / "queries.jsonl")
        if line["_id"] in gold
    ]


def _file_name(document: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in document) + ".txt"


def _json_lines(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield json.loads(line)
