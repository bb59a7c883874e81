"""Whose words the quotations in news prose are (pure).

A quotation is given to whoever the sentence around it says speaks. Where that is nobody with a name or an office, as
in "Critics called it “…”", it is nobody's: never the last person's named.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from onrecord.rag.languages import language
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.text.quotations import Quotation, blanked, quotations
from onrecord.rag.transcript.mentions import NOBODY, Mentions, Voice
from onrecord.rag.transcript.sources import Clause, Source
from onrecord.rag.types import Reported, Span

# Shorter quotations are names and words held at arm's length, not speech; in a speech, shorter than the second.
_LEAST_WORDS, _AT_LENGTH = 3, 8
_MARKS = '"“”„«»‘'
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
    return tuple(
        Reported(quoted.words.start, quoted.words.end, quoted.voice.name, quoted.voice.role)
        for quoted in _Reader(text, vocabulary).paragraphs(spans)
        if len(text[quoted.words.start : quoted.words.end].split()) >= _LEAST_WORDS
        and not (quoted.led and quoted.voice == NOBODY)
    )


def quoted_in_speech(text: str, spans: Sequence[Span], vocabulary: Vocabulary) -> tuple[Reported, ...]:
    """Find what somebody quotes at length in a speech, and from whom.

    Args:
        text: the briefing's text.
        spans: the paragraphs of one turn, in order.
        vocabulary: how the text writes its words, in which languages.

    Returns:
        as for `reported_in`, the words that the speaker says another one said; not what is said by "I" or "we".
    """
    speech = "\n".join(text[span.start : span.end] for span in spans)
    if not _may_quote(speech, vocabulary):
        return ()
    return tuple(
        Reported(quoted.words.start, quoted.words.end, quoted.voice.name, quoted.voice.role)
        for quoted in _Reader(text, vocabulary).paragraphs(spans)
        if quoted.told and (quoted.led or len(text[quoted.words.start : quoted.words.end].split()) >= _AT_LENGTH)
    )


def _may_quote(speech: str, vocabulary: Vocabulary) -> bool:
    """Whether a speech may quote somebody: only then is it worth reading for it."""
    return (":\n" in speech or any(mark in speech for mark in _MARKS)) and bool(
        vocabulary.words.news.attribution.search(speech)
    )


def _may_be_quoted(paragraph: str) -> bool:
    return len(paragraph.split()) >= _LEAST_WORDS and paragraph.endswith(_ENDS) and not _POINT.match(paragraph)


@dataclass(frozen=True, slots=True)
class _Quoted:
    """Quoted words; `told` says that a sentence tells that another one speaks, `led` that they stand without marks."""

    words: Span
    voice: Voice
    told: bool
    led: bool = False


class _Reader:
    """Reads prose paragraph by paragraph, and knows who was spoken of and who spoke last."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self._text = text
        self._words = vocabulary.words
        self._mentions = Mentions(vocabulary)
        self._subject: Voice | None = None
        self._last = NOBODY
        self._told = False
        self._leads = False

    def paragraphs(self, spans: Sequence[Span]) -> Iterator[_Quoted]:
        """The quotations of some paragraphs with their speakers."""
        marked = list(quotations(self._text, spans))
        starts = [quotation.start for quotation in marked]
        for span in spans:
            inside = marked[bisect_left(starts, span.start) : bisect_left(starts, span.end)]
            if self._leads and not inside and _may_be_quoted(self._text[span.start : span.end]):
                yield _Quoted(span, self._last, self._told, led=True)
                self._leads = False
            else:
                yield from self._paragraph(span, inside)

    def _paragraph(self, span: Span, marked: Sequence[Quotation]) -> Iterator[_Quoted]:
        paragraph = self._text[span.start : span.end]
        marks = [Span(each.start - span.start, each.end - span.start) for each in marked]
        prose = blanked(paragraph, marks)
        mentions = self._mentions.in_prose(prose)
        self._leads = False
        starts, named = [mark.start for mark in marks], [mention.start for mention in mentions]
        for start, end in _sentences(paragraph, marks, self._words.code):
            people = mentions[bisect_left(named, start) : bisect_left(named, end)]
            clause = Clause(prose, start, end, people, self._words)
            inside = range(bisect_left(starts, start), bisect_left(starts, end))
            self._meet(clause.subject())
            first = True
            for number in inside:
                if not marked[number].goes_on:
                    self._hear(clause, marks, number, first=first)
                first = False
                yield _Quoted(marked[number].inner, self._last, self._told)
            if not inside:
                self._go_on(clause)

    def _hear(self, clause: Clause, marks: Sequence[Span], number: int, *, first: bool) -> None:
        """Find out whose words a quotation in a sentence is; `first` says that none stands before it there."""
        mark = marks[number]
        floor = max(clause.start, marks[number - 1].end if number else 0)
        ceiling = min(clause.end, marks[number + 1].start if number + 1 < len(marks) else clause.end)
        left = any(character.isalpha() for character in clause.prose[floor : mark.start])
        said = clause.agent(mark.end, ceiling)
        if said is None and left:
            said = clause.before(floor, mark.start)
        if said is None:
            said = clause.after(mark.end, ceiling)
        if said is not None:
            self._last, self._told = self._meet(said), not said.own and clause.tells(floor, ceiling)
        elif first and any(character.isalpha() for character in clause.prose[clause.start : clause.end]):
            self._last, self._told = NOBODY, False
        # A sentence that is all quotation goes on where the one before it stopped, and so does a second quotation.

    def _go_on(self, clause: Clause) -> None:
        """Take in a sentence without quotations: who speaks in it goes on in the quotation that follows."""
        said = clause.before(clause.start, clause.end)
        self._last = self._meet(said or clause.subject() or Source())
        self._told = said is not None and not said.own
        self._leads = self._told and clause.leads_up(named=self._last != NOBODY)

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


def _sentences(paragraph: str, marks: Sequence[Span], code: str) -> list[tuple[int, int]]:
    """The paragraph's sentences, none of them ending inside a quotation that prose goes on after."""
    clauses: list[tuple[int, int]] = []
    start = 0
    ends = [mark.end for mark in marks]
    for sentence in language(code).sentences(paragraph):
        following = bisect_right(ends, sentence.end)
        inside = following < len(marks) and marks[following].start < sentence.end
        if not inside and sentence.end > start:
            clauses.append((start, sentence.end))
            start = sentence.end
    if any(character.isalnum() for character in paragraph[start:]):
        clauses.append((start, len(paragraph)))
    return clauses
