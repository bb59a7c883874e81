"""Quotations in an article to check."""

from __future__ import annotations

from dataclasses import dataclass

from onrecord.rag.languages.phrases import NEVER, Phrase


@dataclass(frozen=True, slots=True)
class ArticlePhrases:
    """How an article says what somebody said, besides how news does.

    Attributes:
        that: what opens a clause that says what was said ("that"), up to its first word.
        bare_clause: a verb of saying up to the first word of such a clause that nothing opens ("said the ferry …").
        aside: how it begins to say who speaks inside a quotation, between commas or dashes (« …, a-t-il dit, … »).
        restricts: how a sentence goes on to limit or take back what it said ("but", "unless"), up to a word's end.
        parallel: the same sentences, in one order, in every language.
    """

    that: Phrase = NEVER
    bare_clause: Phrase = NEVER
    aside: Phrase = NEVER
    restricts: Phrase = NEVER
    parallel: tuple[str, ...] = ()
