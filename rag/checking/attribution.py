"""Who an article says spoke (pure; English and French)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from onrecord.rag.types import Span
from onrecord.rag.words import word_set


def _any_of(*lines: str) -> str:
    """An alternation of the words of some lines, the longest first."""
    return "|".join(sorted(word_set(*lines), key=lambda word: (-len(word), word)))


_SAID = _any_of(
    "said says told tells added adds explained explains insisted insists stated states noted notes argued argues",
    "replied replies answered answers asked asks warned warns announced announces declared declares stressed stresses",
    "continued continues concluded concludes claimed claims admitted admits acknowledged acknowledges confirmed",
    "confirms remarked remarks observed observes recalled recalls promised promises wrote writes repeated repeats",
    "reiterated underlined underlines emphasised emphasized joked pointed called calls described describes mentioned",
    "conceded vowed pledged responded thinks thought believes urged predicted assured reminded suggested quipped",
)
_DIT_PAST = _any_of(
    "dit déclaré affirmé ajouté expliqué insisté souligné assuré précisé répondu demandé averti annoncé estimé",
    "indiqué rappelé conclu poursuivi martelé lancé confié reconnu confirmé promis répété noté regretté salué jugé",
    "prévenu plaidé qualifié décrit évoqué réaffirmé soutenu avoué admis plaisanté résumé observé écrit parlé réclamé",
    "réagi exhorté appelé félicité remercié exprimé",
)
_DIT_NOW = _any_of(
    "dit déclare affirme ajoute explique insiste souligne assure précise répond demande avertit annonce estime",
    "indique rappelle conclut poursuit martèle lance confie reconnaît confirme promet répète note regrette salue juge",
    "prévient plaide qualifie décrit évoque soutient avoue admet plaisante résume observe écrit raconte réagit",
)
_CAPITAL = "A-ZÀ-ÖØ-ÞŒ"
_TITLE = r"(?:(?:Mr|Mrs|Ms|Dr|Prof|Hon|M|MM|Mme|Mlle|Me|Sir|Lord|Lady|Dame)\.?\s+)"
_PARTICLE = r"(?:d[eu]|des|van|von|der|den|ten|la|le|di|da|dos|al|el|bin|ibn|ben|y)"
_PART = rf"(?:[dDlL]['’]|O['’])?[{_CAPITAL}][\w'’‑-]*(?:(?<=\b[A-Z])\.)?"
NAME = rf"{_TITLE}?{_PART}(?:\s+(?:{_PARTICLE}\s+)*{_PART})*"
_PRONOUN = r"(?:he|she|they|it|who|il|elle|ils|elles|on|qui|celui-ci|celle-ci|ce dernier|cette dernière)"
_DETERMINER = r"(?:the|a|an|le|la|les|l['’]|un|une|our|its|his|her|notre|son|sa)"
_EN_VERB = rf"(?:{_SAID})"
_FR_PAST = (
    r"(?:a|ont|avait|aurait|s['’]est|a-t-(?:il|elle|on)|ont-(?:ils|elles))\s+"
    rf"(?:(?:\w+ment|aussi|également|encore|ensuite)\s+)?(?:{_DIT_PAST})e?s?"
)
_FR_NOW = rf"(?:{_DIT_NOW})(?:(?:-t)?-(?P<il>il|elle|on))?"
_VERB = re.compile(rf"\b(?:{_FR_PAST}|{_FR_NOW}|{_EN_VERB})(?![\w-])")
_ACCORDING = re.compile(r"\b(?:according to|in the words of|selon|d['’]après|aux yeux de)\s+", re.IGNORECASE)
_INVERTED = re.compile(r"\b(?:a-t-|ont-|(?:\w+)(?:-t)?-)(?P<pronoun>ils?|elles?|on)\b")

# What may stand between a subject and its verb.
_BETWEEN = re.compile(
    r"(?:\s+(?:has|have|had|also|then|later|however|again|further|himself|herself|earlier|repeatedly|once|ensuite|lui|leur|nous|"
    r"aussi|également|encore|l['’]|y|en|ne|on\s+\w+day|\w+ly))+\s*$"
)
_DAYS = word_set(
    "monday tuesday wednesday thursday friday saturday sunday lundi mardi mercredi jeudi vendredi samedi dimanche",
    "january february march april may june july august september october november december",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
)
_OPENERS = word_set(
    "the a an in on at but and as so when while after before for if this that these those it he she they we i asked",
    "answering speaking according yes no then there here earlier later however meanwhile also still to from with of",
    "le la les un une des dans sur mais et quand alors après avant pour si ce cette ces il elle ils elles nous on je",
    "interrogé interrogée selon hier aujourd'hui puis ensuite enfin ainsi lors à au aux de du en par d'après d’après",
)
_HONORIFICS = word_set(
    "mr mrs ms dr prof hon m mm mme mlle me sir lord lady dame the le la les l un une a an of de du des"
)
_ROLES = word_set(
    "secretary general minister ministre prime premier première president présidente président chief foreign defence",
    "defense chancellor chancelier senator sénateur commissioner commissaire ambassador ambassadeur spokesman",
    "spokesperson spokeswoman porte-parole moderator modérateur chair chairman chairwoman secrétaire général générale",
    "director directeur directrice governor gouverneur mayor maire king queen colonel admiral amiral captain doctor",
    "docteur deputy vice auditor reporter journalist journaliste correspondent correspondant official responsable",
    "officer medical transport infrastructure health santé défense intérieur head leader boss patron patronne",
    "intervieweur member députée député mp secretary-general préfet préfète professeur professor",
)
_PLAIN_ROLES = frozenset(
    "".join(letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter))
    for word in _ROLES
)
# A reported clause shorter than this ("said so", "added more") holds nothing to check.
_FEWEST_WORDS = 4
# "…, the minister for transport said on Tuesday": more words behind the last comma are a clause, not an attribution.
_LONGEST_TAIL = 12
_LONGEST_WHEN = 3
_LONGEST_TAG = 4


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who is said to speak, as the article names him; `pronoun` where it only says "he"."""

    named: str | None
    pronoun: bool = False


