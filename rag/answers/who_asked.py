"""Who asked about a subject: person, outlet, the question quoted, the gist of the reply quoted."""

from __future__ import annotations

from onrecord.rag.answers.asked import asked_about, asking, exchanges_found
from onrecord.rag.answers.drafting import Draft, Drafted, paragraph
from onrecord.rag.answers.exchange_quoted import asked_and_replied, question_quoted
from onrecord.rag.types import Briefing, Exchange

# Other askers named besides the first, and how likely beside that.
_MOST_OTHERS = 2
_NEAR_ASKED = 0.3
# Below this weight nobody asked about it.
_LIKELY = 0.01


def who_asked(draft: Draft) -> Drafted | None:
    """Everybody who asked about it; None where no question was found."""
    exchanges = exchanges_found(draft.hits, draft.sources)
    if draft.question.sought:
        # Who asked what was replied with these words, or asked with them.
        exchanges = [one for one in exchanges if any(map(draft.question.seeks, _turns(*one)))] or exchanges
    asked = asked_about(draft, exchanges, draft.question.subject or draft.question.text)
    if not asked or asked[0].weight < _LIKELY:
        return None
    statements = asked_and_replied(draft, asked[0], asking(asked[0]))
    seen = {(asked[0].briefing.id, asked[0].exchange.questions[0])}
    for other in asked[1:]:
        key = (other.briefing.id, other.exchange.questions[0])
        if other.weight < _NEAR_ASKED * asked[0].weight or len(seen) > _MOST_OTHERS:
            break
        if key not in seen:
            seen.add(key)
            statements += question_quoted(draft, other.briefing, asking(other))
    return Drafted((paragraph(statements),))


def _turns(briefing: Briefing, exchange: Exchange) -> list[str]:
    turns = [briefing.turns[position] for position in (*exchange.questions, *exchange.answers)]
    return [briefing.text[turn.start : turn.end] for turn in turns]
