"""A slice that somebody chose, as a citation: only what can be quoted, of one speaker."""

from __future__ import annotations

from onrecord.rag.errors import InvalidRequest
from onrecord.rag.holdings import Holdings
from onrecord.rag.text.quotes import cite, overlap, turn_at
from onrecord.rag.types import Citation, Span


def quoted(holdings: Holdings, briefing_id: str, start: int, end: int) -> Citation:
    """The citation of `briefing.text[start:end]`; see `Library.quote`."""
    briefing, slice_ = holdings.briefing(briefing_id), Span(start, end)
    if not 0 <= start < end <= len(briefing.text) or not briefing.text[start:end].strip():
        raise InvalidRequest(f"start={start} and end={end} are no words of {briefing.file}. Choose some.")
    if any(overlap(one, slice_) for one in briefing.boilerplate):
        raise InvalidRequest("These words are no part of what the briefing says. Choose others.")
    if turn_at(briefing, start, end) is None and any(overlap(turn, slice_) for turn in briefing.turns):
        raise InvalidRequest("These words are more than one person's. Choose those of one speaker.")
    holding = next((one for one in holdings.passages(briefing_id) if one.start <= start < one.end), None)
    language, passage_id = (holding.language, holding.id) if holding else (None, 0)
    return cite(1, briefing, start, end, language=language, passage_id=passage_id)
