"""Corrections as every engine keeps them, and seen not to be lost by whoever writes a briefing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict

from onrecord.rag.errors import ChangedMeanwhile
from onrecord.rag.store import Replaced
from onrecord.rag.types import Briefing, Correction

NO_CORRECTIONS = "[]"


def corrections_json(corrections: Iterable[Correction]) -> str:
    """Corrections as they are kept; `NO_CORRECTIONS` for none."""
    return json.dumps([asdict(one) for one in corrections], ensure_ascii=False)


def corrections_of(kept: str | None) -> tuple[Correction, ...]:
    """The corrections that are kept so; None stands for none. Raises ValueError where the text was altered."""
    try:
        return tuple(Correction(**one) for one in json.loads(kept or NO_CORRECTIONS))
    except TypeError as error:
        raise ValueError("no corrections") from error


def require_as_read(over: Replaced | None, new: Briefing, current: tuple[str, str | None] | None) -> None:
    """Raise ChangedMeanwhile where the current version is no longer what was read.

    `current` is its id and its corrections as they are kept; None where there is none any more.
    """
    if over is None:
        return
    id_, kept = current or (None, None)
    if corrections_of(kept) != over.corrections or (over.id == new.id and id_ != over.id):
        raise ChangedMeanwhile(
            f"{new.file}: somebody else corrected, replaced or removed this briefing meanwhile, and nothing was "
            "written. Try again."
        )
