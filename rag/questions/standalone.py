"""A follow-up question in words that stand alone, for people to read and for the answer to be chosen by (pure).

Only what is plain is rewritten: a name put where "and on Moldova?" leaves the rest unsaid, or where a pronoun has one
name to stand for. Whatever is not plain is left as it was typed, since a wrong name misleads and a pronoun does not.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from onrecord.rag.languages.detection import detect_language
from onrecord.rag.words import STARTERS, word_set

_NAME_WORD = r"[A-ZÀ-Þ][\w’'&.-]*\w|[A-ZÀ-Þ]"
_NAME = re.compile(rf"(?:{_NAME_WORD})(?:(?:\s+(?:and|of|of the)\s+|\s+)(?:{_NAME_WORD}|\d+))*")
# Question words and others that carry a capital only because they open a sentence.
_NOT_NAMES = STARTERS | word_set(
    "which whose whom does did is are was were has have had can could should would will may might must tell give show",
    "list explain describe i i'd i've i'm qu'a qu'ont qu'est-ce qu'en est-ce a-t-il a-t-elle quels quelles lequel",
    "laquelle combien depuis jusqu'à peut-on y a-t-on s'est-il monsieur madame president minister secretary general",
)
_SAYING = (
    r"(?:say|said|says|think|thinks|thought|mean|means|meant|want|wants|wanted|tell|told|promise|promised|answer|"
    r"answered|believe|believes|announce|announced|call|called|describe|described|explain|explained|expect|expects)"
)
_DIRE = (
    r"(?:dit|pensé|annoncé|répondu|expliqué|déclaré|promis|demandé|affirmé|précisé|indiqué|évoqué|parlé|décrit|appelé|"
    r"voulu|estimé|confirmé|démenti)"
)
_PENSER = r"(?:dit|pense|annonce|répond|explique|déclare|promet|demande|affirme|estime|veut|compte|propose|attend)"
_VOWELS = "aàâeéèêiîoôuyh"
_YEAR = re.compile(r"\b(?:1[89]|20)\d\d\b")

_ENGLISH_ELLIPSIS = re.compile(
    r"^\W*(?:ok(?:ay)?[,.]?\s+)?(?:and|but|or|so|what about|how about|what of)\s+(?:what about\s+|how about\s+)?"
    r"(?:(?P<preposition>about|on|for|in|to|of|with|from|at|by|against|regarding|concerning)\s+)?"
    r"(?P<new>(?:the\s+)?[^?.!,;]+?)\s*[?.!]*$",
    re.IGNORECASE,
)
_FRENCH_ELLIPSIS = re.compile(
    r"^\W*(?:et|mais|ou|alors)?\s*(?:qu['’]en est-il\s+|quid\s+)?"
    r"(?:(?P<preposition>sur|pour|à propos|au sujet|concernant|en|avec|contre|dans|chez)\s+)?"
    r"(?P<new>[^?.!,;]+?)\s*[?.!]*$",
    re.IGNORECASE,
)
_ENGLISH_TOPICAL = word_set("about on of regarding concerning")
# A question in itself, however short; nothing can be put in the place of a name then.
_ENGLISH_CLAUSE = re.compile(
    r"\b(?:is|are|was|were|be|do|does|did|has|have|had|will|would|can|could|should|may|might|must|who|whom|whose|what|"
    r"which|when|where|why|how|if|whether|it|they|them|he|she|him|her|this|that|these|those)\b|n['’]t\b",
    re.IGNORECASE,
)
_FRENCH_CLAUSE = re.compile(
    r"\b(?:est|sont|était|a|ont|avait|sera|peut|va|qui|que|quoi|quand|où|comment|pourquoi|combien|quels?|quelles?|si|"
    r"il|elle|ils|elles|cela|ça|ce|on|lui|eux)\b|\w-t?-?(?:il|elle|ils|elles|on|ce)\b",
    re.IGNORECASE,
)
# What may stand behind a name that is used alone; a noun behind it makes the name part of something longer.
_AFTER_NAME = re.compile(
    rf"^(?:$|\s*[?.!,;:)»”]|['’]s?\b|\s+(?:\w+ed|\w+en|about|on|for|in|to|of|with|from|at|by|and|or|is|are|was|were|do|"
    rf"does|did|has|have|had|will|would|can|could|should|not|as|after|before|during|since|until|than|if|when|sur|pour|"
    rf"à|au|aux|de|du|des|dans|en|par|avec|et|ou|est|a|ont|sont|\w+é|\w+ée|\w+és|\w+ées|{_SAYING}|{_DIRE}|{_PENSER}|"
    r"make|cost|start|begin|end|work|plan|stand|take|go|come|know)\b|\s+\w+-t?-?(?:il|elle|ils|elles)\b)",
    re.IGNORECASE,
)
_DUMMY_IT = re.compile(
    r"\b(?:is|was|be|how|why|makes?|made|find)\s+it\s+(?:\w+ly\s+)?(?:true|possible|likely|necessary|important|clear|fair|"
    r"time|take|that|to)\b|\bit\s+(?:takes?|seems|rain|snow)\b|\bdoes it (?:take|matter|mean)\b",
    re.IGNORECASE,
)
_ENGLISH_PRONOUN = re.compile(r"\b(?P<pronoun>its|it|he|him|his|she|her|hers)\b", re.IGNORECASE)
_PEOPLE = word_set("he him his she her hers")
_POSSESSIVE = re.compile(r"\bher\s+(?!(?:about|on|to|for|in|at|with|and|or|by|from|say|do|go)\b)\w", re.IGNORECASE)
# Who does something is as likely a person as a thing, and no "it".
_ACTS = re.compile(rf"(?i:^who|\bqui)\s|\b(?i:did|does|do|has|had|will|would|should|can)\s+(?:{_NAME.pattern})\s+\w")
_ENGLISH_SAYER = re.compile(
    rf"\b(?:did|does|do|has|had|will|would)\s+(?P<name>{_NAME.pattern})\s+(?:\w+ly\s+)?{_SAYING}\b"
)
_ENGLISH_SAYS = re.compile(rf"\b(?:he|she)\s+(?:\w+ly\s+)?{_SAYING}\b", re.IGNORECASE)
_FRENCH_SAYER = re.compile(
    rf"\b(?i:qu['’](?:a|avait|ont)\s+{_DIRE}|que\s+{_PENSER})\s+(?P<name>{_NAME.pattern})"
    rf"|(?P<first>{_NAME.pattern})\s+(?:a-t-(?:il|elle)\s+{_DIRE}|{_PENSER}-t-(?:il|elle))",
)
_FRENCH_SAYS = re.compile(
    rf"\ba-t-(?:il|elle)\s+{_DIRE}\b|\b{_PENSER}-t-(?:il|elle)\b|\bqu['’](?:il|elle)\s+(?:a\s+)?(?:{_DIRE}|{_PENSER})\b",
    re.IGNORECASE,
)
_INVERTED = re.compile(
    r"(?P<verb>\b[\w’']+)(?P<link>-t-|-)(?P<pronoun>il|elle)\b(?P<rest>.*)", re.IGNORECASE | re.DOTALL
)
_INVERTED_NEXT = re.compile(r"\s+[\w’']+-t?-?(?:il|elle|ils|elles)\b")
_THAT_HE = re.compile(r"\b(?P<que>est-ce )?qu['’](?P<pronoun>il|elle)\b", re.IGNORECASE)
_DETERMINER = re.compile(
    r"(?:\b(?:de la|de l['’]|du|des|de|à la|à l['’]|au|aux|la|le|les)\s*|\b[dl]['’])$", re.IGNORECASE
)


def standalone_question(question: str, history: Sequence[tuple[str, str]]) -> str:
    """Write a follow-up so that it can be understood alone.

    Args:
        question: as typed.
        history: earlier (question, answer) pairs, oldest first; only the questions are read.

    Returns:
        the question with what it leaves unsaid filled in; the question itself where it stands alone, or where what is
        meant is not plain.
    """
    earlier = ""
    for asked, _ in history:
        earlier = _filled_in(asked, earlier)
    return _filled_in(question, earlier)


def _filled_in(question: str, earlier: str) -> str:
    language = _language(question)
    if not earlier or not question.strip():
        return question
    if language == "fr":
        rewritten = _french_ellipsis(question, earlier) or _french_pronoun(question, earlier)
    else:
        rewritten = _english_ellipsis(question, earlier) or _english_pronoun(question, earlier)
    return rewritten or question


def _language(text: str) -> str:
    return "fr" if detect_language(text) == "fr" else "en"


def _names(text: str) -> list[re.Match[str]]:
    """The names in a question that stand by themselves ("Moldova", not "the Moldovan reporter")."""
    return [match for match in _capitals(text) if _AFTER_NAME.match(text[match.end() :])]


def _capitals(text: str) -> list[re.Match[str]]:
    found = []
    position = 0
    while match := _NAME.search(text, position):
        first = match.group().split()[0]
        if first.lower().replace("’", "'") in _NOT_NAMES or _only_opens(text, match):
            position = match.start() + len(first)
            continue
        # A French elision belongs to the words around the name.
        elided = re.match(r"(?:[DLSdls]|[Qq]u)['’](?=\w)", match.group())
        if elided:
            position = match.start() + elided.end()
            continue
        found.append(match)
        position = match.end()
    return found


def _only_opens(text: str, name: re.Match[str]) -> bool:
    """Whether a word may carry its capital only because it opens a sentence ("Really?", "Becoming a …")."""
    opens = not text[: name.start()].strip() or text[: name.start()].rstrip()[-1] in ".!?…:"
    alone = len(name.group().split()) == 1 and not name.group().isupper()
    return opens and alone and not _INVERTED_NEXT.match(text[name.end() :])


def _english_ellipsis(question: str, earlier: str) -> str | None:
    match = _ENGLISH_ELLIPSIS.match(question.strip())
    if not match or _ENGLISH_CLAUSE.search(match["new"]) or len(match["new"].split()) > 6 or _language(earlier) != "en":
        return None
    new, preposition = match["new"].strip(), (match["preposition"] or "").lower()
    if swapped := _year_swapped(new, earlier):
        return swapped
    names = _names(earlier)
    sayer = _ENGLISH_SAYER.search(earlier)
    topics = [name for name in names if not sayer or name.start() != sayer.start("name")]
    if preposition:
        topics = [name for name in topics if _fits(preposition, _word_before(earlier, name.start()))]
    if not _NAME.match(re.sub(r"^the\s+", "", new, flags=re.IGNORECASE)):
        return None
    # "And Merkel?" after "What did Rutte say?" puts one speaker in the place of the other.
    if not topics and sayer and not preposition:
        return earlier[: sayer.start("name")] + new + earlier[sayer.end("name") :]
    if len(topics) != 1:
        return None
    start = topics[0].start()
    if earlier[:start].lower().endswith("the "):
        start -= 4
    return earlier[:start] + new + earlier[topics[0].end() :]


def _word_before(text: str, position: int) -> str:
    words = re.sub(r"\bthe\s*$", "", text[:position], flags=re.IGNORECASE).split()
    return words[-1].lower() if words else ""


def _fits(preposition: str, before: str) -> bool:
    return before == preposition or {before, preposition} <= _ENGLISH_TOPICAL


def _year_swapped(new: str, earlier: str) -> str | None:
    """The earlier question with another year, where both hold one."""
    years = _YEAR.findall(earlier)
    if not _YEAR.fullmatch(new.strip()) or len(years) != 1:
        return None
    return _YEAR.sub(new.strip(), earlier)


def _english_pronoun(question: str, earlier: str) -> str | None:
    found = list(_ENGLISH_PRONOUN.finditer(question))
    # The language of the earlier question does not matter: a name is the same in both.
    if len({match["pronoun"].lower() in _PEOPLE for match in found}) != 1 or _DUMMY_IT.search(question):
        return None
    # "It sounds good. How …": a remark's pronoun may mean anything.
    if not re.match(r"[^.!…]*\?", question[found[0].end() :]):
        return None
    people = found[0]["pronoun"].lower() in _PEOPLE
    name = _meant(earlier, "person" if people else "thing", says=bool(_ENGLISH_SAYS.search(question)))
    if name is None or name in question or (not people and _capitals(question[: found[0].start()])):
        return None
    first = found[0]
    pronoun = first["pronoun"].lower()
    owns = pronoun in ("its", "his") or (pronoun == "her" and bool(_POSSESSIVE.match(question[first.start() :])))
    if owns:
        name += "'" if name.endswith("s") else "'s"
    return question[: first.start()] + name + question[first.end() :]


def _meant(earlier: str, pronoun: Literal["person", "thing", "either"], *, says: bool) -> str | None:
    """The one name that a pronoun can stand for, or None where there is none or a choice."""
    sayers = _sayers(earlier)
    names = [_with_article(earlier, match) for match in _names(earlier)]
    others = [name for name in names if not any(name.endswith(sayer) for sayer in sayers)]
    # Who spoke before speaks again. Of those spoken of, no words tell a person from a place.
    if sayers and pronoun != "thing" and (says or not others):
        return sayers[0] if len(sayers) == 1 else None
    if sayers and pronoun != "thing":
        return None
    if pronoun == "thing" and _ACTS.search(earlier):
        return None
    return others[0] if len(others) == 1 else None


def _sayers(text: str) -> list[str]:
    """The names of those whose words a question asks for."""
    found = [match for pattern in (_ENGLISH_SAYER, _FRENCH_SAYER) for match in pattern.finditer(text)]
    return [name for match in found for name in match.groups() if name]


def _with_article(text: str, name: re.Match[str]) -> str:
    article = re.search(r"\b(?:the|la|le|les)\s+$|\b[lL]['’]$", text[: name.start()], re.IGNORECASE)
    return (article.group().lower() if article else "") + name.group()


def _french_ellipsis(question: str, earlier: str) -> str | None:
    match = _FRENCH_ELLIPSIS.match(question.strip())
    opened = re.match(r"^\W*(?:et|mais|ou|alors|qu['’]en|quid)\b", question, re.IGNORECASE)
    if not match or not opened or _language(earlier) != "fr" or len(match["new"].split()) > 6:
        return None
    new = match["new"].strip()
    if _FRENCH_CLAUSE.search(new):
        return None
    if swapped := _year_swapped(new, earlier):
        return swapped
    parted = re.match(
        r"^(?P<det>de la |de l['’]|du |des |d['’]|de |à la |à l['’]|au |aux |la |le |les |l['’])?(?P<name>.+)$",
        new,
        re.IGNORECASE,
    )
    names = _names(earlier)
    sayer = _FRENCH_SAYER.search(earlier)
    topics = [name for name in names if not sayer or name.start() not in (sayer.start("name"), sayer.start("first"))]
    if not parted or not _NAME.match(parted["name"]):
        return None
    if not topics and sayer and not match["preposition"]:
        topics = [name for name in names if name.start() in (sayer.start("name"), sayer.start("first"))]
    if len(topics) != 1:
        return None
    before = earlier[: topics[0].start()]
    held = _DETERMINER.search(before)
    if held:
        before = before[: held.start()]
    if match["preposition"] and not re.search(
        rf"\b{match['preposition']}(?: d[eu]s?)?\s*$", before.rstrip(), re.IGNORECASE
    ):
        return None
    leading = _joined(_preposition_of(held.group() if held else ""), _article_of(parted["det"] or ""), parted["name"])
    return f"{before}{leading}{earlier[topics[0].end() :]}"


def _preposition_of(determiner: str) -> str:
    """ "de" or "à" inside a French determiner ("du", "aux"), or nothing."""
    word = determiner.strip().lower()
    if word.startswith(("de", "d'", "d’", "du")):
        return "de"
    return "à" if word.startswith(("à", "au")) else ""


def _article_of(determiner: str) -> str:
    word = determiner.strip().lower().replace("’", "'")
    if word in ("du", "au"):
        return "le"
    if word in ("des", "aux"):
        return "les"
    return re.sub(r"^(?:de|à)\s*", "", word).removeprefix("d'")


def _joined(preposition: str, article: str, name: str) -> str:
    """A French name behind a preposition and an article, contracted: "du Kosovo", "d'Arctic Sentry"."""
    contracted = {("de", "le"): "du", ("de", "les"): "des", ("à", "le"): "au", ("à", "les"): "aux"}
    if (preposition, article) in contracted:
        return f"{contracted[preposition, article]} {name}"
    if preposition == "de" and not article and name[:1].lower() in _VOWELS:
        return f"d'{name}"
    ending = "" if article.endswith("'") else " "
    return "".join((f"{preposition} " if preposition else "", f"{article}{ending}" if article else "", name))


def _french_pronoun(question: str, earlier: str) -> str | None:
    name = _meant_in_french(question, earlier)
    if name is None:
        return None
    if match := _THAT_HE.search(question):
        joined = f"qu'{name}" if name[:1].lower() in _VOWELS else f"que {name}"
        return question[: match.start()] + (match["que"] or "") + joined + question[match.end() :]
    match = _INVERTED.search(question)
    if not match:
        return None
    before, verb = question[: match.start()], match["verb"]
    elided = re.match(r"^qu['’](?P<verb>a|avait|ont)$", verb, re.IGNORECASE)
    if elided:
        # "Qu'a-t-il dit de …" takes its subject behind the participle.
        participle = re.match(rf"^\s+{_DIRE}\b", match["rest"], re.IGNORECASE)
        return f"{before}{verb}{participle.group()} {name}{match['rest'][participle.end() :]}" if participle else None
    if re.search(r"\bque\s*$", before, re.IGNORECASE):
        return f"{before}{verb} {name}{match['rest']}"
    if not before.strip():
        return (
            f"{name[:1].upper()}{name[1:]} {verb[:1].lower()}{verb[1:]}{match['link']}{match['pronoun']}{match['rest']}"
        )
    if re.search(r"\b(?:quand|où|comment|pourquoi|combien)\s*$", before, re.IGNORECASE):
        return f"{before}{name} {verb}{match['link']}{match['pronoun']}{match['rest']}"
    return None


def _meant_in_french(question: str, earlier: str) -> str | None:
    pronouns = {
        match.group().lower()
        for match in re.finditer(r"(?<![\w’'])(?:il|elle)\b|(?<=['’])(?:il|elle)\b", question, re.IGNORECASE)
    }
    if len(pronouns) != 1 or _capitals(
        re.split(r"[\w’']+-t?-?(?:il|elle)\b|qu['’](?:il|elle)\b", question, maxsplit=1, flags=re.IGNORECASE)[0]
    ):
        return None
    says = bool(_FRENCH_SAYS.search(question))
    name = _meant(earlier, "either", says=says)
    if name is None:
        return None
    article = re.match(r"(la|le|les)\s", name)
    # "La Moldavie" is no "il"; of "the", and of names without an article, the words say nothing.
    agrees = not article or article[1] == ("le" if pronouns == {"il"} else "la")
    return name.removeprefix("the ") if agrees else None
