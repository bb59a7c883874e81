"""An article's quotations and attributed statements, with who it says spoke (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from onrecord.rag.checking.marks import marked_in, paragraphs_of
from onrecord.rag.languages import Language
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.text.quotations import blanked
from onrecord.rag.transcript.lines import lines_of
from onrecord.rag.transcript.mentions import NO_MENTION, Mentions, Voice
from onrecord.rag.transcript.prose import Heard, ProseReader, Told
from onrecord.rag.transcript.sources import Clause, Source
from onrecord.rag.transcript.wording import words_of
from onrecord.rag.types import Span

ClaimKind = Literal["quotation", "statement"]

# A reported clause shorter than this ("said so", "added more") holds nothing to check.
_FEWEST_WORDS = 4
# "…, the minister for transport said on Tuesday": more words behind the last comma are a clause, and more behind the
# verb say more than when.
_LONGEST_TAIL, _LONGEST_WHEN = 12, 3
# So many characters stand between a verb of saying and its "that": "told reporters on Thursday that".
_BEFORE_THAT = 60


@dataclass(frozen=True, slots=True)
class Claim:
    """Something the article says was said: `article[start:end]`, marks included.

    `text` is the wording to be checked; `pieces` are its parts where the article interrupts it (one part otherwise).
    `speaker` is the name that the article gives, or the office where it gives no name, or None; `role` is the office
    beside a name. `inferred` says that it only says "he" or goes on quoting. A `statement` is reported in the article's
    own words ("X said that …").
    """

    kind: ClaimKind
    start: int
    end: int
    text: str
    pieces: tuple[str, ...]
    speaker: str | None = None
    role: str | None = None
    inferred: bool = False


def claims(article: str, surnames: frozenset[str] = frozenset()) -> list[Claim]:
    """List the quotations and the attributed statements of an article, in order.

    `surnames` (folded) are those of the people on record: such a word is a name wherever it stands.
    """
    words = words_of(lines_of(article), None)
    vocabulary = Vocabulary(article, words)
    reader = ProseReader(article, vocabulary, Mentions(vocabulary, surnames))
    paragraphs = list(paragraphs_of(article))
    marked = marked_in(article, paragraphs, vocabulary, surnames)
    found: list[Claim] = []
    resumable = False
    for read in reader.paragraphs(paragraphs, marked):
        if isinstance(read, Heard):
            if not read.led or read.voice != NO_MENTION:
                part = article[read.words.start : read.words.end]
                if read.resumes and resumable:
                    found[-1] = _resumed(found[-1], read, part)
                else:
                    found.append(_claim("quotation", read.start, read.end, part, read.voice, inferred=read.inferred))
                resumable = True
        else:
            resumable = False
            found += _statements(article, read, reader, words)
    return found


def speaker_of(prose: str, quotation: Span, words: Language, surnames: frozenset[str]) -> Voice:
    """Whom a sentence names as the speaker of what it quotes; nobody where it does not say or says "he".

    Args:
        prose: the sentence; what else it quotes is blanked out.
        quotation: where the quotation stands in it.
        words: of its language.
        surnames: as for `claims`.
    """
    prose = blanked(prose, [quotation])
    mentions = Mentions(Vocabulary(prose, words), surnames).in_prose(prose)
    clause = Clause(prose, 0, len(prose), mentions, words)
    source = clause.after(quotation.end, len(prose)) or clause.before(0, quotation.start)
    return source.voice if source else NO_MENTION


def speakers_told(prose: str, words: Language, surnames: frozenset[str]) -> list[Voice]:
    """Whom a sentence that quotes nothing gives what it says to, by its verbs of saying or as in "Ann Bell: …".

    `words` and `surnames` are as for `speaker_of`.
    """
    mentions = Mentions(Vocabulary(prose, words), surnames).in_prose(prose)
    clause = Clause(prose, 0, len(prose), mentions, words)
    told = [clause.after(0, len(prose)), clause.before(0, len(prose)), clause.before(0, prose.find(":") + 1)]
    return list(dict.fromkeys(source.voice for source in told if source and source.voice != NO_MENTION))


def _claim(kind: ClaimKind, start: int, end: int, text: str, voice: Voice, *, inferred: bool) -> Claim:
    role = voice.role if voice.name else None
    return Claim(kind, start, end, text, (text,), voice.name or voice.role, role, inferred)


def _resumed(claim: Claim, heard: Heard, part: str) -> Claim:
    """A quotation with a further part of it."""
    whole = replace(claim, end=heard.end, text=f"{claim.text} … {part}", pieces=(*claim.pieces, part))
    if claim.speaker:
        return whole
    later = _claim("quotation", heard.start, heard.end, part, heard.voice, inferred=heard.inferred)
    return replace(whole, speaker=later.speaker, role=later.role, inferred=later.inferred)


def _statements(article: str, told: Told, reader: ProseReader, words: Language) -> Iterator[Claim]:
    """The statement in indirect speech of a sentence that quotes nothing, if it is one."""
    for source, start, end in _reported(told, words):
        said = article[told.offset + start : told.offset + end].rstrip(" .!?\n")
        if len(said.split()) >= _FEWEST_WORDS and (source.pronoun or source.voice != NO_MENTION):
            whole = told.offset + told.clause.start, told.offset + told.clause.end
            yield _claim("statement", *whole, said, reader.meet(source), inferred=source.pronoun)
            return


def _reported(told: Told, words: Language) -> Iterator[tuple[Source, int, int]]:
    """What "X said that …", "According to X, …" or "…, said X" report, each with its source; the likeliest first."""
    clause = told.clause
    prose, first, last = clause.prose, clause.start, clause.end
    body = len(prose[:last].rstrip(" .!?\n"))
    according = words.news.according_to.match(prose, first)
    if according is not None:
        # "According to Ann Bell, the minister, …": what stands between two commas is about the source.
        commas = [match.end() for match in re.compile(",").finditer(prose, according.end(), body)][:2]
        for comma in reversed(commas):
            source = clause.before(first, comma)
            if source is not None:
                yield source, _next_word(prose, comma), last
        source = clause.before(first, last)
        if words.news.verb_second and source is not None:
            # Where no comma parts them, the verb comes right behind the source: "Laut Ann Bell bleibt …".
            yield source, _behind_source(told, according.end(), words), last
    for verb in clause.verbs:
        source = clause.before(first, verb.end())
        following = words.article.that.search(prose, verb.end(), last)
        near = following is not None and not re.search(r"[,.;:]", prose[verb.end() : following.start()])
        if source is not None and following is not None and near and following.start() - verb.end() <= _BEFORE_THAT:
            yield source, following.end(), last
        bare = words.article.bare_clause.match(prose, verb.start())
        if source is not None and bare is not None:
            yield source, bare.end(), last
    commas = [match.start() for match in re.compile(",").finditer(prose, first, body)]
    for comma, _ in pairwise([*commas, body]):
        source = _closing_source(told, comma + 1, body, words)
        if source is not None:
            yield source, first, comma


def _behind_source(told: Told, place: int, words: Language) -> int:
    """Where the sentence goes on behind a source: behind whoever is named there, or behind the noun."""
    clause = told.clause
    for word in re.compile(r"\w+").finditer(clause.prose, place, clause.end):
        mention = next((each for each in clause.mentions if each.start <= word.start() < each.end), None)
        if mention is not None:
            return _next_word(clause.prose, mention.end)
        if word.group().lower() not in words.news.definite:
            return _next_word(clause.prose, word.end())
    return clause.end


def _closing_source(told: Told, start: int, end: int, words: Language) -> Source | None:
    """Who speaks as the last part of a sentence says, if that is all it says: "…, she said on Monday"."""
    clause = told.clause
    opening = _next_word(clause.prose, start)
    tail = clause.prose[opening:end]
    verb = next((verb for verb in clause.verbs if start <= verb.start()), None)
    closes = words.news.according_to.match(clause.prose, opening) is not None
    if verb is not None and not closes:
        closes = verb.start() == opening or len(clause.prose[verb.end() : end].split()) <= _LONGEST_WHEN
    return clause.after(start, end) if closes and len(tail.split()) <= _LONGEST_TAIL else None


def _next_word(prose: str, place: int) -> int:
    return place + len(prose[place:]) - len(prose[place:].lstrip())
