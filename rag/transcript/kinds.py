"""Who asks, who answers and who leads: the kind of every turn (pure)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from onrecord.rag.people.labels import DialoguePart
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.transcript.scene import SHORT_TURN, Scene, scene_of
from onrecord.rag.types import Kind, Turn

# An interjection has at most so many words.
_INTERJECTION = 6
# The share of a person's turns after which somebody is "mostly" what those turns are.
_MOSTLY, _ALMOST_ALWAYS, _SELDOM = 0.5, 0.66, 0.34
# And somebody is an asker or an answerer who does the one so many times as often as the other; in a debate all do both.
_PLAINLY = 3
# An interjection is by somebody who asked within so many turns.
_RECENT = 12


@dataclass(slots=True)
class _Floor:
    """What stands open as the turns go by: a question, whether it was answered, and by whom."""

    asked: bool = False
    answered: bool = False
    questioner: str = ""
    answerer: str = ""

    def take(self, kind: Kind, name: str, *, passed_on: bool) -> None:
        """Move on by one turn; `passed_on` says that the next speaker is asked to answer the same question."""
        if kind == "question":
            self.asked, self.answered, self.questioner = True, False, name
        elif kind == "answer":
            self.answered, self.answerer = True, name
        elif kind == "moderation" and self.answered and not passed_on:
            self.asked = False


@dataclass(frozen=True, slots=True)
class _Seat:
    """What one person does over the whole text: counts of turns, median words, share of turns that give the floor."""

    turns: int
    after_question: int
    before_question: int
    words: float
    handovers: float


def kinds_of(
    text: str, turns: Sequence[Turn], parts: Sequence[DialoguePart | None], vocabulary: Vocabulary
) -> list[Kind]:
    """Say of each labelled turn whether it is a question, an answer, moderation or a statement.

    Args:
        text: the briefing's text.
        turns: its turns, speakers made canonical.
        parts: for each turn what its label alone makes of the speaker.
        vocabulary: how the text writes its words, in which languages.
    """
    scene = scene_of(text, turns, parts, vocabulary)
    asker = _askers(scene)
    seats = _seats(scene, asker)
    chairs = _chairs(scene, seats)
    replying = {name for name, seat in seats.items() if seat.after_question * 2 >= seat.turns} - chairs
    questioners = {name for name, asks in zip(scene.who, asker, strict=True) if asks}
    floor = _Floor()
    kinds: list[Kind] = []
    for position, block in enumerate(scene.blocks):
        if block.turn.label is None:
            kind = block.turn.kind
        elif block.part == "interpreter":
            kind = _rendered(scene, position, kinds)
        else:
            kind = _kind(scene, position, asker, chairs, floor, replies=scene.who[position] in replying)
        following = scene.next_other(position)
        silent = following is not None and scene.who[following] not in questioners
        floor.take(kind, scene.who[position], passed_on=silent and scene.calls_by_name(position))
        kinds.append(kind)
    return [kind for kind, block in zip(kinds, scene.blocks, strict=True) for _ in block.members]


def _rendered(scene: Scene, position: int, kinds: Sequence[Kind]) -> Kind:
    """What an interpreter renders: the words before, or, after somebody called on another, that one's question."""
    before = kinds[-1] if kinds else "statement"
    if scene.marks[position] and before == "moderation":
        return "question"
    return "answer" if before == "question" and not scene.marks[position] else before


