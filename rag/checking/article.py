"""An article's quotations and attributed statements, with who it says spoke (pure; English and French)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from onrecord.rag.checking.attribution import (
    Attribution,
    attribution_after,
    attribution_before,
    indirect_speech,
    last_person,
    last_speaker,
    opening_person,
)
from onrecord.rag.languages import language
from onrecord.rag.languages.detection import detect_language
from onrecord.rag.types import Span

ClaimKind = Literal["quotation", "statement"]

_MARK = re.compile(r"[“”„‟«»\"‘’'‹›]|\n")
_CLOSES = {"”": "“„‟", "“": "„", "»": "«", "›": "‹"}
_TERMINAL = '.!?…:»”"'
# Text between two quotations that makes them one: "…,” she said, “…".
_INTERRUPTION = re.compile(r"^\s*,?\s*[^.!?…:;«»“”\"\n]{3,120},\s*$")
# The same inside French marks: « Nous allons, a-t-il dit, renforcer… ».
_INCISE = re.compile(
    r"\s*,\s*(?:(?:a|ont)-t-(?:il|elle|on|ils|elles)|\w+(?:-t)?-(?:il|elle|on)|(?:a|ont)\s+\w+(?:é|it|u|is)[es]*)\b[^,«»“”\"\n]{0,60},\s*"
)
_ENDS_SENTENCE = re.compile(
    r"(?<![\s(][A-ZÀ-Ý])(?<!\b(?:Mr|Ms|Dr|MM))(?<!\b(?:Mrs|Mme|Hon))(?<!\bProf)[.!?…]+[”»\"’]?\s+(?=[\[(“«\"‘A-ZÀ-ÝŒ])|\n"
)


@dataclass(frozen=True, slots=True)
class Claim:
    """Something the article says was said: `article[start:end]`, marks included.

    `text` is the wording to be checked; `pieces` are its parts where the article interrupts it (one part otherwise).
    `speaker` is the name or role that the article gives, None where it gives none; `inferred` where it only says "he"
    or goes on quoting. A `statement` is reported in the article's own words ("X said that …").
    """

    kind: ClaimKind
    start: int
    end: int
    text: str
    pieces: tuple[str, ...]
    speaker: str | None = None
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class _Marked:
    start: int
    end: int
    inner: Span


def claims(article: str) -> list[Claim]:
    """List the quotations and the attributed statements of an article, in order."""
    groups = _joined(article, list(_marked(article)))
    found: list[tuple[Claim, Attribution | None]] = []
    for position, group in enumerate(groups):
        after = groups[position + 1][0].start if position + 1 < len(groups) else len(article)
        before = groups[position - 1][-1].end if position else 0
        found.append((_quotation(article, group), _attribution(article, group, before, after)))
    found += _statements(article, [claim for claim, _ in found])
    found.sort(key=lambda pair: pair[0].start)
    resolved: list[Claim] = []
    for claim, attribution in found:
        resolved.append(_with_speaker(article, claim, attribution, resolved))
    return resolved


def _marked(article: str) -> Iterator[_Marked]:
    """The outermost quotations; one that is never closed ends with its paragraph."""
    wrapped = _is_wrapped(article)
    stack: list[tuple[str, int]] = []
    for match in _MARK.finditer(article):
        sign, position = match[0], match.start()
        if sign == "\n":
            rest = article[position + 1 :].lstrip(" \t\u00a0\u202f")
            if stack and (rest.startswith("\n") or not rest or (not wrapped and _ends_paragraph(article, position))):
                opening, start = stack[0]
                stack.clear()
                if opening not in "'‘":
                    end = len(article[:position].rstrip())
                    yield from _one(article, start, end, end)
        elif sign in _CLOSES and any(opening in _CLOSES[sign] for opening, _ in stack):
            while stack:
                opening, start = stack.pop()
                if opening in _CLOSES[sign]:
                    break
            if not stack:
                yield from _one(article, start, position + 1, position)
        elif sign in "“„«‹‟":
            stack.append((sign, position))
        elif sign == '"':
            if any(opening == '"' for opening, _ in stack):
                while stack and stack[-1][0] != '"':
                    stack.pop()
                _, start = stack.pop()
                if not stack:
                    yield from _one(article, start, position + 1, position)
            elif _may_open(article, position):
                stack.append((sign, position))
        elif sign in "’'" and any(opening in "‘'" for opening, _ in stack):
            if not _closes_single(article, position):
                continue
            while stack[-1][0] not in "‘'":
                stack.pop()
            _, start = stack.pop()
            if not stack:
                yield from _one(article, start, position + 1, position)
        elif sign in "‘'" and _opens_single(article, position):
            stack.append((sign, position))
    if stack and stack[0][0] not in "'‘":
        yield from _one(article, stack[0][1], len(article.rstrip()), len(article.rstrip()))


def _one(article: str, start: int, end: int, inner_end: int) -> Iterator[_Marked]:
    inner = article[start + 1 : inner_end]
    if any(character.isalnum() for character in inner):
        lead = len(inner) - len(inner.lstrip())
        yield _Marked(start, end, Span(start + 1 + lead, start + 1 + len(inner.rstrip())))


def _is_wrapped(article: str) -> bool:
    """Whether lines are broken by width, so that a line's end is no paragraph's end."""
    ends = [match.start() for match in re.finditer(r"(?<=\S)[ \t]*\n(?=[ \t]*\S)", article)]
    return bool(ends) and sum(not _ends_paragraph(article, end) for end in ends) * 2 > len(ends)


def _ends_paragraph(article: str, position: int) -> bool:
    return article[:position].rstrip()[-1:] in tuple(_TERMINAL)


def _may_open(article: str, position: int) -> bool:
    return position == 0 or not (article[position - 1].isalnum() or article[position - 1] in ".,;!?")


def _opens_single(article: str, position: int) -> bool:
    """A single mark opens at a word's start, if one that can close it follows in the paragraph."""
    if not _may_open(article, position) or not article[position + 1 : position + 2].isalnum():
        return False
    paragraph = article[position + 1 :].split("\n", 1)[0]
    return any(_closes_single(article, position + 1 + match.start()) for match in re.finditer("[’']", paragraph))


