"""How much the words of what may be a label look like a speaker's (pure)."""

from __future__ import annotations

import re
from enum import IntEnum

from onrecord.rag.languages.labels import LabelWords
from onrecord.rag.people.roles import bare_label, is_role, without_elision, without_groups
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.people.voices import is_voice
from onrecord.rag.text.folding import fold
from onrecord.rag.transcript.cutting import is_part

_MOST_WORDS = 12
# What a name on a screen has at most; longer ones are sentences.
_FEW_WORDS = 6
_FORBIDDEN = re.compile(r"[?!;\"“”«»=@\\|<>{}…/*#_:]")
# What parts a name from what it belongs to: "Jane Doe | Ministry", "Jane Doe - Daily Planet".
_BELONGING = re.compile(r"\s+[|–—-]\s+")
_SENTENCE = re.compile(r"[?!;…\"“”«»=<>{}]|[^\W\d_]{4,}\.\s")


class Grade(IntEnum):
    """How much a label's own words look like a speaker's."""

    NONE = 0
    WORD = 1
    NAME = 2
    OFFICE = 3


def grade_of(label: str, vocabulary: Vocabulary) -> Grade:
    """Grade a label by its words alone.

    OFFICE: a part in the dialogue ("Q", "Moderator", "Speaker 1"), an office or a form of address, with or without a
    name. NAME: two words or more that the text never writes small. WORD: one such word. NONE: anything else.
    """
    known = vocabulary.words.labels
    main = without_groups(label).replace("_", " ")
    whole = bare_label(main, known)
    if is_part(whole, known) or (is_voice(main) and not known.voices.isdisjoint(whole.split())):
        return Grade.OFFICE
    main, *belonging = _BELONGING.split(main)
    primary, *tail = (part.strip() for part in main.split(","))
    tokens = primary.split()
    if not tokens or len(tokens) > _MOST_WORDS or _FORBIDDEN.search(primary) or label.startswith("("):
        return Grade.NONE
    if _opens_sentence(tokens, vocabulary) or not all(_may_follow(part, known) for part in (*tail, *belonging)):
        return Grade.NONE
    said = vocabulary.words.saying.said
    if verb := next((place for place, token in enumerate(tokens) if place and token in said), None):
        # "HON. A. BELL asked the Government:" heads a question put in writing; "the Premier replied:" is prose.
        printed = any(token.isupper() and len(token) > 2 for token in tokens[:verb])
        return Grade.OFFICE if printed and grade_of(" ".join(tokens[:verb]), vocabulary) is Grade.OFFICE else Grade.NONE
    if is_part(fold(tokens[0]), known) and len(tokens[0]) > 1 and 1 < len(tokens) <= 4:
        # "Question Jane Doe"
        rest = _parts(tokens[1:], known)
        return Grade.OFFICE if rest and rest[1] and not rest[2] else Grade.NONE
    address = False
    while tokens and fold(tokens[0]).strip(".") in known.addresses | known.articles:
        address = address or fold(tokens[0]).strip(".") in known.addresses
        tokens = tokens[1:]
    parts = _parts(tokens, known)
    if parts is None:
        return Grade.NONE
    office, names, complement = parts
    real = [name for name in names if not vocabulary.is_common(name.rstrip("."))]
    if address and tokens:
        return Grade.OFFICE
    if office:
        if names and not real:
            return Grade.OFFICE if primary.isupper() else Grade.WORD
        return Grade.NAME if complement > 1 else Grade.OFFICE
    if any(character.isdigit() for character in primary):
        return Grade.NONE
    if len(names) >= 2 and real:
        return Grade.NAME
    return Grade.WORD if real and len(real[0].strip(".")) > 1 else Grade.NONE


def may_be_screen_name(label: str, vocabulary: Vocabulary) -> bool:
    """Whether a label may be what somebody is called on a screen, in whatever case and script: "tohara", "iPhone (2)".

    Only the use that a text makes of it can tell that it is one.
    """
    main = without_groups(label)
    tokens = main.split()
    if not tokens or len(tokens) > _FEW_WORDS or _SENTENCE.search(label) or not tokens[0][0].isalpha():
        return False
    return not _opens_sentence(tokens, vocabulary) and any(map(str.isalpha, main))


def _opens_sentence(tokens: list[str], vocabulary: Vocabulary) -> bool:
    """Whether the first words name a field of a page or begin a sentence."""
    known = vocabulary.words.labels
    opening = fold(tokens[0]).strip(".'")
    if opening in known.fields:
        return True
    second = fold(tokens[1]).strip(".") if len(tokens) > 1 else ""
    starts = opening in vocabulary.words.sentence_ends.starters and second not in known.addresses
    # Some words open a sentence and a label or a surname alike: "The Chair", "De Haan".
    return starts and opening not in known.articles and opening not in known.particles


def _may_follow(part: str, known: LabelWords) -> bool:
    """Whether what follows a comma or a dash in a label can be an outlet, an office or a country."""
    tokens = part.split()
    if len(tokens) > _MOST_WORDS or _FORBIDDEN.sub("", part) != part.replace("/", "").replace(":", ""):
        return False
    return len(tokens) <= 1 or _parts(tokens, known) is not None


def _parts(tokens: list[str], known: LabelWords) -> tuple[bool, list[str], int] | None:
    """Tell office words, names and the number of small words that complete an office ("de la défense nationale").

    Returns None where a word is none of these, as in a sentence.
    """
    office = False
    names: list[str] = []
    complement = 0
    completing = False
    for position, token in enumerate(tokens):
        inner = without_elision(token, known)
        folded = fold(inner).strip(".")
        first = next((character for character in inner if character.isalnum()), "")
        if re.fullmatch(r"[^.]{2,}\.", inner) and folded not in known.addresses | known.generations:
            return None
        if is_role(inner, known):
            office = True
        elif first.isdigit():
            if position != len(tokens) - 1 or not (office or names) or len(inner) > 3:
                return None
        elif first.isupper():
            if folded not in known.qualifiers and not _is_small(folded, known):
                names.append(inner)
        elif _is_small(token, known):
            completing = office and (token in known.joining or inner != token)
        elif folded in known.qualifiers or folded in known.addresses:
            continue
        elif office and (completing or complement or inner != token):
            complement += 1
        else:
            return None
        if inner != token and office:
            completing = True
    return office, names, complement


def _is_small(word: str, known: LabelWords) -> bool:
    return word in known.joining or word in known.particles
