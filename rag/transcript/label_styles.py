"""In which styles a text marks its turns: what all the candidates of a style show together (pure)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from onrecord.rag.languages import LANGUAGES
from onrecord.rag.languages.labels import LabelWords
from onrecord.rag.people.names import initials_of
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.transcript.grading import Grade
from onrecord.rag.transcript.labels import LabelCandidate
from onrecord.rag.transcript.lines import TERMINAL, Line

# A line that is bold or slanted as a whole is a heading or a question, and no words of a label's.
_ALL_MARKED = re.compile(r"([*_]{1,3})[^*_].*[^*_]\1")
# The share of labels followed by words of somebody speaking to somebody, which a style of turns reaches with ease.
_SPOKEN = 0.25
# Where this share of the lines, and so many, open with what opens another line too, the text is marked throughout.
_THROUGHOUT, _FEWEST = 0.5, 4
# A first label stands at most this many lines from the top.
_TOP = 6
# The share of the turns of the one who answers that follow a question.
_ANSWERING = 0.6
# The share of lines with a name and a time that are followed by words without one.
_TIMED_ALONE = 0.8


@dataclass(frozen=True, slots=True)
class LabelledPage:
    """The lines of a text by their numbers, and its words."""

    lines: Sequence[Line]
    place: dict[int, int]
    vocabulary: Vocabulary

    @property
    def known(self) -> LabelWords:
        """The words of labels."""
        return self.vocabulary.words.labels

    def of(self, candidate: LabelCandidate) -> Line:
        """The line that a candidate opens."""
        return self.lines[self.place[candidate.line]]

    def before(self, candidate: LabelCandidate) -> Line | None:
        """The line before a candidate's."""
        position = self.place[candidate.line]
        return self.lines[position - 1] if position else None

    def after(self, candidate: LabelCandidate) -> Line | None:
        """The line after a candidate's."""
        position = self.place[candidate.line] + 1
        return self.lines[position] if position < len(self.lines) else None

    def words(self, candidate: LabelCandidate) -> str:
        """The first line of what a candidate would open."""
        line = self.of(candidate)
        if not candidate.alone:
            return line.text[candidate.words - line.start :]
        following = self.after(candidate)
        return following.text if following else ""

    def ended(self, candidate: LabelCandidate) -> bool:
        """Whether a sentence, a paragraph or nothing ended before a candidate."""
        before = self.before(candidate)
        if before is None or (candidate.alone and "," in candidate.label):
            return True
        return self.of(candidate).after_blank or before.text[-1] in TERMINAL

    def introduces(self, candidate: LabelCandidate) -> bool:
        """Whether a bare line stands where a label would: a sentence ended before it and words follow."""
        following = self.after(candidate)
        if following is None or _ALL_MARKED.fullmatch(following.text):
            return False
        return self.ended(candidate) and (len(following.text.split()) > 3 or following.text[-1] in TERMINAL)


def in_use(style: str, members: Sequence[LabelCandidate], page: LabelledPage) -> bool:
    """Whether a text marks its turns in this style: labels come back, or several name offices."""
    counts = Counter(candidate.key for candidate in members if candidate.grade >= Grade.NAME)
    offices = {candidate.key for candidate in members if candidate.grade is Grade.OFFICE}
    weak = Counter(candidate.key for candidate in members if candidate.grade is Grade.WORD)
    repeated = {key for key, count in counts.items() if count > 1}
    repeated |= {key for key, count in weak.items() if count > 2}
    # A full name and its initials are one speaker who comes back: "Jane Doe:", "JD:".
    repeated |= {initials_of(each.label).lower() for each in members if each.grade is Grade.NAME} & weak.keys()
    if style.endswith("letter lone"):
        return len(members) > 1
    if style.endswith("letter"):
        asking = any(is_asking(candidate, page.known) for candidate in members)
        return asking and (len(members) > 1 or len(page.lines) < 4)
    if style.endswith("bare"):
        spoken = [candidate for candidate in members if page.introduces(candidate)]
        offices = {candidate.key for candidate in spoken if candidate.grade is Grade.OFFICE}
        again = Counter(candidate.key for candidate in spoken if candidate.key in repeated)
        return (any(count > 1 for count in again.values()) and len({c.key for c in spoken}) > 1) or len(offices) > 2
    if style.endswith("bare timed"):
        followed = sum(page.after(candidate) is not None and not _timed_after(candidate, page) for candidate in members)
        return len(members) > 1 and followed >= _TIMED_ALONE * len(members)
    if style.endswith(("dash", "bracket", "tab")) or style.startswith("dashed"):
        return bool(repeated) and (len(repeated) > 1 or bool(offices))
    if repeated:
        return len(counts) + len(weak) > 1 or bool(offices) or _answers_alone(members, page)
    timed = sum(page.of(candidate).timed for candidate in members)
    if timed > 1 and timed >= _TIMED_ALONE * sum(line.timed for line in page.lines):
        # Nearly every time in the text stands beside a label, though none comes twice.
        return True
    first = members[0]
    top = page.place[first.line] <= _TOP
    return len(offices) > 1 or (first.grade is Grade.OFFICE and top and in_capitals(first))


