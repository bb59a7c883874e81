"""Part an empty library in PostgreSQL over several servers: a coordinator and its shards.

    python deploy/sharded/make.py COORDINATOR SHARD [SHARD …] [--dimension 384]

Each is the address of an empty database as `onrecord --library` takes it, with pgvector, and the coordinator's server
has the extension postgres_fdw. A shard's address may name a primary and its replicas (HOST,HOST): whichever is the
first to answer is asked. The shards' addresses are those that the coordinator reaches them by, and this machine too.
The user must be allowed to make extensions and foreign servers: a superuser, or one that was granted it.

Afterwards the library is at the coordinator's address, and used like any other; docs/scaling.md says the rest.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from onrecord.rag.errors import LibraryError
from onrecord.rag.store.postgres import open_store

# Named by the briefing they belong to, so that all of a briefing is on one shard. The rest is small and is the truth of
# what is in the library: it stays with the coordinator, in one transaction.
from onrecord.rag.store.postgres.schema import PARTED

_OF_A_USER = ("user", "password", "sslcert", "sslkey", "sslpassword", "passfile")
# Names of a connection, which postgres_fdw sets itself, and what it does not know.
_NOT_OF_A_SERVER = ("application_name", "fallback_application_name", "client_encoding", "service", "options")
_OF_EVERY_SERVER = {
    # Comparing vectors is work for the shard; without this every vector would be carried here to be compared.
    "extensions": "vector",
    # The shards work at the same time.
    "async_capable": "true",
    "parallel_commit": "true",
    "parallel_abort": "true",
    "fetch_size": "1000",
    # What is carried from server to server is dear: what can be computed there is.
    "fdw_tuple_cost": "10",
    "batch_size": "100",
    # A shard that is gone is an error in seconds.
    "connect_timeout": "5",
    "tcp_user_timeout": "15000",
    # What the store says to its own server (rag/store/postgres/connections.py), and a session of the shard's does not
    # hear otherwise.
    "options": "-c jit=off -c hnsw.ef_search=600 -c hnsw.iterative_scan=relaxed_order -c hnsw.max_scan_tuples=100000",
}


def main() -> None:
    """Read the command line and part the library."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("coordinator")
    parser.add_argument("shards", nargs="+", metavar="shard")
    parser.add_argument("--dimension", type=int, default=384, help="numbers of a vector of the model that will be used")
    options = parser.parse_args()
    try:
        part(options.coordinator, options.shards, options.dimension)
    except (LibraryError, psycopg.Error) as error:
        raise SystemExit(f"error: {error}") from error


def part(coordinator: str, shards: Sequence[str], dimension: int = 384) -> None:
    """Make the tables on all servers, and those of the coordinator that grow into foreign ones.

    Raises LibraryError where a server cannot be used or holds a library already, which it leaves as it was.
    """
    for address in (coordinator, *shards):
        # The same tables everywhere, by the same steps as in a library on one server.
        open_store(address).close()
        with psycopg.connect(address) as connection:
            row = connection.execute("SELECT EXISTS (SELECT FROM briefings) OR EXISTS (SELECT FROM files)").fetchone()
            if row is None or row[0]:
                raise LibraryError(
                    "One of the databases holds a library. Name empty ones, and bring the library over with "
                    "`onrecord copy`."
                )
    for address in shards:
        with psycopg.connect(address) as connection:
            _prepare_shard(connection, dimension)
    with psycopg.connect(coordinator) as connection:
        _prepare_coordinator(connection, [conninfo_to_dict(address) for address in shards])


def _prepare_shard(connection: psycopg.Connection, dimension: int) -> None:
    connection.execute("CREATE INDEX searched_by_voice ON searched (voice)")
    connection.execute(
        sql.SQL(
            "CREATE INDEX searched_vector ON searched USING hnsw ((vector::halfvec({})) halfvec_ip_ops) "
            "WITH (m = 24, ef_construction = 200)"
        ).format(dimension)
    )


def _prepare_coordinator(connection: psycopg.Connection, shards: Sequence[Mapping[str, object]]) -> None:
    connection.execute("CREATE EXTENSION IF NOT EXISTS postgres_fdw")
    for number, address in enumerate(shards):
        of_user = {name: value for name, value in address.items() if name in _OF_A_USER}
        of_server = {name: value for name, value in address.items() if name not in (*_OF_A_USER, *_NOT_OF_A_SERVER)}
        server = sql.Identifier(f"shard{number}")
        connection.execute(
            sql.SQL("CREATE SERVER {} FOREIGN DATA WRAPPER postgres_fdw OPTIONS ({})").format(
                server, _options(_OF_EVERY_SERVER | of_server)
            )
        )
        connection.execute(
            sql.SQL("CREATE USER MAPPING FOR PUBLIC SERVER {} OPTIONS ({})").format(server, _options(of_user))
        )
    for table in PARTED:
        whole, before = sql.Identifier(table), sql.Identifier(f"{table}_before")
        connection.execute(sql.SQL("ALTER TABLE {} RENAME TO {}").format(whole, before))
        connection.execute(sql.SQL("CREATE TABLE {} (LIKE {}) PARTITION BY HASH (briefing_id)").format(whole, before))
        connection.execute(sql.SQL("DROP TABLE {}").format(before))
        for number in range(len(shards)):
            connection.execute(
                sql.SQL(
                    "CREATE FOREIGN TABLE {} PARTITION OF {} FOR VALUES WITH (MODULUS {}, REMAINDER {}) SERVER {} "
                    "OPTIONS (table_name {})"
                ).format(
                    sql.Identifier(f"{table}_{number}"),
                    whole,
                    len(shards),
                    number,
                    sql.Identifier(f"shard{number}"),
                    table,
                )
            )
    row = connection.execute("SELECT current_database()").fetchone()
    assert row is not None
    # What belongs to one briefing is joined where it lies.
    connection.execute(sql.SQL("ALTER DATABASE {} SET enable_partitionwise_join = on").format(sql.Identifier(row[0])))


def _options(named: Mapping[str, object]) -> sql.Composed:
    return sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.Literal(str(value))) for name, value in named.items()
    )


if __name__ == "__main__":
    main()
