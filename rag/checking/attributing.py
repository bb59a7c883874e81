"""Who an article says spoke, compared with the speakers of the places where the words stand (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from onrecord.rag.checking.article import Claim
from onrecord.rag.checking.speaker import Compared, said_by
from onrecord.rag.people.names import Known
from onrecord.rag.text.quotes import cite
from onrecord.rag.types import Briefing, Citation, Span


@dataclass(frozen=True, slots=True)
class Attributed:
    """A claim with what tells whom it names: the full names the article gives before, and the people on record.

    `languages` are the codes of those it may be in, the likeliest first.
    """

    claim: Claim
    languages: tuple[str, ...]
    told: tuple[str, ...]
    on_record: Sequence[str]
    # By the speaker of a place: words that are said in many places have few speakers.
    _known: dict[tuple[object, ...], Compared] = field(default_factory=dict, compare=False, repr=False)

    def said(self, briefing: Briefing, span: Span) -> Compared:
        """Whether the one named is who speaks in a place on the record."""
        if self.claim.speaker is None:
            return Compared("unknown")
        citation = cite(1, briefing, span.start, span.end)
        place = (briefing.id, citation.speaker, citation.role, citation.outlet, citation.kind)
        if place not in self._known:
            self._known[place] = self._said(briefing, citation)
        return self._known[place]

    def _said(self, briefing: Briefing, citation: Citation) -> Compared:
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
