"""An overview in full: on the page it is shown ten lines at a time, as a file it holds every exchange."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from onrecord.rag.answers.drafting import Draft
from onrecord.rag.answers.leads import Leads
from onrecord.rag.answers.listings import overview
from onrecord.rag.answers.quoting import Quotes
from onrecord.rag.answers.selection import unread
from onrecord.rag.languages.wording import wording
from onrecord.rag.questions.question import read_question
from onrecord.rag.types import Answer, Briefing, Filters


def in_full(answer: Answer, briefings: Mapping[str, Briefing]) -> Answer:
    """The overview that an answer is a page of, with all lines of its briefing; any other answer as it is.

    `briefings` holds those that the answer cites, by id.
    """
    cited = {citation.briefing_id for citation in answer.citations}
    asked = read_question(answer.standalone_question or answer.question)
    if asked.kind != "overview" or len(cited) != 1:
        return answer
    sources = {id_: briefings[id_] for id_ in cited}
    draft = Draft(
        replace(asked, page=0),
        answer.hits,
        sources,
        _unused,
        unread,
        Filters(),
        (answer.searched_briefings, answer.searched_passages),
        wording(answer.language),
        Quotes(answer.language, sources, [hit.passage for hit in answer.hits]),
        Leads(answer.language, sources),
    )
    text = overview(draft)
    # Another answer than an overview may have been given to the question; a shorter list is not the rest of it.
    if text is None or len(draft.quotes.citations) <= len(answer.citations):
        return answer
    return replace(answer, text=text, citations=draft.quotes.citations)


def _unused(_: str, sentences: Sequence[str]) -> Sequence[float]:
    """An overview lists in order: nothing is scored."""
    return [0.0] * len(sentences)
