"""Find a quotation in a text whatever its typography, and give back the exact slice.

Matching is exact after folding: quotation marks and apostrophes, dashes, ellipses, spaces (no-break ones and runs too),
letter case, ligatures, composed and decomposed accents, soft hyphens and other invisible characters make no difference;
every letter, digit and other sign does. A match never begins or ends inside a word or a number, so that "we can" is not
found in "we cannot" nor "5%" in "1.5%".
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from onrecord.rag.types import Briefing, Citation, Kind, Reported, Span, Turn

DOUBLE_QUOTES = '"“”„‟«»‹›＂〝〞❝❞″‶⹂「」『』《》〈〉'
SINGLE_QUOTES = "'‘’‚‛＇ʼʹ′‵`´❛❜"
QUOTES = DOUBLE_QUOTES + SINGLE_QUOTES
DASHES = "-‐‑‒–—―−﹘﹣－⁃"
_HYPHENS = "-‐‑"
# Soft hyphen, zero-width spaces and joiners, direction marks, byte order mark, variation selectors.
INVISIBLE = "\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff"
_MARKS = "\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"

_IGNORED = re.compile(f"[{INVISIBLE}]+")
# The full stop that ends a sentence before it belongs to the sign: "said. …" is also printed "said....".
_ELLIPSIS = r"(?:(?:\.\s*)*…|\.(?:\s*\.){2,})(?:\s*[….])*"
_TOKEN = re.compile(
    rf"""
      (?P<plain>[A-Za-z0-9]+(?![{_MARKS}]))
    | \s*(?P<ellipsis>{_ELLIPSIS})\s*
    | \s*(?P<dash>[{re.escape(DASHES)}](?:\s*[{re.escape(DASHES)}])*)\s*
    | (?P<opening>«)\s*
    | \s*(?P<closing>»)
    | (?P<quote>[{re.escape(QUOTES)}])
    | (?P<unspaced>\s+)(?=[;:!?%])
    | (?P<space>\s+)
    | (?P<cluster>.[{_MARKS}]*)
    """,
    re.VERBOSE | re.DOTALL,
)
_SIGNS = {"ellipsis": "…", "dash": "-", "opening": "'", "closing": "'", "quote": "'", "space": " "}
# Superscript and fraction forms change a number ("5²" is not "52"), so these kinds of compatibility are not folded.
_KEPT_FORMS = ("<super>", "<sub>", "<fraction>", "<circle>", "<vertical>")
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ʼ": "'", "ı": "i"})

# An omission inside a quotation: "a … b", "a [...] b", "a (…) b".
_GAP = re.compile(rf"\s*(?:\[\s*{_ELLIPSIS}\s*\]|\(\s*{_ELLIPSIS}\s*\)|{_ELLIPSIS})\s*")
_RECAPITALISED = re.compile(r"\[(\w)\](?=\w)")
# English puts the comma or full stop of the sentence around a quotation inside its marks.
_CLOSING_PUNCTUATION = ".,;:"
# A piece of one or two words occurs in almost any long turn; it counts only this near (characters) to its neighbour.
_SHORT_PIECE_WORDS = 3
_SHORT_PIECE_REACH = 160


@dataclass(frozen=True, slots=True)
class _Folded:
    """A folded text; `starts[i]:ends[i]` is the slice of the original that its character i stands for."""

    text: str
    starts: array[int]
    ends: array[int]

    def whole(self, start: int, end: int) -> bool:
        """Whether a slice of the folded text cuts no original character (a ligature, an accented letter) in two."""
        starts = self.starts
        return (start == 0 or starts[start] != starts[start - 1]) and (
            end == len(starts) or starts[end] != starts[end - 1]
        )


@lru_cache(maxsize=4096)
def _fold_cluster(cluster: str) -> str:
    """Fold one character with its combining marks."""
    expanded = "".join(_expand(character) for character in cluster)
    return unicodedata.normalize("NFD", expanded.casefold()).casefold().translate(_LETTERS)


def _expand(character: str) -> str:
    form, _, rest = unicodedata.decomposition(character).partition(" ")
    if not form.startswith("<"):
        return unicodedata.normalize("NFD", character)
    # Digits raised or lowered stay what they are; raised letters ("1ᵉʳ") are letters. Spacing accents decompose to a
    # space and would invent a word boundary.
    if (form in _KEPT_FORMS and not character.isalpha()) or rest.startswith("0020"):
        return character
    return "".join(_expand(chr(int(code, 16))) for code in rest.split())


@lru_cache(maxsize=64)
def _folded(text: str) -> _Folded:
    clean, positions = text, None
    if _IGNORED.search(text):
        positions = array("L", (i for i in range(len(text)) if not _IGNORED.match(text[i])))
        clean = "".join(text[i] for i in positions)
    parts: list[str] = []
    starts, ends = array("L"), array("L")
    for match in _TOKEN.finditer(clean):
        name = match.lastgroup or ""
        if name == "unspaced":
            continue
        start, end = match.span(name)
        if name == "plain":
            parts.append(match[name].lower())
            starts.extend(range(start, end))
            ends.extend(range(start + 1, end + 1))
            continue
        folded = _SIGNS.get(name) or _fold_cluster(match[name])
        parts.append(folded)
        starts.extend([start] * len(folded))
        ends.extend([end] * len(folded))
    if positions is not None:
        starts = array("L", (positions[i] for i in starts))
        ends = array("L", (positions[i - 1] + 1 for i in ends))
    return _Folded("".join(parts), starts, ends)


def fold_typography(text: str) -> str:
    """Return `text` without its typography: two texts with the same folded form are the same words and signs."""
    return _folded(text).text


def splits_word(text: str, position: int) -> bool:
    """Say whether a cut at `position` falls inside a word, a hyphenated compound, a contraction or a number."""
    if not 0 < position < len(text):
        return False
    before = _IGNORED.sub("", text[max(0, position - 8) : position])
    after = _IGNORED.sub("", text[position : position + 8])
    if not before or not after:
        return False
    if re.match(f"[{_MARKS}]", after):
        return True
    if before[-1].isalnum() and after[0].isalnum():
        return True
    joined = f"{before}\0{after}"
    return _INSIDE.search(joined) is not None


# What `splits_word` looks at, with the cut marked by NUL: a hyphen between letters, a decimal or thousands sign between
# digits, a space before a group of three digits ("10 000"), and the "'t" of a negation.
_INSIDE = re.compile(
    rf"""
      [^\W_][{_HYPHENS}]\0[^\W_] | [^\W_]\0[{_HYPHENS}][^\W_]
    | \d[.,]\0\d | \d\0[.,]\d
    | (?<!\d)\d{{1,3}}\s\0\d{{3}}(?!\d) | (?<!\d)\d{{1,3}}\0\s\d{{3}}(?!\d)
    | \w\0['’ʼ]t\b | ['’ʼ]\0t\b
    """,
    re.VERBOSE | re.IGNORECASE,
)


def occurrences(quotation: str, text: str) -> Iterator[Span]:
    """Yield every place where the words of `quotation` stand together in `text`, in order, as exact slices."""
    wanted = fold_typography(quotation).strip(" ")
    if not any(character.isalnum() for character in wanted):
        return
    for form in _forms(wanted):
        found = False
        for span in _occurrences(form, text):
            found = True
            yield span
        if found:
            return


def _forms(folded: str) -> Iterator[str]:
    """The folded quotation, then without the punctuation that its marks may have drawn inside."""
    yield folded
    bare = folded.rstrip(_CLOSING_PUNCTUATION + " ")
    if bare != folded:
        yield bare


def _occurrences(wanted: str, text: str) -> Iterator[Span]:
    source = _folded(text)
    position = source.text.find(wanted)
    while position >= 0:
        end = position + len(wanted)
        # A letter is found in thousands of words: most places are seen to be inside one at a glance.
        if source.whole(position, end) and not _inside_letters(text, source.starts[position], source.ends[end - 1]):
            span = Span(source.starts[position], source.ends[end - 1])
            if not splits_word(text, span.start) and not splits_word(text, span.end):
                yield span
        position = source.text.find(wanted, position + 1)


def _inside_letters(text: str, start: int, end: int) -> bool:
    """Whether a letter or digit goes right on at one of the ends."""
    return (start > 0 and text[start].isalnum() and text[start - 1].isalnum()) or (
        end < len(text) and text[end - 1].isalnum() and text[end].isalnum()
    )


def pieces(quotation: str) -> list[str]:
    """Split a quotation at its marked omissions ("a … b"); brackets around a changed capital ("[W]e") are taken off."""
    parts = _GAP.split(_RECAPITALISED.sub(r"\1", quotation))
    return [part for part in parts if any(character.isalnum() for character in part)]


def find(quotation: str, text: str, *, within: Sequence[Span | Turn] = ()) -> list[Span]:
    """Find `quotation` in `text`: one slice, or one for each piece of "a … b" in order; empty where it is not there.

    The words must be the same; typography may differ. With `within` (the turns of a briefing) all the pieces must lie
    in one of these slices. Of several places the first is given; of several arrangements of pieces the tightest.
    """
    wording = _RECAPITALISED.sub(r"\1", quotation)
    parts = pieces(quotation)
    limits = [(limit.start, limit.end) for limit in within] or [(0, len(text))]
    # A leading or trailing ellipsis only says that the sentence went on, but it may also be the speaker's own.
    for whole in [wording, *parts] if len(parts) == 1 else [wording]:
        for span in occurrences(whole, text):
            if any(start <= span.start and span.end <= end for start, end in limits):
                return [span]
    if len(parts) < 2:
        return []
    places = [list(occurrences(part, text)) for part in parts]
    words = [len(part.split()) for part in parts]
    best: list[Span] = []
    for start, end in limits:
        kept = [[span for span in spans if start <= span.start and span.end <= end] for spans in places]
        found = _tightest(kept, words)
        if found and (not best or found[-1].end - found[0].start < best[-1].end - best[0].start):
            best = found
    return best


def _tightest(places: list[list[Span]], words: list[int]) -> list[Span]:
    """Choose one place for each piece, in order and without overlap, so that the whole is shortest."""
    best: list[Span] = []
    starts = [[span.start for span in spans] for spans in places]
    for first in places[0]:
        chain = [first]
        for index in range(1, len(places)):
            following = bisect_left(starts[index], chain[-1].end)
            if following == len(places[index]):
                break
            chain.append(places[index][following])
        if len(chain) < len(places) or not _near_enough(chain, words):
            continue
        if not best or chain[-1].end - chain[0].start < best[-1].end - best[0].start:
            best = chain
    return best


def _near_enough(chain: list[Span], words: list[int]) -> bool:
    for index in range(1, len(chain)):
        short = min(words[index - 1], words[index]) < _SHORT_PIECE_WORDS
        if short and chain[index].start - chain[index - 1].end > _SHORT_PIECE_REACH:
            return False
    return True


def verify(citation: Citation, briefing: Briefing) -> bool:
    """Say whether a citation's quote is the slice of the briefing that it points at."""
    return (
        citation.briefing_id == briefing.id
        and 0 <= citation.start < citation.end <= len(briefing.text)
        and briefing.text[citation.start : citation.end] == citation.quote
    )


