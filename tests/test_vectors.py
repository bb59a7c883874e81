from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from onrecord.embeddings import DamagedIndex, VectorIndex

DIMENSION = 8


def unit_vectors(count: int, seed: int = 0) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def filled(count: int) -> tuple[VectorIndex, NDArray[np.int64], NDArray[np.float32]]:
    vectors = unit_vectors(count)
    ids = np.random.default_rng(1).choice(2**53, size=count, replace=False).astype(np.int64)
    index = VectorIndex(DIMENSION)
    index.add(ids, vectors)
    return index, ids, vectors


@settings(max_examples=60, deadline=None)
@given(
    removed=st.sets(st.integers(0, 39)),
    allowed=st.none() | st.lists(st.integers(0, 45)),
    k=st.integers(0, 50),
    seed=st.integers(0, 99),
)
def test_search_equals_brute_force_under_removals_and_filters(
    removed: set[int], allowed: list[int] | None, k: int, seed: int
) -> None:
    index, ids, vectors = filled(40)
    assert index.remove(ids[sorted(removed)]) == len(removed)
    held = [row for row in range(40) if row not in removed and (allowed is None or row in allowed)]
    query = unit_vectors(1, seed)[0]
    expected = sorted(((float(vectors[row] @ query), int(ids[row])) for row in held), reverse=True)[:k]
    # Rows past the end stand for ids that the index never held.
    asked = None if allowed is None else [int(ids[row]) if row < 40 else row for row in allowed]
    found, scores = index.search(query, k, asked)
    assert found.tolist() == [number for _, number in expected]
    assert scores == pytest.approx([score for score, _ in expected], abs=1e-6)


def test_adding_an_id_again_replaces_its_vector() -> None:
    index, ids, vectors = filled(5)
    index.add(ids[:1], vectors[4:5])
    assert len(index) == 5
    assert sorted(index.search(vectors[4], 2)[0].tolist()) == sorted([ids[0], ids[4]])


@pytest.mark.parametrize(("ids", "rows"), [([1, 2], 1), ([1, 1], 2)])
def test_ids_and_vectors_that_do_not_pair_are_refused(ids: list[int], rows: int) -> None:
    with pytest.raises(ValueError, match="different ids"):
        VectorIndex(DIMENSION).add(ids, unit_vectors(rows))


@settings(max_examples=25, deadline=None)
@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["add", "remove", "reload"]), st.integers(0, 60), st.integers(1, 30)), max_size=6
    ),
    seed=st.integers(0, 99),
)
def test_an_index_holds_what_a_plain_table_would(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, int]], seed: int
) -> None:
    path = tmp_path_factory.mktemp("index") / "vectors"
    index, table = VectorIndex(DIMENSION), dict[int, tuple[NDArray[np.float32], int]]()
    for number, (step, first, count) in enumerate(steps):
        ids = np.arange(first, first + count)
        if step == "add":
            vectors = unit_vectors(count, number)
            index.add(ids, vectors, (ids * 7 + number).tolist())
            table |= zip(ids.tolist(), zip(vectors, (ids * 7 + number).tolist(), strict=True), strict=True)
        elif step == "remove":
            assert index.remove(ids) == sum(one in table for one in ids.tolist())
            table = {one: held for one, held in table.items() if not first <= one < first + count}
        else:
            index.save(path)
            index = VectorIndex.load(path)
            assert index.added == 0
    query = unit_vectors(1, seed)[0]
    assert sorted(index.ids.tolist()) == sorted(table)
    assert index.sum == sum(number for _, number in table.values())
    found, scores = index.search(query, 200)
    assert dict(zip(found.tolist(), scores.tolist(), strict=True)) == pytest.approx(
        {one: float(vector @ query) for one, (vector, _) in table.items()}, abs=1e-6
    )
    known, back = index.vectors(list(table))
    assert known.tolist() == list(table)
    assert back.tolist() == [vector.tolist() for vector, _ in table.values()]


def test_an_empty_index_finds_nothing(tmp_path: Path) -> None:
    index = VectorIndex(DIMENSION)
    assert index.search(unit_vectors(1)[0], 3)[0].tolist() == []
    index.save(tmp_path / "vectors")
    assert len(VectorIndex.load(tmp_path / "vectors")) == 0


def test_a_saved_index_answers_as_before(tmp_path: Path) -> None:
    index, ids, vectors = filled(30)
    index.save(tmp_path / "folder" / "vectors", stamp="état 3")
    index.save(tmp_path / "folder" / "vectors", stamp="état 4")
    loaded = VectorIndex.load(tmp_path / "folder" / "vectors", stamp="état 4")
    assert loaded.dimension == DIMENSION
    assert loaded.search(vectors[7], 5)[0].tolist() == index.search(vectors[7], 5)[0].tolist()
    loaded.remove(ids[:1])
    assert len(loaded) == 29
    assert [path.name for path in (tmp_path / "folder").iterdir()] == ["vectors"]


