"""What was said: the statements that answer best, each quoted with who said it."""

from __future__ import annotations

from onrecord.rag.answers.drafting import Draft, Drafted, paragraph
from onrecord.rag.answers.runs import reported_part, run_around
from onrecord.rag.answers.selection import terms_of
from onrecord.rag.answers.spans import words_at
from onrecord.rag.questions.stating import states
from onrecord.rag.reading.reader import ReadSentence
from onrecord.rag.text.quotes import overlap
from onrecord.rag.types import Piece, Span

# Statements quoted for one question, the first included; a further one is nearly as likely and says something else.
# Where somebody's words on a subject are wanted it is about that, too (docs/quality.md, "Further statements").
_MOST_STATEMENTS = 3
_NEAR = 0.15
_SAME_WORDS = 0.6


def fact(draft: Draft) -> Drafted:
    """The best statement and the further ones that add something."""
    return Drafted((paragraph(_statement(draft, best, span) for best, span in _statements(draft)),))


def _statements(draft: Draft) -> list[tuple[ReadSentence, Span]]:
    """The statements to quote, each as a run of whole sentences."""
    chosen: list[tuple[ReadSentence, Span]] = []
    best = draft.quotable.best()
    for sentence in best:
        if len(chosen) == _MOST_STATEMENTS or sentence.weight < _NEAR * best[0].weight:
            break
        span = run_around(sentence, draft.sources[sentence.passage.briefing_id], best)
        if draft.question.literal and chosen and not _on_subject(draft, sentence, span, *chosen[0]):
            continue
        if all(_adds(draft, sentence, span, other, taken) for other, taken in chosen):
            chosen.append((sentence, span))
    return chosen


def _statement(draft: Draft, sentence: ReadSentence, span: Span) -> tuple[Piece, ...]:
    """A statement quoted: of a report, the words of the person asked for."""
    briefing = draft.sources[sentence.passage.briefing_id]
    reported = reported_part(briefing, span, draft.question)
    return draft.statement(briefing.id, reported or span)


def _on_subject(draft: Draft, sentence: ReadSentence, span: Span, best: ReadSentence, first: Span) -> bool:
    """Whether a run of sentences is about what the first one is.

    It is of the same exchange; or as near to the question's words, and says one of them where the first does in the
    same language; or it alone states the number or date that is asked for. Where one of several people is meant,
    whoever says the first says it.
    """
    mine, theirs = sentence.passage, best.passage
    if len(draft.question.sayers) > 1 and mine.speaker != theirs.speaker:
        return False
    if mine.exchange is not None and (mine.briefing_id, mine.exchange) == (theirs.briefing_id, theirs.exchange):
        return True
    if _states_wanted(draft, sentence, span) and not _states_wanted(draft, best, first):
        return True
    met, least = draft.subject.met.get(mine.id), draft.subject.met.get(theirs.id)
    if met is not None and least is not None and met < least:
        return False
    return mine.language != theirs.language or _says(draft, best, first) <= _says(draft, sentence, span)


def _states_wanted(draft: Draft, sentence: ReadSentence, span: Span) -> bool:
    """Whether a run of sentences states the number or date that the question asks for."""
    wanted = draft.question.wanted
    if wanted != "number" and wanted != "date":
        return False
    return states(words_at(draft.sources[sentence.passage.briefing_id], span), wanted, sentence.passage.language)


def _says(draft: Draft, sentence: ReadSentence, span: Span) -> bool:
    """Whether a run of sentences says a telling word of the question."""
    said = terms_of(words_at(draft.sources[sentence.passage.briefing_id], span), sentence.passage.language)
    return not draft.subject_terms.isdisjoint(said)


def _adds(draft: Draft, sentence: ReadSentence, span: Span, other: ReadSentence, taken: Span) -> bool:
    """Whether a run of sentences says something else than one chosen already."""
    mine, theirs = draft.sources[sentence.passage.briefing_id], draft.sources[other.passage.briefing_id]
    if mine.id == theirs.id and overlap(span, taken):
        return False
    terms = terms_of(sentence.text, sentence.passage.language)
    said = terms_of(words_at(theirs, taken), other.passage.language)
    return len(terms & said) < _SAME_WORDS * max(1, min(len(terms), len(said)))