def turn_at(briefing: Briefing, start: int, end: int | None = None) -> int | None:
    """Give the position in `briefing.turns` of the turn that holds the slice, or None where no single one does.

    Without `end` the slice is the one character at `start`.
    """
    index = bisect_right(briefing.turns, start, key=lambda turn: turn.start) - 1
    return index if index >= 0 and (start + 1 if end is None else end) <= briefing.turns[index].end else None


class Slice(Protocol):
    """Anything that stands in a text: `text[start:end]`."""

    @property
    def start(self) -> int:
        """Where it begins."""

    @property
    def end(self) -> int:
        """Behind its last character."""


def overlap(one: Slice, other: Slice) -> bool:
    """Whether two slices of one text have a character in common."""
    return one.start < other.end and other.start < one.end


def reported_at(briefing: Briefing, start: int, end: int) -> Reported | None:
    """Give the quotation of somebody's words, inside other text, that holds the whole slice."""
    return next((words for words in briefing.reported if words.start <= start and end <= words.end), None)


def second_at(briefing: Briefing, offset: int) -> float | None:
    """Give the second of the recording for a place in the text, where the briefing has timecodes.

    It is that of the last timecode at or before the place and in its turn, else that of the turn.
    """
    place = turn_at(briefing, offset)
    turn = None if place is None else briefing.turns[place]
    position = bisect_right(briefing.timecodes, offset, key=lambda code: code[0])
    if position and (turn is None or briefing.timecodes[position - 1][0] >= turn.start):
        return briefing.timecodes[position - 1][1]
    return turn.seconds if turn else None


