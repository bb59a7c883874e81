"""How many false sentences the checks of a language model's words drop, and how many true ones they keep.

    python benchmarks/written.py [--fit] [--wrong]

The sentences of benchmarks/written/pairs.jsonl were written by hand over the sample briefings and transcripts of the
tests: true ones, and ones with another figure, another name or speaker, the contrary, two claims made one, or a claim
that nobody made; and such as have all their words from the record, and say otherwise who did what to whom (role), of
what it is said (moved), that a plan is done or a condition met (plan), that all is what some is (part), what causes
what (cause), or what only the question says (premise). They are in the language of the words they cite and in another.
Each goes through the whole check with the numbers of its words, beside the other statements of its briefing, to which
it may be re-attributed.

By briefing they are two halves. Weights and threshold were fitted on one (`--fit` prints them anew); the other is
reported on. `--wrong` lists each sentence that was judged wrongly.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings import load_encoder
from onrecord.rag import Briefing, Settings
from onrecord.rag.documents import understood
from onrecord.rag.language_model.checking_sentence import SentenceOutcome
from onrecord.rag.language_model.evidence import Evidence, numbered
from onrecord.rag.language_model.grounding import Grounding
from onrecord.rag.language_model.support import CONSTANT, WEIGHTS, Measures, Support
from onrecord.rag.readers import Document, Metadata, read
from onrecord.rag.text.quotes import cite, find

ROOT = Path(__file__).parent.parent
PAIRS = Path(__file__).with_name("written") / "pairs.jsonl"
# The half to choose by.
FITTED = (
    "samples/alliance-defence-ministers-2025-02-13.txt",
    "samples/corvanne-sante-crue-2025-04-03.txt",
    "samples/ostmere-barrier-ferries-2025-06-17.html",
    "samples/ostmere-medical-office-2025-04-29.vtt",
    "tests/languages/de/03-interview-hochwasser.txt",
    "tests/languages/es/07-dengue.txt",
    "tests/styles/02-capitals-colon.txt",
    "tests/styles/03-committee.txt",
    "tests/styles/05-assemblee.txt",
)
DROPPED = 0.93
SHOWN = ("kept", "reattributed")
SEEN_TOGETHER = 14


@dataclass(frozen=True, slots=True)
class Pair:
    """A sentence with the statements that it cites, first, and others of the briefing."""

    file: str
    kind: str
    language: str
    sentence: str
    evidence: tuple[Evidence, ...]
    cited: int
    briefing: Briefing

    @property
    def foreign(self) -> bool:
        """Whether it is in another language than all words that it cites."""
        return all(one.citation.language != self.language for one in self.evidence[: self.cited])

    @property
    def text(self) -> str:
        """As a model writes it."""
        return f"{self.sentence} {''.join(f'[{number}]' for number in range(1, self.cited + 1))}"

    @property
    def true(self) -> bool:
        """Whether the statements say what it says."""
        return self.kind == "true"


def pairs() -> Iterator[Pair]:
    """All pairs, in order."""
    groups = [json.loads(line) for line in PAIRS.read_text("utf-8").splitlines()]
    briefings: dict[str, Briefing] = {}
    for file in dict.fromkeys(group["file"] for group in groups):
        path = ROOT / file
        (document,) = read(path.name, path.read_bytes())
        assert isinstance(document, Document)
        briefings[file] = understood(document, Metadata(), str(path), "")[0]
    for group in groups:
        briefing = briefings[group["file"]]
        others = [
            text for other in groups if other is not group and other["file"] == group["file"] for text in other["cited"]
        ]
        evidence = tuple(
            _statement(briefing, text, number)
            for number, text in enumerate([*group["cited"], *others][:SEEN_TOGETHER], start=1)
        )
        for kind, language, sentence in group["sentences"]:
            yield Pair(group["file"], kind, language, sentence, evidence, len(group["cited"]), briefing)


def _statement(briefing: Briefing, text: str, number: int) -> Evidence:
    spans = find(text, briefing.text)
    return numbered({briefing.id: briefing}, cite(number, briefing, spans[0].start, spans[-1].end), number)


class _Recording:
    """Measures as `Support` does, and lets all pass."""

    def __init__(self, support: Support) -> None:
        self.support, self.seen = support, list[Measures]()

    def measure(self, sentence: str, code: str, cited: Sequence[Evidence]) -> Measures:
        self.seen.append(self.support.measure(sentence, code, cited))
        return Measures(1.0, 1.0, 0.0, 0.0, foreign=False, opposed=self.seen[-1].opposed, in_place=True)

    def translates(self, name: str, sentence: str, code: str, cited: Sequence[Evidence]) -> bool:
        return self.support.translates(name, sentence, code, cited)


def judged(pair: Pair, support: Support | _Recording) -> SentenceOutcome:
    """What becomes of a pair's sentence."""
    grounding = Grounding(pair.evidence, {pair.briefing.id: pair.briefing}, pair.language, support)
    return grounding.ground(pair.text).judged[0].outcome


