"""From a question to passages: look up by sense and by words in each language, read word by word, then rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from onrecord.embeddings import Encoder, TokenVectors
from onrecord.rag.questions.followup import SearchQuery, shares_shown
from onrecord.rag.questions.question import Question
from onrecord.rag.retrieval.interaction import (
    WordVectors,
    asked_words,
    met_by_each,
    words_given,
)
from onrecord.rag.retrieval.search import PassageCandidate, Vectors, backgrounds, rank, translations
from onrecord.rag.store import Store
from onrecord.rag.types import Filters, Hit

# Passages looked up by sense in each language and by words in the question's; ranks below are never among the best.
_LOOKED_UP = 100
# The best of those, read word by word.
_READ = 100


def retrieve(store: Store, encoder: Encoder, question: Question, k: int, filters: Filters) -> tuple[Hit, ...]:
    """Find the `k` passages that answer a question best among those that pass the filters.

    All `k` come back wherever as many pass. What the conversation so far has shown steps back.
    """
    query, language = question.search, question.language
    read = encoder.read_question(question.text)
    asked = asked_words(question.text, language, read)
    vector = _vector(encoder, query, read)
    samples = {name: sample for name, sample in store.samples().items() if filters.language in (None, name)}
    depth = max(_LOOKED_UP, k)
    languages: dict[int, str] = {}
    for name in samples:
        limits = replace(filters, language=name) if len(samples) > 1 else filters
        languages |= dict.fromkeys((passage_id for passage_id, _ in store.nearest(vector, depth, limits)), name)
    matching = _matching(store, query, language, depth, filters)
    # Words are looked up in the question's language alone, or in the only one there is.
    languages |= dict.fromkeys(matching, language if len(samples) != 1 else next(iter(samples)))
    held, lengths = store.vectors(languages), store.lengths(languages)
    ids = [passage_id for passage_id in languages if passage_id in held and passage_id in lengths]
    if not ids:
        return ()
    vectors = np.array([held[passage_id] for passage_id in ids], np.float32)
    nearness = vectors @ vector
    usual = backgrounds({name: sample @ vector for name, sample in samples.items()})
    shown = _shown(store, ids, question) if question.history else dict[int, float]()
    candidates = [
        PassageCandidate(
            passage_id,
            languages[passage_id],
            usual[languages[passage_id]].above(near),
            None,
            matching.get(passage_id, 0.0),
            lengths[passage_id],
            shown.get(passage_id, 0.0),
        )
        for passage_id, near in zip(ids, nearness.tolist(), strict=True)
    ]
    short = dict(rank(candidates, language, {})[: max(_READ, k)])
    said = store.said(short)
    rows = [row for row, passage_id in enumerate(ids) if passage_id in said]
    candidates = [candidates[row] for row in rows]
    # A question that leans on the conversation does not hold the words it is about; not every model is read so.
    if len(query.texts) == 1 and len(asked.vectors):
        candidates = _read(store, question.text, asked, candidates, said)
    names = [candidate.language for candidate in candidates]
    pairs = translations([candidate.id for candidate in candidates], names, vectors[rows], samples)
    ranked = rank(candidates, language, pairs)[:k]
    passages = store.passages_by_id(passage_id for passage_id, _ in ranked)
    return tuple(
        Hit(passages[passage_id], score, place)
        for place, (passage_id, score) in enumerate((item for item in ranked if item[0] in passages), start=1)
    )


def _read(
    store: Store, question: str, asked: WordVectors, candidates: Sequence[PassageCandidate], said: Mapping[int, bytes]
) -> list[PassageCandidate]:
    """The candidates, each with how well it and its context meet the words asked for."""
    passages = store.passages_by_id(candidate.id for candidate in candidates)
    # One may be gone since: another process removed it.
    contexts = [found.context if (found := passages.get(candidate.id)) else "" for candidate in candidates]
    held = words_given(question, asked, contexts)
    chance = backgrounds({name: met_by_each(asked, sample) for name, sample in store.said_samples().items()})
    meeting = met_by_each(asked, [said[candidate.id] for candidate in candidates], held)
    return [
        replace(candidate, met=chance[candidate.language].above(words))
        for candidate, words in zip(candidates, meeting.tolist(), strict=True)
    ]


def _vector(encoder: Encoder, query: SearchQuery, question: TokenVectors) -> Vectors:
    """The weighted sum of the vectors of the query's texts, the first of which is the question, at unit length."""
    rows = np.vstack([question.whole, encoder.encode_queries([text for text, _ in query.texts[1:]])])
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


def _shown(store: Store, ids: Sequence[int], question: Question) -> dict[int, float]:
    """How much of each passage the conversation has shown."""
    passages = store.passages_by_id(ids).values()
    answers = [answer for _, answer in question.history]
    shares = shares_shown([(passage.text, passage.language) for passage in passages], answers)
    return {passage.id: share for passage, share in zip(passages, shares, strict=True)}
