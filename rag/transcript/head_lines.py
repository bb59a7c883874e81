"""Lines at the top of a text that have the form of a label and are its head: a title, who takes part (pure)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.transcript.cutting import is_part
from onrecord.rag.transcript.grading import Grade
from onrecord.rag.transcript.labels import LabelCandidate
from onrecord.rag.transcript.lines import Line
from onrecord.rag.transcript.listed import people_listed

# A head has at most so many lines.
_MOST = 8
_SENTENCE_ENDS = (".", "!", "?", "…", "”", '"', "»", "“")


def without_head(
    labels: Sequence[LabelCandidate], lines: Sequence[Line], vocabulary: Vocabulary
) -> list[LabelCandidate]:
    """Leave out what opens a text like a label and is its head: "The Harbour Talk: Ferries", "Guests: Jane Doe".

    What stands behind it, up to the next label, ends no sentence and is said by nobody to anybody; and either it comes
    once and is no part in a dialogue, or it leads a list of people.

    Args:
        labels: of the text, in order.
        lines: its lines that are not blank.
        vocabulary: how the text writes its words.
    """
    counts = Counter(label.key for label in labels)
    places = {line.number: place for place, line in enumerate(lines)}
    first = 0
    for label, following in pairwise(labels):
        start, end = places[label.line], places[following.line]
        again = counts[label.key] > 1
        if end > _MOST or not _is_head(label, lines[start : end + 1], vocabulary, again=again):
            break
        first += 1
    return list(labels[first:])


def _is_head(label: LabelCandidate, lines: Sequence[Line], vocabulary: Vocabulary, *, again: bool) -> bool:
    """Whether a label, with the lines from its own to that of the next label, belongs to the head."""
    known = vocabulary.words.labels
    said = [line.text for line in (lines[1:-1] if label.alone else lines[:-1])]
    if not said or any(text.endswith(_SENTENCE_ENDS) for text in said):
        return False
    if people_listed(said[0], "", vocabulary):
        return True
    if again or is_part(label.key, known) or "letter" in label.style:
        return False
    if label.grade < Grade.NAME and not lines[1].after_blank:
        # Lines of a chat follow each other at once.
        return False
    words = [said[0] if label.alone else said[0][label.words - lines[0].start :], *said[1:]]
    return not any(known.dialogue.search(text) for text in words)
