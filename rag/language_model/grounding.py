"""Make a language model's words safe to show: every claim, marker and quotation checked against the passages (pure).

The model's text is untrusted. What comes out holds only its prose without any markup, `[n]` markers that point at our
own citations, and, inside quotation marks, exact slices of the passages it cites.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from onrecord.rag.answers.drafting import paragraph
from onrecord.rag.checking.article import speaker_of, speakers_told
from onrecord.rag.checking.speaker import said_by, surnames_of
from onrecord.rag.language_model.model_text import MARKERS, Taken, disarmed, plain_lines, sentences_written
from onrecord.rag.languages import LANGUAGES, answer_language, language
from onrecord.rag.languages.numerals import decimal_sign
from onrecord.rag.people.names import Known, read_name
from onrecord.rag.text.figures import numbers
from onrecord.rag.text.folding import fold
from onrecord.rag.text.quotes import cite, find, overlap
from onrecord.rag.transcript.mentions import NO_MENTION, Voice
from onrecord.rag.types import Briefing, Citation, Part, Passage, Piece, Pointer, Quote, Span, Words

Similarity = Callable[[str, Sequence[str]], Sequence[float]]

# Answers when the passages hold no answer; the prompt asks for it and the checks look for it.
NO_ANSWER = "NOT_FOUND"
# Share of a sentence's words of meaning that its passages must hold; or, for another wording or language, nearness in
# sense on the scale of `Translations.similarity`, where translations begin at 0.5.
_SUPPORTED_WORDS = 0.6
# Around a verified quotation little is said but who spoke, often in another language than the record's.
_FRAMED_WORDS = 0.4
_SUPPORTED_SENSE = 0.5
# A passage that is cited beside others must share at least this much to be pointed at.
_POINTED_WORDS = 0.2
_MOST_SENTENCES = 12
# Whatever language is asked for, a model may write another.
_EVERY = tuple(map(language, LANGUAGES))
_PUNCTUATION = ".,;:!?…()[]“”«»\"'’"


@dataclass(frozen=True, slots=True)
class Grounded:
    """Checked words with their citations, and how many of the sentences are supported and not."""

    parts: tuple[Part, ...]
    citations: tuple[Citation, ...]
    supported: int
    unsupported: int


def ground(
    raw: str,
    passages: Sequence[Passage],
    briefings: Mapping[str, Briefing],
    *,
    question: str = "",
    language: str = "en",
    similarity: Similarity | None = None,
) -> Grounded:
    """Check a model's answer against the numbered passages (1 to n) that it was given.

    Markers that name no passage are dropped. A sentence must be supported by the passages it cites, in its words (with
    its figures and its negation) or in its sense, else it is marked so and loses its markers. Text in quotation marks
    that stands in a passage cited by its sentence becomes the exact slice; other text loses the marks. A quotation that
    the model gives to anybody but its speaker is given back, and no sentence cites one person for what it says another
    said. Links, images, HTML and lists of sources are removed.
    """
    checker = _Checker(passages, briefings, question, language, similarity)
    paragraphs: list[Part] = []
    for line in plain_lines(raw):
        shown = [
            pieces for sentence in sentences_written(line, checker.words) if (pieces := checker.sentence(*sentence))
        ]
        if shown:
            paragraphs.append(paragraph(shown))
    return Grounded(tuple(paragraphs), tuple(checker.citations), checker.supported, checker.unsupported)


class _Checker:
    """Checks sentence after sentence, numbering citations in the order in which they are shown."""

    def __init__(
        self,
        passages: Sequence[Passage],
        briefings: Mapping[str, Briefing],
        question: str,
        code: str,
        similarity: Similarity | None,
    ) -> None:
        self.citations: list[Citation] = []
        self.supported = self.unsupported = 0
        self._passages, self._briefings = passages, briefings
        self._question, self._similarity = question, similarity
        self.words = answer_language(code)
        # Whatever the answer and the passages are written in.
        self._languages = [language(known) for known in {self.words.code, *(passage.language for passage in passages)}]
        self._framing = {term for words in self._languages for term in self._terms(" ".join(words.model.framing))}
        self._shown: set[str] = set()
        self._people = [turn.speaker for each in briefings.values() for turn in each.turns if turn.speaker]
        self._surnames = surnames_of(self._people)

    def sentence(self, sentence: str, taken: Taken) -> list[Piece]:
        """The sentence as it may be shown; empty where nothing is left of it."""
        if len(self._shown) >= _MOST_SENTENCES:
            return []
        named = dict.fromkeys(number for sign in sentence if sign in taken.markers for number in taken.markers[sign])
        cited = [self._passages[number - 1] for number in named if 1 <= number <= len(self._passages)]
        exact = {sign: self._exact(taken.quotations[sign], cited) for sign in sentence if sign in taken.quotations}
        quoted = {sign: found for sign, found in exact.items() if found is not None}
        prose = disarmed("".join(self._spoken(sign, quoted, taken) for sign in sentence))
        if not any(character.isalnum() for character in prose) and not quoted:
            return []
        whole = disarmed("".join(taken.quotations.get(sign, sign) for sign in sentence if sign not in taken.markers))
        if whole in self._shown:
            return []
        self._shown.add(whole)
        if any(self._misattributed(sign, sentence, taken, quoted) for sign in quoted):
            self.supported += 1
            return self._given_back(taken, quoted)
        pointed = self._support(prose, cited, quoted)
        if pointed:
            # What is left must bear the sentence: else it names one and cites another.
            pointed = self._of_those_named(prose, pointed) or None
        written = self._written(sentence, taken, quoted)
        if pointed is None:
            self.unsupported += 1
            unsupported = Words(f" {self.words.model.unsupported}")
            return [*written, unsupported] if written else []
        self.supported += 1
        numbers = dict.fromkeys(self._number(passage, span) for passage, span in pointed)
        told = {number for piece in written if isinstance(piece, Quote) for number in piece.citations}
        pointer = Pointer(tuple(number for number in numbers if number not in told))
        return [*written, Words(" "), pointer] if pointer.citations else written

    def _exact(self, words: str, cited: Sequence[Passage]) -> tuple[Passage, list[Span]] | None:
        for passage in cited:
            # No quotation joins the words of two people.
            turns = [
                Span(max(turn.start, passage.start) - passage.start, min(turn.end, passage.end) - passage.start)
                for turn in self._briefings[passage.briefing_id].turns
                if overlap(turn, passage)
            ]
            spans = find(words, passage.text, within=turns)
            if spans and all(_may_be_quoted(passage.text[span.start : span.end]) for span in spans):
                return passage, [Span(passage.start + span.start, passage.start + span.end) for span in spans]
        return None

    def _spoken(self, sign: str, quoted: Mapping[str, object], taken: Taken) -> str:
        if sign in taken.markers or sign in quoted:
            return " "
        return taken.quotations.get(sign, sign)

    def _misattributed(
        self, sign: str, sentence: str, taken: Taken, quoted: Mapping[str, tuple[Passage, list[Span]]]
    ) -> bool:
        """Whether the sentence gives one of its verified quotations to somebody else, or to either of two people."""
        place = sentence.index(sign)
        around = "".join(" " if each in taken.markers or each in taken.quotations else each for each in sentence)
        passage, spans = quoted[sign]
        speaker = self._speaker(passage, spans[0])
        return speaker is not None and not all(
            self._is(named, speaker, passage)
            for words in _EVERY
            if (named := speaker_of(around, Span(place, place + 1), words, self._surnames)) != NO_MENTION
        )

    def _is(self, named: Voice, speaker: Known, passage: Passage) -> bool:
        """Whether somebody named is the speaker of a passage, and can be nobody else."""
        turns = self._briefings[passage.briefing_id].turns
        said = said_by(
            named.name or named.role or "",
            speaker,
            office=named.role if named.name else None,
            present=[Known(turn.speaker, turn.role) for turn in turns if turn.speaker],
            on_record=self._people,
            about=" ".join(filter(None, (passage.outlet, passage.context))),
        )
        return said.same == "yes" and not said.may_be

    def _of_those_named(self, prose: str, pointed: Sequence[tuple[Passage, Span]]) -> list[tuple[Passage, Span]]:
        """The slices that a sentence without quotations may point at, by the people it names.

        Whoever it says speaks must be the slice's speaker. Of other people on record it may speak where the slice's
        speaker is among them, or the passage speaks of them too.
        """
        told = {voice for words in _EVERY for voice in speakers_told(prose, words, self._surnames)}
        named = {fold(word) for word in re.findall(r"\w+", prose) if word[0].isupper()} & self._surnames
        kept = []
        for passage, span in pointed:
            speaker = self._speaker(passage, span)
            held = set(re.findall(r"\w+", fold(f"{passage.text} {passage.context}")))
            if speaker is None:
                fits = all(set(re.findall(r"\w+", fold(each.name or each.role or ""))) <= held for each in told)
            else:
                fits = all(self._is(each, speaker, passage) for each in told)
                held |= named if read_name(speaker.name).surname in named else set()
            if fits and named <= held:
                kept.append((passage, span))
        return kept

    def _speaker(self, passage: Passage, span: Span) -> Known | None:
        """Who says a slice of a passage on the record."""
        citation = cite(1, self._briefings[passage.briefing_id], span.start, span.end)
        if citation.speaker is not None:
            return Known(citation.speaker, citation.role, citation.outlet)
        return Known(passage.speaker, passage.role, passage.outlet) if passage.speaker else None

    def _given_back(self, taken: Taken, quoted: Mapping[str, tuple[Passage, list[Span]]]) -> list[Piece]:
        """The verified quotations of a sentence alone, each behind the name of whoever said it."""
        pieces: list[Piece] = []
        owners = ((self._speaker(passage, spans[0]), sign) for sign, (passage, spans) in quoted.items())
        for speaker, signs in groupby(owners, key=lambda owner: owner[0]):
            name = disarmed(speaker.name) if speaker else self.words.wording.nobody
            pieces += [Words(f"{'; ' if pieces else ''}{name}: ")]
            pieces += self._written("".join(sign for _, sign in signs), taken, quoted)
        return pieces

    def _support(
        self, prose: str, cited: Sequence[Passage], quoted: Mapping[str, tuple[Passage, list[Span]]]
    ) -> list[tuple[Passage, Span]] | None:
        """Where the prose of a sentence is supported; None where it is not."""
        terms = self._terms(prose) - self._framing
        if not terms:
            return [] if quoted else None
        pointed: list[tuple[float, Passage, Span]] = []
        for passage in cited:
            best = max(self._overlaps(terms, passage), key=lambda one: one[0], default=None)
            if best is not None and best[0] >= _POINTED_WORDS:
                pointed.append((best[0], passage, best[1]))
        held: set[str] = set()
        for passage in cited:
            held |= self._terms(
                " ".join(filter(None, (passage.text, passage.context, passage.speaker, passage.role, passage.outlet)))
            )
            briefing = self._briefings[passage.briefing_id]
            held |= self._terms(f"{briefing.title} {briefing.date or ''}")
        known = set(numbers(self._question, decimal_sign(self.words.code)))
        for passage in cited:
            briefing = self._briefings[passage.briefing_id]
            given = f"{passage.text} {passage.context} {briefing.date or ''}"
            known |= set(numbers(given, decimal_sign(passage.language)))
        if not numbers(prose, decimal_sign(self.words.code)).keys() <= known:
            return None
        share = len(terms & (held | self._terms(self._question))) / len(terms)
        if share >= (_FRAMED_WORDS if quoted else _SUPPORTED_WORDS) and terms & held:
            if quoted:
                return []
            best_slice = max(pointed, key=lambda one: one[0], default=None)
            if best_slice is not None:
                _, passage, span = best_slice
                if self._contrary(prose, passage, span):
                    return None
                return [(passage, span) for _, passage, span in pointed]
        return self._by_sense(prose, cited)

    def _by_sense(self, prose: str, cited: Sequence[Passage]) -> list[tuple[Passage, Span]] | None:
        if self._similarity is None or not cited:
            return None
        slices = [(passage, span) for passage in cited for span in _sentence_spans(passage)]
        scores = self._similarity(prose, [self._slice(passage, span) for passage, span in slices])
        best = max(range(len(slices)), key=lambda index: scores[index], default=None)
        if best is None or scores[best] < _SUPPORTED_SENSE:
            return None
        if self._contrary(prose, *slices[best]):
            return None
        return [slices[best]]

    def _contrary(self, prose: str, passage: Passage, span: Span) -> bool:
        """Whether one of a sentence and its source says no and the other does not, each in its own language."""
        own, theirs = self.words.model.negation, language(passage.language).model.negation
        return bool(theirs) and bool(own.search(prose)) != bool(theirs.search(self._slice(passage, span)))

    def _overlaps(self, terms: set[str], passage: Passage) -> list[tuple[float, Span]]:
        return [
            (len(terms & self._terms(self._slice(passage, span))) / len(terms), span)
            for span in _sentence_spans(passage)
        ]

    def _slice(self, passage: Passage, span: Span) -> str:
        return self._briefings[passage.briefing_id].text[span.start : span.end]

    def _terms(self, text: str) -> set[str]:
        """The stems of a text in any of the languages, without what is grammar in one of them."""
        words = " ".join(word for word in text.split() if not self._is_grammar(word))
        return {term for known in self._languages for term in known.query_terms(words)}

    def _is_grammar(self, word: str) -> bool:
        bare = word.strip(_PUNCTUATION)
        acronym = len(bare) > 1 and bare.isupper()
        return not acronym and any(bare.lower() in known.terms.stop_words for known in self._languages)

    def _number(self, passage: Passage, span: Span) -> int:
        for citation in self.citations:
            if (citation.briefing_id, citation.start, citation.end) == (passage.briefing_id, span.start, span.end):
                return citation.number
        number = len(self.citations) + 1
        briefing = self._briefings[passage.briefing_id]
        self.citations.append(
            cite(number, briefing, span.start, span.end, language=passage.language, passage_id=passage.id)
        )
        return number

    def _written(self, sentence: str, taken: Taken, quoted: Mapping[str, tuple[Passage, list[Span]]]) -> list[Piece]:
        """The sentence with quotes of the exact slices where its quotations stood."""
        written: list[Piece] = []
        prose = ""
        for sign in sentence:
            if sign not in quoted:
                prose += "" if sign in taken.markers else taken.quotations.get(sign, sign)
                continue
            written += _said_next(written, prose)
            if written:
                written.append(Words(" "))
            passage, spans = quoted[sign]
            numbers_of = tuple(self._number(passage, span) for span in spans)
            written.append(Quote(numbers_of, marks=self.words.wording.marks))
            prose = ""
        return [*written, *_said_next(written, prose)]


def _said_next(written: Sequence[Piece], prose: str) -> list[Piece]:
    """Words of a sentence behind what is written of it; after a quote no colon, and a blank but before punctuation."""
    words = disarmed(prose).lstrip(": " if written else ":;,. ")
    if not words:
        return []
    return [Words(words if not written or words[0] in ".,;!?…)" else f" {words}")]


def _may_be_quoted(words: str) -> bool:
    """A slice that holds markers or stray quotation marks of its own would be read as something else."""
    depth = 0
    for sign in words:
        depth += (sign == "“") - (sign == "”")
        if depth < 0:
            return False
    return depth == 0 and not MARKERS.search(words)


def _sentence_spans(passage: Passage) -> list[Span]:
    spans = language(passage.language).sentences(passage.text)
    return [Span(passage.start + span.start, passage.start + span.end) for span in spans]
