"""An overview in full: on the page it is shown ten lines at a time, as a file it holds every exchange."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from onrecord.rag.answers.drafting import Draft
from onrecord.rag.answers.overview import overview
from onrecord.rag.questions.question import read_question
from onrecord.rag.reading.reader import Reading
from onrecord.rag.types import Answer, Briefing, Passage


def in_full(answer: Answer, briefings: Mapping[str, Briefing]) -> Answer:
    """The overview that an answer is a page of, with all lines of its briefing; any other answer as it is.

    `briefings` holds those that the answer cites, by id.
    """
    cited = {citation.briefing_id for citation in answer.citations}
    asked = read_question(answer.standalone_question or answer.question)
    if asked.kind != "overview" or len(cited) != 1:
        return answer
    searched = (answer.searched_briefings, answer.searched_passages)
    draft = Draft(
        replace(asked, page=0), answer.hits, {id_: briefings[id_] for id_ in cited}, searched, Reading(), _unread
    )
    written = overview(draft)
    # Another answer than an overview may have been given to the question; a shorter list is not the rest of it.
    if written is None or len(draft.quotes.citations) <= len(answer.citations):
        return answer
    return replace(answer, parts=written.parts, citations=draft.quotes.citations)


def _unread(_: str, __: Sequence[Passage]) -> Reading:
    """A file lists what was asked; replies are read for the page alone."""
    return Reading()
