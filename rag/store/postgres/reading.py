"""Reading rows, in the transaction of the caller."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from onrecord.rag.people.names import Known
from onrecord.rag.people.register import Place, Printed
from onrecord.rag.store import EmbeddingModel, Limits, Names, StoredVoice
from onrecord.rag.store.postgres.connections import Connection
from onrecord.rag.store.postgres.rows import METADATA, PASSAGE_COLUMNS
from onrecord.rag.store.refusing import unknown_briefing
from onrecord.rag.types import Passage

# A row of `searched s` counts while there is its voice: shards may show some before and after it.
VOICED = "JOIN voices v ON v.briefing_id = s.briefing_id AND v.voice = s.voice"
BRIEFING_COLUMNS = ", ".join(f"b.{name}" for name in METADATA)


def noted(connection: Connection, key: str) -> str | None:
    """A value the store keeps about itself, or None."""
    row = connection.execute("SELECT value FROM meta WHERE key = %s", (key,)).fetchone()
    return row[0] if row else None


def model_of(value: str | None) -> EmbeddingModel | None:
    """The model that a value of `meta` names."""
    return EmbeddingModel(**json.loads(value)) if value else None


def count_of_passages(connection: Connection) -> int:
    """How many passages are searched."""
    row = connection.execute("SELECT coalesce(sum(passages), 0) FROM voices").fetchone()
    return int(row[0]) if row else 0


def briefing_rows(connection: Connection, condition: str, values: Sequence[Any]) -> Iterator[dict[str, Any]]:
    """The metadata of the briefings `b` that meet a condition, in the order they were added."""
    rows = connection.execute(
        f"SELECT {BRIEFING_COLUMNS} FROM briefings b WHERE {condition} ORDER BY b.position", values
    )
    return (dict(zip(METADATA, row, strict=True)) for row in rows)


def file_sha256(connection: Connection, briefing_id: str) -> str:
    """The SHA-256 of a briefing's file; raises UnknownBriefing."""
    row = connection.execute("SELECT sha256 FROM briefings WHERE id = %s", (briefing_id,)).fetchone()
    if row is None:
        raise unknown_briefing(briefing_id)
    return str(row[0])


def passage_rows(connection: Connection, briefing_ids: Sequence[str]) -> list[tuple[Any, ...]]:
    """The rows of the passages of briefings, in order, as `Passage` takes them."""
    return connection.execute(
        f'SELECT {PASSAGE_COLUMNS} FROM passages p WHERE p.briefing_id = ANY(%s) ORDER BY p.briefing_id, p."start", '
        'p."end"',
        (list(briefing_ids),),
    ).fetchall()


def passage_of(row: Sequence[Any]) -> Passage:
    """The passage of a row."""
    return Passage(*row)


def names_of(connection: Connection) -> Names:
    """Who and what is on record in current versions, as printed."""
    printed: dict[tuple[Any, ...], list[str]] = {}
    for briefing_id, *who in connection.execute(
        "SELECT DISTINCT s.briefing_id, s.speaker, s.role, s.outlet, s.label FROM speakers s "
        "ORDER BY s.speaker, s.role, s.outlet, s.label, s.briefing_id"
    ):
        printed.setdefault(tuple(who), []).append(briefing_id)
    places = connection.execute(
        "SELECT b.id, b.title, b.date, b.language, b.file FROM briefings b WHERE b.superseded_by IS NULL "
        "ORDER BY b.position"
    )
    passages = connection.execute(
        "SELECT DISTINCT v.speaker, v.role, v.outlet, v.briefing_id FROM voices v WHERE v.speaker IS NOT NULL "
        "ORDER BY 1, 2, 3, 4"
    )
    values = {
        column: tuple(
            row[0]
            for row in connection.execute(f"SELECT DISTINCT {column} FROM voices WHERE {column} IS NOT NULL ORDER BY 1")
        )
        for column in ("role", "outlet", "language", "kind")
    }
    return Names(
        speakers=tuple(Printed(Known(*who[:3]), who[3], tuple(ids)) for who, ids in printed.items()),
        places={row[0]: Place(*row[1:]) for row in places},
        passages=tuple(Known(*row) for row in passages),
        roles=values["role"],
        outlets=values["outlet"],
        languages=values["language"],
        kinds=values["kind"],
    )


def voices_within(connection: Connection, limits: Limits) -> list[StoredVoice]:
    """The voices whose passages are within limits."""
    condition, values = limited(limits)
    columns = ", ".join(f"v.{name}" for name in ("briefing_id", "speaker", "role", "outlet", "language", "kind"))
    rows = connection.execute(f"SELECT {columns}, v.passages FROM voices v WHERE {condition}", values)
    return [StoredVoice(*row) for row in rows]


def limited(limits: Limits) -> tuple[str, dict[str, Any]]:
    """The condition on voices `v` that their passages are within limits, and the values bound in it by name."""
    conditions, values = ["TRUE"], dict[str, Any]()
    if limits.speakers is not None:
        # The first condition alone is answered from an index; the others tell people of one name apart.
        who = "v.speaker, coalesce(v.role, ''), coalesce(v.outlet, '')"
        conditions.append(
            "v.speaker = ANY(%(speakers)s::text[]) AND "
            f"(({who}) IN (SELECT * FROM unnest(%(anywhere_names)s::text[], %(anywhere_roles)s::text[], "
            "%(anywhere_outlets)s::text[])) "
            f"OR ({who}, v.briefing_id) IN (SELECT * FROM unnest(%(there_names)s::text[], %(there_roles)s::text[], "
            "%(there_outlets)s::text[], %(there_briefings)s::text[])))"
        )
        anywhere = [known for known in limits.speakers if known.briefing is None]
        there = [known for known in limits.speakers if known.briefing is not None]
        values["speakers"] = sorted({known.name for known in limits.speakers})
        for part, knowns in (("anywhere", anywhere), ("there", there)):
            values[f"{part}_names"] = [known.name for known in knowns]
            values[f"{part}_roles"] = [known.role or "" for known in knowns]
            values[f"{part}_outlets"] = [known.outlet or "" for known in knowns]
        values["there_briefings"] = [known.briefing for known in there]
    for name, condition in _CONDITIONS.items():
        value = getattr(limits, name)
        if value is not None:
            conditions.append(condition)
            values[name] = list(value) if isinstance(value, tuple) else value
    return " AND ".join(conditions), values


_CONDITIONS = {
    "roles": "v.role = ANY(%(roles)s::text[])",
    "outlets": "v.outlet = ANY(%(outlets)s::text[])",
    "since": "v.date >= %(since)s",
    # A partial date such as 2026-02 includes all that begins with it.
    "until": "left(v.date, length(%(until)s)) <= %(until)s",
    "languages": "v.language = ANY(%(languages)s::text[])",
    "kinds": "v.kind = ANY(%(kinds)s::text[])",
    "briefings": "v.briefing_id = ANY(%(briefings)s::text[])",
}
