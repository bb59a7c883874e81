"""What stands around cited words: their whole sentences, and a restriction that a quotation leaves out (pure)."""

from __future__ import annotations

from dataclasses import dataclass

from onrecord.rag.languages import language
from onrecord.rag.text.quotes import turn_at
from onrecord.rag.types import Briefing, Citation, Span

# What may stand between a quotation's last word and the next one of its sentence.
_BETWEEN = " \n\t\u00a0\u202f,;:—–-…\"'“”’«»"


@dataclass(frozen=True, slots=True)
class Sentences:
    """The whole sentences that cited words stand in: `briefing.text[start:end]`.

    `restriction` is what follows the words in their sentence where it takes back or limits them ("but only if …"),
    and the citation does not hold it; else it is empty.
    """

    briefing_id: str
    start: int
    end: int
    text: str
    restriction: str = ""


def sentences_around(briefing: Briefing, citation: Citation, next_start: int | None = None) -> Sentences:
    """The sentences around a citation, in its turn.

    `next_start` is where the next words of the same quotation are cited, in the same briefing.
    """
    text = briefing.text
    index = turn_at(briefing, citation.start, citation.end)
    limit = Span(0, len(text)) if index is None else Span(briefing.turns[index].start, briefing.turns[index].end)
    if index is None:
        limit = Span(text.rfind("\n", 0, citation.start) + 1, _line_end(text, citation.end))
    spoken = language(citation.language)
    spans = [
        Span(limit.start + span.start, limit.start + span.end)
        for span in spoken.sentences(text[limit.start : limit.end])
        if limit.start + span.start < citation.end and citation.start < limit.start + span.end
    ]
    start = min([citation.start, *(span.start for span in spans)])
    end = max([citation.end, *(span.end for span in spans)])
    omitted = text[citation.end : end if next_start is None else max(citation.end, min(end, next_start))]
    follows = omitted.lstrip(_BETWEEN)
    restricts = spoken.article.restricts.match(follows) is not None
    return Sentences(briefing.id, start, end, text[start:end], follows.rstrip(" \n\t,;:—–-") if restricts else "")


def _line_end(text: str, place: int) -> int:
    found = text.find("\n", place)
    return len(text) if found < 0 else found
