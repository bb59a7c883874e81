"""Lists of quotes, a page at a time (pure)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from onrecord.rag.answers.drafting import Draft, line
from onrecord.rag.types import Briefing, Citation, Part, Span, Words

PAGE = 10
"""Lines of a list shown at once."""

_Line = TypeVar("_Line")


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a list: a slice to quote."""

    briefing: Briefing
    span: Span


def item(draft: Draft, listed: Listed, lead: Callable[[Citation], str]) -> Part:
    """A line of a list: a quote behind what leads to it."""
    words = lead(draft.quotes.cite(listed.briefing.id, listed.span))
    quote = draft.quotes.quote(listed.briefing.id, listed.span)
    return Part((Words(words), quote) if words else (quote,), item=True)


def page_of(draft: Draft, found: Sequence[_Line], part: Callable[[_Line], Part]) -> list[Part]:
    """The lines of the page asked for, the last one where it lies beyond, and which lines they are; page 0 is all.

    Only the lines shown are made, since a line may take the reading of a reply.
    """
    page = min(draft.question.page, (len(found) + PAGE - 1) // PAGE)
    shown = found[(page - 1) * PAGE : page * PAGE] if page else found
    parts = [part(each) for each in shown]
    if page and len(found) > PAGE:
        first = (page - 1) * PAGE + 1
        note = draft.words.shown.format(first=first, last=first + len(shown) - 1, count=len(found))
        parts = [line(note), *parts]
    if page and len(found) > page * PAGE:
        parts.append(line(draft.words.more.format(page=page + 1)))
    return parts
