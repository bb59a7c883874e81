"""Questions that the library has been seen to answer, to suggest as the next ones."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice

from onrecord.rag import Answer, Briefing, Exchange, FilterOptions, Library, OnRecordError
from onrecord.ui.chat import filter_options
from onrecord.ui.conversations import Asked
from onrecord.ui.loading import ModelLoading
from onrecord.ui.places import Places
from onrecord.ui.text import preferred_language, words

_SHOWN = 3
# Each candidate costs a search; after so many misses the reader is better served without suggestions.
_TRIED = 5
# Somebody who waits this long for others to be answered has other worries than suggestions.
_PATIENCE_SECONDS = 30.0
# So many wait for suggestions at once; each of them holds a thread that others need.
_MOST_PATIENT = 8


class Suggestions:
    """Tries questions while nobody waits for an answer; those for the start are tried once for a library."""

    def __init__(self, library: Library, loading: ModelLoading, places: Places) -> None:
        self._library = library
        self._loading = loading
        self._places = places
        self._at_start: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
        self._trying = threading.Lock()
        self._patient = threading.BoundedSemaphore(_MOST_PATIENT)

    def at_start(self, language: str) -> tuple[str, ...]:
        """Up to three questions about the briefings added last, each tried and answered."""
        language = preferred_language(language, None)
        with self._patience() as patient:
            if not patient or self._loading.wait(_PATIENCE_SECONDS).state != "ready":
                return ()
            newest = tuple(summary.id for summary in self._library.summaries()[::-1])
            # Whoever comes while they are being tried waits for them instead of trying the same.
            with self._trying:
                known = self._at_start.get(language)
                if known and known[0] == newest:
                    return known[1]
                found = self._answered(_first(self._library, newest, language), set(), FilterOptions())
                if found:
                    self._at_start[language] = (newest, found)
                return found

    def after(self, conversation: Sequence[Asked]) -> tuple[str, ...]:
        """Up to three questions of those nearest to the last answer, each tried and answered."""
        last = conversation[-1]
        past = {asked.question.casefold() for asked in conversation}
        with self._patience() as patient:
            if not patient or last.answer is None:
                return ()
            return self._answered(_next(self._library, last.answer), past, filter_options(last.filters))

    @contextmanager
    def _patience(self) -> Iterator[bool]:
        """Whether one more may wait for suggestions, in this block."""
        patient = self._patient.acquire(blocking=False)
        try:
            yield patient
        finally:
            if patient:
                self._patient.release()

    def _answered(self, candidates: Iterator[str], past: set[str], options: FilterOptions) -> tuple[str, ...]:
        found: list[str] = []
        fresh = (question for question in dict.fromkeys(candidates) if question.casefold() not in past)
        try:
            for question in islice(fresh, _TRIED):
                if not self._places.quiet(_PATIENCE_SECONDS):
                    break
                with self._places.taken(question):
                    answered = self._library.ask(question, **options).status == "answered"
                if answered:
                    found.append(question)
                if len(found) == _SHOWN:
                    break
        except OnRecordError:
            # A suggestion is an offer: where none can be made, none is.
            return ()
        return tuple(found)


def _first(library: Library, newest: Sequence[str], language: str) -> Iterator[str]:
    """What the newest briefing is about, then who asked in it and in the next ones."""
    for briefing_id in newest[:1]:
        title = library.briefing(briefing_id).title
        yield words(language)["what_discussed"].format(title=title)
    for briefing_id in newest[:3]:
        briefing = library.briefing(briefing_id)
        yield from islice(_who_asked(briefing, briefing.exchanges, language), 2)


def _next(library: Library, answer: Answer) -> Iterator[str]:
    """Who asked in the exchanges that the search came nearest to, then in others of the same briefings."""
    briefings: dict[str, Briefing] = {}
    for hit in answer.hits:
        passage = hit.passage
        briefing = briefings.setdefault(passage.briefing_id, library.briefing(passage.briefing_id))
        if passage.exchange is not None and passage.exchange < len(briefing.exchanges):
            yield from _who_asked(briefing, [briefing.exchanges[passage.exchange]], answer.language)
    for briefing in briefings.values():
        yield from _who_asked(briefing, briefing.exchanges, answer.language)


def _who_asked(briefing: Briefing, exchanges: Sequence[Exchange], language: str) -> Iterator[str]:
    for exchange in exchanges:
        for position in exchange.questions[:1]:
            turn = briefing.turns[position]
            if turn.speaker:
                who = f"{turn.speaker} ({turn.outlet})" if turn.outlet else turn.speaker
                yield words(language)["what_asked"].format(who=who)
