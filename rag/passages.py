"""Turns to passages: the slices that are embedded and retrieved (pure)."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from onrecord.rag.languages import language
from onrecord.rag.languages.detection import detect_language
from onrecord.rag.text.quotes import overlap, second_at
from onrecord.rag.types import Boilerplate, Briefing, Passage, Span, Turn

# Words a passage aims at and holds at most; near this length an answer is whole and still about one thing. With the
# bundled model the first hit was right for 65% of 75 questions on committees at 150 words, for 61% at 100. A long
# turn is cut into as many passages as come nearest to the best length, none planned fuller than the middle figure.
BEST_WORDS, _FULL_WORDS, MOST_WORDS = 150, 180, 200
# A sentence ending a paragraph ends a passage once this share of its aim is reached.
_PARAGRAPH_SHARE = 0.7
# Text without blanks (or in a script without them) counts a word for this many characters.
_CHARACTERS_A_WORD = 12
# A turn of fewer words says nothing alone ("Yes."); an answer of fewer keeps its question, a question its call.
_SHORT_TURN, _SHORT_ANSWER = 10, 40
# Too few words to tell a language by.
_FEW_WORDS = 20
# The question repeated before an answer is shortened to this many words; a briefing's title to this many.
_QUESTION_WORDS, _TITLE_WORDS = 30, 25
# An id is an exact integer in JSON and JavaScript below this.
_ID_LIMIT = 2**53
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A slice on its way to be a passage: the turns it holds, first to last, and its size in words.

    It stands `apart` where boilerplate comes between it and the slice before.
    """

    start: int
    end: int
    turns: tuple[int, ...]
    words: int
    apart: bool = False


def passages_of(briefing: Briefing) -> tuple[Passage, ...]:
    """Cut a briefing into passages.

    Args:
        briefing: a briefing with its turns, exchanges and boilerplate.

    Returns:
        passages in order that do not overlap, each `briefing.text[start:end]` and free of boilerplate. None holds the
        words of two speakers, but for a short turn with what it belongs to: a short answer with its question, a short
        question with the beginning of its answer, a chair's words with the question they call for. The speaker is then
        the one who answers or else asks; `turn_at` of text/quotes.py tells whose a sentence is. Ids depend on the
        lineage, the speaker and the words (and which occurrence of them), so that unchanged words keep theirs in a
        re-issue.
    """
    exchange_of = {
        turn: position
        for position, exchange in enumerate(briefing.exchanges)
        for turn in (*exchange.questions, *exchange.answers)
    }
    pieces = _joined(briefing.turns, _pieces(briefing), exchange_of)
    seen: Counter[tuple[str | None, str]] = Counter()
    passages: list[Passage] = []
    for piece in pieces:
        text = briefing.text[piece.start : piece.end]
        turn = briefing.turns[_leading(briefing.turns, piece)]
        exchange = next((exchange_of[place] for place in reversed(piece.turns) if place in exchange_of), None)
        key = (turn.speaker, _BLANKS.sub(" ", text).strip())
        seen[key] += 1
        passages.append(
            Passage(
                id=_passage_id(briefing.lineage or briefing.id, *key, seen[key]),
                briefing_id=briefing.id,
                start=piece.start,
                end=piece.end,
                text=text,
                speaker=turn.speaker,
                role=turn.role,
                kind=turn.kind,
                outlet=turn.outlet,
                language=_language(text, piece.words, briefing.language),
                turn=piece.turns[0],
                exchange=exchange,
                seconds=second_at(briefing, piece.start),
                context=_context(briefing, turn, exchange, piece),
            )
        )
    return tuple(passages)


def passages_in(briefing: Briefing, passages: Iterable[Passage], turns: Iterable[int]) -> list[Passage]:
    """The passages of a briefing that hold words of some of its turns, in order."""
    places = [briefing.turns[position] for position in turns]
    return [passage for passage in passages if any(overlap(turn, passage) for turn in places)]


def _pieces(briefing: Briefing) -> list[_Piece]:
    """Every turn cut at boilerplate and packed into slices near the best length."""
    pieces: list[_Piece] = []
    boilerplate = sorted(briefing.boilerplate, key=lambda span: span.start)
    starts = [span.start for span in boilerplate]
    longest = max((span.end - span.start for span in boilerplate), default=0)
    for place, turn in enumerate(briefing.turns):
        low = bisect_right(starts, turn.start - longest)
        high = bisect_right(starts, turn.end)
        for span in _free(turn, boilerplate[low:high]):
            words = briefing.text[span.start : span.end]
            for start, end, size in _packed(words, briefing.language):
                first, last = span.start + start, span.start + end
                apart = bool(pieces) and bisect_left(starts, pieces[-1].end) < bisect_left(starts, first)
                pieces.append(_Piece(first, last, (place,), size, apart))
    return pieces


def _free(turn: Turn, boilerplate: Sequence[Boilerplate]) -> list[Span]:
    """The parts of a turn that are not boilerplate."""
    spans: list[Span] = []
    start = turn.start
    for mark in boilerplate:
        if mark.end <= start or mark.start >= turn.end:
            continue
        if mark.start > start:
            spans.append(Span(start, mark.start))
        start = max(start, mark.end)
    if start < turn.end:
        spans.append(Span(start, turn.end))
    return spans


