"""Fit the coefficients of rag/retrieval/confidence.py, and measure them on questions they were not fitted to.

Run from the project's root, with the development data beside it:

    python benchmarks/confidence.py [--cache FOLDER]

Answerable questions are those whose gold passages are in the library. The same questions become unanswerable by leaving
the gold documents out, and other sets' questions are unanswerable in any case. A library is made smaller by leaving
passages out at random. Nothing of nomiracl is fitted to: it is printed only. `--cache` keeps the libraries.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from answers import files, questions
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from onrecord.embeddings import Encoder, load_encoder
from onrecord.rag import Library, Settings
from onrecord.rag.questions.question import read_question
from onrecord.rag.retrieval.confidence import Signals, probability, signals
from onrecord.rag.retrieval.interaction import asked_words, unpack
from onrecord.rag.retrieval.retrieve import Found
from onrecord.rag.retrieval.search import backgrounds
from onrecord.rag.store.sqlite import SqliteStore
from onrecord.rag.types import Filters, Hit, Passage

ROOT = Path(__file__).resolve().parents[1]
EVAL = ROOT.parent / "shared" / "eval"
BRIEFINGS = ROOT.parent / "shared" / "briefings"
# Passages ranked for a question; enough that ten are left when its gold documents are taken out.
_RANKED = 80
_HITS = 10
# Groups whose questions are of the kind that users ask; each counts six times.
_OWN = ("samples", "tuning", "second", "two briefings")
# Groups are fitted as half answerable; people ask more often about what is there, here taken as five times in eight.
_PRIOR = float(np.log(5 / 3))


@dataclass(frozen=True, slots=True)
class Case:
    """A question put to some passages: what speaks for an answer, and whether there is one."""

    group: str
    language: str
    found: Signals
    answerable: bool


class Searched:
    """A library of some files, kept in `folder`, searched by vectors alone."""

    def __init__(self, folder: Path, files: list[Path], encoder: Encoder) -> None:
        if not (folder / "library.db").exists():
            with Library.open(folder) as library:
                library.add(list(files))
        self._store = SqliteStore(folder)
        self._encoder = encoder
        self._files = {summary.id: summary.file for summary in self._store.summaries()}

    def case(
        self,
        group: str,
        question: str,
        language: str,
        *,
        answerable: bool,
        without: frozenset[str] = frozenset(),
        only: frozenset[str] | None = None,
        share: float = 1.0,
        filters: Filters | None = None,
    ) -> Case | None:
        """Put a question to the passages of all files but `without`, or of `only` these, or to a share of them."""
        read = self._encoder.read_question(question)
        dice = random.Random(question)
        ranked = self._store.nearest(read.whole, _RANKED if only is None else 10_000, filters or Filters())
        passages = self._store.passages_by_id([passage for passage, _ in ranked])
        kept: list[tuple[Passage, float]] = []
        for passage, score in ranked:
            file = self._files[passages[passage].briefing_id]
            if file not in without and (only is None or file in only) and dice.random() < share:
                kept.append((passages[passage], score))
        if not kept:
            return None
        hits = tuple(Hit(passage, score, rank) for rank, (passage, score) in enumerate(kept[:_HITS], start=1))
        packed = self._store.said(hit.passage.id for hit in hits)
        said = {passage_id: unpack(words, self._encoder.dimension) for passage_id, words in packed.items()}
        searched = len(kept) if only else round(share * self._store.count(filters or Filters())[1])
        samples = self._store.samples()
        usual = backgrounds({name: sample @ read.whole for name, sample in samples.items()})
        highest = max(hits, key=lambda hit: usual[hit.passage.language].above(hit.score))
        spoken = highest.passage.language
        asked = read_question(question)
        words = asked_words(question, asked.language, read)
        found = Found(hits, highest.score, usual[spoken], words, said)
        return Case(group, language, signals(asked, found, searched), answerable)


def _questions(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (EVAL / name / "questions.jsonl").read_text("utf-8").splitlines()]


def _files(name: str) -> list[Path]:
    return sorted((EVAL / name / "briefings").iterdir())


def fitted(folder: Path, encoder: Encoder) -> Iterator[Case | None]:
    """The cases that the coefficients are fitted to."""
    cast = Searched(folder / "cast", _files("cast"), encoder)
    for question in _questions("cast"):
        text, gold = question["rewrite"], frozenset(span["file"] for span in question["gold"])
        for share, without in ((1.0, frozenset()), (1.0, gold), (0.2, gold)):
            yield cast.case(f"cast {share}", text, "en", answerable=not without, without=without, share=share)
    quebec = Searched(folder / "quebec", _files("quebec"), encoder)
    for question in _questions("quebec")[::2]:
        text, language = question["question"], question["language"]
        stems = {span["file"].rsplit(".", 2)[0] for span in question["gold"]}
        gold = frozenset(f"{stem}.{code}.txt" for stem in stems for code in ("en", "fr"))
        for wanted in ("en", "fr"):
            for without in (frozenset[str](), gold):
                yield quebec.case(
                    f"quebec {language} {wanted}",
                    text,
                    language,
                    answerable=not without,
                    without=without,
                    filters=Filters(language=wanted),
                )
    meetings = _files("qmsum")[:6]
    qmsum = Searched(folder / "qmsum", meetings, encoder)
    names = {path.name for path in meetings}
    for question in _questions("qmsum"):
        gold = frozenset(span["file"] for span in question["gold"])
        if gold and gold <= names and not question["question"].lower().startswith("summar"):
            for without in (frozenset[str](), gold):
                yield qmsum.case("qmsum", question["question"], "en", answerable=not without, without=without)
    yield from _own(folder, encoder)


def _own(folder: Path, encoder: Encoder) -> Iterator[Case | None]:
    """Our own questions over the samples and, but for the final half, over real briefings; others' over both."""
    samples = Searched(folder / "samples", [ROOT / "samples"], encoder)
    lines = (ROOT / "tests" / "samples_questions.jsonl").read_text("utf-8").splitlines()
    for question in map(json.loads, lines):
        if question["kind"] not in ("overview", "every-mention"):
            text, language = question["question"], question["language"]
            yield samples.case("samples", text, language, answerable=question["answerable"])
    answers = Searched(folder / "twenty", files("second"), encoder)
    two = frozenset(path.name for path in BRIEFINGS.iterdir())
    for question in questions("tuning", "second"):
        if question["kind"] in ("overview", "mentions"):
            continue
        text, language, gold = question["question"], question["language"], {g["file"] for g in question["gold"]}
        yield answers.case(question["part"], text, language, answerable=bool(gold))
        if gold <= two:
            yield answers.case("two briefings", text, language, answerable=bool(gold), only=two)
        yield samples.case("elsewhere", text, language, answerable=False)
    for question in _questions("quebec")[::8] + _questions("cast")[::8]:
        text, language = question.get("rewrite", question["question"]), question["language"]
        yield answers.case("elsewhere", text, language, answerable=False)
        yield answers.case("elsewhere", text, language, answerable=False, only=two)


