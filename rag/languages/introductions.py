"""How reporters are introduced and called on."""

from __future__ import annotations

from dataclasses import dataclass

from onrecord.rag.languages.phrases import NEVER, Phrase


@dataclass(frozen=True, slots=True)
class IntroductionPhrases:
    """How reporters are introduced and called on; each phrase is a piece of a longer pattern with a name in it.

    `myself` stands before one's own name, `my_name` does so and never before somebody else's, `i_am` between that name
    and the outlet ("…, and I'm from …"), `outlet_of` right before the outlet. `giving_floor` stands before the name of
    whoever may ask, `handing_over` before that of whoever speaks next for the house. After the name of somebody called
    come `courtesies`, the name again behind `once_more` ("And Ida?"), and `whereabouts` ("She's over there").

    `interjections` are said in passing and name nobody; `newsrooms` are last words of an outlet's name, where a
    reporter's has a surname.
    """

    myself: Phrase = NEVER
    my_name: Phrase = NEVER
    i_am: Phrase = NEVER
    outlet_of: Phrase = NEVER
    giving_floor: Phrase = NEVER
    handing_over: Phrase = NEVER
    courtesies: Phrase = NEVER
    once_more: Phrase = NEVER
    whereabouts: Phrase = NEVER
    interjections: frozenset[str] = frozenset()
    newsrooms: frozenset[str] = frozenset()
