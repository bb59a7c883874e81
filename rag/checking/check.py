"""Check the quotations and attributed statements of an article against the record (pure, given the lookups)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Literal, Protocol, get_args

from onrecord.rag.checking.alignment import Change, Near, nearest, runs, same_words, word_count
from onrecord.rag.checking.article import Claim, ClaimKind, claims
from onrecord.rag.checking.speaker import Compared, said_by, surnames_of
from onrecord.rag.languages import language
from onrecord.rag.languages.detection import detect_language
from onrecord.rag.languages.numerals import decimal_sign
from onrecord.rag.people.names import Known, is_full
from onrecord.rag.people.naming import people_named, roll_of
from onrecord.rag.text.figures import numbers
from onrecord.rag.text.quotes import cite, find, occurrences, overlap, pieces
from onrecord.rag.types import Briefing, Citation, Passage, Span

Verdict = Literal["verbatim", "other_speaker", "altered", "stitched", "translated", "not_found"]
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

# Similarity of wording (`Near.similarity`) from which a quotation is an altered one; a statement in the article's own
# words changes person, tense and order besides.
_ALTERED = 0.5
_REWORDED = 0.4
# Two words of meaning in common at least: one alone ("the meeting") is no trace of a sentence.
_FEWEST_SHARED = 2
# From here on the quotation lies in one place but for a slip, however its parts might be found elsewhere.
_SLIP = 0.8
# A run of words kept exactly is a piece of a stitched quotation from this length, and all but this share must be such.
_PIECE_WORDS = 4
_STITCHED = 0.85
# Nearness in sense (`Lookup.similarity`) from which a sentence may be a translation; chosen on the 40 sentences of
# benchmarks/check/translations.jsonl, where translations begin at 0.50 and all others end at 0.48.
TRANSLATION = 0.5
# Among many parts of sentences one comes near by chance: the highest wrong one there was 0.53.
_PART_MARGIN = 0.05
# Of so many of the nearest sentences the clauses are compared too, where they are of about the quotation's length:
# French runs about a fifth longer than English.
_REFINED = 4
_SHORTEST_PART = 0.6
_LONGEST_PART = 1.6
# Characters between two sentences that follow each other.
_NEXT = 3
_CLAUSE = re.compile(r"[,;:«»“”\"—–]\s*")
_MARKS = ' \n\t\u00a0\u202f«»“”",;:—–'
# The words of the person quoted are shown as the altered ones where they are less near by this at most.
_OWN = 0.15
# Of several places where the words stand, that of the person named first.
_SUREST = ("yes", "unknown", "no")


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
    the word-level difference of an altered quotation. `similarity` is 1 for equal words, the share of wording kept for
    an altered quotation, and for a translated one the bundled model's cosine: a hint, no proof.
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


@dataclass(frozen=True, slots=True)
class CheckReport:
    """An article with the findings in its order; `counts` says how many there are of each verdict."""

    article: str
    findings: tuple[Finding, ...]
    counts: Mapping[Verdict, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Attributed:
    """A claim with what tells whom it names: the full names the article gives before, and the people on record.

    `languages` are the codes of those it may be in, the likeliest first.
    """

    claim: Claim
    languages: tuple[str, ...]
    told: tuple[str, ...]
    on_record: Sequence[str]

    def said(self, briefing: Briefing, span: Span) -> Compared:
        """Whether the one named is who speaks in a place on the record."""
        citation = cite(1, briefing, span.start, span.end)
        present = [Known(turn.speaker, turn.role) for turn in briefing.turns if turn.speaker]
        present += [Known(words.speaker, words.role) for words in briefing.reported if words.speaker]
        present = list(dict.fromkeys(present))
        about = " ".join((briefing.title, citation.outlet or ""))
        if citation.speaker is not None:
            return self._compared(Known(citation.speaker, citation.role, citation.outlet), present, about)
        if citation.kind != "reported":
            return Compared("unknown")
        if citation.role and self._compared(Known(citation.role, citation.role), [], about).same == "yes":
            return Compared("yes")
        # Words that the record gives to somebody without a name are not those of anybody whom it does name.
        named = any(self._compared(one, present, about).same == "yes" for one in present)
        return Compared("no" if named else "unknown")

    def _compared(self, speaker: Known, present: Sequence[Known], about: str) -> Compared:
        if self.claim.speaker is None:
            return Compared("unknown")
        return said_by(
            self.claim.speaker,
            speaker,
            office=self.claim.role,
            present=present,
            on_record=self.on_record,
            told=self.told,
            about=about,
        )


@dataclass(frozen=True, slots=True)
class _Place:
    """A stretch of one speaker's words: `briefing.text[start:end]`."""

    briefing: Briefing
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.briefing.text[self.start : self.end]