def _kind(
    scene: Scene, position: int, asker: Sequence[bool], chairs: set[str], floor: _Floor, *, replies: bool
) -> Kind:
    """The kind of a block; `replies` says that its speaker mostly replies to questions."""
    name, words = scene.who[position], scene.blocks[position].words
    following = scene.next_other(position)
    asked_next = following is not None and asker[following]
    answered_next = following is not None and not asker[following]
    if scene.blocks[position].part == "answerer":
        return "answer"
    if asker[position]:
        return "question"
    if name in chairs:
        if answered_next and scene.marks[position] and not scene.hands_over[position]:
            return "question"
        alone = floor.asked and not floor.answered and asked_next and not scene.gives_floor(position)
        return "answer" if alone and not scene.chairs[position] else "moderation"
    if asked_next and name != floor.answerer and scene.gives_floor(position):
        # "The ones on the ground. Yes, Edie?" answers, and then gives the floor.
        first = replies and floor.asked and not floor.answered and name != floor.questioner
        return "answer" if first and scene.says_more(position) else "moderation"
    if not floor.asked or name == floor.questioner:
        # Nobody answers their own question.
        return "statement"
    if floor.answered and len(words.split()) <= _INTERJECTION and _has_asked(scene, asker, position):
        return "statement"
    goes_on = following is not None and not asked_next and scene.who[following] == floor.answerer != name
    if floor.answered and len(words.split()) <= _INTERJECTION and goes_on:
        # Who calls out between two parts of somebody's answer answers nothing.
        return "statement"
    if floor.answered and name != floor.answerer and following is None:
        # Whoever closes after somebody else's answer adds nothing to it.
        return "statement"
    if scene.gives_floor(position):
        # The floor goes to another who answers, or, after somebody else's answer, to a new question.
        to_chair = following is not None and scene.who[following] in chairs
        to_other = answered_next and not to_chair
        if (
            to_other
            or (to_chair and floor.answered and scene.calls[position])
            or (asked_next and floor.answered and name != floor.answerer)
        ):
            return "moderation"
    return "answer"


def _has_asked(scene: Scene, asker: Sequence[bool], position: int) -> bool:
    recent = range(max(0, position - _RECENT), position)
    return any(asker[place] and scene.who[place] == scene.who[position] for place in recent)


def _askers(scene: Scene) -> list[bool]:
    """Which turns ask: those of reporters, by label or outlet; where none are printed, those of whoever mostly asks."""
    spoken = scene.places()
    first = {name: scene.blocks[places[0]] for name, places in spoken.items()}
    from_outlets = {name for name, block in first.items() if block.turn.outlet and not block.turn.role}
    outlets = [place for name in from_outlets for place in spoken[name]]
    # A host or an expert is printed with a house too, speaks often and asks seldom.
    silent = {name for name in from_outlets if len(spoken[name]) > 2 and scene.asking(spoken[name]) < _SELDOM}
    reporters = from_outlets - silent if outlets and scene.asking(outlets) >= _MOSTLY else set()
    printed = {name for name in spoken if first[name].part == "asker" or name in reporters}
    if not printed and "\0answerer" not in scene.who:
        return _asking_turns(scene)
    answering = {scene.who[place + 1] for name in printed for place in spoken[name] if place + 1 < len(scene.who)}
    busiest = max((len(spoken[name]) for name in printed), default=1)
    for name, places in spoken.items():
        # A reporter whose outlet is not printed: asks, never answers, and has no office.
        office = first[name].turn.role or first[name].part or first[name].turn.label is None
        asks = len(places) <= busiest + 2 and scene.asking(places) >= _ALMOST_ALWAYS
        if asks and not office and name not in printed | answering:
            printed.add(name)
    return [name in printed for name in scene.who]


