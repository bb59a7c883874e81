"""A library in PostgreSQL beyond the contract: failures, kill -9, many at once, replicas, answers, the page."""

from __future__ import annotations

import itertools
import json
import logging
import multiprocessing
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import numpy as np
import psycopg
import pytest
from inventions import DIMENSION, MAYOR, MODEL, Said, briefing_of
from postgres_server import PostgresServer, running_server
from serving import serving, wait_for_model

from onrecord.rag import InvalidRequest, Library, LibraryError, Settings
from onrecord.rag.languages import language
from onrecord.rag.store import Embedded, Limits, NewBriefing
from onrecord.rag.store.postgres import open_store, searching, writing
from onrecord.rag.store.postgres.schema import MIGRATIONS
from onrecord.rag.store.sqlite.engine import SqliteStore

PASSWORD = "tide-and-salt"


def many(name: str, count: int) -> list[NewBriefing]:
    return [briefing_of(f"{name} {number}", [Said(f"Ferry {name} {number}.", *MAYOR)] * 2) for number in range(count)]


@pytest.fixture(scope="module", autouse=True)
def user_data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is kept beside these libraries is not put into the user's own folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture
def address() -> str:
    """An empty database."""
    return running_server().database()


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    """A server that a test may kill; what it acknowledges is on the disk."""
    running_server()
    server = PostgresServer.made()
    server.start()
    yield server
    server.stop()


# --- What cannot be used says so, and shows no password.


def refusal(address: str) -> str:
    with pytest.raises(LibraryError) as caught:
        open_store(address)
    said = str(caught.value)
    assert "\n" not in said
    assert "Traceback" not in said
    return said