def check(article: str, lookup: Lookup) -> CheckReport:
    """Give a verdict on every quotation and attributed statement of an article (plain text, in any language).

    verbatim: the words are on the record (typography, punctuation and the grouping of digits aside), by the speaker
    named or by one who cannot be told from him; other_speaker: on the record, but somebody else's; altered: one place
    says nearly that; stitched: made of pieces from several places; translated: a passage in another language says
    nearly that; not_found: none of these.
    """
    findings: list[Finding] = []
    own = detect_language(article)
    speakers = lookup.speakers()
    named = [(one.end, article[one.start : one.end]) for one in people_named(article, roll_of(speakers))]
    for claim in claims(article, surnames_of(speakers)):
        number = 1 + sum(len(finding.citations) for finding in findings)
        told = tuple(name for end, name in named if end < claim.end and is_full(name))
        earlier = tuple(one.speaker for one in findings if one.speaker and is_full(one.speaker))
        languages = tuple(dict.fromkeys((detect_language(claim.text, default=own), own)))
        findings.append(_judged(_Attributed(claim, languages, (*earlier, *told), speakers), lookup, number))
    return CheckReport(
        article,
        tuple(findings),
        {verdict: sum(finding.verdict == verdict for finding in findings) for verdict in VERDICTS},
    )


def _judged(attributed: _Attributed, lookup: Lookup, number: int) -> Finding:
    claim, languages = attributed.claim, attributed.languages
    passages = _candidates(claim, lookup)
    briefings = {passage.briefing_id: lookup.briefing(passage.briefing_id) for passage in passages}
    exact = _exact(claim, list(briefings.values()), languages)
    if exact:
        same, said_in, spans = min(
            ((attributed.said(briefing, spans[0]).same, briefing, spans) for briefing, spans in exact),
            key=lambda found: _SUREST.index(found[0]),
        )
        verdict: Verdict = "other_speaker" if same == "no" else "verbatim"
        return _finding(attributed, verdict, 1.0, number, [(said_in, span) for span in spans])
    places = _places(passages, briefings)
    marked = _stitched_pieces(attributed, list(briefings.values()))
    if marked:
        return _finding(attributed, "stitched", 1.0, number, marked)
    own = [place for place in places if attributed.said(place.briefing, Span(place.start, place.end)).same == "yes"]
    near, place = _nearest(claim.text, own, places, languages)
    kept = near.similarity if near else 0.0
    if near is None or kept < _SLIP:
        joined = _stitched_runs(claim, places, languages)
        if joined:
            return _finding(attributed, "stitched", 1.0, number, joined)
    if near and place and kept >= (_ALTERED if claim.kind == "quotation" else _REWORDED) and _shares(near.changes):
        span = Span(place.start + near.span.start, place.start + near.span.end)
        return _finding(attributed, "altered", kept, number, [(place.briefing, span)], near.changes)
    return _translated(attributed, lookup, number)


def _candidates(claim: Claim, lookup: Lookup) -> list[Passage]:
    """The passages for the whole wording and for each of its parts, without repetition."""
    parts = {claim.text: None} | dict.fromkeys(claim.pieces) | dict.fromkeys(pieces(claim.text))
    found: dict[tuple[str, int], Passage] = {}
    for part in parts:
        for passage in lookup.candidates(part):
            found.setdefault((passage.briefing_id, passage.id), passage)
    return list(found.values())


def _turns(briefing: Briefing) -> list[Span]:
    return [Span(turn.start, turn.end) for turn in briefing.turns] or [Span(0, len(briefing.text))]


