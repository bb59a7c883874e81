"""Source text to structure: who said what to whom, and what is not speech at all (pure)."""

from __future__ import annotations

import bisect
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from onrecord.rag.languages import Language
from onrecord.rag.people.labels import DialoguePart
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.people.voices import is_voice
from onrecord.rag.text.quotations import blanked
from onrecord.rag.transcript.boilerplate import Marked, chrome, end_marks, furniture
from onrecord.rag.transcript.calls import calls_of
from onrecord.rag.transcript.dates import date_in_path
from onrecord.rag.transcript.exchanges import answerer_of, exchanges_of
from onrecord.rag.transcript.header import Header, header_of
from onrecord.rag.transcript.interviews import interview_of, interviewee, interviewer, named_by_heading, questions_of
from onrecord.rag.transcript.introductions import goes_on, introductions, with_own_names
from onrecord.rag.transcript.kinds import kinds_of
from onrecord.rag.transcript.labelling import labels_of, parted_at_labels
from onrecord.rag.transcript.labels import LabelCandidate
from onrecord.rag.transcript.lines import TERMINAL, Line, lines_of
from onrecord.rag.transcript.people import identify
from onrecord.rag.transcript.relative_dates import relative_dates
from onrecord.rag.transcript.reported import quoted_in_speech, reported_in
from onrecord.rag.transcript.timecodes import Times, times_in
from onrecord.rag.transcript.turns import turns_of
from onrecord.rag.transcript.unlabelled import is_spoken, speaker_in_title
from onrecord.rag.transcript.wording import words_of
from onrecord.rag.types import Boilerplate, SourceText, Span, Structure, Turn

# The opening of a text is told to be spoken or not from this many characters.
_OPENING = 20_000
# A line of so many characters that ends in mid-sentence was broken by the width of a page.
_FULL_LINE = 60


def understand(source: SourceText, path: str = "") -> Structure:
    """Find out who said what to whom.

    Args:
        source: what a reader made of a file.
        path: of the file, or its address, whose names give the date where neither format nor text does.

    Returns:
        a structure whose turns are ordered, non-overlapping slices of `source.text`. Turns, their labels and
        boilerplate together hold every character that is not blank; boilerplate may lie inside a turn.
    """
    text = source.text
    times = Times() if source.timecodes or source.turns is not None else times_in(text, _free(text, source.boilerplate))
    if times.spans:
        printed = (Boilerplate(span.start, span.end, "timecode") for span in times.spans)
        marks = tuple(sorted([*source.boilerplate, *printed], key=lambda mark: (mark.start, mark.end)))
        source = replace(source, timecodes=times.codes, boilerplate=marks)
    lines = _outside(lines_of(text, times.spans), source.boilerplate)
    words = words_of(lines, source.language)
    vocabulary = Vocabulary(text, words)
    if source.turns is not None:
        return _from_marked_turns(source, source.turns, lines, path, vocabulary)
    marked, candidates = _labels(lines, vocabulary)
    parted = parted_at_labels(lines, candidates)
    if len(parted) > len(lines):
        lines = parted
        marked, candidates = _labels(lines, vocabulary)
    for mark in _chrome(lines, candidates, marked, words):
        marked.setdefault(mark.line, mark.reason)
    body = [line for line in lines if line.number not in marked]
    asked = [] if candidates else questions_of(body, vocabulary)
    first = candidates[0].line if candidates else asked[0].line if asked else len(lines)
    before = [line for line in body if line.number < first]
    speakers = {candidate.label for candidate in candidates}
    header = _header(before, source, path, words, labelled=first < len(lines), speakers=speakers)
    if first < len(lines):
        heading, opening = _opening(before, header.lines)
    else:
        heading, opening = header.lines, [line for line in before if line.number not in header.lines]
    marked.update(heading)
    if first == len(lines) and not opening:
        # Whatever looked like furniture is all there is.
        marked, opening = {}, lines
    cut = interview_of(lines, asked, marked) if asked else turns_of(lines, candidates, marked, words)
    turns: list[Turn] = []
    if cut.questions_between and len(opening) > 1 and opening[-1].text.endswith("?"):
        cut.turns.insert(0, Turn(opening[-1].start, opening[-1].end, kind="question"))
        opening.pop()
    given = calls_of(text, opening, vocabulary) if first == len(lines) else []
    if given:
        turns.extend(given)
    elif opening:
        # What stands before an interview is written by whoever asks.
        turns.append(Turn(opening[0].start, opening[-1].end, kind="report" if asked else "statement"))
    marked = cut.marked | marked
    turns.extend(cut.turns)
    boilerplate = _merged([*source.boilerplate, *cut.spans], lines, marked)
    return _completed(source, header, turns, boilerplate, [line.text for line in before], vocabulary)


