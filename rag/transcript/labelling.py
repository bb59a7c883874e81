"""Which lines open a turn: the candidates of a text weighed against each other (pure).

A label is told from a short sentence by evidence: that it comes back, that its style is used throughout, that its
words name an office or a person, that a sentence ended before it and that words follow it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from difflib import SequenceMatcher

from onrecord.rag.languages.labels import LabelWords
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.text.folding import fold
from onrecord.rag.transcript.labels import Candidate, Grade, candidates_of
from onrecord.rag.transcript.lines import TERMINAL, Line

# The best reading of a line where two styles fit and both are in use.
_PREFERENCE = ("letter", "colon", "bracket", "stop", "letter lone", "dash", "bare")
# Spellings this alike are one name misspelt.
_ALIKE = 0.85
# The share of labels followed by words of somebody speaking to somebody, which a style of turns reaches with ease.
_SPOKEN = 0.25
# A style used this much less than the text's main style is an accident unless its labels name offices.
_MINOR = 0.04


def labels_of(lines: Sequence[Line], vocabulary: Vocabulary) -> list[Candidate]:
    """Find the labels of a text.

    Args:
        lines: its lines that are not blank and not known to be boilerplate.
        vocabulary: how the text writes its words.

    Returns:
        the labels in order, each with words after it before the next one. A label in use that once ends in a full stop
        instead of its colon ("PRESIDENT WALLIS. Thank you.") is one too.
    """
    by_style: dict[str, list[Candidate]] = defaultdict(list)
    place = {line.number: position for position, line in enumerate(lines)}
    for line in lines:
        for candidate in candidates_of(line, vocabulary):
            by_style[candidate.style].append(candidate)
    chosen: dict[str, list[Candidate]] = {}
    for style, members in by_style.items():
        if style_in_use(style, members, lines, place) and _spoken(members, lines, place, vocabulary.words.labels):
            chosen[style] = _members(style, members, lines, place, vocabulary)
    known = {candidate.key for members in chosen.values() for candidate in members if candidate.grade is Grade.OFFICE}
    chosen |= {
        style: [c for c in members if c.key in known and c.label.isupper() and _ended(c, lines, place)]
        for style, members in by_style.items()
        if style.endswith("stop") and style not in chosen
    }
    most = max((len(members) for members in chosen.values()), default=0)
    best: dict[int, Candidate] = {}
    for members in chosen.values():
        minor = len(members) < _MINOR * most
        for candidate in members:
            if minor and candidate.grade < Grade.OFFICE:
                continue
            rival = best.get(candidate.line)
            if rival is None or _rank(candidate) > _rank(rival):
                best[candidate.line] = candidate
    return _with_words([best[number] for number in sorted(best)], lines, place)


def _rank(candidate: Candidate) -> tuple[int, int]:
    kind = candidate.style.removeprefix("marked ").removeprefix("dashed ").removeprefix("timed ")
    preference = _PREFERENCE.index(kind) if kind in _PREFERENCE else 0
    return candidate.grade, -preference


def style_in_use(style: str, members: Sequence[Candidate], lines: Sequence[Line], place: dict[int, int]) -> bool:
    """Whether a text marks its turns in this style: labels come back, or several name offices."""
    counts = Counter(candidate.key for candidate in members if candidate.grade >= Grade.NAME)
    offices = {candidate.key for candidate in members if candidate.grade is Grade.OFFICE}
    weak = Counter(candidate.key for candidate in members if candidate.grade is Grade.WORD)
    repeated = {key for key, count in counts.items() if count > 1}
    repeated |= {key for key, count in weak.items() if count > 2}
    if style.endswith("letter lone"):
        return len(members) > 1
    if style.endswith("letter"):
        return any(candidate.label.startswith("Q") for candidate in members) and (len(members) > 1 or len(lines) < 4)
    if style.endswith("bare"):
        spoken = [candidate for candidate in members if _introduces(candidate, lines, place)]
        offices = {candidate.key for candidate in spoken if candidate.grade is Grade.OFFICE}
        again = Counter(candidate.key for candidate in spoken if candidate.key in repeated)
        return (any(count > 1 for count in again.values()) and len({c.key for c in spoken}) > 1) or len(offices) > 2
    if style.endswith(("dash", "bracket")) or style.startswith("dashed"):
        return bool(repeated) and (len(repeated) > 1 or bool(offices))
    if repeated:
        return len(counts) + len(weak) > 1 or bool(offices)
    first = members[0]
    return len(offices) > 1 or (first.grade is Grade.OFFICE and place[first.line] <= 3 and first.label.isupper())


def _spoken(members: Sequence[Candidate], lines: Sequence[Line], place: dict[int, int], known: LabelWords) -> bool:
    """Whether what follows the labels is said by and to somebody, as under headings it is not."""
    if any(candidate.grade is Grade.OFFICE and candidate.label.isupper() for candidate in members):
        return True
    spoken = 0
    for candidate in members:
        position = place[candidate.line]
        line = lines[min(position + 1, len(lines) - 1)] if candidate.alone else lines[position]
        words = line.text if candidate.alone else line.text[candidate.words - line.start :]
        spoken += "?" in words or bool(known.dialogue.search(words))
    return spoken >= _SPOKEN * len(members)


def _introduces(candidate: Candidate, lines: Sequence[Line], place: dict[int, int]) -> bool:
    """Whether a bare line stands where a label would: a sentence ended before it and words follow."""
    position = place[candidate.line]
    if position + 1 >= len(lines):
        return False
    following = lines[position + 1].text
    return _ended(candidate, lines, place) and (len(following.split()) > 3 or following[-1] in TERMINAL)


def _members(
    style: str,
    members: Sequence[Candidate],
    lines: Sequence[Line],
    place: dict[int, int],
    vocabulary: Vocabulary,
) -> list[Candidate]:
    """The candidates of a style in use that are believed, each on its own evidence."""
    known = vocabulary.words.labels
    counts = Counter(candidate.key for candidate in members)
    capitals = sum(candidate.label.isupper() for candidate in members) * 2 > len(members)
    sure = {c.key for c in members if c.grade is Grade.OFFICE or (c.grade is Grade.NAME and counts[c.key] > 1)}
    believed: list[Candidate] = []
    for candidate in members:
        again = counts[candidate.key] > 1
        if style.endswith("bare") and not (again or _introduces(candidate, lines, place)):
            continue
        if candidate.grade is Grade.OFFICE:
            good = again or (
                (not capitals or _in_capitals(candidate))
                and (not style.endswith(("stop", "dash")) or _ended(candidate, lines, place))
            )
        elif candidate.grade is Grade.NAME:
            good = again or (
                _ended(candidate, lines, place)
                and (not capitals or candidate.label.isupper() or "," in candidate.label)
            )
        else:
            # An acronym that opens a paragraph stands in other sentences too; a surname in capitals only in labels.
            labelled = 2 * counts[candidate.key] > vocabulary.count(candidate.label)
            good = again and counts[candidate.key] > (1 if capitals else 2)
            good = good or (capitals and candidate.label.isupper() and not style.endswith(("bare", "stop", "dash")))
            good = good and (labelled or not candidate.label.isupper())
        if not good and candidate.grade < Grade.OFFICE:
            good = any(_alike(candidate.key, key) for key in sure)
        if good and fold(candidate.key.split(" ")[0]) not in known.fields:
            believed.append(candidate)
    return believed


def _in_capitals(candidate: Candidate) -> bool:
    """Whether a label is written in capitals but for a form of address ("Dr. WALLIS")."""
    return "letter" in candidate.style or any(
        len(word) > 2 and word.isupper() for word in candidate.label.split(",")[0].split()
    )


def _ended(candidate: Candidate, lines: Sequence[Line], place: dict[int, int]) -> bool:
    position = place[candidate.line]
    if not position or (candidate.alone and "," in candidate.label):
        return True
    return lines[position].after_blank or lines[position - 1].text[-1] in TERMINAL


def _alike(first: str, second: str) -> bool:
    return abs(len(first) - len(second)) <= 2 and SequenceMatcher(None, first, second).ratio() >= _ALIKE


def _with_words(labels: list[Candidate], lines: Sequence[Line], place: dict[int, int]) -> list[Candidate]:
    """Drop labels that nothing follows, and settle which of two neighbouring bare lines is the label."""
    counts = Counter(candidate.key for candidate in labels)
    kept: list[Candidate] = []
    for position, candidate in enumerate(labels):
        following = labels[position + 1] if position + 1 < len(labels) else None
        line = place[candidate.line]
        if kept and kept[-1].alone and place[kept[-1].line] == line - 1 and candidate.style.endswith("bare"):
            # The line right after a label is its words, unless that label was itself only words.
            if counts[kept[-1].key] >= counts[candidate.key] or kept[-1].grade > candidate.grade:
                continue
            kept.pop()
        if candidate.alone:
            if line + 1 >= len(lines):
                continue
            if following and place[following.line] == line + 1 and not following.style.endswith("bare"):
                continue
        kept.append(candidate)
    return kept
