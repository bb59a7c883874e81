"""Which briefings a question about whole briefings means, and which exchanges in them (pure)."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from onrecord.rag.answers.drafting import Draft, Drafted, line
from onrecord.rag.answers.leads import title_of
from onrecord.rag.answers.listing import page_of
from onrecord.rag.languages import language
from onrecord.rag.text.folding import folded_words, placed_words
from onrecord.rag.types import Briefing, Exchange, Part, Words

# What stands right before the first turn says where and when it was: so many characters of it.
_HEADING = 200
# The briefing of this share of the passages found, weighted by their ranks, is the one that a question describes.
_MOST_FOUND = 0.5
# A word of the title says which briefing is meant better than one of an office or of a heading.
_TITLE = 2.0


@dataclass(frozen=True, slots=True)
class Meant:
    """The briefings that a question may mean, by date.

    `named` says that words of the question tell them from others, `unknown` that it has words which would, if any
    briefing were known by them.
    """

    briefings: tuple[Briefing, ...]
    named: bool
    unknown: bool

    @property
    def one(self) -> Briefing | None:
        """The only one it may be."""
        return self.briefings[0] if len(self.briefings) == 1 and not self.unknown else None


def briefings_meant(draft: Draft, people: Collection[str] = (), outlets: Collection[str] = ()) -> Meant:
    """The briefings in which the people and outlets take part whose title, date, place or officials are named."""
    everything = draft.in_order()
    asked = f" {' '.join(folded_words(draft.question.text))} "
    if titled := [briefing for briefing in everything if _title_in(asked, briefing)]:
        return Meant(tuple(titled), named=True, unknown=False)
    taking = [b for b in everything if not (people or outlets) or takes_part(b, people, outlets)]
    briefings = _of_kind(taking, draft)
    named = len(briefings) < len(taking)
    wanted = _telling(draft, [*people, *outlets])
    if len(briefings) < 2 or not wanted:
        return Meant(tuple(briefings), named, unknown=False)
    titles = [wanted & _terms(draft, briefing, [briefing.title, briefing.file]) for briefing in briefings]
    held = [wanted & _terms(draft, briefing, _known_by(draft, briefing)) for briefing in briefings]
    frequency = Counter(term for one, other in zip(titles, held, strict=True) for term in one | other)

    def weight(terms: Iterable[str]) -> float:
        return sum(math.log(1 + len(briefings) / frequency[term]) for term in sorted(terms))

    weights = [_TITLE * weight(title) + weight(other - title) for title, other in zip(titles, held, strict=True)]
    best = max(weights)
    fitting = [b for b, one in zip(briefings, weights, strict=True) if one == best]
    unknown = best == 0 and not (named or people or outlets)
    return Meant(tuple(fitting), named or len(fitting) < len(briefings), unknown)


def _title_in(asked: str, briefing: Briefing) -> bool:
    """Whether the words of a question, folded and between blanks, hold a briefing's whole title."""
    title = folded_words(briefing.title)
    return len(title) > 1 and f" {' '.join(title)} " in asked


def takes_part(briefing: Briefing, people: Collection[str], outlets: Collection[str] = ()) -> bool:
    """Whether one of some people or outlets speaks in a briefing or is quoted there."""
    spoken = any(turn.speaker in people or (turn.outlet and turn.outlet in outlets) for turn in briefing.turns)
    return spoken or any(quoted.speaker in people for quoted in briefing.reported)


def most_found(draft: Draft, briefings: Iterable[Briefing]) -> Briefing | None:
    """The briefing that most of the passages found are of, the first counting most; None where none is."""
    weights: dict[str, float] = defaultdict(float)
    for hit in draft.hits:
        weights[hit.passage.briefing_id] += 1 / hit.rank
    whole = sum(weights.values())
    return next((b for b in briefings if weights[b.id] > _MOST_FOUND * whole), None)


