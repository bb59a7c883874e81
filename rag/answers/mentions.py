"""Every mention of a term, in order, dated and counted by code (pure)."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from onrecord.rag.answers.drafting import Draft, Drafted, line
from onrecord.rag.answers.leads import title_of
from onrecord.rag.answers.listing import PAGE, Listed, item, page_of
from onrecord.rag.answers.spans import sentences_of
from onrecord.rag.languages import language, together
from onrecord.rag.languages.term_forms import TermForms
from onrecord.rag.languages.wording import plain
from onrecord.rag.text.quotes import reported_at
from onrecord.rag.types import Briefing, Kind, Part

# What is left of a word when its plural ending is cut off is at least this long.
_LEAST_STEM = 3


@dataclass(frozen=True, slots=True)
class _Mention:
    """A sentence that holds a term, how often, who says it, and in what kind of turn."""

    listed: Listed
    times: int
    speaker: str | None
    kind: Kind


def mentions(draft: Draft) -> Drafted | None:
    """Every sentence that holds a term, counted by briefing and speaker; that there is none, where none does."""
    term = draft.question.subject
    found = _mentions(term, draft)
    if not found:
        # "… the harbour at the press conference in Lysvik": where and when is no part of the term.
        term = language(draft.question.language).questions.occasion.sub("", term)
        found = _mentions(term, draft) if term != draft.question.subject else []
    if not found:
        return Drafted((line(_none(draft.question.subject, draft)),), "not_found", confidence=0.0)
    parts: list[Part] = []
    for speaker, own in _by_person(found, draft).items():
        parts += [line(_head(term, own, speaker, draft)), *_tally(own, speaker, draft)]
        parts += page_of(draft, own, lambda mention: item(draft, mention.listed, draft.leads.dated))
    return Drafted(tuple(parts), confidence=1.0)


def _by_person(found: Sequence[_Mention], draft: Draft) -> dict[str | None, list[_Mention]]:
    """Mentions by the people asked for, each for themselves: they may share a name. All as one where nobody is."""
    if not (draft.question.sayers or draft.called):
        return {None: list(found)}
    people: dict[str | None, list[_Mention]] = defaultdict(list)
    for mention in found:
        people[mention.speaker].append(mention)
    return people


def _head(term: str, found: Sequence[_Mention], speaker: str | None, draft: Draft) -> str:
    """How often a term is mentioned, by whom, and in how many briefings it was looked for."""
    count = sum(mention.times for mention in found)
    words = draft.words
    by = words.mentions_by.format(speaker=plain(speaker)) if speaker else ""
    template = words.mentions_one if count == 1 else words.mentions_many
    term = plain(term)
    return template.format(term=term[:1].upper() + term[1:], count=count, by=by, searched=draft.briefings_searched())


def _none(term: str, draft: Draft) -> str:
    """That a term is not mentioned, by whom, and in how many briefings it was looked for."""
    words, term = draft.words, plain(term)
    names = words.semicolon.join(plain(name) for name in draft.question.sayers)
    by = words.mentions_by.format(speaker=names) if names else ""
    return words.mentions_none.format(term=term[:1].upper() + term[1:], by=by, searched=draft.briefings_searched())


def _tally(found: Sequence[_Mention], speaker: str | None, draft: Draft) -> list[Part]:
    """A line for each briefing: how often each of its speakers mentions the term. Nothing where all is one person's.

    Lists are paged, and this stands on the first page alone.
    """
    by: dict[str, Counter[str]] = defaultdict(Counter)
    for mention in found:
        by[mention.listed.briefing.id][_credit(mention, draft)] += mention.times
    places = len(by)
    if draft.question.page > 1 or places > PAGE or (places == 1 and all(len(counts) == 1 for counts in by.values())):
        return []
    lines = []
    for briefing_id, counts in by.items():
        briefing = draft.sources[briefing_id]
        place = title_of(briefing) + draft.words.when(briefing.date)
        said = [f"{name} {times}".strip() for name, times in counts.most_common()]
        own = str(sum(counts.values())) if speaker else ", ".join(said)
        lines.append(line(f"{place}{draft.words.colon}{own}"))
    return lines


def _credit(mention: _Mention, draft: Draft) -> str:
    """Who mentions a term: a name, or what is said for one; nothing for the prose of a report."""
    if mention.speaker:
        return plain(mention.speaker)
    kinds = {"report": "", "question": draft.words.a_reporter}
    return kinds.get(mention.kind, draft.words.nobody)


def _mentions(term: str, draft: Draft) -> list[_Mention]:
    """The sentences that hold a term, in order."""
    return [found for briefing in draft.in_order() for found in _mentions_in(briefing, term, draft)]


def _mentions_in(briefing: Briefing, term: str, draft: Draft) -> list[_Mention]:
    pattern = _term_pattern(term, together(briefing.language, draft.question.language).term_forms)
    found: list[_Mention] = []
    for turn in briefing.turns if pattern else ():
        if not pattern or not draft.wants(turn) or not pattern.search(briefing.text, turn.start, turn.end):
            continue
        for span in sentences_of(briefing, turn):
            count = sum(1 for _ in pattern.finditer(briefing.text, span.start, span.end))
            # What somebody quotes is said by whom it is quoted from.
            quoted = reported_at(briefing, span.start, span.end)
            if count and (quoted is None or draft.may_list(quoted.speaker)):
                found.append(
                    _Mention(Listed(briefing, span), count, quoted.speaker if quoted else turn.speaker, turn.kind)
                )
    return found


@lru_cache(maxsize=64)
def _term_pattern(term: str, forms: TermForms) -> re.Pattern[str] | None:
    """A pattern for a term in any case (an acronym: in capitals), with or without articles and plural endings."""
    words = re.findall(r"[^\W_]+(?:[.\-][^\W_]+)*", term)
    if not words:
        return None
    endings = "|".join(sorted(forms.plural_endings, key=lambda ending: (-len(ending), ending)))
    # "le port" is parted by a blank, "l'île" by nothing else than its apostrophe.
    articles = "|".join(rf"{word}\s+".replace(r"'\s+", "['’]") for word in sorted(forms.articles))
    bare = [re.sub(rf"(?<=\w{{{_LEAST_STEM}}})(?:{endings})$", "", word) for word in words]
    acronym = len(words) == 1 and len(words[0]) > 1 and words[0].isupper()
    between = rf"[\s\-'’.,]+(?:{articles})?"
    pattern = r"\b" + between.join(rf"{re.escape(word)}(?:{endings})?" for word in bare) + r"\b"
    return re.compile(pattern, 0 if acronym else re.IGNORECASE)
