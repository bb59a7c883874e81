"""Which lines open a turn: the candidates of a text weighed against each other (pure).

A label is told from a short sentence by evidence: that it comes back, that its style is used throughout, that its
words name an office or a person, that a sentence ended before it and that words follow it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from onrecord.rag.people.names import initials_of
from onrecord.rag.people.roles import bare_label
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.people.voices import is_voice
from onrecord.rag.transcript.grading import Grade
from onrecord.rag.transcript.head_lines import without_head
from onrecord.rag.transcript.label_styles import LabelledPage, in_capitals, in_use, is_asking, is_dialogue, screen_names
from onrecord.rag.transcript.labels import LabelCandidate, candidates_of
from onrecord.rag.transcript.lines import Line

# The best reading of a line where two styles fit and both are in use.
_PREFERENCE = (
    *("letter", "colon", "stopdash", "bracket", "timed", "stop", "letter lone", "dash", "tab", "bare timed", "bare"),
)
_MARKS = re.compile(r"(?:caption|marked|dashed|timed) (?=\S)")
# Spellings this alike are one name misspelt.
_ALIKE = 0.85
# A style used this much less than the text's main style is an accident unless its labels name offices.
_MINOR = 0.04
# A label that comes so often is one also where its end is misprinted.
_SURELY = 3


def labels_of(lines: Sequence[Line], vocabulary: Vocabulary) -> list[LabelCandidate]:
    """Find the labels of a text.

    Args:
        lines: its lines that are not blank and not known to be boilerplate.
        vocabulary: how the text writes its words.

    Returns:
        the labels in order, each with words after it before the next one, but for those that are marked as empty.
    """
    page = LabelledPage(lines, {line.number: position for position, line in enumerate(lines)}, vocabulary)
    by_style: dict[str, list[LabelCandidate]] = defaultdict(list)
    for line in lines:
        for candidate in candidates_of(line, vocabulary):
            by_style[candidate.style].append(candidate)
    chosen: dict[str, list[LabelCandidate]] = {}
    for style, members in by_style.items():
        if style.endswith("bare timed"):
            # A line of a name and a time, with words below: no sentence is printed so, whatever the name.
            if in_use(style, members, page):
                chosen[style] = members
            continue
        named = screen_names(style, members, page)
        graded = [candidate for candidate in members if candidate.grade]
        if graded and in_use(style, graded, page) and is_dialogue(graded, page):
            chosen[style] = _believed(style, graded, page)
        if named:
            chosen[style] = sorted({*chosen.get(style, ()), *named}, key=lambda candidate: candidate.line)
    for style, members in by_style.items():
        also = _known_elsewhere(members, chosen, page) if style not in chosen else ()
        if also:
            chosen[style] = list(also)
    best = _best(chosen)
    labels = sorted([*best, *_garbled(best, page)], key=lambda candidate: candidate.line)
    return without_head(_with_words(labels, page), lines, vocabulary)


def _garbled(labels: Sequence[LabelCandidate], page: LabelledPage) -> list[LabelCandidate]:
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


def _known_elsewhere(
    members: Sequence[LabelCandidate], chosen: dict[str, list[LabelCandidate]], page: LabelledPage
) -> Iterable[LabelCandidate]:
    """Candidates of a style not in use that are labels by what the other styles show.

    A label in use may once end otherwise ("PRESIDENT WALLIS. Thank you."); a single "Q" among labelled turns asks.
    """
    style = _MARKS.sub("", members[0].style)
    if style in ("letter", "letter lone"):
        if not chosen or not any(is_asking(candidate, page.known) for candidate in members):
            return ()
        return [
            candidate
            for candidate in members
            if is_asking(candidate, page.known) and (page.ended(candidate) or "?" in page.words(candidate))
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


def _believed(style: str, members: Sequence[LabelCandidate], page: LabelledPage) -> list[LabelCandidate]:
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
                (not capitals or in_capitals(candidate))
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


def _alike(first: str, second: str) -> bool:
    return abs(len(first) - len(second)) <= 2 and SequenceMatcher(None, first, second).ratio() >= _ALIKE


def _with_words(labels: list[LabelCandidate], page: LabelledPage) -> list[LabelCandidate]:
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