def test_without_the_driver_the_extra_is_named() -> None:
    code = (
        "import sys; sys.modules['psycopg'] = None; sys.argv[1:] = ['--library', 'postgresql://db/library', 'list']; "
        "from onrecord.ui.command.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.strip().endswith("`pip install 'onrecord[postgres]'`.")
    assert len(done.stderr.splitlines()) == 1


def test_without_a_server_the_message_names_it() -> None:
    said = refusal(f"postgresql://ada:{PASSWORD}@127.0.0.1:1/library")
    assert "postgresql://ada@127.0.0.1:1/library cannot be reached" in said
    assert PASSWORD not in said


def test_a_database_that_is_not_there_is_to_be_made() -> None:
    assert "createdb" in refusal(running_server().address("nowhere"))


@pytest.mark.parametrize("given", [f"ada:{PASSWORD}x", "ada", f"nobody:{PASSWORD}"])
def test_a_wrong_user_or_password_is_told_and_not_shown(given: str, caplog: pytest.LogCaptureFixture) -> None:
    server = running_server()
    with psycopg.connect(server.address("postgres"), autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS ada")
        connection.execute(f"CREATE ROLE ada LOGIN PASSWORD '{PASSWORD}'")
    rules = server.data / "pg_hba.conf"
    before = rules.read_text()
    try:
        rules.write_text("local all postgres trust\nlocal all all scram-sha-256\n")
        reload(server)
        with caplog.at_level(logging.DEBUG):
            said = refusal(server.address("postgres", given))
    finally:
        rules.write_text(before)
        reload(server)
    assert "refuses the user or the password" in said
    assert PASSWORD not in said + caplog.text


def reload(server: PostgresServer) -> None:
    with psycopg.connect(server.address("postgres"), autocommit=True) as connection:
        connection.execute("SELECT pg_reload_conf()")
    # The server's first process does it when it gets to it; a new connection asks it by its rules of then.
    with psycopg.connect(server.address("postgres"), autocommit=True) as connection:
        connection.execute("SELECT pg_sleep(0.3)")


@pytest.mark.parametrize("part", ["p@ss", "p/ss", "p:ss@x", "100%"])
def test_an_address_with_a_bare_password_is_refused_without_repeating_it(part: str) -> None:
    said = refusal(f"postgresql://ada:{part}word@db.invalid:5432/library")
    assert "word" not in said.replace("password", "")


def test_without_pgvector_the_remedy_is_said(address: str) -> None:
    said = refusal(f"{address}?options=-c%20extension_control_path%3D/nowhere")
    assert "pgvector" in said
    assert "CREATE EXTENSION vector" in said


def test_without_rights_the_owner_is_named(address: str) -> None:
    open_store(address).close()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS guest")
        connection.execute("CREATE ROLE guest LOGIN")
    said = refusal(address.replace("postgres@", "guest@"))
    assert "may not be used by this user" in said


def test_a_backup_is_not_restored_into_an_address(address: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="onrecord copy"):
        Library.restore(tmp_path / "backup", address)


def test_the_address_is_a_setting_that_shows_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONRECORD_LIBRARY", f"postgresql://ada:{PASSWORD}@127.0.0.1:1/library")
    settings = Settings.load()
    assert PASSWORD not in repr(settings) + str(settings)
    with pytest.raises(LibraryError, match="cannot be reached"):
        Library.open(settings=settings)
    command = [sys.executable, "-c", "from onrecord.ui.command.cli import main; main()", "list"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert PASSWORD not in done.stderr


def test_tables_of_a_newer_version_are_refused(address: str) -> None:
    open_store(address).close()
    with psycopg.connect(address) as connection:
        connection.execute("INSERT INTO migrations VALUES (%s)", (len(MIGRATIONS) + 1,))
    assert "Update OnRecord here" in refusal(address)


def test_servers_that_start_at_once_make_the_tables_once(address: str) -> None:
    stores: list[Any] = []
    threads = [threading.Thread(target=lambda: stores.append(open_store(address))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stores) == 4
    with psycopg.connect(address) as connection:
        assert connection.execute("SELECT version FROM migrations").fetchall() == [(1,), (2,)]
    for store in stores:
        store.close()


# --- kill -9.


def test_a_server_that_is_killed_loses_nothing_acknowledged(own_server: PostgresServer) -> None:
    address = own_server.database()
    store = open_store(address)
    news = many("cable", 30)
    acknowledged: list[str] = []
    killed = threading.Timer(0.4, own_server.kill)
    killed.start()

    def add_for_ever() -> None:
        for new in itertools.cycle(news):
            store.add(new, MODEL)
            acknowledged.append(new.briefing.id)

    with pytest.raises(LibraryError, match=r"cannot be reached.*nothing is half-written"):
        add_for_ever()
    killed.join()
    own_server.start()
    # The same store goes on: it connects again.
    held = store.ids()
    assert set(acknowledged) <= set(held)
    assert len(held) == len(set(held))
    assert store.verify() == []
    for new in news:
        store.add(new, MODEL)
    assert sorted(store.ids()) == sorted(new.briefing.id for new in news)
    assert store.count(Limits()) == (30, 60)
    assert store.verify() == []
    store.close()


def test_a_process_that_is_killed_while_it_adds_leaves_whole_briefings(address: str) -> None:
    open_store(address).close()
    news = many("tram", 200)
    told, tell = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=add_and_tell, args=(address, news, tell))
    process.start()
    acknowledged = [told.recv() for _ in range(20)]
    process.kill()
    process.join()
    while told.poll():
        acknowledged.append(told.recv())
    store = open_store(address)
    held = store.ids()
    assert set(acknowledged) <= set(held)
    assert store.verify() == []
    for new in news:
        store.add(new, MODEL)
    assert store.count(Limits()) == (200, 400)
    assert store.verify() == []
    store.close()


def add_and_tell(address: str, news: list[NewBriefing], tell: Any) -> None:
    store = open_store(address)
    for new in news:
        store.add(new, MODEL)
        tell.send(new.briefing.id)


def test_an_answer_begins_again_where_its_connection_is_lost(address: str) -> None:
    store = open_store(address)
    store.add(many("kiosk", 1)[0], MODEL)
    began = 0

    def read() -> tuple[int, int]:
        nonlocal began
        began += 1
        if began == 1:
            with psycopg.connect(address, autocommit=True) as connection:
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
        return store.count(Limits())

    assert store.of_one_state(read) == (1, 2)
    assert began == 2
    store.close()


# --- Many at once.


def test_the_same_briefings_from_many_workers_are_there_once(address: str) -> None:
    news = many("orchard", 15)
    context = multiprocessing.get_context("spawn")
    with context.Pool(3) as workers:
        workers.starmap(add_all, [(address, news)] * 3)
    store = open_store(address)
    assert sorted(store.ids()) == sorted(new.briefing.id for new in news)
    assert store.count(Limits()) == (15, 30)
    assert store.verify() == []
    store.close()


def add_all(address: str, news: list[NewBriefing]) -> None:
    store = open_store(address)
    for new in news:
        store.add(new, MODEL)
    store.close()


def test_of_versions_added_at_once_one_is_current(address: str) -> None:
    first = briefing_of("minutes", [Said("Ferry one.", *MAYOR)])
    stores = [open_store(address) for _ in range(4)]
    stores[0].add(first, MODEL)
    versions = [briefing_of(f"minutes {n}", [Said(f"Ferry {n}.", *MAYOR)]) for n in range(4)]
    newer = [
        replace(one, briefing=replace(one.briefing, lineage=first.briefing.lineage, source=first.briefing.source))
        for one in versions
    ]
    threads = [threading.Thread(target=store.add, args=(new, MODEL)) for store, new in zip(stores, newer, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stores[0].ids()) == 5
    assert len(stores[0].summaries()) == 1
    assert stores[0].verify() == []
    for store in stores:
        store.close()


def test_a_word_of_any_length_and_in_any_number_of_passages_is_found(address: str) -> None:
    long = "breakwater" * 400
    store = open_store(address)
    store.add(briefing_of("mole", [Said(f"Ferry {number} {long}.", *MAYOR) for number in range(250)]), MODEL)
    store.add(briefing_of("pier", [Said("Tram.", *MAYOR)]), MODEL)
    [term] = language("en").query_terms(long)
    found = store.candidates(None, {term: 1.0}, Limits(), 300)
    assert len(found) == 250
    assert store.verify() == []
    store.close()


def test_an_index_of_vectors_finds_the_nearest(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # From 20,000 passages on; so many would take a minute.
    monkeypatch.setattr(writing, "INDEXED", 300)
    monkeypatch.setattr(searching, "_COMPARED", 300)
    chance = np.random.default_rng(5)
    store = open_store(address)
    for new in (briefing_of(f"silo {n}", [Said(f"Ferry {n} {m}.", *MAYOR) for m in range(60)]) for n in range(20)):
        vectors = chance.normal(size=(len(new.passages), DIMENSION)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        embedded = tuple(Embedded(vector, one.said) for vector, one in zip(vectors, new.embedded, strict=True))
        store.add(NewBriefing(new.briefing, new.data, new.passages, embedded), MODEL)
    with psycopg.connect(address) as connection:
        assert connection.execute("SELECT count(*) FROM pg_indexes WHERE indexname = 'searched_vector'").fetchone() == (
            1,
        )
    passages = {p.id: v for id_ in store.ids() for p, v in zip(store.passages(id_), store.embedded(id_), strict=True)}
    limits = Limits(briefings=tuple(store.ids()[:12]))
    allowed = {p.id for id_ in store.ids()[:12] for p in store.passages(id_)}
    hit, wanted = 0, 0
    for _ in range(10):
        question = chance.normal(size=DIMENSION).astype(np.float32)
        question /= np.linalg.norm(question)
        for own, limit in ((passages.keys(), Limits()), (allowed, limits)):
            nearest = sorted(own, key=lambda id_: -float(passages[id_].vector @ question))[:20]
            found = {one.id for one in store.candidates(question, {}, limit, 20)}
            assert found <= set(own)
            hit, wanted = hit + len(found.intersection(nearest)), wanted + 20
    assert hit / wanted > 0.97
    store.close()


# --- Replicas.


def test_reads_go_on_when_the_primary_is_killed_and_writes_when_a_replica_is_promoted() -> None:
    running_server()
    primary = PostgresServer.made()
    primary.start()
    replica = primary.replica()
    replica.start()
    try:
        database = primary.database().rsplit("/", 1)[1]
        hosts = ",".join(quote(str(server.folder), safe="") for server in (primary, replica))
        address = f"postgresql://postgres@{hosts}/{database}"
        store = open_store(address)
        for new in many("pier", 5):
            store.add(new, MODEL)
            # What this process has written it reads, however far the replica is.
            assert store.of_one_state(lambda: store.count(Limits()))[0] == len(store.ids())
        replica.wait_for(primary)
        primary.kill()
        assert store.of_one_state(lambda: store.count(Limits())) == (5, 10)
        assert store.briefing(store.ids()[0]).id
        with pytest.raises(LibraryError, match="postgresql://postgres@"):
            store.remove(store.ids()[0])
        with psycopg.connect(replica.address("postgres"), autocommit=True) as connection:
            connection.execute("SELECT pg_promote()")
        for new in many("mole", 2):
            store.add(new, MODEL)
        assert store.count(Limits()) == (7, 14)
        assert store.verify() == []
        store.close()
    finally:
        for server in (primary, replica):
            server.stop()


# --- Answers, the command and the page.


@pytest.fixture(scope="module")
def served_address(sample_library: Library) -> str:
    """The samples, copied and not embedded again."""
    address = running_server().database()
    source, target = SqliteStore(sample_library.folder), open_store(address)
    model = source.model()
    assert model is not None
    for id_ in source.ids():
        passages, embedded = tuple(source.passages(id_)), tuple(source.embedded(id_))
        target.add(NewBriefing(source.briefing(id_), source.file(id_), passages, embedded), model)
    source.close()
    target.close()
    return address


QUESTIONS = [
    json.loads(line)
    for line in (Path(__file__).parent.parent / "samples_questions.jsonl").read_text(encoding="utf-8").splitlines()
]


def plain(answer: Any) -> dict[str, Any]:
    """An answer without its times; the order in which vectors are multiplied shows in the seventh digit of a score."""
    hits = [(hit.passage, round(hit.score, 4)) for hit in answer.hits]
    return asdict(replace(answer, seconds={}, hits=(), confidence=round(answer.confidence, 4))) | {"found": hits}


def test_answers_are_those_of_a_folder(sample_library: Library, served_address: str) -> None:
    with Library.open(served_address) as library:
        assert library.names() == sample_library.names()
        assert library.briefings() == sample_library.briefings()
        assert library.digest() == sample_library.digest()
        for asked in QUESTIONS[::12]:
            history = [tuple(turn) for turn in asked["history"]]
            given = library.ask(asked["question"], history=history)
            assert plain(given) == plain(sample_library.ask(asked["question"], history=history))
        speaker = library.names()["speaker"][0]
        given, expected = (each.ask("What was said?", speaker=speaker) for each in (library, sample_library))
        assert plain(given) == plain(expected)


def test_a_backup_is_a_folders(served_address: str, sample_library: Library, tmp_path: Path) -> None:
    with Library.open(served_address) as library:
        library.back_up(tmp_path / "backup.db")
        with pytest.raises(LibraryError, match="is there already"):
            library.back_up(tmp_path / "backup.db")
    assert Library.restore(tmp_path / "backup.db", tmp_path / "restored") == len(sample_library.summaries())
    with Library.open(tmp_path / "restored") as restored:
        assert restored.briefings() == sample_library.briefings()
        first = sample_library.summaries()[0].id
        assert restored.passages(first) == sample_library.passages(first)


def test_two_servers_share_a_library(served_address: str, sample_library: Library) -> None:
    with serving(served_address) as one, serving(served_address) as two:
        wait_for_model(one.address)
        question = QUESTIONS[0]["question"]
        answer = httpx.post(f"{one.address}/api/ask", json={"question": question}, timeout=60).json()
        assert answer["text"] == sample_library.ask(question).text
        file = ("tide.txt", b"Ann Bell: The tide gate closes at noon on Friday.\n")
        added = httpx.post(f"{one.address}/api/briefings", files={"files": file}, timeout=60)
        [new] = added.json()["files"]
        listed = httpx.get(f"{two.address}/api/briefings", timeout=60).json()
        assert new["briefing_id"] in {item["id"] for item in listed}
        removed = httpx.delete(f"{two.address}/api/briefings/{new['briefing_id']}", timeout=60)
        assert removed.is_success
        assert httpx.get(f"{one.address}/api/briefings/{new['briefing_id']}", timeout=60).status_code == 404