def media_at(briefing: Briefing, offset: int | None = None) -> str | None:
    """Give the address of the recording, opening at the second of a place in the text; None where none is known.

    The second is a media fragment (https://www.w3.org/TR/media-frags/), which browsers heed in what they play.
    """
    address = briefing.media
    if address is None or not address.startswith(("http://", "https://")):
        return None
    second = None if offset is None else second_at(briefing, offset)
    base, _, fragment = address.partition("#")
    # Another fragment than a time is a part of how a site finds its page.
    return address if second is None or (fragment and not fragment.startswith("t=")) else f"{base}#t={int(second)}"


def place_at(briefing: Briefing, offset: int) -> tuple[int | None, int | None]:
    """Give the page of a place in the text and the number printed beside its line, where the briefing has them."""
    page = bisect_right(briefing.pages, offset, key=lambda entry: entry[0])
    line = bisect_right(briefing.lines, offset, key=lambda entry: entry[0])
    if not page:
        return None, None
    begins, number = briefing.pages[page - 1]
    return number, briefing.lines[line - 1][1] if line and briefing.lines[line - 1][0] >= begins else None


def cite(
    number: int, briefing: Briefing, start: int, end: int, *, language: str | None = None, passage_id: int = 0
) -> Citation:
    """Make the citation of `briefing.text[start:end]`, with the speaker of the turn or of the reported words there.

    `language` is that of the words, where it may be another than the briefing's; `passage_id` that of their passage.
    Raises ValueError where there is no such slice.
    """
    if not 0 <= start < end <= len(briefing.text):
        raise ValueError(f"{start}:{end} is no slice of {briefing.id}, which has {len(briefing.text)} characters")
    index = turn_at(briefing, start, end)
    turn = briefing.turns[index] if index is not None else None
    speaker, role = (turn.speaker, turn.role) if turn else (None, None)
    kind: Kind = "report" if briefing.kind == "report" else turn.kind if turn else "statement"
    inferred = bool(turn and turn.inferred)
    page, line = place_at(briefing, start)
    inner = reported_at(briefing, start, end)
    if inner is not None:
        # Words that somebody quotes are theirs whom he quotes; that is our reading of the sentence.
        speaker, role, kind, inferred = inner.speaker, inner.role, "reported", True
    return Citation(
        number=number,
        briefing_id=briefing.id,
        title=briefing.title,
        date=briefing.date,
        url=briefing.url,
        file=briefing.file,
        speaker=speaker,
        role=role,
        kind=kind,
        start=start,
        end=end,
        quote=briefing.text[start:end],
        outlet=turn.outlet if turn and inner is None else None,
        language=language or briefing.language,
        passage_id=passage_id,
        inferred=inferred,
        seconds=second_at(briefing, start),
        page=page,
        line=line,
        heard=briefing.kind == "recording",
        media=media_at(briefing, start),
    )
