"""What could be a speaker's label, line by line: its syntax and how much its words look like a speaker (pure).

Nothing here decides; `rag/transcript/labelling.py` weighs the candidates of a whole text against each other.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from onrecord.rag.languages.labels import LabelWords
from onrecord.rag.people.labels import bare_label, is_role, without_elision
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.text.folding import fold
from onrecord.rag.transcript.lines import Line

# A label with its riding, outlet or title stays below this many characters; a bare line of a name below the second.
_LONGEST = 160
_LONGEST_BARE = 110
_MOST_WORDS = 12

_TIME = r"[\[(]?\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?[\])]?"
_PREFIX = re.compile(
    rf"(?:{_TIME}[ \t]*(?:[-–—|][ \t]*)?|#{{1,6}}[ \t]+|>>+[ \t]*|[—–•·-]+[ \t\u00a0]+|[*_]{{1,3}}(?=\S))*"
)
_TRAILING_TIME = re.compile(rf"[\s,|–—-]*{_TIME}\s*:?$")
_ONLY_TIME = re.compile(rf"\s*{_TIME}\s*$")
_STOP = re.compile(r"\.[*_]{0,3}[ \t\u00a0]+(?:[–—-][ \t\u00a0]*)?")
_DASH = re.compile(r"[ \t\u00a0]+[–—-]+[ \t\u00a0]+")
_BRACKET = re.compile(r"\[([^\[\]]{2,80})\](?::|[ \t\u00a0])[ \t\u00a0]*(?=\S)")
_GROUP = re.compile(r"\s*[(\[][^()\[\]]*(?:\([^()]*\)[^()\[\]]*)*[)\]]?")
_FORBIDDEN = re.compile(r"[?!;\"“”«»=@\\|<>{}…/*#_:]")


class Grade(IntEnum):
    """How much a label's own words look like a speaker's."""

    NONE = 0
    WORD = 1
    NAME = 2
    OFFICE = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A line that may open a turn.

    `start` is where the label begins with its marks, `words` where the spoken words of the same line begin (the
    line's end where the label has the line to itself). `key` is what two labels of one speaker share: the words before
    any comma or parenthesis. `style` names the way of marking: its opening marks and what
    ends the label.
    """

    line: int
    start: int
    words: int
    label: str
    key: str
    style: str
    grade: Grade
    alone: bool


def without_groups(label: str) -> str:
    """Take parentheses and brackets off a label."""
    return " ".join(_GROUP.sub(" ", label).split())


def candidates_of(line: Line, vocabulary: Vocabulary) -> Iterator[Candidate]:
    """All ways to read a line as the opening of a turn, with the grade of each; none of grade NONE."""
    known = vocabulary.words.labels
    prefix = _PREFIX.match(line.text[:_LONGEST])
    lead = prefix.end() if prefix else 0
    marks = _marks(line.text[:lead])
    body = line.text[lead:]
    for kind, raw, words in _readings(body[: 2 * _LONGEST], known):
        label = _clean(raw)
        if not label or len(label) > _LONGEST:
            continue
        grade = Grade.OFFICE if kind.startswith("letter") else grade_of(label, vocabulary)
        if grade is Grade.NONE:
            continue
        offset = line.start + lead + words
        alone = offset >= line.end or kind == "bare"
        yield Candidate(
            line=line.number,
            start=line.start,
            words=line.end if alone else offset,
            label=label,
            key=bare_label(without_groups(label).split(",")[0], known),
            style=marks + kind,
            grade=grade,
            alone=alone,
        )


def _marks(prefix: str) -> str:
    if ">>" in prefix:
        return "caption "
    if "*" in prefix or "_" in prefix or "#" in prefix:
        return "marked "
    if any(dash in prefix for dash in "—–•·-"):
        return "dashed "
    return "timed " if prefix else ""


