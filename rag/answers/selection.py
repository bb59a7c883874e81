"""Which sentences answer: candidates from the passages found, scored (pure)."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from onrecord.rag.answers.spans import sentences_between, words_at
from onrecord.rag.languages import language
from onrecord.rag.people.names import Same, read_name
from onrecord.rag.questions.question import Question
from onrecord.rag.questions.stating import states
from onrecord.rag.text.folding import folded_words
from onrecord.rag.text.quotes import reported_at
from onrecord.rag.types import Briefing, Hit, Passage, Span

SentenceScorer = Callable[[str, Sequence[str]], Sequence[float]]
"""Similarity of a question to each of some sentences, higher is nearer: a cosine of unit vectors."""


Meeting = Callable[[Passage, Span], float]
"""How well the words of a question are met by a slice of a passage's text, -1 to 1; 0 where that was not read."""


def unread(_passage: Passage, _part: Span) -> float:
    """A `Meeting` for passages whose words were not read."""
    return 0.0


def remembering(scorer: SentenceScorer) -> SentenceScorer:
    """The same scorer, which is asked once for each pair of a query and a sentence."""
    known: dict[tuple[str, str], float] = {}

    def score_once(query: str, texts: Sequence[str]) -> list[float]:
        missing = [text for text in dict.fromkeys(texts) if (query, text) not in known]
        if missing:
            known.update(zip(((query, text) for text in missing), scorer(query, missing), strict=True))
        return [known[query, text] for text in texts]

    return score_once


# Sentences put to the encoder for one question: what fits into the time an answer may take.
_MOST_SCORED = 12
# What meeting all words of the question is worth; and how much less words of another language meet them that say the
# same, on average.
_MET = 2.5
_ACROSS = 0.1
# A cosine of multilingual-e5-small between a question and a sentence lies in this range nearly always.
_COSINE_RANGE = (0.74, 0.90)
# By how much that cosine is higher, on average, for a sentence in the question's own language, whatever either says
# (multilingual-e5-small, 43 questions against 1,986 sentences of the two source briefings and ten others).
_OWN_LANGUAGE = {"en": 0.014, "fr": 0.035}
_PROPER = re.compile(r"(?<=[a-zà-ÿ,;] )[A-ZÀ-Þ][\w’'-]+(?: [A-ZÀ-Þ][\w’'-]+)*")
_QUESTION_MARK = re.compile(r"\?[”»\"’]?\s*$")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of a passage found: `briefing.text[span.start:span.end]`, with what speaks for it."""

    passage: Passage
    span: Span
    text: str
    rank: int
    turn: int
    met: float = 0.0
    lexical: float = 0.0
    similarity: float = 0.0
    score: float = 0.0


def candidates(
    hits: Iterable[Hit], sources: Mapping[str, Briefing], question: Question, meeting: Meeting
) -> list[Candidate]:
    """The sentences of the passages found, best passage first, each with how it meets the question's words.

    A passage may hold several short turns: each sentence lies in one turn, and no label in any.
    """
    found: list[Candidate] = []
    for hit in hits:
        passage = hit.passage
        briefing = sources.get(passage.briefing_id)
        if briefing is None:
            continue
        for number, turn in enumerate(briefing.turns):
            start, end = max(turn.start, passage.start), min(turn.end, passage.end)
            if start < end:
                own = replace(passage, speaker=turn.speaker, role=turn.role, kind=turn.kind, outlet=turn.outlet)
                for span in sentences_between(briefing, start, end, passage.language):
                    text = words_at(briefing, span)
                    within = Span(span.start - passage.start, span.end - passage.start)
                    across = 0.0 if passage.language == question.language else _ACROSS
                    found.append(Candidate(own, span, text, hit.rank, number, meeting(passage, within) + across))
    shares = share_of_words([(candidate.text, candidate.passage.language) for candidate in found], question)
    return [replace(candidate, lexical=share) for candidate, share in zip(found, shares, strict=True)]


def share_of_words(texts: Sequence[tuple[str, str]], question: Question) -> list[float]:
    """For each (text, language) the share (0–1) of the question's telling words it holds; rare ones count more."""
    wanted = language(question.language).query_terms(question.text)
    held = [terms_of(text, code) for text, code in texts]
    frequency = Counter(term for terms in held for term in terms)
    weights = {term: math.log(1 + len(texts) / (1 + frequency[term])) for term in wanted}
    total = sum(weights.values()) or 1.0
    return [sum(weights[term] * _holds(term, terms) for term in wanted) / total for terms in held]


