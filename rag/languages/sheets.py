"""What people call the columns of a spreadsheet."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SheetWords:
    """The headings of columns, in small letters.

    A sheet has `question`s to ask or `quotation`s to check, with who said them: the `speaker`, who has a `role`. What
    a question may be limited to stands under those two, `outlet`, `since`, `until` and `collection`.
    """

    question: frozenset[str] = frozenset()
    quotation: frozenset[str] = frozenset()
    speaker: frozenset[str] = frozenset()
    role: frozenset[str] = frozenset()
    outlet: frozenset[str] = frozenset()
    since: frozenset[str] = frozenset()
    until: frozenset[str] = frozenset()
    collection: frozenset[str] = frozenset()
