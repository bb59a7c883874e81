"""What is taken off the scores of a trained reader, so that one half is the probability to answer from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp

from training.score import Said, scored

_NOTHING = (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0)
_OPENS = (-0.4, 0.0, 0.4, 0.7, 1.0)
# Answers wrongly called none that are borne, as a share, and what one more weighs.
_BORNE, _WEIGHS = 0.05, 2.0


@dataclass(frozen=True, slots=True)
class Shifts:
    """What is taken off two scores (logits): that nothing answers, and that a sentence leaves open."""

    nothing: float
    opens: float


def shifts_of(said: Sequence[Said]) -> Shifts:
    """The shifts that serve best the questions to choose by.

    Of the questions there is an answer to, most get one; of the others few do; what was left open is said to be, and
    hardly any answer is. In training nothing answers more often than when people ask, since sentences are cut out.
    """
    grid = [Shifts(nothing, opens) for nothing in _NOTHING for opens in _OPENS]
    return max(grid, key=lambda shifts: _worth([shifted(one, shifts) for one in said]))


def shifted(said: Said, shifts: Shifts) -> Said:
    """What a reader says once its scores are shifted; the probabilities still add up to 1."""
    opens, nothing = said.opens * exp(-shifts.opens), said.nothing * exp(-shifts.nothing)
    whole = float(said.answers.sum() + opens.sum()) + nothing
    return replace(said, answers=said.answers / whole, opens=opens / whole, nothing=nothing / whole)


def _worth(said: Sequence[Said]) -> float:
    scores = scored(said, 0.5)
    return (scores.given + scores.not_found) / 2 + 0.3 * scores.open - _WEIGHS * max(0.0, scores.wrongly_open - _BORNE)
