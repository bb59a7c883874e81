"""Questions on record as answers quote them: each under the name of whoever asked it, with the reply (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from onrecord.rag.answers.asked import Asked, reply_to
from onrecord.rag.answers.drafting import Draft
from onrecord.rag.text.quotes import turn_at
from onrecord.rag.types import Briefing, Piece, Span, Words

# A sentence of the reply that says something has more words than this; what that is worth, as a difference of cosines.
_SAYS_SOMETHING, _WORTH = 8, 0.02

Statements = list[tuple[Piece, ...]]
"""Statements of a paragraph: each a quote with the words that lead to it, or words alone."""


def asked_and_replied(draft: Draft, asked: Asked, spans: Sequence[Span], subject: str) -> Statements:
    """The question quoted, and the sentence of the reply nearest to its subject."""
    briefing = draft.sources[asked.briefing_id]
    question = question_quoted(draft, briefing, spans)
    reply = reply_to(briefing, asked.exchange, subject, draft.scorer)
    if not reply:
        return [*question, (Words(draft.words.no_reply),)]
    best = max(reply, key=lambda said: said.similarity + _WORTH * (len(said.text.split()) > _SAYS_SOMETHING))
    lead = draft.leads.replied(draft.quotes.cite(briefing.id, best.span))
    return [*question, draft.led(lead, briefing.id, best.span)]


def question_quoted(draft: Draft, briefing: Briefing, spans: Sequence[Span]) -> Statements:
    """Slices of questions: those of one turn share a pair of quotation marks, and those of one asker a lead."""
    quoted: Statements = []
    last: tuple[str | None, str | None] | None = None
    for _, turn in groupby(sorted(spans, key=lambda span: span.start), lambda span: turn_at(briefing, span.start)):
        slices = list(turn)
        citation = draft.quotes.cite(briefing.id, slices[0])
        who = (citation.speaker, citation.outlet)
        if who == last:
            quoted.append((draft.quotes.quote(briefing.id, *slices),))
        else:
            quoted.append(draft.led(draft.leads.asked(citation), briefing.id, *slices))
        last = who
    return quoted
