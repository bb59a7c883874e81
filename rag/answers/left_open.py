"""All questions whose replies leave them open, as the reader has it, and behind them those of which that is unclear."""

from __future__ import annotations

from onrecord.rag.answers.asked import what_was_asked
from onrecord.rag.answers.drafting import Draft, Drafted, line
from onrecord.rag.answers.exchange_quoted import exchange_line, replied
from onrecord.rag.answers.listing import page_of
from onrecord.rag.answers.meant import briefings_meant, exchanges_with, place_of, which_is_meant
from onrecord.rag.answers.replied import Reply
from onrecord.rag.types import Briefing, Part, Span

# To read the replies to more questions would take many seconds; then the question has to say which briefing.
_MOST_READ = 50


def left_open(draft: Draft) -> Drafted | None:
    """Every single question in the briefings meant that its reply leaves open; None where nobody asks anything."""
    people = draft.called or draft.question.people
    outlets = draft.question.outlets
    meant = briefings_meant(draft, people, outlets)
    pairs = exchanges_with(draft, meant.briefings, people, outlets)
    asked = [(*pair, span) for pair in pairs for span in what_was_asked(*pair)]
    if not asked:
        return None
    if len(asked) > _MOST_READ and len(meant.briefings) > 1:
        return which_is_meant(draft, [briefing for briefing in meant.briefings if briefing.exchanges])
    read = [(one[0], one[2], replied(draft, *one[:2], [one[2]])) for one in asked]
    found = [one for one in read if one[2] is None or one[2].outcome == "left_open"]
    template = draft.words.left_open if found else draft.words.left_open_none
    head = template.format(open=len(found), count=len(read), place=place_of(draft, meant))
    unclear = [one for one in read if one[2] is not None and one[2].outcome == "unclear"]
    if unclear:
        head += draft.words.left_open_unclear.format(unclear=len(unclear))

    def questioned(one: tuple[Briefing, Span, Reply | None]) -> Part:
        briefing, span, reply = one
        marked = reply is not None and reply.outcome == "unclear"
        return exchange_line(draft, briefing, [span], reply, dated=meant.one is None, marked=marked)

    sure = [reply.sure if reply else 1.0 for *_, reply in read]
    return Drafted((line(head), *page_of(draft, [*found, *unclear], questioned)), confidence=sum(sure) / len(sure))
