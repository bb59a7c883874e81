"""Questions that were asked and left open: who asked, who did not answer, and the words that leave it open."""

from __future__ import annotations

from collections.abc import Sequence

from onrecord.rag.answers.asked import Asked, Reply, asked_about, exchanges_found, in_exchange, replies_in, reply_to
from onrecord.rag.answers.drafting import Draft, Written, paragraph
from onrecord.rag.answers.replies import judge_reply, leaves_open
from onrecord.rag.answers.selection import Candidate, asks
from onrecord.rag.answers.spans import language_of, words_at
from onrecord.rag.languages import language
from onrecord.rag.questions.stating import states
from onrecord.rag.text.quotes import turn_at
from onrecord.rag.types import Briefing, Citation, Exchange, Piece

# A question on record is the user's own when its cosine is at least this (on the tuning half of the benchmark, replies
# that leave such a question open lie at 0.85 and above, questions merely on the subject below) …
SAME_QUESTION = 0.85
# … or this, where the best statement found is itself one that leaves it open.
RELATED_QUESTION = 0.81
# The share of the user's words by which a statement speaks more of what they ask than a question on record does.
MORE_OF_IT = 0.25
# By how much the question on record must be nearer than any statement, where the reply does not refuse at once; and
# the sentence that leaves it open nearer than the rest of the reply, where that sentence alone decides.
CLEAR_MARGIN = 0.03


def asked_not_answered(draft: Draft, scored: Sequence[Candidate]) -> Written | None:
    """The exchange in which just this was asked and the reply left it open; None where there is no such exchange."""
    question = draft.question
    exchanges = [pair for pair in exchanges_found(draft.hits, draft.sources) if _may_be_heard(draft, *pair)]
    if not any(said.open for pair in exchanges for said in replies_in(*pair)):
        return None
    asked = asked_about(question, exchanges, draft.scorer, query=question.text)
    if not asked:
        return None
    best = _just_that(asked, scored)
    briefing = draft.sources[best.briefing_id]
    premise = words_at(briefing, best.span)
    if question.wanted == "number" and states(premise, "number", briefing.language) and not asks(premise):
        return None
    reply = reply_to(briefing, best.exchange, question.text, draft.scorer)
    heard = [said for said in reply if _is_heard(draft, briefing, said)]
    open_ones = [said for said in heard if said.open]
    if not open_ones or not _left_open(draft, best, reply, scored):
        return None
    first = max(open_ones, key=lambda said: said.similarity)
    citation = draft.quotes.cite(briefing.id, first.span)
    statements = [draft.led(draft.leads.unanswered(citation, best.exchange), briefing.id, first.span)]
    more = [said for said in heard if not said.open and len(said.text.split()) > 6]
    if more and (citation.speaker or citation.role):
        # What was added comes after; before it, only what is nearest to the question is worth adding.
        next_said = [said for said in more if said.span.start >= first.span.end]
        further = next_said[0] if next_said else max(more, key=lambda said: said.similarity)
        statements.append(_further(draft, citation, briefing, further))
    return Written((paragraph(statements),), "asked_not_answered")


def _further(draft: Draft, before: Citation, briefing: Briefing, said: Reply) -> tuple[Piece, ...]:
    """More of a reply, by the same speaker or another."""
    citation = draft.quotes.cite(briefing.id, said.span)
    same = (citation.speaker, citation.role, citation.kind) == (before.speaker, before.role, before.kind)
    lead = draft.leads.added(citation) if same else draft.leads.lead(citation)
    return draft.led(lead, briefing.id, said.span)


def _just_that(asked: Sequence[Asked], scored: Sequence[Candidate]) -> Asked:
    """The question on record that the user asks: the nearest, or that which the best statement found leaves open."""
    said = next((c for c in scored if not _is_question(c)), None)
    if said and leaves_open(said.text, language(said.passage.language).replies):
        own = [a for a in asked if in_exchange(said, a.briefing_id, a.exchange)]
        return own[0] if own else asked[0]
    return asked[0]


def _may_be_heard(draft: Draft, briefing: Briefing, exchange: Exchange) -> bool:
    """Whether somebody replies in an exchange whose words the question and the filter leave room for."""
    return any(draft.may_hear(briefing.turns[position]) for position in exchange.answers)


def _is_heard(draft: Draft, briefing: Briefing, said: Reply) -> bool:
    place = turn_at(briefing, said.span.start)
    return place is not None and draft.may_hear(briefing.turns[place])


def _left_open(draft: Draft, asked: Asked, reply: Sequence[Reply], scored: Sequence[Candidate]) -> bool:
    """Whether the question on record is the user's, and nothing found answers it better than the reply leaves it open."""  # noqa: E501
    briefing = draft.sources[asked.briefing_id]
    whole = [said.text for said in replies_in(briefing, asked.exchange) if not said.handed_on]
    spoken = language(language_of(" ".join(whole), briefing.language))
    label = judge_reply(words_at(briefing, asked.span), whole, spoken)
    if label == "clear":
        return False
    opened = {r.span.start for r in reply if r.open}
    said = [c for c in scored if not _is_question(c)]
    if draft.question.kind != "did_answer" and said and said[0].lexical > asked.lexical + MORE_OF_IT:
        # What was found speaks much more of what the user asks than the question that was left open does.
        return False
    best = max((c.similarity for c in said if c.span.start not in opened), default=0.0)
    opener = max((r for r in reply if r.open), key=lambda r: r.similarity)
    before = [r.similarity for r in reply if not r.open and r.span.end <= opener.span.start]
    nearest = all(opener.similarity >= r.similarity for r in reply)
    if nearest and asked.similarity >= best and opener.similarity >= max(before, default=0.0) + CLEAR_MARGIN:
        # Of all that was replied, what leaves it open speaks of just this; what comes next may only soften it. And
        # nothing else on record is nearer than what was asked.
        return True
    if draft.question.kind == "did_answer":
        refused = bool(said) and said[0].span.start in opened and asked.similarity >= RELATED_QUESTION
        return refused or asked.similarity >= max(SAME_QUESTION, best)
    # Somebody who asks for a fact gets it wherever there is one: the reply must refuse at once, or be no reply at all.
    if asked.similarity < max(SAME_QUESTION, best):
        return False
    return leaves_open(whole[0], spoken.replies) or (label == "non_reply" and asked.similarity >= best + CLEAR_MARGIN)


def _is_question(candidate: Candidate) -> bool:
    return candidate.passage.kind in ("question", "moderation")
