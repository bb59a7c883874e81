"""How far what a question is about occurs in what was searched: each of its telling words, by sense and as printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from onrecord.embeddings import Encoder
from onrecord.rag.holdings import Holdings
from onrecord.rag.languages import language
from onrecord.rag.questions.question import Question
from onrecord.rag.retrieval.interaction import WordVectors, asked_words, nearest_by_word, unpack_each, words_asked
from onrecord.rag.retrieval.retrieve import said_by_chance
from onrecord.rag.types import Filters, Hit, each_of

# The words of a passage are never so much alike that chance tells less.
_LEAST_SPREAD = 0.01
# Of a language with fewer passages nothing is told: those that answer are themselves what is met by chance, and most of
# what is on record is said in others.
_LEAST_PASSAGES = 16


@dataclass(frozen=True, slots=True)
class Subject:
    """What is known of the telling words of a question, without the names of those whose words it wants.

    `words` is how many there are. `unknown` is the share of them (0–1) that no passage searched holds in any form; 0
    where too few are in the question's language for this to tell. `met` gives by the id of a passage how much
    nearer its nearest words come to them than by chance, in standard deviations, at the mean; those are left out for
    which chance is not known, and all where the model gives no tokens. `leans` says that the question leans on the one
    before.
    """

    words: int = 0
    unknown: float = 0.0
    met: Mapping[int, float] = field(default_factory=dict)
    leans: bool = False


def subject_met(
    holdings: Holdings, encoder: Encoder, question: Question, hits: Sequence[Hit], filters: Filters
) -> Subject:
    """How far the subject of a question occurs in the passages found, and in all that pass the filters."""
    if not language(question.language).telling_terms(question.text):
        return Subject()
    codes = dict.fromkeys([question.language, *holdings.names()["language"]])
    names = {term for name in question.named_as for code in codes for term in language(code).telling_terms(name)}
    asked = words_asked(question.text, question.language)
    terms = {start: {term for code in codes for term in language(code).index_terms(asked[start])} for start in asked}
    terms = {start: own for start, own in terms.items() if names.isdisjoint(own)}
    if not terms or not hits:
        return Subject()
    passages = [hit.passage for hit in hits]
    read = {
        term
        for passage in passages
        for term in language(passage.language).index_terms(f"{passage.context}\n{passage.text}")
    }
    # Words that no passage found holds are few, and seldom common: only those are looked up.
    missing = [own for own in terms.values() if read.isdisjoint(own)]
    unknown = (
        [own for own in missing if not holdings.candidates(None, dict.fromkeys(own, 1.0), filters, 1)]
        if missing and _speaks(holdings, question.language, filters)
        else []
    )
    vectors = asked_words(question.text, question.language, encoder.read_question(question.text))
    rows = [row for row, start in enumerate(vectors.starts.tolist()) if start in terms]
    return Subject(
        words=len(terms),
        unknown=len(unknown) / len(terms),
        met=_met(holdings, WordVectors(vectors.starts[rows], vectors.vectors[rows]), hits),
        leans=len(question.search.texts) > 1,
    )


def _speaks(holdings: Holdings, code: str, filters: Filters) -> bool:
    """Whether so many passages in a language pass the filters that a word of it may be missed among them."""
    limited = each_of(filters.language)
    return (limited is None or code in limited) and holdings.count(replace(filters, language=code))[
        1
    ] >= _LEAST_PASSAGES


def _met(holdings: Holdings, asked: WordVectors, hits: Sequence[Hit]) -> dict[int, float]:
    """How well each passage meets the words, by its id."""
    if not len(asked.vectors):
        return {}
    held = [one for one in holdings.held(hit.passage.id for hit in hits).values() if one.said]
    if not held:
        return {}
    chance = holdings.usual(said_by_chance)
    usual = {code: nearest_by_word(asked, said) for code, said in chance.items() if len(said.firsts) >= _LEAST_PASSAGES}
    nearest = nearest_by_word(asked, unpack_each([one.said for one in held], asked.vectors.shape[1]))
    met = {}
    for one, own in zip(held, nearest.T, strict=True):
        by_chance = usual.get(one.passage.language)
        if by_chance is not None:
            spread = np.maximum(by_chance.std(axis=1), _LEAST_SPREAD)
            met[one.passage.id] = float(((own - by_chance.mean(axis=1)) / spread).mean())
    return met
