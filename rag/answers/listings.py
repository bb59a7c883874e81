"""Answers that list: every mention, what was said over time, the exchanges of a briefing. Code counts and orders."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from onrecord.rag.answers.asked import what_was_asked
from onrecord.rag.answers.drafting import Draft
from onrecord.rag.answers.naming import with_outlet
from onrecord.rag.answers.selection import Candidate, candidates, score, terms_of, unread
from onrecord.rag.languages import language
from onrecord.rag.languages.wording import date_words, plain
from onrecord.rag.text.folding import folded_words
from onrecord.rag.types import Briefing, Passage, Span, Turn

PAGE = 10
"""Lines of a list shown at once."""

# Dates shown between the first and the last.
_MOST_DATES = 5
# A statement on another date belongs to the subject when it scores at most this much below the best.
_NEAR = 0.5
_MOST_TURNS = 40
# Words named on either side of a difference.
_MOST_WORDS = 8
# "what she says about X": the frame of the subject, not the subject.
_FRAME = re.compile(
    r"^(?:what )?.{0,40}?\b(?:say|says|said|think|thinks|position|view|stance|message|avis|discours|dit|disent|pense)\b"
    r"(?: (?:on|about|of|toward|towards|regarding|sur|de|du|des|à propos de|au sujet de))\s+",
    re.IGNORECASE,
)
_OCCASION = re.compile(
    r"\s+(?:at|in|during|on|beside|with|when|while|before|after|au|aux|à|dans|en|lors|pendant|devant|avec|chez)\b.*$",
    re.IGNORECASE,
)
_ENDING = re.compile(r"(?:(?<=\w{3})(?:s|es|x))$")


@dataclass(frozen=True, slots=True)
class _Mention:
    briefing: Briefing
    turn: Turn
    span: Span
    count: int


def mentions(draft: Draft) -> str | None:
    """Every sentence that holds a term, in order, dated and counted; None where none does."""
    whole = draft.question.subject
    term, found = whole, _mentions(whole, draft)
    if not found:
        # "… the harbour at the press conference in Lysvik": where and when is no part of the term.
        term = _OCCASION.sub("", whole)
        found = _mentions(term, draft) if term != whole else []
    if not found:
        return None
    count = sum(mention.count for mention in found)
    words = draft.words
    speakers = ", ".join(map(plain, draft.question.speakers))
    by = words.mentions_by.format(speaker=speakers) if speakers else ""
    template = words.mentions_one if count == 1 else words.mentions_many
    term = plain(term)
    lines = [template.format(term=term[:1].upper() + term[1:], count=count, by=by, searched=draft.briefings_searched())]
    shown, note = _page(found, draft)
    lines += note
    lines += ["- " + _dated(draft, m.briefing, m.turn) + draft.quotes.quote(m.briefing.id, m.span) for m in shown]
    if len(found) > draft.question.page * PAGE:
        lines.append(words.more.format(page=draft.question.page + 1))
    return "\n".join(lines)


def _mentions(term: str, draft: Draft) -> list[_Mention]:
    pattern = _term_pattern(term)
    return [m for briefing in draft.in_order() for m in _mentions_in(briefing, pattern, draft)] if pattern else []


def _term_pattern(term: str) -> re.Pattern[str] | None:
    """A pattern for a term in any case (an acronym: in capitals) with or without a plural ending."""
    words = re.findall(r"[^\W_]+(?:[.\-][^\W_]+)*", term)
    if not words:
        return None
    parts = [re.escape(_ENDING.sub("", word)) + r"(?:s|es|x)?" for word in words]
    acronym = len(words) == 1 and len(words[0]) > 1 and words[0].isupper()
    pattern = r"\b" + r"[\s\-'’.,]+(?:the |la |le |l['’])?".join(parts) + r"\b"
    return re.compile(pattern, 0 if acronym else re.IGNORECASE)


def _mentions_in(briefing: Briefing, pattern: re.Pattern[str], draft: Draft) -> list[_Mention]:
    found = []
    for turn in briefing.turns:
        if not draft.wants(turn) or not pattern.search(briefing.text, turn.start, turn.end):
            continue
        for part in language(briefing.language).sentences(briefing.text[turn.start : turn.end]):
            span = Span(turn.start + part.start, turn.start + part.end)
            count = sum(1 for _ in pattern.finditer(briefing.text, span.start, span.end))
            if count:
                found.append(_Mention(briefing, turn, span, count))
    return found


def _page(found: Sequence[_Mention], draft: Draft) -> tuple[Sequence[_Mention], list[str]]:
    """The lines of the page asked for, the last page where it lies beyond, and which they are; page 0 is all."""
    if not draft.question.page:
        return found, []
    page = min(draft.question.page, (len(found) + PAGE - 1) // PAGE)
    first = (page - 1) * PAGE
    shown = found[first : first + PAGE]
    if len(found) <= PAGE:
        return shown, []
    return shown, [draft.words.page.format(first=first + 1, last=first + len(shown), count=len(found))]


def _dated(draft: Draft, briefing: Briefing, turn: Turn) -> str:
    date = date_words(briefing.date, draft.question.language) if briefing.date else draft.words.undated
    who = with_outlet(turn.speaker, turn.outlet) or (plain(turn.role) if turn.role else None)
    return ", ".join(part for part in (date, who or draft.leads.title(briefing)) if part) + draft.words.colon


def over_time(draft: Draft) -> str | None:
    """Dated quotes on one subject, first to last, and which words differ; None where nothing speaks of it."""
    query = _FRAME.sub("", draft.question.subject) or draft.question.text
    found = candidates(draft.hits, draft.sources, draft.question, unread) + _by_words(draft)
    scored = [c for c in score(found, draft.question, draft.sources, draft.scorer, query=query) if _may_speak(c, draft)]
    if not scored:
        return None
    best: dict[tuple[str, str], Candidate] = {}
    for candidate in scored:
        if candidate.score >= scored[0].score - _NEAR:
            date = draft.sources[candidate.passage.briefing_id].date or ""
            best.setdefault((date, candidate.passage.briefing_id if not date else ""), candidate)
    chosen = [best[key] for key in sorted(best, key=lambda key: (not key[0], key))]
    dates = sorted({date for date, _ in best if date})
    words = draft.words
    if not dates:
        head = words.over_time_undated
    elif len(dates) == 1:
        head = words.over_time_once
    else:
        chosen = [c for c in chosen if draft.sources[c.passage.briefing_id].date]
        first, last = (date_words(date, draft.question.language) for date in (dates[0], dates[-1]))
        head = words.over_time.format(first=first, last=last)
    chosen = _thinned(chosen)
    lines = [head] + ["- " + _dated_quote(draft, candidate) for candidate in chosen]
    if len(dates) > 1:
        lines += _difference(draft, chosen[0], chosen[-1])
    return "\n".join(lines)


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
    """Sentences anywhere in the briefings that hold most of the subject's words: dates that the search left out."""
    question = draft.question
    skip = set(folded_words(" ".join(question.speakers)))
    wanted = [term for term in language(question.language).query_terms(question.subject) if term not in skip]
    wanted = [term for term in wanted if not any(word.startswith(term) for word in skip)]
    if not wanted:
        return []
    found: list[Candidate] = []
    for briefing in draft.sources.values():
        for number, turn in enumerate(briefing.turns):
            if turn.kind in ("question", "moderation") or not draft.wants(turn):
                continue
            words = briefing.text[turn.start : turn.end].casefold()
            if sum(term[:5] in words for term in wanted) * 2 < len(wanted):
                continue
            found += _best_of_turn(briefing, number, turn, wanted)
    return sorted(found, key=lambda c: -c.lexical)[:_MOST_TURNS]


