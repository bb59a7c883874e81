"""From passages read to an answer: prose that leads with the words that answer, each quote a cited slice (pure)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from onrecord.rag.answers.drafting import Draft, Drafted
from onrecord.rag.answers.fact import fact
from onrecord.rag.answers.left_open import left_open
from onrecord.rag.answers.mentions import mentions
from onrecord.rag.answers.namesakes import namesakes
from onrecord.rag.answers.not_found import not_found
from onrecord.rag.answers.over_time import over_time
from onrecord.rag.answers.overview import all_said, overview
from onrecord.rag.answers.questions_counted import questions_counted
from onrecord.rag.answers.questions_listed import questions_listed
from onrecord.rag.answers.sought import sought
from onrecord.rag.answers.speakers import speakers
from onrecord.rag.answers.unanswered import asked_not_answered
from onrecord.rag.answers.what_asked import what_asked, what_named_asked
from onrecord.rag.answers.who_asked import who_asked
from onrecord.rag.questions.question import QuestionKind
from onrecord.rag.reading.certainty import NOT_FOUND_BELOW
from onrecord.rag.types import Answer

# Ways to answer by what is on record: it is there or is not, whatever the search thinks of it.
ON_RECORD: Mapping[QuestionKind, Callable[[Draft], Drafted | None]] = {
    "mentions": mentions,
    "over_time": over_time,
    "left_open": left_open,
    "questions_counted": questions_counted,
    "questions_listed": questions_listed,
    "speakers": speakers,
    "all_said": all_said,
    "overview": overview,
    "what_asked": what_named_asked,
}
# Ways to answer about the questions on record, of whoever asked and replied.
ABOUT_ASKING: Mapping[QuestionKind, Callable[[Draft], Drafted | None]] = {
    "who_asked": who_asked,
    "what_asked": what_asked,
}


def compose(draft: Draft) -> Answer:
    """Compose the answer to a question from what was found and read for it.

    It is in the question's language, or in English where that has no words for answers; its every quote is
    `briefing.text[start:end]`. `seconds` is empty.
    """
    question, reading = draft.question, draft.reading
    written = _written(draft)
    # Who asked, and what is on record, is no matter of who may be quoted.
    general = question.kind in ON_RECORD or question.kind in ABOUT_ASKING
    sure = 1 - reading.nothing if general else draft.certainty(draft.quotable)
    return Answer(
        question=question.typed,
        standalone_question=question.text,
        status=written.status,
        confidence=sure if written.confidence is None else written.confidence,
        language=draft.language.code,
        parts=written.parts,
        citations=draft.quotes.citations,
        hits=tuple(draft.hits),
        searched_briefings=draft.searched[0],
        searched_passages=draft.searched[1],
    )


def _written(draft: Draft) -> Drafted:
    kind = draft.question.kind
    if kind in ON_RECORD and (written := ON_RECORD[kind](draft)):
        return written
    if kind in ABOUT_ASKING:
        return ABOUT_ASKING[kind](draft) or not_found(draft)
    if draft.certainty(draft.quotable) < NOT_FOUND_BELOW:
        return sought(draft) or not_found(draft)
    return namesakes(draft, NOT_FOUND_BELOW) or asked_not_answered(draft) or fact(draft)
