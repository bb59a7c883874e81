"""Words of others that a speaker retells on lines of their own: "the Premier replied:" and the line below (pure)."""

from __future__ import annotations

from collections.abc import Sequence

from onrecord.rag.languages import Language
from onrecord.rag.transcript.lines import lines_of
from onrecord.rag.types import Reported, Turn

# A line that announces somebody's words has at most so many of its own behind its last sentence.
_MOST_WORDS = 12


def retold_in(text: str, turns: Sequence[Turn], words: Language) -> tuple[Reported, ...]:
    """Find whole lines inside labelled turns that are somebody else's words: nobody's, as far as the text tells.

    Args:
        text: the briefing's text.
        turns: its turns; only those with a label speak of what others said.
        words: those of the text's language.

    Returns:
        the line behind each line that ends in a colon and says, of somebody else, that they said or asked it.
    """
    found: list[Reported] = []
    for turn in turns:
        if turn.label is None:
            continue
        lines = lines_of(text[turn.start : turn.end])
        retold = -1
        for place, line in enumerate(lines[:-1]):
            if place != retold and _announces(line.text, words):
                retold = place + 1
                following = lines[retold]
                found.append(Reported(turn.start + following.start, turn.start + following.end))
    return tuple(found)


def _announces(line: str, words: Language) -> bool:
    if not line.endswith(":"):
        return False
    clause = line[max(line.rfind(mark, 0, -1) for mark in ".?!…") + 1 :]
    tokens = clause.strip(" :").split()
    own = words.speech.first_person.search(clause) or words.speech.first_person_plural.search(clause)
    if len(tokens) > _MOST_WORDS or own:
        return False
    return any(token in words.saying.said or token in words.saying.says for token in tokens)
