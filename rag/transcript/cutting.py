"""Where a line may part into a speaker's label and spoken words: marks alone, whatever the words say (pure)."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from onrecord.rag.languages.labels import LabelWords
from onrecord.rag.people.names import CAPITAL
from onrecord.rag.people.roles import bare_label, is_role
from onrecord.rag.text.folding import fold
from onrecord.rag.transcript.lines import HIDDEN

# A label with its riding, outlet or title stays below this many characters; a bare line of a name below the second.
LONGEST = 160
_LONGEST_BARE = 110

_BLANK = r"[ \t\u00a0]"
_TIME = r"[\[(]?\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?[\])]?"
_PREFIX = re.compile(
    rf"(?:{_TIME}[ \t]*(?:[-–—|][ \t]*)?|#{{1,6}}[ \t]+|>>+[ \t]*|[—–•·-]+[ \t\u00a0]+|[*_]{{1,3}}(?=\S))*"
)
_TRAILING_TIME = re.compile(rf"[\s,|–—-]*{_TIME}\s*:?$")
_ONLY_TIME = re.compile(rf"\s*{_TIME}\s*$")
_AFTER_COLON = re.compile(rf"[*_:]*(?:{_BLANK}|{HIDDEN})*")
_STOP = re.compile(rf"\.[*_]{{0,3}}{_BLANK}+(?:[–—-]{_BLANK}*)?")
_STOP_AND_DASH = re.compile(rf"\.{_BLANK}?[-–—]+(?:{_BLANK}+|$)")
_DASH = re.compile(rf"{_BLANK}+[–—-]+{_BLANK}+")
_TAB = re.compile(r" *\t\s*(?=\S)")
_TIMED = re.compile(rf"\s*{HIDDEN}+\s*(?=[^\s:])")
_BRACKET = re.compile(rf"\[([^\[\]]{{2,80}})\](?::|{_BLANK}){_BLANK}*(?=\S)")
# Initials, alone or as the last of a form of address and initials ("HON. F.S. KELLER").
_INITIALS = re.compile(r"[^\W\d_](?:\.[^\W\d_]){0,3}\.?")
# Who asks, in parentheses behind the "Q:", with their outlet: "Q: (Jane Doe – Daily Planet) Minister, …".
_ASKER = re.compile(rf"\(([^()]{{3,80}}(?:,|{_BLANK}[-–—|/]){_BLANK}[^()]{{2,80}})\){_BLANK}*:?{_BLANK}*(?=\S)")


@dataclass(frozen=True, slots=True)
class Cut:
    """One way to part a line: the kind of mark, the label, and how far into the line the words begin."""

    kind: str
    label: str
    words: int


def cuts_of(text: str, known: LabelWords) -> Iterator[Cut]:
    """All ways to part a line; where the label has the line to itself the words begin at its end.

    The kind tells the marks before the label ("marked" by Markdown, "dashed", "caption" by ">>", "timed") and what
    ends it: "letter", "letter lone", "colon", "timed" by a time, "bracket", "stopdash", "stop", "dash", "tab", "bare".
    """
    prefix = _PREFIX.match(text[:LONGEST])
    lead = prefix.end() if prefix else 0
    marks = _marks(text[:lead])
    for kind, raw, words in _readings(text[lead : lead + 2 * LONGEST], known):
        label = _clean(raw)
        if label and len(label) <= LONGEST:
            alone = kind == "bare" or lead + words >= len(text)
            yield Cut(marks + kind, label, len(text) if alone else lead + words)


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
        asker = _ASKER.match(body, match.end())
        yield "letter", body[: asker.end()] if asker else match.group(1), (asker or match).end()
        return
    if lone and (match := lone.match(body)):
        yield "letter lone", match.group(1), match.end()
        return
    if (colon := _colon(body)) is not None:
        after = _AFTER_COLON.match(body, colon + 1)
        words = after.end() if after else colon + 1
        rest = body[words:]
        yield "colon", body[:colon], len(body) if _ONLY_TIME.match(rest) else words
    elif match := _TIMED.search(body, 1, LONGEST):
        yield "timed", body[: match.start()], match.end()
    if match := _BRACKET.match(body):
        yield "bracket", match.group(1), match.end()
    if match := _STOP_AND_DASH.search(body, 1, LONGEST):
        yield "stopdash", body[: match.start()], match.end()
    elif (stop := _stop(body, known)) is not None:
        yield "stop", body[: stop.start()], stop.end()
    if (match := _DASH.search(body, 0, LONGEST)) and match.end() < len(body) and body[match.start() - 1] != ".":
        yield "dash", body[: match.start()], match.end()
    if match := _TAB.search(body, 1, LONGEST):
        yield "tab", body[: match.start()], match.end()
    if len(body) <= _LONGEST_BARE and body.rstrip("*_")[-1:] not in (".", "?", "!", "…", ":", ";", ",", "-", "—", "–"):
        yield "bare", body, len(body)


@functools.cache
def _letters(known: LabelWords) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
    """What "Q:", "A." and the like look like, and a lone "Q" before a capital; None where the language has neither."""
    asking = "".join(sorted(word.upper() for word in known.askers if len(word) == 1))
    answering = "".join(sorted(word.upper() for word in known.answerers if len(word) == 1))
    if not asking:
        return None, None
    ends = rf"(?:(?:{_BLANK}*[.:)]|[–—-])[*_]*{_BLANK}+|[*_]*{_BLANK}{{2,}}|\t)(?=\S)"
    return (
        re.compile(rf"([{asking}{answering}]\d{{0,2}}){ends}"),
        re.compile(rf"([{asking}])[ \u00a0](?={CAPITAL}|[\"“‘«(\[—-])"),
    )


def _stop(body: str, known: LabelWords) -> re.Match[str] | None:
    """The full stop that ends a label: the first behind a word that is neither initials nor a form of address."""
    for match in _STOP.finditer(body, 0, LONGEST):
        label = body[: match.start()]
        last = label.split()[-1] if label.split() else ""
        if last and not _INITIALS.fullmatch(last) and fold(last).strip(".") not in known.addresses:
            dashed = match.group().strip(" \t\u00a0*_.") != ""
            return match if (dashed or _may_stop(label, known)) and match.end() < len(body) else None
    return None


def _may_stop(label: str, known: LabelWords) -> bool:
    """A label that ends in a full stop is in capitals or opens with a form of address; a sentence does neither."""
    words = label.split()
    whole = bare_label(label, known)
    if fold(words[0]).strip(".") in known.addresses or is_part(whole, known):
        return True
    if len(words) > 1 and fold(words[0]) in known.articles:
        words = words[1:]
    return all(word == word.upper() for word in words) and (
        len(words) > 1 or (len(words[0]) > 3 and is_role(words[0], known))
    )


def is_part(whole: str, known: LabelWords) -> bool:
    """Whether a bare label is a part in a dialogue: who asks, answers or leads."""
    return whole in known.askers or whole in known.answerers or whole in known.moderators


def _colon(body: str) -> int | None:
    """Find the colon that ends a label: the first outside parentheses with a blank, a mark or nothing after it."""
    depth = 0
    fallback = None
    for position, character in enumerate(body[:LONGEST]):
        if character in "([":
            depth += 1
        elif character in ")]":
            depth -= 1
        elif character == "：" and depth <= 0:
            return position
        elif character == ":":
            following = body[position + 1 : position + 2]
            if following and following not in f" \t\u00a0*_{HIDDEN}":
                continue
            if depth <= 0:
                return position
            if fallback is None and body[position - 1 : position] == ")":
                fallback = position
    return fallback


def _clean(raw: str) -> str:
    label = raw.replace(HIDDEN, " ").strip(" \t\u00a0*_#>")
    label = _TRAILING_TIME.sub("", label)
    if label.startswith("[") and label.endswith("]") and label.count("[") == 1:
        label = label[1:-1]
    return label.strip(" \t\u00a0*_:")
