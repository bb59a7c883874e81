from __future__ import annotations

import sqlite3
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onrecord.rag.store.sqlite.words import PassageWords, WordIndex

Texts = dict[int, list[int]]
NONE = np.empty(0, np.int64)

texts = st.dictionaries(st.integers(0, 60), st.lists(st.integers(0, 12), min_size=1, max_size=30), max_size=25)


def passage(number: int, terms: list[int]) -> PassageWords:
    counts = Counter(terms)
    return PassageWords(number, len(terms), np.array([list(counts), list(counts.values())], np.uint32))


def index_of(held: Texts) -> WordIndex:
    return WordIndex().changed(NONE, [passage(number, terms) for number, terms in held.items()])


def reference(held: Texts, terms: dict[int, float]) -> dict[int, float]:
    """What SQLite's own full-text index says of each term, by its weight."""
    found: dict[int, float] = {}
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE VIRTUAL TABLE words USING fts5(terms)")
        rows = [(number, " ".join(f"t{term}" for term in terms)) for number, terms in held.items()]
        database.executemany("INSERT INTO words (rowid, terms) VALUES (?, ?)", rows)
        for term, weight in terms.items():
            query = "SELECT rowid, -bm25(words) FROM words WHERE words MATCH ?"
            for number, score in database.execute(query, (f"t{term}",)):
                found[number] = found.get(number, 0.0) + weight * score
    return found


@settings(max_examples=80, deadline=None)
@given(
    first=texts,
    changes=st.lists(st.tuples(st.sets(st.integers(0, 60)), texts), max_size=4),
    terms=st.dictionaries(st.integers(0, 14), st.sampled_from([0.3, 1.0, 2.0]), min_size=1, max_size=5),
    allowed=st.none() | st.sets(st.integers(0, 60)),
    k=st.integers(1, 30),
)
def test_scores_are_those_of_fts5_whatever_was_added_and_removed(
    first: Texts, changes: list[tuple[set[int], Texts]], terms: dict[int, float], allowed: set[int] | None, k: int
) -> None:
    held, index = dict(first), index_of(first)
    for removed, added in changes:
        gone = np.array(sorted(removed | set(added)), np.int64)
        index = index.changed(gone, [passage(number, words) for number, words in added.items()])
        held = {number: words for number, words in held.items() if number not in removed} | added
    expected = reference(held, terms)
    kept = sorted((-score, number) for number, score in expected.items() if allowed is None or number in allowed)
    mask = None if allowed is None else index.mask(np.array(sorted(allowed), np.int64))
    found = index.search(terms, k, mask)
    assert len(index) == len(held)
    assert [score for _, score in found] == pytest.approx([-score for score, _ in kept[:k]])
    assert all(expected[number] == pytest.approx(score) for number, score in found)
    assert found == sorted(found, key=lambda item: (-item[1], item[0]))
    assert index.scores(terms, np.arange(61)) == pytest.approx([expected.get(number, 0.0) for number in range(61)])
    assert index.lengths(np.arange(61)).tolist() == [len(held.get(number, [])) for number in range(61)]


def test_a_saved_index_answers_as_before_and_only_to_its_own_stamp(tmp_path: Path) -> None:
    index = index_of({5: [1, 2, 2], 9: [2, 3]}).changed(np.array([9]), [passage(7, [2])])
    index.save(tmp_path / "words.npz", stamp="a")
    loaded = WordIndex.load(tmp_path / "words.npz", stamp="a")
    assert loaded is not None
    assert loaded.search({2: 1, 3: 2}, 5) == index.search({2: 1, 3: 2}, 5)
    assert WordIndex.load(tmp_path / "words.npz", stamp="b") is None
    assert [path.name for path in tmp_path.iterdir()] == ["words.npz"]


@pytest.mark.parametrize("change", ["missing", "empty", "short", "flipped"])
def test_what_cannot_be_trusted_is_not_loaded(tmp_path: Path, change: str) -> None:
    path = tmp_path / "words.npz"
    index_of({number: [number % 7, number % 5] for number in range(300)}).save(path, stamp="a")
    data = bytearray(path.read_bytes())
    if change == "missing":
        path.unlink()
    elif change == "empty":
        path.write_bytes(b"")
    elif change == "short":
        path.write_bytes(data[: len(data) // 2])
    else:
        data[data.index(b"ids.npy") + 200] ^= 1
        path.write_bytes(data)
    assert WordIndex.load(path, stamp="a") is None
