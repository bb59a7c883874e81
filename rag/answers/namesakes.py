"""What each said of several people who bear the name in a question."""

from __future__ import annotations

from onrecord.rag.answers.drafting import Draft, Drafted, paragraph
from onrecord.rag.answers.runs import run_around
from onrecord.rag.reading.reader import Reading


def namesakes(draft: Draft, least: float) -> Drafted | None:
    """The best statement of each person whom the name asked for may mean.

    Only those who answer with a probability of `least` or more; None where that is one at most.
    """
    question = draft.question
    if not question.literal or len(question.speakers) < 2:
        return None
    chosen = []
    for speaker in question.speakers:
        theirs = _of(draft.quotable, speaker)
        if draft.certainty(theirs) >= least:
            best = theirs.best()
            briefing = draft.sources[best[0].passage.briefing_id]
            chosen.append((briefing.id, run_around(best[0], briefing, best)))
    if len(chosen) < 2:
        return None
    return Drafted((paragraph(draft.statement(briefing_id, span) for briefing_id, span in chosen),))


def _of(reading: Reading, speaker: str) -> Reading:
    return reading.only(lambda sentence: sentence.passage.speaker == speaker)