def held_out(folder: Path, encoder: Encoder) -> Iterator[Case | None]:
    """Questions of nomiracl, over their own candidates and over all texts of their language."""
    library = Searched(folder / "nomiracl", _files("nomiracl"), encoder)
    for question in _questions("nomiracl"):
        text, language, answerable = question["question"], question["language"], question["answerable"]
        own = frozenset(question["candidates"])
        yield library.case("nomiracl candidates", text, language, answerable=answerable, only=own)
        whole = Filters(language=language)
        yield library.case("nomiracl library", text, language, answerable=answerable, filters=whole)


def fit(cases: list[Case]) -> tuple[float, ...]:
    """Constant and weights of a logistic regression in which groups count alike, answerable and not; our own more."""
    values = np.array([astuple(case.found) for case in cases])
    truth = np.array([case.answerable for case in cases])
    keys = [(case.group, case.answerable) for case in cases]
    weights = np.array([(6 if key[0] in _OWN else 1) / keys.count(key) for key in keys])
    mean, spread = values.mean(axis=0), values.std(axis=0)
    model = LogisticRegression().fit((values - mean) / spread, truth, sample_weight=weights / weights.mean())
    slopes = model.coef_[0] / spread
    return (float(model.intercept_[0] - (slopes * mean).sum()) + _PRIOR, *map(float, slopes))


def report(cases: list[Case], score: Any) -> None:
    """Print AUROC, and accuracy at one half, of each group."""
    for group in dict.fromkeys((case.group, case.language) for case in cases):
        chosen = [case for case in cases if (case.group, case.language) == group]
        truth = np.array([case.answerable for case in chosen])
        scores: NDArray[np.float64] = np.array([score(case.found) for case in chosen])
        standing = np.array([case.found.standing for case in chosen])
        both = truth.any() and not truth.all()
        areas = [f"{roc_auc_score(truth, s):.3f}" if both else "  –  " for s in (scores, standing)]
        right = ((scores >= 0.5) == truth).mean()
        print(f"{' '.join(group):26} {len(chosen):4}  AUROC {areas[0]} (standing alone {areas[1]})  right {right:.3f}")


def main() -> None:
    """Fit, and print the coefficients and what they reach."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--cache", type=Path)
    folder = parser.parse_args().cache or Path(tempfile.mkdtemp())
    encoder = load_encoder(cache=Settings.load().cache)
    cases = [case for case in fitted(folder, encoder) if case]
    coefficients = fit(cases)
    print("_COEFFICIENTS =", tuple(round(value, 2) for value in coefficients))

    def refitted(found: Signals) -> float:
        return float(1 / (1 + np.exp(-np.dot(coefficients, (1.0, *astuple(found))))))

    report(cases, refitted)
    others = [case for case in held_out(folder, encoder) if case]
    print("Not fitted to, these coefficients:")
    report(others, refitted)
    print("Not fitted to, the coefficients shipped:")
    report(others, probability)


if __name__ == "__main__":
    main()