def _exact(
    claim: Claim, briefings: Sequence[Briefing], languages: tuple[str, ...]
) -> list[tuple[Briefing, list[Span]]]:
    """Every place where the wording stands, whole or with its marked omissions, inside one turn."""
    found: list[tuple[Briefing, list[Span]]] = []
    for briefing in briefings:
        limits = _turns(briefing)
        for span in occurrences(claim.text, briefing.text):
            if any(limit.start <= span.start and span.end <= limit.end for limit in limits):
                found.append((briefing, [span]))
    if found:
        return found
    for wording in dict.fromkeys((claim.text, " … ".join(claim.pieces))):
        for briefing in briefings:
            # Turn by turn, because another speaker may have said it too.
            for limit in _turns(briefing):
                spans = find(wording, briefing.text, within=[limit])
                if spans:
                    found.append((briefing, spans))
        if found:
            return found
    for briefing in briefings:
        for limit in _turns(briefing):
            spans = _same_words(claim, briefing.text, limit, languages)
            if spans:
                found.append((briefing, spans))
    return found


def _same_words(claim: Claim, text: str, limit: Span, languages: tuple[str, ...]) -> list[Span]:
    """Where the words of a quotation stand in a turn, together or part by part; empty where not all of them do."""
    parts = [part for piece in claim.pieces for part in pieces(piece)]
    for wanted in ([claim.text], parts):
        spans: list[Span] = []
        start = limit.start
        for part in wanted:
            span = next(same_words(part, text[start : limit.end], languages=languages), None)
            if span is None:
                break
            spans.append(Span(start + span.start, start + span.end))
            start = spans[-1].end
        if spans and len(spans) == len(wanted):
            return spans
    return []


def _stitched_pieces(attributed: _Attributed, briefings: Sequence[Briefing]) -> list[tuple[Briefing, Span]]:
    """The places of the parts of an interrupted or shortened quotation, each found but not in one turn."""
    parts = [part for piece in attributed.claim.pieces for part in pieces(piece)]
    if len(parts) < 2:
        return []
    chosen: list[tuple[Briefing, Span]] = []
    for part in parts:
        found = [
            (briefing, span) for briefing in briefings for span in find(part, briefing.text, within=_turns(briefing))
        ]
        if not found or word_count(part) < 2:
            return []
        chosen.append(min(found, key=lambda place: _SUREST.index(attributed.said(*place).same)))
    return chosen


def _stitched_runs(claim: Claim, places: Sequence[_Place], languages: tuple[str, ...]) -> list[tuple[Briefing, Span]]:
    """The places of a quotation that is joined, without a mark, of words kept exactly from several places."""
    found = runs(claim.text, [place.text for place in places], shortest=_PIECE_WORDS, languages=languages)
    if len(found) < 2 or sum(run.words for run in found) < _STITCHED * word_count(claim.text):
        return []
    chosen = []
    for run in found:
        place = places[run.index]
        chosen.append((place.briefing, Span(place.start + run.span.start, place.start + run.span.end)))
    return chosen


def _places(passages: Sequence[Passage], briefings: Mapping[str, Briefing]) -> list[_Place]:
    """The turns that hold the candidate passages (a passage itself where it lies in no turn), each once."""
    places: dict[tuple[str, int, int], _Place] = {}
    for passage in passages:
        briefing = briefings[passage.briefing_id]
        turns = [turn for turn in briefing.turns if overlap(turn, passage)]
        for start, end in [(turn.start, turn.end) for turn in turns] or [(passage.start, passage.end)]:
            places.setdefault((briefing.id, start, end), _Place(briefing, start, end))
    return list(places.values())


def _nearest(
    quotation: str, own: Sequence[_Place], places: Sequence[_Place], languages: tuple[str, ...]
) -> tuple[Near | None, _Place | None]:
    """The place nearest to a quotation: one of the `own` words of the person quoted where they are about as near."""
    best = nearest(quotation, [place.text for place in places], languages=languages)
    mine = nearest(quotation, [place.text for place in own], languages=languages)
    if best and mine and mine.similarity + _OWN >= best.similarity:
        return mine, own[mine.index]
    return best, places[best.index] if best else None


def _shares(changes: Sequence[Change]) -> bool:
    """Whether enough words are the same to speak of one sentence in two wordings."""
    return sum(word_count(change.quoted) for change in changes if change.kind == "same") >= _FEWEST_SHARED


