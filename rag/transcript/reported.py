"""Whose words the quotations in news prose are (pure)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from onrecord.rag.languages import language
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.text.folding import fold
from onrecord.rag.transcript.roles import HONORIFICS, PARTICLES, ROLE_QUALIFIERS, is_role
from onrecord.rag.types import Reported, Span

# Shorter quotations are names and words held at arm's length, not speech.
_LEAST_WORDS = 3
_QUOTATION = re.compile(r"«[^«»]{2,3000}»|“[^“”]{2,3000}”|\"[^\"\n]{2,3000}\"")
_SAID_FR = (
    "déclaré|dit|affirmé|indiqué|souligné|ajouté|expliqué|précisé|estimé|insisté|rappelé|annoncé|assuré|répondu|conclu"
    "|lancé|poursuivi|confié|martelé|regretté|averti|prévenu|promis|reconnu|noté|relevé|décrit|qualifié|salué|réaffirmé"
    "|confirmé|évoqué|exprimé|appelé|demandé|plaidé|soutenu|écrit|observé|commenté|jugé|accusé|dénoncé|félicité"
    "|remercié|exhorté|résumé|démenti|réagi|glissé|tranché|avancé|admis"
    "|fait savoir|parlé|invité|mis en garde|critiqué|pointé|défendu|prononcé"
)
_SAYS_FR = (
    "déclare|dit|affirme|indique|souligne|ajoute|explique|précise|estime|insiste|rappelle|annonce|assure|répond|conclut"
    "|lance|poursuit|confie|martèle|regrette|avertit|prévient|promet|reconnaît|note|relève|décrit|qualifie|salue|réaffirme"
    "|confirme|évoque|plaide|soutient|écrit|observe|commente|juge|accuse|dénonce|résume|dément|glisse|tranche"
    "|admet|parle|pointe|défend"
)
_SAID_EN = (
    "said|says|told|added|adds|stated|explained|noted|warned|announced|insisted|replied|argued|stressed|continued|concluded"
    "|declared|wrote|asked|confirmed|acknowledged|claimed|emphasi[sz]ed|described|called|recalled|pledged|urged|tweeted"
    "|observed|remarked|thanked|praised|reaffirmed|promised|admitted|denied|responded|suggested|reiterated|cautioned"
)
_VERB = re.compile(
    rf"\b(?:(?:a|avait|s['’]est|est)\s+(?:[\w'’-]+\s+){{0,4}}?(?:{_SAID_FR})|(?:a|avait)-t-(?:il|elle|on)\s+(?:{_SAID_FR})"
    rf"|(?:{_SAYS_FR})(?:-t)?(?:-(?:il|elle))?|(?:{_SAID_EN}))\b",
    re.IGNORECASE,
)
_SOURCE = re.compile(r"\b(?:selon|d['’]après|pour|according to)\s+", re.IGNORECASE)
_PRONOUN = re.compile(r"(?<![\w'’])(?:il|elle|he|she)\b|-t-(?:il|elle)\b|qu['’](?:il|elle)\b", re.IGNORECASE)
_NAME = re.compile(
    r"[A-ZÀ-Þ][\w'’-]*(?:\s+(?:(?:de|du|von|van|der|den|ter|bin|al|el|la|le|di|da)\s+){0,2}[A-ZÀ-Þ][\w'’.-]*){0,4}"
)
_ARTICLE = re.compile(r"^(?:the|le|la|l['’]|un|une|a|an|his|her|son|sa)\s*", re.IGNORECASE)
_ADDRESS = re.compile(r"(?:\bM\.|\bMme|\bMe|\bMr\.?|\bMs\.?|\bMrs\.?|\bDr\.?)\s+$")
# An office stands at most this far before a name, and who is quoted at most this far after the verb.
_OFFICE_REACH, _SUBJECT_REACH = 110, 90


@dataclass(frozen=True, slots=True)
class _Mention:
    start: int
    end: int
    name: str | None
    role: str | None


def reported_in(text: str, spans: Sequence[Span], language: str, vocabulary: Vocabulary) -> tuple[Reported, ...]:
    """Find the quotations in news prose and who said them.

    Args:
        text: the briefing's text.
        spans: its paragraphs of news prose, in order.
        language: the prose's language.
        vocabulary: how the text writes its words.

    Returns:
        the words inside quotation marks, in order; the speaker is None where no sentence near by names one.
    """
    known: dict[str, _Mention] = {}
    found: list[Reported] = []
    focus: _Mention | None = None
    for span in spans:
        paragraph = text[span.start : span.end]
        quotations = list(_QUOTATION.finditer(paragraph))
        prose = _masked(paragraph, quotations)
        mentions = _mentions(prose, vocabulary, known)
        last: _Mention | None = None
        for start, end in _clauses(paragraph, quotations, language):
            inside = [match for match in quotations if start <= match.start() < end]
            said = [mention for mention in mentions if start <= mention.start < end]
            speaker, certain = _speaker(prose, start, end, said, focus)
            if not certain and inside and not _letters(prose[start:end]):
                # A sentence that is all quotation goes on where the one before it stopped.
                speaker = last
            if speaker is not None and (certain or not inside):
                focus = speaker
            for match in inside:
                quoted = match.group()[1:-1]
                if len(quoted.split()) >= _LEAST_WORDS:
                    left = match.start() + 1 + len(quoted) - len(quoted.lstrip())
                    right = left + len(quoted.strip())
                    found.append(
                        Reported(
                            span.start + left,
                            span.start + right,
                            speaker.name if speaker else None,
                            speaker.role if speaker else None,
                        )
                    )
                    last = speaker
    return tuple(found)


def _letters(prose: str) -> bool:
    return any(character.isalpha() for character in prose)


def _masked(paragraph: str, quotations: Sequence[re.Match[str]]) -> str:
    """Blank the quotations out, every character keeping its place."""
    pieces: list[str] = []
    position = 0
    for match in quotations:
        pieces.append(paragraph[position : match.start()])
        pieces.append(" " * (match.end() - match.start()))
        position = match.end()
    return "".join(pieces) + paragraph[position:]


def _clauses(paragraph: str, quotations: Sequence[re.Match[str]], code: str) -> list[tuple[int, int]]:
    """The paragraph's sentences, none of them ending inside a quotation that prose goes on after."""
    clauses: list[tuple[int, int]] = []
    start = 0
    number = 0
    for sentence in language(code).sentences(paragraph):
        while number < len(quotations) and quotations[number].end() < sentence.end:
            number += 1
        inside = number < len(quotations) and quotations[number].start() < sentence.end < quotations[number].end()
        if inside or sentence.end <= start:
            continue
        clauses.append((start, sentence.end))
        start = sentence.end
    if _letters(paragraph[start:]):
        clauses.append((start, len(paragraph)))
    return clauses


