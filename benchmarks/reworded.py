"""Texts like true ones, of which a benchmark needs more than there are."""

from __future__ import annotations

import re

import numpy as np


def reworded(text: str, chance: np.random.Generator) -> str:
    """The text with a tenth of its words replaced by others of the same length."""
    by_length: dict[int, list[str]] = {}
    for word in re.findall(r"\w+", text):
        by_length.setdefault(len(word), []).append(word)

    def change(match: re.Match[str]) -> str:
        others = by_length[len(match.group())]
        return others[chance.integers(len(others))] if chance.random() < 0.1 else match.group()

    return re.sub(r"\w+", change, text)
