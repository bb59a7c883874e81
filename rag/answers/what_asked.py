"""What somebody asked: the questions of a person or an outlet quoted, with the gist of the reply."""

from __future__ import annotations

from collections.abc import Sequence

from onrecord.rag.answers.asked import asked_about, exchanges_asked_by, exchanges_found, what_was_asked
from onrecord.rag.answers.drafting import Draft, Written, paragraph
from onrecord.rag.answers.exchange_quoted import asked_and_replied
from onrecord.rag.answers.selection import Candidate
from onrecord.rag.answers.spans import words_at
from onrecord.rag.types import Briefing, Exchange

# Single questions quoted for "what did X want to know".
_MOST_QUOTED = 4


def what_named_asked(draft: Draft) -> Written | None:
    """What a person or outlet named in the question asked; None where it names none on record."""
    return _asked(draft, exchanges_asked_by(draft.question, draft.sources))


def what_asked(draft: Draft, _scored: Sequence[Candidate]) -> Written | None:
    """What was asked by whoever the question describes ("the reporter from the islands"); None where nobody asked."""
    return _asked(draft, exchanges_found(draft.hits, draft.sources))


def _asked(draft: Draft, exchanges: Sequence[tuple[Briefing, Exchange]]) -> Written | None:
    asked = asked_about(draft.question, exchanges, draft.scorer, query=draft.question.text, with_names=True)
    if not asked:
        return None
    best, briefing = asked[0], draft.sources[asked[0].briefing_id]
    spans = what_was_asked(briefing, best.exchange)
    if len(spans) > _MOST_QUOTED or best.span not in spans:
        spans = sorted({best.span, *spans[: _MOST_QUOTED - 1]}, key=lambda span: span.start)
    return Written((paragraph(asked_and_replied(draft, best, spans, words_at(briefing, best.span))),))
