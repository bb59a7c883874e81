"""Names and roles as an answer prints them, in the answer's language and outside any quotation mark (pure)."""

from __future__ import annotations

import re

from onrecord.rag.languages.wording import plain

# English: (masculine, feminine) in French. A small table of common roles; any other role stays as printed.
_ROLES = {
    "secretary general": ("secrétaire général", "secrétaire générale"),
    "deputy secretary general": ("secrétaire général délégué", "secrétaire générale déléguée"),
    "spokesperson": ("porte-parole", "porte-parole"),
    "spokesman": ("porte-parole", "porte-parole"),
    "spokeswoman": ("porte-parole", "porte-parole"),
    "press secretary": ("porte-parole", "porte-parole"),
    "president": ("président", "présidente"),
    "vice president": ("vice-président", "vice-présidente"),
    "prime minister": ("Premier ministre", "Première ministre"),
    "minister": ("ministre", "ministre"),
    "defence minister": ("ministre de la Défense", "ministre de la Défense"),
    "defense minister": ("ministre de la Défense", "ministre de la Défense"),
    "minister of defence": ("ministre de la Défense", "ministre de la Défense"),
    "foreign minister": ("ministre des Affaires étrangères", "ministre des Affaires étrangères"),
    "finance minister": ("ministre des Finances", "ministre des Finances"),
    "chancellor": ("chancelier", "chancelière"),
    "secretary of state": ("secrétaire d'État", "secrétaire d'État"),
    "ambassador": ("ambassadeur", "ambassadrice"),
    "national security advisor": ("conseiller à la sécurité nationale", "conseillère à la sécurité nationale"),
    "director": ("directeur", "directrice"),
    "governor": ("gouverneur", "gouverneure"),
    "mayor": ("maire", "maire"),
    "senator": ("sénateur", "sénatrice"),
    "moderator": ("modérateur", "modératrice"),
    "interpreter": ("interprète", "interprète"),
    "senior administration official": ("haut responsable de l'administration", "haute responsable de l'administration"),
}
_ORGANISATIONS = {
    "nato": ("NATO", "de l'OTAN"),
    "eu": ("EU", "de l'UE"),
    "un": ("UN", "de l'ONU"),
    "white house": ("White House", "de la Maison-Blanche"),
}
_FEMININE_TITLE = r"(?:Ms|Mrs|Miss|Mme|Madam|Madame)"
_MASCULINE_TITLE = r"(?:Mr|M|Monsieur|Mister)"
_ARTICLE = re.compile(r"^(?:le |la |l['’])", re.IGNORECASE)


def named(name: str | None, role: str | None, language: str, evidence: str = "") -> str | None:
    """A speaker with the role, as the subject of a sentence in the answer's language.

    Args:
        name: as the source has it, or None.
        role: as the source has it, or None.
        language: the answer's.
        evidence: the briefing's text; "Madam President" in it decides a French ending.

    Returns:
        "NATO Secretary General Mark Rutte", "le secrétaire général de l'OTAN Mark Rutte", "Maia Sandu (rapporteur)";
        None where neither name nor role is known.
    """
    if not role or (name and name.casefold() == role.casefold()):
        return _alone(name, language, evidence)
    if not name:
        return _alone(role, language, evidence)
    translated = _translated(role, language, evidence, name)
    return f"{translated} {plain(name)}" if translated else f"{plain(name)} ({plain(role)})"


def with_outlet(name: str | None, outlet: str | None) -> str | None:
    """An asker as an answer names them: "Andrea Palasciano (Bloomberg)"; None where nothing is known."""
    if name and outlet:
        return f"{plain(name)} ({plain(outlet)})"
    return plain(name or outlet or "") or None


def contracted(text: str, language: str) -> str:
    """A French text with its articles contracted: "à le président" is "au président"."""
    if language != "fr":
        return text
    return re.sub(r"\b(à|de) le(?= [a-z])", lambda found: "au" if found.group(1) == "à" else "du", text)


def surname(name: str) -> str:
    """What a second mention of a person says: the last name where there are two or three; all else unchanged."""
    words = plain(name).split()
    return words[-1] if 1 < len(words) <= 3 and all(word[:1].isupper() for word in words) else plain(name)


def _alone(name: str | None, language: str, evidence: str) -> str | None:
    """A name without a role, or a role that stands for a name ("Senior administration official")."""
    if not name:
        return None
    translated = _translated(name, language, evidence, None)
    if not translated:
        return plain(name)
    if language == "fr":
        return translated
    # An office without a name is anybody's: "a senior administration official".
    role = translated if translated.split()[0].isupper() and len(translated.split()[0]) <= 4 else translated.lower()
    return ("an " if role[:1] in "aeiou" else "a ") + role


def _translated(role: str, language: str, evidence: str, name: str | None) -> str | None:
    """The role in the answer's language, with an article where that is French; None where the table lacks it."""
    organisation, base = _english_parts(role)
    if base in _ROLES:
        if language != "fr":
            return plain(role)
        masculine, feminine = _ROLES[base]
        # "Haut" has an aspirate h, and no other role of the table begins with an h or needs elision but vowels.
        female = _is_female(role, name, evidence)
        french = feminine if female else masculine
        article = "l'" if french[0].casefold() in "aeiouéè" else "la " if female else "le "
        return article + french + (f" {_ORGANISATIONS[organisation][1]}" if organisation else "")
    found = _french_parts(role)
    if not found:
        return None
    organisation, english = found
    if language != "fr":
        return f"{organisation} {english.title()}".strip()
    bare = _ARTICLE.sub("", plain(role))
    feminine_form = _ROLES[english][1].casefold()
    female = bare.casefold().startswith(feminine_form) and _ROLES[english][0] != _ROLES[english][1]
    return ("l'" if bare[:1].casefold() in "aeioué" else "la " if female else "le ") + bare


def _english_parts(role: str) -> tuple[str, str]:
    """The organisation and the office of an English role, folded: ("nato", "secretary general")."""
    folded = " ".join(role.replace("-", " ").casefold().split())
    for organisation in _ORGANISATIONS:
        if folded.startswith(organisation + " "):
            return organisation, folded[len(organisation) + 1 :]
        for ending in (f" of {organisation}", f" of the {organisation}"):
            if folded.endswith(ending):
                return organisation, folded[: -len(ending)]
    return "", folded


def _french_parts(role: str) -> tuple[str, str] | None:
    """The organisation and the office, in English, of a French role that the table holds."""
    folded = _ARTICLE.sub("", " ".join(role.replace("’", "'").split()).casefold())
    organisation = ""
    for english, french in _ORGANISATIONS.values():
        if folded.endswith(" " + french.casefold()):
            organisation, folded = english, folded[: -len(french) - 1]
    for english, forms in _ROLES.items():
        if folded in (form.casefold() for form in forms):
            return organisation, english
    return None


def _is_female(role: str, name: str | None, evidence: str) -> bool:
    """Whether the text addresses this role or name as a woman more often than as a man; undecided counts as not."""
    targets = [re.escape(word) for word in (role.split()[-1], name.split()[-1] if name else "") if len(word) > 2]
    target = "(?:" + "|".join([*targets, re.escape(role)]) + ")"
    women, men = (
        len(re.findall(rf"\b{title}\.?\s+(?:\w+\s+){{0,2}}?{target}", evidence, re.IGNORECASE))
        for title in (_FEMININE_TITLE, _MASCULINE_TITLE)
    )
    return women > men
