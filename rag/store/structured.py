"""What is understood of a briefing's text, made again of the JSON that every engine keeps it as (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from onrecord.rag.types import Boilerplate, DateMention, Exchange, Reported, Span

STRUCTURED = ("exchanges", "boilerplate", "reported", "dates", "timecodes", "pages", "lines")
"""The parts of a briefing that are kept as JSON by both engines."""


def structured(held: Mapping[str, Any]) -> dict[str, Any]:
    """The `STRUCTURED` parts of a briefing, as `Briefing` takes them, of what their JSON says, by name."""
    return {
        "exchanges": tuple(
            Exchange(
                questions=tuple(one["questions"]),
                answers=tuple(one["answers"]),
                asked=tuple(Span(**span) for span in one["asked"]),
                follows=one["follows"],
            )
            for one in held["exchanges"]
        ),
        "boilerplate": tuple(Boilerplate(**one) for one in held["boilerplate"]),
        "reported": tuple(Reported(**one) for one in held["reported"]),
        "dates": tuple(DateMention(**one) for one in held["dates"]),
        **{name: tuple((offset, value) for offset, value in held[name]) for name in ("timecodes", "pages", "lines")},
    }
