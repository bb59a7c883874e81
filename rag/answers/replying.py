"""Answers about the questions on record: who asked, what was asked, and whether it was answered."""

from __future__ import annotations

from collections.abc import Sequence

from onrecord.rag.answers.asked import (
    Asked,
    Reply,
    asked_about,
    exchanges_found,
    exchanges_of,
    in_exchange,
    leaves_any_open,
    reply_sentences,
    reply_to,
)
from onrecord.rag.answers.asked import what_was_asked as _asked_spans
from onrecord.rag.answers.drafting import Draft
from onrecord.rag.answers.naming import surname
from onrecord.rag.answers.replies import judge_reply, leaves_open
from onrecord.rag.answers.selection import Candidate, asks, run_around
from onrecord.rag.questions.question import Question
from onrecord.rag.questions.stating import states
from onrecord.rag.types import Briefing, Exchange, Span

# Other askers named besides the first, and how near in score they must be.
_MOST_OTHERS = 2
_NEAR_ASKED = 0.015
# A sentence of at most so many words that asks nothing is a greeting or an introduction ("I am from Lysvik Radio.").
_GREETING = 8
# Single questions quoted for "what did X want to know".
_MOST_QUOTED = 4
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


def who_asked(draft: Draft) -> str | None:
    """Who asked about the subject: person, outlet, the question quoted, the gist of the reply quoted."""
    by_asker = draft.question.kind == "what_asked"
    subject = draft.question.text if by_asker else draft.question.subject or draft.question.text
    exchanges = exchanges_found(draft.hits, draft.sources)
    asked = asked_about(draft.question, exchanges, draft.scorer, query=subject, with_names=by_asker)
    if not asked:
        return None
    if by_asker:
        return _all_asked(draft, asked[0])
    text = [_asked_text(draft, asked[0], _asking(draft, asked[0]), subject)]
    seen = {(asked[0].briefing_id, asked[0].exchange.questions[0])}
    for other in asked[1:]:
        key = (other.briefing_id, other.exchange.questions[0])
        if other.score < asked[0].score - _NEAR_ASKED or len(seen) > _MOST_OTHERS:
            break
        if key not in seen:
            seen.add(key)
            text.append(
                _question_quoted(draft, draft.sources[other.briefing_id], other.exchange, _asking(draft, other))
            )
    return " ".join(text)


def _asking(draft: Draft, found: Asked) -> list[Span]:
    """A sentence found, with the question it leads up to ("On the ports. … When will they open?") unless it asks."""
    asked = found.exchange.asked
    if not asked or any(span.start < found.span.end and found.span.start < span.end for span in asked):
        return [found.span]
    question = next((span for span in asked if span.start >= found.span.end), asked[-1])
    words = draft.sources[found.briefing_id].text[found.span.start : found.span.end].split()
    return sorted([question, *([found.span] if len(words) > _GREETING else [])], key=lambda span: span.start)


def asked_by_name(draft: Draft) -> str | None:
    """What a person or outlet named in the question asked; None where it names none on record."""
    named = exchanges_of(draft.question, draft.sources)
    asked = asked_about(draft.question, named, draft.scorer, query=draft.question.text, with_names=True)
    return _all_asked(draft, asked[0]) if asked else None


def _all_asked(draft: Draft, asked: Asked) -> str:
    briefing = draft.sources[asked.briefing_id]
    spans = _asked_spans(briefing, asked.exchange)
    if len(spans) > _MOST_QUOTED or asked.span not in spans:
        spans = sorted({asked.span, *spans[: _MOST_QUOTED - 1]}, key=lambda span: span.start)
    return _asked_text(draft, asked, spans, briefing.text[asked.span.start : asked.span.end])


def _asked_text(draft: Draft, asked: Asked, spans: Sequence[Span], subject: str) -> str:
    """The question quoted, and the sentence of the reply nearest to it."""
    briefing = draft.sources[asked.briefing_id]
    text = _question_quoted(draft, briefing, asked.exchange, spans)
    reply = reply_to(briefing, asked.exchange, subject, draft.scorer)
    if not reply:
        return f"{text} {draft.words.no_reply}"
    best = max(reply, key=lambda r: r.similarity + (0.02 if len(r.text.split()) > 8 else 0.0))
    citation = draft.quotes.cite(briefing.id, best.span)
    who = draft.leads.speaker(citation)
    replied = draft.leads.sentence(draft.words.replied.format(speaker=who))
    return f"{text} {replied}{draft.quotes.quote(briefing.id, best.span)}"


def _question_quoted(draft: Draft, briefing: Briefing, exchange: Exchange, spans: Sequence[Span]) -> str:
    answerer = draft.leads.answerer(briefing, exchange)
    whom = draft.words.asked_whom.format(speaker=answerer) if answerer else ""
    lead = draft.words.asked.format(
        asker=draft.leads.asker(briefing, exchange), whom=whom, when=draft.leads.when(briefing.date)
    )
    return draft.leads.sentence(lead) + _one_turn_each(draft, briefing, spans)