def attribution_after(text: str, quotation_ended: str) -> Attribution | None:
    """Read who spoke from what follows a quotation ("…,” said X", "» , a-t-il déclaré").

    `quotation_ended` is the last character inside the marks: a full stop there closes the sentence.
    """
    body = re.sub(r"^[\s,;–—-]+", "", text)
    if quotation_ended in ".…" and re.match(rf"\s+[{_CAPITAL}]", text):
        # A new sentence, unless all it says is who spoke ("“Yes.” Brook said.").
        first = re.split(r"[.!?…](?:\s|$)", body, maxsplit=1)[0]
        if len(first.split()) > _LONGEST_TAG or not _VERB.search(first):
            return None
    if according := _ACCORDING.match(body):
        return _subject_after(body[according.end() :])
    verb = _VERB.search(body)
    if verb is None or len(body[: verb.start()].split()) > 12:
        return None
    if inverted := _INVERTED.match(verb[0]):
        return Attribution(None, pronoun=inverted["pronoun"] != "")
    before = body[: verb.start()].strip()
    if before:
        return _subject_before(before)
    return _subject_after(body[verb.end() :])


def attribution_before(text: str) -> Attribution | None:
    """Read who spoke from what precedes a quotation in its sentence ("X said: “…", "Selon X, « …")."""
    if label := re.search(rf"(?:^|\n)\s*({NAME})\s*:\s*$", text):
        return _subject_before(label[1])
    verbs = list(_VERB.finditer(text))
    for verb in reversed(verbs):
        if _INVERTED.match(verb[0]):
            return Attribution(None, pronoun=True)
        found = _subject_before(text[: verb.start()].strip())
        if found is not None:
            return found
    if text.rstrip().endswith(":") and (person := _person_in(re.split(r"[.!?…]\s", text.strip())[-1])):
        # Whatever the verb, a colon introduces what the person of the clause says ("Ferrant was short: “…”").
        return Attribution(person)
    if view := re.match(rf"\s*Pour\s+({NAME}),\s*$", text):
        return Attribution(_trimmed(view[1]))
    for according in reversed(list(_ACCORDING.finditer(text))):
        found = _subject_after(text[according.end() :])
        if found is not None:
            return found
    return None


