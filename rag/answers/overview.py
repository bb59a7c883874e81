"""One briefing at a glance: its opening's main sentences, and each exchange with what was replied (pure)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from onrecord.rag.answers.asked import what_was_asked
from onrecord.rag.answers.drafting import Draft, Drafted, line
from onrecord.rag.answers.exchange_quoted import exchange_line, replied
from onrecord.rag.answers.leads import title_of
from onrecord.rag.answers.listing import Listed, item, page_of
from onrecord.rag.answers.meant import (
    briefings_meant,
    exchanges_with,
    most_found,
    says_conference,
    which_is_meant,
)
from onrecord.rag.answers.selection import asks, terms_of
from onrecord.rag.answers.spans import sentences_between, words_at
from onrecord.rag.languages import language
from onrecord.rag.types import Briefing, Exchange, Part, Span, Turn

# A paragraph of fewer words is a heading or a caption, and a sentence of fewer than the second no statement.
_LEAST_PARAGRAPH, _LEAST_WORDS = 13, 8
# A paragraph goes on to something else after so many words, so that a speech in one paragraph has more than one line.
_LONG = 90
# Fewer first sentences than this say too little of a statement.
_FEW = 3
# Sentences of an opening statement that are shown before the exchanges.
_MOST_OPENING = 6


def overview(draft: Draft) -> Drafted | None:
    """The briefing that the question means; which it means, where several fit; None where its words fit none."""
    people = draft.called or draft.question.people
    meant = briefings_meant(draft, people, draft.question.outlets)
    if meant.one is not None:
        return _of_one(draft, meant.one, draft.called or ())
    if not meant.briefings or (meant.unknown and not says_conference(draft)):
        return None
    found = most_found(draft, meant.briefings) if meant.unknown else None
    return _of_one(draft, found, draft.called or ()) if found else which_is_meant(draft, meant.briefings)


def all_said(draft: Draft) -> Drafted | None:
    """What somebody said in the briefing where they spoke; which is meant, where several fit.

    None where the question names nobody on record, or words that no briefing of theirs is known by.
    """
    people = draft.called or draft.question.people or draft.question.speakers
    if not people:
        return None
    meant = briefings_meant(draft, people)
    if not meant.briefings or (meant.unknown and not says_conference(draft)):
        return None
    return _of_one(draft, meant.one, people) if meant.one else which_is_meant(draft, meant.briefings)


def _of_one(draft: Draft, briefing: Briefing, people: Collection[str]) -> Drafted | None:
    """What was said in a briefing, by some people where there are any."""
    exchanges = exchanges_with(draft, [briefing], people, ())
    title, when = title_of(briefing), draft.words.when(briefing.date)
    opening = _statements(briefing, people, before=exchanges[0][1].questions[0] if exchanges else len(briefing.turns))
    if not exchanges:
        said = opening or [Listed(briefing, Span(r.start, r.end)) for r in briefing.reported if r.speaker in people]
        if not said:
            return None
        head = draft.words.overview_parts.format(title=title, when=when, count=len(said))
        return Drafted(
            (line(head), *page_of(draft, said, lambda one: item(draft, one, draft.leads.listed))), confidence=1.0
        )
    head = draft.words.overview.format(title=title, when=when, count=len(exchanges))
    first = _main(briefing, opening) if draft.question.page <= 1 else []

    def exchanged(pair: tuple[Briefing, Exchange]) -> Part:
        asked = what_was_asked(*pair)
        return exchange_line(draft, briefing, asked, replied(draft, *pair, asked, people), marked=True)

    parts = [item(draft, one, draft.leads.listed) for one in first]
    return Drafted((line(head), *parts, *page_of(draft, exchanges, exchanged)), confidence=1.0)


def _statements(briefing: Briefing, people: Collection[str], before: int) -> list[Listed]:
    """What the first turns of a briefing state, be they statements or the prose of a report, by some people if any.

    The first sentence of each paragraph that states something or, of a few paragraphs, every such sentence.
    """
    turns = [turn for turn in briefing.turns[:before] if turn.kind in ("statement", "report")]
    turns = [turn for turn in turns if not people or turn.speaker in people]
    stated = [(span, leads) for turn in turns for span, leads in _stated(briefing, turn)]
    leading = [span for span, leads in stated if leads]
    chosen = leading if len(leading) >= _FEW else [span for span, _ in stated]
    return [Listed(briefing, span) for span in chosen]


def _stated(briefing: Briefing, turn: Turn) -> list[tuple[Span, bool]]:
    """The sentences of a turn that state something, and whether each is the first of its paragraph to do so.

    A long paragraph counts as several.
    """
    found, start = [], turn.start
    courtesies = language(briefing.language).speech.courtesies
    for text in briefing.text[turn.start : turn.end].split("\n"):
        leads, words = True, 0
        spans = sentences_between(briefing, start, start + len(text))
        for span in spans if len(text.split()) >= _LEAST_PARAGRAPH else ():
            said = words_at(briefing, span)
            length = len(said.split())
            leads, words = (True, 0) if words >= _LONG else (leads, words)
            if length >= _LEAST_WORDS and not asks(said) and not courtesies.match(said):
                found.append((span, leads))
                leads = False
            words += length
        start += len(text) + 1
    return found


def _main(briefing: Briefing, opening: Sequence[Listed]) -> list[Listed]:
    """The sentences of an opening, or those whose words it uses most, in order."""
    held = [terms_of(words_at(briefing, one.span), briefing.language) for one in opening]
    frequency = Counter(term for terms in held for term in terms)
    shares = [sum(frequency[term] for term in terms) / max(1, len(terms)) for terms in held]
    best = sorted(range(len(opening)), key=lambda place: (-shares[place], place))[:_MOST_OPENING]
    return [opening[place] for place in sorted(best)]
