"""The contract of stores: what holds while others write, after damage, and in a backup."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from engines import DAMAGES, Damage, Place
from inventions import MAYOR, MODEL, Said, briefing_of, council, embedded_of, vector_of

from onrecord.rag.errors import LibraryError
from onrecord.rag.store import Embedded, EmbeddingModel, Kept, Limits, NewBriefing, Store
from onrecord.rag.types import Briefing, Passage

COUNCIL = council()


def added(store: Store, number: int) -> None:
    for new in COUNCIL[:number]:
        store.add(new, MODEL)


def many(name: str, count: int) -> list[NewBriefing]:
    return [briefing_of(f"{name} {number}", [Said(f"Ferry {name} {number}.", *MAYOR)] * 2) for number in range(count)]


def test_the_state_is_another_after_every_write_and_none_after_reading(store: Store, place: Place) -> None:
    seen = [store.state()]
    for new in COUNCIL[:2]:
        store.add(new, MODEL)
        seen.append(store.state())
    store.move(COUNCIL[0].briefing.id, "/new", "new")
    seen.append(store.state())
    store.replace_vectors(MODEL, [])
    seen.append(store.state())
    store.remove(COUNCIL[0].briefing.id)
    seen.append(store.state())
    assert len(set(seen)) == len(seen)
    other = place.open()
    store.candidates(vector_of(1), {"ferri": 1.0}, Limits(), 3)
    store.verify()
    assert store.state() == other.state() == seen[-1]
    other.close()


def test_what_is_read_together_is_of_one_state(store: Store, place: Place) -> None:
    added(store, 3)
    other = place.open()
    began = 0

    def read() -> tuple[list[str], set[str], tuple[int, int]]:
        nonlocal began
        began += 1
        listed = [summary.id for summary in store.summaries()]
        if began == 1:
            other.add(COUNCIL[4], MODEL)
            other.remove(COUNCIL[0].briefing.id)
        found = store.candidates(vector_of(1), {}, Limits(), 500)
        held = store.held(one.id for one in found)
        return listed, {one.passage.briefing_id for one in held.values()}, store.count(Limits())

    listed, found, (briefings, _) = store.of_one_state(read)
    assert set(listed) == found
    assert briefings == len(listed)
    # Afterwards the present is read.
    assert [summary.id for summary in store.summaries()] == [COUNCIL[place].briefing.id for place in (1, 2, 4)]
    other.close()


def test_threads_add_and_ask_at_once(store: Store) -> None:
    wrong: list[object] = []

    def adds(name: str) -> None:
        try:
            for new in many(name, 8):
                store.add(new, MODEL)
        except BaseException as error:  # noqa: BLE001 - the thread must hand over whatever it met
            wrong.append(error)

    def asks() -> None:
        def read() -> bool:
            found = store.candidates(vector_of(2), {"ferri": 1.0}, Limits(), 500)
            held = store.held(one.id for one in found)
            return len(found) == len(held) == store.count(Limits())[1]

        try:
            for _ in range(20):
                if not store.of_one_state(read):
                    wrong.append("not of one state")
        except BaseException as error:  # noqa: BLE001 - as above
            wrong.append(error)

    threads = [threading.Thread(target=adds, args=(name,)) for name in "abc"]
    threads += [threading.Thread(target=asks) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert store.count(Limits()) == (24, 48)
    assert store.verify() == []


def _add_in_a_process(place: Place, name: str) -> None:
    store = place.open()
    # The other process adds one of these too.
    for new in [*many(name, 6), *many("shared", 3)]:
        store.add(new, MODEL)
    store.close()


def test_processes_add_to_one_store(store: Store, place: Place) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=_add_in_a_process, args=(place, name)) for name in "ab"]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    assert store.count(Limits()) == (15, 30)
    assert len(set(store.ids())) == len(store.ids()) == 15
    assert len(store.candidates(vector_of(1), {}, Limits(), 500)) == 30
    assert store.verify() == []


@pytest.mark.parametrize("damage", ["text", "speaker", "passages gone"])
def test_words_that_were_altered_are_not_shown(store: Store, place: Place, damage: Damage) -> None:
    added(store, 2)
    harmed, sound = (new.briefing.id for new in COUNCIL[:2])
    place.damage(damage, harmed)
    reopened = place.open()
    problems = reopened.verify()
    assert any(harmed in problem for problem in problems)
    assert not any(sound in problem for problem in problems)
    assert all("\n" not in problem and "verify --repair" in problem for problem in problems)
    with pytest.raises(LibraryError, match=harmed):
        reopened.briefing(harmed)
    with pytest.raises(LibraryError, match=harmed):
        reopened.passages(harmed)
    assert reopened.briefing(sound) == COUNCIL[1].briefing
    reopened.close()


@pytest.mark.parametrize("damage", ["vector", "said"])
def test_what_was_computed_and_is_altered_is_not_used(store: Store, place: Place, damage: Damage) -> None:
    added(store, 2)
    harmed = COUNCIL[0]
    place.damage(damage, harmed.briefing.id)
    reopened = place.open()
    assert any(harmed.briefing.id in problem for problem in reopened.verify())
    with pytest.raises(LibraryError, match=harmed.briefing.id):
        reopened.embedded(harmed.briefing.id)
    if damage == "said":
        with pytest.raises(LibraryError, match=harmed.briefing.id):
            reopened.held([harmed.passages[0].id])
    reopened.close()


def test_a_file_that_was_altered_is_not_given_out(store: Store, place: Place) -> None:
    added(store, 2)
    place.damage("file", COUNCIL[0].briefing.id)
    reopened = place.open()
    with pytest.raises(LibraryError, match=COUNCIL[0].briefing.id):
        reopened.file(COUNCIL[0].briefing.id)
    assert reopened.file(COUNCIL[1].briefing.id) == COUNCIL[1].data
    assert any(COUNCIL[0].briefing.id in problem for problem in reopened.verify())
    reopened.close()


class Inventor:
    """Mends a store with what is known of the briefings that were invented."""

    def original(self, source: str, sha256: str) -> bytes | None:
        return next(
            (new.data for new in COUNCIL if (new.briefing.source, new.briefing.sha256) == (source, sha256)), None
        )

    def read(self, kept: Kept) -> tuple[Briefing, tuple[Passage, ...]] | None:
        return next(((new.briefing, new.passages) for new in COUNCIL if new.data == kept.data), None)

    def model(self) -> EmbeddingModel:
        return MODEL

    def embed(self, passages: Sequence[Passage]) -> list[Embedded]:
        return [embedded_of(passage) for passage in passages]


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_was_altered_is_mended(store: Store, place: Place, damage: Damage) -> None:
    added(store, 3)
    place.damage(damage, COUNCIL[1].briefing.id)
    state = store.state()
    reopened = place.open()
    done = reopened.repair(Inventor())
    assert done.mended
    assert done.lost == ()
    for reader in (reopened, store):
        assert reader.verify() == []
        assert reader.state() != state
        assert reader.briefings() == [new.briefing for new in COUNCIL[:3]]
        for new in COUNCIL[:3]:
            assert reader.passages(new.briefing.id) == list(new.passages)
            assert reader.file(new.briefing.id) == new.data
            for one, made in zip(reader.embedded(new.briefing.id), new.embedded, strict=True):
                assert np.array_equal(one.vector, made.vector)
                assert one.said == made.said
        assert reader.count(Limits()) == (3, 27)
        assert len(reader.candidates(vector_of(1), {}, Limits(), 500)) == 27
    reopened.close()


def test_a_damaged_store_is_not_backed_up(store: Store, place: Place, tmp_path: Path) -> None:
    added(store, 2)
    file = tmp_path / "backup"
    store.back_up(file)
    before = file.read_bytes()
    assert before
    place.damage("text", COUNCIL[0].briefing.id)
    reopened = place.open()
    with pytest.raises(LibraryError, match="backup"):
        reopened.back_up(file)
    assert file.read_bytes() == before
    reopened.close()


def test_a_store_is_closed_as_often_as_one_likes(place: Place) -> None:
    store = place.open()
    added(store, 1)
    store.close()
    store.close()
    again = place.open()
    assert again.briefings() == [COUNCIL[0].briefing]
    again.close()
