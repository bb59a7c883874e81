"""Where the words of a quotation stand on the record: whole, part by part, or in pieces from several places (pure)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from onrecord.rag.checking.alignment import Near, nearest, runs, same_words, word_count
from onrecord.rag.checking.article import Claim
from onrecord.rag.checking.attributing import Attributed
from onrecord.rag.text.quotes import find, occurrences, overlap, pieces, turn_at
from onrecord.rag.types import Briefing, Passage, Span

# A run of words kept exactly is a piece of a stitched quotation from this length, and all but this share must be such.
_PIECE_WORDS = 4
_STITCHED = 0.85
# The words of the person quoted are shown as the altered ones where they are less near by this at most.
_OWN = 0.15
# Of several places where the words stand, that of the person named first.
_SUREST = ("yes", "unknown", "no")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of one speaker's words: `briefing.text[start:end]`."""

    briefing: Briefing
    start: int
    end: int

    @property
    def text(self) -> str:
        """The words."""
        return self.briefing.text[self.start : self.end]


def surest(attributed: Attributed, found: Sequence[tuple[Briefing, list[Span]]]) -> tuple[Briefing, list[Span]]:
    """Of several places of the same words, the first that the person named speaks in, or may, or does not.

    Whoever asks only puts words to somebody: of places that are as sure, a question is the last.
    """
    best, rank = found[0], (len(_SUREST), True)
    for briefing, spans in found:
        turn = turn_at(briefing, spans[0].start, spans[0].end)
        asked = turn is not None and briefing.turns[turn].kind == "question"
        here = (_SUREST.index(attributed.said(briefing, spans[0]).same), asked)
        if here < rank:
            best, rank = (briefing, spans), here
        if rank == (0, False):
            break
    return best


def exact_places(
    claim: Claim, briefings: Sequence[Briefing], languages: tuple[str, ...]
) -> list[tuple[Briefing, list[Span]]]:
    """The turns in which the wording stands, whole or with its marked omissions, each with its first place there."""
    found = [(briefing, [span]) for briefing in briefings for span in _whole(claim.text, briefing)]
    if found:
        return found
    for wording in dict.fromkeys((claim.text, " … ".join(claim.pieces))):
        # Turn by turn, because another speaker may have said it too.
        found = [(briefing, spans) for briefing in briefings for spans in _in_turns(wording, briefing)]
        if found:
            return found
    for briefing in briefings:
        for limit in _turns_of(briefing):
            spans = _same_words(claim, briefing.text, limit, languages)
            if spans:
                found.append((briefing, spans))
    return found


def _turns_of(briefing: Briefing) -> list[Span]:
    """Where a briefing's turns stand; all of it where it has none."""
    return [Span(turn.start, turn.end) for turn in briefing.turns] or [Span(0, len(briefing.text))]


def _whole(wording: str, briefing: Briefing) -> Iterator[Span]:
    """The first place in each turn where the wording stands as a whole."""
    last: int | None = None
    for span in occurrences(wording, briefing.text):
        turn = turn_at(briefing, span.start, span.end)
        if turn is None and briefing.turns:
            continue
        if turn is None or turn != last:
            yield span
        if turn is None:
            return
        last = turn


def _in_turns(wording: str, briefing: Briefing) -> Iterator[list[Span]]:
    """The places of a wording's parts in each turn that holds them all."""
    parts = pieces(wording)
    if not parts:
        return
    # Where one part stands nowhere, no turn need be looked at.
    places = [list(occurrences(part, briefing.text)) for part in parts]
    if not all(places):
        return
    holding = [{turn_at(briefing, span.start, span.end) for span in spans} for spans in places]
    limits = _turns_of(briefing)
    for index in sorted(set.intersection(*({-1 if turn is None else turn for turn in held} for held in holding))):
        if index < 0 and briefing.turns:
            continue
        spans = find(wording, briefing.text, within=[limits[max(index, 0)]])
        if spans:
            yield spans


def _same_words(claim: Claim, text: str, limit: Span, languages: tuple[str, ...]) -> list[Span]:
    """Where the words of a quotation stand in a turn, together or part by part; empty where not all of them do."""
    parts = [part for piece in claim.pieces for part in pieces(piece)]
    for wanted in ([claim.text], parts):
        spans: list[Span] = []
        start = limit.start
        for part in wanted:
            span = next(same_words(part, text[start : limit.end], languages=languages), None)
            if span is None:
                break
            spans.append(Span(start + span.start, start + span.end))
            start = spans[-1].end
        if spans and len(spans) == len(wanted):
            return spans
    return []


def stitched_pieces(attributed: Attributed, briefings: Sequence[Briefing]) -> list[tuple[Briefing, Span]]:
    """The places of the parts of an interrupted or shortened quotation, each found but not in one turn."""
    parts = [part for piece in attributed.claim.pieces for part in pieces(piece)]
    if len(parts) < 2:
        return []
    chosen: list[tuple[Briefing, Span]] = []
    for part in parts:
        found = [
            (briefing, span) for briefing in briefings for span in find(part, briefing.text, within=_turns_of(briefing))
        ]
        if not found or word_count(part) < 2:
            return []
        chosen.append(min(found, key=lambda place: _SUREST.index(attributed.said(*place).same)))
    return chosen


def stitched_runs(claim: Claim, places: Sequence[Stretch], languages: tuple[str, ...]) -> list[tuple[Briefing, Span]]:
    """The places of a quotation that is joined, without a mark, of words kept exactly from several places."""
    found = runs(claim.text, [place.text for place in places], shortest=_PIECE_WORDS, languages=languages)
    if len(found) < 2 or sum(run.words for run in found) < _STITCHED * word_count(claim.text):
        return []
    chosen = []
    for run in found:
        place = places[run.index]
        chosen.append((place.briefing, Span(place.start + run.span.start, place.start + run.span.end)))
    return chosen


def places_of(passages: Sequence[Passage], briefings: Mapping[str, Briefing]) -> list[Stretch]:
    """The turns that hold the candidate passages (a passage itself where it lies in no turn), each once."""
    places: dict[tuple[str, int, int], Stretch] = {}
    for passage in passages:
        briefing = briefings[passage.briefing_id]
        turns = [turn for turn in briefing.turns if overlap(turn, passage)]
        for start, end in [(turn.start, turn.end) for turn in turns] or [(passage.start, passage.end)]:
            places.setdefault((briefing.id, start, end), Stretch(briefing, start, end))
    return list(places.values())


def nearest_place(attributed: Attributed, places: Sequence[Stretch]) -> tuple[Near, Stretch] | None:
    """The place nearest to a quotation: in the words of the person quoted where they are about as near."""
    quotation, languages = attributed.claim.text, attributed.languages
    own = [place for place in places if attributed.said(place.briefing, Span(place.start, place.end)).same == "yes"]
    best = nearest(quotation, [place.text for place in places], languages=languages)
    mine = nearest(quotation, [place.text for place in own], languages=languages)
    if best and mine and mine.similarity + _OWN >= best.similarity:
        return mine, own[mine.index]
    return (best, places[best.index]) if best else None
