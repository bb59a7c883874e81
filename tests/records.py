"""A record for the quote check made of a few texts, every turn of which may hold every quotation."""

from __future__ import annotations

from collections.abc import Sequence

from structures import briefing_of

from onrecord.rag.types import Briefing, Passage, SourceText


class SmallRecord:
    """The lookups of a check over texts that are read as any file; nothing is near anything in sense."""

    def __init__(self, *texts: str) -> None:
        made = (briefing_of(SourceText(text), id=f"b{number}") for number, text in enumerate(texts))
        self.briefings = {briefing.id: briefing for briefing in made}

    def candidates(self, quotation: str) -> Sequence[Passage]:
        return [passage for briefing in self.briefings.values() for passage in _passages(briefing)]

    def across(self, quotation: str, speaker: str | None) -> Sequence[Passage]:
        return []

    def briefing(self, briefing_id: str) -> Briefing:
        return self.briefings[briefing_id]

    def speakers(self) -> Sequence[str]:
        turns = [turn.speaker for briefing in self.briefings.values() for turn in briefing.turns]
        reported = [words.speaker for briefing in self.briefings.values() for words in briefing.reported]
        return list(dict.fromkeys(name for name in (*turns, *reported) if name))

    def similarity(self, quotation: str, texts: Sequence[str]) -> Sequence[float]:
        return [0.0] * len(texts)


def _passages(briefing: Briefing) -> list[Passage]:
    return [
        Passage(
            number,
            briefing.id,
            turn.start,
            turn.end,
            briefing.text[turn.start : turn.end],
            turn.speaker,
            turn.role,
            turn.kind,
            language=briefing.language,
            turn=number,
        )
        for number, turn in enumerate(briefing.turns)
    ]
