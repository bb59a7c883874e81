"""Terms in a text, and what of a question that asks for a list is no part of them."""

from __future__ import annotations

from dataclasses import dataclass

from onrecord.rag.languages.phrases import NEVER, Phrase


@dataclass(frozen=True, slots=True)
class ListingPhrases:
    """What finds a term in texts, and the subject in the words of a question.

    `articles` may stand between the words of a term, and `plural_endings` behind each. `subject_frame` is what
    leads to a subject ("what she says about"), `occasion` what follows a term to say when or where it was used.
    """

    articles: frozenset[str] = frozenset()
    plural_endings: frozenset[str] = frozenset()
    subject_frame: Phrase = NEVER
    occasion: Phrase = NEVER