def _answers_alone(members: Sequence[LabelCandidate], page: LabelledPage) -> bool:
    """Whether a label comes back behind questions that have none, as where one person answers the press."""
    asked = sum(before is not None and before.text.endswith("?") for before in map(page.before, members))
    return asked > 1 and asked >= _ANSWERING * len(members)


def is_asking(candidate: LabelCandidate, known: LabelWords) -> bool:
    """Whether a label is a letter that stands for whoever asks."""
    return candidate.label[0].lower() in known.askers


def _timed_after(candidate: LabelCandidate, page: LabelledPage) -> bool:
    following = page.after(candidate)
    return following is not None and following.timed


def screen_names(style: str, members: Sequence[LabelCandidate], page: LabelledPage) -> list[LabelCandidate]:
    """Candidates of whatever words, where a text is marked in this style throughout, as meeting software does it."""
    if style.endswith(("bare", "dash", "stop", "letter", "lone")):
        return []
    counts = Counter(candidate.label for candidate in members)
    again = sum(count for count in counts.values() if count > 1)
    opened = len(page.lines) / 2 if members[0].alone else len(page.lines)
    if len(members) < _FEWEST or again < _THROUGHOUT * opened or len(counts) < 2:
        return []
    repeated = {candidate.label: candidate.grade for candidate in members if counts[candidate.label] > 1}
    one_word = 2 * sum(grade is Grade.WORD for grade in repeated.values()) >= len(repeated)
    return [
        candidate
        for candidate in members
        if candidate.label in repeated
        or candidate.grade is Grade.OFFICE
        or (candidate.grade is not Grade.WORD and _only_names(candidate.label, page.known))
        or (candidate.grade is Grade.WORD and (one_word or page.of(candidate).timed))
    ]


def _only_names(label: str, known: LabelWords) -> bool:
    """Whether no word of a label but a particle is written small, so that it may be a name that comes once."""
    return all(word != word.lower() or word == word.upper() or word in known.particles for word in label.split())


def is_dialogue(members: Sequence[LabelCandidate], page: LabelledPage) -> bool:
    """Whether what follows the labels is said by and to somebody, as under headings it is not."""
    if any(candidate.grade is Grade.OFFICE and candidate.label.isupper() for candidate in members):
        return True
    if page.vocabulary.words.code not in LANGUAGES:
        # Nobody knows the words of dialogue in a language without a file.
        return True
    if _take_turns(members, page):
        return True
    spoken = sum("?" in words or bool(page.known.dialogue.search(words)) for words in map(page.words, members))
    return spoken >= _SPOKEN * len(members)


def _take_turns(members: Sequence[LabelCandidate], page: LabelledPage) -> bool:
    """Whether every second line is somebody's with an office, of whom one comes back after others, as no heading."""
    offices = [candidate.key for candidate in members if candidate.grade is Grade.OFFICE]
    back = any(key in offices[:place] and offices[place - 1] != key for place, key in enumerate(offices) if place)
    return back and len(offices) >= max(_FEWEST, _THROUGHOUT * len(page.lines))


def in_capitals(candidate: LabelCandidate) -> bool:
    """Whether a label is in capitals, an address or article aside ("Dr. WALLIS", "The PRESIDENT")."""
    return "letter" in candidate.style or any(
        len(word) > 2 and word.isupper() for word in candidate.label.split(",")[0].split()
    )
