"""All questions on record, or all by somebody or by an outlet, counted and in order (pure)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from onrecord.rag.answers.asked import what_was_asked
from onrecord.rag.answers.drafting import Draft, Drafted, line
from onrecord.rag.answers.listing import Listed, item, page_of
from onrecord.rag.answers.meant import Meant, briefings_meant, exchanges_with, place_of
from onrecord.rag.languages.wording import plain
from onrecord.rag.text.folding import folded_words
from onrecord.rag.text.quotes import turn_at
from onrecord.rag.types import Turn


def questions_listed(draft: Draft) -> Drafted | None:
    """Every question of the people and outlets named, in the briefings meant; of everybody where nobody is named."""
    people, outlets = askers_named(draft)
    found = questions_in(draft, people, outlets)
    place = place_of(draft, counted_in(draft))
    if draft.question.subject and not (people or outlets):
        none = draft.words.questions_none.format(asker=plain(draft.question.subject), place=place)
        return Drafted((line(none),), "not_found", confidence=0.0)
    names = draft.words.semicolon.join(plain(name) for name in (*people, *outlets))
    by = draft.words.questions_by.format(asker=names) if names else ""
    head = draft.words.questions.format(by=by, place=place, count=len(found))
    lead = draft.leads.asked if counted_in(draft).one is None else draft.leads.listed
    parts = page_of(draft, found, lambda listed: item(draft, listed, lead))
    return Drafted((line(head), *parts), confidence=1.0)


def counted_in(draft: Draft) -> Meant:
    """The briefings whose questions are counted."""
    return briefings_meant(draft, draft.called or draft.question.people, draft.question.outlets)


def askers_named(draft: Draft) -> tuple[Sequence[str], Sequence[str]]:
    """The people and outlets whose questions are wanted: those of the question's subject, and of the filter."""
    question = draft.question
    words = set(folded_words(question.subject))
    people = [name for name in question.people if not words.isdisjoint(folded_words(name))]
    outlets = [name for name in question.outlets if question.subject]
    return people or (sorted(draft.called) if draft.called and not outlets else []), outlets


def questions_in(draft: Draft, people: Collection[str] = (), outlets: Collection[str] = ()) -> list[Listed]:
    """Every single question asked in the briefings meant, of some people and outlets where any are given, in order."""
    pairs = exchanges_with(draft, counted_in(draft).briefings, people, outlets, asking=True)
    found = [Listed(briefing, span) for briefing, exchange in pairs for span in what_was_asked(briefing, exchange)]
    if not (people or outlets):
        return found
    return [one for one in found if (turn := asker_of(one)) and (turn.speaker in people or turn.outlet in outlets)]


def asker_of(listed: Listed) -> Turn | None:
    """The turn in which a question is asked."""
    position = turn_at(listed.briefing, listed.span.start)
    return None if position is None else listed.briefing.turns[position]
