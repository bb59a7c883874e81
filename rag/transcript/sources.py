"""Whom a sentence of prose says speaks: the subject of its verb of saying, or its source (pure)."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

from onrecord.rag.languages import Language
from onrecord.rag.languages.calendars import day_names, month_names
from onrecord.rag.people.roles import is_role
from onrecord.rag.text.folding import fold
from onrecord.rag.transcript.mentions import ELIDED, NO_MENTION, WORD, Mention, Voice, plain_name
from onrecord.rag.types import Span

# Who speaks is said at most so many words behind a quotation, and what tells when and where before it in so many.
_REACH, _BETWEEN = 12, 6
# A colon leads up to words that are said where a verb of saying stands at most so many words before it.
_LEAD = 3
# Words that no language's file names and that may stand between a subject and its verb ("Meerman angrily said").
_GAP = 1
# Of an office that is no person's so many words are kept.
_LONGEST_OFFICE = 9
_PIECE_END = re.compile(r"[,;:()]|\s[–—-]+\s|—")


@dataclass(frozen=True, slots=True)
class Source:
    """Who speaks as a sentence has it.

    A `pronoun` stands for whoever was spoken of; `unknown` is somebody new without a name or an office, to whom a later
    pronoun may point; `own` says that it is "I" or "we": the words are those of whoever writes or speaks.
    """

    voice: Voice = NO_MENTION
    pronoun: bool = False
    unknown: bool = False
    own: bool = False


@dataclass(frozen=True, slots=True)
class Clause:
    """A sentence of prose, `prose[start:end]`, in which quotations are blanked out, every character in its place."""

    prose: str
    start: int
    end: int
    mentions: Sequence[Mention]
    words: Language
    verbs: Sequence[re.Match[str]] = field(init=False)

    def __post_init__(self) -> None:
        verbs: list[re.Match[str]] = []
        found = self.words.news.attribution.finditer(self.prose, self.start, self.end)
        for verb in sorted(found, key=lambda verb: (verb.start(), -verb.end())):
            if (not verbs or verb.start() >= verbs[-1].end()) and not self._is_noun(verb):
                verbs.append(verb)
        object.__setattr__(self, "verbs", verbs)

    def before(self, start: int, end: int) -> Source | None:
        """Who speaks by what stands before a quotation, in `[start:end]`; None where it does not say."""
        verbs = self._verbs(start, end)
        said = self._speaker(verbs[-1], start, end) if verbs else None
        if said is None or said == Source():
            said = self._according_to(start, end) or said
        if said is None and self.prose[start:end].rstrip().endswith(":"):
            # Whatever the verb, a colon leads to what the subject says: "Ferrant was short: …".
            said = self.subject() or Source()
        return said

    def agent(self, start: int, end: int) -> Source | None:
        """Who calls something so, by what stands right behind it ("by the union"); None where nobody does."""
        first = WORD.search(self.prose, start, end)
        if first is None or plain_name(first.group()) not in self.words.news.agents:
            return None
        return self._behind(first.end(), end)

    def after(self, start: int, end: int) -> Source | None:
        """Who speaks by what stands behind a quotation, in `[start:end]`; None where it does not say."""
        if source := self._according_to(start, end):
            return source
        verb = next(iter(self._verbs(start, end)), None)
        if verb is None or len(self._said(start, verb.start())) > _REACH or ";" in self.prose[start : verb.start()]:
            return None
        return self._speaker(verb, start, end)

    def leads_up(self, *, named: bool) -> bool:
        """Whether the sentence ends in a colon near behind its verb of saying: what comes next is said.

        `named` says that the sentence tells who speaks; else it must say no more than "When asked on the radio:".
        """
        if not self.verbs or not self.prose[self.start : self.end].rstrip().endswith(":"):
            return False
        verb = self.verbs[-1]
        between = self._said(verb.end(), self.end)
        subject = self._said(self._pieces(self.start, verb.start())[-1].start, verb.start())
        alone = len(subject) <= 1 and (not between or self._opens_phrase(between[0]))
        return len(between) <= _LEAD and (named or alone)

    def tells(self, start: int, end: int) -> bool:
        """Whether a verb of saying or a source stands in a part of the sentence."""
        return bool(self._verbs(start, end)) or self._according_to(start, end) is not None

    def subject(self) -> Source | None:
        """Whom the sentence is about, as far as that is a person; None where it begins with neither."""
        for piece in self._pieces(self.start, self.end):
            said = self._said(piece.start, piece.end)
            mention = next((m for m in self.mentions if piece.start <= m.start and m.end <= self.end), None)
            if said and _bare(said[0]) in self.words.news.pronouns:
                return Source(pronoun=True)
            if mention and mention.start < piece.end:
                opening = self._said(piece.start, mention.start)
                if all(self._is_small(word) for word in opening) and not self._owns(mention):
                    return _of(mention)
            if len(said) > 1 and _bare(said[1]) in self.words.news.pronouns and not self._is_article(said[0]):
                return Source(pronoun=True)
            if said and not (self._opens_phrase(said[0]) or self._is_when(said)):
                return None
        return None

    def _verbs(self, start: int, end: int) -> Sequence[re.Match[str]]:
        """The verbs of saying in `[start:end]`; none overlaps another."""
        first = bisect_left(self.verbs, start, key=lambda verb: verb.start())
        return self.verbs[first : bisect_right(self.verbs, end, key=lambda verb: verb.end())]

    def _named(self, start: int, end: int) -> Sequence[Mention]:
        """The mentions that begin in `[start:end]`."""
        first = bisect_left(self.mentions, start, key=lambda mention: mention.start)
        return self.mentions[first : bisect_left(self.mentions, end, key=lambda mention: mention.start)]

    def _said(self, start: int, end: int) -> list[str]:
        return WORD.findall(self.prose, start, max(start, end))

    def _is_noun(self, verb: re.Match[str]) -> bool:
        """Whether a form that may be a verb of saying stands as a noun: "the said", "three points"."""
        before = re.compile(r"([\w'’]+)[ \u00a0]+$").search(
            self.prose, max(self.start, verb.start() - 24), verb.start()
        )
        word = plain_name(before.group(1)) if before else ""
        news = self.words.news
        return word.isdigit() or word in (news.definite | news.indefinite | news.of | news.prepositions) - news.pronouns

    def _speaker(self, verb: re.Match[str], start: int, end: int) -> Source | None:
        """The subject of a verb of saying that stands in `[start:end]`."""
        news = self.words.news
        inside = [_bare(word) for word in re.split(r"[\s-]+", verb.group())]
        if any(word in news.pronouns for word in inside):
            return Source(pronoun=True)
        if mention := next((m for m in self._named(*verb.span()) if m.end <= verb.end()), None):
            return _of(mention)
        going_on = inside[-1] in self.words.saying.saying
        if not going_on and news.passive.search(self.prose, start, verb.start()):
            agent = self._said(verb.end(), end)[:1]
            return (
                self._behind(verb.end() + 1 + len(agent[0]), end)
                if agent and plain_name(agent[0]) in news.agents
                else Source()
            )
        pieces = self._pieces(start, verb.start())
        nearest = pieces[-1]
        if going_on and not self._has_subject(nearest):
            return self.subject()
        if self._said(nearest.start, nearest.end):
            found = self._in_front(Span(nearest.start, nearest.end))
            if found is None and (news.verb_second or not self.prose[start : nearest.start].strip()):
                found = self._behind(verb.end(), end)
            return found or Source()
        if len(pieces) > 1 and any(self._said(piece.start, piece.end) for piece in pieces[:-1]):
            found = self._around_aside(pieces[:-1])
            # Where a clause stands before the verb, the subject follows it: "Ob es reicht, ließ die Ministerin offen".
            return found or (self._behind(verb.end(), end) if news.verb_second else Source())
        return self._behind(verb.end(), end)

    def _in_front(self, piece: Span) -> Source | None:
        """The subject in a piece of a sentence that a verb follows; None where the piece only says when or where."""
        news = self.words.news
        earlier = [verb.end() for verb in self.verbs if piece.start <= verb.start() and verb.end() < piece.end]
        start, end = max([piece.start, *earlier]), piece.end
        words = list(WORD.finditer(self.prose, start, end))
        while words and plain_name(words[-1].group()) in news.adverbs:
            words.pop()
        if not words or plain_name(words[-1].group()) in news.conjunctions:
            about = bool(words) and plain_name(words[0].group()) in news.relatives
            return self._antecedent(words[0].start()) if about else self.subject()
        end = words[-1].end()
        tail = [_bare(word.group()) for word in words[-1 - _GAP :]]
        if any(word in news.pronouns for word in tail):
            return Source(pronoun=True)
        if any(self._is_own(word.group()) for word in words[-1 - _GAP :]):
            return Source(own=True)
        if len(words) == 1 and tail[0] in news.relatives:
            return self._antecedent(start)
        mention = self._head(start, end)
        if mention:
            return _of(mention)
        named = any(m.end <= end for m in self._named(start, end))
        if not named and self._opens_phrase(words[0].group()) and not any(self._is_office(w.group()) for w in words):
            return None
        return self._unnamed(Span(words[0].start(), end))

    def _has_subject(self, piece: Span) -> bool:
        """Whether the subject of "is saying" stands right before it, as in "saying" alone it does not."""
        words = self._said(piece.start, piece.end)
        while words and plain_name(words[-1]) in self.words.news.adverbs:
            words.pop()
        last = words[-1] if words else ""
        return _bare(last) in self.words.news.pronouns or self._is_own(last)

    def _head(self, start: int, end: int) -> Mention | None:
        """Whom a stretch right before a verb is about: Ann in "Ann Bell of the union", nobody in "critics of Bell"."""
        for mention in reversed(self.mentions):
            if not (start <= mention.start and mention.end <= end):
                continue
            if len(self._said(mention.end, end)) > _GAP or self._owns(mention):
                return None
            opening = list(WORD.finditer(self.prose, start, mention.start))
            while opening and self._is_article(opening[-1].group()):
                opening.pop()
            if len(opening) < 2 or not self._opens_phrase(opening[-1].group()):
                # With nothing before it, the small word joins the sentence to others: "As Minister Bell said".
                return mention
            end = opening[-1].start()
        return None

    def _antecedent(self, place: int) -> Source:
        """Whom a relative pronoun at a place stands for: whoever is named right before it."""
        before = next((m for m in self.mentions if 0 <= place - m.end <= 3), None)
        return _of(before) if before else Source()

    def _around_aside(self, pieces: Sequence[Span]) -> Source | None:
        """The subject before what stands between two commas: "Lena Vosk, who leads the opposition, said"."""
        *others, aside = pieces
        for mention in reversed(self.mentions):
            named_in_it = aside.start <= mention.end <= aside.end and not self._said(mention.end, aside.end)
            if named_in_it and (mention.start < aside.start or not self._said(aside.start, mention.start)):
                return _of(mention)
        for piece in reversed(others):
            said = self._said(piece.start, piece.end)
            opening = plain_name(said[0]) if said else ""
            # "Ann Bell, a pilot, of Orsk, said": what describes her is another aside.
            another = self._opens_phrase(opening) or opening in self.words.news.indefinite or self._is_office(opening)
            if said and (piece is others[0] or not another):
                return self._in_front(piece)
        return None

    def _behind(self, start: int, end: int) -> Source:
        """The subject right behind a verb."""
        news = self.words.news
        stop = next((match.start() for match in re.compile(r"[,;:.(]").finditer(self.prose, start, end)), end)
        mention = next(iter(self._named(start, end)), None)
        between = self._said(start, mention.start if mention else stop)
        first = _bare(between[0]) if between else ""
        if first in news.pronouns:
            return Source(pronoun=True)
        if between and self._is_own(between[0]):
            return Source(own=True)
        if first in news.relatives:
            # "X, the author of “…”, says that": the subject stands before the quotation.
            return self.subject() or Source()
        if mention and all(plain_name(word) in news.definite for word in between):
            return _of(mention)
        when = self._opens_phrase(first) or self._is_when(between) or first in news.adverbs
        other = any(plain_name(word) in news.relatives or self._is_office(word) for word in between)
        if mention and when and not other and len(between) <= _BETWEEN and mention.start <= stop:
            return _of(mention)
        if not between or (self._is_where(between) and not other and not mention and not news.verb_second):
            # No subject, but maybe a place: it goes without saying, as in Spanish, where it has no place of its own.
            return Source(pronoun=not news.verb_second)
        return self._unnamed(Span(start, stop))

    def _according_to(self, start: int, end: int) -> Source | None:
        news = self.words.news
        source = news.according_to.search(self.prose, start, end)
        if source is None and start == self.start:
            opening = WORD.search(self.prose, start, end)
            source = news.in_view_of.match(self.prose, opening.start()) if opening else None
            mention = next((m for m in self.mentions if source and 0 <= m.start - source.end() < 4), None)
            return _of(mention) if mention else None
        if source is None:
            return None
        mention = next((m for m in self.mentions if source.end() <= m.start), None)
        if mention and all(plain_name(word) in news.definite for word in self._said(source.end(), mention.start)):
            return Source() if self._owns(mention) else _of(mention)
        stop = next((match.start() for match in re.compile(r"[,;:.(]").finditer(self.prose, source.end(), end)), end)
        return self._unnamed(Span(source.end(), stop))

    def _unnamed(self, span: Span) -> Source:
        """Somebody whom a few words describe: by an office, or as nobody that can be told."""
        words = list(WORD.finditer(self.prose, span.start, span.end))
        place = next((n for n, word in enumerate(words) if self._is_office(word.group())), None)
        if place is None or place > 3:
            return Source(unknown=bool(words) and plain_name(words[0].group()) in self.words.news.indefinite)
        first = place
        while first and not (
            self._is_article(words[first - 1].group()) or self._opens_phrase(words[first - 1].group())
        ):
            first -= 1
        last = place + 1
        while last < min(len(words), first + _LONGEST_OFFICE):
            if self._ends_office(words[last].group(), words[last - 1].group()):
                break
            last += 1
        office = self.prose[words[first].start() : words[last - 1].end()]
        return Source(Voice(None, ELIDED.sub("", " ".join(office.split()))))

    def _ends_office(self, word: str, before: str) -> bool:
        """Whether a word behind an office, right behind the word `before`, no longer says which it is."""
        news = self.words.news
        if news.capital_nouns and word[0].islower() and before[0].isupper() and plain_name(word) not in news.of:
            # "Die Ministerin bleibt": what may follow a noun is of a noun.
            return plain_name(word) not in news.definite
        return plain_name(word) in (news.prepositions | news.relatives | news.adverbs | news.pronouns) - news.of

    def _pieces(self, start: int, end: int) -> list[Span]:
        """A stretch of the sentence cut at its commas and the like."""
        pieces, place = [], start
        for mark in _PIECE_END.finditer(self.prose, start, end):
            pieces.append(Span(place, mark.start()))
            place = mark.end()
        return [*pieces, Span(place, end)]

    def _owns(self, mention: Mention) -> bool:
        return bool(self.words.news.owner.match(self.prose, mention.end))

    def _is_own(self, word: str) -> bool:
        speech = self.words.speech
        return bool(speech.first_person.match(word) or speech.first_person_plural.match(word))

    def _is_office(self, word: str) -> bool:
        return is_role(ELIDED.sub("", word), self.words.labels)

    def _is_article(self, word: str) -> bool:
        return plain_name(word) in self.words.news.definite | self.words.news.indefinite

    def _is_small(self, word: str) -> bool:
        return plain_name(word) in self.words.news.definite | self.words.news.adverbs | self.words.news.conjunctions

    def _opens_phrase(self, word: str) -> bool:
        elided = ELIDED.match(word)
        return plain_name(elided.group() if elided else word) in self.words.news.prepositions | self.words.news.of

    def _is_where(self, words: Sequence[str]) -> bool:
        """Whether words are a preposition and its noun, and so no subject: "before the press"."""
        news, (first, *others) = self.words.news, words
        articles = others[:-1]
        return (
            len(words) in (2, 3)
            and self._opens_phrase(first)
            and plain_name(first) not in news.adverbs
            and all(plain_name(word) in news.definite for word in articles)
        )

    def _is_when(self, words: Sequence[str]) -> bool:
        calendar = month_names(self.words.codes).keys() | day_names(self.words.codes).keys()
        return bool(words) and fold(words[0]) in calendar


def _of(mention: Mention) -> Source:
    return Source(mention.voice, unknown=mention.voice == NO_MENTION)


def _bare(word: str) -> str:
    """A word without what is elided before it: « qu’il » is "il"."""
    return plain_name(ELIDED.sub("", word))
