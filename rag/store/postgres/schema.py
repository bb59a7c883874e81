"""The layout of a library in PostgreSQL, named once, and the steps that lead to it.

The tables that grow with the passages (`PARTED`) can be parted by the hash of their `briefing_id`: each key begins with
it, no table refers to another by a foreign key, and nothing in them is written by ON CONFLICT, which partitions on
other servers do not know. What belongs to a briefing is deleted by name, and `verify` finds what is left over.
"""

from __future__ import annotations

# The tables that hold rows of a briefing under `briefing_id`, beside its own row in `briefings`.
OF_A_BRIEFING = ("files", "passages", "speakers", "voices", "searched", "postings")
# Those of them that hold rows of current versions alone: what names, filters and searches look at.
OF_A_CURRENT_VERSION = ("speakers", "voices", "searched", "postings")
# The index of vectors is made when there are enough of them, since their dimension is known only then.
VECTOR_INDEX = "searched_vector"
# Those that may lie on other servers (deploy/sharded). What is there of a briefing counts only while the tables that
# stay say so: they are written in one transaction, which ends behind those of the other servers.
PARTED = ("files", "passages", "searched", "postings")
# Noted anew by whatever leaves rows on other servers to be taken away.
TAKEN = "taken"

_FIRST = """
CREATE TABLE meta (
    key text COLLATE "C" PRIMARY KEY,
    value text NOT NULL,
    -- The SHA-256 of key and value, in hexadecimal digits.
    digest text NOT NULL
);

-- The order in which briefings were added.
CREATE SEQUENCE positions;

CREATE TABLE briefings (
    id text COLLATE "C" PRIMARY KEY,
    position bigint NOT NULL,
    sha256 text COLLATE "C" NOT NULL,
    title text NOT NULL,
    date text COLLATE "C",
    language text COLLATE "C" NOT NULL,
    url text,
    file text NOT NULL,
    kind text COLLATE "C" NOT NULL,
    source text COLLATE "C" NOT NULL,
    lineage text COLLATE "C" NOT NULL,
    added text COLLATE "C" NOT NULL,
    superseded_by text COLLATE "C",
    characters integer NOT NULL,
    passages integer NOT NULL,
    -- What the row, without its long columns, and what the text, its structure and its passages were when they were
    -- written: SHA-256 in hexadecimal digits.
    metadata_digest text NOT NULL,
    content_digest text NOT NULL,
    -- CRC-32 of the rows of postings; NULL for a superseded version.
    words_checksum bigint,
    text text NOT NULL,
    -- JSON: turns, exchanges, boilerplate, reported words, dates, time codes, pages and lines.
    structure text NOT NULL
);
CREATE INDEX briefings_position ON briefings (position);
CREATE INDEX briefings_source ON briefings (source);
CREATE INDEX briefings_lineage ON briefings (lineage);

-- The file that a briefing was read from, compressed by zlib.
CREATE TABLE files (
    briefing_id text COLLATE "C" PRIMARY KEY,
    data bytea NOT NULL
);
ALTER TABLE files ALTER data SET STORAGE EXTERNAL;

CREATE TABLE passages (
    briefing_id text COLLATE "C" NOT NULL,
    id bigint NOT NULL,
    "start" integer NOT NULL,
    "end" integer NOT NULL,
    text text NOT NULL,
    speaker text,
    role text,
    kind text NOT NULL,
    outlet text,
    language text NOT NULL,
    turn integer NOT NULL,
    exchange integer,
    seconds double precision,
    context text NOT NULL,
    PRIMARY KEY (briefing_id, id)
);

-- From here on: current versions alone.

-- The different speakers of a briefing's turns, as printed.
CREATE TABLE speakers (
    briefing_id text COLLATE "C" NOT NULL,
    speaker text COLLATE "C" NOT NULL,
    role text COLLATE "C",
    outlet text COLLATE "C",
    label text COLLATE "C"
);
CREATE INDEX speakers_briefing ON speakers (briefing_id);

-- The passages of a briefing that no limit tells apart: of one speaker, language and kind. There are a few for each
-- briefing, so that limits, counts and the choice of how to search are answered without looking at passages. A voice
-- is numbered within the whole library, from its briefing's position on; size is the number of its passages' terms.
CREATE TABLE voices (
    briefing_id text COLLATE "C" NOT NULL,
    voice bigint NOT NULL,
    speaker text COLLATE "C",
    role text COLLATE "C",
    outlet text COLLATE "C",
    language text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    date text COLLATE "C",
    passages integer NOT NULL,
    size bigint NOT NULL,
    PRIMARY KEY (briefing_id, voice)
);
CREATE INDEX voices_speaker ON voices (speaker);
CREATE INDEX voices_date ON voices (date);

-- length is in words; said is the passage's telling words as rag/retrieval/interaction.py packs them, kept apart from
-- the row so that vectors lie close together. Both and the vector have a CRC-32.
CREATE TABLE searched (
    briefing_id text COLLATE "C" NOT NULL,
    passage_id bigint NOT NULL,
    voice bigint NOT NULL,
    language text COLLATE "C" NOT NULL,
    length integer NOT NULL,
    vector_checksum bigint NOT NULL,
    said_checksum bigint NOT NULL,
    vector vector NOT NULL,
    said bytea NOT NULL,
    PRIMARY KEY (briefing_id, passage_id)
);
ALTER TABLE searched ALTER vector SET STORAGE MAIN;
ALTER TABLE searched ALTER said SET STORAGE EXTERNAL;
CREATE INDEX searched_passage ON searched (passage_id);
CREATE INDEX searched_language ON searched (language, passage_id);
CREATE INDEX searched_voice ON searched (briefing_id, voice);

-- Which passages of a briefing and a language hold a term: POSTING of rows.py for each, one behind the other, in parts
-- that an index can hold. Whoever asks computes BM25 of them; the server only puts them together, and reads them from
-- the index, where those of a term stand side by side: in the table each is on another page.
CREATE TABLE postings (
    briefing_id text COLLATE "C" NOT NULL,
    language text COLLATE "C" NOT NULL,
    term text COLLATE "C" NOT NULL,
    part integer NOT NULL,
    held bytea NOT NULL,
    PRIMARY KEY (briefing_id, language, term, part)
);
ALTER TABLE postings ALTER held SET STORAGE PLAIN;
CREATE INDEX postings_term ON postings (term, language) INCLUDE (held);
"""

# What people have noted: corrections of a briefing over its file as added (JSON), a part of what its metadata digest is
# over where there are any; and briefings put together under a name, a JSON list of lineages, digest being the SHA-256
# of both.
_SECOND = """
ALTER TABLE briefings ADD COLUMN corrections text NOT NULL DEFAULT '[]';

CREATE TABLE collections (
    name text COLLATE "C" PRIMARY KEY,
    lineages text NOT NULL,
    digest text NOT NULL
);
"""

MIGRATIONS = (_FIRST, _SECOND)
"""What brings the tables of each version to the next; the first makes them. Never changed once it was released."""
