"""Verbs of saying: the one list of each language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SayingVerbs:
    """Verbs of saying in the forms that announce or attribute words.

    `said` are simple past forms, `says` present forms of the third person, `say` infinitives, and `having_said`
    participles ("has said", « a déclaré »), `saying` present ones ("adding that", « en soulignant »). A form that is
    two of these stands in both.
    """

    say: frozenset[str] = frozenset()
    says: frozenset[str] = frozenset()
    said: frozenset[str] = frozenset()
    having_said: frozenset[str] = frozenset()
    saying: frozenset[str] = frozenset()
