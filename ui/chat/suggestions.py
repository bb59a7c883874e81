"""Questions that the library has been seen to answer, to suggest as the next ones."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice, zip_longest

from onrecord.rag import Answer, Briefing, Exchange, FilterOptions, Library, OnRecordError, stands_alone
from onrecord.ui.chat.chat import filter_options
from onrecord.ui.chat.conversations import Asked
from onrecord.ui.page.text import preferred_language, words
from onrecord.ui.server.loading import ModelLoading
from onrecord.ui.server.places import Places

_SHOWN = 3
# Three stand beside each other in one row.
_LENGTH = 70
# On a card each has a line of its own.
_LONGEST_PUT = 160
# Of so many briefings, the ones added last.
_NEWEST = 3
# Each candidate costs a search; after so many misses the reader is better served without suggestions.
_TRIED = 6
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
        self._about: dict[tuple[str, str], tuple[str, ...]] = {}
        self._trying = threading.Lock()
        self._patient = threading.BoundedSemaphore(_MOST_PATIENT)

    def at_start(self, language: str) -> tuple[str, ...] | None:
        """Up to three questions about the briefings added last, each tried and answered; None where none can be now."""
        language = preferred_language(language, None)
        with self._patience() as patient:
            if not patient or self._loading.wait(_PATIENCE_SECONDS).state != "ready":
                return None
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

    def after(self, conversation: Sequence[Asked]) -> tuple[str, ...] | None:
        """Up to three questions of those nearest to the last answer, tried and answered; None where none can be now."""
        last = conversation[-1]
        past = {asked.question.casefold() for asked in conversation}
        with self._patience() as patient:
            if not patient:
                return None
            if last.answer is None:
                return ()
            return self._answered(_next(self._library, last.answer, past), past, filter_options(last.filters))

    def about(self, briefing: Briefing, language: str) -> tuple[str, ...] | None:
        """Up to three questions put in a briefing, each tried and answered by it; None where none can be now."""
        language = preferred_language(language, None)
        with self._patience() as patient:
            if not patient or self._loading.wait(_PATIENCE_SECONDS).state != "ready":
                return None
            with self._trying:
                known = self._about.get((briefing.id, language))
                if known is not None:
                    return known
                put = _asked(briefing, briefing.exchanges, briefing.language, _LONGEST_PUT)
                candidates = chain(put, [_about(briefing, language)])
                found = self._answered(candidates, set(), FilterOptions(briefing=briefing.id))
                if found:
                    self._about[briefing.id, language] = found
                return found

    @contextmanager
    def _patience(self) -> Iterator[bool]:
        """Whether one more may wait for suggestions, in this block."""
        patient = self._patient.acquire(blocking=False)
        try:
            yield patient
        finally:
            if patient:
                self._patient.release()

    def _answered(self, candidates: Iterator[str], past: set[str], options: FilterOptions) -> tuple[str, ...] | None:
        found: list[str] = []
        fresh = (question for question in dict.fromkeys(candidates) if question.casefold() not in past)
        try:
            for question in islice(fresh, _TRIED):
                if not self._places.quiet(_PATIENCE_SECONDS):
                    return None
                with self._places.taken(question):
                    answered = self._library.ask(question, written=False, **options).status == "answered"
                if answered:
                    found.append(question)
                if len(found) == _SHOWN:
                    break
        except OnRecordError:
            # A suggestion is an offer: where none can be made, none is.
            return ()
        # The shorter they are, the more of them stand in one row.
        return tuple(sorted(found, key=len))


def _first(library: Library, newest: Sequence[str], language: str) -> Iterator[str]:
    """What was asked in the newest briefings, in turn, what they are about, and who asked."""
    briefings = [library.briefing(briefing_id) for briefing_id in newest[:_NEWEST]]
    about = (_about(briefing, language) for briefing in briefings)
    in_turn = zip_longest(*(_asked(briefing, briefing.exchanges, language) for briefing in briefings))
    asked = (question for of_each in in_turn for question in of_each if question)
    yield from islice(asked, _SHOWN)
    yield from islice(about, 1)
    yield from islice((who for one in briefings for who in _who_asked(one, one.exchanges, language)), 1)
    yield from about


def _next(library: Library, answer: Answer, past: set[str]) -> Iterator[str]:
    """What was asked in the exchanges that the search came nearest to and the answer is not from, then beside them.

    Who asked is offered where nobody has gone into that yet; what the briefings are about where little else is left.
    """
    language = answer.language
    briefings: dict[str, Briefing] = {}
    near: dict[tuple[str, int], None] = {}
    for hit in answer.hits:
        passage = hit.passage
        briefing = briefings.setdefault(passage.briefing_id, library.briefing(passage.briefing_id))
        if passage.exchange is not None and passage.exchange < len(briefing.exchanges):
            near[passage.briefing_id, passage.exchange] = None
    near.update(
        dict.fromkeys((id_, position) for id_, one in briefings.items() for position in range(len(one.exchanges)))
    )
    quoted = [(citation.briefing_id, citation.start) for citation in answer.citations]
    exchanges = [
        (briefings[id_], briefings[id_].exchanges[position])
        for id_, position in near
        if not any(_holds(briefings[id_], briefings[id_].exchanges[position], *place) for place in quoted)
    ]
    asked = (question for briefing, one in exchanges for question in _asked(briefing, [one], language))
    yield from islice(asked, _SHOWN - 1)
    opening = words(language)["what_asked"].partition("{who}")[0].casefold()
    if not any(question.startswith(opening) for question in past):
        yield from islice((who for briefing, one in exchanges for who in _who_asked(briefing, [one], language)), 1)
    yield from islice(asked, 1)
    newest = (library.briefing(summary.id) for summary in library.summaries()[::-1][:_NEWEST])
    yield from islice((_about(briefing, language) for briefing in (*briefings.values(), *newest)), _SHOWN)
    yield from asked


def _about(briefing: Briefing, language: str) -> str:
    return words(language)["what_discussed"].format(title=briefing.title)


def _holds(briefing: Briefing, exchange: Exchange, briefing_id: str, start: int) -> bool:
    turns = [briefing.turns[position] for position in (*exchange.questions, *exchange.answers)]
    return briefing.id == briefing_id and any(turn.start <= start < turn.end for turn in turns)


def _asked(briefing: Briefing, exchanges: Sequence[Exchange], language: str, longest: int = _LENGTH) -> Iterator[str]:
    """A question of each exchange, as it was asked, where it is short and can be asked of a library as it stands."""
    for exchange in exchanges:
        said = (" ".join(briefing.text[span.start : span.end].split()) for span in exchange.asked)
        yield from islice((one for one in said if len(one) <= longest and stands_alone(one, language)), 1)


def _who_asked(briefing: Briefing, exchanges: Sequence[Exchange], language: str) -> Iterator[str]:
    for exchange in exchanges:
        for position in exchange.questions[:1]:
            turn = briefing.turns[position]
            if turn.speaker:
                who = f"{turn.speaker} ({turn.outlet})" if turn.outlet else turn.speaker
                yield words(language)["what_asked"].format(who=who)
