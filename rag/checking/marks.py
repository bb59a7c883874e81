"""Where an article quotes: by its marks, by the dash of a dialogue, without what says inside them who speaks (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.text.quotations import Quotation, quotations
from onrecord.rag.transcript.mentions import NO_MENTION, Mentions
from onrecord.rag.transcript.sources import Clause
from onrecord.rag.types import Span

# What a paragraph ends with.
_TERMINAL = ".!?…:”“»\"'’"
_DIALOGUE = re.compile(r"[—–]\s*(?=\w|[¿¡])")
# Who speaks is said between commas or dashes in so many characters.
_ASIDE = re.compile(r"[^,—–«»“”\"\n]{3,70}(?=[,—–]|$)")
_BEFORE_ASIDE = re.compile(r"[,—–]\s*$")
# Where a quotation may have ended whose last mark is missing.
_STOP = re.compile(r"[,.!?…]+(?=\s)")


def paragraphs_of(text: str) -> Iterator[Span]:
    """Lines, without the blanks around them; in text that is broken by width, the lines between two blank ones."""
    lines = [
        Span(match.start() + len(match[0]) - len(match[0].lstrip()), match.start() + len(match[0].rstrip()))
        for match in re.finditer(r"[^\n]*\S[^\n]*", text)
    ]
    single = [text.count("\n", line.end, after.start) == 1 for line, after in pairwise(lines)]
    runs_on = [near and text[line.end - 1] not in _TERMINAL for near, line in zip(single, lines, strict=False)]
    wrapped = sum(runs_on) * 2 > sum(single)
    start = lines[0].start if lines else 0
    for place, (line, after) in enumerate(pairwise(lines)):
        if not (single if wrapped else runs_on)[place]:
            yield Span(start, line.end)
            start = after.start
    if lines:
        yield Span(start, lines[-1].end)


def marked_in(
    article: str, paragraphs: Sequence[Span], vocabulary: Vocabulary, surnames: frozenset[str]
) -> list[Quotation]:
    """The quotations of an article, in order, cut where it says who speaks inside them.

    Args:
        article: the text.
        paragraphs: its paragraphs in order.
        vocabulary: how it writes its words, in which languages.
        surnames: those (folded) that are known to be names.
    """
    tells = _Attributions(article, vocabulary, surnames)
    marked = list(quotations(article, paragraphs, unclosed=True))
    found: list[Quotation] = []
    for place, one in enumerate(marked):
        goes_on = one.goes_on and bool(found) and not found[-1].closed
        runs_over = place + 1 < len(marked) and marked[place + 1].goes_on
        # An open quotation that says who speaks lacks its mark, whatever comes next.
        end = None if one.closed else tells.attribution(one)
        if end is None and not one.closed and not runs_over:
            end = tells.first_sentence(one)
        if end is not None:
            one = replace(one, end=end, inner=Span(one.inner.start, end), closed=True)
        found += tells.parts(replace(one, goes_on=goes_on), to_the_end=False)
    starts = [one.start for one in marked]
    for span in paragraphs:
        dash = _DIALOGUE.match(article, span.start, span.end)
        if dash and not any(span.start <= start < span.end for start in starts):
            whole = Quotation(span.start, span.end, Span(dash.end(), span.end))
            parts = tells.parts(whole, to_the_end=True)
            found += parts if parts != [whole] else []
    return sorted(found, key=lambda one: one.start)


class _Attributions:
    """Finds where an article says who speaks."""

    def __init__(self, article: str, vocabulary: Vocabulary, surnames: frozenset[str]) -> None:
        self._article = article
        self._vocabulary = vocabulary
        self._surnames = surnames

    def parts(self, whole: Quotation, *, to_the_end: bool) -> list[Quotation]:
        """A quotation without the asides that say who speaks: « Nous allons, a-t-il dit, renforcer… ».

        `to_the_end` says that an aside may be the last of it, as in a dialogue that has no mark at its end.
        """
        parts: list[Quotation] = []
        rest = whole
        for aside in self._vocabulary.words.article.aside.finditer(self._article, whole.inner.start, whole.inner.end):
            before = _BEFORE_ASIDE.search(self._article, rest.inner.start, aside.start())
            said = _ASIDE.match(self._article, aside.start(), whole.inner.end)
            if before is None or said is None or not self._tells(said.start(), said.end()):
                continue
            ends = said.end() == whole.inner.end
            if ends and not to_the_end:
                continue
            parts.append(_cut(self._article, rest, rest.start, before.start(), rest.inner.start))
            after = said.end() if ends else said.end() + 1
            rest = replace(rest, start=after, inner=Span(after, whole.inner.end), goes_on=False)
        if rest is whole:
            return [whole]
        last = _cut(self._article, rest, rest.start, rest.end, rest.inner.start)
        return [*parts, last] if any(map(str.isalnum, self._article[last.inner.start : last.inner.end])) else parts

    def attribution(self, quotation: Quotation) -> int | None:
        """Where a quotation without its last mark ends because the article goes on to say who speaks."""
        for stop in _STOP.finditer(self._article, quotation.inner.start, quotation.end):
            said = _ASIDE.match(self._article, stop.end() + 1, quotation.end)
            if said and self._tells(said.start(), said.end()):
                return stop.end()
        return None

    def first_sentence(self, quotation: Quotation) -> int:
        """Where the first sentence of a quotation ends."""
        inner = self._article[quotation.inner.start : quotation.end]
        return quotation.inner.start + self._vocabulary.words.sentences(inner)[0].end

    def _tells(self, start: int, end: int) -> bool:
        """Whether a stretch of the article says who speaks, and that is somebody."""
        prose = self._article[start:end]
        mentions = Mentions(self._vocabulary, self._surnames).in_prose(prose)
        source = Clause(prose, 0, len(prose), mentions, self._vocabulary.words).after(0, len(prose))
        return source is not None and (source.pronoun or source.voice != NO_MENTION)


def _cut(article: str, whole: Quotation, start: int, end: int, inner: int) -> Quotation:
    """A part of a quotation, without blanks and punctuation at its head."""
    words = article[inner : min(end, whole.inner.end)]
    head = len(words) - len(words.lstrip(" \n\t\u00a0\u202f.,;:—–"))
    return replace(whole, start=start, end=end, inner=Span(inner + head, inner + max(head, len(words.rstrip()))))
