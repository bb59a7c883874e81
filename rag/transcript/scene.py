"""All turns of a transcript side by side, as far as telling who asks, answers and leads needs them (pure)."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from onrecord.rag.languages.phrases import Phrase
from onrecord.rag.languages.speech import SpeechPhrases
from onrecord.rag.people.labels import DialoguePart
from onrecord.rag.people.roles import bare_label
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.text.folding import fold
from onrecord.rag.transcript.introductions import introduced
from onrecord.rag.types import Turn

# A hand-over is short, a bare call for a question shorter; in words.
SHORT_TURN, _CALL = 45, 15
# Who asks does so in the last words of a turn; a question mark before them is a way of speaking.
_CLOSING = 60
# A question of fewer words is a tag or a name ("Dr. Lund?"), unless it is all that is said or opens like a question.
_LEAST_QUESTION = 4
# A sentence of so many words says something; a shorter one is "Wait." or "Yes, please."
_LEAST_SAID = 3
# Behind words that give the floor stand so many at most that say to whom.
_NAMED = 8
_SENTENCE = re.compile(r"[^.?!…\n]*(?:[.?!…\n]+|$)")
# Begun only where a sentence begins: in words without an end, each would otherwise be tried as a beginning.
_QUESTION = re.compile(r"(?<![^.?!…:;\n])([^.?!…:;\n]*)\?")


@dataclass(frozen=True, slots=True)
class TurnBlock:
    """The turns of one person that follow each other without another's between, taken as one, but for a hand-over.

    `turn` has the label of the first and spans all of them; `members` are their positions.
    """

    turn: Turn
    members: range
    part: DialoguePart | None
    words: str


@dataclass(frozen=True, slots=True)
class Scene:
    """All blocks side by side: who says them, what their labels make of them, whether they look asking.

    `marks` says which ask in their last words, `asks` which do in any, `hands_over` which give the floor, `calls` which
    ask for no more than that, `beside_calls` which sentences of each neither give it nor thank, `thanks` which are
    courteous, `presents` which open with a reporter's name and outlet, `chairs` which are printed under the office of
    one who leads, and `presidents` under that of one who may lead.
    """

    blocks: Sequence[TurnBlock]
    who: Sequence[str]
    marks: Sequence[bool]
    asks: Sequence[bool]
    hands_over: Sequence[bool]
    calls: Sequence[bool]
    beside_calls: Sequence[Sequence[str]]
    thanks: Sequence[bool]
    presents: Sequence[bool]
    chairs: Sequence[bool]
    presidents: Sequence[bool]

    def next_other(self, position: int) -> int | None:
        """The block that follows, by somebody else."""
        return position + 1 if position + 1 < len(self.blocks) else None

    def gives_floor(self, position: int) -> bool:
        """Whether a short block calls on somebody, in so many words or by the name of the one who speaks next."""
        words = self.blocks[position].words
        if len(words.split()) > SHORT_TURN:
            return False
        if self.hands_over[position]:
            return True
        return not self.marks[position] and self._names_next(position)

    def calls_by_name(self, position: int) -> bool:
        """Whether a block ends by naming the one who speaks next, and does little else: "Dr. Lund?"."""
        words = self.blocks[position].words.split()
        named = bool(words) and any(part in words[-1] for part in self._next_name(position))
        return named and len(words) <= _CALL and not self.hands_over[position] and not self.thanks[position]

    def says_more(self, position: int) -> bool:
        """Whether a block that calls on somebody says something besides, in a sentence of its own."""
        names, rest = self._next_name(position), self.beside_calls[position]
        return any(
            len(sentence.split()) >= _LEAST_SAID and not any(name in sentence for name in names) for sentence in rest
        )

    def _names_next(self, position: int) -> bool:
        return any(part in self.blocks[position].words for part in self._next_name(position))

    def _next_name(self, position: int) -> list[str]:
        following = self.next_other(position)
        name = self.blocks[following].turn.speaker if following is not None else None
        return [part for part in (name or "").split() if len(part) > 2]

    def places(self) -> dict[str, list[int]]:
        """Every person's blocks."""
        spoken: dict[str, list[int]] = defaultdict(list)
        for position, name in enumerate(self.who):
            spoken[name].append(position)
        return spoken

    def asking(self, places: Sequence[int]) -> float:
        """The share of some blocks that look like questions."""
        return sum(self.marks[place] for place in places) / len(places)


