"""From passages found to an answer: prose that leads with the words that answer, each quote a cited slice (pure)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from onrecord.rag.answers.did_answer import did_answer
from onrecord.rag.answers.drafting import Draft, Written
from onrecord.rag.answers.fact import fact
from onrecord.rag.answers.leads import exchange_at
from onrecord.rag.answers.mentions import mentions
from onrecord.rag.answers.not_found import not_found
from onrecord.rag.answers.over_time import over_time
from onrecord.rag.answers.overview import overview
from onrecord.rag.answers.selection import Candidate, Meeting, SentenceScorer, candidates, remembering, score, unread
from onrecord.rag.answers.what_asked import what_asked, what_named_asked
from onrecord.rag.answers.who_asked import who_asked
from onrecord.rag.questions.question import Question, QuestionKind
from onrecord.rag.types import Answer, Briefing, Filters, Hit

# Below this probability that the library answers the question, the answer says that nothing was found: where most is
# right on the questions that the confidence was fitted to (docs/quality.md).
NOT_FOUND_BELOW = 0.5
# Whoever speaks of something meets the question's words at least so well beside others: where two people are heard in
# one briefing, 0.81 and more of how others do, and where only the other speaks of it 0.65 at most.
_SPOKEN_OF = 0.72

# Ways to answer by what is on record: it is there or is not, whatever the search thinks of it.
ON_RECORD: Mapping[QuestionKind, Callable[[Draft], Written | None]] = {
    "mentions": mentions,
    "overview": overview,
    "what_asked": what_named_asked,
}
# Ways to answer about the questions on record, of whoever asked and replied.
ABOUT_ASKING: Mapping[QuestionKind, Callable[[Draft, Sequence[Candidate]], Written | None]] = {
    "who_asked": who_asked,
    "what_asked": what_asked,
}
# Ways to answer from the sentences found, best first, where there are any that may answer. A question of a kind that is
# not here, or that its way cannot answer, asks for a fact.
FROM_FOUND: Mapping[QuestionKind, Callable[[Draft, Sequence[Candidate]], Written | None]] = {
    "over_time": over_time,
    "did_answer": did_answer,
}


def compose(
    question: Question,
    hits: Sequence[Hit],
    sources: Mapping[str, Briefing],
    *,
    confidence: float,
    scorer: SentenceScorer,
    meeting: Meeting = unread,
    searched: tuple[int, int] = (0, 0),
    filters: Filters | None = None,
    called: Collection[str] | None = None,
) -> Answer:
    """Compose the answer to a question.

    Args:
        question: what was asked.
        hits: the passages found, best first.
        sources: briefings by id: those of the hits at least; all that the filters leave where the question's kind is in
            `questions.WHOLE_LIBRARY`.
        confidence: probability (0–1) that the passages answer the question.
        scorer: similarity of a question to sentences.
        meeting: how well the question's words are met by a slice of a passage.
        searched: how many briefings and passages the filters left.
        filters: those of the search; lists keep to their role, outlet and kind.
        called: the people whom the filter by speaker means; all quotes keep to them.

    Returns:
        an answer in the question's language, or in English where that has no words for answers, whose every quote is
        `briefing.text[start:end]`. `seconds` is empty.
    """
    people = None if called is None else frozenset(called)
    draft = Draft(question, hits, sources, searched, remembering(scorer), meeting, filters or Filters(), people)
    written = _written(draft, confidence)
    return Answer(
        question=question.typed,
        standalone_question=question.text,
        status=written.status,
        confidence=confidence,
        language=draft.language.code,
        parts=written.parts,
        citations=draft.quotes.citations,
        hits=tuple(hits),
        searched_briefings=searched[0],
        searched_passages=searched[1],
    )


def _speaks_of_it(draft: Draft, found: Sequence[Candidate]) -> bool:
    """Whether the one whose words are wanted meets the question's words about as well as others do.

    Who asks that person speaks for what is answered.
    """
    theirs = others = 0.0
    for candidate in found:
        briefing = draft.sources[candidate.passage.briefing_id]
        exchange = exchange_at(briefing, candidate.turn)
        asked = exchange and candidate.turn in exchange.questions
        if draft.may_quote(candidate) or (
            exchange and asked and any(draft.may_hear(briefing.turns[place]) for place in exchange.answers)
        ):
            theirs = max(theirs, candidate.met)
        else:
            others = max(others, candidate.met)
    return theirs >= others * _SPOKEN_OF


def _written(draft: Draft, confidence: float) -> Written:
    kind = draft.question.kind
    if kind in ON_RECORD and (written := ON_RECORD[kind](draft)):
        return written
    found = candidates(draft.hits, draft.sources, draft.question, draft.meeting)
    scored = score(found, draft.question, draft.sources, draft.scorer)
    if not scored or confidence < NOT_FOUND_BELOW:
        return not_found(draft, scored)
    if kind in ABOUT_ASKING and (written := ABOUT_ASKING[kind](draft, scored)):
        return written
    theirs = [candidate for candidate in scored if draft.may_quote(candidate)]
    if not theirs or (draft.theirs_alone and not _speaks_of_it(draft, found)):
        return not_found(draft, scored)
    if kind in FROM_FOUND and (written := FROM_FOUND[kind](draft, theirs)):
        return written
    return fact(draft, theirs)