def last_speaker(text: str) -> str | None:
    """Name the person whom `text` last says to say something; None where it names none."""
    for verb in reversed(list(_VERB.finditer(text))):
        line = re.split(r"[.!?…:;]\s|[\n“”«»\"]", text[: verb.start()])[-1]
        subject = _subject_before(line.strip(), anywhere=False)
        if subject is not None and subject.named and not _is_role(subject.named):
            return subject.named
    return None


def opening_person(text: str) -> str | None:
    """Name the person with whom a sentence of `text` last began ("Health Minister Clarisse Audrenne was blunt.")."""
    found = None
    for match in re.finditer(rf"(?:^|[.!?…]\s+|\n\s*)(?:[\w’'-]+\s*,\s+)?({NAME})(?=[\s,])", text):
        named = _trimmed(match[1])
        if named and len(_name_words(named) - _PLAIN_ROLES) > 1:
            found = named
    return found


def last_person(text: str) -> str | None:
    """Name the person whom `text` names last, whatever about."""
    return _person_in(text)


def _is_subject(text: str) -> bool:
    """Whether a name, a pronoun or a role begins here, and no other object of the verb."""
    described = re.match(rf"{_DETERMINER}\s?(?P<first>[\w’'-]+)", text, re.IGNORECASE)
    if described:
        return _plain(described["first"]) in _PLAIN_ROLES
    return bool(re.match(rf"{NAME}|{_PRONOUN}\b", text))


def _is_role(named: str) -> bool:
    return bool(re.match(rf"{_DETERMINER}\b", named, re.IGNORECASE))


def _subject_before(text: str, *, anywhere: bool = True) -> Attribution | None:
    """The subject whose verb comes next; `anywhere` takes a person named earlier in the clause where none adjoins."""
    text = _BETWEEN.sub("", f"{text.rstrip()} ").rstrip()
    if text.endswith(","):
        # "X, the minister, said": what stands between the commas is said about X.
        aside = re.search(r",\s*([^,]*),$", text)
        if aside and " " in aside[1] and re.fullmatch(NAME, aside[1]) and not _name_words(aside[1]) <= _PLAIN_ROLES:
            return Attribution(aside[1])
        text = re.sub(r",[^,]*,$", "", text)
    if re.search(rf"(?:^|[\s'’]){_PRONOUN}$", text, re.IGNORECASE):
        return Attribution(None, pronoun=True)
    if match := re.search(rf"({NAME})$", text):
        named = _trimmed(match[1])
        if named:
            return Attribution(named)
    if match := re.search(
        rf"(?:^|[\s,'’])({_DETERMINER}\s?(?:(?!{_DETERMINER}\s)[\w'’‑-]+\s+){{0,7}}[\w‑-]+)$", text, re.IGNORECASE
    ):
        return Attribution(_person_in(match[1]) or match[1])
    name = _person_in(text) if anywhere else None
    return Attribution(name) if name else None


def _subject_after(text: str) -> Attribution | None:
    """The subject whose verb came just before ("said X", "a déclaré le ministre, X,")."""
    text = (
        re.split(r"[.;:!?“«\"\n](?:\s|$)", text.strip(), maxsplit=1)[0]
        if not re.match(_TITLE, text.strip())
        else text.strip()
    )
    head, _, rest = text.partition(",")
    if re.match(rf"{_PRONOUN}\b", head, re.IGNORECASE):
        return Attribution(None, pronoun=True)
    described = re.match(rf"{_DETERMINER}\s?\w", head, re.IGNORECASE)
    apposition = re.match(rf"\s*({NAME})", rest) if described else None
    # "said the Minister of Defence of Corvanne, Mathieu Kerbrunec": the name behind the comma, not the country.
    if apposition and " " in apposition[1] and (named := _trimmed(apposition[1])):
        return Attribution(named)
    if name := _person_in(head, first=True):
        return Attribution(name)
    return Attribution(" ".join(head.split()[:8])) if described else None