def says_conference(draft: Draft) -> bool:
    """Whether a question speaks of a briefing or a report as such, so that its other words say which."""
    phrases = language(draft.question.language).questions
    return not _folded(phrases.conferences | phrases.reports).isdisjoint(folded_words(draft.question.text))


def which_is_meant(draft: Draft, briefings: Sequence[Briefing]) -> Drafted:
    """Ask which of several briefings is meant, naming them."""

    def named(briefing: Briefing) -> Part:
        return Part((Words(title_of(briefing) + draft.words.when(briefing.date)),), item=True)

    head = line(draft.words.which.format(count=len(briefings)))
    return Drafted((head, *page_of(draft, briefings, named)), "not_found", confidence=0.0)


def place_of(draft: Draft, meant: Meant) -> str:
    """Where something is counted: the title and date of the one briefing meant, else how many were searched."""
    if meant.one is not None:
        return title_of(meant.one) + draft.words.when(meant.one.date)
    if not meant.named:
        return draft.briefings_searched()
    return draft.words.semicolon.join(
        title_of(briefing) + draft.words.when(briefing.date) for briefing in meant.briefings
    )


def exchanges_with(
    draft: Draft,
    briefings: Iterable[Briefing],
    people: Collection[str],
    outlets: Collection[str],
    *,
    asking: bool = False,
) -> list[tuple[Briefing, Exchange]]:
    """All exchanges that the filters leave in which one of some people or outlets asks or, unless `asking`, replies.

    All where no people or outlets are given.
    """
    found = []
    for briefing in briefings:
        for exchange in briefing.exchanges:
            askers = [briefing.turns[position] for position in exchange.questions]
            turns = askers + [briefing.turns[position] for position in exchange.answers]
            wanted = askers if asking else turns
            named = any(turn.speaker in people or (turn.outlet and turn.outlet in outlets) for turn in wanted)
            if (named or not (people or outlets)) and any(map(draft.passes, turns)):
                found.append((briefing, exchange))
    return found


def _of_kind(briefings: list[Briefing], draft: Draft) -> list[Briefing]:
    """The transcripts where the question speaks of a press conference, the reports where it speaks of an article."""
    phrases, words = language(draft.question.language).questions, set(folded_words(draft.question.text))
    conference, report = (not _folded(each).isdisjoint(words) for each in (phrases.conferences, phrases.reports))
    if conference == report:
        return briefings
    return [b for b in briefings if (b.kind == "report") == report] or briefings


def _telling(draft: Draft, named: Iterable[str]) -> frozenset[str]:
    """The stems of a question that may tell one briefing from another: not those of asking, nor of who takes part."""
    asked, text = language(draft.question.language), draft.question.text
    phrases = asked.questions
    general = _folded(phrases.conferences | phrases.reports | phrases.general | asked.terms.frame)
    names = set(folded_words(" ".join(named)))
    words = [text[span.start : span.end] for span, word in placed_words(text) if word not in general | names]
    return frozenset(asked.query_terms(" ".join(words)))


@lru_cache(maxsize=64)
def _folded(words: frozenset[str]) -> frozenset[str]:
    return frozenset(word for each in words for word in folded_words(each))


def _known_by(draft: Draft, briefing: Briefing) -> list[str]:
    """What a briefing is known by besides its title: its date, its heading, and who speaks in it."""
    start = briefing.turns[0].start if briefing.turns else 0
    officials = {turn.speaker for turn in briefing.turns if turn.kind != "question"}
    known = sorted({turn.role for turn in briefing.turns if turn.role} | {name for name in officials if name})
    date = language(draft.question.language).wording.date(briefing.date) if briefing.date else ""
    return [date, briefing.text[max(0, start - _HEADING) : start], *known]


def _terms(draft: Draft, briefing: Briefing, texts: Iterable[str]) -> frozenset[str]:
    """The stems of some texts, by the words of the question's language and of the briefing's."""
    text = " ".join(texts)
    languages = (language(draft.question.language), language(briefing.language))
    return frozenset(term for words in languages for term in words.query_terms(text))
