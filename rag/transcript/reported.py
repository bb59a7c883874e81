"""Whose words the quotations in news prose are (pure).

A quotation is given to whoever the sentence around it says speaks. Where that is nobody with a name or an office, as
in "Critics called it “…”", it is nobody's: never the last person's named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from onrecord.rag.languages import language
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.text.quotations import Quotation, quotations
from onrecord.rag.transcript.mentions import NOBODY, Mentions, Voice
from onrecord.rag.transcript.sources import Clause, Source
from onrecord.rag.types import Reported, Span

# Shorter quotations are names and words held at arm's length, not speech.
_LEAST_WORDS = 3
# How a paragraph ends that may be somebody's words, and how the points of a list begin, which are not.
_ENDS = (".", "!", "?", "…")
_POINT = re.compile(r"[-–—•*·]|\d+[.)]")


def reported_in(text: str, spans: Sequence[Span], vocabulary: Vocabulary) -> tuple[Reported, ...]:
    """Find the quotations in news prose and who said them.

    Args:
        text: the briefing's text.
        spans: its paragraphs of news prose, in order.
        vocabulary: how the text writes its words, in which languages.

    Returns:
        in order, the words inside quotation marks, and paragraphs that the one before leads up to with a colon. The
        speaker is None where nobody is named; the role is then what an unnamed speaker is called, if anything.
    """
    reader = _Reader(text, vocabulary)
    marked = list(quotations(text, spans))
    found: list[Reported] = []
    led: Voice | None = None
    for span in spans:
        inside = [quotation for quotation in marked if span.start <= quotation.start < span.end]
        if led is not None and not inside and _may_be_quoted(text[span.start : span.end]):
            found.append(Reported(span.start, span.end, led.name, led.role))
            led = None
        else:
            found += reader.paragraph(span, inside)
            led = reader.led
    return tuple(found)


def _may_be_quoted(paragraph: str) -> bool:
    return len(paragraph.split()) >= _LEAST_WORDS and paragraph.endswith(_ENDS) and not _POINT.match(paragraph)


class _Reader:
    """Reads news prose paragraph by paragraph, and knows who was spoken of and who spoke last.

    `led` is whose words the paragraph just read leads up to, where it ends in a colon; else None.
    """

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self._text = text
        self._words = vocabulary.words
        self._mentions = Mentions(vocabulary)
        self._subject: Voice | None = None
        self._last = NOBODY
        self.led: Voice | None = None

    def paragraph(self, span: Span, marked: Sequence[Quotation]) -> Iterator[Reported]:
        """The quotations of one paragraph with their speakers."""
        paragraph = self._text[span.start : span.end]
        marks = [Span(each.start - span.start, each.end - span.start) for each in marked]
        prose = _blanked(paragraph, marks)
        mentions = self._mentions.in_prose(prose)
        self.led = None
        for start, end in _sentences(paragraph, marks, self._words.code):
            clause = Clause(prose, start, end, mentions, self._words)
            inside = [number for number, mark in enumerate(marks) if start <= mark.start < end]
            self._meet(clause.subject())
            voice: Voice | None = None
            for number in inside:
                if not marked[number].goes_on:
                    voice = self._voice(clause, marks, number, voice)
                    self._last = voice
                inner = marked[number].inner
                if len(self._text[inner.start : inner.end].split()) >= _LEAST_WORDS:
                    yield Reported(inner.start, inner.end, self._last.name, self._last.role)
            if not inside:
                self._go_on(clause)

    def _voice(self, clause: Clause, marks: Sequence[Span], number: int, before: Voice | None) -> Voice:
        """Whose words a quotation in a sentence is; `before` is the voice of the one before it in the sentence."""
        mark = marks[number]
        floor = max([clause.start, *(other.end for other in marks[:number])])
        ceiling = min([clause.end, *(other.start for other in marks[number + 1 :])])
        left = any(character.isalpha() for character in clause.prose[floor : mark.start])
        said = clause.before(floor, mark.start) if left else None
        if said is None:
            said = clause.after(mark.end, ceiling)
        if said is not None:
            return self._meet(said)
        if before is not None:
            return before
        # A sentence that is all quotation goes on where the one before it stopped.
        alone = not any(character.isalpha() for character in clause.prose[clause.start : clause.end])
        return self._last if alone else NOBODY

    def _go_on(self, clause: Clause) -> None:
        """Take in a sentence without quotations: who speaks in it goes on in the quotation that follows."""
        said = clause.before(clause.start, clause.end)
        self._last = self._meet(said or clause.subject() or Source())
        leads = clause.prose[clause.start : clause.end].rstrip().endswith(":")
        self.led = self._last if said is not None and leads and self._last != NOBODY else None

    def _meet(self, source: Source | None) -> Voice:
        """Whose voice a source is; and who a later pronoun stands for."""
        if source is None:
            return NOBODY
        if source.pronoun:
            return self._subject or self._mentions.only() or NOBODY
        if source.voice != NOBODY:
            self._subject = source.voice
        elif source.unknown:
            self._subject = NOBODY
        return source.voice


def _blanked(paragraph: str, marks: Sequence[Span]) -> str:
    """The paragraph with its quotations blanked out, every character keeping its place."""
    for mark in marks:
        paragraph = paragraph[: mark.start] + " " * (mark.end - mark.start) + paragraph[mark.end :]
    return paragraph


def _sentences(paragraph: str, marks: Sequence[Span], code: str) -> list[tuple[int, int]]:
    """The paragraph's sentences, none of them ending inside a quotation that prose goes on after."""
    clauses: list[tuple[int, int]] = []
    start = 0
    for sentence in language(code).sentences(paragraph):
        inside = any(mark.start < sentence.end < mark.end for mark in marks)
        if not inside and sentence.end > start:
            clauses.append((start, sentence.end))
            start = sentence.end
    if any(character.isalnum() for character in paragraph[start:]):
        clauses.append((start, len(paragraph)))
    return clauses
