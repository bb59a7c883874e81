"""Which sentences answer: candidates from the passages found, scored, and joined to the shortest run that says it all."""  # noqa: E501

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from onrecord.rag.languages import language
from onrecord.rag.questions.question import Question
from onrecord.rag.questions.stating import states
from onrecord.rag.text.folding import folded_words
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
MOST_SCORED = 12
# What meeting all words of the question is worth; and how much less words of another language meet them that say the
# same, on average.
_MET = 2.5
_ACROSS = 0.1
# A cosine of multilingual-e5-small between a question and a sentence lies in this range nearly always.
_COSINE_RANGE = (0.74, 0.90)
# By how much that cosine is higher, on average, for a sentence in the question's own language, whatever either says
# (multilingual-e5-small, 43 questions against 1,986 sentences of the two source briefings and ten others).
_OWN_LANGUAGE = {"en": 0.014, "fr": 0.035}
# Words quoted inside a sentence that can be read without it.
_LEAST_REPORTED = 6
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
                for span in _sentence_spans(briefing, start, end, passage.language):
                    text = briefing.text[span.start : span.end]
                    within = Span(span.start - passage.start, span.end - passage.start)
                    across = 0.0 if passage.language == question.language else _ACROSS
                    found.append(Candidate(own, span, text, hit.rank, number, meeting(passage, within) + across))
    return with_lexical(found, question)


def _sentence_spans(briefing: Briefing, start: int, end: int, code: str) -> list[Span]:
    return [Span(start + s.start, start + s.end) for s in language(code).sentences(briefing.text[start:end])]


def with_lexical(found: Sequence[Candidate], question: Question) -> list[Candidate]:
    """Give each candidate the share of the question's telling words that it holds."""
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


def in_order_of_words(shares: Sequence[float], most: int) -> list[int]:
    """The positions of at most `most` texts, those given first and those with the most of the question's words."""
    order = sorted(range(len(shares)), key=lambda place: (-(shares[place] + 1.0 / (4 + place)), place))
    return order[:most]


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
    most: int = MOST_SCORED,
) -> list[Candidate]:
    """Score candidates and return those scored, best first.

    Only `most` sentences go to the encoder: those for which all else speaks.
    """
    chosen = sorted(found, key=lambda c: (-_score(c, question, sources) - 1.0 / (1 + c.rank), c.span.start))[:most]
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
    if question.speakers:
        value += _spoken_by(candidate, sources[candidate.passage.briefing_id], question)
    return value


def _spoken_by(candidate: Candidate, briefing: Briefing, question: Question) -> float:
    """What it is worth whose words a sentence is, where the question names a person; more where it wants theirs alone.

    A report that names them, or quotes somebody it does not name, is neither their words nor another's.
    """
    said = [r.speaker for r in briefing.reported if r.start < candidate.span.end and candidate.span.start < r.end]
    own = candidate.passage.speaker
    if any(map(question.wants, [*said, own])):
        return 0.3
    surnames = {folded_words(name)[-1] for name in question.speakers}
    if candidate.passage.kind == "report" and (None in said or not surnames.isdisjoint(folded_words(candidate.text))):
        return 0.0
    return -1.5 if question.explicit else -0.1


def reported_part(briefing: Briefing, span: Span, question: Question) -> Span | None:
    """The words of whom the question wants quoted inside a sentence, where they are a statement of their own."""
    parts = [
        Span(r.start, r.end)
        for r in briefing.reported
        if question.wants(r.speaker) and span.start <= r.start and r.end <= span.end
    ]
    longest = max(parts, key=lambda part: part.end - part.start, default=None)
    if longest and len(briefing.text[longest.start : longest.end].split()) >= _LEAST_REPORTED:
        return longest
    return None


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