def _translated(attributed: _Attributed, lookup: Lookup, number: int) -> Finding:
    """Look for the nearest sentence, or two, in another language than the quotation's."""
    claim = attributed.claim
    passages = lookup.across(claim.text, claim.speaker)
    briefings = {passage.briefing_id: lookup.briefing(passage.briefing_id) for passage in passages}
    best: tuple[float, Briefing, Span] | None = None
    for code in dict.fromkeys(passage.language for passage in passages):
        found = [
            (briefings[passage.briefing_id], Span(passage.start + span.start, passage.start + span.end))
            for passage in passages
            if passage.language == code
            for span in language(code).sentences(passage.text)
        ]
        ranked = sorted(_scored(claim.text, found, lookup), key=lambda one: -one[0])
        # The quotation may translate two sentences, or a part of one.
        others = [
            (briefing, other)
            for _, briefing, span in ranked[:_REFINED]
            for other in _around(briefing.text, span, [near for place, near in found if place is briefing], claim.text)
        ]
        near = [one for one in ranked[:_REFINED] if one[0] >= TRANSLATION]
        near += [one for one in _scored(claim.text, others, lookup) if one[0] >= TRANSLATION + _PART_MARGIN]
        for one in near:
            if _contrary(claim.text, attributed.languages[0], one[1].text[one[2].start : one[2].end], code):
                continue
            if best is None or one[0] > best[0]:
                best = one
    if best is None:
        return _finding(attributed, "not_found", 0.0, number, [])
    score, briefing, span = best
    quoted = numbers(claim.text, decimal_sign(attributed.languages[0]))
    said = numbers(briefing.text[span.start : span.end], decimal_sign(briefing.language))
    changes = _other_numbers(quoted, said)
    return _finding(attributed, "translated", score, number, [(briefing, span)], changes)


def _contrary(quotation: str, own: str, source: str, other: str) -> bool:
    """Whether one of two sentences says no or asks, and the other does not, each in its own language."""
    negations = [bool(language(code).model.negation.search(text)) for code, text in ((own, quotation), (other, source))]
    told = all(language(code).model.negation for code in (own, other))
    return (told and len(set(negations)) > 1) or (_asks(source) and not _asks(quotation))


def _asks(text: str) -> bool:
    return text.rstrip(_MARKS).endswith("?")


def _scored(
    quotation: str, windows: Sequence[tuple[Briefing, Span]], lookup: Lookup
) -> list[tuple[float, Briefing, Span]]:
    texts = [briefing.text[span.start : span.end] for briefing, span in windows]
    scores = lookup.similarity(quotation, texts) if texts else []
    return [(score, briefing, span) for score, (briefing, span) in zip(scores, windows, strict=True)]


def _around(text: str, span: Span, neighbours: Sequence[Span], quotation: str) -> list[Span]:
    """A sentence with its neighbours, and the stretches of clauses in these that are about as long as the quotation."""
    pairs = [Span(span.start, near.end) for near in neighbours if 0 <= near.start - span.end <= _NEXT]
    pairs += [Span(near.start, span.end) for near in neighbours if 0 <= span.start - near.end <= _NEXT]
    words = word_count(quotation)
    found = dict.fromkeys(pairs)
    for whole in (span, *pairs):
        cuts = [whole.start, *(match.end() for match in _CLAUSE.finditer(text, whole.start, whole.end)), whole.end]
        for start, end in combinations(cuts, 2):
            part = text[start:end].strip(_MARKS)
            if _SHORTEST_PART * words <= word_count(part) <= _LONGEST_PART * words:
                begin = text.index(part, start)
                found[Span(begin, begin + len(part))] = None
    return [part for part in found if part != span]


def _other_numbers(quoted: Mapping[str, str], said: Mapping[str, str]) -> tuple[Change, ...]:
    """The figures that a translation has and its source has not: what a translation may least change."""
    strange = [figure for value, figure in quoted.items() if value not in said]
    missing = [figure for value, figure in said.items() if value not in quoted]
    return (Change("changed", ", ".join(strange), ", ".join(missing)),) if strange and missing else ()


def _finding(
    attributed: _Attributed,
    verdict: Verdict,
    similarity: float,
    number: int,
    places: Sequence[tuple[Briefing, Span]],
    changes: tuple[Change, ...] = (),
) -> Finding:
    claim = attributed.claim
    said = [attributed.said(briefing, span) for briefing, span in places]
    same = [one.same for one in said]
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
        citations=tuple(
            cite(number + index, briefing, span.start, span.end) for index, (briefing, span) in enumerate(places)
        ),
        changes=changes,
    )
