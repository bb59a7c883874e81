"""Who spoke: everybody with their role or outlet and how many turns, in order; whom a report quotes (pure)."""

from __future__ import annotations

from dataclasses import dataclass

from onrecord.rag.answers.drafting import Draft, Drafted, line
from onrecord.rag.answers.leads import title_of
from onrecord.rag.answers.listing import Listed, item, page_of
from onrecord.rag.answers.meant import briefings_meant, place_of
from onrecord.rag.answers.spans import sentences_of, words_at
from onrecord.rag.types import Briefing, Citation, Part, Span, Turn

# Fewer words than this are a greeting or thanks.
_LEAST_WORDS = 8


@dataclass(frozen=True, slots=True)
class _Speaker:
    """Somebody's first words in a briefing, and in how many turns they speak or are quoted."""

    listed: Listed
    times: int


def speakers(draft: Draft) -> Drafted | None:
    """Everybody who spoke in the briefings meant; None where nobody is known to have."""
    meant = briefings_meant(draft, draft.called or draft.question.people, draft.question.outlets)
    found = [one for briefing in meant.briefings for one in _speakers_in(briefing, draft)]
    if not found:
        return None
    several = len({one.listed.briefing.id for one in found}) > 1

    def spoke(one: _Speaker) -> Part:
        return item(draft, one.listed, lambda citation: _lead(draft, one, citation, several=several))

    head = draft.words.speakers.format(place=place_of(draft, meant), count=len(found))
    return Drafted((line(head), *page_of(draft, found, spoke)), confidence=1.0)


def _lead(draft: Draft, speaker: _Speaker, citation: Citation, *, several: bool) -> str:
    """Who spoke and how often; in which briefing, where there are several."""
    words, quoted = draft.words, citation.kind == "reported"
    who = draft.leads.asker(citation) if citation.kind == "question" else draft.leads.speaker(citation)
    if quoted:
        times = words.quoted_one if speaker.times == 1 else words.quoted_many
    else:
        times = words.turns_one if speaker.times == 1 else words.turns_many
    briefing = speaker.listed.briefing
    place = f" ({title_of(briefing)}{words.when(briefing.date)})" if several else ""
    return draft.leads.sentence(times.format(who=who, count=speaker.times) + place)


def _speakers_in(briefing: Briefing, draft: Draft) -> list[_Speaker]:
    """The people who speak in a briefing, in order: by their names, else by role, outlet and kind."""
    by: dict[tuple[str | None, ...], list[Span]] = {}
    roles: dict[tuple[str | None, ...], Span] = {}
    for turn in briefing.turns:
        if turn.kind == "report" or not draft.passes(turn):
            continue
        who = (turn.speaker,) if turn.speaker else (None, turn.role, turn.outlet, turn.kind)
        span = _first_words(briefing, turn)
        by.setdefault(who, []).append(span)
        if turn.role or turn.outlet:
            roles.setdefault(who, span)
    if not by:
        for quoted in briefing.reported:
            if quoted.speaker and draft.may_list(quoted.speaker):
                by.setdefault((quoted.speaker,), []).append(Span(quoted.start, quoted.end))
    return [_Speaker(Listed(briefing, roles.get(who, spans[0])), len(spans)) for who, spans in by.items()]


def _first_words(briefing: Briefing, turn: Turn) -> Span:
    """The first sentence of a turn that is more than a greeting, else all of it."""
    spans = (span for span in sentences_of(briefing, turn) if len(words_at(briefing, span).split()) >= _LEAST_WORDS)
    return next(spans, Span(turn.start, turn.end))