def _asking_turns(scene: Scene) -> list[bool]:
    """Where no reporters are printed (committees, interviews), a turn asks if it does and the next speaker replies.

    Who does one of the two most of the time is known by it in doubtful turns.
    """
    asks: list[bool] = []
    # Who puts questions at the moment, until somebody else does or a chair speaks.
    floor = ""
    for position, block in enumerate(scene.blocks):
        chair = scene.chairs[position]
        before = scene.blocks[position - 1].turn
        longer = block.turn.end - block.turn.start > before.end - before.start
        replies = bool(asks) and asks[-1] and not chair and longer
        goes_on = scene.who[position] == floor and bool(asks) and not asks[-1]
        goes_on = goes_on and not scene.gives_floor(position)
        asking = (scene.marks[position] and not replies) or goes_on or scene.presents[position]
        asks.append(asking and _may_ask(scene, position))
        floor = scene.who[position] if asks[-1] else "" if chair else floor
    answerers, askers = _sides(scene, asks)
    settled: list[bool] = []
    for position, name in enumerate(scene.who):
        following = scene.next_other(position)
        answered = following is not None and scene.who[following] in answerers
        called = position > 0 and scene.gives_floor(position - 1)
        if name in answerers and not scene.presents[position]:
            # Who answers may ask what is meant.
            short = len(scene.blocks[position].words.split()) <= SHORT_TURN
            settled.append(asks[position] and scene.marks[position] and short and not answered)
        else:
            # Who asks goes on asking, whatever the form, as long as an answer came before and one comes after.
            goes_on = name in askers and position > 0 and scene.who[position - 1] in answerers
            settled.append(
                _may_ask(scene, position)
                and (asks[position] or (answered and (goes_on or called or scene.asks[position])))
            )
    return settled


def _may_ask(scene: Scene, position: int) -> bool:
    """Whether a block is neither a chair's nor a call nor mere thanks, and somebody speaks after it."""
    block = scene.blocks[position]
    if block.turn.label is None or scene.next_other(position) is None:
        return False
    thanks = scene.thanks[position] and not scene.marks[position] and len(block.words.split()) <= _INTERJECTION
    return not (thanks or scene.chairs[position] or scene.calls[position])


def _sides(scene: Scene, asks: Sequence[bool]) -> tuple[set[str], set[str]]:
    """Who mostly replies to questions, and who mostly puts them, by a first guess at which turns ask."""
    answerers: set[str] = set()
    askers: set[str] = set()
    for name, places in scene.places().items():
        asked = sum(asks[place] for place in places)
        replied = sum(place > 0 and asks[place - 1] and not asks[place] for place in places)
        if len(places) > 1 and replied >= max(_PLAINLY * asked, _MOSTLY * len(places)):
            answerers.add(name)
        elif len(places) > 1 and asked >= max(_PLAINLY * replied, _MOSTLY * len(places)):
            askers.add(name)
    return answerers, askers


def _chairs(scene: Scene, seats: Mapping[str, _Seat]) -> set[str]:
    """Who leads: moderators by label, and those whose short turns come between an answer and the next question."""
    found = {name for name, block in zip(scene.who, scene.blocks, strict=True) if block.part == "moderator"}
    answerers = {name for name, seat in seats.items() if seat.after_question * 2 >= seat.turns}
    questioned = any(block.part == "asker" for block in scene.blocks)
    for position, name in enumerate(scene.who):
        seat = seats.get(name)
        if seat is None or name in found:
            continue
        short = seat.words <= SHORT_TURN
        # Where reporters ask, a president is a head of state; among members, one who presides.
        presides = scene.chairs[position] or (scene.presidents[position] and not questioned and short)
        office = presides and (short or seat.handovers >= _MOSTLY)
        calls = seat.before_question > seat.after_question and seat.handovers >= _MOSTLY
        # Who speaks second to a question that two are asked stands before the next one too, and never gives the floor.
        between = seat.before_question > 1 and not seat.after_question and seat.handovers > 0
        leads = short and (calls or between)
        leads = leads and seat.turns > 1 and bool(answerers - {name})
        if (leads or office) and seat.after_question * 2 < seat.turns:
            found.add(name)
    return found


def _seats(scene: Scene, asker: Sequence[bool]) -> dict[str, _Seat]:
    seats: dict[str, _Seat] = {}
    for name, places in scene.places().items():
        own = [place for place in places if not asker[place] and scene.blocks[place].turn.label is not None]
        if own:
            seats[name] = _Seat(
                turns=len(own),
                after_question=sum(place > 0 and asker[place - 1] for place in own),
                before_question=sum(place + 1 < len(asker) and asker[place + 1] for place in own),
                words=median(len(scene.blocks[place].words.split()) for place in own),
                handovers=sum(scene.hands_over[place] for place in own) / len(own),
            )
    return seats
