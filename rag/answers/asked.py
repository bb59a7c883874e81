"""Questions on the record: who asked what, and whether the reply answers it (pure)."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from onrecord.rag.answers.naming import with_outlet
from onrecord.rag.answers.replies import leaves_open
from onrecord.rag.answers.selection import Candidate, SentenceScorer, in_order_of_words, share_of_words
from onrecord.rag.languages import language
from onrecord.rag.questions.question import Question
from onrecord.rag.types import Briefing, Exchange, Hit, Passage, Span

# Sentences of questions, and of one reply, put to the encoder for one question.
_MOST_ASKED = 10
_MOST_REPLY = 5
# What a question mark is worth against a sentence that only leads up to the question, as a difference of cosines.
_ASKS = 0.04
# How the floor is given to somebody else, in the last words of a turn.
_GIVES_FLOOR = re.compile(
    r"\b(?:let|invite|ask)\b(?! me\b)|\b(?:turn|hand|kick|pass)\w* (?:it|that|this|you)?\s*(?:over|back)?\s*to\b"
    r"|\bover to\b|\b(?:je|nous) (?:laiss\w+|pass\w+|demand\w+)\b|\bla parole\b",
    re.IGNORECASE,
)
_LAST_WORDS = 160
# Fewer words than this are a greeting or thanks.
_LEAST_WORDS = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """A sentence asked in an exchange, with its similarity to what the user wants to know.

    `lexical` is the share of the user's telling words that it holds.
    """

    briefing_id: str
    exchange: Exchange
    span: Span
    similarity: float
    lexical: float
    score: float


@dataclass(frozen=True, slots=True)
class Reply:
    """A sentence of the reply in an exchange. `open` says that it leaves the question open."""

    span: Span
    text: str
    similarity: float
    open: bool


def exchanges_found(hits: Iterable[Hit], sources: Mapping[str, Briefing]) -> list[tuple[Briefing, Exchange]]:
    """The exchanges that the passages found touch, best first."""
    found: dict[tuple[str, int], tuple[Briefing, Exchange]] = {}
    for hit in hits:
        briefing = sources.get(hit.passage.briefing_id)
        for exchange in briefing.exchanges if briefing else ():
            if briefing and _touches(hit.passage, briefing, exchange):
                found.setdefault((briefing.id, exchange.questions[0]), (briefing, exchange))
    return list(found.values())


def _touches(passage: Passage, briefing: Briefing, exchange: Exchange) -> bool:
    turns = [briefing.turns[position] for position in (*exchange.questions, *exchange.answers)]
    return any(turn.start < passage.end and passage.start < turn.end for turn in turns)


def exchanges_of(question: Question, sources: Mapping[str, Briefing]) -> list[tuple[Briefing, Exchange]]:
    """All exchanges whose asker or outlet the question names."""
    found = []
    for briefing in sources.values():
        for exchange in briefing.exchanges:
            turns = [briefing.turns[position] for position in exchange.questions]
            if any(turn.speaker in question.people or turn.outlet in question.outlets for turn in turns):
                found.append((briefing, exchange))
    return found


def asked_about(
    question: Question,
    exchanges: Sequence[tuple[Briefing, Exchange]],
    scorer: SentenceScorer,
    *,
    query: str,
    with_names: bool = False,
) -> list[Asked]:
    """The question sentences of some exchanges, nearest to `query` first.

    `with_names` sets each sentence's asker before it, for a query that describes the asker ("the Moldovan reporter").
    """
    found: list[tuple[Briefing, Exchange, Span, str]] = []
    for briefing, exchange in exchanges:
        for span in question_spans(briefing, exchange):
            text = briefing.text[span.start : span.end]
            found.append((briefing, exchange, span, f"{_asker(briefing, exchange)}{text}" if with_names else text))
    shares = share_of_words([(text, briefing.language) for briefing, _, _, text in found], question)
    chosen = in_order_of_words(shares, _MOST_ASKED)
    similar = scorer(query, [found[place][3] for place in chosen]) if chosen else []
    asked = [
        Asked(
            found[place][0].id,
            found[place][1],
            found[place][2],
            float(value),
            shares[place],
            float(value) + 0.1 * shares[place] + (_ASKS if "?" in found[place][3] else 0.0),
        )
        for place, value in zip(chosen, similar, strict=True)
    ]
    return sorted(asked, key=lambda a: -a.score)


def question_spans(briefing: Briefing, exchange: Exchange) -> list[Span]:
    """The sentences of the question turns that ask or lead up to asking; greetings are left out."""
    spans: list[Span] = []
    for position in exchange.questions:
        turn = briefing.turns[position]
        for part in language(briefing.language).sentences(briefing.text[turn.start : turn.end]):
            span = Span(turn.start + part.start, turn.start + part.end)
            if len(briefing.text[span.start : span.end].split()) >= _LEAST_WORDS:
                spans.append(span)
    return spans


def what_was_asked(briefing: Briefing, exchange: Exchange) -> list[Span]:
    """The single questions of an exchange: those found by structure, else its sentences with a question mark."""
    spans = question_spans(briefing, exchange)
    asked = list(exchange.asked) or [s for s in spans if briefing.text[s.start : s.end].rstrip("”»\"' ").endswith("?")]
    return asked or spans[-1:]


def reply_to(briefing: Briefing, exchange: Exchange, query: str, scorer: SentenceScorer) -> list[Reply]:
    """The sentences of the reply in an exchange, in order, each with its similarity to `query`.

    Of a long reply, only its first sentences are read, and those that leave it open with what comes next.
    """
    spans = _reply_spans(briefing, exchange)
    texts = [briefing.text[span.start : span.end] for span in spans]
    handed_on = _handed_on(briefing, exchange)
    opens = [span.start >= handed_on and leaves_open(text) for span, text in zip(spans, texts, strict=True)]
    telling = [i for i, text in enumerate(texts) if opens[i] or len(text.split()) >= _LEAST_WORDS]
    scored = sorted(sorted(telling, key=lambda i: (not opens[i], not (i and opens[i - 1]), i))[:_MOST_REPLY])
    similar = scorer(query, [texts[i] for i in scored]) if scored else []
    values = dict(zip(scored, (float(value) for value in similar), strict=True))
    return [Reply(spans[i], texts[i], values[i], opens[i]) for i in scored]


def leaves_any_open(briefing: Briefing, exchange: Exchange) -> bool:
    """Whether any sentence of the reply in an exchange leaves something open."""
    return any(leaves_open(sentence) for sentence in reply_sentences(briefing, exchange))


def _handed_on(briefing: Briefing, exchange: Exchange) -> int:
    """Where the words begin of the last who was given the floor to answer in an exchange; 0 where nobody was.

    What comes before leaves nothing open: "I'll let Mr. Vik tell you", and he does.
    """
    turns = [briefing.turns[position] for position in exchange.answers]
    handed = [
        after.start
        for turn, after in itertools.pairwise(turns)
        if turn.speaker != after.speaker and _GIVES_FLOOR.search(briefing.text[turn.start : turn.end][-_LAST_WORDS:])
    ]
    return handed[-1] if handed else 0


def reply_sentences(briefing: Briefing, exchange: Exchange) -> list[str]:
    """The sentences of the reply in an exchange, in order, of those who answer: not of one who gives them the floor."""
    handed_on = _handed_on(briefing, exchange)
    spans = _reply_spans(briefing, exchange)
    return [briefing.text[span.start : span.end] for span in spans if span.start >= handed_on]


def _reply_spans(briefing: Briefing, exchange: Exchange) -> list[Span]:
    turns = (briefing.turns[position] for position in exchange.answers)
    return [
        Span(turn.start + part.start, turn.start + part.end)
        for turn in turns
        for part in language(briefing.language).sentences(briefing.text[turn.start : turn.end])
    ]


def _asker(briefing: Briefing, exchange: Exchange) -> str:
    turn = briefing.turns[exchange.questions[0]]
    who = with_outlet(turn.speaker, ", ".join(part for part in (turn.outlet, turn.country) if part) or None)
    return f"{who}: " if who else ""


def in_exchange(candidate: Candidate, briefing_id: str, exchange: Exchange) -> bool:
    """Whether a sentence belongs to the answers of an exchange."""
    return candidate.passage.briefing_id == briefing_id and candidate.turn in exchange.answers