def _best_of_turn(briefing: Briefing, number: int, turn: Turn, wanted: Sequence[str]) -> list[Candidate]:
    best: list[tuple[float, Span]] = []
    for part in language(briefing.language).sentences(briefing.text[turn.start : turn.end]):
        span = Span(turn.start + part.start, turn.start + part.end)
        held = terms_of(briefing.text[span.start : span.end], briefing.language)
        share = sum(term in held for term in wanted) / len(wanted)
        if share >= 0.5:
            best.append((share, span))
    best.sort(key=lambda pair: -pair[0])
    return [_candidate(briefing, number, turn, span, share) for share, span in best[:2]]


def _candidate(briefing: Briefing, number: int, turn: Turn, span: Span, share: float) -> Candidate:
    text = briefing.text[span.start : span.end]
    passage = Passage(
        id=0,
        briefing_id=briefing.id,
        start=span.start,
        end=span.end,
        text=text,
        speaker=turn.speaker,
        role=turn.role,
        kind=turn.kind,
        outlet=turn.outlet,
        language=briefing.language,
        turn=number,
    )
    return Candidate(passage, span, text, 5, number, share)


def _dated_quote(draft: Draft, candidate: Candidate) -> str:
    briefing = draft.sources[candidate.passage.briefing_id]
    turn = briefing.turns[candidate.turn]
    return _dated(draft, briefing, turn) + draft.quotes.quote(briefing.id, candidate.span)


