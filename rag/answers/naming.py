"""Names and roles as an answer prints them, in the answer's language and outside any quotation mark (pure)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from onrecord.rag.languages import LANGUAGES, Language, language, together
from onrecord.rag.languages.offices import Articles, OfficeNames
from onrecord.rag.languages.wording import plain
from onrecord.rag.people.names import base_name, read_name
from onrecord.rag.text.folding import fold

_VOWELS = "aeiou"


@dataclass(frozen=True, slots=True)
class _Held:
    """An office that a text prints: in which language, and its keys there."""

    code: str
    office: str
    organisation: str | None
    feminine: bool


def speaker_named(name: str | None, role: str | None, shown: Language, evidence: str = "") -> str | None:
    """A speaker with the role, as the subject of a sentence.

    Args:
        name: as the source has it, or None.
        role: as the source has it, or None.
        shown: the answer's language. A role of its table is shown in it, any other as printed.
        evidence: the briefing's text; "Madam President" in it decides a feminine form.

    Returns:
        "NATO Secretary General Mark Rutte", "le secrétaire général de l'OTAN Mark Rutte", "Maia Sandu (rapporteur)";
        None where neither name nor role is known.
    """
    offices = shown.offices
    alone = name or role
    if not alone:
        return None
    if not role or not name or base_name(name).casefold() == role.casefold():
        # A library tells officials without a name apart by their briefings; an answer cites those.
        office = _shown(base_name(alone), shown, evidence, None)
        if not office:
            return plain(alone)
        words, female = office
        return _with_article(offices.alone, _small(words) if offices.small_alone else words, female)
    if office := _shown(role, shown, evidence, name):
        return f"{_with_article(offices.before_name, *office)} {plain(name)}"
    return f"{plain(name)} ({plain(role)})"


def with_outlet(name: str | None, outlet: str | None) -> str | None:
    """An asker as an answer names them: "Andrea Palasciano (Bloomberg)"; None where nothing is known."""
    if name and outlet:
        return f"{plain(name)} ({plain(outlet)})"
    return plain(name or outlet or "") or None


def contracted(text: str, offices: OfficeNames) -> str:
    """A text with its articles contracted: "à le président" is "au président"."""
    for words, contraction in offices.contractions.items():
        text = re.sub(rf"\b{re.escape(words)}(?= )", contraction, text)
    return text


def surname(name: str) -> str:
    """What a second mention of a person says: the surname where it is one word of a full name; all else unchanged."""
    read = read_name(name)
    if read.particles or not read.given:
        return plain(name)
    words = re.findall(r"[^\W_]+(?:[-’'][^\W_]+)*", plain(name))
    return next((word for word in words if _letters(word) == read.surname), plain(name))


def _shown(role: str, shown: Language, evidence: str, name: str | None) -> tuple[str, bool] | None:
    """A role in the answer's language without an article, and whether a woman has it; None where no table holds it."""
    held = next((found for code in (shown.code, *LANGUAGES) if (found := _office_printed(role, code))), None)
    office = shown.offices.names.get(held.office) if held else None
    if held is None or office is None:
        return None
    female = held.feminine or _is_female(role, name, evidence)
    if held.code == shown.code:
        return _without_article(plain(role), shown.offices), female
    words = office.feminine if female else office.masculine
    if held.organisation is None:
        return words, female
    organisation = shown.offices.organisations.get(held.organisation)
    template = next(iter(shown.offices.with_organisation), None)
    return (template.format(office=words, organisation=organisation), female) if template and organisation else None


def _office_printed(role: str, code: str) -> _Held | None:
    return _offices_of(code).get(_folded(_without_article(role, language(code).offices)))


@cache
def _offices_of(code: str) -> Mapping[str, _Held]:
    """The offices of a language, alone and with each organisation, by all their printed forms."""
    offices = language(code).offices
    found: dict[str, _Held] = {}
    for key, office in offices.names.items():
        own = office.feminine if office.feminine != office.masculine else None
        for form in (office.masculine, office.feminine, *sorted(office.printed)):
            found.setdefault(_folded(form), _Held(code, key, None, form == own))
            for organisation, name in offices.organisations.items():
                for template in offices.with_organisation:
                    whole = template.format(office=form, organisation=name)
                    found.setdefault(_folded(whole), _Held(code, key, organisation, form == own))
    return found


def _without_article(role: str, offices: OfficeNames) -> str:
    articles = offices.before_name
    for article in (articles.masculine, articles.feminine, articles.before_vowel):
        if article and role.replace("’", "'").casefold().startswith(article):
            return role[len(article) :]
    return role


def _with_article(articles: Articles, words: str, female: bool) -> str:
    if articles.before_vowel and unicodedata.normalize("NFKD", words)[0].casefold() in _VOWELS:
        return articles.before_vowel + words
    return (articles.feminine if female else articles.masculine) + words


def _small(words: str) -> str:
    """An office without a name is anybody's ("a senior administration official"); acronyms stay."""
    return " ".join(word if word.isupper() else word.lower() for word in words.split())


def _folded(role: str) -> str:
    return " ".join(role.replace("’", "'").replace("-", " ").casefold().split())


def _letters(word: str) -> str:
    return "".join(filter(str.isalnum, fold(word)))


def _is_female(role: str, name: str | None, evidence: str) -> bool:
    """Whether the text addresses this role or name as a woman more often than as a man; undecided counts as not."""
    targets = [re.escape(word) for word in (role.split()[-1], name.split()[-1] if name else "") if len(word) > 2]
    target = "(?:" + "|".join([*targets, re.escape(role)]) + ")"
    addresses = together(*LANGUAGES).labels
    women, men = (
        len(re.findall(rf"\b(?:{'|'.join(each)})\.?\s+(?:\w+\s+){{0,2}}?{target}", evidence, re.IGNORECASE))
        for each in (addresses.women, addresses.men)
    )
    return women > men
