"""Is a subject that nobody spoke of said to be so, and one that is on record still answered?

Run from the project's root, with the development data beside it:

    python -m benchmarks.absent ../shared build/absent

It asks, over the library of `eval/asked` and parts of it, and over that of `eval/cast`:

- left out: each question of the parts to choose by and to report on, over briefings without its transcript;
- answered, open, near: the same questions over briefings with it, by what is right there;
- far, follow, short: questions of our own (`absent.jsonl`, written by hand) on subjects that occur in no text, alone
  and as a follow-up; and as short ones on subjects that do;
- followed: follow-ups of `eval/cast`, which their conversation answers.

What the reader and the words say of each is kept in FOLDER/rows.jsonl, and a call after an interruption goes on from
there. Then the weights of `rag/reading/certainty.py` are fitted to the questions to choose by, over transcripts that
the reader has not learned from: over others it is too sure of itself. The constant is the one with which at most five
of a hundred answerable questions to choose by are lost. Printed are the weights, and the share of each
kind that is answered by the reader alone → by them, on either part; then, for further signs that might be weighed too,
how well they would do on transcripts that they were not fitted to, among those to choose by.
"""

from __future__ import annotations

import hashlib
import json
import math
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from onrecord.embeddings import load_encoder
from onrecord.embeddings.reader import load_reader
from onrecord.rag import Library
from onrecord.rag.answers.drafting import Draft
from onrecord.rag.holdings import Holdings
from onrecord.rag.questions.named import on_record
from onrecord.rag.questions.question import read_question
from onrecord.rag.reading.finding import READ, find_read
from onrecord.rag.reading.reader import Reading, read_passages
from onrecord.rag.settings import Settings
from onrecord.rag.store.sqlite.engine import SqliteStore
from onrecord.rag.types import Filters, Passage
from training.question_sets import read_questions
from training.split import fold, group

