"""How wording lies in a text: where the same words stand, the nearest place of others and what differs word by word."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from onrecord.rag.languages import language
from onrecord.rag.languages.numerals import decimal_sign
from onrecord.rag.text.figures import FIGURE, number
from onrecord.rag.text.quotes import DASHES, INVISIBLE, QUOTES, fold_typography
from onrecord.rag.types import Span

ChangeKind = Literal["same", "changed", "added", "left_out"]

_WORD = re.compile(rf"(?P<figure>{FIGURE})|[^\W_]+(?:['’ʼ‑-][^\W_]+)*")
# Signs between words that say something themselves, such as "%", "€" and "?"; and a hyphen that is a minus.
_PUNCTUATION = ".,;:!…()[]{}*_¿¡•·" + QUOTES + DASHES
_SIGN = re.compile(rf"[<>]=|(?<!\S)[-−–](?=\d)|[^\w\s{INVISIBLE}{re.escape(_PUNCTUATION)}]")
_WRITTEN_AS = {">=": "≥", "<=": "≤", "−": "-", "–": "-"}
# Costs of the alignment, in tenths of a word that carries meaning: function words tell little about whether two
# sentences are the same one, and another ending of the same stem is half a change.
_CONTENT = 10
_FUNCTION = 4
_SAME_STEM = 5
# Stands between two texts: nothing may be aligned across it.
_BORDER = 10_000


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch of an alignment: the words of the quotation and the words of the source that answer to them.

    `same`: equal but for typography; `changed`: other words; `added`: only in the quotation; `left_out`: only in the
    source.
    """

    kind: ChangeKind
    quoted: str
    source: str


