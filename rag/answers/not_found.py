"""That nothing found answers: what was searched, and the nearest passages, named and uncited."""

from __future__ import annotations

from onrecord.rag.answers.drafting import Draft, Written, line
from onrecord.rag.answers.leads import title_of
from onrecord.rag.answers.selection import topic_of
from onrecord.rag.languages.wording import plain
from onrecord.rag.reading.reader import ReadSentence

_NEAREST_SHOWN = 2


def not_found(draft: Draft) -> Written:
    """What was searched, and the nearest passages."""
    text = draft.words.nothing.format(searched=draft.briefings_searched())
    places = dict.fromkeys(_place(draft, sentence) for sentence in draft.reading.best()[:_NEAREST_SHOWN])
    if places:
        text += f" {draft.words.nearest}{draft.words.colon}{'; '.join(places)}."
    return Written((line(text),), "not_found")


def _place(draft: Draft, sentence: ReadSentence) -> str:
    briefing = draft.sources[sentence.passage.briefing_id]
    words = draft.words
    speaker, topic = sentence.passage.speaker, topic_of(sentence.text)
    if topic:
        place = words.passage_on.format(topic=plain(topic))
    elif speaker:
        place, speaker = words.passage_by.format(speaker=plain(speaker)), None
    else:
        place = words.passage_in.format(title=title_of(briefing))
    details = ", ".join(part for part in (plain(speaker or ""), draft.words.when(briefing.date).strip()) if part)
    return f"{place} ({details})" if details else place
