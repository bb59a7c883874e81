"""Whether something was answered: what was said of it, or that it was asked and left open."""

from __future__ import annotations

from collections.abc import Sequence

from onrecord.rag.answers.asked import asked_about, exchanges_found, in_exchange
from onrecord.rag.answers.drafting import Draft, Written, paragraph
from onrecord.rag.answers.runs import run_around
from onrecord.rag.answers.selection import Candidate
from onrecord.rag.answers.unanswered import SAME_QUESTION, asked_not_answered


def did_answer(draft: Draft, scored: Sequence[Candidate]) -> Written | None:
    """The reply's nearest statement, or that it leaves the question open; None where just this was never asked."""
    if unanswered := asked_not_answered(draft, scored):
        return unanswered
    exchanges = exchanges_found(draft.hits, draft.sources)
    asked = asked_about(draft.question, exchanges, draft.scorer, query=draft.question.text)
    if not asked or asked[0].similarity < SAME_QUESTION:
        return None
    briefing = draft.sources[asked[0].briefing_id]
    own = next((c for c in scored if in_exchange(c, briefing.id, asked[0].exchange)), None)
    if own is None:
        return None
    return Written((paragraph([draft.statement(briefing.id, run_around(own, briefing, scored))]),))
