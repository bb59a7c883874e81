"""Two briefings, or what one person says in them, side by side: what both speak of, and what one alone does (pure)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import count

import numpy as np

from onrecord.rag.answers.differing import figures_of_each, words_of_one
from onrecord.rag.comparing.meeting import Meeting, meetings
from onrecord.rag.comparing.statements import Statement, statements_of
from onrecord.rag.store import Embedded
from onrecord.rag.text.quotes import cite
from onrecord.rag.types import Briefing, Citation, Passage

# From the first score on statements are held to be of one subject, from the second on they may be: chosen by reading
# pairs (docs/comparing.md). Across languages few words are the same, and the scores are lower.
_ONE_LANGUAGE, _ACROSS_LANGUAGES = (0.35, 0.25), (0.1, 0.08)
# In one language a single word in common is no subject.
_FEWEST_SHARED = 2
# More pairs, and more quotes of one alone, than this are no overview.
_MOST_PAIRS, _MOST_APART = 15, 8
# A word is a subject of one briefing where it stands in at least so many of its statements.
_RECURRING = 2
# A statement is of a subject of its own where its words weigh at least this: a name twice said, or two other words.
_SUBJECT = 1.3


@dataclass(frozen=True, slots=True)
class Opposite:
    """Two quotes of one subject, and what differs between them.

    `shared` are words of the first that the second has too, or some near to them, as printed, the rarest five;
    `shared_second` are those of the second. `figures` and `figures_second` are figures that the other lacks, where
    both have such; `words` and `words_second` the telling words, where both are in one language. `score` says how well
    they meet, from 0; it is no probability. Where they are not `sure` they may be of two subjects.
    """

    first: Citation
    second: Citation
    score: float
    shared: tuple[str, ...]
    shared_second: tuple[str, ...]
    sure: bool
    figures: tuple[str, ...] = ()
    figures_second: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    words_second: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alone:
    """A quote of what one of two briefings speaks of and the other does not, by its words that the other lacks."""

    quote: Citation
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ComparedSide:
    """One of two briefings that are compared; `statements` counts the sentences that were looked at."""

    briefing_id: str
    title: str
    date: str | None
    language: str
    url: str | None
    file: str
    statements: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two briefings side by side; numbers of citations are unique in it.

    `speaker` is the filter by speaker. `opposite` are the best of the `pairs` found, best first; `only_first` and
    `only_second` what stands in one alone, in order. All may be empty.
    """

    first: ComparedSide
    second: ComparedSide
    speaker: str | None
    pairs: int
    opposite: tuple[Opposite, ...]
    only_first: tuple[Alone, ...]
    only_second: tuple[Alone, ...]


@dataclass(frozen=True, slots=True)
class ToCompare:
    """A briefing with its passages and what a model made of each."""

    briefing: Briefing
    passages: Sequence[Passage]
    embedded: Sequence[Embedded]


def compared(
    first: ToCompare, second: ToCompare, *, speaker: str | None = None, called: Collection[str] | None = None
) -> Comparison:
    """Set two briefings side by side.

    Args:
        first: a briefing.
        second: another.
        speaker: the filter by speaker, and `called` the people whom it means; None takes all who do not ask or lead.

    Returns:
        pairs of statements that share rare words, in passages that are near to each other, each statement once: the
        best are chosen first. Equal input gives equal output.
    """
    mine = statements_of(first.briefing, first.passages, first.embedded, called)
    theirs = statements_of(second.briefing, second.passages, second.embedded, called)
    vectors = [np.array([one.vector for one in side.embedded], np.float32) for side in (first, second)]
    chosen = _chosen(list(meetings(mine, theirs, *vectors)), mine, theirs)
    numbers = count(1)

    def quoted(side: ToCompare, statement: Statement) -> Citation:
        span, passage = statement.span, side.passages[statement.passage]
        return cite(
            next(numbers), side.briefing, span.start, span.end, language=statement.language, passage_id=passage.id
        )

    pairs = [
        _opposite(one, quoted(first, mine[one.first]), quoted(second, theirs[one.second]))
        for one in chosen[:_MOST_PAIRS]
    ]
    return Comparison(
        first=_side(first.briefing, mine),
        second=_side(second.briefing, theirs),
        speaker=speaker,
        pairs=len(chosen),
        opposite=tuple(pairs),
        only_first=tuple(Alone(quoted(first, one), words) for one, words in _alone(mine, theirs, chosen, 0)),
        only_second=tuple(Alone(quoted(second, one), words) for one, words in _alone(theirs, mine, chosen, 1)),
    )


