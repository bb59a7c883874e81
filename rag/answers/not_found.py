"""That nothing found answers: what was searched, and the nearest passages, named and uncited."""

from __future__ import annotations

from collections.abc import Sequence

from onrecord.rag.answers.drafting import Draft, Written, line
from onrecord.rag.answers.leads import title_of
from onrecord.rag.answers.selection import Candidate, topic_of
from onrecord.rag.languages.wording import plain

_NEAREST_SHOWN = 2


def not_found(draft: Draft, scored: Sequence[Candidate]) -> Written:
    """What was searched, and the nearest passages."""
    text = draft.words.nothing.format(searched=draft.briefings_searched())
    places = dict.fromkeys(_place(draft, candidate) for candidate in scored[:_NEAREST_SHOWN])
    if places:
        text += f" {draft.words.nearest}{draft.words.colon}{'; '.join(places)}."
    return Written((line(text),), "not_found")


def _place(draft: Draft, candidate: Candidate) -> str:
    briefing = draft.sources[candidate.passage.briefing_id]
    words = draft.words
    speaker, topic = candidate.passage.speaker, topic_of(candidate.text)
    if topic:
        place = words.passage_on.format(topic=plain(topic))
    elif speaker:
        place, speaker = words.passage_by.format(speaker=plain(speaker)), None
    else:
        place = words.passage_in.format(title=title_of(briefing))
    details = ", ".join(part for part in (plain(speaker or ""), draft.words.when(briefing.date).strip()) if part)
    return f"{place} ({details})" if details else place
