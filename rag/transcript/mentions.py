"""People and offices named in news prose, and whom a surname or an office alone stands for (pure)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from onrecord.rag.languages import Language
from onrecord.rag.languages.calendars import day_names, month_names
from onrecord.rag.people.countries import is_country
from onrecord.rag.people.roles import is_role, office_in, split_role
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.text.folding import fold

WORD = re.compile(r"[^\W\d_][\w'’-]*")
# An office with a name is no more words; a longer run of capitals is a heading or a list.
_LONGEST_RUN = 12
# An office has at most so many words, and stands so many characters before a name at most.
_LONGEST_OFFICE, _OFFICE_REACH = 9, 110
# A word at the head of a sentence is a name where the text has it more often than this.
_ONCE = 1
BROKEN_OFF = "\x1f"
"""Stands in prose at the end of what is blanked out there, if the sentence goes on behind it."""
_APPOSITION = re.compile(r",\s+([^,.;:()]{3,90})(?=[,.;:(])")
_CLAUSE = re.compile(r"[.;:()]|,\s(?=\S)")
ELIDED = re.compile(r"^[^\W\d_]{1,2}['’](?=[^\W\d_])")


@dataclass(frozen=True, slots=True)
class Voice:
    """Whose words something is: a person's, those of an office without a name, or, with neither, nobody's known."""

    name: str | None = None
    role: str | None = None


NO_MENTION = Voice()


def plain_name(word: str) -> str:
    """A word as the lists of small words spell it."""
    return word.casefold().replace("’", "'")


@dataclass(frozen=True, slots=True)
class Mention:
    """Somebody named in prose: `[start:end]` holds the name, with an office or a form of address before it.

    What has a name and may be no person is a mention of nobody.
    """

    start: int
    end: int
    voice: Voice


class Mentions:
    """The people that a text has named so far, in reading order.

    `vocabulary` says how the text writes its words, and holds the words of its languages. A surname alone that the text
    has not introduced is nobody's, unless `surnames` are given: then it is a person's, by that name. They are those
    (folded) that are known to be names; others must be seen to be one where they stand.
    """

    def __init__(self, vocabulary: Vocabulary, surnames: frozenset[str] | None = None) -> None:
        self._surnames = surnames
        self._vocabulary = vocabulary
        self._news = vocabulary.words.news
        self._labels = vocabulary.words.labels
        codes = vocabulary.words.codes
        self._calendar = month_names(codes).keys() | day_names(codes).keys()
        self._named: dict[str, Voice] = {}
        self._offices: dict[str, Voice] = {}

    def in_prose(self, prose: str) -> list[Mention]:
        """The people and the offices named in a paragraph, in order; each is known from then on."""
        runs = (part for run in _runs(prose, self._vocabulary.words) for part in self._parted(prose, run))
        found = [mention for run in runs if (mention := self._mention(prose, run))]
        for office in sorted(self._offices, key=lambda office: -len(office)):
            for match in re.finditer(rf"(?<!\w){re.escape(office)}(?!\w)", prose, re.IGNORECASE):
                start = self._article_before(prose, match.start())
                free = not any(mention.start <= match.start() < mention.end for mention in found)
                if start is not None and free and not self._has_complement(prose, match.end()):
                    found.append(Mention(start, match.end(), self._offices[office]))
        return sorted(found, key=lambda mention: mention.start)

    def only(self) -> Voice | None:
        """The one person named so far; None where there is none or more."""
        voices = set(self._named.values())
        return voices.pop() if len(voices) == 1 else None

    def _mention(self, prose: str, run: Sequence[re.Match[str]]) -> Mention | None:
        words = list(run)
        while words and self._opens_no_name(words[0].group()):
            words = words[1:]
        while words and fold(words[-1].group()) in self._calendar:
            words.pop()
        if len(words) > 2 and fold(words[1].group()) in self._labels.addresses and _opens_sentence(prose, words[0]):
            # "Yet Mr. Doe": before a form of address stands no part of a name.
            words = words[1:]
        begin, address = words[0].start() if words else 0, None
        while len(words) > 1 and fold(words[0].group()) in self._labels.addresses:
            address = address or prose[words[0].start() : words[1].start()].strip()
            words = words[1:]
        office, named = split_role([word.group() for word in words], self._labels)
        words = words[len(office) :]
        small = self._labels.particles | self._labels.qualifiers | (self._labels.addresses if office else frozenset())
        while words and fold(words[0].group()) in small:
            # "Spokesman Dr. Doe"
            words, named = words[1:], named[1:]
        if all(len(word.group()) == 1 for word in words):
            # Nothing is left, or initials alone: "U.S.".
            return None
        end = words[-1].end()
        if owned := self._news.owner.search(prose, words[-1].start(), end):
            end = owned.start()
        name = prose[words[0].start() : end]
        role, start = " ".join(office) or None, begin
        known = self._named.get(fold(name))
        if role is None:
            role, start = self._office_before(prose, begin)
        if role is None:
            role = self._office_after(prose, end)
        if known is None and not (role or address) and self._article_before(prose, begin) is not None:
            # What has an article is a paper, a country or a body.
            return None
        if known is None and not (role or address) and len(words) == 1:
            surnames = self._surnames or frozenset()
            if fold(name) not in surnames and not self._may_be_name(prose, words[0]):
                return None
            if self._surnames is None:
                return Mention(start, end, NO_MENTION)
        if known is not None and len(words) == 1:
            return Mention(start, end, known)
        if len(words) == 1 and address:
            name = f"{address} {name}"
        voice = Voice(name, role or (known.role if known else None))
        self._named[fold(name)] = self._named[fold(words[-1].group()[: end - words[-1].start()])] = voice
        if len(words) > 2:
            # Whoever has two surnames is called by the first of them.
            self._named.setdefault(fold(words[-2].group()), voice)
        if role:
            self._register(role, voice)
        return Mention(start, end, voice)

    def _parted(self, prose: str, run: Sequence[re.Match[str]]) -> Iterator[Sequence[re.Match[str]]]:
        """A run cut behind names that own what follows: "Ostmere's Ann Bell" is two."""
        start = 0
        for place, word in enumerate(run, 1):
            if place == len(run) or self._news.owner.search(word.group()):
                part = run[start:place]
                yield from [part] if self._holds_together(prose, part) else _capitalised(part)
                start = place

    def _holds_together(self, prose: str, run: Sequence[re.Match[str]]) -> bool:
        """Whether the small words in a run are those of a name: where any noun has a capital, an office tells it.

        "Präsidentin Ilse von der Wense" is one name, "Angaben von Quist" is none.
        """
        if not self._news.capital_nouns or all(word.group()[0].isupper() for word in run):
            return True
        start, end = run[0].start(), run[-1].end()
        words = [word.group() for word in run]
        told = any(is_role(word, self._labels) or fold(word) in self._labels.addresses for word in words)
        known = fold(prose[start:end]) in self._named
        return told or known or bool(self._office_before(prose, start)[0] or self._office_after(prose, end))

    def _may_be_name(self, prose: str, word: re.Match[str]) -> bool:
        """Whether a capitalised word alone is a name, if one that tells nobody, and not the first of a sentence."""
        if self._news.capital_nouns or is_country(word.group()):
            return False
        return not _opens_sentence(prose, word) or self._vocabulary.count(word.group()) > _ONCE

    def _register(self, role: str, voice: Voice) -> None:
        """Know an office in short too: "the secretary general of the Alliance" is later "the secretary general"."""
        words = role.split()
        joined = next((place for place, word in enumerate(words) if self._joins(word)), len(words))
        first = next((place for place, word in enumerate(words[:joined]) if is_role(word, self._labels)), 0)
        for start, ends in ((first, range(first + 1, joined + 1)), (0, (joined,))):
            for end in ends:
                self._offices[" ".join(words[start:end])] = voice
        for short in filter(None, (office_in(word, self._labels) for word in words[first:joined])):
            # "Verkehrsministerin" is later "die Ministerin", unless there are two.
            self._offices[short] = voice if self._offices.get(short, voice) == voice else NO_MENTION

    def _opens_no_name(self, word: str) -> bool:
        """Whether a capitalised word opens a sentence or is a date, and no part of a name behind it."""
        plain = fold(word)
        if is_role(word, self._labels) or plain in self._labels.addresses | self._labels.qualifiers:
            return False
        return plain in self._calendar or plain in self._labels.particles or self._vocabulary.is_common(word)

    def _joins(self, word: str) -> bool:
        """Whether a word joins an office to what it is about."""
        elided = ELIDED.match(word)
        return plain_name(elided.group() if elided else word) in self._news.of

    def _has_complement(self, prose: str, end: int) -> bool:
        following = WORD.match(prose, end + 1)
        return bool(following and self._joins(following.group()))

    def _article_before(self, prose: str, place: int) -> int | None:
        """Where the definite article begins that stands right before a place, or None."""
        before = re.compile(r"([^\W\d_]+['’]?)[ \u00a0]*$").search(prose, max(0, place - 8), place)
        return before.start() if before and plain_name(before.group(1)) in self._news.definite else None

    def _office_before(self, prose: str, start: int) -> tuple[str | None, int]:
        """The office printed right before a name, and where it begins: "le secrétaire général de l'OTAN, Jean Doe"."""
        before = prose[max(0, start - _OFFICE_REACH) : start]
        words = _CLAUSE.split(before.rstrip(" ,"))[-1].split()
        first = next((place for place, word in enumerate(words) if is_role(ELIDED.sub("", word), self._labels)), None)
        if first is None or not self._is_office(words[first + 1 :]):
            return None, start
        articles = [place for place, word in enumerate(words[:first]) if self._is_article(word)]
        begin = first
        if articles and first - articles[-1] <= 3:
            begin = articles[-1] + 1
        while begin and (fold(words[begin - 1]) in self._labels.qualifiers or words[begin - 1].isupper()):
            begin -= 1
        office = " ".join([ELIDED.sub("", words[begin]), *words[begin + 1 :]])
        if len(office.split()) > _LONGEST_OFFICE or self._news.attribution.search(office):
            return None, start
        return office, start - len(before) + before.rfind(words[begin])

    def _is_office(self, words: Sequence[str]) -> bool:
        """Whether what follows the word for an office belongs to it: more of it, or what it is about."""
        if words and (self._joins(words[-1]) or self._is_article(words[-1])):
            # "The head of Ostmere College": what follows is what the office is about.
            return False
        allowed = 1 if self._news.adjective_follows else 0
        for word in words:
            if self._joins(word):
                return True
            if is_role(word, self._labels) or fold(word) in self._labels.qualifiers:
                continue
            if not allowed:
                return False
            allowed -= 1
        return True

    def _is_article(self, word: str) -> bool:
        return plain_name(word) in self._news.definite | self._news.indefinite

    def _office_after(self, prose: str, end: int) -> str | None:
        """The office in apposition after a name: "Jean Doe, ministre de la Défense,"."""
        match = _APPOSITION.match(prose, end)
        words = match.group(1).split() if match else []
        if words and self._is_article(words[0]):
            words = words[1:]
        if not words or len(words) > _LONGEST_OFFICE + 1:
            return None
        words[0] = ELIDED.sub("", words[0])
        return " ".join(words) if any(is_role(word, self._labels) for word in words[:4]) else None


def _opens_sentence(prose: str, word: re.Match[str]) -> bool:
    before = prose[: word.start()].rstrip(" \u00a0\n")
    return not before or before[-1] in ".!?:…"


def _capitalised(run: Sequence[re.Match[str]]) -> list[list[re.Match[str]]]:
    """The capitalised words of a run, those side by side together."""
    return [list(words) for capital, words in groupby(run, key=lambda word: word.group()[0].isupper()) if capital]


def _runs(prose: str, words: Language) -> Iterator[list[re.Match[str]]]:
    """Runs of capitalised words, with the small words of names between them ("van der")."""
    labels, news = words.labels, words.news
    run: list[re.Match[str]] = []
    small: list[re.Match[str]] = []
    for word in WORD.finditer(prose):
        if run:
            last = (small or run)[-1]
            between = prose[last.end() : word.start()]
            short = len(last.group()) == 1 or fold(last.group()) in labels.addresses
            adjoins = not (between.replace(".", "", 1) if short else between).strip(" \u00a0")
            if adjoins and word.group()[0].isupper() and len(run) < _LONGEST_RUN:
                run, small = [*run, *small, word], []
                continue
            # Where nouns have capitals too, "der" behind a name opens another noun; in "von der" it does not.
            article = news.capital_nouns and not small and plain_name(word.group()) in news.definite
            if adjoins and fold(word.group()) in labels.particles and not article and len(small) < 2:
                small.append(word)
                continue
            yield run
        run, small = ([word], []) if word.group()[0].isupper() else ([], [])
    if run:
        yield run
