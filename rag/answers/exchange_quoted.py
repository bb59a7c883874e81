"""Questions on record as answers quote them: each under the name of whoever asked it, with the reply."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from onrecord.rag.answers.asked import Asked, what_was_asked
from onrecord.rag.answers.drafting import Draft
from onrecord.rag.answers.spans import words_at
from onrecord.rag.reading.reader import ReadSentence
from onrecord.rag.text.quotes import turn_at
from onrecord.rag.types import Briefing, Exchange, Piece, Span, Words

Statements = list[tuple[Piece, ...]]
"""Statements of a paragraph: each a quote with the words that lead to it, or words alone."""


def asked_and_replied(draft: Draft, asked: Asked, spans: Sequence[Span]) -> Statements:
    """The question quoted, and the sentence of the reply that answers it or leaves it open."""
    briefing = asked.briefing
    question = question_quoted(draft, briefing, spans)
    best = reply_to(draft, briefing, asked.exchange, [asked.span])
    if best is None:
        return [*question, (Words(draft.words.no_reply),)]
    lead = draft.leads.replied(draft.quotes.cite(briefing.id, best.span))
    return [*question, draft.led(lead, briefing.id, best.span)]


def reply_to(
    draft: Draft, briefing: Briefing, exchange: Exchange, asked: Sequence[Span] | None = None
) -> ReadSentence | None:
    """The sentence of the reply in an exchange that answers what was asked, or leaves it open; None without a reply."""
    spans = asked or what_was_asked(briefing, exchange)
    question = " ".join(" ".join(words_at(briefing, span) for span in spans).split())
    read = draft.read(question, draft.passages(briefing, exchange.answers))
    replies = (sentence for sentence in read.sentences if sentence.turn in exchange.answers)
    return max(replies, key=lambda sentence: sentence.weight, default=None)


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
