"""Which lines open a turn: the candidates of a text weighed against each other (pure).

A label is told from a short sentence by evidence: that it comes back, that its style is used throughout, that its
words name an office or a person, that a sentence ended before it and that words follow it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from onrecord.rag.languages import LANGUAGES
from onrecord.rag.languages.labels import LabelWords
from onrecord.rag.people.names import initials_of
from onrecord.rag.people.roles import bare_label
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.people.voices import is_voice
from onrecord.rag.transcript.grading import Grade
from onrecord.rag.transcript.head_lines import without_head
from onrecord.rag.transcript.labels import LabelCandidate, candidates_of
from onrecord.rag.transcript.lines import TERMINAL, Line

# The best reading of a line where two styles fit and both are in use.
_PREFERENCE = (
    *("letter", "colon", "stopdash", "bracket", "timed", "stop", "letter lone", "dash", "tab", "bare timed", "bare"),
)
_MARKS = re.compile(r"(?:caption|marked|dashed|timed) (?=\S)")
# A line that is bold or slanted as a whole is a heading or a question, and no words of a label's.
_ALL_MARKED = re.compile(r"([*_]{1,3})[^*_].*[^*_]\1")
# Spellings this alike are one name misspelt.
_ALIKE = 0.85
# The share of labels followed by words of somebody speaking to somebody, which a style of turns reaches with ease.
_SPOKEN = 0.25
# A style used this much less than the text's main style is an accident unless its labels name offices.
_MINOR = 0.04
# Where this share of the lines, and so many, open with what opens another line too, the text is marked throughout.
_THROUGHOUT, _FEWEST = 0.5, 4
# A label that comes so often is one also where its end is misprinted.
_SURELY = 3
# A first label stands at most this many lines from the top.
_TOP = 6
# The share of the turns of the one who answers that follow a question.
_ANSWERING = 0.6
# The share of lines with a name and a time that are followed by words without one.
_TIMED_ALONE = 0.8


@dataclass(frozen=True, slots=True)
class _Page:
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


def labels_of(lines: Sequence[Line], vocabulary: Vocabulary) -> list[LabelCandidate]:
    """Find the labels of a text.

    Args:
        lines: its lines that are not blank and not known to be boilerplate.
        vocabulary: how the text writes its words.

    Returns:
        the labels in order, each with words after it before the next one, but for those that are marked as empty.
    """
    page = _Page(lines, {line.number: position for position, line in enumerate(lines)}, vocabulary)
    by_style: dict[str, list[LabelCandidate]] = defaultdict(list)
    for line in lines:
        for candidate in candidates_of(line, vocabulary):
            by_style[candidate.style].append(candidate)
    chosen: dict[str, list[LabelCandidate]] = {}
    for style, members in by_style.items():
        if style.endswith("bare timed"):
            # A line of a name and a time, with words below: no sentence is printed so, whatever the name.
            if _in_use(style, members, page):
                chosen[style] = members
            continue
        screen_names = _screen_names(style, members, page)
        graded = [candidate for candidate in members if candidate.grade]
        if graded and _in_use(style, graded, page) and _spoken(graded, page):
            chosen[style] = _believed(style, graded, page)
        if screen_names:
            chosen[style] = sorted({*chosen.get(style, ()), *screen_names}, key=lambda candidate: candidate.line)
    for style, members in by_style.items():
        also = _known_elsewhere(members, chosen, page) if style not in chosen else ()
        if also:
            chosen[style] = list(also)
    best = _best(chosen)
    labels = sorted([*best, *_garbled(best, page)], key=lambda candidate: candidate.line)
    return without_head(_with_words(labels, page), lines, vocabulary)


def _garbled(labels: Sequence[LabelCandidate], page: _Page) -> list[LabelCandidate]:
    """Labels whose colon is misprinted, as recognisers do it: "Minister Doe's I think so" behind a question.

    They are labels of the text that open a paragraph, and somebody else has asked right before it.
    """
    used = Counter(label.label for label in labels if label.grade >= Grade.NAME and " " in label.label)
    names = "|".join(sorted((re.escape(label) for label, count in used.items() if count >= _SURELY), key=len)[::-1])
    if not names:
        return []
    opening = re.compile(rf"((?:{names})['’]\w)\s+(?=\S)")
    taken = {label.line for label in labels}
    found: list[LabelCandidate] = []
    for line in page.lines:
        match = opening.match(line.text)
        position = page.place[line.number]
        if match is None or line.number in taken or not (line.after_blank and position):
            continue
        asked = page.lines[position - 1].text.endswith("?")
        if asked:
            label = match.group(1)
            key = bare_label(label[:-2], page.known)
            words = line.start + match.end()
            found.append(LabelCandidate(line.number, line.start, words, label, key, "garbled", Grade.NAME, alone=False))
    return found


def parted_at_labels(lines: Sequence[Line], labels: Iterable[LabelCandidate]) -> list[Line]:
    """Part lines in which a label of the text comes after the end of a sentence ("… it is dry. Madam Speaker: Order!").

    Returns:
        the lines, numbered anew; just as they are where no label stands inside one.
    """
    used = Counter(label.label for label in labels if label.style.endswith(("colon", "letter")))
    sure = {label.label for label in labels if label.grade >= Grade.NAME or used[label.label] > 1}
    if not sure:
        return list(lines)
    # A voice that comes here for the first time is known by the others ("Speaker 4").
    voices = {re.sub(r"\d+$", "", label) for label in sure if is_voice(label) and label[-1].isdigit()}
    names = "|".join(
        [*(rf"{re.escape(voice)}\d{{1,3}}" for voice in voices), *sorted(map(re.escape, sure), key=len, reverse=True)]
    )
    inside = re.compile(rf"(?<=[.!?…»”\"')\]])\s+(?=(?:{names})\s?[:：]\s+\S)")
    parted: list[Line] = []
    for line in lines:
        start = 0
        for match in inside.finditer(line.text):
            if not _inside_quotation(line.text[: match.end()]):
                parted.append(_piece(line, start, match.start(), len(parted)))
                start = match.end()
        parted.append(_piece(line, start, len(line.text), len(parted)))
    return parted


def _piece(line: Line, start: int, end: int, number: int) -> Line:
    return replace(
        line,
        number=number,
        start=line.start + start,
        end=line.start + end,
        text=line.text[start:end],
        after_blank=line.after_blank and not start,
    )


def _inside_quotation(before: str) -> bool:
    opened = sum(before.count(mark) for mark in "“«„")
    return opened > sum(before.count(mark) for mark in "”»") or before.count('"') % 2 == 1


def _best(chosen: dict[str, list[LabelCandidate]]) -> list[LabelCandidate]:
    """The best candidate of each line."""
    most = max((len(members) for members in chosen.values()), default=0)
    best: dict[int, LabelCandidate] = {}
    for members in chosen.values():
        minor = len(members) < _MINOR * most
        for candidate in members:
            if minor and candidate.grade < Grade.OFFICE:
                continue
            rival = best.get(candidate.line)
            if rival is None or _rank(candidate) > _rank(rival):
                best[candidate.line] = candidate
    return [best[number] for number in sorted(best)]


def _rank(candidate: LabelCandidate) -> tuple[int, int]:
    return candidate.grade, -_PREFERENCE.index(_MARKS.sub("", candidate.style))


def _in_use(style: str, members: Sequence[LabelCandidate], page: _Page) -> bool:
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
        asking = any(_asks(candidate, page.known) for candidate in members)
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
    return len(offices) > 1 or (first.grade is Grade.OFFICE and top and _in_capitals(first))


def _answers_alone(members: Sequence[LabelCandidate], page: _Page) -> bool:
    """Whether a label comes back behind questions that have none, as where one person answers the press."""
    asked = sum(before is not None and before.text.endswith("?") for before in map(page.before, members))
    return asked > 1 and asked >= _ANSWERING * len(members)


def _asks(candidate: LabelCandidate, known: LabelWords) -> bool:
    return candidate.label[0].lower() in known.askers


def _timed_after(candidate: LabelCandidate, page: _Page) -> bool:
    following = page.after(candidate)
    return following is not None and following.timed


def _screen_names(style: str, members: Sequence[LabelCandidate], page: _Page) -> list[LabelCandidate]:
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
        or (candidate.grade is not Grade.WORD and _only_names(candidate.label))
        or (candidate.grade is Grade.WORD and (one_word or page.of(candidate).timed))
    ]


def _only_names(label: str) -> bool:
    """Whether no word of a label is written small, so that it may be a name that comes once: "iPhone (2)"."""
    return all(word != word.lower() or word == word.upper() for word in label.split())


def _known_elsewhere(
    members: Sequence[LabelCandidate], chosen: dict[str, list[LabelCandidate]], page: _Page
) -> Iterable[LabelCandidate]:
    """Candidates of a style not in use that are labels by what the other styles show.

    A label in use may once end otherwise ("PRESIDENT WALLIS. Thank you."); a single "Q" among labelled turns asks.
    """
    style = _MARKS.sub("", members[0].style)
    if style in ("letter", "letter lone"):
        if not chosen or not any(_asks(candidate, page.known) for candidate in members):
            return ()
        return [
            candidate
            for candidate in members
            if _asks(candidate, page.known) and (page.ended(candidate) or "?" in page.words(candidate))
        ]
    used = {candidate.label for believed in chosen.values() for candidate in believed}
    offices = {
        candidate.key for believed in chosen.values() for candidate in believed if candidate.grade is Grade.OFFICE
    }
    if style == "stop":
        return [c for c in members if c.key in offices and c.label.isupper() and page.ended(c)]
    if style in ("colon", "timed", "stopdash"):
        return [c for c in members if c.label in used and page.ended(c)]
    return ()


def _spoken(members: Sequence[LabelCandidate], page: _Page) -> bool:
    """Whether what follows the labels is said by and to somebody, as under headings it is not."""
    if any(candidate.grade is Grade.OFFICE and candidate.label.isupper() for candidate in members):
        return True
    if page.vocabulary.words.code not in LANGUAGES:
        # Nobody knows the words of dialogue in a language without a file.
        return True
    spoken = sum("?" in words or bool(page.known.dialogue.search(words)) for words in map(page.words, members))
    return spoken >= _SPOKEN * len(members)


def _believed(style: str, members: Sequence[LabelCandidate], page: _Page) -> list[LabelCandidate]:
    """The candidates of a style in use that are believed, each on its own evidence."""
    counts = Counter(candidate.key for candidate in members)
    capitals = sum(candidate.label.isupper() for candidate in members) * 2 > len(members)
    sure = {c.key for c in members if c.grade is Grade.OFFICE or (c.grade is Grade.NAME and counts[c.key] > 1)}
    sure = {key for key in sure if not is_voice(key)}
    believed: list[LabelCandidate] = []
    for candidate in members:
        again = counts[candidate.key] > 1
        if style.endswith("bare") and not (again or page.introduces(candidate)):
            continue
        if candidate.grade is Grade.OFFICE:
            good = again or (
                (not capitals or _in_capitals(candidate))
                and (not style.endswith(("stop", "dash")) or page.ended(candidate))
            )
        elif candidate.grade is Grade.NAME:
            named = (
                candidate.label.isupper() or "," in candidate.label or initials_of(candidate.label).lower() in counts
            )
            good = again or (page.ended(candidate) and (not capitals or named))
        else:
            # An acronym that opens a paragraph stands in other sentences too; a surname in capitals only in labels.
            labelled = 2 * counts[candidate.key] > page.vocabulary.count(candidate.label)
            good = again and counts[candidate.key] > (1 if capitals else 2)
            good = good or (capitals and candidate.label.isupper() and not style.endswith(("bare", "stop", "dash")))
            good = good and (labelled or not candidate.label.isupper())
        if not good and candidate.grade < Grade.OFFICE:
            good = any(_alike(candidate.key, key) for key in sure)
        if good and candidate.key.split(" ")[0] not in page.known.fields:
            believed.append(candidate)
    return believed


def _in_capitals(candidate: LabelCandidate) -> bool:
    """Whether a label is in capitals, an address or article aside ("Dr. WALLIS", "The PRESIDENT")."""
    return "letter" in candidate.style or any(
        len(word) > 2 and word.isupper() for word in candidate.label.split(",")[0].split()
    )


def _alike(first: str, second: str) -> bool:
    return abs(len(first) - len(second)) <= 2 and SequenceMatcher(None, first, second).ratio() >= _ALIKE


def _with_words(labels: list[LabelCandidate], page: _Page) -> list[LabelCandidate]:
    """Drop labels that nothing follows, and settle which of two neighbouring bare lines is the label."""
    counts = Counter(candidate.key for candidate in labels)
    kept: list[LabelCandidate] = []
    for position, candidate in enumerate(labels):
        following = labels[position + 1] if position + 1 < len(labels) else None
        line = page.place[candidate.line]
        if kept and kept[-1].alone and page.place[kept[-1].line] == line - 1 and candidate.style.endswith("bare"):
            # The line right after a label is its words, unless that label was itself only words.
            if counts[kept[-1].key] >= counts[candidate.key] or kept[-1].grade > candidate.grade:
                continue
            kept.pop()
        if candidate.alone:
            nothing = line + 1 >= len(page.lines) or (
                following is not None
                and page.place[following.line] == line + 1
                and not following.style.endswith("bare")
            )
            if nothing and not candidate.style.endswith("colon"):
                continue
            candidate = replace(candidate, empty=nothing)
        kept.append(candidate)
    return kept
