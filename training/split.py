"""Which questions the reader is fitted on, chosen by and reported on: by the transcript they are about."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from training.corpus import LearnedQuestion

# Of a hundred folds of transcripts: fitted on, chosen by, reported on.
_CHOOSE, _REPORT = 66, 80
# Names of parts of one transcript agree in so many characters.
_NAME = 40


@dataclass(frozen=True, slots=True)
class Split:
    """Questions by what they are for; `first` are those that the reader learns to read with, before it is fitted."""

    fit: tuple[LearnedQuestion, ...]
    choose: tuple[LearnedQuestion, ...]
    report: tuple[LearnedQuestion, ...]
    first: tuple[LearnedQuestion, ...]


def group(document: str) -> str:
    """The transcript that a file is (a part of), whatever number stands before its name."""
    name = re.sub(r"^(b\d\d-)?\d*-+", "", document.rpartition("/")[2])
    return re.sub(r"\.txt$", "", name)[:_NAME]


def fold(document: str) -> int:
    """0–99, the same for all parts of a transcript."""
    return int(hashlib.sha256(f"s1{group(document)}".encode()).hexdigest(), 16) % 100


def split(questions: Sequence[LearnedQuestion]) -> Split:
    """Split questions so that no transcript which is chosen by or reported on is learned from, in any collection."""
    asked = [question for question in questions if question.collection == "asked"]
    kept = {group(question.document) for question in asked if fold(question.document) >= _CHOOSE}

    def is_kept(question: LearnedQuestion) -> bool:
        # A file whose own name begins with a number is looked for under its whole name too.
        return group(question.document) in kept or group(f"0--{question.document}") in kept

    return Split(
        fit=tuple(one for one in questions if one.collection in ("asked", "own") and not is_kept(one)),
        choose=tuple(one for one in asked if _CHOOSE <= fold(one.document) < _REPORT),
        report=tuple(one for one in asked if fold(one.document) >= _REPORT),
        first=tuple(
            one
            for one in questions
            if one.collection in ("piaf", "clapnq") or (one.collection == "exchanges" and not is_kept(one))
        ),
    )
