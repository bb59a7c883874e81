"""Whether who is said to speak is who speaks in the words cited (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from onrecord.rag.checking.article import speaker_of, speakers_told
from onrecord.rag.checking.speaker import said_by, surnames_of
from onrecord.rag.language_model.evidence import Evidence
from onrecord.rag.language_model.proper_names import name_parts
from onrecord.rag.languages import LANGUAGES, language
from onrecord.rag.people.names import Known
from onrecord.rag.transcript.mentions import NO_MENTION, Voice
from onrecord.rag.types import Briefing, Span

# Whatever language is asked for, a model may write another.
_EVERY = tuple(map(language, LANGUAGES))


class Speakers:
    """The people on record in some briefings, and whom a sentence means."""

    def __init__(self, briefings: Mapping[str, Briefing]) -> None:
        self._briefings = briefings
        self._people = [turn.speaker for each in briefings.values() for turn in each.turns if turn.speaker]

    @cached_property
    def surnames(self) -> frozenset[str]:
        """Those of the people on record, folded."""
        return surnames_of(self._people)

    def told(self, prose: str) -> frozenset[Voice]:
        """Whom a sentence without quotations gives what it says to."""
        return frozenset(voice for words in _EVERY for voice in speakers_told(prose, words, self.surnames))

    def quoted(self, prose: str, quotation: Span) -> frozenset[Voice]:
        """Whom a sentence names as the speaker of what it quotes in a place; all else that it quotes is blanked out."""
        voices = (speaker_of(prose, quotation, words, self.surnames) for words in _EVERY)
        return frozenset(voice for voice in voices if voice != NO_MENTION)

    def speak(self, told: Iterable[Voice], evidence: Evidence) -> bool:
        """Whether all who are said to speak are the speaker of a statement, and can be nobody else.

        The prose of a report is nobody's: there, those named must be named in it.
        """
        citation = evidence.citation
        if citation.speaker is None:
            held = name_parts(f"{citation.quote} {evidence.context}")
            return all(name_parts(voice.name or voice.role or "") <= held for voice in told)
        speaker = Known(citation.speaker, citation.role, citation.outlet)
        return all(self._is(voice, speaker, evidence) for voice in told)

    def _is(self, voice: Voice, speaker: Known, evidence: Evidence) -> bool:
        turns = self._briefings[evidence.citation.briefing_id].turns
        said = said_by(
            voice.name or voice.role or "",
            speaker,
            office=voice.role if voice.name else None,
            present=[Known(turn.speaker, turn.role) for turn in turns if turn.speaker],
            on_record=self._people,
            about=evidence.context,
        )
        return said.same == "yes" and not said.may_be
