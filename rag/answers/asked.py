"""Questions on the record: who asked what, and where the replies stand (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from onrecord.rag.answers.drafting import Draft
from onrecord.rag.answers.selection import asks, share_of_words
from onrecord.rag.answers.spans import sentences_of, words_at
from onrecord.rag.questions.question import Question
from onrecord.rag.reading.reader import ReadSentence
from onrecord.rag.text.quotes import overlap
from onrecord.rag.types import Briefing, Exchange, Hit, Passage, Span

# Exchanges whose questions are read for one question: those found first, or with most of its words.
_MOST_READ = 10
# What the weight of a sentence that says no telling word of the question is multiplied by; one that says all, 1 more.
_UNSAID = 0.03
# One in another language says none as printed: where its passage comes so much nearer to the question's words than by
# chance, in standard deviations, it counts as one that says half of them, and else for nothing.
_MET, _TRANSLATED = 2.0, 0.5
# Fewer words than this are a greeting or thanks.
_LEAST_WORDS = 4
# A sentence of at most so many words that asks nothing is a greeting or an introduction ("I am from Lysvik Radio.").
_GREETING = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """A sentence asked in an exchange; `weight` is how likely it is the one that is looked for, beside the others."""

    briefing: Briefing
    exchange: Exchange
    span: Span
    weight: float


Exchanges = Sequence[tuple[Briefing, Exchange]]


def exchanges_found(hits: Iterable[Hit], sources: Mapping[str, Briefing]) -> Exchanges:
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
    return any(overlap(turn, passage) for turn in turns)


def exchanges_asked_by(question: Question, sources: Mapping[str, Briefing]) -> Exchanges:
    """All exchanges whose asker or outlet the question names."""
    found = []
    for briefing in sources.values():
        for exchange in briefing.exchanges:
            turns = [briefing.turns[position] for position in exchange.questions]
            if any(turn.speaker in question.people or turn.outlet in question.outlets for turn in turns):
                found.append((briefing, exchange))
    return found


def asked_about(draft: Draft, exchanges: Exchanges, wanted: str) -> list[Asked]:
    """The sentences asked in some exchanges, likeliest first to be what is wanted."""
    texts = [
        (" ".join(words_at(briefing, span) for span in question_spans(briefing, exchange)), briefing.language)
        for briefing, exchange in exchanges
    ]
    shares = share_of_words(texts, draft.question)
    order = sorted(range(len(exchanges)), key=lambda place: (-(shares[place] + 1.0 / (4 + place)), place))[:_MOST_READ]
    read = [exchanges[place] for place in sorted(order)]
    passages = dict.fromkeys(p for briefing, e in read for p in draft.passages(briefing, e.questions))
    asked = {
        (briefing.id, position): (briefing, exchange) for briefing, exchange in read for position in exchange.questions
    }

    def may_ask(sentence: ReadSentence) -> bool:
        return (sentence.passage.briefing_id, sentence.turn) in asked and len(sentence.text.split()) >= _LEAST_WORDS

    sentences = draft.read(wanted, list(passages)).only(may_ask).sentences
    # A subject of a word or two tells a reader little: a sentence that says them is likelier.
    shares = share_of_words([(s.text, s.passage.language) for s in sentences], draft.question)
    found = [
        Asked(*asked[s.passage.briefing_id, s.turn], s.span, s.weight * _named(draft, s, share))
        for s, share in zip(sentences, shares, strict=True)
    ]
    return sorted(found, key=lambda one: -one.weight)


def _named(draft: Draft, sentence: ReadSentence, share: float) -> float:
    """What a weight is multiplied by for the share of the question's telling words that a sentence says."""
    passage, met = sentence.passage, draft.subject.met.get(sentence.passage.id)
    if share or met is None or passage.language == draft.question.language:
        return _UNSAID + share
    return _TRANSLATED if met >= _MET else 0.0


def question_spans(briefing: Briefing, exchange: Exchange) -> list[Span]:
    """The sentences of the question turns that ask or lead up to asking; greetings are left out."""
    spans = (span for position in exchange.questions for span in sentences_of(briefing, briefing.turns[position]))
    return [span for span in spans if len(words_at(briefing, span).split()) >= _LEAST_WORDS]


def what_was_asked(briefing: Briefing, exchange: Exchange) -> list[Span]:
    """The single questions of an exchange: those found by structure, else its sentences with a question mark."""
    spans = question_spans(briefing, exchange)
    asked = list(exchange.asked) or [span for span in spans if asks(words_at(briefing, span))]
    first = briefing.turns[exchange.questions[0]]
    return asked or spans[-1:] or [Span(first.start, first.end)]


def asking(found: Asked) -> list[Span]:
    """A sentence found, with the question it leads up to ("On the ports. … When will they open?") unless it asks."""
    asked = found.exchange.asked
    if not asked or any(overlap(span, found.span) for span in asked):
        return [found.span]
    question = next((span for span in asked if span.start >= found.span.end), asked[-1])
    words = words_at(found.briefing, found.span).split()
    return sorted([question, *([found.span] if len(words) > _GREETING else [])], key=lambda span: span.start)
