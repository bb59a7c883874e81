"""From a question to passages: look up by sense and by words in each language, then rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from onrecord.embeddings import Encoder
from onrecord.rag.languages import detect_language
from onrecord.rag.retrieval.followup import History, SearchQuery, shares_shown
from onrecord.rag.retrieval.search import Background, Candidate, Vectors, backgrounds, rank, translations
from onrecord.rag.store import Store
from onrecord.rag.types import Filters, Hit, Passage

# Passages looked up by sense in each language and by words in the question's; ranks below are never among the best.
_LOOKED_UP = 100


@dataclass(frozen=True, slots=True)
class Found:
    """Passages, best first, and the highest cosine of the question and any passage that passes the filters."""

    hits: tuple[Hit, ...]
    nearest: float


def retrieve(
    store: Store, encoder: Encoder, query: SearchQuery, k: int, filters: Filters, history: History = ()
) -> Found:
    """Find the `k` passages that answer `query` best among those that pass the filters.

    All `k` come back wherever as many pass. `history` is the conversation so far: what it has shown steps back.
    """
    question = query.texts[0][0]
    language = detect_language(question)
    vector = _vector(encoder, query)
    samples = {name: sample for name, sample in store.samples().items() if filters.language in (None, name)}
    typical = backgrounds(samples, vector)
    depth = max(_LOOKED_UP, k)
    ids: dict[int, None] = {}
    for name in samples:
        limits = replace(filters, language=name) if len(samples) > 1 else filters
        ids |= dict.fromkeys(passage_id for passage_id, _ in store.nearest(vector, depth, limits))
    matching = _matching(store, query, language, depth, filters)
    passages = store.passages_by_id(ids | dict.fromkeys(matching))
    candidates, vectors = _candidates(store, vector, typical, list(passages.values()), matching, history)
    names = [candidate.language for candidate in candidates]
    pairs = translations([candidate.id for candidate in candidates], names, vectors, samples)
    ranked = rank(candidates, language, pairs)[:k]
    hits = tuple(Hit(passages[passage_id], score, place) for place, (passage_id, score) in enumerate(ranked, start=1))
    if not candidates:
        return Found((), 0.0)
    return Found(hits, float((vectors @ vector).max()))


def _vector(encoder: Encoder, query: SearchQuery) -> Vectors:
    rows = encoder.encode_queries([text for text, _ in query.texts])
    total = np.asarray([weight for _, weight in query.texts], np.float32) @ rows
    vector: Vectors = total / np.linalg.norm(total)
    return vector


def _matching(store: Store, query: SearchQuery, language: str, depth: int, filters: Filters) -> dict[int, float]:
    """BM25 by passage id, of the question's words and less of those of earlier questions, in its language alone."""
    if filters.language not in (None, language):
        return {}
    limits = filters if len(store.samples()) == 1 else replace(filters, language=language)
    scores = dict(store.matching(query.words, depth, limits))
    for passage_id, score in store.matching(query.earlier, depth, limits) if query.earlier else ():
        scores[passage_id] = scores.get(passage_id, 0.0) + query.earlier_weight * score
    return scores


def _candidates(
    store: Store,
    vector: Vectors,
    typical: dict[str, Background],
    passages: Sequence[Passage],
    matching: dict[int, float],
    history: History,
) -> tuple[list[Candidate], Vectors]:
    held = store.vectors(passage.id for passage in passages)
    passages = [passage for passage in passages if passage.id in held]
    vectors = np.array([held[passage.id] for passage in passages], np.float32).reshape(len(passages), len(vector))
    scores = vectors @ vector
    shown = shares_shown([(p.text, p.language) for p in passages], history) if history else [0.0] * len(passages)
    return [
        Candidate(
            passage.id,
            passage.language,
            (float(score) - typical[passage.language].mean) / typical[passage.language].spread,
            matching.get(passage.id, 0.0),
            len(passage.text.split()),
            share,
        )
        for passage, score, share in zip(passages, scores, shown, strict=True)
    ], vectors
