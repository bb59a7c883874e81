"""The layout of a library's database, named once."""

from __future__ import annotations

SCHEMA_VERSION = 7
# The formats that are brought up to it when a library is opened.
UPGRADED_VERSIONS = (5, 6)
DATABASE = "library.db"
# The names are older than what is in these files (embeddings/arrays.py): a cache of an older version is replaced.
VECTOR_CACHE = "vectors.faiss"
WORD_CACHE = "words.npz"
SEAL = "library.sha256"

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE files (sha256 TEXT PRIMARY KEY, data BLOB NOT NULL) STRICT;

CREATE TABLE briefings (
    position INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    sha256 TEXT NOT NULL REFERENCES files(sha256),
    title TEXT NOT NULL,
    date TEXT,
    language TEXT NOT NULL,
    url TEXT,
    file TEXT NOT NULL,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    lineage TEXT NOT NULL,
    added TEXT NOT NULL,
    superseded_by TEXT,
    -- Long values last: what stands behind them is found only by reading through them.
    text TEXT NOT NULL,
    exchanges TEXT NOT NULL,
    boilerplate TEXT NOT NULL,
    reported TEXT NOT NULL,
    dates TEXT NOT NULL,
    timecodes TEXT NOT NULL,
    pages TEXT NOT NULL,
    lines TEXT NOT NULL
) STRICT;
CREATE INDEX briefings_source ON briefings(source);
CREATE INDEX briefings_lineage ON briefings(lineage);

CREATE TABLE turns (
    briefing_id TEXT NOT NULL REFERENCES briefings(id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    label TEXT,
    speaker TEXT,
    role TEXT,
    outlet TEXT,
    kind TEXT NOT NULL,
    inferred INTEGER NOT NULL,
    country TEXT,
    seconds REAL,
    PRIMARY KEY (briefing_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE passages (
    briefing_id TEXT NOT NULL REFERENCES briefings(id) ON DELETE CASCADE,
    id INTEGER NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    text TEXT NOT NULL,
    speaker TEXT,
    role TEXT,
    kind TEXT NOT NULL,
    outlet TEXT,
    language TEXT NOT NULL,
    turn INTEGER NOT NULL,
    exchange INTEGER,
    seconds REAL,
    context TEXT NOT NULL,
    PRIMARY KEY (briefing_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX passages_id ON passages(id);
CREATE INDEX passages_speaker ON passages(speaker);
CREATE INDEX passages_language ON passages(language, id);

-- The passages that are searched (those of current versions), each with its vector: float32, little endian.
-- generation is the write that brought the vector, so that an index in memory fetches only what is new. said is the
-- passage's telling words as rag/retrieval/interaction.py packs them, last so that vectors are read without them.
CREATE TABLE vectors (
    passage_id INTEGER PRIMARY KEY,
    generation INTEGER NOT NULL,
    vector BLOB NOT NULL,
    said BLOB NOT NULL
) STRICT;
CREATE INDEX vectors_generation ON vectors(generation);

CREATE TABLE terms (number INTEGER PRIMARY KEY, term TEXT NOT NULL UNIQUE) STRICT;

-- The words of the same passages: how many, and which terms how often: unsigned 32-bit numbers, little endian, first
-- the different terms' numbers, then as many counts.
CREATE TABLE words (
    passage_id INTEGER PRIMARY KEY,
    generation INTEGER NOT NULL,
    length INTEGER NOT NULL,
    terms BLOB NOT NULL
) STRICT;
CREATE INDEX words_generation ON words(generation);
"""

# What format 6 has beside the tables of format 5.
CHECKS = """
-- What each briefing was when it was written: the SHA-256, in hexadecimal digits, of the short columns of its row
-- (metadata), and of the others, its turns and its passages (content); digests.py says how.
CREATE TABLE digests (
    briefing_id TEXT PRIMARY KEY REFERENCES briefings(id) ON DELETE CASCADE,
    metadata TEXT NOT NULL,
    content TEXT NOT NULL
) STRICT;

-- The same of a passage's vector, its telling words and its words: CRC-32.
CREATE TABLE checksums (
    passage_id INTEGER PRIMARY KEY,
    vector INTEGER NOT NULL,
    said INTEGER NOT NULL,
    words INTEGER NOT NULL
) STRICT;
"""

# What format 7 has beside the tables of format 6.
NOTED = """
-- What people have corrected of a briefing over its file as added: JSON. Those that nothing was corrected of have no
-- row; it is a part of what the digest of a briefing's metadata is over.
CREATE TABLE corrections (
    briefing_id TEXT PRIMARY KEY REFERENCES briefings(id) ON DELETE CASCADE,
    corrections TEXT NOT NULL
) STRICT;

-- Briefings that people have put together under a name: a JSON list of lineages. digest is the SHA-256 of both.
CREATE TABLE collections (
    name TEXT PRIMARY KEY,
    lineages TEXT NOT NULL,
    digest TEXT NOT NULL
) STRICT;
"""

SCHEMA = _TABLES + CHECKS + NOTED
