"""Questions that were asked and left open: who asked, who did not answer, and the words that leave it open."""

from __future__ import annotations

from onrecord.rag.answers.drafting import Draft, Drafted, paragraph
from onrecord.rag.answers.leads import exchange_at
from onrecord.rag.answers.quoting import bare_span
from onrecord.rag.answers.runs import run_around
from onrecord.rag.reading.reader import ReadSentence
from onrecord.rag.text.quotes import overlap, reported_at

# Sentences of fewer words add nothing.
_LEAST_ADDED = 6
# A further sentence of the reply that is at least this likely, beside the one quoted, is quoted too.
_ADDED = 0.1


def asked_not_answered(draft: Draft) -> Drafted | None:
    """The words of a reply that leave just this open; None where something answers it, or nobody was asked."""
    replies = [sentence for sentence in draft.quotable.sentences if _replies(draft, sentence)]
    left_open = sum(sentence.leaves_open for sentence in replies)
    answered = sum(sentence.answers for sentence in draft.quotable.sentences)
    if not replies or left_open <= answered:
        return None
    best = max(replies, key=lambda sentence: sentence.leaves_open)
    briefing = draft.sources[best.passage.briefing_id]
    exchange = exchange_at(briefing, best.turn)
    assert exchange is not None
    span = run_around(best, briefing, draft.quotable.best())
    lead = draft.leads.unanswered(draft.quotes.cite(briefing.id, span), exchange)
    statements = [draft.led(lead, briefing.id, span)]
    added = [
        sentence
        for sentence in draft.quotable.sentences
        if sentence.passage.briefing_id == briefing.id
        and sentence.turn in exchange.answers
        and not overlap(sentence.span, span)
        and sentence.weight >= _ADDED * best.weight
        and len(sentence.text.split()) >= _LEAST_ADDED
    ]
    if added:
        further = max(added, key=lambda sentence: sentence.weight)
        statements.append(draft.statement(briefing.id, further.span))
    return Drafted((paragraph(statements),), "asked_not_answered")


def _replies(draft: Draft, sentence: ReadSentence) -> bool:
    """Whether a sentence is a reply to a question on record: of whoever replies last, in words of their own.

    One who hands a question on to a colleague leaves nothing open, and whoever is quoted in a reply did not give it.
    """
    briefing = draft.sources[sentence.passage.briefing_id]
    exchange = exchange_at(briefing, sentence.turn)
    if exchange is None or sentence.turn not in exchange.answers:
        return False
    last = briefing.turns[exchange.answers[-1]].speaker
    bare = bare_span(briefing.text, sentence.span)
    return sentence.passage.speaker == last and reported_at(briefing, bare.start, bare.end) is None
