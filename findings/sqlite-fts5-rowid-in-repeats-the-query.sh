#!/usr/bin/env bash
# SQLite 3.54.1 (FTS5): `MATCH … AND rowid IN (SELECT …)` runs the whole full-text query once for every row allowed.
#
# Expected: that a list of rows allowed, which makes the work less for an ordinary index, makes it no more here: the
# query is run once and its rows are looked up in the list.
# Seen: FTS5 offers the planner an equality on rowid beside MATCH, the planner takes it for a cheap lookup, and the
# query is begun anew for each of the rows (`:=M` in the plan). With a thousand rows allowed of ten thousand it takes
# dozens of times the processor's time of the same query without a filter. A plus before rowid, which keeps the equality
# from FTS5, gives the same rows in the time of the query without a filter.
#
# Needs python3 (3.10 or newer) with pip, and a package index. Exits 0 where the behaviour is as described, 1 where not.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# apsw carries its own SQLite, whatever the one of python3 is.
python3 -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target "$folder/packages" \
  apsw==3.54.1.0

cat > "$folder/expected" <<'END'
SQLite 3.54.1
the same rows with and without the plus: True
rowid IN is handed to FTS5 as an equality: True
+rowid IN is handed to FTS5 as an equality: False
rowid IN takes over five times the processor's time of no filter: True
+rowid IN takes over five times the processor's time of no filter: False
END
cat > "$folder/show.py" <<'END'
import random
import time

import apsw

print("SQLite", apsw.sqlite_lib_version())
database = apsw.Connection(":memory:")
database.execute(
    "CREATE TABLE passages (id INTEGER PRIMARY KEY, speaker TEXT, text TEXT);"
    "CREATE INDEX speakers ON passages (speaker);"
    "CREATE VIRTUAL TABLE words USING fts5(text, content = 'passages', content_rowid = 'id');"
)
chance = random.Random(1)
vocabulary = [f"word{number}" for number in range(300)]
rows = [(number, f"speaker {number % 10}", " ".join(chance.choices(vocabulary, k=40))) for number in range(10_000)]
with database:
    database.executemany("INSERT INTO passages VALUES (?, ?, ?)", rows)
    database.execute("INSERT INTO words (rowid, text) SELECT id, text FROM passages")

question = " OR ".join(vocabulary[:6])
plain = "SELECT rowid FROM words WHERE words MATCH ? {} ORDER BY rank, rowid"
allowed = "AND {} IN (SELECT id FROM passages WHERE speaker = 'speaker 1')"
queries = {
    "no filter": plain.format(""),
    "rowid IN": plain.format(allowed.format("rowid")),
    "+rowid IN": plain.format(allowed.format("+rowid")),
}
found, plans, spent = {}, {}, {}
for name, query in queries.items():
    plans[name] = " ".join(row[3] for row in database.execute("EXPLAIN QUERY PLAN " + query, (question,)))
    times = []
    for _ in range(3):
        started = time.process_time()
        found[name] = list(database.execute(query, (question,)))
        times.append(time.process_time() - started)
    spent[name] = min(times)

print("the same rows with and without the plus:", found["rowid IN"] == found["+rowid IN"] != [])
for name in ("rowid IN", "+rowid IN"):
    print(f"{name} is handed to FTS5 as an equality:", ":=M" in plans[name])
for name in ("rowid IN", "+rowid IN"):
    slow = spent[name] > 5 * spent["no filter"]
    print(f"{name} takes over five times the processor's time of no filter:", slow)
END
(cd "$folder" && PYTHONPATH="$folder/packages" python3 show.py) > "$folder/seen"
cat "$folder/seen"
diff "$folder/expected" "$folder/seen" || { echo "The behaviour has changed."; exit 1; }
echo "As described: rowid IN beside MATCH repeats the full-text query for every row allowed."