def _one_turn_each(draft: Draft, briefing: Briefing, spans: Sequence[Span]) -> str:
    """Quotes of several slices: slices of one turn share a pair of quotation marks, turns do not."""
    groups: list[list[Span]] = []
    for span in sorted(spans, key=lambda span: span.start):
        turn = next((t for t in briefing.turns if t.start <= span.start < t.end), None)
        if groups and turn and turn.start <= groups[-1][-1].start:
            groups[-1].append(span)
        else:
            groups.append([span])
    return " ".join(draft.quotes.quote(briefing.id, *group) for group in groups)


def asked_not_answered(draft: Draft, scored: Sequence[Candidate]) -> str | None:
    """The exchange in which just this was asked and the reply left it open; None where there is no such exchange."""
    question = draft.question
    exchanges = [pair for pair in exchanges_found(draft.hits, draft.sources) if _answered_by(*pair, question)]
    if not any(leaves_any_open(briefing, exchange) for briefing, exchange in exchanges):
        return None
    asked = asked_about(question, exchanges, draft.scorer, query=question.text)
    if not asked:
        return None
    best = _just_that(asked, scored)
    briefing = draft.sources[best.briefing_id]
    premise = briefing.text[best.span.start : best.span.end]
    if question.wanted == "number" and states(premise, "number", briefing.language) and not asks(premise):
        return None
    reply = reply_to(briefing, best.exchange, question.text, draft.scorer)
    open_ones = [r for r in reply if r.open]
    if not open_ones or not _left_open(draft, best, reply, scored):
        return None
    words = draft.words
    answerer = draft.leads.answerer(briefing, best.exchange)
    lead = words.unanswered.format(
        asker=draft.leads.asker(briefing, best.exchange),
        when=draft.leads.when(briefing.date),
        by=words.by.format(speaker=answerer) if answerer else "",
    )
    first = max(open_ones, key=lambda r: r.similarity)
    text = draft.leads.sentence(lead) + draft.quotes.quote(briefing.id, first.span)
    more = [r for r in reply if not r.open and len(r.text.split()) > 6]
    if more and answerer:
        # What was added comes after; before it, only what is nearest to the question is worth adding.
        next_said = [r for r in more if r.span.start >= first.span.end]
        further = next_said[0] if next_said else max(more, key=lambda r: r.similarity)
        added = draft.leads.sentence(words.added.format(speaker=surname(answerer)))
        text += f" {added}{draft.quotes.quote(briefing.id, further.span)}"
    return text


def _just_that(asked: Sequence[Asked], scored: Sequence[Candidate]) -> Asked:
    """The question on record that the user asks: the nearest, or that which the best statement found leaves open."""
    said = next((c for c in scored if not _is_question(c)), None)
    if said and leaves_open(said.text):
        own = [a for a in asked if in_exchange(said, a.briefing_id, a.exchange)]
        return own[0] if own else asked[0]
    return asked[0]


def _answered_by(briefing: Briefing, exchange: Exchange, question: Question) -> bool:
    """Whether the person whose words the question wants replies in an exchange, where it names one."""
    speakers = [briefing.turns[position].speaker for position in exchange.answers]
    return not (question.speakers and question.explicit) or any(map(question.wants, speakers))


def _left_open(draft: Draft, asked: Asked, reply: Sequence[Reply], scored: Sequence[Candidate]) -> bool:
    """Whether the question on record is the user's, and nothing found answers it better than the reply leaves it open."""  # noqa: E501
    briefing = draft.sources[asked.briefing_id]
    whole = reply_sentences(briefing, asked.exchange)
    label = judge_reply(briefing.text[asked.span.start : asked.span.end], whole, briefing.language).label
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
    return leaves_open(whole[0]) or (label == "non_reply" and asked.similarity >= best + CLEAR_MARGIN)


def _is_question(candidate: Candidate) -> bool:
    return candidate.passage.kind in ("question", "moderation")


def what_was_said_of_it(draft: Draft, scored: Sequence[Candidate]) -> str | None:
    """The reply's nearest statement, where the user asks whether something was answered and it was."""
    asked = asked_about(
        draft.question, exchanges_found(draft.hits, draft.sources), draft.scorer, query=draft.question.text
    )
    if not asked or asked[0].similarity < SAME_QUESTION:
        return None
    briefing = draft.sources[asked[0].briefing_id]
    own = [c for c in scored if in_exchange(c, briefing.id, asked[0].exchange)]
    if not own:
        return None
    return draft.statement(briefing.id, run_around(own[0], briefing, scored))
