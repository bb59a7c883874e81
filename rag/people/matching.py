"""Which of the names on record somebody means who types one into a filter (pure)."""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable

from onrecord.rag.languages import LANGUAGES, together
from onrecord.rag.people.names import Name, base_name, likeness, name_words, read_name
from onrecord.rag.people.offices import same_office, telling_words, words_with_offices
from onrecord.rag.people.roles import is_role
from onrecord.rag.people.spellings import surnames_alike

# difflib's default of 0.6 pairs different short names ("Hart", "Barnes"); one or two slips in a name stay above 0.8.
_SIMILAR = 0.8


def matching_names(wanted: str, names: Iterable[str]) -> list[str]:
    """The roles or outlets that hold every word of `wanted`, whatever its case and accents.

    Where none does: those that hold every telling word, so that "la ministre" means whoever is printed as "ministre";
    else those of the same office in another form or language; else those spelt nearly so. For people use
    `people_called`.
    """
    candidates = list(names)
    words = set(name_words(wanted))
    exact = [name for name in candidates if words and words <= set(name_words(name))]
    if exact or not words:
        return exact
    telling = telling_words(wanted)
    bare = [name for name in candidates if telling and telling <= set(name_words(name))]
    held = bare or [name for name in candidates if any(map(words_with_offices(name).issuperset, same_office(wanted)))]
    return held or [
        name
        for name in candidates
        if all(difflib.get_close_matches(word, name_words(name), n=1, cutoff=_SIMILAR) for word in words)
    ]


def matching_roles(office: str, roles: Iterable[str]) -> list[str]:
    """The roles in which an office is held ("la ministre"), in whatever form and language they are printed.

    A rank more or less makes it another's: no vice president is the president. Of a role that lists several offices
    any may be the one.
    """
    ranked, forms = _ranked(office), (telling_words(office), *same_office(office))

    def held(role: str) -> bool:
        words = words_with_offices(role)
        return _ranked(role) == ranked and any(form and form <= words for form in forms)

    return [role for role in roles if any(map(held, (role, *_offices_in(role))))]


def _ranked(title: str) -> bool:
    """Whether a word of a title makes its office another one, be it written on to it ("Vizepräsidentin")."""
    labels = together(*LANGUAGES).labels
    return any(
        word == rank or (word.startswith(rank) and is_role(word[len(rank) :], labels))
        for word in name_words(title)
        for rank in labels.ranks
    )


def _offices_in(role: str) -> list[str]:
    """The offices that a role lists ("Minister of Trade and Deputy Mayor")."""
    joints = together(*LANGUAGES).news.conjunctions
    return re.split(rf"\s*[,;&]\s*|\s+(?:{'|'.join(map(re.escape, sorted(joints)))})\s+", role)


def holding_each(names: Iterable[str]) -> dict[str, list[str]]:
    """By each of the names, those that hold every word of it: what it means among them as a filter."""
    words = {name: frozenset(name_words(name)) for name in names}
    holding: dict[str, list[str]] = defaultdict(list)
    for name, own in words.items():
        for word in own:
            holding[word].append(name)
    rarest = {name: min((holding[word] for word in own), key=len, default=[]) for name, own in words.items()}
    return {name: [other for other in rarest[name] if own <= words[other]] for name, own in words.items()}


def people_called(wanted: str, names: Iterable[str]) -> list[str]:
    """The people on record whom a name, or a part of one, may mean.

    A whole name means whoever bears it, in whatever form it is printed; a part of one ("Bell", "Speaker 1") means
    everybody it fits. Where it fits nobody, it means those of whom an initial or a slip in the surname keeps it apart.
    Nobody of another given name or form of address is ever meant.
    """
    candidates = list(dict.fromkeys(names))
    name, words = read_name(wanted), name_words(wanted)
    exact = [known for known in candidates if name_words(known) == words]
    if exact and (name.given or name.address or name.voice or base_name(wanted) != wanted):
        return exact
    read = {known: read_name(known) for known in candidates}
    if name.voice:
        return [known for known in candidates if read[known].voice and read[known].letters == name.letters]
    found = {known: likeness(name, read[known]) for known in candidates}
    if name.given and (borne := [known for known in candidates if found[known] == "yes"]):
        return borne
    addresses = together(*LANGUAGES).labels.addresses
    parts = {word for word in name_words(base_name(wanted)) if word not in addresses or word in name.given}
    fits = [
        known for known in candidates if parts and parts <= set(name_words(base_name(known))) and found[known] != "no"
    ]
    if fits:
        return fits
    return [
        known
        for known in candidates
        if (found[known] not in ("yes", "no") and (read[known].given or not name.given) and not read[known].voice)
        or (not name.given and found[known] == "no" and _slip(name, read[known]))
    ]


def _slip(wanted: Name, known: Name) -> bool:
    agree = not (wanted.gender and known.gender) or wanted.gender == known.gender
    return agree and surnames_alike(wanted.surname, known.surname)