@dataclass(frozen=True, slots=True)
class Near:
    """The place in `texts[index]` that is worded most like a quotation.

    `similarity` is 1 for the same words and 0 for none in common, function words counting less than others. `evidence`
    is what the words kept weigh, less what the changes cost, in words of meaning: as for any local alignment (Karlin
    and Altschul 1990), it falls below 0 where chance alone would do as well, and grows with every further word kept.
    """

    index: int
    span: Span
    similarity: float
    evidence: float
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class KeptWords:
    """Words of a quotation (`quoted`, a slice of it) that stand together in `texts[index]` at `span`."""

    quoted: Span
    index: int
    span: Span
    words: int


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of a text, folded, where they stand, and the signs (with their places) before each and at the end."""

    folded: tuple[str, ...]
    spans: tuple[Span, ...]
    signs: tuple[tuple[tuple[str, Span], ...], ...]


@lru_cache(maxsize=512)
def _words(text: str, languages: tuple[str, ...]) -> _Words:
    """The words of a text; a figure counts by its number, written as in the first of the languages."""
    decimal = decimal_sign(languages[0])
    matches = list(_WORD.finditer(text))
    edges = [0, *(edge for match in matches for edge in match.span()), len(text)]
    gaps = zip(edges[::2], edges[1::2], strict=True)
    return _Words(
        tuple(number(match[0], decimal) if match["figure"] else fold_typography(match[0]) for match in matches),
        tuple(Span(*match.span()) for match in matches),
        tuple(
            tuple((_WRITTEN_AS.get(sign[0], sign[0]), Span(*sign.span())) for sign in _SIGN.finditer(text, *gap))
            for gap in gaps
        ),
    )


@lru_cache(maxsize=65536)
def _weight(word: str, languages: tuple[str, ...]) -> int:
    # A word that one of the languages uses as grammar is grammar here: quotations mix languages.
    return _CONTENT if all(language(code).query_terms(word) for code in languages) else _FUNCTION


@lru_cache(maxsize=65536)
def _stems(word: str, languages: tuple[str, ...]) -> frozenset[str]:
    return frozenset(term for code in languages for term in language(code).query_terms(word)) or frozenset((word,))


def same_words(quotation: str, text: str, *, languages: tuple[str, ...]) -> Iterator[Span]:
    """Yield every place where the words of a quotation stand together in a text.

    Their signs ("%", "€", "?") and numbers must be the same. Punctuation, quotation marks and the grouping of digits
    make no difference.

    Args:
        quotation: the words looked for.
        text: where they are looked for.
        languages: codes of the languages that both may be in, the quotation's own first.
    """
    wanted, source = _words(quotation, languages), _words(text, languages)
    length = len(wanted.folded)
    for place in range(len(source.folded) - length + 1) if length else ():
        if source.folded[place : place + length] != wanted.folded:
            continue
        before, after = source.signs[place], source.signs[place + length]
        leading, trailing = _plain(wanted.signs[0]), _plain(wanted.signs[-1])
        inside = map(_plain, source.signs[place + 1 : place + length])
        if (
            tuple(inside) == tuple(map(_plain, wanted.signs[1:-1]))
            and _plain(before[len(before) - len(leading) :]) == leading
            and _plain(after[: len(trailing)]) == trailing
        ):
            start = before[-len(leading)][1].start if leading else source.spans[place].start
            end = after[len(trailing) - 1][1].end if trailing else source.spans[place + length - 1].end
            yield Span(start, end)


def _plain(signs: Sequence[tuple[str, Span]]) -> tuple[str, ...]:
    return tuple(sign for sign, _ in signs)


def nearest(quotation: str, texts: Sequence[str], *, languages: tuple[str, ...]) -> Near | None:
    """Find the slice of one of `texts` whose words are nearest to the quotation's; None where no word is shared.

    `languages` are the codes of those that quotation and texts may be in, the quotation's own first. A weighted edit
    distance over words with free ends in the text (Sellers 1980), exact, in time and memory proportional to the words
    of the quotation times the words of the texts.
    """
    wanted = _words(quotation, languages)
    sources = [_words(text, languages) for text in texts]
    owners = [index for index, source in enumerate(sources) for _ in (*source.folded, None)]
    if not wanted.folded or not set(wanted.folded) & {word for source in sources for word in source.folded}:
        return None
    stream: list[str | None] = [word for source in sources for word in (*source.folded, None)]
    table = _distances(wanted.folded, stream, languages)
    end = int(np.argmin(table[-1]))
    # A last word that was changed costs as much as one that was added: it is shown beside the word it stands for.
    last = stream[end] if end < len(stream) else None
    if last is not None and table[-1, end + 1] == table[-1, end] == table[-2, end] + _substitution(
        wanted.folded[-1], last, languages
    ):
        end += 1
    pairs = _traced(table, wanted.folded, stream, end, languages)
    used = [column for _, column in pairs if column is not None]
    if not used:
        return None
    offsets = np.cumsum([0, *(len(source.folded) + 1 for source in sources)])
    index = owners[used[0]]
    source, first = sources[index], int(offsets[index])
    local = [(row, None if column is None else column - first) for row, column in pairs]
    total = sum(_weight(word, languages) for word in wanted.folded)
    kept = sum(
        _weight(wanted.folded[row], languages)
        for row, column in local
        if row is not None and column is not None and wanted.folded[row] == source.folded[column]
    )
    cost = float(table[-1, end])
    return Near(
        index=index,
        span=Span(source.spans[used[0] - first].start, source.spans[used[-1] - first].end),
        similarity=max(0.0, 1 - cost / total),
        evidence=(kept - cost) / _CONTENT,
        changes=_changes(quotation, wanted, texts[index], source, local),
    )


def _distances(wanted: Sequence[str], stream: Sequence[str | None], languages: tuple[str, ...]) -> NDArray[np.int32]:
    """The table of edit distances, (words + 1, stream + 1)."""
    insertions = np.array([_BORDER if word is None else _weight(word, languages) for word in stream], dtype=np.int32)
    skipped = np.concatenate(([0], np.cumsum(insertions, dtype=np.int64))).astype(np.int64)
    places: dict[str | None, list[int]] = defaultdict(list)
    for position, word in enumerate(stream):
        places[word].append(position)
    kinds = [word for word in places if word is not None]
    stems: dict[str, list[str]] = defaultdict(list)
    for word in kinds:
        for stem in _stems(word, languages):
            stems[stem].append(word)
    table = np.zeros((len(wanted) + 1, len(stream) + 1), dtype=np.int32)
    for row, word in enumerate(wanted, start=1):
        weight = _weight(word, languages)
        substitution = np.maximum(insertions, weight)
        for akin in {other for stem in _stems(word, languages) for other in stems.get(stem, ())}:
            substitution[places[akin]] = min(_SAME_STEM, weight)
        substitution[places.get(word, [])] = 0
        above = table[row - 1].astype(np.int64)
        best = above + weight
        best[1:] = np.minimum(best[1:], above[:-1] + substitution)
        # Skipping words of the text: the cheapest start to the left plus what lies between, in one pass.
        table[row] = np.minimum.accumulate(best - skipped) + skipped
    return table


def _substitution(word: str, other: str, languages: tuple[str, ...]) -> int:
    if word == other:
        return 0
    akin = not _stems(word, languages).isdisjoint(_stems(other, languages))
    weight = _weight(word, languages)
    return min(_SAME_STEM, weight) if akin else max(weight, _weight(other, languages))


def _traced(
    table: NDArray[np.int32],
    wanted: Sequence[str],
    stream: Sequence[str | None],
    end: int,
    languages: tuple[str, ...],
) -> list[tuple[int | None, int | None]]:
    """The pairs (word of the quotation, word of the stream) of the best alignment; None where one has no partner."""
    pairs: list[tuple[int | None, int | None]] = []
    row, column = len(wanted), end
    while row > 0:
        here = int(table[row, column])
        word = wanted[row - 1]
        other = stream[column - 1] if column else None
        if other is not None and here == int(table[row - 1, column - 1]) + _substitution(word, other, languages):
            row, column = row - 1, column - 1
            pairs.append((row, column))
        elif here == int(table[row - 1, column]) + _weight(word, languages):
            row -= 1
            pairs.append((row, None))
        else:
            column -= 1
            pairs.append((None, column))
    pairs.reverse()
    return pairs


def _changes(
    quotation: str, wanted: _Words, text: str, source: _Words, pairs: Sequence[tuple[int | None, int | None]]
) -> tuple[Change, ...]:
    stretches: list[tuple[bool, list[int], list[int]]] = []
    for row, column in pairs:
        same = row is not None and column is not None and wanted.folded[row] == source.folded[column]
        if not stretches or stretches[-1][0] != same:
            stretches.append((same, [], []))
        stretches[-1][1].extend([] if row is None else [row])
        stretches[-1][2].extend([] if column is None else [column])
    changes = []
    for same, rows, columns in stretches:
        kind: ChangeKind = "same" if same else "changed" if rows and columns else "added" if rows else "left_out"
        changes.append(Change(kind, _slice(quotation, wanted, rows), _slice(text, source, columns)))
    return tuple(changes)


def _slice(text: str, words: _Words, positions: Sequence[int]) -> str:
    return text[words.spans[positions[0]].start : words.spans[positions[-1]].end] if positions else ""


def runs(quotation: str, texts: Sequence[str], *, shortest: int, languages: tuple[str, ...]) -> list[KeptWords]:
    """Cut the quotation into the longest runs of words that stand together in one of `texts`, from left to right.

    Words in no run of at least `shortest` words are left out. Of equally long places the one that follows the run
    before is taken. `languages` as in `nearest`.
    """
    wanted = _words(quotation, languages)
    sources = [_words(text, languages) for text in texts]
    index: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for owner, source in enumerate(sources):
        for position, pair in enumerate(zip(source.folded, source.folded[1:], strict=False)):
            index[pair].append((owner, position))
    found: list[KeptWords] = []
    row, previous = 0, (-1, -1)
    while row + shortest <= len(wanted.folded):
        best: tuple[int, bool, int, int] = (0, False, 0, 0)
        for owner, position in index.get((wanted.folded[row], wanted.folded[row + 1]), ()):
            words = sources[owner].folded
            length = 2
            while (
                row + length < len(wanted.folded)
                and position + length < len(words)
                and wanted.folded[row + length] == words[position + length]
            ):
                length += 1
            follows = owner == previous[0] and position >= previous[1]
            if (length, follows) > best[:2]:
                best = (length, follows, owner, position)
        length, _, owner, position = best
        if length < shortest:
            row += 1
            continue
        spans = sources[owner].spans
        found.append(
            KeptWords(
                Span(wanted.spans[row].start, wanted.spans[row + length - 1].end),
                owner,
                Span(spans[position].start, spans[position + length - 1].end),
                length,
            )
        )
        row, previous = row + length, (owner, position + length)
    return found


def word_count(text: str) -> int:
    """Count the words of a text as the alignment does."""
    return sum(1 for _ in _WORD.finditer(text))
