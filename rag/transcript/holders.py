"""Who holds an office that a label names alone ("PRIME MINISTER:"), by what the heading prints (pure)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from onrecord.rag.languages.labels import LabelWords
from onrecord.rag.people.casing import cased_name
from onrecord.rag.people.labels import Person
from onrecord.rag.people.names import printed_name, shares_role
from onrecord.rag.people.roles import has_article, is_role
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.text.folding import fold
from onrecord.rag.transcript.full_names import CAPITALISED_WORD

# What is a name in a title is in the text at least this often.
_AGAIN = 3


def is_definite(label: str, known: LabelWords) -> bool:
    """Whether a label names the one holder of an office: "The Minister", "Mme la ministre"."""
    words = label.split()
    while len(words) > 1 and fold(words[0]).strip(".") in known.addresses:
        words = words[1:]
    return has_article(" ".join(words), known)


def holder_of(role: str, heading: str, listed: Sequence[Person], text: str, vocabulary: Vocabulary) -> str | None:
    """The one name that a list of those who take part or the heading prints with an office.

    Args:
        role: the office, as in "Prime Minister".
        heading: title, head and front matter: "Remarks by President Doe", "PRIME MINISTER / THE HON. JANE DOE MP".
        listed: people whom the text lists as taking part.
        text: the whole text, which tells a name from what follows it in a title.
        vocabulary: how the text writes its words.
    """
    words = vocabulary.words.labels
    held = {person.name for person in listed if person.name and person.role and shares_role(person.role, role)}
    if len(held) == 1:
        return held.pop()
    if presided := words.chaired_by.search(heading):
        particles = {form for word in words.particles for form in (word, word.upper())}
        name = re.compile(printed_name(particles)).match(heading[presided.end() :].partition("\n")[0])
        known = name is not None and fold(role).split()[0] in words.chairs
        return cased_name(name.group().split(), vocabulary) if name and known else None
    office = re.escape(role)
    about = r"(?:\s[a-z][^,.;]{0,60},)?"
    after = rf"(?<!\ba )(?<!\ban )\b(?i:{office}){about}[\s,:]+({CAPITALISED_WORD}(?:\s{CAPITALISED_WORD}){{0,6}})"
    articles = "|".join([*(f"{article} " for article in words.articles), *words.elided])
    before = rf"({CAPITALISED_WORD}(?:\s{CAPITALISED_WORD}){{1,3}}),\s+(?i:(?:{articles})?{office})\b"
    names = set()
    for match in re.finditer(rf"{before}|{after}", heading):
        if match.group(1):
            names.add(_name(match.group(1).split(), None, vocabulary))
        else:
            names.add(_name(match.group(2).split(), text, vocabulary))
    names.discard("")
    return names.pop() if len(names) == 1 else None


def _name(tokens: list[str], text: str | None, vocabulary: Vocabulary) -> str:
    """The name at the head of some words of a title; with a text, only as far as the text repeats it.

    What follows a surname in a title ("Press Conference") stands nowhere else behind it. Letters behind a name ("MP")
    end it.
    """
    known = vocabulary.words.labels
    while tokens and (fold(tokens[0]).strip(".") in known.addresses or fold(tokens[0]) in known.articles):
        tokens = tokens[1:]
    ends = [place for place, token in enumerate(tokens) if fold(token).strip(".,") in known.postnominals]
    if ends and 0 < ends[0] <= 4:
        return cased_name(tokens[: ends[0]], vocabulary)
    kept: list[str] = []
    for token in tokens[:4]:
        word = re.sub(r"['’]s$", "", token).strip(",.")
        again = text is None or len(tokens) == 2 or text.count(" ".join([*kept, word])) >= (_AGAIN if kept else 1)
        common = vocabulary.is_common(word) or fold(word) in known.qualifiers or is_role(word, known)
        if not word[:1].isupper() or common or not again:
            break
        kept.append(word)
    return cased_name(kept, vocabulary)