def _difference(draft: Draft, first: Candidate, last: Candidate) -> list[str]:
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
            lines.append(template.format(words=", ".join(list(mine.values())[:_MOST_WORDS])))
    return lines


def overview(draft: Draft) -> str | None:
    """The exchanges of one briefing with one quoted line each; a report's paragraphs where there are no exchanges."""
    briefing = _briefing_meant(draft)
    if briefing is None:
        return None
    lines = [
        (briefing, briefing.turns[exchange.questions[0]], what_was_asked(briefing, exchange)[:1])
        for exchange in briefing.exchanges
    ]
    items = [_Mention(b, turn, spans[0], 1) for b, turn, spans in lines if spans] or _paragraphs(briefing)
    if not items:
        return None
    words = draft.words
    template = words.overview if briefing.exchanges else words.overview_parts
    head = template.format(title=draft.leads.title(briefing), when=draft.leads.when(briefing.date), count=len(items))
    shown, note = _page(items, draft)
    body = [f"- {_who(draft, item)}{draft.quotes.quote(briefing.id, item.span)}" for item in shown]
    left = draft.question.page and len(items) > draft.question.page * PAGE
    more = [words.more.format(page=draft.question.page + 1)] if left else []
    return "\n".join([head, *note, *body, *more])


def _who(draft: Draft, item: _Mention) -> str:
    who = with_outlet(item.turn.speaker, item.turn.outlet)
    if not who and item.turn.kind == "question":
        who = draft.words.a_reporter
    return who[:1].upper() + who[1:] + draft.words.colon if who else ""


def _briefing_meant(draft: Draft) -> Briefing | None:
    """The briefing whose title the question names, else the one with most of the passages found."""
    if len(draft.sources) == 1:
        return next(iter(draft.sources.values()))
    terms = set(language(draft.question.language).query_terms(draft.question.text))
    weights = dict.fromkeys(draft.sources, 0.0)
    for hit in draft.hits:
        if hit.passage.briefing_id in weights:
            weights[hit.passage.briefing_id] += 1 / hit.rank
    for briefing in draft.sources.values():
        title = set(language(briefing.language).query_terms(briefing.title))
        weights[briefing.id] += 2 * len(terms & title) / len(terms) if terms and title else 0.0
    best = max(weights, key=lambda key: weights[key], default=None)
    return draft.sources[best] if best is not None else None


def _paragraphs(briefing: Briefing) -> list[_Mention]:
    """The first sentence of each paragraph that has more than a few words."""
    found = []
    for turn in briefing.turns:
        start = turn.start
        for line in briefing.text[turn.start : turn.end].split("\n"):
            parts = language(briefing.language).sentences(line)
            if parts and len(line.split()) > 12:
                found.append(_Mention(briefing, turn, Span(start + parts[0].start, start + parts[0].end), 1))
            start += len(line) + 1
    return found
