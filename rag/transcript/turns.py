"""A text cut into turns at its labels, without what is printed between the words: headings, closing marks (pure)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from onrecord.rag.languages import Language
from onrecord.rag.transcript.labels import LabelCandidate
from onrecord.rag.transcript.lines import Line
from onrecord.rag.types import Boilerplate, Kind, Turn

# A heading has at most so many characters; one below another in small letters so many words.
_LONGEST, _MOST_WORDS = 100, 8
# What stands under a heading and is nobody's (a vote, a list of papers) has at most so many words.
_NOBODYS = 80
# Where so many of the lines are in capitals, capitals are no sign of a heading.
_CAPITALS = 0.3
# Where so many turns end with a sentence, a paragraph behind one that ends none is a heading too.
_SENTENCES = 0.9
# Fewer words are an interjection, or a label without its mark.
_LEAST_APART = 4
# Only answers are labelled where a label follows itself so many times, mostly behind a question.
_FEWEST, _MOSTLY = 2, 0.6
_ENDS = (".", "?", "!", "…", ":", ";", ",", "—", "–", "”", '"', "»", ")", "]")
_LETTER = re.compile(r"[^\W\d_]")
_BOLD = re.compile(r"(?:\*\*|__)(.+?)(?:\*\*|__)")
# "(Applause.)", "[crosstalk]", on a line of their own.
_DIRECTION = re.compile(r"\([^()]{2,200}\)\.?|\[[^\[\]]{2,200}\]\.?")
_CLOSING = re.compile(r"[*_]+$")


def is_direction(text: str) -> bool:
    """Whether a line or sentence is a stage direction alone, which nobody says: "(As interpreted.)"."""
    return _DIRECTION.fullmatch(text.strip()) is not None


@dataclass(slots=True)
class TurnCut:
    """The turns of a text and what is found to be no speech on the way: lines with the reason, and single spans.

    `questions_between` says that only those who answer have labels.
    """

    turns: list[Turn] = field(default_factory=list)
    marked: dict[int, str] = field(default_factory=dict)
    spans: list[Boilerplate] = field(default_factory=list)
    questions_between: bool = False


def turns_of(
    lines: Sequence[Line], candidates: Sequence[LabelCandidate], marked: dict[int, str], words: Language
) -> TurnCut:
    """Cut a text at its labels.

    Args:
        lines: all its lines.
        candidates: its labels.
        marked: the lines that are boilerplate, with the reason; at a turn's ends they are left out of it, but for the
            text's own end mark.
        words: those of the text's language.

    Returns:
        a turn for each label; turns without one are a report (what stands under a heading and is said by nobody, such
        as the names of a vote), an answer behind a question where only questions are labelled, and a question where
        only answers are.
    """
    cut = TurnCut()
    capitals = sum(_in_capitals(line.text) for line in lines) > _CAPITALS * len(lines)
    segments = [_segment(lines, candidates, place, marked) for place in range(len(candidates))]
    only_asking = all(_asks(candidate, words) for candidate in candidates)
    cut.questions_between = _questions_between(candidates, segments)
    spoken_ends = [spoken[-1].text.endswith(_ENDS) for spoken in segments if spoken]
    sentences = sum(spoken_ends) >= _SENTENCES * len(segments)
    for place, (candidate, spoken) in enumerate(zip(candidates, segments, strict=True)):
        if candidate.empty:
            cut.marked[candidate.line] = "label"
            continue
        last = place + 1 == len(candidates)
        nobodys: list[Line] = []
        question: list[Line] = []
        answer: list[Line] = []
        if not capitals:
            spoken, nobodys = _without_headings(spoken, cut, words, last=last)
        if sentences and not last and len(spoken) > 1 and _stands_apart(spoken[-1]):
            cut.marked[spoken[-1].number] = "heading"
            spoken = spoken[:-1]
        if cut.questions_between and not last and len(spoken) > 1 and _ends_asking(spoken[-1]):
            spoken, question = spoken[:-1], spoken[-1:]
        closed = _closes_marks(candidate, spoken[0]) and not candidate.alone
        if _asks(candidate, words) and (only_asking or closed):
            asked = 1 if closed else _length_of_question(spoken)
            spoken, answer = spoken[:asked], spoken[asked:]
        cut.turns.append(_turn(candidate, spoken, cut))
        kinds: tuple[tuple[list[Line], Kind], ...] = ((answer, "answer"), (nobodys, "report"), (question, "question"))
        cut.turns.extend(Turn(part[0].start, part[-1].end, kind=kind) for part, kind in kinds if part)
    return cut


def _turn(candidate: LabelCandidate, spoken: Sequence[Line], cut: TurnCut) -> Turn:
    """The turn of a label; the marks that close what the label opened, and stage directions, are no speech."""
    start = candidate.words if not candidate.alone and spoken[0].number == candidate.line else spoken[0].start
    end = spoken[-1].end
    if (
        _closes_marks(candidate, spoken[-1])
        and (bare := len(_CLOSING.sub("", spoken[-1].text))) + spoken[-1].start > start
    ):
        end = spoken[-1].start + bare
        cut.spans.append(Boilerplate(end, spoken[-1].end, "markup"))
    cut.marked.update({line.number: "stage direction" for line in spoken[1:] if is_direction(line.text)})
    return Turn(start, end, label=candidate.label)


def _closes_marks(candidate: LabelCandidate, line: Line) -> bool:
    """Whether a line ends in the marks that its label opened: "**Q: Who pays?**"."""
    return candidate.style.startswith("marked") and _CLOSING.search(line.text) is not None


def _segment(
    lines: Sequence[Line], candidates: Sequence[LabelCandidate], place: int, marked: dict[int, str]
) -> list[Line]:
    """The lines from a label to the next that are no boilerplate; all, where there is nothing else."""
    candidate = candidates[place]
    following = candidates[place + 1].line if place + 1 < len(candidates) else len(lines)
    members = lines[candidate.line + 1 if candidate.alone else candidate.line : following]
    return [line for line in members if marked.get(line.number, "end mark") == "end mark"] or list(members)


def _asks(candidate: LabelCandidate, words: Language) -> bool:
    first = candidate.label[0].lower() if "letter" in candidate.style else candidate.key
    return first in words.labels.askers


def _ends_asking(line: Line) -> bool:
    return line.text.rstrip("*_\"”»’') ").endswith(("?", "？"))


def _length_of_question(spoken: Sequence[Line]) -> int:
    """How many lines a question has that is answered without a label: up to the first that ends in its mark."""
    return next((place for place, line in enumerate(spoken, 1) if _ends_asking(line)), len(spoken))


def _questions_between(candidates: Sequence[LabelCandidate], segments: Sequence[Sequence[Line]]) -> bool:
    """Whether only those who answer are labelled: one label comes again and again, each time behind a question."""
    again = [place for place in range(1, len(candidates)) if candidates[place].key == candidates[place - 1].key]
    asked = [place for place in again if len(segments[place - 1]) > 1 and _ends_asking(segments[place - 1][-1])]
    return len(asked) >= _FEWEST and len(asked) >= _MOSTLY * max(len(again), len(candidates) / 2)


def _without_headings(
    spoken: list[Line], cut: TurnCut, words: Language, *, last: bool
) -> tuple[list[Line], list[Line]]:
    """Part the lines of a turn into what is spoken and what stands under a heading and is nobody's.

    Headings at the end, which announce what comes next, are left out of both.
    """
    strong = [place for place in range(1, len(spoken)) if _is_heading(spoken[place])]
    if not strong:
        return spoken, []
    if not last:
        announcing = len(spoken)
        while announcing > 1 and (announcing - 1 in strong or _may_be_heading(spoken[announcing - 1].text)):
            announcing -= 1
        announcing = next((place for place in strong if place >= announcing), len(spoken))
        cut.marked.update({line.number: "heading" for line in spoken[announcing:]})
        spoken = spoken[:announcing]
    for place in strong:
        body = [line for line in spoken[place + 1 :] if not _is_heading(line)]
        said = " ".join(line.text for line in body)
        if said and len(said.split()) <= _NOBODYS and "?" not in said and not words.labels.dialogue.search(said):
            cut.marked.update({line.number: "heading" for line in spoken[place:] if _is_heading(line)})
            return spoken[:place], body
    return spoken, []


def _is_heading(line: Line) -> bool:
    """Whether a line is a heading by its form: one of Markdown, or in capitals, in a paragraph of its own."""
    text = line.text
    if text.startswith("#"):
        return True
    bold = _BOLD.fullmatch(text)
    inner = bold.group(1) if bold else text
    if len(inner) > _LONGEST or inner.endswith(_ENDS) or not line.after_blank:
        return False
    return bold is not None or _in_capitals(inner)


def _stands_apart(line: Line) -> bool:
    """Whether a line is a paragraph of its own and ends no sentence."""
    return (
        line.after_blank
        and len(line.text) <= _LONGEST
        and len(line.text.split()) >= _LEAST_APART
        and not line.text.endswith(_ENDS)
    )


def _may_be_heading(text: str) -> bool:
    return len(text.split()) <= _MOST_WORDS and not text.endswith(_ENDS)


def _in_capitals(text: str) -> bool:
    return len(_LETTER.findall(text)) > 3 and text == text.upper() and text != text.lower()