def _closes_single(article: str, position: int) -> bool:
    """An apostrophe inside or behind a word ("Allies’ forces") closes nothing; a mark at punctuation does."""
    before, after = article[position - 1 : position], article[position + 1 : position + 2]
    if after.isalnum():
        return False
    return before in tuple('.,!?…”"') or (before.isalnum() and (not after or after in '.,;:!?…)—–”"\n'))


def _joined(article: str, marked: Sequence[_Marked]) -> list[list[_Marked]]:
    """Put together what the article interrupts in mid-sentence ("…,” she said, “…") or by a new paragraph.

    A quotation of several paragraphs opens anew in each and closes in the last.
    """
    groups: list[list[_Marked]] = []
    for one in marked:
        last = groups[-1][-1] if groups else None
        between = article[last.end : one.start] if last else ""
        goes_on = last is not None and last.end == last.inner.end and not between.strip()
        if goes_on or (
            last and _INTERRUPTION.match(between) and attribution_after(between, article[last.inner.end - 1])
        ):
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def _attribution(article: str, group: Sequence[_Marked], floor: int, ceiling: int) -> Attribution | None:
    """Look for the speaker inside an interruption, then behind the quotation, then before it."""
    for one, following in pairwise(group):
        found = attribution_after(article[one.end : following.start], ",")
        if found is not None:
            return found
    for one in group:
        incise = _INCISE.search(article, one.inner.start, one.inner.end)
        found = attribution_after(incise[0], ",") if incise else None
        if found is not None:
            return found
    first, last = group[0], group[-1]
    tail = article[last.end : ceiling]
    end = _ENDS_SENTENCE.search(tail)
    found = attribution_after(tail[: end.start() + 1] if end else tail, article[last.inner.end - 1])
    if found is not None:
        return found
    head = article[floor : first.start]
    starts = [match.end() for match in _ENDS_SENTENCE.finditer(head)]
    # A line that ends in a colon introduces the quotation in the next line.
    cut = next((start for start in reversed(starts) if not head[:start].rstrip().endswith(":")), 0)
    return attribution_before(head[cut:])


def _quotation(article: str, group: Sequence[_Marked]) -> Claim:
    parts = [article[one.inner.start : one.inner.end] for one in group]
    pieces = tuple(piece for part in parts for piece in _INCISE.split(part) if any(c.isalnum() for c in piece))
    return Claim("quotation", group[0].start, group[-1].end, " … ".join(parts), pieces)


def _statements(article: str, quotations: Sequence[Claim]) -> Iterator[tuple[Claim, Attribution | None]]:
    """The statements in indirect speech, of sentences that quote nothing."""
    for paragraph in re.finditer(r"[^\n]+(?:\n(?!\s*\n)[^\n]+)*", article):
        for sentence in language(detect_language(paragraph[0])).sentences(paragraph[0]):
            start, end = paragraph.start() + sentence.start, paragraph.start() + sentence.end
            if any(claim.start < end and start < claim.end for claim in quotations):
                continue
            speech = indirect_speech(article[start:end])
            if speech is not None:
                said = article[start + speech.said.start : start + speech.said.end]
                yield Claim("statement", start, end, said, (said,)), speech.attribution


def _sentence_end(article: str, position: int) -> int:
    """Where the sentence that holds `position` ends: the attribution behind a quotation belongs to that quotation."""
    end = _ENDS_SENTENCE.search(article, position)
    return end.end() if end else len(article)


def _with_speaker(article: str, claim: Claim, attribution: Attribution | None, earlier: Sequence[Claim]) -> Claim:
    """Name the speaker: as attributed, or whom "he" means, or who was quoted just before in the same paragraph."""
    if attribution is not None and attribution.named:
        return replace(claim, speaker=attribution.named)
    last = next((other for other in reversed(earlier) if other.speaker), None)
    if attribution is not None:
        since = article[_sentence_end(article, last.end) if last else 0 : claim.start]
        speaker = last_speaker(since) or opening_person(since) or (last.speaker if last else last_person(since))
        return replace(claim, speaker=speaker, inferred=True)
    if last is not None and not re.search(r"\n\s*\n", article[last.end : claim.start]):
        return replace(claim, speaker=last.speaker, inferred=True)
    return claim
