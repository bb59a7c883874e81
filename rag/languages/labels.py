"""Words of labels: parts in a dialogue, offices, forms of address."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LabelWords:
    """Words of labels: parts in a dialogue, offices, forms of address. All are folded.

    `voices` are words for any speaker, which a letter or a number tells from the others ("Speaker A"); `unnamed` are
    words that say of a speaker that nobody is named ("unidentified"). `men` and `women` are the forms of address that
    tell a man from a woman, `juniors` and `seniors` the words behind a name that tell a son from his father, and
    `surname_particles` the words before a surname that belong to it ("van der").
    """

    voices: frozenset[str] = frozenset()
    unnamed: frozenset[str] = frozenset()
    men: frozenset[str] = frozenset()
    women: frozenset[str] = frozenset()
    juniors: frozenset[str] = frozenset()
    seniors: frozenset[str] = frozenset()
    surname_particles: frozenset[str] = frozenset()