@pytest.mark.parametrize("change", ["missing", "empty", "short", "flipped", "other file", "other stamp"])
def test_what_cannot_be_trusted_is_not_loaded(tmp_path: Path, change: str) -> None:
    path = tmp_path / "vectors"
    filled(30)[0].save(path, stamp="a")
    data = bytearray(path.read_bytes())
    if change == "missing":
        path.unlink()
    elif change == "empty":
        path.write_bytes(b"")
    elif change == "short":
        path.write_bytes(data[:-1])
    elif change == "flipped":
        data[-100] ^= 1
        path.write_bytes(data)
    elif change == "other file":
        path.write_bytes(b"<html>" * 100)
    with pytest.raises(DamagedIndex, match="vectors"):
        VectorIndex.load(path, stamp="b" if change == "other stamp" else "a")


def test_searches_during_adding_see_whole_states() -> None:
    index, _, vectors = filled(2000)
    failures: list[BaseException] = []

    def ask() -> None:
        try:
            for _ in range(200):
                found, _ = index.search(vectors[3], 10)
                assert len(found) == 10
        except BaseException as error:  # noqa: BLE001 - reported by the main thread
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for batch in range(20):
        index.add(np.arange(100) + batch * 100, unit_vectors(100, batch))
    for thread in threads:
        thread.join()
    assert not failures
    assert len(index) == 4000


def test_a_large_index_finds_the_same_through_its_sketch(tmp_path: Path) -> None:
    chance = np.random.default_rng(5)
    vectors = chance.normal(size=(22_000, 64)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    ids = chance.permutation(100_000)[: len(vectors)].astype(np.int64)
    index = VectorIndex(64)
    index.add(ids[:21_000], vectors[:21_000])
    index.add(ids[21_000:], vectors[21_000:])
    held = np.ones(len(ids), np.bool_)
    held[100:300] = False
    assert index.remove(ids[100:300]) == 200
    index.save(tmp_path / "vectors")
    half, few = index.select(ids[::2]), index.select(ids[:1000])
    for searched in (index, VectorIndex.load(tmp_path / "vectors")):
        for limit, rows, least in ((None, slice(None), 0.9), (half, slice(None, None, 2), 0.9), (few, slice(1000), 1)):
            shares = []
            for query in vectors[50:150:20] + 0.5 * vectors[2000:2100:20]:
                scores = np.where(held, vectors @ query, -np.inf)[rows]
                best = np.argsort(-scores)[:10]
                found, given = searched.search(query, 10, limit)
                exact = dict(zip(ids[rows].tolist(), scores.tolist(), strict=True))
                assert given == pytest.approx([exact[number] for number in found.tolist()], abs=1e-5)
                assert given.tolist() == sorted(given.tolist(), reverse=True)
                assert found[0] == ids[rows][best[0]]
                shares.append(len(set(found.tolist()) & set(ids[rows][best].tolist())) / 10)
            # Vectors without any structure are the hardest to sketch.
            assert np.mean(shares) >= least
    # What was added and removed since counts too; half gone, the rest is put together anew.
    loaded = VectorIndex.load(tmp_path / "vectors")
    assert loaded.remove(ids[300:12_000]) == 11_700
    loaded.add(ids[:300], vectors[:300])
    held[300:12_000], held[100:300] = False, True
    scores = np.where(held, vectors @ vectors[50], -np.inf)
    assert loaded.search(vectors[50], 1)[0].tolist() == [ids[50]]
    assert loaded.search(vectors[50], 400, ids[:12_500])[0].tolist() == ids[np.argsort(-scores[:12_500])[:400]].tolist()
    known, back = index.vectors([int(ids[5]), 100_001, int(ids[200]), int(ids[7])])
    assert known.tolist() == [ids[5], ids[7]]
    assert back == pytest.approx(vectors[[5, 7]])


def test_a_vector_that_a_large_file_no_longer_holds_is_never_used(tmp_path: Path) -> None:
    vectors = np.tile(unit_vectors(1000), (25, 1))
    VectorIndex(DIMENSION).save(tmp_path / "none")
    index = VectorIndex(DIMENSION)
    index.add(np.arange(len(vectors)), vectors)
    index.save(tmp_path / "vectors")
    data = bytearray((tmp_path / "vectors").read_bytes())
    place = bytes(data).index(vectors[1000].tobytes())
    data[place + 5] ^= 1
    (tmp_path / "vectors").write_bytes(data)
    loaded = VectorIndex.load(tmp_path / "vectors")
    assert len(loaded.vectors([1, 2, 3])[0]) == 3
    with pytest.raises(DamagedIndex, match="no longer"):
        loaded.search(vectors[0], 2000)
