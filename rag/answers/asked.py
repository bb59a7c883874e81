"""Questions on the record: who asked what, and whether the reply answers it (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from onrecord.rag.answers.naming import with_outlet
from onrecord.rag.answers.quoting import bare_span
from onrecord.rag.answers.replies import leaves_open
from onrecord.rag.answers.selection import Candidate, SentenceScorer, share_of_words
from onrecord.rag.answers.spans import language_of, sentences_of, words_at
from onrecord.rag.languages import Language, language
from onrecord.rag.questions.question import Question
from onrecord.rag.text.quotes import reported_at
from onrecord.rag.types import Briefing, Exchange, Hit, Passage, Span, Turn

# Sentences of questions, and of one reply, put to the encoder for one question.
_MOST_ASKED = 10
_MOST_REPLY = 5
# What a question mark is worth against a sentence that only leads up to the question, as a difference of cosines.
_ASKS = 0.04
# Where a turn's last words begin, in which the floor is given to somebody else.
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
    """A sentence of the reply in an exchange: whether it leaves the question open, and how near to a query it is.

    One who gives the floor to somebody else leaves nothing open: "I'll let Mr. Vik tell you", and he does. Their words
    are `handed_on`.
    """

    span: Span
    text: str
    handed_on: bool
    open: bool
    similarity: float = 0.0


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


def exchanges_asked_by(question: Question, sources: Mapping[str, Briefing]) -> list[tuple[Briefing, Exchange]]:
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
    found = [
        (briefing, exchange, span, (_asker(briefing, exchange) if with_names else "") + words_at(briefing, span))
        for briefing, exchange in exchanges
        for span in question_spans(briefing, exchange)
    ]
    shares = share_of_words([(text, briefing.language) for briefing, _, _, text in found], question)
    # Those given first, and those with the most of the question's words.
    order = sorted(range(len(found)), key=lambda place: (-(shares[place] + 1.0 / (4 + place)), place))[:_MOST_ASKED]
    similar = scorer(query, [found[place][3] for place in order]) if order else []
    asked = []
    for place, value in zip(order, map(float, similar), strict=True):
        briefing, exchange, span, text = found[place]
        score = value + 0.1 * shares[place] + _ASKS * ("?" in text)
        asked.append(Asked(briefing.id, exchange, span, value, shares[place], score))
    return sorted(asked, key=lambda sentence: -sentence.score)


def question_spans(briefing: Briefing, exchange: Exchange) -> list[Span]:
    """The sentences of the question turns that ask or lead up to asking; greetings are left out."""
    spans = (span for position in exchange.questions for span in sentences_of(briefing, briefing.turns[position]))
    return [span for span in spans if len(words_at(briefing, span).split()) >= _LEAST_WORDS]


def what_was_asked(briefing: Briefing, exchange: Exchange) -> list[Span]:
    """The single questions of an exchange: those found by structure, else its sentences with a question mark."""
    spans = question_spans(briefing, exchange)
    asked = list(exchange.asked) or [s for s in spans if words_at(briefing, s).rstrip("”»\"' ").endswith("?")]
    return asked or spans[-1:]


def reply_to(briefing: Briefing, exchange: Exchange, query: str, scorer: SentenceScorer) -> list[Reply]:
    """The sentences of the reply in an exchange, in order, each with its similarity to `query`.

    Of a long reply, only its first sentences are read, and those that leave it open with what comes next.
    """
    reply = replies_in(briefing, exchange)
    telling = [i for i, said in enumerate(reply) if said.open or len(said.text.split()) >= _LEAST_WORDS]
    first = sorted(telling, key=lambda i: (not reply[i].open, not (i and reply[i - 1].open), i))[:_MOST_REPLY]
    scored = [reply[i] for i in sorted(first)]
    similar = scorer(query, [said.text for said in scored]) if scored else []
    return [replace(said, similarity=float(value)) for said, value in zip(scored, similar, strict=True)]


def replies_in(briefing: Briefing, exchange: Exchange) -> list[Reply]:
    """The sentences of the reply in an exchange, in order, each judged in the language of its turn."""
    turns = [briefing.turns[position] for position in exchange.answers]
    last = max((place for place, pair in enumerate(pairwise(turns), 1) if _gives_floor(briefing, *pair)), default=0)
    found = []
    for place, turn in enumerate(turns):
        phrases = _spoken_in(briefing, turn).replies
        for span in sentences_of(briefing, turn):
            text = words_at(briefing, span)
            # Words of somebody else that are quoted leave nothing open either.
            bare = bare_span(briefing.text, span)
            own = place >= last and not reported_at(briefing, bare.start, bare.end)
            found.append(Reply(span, text, place < last, own and leaves_open(text, phrases)))
    return found


def _gives_floor(briefing: Briefing, turn: Turn, after: Turn) -> bool:
    last_words = max(turn.start, turn.end - _LAST_WORDS)
    passes_on = _spoken_in(briefing, turn).speech.passes_on
    return turn.speaker != after.speaker and passes_on.search(briefing.text, last_words, turn.end) is not None


def _spoken_in(briefing: Briefing, turn: Turn) -> Language:
    return language(language_of(briefing.text[turn.start : turn.end], briefing.language))


def _asker(briefing: Briefing, exchange: Exchange) -> str:
    turn = briefing.turns[exchange.questions[0]]
    who = with_outlet(turn.speaker, ", ".join(part for part in (turn.outlet, turn.country) if part) or None)
    return f"{who}: " if who else ""


def in_exchange(candidate: Candidate, briefing_id: str, exchange: Exchange) -> bool:
    """Whether a sentence belongs to the answers of an exchange."""
    return candidate.passage.briefing_id == briefing_id and candidate.turn in exchange.answers
