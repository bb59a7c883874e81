"""From a question to passages: look up by sense and by words in each language, read word by word, then rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from onrecord.embeddings import Encoder, TokenVectors
from onrecord.rag.holdings import Holdings, by_words
from onrecord.rag.questions.followup import SearchQuery, shares_shown
from onrecord.rag.questions.question import Question
from onrecord.rag.retrieval.interaction import (
    SaidWords,
    WordVectors,
    asked_words,
    met_by_each,
    unpack_each,
    words_given,
)
from onrecord.rag.retrieval.search import PassageCandidate, Vectors, backgrounds, rank, translations
from onrecord.rag.store import Held, Usual
from onrecord.rag.types import Filters, Hit, each_of

# Passages looked up by sense in each language and by words in the question's; ranks below are never among the best.
_LOOKED_UP = 100
# The best of those, read word by word.
_READ = 100


def retrieve(holdings: Holdings, encoder: Encoder, question: Question, k: int, filters: Filters) -> tuple[Hit, ...]:
    """Find the `k` passages that answer a question best among those that pass the filters.

    All `k` come back wherever as many pass. What the conversation so far has shown steps back.
    """
    query, language = question.search, question.language
    read = encoder.read_question(question.text)
    asked = asked_words(question.text, language, read)
    vector = _vector(encoder, query, read)
    chance = holdings.usual(_by_chance)
    depth = max(_LOOKED_UP, k)
    # Words are looked up in the question's language alone, or in the only one there is.
    limited = each_of(filters.language)
    terms = _weights(query) if limited is None or language in limited else {}
    spoken = language if len(chance) > 1 else None
    found = holdings.candidates(vector, terms, filters, depth, language=spoken)
    if not found:
        return ()
    matching = {one.id: one.lexical for one in by_words(found, depth)}
    if query.earlier and matching:
        # No passage holds the words of a whole conversation: the best there is counts as all.
        most = max(matching.values())
        matching = {id_: lexical / most for id_, lexical in matching.items()}
    vectors = np.array([one.vector for one in found], np.float32)
    nearness = vectors @ vector
    passages = {name: one.passages for name, one in chance.items()}
    usual = backgrounds(
        {name: one.vectors @ vector for name, one in chance.items() if limited is None or name in limited}, passages
    )
    shown, held = dict[int, float](), dict[int, Held]()
    if question.history:
        held = holdings.held(one.id for one in found)
        shown = _shown(held, question)
    candidates = [
        PassageCandidate(
            one.id,
            one.language,
            usual[one.language].above(near),
            None,
            matching.get(one.id, 0.0),
            one.length,
            shown.get(one.id, 0.0),
        )
        for one, near in zip(found, nearness.tolist(), strict=True)
    ]
    short = dict(rank(candidates, language, {})[: max(_READ, k)])
    held = held or holdings.held(short)
    rows = [row for row, one in enumerate(candidates) if one.id in short and one.id in held]
    candidates = [candidates[row] for row in rows]
    # A question that leans on the conversation does not hold the words it is about; not every model is read so.
    if len(query.texts) == 1 and len(asked.vectors):
        candidates = _read(question.text, asked, candidates, held, holdings.usual(said_by_chance), passages)
    names = [candidate.language for candidate in candidates]
    means = {name: one.mean for name, one in chance.items()}
    pairs = translations([candidate.id for candidate in candidates], names, vectors[rows], means)
    ranked = rank(candidates, language, pairs)[:k]
    return tuple(Hit(held[id_].passage, score, place) for place, (id_, score) in enumerate(ranked, start=1))


@dataclass(frozen=True, slots=True)
class _ByChance:
    """The vectors of some passages of a language, (n, dimension), their mean, (dimension,), and how many there are."""

    vectors: Vectors
    mean: Vectors
    passages: int


def _by_chance(usual: Mapping[str, Usual]) -> dict[str, _ByChance]:
    return {name: _ByChance(one.vectors, one.vectors.mean(axis=0), one.passages) for name, one in usual.items()}


def said_by_chance(usual: Mapping[str, Usual]) -> dict[str, SaidWords]:
    """The telling words of some passages of each language, which meet the words of a question by chance."""
    return {name: unpack_each(one.said, one.vectors.shape[1]) for name, one in usual.items()}


def _read(
    question: str,
    asked: WordVectors,
    candidates: Sequence[PassageCandidate],
    held: Mapping[int, Held],
    usual: Mapping[str, SaidWords],
    passages: Mapping[str, int],
) -> list[PassageCandidate]:
    """The candidates, each with how well it and its context meet the words asked for."""
    given = words_given(question, asked, [held[one.id].passage.context for one in candidates])
    chance = backgrounds({name: met_by_each(asked, said) for name, said in usual.items()}, passages)
    said = unpack_each([held[one.id].said for one in candidates], asked.vectors.shape[1])
    return [
        # Written out: `dataclasses.replace` takes four times as long.
        PassageCandidate(
            one.id, one.language, one.nearness, chance[one.language].above(met), one.matching, one.words, one.shown
        )
        for one, met in zip(candidates, met_by_each(asked, said, given).tolist(), strict=True)
    ]


def _vector(encoder: Encoder, query: SearchQuery, question: TokenVectors) -> Vectors:
    """The weighted sum of the vectors of the query's texts, the first of which is the question, at unit length."""
    rows = np.vstack([question.whole, encoder.encode_queries([text for text, _ in query.texts[1:]])])
    total = np.asarray([weight for _, weight in query.texts], np.float32) @ rows
    vector: Vectors = total / np.linalg.norm(total)
    return vector


def _weights(query: SearchQuery) -> dict[str, float]:
    """The question's words, and less of those of earlier questions."""
    weights = dict.fromkeys(query.words, 1.0)
    for term in dict.fromkeys(query.earlier):
        weights[term] = weights.get(term, 0.0) + query.earlier_weight
    return weights


def _shown(held: Mapping[int, Held], question: Question) -> dict[int, float]:
    """How much of each passage the conversation has shown."""
    passages = [one.passage for one in held.values()]
    answers = [answer for _, answer in question.history]
    shares = shares_shown([(passage.text, passage.language) for passage in passages], answers)
    return {passage.id: share for passage, share in zip(passages, shares, strict=True)}
