"""One sentence of a language model against the statements that it cites: what holds of it, or why it is dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol

from onrecord.rag.language_model.evidence import Evidence
from onrecord.rag.language_model.figures import days_in, figures_in
from onrecord.rag.language_model.proper_names import name_parts, names_in
from onrecord.rag.language_model.quotations import Exact
from onrecord.rag.language_model.speakers import Speakers
from onrecord.rag.language_model.support import THRESHOLD, Measures, framing, supported
from onrecord.rag.language_model.telling import clauses_of
from onrecord.rag.languages import Language, together
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.transcript.mentions import Voice
from onrecord.rag.types import Briefing, Span

SentenceOutcome = Literal["kept", "reattributed", "number", "quotation", "speaker", "name", "figure", "support"]
"""What became of a sentence: shown, shown under another number, or the check that it failed."""

# "Of the 210 million, …" is also told as "the 210".
_SCALES = ("000", "000000", "000000000")


class Measuring(Protocol):
    """What measures how well statements support a sentence: `Support`, or a stand-in of a test."""

    def measure(self, sentence: str, code: str, cited: Sequence[Evidence]) -> Measures:
        """Measure a sentence in the language of a code against the statements that it cites, one at least."""

    def translates(self, name: str, sentence: str, code: str, cited: Sequence[Evidence]) -> bool:
        """Whether a name in a sentence is one of statements in other languages, in its own."""


@dataclass(frozen=True, slots=True)
class ToCheck:
    """A sentence taken apart: `prose` is what stands outside verified quotations, `whole` all of it without markers.

    `places` are where the verified quotations stand in `around`, the sentence with all quotations blanked out.
    """

    prose: str
    whole: str
    around: str
    quoted: tuple[tuple[int, Exact], ...] = ()


class SentenceCheck:
    """Checks sentences in one language against statements of some briefings."""

    def __init__(
        self,
        evidence: Sequence[Evidence],
        briefings: Mapping[str, Briefing],
        words: Language,
        support: Measuring,
        question: str = "",
    ) -> None:
        """Check against `evidence`; a name that the `question` gives may be said of a briefing that has it."""
        self._asked = name_parts(question)
        self._evidence = evidence
        self._words = words
        self._support = support
        self._briefings = {one.citation.briefing_id: briefings[one.citation.briefing_id] for one in evidence}
        self._speakers = Speakers(self._briefings)

    def judge(self, sentence: ToCheck, cited: Sequence[Evidence]) -> tuple[SentenceOutcome, tuple[Evidence, ...]]:
        """What becomes of a sentence that cites some statements, and those that support it."""
        outcome, held = self._held(sentence, cited)
        if outcome == "kept" or sentence.quoted:
            return outcome, held
        # It may be right and its number wrong: one statement that has everything it says, of whom it names or cites.
        others = [one for one in self._evidence if one not in cited and self._may_move(sentence, one, cited)]
        found = [(self._weight(sentence, [one]), one) for one in others if self._fails(sentence, [one]) is None]
        best = max(found, key=lambda one: one[0], default=None)
        return ("reattributed", (best[1],)) if best and best[0] >= THRESHOLD else (outcome, ())

    def _held(self, sentence: ToCheck, cited: Sequence[Evidence]) -> tuple[SentenceOutcome, tuple[Evidence, ...]]:
        if not cited:
            return "number", ()
        for place, one in sentence.quoted:
            if not self._speakers.speak(self._speakers.quoted(sentence.around, Span(place, place + 1)), one.evidence):
                return "speaker", ()
        if sentence.quoted and not self._says_more(sentence.prose):
            return "kept", tuple(dict.fromkeys(one.evidence for _, one in sentence.quoted))
        told = self._told(sentence)
        fitting = [one for one in cited if self._speakers.speak(told, one)] or self._of_several(
            told, sentence.whole, cited
        )
        if not fitting:
            return "speaker", ()
        failed = self._fails(sentence, fitting)
        if failed:
            return failed, ()
        if self._weight(sentence, fitting) < THRESHOLD:
            return "support", ()
        return "kept", tuple(self._needed(sentence, fitting))

    def _may_move(self, sentence: ToCheck, to: Evidence, cited: Sequence[Evidence]) -> bool:
        """Whether something ties a sentence to a statement: its speaker, and a figure or a name."""
        told = self._told(sentence)
        tied = bool(told or figures_in(sentence.whole, self._words.code) or self._names(sentence.whole))
        return tied and (bool(told) or to.citation.speaker in {one.citation.speaker for one in cited})

    def _told(self, sentence: ToCheck) -> frozenset[Voice]:
        return self._speakers.told(sentence.prose) if not sentence.quoted else frozenset()

    def _of_several(self, told: frozenset[Voice], sentence: str, cited: Sequence[Evidence]) -> list[Evidence]:
        """The statements cited, where several are said to speak, and each by its own part of the sentence."""
        if len(told) < 2:
            return []
        spoken = [[voice for voice in told if self._speakers.speak([voice], one)] for one in cited]
        if not all(spoken) or {voice for each in spoken for voice in each} != told:
            return []
        for voice, part in self._parts(told, sentence):
            theirs = [one for one in cited if self._speakers.speak([voice], one)]
            own = ToCheck(part, part, part)
            if self._fails(own, theirs) or self._weight(own, theirs) < THRESHOLD:
                return []
        return list(cited)

    def _parts(self, told: frozenset[Voice], sentence: str) -> list[tuple[Voice, str]]:
        """A sentence in which several speak, cut before each clause that names another of them."""
        parts: list[tuple[Voice, str]] = []
        waiting = ""
        for start, end in clauses_of(sentence, self._words):
            clause = waiting + sentence[start:end]
            held = name_parts(clause)
            named = next((one for one in told if name_parts(one.name or one.role or "") & held), None)
            if named is not None and (not parts or parts[-1][0] != named):
                parts.append((named, clause))
            elif parts:
                parts[-1] = (parts[-1][0], parts[-1][1] + clause)
            waiting = "" if parts else clause
        return parts

    def _fails(self, sentence: ToCheck, cited: Sequence[Evidence]) -> SentenceOutcome | None:
        """The check that a sentence fails against all of some statements, before it is measured."""
        if not all(any(self._speakers.speak([voice], one) for one in cited) for voice in self._told(sentence)):
            return "speaker"
        held = name_parts(" ".join(f"{one.citation.quote} {one.context}" for one in cited))
        held |= self._asked & self._parts_of_all(cited)
        for name, parts in self._names(sentence.whole).items():
            if not parts <= held and not self._support.translates(name, sentence.whole, self._words.code, cited):
                return "name"
        known = {value for one in cited for value in _figures_known(one)}
        if not figures_in(sentence.whole, self._words.code) <= known:
            return "figure"
        if _moves_a_day(days_in(sentence.whole, self._words.code), cited):
            return "figure"
        return None

    def _names(self, sentence: str) -> dict[str, frozenset[str]]:
        return names_in(sentence, self._words, self._vocabulary, self._speakers.surnames)

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        texts = "\n".join(one.text for one in self._briefings.values())
        return Vocabulary(texts, together(*(one.language for one in self._briefings.values())))

    def _parts_of_all(self, cited: Sequence[Evidence]) -> frozenset[str]:
        """The words that every briefing cited has."""
        ids = {one.citation.briefing_id for one in cited}
        return frozenset.intersection(*(self._parts_in[id_] for id_ in ids))

    @cached_property
    def _parts_in(self) -> dict[str, frozenset[str]]:
        return {id_: name_parts(one.text) for id_, one in self._briefings.items()}

    def _weight(self, sentence: ToCheck, cited: Sequence[Evidence]) -> float:
        return supported(self._support.measure(sentence.whole, self._words.code, cited))

    def _needed(self, sentence: ToCheck, cited: Sequence[Evidence]) -> list[Evidence]:
        """The statements cited that bear a sentence: one alone where it does, else all."""
        if len(cited) == 1:
            return list(cited)
        alone = [
            one for one in cited if not self._fails(sentence, [one]) and self._weight(sentence, [one]) >= THRESHOLD
        ]
        return alone or list(cited)

    def _says_more(self, prose: str) -> bool:
        """Whether the words around a quotation say more than who spoke."""
        names = {part for parts in self._names(prose).values() for part in parts}
        terms = set(self._words.index_terms(prose)) - framing(self._words.code)
        return any(not name_parts(term) <= names for term in terms) if terms else False


def _moves_a_day(told: frozenset[tuple[int, int]], cited: Sequence[Evidence]) -> bool:
    """Whether a day that the statements say is of one month is told of another."""
    there = {day for one in cited for day in days_in(one.citation.quote, one.citation.language)}
    return any(pair not in there and any(day == pair[0] for day, _ in there) for pair in told)


def _figures_known(one: Evidence) -> set[str]:
    """The figures of a statement and of what is known of it; "210 million" is known as 210 too."""
    known = set(figures_in(f"{one.citation.quote} {one.context}", one.citation.language))
    plain = {value for value in known if value.isdigit()}
    return known | {value.removesuffix(zeros) for value in plain for zeros in _SCALES if value.endswith(zeros)}
