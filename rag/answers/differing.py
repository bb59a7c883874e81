"""What differs between two statements of one subject: words and figures that stand in one of them only (pure)."""

from __future__ import annotations

import re

from onrecord.rag.answers.selection import terms_of
from onrecord.rag.languages import language
from onrecord.rag.languages.numerals import decimal_sign
from onrecord.rag.text.figures import numbers

# Words named on either side of a difference.
_MOST_WORDS = 8


def words_of_one(one: str, code: str, other: str, other_code: str) -> list[str]:
    """The first telling words of one statement that the other lacks, as printed; none across languages."""
    if code != other_code:
        return []
    theirs = terms_of(other, other_code)
    mine: dict[str, str] = {}
    for word in re.findall(r"[^\W\d_]{3,}", one):
        for term in language(code).query_terms(word):
            if term not in theirs:
                mine.setdefault(term, word)
    return list(mine.values())[:_MOST_WORDS]


def figures_of_each(one: str, code: str, other: str, other_code: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The figures of two statements that the other lacks, as printed; none unless both have such."""
    mine, theirs = numbers(one, decimal_sign(code)), numbers(other, decimal_sign(other_code))
    ours = tuple(figure for number, figure in mine.items() if number not in theirs)
    others = tuple(figure for number, figure in theirs.items() if number not in mine)
    return (ours, others) if ours and others else ((), ())
