"""Make a language model's words safe to show: every sentence checked against the statements it was given (pure).

The model's text is untrusted. What comes out holds only its prose without any markup, numbers of our own citations,
and, inside quotation marks, exact slices of the statements that its sentence cites.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from onrecord.rag.answers.drafting import paragraph
from onrecord.rag.language_model.checking_sentence import Measuring, SentenceCheck, SentenceOutcome, ToCheck
from onrecord.rag.language_model.evidence import Evidence
from onrecord.rag.language_model.model_text import Taken, disarmed, plain_lines, sentences_written
from onrecord.rag.language_model.quotations import Exact, exact
from onrecord.rag.languages import answer_language
from onrecord.rag.text.quotes import cite
from onrecord.rag.types import Briefing, Citation, Part, Piece, Pointer, Quote, Span, Words

# What a model writes where the statements hold no answer; the prompt asks for it, and nothing of it is shown.
NO_ANSWER = "NOT_FOUND"
_MOST_SENTENCES = 24


@dataclass(frozen=True, slots=True)
class Judged:
    """A sentence of a model as it was written, without its numbers, and what became of it."""

    text: str
    outcome: SentenceOutcome

    @property
    def shown(self) -> bool:
        """Whether it passed every check."""
        return self.outcome in ("kept", "reattributed")


@dataclass(frozen=True, slots=True)
class Grounded:
    """What may be shown of a model's text: parts that point at citations; and what became of every sentence."""

    parts: tuple[Part, ...] = ()
    citations: tuple[Citation, ...] = ()
    judged: tuple[Judged, ...] = ()

    @property
    def left_out(self) -> int:
        """How many sentences failed a check."""
        return sum(not one.shown for one in self.judged)


