"""Words that no label stands before: whether they are spoken, and by whom a title says they are (pure)."""

from __future__ import annotations

import re

from onrecord.rag.people.labels import Person
from onrecord.rag.people.roles import split_role
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.text.folding import fold
from onrecord.rag.transcript.people import given_and_surname

_QUOTED = re.compile(r"«[^«»]{0,3000}»|“[^“”]{0,3000}”|\"[^\"\n]{0,3000}\"")
_FIRST_PERSON = re.compile(
    r"\b(?:I|we|my|our|me|us|je|nous|notre|nos|mon|ma|mes|moi)\b|\bj['’]|\b(?:thank you|ladies and gentlemen|mesdames)",
    re.IGNORECASE,
)
# News prose that keeps its quotations in quotation marks says "I" or "we" in fewer words than one of so many.
_WORDS_PER_FIRST_PERSON = 80
_SPOKEN_TITLE = re.compile(
    r"\b(?:statement|remarks|speech|address|declaration|message|interview|(?:press|news) conference|briefing"
    r"|letter|gaggle|keynote|doorstep|déclaration|discours|allocution|intervention|conférence de presse|point de presse"
    r"|propos|entretien|lettre|mot|voeux|vœux)\b[^.!?]{0,60}?\b(?:by|from|with|of|par|de|du|avec|d['’])\s*",
    re.IGNORECASE,
)
_TITLE_END = re.compile(
    r"\s+(?:on|at|in|to|about|following|after|before|welcoming|sur|à|au|lors|après|devant|avant)\s+|[,:;–—(]"
)


def is_spoken(text: str) -> bool:
    """Whether a text speaks in the first person outside quotation marks, as a statement does and a report does not."""
    prose = _QUOTED.sub(" ", text)
    words = len(prose.split())
    return len(_FIRST_PERSON.findall(prose)) * _WORDS_PER_FIRST_PERSON >= max(words, 1) and words > 0


def speaker_in_title(title: str | None, vocabulary: Vocabulary) -> Person | None:
    """The one whom a title says speaks ("Statement by Minister Jane Doe on …"), or None."""
    opening = _SPOKEN_TITLE.search(title or "")
    if not title or not opening:
        return None
    words = _TITLE_END.split(title[opening.end() :])[0].split()
    while words and fold(words[0]).strip(".") in ("the", "le", "la", "m", "mme", "mr", "ms", "dr", "president's"):
        words = words[1:]
    role, name = split_role([re.sub(r"^[lLdD]['’]", "", word) for word in words], vocabulary.words.labels)
    named = given_and_surname(name, vocabulary)
    if named is None or (" " not in named and not role):
        return None
    return Person(name=named, role=" ".join(role) or None)
