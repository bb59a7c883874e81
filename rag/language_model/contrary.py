"""Whether a sentence has the opposite word of its source's (pure)."""

from __future__ import annotations

from collections.abc import Iterable

from onrecord.rag.language_model.telling import ReadClause, opposites


def opposed(said: Iterable[ReadClause], known: Iterable[ReadClause], code: str) -> bool:
    """Whether a sentence has a word whose opposite alone its source has; where one of them denies it they agree.

    Both are in the language of a code.
    """
    mine, theirs = _denied(said), _denied(known)
    for pair in opposites(code):
        for one, other in (pair, pair[::-1]):
            used, held = one & mine.keys(), other & theirs.keys()
            alone = used and held and not other & mine.keys() and not one & theirs.keys()
            if alone and any(mine[term] for term in used) == any(theirs[term] for term in held):
                return True
    return False


def _denied(clauses: Iterable[ReadClause]) -> dict[str, bool]:
    """The terms of some clauses, each with whether one says no."""
    found: dict[str, bool] = {}
    for clause in clauses:
        for word in clause.words:
            for term in word.terms:
                found[term] = found.get(term, False) or clause.negative
    return found
