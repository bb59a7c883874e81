"""Words that no label stands before: whether they are spoken, and by whom a title says they are (pure)."""

from __future__ import annotations

import re

from onrecord.rag.languages.speech import SpeechPhrases
from onrecord.rag.people.labels import Person, split_role
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.text.folding import fold
from onrecord.rag.transcript.people import given_and_surname

_QUOTED = re.compile(r"«[^«»]{0,3000}»|“[^“”]{0,3000}”|\"[^\"\n]{0,3000}\"")
# News prose that keeps its quotations in quotation marks says "I" or "we" in fewer words than one of so many.
_WORDS_PER_FIRST_PERSON = 80


def is_spoken(text: str, speech: SpeechPhrases) -> bool:
    """Whether a text speaks in the first person outside quotation marks, as a statement does and a report does not."""
    prose = _QUOTED.sub(" ", text)
    words = len(prose.split())
    phrases = (speech.first_person, speech.first_person_plural, speech.audience)
    found = sum(1 for phrase in phrases for _ in phrase.finditer(prose))
    return found * _WORDS_PER_FIRST_PERSON >= max(words, 1) and words > 0


def speaker_in_title(title: str | None, vocabulary: Vocabulary) -> Person | None:
    """The one whom a title says speaks ("Statement by Minister Jane Doe on …"), or None."""
    speech = vocabulary.words.speech
    opening = speech.spoken_title.search(title or "")
    if not title or not opening:
        return None
    end = speech.title_end.search(title, opening.end())
    words = title[opening.end() : end.start() if end else len(title)].split()
    while words and fold(words[0]).strip(".") in ("the", "le", "la", "m", "mme", "mr", "ms", "dr", "president's"):
        words = words[1:]
    role, name = split_role([re.sub(r"^[lLdD]['’]", "", word) for word in words], vocabulary.words.labels)
    named = given_and_surname(name, vocabulary)
    if named is None or (" " not in named and not role):
        return None
    return Person(name=named, role=" ".join(role) or None)
