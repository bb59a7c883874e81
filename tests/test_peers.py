"""The benchmark of systems beside each other: what it reads and writes, and how it puts figures together."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from benchmarks.side_by_side.corpus import Asked, Corpus, Passage, read_corpus, write_corpus
from benchmarks.side_by_side.measure import searched
from benchmarks.side_by_side.report import BEGIN, END, Figures, chart, medians, replaced, section
from benchmarks.side_by_side.systems import SYSTEMS, fused

PASSAGES = (Passage(1, "The ferry sails at noon.\u2028It is full.", "Ada Brook"), Passage(2, "Le port est fermé.", ""))
QUESTIONS = (Asked("When does the ferry sail?", "Ada Brook", (1,)),)


def run(seconds: float) -> Figures:
    found = {
        "p50_milliseconds": 1000 * seconds,
        "p95_milliseconds": 2000 * seconds,
        "p50_processor_milliseconds": 500 * seconds,
        "filtered_p50_milliseconds": 250 * seconds,
        "returned_fewest": 2,
        "returned_mean": 7.5,
        "hit_at_10": 0.875,
    }
    return {
        "added_per_second": 1 / seconds,
        "added_per_processor_second": 2 / seconds,
        "memory_megabytes": 120,
        "disk_megabytes": 3.25,
        "reopening_seconds": seconds,
        "runs": 3,
        "searches": {"": found},
    }


def test_a_corpus_is_read_as_it_was_written(tmp_path: Path) -> None:
    vectors = np.eye(3, dtype=np.float32)
    write_corpus(Corpus(PASSAGES, QUESTIONS, vectors), tmp_path)
    read = read_corpus(tmp_path)
    assert (read.passages, read.questions) == (PASSAGES, QUESTIONS)
    known = read.known()
    assert known["query: When does the ferry sail?"].tolist() == [0, 0, 1]
    assert list(known)[:2] == ["passage: " + passage.text for passage in PASSAGES]


def test_rankings_are_put_together_by_places() -> None:
    assert fused([[1, 2, 3], [3, 4]]) == [3, 1, 2, 4]
    assert len(fused([range(20), range(30, 50)])) == 10


def test_only_the_speaker_asked_for_counts_as_returned() -> None:
    figures = searched(lambda question, speaker: [2, 1], Corpus(PASSAGES, QUESTIONS, None), filtering=True)
    assert (figures["returned_fewest"], figures["hit_at_10"]) == (1, 1)
    missed = searched(lambda question, speaker: [2], Corpus(PASSAGES, QUESTIONS, None), filtering=False)
    assert missed["hit_at_10"] == 0
    assert "returned_fewest" not in missed


def test_the_reference_finds_and_filters(tmp_path: Path) -> None:
    known = Corpus(PASSAGES, QUESTIONS, np.array([[1, 0], [0.6, 0.8], [0, 1]], np.float32)).known()
    system = SYSTEMS["FAISS Flat + FTS5"](tmp_path, lambda texts: np.array([known[text] for text in texts]))
    system.add(PASSAGES)
    (search,) = system.searches().values()
    assert set(search(QUESTIONS[0].text, None)) == {1, 2}
    assert list(search(QUESTIONS[0].text, "Ada Brook")) == [1]
    system.close()
    again = SYSTEMS["FAISS Flat + FTS5"](tmp_path, lambda texts: np.array([known[text] for text in texts]))
    assert set(next(iter(again.searches().values()))(QUESTIONS[0].text, None)) == {1, 2}
    again.close()


def test_figures_are_the_medians_of_the_runs_that_have_them() -> None:
    runs = [run(1), run(3), {**run(2), "only here": 5}]
    found = medians(runs)
    assert (found["reopening_seconds"], found["only here"]) == (2, 5)
    assert found["searches"][""]["p50_milliseconds"] == 2000


def test_the_report_is_written_between_its_marks() -> None:
    measured = {"large": {"OnRecord": run(1), "A & B": run(2)}, "real": {"OnRecord": run(1)}}
    sizes = {name: {"passages": 20_000, "questions": 40} for name in measured}
    new = section(measured, sizes)
    page = replaced(f"before\n{BEGIN}\nold\n{END}\nafter\n", new)
    assert page.startswith(f"before\n{BEGIN}\n")
    assert page.endswith(f"{END}\nafter\n")
    assert "\nold\n" not in page
    assert "| A & B | .5 | 1 | 2,000 / 4,000 | 1,000 | 500 | 7.5, at least 2 | 120 | 3.25 | 2 | 3 |" in page
    assert "| .88 |" in page
    with pytest.raises(ValueError, match="lacks the lines"):
        replaced("no marks", new)


def test_the_chart_says_in_words_what_it_shows() -> None:
    root = ElementTree.fromstring(chart([("Speed <of> all", [("OnRecord", 12.5), ("A & B", 0.0)])]))
    texts = ["".join(element.itertext()) for element in root]
    assert texts[1] == "Speed <of> all: OnRecord 12.5, A & B 0."
    assert "prefers-color-scheme" in texts[2]
    assert {"Speed <of> all", "A & B", "12.5"} <= set(texts)
