"""What somebody asked: the questions of a person or an outlet quoted, with the gist of the reply."""

from __future__ import annotations

from onrecord.rag.answers.asked import (
    Exchanges,
    asked_about,
    asking,
    exchanges_asked_by,
    exchanges_found,
    what_was_asked,
)
from onrecord.rag.answers.drafting import Draft, Drafted, paragraph
from onrecord.rag.answers.exchange_quoted import asked_and_replied

# Single questions quoted for "what did X want to know".
_MOST_QUOTED = 4


def what_named_asked(draft: Draft) -> Drafted | None:
    """What a person or outlet named in the question asked; None where it names none on record."""
    return _asked(draft, exchanges_asked_by(draft.question, draft.sources))


def what_asked(draft: Draft) -> Drafted | None:
    """What was asked by whoever the question describes ("the reporter from the islands"); None where nobody asked."""
    return _asked(draft, exchanges_found(draft.hits, draft.sources))


def _asked(draft: Draft, exchanges: Exchanges) -> Drafted | None:
    asked = asked_about(draft, exchanges, draft.question.text)
    if not asked:
        return None
    best = asked[0]
    spans = what_was_asked(best.briefing, best.exchange)
    if len(spans) > _MOST_QUOTED or best.span not in spans:
        spans = sorted({*asking(best), *spans[: _MOST_QUOTED - 1]}, key=lambda span: span.start)
    return Drafted((paragraph(asked_and_replied(draft, best, spans)),))
