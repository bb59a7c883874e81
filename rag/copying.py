"""A library from one store into another: all versions of its briefings, with their files, vectors and words.

Each briefing is read in one state of the source and written in one transaction; what is there already and equal is
passed over, so a copy that was cut off goes on from there. In the end all is read again from the target, and the
SHA-256 of each briefing compared with that of the source.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING

from onrecord.rag.adding import Progress
from onrecord.rag.errors import LibraryError, UnknownBriefing
from onrecord.rag.store import Archive, NewBriefing
from onrecord.rag.types import Briefing, Passage

if TYPE_CHECKING:
    from pydantic import TypeAdapter

# A source that is added to all the time is never copied whole; somebody who adds a file meanwhile is waited for.
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Copied:
    """What the target holds of the source: briefings of all versions, their passages, and how many were written now."""

    briefings: int
    passages: int
    written: int


def copy_archive(source: Archive, target: Archive, progress: Callable[[Progress], None] | None = None) -> Copied:
    """Bring a target to hold what the source holds, and see that it does; a second call goes on where one was cut off.

    Raises LibraryError where the target holds other briefings or vectors of another model, where the source is written
    to all the while, or where what was written is not what is read again.
    """
    written: set[str] = set()
    for _ in range(_TRIES):
        state = source.state()
        try:
            digests, passages = _carried(source, target, written, progress)
        except UnknownBriefing:
            # Removed from the source since it was listed.
            continue
        collections = source.collections()
        if source.state() == state:
            _carry_collections(target, collections)
            _compare(target, digests, passages, progress)
            return Copied(len(digests), passages, len(written))
    raise LibraryError(
        "The library to be copied was written to all the while. Stop that, and copy again: it goes on from there."
    )


def _carried(
    source: Archive, target: Archive, written: set[str], progress: Callable[[Progress], None] | None
) -> tuple[dict[str, bytes], int]:
    """Write what the target lacks or holds otherwise; the digest of each briefing of the source, and its passages."""
    ids, there = source.ids(), set(target.ids())
    model = source.model()
    _require_part(target, there.difference(ids))
    if there and target.model() != model:
        raise LibraryError(
            "The target's vectors are of another model than those of the library to be copied. Copy into an empty "
            "library, or bring one of them to the other's model first with `onrecord reembed`."
        )
    digests: dict[str, bytes] = {}
    passages = 0
    for number, briefing_id in enumerate(ids):
        new = _read(source, briefing_id)
        if progress:
            progress(Progress(number // 2, len(ids), passages, new.briefing.file))
        passages += len(new.passages)
        digests[briefing_id] = _digest(new)
        if briefing_id in there and _digest(_read(target, briefing_id)) == digests[briefing_id]:
            continue
        if model is None:
            raise LibraryError(
                "The library to be copied says no model of its vectors. Mend it: `onrecord verify --repair`."
            )
        target.add(new, model)
        written.add(briefing_id)
    return digests, passages


def _carry_collections(target: Archive, collections: Mapping[str, tuple[str, ...]]) -> None:
    """Bring the target to hold these collections, and no others."""
    if target.collections() != collections:
        target.change_collections(lambda _: collections)


def _require_part(target: Archive, others: set[str]) -> None:
    """Raise LibraryError where a target holds briefings that are no part of the source."""
    if others:
        one = target.briefing(min(others))
        raise LibraryError(
            f"The target holds briefings that the library to be copied does not: {len(others)}, {one.title!r} "
            f"({one.id}) among them. Copy into an empty library, or remove them from the target first with "
            "`onrecord --library TARGET remove ID`."
        )


def _compare(
    target: Archive, digests: dict[str, bytes], passages: int, progress: Callable[[Progress], None] | None
) -> None:
    """Raise LibraryError unless the target holds these briefings, and no others, as they are known."""
    _require_part(target, set(target.ids()).difference(digests))
    for number, (briefing_id, digest) in enumerate(digests.items()):
        try:
            new = _read(target, briefing_id)
        except UnknownBriefing:
            new = None
        if new is None or _digest(new) != digest:
            raise LibraryError(
                f"Briefing {briefing_id} is not in the target what it is in the library that was copied. If somebody "
                "else writes to the target, stop that; then copy again, which writes anew what differs."
            )
        if progress:
            progress(Progress((len(digests) + number + 1) // 2, len(digests), passages, new.briefing.file))


def _read(archive: Archive, briefing_id: str) -> NewBriefing:
    """All that an archive holds of a briefing, in one state of it; raises UnknownBriefing."""
    return archive.of_one_state(
        lambda: NewBriefing(
            archive.briefing(briefing_id),
            archive.file(briefing_id),
            tuple(archive.passages(briefing_id)),
            tuple(archive.embedded(briefing_id)),
        )
    )


def _digest(new: NewBriefing) -> bytes:
    """The SHA-256 of all that is held of a briefing: what is known of it, its words, its file, its vectors."""
    briefings, passages = _as_json()
    parts = [
        briefings.dump_json(new.briefing),
        sha256(new.data).digest(),
        passages.dump_json(new.passages),
        *(part for one in new.embedded for part in (one.vector.astype("<f4").tobytes(), one.said)),
    ]
    digest = sha256()
    for part in parts:
        # Where one ends and the next begins is a part of it.
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()


@cache
def _as_json() -> tuple[TypeAdapter[Briefing], TypeAdapter[tuple[Passage, ...]]]:
    from pydantic import TypeAdapter

    return TypeAdapter(Briefing), TypeAdapter(tuple[Passage, ...])
