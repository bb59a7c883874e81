"""The words of a passage as every engine counts them (pure)."""

from __future__ import annotations

from collections import Counter

from onrecord.rag.languages import language
from onrecord.rag.types import Passage


def counted_terms(passage: Passage) -> Counter[str]:
    """How often each index term stands in a passage and its context: what BM25 is computed from."""
    return Counter(language(passage.language).index_terms(f"{passage.context}\n{passage.text}"))


def words_in(passage: Passage) -> int:
    """The length of a passage in words."""
    return len(passage.text.split())
