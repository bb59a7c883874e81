"""The sentences in another language that may say what a quotation says (pure, given the lookups)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import combinations

from onrecord.rag.checking.alignment import Change, word_count
from onrecord.rag.languages import language
from onrecord.rag.languages.numerals import decimal_sign
from onrecord.rag.text.figures import numbers
from onrecord.rag.types import Briefing, Passage, Span

# Nearness in sense (`Lookup.similarity`) from which a sentence may be a translation; chosen on the 40 sentences of
# benchmarks/check/translations.jsonl, where translations begin at 0.50 and all others end at 0.48.
TRANSLATION = 0.5
# Among many parts of sentences one comes near by chance: the highest wrong one there was 0.53.
_PART_MARGIN = 0.05
# Of so many of the nearest sentences the clauses are compared too, where they are of about the quotation's length:
# French runs about a fifth longer than English.
_REFINED = 4
_SHORTEST_PART = 0.6
_LONGEST_PART = 1.6
# Characters between two sentences that follow each other.
_NEXT = 3
_CLAUSE = re.compile(r"[,;:«»“”\"—–]\s*")
_MARKS = ' \n\t\u00a0\u202f«»“”",;:—–'

Nearness = Callable[[str, Sequence[str]], Sequence[float]]


def translated(
    quotation: str, own: str, passages: Sequence[Passage], briefings: Mapping[str, Briefing], similarity: Nearness
) -> tuple[float, Briefing, Span] | None:
    """The sentence, two or part of one that is nearest to a quotation in sense, where it may be a translation.

    Args:
        quotation: the words.
        own: the code of their language.
        passages: in other languages.
        briefings: those of the passages, by id.
        similarity: how near texts of one other language are to the quotation, as `Lookup.similarity`.
    """
    best: tuple[float, Briefing, Span] | None = None
    for code in dict.fromkeys(passage.language for passage in passages):
        found = [
            (briefings[passage.briefing_id], Span(passage.start + span.start, passage.start + span.end))
            for passage in passages
            if passage.language == code
            for span in language(code).sentences(passage.text)
        ]
        ranked = sorted(_scored(quotation, found, similarity), key=lambda one: -one[0])
        # The quotation may translate two sentences, or a part of one.
        others = [
            (briefing, other)
            for _, briefing, span in ranked[:_REFINED]
            for other in _around(briefing.text, span, [near for place, near in found if place is briefing], quotation)
        ]
        near = [one for one in ranked[:_REFINED] if one[0] >= TRANSLATION]
        near += [one for one in _scored(quotation, others, similarity) if one[0] >= TRANSLATION + _PART_MARGIN]
        for one in near:
            if _contrary(quotation, own, one[1].text[one[2].start : one[2].end], code):
                continue
            if best is None or one[0] > best[0]:
                best = one
    return best


def other_numbers(quotation: str, own: str, source: str, other: str) -> tuple[Change, ...]:
    """The figures that a translation has and its source has not: what a translation may least change.

    `own` and `other` are the codes of the two languages.
    """
    quoted, said = numbers(quotation, decimal_sign(own)), numbers(source, decimal_sign(other))
    strange = [figure for value, figure in quoted.items() if value not in said]
    missing = [figure for value, figure in said.items() if value not in quoted]
    return (Change("changed", ", ".join(strange), ", ".join(missing)),) if strange and missing else ()


def _contrary(quotation: str, own: str, source: str, other: str) -> bool:
    """Whether one of two sentences says no or asks, and the other does not, each in its own language."""
    negations = [bool(language(code).model.negation.search(text)) for code, text in ((own, quotation), (other, source))]
    told = all(language(code).model.negation for code in (own, other))
    return (told and len(set(negations)) > 1) or (_asks(source) and not _asks(quotation))


def _asks(text: str) -> bool:
    return text.rstrip(_MARKS).endswith("?")


def _scored(
    quotation: str, windows: Sequence[tuple[Briefing, Span]], similarity: Nearness
) -> list[tuple[float, Briefing, Span]]:
    texts = [briefing.text[span.start : span.end] for briefing, span in windows]
    scores = similarity(quotation, texts) if texts else []
    return [(score, briefing, span) for score, (briefing, span) in zip(scores, windows, strict=True)]


def _around(text: str, span: Span, neighbours: Sequence[Span], quotation: str) -> list[Span]:
    """A sentence with its neighbours, and the stretches of clauses in these that are about as long as the quotation."""
    pairs = [Span(span.start, near.end) for near in neighbours if 0 <= near.start - span.end <= _NEXT]
    pairs += [Span(near.start, span.end) for near in neighbours if 0 <= span.start - near.end <= _NEXT]
    words = word_count(quotation)
    found = dict.fromkeys(pairs)
    for whole in (span, *pairs):
        cuts = [whole.start, *(match.end() for match in _CLAUSE.finditer(text, whole.start, whole.end)), whole.end]
        for start, end in combinations(cuts, 2):
            part = text[start:end].strip(_MARKS)
            if _SHORTEST_PART * words <= word_count(part) <= _LONGEST_PART * words:
                begin = text.index(part, start)
                found[Span(begin, begin + len(part))] = None
    return [part for part in found if part != span]