@dataclass
class Grounding:
    """Checks a text as it grows; a sentence is judged once.

    Args:
        evidence: the statements that the model was given, numbered from 1.
        briefings: those of the statements, by id.
        language: the code of the language that the answer is in.
        support: measures how well statements support a sentence.
        cited: the citations of the answer so far; those of the text come behind them.
        in_time: whether the sentences are a list in the order of their dates.
        question: what is answered.
    """

    evidence: Sequence[Evidence]
    briefings: Mapping[str, Briefing]
    language: str
    support: Measuring
    cited: tuple[Citation, ...] = ()
    in_time: bool = False
    question: str = ""
    _known: dict[str, tuple[SentenceOutcome, tuple[Evidence, ...]]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self._words = answer_language(self.language)
        self._check = SentenceCheck(self.evidence, self.briefings, self._words, self.support, self.question)

    def ground(self, raw: str) -> Grounded:
        """What may be shown of a text.

        A sentence without a number of its own takes those that come next on its line. Links, images, HTML and lists of
        sources are removed.
        """
        citations = list(self.cited)
        judged: list[Judged] = []
        shown: list[tuple[str, list[Piece]]] = []
        seen: set[str] = set()
        for line in plain_lines(raw):
            for sentence, taken, numbers in _numbered(sentences_written(line, self._words)):
                told = disarmed(_without_quotations(sentence, taken))
                if not any(sign.isalnum() for sign in told) or told in seen or len(seen) == _MOST_SENTENCES:
                    continue
                seen.add(told)
                cited = [one for one in self.evidence if one.number in numbers]
                quoted = {sign: exact(taken.quotations[sign], cited) for sign in sentence if sign in taken.quotations}
                found = {sign: one for sign, one in quoted.items() if one is not None}
                outcome, held = self._judged(sentence, taken, found, cited)
                judged.append(Judged(told, outcome))
                if held:
                    date = min(one.citation.date or "" for one in held)
                    shown.append((date, self._pieces(sentence, taken, found, held, citations)))
        if self.in_time:
            shown.sort(key=lambda one: one[0])
            parts = tuple(Part(paragraph([pieces]).pieces, item=True) for _, pieces in shown)
        else:
            parts = (paragraph(pieces for _, pieces in shown),) if shown else ()
        return Grounded(parts, tuple(citations), tuple(judged))

    def _judged(
        self, sentence: str, taken: Taken, quoted: Mapping[str, Exact], cited: Sequence[Evidence]
    ) -> tuple[SentenceOutcome, tuple[Evidence, ...]]:
        key = f"{_without_quotations(sentence, taken)}\n{[one.number for one in cited]}"
        if key not in self._known:
            plain = "".join(sign for sign in sentence if sign not in taken.markers)
            blank = "".join(" " if sign in taken.quotations else sign for sign in plain)
            self._known[key] = self._check.judge(
                ToCheck(
                    prose=disarmed(
                        "".join(" " if sign in quoted else taken.quotations.get(sign, sign) for sign in plain)
                    ),
                    whole=disarmed(_without_quotations(sentence, taken)),
                    around=blank,
                    quoted=tuple((plain.index(sign), one) for sign, one in quoted.items()),
                ),
                cited,
            )
        return self._known[key]

    def _pieces(
        self,
        sentence: str,
        taken: Taken,
        quoted: Mapping[str, Exact],
        held: Sequence[Evidence],
        citations: list[Citation],
    ) -> list[Piece]:
        """The sentence with quotes of the exact slices where its quotations stood, and numbers of what bears it."""
        written: list[Piece] = []
        prose = ""
        for sign in sentence:
            if sign not in quoted:
                prose += "" if sign in taken.markers else taken.quotations.get(sign, sign)
                continue
            written += _said_next(written, prose)
            if written:
                written.append(Words(" "))
            one = quoted[sign]
            numbers = tuple(self._number(one.evidence.citation, span, citations) for span in one.spans)
            written.append(Quote(numbers, marks=self._words.wording.marks))
            prose = ""
        written += _said_next(written, prose)
        told = {one.evidence for one in quoted.values()}
        whole = [one.citation for one in held if one not in told]
        pointer = tuple(self._number(one, Span(one.start, one.end), citations) for one in whole)
        if pointer:
            written += [Words(" "), Pointer(tuple(dict.fromkeys(pointer)))]
        foreign = {one.language for one in whole} - {self._words.code}
        if foreign and len(foreign) == len({one.language for one in whole}):
            written.append(
                Words(f" {self._words.model.translated.format(languages=self._words.wording.languages(foreign))}")
            )
        return written

    def _number(self, source: Citation, span: Span, citations: list[Citation]) -> int:
        place = (source.briefing_id, span.start, span.end)
        for one in citations:
            if (one.briefing_id, one.start, one.end) == place:
                return one.number
        number = len(citations) + 1
        if (source.start, source.end) == (span.start, span.end):
            citations.append(replace(source, number=number))
        else:
            briefing = self.briefings[source.briefing_id]
            passage, code = source.passage_id, source.language
            citations.append(cite(number, briefing, span.start, span.end, language=code, passage_id=passage))
        return number


def _numbered(sentences: Sequence[tuple[str, Taken]]) -> list[tuple[str, Taken, set[int]]]:
    """Sentences with the numbers that they cite: their own, else those of the next that has any."""
    found: list[tuple[str, Taken, set[int]]] = []
    numbers: set[int] = set()
    for sentence, taken in reversed(sentences):
        own = {number for sign in sentence if sign in taken.markers for number in taken.markers[sign]}
        numbers = own or numbers
        found.append((sentence, taken, numbers))
    return found[::-1]


def _without_quotations(sentence: str, taken: Taken) -> str:
    """A sentence with the words of its quotations in their places, and without its markers."""
    return "".join(taken.quotations.get(sign, sign) for sign in sentence if sign not in taken.markers)


def _said_next(written: Sequence[Piece], prose: str) -> list[Piece]:
    """Words of a sentence behind what is written of it; after a quote no colon, and a blank but before punctuation."""
    words = disarmed(prose).lstrip(": " if written else ":;,. ")
    if not words:
        return []
    return [Words(words if not written or words[0] in ".,;!?…)" else f" {words}")]
