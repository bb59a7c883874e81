"""What could be a speaker's label, line by line: its syntax and how much its words look like a speaker (pure).

Nothing here decides; `rag/transcript/labelling.py` weighs the candidates of a whole text against each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from onrecord.rag.people.roles import bare_label, without_groups
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.transcript.cutting import cuts_of
from onrecord.rag.transcript.grading import Grade, grade_of, may_be_screen_name
from onrecord.rag.transcript.lines import Line

_CHANGE = re.compile(r">>+[ \t]*(?=\S)")
# Ways to end a label that no sentence has, so that words of any kind may stand before them.
_PLAIN_ENDS = ("colon", "timed", "stopdash", "tab", "bracket")


@dataclass(frozen=True, slots=True)
class LabelCandidate:
    """A line that may open a turn.

    `start` is where the label begins with its marks, `words` where the spoken words of the same line begin (the
    line's end where the label has the line to itself). `key` is what two labels of one speaker share: the words before
    any comma or parenthesis. `style` names the way of marking: its opening marks and what ends the label. An `empty`
    label has no words: another one follows at once.
    """

    line: int
    start: int
    words: int
    label: str
    key: str
    style: str
    grade: Grade
    alone: bool
    empty: bool = False


def candidates_of(line: Line, vocabulary: Vocabulary) -> Iterator[LabelCandidate]:
    """All ways to read a line as the opening of a turn.

    Those of grade NONE may be what somebody is called on a screen, which the use that a text makes of it must show.
    """
    known = vocabulary.words.labels
    named = False
    for cut in cuts_of(line.text, known):
        style = cut.kind
        if line.timed and style.endswith("bare"):
            style += " timed"
        grade = Grade.OFFICE if "letter" in cut.kind else grade_of(cut.label, vocabulary)
        if grade is Grade.NONE:
            plain = style.endswith(_PLAIN_ENDS) or style.endswith("timed")
            if not plain or not may_be_screen_name(cut.label, vocabulary):
                continue
        offset = line.start + cut.words
        named = named or (grade > Grade.WORD and not style.endswith("bare"))
        yield LabelCandidate(
            line=line.number,
            start=line.start,
            words=offset,
            label=cut.label,
            key=bare_label(without_groups(cut.label).split(",")[0], known),
            style=style,
            grade=grade,
            alone=offset >= line.end,
        )
    if not named and (change := _CHANGE.match(line.text)):
        # Captions mark by ">>" that somebody else speaks, and need not say who.
        start, offset = line.start, line.start + change.end()
        yield LabelCandidate(line.number, start, offset, ">>", ">>", "caption change", Grade.OFFICE, alone=False)
