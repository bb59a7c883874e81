"""What the source panel shows of a slice: the words where they stand, who spoke them, and what is around (pure)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from onrecord.rag import Briefing, InvalidRequest, Passage, Turn, link_to, media_at, place_at, second_at
from onrecord.ui.page.html import fingerprint

# Long speeches are cut around the quote; the reader page has the whole.
_SPEECH_SHOWN = 1300
_NEIGHBOUR_SHOWN = 500


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A turn or part of one: `text` is `briefing.text[start:end]`; `cut_…` says that the turn goes on there."""

    place: Literal["question", "before", "cited", "after"]
    speaker: str | None
    role: str | None
    outlet: str | None
    kind: str
    inferred: bool
    start: int
    end: int
    text: str
    cut_before: bool = False
    cut_after: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """A quote in its place.

    `link` is the original page's address, opening at the words where the browser can, or at the page of a PDF; `page`
    and `line` say where the words stand in print, `seconds` where in the recording, and `recording` is its media type
    where it can be played; `media` is the address of one elsewhere, opening at that second. `unchanged` is False where
    the words now there are not those that were quoted.
    """

    briefing_id: str
    title: str
    date: str | None
    language: str
    url: str | None
    link: str | None
    file: str
    kind: str
    superseded_by: str | None
    speaker: str | None
    role: str | None
    outlet: str | None
    speech: str
    inferred: bool
    seconds: float | None
    page: int | None
    line: int | None
    start: int
    end: int
    quote: str
    unchanged: bool
    excerpts: tuple[Excerpt, ...] = field(default_factory=tuple)
    recording: str | None = None
    media: str | None = None


def source_of(
    briefing: Briefing,
    start: int,
    end: int,
    check: str | None = None,
    passage: Passage | None = None,
    recording: str | None = None,
) -> Source:
    """The slice `briefing.text[start:end]` with the turns around it.

    `check` is the fingerprint of the words once quoted; `passage` gives speaker and kind where no turn holds the
    slice. Raises InvalidRequest for a slice outside the text.
    """
    if not 0 <= start < end <= len(briefing.text):
        raise InvalidRequest(
            f"start={start} and end={end} are no slice of {briefing.file}. Follow a link of an answer."
        )
    quote = briefing.text[start:end]
    position = next((i for i, turn in enumerate(briefing.turns) if turn.start < end and start < turn.end), None)
    turn = briefing.turns[position] if position is not None else None
    page, line = place_at(briefing, start)
    return Source(
        briefing_id=briefing.id,
        title=briefing.title,
        date=briefing.date,
        language=passage.language if passage else briefing.language,
        url=briefing.url,
        link=link_to(briefing.url, quote, page),
        file=briefing.file,
        kind=briefing.kind,
        superseded_by=briefing.superseded_by,
        speaker=turn.speaker if turn else passage.speaker if passage else None,
        role=turn.role if turn else passage.role if passage else None,
        outlet=turn.outlet if turn else passage.outlet if passage else None,
        speech=turn.kind if turn else passage.kind if passage else "report",
        inferred=turn.inferred if turn else False,
        seconds=second_at(briefing, start),
        page=page,
        line=line,
        start=start,
        end=end,
        quote=quote,
        unchanged=check is None or check == fingerprint(quote),
        excerpts=_excerpts(briefing, start, end, position),
        recording=recording,
        media=media_at(briefing, start),
    )


def _excerpts(briefing: Briefing, start: int, end: int, position: int | None) -> tuple[Excerpt, ...]:
    if position is None:
        return _without_turns(briefing, start, end)
    turns = briefing.turns
    last = max(i for i, turn in enumerate(turns) if turn.start < end and start < turn.end)
    found: list[Excerpt] = []
    asked = [i for i in _questions_of(briefing, position) if i < position - 1]
    found += [_neighbour(briefing, turns[i], "question") for i in asked]
    if position > 0:
        place: Literal["question", "before"] = (
            "question" if position - 1 in _questions_of(briefing, position) else "before"
        )
        found.append(_neighbour(briefing, turns[position - 1], place))
    found += [_cited(briefing, turns[i], start, end) for i in range(position, last + 1)]
    if last + 1 < len(turns):
        found.append(_neighbour(briefing, turns[last + 1], "after"))
    return tuple(found)


def _questions_of(briefing: Briefing, position: int) -> tuple[int, ...]:
    for exchange in briefing.exchanges:
        if position in exchange.answers:
            return exchange.questions
    return ()


def _cited(briefing: Briefing, turn: Turn, start: int, end: int) -> Excerpt:
    """A turn that the quote lies in, cut around the quote at the ends of lines or words."""
    first, last = turn.start, turn.end
    room = max(0, _SPEECH_SHOWN - (min(end, last) - max(start, first))) // 2
    if start - first > room:
        first = _break_after(briefing.text, start - room, start)
    if last - end > room:
        last = _break_before(briefing.text, end + room, end)
    return _excerpt(briefing, turn, "cited", first, last)


def _neighbour(briefing: Briefing, turn: Turn, place: Literal["question", "before", "after"]) -> Excerpt:
    first, last = turn.start, turn.end
    if last - first > _NEIGHBOUR_SHOWN:
        # The end of what came before and the beginning of what comes after are nearest to the quote.
        if place == "before":
            first = _break_after(briefing.text, last - _NEIGHBOUR_SHOWN, last)
        else:
            last = _break_before(briefing.text, first + _NEIGHBOUR_SHOWN, first)
    return _excerpt(briefing, turn, place, first, last)


def _excerpt(
    briefing: Briefing, turn: Turn, place: Literal["question", "before", "cited", "after"], start: int, end: int
) -> Excerpt:
    cut_before, cut_after = start > turn.start, end < turn.end
    if cut_before:
        start = end - len(briefing.text[start:end].lstrip())
    if cut_after:
        end = start + len(briefing.text[start:end].rstrip())
    return Excerpt(
        place=place,
        speaker=turn.speaker,
        role=turn.role,
        outlet=turn.outlet,
        kind=turn.kind,
        inferred=turn.inferred,
        start=start,
        end=end,
        text=briefing.text[start:end],
        cut_before=cut_before,
        cut_after=cut_after,
    )


def _without_turns(briefing: Briefing, start: int, end: int) -> tuple[Excerpt, ...]:
    room = _SPEECH_SHOWN // 2
    whole = Turn(0, len(briefing.text), kind="report")
    first = _break_after(briefing.text, start - room, start) if start > room else 0
    last = _break_before(briefing.text, end + room, end) if len(briefing.text) - end > room else len(briefing.text)
    return (_excerpt(briefing, whole, "cited", first, last),)


def _break_after(text: str, place: int, limit: int) -> int:
    """The first beginning of a line, else of a word, from `place` on; never past `limit`."""
    for mark in ("\n", " "):
        found = text.find(mark, place, limit)
        if found >= 0:
            return found + 1
    return place


def _break_before(text: str, place: int, limit: int) -> int:
    """The last end of a line, else of a word, up to `place`; never before `limit`."""
    for mark in ("\n", " "):
        found = text.rfind(mark, limit, place)
        if found >= 0:
            return found
    return place