OWN = Path(__file__).with_name("absent.jsonl")
SIGNS = ("read", "unknown", "unknown_leaning", "met")
# What each kind counts in the fit, however many questions it has.
COUNTS = {"answered": 2.0, "open": 1.0, "short": 1.0, "followed": 1.0, "near": 1.5, "left out": 1.0, "far": 1.0}
COUNTS["follow"] = 0.7
PRESENT = ("answered", "open", "short", "followed")
ANSWERABLE = ("answered", "open")
_BRIEFINGS = 8
_CAST = 75
_HALF = 50
_LEAST_KEPT = 1e-4
_CHOOSE, _REPORT = 66, 80
# What the squares of the weights count, beside the questions: few follow-ups tell of unknown words.
_RIDGE = 1.0
# Of the answerable questions to choose by, this share may be lost.
_MAY_FALL = 0.05
_FOLDS = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a kind, over the briefings of these files of a set (all where there are none).

    `about` is the transcript or conversation that it belongs to.
    """

    id: str
    over: str
    kind: str
    part: str
    about: str
    question: str
    history: tuple[tuple[str, str], ...] = ()
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """What is known of a question: `read` is the reader's logit that something answers; `met` 0 where not known.

    `searched` is how many passages were. `passages` are those read, best first: of each the score of the search, its
    language, its briefing, and how far it meets the words (None where not known). `sentences` are those that may be
    quoted and are not all but sure to be beside the point: the place of its passage, the kind of its turn, and the
    probabilities that it answers and that it leaves open. `alone` is `read` for a follow-up without its conversation.
    """

    id: str
    kind: str
    part: str
    words: int
    read: float
    unknown: float
    unknown_leaning: float
    met: float
    language: str
    asked_for: str
    searched: int
    passages: tuple[tuple[float, str, str, float | None], ...]
    sentences: tuple[tuple[int, str, float, float], ...]
    alone: float | None


def main() -> None:
    """Read what was not read yet, fit, and print."""
    data, folder = Path(sys.argv[1]), Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / "rows.jsonl"
    lines = kept.read_text(encoding="utf-8").splitlines() if kept.is_file() else []
    rows = [Row(**json.loads(line)) for line in lines]
    wanted = [*_of_asked(data), *_our_own(data), *_of_cast(data)]
    missing = [one for one in wanted if one.id not in {row.id for row in rows}]
    with kept.open("a", encoding="utf-8") as file:
        for over in dict.fromkeys(one.over for one in missing):
            for row in _read(data / "eval" / over, folder / over, [one for one in missing if one.over == over]):
                file.write(json.dumps(asdict(row)) + "\n")
                file.flush()
                rows.append(row)
    for signs in (SIGNS, SIGNS[:-1]):
        weights, constant = _fitted(rows, signs)
        print(f"constant={constant:.2f}", " ".join(f"{n}={w:.2f}" for n, w in zip(signs, weights, strict=True)))
        for part in ("choose", "report"):
            print(part, "; ".join(_shares([row for row in rows if row.part == part], signs, weights, constant)))

    print(over_samples(folder / "samples"))
    chosen = [row for row in rows if row.words and row.part == "choose"]
    about = {one.id: one.about for one in wanted}
    for name, further in FURTHER.items():
        print(f"{name}: {_tried(chosen, [about[row.id] for row in chosen], further)}")


def over_samples(home: Path) -> str:
    """How many of our questions on subjects that the samples never speak of are answered over them, by language."""
    rows = [json.loads(line) for line in OWN.read_text(encoding="utf-8").splitlines()]
    with Library.open(home) as library:
        library.add(OWN.parents[1] / "samples")
        asked = [(r["language"], library.ask(r["question"]).status) for r in rows if r["kind"] == "samples"]
    counted = []
    for code in dict.fromkeys(code for code, _ in asked):
        own = [status for other, status in asked if other == code]
        counted.append(f"{code} {sum(status != 'not_found' for status in own)} of {len(own)}")
    return f"samples, answered: {', '.join(counted)}"


def _of_asked(data: Path) -> Iterator[Asked]:
    folder = data / "eval" / "asked"
    names = sorted(path.name for path in (folder / "briefings").iterdir())
    for one in read_questions(folder / "questions.jsonl"):
        if not one.document or fold(one.document) < _CHOOSE:
            continue
        part = "choose" if fold(one.document) < _REPORT else "report"
        own = [name for name in names if group(name) == group(one.document)]
        others = [name for name in names if name not in own]
        chance = random.Random(one.id)
        few = chance.sample(others, _BRIEFINGS)
        small = chance.random() < 1 / 2
        kind = {"answered": "answered", "asked_not_answered": "open"}.get(one.status, "near")
        yield Asked(
            one.id, "asked", kind, part, group(one.document), one.question, files=tuple(own + few[1:]) if small else ()
        )
        yield Asked(
            f"{one.id}-out",
            "asked",
            "left out",
            part,
            group(one.document),
            one.question,
            files=tuple(few if small else others),
        )


def _our_own(data: Path) -> Iterator[Asked]:
    folder = data / "eval" / "asked"
    names = sorted(path.name for path in (folder / "briefings").iterdir())
    known = {one.id: one for one in read_questions(folder / "questions.jsonl")}
    for number, line in enumerate(OWN.read_text(encoding="utf-8").splitlines()):
        row: dict[str, Any] = json.loads(line)
        # Over transcripts that the reader learned from it is too sure of itself: nothing is to be learned there.
        if row["kind"] == "samples" or row["part"] == "fit":
            continue
        history: tuple[tuple[str, str], ...] = ()
        if "after" in row:
            before = known[row["after"]]
            text = (folder / "briefings" / before.gold[0].file).read_text(encoding="utf-8")
            history = ((before.question, f"“{text[before.gold[0].start : before.gold[0].end]}” [1]"),)
        chance = random.Random(row["question"])
        own = [name for name in names if "document" in row and group(name) == group(row["document"])]
        few = own + chance.sample([name for name in names if name not in own], _BRIEFINGS - len(own))
        for size, files in (("all", ()), ("few", tuple(few))):
            # The same question is asked twice, which is as one transcript.
            about = f"own {number}"
            yield Asked(
                f"own-{number}-{size}", "asked", row["kind"], row["part"], about, row["question"], history, files
            )


def _of_cast(data: Path) -> Iterator[Asked]:
    follow = [
        row["question"] for row in map(json.loads, OWN.read_text(encoding="utf-8").splitlines()) if "after" in row
    ]
    rows = [json.loads(line) for line in (data / "eval/cast/questions.jsonl").read_text(encoding="utf-8").splitlines()]
    random.Random(1).shuffle(rows)
    taken = {"choose": 0, "report": 0}
    for row in rows:
        conversation = row["id"].rpartition("_")[0]
        part = "choose" if int(hashlib.sha256(conversation.encode()).hexdigest(), 16) % 100 < _HALF else "report"
        if not row["history"] or taken[part] == _CAST:
            continue
        taken[part] += 1
        said = [turn["text"] for turn in row["history"]]
        pairs = zip(said[::2], said[1::2], strict=False)
        history = tuple((asked, f"“{' '.join(answer.split()[:60])}” [1]") for asked, answer in pairs)
        yield Asked(row["id"], "cast", "followed", part, conversation, row["question"], history)
        chance = random.Random(row["id"])
        if chance.random() < 1 / 2:
            yield Asked(f"{row['id']}-out", "cast", "follow", part, conversation, chance.choice(follow), history)


def _read(folder: Path, home: Path, asked: Sequence[Asked]) -> Iterator[Row]:
    settings = Settings.load()
    with Library.open(home, settings=settings) as library:
        library.add(sorted(path for path in (folder / "briefings").iterdir() if path.is_file()))
    encoder, reader = load_encoder(cache=settings.cache), load_reader(cache=settings.cache)
    store = SqliteStore(home)
    try:
        holdings = Holdings(store)
        ids = {Path(one.file).name: one.id for one in holdings.summaries()}
        known = on_record(*holdings.on_record())
        for one in asked:
            question = read_question(one.question, one.history, known)
            filters = Filters(briefing=tuple(ids[name] for name in one.files) or None)
            found = find_read(holdings, encoder, reader, question, READ, filters)
            draft = Draft(question, found.hits, found.sources, (0, 0), found.reading, _unread)
            reading, subject = draft.quotable, found.subject
            if not reading.sentences:
                continue
            places = {hit.passage.id: place for place, hit in enumerate(found.hits)}
            passages = [hit.passage for hit in found.hits]
            alone = None
            if question.to_read != one.question:
                # In the order of the search that found them, the nearest this comes to it.
                read = read_passages(reader, one.question, passages, found.sources, ranked=True)
                alone = _logit(replace(draft, reading=read).quotable)
            yield Row(
                one.id,
                one.kind,
                one.part,
                subject.words,
                _logit(reading),
                subject.unknown,
                subject.unknown * subject.leans,
                subject.met.get(reading.best()[0].passage.id, 0.0),
                question.language,
                f"{question.kind} {question.wanted or ''}".strip(),
                holdings.count(filters)[1],
                tuple(
                    (h.score, h.passage.language, h.passage.briefing_id, subject.met.get(h.passage.id))
                    for h in found.hits
                ),
                tuple(
                    (places[s.passage.id], s.passage.kind, s.answers, s.leaves_open)
                    for s in reading.sentences
                    if s.weight >= _LEAST_KEPT
                ),
                alone,
            )
    finally:
        store.close()


def _logit(reading: Reading) -> float:
    return math.log(max(1 - reading.nothing, 1e-9) / max(reading.nothing, 1e-9))


def _unread(question: str, passages: Sequence[Passage]) -> Reading:
    raise AssertionError((question, passages))


def _fitted(rows: Sequence[Row], signs: Sequence[str]) -> tuple[NDArray[np.float64], float]:
    """The weights of a logistic function, and its constant."""
    chosen = [row for row in rows if row.words and row.part == "choose"]
    weights = _logistic(_signs(chosen, signs), chosen)
    answerable = [row for row in rows if row.part == "choose" and row.kind in ANSWERABLE]
    return weights[:-1], -_border(answerable, _signs(answerable, signs) @ weights[:-1])


def _logistic(signs: NDArray[np.float64], rows: Sequence[Row]) -> NDArray[np.float64]:
    """The weights of a logistic function of the signs of some rows, and last its constant, by Newton's method."""
    x = np.hstack([signs, np.ones((len(rows), 1))])
    y, counts = _present(rows), _counts(rows)
    weights = np.zeros(x.shape[1])
    for _ in range(50):
        likely = 1 / (1 + np.exp(-x @ weights))
        slope = x.T @ (counts * (y - likely)) - _RIDGE * weights
        weights += np.linalg.solve(
            (x * (counts * likely * (1 - likely))[:, None]).T @ x + _RIDGE * np.eye(len(weights)), slope
        )
    return weights


