"""The exchanges of one briefing, a quoted line each; the paragraphs of a report, which has none (pure)."""

from __future__ import annotations

from onrecord.rag.answers.asked import what_was_asked
from onrecord.rag.answers.drafting import Draft, Written, line
from onrecord.rag.answers.leads import title_of
from onrecord.rag.answers.listing import Listed, page_of
from onrecord.rag.answers.spans import sentences_between
from onrecord.rag.languages import language
from onrecord.rag.types import Briefing

# A paragraph of fewer words is a heading or a caption.
_LEAST_WORDS = 13


def overview(draft: Draft) -> Written | None:
    """The lines of the briefing that the question means; None where it means none, or one without any."""
    briefing = _briefing_meant(draft)
    if briefing is None:
        return None
    asked = [span for exchange in briefing.exchanges for span in what_was_asked(briefing, exchange)[:1]]
    found = [Listed(briefing, span) for span in asked] or _paragraphs(briefing)
    if not found:
        return None
    template = draft.words.overview if briefing.exchanges else draft.words.overview_parts
    head = template.format(title=title_of(briefing), when=draft.words.when(briefing.date), count=len(found))
    return Written((line(head), *page_of(draft, found, draft.leads.listed)))


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


def _paragraphs(briefing: Briefing) -> list[Listed]:
    """The first sentence of each paragraph that has more than a few words."""
    found = []
    for turn in briefing.turns:
        start = turn.start
        for text in briefing.text[turn.start : turn.end].split("\n"):
            if len(text.split()) >= _LEAST_WORDS:
                found += [Listed(briefing, span) for span in sentences_between(briefing, start, start + len(text))[:1]]
            start += len(text) + 1
    return found
