"""From a sentence that answers to what is quoted: the shortest run around it that can be read alone (pure)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from onrecord.rag.answers.spans import sentences_between, words_at
from onrecord.rag.languages import language
from onrecord.rag.questions.question import Question
from onrecord.rag.reading.reader import ReadSentence
from onrecord.rag.types import Briefing, Span

# Words quoted inside a sentence that can be read without it.
_LEAST_REPORTED = 6
# A neighbour that is at least this likely, beside the best, belongs to the run.
_NEAR = 0.3
# A sentence of fewer words that leans on the one before it is not read alone.
_SHORT = 25
# Characters either way that hold any run worth quoting; a break there does no harm.
_REACH = 2000
_BROKEN_OFF = re.compile(r"(?:[-–—]|\.\.\.|…)\s*$")


def run_around(best: ReadSentence, briefing: Briefing, scored: Sequence[ReadSentence]) -> Span:
    """The shortest run of whole sentences around the best one that can be read alone.

    It takes in a correction made in the next breath, the words corrected, the words of somebody that it leads up to,
    what a pronoun at its beginning points back to, and a neighbour that scores nearly as well.
    """
    spans = _paragraph(best, briefing)
    place = next((i for i, span in enumerate(spans) if span.start <= best.span.start < span.end), 0)
    first = last = place
    phrases = language(best.passage.language).replies
    # All that a report says goes on reporting.
    spoken = best.passage.kind != "report"
    said = [words_at(briefing, span) for span in spans]
    by_start = {(s.passage.briefing_id, s.span.start): s.weight for s in scored}
    while last + 1 < len(spans) and (
        phrases.corrects.match(said[last + 1])
        or phrases.corrects_inside.search(said[last + 1])
        or _BROKEN_OFF.search(said[last])
        or (last == place and spoken and phrases.goes_on_reporting.match(said[last + 1]))
    ):
        last += 1
    while first > 0 and (
        phrases.corrects_inside.search(said[first])
        or phrases.corrects.match(said[first])
        or _BROKEN_OFF.search(said[first - 1])
    ):
        first -= 1
    near = _NEAR * best.weight
    if last + 1 < len(spans) and by_start.get((briefing.id, spans[last + 1].start), 0.0) >= near:
        last += 1
    elif first > 0 and by_start.get((briefing.id, spans[first - 1].start), 0.0) >= near:
        first -= 1
    if first > 0 and first == last and phrases.leans_back.match(said[first]) and len(said[first].split()) < _SHORT:
        first -= 1
    return Span(spans[first].start, spans[last].end)


def _paragraph(best: ReadSentence, briefing: Briefing) -> list[Span]:
    """The sentences around one, within its turn, that no line break parts from it."""
    text = briefing.text
    turn = briefing.turns[best.turn] if best.turn < len(briefing.turns) else None
    low, high = (turn.start, turn.end) if turn else (best.passage.start, best.passage.end)
    low = max(low, text.rfind("\n", 0, max(0, best.span.start - _REACH)) + 1)
    spans = sentences_between(briefing, low, min(high, best.span.end + _REACH), best.passage.language)
    place = next((i for i, span in enumerate(spans) if span.start <= best.span.start < span.end), None)
    if place is None:
        return [best.span]
    first = last = place
    while first > 0 and "\n" not in text[spans[first - 1].end : spans[first].start]:
        first -= 1
    while last + 1 < len(spans) and "\n" not in text[spans[last].end : spans[last + 1].start]:
        last += 1
    return spans[first : last + 1]


def reported_part(briefing: Briefing, span: Span, question: Question) -> Span | None:
    """The words of whom the question wants quoted inside a sentence, where they are a statement of their own."""
    parts = [
        Span(r.start, r.end)
        for r in briefing.reported
        if question.wants(r.speaker) and span.start <= r.start and r.end <= span.end
    ]
    longest = max(parts, key=lambda part: part.end - part.start, default=None)
    if longest and len(words_at(briefing, longest).split()) >= _LEAST_REPORTED:
        return longest
    return None
