from __future__ import annotations

import sqlite3
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onrecord.embeddings import DamagedIndex
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


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 999), k=st.integers(1, 120), share=st.sampled_from([0.02, 0.5, 1.0]))
def test_the_best_of_many_are_those_of_weighing_all(
    tmp_path_factory: pytest.TempPathFactory, seed: int, k: int, share: float
) -> None:
    chance = np.random.default_rng(seed)
    common = (400 * chance.random((3000, 12)) ** 3).astype(int)
    index = index_of({number: row.tolist() for number, row in enumerate(common)})
    path = tmp_path_factory.mktemp("index") / "words"
    index.save(path, stamp="a")
    gone = chance.permutation(3000)[:200]
    index = WordIndex.load(path, stamp="a").changed(gone, [passage(9000 + row, [1, row % 7]) for row in range(300)])
    terms = {int(term): float(1 + term % 3) for term in (400 * chance.random(6) ** 3).astype(int)}
    everyone = np.sort(index.ids)
    allowed = everyone[chance.random(len(everyone)) < share]
    weighed = dict(zip(allowed.tolist(), index.scores(terms, allowed).tolist(), strict=True))
    expected = sorted(((-score, number) for number, score in weighed.items() if score > 0))[:k]
    found = index.search(terms, k, index.mask(allowed))
    assert [score for _, score in found] == pytest.approx([-score for score, _ in expected])
    assert [weighed[number] for number, _ in found] == pytest.approx([score for _, score in found])


def test_a_passage_keeps_its_language_and_its_number(tmp_path: Path) -> None:
    new = [
        PassageWords(number, 1, passage(number, [number]).terms, "abc"[number % 3], 10 + number) for number in range(9)
    ]
    index = WordIndex().changed(NONE, new)
    index.save(tmp_path / "words", stamp="a")
    loaded = WordIndex.load(tmp_path / "words", stamp="a")
    assert loaded.added == 0
    for held in (loaded, loaded.changed(np.array([0]), [replace(new[0], language="d")])):
        assert held.sum == sum(one.sum for one in new)
        assert held.languages_of(np.array([1, 77])) == ["b", ""]
        assert held.ids_of(held.spoken("c")).tolist() == [2, 5, 8]
        assert not held.spoken("nothing").any()
    assert held.languages == ["a", "b", "c", "d"]
    assert held.added == 2
    assert held.changed(np.array([0]), []).languages == ["a", "b", "c"]


def test_postings_that_a_file_no_longer_holds_are_never_used(tmp_path: Path) -> None:
    path = tmp_path / "words"
    index_of({number: [number % 7, 50 + number % 5] for number in range(3000)}).save(path, stamp="a")
    data = bytearray(path.read_bytes())
    # The postings lie from the second page on, those of the lowest term first.
    data[4096 + 60] ^= 1
    path.write_bytes(data)
    loaded = WordIndex.load(path, stamp="a")
    assert loaded.search({1: 1.0}, 5)
    for ask in (lambda: loaded.search({0: 1.0}, 5), lambda: loaded.scores({0: 1.0}, np.arange(3))):
        with pytest.raises(DamagedIndex, match="no longer"):
            ask()


def test_a_saved_index_answers_as_before_and_only_to_its_own_stamp(tmp_path: Path) -> None:
    index = index_of({5: [1, 2, 2], 9: [2, 3]}).changed(np.array([9]), [passage(7, [2])])
    index.save(tmp_path / "words.npz", stamp="a")
    loaded = WordIndex.load(tmp_path / "words.npz", stamp="a")
    assert loaded.search({2: 1, 3: 2}, 5) == index.search({2: 1, 3: 2}, 5)
    with pytest.raises(DamagedIndex):
        WordIndex.load(tmp_path / "words.npz", stamp="b")
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
        data[-100] ^= 1
        path.write_bytes(data)
    with pytest.raises(DamagedIndex):
        WordIndex.load(path, stamp="a")