def _free(text: str, boilerplate: Sequence[Boilerplate]) -> list[Span]:
    """The parts of a text outside what the reader marked."""
    free: list[Span] = []
    position = 0
    for mark in sorted(boilerplate, key=lambda span: span.start):
        free.append(Span(position, max(position, mark.start)))
        position = max(position, mark.end)
    return [*free, Span(position, len(text))]


def _labels(lines: Sequence[Line], vocabulary: Vocabulary) -> tuple[dict[int, str], list[LabelCandidate]]:
    """The lines that are page furniture or the text's own end, with the reason, and the labels among the others."""
    words = vocabulary.words
    marks = [
        mark for mark in (*furniture(lines, words), *end_marks(lines, words)) if not is_voice(lines[mark.line].text)
    ]
    marked = {mark.line: mark.reason for mark in marks}
    return marked, labels_of([line for line in lines if line.number not in marked], vocabulary)


def _outside(lines: Sequence[Line], boilerplate: Sequence[Boilerplate]) -> list[Line]:
    """Leave out the lines that lie in what the reader marked."""
    spans = sorted((span.start, span.end) for span in boilerplate)
    starts = [start for start, _ in spans]
    kept: list[Line] = []
    for line in lines:
        position = bisect.bisect_right(starts, line.start) - 1
        if position < 0 or spans[position][1] < line.end:
            kept.append(replace(line, number=len(kept)))
    return kept


def _header(
    before: Sequence[Line], source: SourceText, path: str, words: Language, *, labelled: bool, speakers: Collection[str]
) -> Header:
    header = header_of(before, source.title, source.date, words, labelled=labelled, speakers=speakers)
    return replace(header, date=header.date or date_in_path(path, words))


def _chrome(
    lines: Sequence[Line],
    candidates: Sequence[LabelCandidate],
    marked: dict[int, str],
    words: Language,
) -> list[Marked]:
    alone = {candidate.line for candidate in candidates if candidate.alone}
    judged = [line for line in lines if line.number not in marked and line.number not in alone]
    if not candidates:
        return chrome(judged, None, None, words)
    last = candidates[-1]
    spoken = next((line.number for line in judged if line.number > last.line), last.line) if last.alone else last.line
    return chrome(judged, candidates[0].line, spoken, words)


def _merged(given: Sequence[Boilerplate], lines: Sequence[Line], marked: dict[int, str]) -> tuple[Boilerplate, ...]:
    """The reader's boilerplate and our own, in order, neighbouring lines of one reason as one."""
    found: list[Boilerplate] = []
    previous = -2
    for number in sorted(marked):
        line = lines[number]
        if number == previous + 1 and found[-1].reason == marked[number]:
            found[-1] = replace(found[-1], end=line.end)
        else:
            found.append(Boilerplate(line.start, line.end, marked[number]))
        previous = number
    return tuple(sorted([*given, *found], key=lambda span: (span.start, span.end)))


def _from_marked_turns(
    source: SourceText, turns: Sequence[Turn], lines: Sequence[Line], path: str, vocabulary: Vocabulary
) -> Structure:
    """Keep the turns that the format marks itself and find out the rest."""
    first = turns[0].start if turns else len(source.text)
    before = [line for line in lines if line.end <= first]
    speakers = {name for turn in turns for name in (turn.label, turn.speaker) if name}
    header = _header(before, source, path, vocabulary.words, labelled=bool(turns), speakers=speakers)
    marked, opening = _opening(before, header.lines)
    found = [Turn(opening[0].start, opening[-1].end), *turns] if opening else list(turns)
    boilerplate = _merged(source.boilerplate, lines, marked)
    return _completed(source, header, found, boilerplate, [line.text for line in before], vocabulary)


