"""All questions whose replies leave them open, as the reader has it: none is left out, and all are counted."""

from __future__ import annotations

from onrecord.rag.answers.drafting import Draft, Written, line
from onrecord.rag.answers.exchange_quoted import Reply, exchange_line, reply_to
from onrecord.rag.answers.listing import page_of
from onrecord.rag.answers.meant import briefings_meant, exchanges_with, place_of, which_is_meant
from onrecord.rag.types import Briefing, Exchange, Part

# To read the replies of more exchanges would take more than some seconds; then the question has to say which briefing.
_MOST_READ = 50


def left_open(draft: Draft) -> Written | None:
    """Every exchange in the briefings meant whose reply leaves its question open; None where nobody asks anything."""
    people = draft.called or draft.question.people
    outlets = draft.question.outlets
    meant = briefings_meant(draft, people, outlets)
    exchanges = exchanges_with(draft, meant.briefings, people, outlets)
    if not exchanges:
        return None
    if len(exchanges) > _MOST_READ:
        return which_is_meant(draft, [b for b in meant.briefings if b.exchanges])
    read = [(*pair, reply_to(draft, *pair)) for pair in exchanges]
    found = [(briefing, exchange, reply) for briefing, exchange, reply in read if reply is None or reply.left_open]
    template = draft.words.left_open if found else draft.words.left_open_none
    head = template.format(open=len(found), count=len(read), place=place_of(draft, meant))

    def exchanged(one: tuple[Briefing, Exchange, Reply | None]) -> Part:
        return exchange_line(draft, *one, dated=meant.one is None)

    sure = [reply.sure if reply else 1.0 for *_, reply in read]
    return Written((line(head), *page_of(draft, found, exchanged)), confidence=sum(sure) / len(sure))