def _person_in(text: str, *, first: bool = False) -> str | None:
    """A person's name in a stretch of text: the last one, or the first."""
    names = [named for match in re.finditer(NAME, text) if (named := _trimmed(match[0]))]
    people = [named for named in names if not _name_words(named) <= _PLAIN_ROLES]
    return (people[0] if first else people[-1]) if people else None


def _trimmed(name: str) -> str | None:
    """A name without what only the start of a sentence or a date capitalised."""
    words = name.split()
    while words and _plain(words[0]) in _OPENERS:
        words = words[1:]
    while words and _plain(words[-1]) in _DAYS:
        words = words[:-1]
    return " ".join(words).strip(",.'’") or None


def _plain(word: str) -> str:
    letters = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _ordered(text: str) -> list[str]:
    """The words of a name, without accents and the genitive's s."""
    return [word for word in re.findall(r"[^\W_]+", re.sub(r"['’]s\b", "", _plain(text))) if word]


def _name_words(text: str) -> set[str]:
    return set(_ordered(text)) - _HONORIFICS


@dataclass(frozen=True, slots=True)
class IndirectSpeech:
    """A sentence that reports speech in its own words: `said` is the slice of it that was said."""

    said: Span
    attribution: Attribution


# "said that …", "told reporters on Thursday that …", "a déclaré hier que …".
_THAT = re.compile(r"^(?:[^,.;:]{0,60}?\s)?(?:that\s+|que\s+|qu['’])(?=\w)")
_PLAIN_SAID = re.compile(r"^(?:said|says|added|adds)$")


def indirect_speech(sentence: str) -> IndirectSpeech | None:
    """Read "X said that …", "X a déclaré que …", "According to X, …" or "…, said X"; None for another sentence."""
    if according := re.match(
        r"(?:according to|selon|d['’]après)\s+([^,]+(?:,[^,]+(?=,))?),\s+", sentence, re.IGNORECASE
    ):
        subject = _subject_after(according[1])
        if subject is not None:
            return _indirect(sentence, according.end(), len(sentence), subject)
    for verb in _VERB.finditer(sentence):
        subject = _subject_before(sentence[: verb.start()].strip()) if sentence[: verb.start()].strip() else None
        following = sentence[verb.end() :]
        that = _THAT.match(following.lstrip())
        offset = len(sentence) - len(following.lstrip())
        if subject is not None and that is not None:
            return _indirect(sentence, offset + that.end(), len(sentence), subject)
        plain = _PLAIN_SAID.match(verb[0]) and re.match(r"\s+[a-z]", following)
        if subject is not None and plain and len(following.split()) >= _FEWEST_WORDS:
            return _indirect(sentence, offset, len(sentence), subject)
    bare = sentence.rstrip(".!? ")
    for comma in re.finditer(r",\s+", bare):
        tail = bare[comma.end() :]
        spoken = _VERB.search(tail)
        # Behind a subject that stands before its verb only a day or a place may follow: "…, she said on Monday".
        closes = bool(_ACCORDING.match(tail))
        if spoken is not None:
            rest = tail[spoken.end() :].strip()
            closes = closes or (_is_subject(rest) if spoken.start() == 0 else len(rest.split()) <= _LONGEST_WHEN)
        subject = attribution_after(tail, ",") if closes and len(tail.split()) <= _LONGEST_TAIL else None
        if subject is not None:
            return _indirect(sentence, 0, comma.start(), subject)
    return None


def _indirect(sentence: str, start: int, end: int, subject: Attribution) -> IndirectSpeech | None:
    said = sentence[start:end].rstrip(" .!?\n")
    if len(said.split()) < _FEWEST_WORDS:
        return None
    return IndirectSpeech(Span(start, start + len(said)), subject)
