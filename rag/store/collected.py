"""Collections as every engine keeps them: names with the lineages of their briefings, each with its SHA-256."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import Protocol

from onrecord.rag.store import ChangeCollections
from onrecord.rag.store.refusing import REPAIR, altered_collection, unknown_briefing


class CollectionRows(Protocol):
    """The rows of an engine, in the transaction of the caller."""

    def all(self) -> list[tuple[str, str, str]]:
        """Name, lineages (a JSON list) and digest of each, in the order of the names' characters."""

    def write(self, name: str, lineages: str, digest: str) -> None:
        """Write one in place of that of the same name."""

    def delete(self, name: str) -> None:
        """Delete one."""

    def current(self, lineages: Sequence[str]) -> list[str]:
        """The ids of the current versions of these lineages, in the order they were added."""

    def lineage(self, briefing_id: str) -> str | None:
        """The lineage of a briefing of any version; None where there is none of that id."""

    def lineages(self) -> list[str]:
        """All lineages in the order they were added."""


def collections_in(rows: CollectionRows) -> dict[str, tuple[str, ...]]:
    """The current briefings of each collection, by its name; raises LibraryError for one that was altered."""
    found = {}
    for name, lineages, digest in rows.all():
        if _digest(name, lineages) != digest:
            raise altered_collection(name)
        found[name] = tuple(rows.current(json.loads(lineages)))
    return found


def write_changed(rows: CollectionRows, change: ChangeCollections) -> None:
    """Write what `change` makes of the collections; raises UnknownBriefing and what `change` raises."""
    held = collections_in(rows)
    wanted = change(held)
    for name in held.keys() - wanted.keys():
        rows.delete(name)
    for name, ids in wanted.items():
        if held.get(name) != ids:
            _write(rows, name, [_lineage(rows, id_) for id_ in ids])


def take_from_all(rows: CollectionRows, lineage: str) -> None:
    """Take a briefing that is removed out of the collections that it is in."""
    for name, lineages, digest in rows.all():
        # One that was altered stays so, for `verify` to find.
        if lineage in lineages and _digest(name, lineages) == digest:
            _write(rows, name, [one for one in json.loads(lineages) if one != lineage])


def altered_collections(rows: CollectionRows) -> Iterator[str]:
    """A line for each collection that is not as it was written."""
    for name, lineages, digest in rows.all():
        if _digest(name, lineages) != digest:
            yield f"collection {name!r} was altered. {REPAIR} keeps the briefings that it still names."


def collections_again(rows: CollectionRows) -> Iterator[str]:
    """Keep what altered collections still name; a line for each."""
    for name, lineages, digest in rows.all():
        if _digest(name, lineages) != digest:
            named = [lineage for lineage in rows.lineages() if lineage in str(lineages)]
            _write(rows, name, named)
            yield f"collection {name!r} was altered: it holds {len(named)} briefings that it still names; look at it"


def _lineage(rows: CollectionRows, briefing_id: str) -> str:
    found = rows.lineage(briefing_id)
    if found is None:
        raise unknown_briefing(briefing_id)
    return found


def _write(rows: CollectionRows, name: str, lineages: Iterable[str]) -> None:
    written = json.dumps(list(dict.fromkeys(lineages)))
    rows.write(name, written, _digest(name, written))


def _digest(name: str, lineages: str) -> str:
    return sha256(json.dumps([name, lineages], default=repr).encode()).hexdigest()
