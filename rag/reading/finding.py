"""From a question to passages read: the library is searched, what is found is read, and ranked by both."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from onrecord.embeddings import Encoder
from onrecord.rag.holdings import Holdings, by_words
from onrecord.rag.languages import language
from onrecord.rag.questions.question import Question
from onrecord.rag.reading.certainty import NOT_FOUND_BELOW, certainty
from onrecord.rag.reading.reader import Reader, Reading, read_passages
from onrecord.rag.retrieval.retrieve import retrieve
from onrecord.rag.retrieval.subject import Subject, subject_met
from onrecord.rag.types import Briefing, Filters, Hit

READ = 20
"""Passages read for a question; in a library of 61 parts of transcripts the best 10 hold the answer to 74% of the
questions that have one, the best 20 to 83% (docs/reader.md)."""
# What a passage gains for each natural logarithm of the probability that the sentence to quote is in it, beside the
# score of the search: chosen on half of the questions of three sets (docs/quality.md). More lowers most of them.
_READ_WEIGHT = 0.1
_LEAST = 1e-6
# A name of more people than this ("Speaker 1") is nobody's in particular: each would cost a search.
_MOST_SPEAKERS = 4
# A passage speaks of what is named where its words come so much nearer to it than by chance, in standard deviations:
# nineteen in twenty passages rightly quoted come nearer (those of the questions to choose by, docs/quality.md).
_SPOKEN_OF = 1.0
# No limit on a number of passages.
_ALL = 2**31


@dataclass(frozen=True, slots=True)
class Found:
    """Passages, best first; the briefings they are of, by id; and what the first `READ` say to the question.

    `subject` is how far what the question is about occurs in them.
    """

    hits: tuple[Hit, ...]
    sources: Mapping[str, Briefing]
    reading: Reading
    subject: Subject


def find_read(
    holdings: Holdings, encoder: Encoder, reader: Reader, question: Question, k: int, filters: Filters
) -> Found:
    """Find the `k` passages that answer a question best among those that pass the filters, and read them.

    Where some hold the words that it gives in quotation marks, it is those. Where it wants somebody's words, half of
    those read are that person's as long as there are so many. Where a question only names something that is on record
    ("What about the ferries?"), and what the conversation leads to answers nothing or does not speak of that, it is
    asked by itself.
    """
    found = _found(holdings, encoder, reader, question, k, filters)
    alone = question.by_itself
    if alone is None or found.subject.unknown:
        return found
    answers = certainty(found.reading, found.subject) >= NOT_FOUND_BELOW
    if answers and _speaks_of(alone, found):
        return found
    other = _found(holdings, encoder, reader, alone, k, filters)
    return other if not answers or _speaks_of(alone, other) else found


def _speaks_of(question: Question, found: Found) -> bool:
    """Whether the passage of the likeliest sentence speaks of what a question names."""
    best = max(found.reading.sentences, key=lambda one: one.weight, default=None)
    if best is None or not found.subject.words:
        return True
    met = found.subject.met.get(best.passage.id)
    if met is not None:
        return met >= _SPOKEN_OF
    words = language(best.passage.language)
    return not set(question.search.words).isdisjoint(words.index_terms(f"{best.passage.context}\n{best.passage.text}"))


def _found(holdings: Holdings, encoder: Encoder, reader: Reader, question: Question, k: int, filters: Filters) -> Found:
    hits = holding(holdings, question, filters)[: max(k, READ)] or _retrieved(
        holdings, encoder, question, max(k, READ), filters
    )
    sources = {id_: holdings.briefing(id_) for id_ in dict.fromkeys(hit.passage.briefing_id for hit in hits[:READ])}
    reading = read_passages(reader, question.to_read, [hit.passage for hit in hits[:READ]], sources, ranked=True)
    ranked = _ranked(hits[:READ], reading) + list(hits[READ:])
    found = [replace(hit, rank=rank) for rank, hit in enumerate(ranked[:k], start=1)]
    return Found(tuple(found), sources, reading, subject_met(holdings, encoder, question, hits[:READ], filters))


def _retrieved(holdings: Holdings, encoder: Encoder, question: Question, k: int, filters: Filters) -> tuple[Hit, ...]:
    hits = retrieve(holdings, encoder, question, k, filters)
    if not question.literal or filters.speaker:
        return hits
    apart: tuple[str | tuple[str, ...], ...] = question.speakers
    if len(apart) > _MOST_SPEAKERS:
        # Those of one office are searched together.
        apart = (question.speakers,) if question.office else ()
    theirs = [
        hit
        for speaker in apart
        for hit in retrieve(holdings, encoder, question, READ // 2 // len(apart), replace(filters, speaker=speaker))
    ]
    by_passage = {hit.passage.id: hit for hit in (*theirs, *hits)}
    return tuple(list(by_passage.values())[:k])


def holding(holdings: Holdings, question: Question, filters: Filters) -> tuple[Hit, ...]:
    """The passages that hold words which a question gives in quotation marks, those with most of them first."""
    if not question.sought:
        return ()
    codes = holdings.names()["language"]
    terms = {term: 1.0 for code in codes for words in question.sought for term in language(code).query_terms(words)}
    if not terms:
        return ()
    scores = {one.id: one.lexical for one in by_words(holdings.candidates(None, terms, filters, _ALL), _ALL)}
    found = []
    for passage_id, one in holdings.held(scores).items():
        if held := question.seeks(one.passage.text):
            found.append((held, scores[passage_id], one.passage))
    found.sort(key=lambda one: (-one[0], -one[1], one[2].id))
    return tuple(Hit(passage, score, rank) for rank, (_, score, passage) in enumerate(found, start=1))


def _ranked(hits: Sequence[Hit], reading: Reading) -> list[Hit]:
    """Passages in order of what the search and the reading say of them together; their scores stay the search's."""
    likely: dict[int, float] = {}
    for sentence in reading.sentences:
        likely[sentence.passage.id] = likely.get(sentence.passage.id, 0.0) + sentence.weight

    def score(hit: Hit) -> float:
        return hit.score + _READ_WEIGHT * math.log(max(likely.get(hit.passage.id, 0.0), _LEAST))

    return sorted(hits, key=score, reverse=True)
