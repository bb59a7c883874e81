"""What the sentences of a reply do: correct themselves, go on reporting, lean on what was said before."""

from __future__ import annotations

from dataclasses import dataclass

from onrecord.rag.languages.phrases import NEVER, Phrase


@dataclass(frozen=True, slots=True)
class ReplyPhrases:
    """Ways of speaking that tell what a sentence of a reply does.

    `corrects`, `goes_on_reporting` and `leans_back` stand at a sentence's beginning; `corrects_inside` stands anywhere.
    """

    corrects: Phrase = NEVER
    corrects_inside: Phrase = NEVER
    goes_on_reporting: Phrase = NEVER
    leans_back: Phrase = NEVER
