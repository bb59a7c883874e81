"""A library parted over servers of its own: kill -9 of a shard, replicas, and what a broken write leaves over."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import count

import psycopg
import pytest
from inventions import DIMENSION, MAYOR, MODEL, Said, briefing_of, council, vector_of
from postgres_server import PostgresServer
from sharded_servers import part, server
from test_standing import Inventor

from onrecord.rag.errors import LibraryError
from onrecord.rag.store import Candidate, Limits, NewBriefing, Store
from onrecord.rag.store.postgres import open_store
from onrecord.rag.store.postgres.schema import PARTED

COUNCIL = council()
_NUMBERS = count(1)


@dataclass
class Servers:
    """A coordinator, and shards each of which may have a replica."""

    coordinator: PostgresServer
    shards: Sequence[PostgresServer]

    def library(self, replicas: Sequence[PostgresServer] = ()) -> str:
        """A new, empty library over all of them; the replicas are those of the first shards."""
        name = f"library{next(_NUMBERS)}"
        for one in (self.coordinator, *self.shards):
            with psycopg.connect(one.address("postgres"), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}")
        addresses = [one.address(name) for one in self.shards]
        for place, replica in enumerate(replicas):
            hosts = f"{self.shards[place].folder},{replica.folder}"
            addresses[place] = f"host={hosts} dbname={name} user=postgres"
        part(self.coordinator.address(name), addresses, DIMENSION)
        return self.coordinator.address(name)


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    """A coordinator and two shards, whose acknowledged writes are on the disk."""
    made = [server() for _ in range(3)]
    for one in made:
        one.start()
    yield Servers(made[0], made[1:])
    for one in made:
        one.stop()


def everything(store: Store) -> dict[int, Candidate]:
    return {one.id: one for one in store.candidates(vector_of(1), {"ferri": 1.0}, Limits(), 500)}


def of_shard(address: str, number: int) -> list[str]:
    """The briefings that lie on a shard."""
    with psycopg.connect(address) as connection:
        rows = connection.execute(f"SELECT briefing_id FROM files_{number}").fetchall()
    return [row[0] for row in rows]


def test_a_lost_shard_is_an_error_and_never_fewer_results(servers: Servers) -> None:
    address = servers.library()
    store = open_store(address)
    for new in COUNCIL:
        store.add(new, MODEL)
    before, passages = everything(store).keys(), {new.briefing.id: store.passages(new.briefing.id) for new in COUNCIL}
    assert len(before) == 72
    assert of_shard(address, 0)
    lost = of_shard(address, 1)
    assert lost
    servers.shards[1].kill()
    for attempt in (lambda: everything(store), lambda: store.of_one_state(lambda: everything(store)), store.verify):
        with pytest.raises(LibraryError, match="parted over") as caught:
            attempt()
        assert "\n" not in str(caught.value)
        assert "SELECT" not in str(caught.value)
    with pytest.raises(LibraryError, match="shard1"):
        store.passages(lost[0])
    # What the coordinator knows, and what lies on the others, is told.
    assert store.count(Limits()) == (8, 72)
    assert store.passages(of_shard(address, 0)[0])
    servers.shards[1].start()
    assert everything(store).keys() == before
    assert {id_: store.passages(id_) for id_ in passages} == passages
    assert store.verify() == []
    store.close()


@pytest.mark.soak
def test_a_shard_killed_while_adding_loses_and_doubles_nothing(servers: Servers) -> None:
    store = open_store(servers.library())
    wanted = [briefing_of(f"ferry {number}", [Said(f"Ferry {number}.", *MAYOR)] * 3) for number in range(40)]
    acknowledged: list[NewBriefing] = []
    refused: list[str] = []
    begun = threading.Event()

    def add() -> None:
        for new in wanted:
            try:
                store.add(new, MODEL)
                acknowledged.append(new)
            except LibraryError as error:
                refused.append(str(error))
            if len(acknowledged) > 5:
                begun.set()

    adding = threading.Thread(target=add)
    adding.start()
    assert begun.wait(60)
    servers.shards[0].kill()
    before = len(acknowledged)
    adding.join()
    # Those of the other shard go on being added.
    assert len(acknowledged) > before
    servers.shards[0].start()
    assert refused
    assert all("\n" not in said for said in refused)
    for new in acknowledged:
        assert store.passages(new.briefing.id) == list(new.passages)
    assert set(store.ids()) == {new.briefing.id for new in acknowledged}
    for new in wanted:
        if new not in acknowledged:
            store.add(new, MODEL)
    assert store.count(Limits()) == (40, 120)
    assert len(everything(store)) == 120
    assert store.verify() == []
    store.close()


def test_what_a_broken_write_left_on_a_shard_is_not_found(servers: Servers) -> None:
    address = servers.library()
    store = open_store(address)
    for new in COUNCIL:
        store.add(new, MODEL)
    left = COUNCIL[2].briefing.id
    with psycopg.connect(address) as connection:
        # As after a crash between the end of the shard's transaction and that of the coordinator's.
        for table, column in (("briefings", "id"), ("voices", "briefing_id"), ("speakers", "briefing_id")):
            connection.execute(f"DELETE FROM {table} WHERE {column} = %s", (left,))
        connection.execute("UPDATE meta SET value = 'another' WHERE key = 'state'")
    with closing(open_store(servers.library())) as other:
        for new in COUNCIL:
            if new.briefing.id != left:
                other.add(new, MODEL)
        for k in (3, 500):
            told, expected = (
                {one.id: one.lexical for one in each.candidates(vector_of(1), {"ferri": 1.0}, Limits(), k)}
                for each in (store, other)
            )
            assert told == pytest.approx(expected)
        assert store.usual().keys() == other.usual().keys()
        for language, usual in store.usual().items():
            assert usual.said == other.usual()[language].said
    assert any(problem.startswith("searched: 9 rows") for problem in store.verify())
    assert store.repair(Inventor()).mended
    assert store.verify() == []
    store.add(COUNCIL[2], MODEL)
    assert len(everything(store)) == 72
    store.close()


def test_what_is_added_again_takes_the_place_of_what_was_left(servers: Servers) -> None:
    address = servers.library()
    store = open_store(address)
    store.add(COUNCIL[0], MODEL)
    with psycopg.connect(address) as connection:
        for table, column in (("briefings", "id"), ("voices", "briefing_id"), ("speakers", "briefing_id")):
            connection.execute(f"DELETE FROM {table} WHERE {column} = %s", (COUNCIL[0].briefing.id,))
    store.add(COUNCIL[0], MODEL)
    assert len(everything(store)) == 9
    assert store.verify() == []
    store.close()


def test_nothing_is_left_of_what_is_removed(servers: Servers) -> None:
    address = servers.library()
    with closing(open_store(address)) as store:
        store.add(COUNCIL[0], MODEL)
        store.remove(COUNCIL[0].briefing.id)
    with psycopg.connect(address) as connection:
        for table in PARTED:
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


@pytest.mark.soak
def test_what_is_removed_while_its_shard_is_lost_is_found_no_more(servers: Servers) -> None:
    address = servers.library()
    store = open_store(address)
    for new in COUNCIL:
        store.add(new, MODEL)
    gone = of_shard(address, 1)[0]
    servers.shards[1].kill()
    with pytest.raises(LibraryError, match="shard1"):
        store.remove(gone)
    servers.shards[1].start()
    assert gone not in store.ids()
    assert len(everything(store)) == 63
    assert any(problem.startswith("files: 1 rows") for problem in store.verify())
    assert store.repair(Inventor()).mended
    assert gone not in of_shard(address, 1)
    assert store.verify() == []
    store.close()


@pytest.mark.soak
def test_a_replica_answers_for_a_lost_shard(servers: Servers) -> None:
    primary = servers.shards[0]
    replica = primary.replica()
    try:
        replica.start()
        with psycopg.connect(primary.address("postgres"), autocommit=True) as connection:
            # What is acknowledged can be read on the replica.
            connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            connection.execute("ALTER SYSTEM SET synchronous_commit = 'remote_apply'")
            connection.execute("SELECT pg_reload_conf()")
        address = servers.library([replica])
        store = open_store(address)
        for new in COUNCIL:
            store.add(new, MODEL)
        before = everything(store).keys()
        there = of_shard(address, 0)
        primary.kill()
        assert store.of_one_state(lambda: everything(store)).keys() == before == everything(store).keys()
        assert store.verify() == []
        again = next(new for new in COUNCIL if new.briefing.id in there)
        with pytest.raises(LibraryError, match="read"):
            store.add(again, MODEL)
        with psycopg.connect(replica.address("postgres"), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM RESET synchronous_standby_names")
            connection.execute("SELECT pg_promote()")
        store.add(again, MODEL)
        assert everything(store).keys() == before
        assert store.verify() == []
        store.close()
    finally:
        replica.stop()
