"""That nothing found answers: what was searched, and the nearest passages, named and uncited."""

from __future__ import annotations

from onrecord.rag.answers.drafting import Draft, Drafted, line
from onrecord.rag.answers.leads import title_of
from onrecord.rag.answers.selection import terms_of, topic_of
from onrecord.rag.languages.wording import plain
from onrecord.rag.reading.reader import ReadSentence
from onrecord.rag.text.quotes import overlap

_NEAREST_SHOWN = 2
# Who spoke of something used this share of its words or more, in answer to a question or in a statement.
_MOST_OF_IT = 2 / 3
_MOST_OTHERS = 3


def not_found(draft: Draft) -> Drafted:
    """What was searched, whoever else spoke of it where somebody's words are wanted, and the nearest passages."""
    words, question = draft.words, draft.question
    theirs = question.literal and question.sayers
    if theirs:
        speaker = words.any_of(dict.fromkeys(map(plain, theirs)))
        template = words.unheld if question.unheld else words.silent
        said = [template.format(speaker=speaker, searched=draft.briefings_searched())]
    else:
        said = [words.nothing.format(searched=draft.briefings_searched())]
    if time := _time_searched(draft):
        said.append(time)
    if theirs and (others := _who_spoke_of_it(draft)):
        said.append(words.spoken_by.format(people=words.semicolon.join(others)))
    elif places := dict.fromkeys(_place(draft, sentence) for sentence in draft.reading.best()[:_NEAREST_SHOWN]):
        said.append(f"{words.nearest}{words.colon}{words.semicolon.join(places)}.")
    return Drafted((line(" ".join(said)),), "not_found")


def _time_searched(draft: Draft) -> str:
    """Which dates the search was limited to."""
    since, until, words = draft.filters.since, draft.filters.until, draft.words
    if since and until:
        if since == until:
            return words.dates_within.format(date=words.date(since))
        return words.dates_between.format(first=words.date(since), last=words.date(until))
    if since:
        return words.dates_since.format(date=words.date(since))
    return words.dates_until.format(date=words.date(until)) if until else ""


def _who_spoke_of_it(draft: Draft) -> list[str]:
    """Those besides the ones asked for in whose exchanges or statements most of what the question is about is said.

    Each with the dates, in order of the search.
    """
    question, found = draft.question, dict[str, dict[str, None]]()
    terms = draft.subject_terms
    for hit in draft.hits:
        passage, briefing = hit.passage, draft.sources.get(hit.passage.briefing_id)
        held = terms & terms_of(f"{passage.context}\n{passage.text}", passage.language)
        if not briefing or not held or len(held) < _MOST_OF_IT * len(terms):
            continue
        for turn in briefing.turns:
            inside = overlap(turn, passage)
            if inside and turn.kind in ("statement", "answer") and turn.speaker and not question.may_want(turn.speaker):
                found.setdefault(turn.speaker, {})[briefing.date or ""] = None
    return [
        f"{plain(speaker)} ({', '.join(draft.words.date(date) or draft.words.undated for date in sorted(dates))})"
        for speaker, dates in found.items()
    ][:_MOST_OTHERS]


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
