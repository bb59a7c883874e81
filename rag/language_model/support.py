"""How well the words cited support a sentence: measures, weighed by what made pairs taught.

The pairs, the weights and what they are worth: benchmarks/written.py. The trained reader was measured there too, with
the sentence as its question: it was made to tell what answers, and adds nothing here.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from onrecord.embeddings import Encoder
from onrecord.rag.language_model.contrary import opposed
from onrecord.rag.language_model.evidence import Evidence
from onrecord.rag.language_model.order import WordOrder, order_of
from onrecord.rag.language_model.telling import (
    ReadClause,
    ReadWord,
    TellingWords,
    clauses_of,
    word_likeness,
)
from onrecord.rag.languages import language

# A word is met by one this much like it, and one that a figure belongs to by one this much.
_MET, _BOUND = 0.75, 0.8
# A name is another's translation from this word_likeness on.
_TRANSLATED = 0.6
# What the context of a statement gives (its speaker, title, question) meets a word nearly as well as its own words.
_GIVEN = 0.9
# Words on either side of a figure that may belong to it.
_BESIDE = 2
# Runs of so many clauses at most are compared with a sentence as wholes, of so many words at least.
_MOST_CLAUSES, _LEAST_WORDS = 6, 3
# Between sentences lies more than any distance within one.
_APART = 1000


@dataclass(frozen=True, slots=True)
class Measures:
    """What is measured of a sentence beside the statements that it cites.

    Attributes:
        nearness: the cosine of the sentence with the nearest run of clauses.
        met: the mean word_likeness (0–1) of its telling words to the most similar ones of the statements.
        denied: the share (0–1) of the words met whose clause says no where the other does not.
        misbound: the share (0–1) of words beside a figure that stand beside another there.
        foreign: whether the statements are in another language.
        opposed: whether it has the opposite of a word of theirs.
        in_place: whether it keeps to their words in their order, in their language.
        displaced: the share (0–1) of its words that they have in another order.
        settled: the share (0–1) of its words that are there of what may be or is to come, where it says neither.
        widened: whether it says "all", or the like, where they do not.
    """

    nearness: float
    met: float
    denied: float
    misbound: float
    foreign: bool
    opposed: bool
    in_place: bool = False
    displaced: float = 0.0
    settled: float = 0.0
    widened: bool = False


# Fitted by logistic regression on one half of the made pairs (benchmarks/written.py --fit), the last alone is a rule.
WEIGHTS = {
    "nearness": 17.65,
    "met": 2.47,
    "denied": -2.1,
    "misbound": -2.65,
    "foreign": 1.67,
    "in_place": 1.16,
    "displaced": -1.81,
    "settled": -3.33,
    "widened": -3.64,
}
CONSTANT = -19.39
# Above this are 7% of that half's false sentences, each briefing's by weights of the others, in the language of their
# words and in another one alike.
THRESHOLD = 0.5


def supported(measures: Measures) -> float:
    """The estimated probability (0–1), with as many false sentences as true ones, that a sentence is supported."""
    if measures.opposed:
        return 0.0
    sum_ = CONSTANT + sum(weight * float(getattr(measures, name)) for name, weight in WEIGHTS.items())
    return 1 / (1 + math.exp(-sum_))


class Support:
    """Measures sentences against statements."""

    def __init__(self, encoder: Encoder) -> None:
        """`encoder` is the bundled one: the weights were fitted to its vectors."""
        self._words = TellingWords(encoder)

    def measure(self, sentence: str, code: str, cited: Sequence[Evidence]) -> Measures:
        """Measure a sentence in the language of a code against the statements that it cites, one at least."""
        codes = tuple(sorted({code, *(one.citation.language for one in cited)}))
        said = self._words.clauses(sentence, code, codes)
        known = [clause for one in cited for clause in self._known(one, codes)]
        sentences = [
            [word for clause in self._words.clauses(text, one.citation.language, codes) for word in clause.words]
            for one in cited
            for text in _sentences(one)
        ]
        alone = len(codes) == 1
        foreign = all(one.citation.language != code for one in cited)
        order, settled = self._order(said, code, cited, codes, _TRANSLATED if foreign else _MET)
        return Measures(
            nearness=self._nearness(sentence, cited),
            met=_met(said, sentences, {term for one in cited for term in _given(one, codes)}, code),
            denied=_denied(said, known),
            misbound=_misbound(said, sentences) if alone else 0.0,
            foreign=foreign,
            opposed=alone and opposed(said, known, code),
            in_place=not foreign and order.kept,
            displaced=order.displaced,
            settled=settled,
            widened=_says_all(sentence, code)
            and not any(_says_all(f"{one.citation.quote} {one.asked}", one.citation.language) for one in cited),
        )

    def _order(
        self, said: Sequence[ReadClause], code: str, cited: Sequence[Evidence], codes: tuple[str, ...], met: float
    ) -> tuple[WordOrder, float]:
        """The order of what is said, without who says it, and how much of it is open there and said as settled."""
        names = " ".join(f"{one.citation.speaker or ''} {one.citation.role or ''}" for one in cited)
        named = {term for each in codes for term in language(each).index_terms(names)}
        told = [word for word in _telling(said, code) if not word.terms <= named]
        there = [(clause.open, word) for one in cited for clause in self._own(one, codes) for word in clause.words]
        order = order_of(word_likeness(told, [word for _, word in there]) >= met)
        still_open = sum(there[place][0] for place in order.places)
        return order, 0.0 if any(clause.open for clause in said) or not told else still_open / len(told)

    def translates(self, name: str, sentence: str, code: str, cited: Sequence[Evidence]) -> bool:
        """Whether a name in a sentence is one of statements in other languages, in its own ("Conseil", "Council")."""
        foreign = [one for one in cited if one.citation.language != code]
        codes = tuple(sorted({code, *(one.citation.language for one in foreign)}))
        own = [word for clause in self._words.clauses(sentence, code, codes) for word in clause.words]
        own = [word for word in own if word.text in name]
        known = [
            word
            for one in foreign
            for clause in self._words.clauses(one.citation.quote, one.citation.language, codes)
            for word in clause.words
            if word.text[:1].isupper()
        ]
        alike = word_likeness(own, known)
        return bool(alike.size) and bool((alike.max(axis=1) >= _TRANSLATED).all())

    def _known(self, one: Evidence, codes: tuple[str, ...]) -> Iterable[ReadClause]:
        """The clauses of a statement; where it begins with a bare "no", the question that this denies too."""
        code = one.citation.language
        clauses = self._own(one, codes)
        yield from clauses
        if one.asked and clauses and clauses[0].negative and not clauses[0].words:
            last = language(code).sentences(one.asked)[-1]
            for clause in self._words.clauses(one.asked[last.start : last.end], code, codes):
                yield replace(clause, negative=not clause.negative)

    def _own(self, one: Evidence, codes: tuple[str, ...]) -> tuple[ReadClause, ...]:
        return self._words.clauses(one.citation.quote, one.citation.language, codes)

    def _nearness(self, sentence: str, cited: Sequence[Evidence]) -> float:
        wanted = self._words.whole(sentence)
        return max(float(self._words.whole(run) @ wanted) for one in cited for run in _runs(one))


def _runs(one: Evidence) -> set[str]:
    """The statement, its runs of clauses, and it behind the question that it replies to."""
    words, text = language(one.citation.language), one.citation.quote
    cuts = clauses_of(text, words)
    runs = {
        text[cuts[first][0] : cuts[last][1]].strip(" ,;:.")
        for first in range(len(cuts))
        for last in range(first, min(len(cuts), first + _MOST_CLAUSES))
    }
    found = {run for run in runs if len(run.split()) >= _LEAST_WORDS} | {text}
    if one.asked:
        last_asked = words.sentences(one.asked)[-1]
        found.add(f"{one.asked[last_asked.start : last_asked.end]} {text}")
    return found


def _sentences(one: Evidence) -> list[str]:
    text = one.citation.quote
    return [text[span.start : span.end] for span in language(one.citation.language).sentences(text)]


def _given(one: Evidence, codes: Sequence[str]) -> set[str]:
    return {term for code in codes for term in language(code).index_terms(one.context)}


def _met(said: Iterable[ReadClause], sentences: Sequence[Sequence[ReadWord]], given: set[str], code: str) -> float:
    """The mean of how well each telling word is met; figures, and the words of saying itself, are not counted."""
    words = [word for word in _telling(said, code) if not word.figures]
    if not words:
        return _GIVEN
    known = [word for sentence in sentences for word in sentence]
    best = word_likeness(words, known).max(axis=1) if known else np.zeros(len(words), np.float32)
    return float(np.mean([max(one, _GIVEN * bool(word.terms & given)) for one, word in zip(best, words, strict=True)]))


def _telling(said: Iterable[ReadClause], code: str) -> list[ReadWord]:
    """The words of some clauses but those of saying itself."""
    return [word for clause in said for word in clause.words if not word.terms <= framing(code)]


def _says_all(text: str, code: str) -> bool:
    return language(code).model.whole.search(text) is not None


def _denied(said: Iterable[ReadClause], known: Sequence[ReadClause]) -> float:
    """The share of words met, each clause in the most similar one, that one of the two denies and the other not."""
    met, otherwise = 0, 0
    for clause in said:
        best, held, differs = 0.0, 0, False
        for other in known:
            alike = word_likeness(clause.words, other.words)
            shared = int((alike.max(axis=1) >= _MET).sum()) if alike.size else 0
            share = shared / max(1, len(clause.words) + len(other.words) - shared)
            if share > best:
                best, held, differs = share, shared, other.negative != clause.negative
        met, otherwise = met + held, otherwise + held * differs
    return otherwise / met if met else 0.0


def _misbound(said: Iterable[ReadClause], sentences: Sequence[Sequence[ReadWord]]) -> float:
    """The share of words beside a figure which in their source stand nearer to another figure than to this one."""
    words = [word for clause in said for word in clause.words]
    known = [word for sentence in sentences for word in sentence]
    places = [number * _APART + place for number, one in enumerate(sentences) for place in range(len(one))]
    alike = word_likeness(words, known) >= _BOUND
    figures = [place for place, word in enumerate(words) if word.figures]
    seen, wrong = 0, 0
    for figure in figures:
        own = _at(places, [bool(word.figures & words[figure].figures) for word in known])
        others = _at(places, [bool(word.figures - words[figure].figures) for word in known])
        for place in range(max(0, figure - _BESIDE), min(len(words), figure + _BESIDE + 1)):
            if words[place].figures or abs(place - figure) > min(abs(place - other) for other in figures):
                continue
            stands = _at(places, [met and not word.figures for met, word in zip(alike[place], known, strict=True)])
            if len(stands) and len(own) and len(others):
                seen += 1
                wrong += _distance(stands, own) > _distance(stands, others) + 1
    return wrong / seen if seen else 0.0


def _at(places: Sequence[int], held: Sequence[bool]) -> NDArray[np.int64]:
    return np.array([place for place, one in zip(places, held, strict=True) if one], np.int64)


def _distance(some: NDArray[np.int64], others: NDArray[np.int64]) -> int:
    return int(np.abs(some[:, None] - others[None]).min())


@cache
def framing(code: str) -> frozenset[str]:
    """The terms of a language that say who speaks, and need no support."""
    words = language(code)
    said = words.saying
    return frozenset(
        words.index_terms(" ".join([*words.model.framing, *said.say, *said.says, *said.said, *said.having_said]))
    )
