"""From passages found to an answer: prose that leads with the words that answer, each quote a cited slice (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from onrecord.rag.answers.drafting import Draft
from onrecord.rag.answers.leads import Leads
from onrecord.rag.answers.listings import mentions, over_time, overview
from onrecord.rag.answers.quoting import Quotes
from onrecord.rag.answers.replying import asked_by_name, asked_not_answered, what_was_said_of_it, who_asked
from onrecord.rag.answers.selection import (
    Candidate,
    Meeting,
    SentenceScorer,
    candidates,
    remembering,
    reported_part,
    run_around,
    score,
    terms_of,
    topic_of,
    unread,
)
from onrecord.rag.languages.wording import plain, wording
from onrecord.rag.questions.question import Question
from onrecord.rag.types import Answer, Briefing, Filters, Hit, Span, Status

# Below this probability that the library answers the question, the answer says that nothing was found: where most is
# right on the questions that the confidence was fitted to (docs/quality.md).
NOT_FOUND_BELOW = 0.5
# Statements quoted for one question, the first included; a further one scores nearly as well and says something else.
_MOST_STATEMENTS = 3
_NEAR = 0.3
_SAME_WORDS = 0.6
_NEAREST_SHOWN = 2


def compose(
    question: Question,
    hits: Sequence[Hit],
    sources: Mapping[str, Briefing],
    *,
    confidence: float,
    scorer: SentenceScorer,
    meeting: Meeting = unread,
    searched: tuple[int, int] = (0, 0),
    filters: Filters | None = None,
) -> Answer:
    """Compose the answer to a question.

    Args:
        question: what was asked.
        hits: the passages found, best first.
        sources: briefings by id: those of the hits at least; all that the filters leave where the question's kind is in
            `questions.WHOLE_LIBRARY`.
        confidence: probability (0–1) that the passages answer the question.
        scorer: similarity of a question to sentences.
        meeting: how well the question's words are met by a slice of a passage.
        searched: how many briefings and passages the filters left.
        filters: those of the search; lists keep to their speaker, role, outlet and kind.

    Returns:
        an answer in the question's language whose every quote is `briefing.text[start:end]`. `seconds` is empty.
    """
    language = question.answer_language
    draft = Draft(
        question,
        hits,
        sources,
        remembering(scorer),
        meeting,
        filters or Filters(),
        searched,
        wording(language),
        Quotes(language, sources, [hit.passage for hit in hits]),
        Leads(language, sources),
    )
    status, text = _written(draft, confidence)
    return Answer(
        question=question.typed,
        standalone_question=question.text,
        status=status,
        confidence=confidence,
        language=language,
        text=text,
        citations=draft.quotes.citations,
        hits=tuple(hits),
        searched_briefings=searched[0],
        searched_passages=searched[1],
    )


def _written(draft: Draft, confidence: float) -> tuple[Status, str]:
    kind = draft.question.kind
    # What code can count is there or is not, whatever the search thinks of it.
    if kind == "mentions" and (text := mentions(draft)):
        return "answered", text
    if kind == "overview" and (text := overview(draft)):
        return "answered", text
    if kind == "what_asked" and (text := asked_by_name(draft)):
        return "answered", text
    found = candidates(draft.hits, draft.sources, draft.question, draft.meeting)
    scored = score(found, draft.question, draft.sources, draft.scorer)
    if not scored or confidence < NOT_FOUND_BELOW:
        return "not_found", _nothing(draft, scored)
    if kind == "over_time" and (text := over_time(draft)):
        return "answered", text
    if kind in ("who_asked", "what_asked") and (text := who_asked(draft)):
        return "answered", text
    if text := asked_not_answered(draft, scored):
        return "asked_not_answered", text
    if kind == "did_answer" and (text := what_was_said_of_it(draft, scored)):
        return "answered", text
    return "answered", " ".join(_statement(draft, c, span) for c, span in _statements(draft, scored))


def _statements(draft: Draft, scored: Sequence[Candidate]) -> list[tuple[Candidate, Span]]:
    """The best statement and the further ones that add something, each as a run of whole sentences."""
    chosen: list[tuple[Candidate, Span]] = []
    for candidate in scored:
        if len(chosen) == _MOST_STATEMENTS or candidate.score < scored[0].score - _NEAR:
            break
        span = run_around(candidate, draft.sources[candidate.passage.briefing_id], scored)
        if all(_adds(draft, candidate, span, other, taken) for other, taken in chosen):
            chosen.append((candidate, span))
    return chosen


def _statement(draft: Draft, candidate: Candidate, span: Span) -> str:
    """A statement quoted: of a report, the words of the person asked for."""
    briefing = draft.sources[candidate.passage.briefing_id]
    reported = reported_part(briefing, span, draft.question)
    return draft.statement(briefing.id, reported or span)


def _adds(draft: Draft, candidate: Candidate, span: Span, other: Candidate, taken: Span) -> bool:
    """Whether a run of sentences says something else than one chosen already."""
    mine, theirs = draft.sources[candidate.passage.briefing_id], draft.sources[other.passage.briefing_id]
    if mine.id == theirs.id and span.start < taken.end and taken.start < span.end:
        return False
    terms = terms_of(candidate.text, candidate.passage.language)
    said = terms_of(theirs.text[taken.start : taken.end], other.passage.language)
    return len(terms & said) < _SAME_WORDS * max(1, min(len(terms), len(said)))


def _nothing(draft: Draft, scored: Sequence[Candidate]) -> str:
    """What was searched, and the nearest passages, named and uncited."""
    text = draft.words.nothing.format(searched=draft.briefings_searched())
    places = dict.fromkeys(_place(draft, candidate) for candidate in scored[:_NEAREST_SHOWN])
    return f"{text} {draft.words.nearest}{draft.words.colon}{'; '.join(places)}." if places else text


def _place(draft: Draft, candidate: Candidate) -> str:
    briefing = draft.sources[candidate.passage.briefing_id]
    words = draft.words
    speaker, topic = candidate.passage.speaker, topic_of(candidate.text)
    if topic:
        place = words.passage_on.format(topic=plain(topic))
    elif speaker:
        place, speaker = words.passage_by.format(speaker=plain(speaker)), None
    else:
        place = words.passage_in.format(title=draft.leads.title(briefing))
    details = ", ".join(part for part in (plain(speaker or ""), draft.leads.when(briefing.date).strip()) if part)
    return f"{place} ({details})" if details else place