def _opening(before: Sequence[Line], heading: Mapping[int, str]) -> tuple[dict[int, str], list[Line]]:
    """What stands before the first label: the lines that are no speech, and those that are, where a sentence ends."""
    opening = [line for line in before if line.number not in heading]
    if any(line.text[-1] in '.!?…”"»' for line in opening):
        return dict(heading), opening
    return {line.number: heading.get(line.number, "header") for line in before}, []


def _completed(
    source: SourceText,
    header: Header,
    turns: list[Turn],
    boilerplate: tuple[Boilerplate, ...],
    before: Sequence[str],
    vocabulary: Vocabulary,
) -> Structure:
    text = source.text
    language, speech = vocabulary.words.code, vocabulary.words.speech
    heading = [header.text, *(text[mark.start : mark.end] for mark in boilerplate if mark.reason == "front matter")]
    parts = _with_people(text, turns, "\n".join(heading), vocabulary)
    labelled = any(turn.label or turn.speaker or turn.kind == "question" for turn in turns)
    prose = not labelled and not any(
        is_spoken(text[turn.start : turn.end][:_OPENING], vocabulary.words, among_turns=labelled) for turn in turns
    )
    quoted = [
        words
        for turn in turns
        if turn.label or turn.speaker
        for words in quoted_in_speech(text, _paragraphs(text, turn, boilerplate), vocabulary)
    ]
    own = blanked(text, [Span(words.start, words.end) for words in quoted])
    if labelled:
        _with_kinds(own, turns, parts, vocabulary)
    unnamed = any(
        part == "answerer" or (turn.label is None and turn.kind == "answer")
        for part, turn in zip(parts, turns, strict=True)
    )
    title = header.title
    named = interviewee(title, before, vocabulary) if unnamed else speaker_in_title(title, vocabulary)
    open_turns = [position for position in range(len(turns)) if _may_be_told(turns, position)]
    for position in open_turns:
        turn = turns[position]
        if turn.speaker is not None:
            continue
        if (
            turn.label is None
            and turn.kind == "statement"
            and not source.heard
            and not is_spoken(text[turn.start : turn.end][:_OPENING], vocabulary.words, among_turns=labelled)
        ):
            turns[position] = replace(turn, kind="report")
            continue
        answerer = _named_above(text, turns, position, boilerplate) or answerer_of(turns)
        if answerer is not None:
            turns[position] = replace(turn, speaker=answerer.speaker, role=answerer.role, inferred=True)
        elif named is not None:
            turns[position] = replace(turn, speaker=named.name, role=named.role, inferred=True)
    if unnamed and named and not any(turn.speaker for turn in turns if turn.kind == "question"):
        asks = interviewer(before, vocabulary)
        for position, turn in enumerate(turns):
            if asks and turn.kind == "question" and not turn.outlet:
                turns[position] = replace(turn, speaker=asks.name, outlet=asks.outlet, inferred=True)
    if source.timecodes:
        turns[:] = [replace(turn, seconds=_second(source.timecodes, turn)) for turn in turns]
    report = [span for turn in turns if turn.kind == "report" for span in _paragraphs(text, turn, boilerplate)]
    quoted += reported_in(text, report, vocabulary)
    return Structure(
        kind="report" if prose else "transcript",
        language=language,
        title=header.title,
        date=header.date,
        turns=tuple(turns),
        exchanges=exchanges_of(own, turns, language, speech),
        boilerplate=boilerplate,
        reported=tuple(sorted(quoted, key=lambda words: words.start)),
        dates=relative_dates(text, header.date, vocabulary.words),
        timecodes=source.timecodes,
    )


def _named_above(text: str, turns: Sequence[Turn], position: int, boilerplate: Sequence[Boilerplate]) -> Turn | None:
    """The turn of the speaker whom the last heading above a turn names, with none but unnamed turns between."""
    above = [mark for mark in boilerplate if mark.reason == "heading" and mark.end <= turns[position].start]
    if not above or any(
        turn.speaker and not turn.inferred for turn in turns if above[-1].end <= turn.start < turns[position].start
    ):
        return None
    return named_by_heading(text[above[-1].start : above[-1].end], turns)


def _may_be_told(turns: Sequence[Turn], position: int) -> bool:
    """Whether a turn without a speaker may be that of the one who mostly answers, or of whom the head names."""
    turn = turns[position]
    if turn.label is not None or any(other.label is None and other.speaker for other in turns):
        # Where the floor is given in so many words, whoever is not named then is not told.
        return turn.label is not None and turn.kind == "answer"
    # The opening of a text, and the answers of an interview.
    return turn.kind == "answer" or (turn.kind == "statement" and position == 0)


