"""What was said of one subject over time: dated quotes from first to last, and which words differ (pure)."""

from __future__ import annotations

from collections.abc import Sequence

from onrecord.rag.answers.differing import words_of_one
from onrecord.rag.answers.drafting import Draft, Drafted, line
from onrecord.rag.answers.listing import Listed, item
from onrecord.rag.answers.selection import terms_of
from onrecord.rag.languages import language
from onrecord.rag.languages.wording import plain
from onrecord.rag.reading.reader import ReadSentence
from onrecord.rag.text.folding import folded_words
from onrecord.rag.types import Briefing, Part, Passage, Turn

# Dates shown between the first and the last.
_MOST_DATES = 5
# A statement on another date belongs to the subject when it is at least this likely, beside the best; one that holds
# half of the subject's words, when it is at least the second.
_NEAR, _HOLDING = 0.05, 0.001
# A turn with this share of the subject's words may speak of it; so many passages of such turns are read.
_HALF, _MOST_READ = 0.5, 20
# Above this probability of nothing, only what holds the subject's words speaks of it: a subject tells a reader little.
_NOTHING = 0.9


def over_time(draft: Draft) -> Drafted | None:
    """The best quote of each date; None where nothing speaks of the subject.

    Where the one named may be several people, each is followed alone; who differs is never said to have changed.
    """
    speaking = _by_words(draft)
    found = [*(hit.passage for hit in draft.hits), *speaking]
    passages = {(passage.briefing_id, passage.start, passage.end): passage for passage in found}
    subject = language(draft.question.language).questions.frame.sub("", draft.question.subject)
    reading = draft.read(subject or draft.question.text, list(passages.values())).only(
        lambda one: _may_speak(one, draft)
    )
    read = reading.best()
    if not read or (reading.nothing > _NOTHING and not speaking):
        return None
    wanted = _wanted(draft)
    likely = [sentence for sentence in read if sentence.weight >= _HOLDING * read[0].weight]
    holding = [one for one in likely if wanted and _share(one.text, one.passage.language, wanted) >= _HALF]
    near = [*holding, *(one for one in likely if one not in holding and one.weight >= _NEAR * read[0].weight)]
    by_date = sorted(near, key=lambda one: draft.sources[one.passage.briefing_id].date or "")
    people = [one for one in dict.fromkeys(sentence.passage.speaker for sentence in by_date) if one]
    if not draft.question.sayers or len(people) < 2:
        return Drafted(_in_order(draft, near))
    # What a report says of a name may be of any who bears it.
    followed = [_in_order(draft, [s for s in near if s.passage.speaker in (one, None)], one) for one in people]
    return Drafted(tuple(part for parts in followed for part in parts))


def _in_order(draft: Draft, near: Sequence[ReadSentence], speaker: str | None = None) -> tuple[Part, ...]:
    """The first quote of each date, in order of time, and what differs; `speaker` is named where there are others."""
    best: dict[tuple[str, str], ReadSentence] = {}
    for sentence in near:
        date = draft.sources[sentence.passage.briefing_id].date or ""
        best.setdefault((date, sentence.passage.briefing_id if not date else ""), sentence)
    chosen = [best[key] for key in sorted(best, key=lambda key: (not key[0], key))]
    dates = sorted({date for date, _ in best if date})
    chosen = _thinned([c for c in chosen if len(dates) < 2 or draft.sources[c.passage.briefing_id].date])
    words = draft.words
    if not dates:
        head = words.over_time_undated
    elif len(dates) == 1:
        head = words.over_time_once
    else:
        head = words.over_time.format(first=words.date(dates[0]), last=words.date(dates[-1]))
    if speaker:
        head = f"{plain(speaker)}{words.colon}{head}"
    listed = [Listed(draft.sources[c.passage.briefing_id], c.span) for c in chosen]
    changed = len(dates) > 1 and chosen[0].passage.speaker == chosen[-1].passage.speaker
    differences = _difference(draft, chosen[0], chosen[-1]) if changed else []
    return (line(head), *(item(draft, each, draft.leads.dated) for each in listed), *differences)


def _may_speak(sentence: ReadSentence, draft: Draft) -> bool:
    turns = draft.sources[sentence.passage.briefing_id].turns
    turn = turns[sentence.turn] if sentence.turn < len(turns) else None
    return turn is not None and _states(turn) and draft.passes(turn) and draft.may_quote(sentence)


def _states(turn: Turn) -> bool:
    return turn.kind not in ("question", "moderation")


def _thinned(chosen: list[ReadSentence]) -> list[ReadSentence]:
    """The first, the last and the best of those between."""
    if len(chosen) <= _MOST_DATES:
        return chosen
    between = sorted(chosen[1:-1], key=lambda c: -c.weight)[: _MOST_DATES - 2]
    return [chosen[0], *(c for c in chosen[1:-1] if c in between), chosen[-1]]


def _by_words(draft: Draft) -> list[Passage]:
    """Passages of turns anywhere that hold half of the subject's words: dates that the search left out."""
    wanted = _wanted(draft)
    found = [
        passage
        for briefing in draft.sources.values()
        if wanted
        for passage in draft.passages(briefing, _may_hold(draft, briefing, wanted))
    ]
    return [one for one in found if _share(one.text, one.language, wanted) >= _HALF][:_MOST_READ]


def _wanted(draft: Draft) -> list[str]:
    """The stems of the subject, without those of the frame it stands in and of whose words are wanted."""
    question = draft.question
    words = language(question.language)
    names = folded_words(" ".join(question.sayers))
    terms = words.query_terms(words.questions.frame.sub("", question.subject))
    return [term for term in terms if not any(name.startswith(term) for name in names)]


def _share(text: str, code: str, wanted: Sequence[str]) -> float:
    held = terms_of(text, code)
    return sum(term in held for term in wanted) / len(wanted)


def _may_hold(draft: Draft, briefing: Briefing, wanted: Sequence[str]) -> list[int]:
    """The turns in which half of some stems begin words; most are told off by this, which costs little."""

    def holds(turn: Turn) -> bool:
        words = briefing.text[turn.start : turn.end].casefold()
        return sum(term[:5] in words for term in wanted) >= _HALF * len(wanted)

    return [
        number
        for number, turn in enumerate(briefing.turns)
        if _states(turn)
        and draft.passes(turn)
        and (turn.kind == "report" or draft.may_list(turn.speaker))
        and holds(turn)
    ]


def _difference(draft: Draft, first: ReadSentence, last: ReadSentence) -> list[Part]:
    """Which telling words stand in one of two statements only, as printed there."""
    told = ((draft.words.only_first, first, last), (draft.words.only_last, last, first))
    found = [
        (template, words_of_one(one.text, one.passage.language, other.text, other.passage.language))
        for template, one, other in told
    ]
    return [line(template.format(words=", ".join(words))) for template, words in found if words]
