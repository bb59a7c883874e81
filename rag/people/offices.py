"""Which office some words name, whatever their article, form of address, gender and language (pure)."""

from __future__ import annotations

from collections import defaultdict
from functools import cache, lru_cache

from onrecord.rag.languages import LANGUAGES, language, together
from onrecord.rag.people.names import name_words
from onrecord.rag.people.roles import office_in

_Words = frozenset[str]


@lru_cache(maxsize=4096)
def telling_words(title: str) -> _Words:
    """The words of a title without articles, forms of address and what joins: "Madame la ministre" → "ministre"."""
    labels = together(*LANGUAGES).labels
    small = labels.articles | labels.addresses | labels.particles | labels.joining
    elided = {letters.rstrip("'") for letters in labels.elided}
    return frozenset(word for word in name_words(title) if word not in small and word not in elided)


@lru_cache(maxsize=256)
def same_office(title: str) -> tuple[_Words, ...]:
    """The words of the office that a title names, in each of the forms known; nothing where none is known.

    "The Minister of Ferries" gives "ministre ferries" and "ministerin ferries" too: what is not in the table stays.
    """
    telling = telling_words(title)
    offices, organisations = _forms()
    named = max((form for form in offices if form <= telling), key=len, default=None)
    if named is None:
        return ()
    rest = telling - named
    others = organisations.get(rest, (rest,))
    return tuple(form | other for form in offices[named] for other in others)


@lru_cache(maxsize=4096)
def words_with_offices(title: str) -> _Words:
    """The words of a title, and the offices that its compounds end in: "Verkehrsministerin" holds "Ministerin"."""
    labels = together(*LANGUAGES).labels
    words = name_words(title)
    ends = (office_in(word, labels) for word in words)
    return frozenset((*words, *(end.lower() for end in ends if end)))


def is_office(title: str) -> bool:
    """Whether a title is an office and nothing else."""
    offices, _ = _forms()
    return telling_words(title) in offices


@cache
def _forms() -> tuple[dict[_Words, tuple[_Words, ...]], dict[_Words, tuple[_Words, ...]]]:
    """All forms of an office, and of an organisation, by each of them."""
    offices: dict[str, dict[_Words, None]] = defaultdict(dict)
    organisations: dict[str, dict[_Words, None]] = defaultdict(dict)
    for code in LANGUAGES:
        known = language(code).offices
        for key, office in known.names.items():
            for form in (office.masculine, office.feminine, *sorted(office.printed)):
                offices[key][telling_words(form)] = None
        for key, name in known.organisations.items():
            organisations[key][telling_words(name)] = None
    return _by_form(offices), _by_form(organisations)


def _by_form(forms: dict[str, dict[_Words, None]]) -> dict[_Words, tuple[_Words, ...]]:
    return {form: tuple(same) for same in forms.values() for form in same}
