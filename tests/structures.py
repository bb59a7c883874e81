"""Shared by the tests of structure and passages: a briefing from a text, and what holds of any."""

from __future__ import annotations

from onrecord.rag.transcript.understanding import understand
from onrecord.rag.types import Briefing, Passage, SourceText, Structure


def structure_of(text: str, **known: str) -> Structure:
    return understand(SourceText(text, **known))


def briefing_of(source: SourceText | str, *, id: str = "b1", lineage: str = "b1") -> Briefing:
    source = source if isinstance(source, SourceText) else SourceText(source)
    structure = understand(source)
    return Briefing(
        id=id,
        title=structure.title or "Untitled",
        date=structure.date,
        language=structure.language,
        url=None,
        file="b1.txt",
        kind=structure.kind,
        text=source.text,
        turns=structure.turns,
        exchanges=structure.exchanges,
        boilerplate=structure.boilerplate,
        reported=structure.reported,
        dates=structure.dates,
        timecodes=structure.timecodes,
        lineage=lineage,
    )


def letters(text: str) -> list[str]:
    return [character for character in text if character.isalpha()]


def check_structure(text: str, structure: Structure) -> None:
    """Turns are ordered slices; turns, labels and boilerplate hold every character that is not blank."""
    covered = bytearray(len(text))
    for span in structure.boilerplate:
        assert 0 <= span.start < span.end <= len(text)
        covered[span.start : span.end] = b"\x01" * (span.end - span.start)
    previous = 0
    for turn in structure.turns:
        assert previous <= turn.start < turn.end <= len(text)
        words = text[turn.start : turn.end]
        assert words == words.strip()
        between = "".join(text[place] for place in range(previous, turn.start) if not covered[place])
        assert letters(between) == letters(turn.label or ""), (between, turn.label)
        if turn.label is None:
            assert not between.strip()
        covered[previous : turn.end] = b"\x01" * (turn.end - previous)
        previous = turn.end
    assert not "".join(text[place] for place in range(len(text)) if not covered[place]).strip()
    spans = [*structure.reported, *structure.dates, *(span for each in structure.exchanges for span in each.asked)]
    for inner in spans:
        assert 0 <= inner.start < inner.end <= len(text)
    for number, exchange in enumerate(structure.exchanges):
        assert list(exchange.questions) == sorted(exchange.questions)
        assert all(structure.turns[place].kind == "question" for place in exchange.questions)
        assert all(structure.turns[place].kind == "answer" for place in exchange.answers)
        assert exchange.follows is None or exchange.follows < number


def check_passages(briefing: Briefing, passages: tuple[Passage, ...]) -> None:
    """Passages are ordered slices of turns, free of boilerplate, and leave no spoken character out."""
    text = briefing.text
    spoken = bytearray(len(text))
    marked = bytearray(len(text))
    for turn in briefing.turns:
        spoken[turn.start : turn.end] = b"\x01" * (turn.end - turn.start)
    for span in briefing.boilerplate:
        marked[span.start : span.end] = b"\x01" * (span.end - span.start)
    previous = 0
    for passage in passages:
        assert previous <= passage.start < passage.end <= len(text)
        assert passage.text == text[passage.start : passage.end]
        assert passage.text.strip()
        assert 0 <= passage.id < 2**53
        assert not any(marked[place] and not text[place].isspace() for place in range(passage.start, passage.end))
        spoken[passage.start : passage.end] = b"\x00" * (passage.end - passage.start)
        previous = passage.end
    left = "".join(text[place] for place in range(len(text)) if spoken[place] and not marked[place])
    assert not left.strip()
    assert len({passage.id for passage in passages}) == len(passages)
