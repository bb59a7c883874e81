"""The stages by which the reader is made, on a GPU and on two cores in a night."""

from __future__ import annotations

from dataclasses import dataclass


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


TEACHER_LAYERS, LAYERS = 12, 7
LAST = "reader"

# A teacher learns what seven layers cannot see by themselves; following it is worth more than more passes over labels.
ON_GPU = (
    Stage("teacher-first", TEACHER_LAYERS, passes=2, first=1, rate=1.5e-4, cut=0.1, swap=0, seed=1),
    Stage("teacher", TEACHER_LAYERS, "teacher-first", passes=5, fit=1, first=0.05, seed=1),
    Stage("second-teacher-first", TEACHER_LAYERS, passes=2, first=1, rate=2e-4, cut=0.1, swap=0, seed=2),
    Stage("second-teacher", TEACHER_LAYERS, "second-teacher-first", passes=5, fit=1, first=0.05, cut=0.2, seed=2),
    Stage("reader-first", LAYERS, "teacher", ("teacher", "second-teacher"), first=1, rate=2e-4, cut=0.1, swap=0),
    Stage(LAST, LAYERS, "reader-first", ("teacher", "second-teacher"), passes=12, fit=1, first=0.15, rate=1.5e-4),
)
# The same with one teacher, fewer passes and fewer passages a question: what two cores do in a night.
ON_CPU = (
    Stage("teacher-first", TEACHER_LAYERS, first=0.5, rate=1.5e-4, cut=0.1, swap=0, questions=16, passages=5, seed=1),
    Stage("teacher", TEACHER_LAYERS, "teacher-first", passes=3, fit=1, questions=16, passages=5, seed=1),
    Stage(LAST, LAYERS, "teacher", ("teacher",), passes=4, fit=1, first=0.1, rate=1.5e-4, questions=16, passages=5),
)