def _speaker(
    prose: str, start: int, end: int, mentions: Sequence[_Mention], focus: _Mention | None
) -> tuple[_Mention | None, bool]:
    """Who speaks in a sentence, and whether it says so itself; otherwise whoever spoke last."""
    source = _SOURCE.search(prose, start, end)
    if source:
        named = next((mention for mention in mentions if 0 <= mention.start - source.end() < 30), None)
        if named and (source.group().lower().strip() != "pour" or source.start() - start < 3):
            return named, True
    for verb in _VERB.finditer(prose, start, end):
        before = [mention for mention in mentions if mention.end <= verb.start() + 1]
        pronouns = list(_PRONOUN.finditer(prose, start, verb.end()))
        after = next((m for m in mentions if 0 <= m.start - verb.end() < _SUBJECT_REACH), None)
        gap = prose[verb.end() : after.start] if after else ""
        inverted = re.search(r"-t-(?:il|elle)\b|-(?:il|elle)$", verb.group(), re.IGNORECASE)
        if inverted or (pronouns and (not before or pronouns[-1].start() > before[-1].start)):
            return focus, focus is not None
        if before:
            return before[-1], True
        if after and len(gap.split()) <= 3 and "." not in gap:
            return after, True
    if mentions and mentions[0].start - start < 60 and not _PRONOUN.search(prose, start, mentions[0].start):
        opening = prose[start : mentions[0].start]
        if not _letters(opening) or opening.rstrip().endswith(","):
            return mentions[0], False
    return focus, False


