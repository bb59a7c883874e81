"""Questions that the library has been seen to answer, to suggest as the next ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from onrecord.rag import Briefing, FilterOptions, Library, OnRecordError
from onrecord.ui.chat import filter_options
from onrecord.ui.conversations import Asked

_SHOWN = 3
# Each candidate costs a search; after so many misses the reader is better served without suggestions.
_TRIED = 5

_TEMPLATES = {"en": "What did {who} ask?", "fr": "Qu’a demandé {who} ?"}


def suggestions_after(library: Library, conversation: Sequence[Asked]) -> tuple[str, ...]:
    """Up to three questions about the briefings that the last answer came nearest to, each tried and answered."""
    last = conversation[-1]
    answer = last.answer
    past = {asked.question.casefold() for asked in conversation}
    briefings = dict.fromkeys(
        [citation.briefing_id for citation in answer.citations] + [hit.passage.briefing_id for hit in answer.hits]
    )
    return _answered(library, islice(briefings, 2), answer.language, past, filter_options(last.filters))


def suggestions_at_start(library: Library, language: str) -> tuple[str, ...]:
    """Up to three questions about the briefings added last, each tried and answered."""
    newest = [summary.id for summary in library.summaries()[::-1]]
    return _answered(library, islice(newest, 3), language, set(), FilterOptions())


def _answered(
    library: Library, briefings: Iterator[str], language: str, past: set[str], options: FilterOptions
) -> tuple[str, ...]:
    found: list[str] = []
    try:
        for question in islice(_candidates(library, briefings, language, past), _TRIED):
            if library.ask(question, **options).status == "answered":
                found.append(question)
            if len(found) == _SHOWN:
                break
    except OnRecordError:
        # A suggestion is an offer: where none can be made, none is.
        return ()
    return tuple(found)


def _candidates(library: Library, briefings: Iterator[str], language: str, past: set[str]) -> Iterator[str]:
    for briefing_id in briefings:
        for question in _about(library.briefing(briefing_id), language):
            if question.casefold() not in past:
                past.add(question.casefold())
                yield question


def _about(briefing: Briefing, language: str) -> Iterator[str]:
    template = _TEMPLATES["fr" if language == "fr" else "en"]
    for exchange in briefing.exchanges:
        for position in exchange.questions[:1]:
            turn = briefing.turns[position]
            if turn.speaker:
                yield template.format(who=f"{turn.speaker} ({turn.outlet})" if turn.outlet else turn.speaker)
