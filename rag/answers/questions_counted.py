"""How many questions were asked, and how many by whom (pure)."""

from __future__ import annotations

from onrecord.rag.answers.drafting import Draft, Drafted, line
from onrecord.rag.answers.listing import Listed, item, page_of
from onrecord.rag.answers.meant import place_of
from onrecord.rag.answers.questions_listed import asker_of, counted_in, questions_in, questions_listed
from onrecord.rag.types import Part


def questions_counted(draft: Draft) -> Drafted | None:
    """The number of questions in the briefings meant and of each asker's, most first, each with the first one quoted.

    Those of whoever is named are listed too.
    """
    if draft.question.subject or draft.called:
        return questions_listed(draft)
    found = questions_in(draft)
    by: dict[tuple[str | None, str | None], list[Listed]] = {}
    for one in found:
        turn = asker_of(one)
        by.setdefault((turn.speaker, None if turn.speaker else turn.outlet) if turn else (None, None), []).append(one)
    askers = sorted(by.values(), key=lambda own: -len(own))
    template = draft.words.questions_by_whom if askers else draft.words.questions
    place = place_of(draft, counted_in(draft))
    head = template.format(by="", place=place, count=len(found), askers=len(askers))

    def asker(own: list[Listed]) -> Part:
        return item(draft, own[0], lambda citation: f"{draft.leads.asker(citation)}, {len(own)}{draft.words.colon}")

    return Drafted((line(head), *page_of(draft, askers, asker)), confidence=1.0)