def fit(every: Sequence[Pair], support: Support) -> None:
    """Print weights by logistic regression, true and false counting the same, and where 7% of the false are above.

    Those in the language of their words and those in another one are counted apart. Each briefing's sentences are
    scored by weights of the others for that: which the weights have seen score better.
    """
    seen = [pair for pair in every if pair.file in FITTED]
    rows, true, files = [], [], []
    for pair in seen:
        recording = _Recording(support)
        if judged(pair, recording) in SHOWN:
            rows.append([float(getattr(recording.seen[0], name)) for name in WEIGHTS])
            true.append(pair.true)
            files.append(pair.file)
    values, wanted, of = np.array(rows), np.array(true), np.array(files)
    scores = np.zeros(len(values))
    for file in set(files):
        weights, constant = _logistic(values[of != file], wanted[of != file])
        scores[of == file] = values[of == file] @ weights + constant
    weights, constant = _logistic(values, wanted)
    found = {name: float(one) for name, one in zip(WEIGHTS, weights, strict=True)}
    foreign = values[:, list(WEIGHTS).index("foreign")] > 0
    above, above_foreign = (
        sorted(scores[~wanted & of_kind], reverse=True)[
            int(sum(not pair.true and pair.foreign == kind for pair in seen) * (1 - DROPPED))
        ]
        for kind, of_kind in ((False, ~foreign), (True, foreign))
    )
    found["foreign"] -= float(above_foreign - above)
    kept = (scores[wanted] > np.where(foreign, above_foreign, above)[wanted]).sum() / sum(pair.true for pair in seen)
    print({name: round(one, 2) for name, one in found.items()})
    print(f"constant {constant - above:.2f} where the threshold is one half; {len(seen) - len(rows)} dropped before")
    print(f"true ones kept, each briefing by weights of the others: {kept:.3f}")


def _logistic(values: NDArray[np.float64], true: NDArray[np.bool_]) -> tuple[NDArray[np.float64], float]:
    mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-9
    scaled = np.c_[(values - mean) / spread, np.ones(len(values))]
    share = np.where(true, 0.5 / true.mean(), 0.5 / (1 - true.mean()))
    weights = np.zeros(scaled.shape[1])
    for _ in range(60):
        likely = 1 / (1 + np.exp(-scaled @ weights))
        slope = scaled.T @ (share * (likely - true)) / len(true) + 1e-2 * np.r_[weights[:-1], 0]
        bend = (scaled * (share * likely * (1 - likely))[:, None]).T @ scaled / len(true) + 1e-2 * np.eye(len(weights))
        weights -= np.linalg.solve(bend, slope)
    plain = weights[:-1] / spread
    return plain, float(weights[-1] - plain @ mean)


def main() -> None:
    """Print what becomes of the pairs of both halves, by kind."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--wrong", action="store_true")
    options = parser.parse_args()
    support = Support(load_encoder(cache=Settings.load().cache))
    every = list(pairs())
    if options.fit:
        fit(every, support)
    print(f"weights {WEIGHTS}, constant {CONSTANT}")
    outcomes = [judged(pair, support) for pair in every]
    for name, half in (("chosen by", True), ("reported on", False)):
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for pair, outcome in zip(every, outcomes, strict=True):
            if (pair.file in FITTED) is half:
                counts[pair.kind][outcome] += 1
        true = counts.pop("true")
        kept, all_true = true["kept"] + true["reattributed"], true.total()
        false = Counter[str]()
        for one in counts.values():
            false += one
        shown = false["kept"] + false["reattributed"]
        print(f"{name}: kept {kept} of {all_true} true ({kept / all_true:.3f}), ", end="")
        print(f"dropped {false.total() - shown} of {false.total()} false ({1 - shown / false.total():.3f})")
        print(f"  true: {dict(true)}")
        for kind, one in sorted(counts.items()):
            print(f"  {kind}: {dict(one)}")
    if options.wrong:
        for pair, outcome in zip(every, outcomes, strict=True):
            if (outcome in SHOWN) is not pair.true:
                print(f"{outcome:<12} {pair.kind:<12} {pair.language} {pair.sentence}")


if __name__ == "__main__":
    main()
