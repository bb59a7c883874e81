"""What a store must find, weighed passage by passage in plain Python: the briefings held are the only state."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from onrecord.rag.languages import language as words_of_language
from onrecord.rag.store import Limits, NewBriefing
from onrecord.rag.types import Briefing, Passage


def passages_within(held: Iterable[NewBriefing], limits: Limits) -> list[Passage]:
    """The passages within limits, in the order of the briefings."""
    return [
        passage
        for new in held
        for passage in new.passages
        if _is_dated(new.briefing, limits) and _is_in(passage, limits)
    ]


def _is_dated(briefing: Briefing, limits: Limits) -> bool:
    date = briefing.date
    if date is None:
        return limits.since is None and limits.until is None
    return (limits.since is None or date >= limits.since) and (
        limits.until is None or date[: len(limits.until)] <= limits.until
    )


def _is_in(passage: Passage, limits: Limits) -> bool:
    return (
        (limits.roles is None or passage.role in limits.roles)
        and (limits.outlets is None or passage.outlet in limits.outlets)
        and (limits.languages is None or passage.language in limits.languages)
        and (limits.kinds is None or passage.kind in limits.kinds)
        and (limits.briefings is None or passage.briefing_id in limits.briefings)
        and (
            limits.speakers is None
            or any(
                (known.name, known.role, known.outlet) == (passage.speaker, passage.role, passage.outlet)
                and known.briefing in (None, passage.briefing_id)
                for known in limits.speakers
            )
        )
    )


def lexical_scores(held: Sequence[NewBriefing], terms: Mapping[str, float]) -> dict[int, float]:
    """By passage id, BM25 as SQLite's FTS5 computes it (https://sqlite.org/fts5.html, 5.1.1), each term weighed.

    It is a share of what a passage of the mean length has that holds each of the terms once.
    """
    counted = {
        passage.id: words_of_language(passage.language).index_terms(f"{passage.context}\n{passage.text}")
        for new in held
        for passage in new.passages
    }
    mean = sum(map(len, counted.values())) / len(counted)
    scores, of_all = dict.fromkeys(counted, 0.0), 0.0
    for term, weight in terms.items():
        holding = sum(term in words for words in counted.values())
        idf = max(math.log((len(counted) - holding + 0.5) / (holding + 0.5)), 1e-6)
        of_all += weight * idf
        for id_, words in counted.items():
            often = words.count(term)
            scores[id_] += weight * idf * often * 2.2 / (often + 1.2 * (0.25 + 0.75 * len(words) / mean))
    return {id_: score / of_all for id_, score in scores.items()}


def expected_candidates(
    held: Sequence[NewBriefing],
    vector: NDArray[np.float32] | None,
    terms: Mapping[str, float],
    limits: Limits,
    k: int,
    language: str | None,
) -> dict[int, float]:
    """By id of the passages that must be found, their BM25."""
    within = passages_within(held, limits)
    vectors = {passage.id: one.vector for new in held for passage, one in zip(new.passages, new.embedded, strict=True)}
    scores = lexical_scores(held, terms) if terms else {}
    chosen: set[int] = set()
    if vector is not None:
        for code in {passage.language for passage in within}:
            own = [passage.id for passage in within if passage.language == code]
            chosen |= set(sorted(own, key=lambda id_: (-float(vectors[id_] @ vector), id_))[:k])
    spoken = {passage.id for passage in within if language in (None, passage.language)}
    lexical = {id_: scores.get(id_, 0.0) for id_ in spoken}
    chosen |= set(sorted((id_ for id_ in spoken if lexical[id_] > 0), key=lambda id_: (-lexical[id_], id_))[:k])
    return {id_: lexical.get(id_, 0.0) for id_ in chosen}