def scene_of(text: str, turns: Sequence[Turn], parts: Sequence[DialoguePart | None], vocabulary: Vocabulary) -> Scene:
    """Set the scene of a transcript.

    Args:
        text: the briefing's text.
        turns: its turns, speakers made canonical.
        parts: for each turn what its label alone makes of the speaker.
        vocabulary: how the text writes its words, in which languages.
    """
    speech, labels = vocabulary.words.speech, vocabulary.words.labels
    blocks = _blocks(text, turns, parts, speech.gives_floor)
    said = [block.words for block in blocks]
    hands_over = [len(each.split()) <= 2 * SHORT_TURN and bool(speech.gives_floor.search(each)) for each in said]
    marks = [_asks(each, speech) or bool(speech.asks.search(each)) for each in said]
    return Scene(
        blocks=blocks,
        who=[_identity(block.turn, block.part) for block in blocks],
        marks=marks,
        asks=[mark or _asks(each, speech, len(each)) for mark, each in zip(marks, said, strict=True)],
        hands_over=hands_over,
        calls=[hands and _only_calls(each, speech) for hands, each in zip(hands_over, said, strict=True)],
        beside_calls=[_beside_calls(each, speech) for each in said],
        thanks=[bool(speech.courtesies.search(each)) for each in said],
        presents=[asks and _presents(block, vocabulary) for asks, block in zip(marks, blocks, strict=True)],
        chairs=[_leads(block, labels.chairs - labels.offices) for block in blocks],
        presidents=[bare_label(block.turn.label or "", labels) in labels.chairs & labels.offices for block in blocks],
    )


def _blocks(
    text: str, turns: Sequence[Turn], parts: Sequence[DialoguePart | None], gives_floor: Phrase
) -> list[TurnBlock]:
    # The turns of each block, and who says them.
    runs: list[list[int]] = []
    last: str | None = None
    for place, (turn, part) in enumerate(zip(turns, parts, strict=True)):
        words = text[turn.start : turn.end]
        who = _identity(turn, part) if turn.label else None
        # "Questions, please." ends a statement, and is none of it.
        if who is not None and who == last and not (len(words.split()) <= SHORT_TURN and gives_floor.search(words)):
            runs[-1].append(place)
        else:
            runs.append([place])
        last = who
    return [
        TurnBlock(
            replace(turns[run[0]], end=turns[run[-1]].end),
            range(run[0], run[-1] + 1),
            parts[run[-1]],
            "\n".join(text[turns[place].start : turns[place].end] for place in run),
        )
        for run in runs
    ]


def _identity(turn: Turn, part: DialoguePart | None) -> str:
    if turn.speaker:
        return turn.speaker
    return f"\0{part}" if part else turn.label or ""


def _asks(words: str, speech: SpeechPhrases, closing: int = _CLOSING) -> bool:
    """Whether somebody asks in their last words, so many of them, or says nothing else."""
    said = words.split()
    ending = " ".join(said[-closing:])
    least = min(_LEAST_QUESTION, len(said))
    return bool(said) and any(
        len(question.split()) >= least or speech.question_opening.match(question)
        for question in _QUESTION.findall(ending)
    )


def _only_calls(words: str, speech: SpeechPhrases) -> bool:
    """Whether all that is asked for in a short block is that somebody take the floor."""
    if len(words.split()) > SHORT_TURN:
        return False
    rest = ""
    for sentence in _SENTENCE.findall(words):
        call = speech.gives_floor.search(sentence)
        # "Last question, then: are you certain that …?" gives no floor.
        rest += sentence[call.end() :] if call and len(sentence[call.end() :].split()) > _NAMED else ""
        rest += sentence if not call else ""
    return not (_asks(rest, speech) or speech.asks.search(rest))


def _beside_calls(words: str, speech: SpeechPhrases) -> list[str]:
    """The sentences of a short block that neither give the floor nor are courteous."""
    if len(words.split()) > SHORT_TURN:
        return []
    return [
        sentence
        for sentence in _SENTENCE.findall(words)
        if not (speech.gives_floor.search(sentence) or speech.courtesies.search(sentence))
    ]


def _presents(block: TurnBlock, vocabulary: Vocabulary) -> bool:
    person = introduced(block.words, vocabulary) if block.turn.label and not block.turn.role else None
    return person is not None and person.outlet is not None


def _leads(block: TurnBlock, offices: frozenset[str]) -> bool:
    """Whether a block is printed under one of some offices, or a moderator's label."""
    label = "" if any(character.isdigit() for character in block.turn.label or "") else block.turn.label or ""
    words = {fold(word).strip(".,") for word in f"{block.turn.role or ''} {label}".split()}
    return block.part == "moderator" or bool(words & offices)
