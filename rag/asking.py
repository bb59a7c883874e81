"""From a question as it is typed to an answer whose quotes are checked: read, searched for, read in passages, composed.

All of it reads one state of the library: the caller sees to that (`Holdings.of_one_state`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import get_args

from onrecord.embeddings import Encoder
from onrecord.rag.answers.answer import compose
from onrecord.rag.answers.drafting import Draft
from onrecord.rag.answers.unsearched import unsearched
from onrecord.rag.errors import InvalidRequest, OnRecordError
from onrecord.rag.holdings import Holdings, by_words
from onrecord.rag.languages import language
from onrecord.rag.questions.named import on_record
from onrecord.rag.questions.period import Dates, after, dated, resolved
from onrecord.rag.questions.question import (
    OVERVIEWS,
    TO_THE_PROGRAM,
    WHOLE_BRIEFINGS,
    WHOLE_LIBRARY,
    History,
    Question,
    QuestionKind,
    read_question,
)
from onrecord.rag.readers.encoding import whole_characters
from onrecord.rag.readers.metadata import iso_date
from onrecord.rag.reading.finding import Found, find_read, holding
from onrecord.rag.reading.reader import Reader, Reading, read_passages
from onrecord.rag.text.quotes import verify
from onrecord.rag.types import (
    Answer,
    Briefing,
    FilterOptions,
    Filters,
    Hit,
    Kind,
    Part,
    Piece,
    Words,
    each_of,
)

# Passages shown with an answer.
_ANSWER_HITS = 10
# Reading more than this many briefings for one answer would take longer than a second.
_MOST_BRIEFINGS_READ = 300
# No limit on a number of passages.
_ALL = 2**31
# The encoder reads 512 tokens, about 2,000 characters.
_LONGEST_QUESTION = 2000
_LONGEST_ANSWER = 100_000


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer without a language model, with what one may write from.

    `briefings` are those that it may cite, by id; `kind` is that of the question, and `reading` of the sentences that
    may be quoted for it.
    """

    answer: Answer
    kind: QuestionKind
    briefings: Mapping[str, Briefing] = field(default_factory=dict)
    reading: Reading = field(default_factory=Reading)


class Asking:
    """Answers questions from what a library holds; the models are loaded by the first question that needs them."""

    def __init__(self, holdings: Holdings, encoder: Callable[[], Encoder], reader: Callable[[], Reader]) -> None:
        self._holdings = holdings
        self._encoder = encoder
        self._reader = reader

    def search(self, question: str, history: History, k: int, limits: Filters) -> list[Hit]:
        """The k passages nearest to a question among those that pass the filters, best first."""
        return list(self._find(self._read(question, history), k, limits).hits)

    def answer(self, question: str, history: History, limits: Filters, *, any_date: bool) -> Answered:
        """The answer without a language model."""
        asked = self._read(question, history)
        if asked.kind in TO_THE_PROGRAM:
            held = set(self._holdings.briefing_ids(limits))
            answer = unsearched(asked, [one for one in self._holdings.summaries() if one.id in held])
            return Answered(answer, asked.kind)
        dates = None if any_date else self._dates(asked, limits)
        answered = self._answered(asked, dated(limits, dates) if dates else limits)
        if dates and answered.answer.status == "not_found" and not asked.of_its_time:
            # The date may be a part of what is asked about.
            dates, answered = None, self._answered(asked, limits)
        if dates:
            answer = replace(answered.answer, since=dates.since, until=dates.until)
            answered = replace(answered, answer=answer)
        return answered

    def in_full(self, answer: Answer) -> Answer:
        """The overview that an answer is a page of, with all lines of its briefing; any other answer as it is."""
        cited = {citation.briefing_id for citation in answer.citations}
        asked = self._read(answer.standalone_question or answer.question, ())
        if asked.kind not in OVERVIEWS or len(cited) != 1:
            return answer
        whole = self._answered(replace(asked, page=0), Filters(briefing=cited.pop())).answer
        # Another answer than an overview may have been given to the question; a shorter list is not the rest of it.
        if len(whole.citations) <= len(answer.citations):
            return answer
        return _in_parts_of(whole, answer)

    def _dates(self, question: Question, filters: Filters) -> Dates | None:
        """The dates of briefings that a question limits its answer to."""
        if question.since_said:
            said = holding(self._holdings, replace(question, sought=question.since_said), filters)
            known = [self._holdings.briefing(hit.passage.briefing_id).date for hit in said]
            return after(max(filter(None, known), default=None))
        if question.period is None:
            return None
        known = [one.date for one in self._holdings.summaries()]
        return resolved(question.period, [date for date in known if date], certain=question.only_time)

    def _answered(self, asked: Question, limits: Filters) -> Answered:
        """The answer without a language model, its quotes checked."""
        started = time.perf_counter()
        found = self._find(asked, _ANSWER_HITS, limits)
        searched = time.perf_counter()
        briefings = self._sources(asked, found, limits)
        passing = self._holdings.passing(limits)
        draft = Draft(
            asked,
            found.hits,
            briefings,
            (passing.briefings, passing.passages),
            found.reading,
            partial(read_passages, self._reader(), sources=briefings),
            limits,
            frozenset(self._holdings.called(limits.speaker)) if limits.speaker else None,
            found.subject,
        )
        answer = compose(draft)
        require_verified(answer, briefings)
        seconds = {"search": searched - started, "answer": time.perf_counter() - searched}
        answer = replace(answer, seconds=seconds, undated=passing.undated)
        return Answered(answer, asked.kind, briefings, draft.quotable)

    def _read(self, question: str, history: History) -> Question:
        """The question, read once for all that follows; raises InvalidRequest where there is none."""
        # No question was longer, and what a follow-up leans on stands in the beginning of an answer.
        said = [
            (whole_characters(asked[:_LONGEST_QUESTION]), whole_characters(answered[:_LONGEST_ANSWER]))
            for asked, answered in history
        ]
        return read_question(_checked(question), said, on_record(*self._holdings.on_record()))

    def _find(self, question: Question, k: int, filters: Filters) -> Found:
        return find_read(self._holdings, self._encoder(), self._reader(), question, k, filters)

    def _sources(self, question: Question, found: Found, filters: Filters) -> dict[str, Briefing]:
        """The briefings an answer may need: those of the hits, or all, for a question that lists or counts.

        In a large library "all" is narrowed to those in which the people named speak, for a question about whole
        briefings, or else to those that hold a word of the question.
        """
        sources = dict(found.sources)
        if question.kind in WHOLE_LIBRARY:
            everything = self._holdings.briefing_ids(filters)
            large = len(everything) > _MOST_BRIEFINGS_READ
            if large and question.kind in WHOLE_BRIEFINGS and question.people:
                limits = [replace(filters, speaker=filters.speaker or name) for name in question.people]
                everything = list(dict.fromkeys(id_ for each in limits for id_ in self._holdings.briefing_ids(each)))
            elif large and question.kind not in WHOLE_BRIEFINGS:
                terms = language(question.language).query_terms(question.subject or question.text)
                holding = by_words(self._holdings.candidates(None, dict.fromkeys(terms, 1.0), filters, _ALL), _ALL)
                held = self._holdings.held(one.id for one in holding)
                everything = list(dict.fromkeys(one.passage.briefing_id for one in held.values()))
            missing = [briefing_id for briefing_id in everything if briefing_id not in sources]
            sources |= {briefing_id: self._holdings.briefing(briefing_id) for briefing_id in missing}
        return sources