def _present(rows: Sequence[Row]) -> NDArray[np.float64]:
    return np.array([row.kind in PRESENT for row in rows], float)


def _counts(rows: Sequence[Row]) -> NDArray[np.float64]:
    """What each row counts, so that its kind counts what it should."""
    number = Counter(row.kind for row in rows)
    counts = np.array([COUNTS[row.kind] / number[row.kind] for row in rows])
    return np.asarray(counts * len(rows) / counts.sum())


def _border(answerable: Sequence[Row], sums: NDArray[np.float64]) -> float:
    """The sum from which answers are given, where as many as may fall are lost of those that the reader gives."""
    before = sum(row.read >= 0 for row in answerable)
    return float(np.sort(sums)[::-1][before - int(_MAY_FALL * len(answerable)) - 1])


def _tried(rows: Sequence[Row], about: Sequence[str], further: Callable[[Row], Sequence[float]]) -> str:
    """How well the signs and further ones tell, each row by weights fitted to other transcripts."""
    signs = np.hstack([_signs(rows, SIGNS), np.array([[*further(row)] for row in rows], float).reshape(len(rows), -1)])
    folds = np.array([int(hashlib.sha256(one.encode()).hexdigest(), 16) % _FOLDS for one in about])
    sums = np.zeros(len(rows))
    for own in set(folds.tolist()):
        others = folds != own
        weights = _logistic(signs[others], [row for row, other in zip(rows, others, strict=True) if other])
        sums[~others] = signs[~others] @ weights[:-1] + weights[-1]

    def told(kinds: Sequence[str]) -> float:
        kept = np.array([row.kind in kinds for row in rows])
        kept_rows = [row for row in rows if row.kind in kinds]
        return float(roc_auc_score(_present(kept_rows), sums[kept], sample_weight=_counts(kept_rows)))

    where = [place for place, row in enumerate(rows) if row.kind in ANSWERABLE]
    border = _border([rows[place] for place in where], sums[where])

    def share(kinds: Sequence[str], language: str | None = None) -> float:
        return float(
            np.mean(
                [
                    total >= border
                    for row, total in zip(rows, sums, strict=True)
                    if row.kind in kinds and language in (None, row.language)
                ]
            )
        )

    return (
        f"AUROC {told(tuple(COUNTS)):.3f}, near misses {told((*ANSWERABLE, 'near')):.3f}; given English "
        f"{share(ANSWERABLE, 'en'):.3f} French {share(ANSWERABLE, 'fr'):.3f}; answered: near {share(('near',)):.3f} "
        f"far {share(('far',)):.3f} left out {share(('left out',)):.3f} short {share(('short',)):.3f}"
    )