def _readings(body: str, known: LabelWords) -> Iterator[tuple[str, str, int]]:
    """Yield (kind, label with its marks, offset of the words after it) for every way to cut a line."""
    letter, lone = _letters(known)
    if letter and (match := letter.match(body)):
        yield "letter", match.group(1) + match.group(2), match.end()
        return
    if lone and (match := lone.match(body)):
        yield "letter lone", match.group(1), match.end()
        return
    if (colon := _colon(body)) is not None:
        after = re.compile(r"[*_:]*[ \t\u00a0]*").match(body, colon + 1)
        words = after.end() if after else colon + 1
        rest = body[words:]
        yield "colon", body[:colon], len(body) if _ONLY_TIME.match(rest) else words
    if match := _BRACKET.match(body):
        yield "bracket", match.group(1), match.end()
    for match in _STOP.finditer(body, 0, _LONGEST):
        label = body[: match.start()]
        last = label.split()[-1] if label.split() else ""
        if len(last.strip(".")) > 1 and fold(last).strip(".") not in known.addresses:
            if (_may_stop(label, known) or match.group()[-2:].strip() in ("–", "—", "-")) and match.end() < len(body):
                yield "stop", label, match.end()
            break
    if (match := _DASH.search(body, 0, _LONGEST)) and match.end() < len(body) and body[match.start() - 1] != ".":
        yield "dash", body[: match.start()], match.end()
    if len(body) <= _LONGEST_BARE and body.rstrip("*_")[-1:] not in (".", "?", "!", "…", ":", ";", ",", "-", "—", "–"):
        yield "bare", body, len(body)


@functools.cache
def _letters(known: LabelWords) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
    """What "Q:", "A." and the like look like, and a lone "Q" before a capital; None where the language has neither."""
    asking = "".join(sorted(word.upper() for word in known.askers if len(word) == 1))
    answering = "".join(sorted(word.upper() for word in known.answerers if len(word) == 1))
    if not asking:
        return None, None
    blank = r"[ \t\u00a0]"
    ends = rf"(?:(?:{blank}*[.:)]|[–—-])[*_]*{blank}+|[*_]*{blank}{{2,}}|\t)(?=\S)"
    return (
        re.compile(rf"([{asking}{answering}])(\d{{0,2}}){ends}"),
        re.compile(rf"([{asking}])[ \u00a0](?=[A-ZÀ-Þ\"“‘«(\[—-])"),
    )


def _is_part(whole: str, known: LabelWords) -> bool:
    return whole in known.askers or whole in known.answerers or whole in known.moderators


def _is_small(word: str, known: LabelWords) -> bool:
    return word in known.joining or word in known.particles


def _colon(body: str) -> int | None:
    """Find the colon that ends a label: the first outside parentheses with a blank, a mark or nothing after it."""
    depth = 0
    fallback = None
    for position, character in enumerate(body[:_LONGEST]):
        if character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
        elif character == ":":
            following = body[position + 1 : position + 2]
            if following and following not in " \t\u00a0*_":
                continue
            if depth <= 0:
                return position
            if fallback is None and body[position - 1 : position] == ")":
                fallback = position
    return fallback


def _may_stop(label: str, known: LabelWords) -> bool:
    """A label that ends in a full stop is in capitals or opens with a form of address; a sentence does neither."""
    words = label.split()
    if fold(words[0]).strip(".") in known.addresses or _is_part(bare_label(label, known), known):
        return True
    return label == label.upper() and (len(words) > 1 or (len(label) > 3 and is_role(label, known)))


def _clean(raw: str) -> str:
    label = raw.strip(" \t\u00a0*_#>")
    label = _TRAILING_TIME.sub("", label)
    if label.startswith("[") and label.endswith("]") and label.count("[") == 1:
        label = label[1:-1]
    return label.strip(" \t\u00a0*_:")


def grade_of(label: str, vocabulary: Vocabulary) -> Grade:
    """Grade a label by its words alone.

    OFFICE: a part in the dialogue ("Q", "Moderator"), an office or a form of address, with or without a name.
    NAME: two words or more that the text never writes small. WORD: one such word. NONE: anything else.
    """
    main = without_groups(label).replace("_", " ")
    known = vocabulary.words.labels
    if _is_part(bare_label(main, known), known):
        return Grade.OFFICE
    primary, *tail = (part.strip() for part in main.split(","))
    tokens = primary.split()
    if not tokens or len(tokens) > _MOST_WORDS or _FORBIDDEN.search(primary):
        return Grade.NONE
    opening = fold(tokens[0]).strip(".'")
    second = fold(tokens[1]).strip(".") if len(tokens) > 1 else ""
    sentence = opening in vocabulary.words.sentence_ends.starters and second not in known.addresses
    # Some words open a sentence and a label or a surname alike: "The Chair", "De Haan".
    sentence = sentence and opening not in known.articles and opening not in known.particles
    if opening in known.fields or sentence or label.startswith("("):
        return Grade.NONE
    if not all(_may_follow(part, known) for part in tail):
        return Grade.NONE
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


def _may_follow(part: str, known: LabelWords) -> bool:
    """Whether what follows a comma in a label can be an outlet, an office or a country."""
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
        if (
            inner.endswith(".")
            and len(inner) > 2
            and folded not in known.addresses
            and folded not in known.generations | {"st"}
        ):
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
