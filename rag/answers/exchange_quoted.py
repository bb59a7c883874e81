"""Questions on record as answers quote them: each under the name of whoever asked it, with the reply."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import groupby

from onrecord.rag.answers.asked import Asked, asking
from onrecord.rag.answers.drafting import Draft, paragraph
from onrecord.rag.answers.replied import Reply, reply_to, wordings_of
from onrecord.rag.text.quotes import turn_at
from onrecord.rag.types import Briefing, Exchange, Part, Piece, Span, Words

# Single questions quoted of one turn, in a list: more would make it no list.
_GIST = 2

Statements = list[tuple[Piece, ...]]
"""Statements of a paragraph: each a quote with the words that lead to it, or words alone."""


def asked_and_replied(draft: Draft, asked: Asked, spans: Sequence[Span]) -> Statements:
    """The question quoted, and the sentence of the reply that answers it or leaves it open."""
    briefing = asked.briefing
    question = question_quoted(draft, briefing, spans)
    best = replied(draft, briefing, asked.exchange, asking(asked))
    if best is None:
        return [*question, (Words(draft.words.no_reply),)]
    return [*question, reply_quoted(draft, briefing, best)]


def reply_quoted(draft: Draft, briefing: Briefing, reply: Reply) -> tuple[Piece, ...]:
    """The sentence of a reply under the name of whoever said it."""
    lead = draft.leads.replied(draft.quotes.cite(briefing.id, reply.sentence.span))
    return draft.led(lead, briefing.id, reply.sentence.span)


def replied(
    draft: Draft, briefing: Briefing, exchange: Exchange, asked: Sequence[Span], people: Collection[str] = ()
) -> Reply | None:
    """What is replied in an exchange to what was asked, by some people where they reply; None without a reply."""
    wordings = wordings_of(briefing, asked)
    return reply_to(draft.read, briefing, draft.passages_of(briefing), exchange, wordings, people)


def exchange_line(
    draft: Draft,
    briefing: Briefing,
    asked: Sequence[Span],
    reply: Reply | None,
    *,
    dated: bool = False,
    marked: bool = False,
) -> Part:
    """A question and its reply as a line of a list.

    `asked` are its single questions, of which the first few of one turn are quoted. `dated` leads with the date and to
    whom the question was put, for lists over several briefings; `marked` says whether the reply answers.
    """
    turn = turn_at(briefing, asked[0].start)
    spans = [span for span in asked if turn_at(briefing, span.start) == turn][:_GIST]
    lead = draft.leads.asked if dated else draft.leads.listed
    statements = [draft.led(lead(draft.quotes.cite(briefing.id, spans[0])), briefing.id, *spans)]
    if reply is None:
        statements.append((Words(draft.words.no_reply),))
    else:
        words = draft.words
        marks = {"answered": words.mark_answered, "left_open": words.mark_open, "unclear": words.mark_unclear}
        mark = marks[reply.outcome]
        statements.append((*reply_quoted(draft, briefing, reply), *([Words(mark)] if marked else [])))
    return replace(paragraph(statements), item=True)


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
