"""Words that no label stands before: whether they are spoken, and by whom a title says they are (pure)."""

from __future__ import annotations

import re
from itertools import takewhile

from onrecord.rag.languages import Language
from onrecord.rag.people.labels import Person
from onrecord.rag.people.roles import is_role, split_role
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.text.folding import fold
from onrecord.rag.text.quotations import blanked, quotations
from onrecord.rag.transcript.mentions import ELIDED, plain_name
from onrecord.rag.transcript.people import given_and_surname
from onrecord.rag.types import Span

# News prose that keeps its quotations in quotation marks says "I" or "we" in fewer words than one of so many.
_WORDS_PER_FIRST_PERSON = 80
# And where it quotes somebody at this length, in words, it is no speech for an "us" or two of its own ("told us").
_QUOTED, _SAID_ONCE_OR_TWICE = 3, 2


def is_spoken(text: str, words: Language, *, among_turns: bool) -> bool:
    """Whether a text speaks in the first person outside quotation marks, as a statement does and a report does not.

    `among_turns` says that labelled turns stand beside it, as beside no report.
    """
    paragraphs = [Span(match.start(), match.end()) for match in re.finditer(r"[^\n]+", text)]
    marked = list(quotations(text, paragraphs))
    prose = blanked(text, [Span(each.start, each.end) for each in marked])
    quoted = max((len(text[each.inner.start : each.inner.end].split()) for each in marked), default=0)
    phrases = (words.speech.first_person, words.speech.first_person_plural, words.speech.audience)
    said = sum(1 for phrase in phrases for _ in phrase.finditer(prose))
    if not among_turns and quoted >= _QUOTED and said <= _SAID_ONCE_OR_TWICE:
        return False
    return said > 0 and said * _WORDS_PER_FIRST_PERSON >= len(prose.split())


def speaker_in_title(title: str | None, vocabulary: Vocabulary) -> Person | None:
    """The one whom a title says speaks ("Statement by Minister Jane Doe on …"), or None."""
    words = vocabulary.words
    opening = words.speech.spoken_title.search(title or "")
    if not title or not opening:
        return None
    end = words.speech.title_end.search(title, opening.end())
    tokens = title[opening.end() : end.start() if end else len(title)].split()
    while tokens and (
        plain_name(tokens[0]) in words.news.definite or fold(tokens[0]).strip(".") in words.labels.addresses
    ):
        tokens = tokens[1:]
    tokens = [ELIDED.sub("", token) for token in tokens]
    about = False

    def may_belong(token: str) -> bool:
        """A name and an office are capitalised, but for what the office is about."""
        nonlocal about
        about = about or plain_name(token) in words.news.of
        return (
            about or not token[:1].islower() or is_role(token, words.labels) or fold(token) in words.labels.qualifiers
        )

    role, name = split_role(list(takewhile(may_belong, tokens)), words.labels)
    named = given_and_surname(name, vocabulary)
    if named is None or (" " not in named and not role):
        return None
    return Person(name=named, role=" ".join(role) or None)
