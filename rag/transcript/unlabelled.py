"""Words that no label stands before: whether they are spoken, and by whom a title says they are (pure)."""

from __future__ import annotations

import re
from itertools import takewhile

from onrecord.rag.languages import Language
from onrecord.rag.people.labels import Person
from onrecord.rag.people.roles import is_role, split_role
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.text.folding import fold
from onrecord.rag.text.quotations import quotations
from onrecord.rag.transcript.mentions import ELIDED, plain
from onrecord.rag.transcript.people import given_and_surname
from onrecord.rag.types import Span

# News prose that keeps its quotations in quotation marks says "I" or "we" in fewer words than one of so many.
_WORDS_PER_FIRST_PERSON = 80
# And where it quotes somebody at this length, in words, it is no speech for an "us" or two of its own.
_QUOTED, _SAID_ONCE_OR_TWICE = 3, 2
# Who a verb of saying speaks to stands this near to it, in characters ("told us").
_BESIDE = 4


def is_spoken(text: str, words: Language, *, among_turns: bool) -> bool:
    """Whether a text speaks in the first person outside quotation marks, as a statement does and a report does not.

    `among_turns` says that labelled turns stand beside it, as beside no report.
    """
    paragraphs = [Span(match.start(), match.end()) for match in re.finditer(r"[^\n]+", text)]
    prose, quoted = text, 0
    for quotation in quotations(text, paragraphs):
        blank = " " * (quotation.end - quotation.start)
        prose = prose[: quotation.start] + blank + prose[quotation.end :]
        quoted = max(quoted, len(text[quotation.inner.start : quotation.inner.end].split()))
    verbs = [(verb.start(), verb.end()) for verb in words.news.attribution.finditer(prose)]
    speech = words.speech
    said = sum(
        not any(
            start - _BESIDE <= match.end() <= start or end <= match.start() <= end + _BESIDE for start, end in verbs
        )
        for phrase in (speech.first_person_plural, speech.audience)
        for match in phrase.finditer(prose)
    ) + sum(1 for _ in speech.first_person.finditer(prose))
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
    while tokens and (plain(tokens[0]) in words.news.definite or fold(tokens[0]).strip(".") in words.labels.addresses):
        tokens = tokens[1:]
    tokens = [ELIDED.sub("", token) for token in tokens]
    about = False

    def may_belong(token: str) -> bool:
        """A name and an office are capitalised, but for what the office is about."""
        nonlocal about
        about = about or plain(token) in words.news.of
        return (
            about or not token[:1].islower() or is_role(token, words.labels) or fold(token) in words.labels.qualifiers
        )

    role, name = split_role(list(takewhile(may_belong, tokens)), words.labels)
    named = given_and_surname(name, vocabulary)
    if named is None or (" " not in named and not role):
        return None
    return Person(name=named, role=" ".join(role) or None)