def _in_parts_of(whole: Answer, answer: Answer) -> Answer:
    """An answer with the parts of a fuller one; what was written beside it goes on pointing at the same slices."""
    citations = list(whole.citations)
    places = {(one.briefing_id, one.start, one.end): one.number for one in citations}
    moved: dict[int, int] = {}
    pieces = [piece for part in (answer.written.parts if answer.written else ()) for piece in part.pieces]
    wanted = {number for piece in pieces if not isinstance(piece, Words) for number in piece.citations}
    for one in answer.citations:
        place = (one.briefing_id, one.start, one.end)
        if one.number in wanted and place not in places:
            places[place] = len(citations) + 1
            citations.append(replace(one, number=places[place]))
        moved[one.number] = places.get(place, 0)
    return replace(
        answer,
        parts=whole.parts,
        citations=tuple(citations),
        written=answer.written and replace(answer.written, parts=_renumbered(answer.written.parts, moved)),
    )


def _renumbered(parts: Iterable[Part], numbers: Mapping[int, int]) -> tuple[Part, ...]:
    def piece_of(piece: Piece) -> Piece:
        if isinstance(piece, Words):
            return piece
        return replace(piece, citations=tuple(numbers[number] for number in piece.citations))

    return tuple(replace(part, pieces=tuple(map(piece_of, part.pieces))) for part in parts)


def _checked(question: str) -> str:
    words = " ".join(whole_characters(question).split())
    if not words:
        raise InvalidRequest("The question is empty. Ask in words, as in 'What was said about the budget?'.")
    if len(words) > _LONGEST_QUESTION:
        raise InvalidRequest(
            f"The question has {len(words)} characters; {_LONGEST_QUESTION} are the most. Ask it more briefly."
        )
    return words


def filters_of(options: FilterOptions) -> Filters:
    """The filters of the options given; raises InvalidRequest for one that cannot be."""
    given = {name: _texts(name, value) for name, value in options.items() if value is not None}
    filters = Filters(**given)  # type: ignore[arg-type]  # the kind is checked below
    for name in ("since", "until"):
        value = getattr(filters, name)
        if value is not None and iso_date(value) != value:
            raise InvalidRequest(f"{name} {value!r} is not a date. Write 2026-02-12, 2026-02 or 2026.")
    for kind in each_of(filters.kind) or ():
        if kind not in get_args(Kind):
            raise InvalidRequest(f"kind {kind!r} is not known. Use one of {', '.join(get_args(Kind))}.")
    return filters


def _texts(name: str, value: object) -> str | tuple[str, ...]:
    """A filter as given: a text, or several in a list; raises InvalidRequest."""
    if isinstance(value, str):
        return whole_characters(value)
    several = name not in ("since", "until")
    if not (several and isinstance(value, list | tuple) and all(isinstance(one, str) for one in value)):
        raise InvalidRequest(f"{name} {value!r} is no text. Write it in quotation marks.")
    if not value:
        raise InvalidRequest(
            f"{name} is an empty list, which nothing would pass. Leave it out, or write what may pass."
        )
    # The same limit is one value, however it is given.
    texts = tuple(dict.fromkeys(map(whole_characters, value)))
    return texts[0] if len(texts) == 1 else texts


def require_verified(answer: Answer, briefings: Mapping[str, Briefing]) -> None:
    """Raise unless every quote is the slice it claims to be: an answer that fails must not reach anyone."""
    for citation in answer.citations:
        if not verify(citation, briefings[citation.briefing_id]):
            raise OnRecordError(
                f"Citation [{citation.number}] is not the text of {citation.title}; the answer was withheld. "
                "Run `onrecord verify`, and report this."
            )