def _mentions(prose: str, vocabulary: Vocabulary, known: dict[str, _Mention]) -> list[_Mention]:
    """People and offices named in a paragraph; surnames and offices alone stand for whom they named before."""
    found: list[_Mention] = []
    for match in _NAME.finditer(prose):
        mention = _mention(prose, match, vocabulary, known)
        if mention:
            found.append(mention)
    taken = [(mention.start, mention.end) for mention in found]
    for role, mention in list(known.items()):
        if not role.startswith("role "):
            continue
        office = rf"(?<!\w)(?:the|le|la|l['’])\s*{re.escape(role[5:])}\b(?!\s+(?:de|du|des|of|for)\b|\s+d['’])"
        for match in re.finditer(office, prose, re.IGNORECASE):
            if not any(start <= match.start() < end for start, end in taken):
                found.append(_Mention(match.start(), match.end(), mention.name, mention.role))
    return sorted(found, key=lambda mention: mention.start)


def _mention(prose: str, match: re.Match[str], vocabulary: Vocabulary, known: dict[str, _Mention]) -> _Mention | None:
    tokens = match.group().split()
    offset = match.start()
    address = _ADDRESS.search(prose, max(0, offset - 14), offset)
    begin = address.start() if address else offset
    while tokens and (_is_no_name(tokens[0], vocabulary) or (tokens[0] == "Me" and len(tokens) > 1)):
        if fold(tokens[0]).strip(".") not in HONORIFICS:
            begin = offset + len(tokens[0]) + 1
        offset += len(tokens[0]) + 1
        tokens = tokens[1:]
    if not tokens:
        return None
    name = re.sub(r"['’]s$", "", " ".join(tokens)).rstrip(".,")
    end = match.end()
    if len(tokens) == 1:
        earlier = known.get(fold(name))
        return _Mention(begin, end, earlier.name, earlier.role) if earlier else None
    role, start = _office_before(prose, begin)
    if role is None:
        role = _office_after(prose, end)
    same = known.get(fold(name))
    mention = _Mention(start, end, name, role or (same.role if same else None))
    known[fold(name)] = mention
    known[fold(name.split()[-1])] = mention
    if role:
        words = re.split(r"\s+(?:de|du|des|of|for|at|à|pour)\s+|\s+d['’]", role)[0].split()
        first = next((index for index, word in enumerate(words) if is_role(word)), 0)
        # "the secretary general of the Alliance" is later "the secretary general", "the secretary".
        for end in range(first + 1, len(words) + 1):
            known[f"role {' '.join(words[first:end])}"] = mention
    return mention


def _is_no_name(token: str, vocabulary: Vocabulary) -> bool:
    plain = fold(token).strip(".,'")
    return vocabulary.is_common(token) or is_role(token) or plain in HONORIFICS | ROLE_QUALIFIERS | PARTICLES


def _office_before(prose: str, start: int) -> tuple[str | None, int]:
    """The office printed right before a name, and where it begins: "le secrétaire général de l'OTAN, Jean Doe"."""
    before = prose[max(0, start - _OFFICE_REACH) : start]
    clause = re.split(r"[.;:()]|,\s(?=\S)", before.rstrip(" ,"))[-1]
    words = clause.split()
    first = next((index for index, word in enumerate(words) if is_role(_ARTICLE.sub("", word))), None)
    if first is None:
        return None, start
    while first and (fold(words[first - 1]) in ROLE_QUALIFIERS or words[first - 1].isupper()):
        first -= 1
    office = _ARTICLE.sub("", " ".join(words[first:]))
    if len(office.split()) > 9 or _VERB.search(office):
        return None, start
    place = before.rfind(words[first])
    return office, start - len(before) + place


def _office_after(prose: str, end: int) -> str | None:
    """The office in apposition after a name: "Jean Doe, ministre de la Défense,"."""
    match = re.match(r",\s+([^,.;:()]{3,90})(?=[,.;:(])", prose[end : end + 110])
    if not match:
        return None
    office = _ARTICLE.sub("", match.group(1).strip())
    words = office.split()
    return office if words and len(words) <= 10 and any(is_role(word) for word in words[:4]) else None
