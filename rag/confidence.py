"""How sure it is that the library answers a question (pure)."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from onrecord.rag.questions import read_question

# A logistic function fitted on questions with and without an answer in Wikipedia passages, English and French together
# (docs/quality.md, "Abstention"): how far the nearest passage stands out, in standard deviations, and what kind of fact
# is asked for. A number, a date or an extreme is often missing where everything else about the subject is there.
_INTERCEPT = -2.2
_NEARNESS = 0.75
_EXACT = -1.3
_EXTREME = -0.85
_FIGURE_MISSING = -1.1
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_EXTREMES = {
    "en": re.compile(
        r"\b(?:best|worst|most|least|largest|biggest|greatest|smallest|oldest|youngest|longest|shortest|highest|lowest|"
        r"first|last|latest|current|currently|now|today|recent|favou?rite|popular|famous)\b",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        r"\b(?:meilleure?s?|pires?|plus|moins|premi[eè]re?s?|derni[eè]re?s?|récente?s?|actuel(?:le)?s?|actuellement|"
        r"aujourd['’]hui|connue?s?|célèbres?|préférée?s?)\b",
        re.IGNORECASE,
    ),
}


def confidence(question: str, nearness: float, passages: Sequence[str]) -> float:
    """Return the estimated probability, 0–1, that the library answers `question`.

    `nearness` is that of the nearest passage (`onrecord.rag.search.Candidate`); `passages` are the texts of the first
    few, in which a figure named in the question is looked for.
    """
    asked = read_question(question)
    figures = set(_FIGURE.findall(question))
    missing = bool(figures) and not any(figures <= set(_FIGURE.findall(passage)) for passage in passages)
    score = (
        _INTERCEPT
        + _NEARNESS * nearness
        + _EXACT * (asked.wanted in ("number", "date"))
        + _EXTREME * bool(_EXTREMES[asked.language].search(question))
        + _FIGURE_MISSING * missing
    )
    return 1 / (1 + math.exp(-score))
