"""What was said of one subject over time: dated quotes from first to last, and which words differ (pure)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from onrecord.rag.answers.drafting import Draft, Written, line
from onrecord.rag.answers.listing import Listed, item
from onrecord.rag.answers.selection import Candidate, candidates, score, terms_of, unread
from onrecord.rag.languages import language
from onrecord.rag.languages.wording import plain
from onrecord.rag.text.folding import folded_words
from onrecord.rag.types import Briefing, Hit, Part, Passage, Span, Turn

# Dates shown between the first and the last.
_MOST_DATES = 5
# A statement on another date belongs to the subject when it scores at most this much below the best.
_NEAR = 0.5
# A sentence with this share of the subject's words speaks of it, and counts as found at this rank.
_HALF, _BY_WORDS = 0.5, 5
# Words named on either side of a difference.
_MOST_WORDS = 8


def over_time(draft: Draft, _scored: Sequence[Candidate]) -> Written | None:
    """The best quote of each date; None where nothing speaks of the subject.

    Where the one named may be several people, each is followed alone; who differs is never said to have changed.
    """
    frame = language(draft.question.language).questions.frame
    query = frame.sub("", draft.question.subject) or draft.question.text
    found = candidates(draft.hits, draft.sources, draft.question, unread) + _by_words(draft)
    scored = [c for c in score(found, draft.question, draft.sources, draft.scorer, query=query) if _may_speak(c, draft)]
    if not scored:
        return None
    near = [candidate for candidate in scored if candidate.score >= scored[0].score - _NEAR]
    people = list(dict.fromkeys(candidate.passage.speaker for candidate in near))
    if not draft.question.sayers or len(people) == 1:
        return Written(_in_order(draft, near))
    followed = [_in_order(draft, [c for c in near if c.passage.speaker == one], one) for one in people]
    return Written(tuple(part for parts in followed for part in parts))


def _in_order(draft: Draft, near: Sequence[Candidate], speaker: str | None = None) -> tuple[Part, ...]:
    """The best quote of each date, first to last, and what differs; `speaker` is named where there are others."""
    best: dict[tuple[str, str], Candidate] = {}
    for candidate in near:
        date = draft.sources[candidate.passage.briefing_id].date or ""
        best.setdefault((date, candidate.passage.briefing_id if not date else ""), candidate)
    chosen = [best[key] for key in sorted(best, key=lambda key: (not key[0], key))]
    dates = sorted({date for date, _ in best if date})
    chosen = _thinned([c for c in chosen if len(dates) < 2 or draft.sources[c.passage.briefing_id].date])
    words = draft.words
    if not dates:
        head = words.over_time_undated
    elif len(dates) == 1:
        head = words.over_time_once
    else:
        head = words.over_time.format(first=words.date(dates[0]), last=words.date(dates[-1]))
    if speaker:
        head = f"{plain(speaker)}{words.colon}{head}"
    listed = [Listed(draft.sources[c.passage.briefing_id], c.span) for c in chosen]
    changed = len(dates) > 1 and chosen[0].passage.speaker == chosen[-1].passage.speaker
    differences = _difference(draft, chosen[0], chosen[-1]) if changed else []
    return (line(head), *(item(draft, each, draft.leads.dated) for each in listed), *differences)


def _may_speak(candidate: Candidate, draft: Draft) -> bool:
    turns = draft.sources[candidate.passage.briefing_id].turns
    turn = turns[candidate.turn] if candidate.turn < len(turns) else None
    return turn is not None and turn.kind not in ("question", "moderation") and draft.wants(turn)


def _thinned(chosen: list[Candidate]) -> list[Candidate]:
    """The first, the last and the best of those between."""
    if len(chosen) <= _MOST_DATES:
        return chosen
    between = sorted(chosen[1:-1], key=lambda c: -c.score)[: _MOST_DATES - 2]
    return [chosen[0], *(c for c in chosen[1:-1] if c in between), chosen[-1]]


def _by_words(draft: Draft) -> list[Candidate]:
    """Sentences anywhere in the briefings that hold half of the subject's words: dates that the search left out."""
    question = draft.question
    names = folded_words(" ".join(question.sayers))
    terms = language(question.language).query_terms(question.subject)
    wanted = [term for term in terms if not any(name.startswith(term) for name in names)]

    def share(passage: Passage, part: Span) -> float:
        held = terms_of(passage.text[part.start : part.end], passage.language)
        return sum(term in held for term in wanted) / len(wanted)

    turns = [
        Hit(_passage_of(briefing, number, turn), 0.0, _BY_WORDS)
        for briefing in draft.sources.values()
        if wanted
        for number, turn in enumerate(briefing.turns)
        if turn.kind not in ("question", "moderation") and draft.wants(turn) and _may_hold(briefing, turn, wanted)
    ]
    return [c for c in candidates(turns, draft.sources, question, share) if c.met >= _HALF]


def _may_hold(briefing: Briefing, turn: Turn, wanted: Sequence[str]) -> bool:
    """Whether half of some stems begin words of a turn; most turns are told off by this, which costs little."""
    words = briefing.text[turn.start : turn.end].casefold()
    return sum(term[:5] in words for term in wanted) >= _HALF * len(wanted)


def _passage_of(briefing: Briefing, number: int, turn: Turn) -> Passage:
    text = briefing.text[turn.start : turn.end]
    start, end, speaker, role = turn.start, turn.end, turn.speaker, turn.role
    return Passage(0, briefing.id, start, end, text, speaker, role, turn.kind, turn.outlet, briefing.language, number)


def _difference(draft: Draft, first: Candidate, last: Candidate) -> list[Part]:
    """Which telling words stand in one of two statements only, as printed there."""
    if first.passage.language != last.passage.language:
        return []
    lines = []
    for template, one, other in ((draft.words.only_first, first, last), (draft.words.only_last, last, first)):
        theirs = terms_of(other.text, other.passage.language)
        mine: dict[str, str] = {}
        for word in re.findall(r"[^\W\d_]{3,}", one.text):
            for term in language(one.passage.language).query_terms(word):
                if term not in theirs:
                    mine.setdefault(term, word)
        if mine:
            lines.append(line(template.format(words=", ".join(list(mine.values())[:_MOST_WORDS]))))
    return lines