_CORRECTION = re.compile(
    r"^\W*(?:(?:or|no|sorry|excuse me|correction|rather|i mean|i meant|actually|pardon|the other way (?:a)?round|let me correct|"  # noqa: E501
    r"i misspoke|i should say|non|pardon|excusez-moi|plutôt|je veux dire|je voulais dire|ou plutôt|je me corrige|l['’]inverse|"  # noqa: E501
    r"c['’]est l['’]inverse)\b)",
    re.IGNORECASE,
)
_CORRECTED_INSIDE = re.compile(
    r"\b(?:the other way (?:a)?round|i misspoke|let me correct|correct myself|i should say|i stand corrected|je me corrige|"  # noqa: E501
    r"c['’]est l['’]inverse|je me suis trompée?)\b",
    re.IGNORECASE,
)
_BROKEN_OFF = re.compile(r"(?:[-–—]|\.\.\.|…)\s*$")
# Words reported in the sentence after the one that says who spoke: "She wrote us a letter. And she said, “Build it.”"
_GOES_ON_REPORTING = re.compile(
    r"^\W*(?:and |so |but |et )?(?:(?:he|she|they|it) (?:said|says|wrote|writes|told|asked|answered|replied|reads?)"
    r"|(?:il|elle|ils|elles) (?:m['’]|nous |lui )?(?:a|ont) (?:dit|déclaré|écrit|répondu|demandé))\b",
    re.IGNORECASE,
)
_LEANS_BACK = re.compile(
    r"^\W*(?:and |but |so |because |et |mais |donc )?(?:it|its|they|their|this|that|these|those|he|she|him|her|which|"
    r"il|elle|ils|elles|cela|ça|ceci|ce|c['’]est|celui-ci|celle-ci)\b",
    re.IGNORECASE,
)


def run_around(best: Candidate, briefing: Briefing, scored: Sequence[Candidate]) -> Span:
    """The shortest run of whole sentences around the best one that can be read alone.

    It takes in a correction made in the next breath, the words corrected, the words of somebody that it leads up to,
    what a pronoun at its beginning points back to, and a neighbour that scores nearly as well.
    """
    spans = _paragraph(best, briefing)
    place = next((i for i, span in enumerate(spans) if span.start <= best.span.start < span.end), 0)
    first = last = place
    text = briefing.text
    said = [text[span.start : span.end] for span in spans]
    by_start = {(c.passage.briefing_id, c.span.start): c.score for c in scored}
    while last + 1 < len(spans) and (
        _CORRECTION.match(said[last + 1])
        or _CORRECTED_INSIDE.search(said[last + 1])
        or _BROKEN_OFF.search(said[last])
        or (last == place and _GOES_ON_REPORTING.match(said[last + 1]))
    ):
        last += 1
    while first > 0 and (
        _CORRECTED_INSIDE.search(said[first]) or _CORRECTION.match(said[first]) or _BROKEN_OFF.search(said[first - 1])
    ):
        first -= 1
    near = best.score - 0.12
    if last + 1 < len(spans) and by_start.get((briefing.id, spans[last + 1].start), -9.0) >= near:
        last += 1
    elif first > 0 and by_start.get((briefing.id, spans[first - 1].start), -9.0) >= near:
        first -= 1
    if first > 0 and first == last and _LEANS_BACK.match(said[first]) and len(said[first].split()) < 25:
        first -= 1
    return Span(spans[first].start, spans[last].end)


def _paragraph(best: Candidate, briefing: Briefing) -> list[Span]:
    """The sentences around one, within its turn, that no line break parts from it."""
    text = briefing.text
    turn = briefing.turns[best.turn] if best.turn < len(briefing.turns) else None
    low, high = (turn.start, turn.end) if turn else (best.passage.start, best.passage.end)
    # Two thousand characters either way hold any run worth quoting; a break there does no harm.
    low, high = max(low, text.rfind("\n", 0, max(0, best.span.start - 2000)) + 1), min(high, best.span.end + 2000)
    spans = _sentence_spans(briefing, low, high, best.passage.language)
    place = next((i for i, span in enumerate(spans) if span.start <= best.span.start < span.end), None)
    if place is None:
        return [best.span]
    first = last = place
    while first > 0 and "\n" not in text[spans[first - 1].end : spans[first].start]:
        first -= 1
    while last + 1 < len(spans) and "\n" not in text[spans[last].end : spans[last + 1].start]:
        last += 1
    return spans[first : last + 1]


def topic_of(text: str) -> str | None:
    """The longest name inside a sentence, to say what a passage is about; None where it holds none."""
    names = [re.sub(r"['’]s$", "", name) for name in _PROPER.findall(text)]
    return max(names, key=len, default=None)
