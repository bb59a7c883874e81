"""The stages by which the reader is made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Stage:
    """One training with its own schedule.

    A reader of `layers` layers begins with the weights of stage `begins_with`, or the first of them (else with the
    encoder's), and learns `questions` at a time, `passages` each, from `passes` over a share `fit` of the questions to
    fit on and a share `first` of those to learn to read with. `cut` and `swap` are the shares of minimal pairs. With
    `teachers`, stages before it, it follows what they say with weight `taught`, and the labels with the rest.
    """

    name: str
    layers: int
    begins_with: str | None = None
    teachers: tuple[str, ...] = ()
    passes: int = 1
    fit: float = 0.0
    first: float = 0.0
    rate: float = 1e-4
    cut: float = 0.15
    swap: float = 0.1
    taught: float = 0.8
    questions: int = 32
    passages: int = 8
    seed: int = 0


LAYERS, _TEACHER_LAYERS = 7, 12
_TEACHERS = ("teacher", "second-teacher")

# What made the weights that ship.
ALONE = (
    Stage("reader-first", LAYERS, passes=2, first=0.9, rate=2.5e-4, cut=0.1, swap=0, seed=3),
    Stage("reader", LAYERS, "reader-first", passes=7, fit=1, first=0.05, rate=1.5e-4, seed=3),
)
# Two teachers of all layers, which say more than seven can learn from labels, and seven that follow them.
TAUGHT = (
    Stage("teacher-first", _TEACHER_LAYERS, passes=2, first=1, rate=1.5e-4, cut=0.1, swap=0, seed=1),
    Stage("teacher", _TEACHER_LAYERS, "teacher-first", passes=5, fit=1, first=0.05, seed=1),
    Stage("second-teacher-first", _TEACHER_LAYERS, passes=2, first=1, rate=2e-4, cut=0.1, swap=0, seed=2),
    Stage("second-teacher", _TEACHER_LAYERS, "second-teacher-first", passes=5, fit=1, first=0.05, cut=0.2, seed=2),
    Stage("pupil-first", LAYERS, "teacher", _TEACHERS, first=1, rate=2e-4, cut=0.1, swap=0, seed=3),
    Stage("pupil", LAYERS, "pupil-first", _TEACHERS, passes=12, fit=1, first=0.15, rate=1.5e-4, seed=3),
)
# A question costs a CPU 0.3 s with so many passages: the whole of ALONE takes a night on two cores.
_PASSAGES_ON_CPU = 5


def on_cpu(stages: Sequence[Stage]) -> tuple[Stage, ...]:
    """The same stages with fewer passages a question."""
    return tuple(replace(stage, passages=_PASSAGES_ON_CPU) for stage in stages)
