"""What forms, programs and sites print around speech."""

from __future__ import annotations

from dataclasses import dataclass

from onrecord.rag.languages.phrases import NEVER, Phrase


@dataclass(frozen=True, slots=True)
class FormWords:
    """Heads of a table's columns, marks on names, titles that nobody chose, names of a page's parts; in lower case.

    `guests` are what meeting software adds in parentheses to the name of somebody from outside. `untitled` are titles
    that programs put into a document's properties by themselves. `site_parts` and `note_parts` are the words that site
    builders use in `class` and `id` for what is not the text itself, and for its notes.
    `voice` is a label for somebody who is heard and not named.
    """

    speaker_columns: frozenset[str] = frozenset()
    words_columns: frozenset[str] = frozenset()
    time_columns: frozenset[str] = frozenset()
    guests: frozenset[str] = frozenset()
    untitled: Phrase = NEVER
    site_parts: frozenset[str] = frozenset()
    note_parts: frozenset[str] = frozenset()
    voice: str = "{number}"
