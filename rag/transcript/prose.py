"""Prose that quotes, read in order: who was spoken of, who spoke last, and whose words each quotation is (pure)."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from onrecord.rag.languages import language
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.text.quotations import Quotation, blanked, quotations
from onrecord.rag.transcript.mentions import BROKEN_OFF, NO_MENTION, Mentions, Voice
from onrecord.rag.transcript.sources import Clause, Source
from onrecord.rag.types import Span

LEAST_WORDS = 3
"""Shorter quotations are names and words held at arm's length, not speech."""

# How a paragraph ends that may be somebody's words, and how the points of a list begin, which are not.
_ENDS = (".", "!", "?", "…")
_POINT = re.compile(r"[-–—•*·]|\d+[.)]")
# A sentence of so many words that holds a verb of saying only says who spoke.
_LONGEST_TAG = 4
# Behind the comma inside a quotation stand its last mark and maybe that of one inside it.
_LAST_SIGNS = 3
# Between two parts of one quotation stands who says it, and no end of a sentence.
_INTERRUPTION = re.compile(r"[^!?;:…]*[,—–-]\s*")


@dataclass(frozen=True, slots=True)
class Heard:
    """Quoted words, and whose they are.

    `[start:end]` holds the `words` with their marks. `told` says that a sentence tells that another one speaks, and
    `led` that the words stand without marks, in a paragraph that the one before leads up to. The voice is `inferred`
    where it is a pronoun's or goes on from the quotation before. `resumes` says that the words are one quotation with
    those before, which tell who speaks or end a paragraph in between; `closed` is as in `Quotation`.
    """

    start: int
    end: int
    words: Span
    voice: Voice
    told: bool
    led: bool = False
    inferred: bool = False
    resumes: bool = False
    closed: bool = True


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence that quotes nothing; its places count from the paragraph's `offset` in the text."""

    clause: Clause
    offset: int


class ProseReader:
    """Reads prose paragraph by paragraph, and knows who was spoken of and who spoke last.

    `mentions` are the people named so far, those of the text's vocabulary if none are given.
    """

    def __init__(self, text: str, vocabulary: Vocabulary, mentions: Mentions | None = None) -> None:
        self._text = text
        self._words = vocabulary.words
        self._mentions = mentions or Mentions(vocabulary)
        self._subject: Voice | None = None
        self._last = NO_MENTION
        self._told = False
        self._leads = False

    def paragraphs(self, spans: Sequence[Span], marked: Sequence[Quotation] | None = None) -> Iterator[Heard | Told]:
        """The quotations of some paragraphs with their speakers, and the sentences without any, in order.

        `marked` are the quotations, if they are to be others than marks tell.
        """
        marked = list(quotations(self._text, spans)) if marked is None else marked
        starts = [quotation.start for quotation in marked]
        for span in spans:
            inside = marked[bisect_left(starts, span.start) : bisect_left(starts, span.end)]
            if self._leads and not inside and _may_be_quoted(self._text[span.start : span.end]):
                yield Heard(span.start, span.end, span, self._last, self._told, led=True)
                self._leads = False
            else:
                yield from self._paragraph(span, inside)

    def meet(self, source: Source | None) -> Voice:
        """Whose voice a source is; and who a later pronoun stands for."""
        if source is None:
            return NO_MENTION
        if source.pronoun:
            return self._subject or self._mentions.only() or NO_MENTION
        if source.voice != NO_MENTION:
            self._subject = source.voice
        elif source.unknown:
            self._subject = NO_MENTION
        return source.voice

    def _paragraph(self, span: Span, marked: Sequence[Quotation]) -> Iterator[Heard | Told]:
        paragraph = self._text[span.start : span.end]
        marks = [Span(each.start - span.start, each.end - span.start) for each in marked]
        prose = _blanked(paragraph, marks)
        mentions = self._mentions.in_prose(prose)
        self._leads = False
        starts, named = [mark.start for mark in marks], [mention.start for mention in mentions]
        for start, end in self._with_tags(prose, _sentences(paragraph, marks, self._words.code), starts):
            people = mentions[bisect_left(named, start) : bisect_left(named, end)]
            clause = Clause(prose, start, end, people, self._words)
            inside = range(bisect_left(starts, start), bisect_left(starts, end))
            self.meet(clause.subject())
            for number in inside:
                one, first = marked[number], number == inside[0]
                resumes = one.goes_on or (not first and _interrupted(clause, marks, number))
                inferred = True if one.goes_on else self._hear(clause, marks, number, first=first)
                yield Heard(
                    one.start,
                    one.end,
                    one.inner,
                    self._last,
                    self._told,
                    inferred=inferred,
                    resumes=resumes,
                    closed=one.closed,
                )
            if not inside:
                yield Told(clause, span.start)
                self._go_on(clause)

    def _with_tags(
        self, prose: str, sentences: Sequence[tuple[int, int]], starts: Sequence[int]
    ) -> list[tuple[int, int]]:
        """Sentences, each that only says who spoke the one before as a part of it: "“It is safe.” Brook said.".

        `starts` are the places where quotations begin.
        """
        joined: list[tuple[int, int]] = []
        for start, end in sentences:
            quotes = bool(joined) and not any(map(str.isalpha, prose[joined[-1][0] : joined[-1][1]]))
            alone = bisect_left(starts, start) == bisect_left(starts, end)
            short = alone and len(prose[start:end].split()) <= _LONGEST_TAG
            if quotes and short and self._words.news.attribution.search(prose, start, end):
                joined[-1] = (joined[-1][0], end)
            else:
                joined.append((start, end))
        return joined

    def _hear(self, clause: Clause, marks: Sequence[Span], number: int, *, first: bool) -> bool:
        """Find out whose words a quotation in a sentence is; `first` says that none stands before it there.

        Returns whether that is told by less than a name or an office.
        """
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
            self._last, self._told = self.meet(said), not said.own and clause.tells(floor, ceiling)
        elif first and any(character.isalpha() for character in clause.prose[clause.start : clause.end]):
            self._last, self._told = NO_MENTION, False
        # A sentence that is all quotation goes on where the one before it stopped, and so does a second quotation.
        return said is None or said.pronoun

    def _go_on(self, clause: Clause) -> None:
        """Take in a sentence without quotations: who speaks in it goes on in the quotation that follows."""
        said = clause.before(clause.start, clause.end)
        self._last = self.meet(said or clause.subject() or Source())
        self._told = said is not None and not said.own
        self._leads = self._told and clause.leads_up(named=self._last != NO_MENTION)


def _blanked(paragraph: str, marks: Sequence[Span]) -> str:
    """A paragraph without its quotations, every character in its place; a comma inside says that a sentence goes on."""
    prose = list(blanked(paragraph, marks))
    for mark in marks:
        if "," in paragraph[max(mark.start, mark.end - _LAST_SIGNS) : mark.end]:
            prose[mark.end - 1] = BROKEN_OFF
    return "".join(prose)


def _may_be_quoted(paragraph: str) -> bool:
    return len(paragraph.split()) >= LEAST_WORDS and paragraph.endswith(_ENDS) and not _POINT.match(paragraph)


def _interrupted(clause: Clause, marks: Sequence[Span], number: int) -> bool:
    """Whether what stands between a quotation and the one before it only tells who speaks."""
    start, end = marks[number - 1].end, marks[number].start
    between = _INTERRUPTION.fullmatch(clause.prose, start, end)
    return between is not None and clause.after(start, end) is not None


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