def terms_of(text: str, code: str) -> frozenset[str]:
    """The telling stems of a text in the language of a code."""
    return frozenset(language(code).query_terms(text))


def _holds(term: str, terms: frozenset[str]) -> float:
    """1 for the stem itself; half for a word that begins alike, as cognates in English and French do."""
    if term in terms:
        return 1.0
    return 0.5 if len(term) >= 5 and any(other.startswith(term[:5]) for other in terms) else 0.0


def score(
    found: Sequence[Candidate],
    question: Question,
    sources: Mapping[str, Briefing],
    scorer: SentenceScorer,
    *,
    query: str | None = None,
) -> list[Candidate]:
    """Score candidates and return those scored, best first: those for which all else speaks than the encoder."""
    chosen = sorted(found, key=lambda c: (-_score(c, question, sources) - 1.0 / (1 + c.rank), c.span.start))[
        :_MOST_SCORED
    ]
    similar = scorer(query or question.text, [candidate.text for candidate in chosen]) if chosen else []
    scored = [replace(candidate, similarity=float(value)) for candidate, value in zip(chosen, similar, strict=True)]
    scored = [replace(candidate, score=_score(candidate, question, sources)) for candidate in scored]
    return sorted(scored, key=lambda c: (-c.score, c.rank, c.span.start))


def _score(candidate: Candidate, question: Question, sources: Mapping[str, Briefing]) -> float:
    low, high = _COSINE_RANGE
    own = _OWN_LANGUAGE.get(question.language, 0.0) if candidate.passage.language == question.language else 0.0
    value = (candidate.similarity - own - low) / (high - low)
    value += 0.6 * candidate.lexical + _MET * candidate.met
    value += 0.25 / candidate.rank
    value += _form(candidate, question)
    kind = candidate.passage.kind
    if kind == "moderation":
        value -= 0.9
    if kind == "question" and not question.outlets:
        # What a reporter says may be the figure asked for ("You expect to spend 15 billion."); what one asks is not.
        premise = (
            question.wanted == "number"
            and states(candidate.text, "number", candidate.passage.language)
            and not asks(candidate.text)
        )
        value -= 0.5 if premise else 1.2
    if question.sayers:
        # What it is worth whose words a sentence is; more where the question wants theirs alone.
        worth = {"yes": 0.3, "unknown": 0.0, "no": -1.5 if question.explicit else -0.1}
        value += worth[whose(candidate, sources[candidate.passage.briefing_id], question)]
    return value


def whose(candidate: Candidate, briefing: Briefing, question: Question) -> Same:
    """Whether a sentence is the words of the person whose words the question wants.

    A report that names them, or quotes somebody it does not name, is neither their words nor another's.
    """
    inner = reported_at(briefing, candidate.span.start, candidate.span.end)
    if inner is not None:
        return "yes" if question.wants(inner.speaker) else "unknown" if question.may_want(inner.speaker) else "no"
    said = [r.speaker for r in briefing.reported if r.start < candidate.span.end and candidate.span.start < r.end]
    if any(map(question.wants, [*said, candidate.passage.speaker])):
        return "yes"
    if candidate.passage.kind != "report":
        return "no"
    surnames = {read_name(name).surname for name in question.sayers}
    named = not said and not surnames.isdisjoint(folded_words(candidate.text))
    return "unknown" if named or any(map(question.may_want, said)) else "no"


def _form(candidate: Candidate, question: Question) -> float:
    """What the form of the sentence says: a number for "how many", no bare question, no fragment."""
    text = candidate.text
    value = 0.0
    words = len(text.split())
    if words < 4:
        value -= 0.4
    elif words < 7:
        value -= 0.15
    if asks(text):
        value -= 0.3
    code = candidate.passage.language
    if question.wanted == "number" and states(text, "number", code):
        value += 0.3
    elif (question.wanted == "date" or question.wanted == "reason") and states(text, question.wanted, code):
        value += 0.2
    elif question.wanted == "person" and _PROPER.search(text):
        value += 0.15
    return value


def asks(text: str) -> bool:
    """Whether a sentence ends in a question mark."""
    return bool(_QUESTION_MARK.search(text))


def topic_of(text: str) -> str | None:
    """The longest name inside a sentence, to say what a passage is about; None where it holds none."""
    names = [re.sub(r"['’]s$", "", name) for name in _PROPER.findall(text)]
    return max(names, key=len, default=None)