def _best(row: Row) -> tuple[float, str, str, float | None]:
    """The passage of the likeliest sentence."""
    place = max(row.sentences, key=lambda one: one[2] + one[3])[0] if row.sentences else 0
    return row.passages[place]


def _elsewhere(row: Row) -> float:
    return float(_best(row)[1] != row.language)


def _spread(likely: Iterable[tuple[int, float]]) -> float:
    """How probabilities, each of one of several things, are spread over these (entropy, in nats)."""
    mass: dict[int, float] = {}
    for thing, one in likely:
        mass[thing] = mass.get(thing, 0.0) + one
    shares = [part / sum(mass.values()) for part in mass.values()]
    return -sum(share * math.log(share) for share in shares)


def _ahead(row: Row) -> float:
    """How much likelier the best sentence is than the best of another passage (logarithm)."""
    if not row.sentences:
        return 0.0
    best = max(row.sentences, key=lambda one: one[2] + one[3])
    second = max((one[2] + one[3] for one in row.sentences if one[0] != best[0]), default=_LEAST_KEPT)
    return math.log((best[2] + best[3]) / second)


FURTHER: dict[str, Callable[[Row], Sequence[float]]] = {
    "none": lambda _: (),
    "the best passage is in another language": lambda row: (_elsewhere(row),),
    "… and unknown words count apart there": lambda row: (_elsewhere(row), row.unknown * _elsewhere(row)),
    "no passage read is in the question's language": lambda row: (
        float(row.language not in {passage[1] for passage in row.passages}),
    ),
    "the question is French": lambda row: (float(row.language == "fr"),),
    "how many passages are searched (logarithm)": lambda row: (math.log(row.searched),),
    "how many words the question has (logarithm)": lambda row: (math.log(row.words),),
    "the best sentence beside the best of another passage": lambda row: (_ahead(row),),
    "spread over sentences": lambda row: (_spread(enumerate(one[2] + one[3] for one in row.sentences)),),
    "spread over passages": lambda row: (_spread((one[0], one[2] + one[3]) for one in row.sentences),),
    "nearness of words up to 2 only": lambda row: (min(row.met, 2.0),),
    "the score of the search": lambda row: (_best(row)[0],),
    "a follow-up read alone": lambda row: (0.0 if row.alone is None else row.alone - row.read,),
}


def _signs(rows: Sequence[Row], signs: Sequence[str]) -> NDArray[np.float64]:
    return np.array([[getattr(row, name) for name in signs] for row in rows], float)


def _shares(rows: Sequence[Row], signs: Sequence[str], weights: NDArray[np.float64], constant: float) -> Iterator[str]:
    for kind in COUNTS:
        own = [row for row in rows if row.kind == kind]
        sums = _signs(own, signs) @ weights + constant
        after = [total >= 0 if row.words else row.read >= 0 for row, total in zip(own, sums, strict=True)]
        yield f"{kind} ({len(own)}) {np.mean([row.read >= 0 for row in own]):.3f} → {np.mean(after):.3f}"


if __name__ == "__main__":
    main()