def _side(briefing: Briefing, statements: Sequence[Statement]) -> ComparedSide:
    return ComparedSide(
        briefing.id, briefing.title, briefing.date, briefing.language, briefing.url, briefing.file, len(statements)
    )


def _chosen(found: Sequence[Meeting], mine: Sequence[Statement], theirs: Sequence[Statement]) -> list[Meeting]:
    """The pairs of one subject, the best first; no statement is taken twice."""
    kept: list[Meeting] = []
    taken: set[tuple[str, int]] = set()
    for one in sorted(found, key=lambda meeting: (-meeting.score, meeting.first, meeting.second)):
        a, b = mine[one.first], theirs[one.second]
        alike = a.language == b.language
        if one.score < _levels(alike)[1] or (alike and min(len(one.shared), len(one.shared_second)) < _FEWEST_SHARED):
            continue
        keys = {("first", one.first), ("second", one.second)}
        if taken.isdisjoint(keys):
            taken |= keys
            kept.append(one)
    return kept


def _levels(alike: bool) -> tuple[float, float]:
    return _ONE_LANGUAGE if alike else _ACROSS_LANGUAGES


def _opposite(meeting: Meeting, first: Citation, second: Citation) -> Opposite:
    texts = (first.quote, first.language, second.quote, second.language)
    figures, figures_second = figures_of_each(*texts)
    return Opposite(
        first=first,
        second=second,
        score=round(meeting.score, 3),
        shared=meeting.shared,
        shared_second=meeting.shared_second,
        sure=meeting.score >= _levels(first.language == second.language)[0],
        figures=figures,
        figures_second=figures_second,
        words=tuple(words_of_one(*texts)),
        words_second=tuple(words_of_one(*texts[2:], *texts[:2])),
    )


def _alone(
    mine: Sequence[Statement], theirs: Sequence[Statement], chosen: Sequence[Meeting], side: int
) -> list[tuple[Statement, tuple[str, ...]]]:
    """Statements that hold most of what recurs in one briefing and does not stand in the other, in order.

    Across languages a word is another one, and only names and figures can be missed.
    """
    paired = {(one.first, one.second)[side] for one in chosen}
    known = {(word.term, one.language) for one in theirs for word in one.words}
    known_names = {word.term for one in theirs for word in one.words if word.names}
    languages = {one.language for one in theirs}

    def is_mine_alone(place: int, term: str, *, names: bool) -> bool:
        code = mine[place].language
        return (code in languages or names) and (term, code) not in known and not (names and term in known_names)

    # What is written with a capital or a figure tells more of what was spoken of than any other word.
    names = {word.term for one in mine for word in one.words[1:] if word.names}
    held = Counter(
        term
        for place, one in enumerate(mine)
        for term in {word.term for word in one.words if is_mine_alone(place, word.term, names=word.names)}
    )
    left = {
        term: math.log(number) * (2 if term in names else 1) for term, number in held.items() if number >= _RECURRING
    }
    found: list[tuple[int, tuple[str, ...]]] = []
    while left and len(found) < _MOST_APART:
        worth = [
            (sum(left.get(term, 0.0) for term in {word.term for word in one.words}), -place)
            for place, one in enumerate(mine)
            if place not in paired
        ]
        best, place = max(worth, default=(0.0, 0))
        if best < _SUBJECT:
            break
        words = {word.term: word.text for word in mine[-place].words if word.term in left}
        found.append((-place, tuple(words.values())))
        paired.add(-place)
        left = {term: weight for term, weight in left.items() if term not in words}
    return [(mine[place], words) for place, words in sorted(found)]
