"""Check the quotations and attributed statements of an article against the record (pure, given the lookups)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal, Protocol, get_args

from onrecord.rag.checking.alignment import Change, word_count
from onrecord.rag.checking.article import Claim, ClaimKind, claims
from onrecord.rag.checking.attributing import Attributed
from onrecord.rag.checking.in_translation import TRANSLATION, other_numbers, translated
from onrecord.rag.checking.places import (
    exact_places,
    nearest_place,
    places_of,
    stitched_pieces,
    stitched_runs,
    surest,
)
from onrecord.rag.checking.speaker import surnames_of
from onrecord.rag.checking.surroundings import Sentences, sentences_around
from onrecord.rag.languages import words_digest
from onrecord.rag.languages.detection import detect_language
from onrecord.rag.people.names import is_full
from onrecord.rag.people.naming import people_named, roll_of
from onrecord.rag.text.quotes import cite, pieces
from onrecord.rag.types import Briefing, Citation, Passage, Span

Verdict = Literal["verbatim", "other_speaker", "altered", "stitched", "translated", "not_found"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

# Similarity of wording (`Near.similarity`) from which a quotation is an altered one; a statement in the article's own
# words changes person, tense and order besides.
_ALTERED = 0.5
_REWORDED = 0.4
# What the words kept must weigh above the changes (`Near.evidence`): one word of meaning, or it may be chance that two
# sentences share some. Chosen by `benchmarks/misquoted.py choosing`; docs/quality.md has what it does.
_EVIDENCE = 1.0
# From here on the quotation lies in one place but for a slip, however its parts might be found elsewhere.
_SLIP = 0.8
# One word is on the record or is not: neither another wording nor another language can be told of it.
_FEWEST_WORDS = 2

_BORDERS = (
    f"altered>={_ALTERED}; reworded>={_REWORDED}; evidence>={_EVIDENCE}; slip>={_SLIP}; translated>={TRANSLATION}"
)
POLICY = f"quotations-3 ({_BORDERS}; words {words_digest()[:12]})"
"""What the rules are called, the borders between the verdicts and a digest of the words of all languages, for whoever
repeats a check. The number is raised when other rules give another verdict or mark something else as left out."""


class Lookup(Protocol):
    """What the check needs of a library."""

    def candidates(self, quotation: str) -> Sequence[Passage]:
        """The passages that may hold a quotation, by its words and by its sense, in any language, best first."""
        ...

    def across(self, quotation: str, speaker: str | None) -> Sequence[Passage]:
        """The passages in other languages that may say the same, those of the speaker first."""
        ...

    def briefing(self, briefing_id: str) -> Briefing:
        """A briefing by its id."""
        ...

    def speakers(self) -> Sequence[str]:
        """The names of all people on record."""
        ...

    def similarity(self, quotation: str, texts: Sequence[str]) -> Sequence[float]:
        """How near texts of one other language are to a quotation in sense: -1 to 1, `TRANSLATION` being the border."""
        ...


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on `article[start:end]`.

    `speaker` is who the article says spoke, and `same_speaker` whether that is the speaker on the record (None: cannot
    be told); `may_be` are the people on record whom the article may mean by it, where they are several. `changes` are
    the word-level difference of an altered quotation. `sentences` are those that each citation stands in, whole.
    `similarity` is 1 for equal words, the share of wording kept for an altered quotation, and for a translated one the
    bundled model's cosine: a hint, no proof.
    """

    kind: ClaimKind
    start: int
    end: int
    text: str
    speaker: str | None
    inferred: bool
    verdict: Verdict
    similarity: float
    same_speaker: bool | None = None
    may_be: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    changes: tuple[Change, ...] = ()
    sentences: tuple[Sentences, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckReport:
    """An article with the findings in its order; `counts` says how many there are of each verdict.

    The rest is for whoever repeats the check: the `version` of OnRecord, its `policy` (the rules, by name and digest),
    the `model` that compares in sense, and a digest of what the `library` holds.
    """

    article: str
    findings: tuple[Finding, ...]
    counts: Mapping[Verdict, int] = field(default_factory=dict)
    version: str = ""
    policy: str = POLICY
    model: str = ""
    library: str = ""


def check(article: str, lookup: Lookup, given: Sequence[Claim] | None = None) -> CheckReport:
    """Give a verdict on every quotation and attributed statement of an article (plain text, in any language).

    verbatim: the words are on the record (typography, punctuation and the grouping of digits aside), by the speaker
    named or by one who cannot be told from him; other_speaker: on the record, but somebody else's; altered: one place
    says nearly that; stitched: made of pieces from several places; translated: a passage in another language says
    nearly that; not_found: none of these. `given` are the claims of the article where they need not be looked for.
    """
    findings: list[Finding] = []
    own = detect_language(article)
    speakers = lookup.speakers()
    named = [(one.end, article[one.start : one.end]) for one in people_named(article, roll_of(speakers))]
    names = iter([(end, name) for end, name in named if is_full(name)])
    following = next(names, None)
    earlier: dict[str, None] = {}
    told: dict[str, None] = {}
    # The same words of the same speaker are looked up once, however often an article repeats them.
    judged: dict[tuple[object, ...], Finding] = {}
    number = 1
    for claim in claims(article, surnames_of(speakers)) if given is None else given:
        while following is not None and following[0] < claim.end:
            told.pop(following[1], None)
            told[following[1]] = None
            following = next(names, None)
        languages = tuple(dict.fromkeys((detect_language(claim.text, default=own), own)))
        attributed = Attributed(claim, languages, (*earlier, *told) if claim.speaker else (), speakers)
        key = (claim.kind, claim.text, claim.pieces, claim.speaker, claim.role, attributed.told)
        if key not in judged:
            judged[key] = _judged(attributed, lookup)
        findings.append(_placed(judged[key], claim, number))
        number += len(findings[-1].citations)
        if claim.speaker and is_full(claim.speaker):
            earlier[claim.speaker] = None
    return CheckReport(
        article,
        tuple(findings),
        {verdict: sum(finding.verdict == verdict for finding in findings) for verdict in VERDICTS},
    )


def _placed(finding: Finding, claim: Claim, number: int) -> Finding:
    """A finding where its claim stands, its citations numbered from `number` on."""
    citations = tuple(replace(one, number=number + index) for index, one in enumerate(finding.citations))
    return replace(finding, start=claim.start, end=claim.end, inferred=claim.inferred, citations=citations)


def _judged(attributed: Attributed, lookup: Lookup) -> Finding:
    claim, languages = attributed.claim, attributed.languages
    passages = _candidates(claim, lookup)
    briefings = {passage.briefing_id: lookup.briefing(passage.briefing_id) for passage in passages}
    exact = exact_places(claim, list(briefings.values()), languages)
    if exact:
        said_in, spans = surest(attributed, exact)
        verdict: Verdict = "other_speaker" if attributed.said(said_in, spans[0]).same == "no" else "verbatim"
        return _finding(attributed, verdict, 1.0, [(said_in, span) for span in spans])
    if word_count(claim.text) < _FEWEST_WORDS:
        return _finding(attributed, "not_found", 0.0, [])
    marked = stitched_pieces(attributed, list(briefings.values()))
    if marked:
        return _finding(attributed, "stitched", 1.0, marked)
    places = places_of(passages, briefings)
    found = nearest_place(attributed, places)
    kept = found[0].similarity if found else 0.0
    if kept < _SLIP:
        joined = stitched_runs(claim, places, languages)
        if joined:
            return _finding(attributed, "stitched", 1.0, joined)
    least = _ALTERED if claim.kind == "quotation" else _REWORDED
    if found and kept >= least and found[0].evidence >= _EVIDENCE:
        near, place = found
        span = Span(place.start + near.span.start, place.start + near.span.end)
        return _finding(attributed, "altered", kept, [(place.briefing, span)], near.changes)
    return _translated(attributed, lookup)


def _candidates(claim: Claim, lookup: Lookup) -> list[Passage]:
    """The passages for the whole wording and for each of its parts, without repetition."""
    parts = {claim.text: None} | dict.fromkeys(claim.pieces) | dict.fromkeys(pieces(claim.text))
    found: dict[tuple[str, int], Passage] = {}
    for part in parts:
        for passage in lookup.candidates(part):
            found.setdefault((passage.briefing_id, passage.id), passage)
    return list(found.values())


def _translated(attributed: Attributed, lookup: Lookup) -> Finding:
    """Look for the nearest sentence, or two, in another language than the quotation's."""
    claim, own = attributed.claim, attributed.languages[0]
    passages = lookup.across(claim.text, claim.speaker)
    briefings = {passage.briefing_id: lookup.briefing(passage.briefing_id) for passage in passages}
    best = translated(claim.text, own, passages, briefings, lookup.similarity)
    if best is None:
        return _finding(attributed, "not_found", 0.0, [])
    score, briefing, span = best
    changes = other_numbers(claim.text, own, briefing.text[span.start : span.end], briefing.language)
    return _finding(attributed, "translated", score, [(briefing, span)], changes)


def _finding(
    attributed: Attributed,
    verdict: Verdict,
    similarity: float,
    places: Sequence[tuple[Briefing, Span]],
    changes: tuple[Change, ...] = (),
) -> Finding:
    claim = attributed.claim
    said = [attributed.said(briefing, span) for briefing, span in places]
    same = [one.same for one in said]
    cited = [cite(1, briefing, span.start, span.end) for briefing, span in places]
    following = [
        after.start if one.briefing_id == after.briefing_id and after.start >= one.end else None
        for one, after in pairwise(cited)
    ]
    sentences = [
        sentences_around(briefing, one, after)
        for (briefing, _), one, after in zip(places, cited, [*following, None], strict=False)
    ]
    return Finding(
        kind=claim.kind,
        start=claim.start,
        end=claim.end,
        text=claim.text,
        speaker=claim.speaker,
        inferred=claim.inferred,
        verdict=verdict,
        similarity=similarity,
        same_speaker=False if "no" in same else True if set(same) == {"yes"} else None,
        may_be=tuple(dict.fromkeys(name for one in said if one.same == "unknown" for name in one.may_be)),
        citations=tuple(cited),
        changes=changes,
        sentences=tuple(sentences),
    )
