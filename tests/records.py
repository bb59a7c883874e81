"""Small records: briefings made of what a few people say, their passages, and what a quote check looks up in them."""

from __future__ import annotations

from collections.abc import Sequence

from structures import briefing_of

from onrecord.rag.types import Briefing, Kind, Passage, SourceText, Turn


class SmallRecord:
    """The lookups of a check over texts that are read as any file; nothing is near anything in sense."""

    def __init__(self, *texts: str) -> None:
        made = (briefing_of(SourceText(text), id=f"b{number}") for number, text in enumerate(texts))
        self.briefings = {briefing.id: briefing for briefing in made}

    def candidates(self, quotation: str) -> Sequence[Passage]:
        return [passage for briefing in self.briefings.values() for passage in passages_of_turns(briefing)]

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


def spoken_briefing(
    said: Sequence[tuple[str, str | None, str]],
    *,
    id: str = "b1",
    title: str = "Ports briefing",
    language: str = "en",
    kind: Kind = "answer",
) -> Briefing:
    """A transcript of what was said: (speaker, role, words) each, on a line of its own behind the speaker's name."""
    text, turns = "", []
    for speaker, role, words in said:
        text += f"{speaker}: "
        turns.append(Turn(len(text), len(text) + len(words), f"{speaker}:", speaker, role, kind=kind))
        text += f"{words}\n"
    return Briefing(id, title, "2025-04-01", language, None, f"{id}.txt", "transcript", text, tuple(turns))


def passages_of_turns(briefing: Briefing, first: int = 0) -> list[Passage]:
    """A passage for each turn, numbered from `first` on."""
    return [
        Passage(
            first + number,
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
