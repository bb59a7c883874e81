"""What the quote check looks up in a library: passages by their words and by their sense, in every language held."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from hashlib import sha256

from onrecord.embeddings import Encoder
from onrecord.rag.checking.translation import Translations
from onrecord.rag.holdings import Holdings, by_sense, by_words
from onrecord.rag.languages import LANGUAGES, language
from onrecord.rag.languages.detection import detect_language
from onrecord.rag.people.matching import people_called
from onrecord.rag.store import Summary
from onrecord.rag.types import Briefing, Correction, Filters, Passage

# Passages looked up by words in each language, and by sense. An exact quotation is among the first few by its words; a
# stitched one needs the places of all its pieces.
_BY_WORDS = 12
_BY_SENSE = 6
# With fewer words of meaning than this ("I was wrong") the words find little, so more is looked up by sense.
_FEW_TERMS = 3
_BY_SENSE_ALONE = 24
# A passage's vector says little about one sentence of it in another language: on the sample briefings the translated
# sentence stood in a passage at rank 1 to 123 of 156. So many are taken, and those of the speaker named besides.
_ACROSS = 64
_SPEAKERS = 3
_LINE = re.compile(r"[^\n]+")


def digest_of(held: Iterable[Summary]) -> str:
    """What a library holds, in 16 hexadecimal digits, whatever the order in which it came and the engine that keeps it.

    Of each briefing its id, which is the SHA-256 of its file, whose version it is, what it is said to be and what was
    corrected: not who corrected it, nor when.
    """
    lines = [
        json.dumps(
            [
                *(one.id, one.lineage, one.title, one.date, one.language, one.url),
                *map(_corrected, one.corrections),
            ],
            ensure_ascii=False,
        )
        for one in held
    ]
    return sha256("\n".join(sorted(lines)).encode()).hexdigest()[:16]


def _corrected(one: Correction) -> list[str]:
    """What a correction changes, and to what."""
    return [one.of, *(value or "" for value in (one.label, one.sha256, one.value, one.role, one.outlet))]


def _by_language(passage: Passage) -> Iterator[Passage]:
    """A passage, or its paragraphs where they are in several languages: a joint press conference is held in two."""
    whole = detect_language(passage.text, default=passage.language)
    lines = [(line, detect_language(line.group(), default=passage.language)) for line in _LINE.finditer(passage.text)]
    if all(code == whole for _, code in lines):
        yield replace(passage, language=whole)
        return
    for line, code in lines:
        start, end = passage.start + line.start(), passage.start + line.end()
        yield replace(passage, start=start, end=end, text=line.group(), language=code)


class Record:
    """The lookups of `onrecord.rag.checking.check.Lookup` over a library and the model of its vectors."""

    def __init__(self, holdings: Holdings, encoder: Encoder, bundled: Encoder) -> None:
        """Look up in `holdings` by the `encoder` of its vectors; the `bundled` one compares across languages."""
        self._holdings = holdings
        self._encoder = encoder
        self._translations = Translations(holdings, bundled)
        self._briefings: dict[str, Briefing] = {}
        names = holdings.names()
        self._languages = names.get("language") or list(LANGUAGES)
        self._speakers, *_ = holdings.on_record()

    def candidates(self, quotation: str) -> list[Passage]:
        """The passages that share words with the quotation, then those nearest in sense, of every language."""
        ids: dict[int, None] = {}
        vector = self._encoder.encode_queries([quotation])[0]
        for code in self._languages:
            terms = language(code).query_terms(quotation)
            reach = _BY_SENSE if len(terms) >= _FEW_TERMS else _BY_SENSE_ALONE
            found = self._holdings.candidates(
                vector, dict.fromkeys(terms, 1.0), Filters(language=code), max(_BY_WORDS, reach), language=code
            )
            ids |= dict.fromkeys(one.id for one in (*by_words(found, _BY_WORDS), *by_sense(found, vector, reach)))
        return self._passages(list(ids))

    def across(self, quotation: str, speaker: str | None) -> list[Passage]:
        """The passages in other languages that are nearest in sense, those of the speaker first."""
        own = detect_language(quotation)
        same = people_called(speaker, self._speakers) if speaker else []
        ids: dict[int, None] = {}
        vector = self._encoder.encode_queries([quotation])[0]
        for code in self._languages:
            limits = [Filters(language=code, speaker=name) for name in same[:_SPEAKERS]] + [Filters(language=code)]
            for filters in limits:
                found = self._holdings.candidates(vector, {}, filters, _ACROSS)
                ids |= dict.fromkeys(one.id for one in by_sense(found, vector, _ACROSS))
        passages = self._passages(list(ids))
        return [one for passage in passages for one in _by_language(passage) if one.language != own]

    def _passages(self, ids: Sequence[int]) -> list[Passage]:
        found = self._holdings.held(ids)
        return [found[passage].passage for passage in ids if passage in found]

    def briefing(self, briefing_id: str) -> Briefing:
        """A briefing by its id, kept in memory while the check lasts."""
        if briefing_id not in self._briefings:
            self._briefings[briefing_id] = self._holdings.briefing(briefing_id)
        return self._briefings[briefing_id]

    def speakers(self) -> Sequence[str]:
        """The names of all people on record."""
        return self._speakers

    def similarity(self, quotation: str, texts: Sequence[str]) -> list[float]:
        """How near texts of one other language are to the quotation in sense."""
        return self._translations.similarity(quotation, texts)
