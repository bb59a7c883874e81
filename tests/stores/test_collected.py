"""The contract of stores on collections: they follow a briefing through its versions, and are written whole."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import psycopg
import pytest
from engines import Folder, InPostgres, Place
from inventions import MAYOR, MODEL, Said, briefing_of

from onrecord.rag.errors import LibraryError, UnknownBriefing
from onrecord.rag.store import Embedded, EmbeddingModel, Kept, Store
from onrecord.rag.store.sqlite.engine import SqliteStore
from onrecord.rag.types import Briefing, Passage

FIRST = briefing_of("harbour", [Said("The breakwater is built.", *MAYOR)])
NEWER = briefing_of("harbour, again", [Said("It is being built.", *MAYOR)], lineage=FIRST.briefing.id)
OTHER = briefing_of("school", [Said("The school opens.", "Ann Holt")])
ONE, NEW, TWO = FIRST.briefing.id, NEWER.briefing.id, OTHER.briefing.id

Held = Mapping[str, tuple[str, ...]]


def filled(store: Store) -> None:
    for new in (FIRST, OTHER):
        store.add(new, MODEL)
    store.change_collections(lambda _: {"Port": (TWO, ONE), "Nothing yet": (), "Écoles": (TWO,)})


def test_what_is_put_together_comes_back_in_the_order_of_adding(store: Store, place: Place) -> None:
    assert store.collections() == {}
    filled(store)
    again = place.open()
    for reader in (store, again):
        assert reader.collections() == {"Nothing yet": (), "Port": (ONE, TWO), "Écoles": (TWO,)}
        assert reader.verify() == []
    again.close()


def test_a_change_is_of_what_is_held_and_gives_the_store_another_state(store: Store) -> None:
    filled(store)
    state = store.state()

    def renamed(held: Held) -> Held:
        return {name.upper(): ids for name, ids in held.items() if ids}

    store.change_collections(renamed)
    assert store.collections() == {"PORT": (ONE, TWO), "ÉCOLES": (TWO,)}
    assert store.state() != state


def test_a_change_that_fails_changes_nothing(store: Store) -> None:
    filled(store)
    before = store.collections(), store.state()
    with pytest.raises(UnknownBriefing, match="nobody"):
        store.change_collections(lambda _: {"Another": (), "Port": (ONE, "nobody")})

    def failing(_: Held) -> Held:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.change_collections(failing)
    assert (store.collections(), store.state()) == before
    assert store.verify() == []


def test_a_newer_version_stays_in_its_collections(store: Store) -> None:
    filled(store)
    store.add(NEWER, MODEL)
    assert store.collections()["Port"] == (TWO, NEW)
    # By the id of an older version too.
    store.change_collections(lambda held: {**held, "Écoles": (ONE,)})
    assert store.collections()["Écoles"] == (NEW,)


def test_what_is_removed_leaves_its_collections_for_good(store: Store) -> None:
    filled(store)
    store.remove(ONE)
    assert store.collections() == {"Nothing yet": (), "Port": (TWO,), "Écoles": (TWO,)}
    store.add(FIRST, MODEL)
    assert store.collections()["Port"] == (TWO,)
    assert store.verify() == []


def test_changes_at_once_are_all_kept(store: Store, place: Place) -> None:
    filled(store)

    def with_one(held: Held, name: str) -> Held:
        return {**held, name: (ONE,)}

    others = [place.open() for _ in range(4)]

    def put(number: int) -> None:
        for turn in range(5):
            name = f"{number} {turn}"
            others[number].change_collections(partial(with_one, name=name))

    threads = [threading.Thread(target=put, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.collections()) == 23
    for other in others:
        other.close()


class _Nothing:
    """`Mending` of a store in which no briefing is damaged."""

    def original(self, source: str, sha256: str) -> bytes | None:
        raise AssertionError

    def read(self, kept: Kept) -> tuple[Briefing, tuple[Passage, ...]] | None:
        raise AssertionError

    def model(self) -> EmbeddingModel:
        return MODEL

    def embed(self, passages: object) -> list[Embedded]:
        raise AssertionError


def test_one_that_was_altered_is_found_and_keeps_what_it_still_names(store: Store, place: Place) -> None:
    filled(store)
    put_in_behind = "UPDATE collections SET lineages = replace(lineages, ']', ', \"x\"]') WHERE name = 'Port'"
    if isinstance(place, Folder):
        with sqlite3.connect(place.folder / "library.db") as connection:
            connection.execute(put_in_behind)
        connection.close()
    else:
        assert isinstance(place, InPostgres)
        with psycopg.connect(place.address) as other:
            other.execute(put_in_behind)
    with pytest.raises(LibraryError, match=r"'Port'.*--repair"):
        store.collections()
    assert [line for line in store.verify() if "'Port'" in line]
    assert [line for line in store.repair(_Nothing()).mended if "'Port'" in line]
    assert store.collections()["Port"] == (ONE, TWO)
    assert store.verify() == []


def test_a_backup_has_them(store: Store, tmp_path: Path) -> None:
    filled(store)
    (tmp_path / "restored").mkdir()
    store.back_up(tmp_path / "restored" / "library.db")
    restored = SqliteStore(tmp_path / "restored")
    assert restored.collections() == store.collections()
    restored.close()