def _size(text: str) -> int:
    return max(len(text.split()), len(text) // _CHARACTERS_A_WORD)


def _packed(text: str, code: str) -> list[tuple[int, int, int]]:
    """Pack a text's sentences into slices of about equal length: (start, end, words)."""
    units = [(unit.start, unit.end, _size(text[unit.start : unit.end])) for unit in _units(text, code)]
    total = sum(size for _, _, size in units)
    if not units:
        return []
    if total <= MOST_WORDS:
        return [(units[0][0], units[-1][1], total)]
    packed: list[tuple[int, int, int]] = []
    start, end, words = units[0][0], units[0][0], 0
    left, parts = total, max(-(-total // _FULL_WORDS), round(total / BEST_WORDS))
    for first, last, size in units:
        aim = left / parts
        # A sentence goes where more of it fits: over the aim by less than leaving it out would stay below.
        full = parts > 1 and words + size - aim > aim - words
        paragraph = "\n" in text[end:first] and words >= _PARAGRAPH_SHARE * aim and parts > 1
        if words and (full or paragraph or words + size > MOST_WORDS):
            packed.append((start, end, words))
            left -= words
            parts = max(1, parts - 1)
            start, words = first, 0
        end, words = last, words + size
    packed.append((start, end, words))
    return packed


def _units(text: str, code: str) -> list[Span]:
    """Sentences; one too long for a passage is cut between words, and a word too long for one anywhere."""
    units: list[Span] = []
    for sentence in language(code).sentences(text):
        if _size(text[sentence.start : sentence.end]) <= MOST_WORDS:
            units.append(sentence)
            continue
        start = end = sentence.start
        words = 0
        for match in re.finditer(
            rf"\S{{1,{MOST_WORDS * _CHARACTERS_A_WORD // 2}}}", text[sentence.start : sentence.end]
        ):
            size = _size(match.group())
            if words and words + size > BEST_WORDS:
                units.append(Span(start, end))
                start, words = sentence.start + match.start(), 0
            end, words = sentence.start + match.end(), words + size
        if words:
            units.append(Span(start, end))
    return units


def _joined(turns: Sequence[Turn], pieces: Sequence[_Piece], exchange_of: dict[int, int]) -> list[_Piece]:
    """Join each turn too short to stand alone with its neighbour: what it leads to, else what it follows."""
    joined: list[_Piece] = []
    for piece in pieces:
        if joined and _fits(joined[-1], piece) and _belongs(turns, joined[-1], piece, exchange_of):
            joined.append(_together(joined.pop(), piece))
        else:
            joined.append(piece)
    left: list[_Piece] = []
    for piece in joined:
        short = min(piece.words, left[-1].words if left else MOST_WORDS) < _SHORT_TURN
        if left and short and _fits(left[-1], piece):
            left.append(_together(left.pop(), piece))
        else:
            left.append(piece)
    return left


def _fits(before: _Piece, piece: _Piece) -> bool:
    """Whether two slices are of neighbouring turns and small enough together; a few words over the limit do no harm."""
    neighbours = piece.turns[0] - before.turns[-1] == 1 and not piece.apart
    return neighbours and before.words + piece.words <= MOST_WORDS + _FEW_WORDS


def _together(before: _Piece, piece: _Piece) -> _Piece:
    return _Piece(before.start, piece.end, (*before.turns, *piece.turns), before.words + piece.words, before.apart)


def _belongs(turns: Sequence[Turn], before: _Piece, piece: _Piece, exchange_of: dict[int, int]) -> bool:
    last, first = before.turns[-1], piece.turns[0]
    short_before, short_piece = before.words < _SHORT_TURN, piece.words < _SHORT_TURN
    kinds = (turns[last].kind, turns[first].kind)
    same = last in exchange_of and exchange_of.get(first) == exchange_of[last]
    if same and kinds == ("question", "answer"):
        return short_before or piece.words < _SHORT_ANSWER
    if kinds[1] == "moderation":
        # A chair's words belong to the question they call for, not to the answer before.
        return short_piece and short_before and kinds[0] == "moderation"
    if kinds[0] == "moderation":
        return before.words < (_SHORT_ANSWER if kinds[1] == "question" else _SHORT_TURN)
    if kinds[1] == "question":
        return short_before
    return short_before or (short_piece and before.words + piece.words <= BEST_WORDS)


def _leading(turns: Sequence[Turn], piece: _Piece) -> int:
    """The turn that a passage is filed under: the answer in it, else the longest of the rest, chairs last."""
    order = ("answer", "statement", "report", "reported", "question", "moderation")
    return min(piece.turns, key=lambda place: (order.index(turns[place].kind), turns[place].start - turns[place].end))


def _language(text: str, words: int, code: str) -> str:
    """A few words are too few to tell by, but for those of another language than the briefing's that say so."""
    return detect_language(text, default=code) if words >= _FEW_WORDS else code


def _context(briefing: Briefing, turn: Turn, exchange: int | None, piece: _Piece) -> str:
    """What is embedded before the words: briefing, date, speaker and the question answered, shortened."""
    speaker = ", ".join(part for part in (turn.speaker, turn.role, turn.outlet) if part)
    lines = [_shortened(briefing.title, _TITLE_WORDS), briefing.date or "", speaker]
    if exchange is not None and turn.kind == "answer":
        linked = briefing.exchanges[exchange]
        if not set(linked.questions) & set(piece.turns):
            asked = " ".join(briefing.text[span.start : span.end] for span in linked.asked)
            lines.append(_shortened(asked, _QUESTION_WORDS))
    return "\n".join(line for line in lines if line)


def _shortened(text: str, words: int) -> str:
    found = text[: words * 4 * _CHARACTERS_A_WORD].split()
    return " ".join(found[:words]) + (" …" if len(found) > words else "")


def _passage_id(lineage: str, speaker: str | None, words: str, occurrence: int) -> int:
    key = "\x1f".join((lineage, speaker or "", words, str(occurrence)))
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:8], "big") % _ID_LIMIT
