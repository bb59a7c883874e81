"""How far is "left open" to be believed? The label of the card and of the list, against labels that people gave.

Run from the project's root, with the development data beside it:

    python benchmarks/left_open.py

A false "left open" about a named person is a false accusation, so the share from which it is said (`LEFT_OPEN_FROM`,
where one sentence says `LEFT_OPEN_SAID` of it) is chosen on one part of the questions and reported on another: of
`eval/asked` by transcript, as the reader's own were (training/split.py); of `eval/qevasion`, from which it learned
nothing, the pairs of odd and of even place. In `eval/asked` a question stands with the exchange that holds the
sentences a careful editor would quote.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from evasion import PAIRS, reply_scores

from onrecord.embeddings.reader import load_reader
from onrecord.rag.answers.replied import LEFT_OPEN_FROM, LEFT_OPEN_SAID, after_words, reply_to
from onrecord.rag.passages import passages_of
from onrecord.rag.readers import Document, read
from onrecord.rag.reading.reader import read_passages
from onrecord.rag.settings import Settings
from onrecord.rag.text.quotes import overlap
from onrecord.rag.transcript.understanding import understand
from onrecord.rag.types import Briefing, Exchange, Span
from training.split import fold

ASKED = PAIRS.parents[1] / "asked"
SHARES = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)


@dataclass(frozen=True, slots=True)
class Judged:
    """A question with the label that people gave it, and what the reader has of its reply.

    `share` is by how much it says that the question is left open, `said` how much of that one sentence says.
    """

    part: str
    label: str
    share: float
    said: float

    def open_from(self, share: float) -> bool:
        """Whether the question is said to be left open from a share on."""
        return self.share >= share and self.said >= LEFT_OPEN_SAID


def main() -> None:
    """Print, for each share from which a question is said to be left open, how often that is right and wrong."""
    if not PAIRS.is_file():
        raise SystemExit(f"{PAIRS} is absent: the development data is needed.")
    judged = [*_asked(), *_pairs()]
    for part in ("choose", "report"):
        for name, answered, opened in (
            ("asked", "answered", ("asked_not_answered",)),
            ("qevasion", "Clear Reply", ("Clear Non-Reply",)),
            ("qevasion, ambivalent too", "Clear Reply", ("Clear Non-Reply", "Ambivalent")),
        ):
            chosen = [one for one in judged if one.part == part]
            clear = [one for one in chosen if one.label == answered]
            left = [one for one in chosen if one.label in opened]
            print(f"{part}, {name}: {len(clear)} answered, {len(left)} left open")
            for share in SHARES:
                wrong, right = sum(one.open_from(share) for one in clear), sum(one.open_from(share) for one in left)
                mark = "  <- LEFT_OPEN_FROM" if share == LEFT_OPEN_FROM else ""
                print(
                    f"  from {share:.2f}: wrongly open {wrong / len(clear):.3f} ({wrong}), "
                    f"found open {right / len(left):.3f} ({right}), right when said "
                    f"{right / ((right + wrong) or 1):.3f}{mark}"
                )


def _pairs() -> Iterator[Judged]:
    for place, line in enumerate(PAIRS.read_text(encoding="utf-8").splitlines()):
        row = json.loads(line)
        yield Judged("report" if place % 2 else "choose", row["label"], *_read(row))


def _read(row: dict[str, Any]) -> tuple[float, float]:
    """How much likelier the reply of a pair leaves its question open, in both wordings, and how much one sentence."""
    found = []
    for wording in (row["question"], after_words(f"{row['asked']} {row['question']}")):
        scores = reply_scores(wording, row["reply"])
        weights = np.exp(scores - scores.max())
        found.append((float(weights[:, 1].sum() / weights.sum()), float(weights[:, 1].max() / weights.sum())))
    return min(found)


def _asked() -> Iterator[Judged]:
    rows = [json.loads(line) for line in (ASKED / "questions.jsonl").read_text(encoding="utf-8").splitlines()]
    briefings: dict[str, Briefing] = {}
    reader = load_reader(cache=Settings.load().cache)
    for row in rows:
        if row["status"] == "not_found" or not row["gold"] or (number := fold(row["gold"][0]["file"])) < 66:
            continue
        gold = row["gold"][0]
        if gold["file"] not in briefings:
            briefings[gold["file"]] = _briefing(ASKED / "briefings" / gold["file"])
        briefing = briefings[gold["file"]]
        exchange = _replied_in(briefing, Span(gold["start"], gold["end"]))
        if exchange is None:
            continue
        reads = partial(read_passages, reader, sources={briefing.id: briefing})
        asked = [briefing.turns[place] for place in exchange.questions]
        said = " ".join(briefing.text[turn.start : turn.end] for turn in asked)
        wordings = row["question"], after_words(f"{said} {row['question']}")
        reply = reply_to(reads, briefing, passages_of(briefing), exchange, wordings)
        if reply is not None:
            yield Judged("report" if number >= 80 else "choose", row["status"], reply.open_share, reply.open_said)


def _replied_in(briefing: Briefing, span: Span) -> Exchange | None:
    """The exchange whose reply holds some words."""
    for exchange in briefing.exchanges:
        if any(overlap(briefing.turns[position], span) for position in exchange.answers):
            return exchange
    return None


def _briefing(file: Path) -> Briefing:
    [document] = [one for one in read(file.name, file.read_bytes()) if isinstance(one, Document)]
    source = document.source
    structure = understand(source)
    return Briefing(
        id=file.name,
        title=structure.title or "",
        date=structure.date,
        language=structure.language,
        url=None,
        file=file.name,
        kind=structure.kind,
        text=source.text,
        turns=structure.turns,
        exchanges=structure.exchanges,
        boilerplate=structure.boilerplate,
        reported=structure.reported,
        dates=structure.dates,
    )


if __name__ == "__main__":
    main()