def _with_people(text: str, turns: list[Turn], heading: str, vocabulary: Vocabulary) -> list[DialoguePart | None]:
    """Fill in who speaks, in place, where the format did not say; return what each label makes of its speaker."""
    places = [position for position, turn in enumerate(turns) if turn.label]
    labels = [turns[position].label or "" for position in places]
    spans = [Span(turns[position].start, turns[position].end) for position in places]
    parts: list[DialoguePart | None] = [None] * len(turns)
    people = identify(labels, spans, text, heading, vocabulary)
    words = [text[span.start : span.end] for span in spans]
    for position, person in zip(places, with_own_names(people, words, vocabulary), strict=True):
        turn = turns[position]
        parts[position] = person.part
        turns[position] = replace(
            turn,
            speaker=turn.speaker or person.name,
            role=turn.role or person.role,
            outlet=turn.outlet or person.outlet,
            country=turn.country or person.country,
            inferred=turn.inferred or person.inferred,
        )
    unnamed = [position for position in places if parts[position] == "asker" and turns[position].speaker is None]
    asking = [
        (text[turns[position].start : turns[position].end], _said_before(text, turns, parts, position))
        for position in unnamed
    ]
    for position, asker in zip(unnamed, introductions(asking, vocabulary), strict=True):
        if asker is not None:
            outlet = turns[position].outlet or asker.outlet
            turns[position] = replace(turns[position], speaker=asker.name, outlet=outlet, inferred=True)
        elif (before := _interrupted(text, turns, parts, position, vocabulary)) is not None:
            turns[position] = replace(turns[position], speaker=before.speaker, outlet=before.outlet, inferred=True)
    return parts


def _interrupted(
    text: str, turns: Sequence[Turn], parts: Sequence[DialoguePart | None], position: int, vocabulary: Vocabulary
) -> Turn | None:
    """The named asker's turn that a question turn goes on with after a few words of somebody else's."""
    if position < 2 or parts[position - 1] == "asker" or parts[position - 2] != "asker":
        return None
    asked, said, asking = (text[turn.start : turn.end] for turn in turns[position - 2 : position + 1])
    before = turns[position - 2]
    return before if before.speaker and goes_on(asked, said, asking, vocabulary) else None


def _said_before(text: str, turns: Sequence[Turn], parts: Sequence[DialoguePart | None], position: int) -> str:
    """The words of the turn before, where another than an asker speaks them."""
    if not position or parts[position - 1] == "asker":
        return ""
    return text[turns[position - 1].start : turns[position - 1].end]


def _with_kinds(text: str, turns: list[Turn], parts: Sequence[DialoguePart | None], vocabulary: Vocabulary) -> None:
    """Fill in the kinds, in place, where the format did not say."""
    for position, kind in enumerate(kinds_of(text, turns, parts, vocabulary)):
        if turns[position].kind == "statement":
            turns[position] = replace(turns[position], kind=kind)


def _second(timecodes: Sequence[tuple[int, float]], turn: Turn) -> float | None:
    """The time of the turn's first word: that of the last timecode at or before it."""
    position = bisect.bisect_right(timecodes, turn.start, key=lambda code: code[0])
    return timecodes[position - 1][1] if position else turn.seconds


def _paragraphs(text: str, turn: Turn, boilerplate: Sequence[Boilerplate]) -> list[Span]:
    """The paragraphs of a turn, without boilerplate: its lines, those joined that were broken by width."""
    lines = [
        replace(line, start=line.start + turn.start, end=line.end + turn.start)
        for line in lines_of(text[turn.start : turn.end])
    ]
    found: list[Span] = []
    for line in _outside(lines, boilerplate):
        last = found[-1] if found else None
        if last and not line.after_blank and text[last.end : line.start].isspace() and _is_broken(text, last, line):
            found[-1] = Span(last.start, line.end)
        else:
            found.append(Span(line.start, line.end))
    return found


def _is_broken(text: str, above: Span, line: Line) -> bool:
    """Whether a line goes on in mid-sentence from the paragraph above it."""
    last = text[above.start : above.end].rpartition("\n")[2]
    return last[-1] not in TERMINAL and (line.text[0].islower() or len(last) >= _FULL_LINE)
