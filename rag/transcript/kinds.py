"""Who asks, who answers and who leads: the kind of every turn (pure)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from onrecord.rag.languages import Language
from onrecord.rag.languages.labels import LabelWords
from onrecord.rag.people.labels import Part
from onrecord.rag.text.folding import fold
from onrecord.rag.types import Kind, Turn

# A hand-over is short, a bare call for a question shorter, an interjection shortest; in words.
_SHORT_TURN, _CALL, _INTERJECTION = 45, 15, 6
# The share of a person's turns after which somebody is "mostly" what those turns are.
_MOSTLY, _ALMOST_ALWAYS = 0.5, 0.66


@dataclass(frozen=True, slots=True)
class _Scene:
    """All turns side by side: the words, who says them, what their label makes of them, whether they look asking.

    `marks` says which ask in their words, `hands_over` which give the floor, `calls` which do little else,
    `chairs` which are printed under the office of one who leads.
    """

    turns: Sequence[Turn]
    parts: Sequence[Part | None]
    words: Sequence[str]
    who: Sequence[str]
    marks: Sequence[bool]
    hands_over: Sequence[bool]
    calls: Sequence[bool]
    chairs: Sequence[bool]

    def next_other(self, position: int) -> int | None:
        """The next turn by somebody else, if it comes soon."""
        for following in range(position + 1, min(position + 4, len(self.turns))):
            if self.who[following] != self.who[position]:
                return following
        return None

    def gives_floor(self, position: int) -> bool:
        """Whether a short turn calls on somebody, in so many words or by the name of the one who speaks next."""
        words = self.words[position]
        if len(words.split()) > _SHORT_TURN:
            return False
        if self.hands_over[position]:
            return True
        following = self.next_other(position)
        name = self.turns[following].speaker if following is not None else None
        return "?" not in words and any(part in words for part in (name or "").split() if len(part) > 2)

    def places(self) -> dict[str, list[int]]:
        """Every person's turns."""
        spoken: dict[str, list[int]] = defaultdict(list)
        for position, name in enumerate(self.who):
            spoken[name].append(position)
        return spoken

    def asking(self, places: Sequence[int]) -> float:
        """The share of some turns that look like questions."""
        return sum(self.marks[place] for place in places) / len(places)


@dataclass(slots=True)
class _Floor:
    """What stands open as the turns go by: a question, whether it was answered, and by whom."""

    asked: bool = False
    answered: bool = False
    questioner: str = ""
    answerer: str = ""

    def take(self, kind: Kind, name: str) -> None:
        """Move on by one turn."""
        if kind == "question":
            self.asked, self.answered, self.questioner = True, False, name
        elif kind == "answer":
            self.answered, self.answerer = True, name
        elif kind == "moderation" and self.answered:
            self.asked = False


@dataclass(frozen=True, slots=True)
class _Seat:
    """What one person does over the whole text: counts of turns, median words, share of turns that give the floor."""

    turns: int
    after_question: int
    before_question: int
    words: float
    handovers: float


def kinds_of(text: str, turns: Sequence[Turn], parts: Sequence[Part | None], words: Language) -> list[Kind]:
    """Say of each labelled turn whether it is a question, an answer, moderation or a statement.

    Args:
        text: the briefing's text.
        turns: its turns, speakers made canonical.
        parts: for each turn what its label alone makes of the speaker.
        words: the languages of the text.
    """
    said = [text[turn.start : turn.end] for turn in turns]
    asks, gives_floor = words.speech.asks, words.speech.gives_floor
    handing = [len(each.split()) <= 2 * _SHORT_TURN and bool(gives_floor.search(each)) for each in said]
    scene = _Scene(
        turns=turns,
        parts=parts,
        words=said,
        who=[_identity(turn, part) for turn, part in zip(turns, parts, strict=True)],
        marks=["?" in each or bool(asks.search(each)) for each in said],
        hands_over=handing,
        chairs=[_is_chair(turn, part, words.labels) for turn, part in zip(turns, parts, strict=True)],
        calls=[hands and len(each.split()) <= _CALL for hands, each in zip(handing, said, strict=True)],
    )
    asker = _askers(scene)
    chairs = _chairs(scene, asker)
    floor = _Floor()
    kinds: list[Kind] = []
    for position, turn in enumerate(turns):
        if turn.label is None:
            kind = turn.kind
        elif parts[position] == "interpreter":
            kind = kinds[-1] if kinds else "statement"
        else:
            kind = _kind(scene, position, asker, chairs, floor)
        floor.take(kind, scene.who[position])
        kinds.append(kind)
    return kinds


def _kind(scene: _Scene, position: int, asker: Sequence[bool], chairs: set[str], floor: _Floor) -> Kind:
    name, words = scene.who[position], scene.words[position]
    following = scene.next_other(position)
    asked_next = following is not None and asker[following]
    answered_next = following is not None and not asker[following]
    if scene.parts[position] == "answerer":
        return "answer"
    if asker[position]:
        return "question"
    if name in chairs:
        if answered_next and "?" in words and not scene.hands_over[position]:
            return "question"
        alone = floor.asked and not floor.answered and asked_next and not scene.hands_over[position]
        return "answer" if alone else "moderation"
    if not floor.asked or name == floor.questioner:
        # Nobody answers their own question.
        return "statement"
    if floor.answered and len(words.split()) <= _INTERJECTION and _has_asked(scene, asker, position):
        return "statement"
    if floor.answered and name != floor.answerer and following is None:
        # Whoever closes after somebody else's answer adds nothing to it.
        return "statement"
    if scene.gives_floor(position):
        # The floor goes to another who answers, or, after somebody else's answer, to a new question.
        to_other = answered_next and following is not None and scene.who[following] not in chairs
        if to_other or (asked_next and floor.answered and name != floor.answerer):
            return "moderation"
    return "answer"


def _has_asked(scene: _Scene, asker: Sequence[bool], position: int) -> bool:
    return any(
        asker[place] and scene.who[place] == scene.who[position] for place in range(max(0, position - 12), position)
    )


def _identity(turn: Turn, part: Part | None) -> str:
    if turn.speaker:
        return turn.speaker
    return f"\0{part}" if part else turn.label or ""


def _askers(scene: _Scene) -> list[bool]:
    """Which turns ask: those of reporters, by label or outlet; where none are printed, those of whoever mostly asks."""
    spoken = scene.places()
    first = {name: scene.turns[places[0]] for name, places in spoken.items()}
    from_outlets = {name for name, turn in first.items() if turn.outlet and not turn.role}
    outlets = [place for name in from_outlets for place in spoken[name]]
    reporters = from_outlets if outlets and scene.asking(outlets) >= _MOSTLY else set()
    printed = {name for name, places in spoken.items() if scene.parts[places[0]] == "asker" or name in reporters}
    if not printed and "\0answerer" not in scene.who:
        return _asking_turns(scene)
    answering = {scene.who[place + 1] for name in printed for place in spoken[name] if place + 1 < len(scene.who)}
    busiest = max((len(spoken[name]) for name in printed), default=1)
    for name, places in spoken.items():
        # A reporter whose outlet is not printed: asks, never answers, and has no office.
        office = first[name].role or scene.parts[places[0]] or first[name].label is None
        asks = len(places) <= busiest + 2 and scene.asking(places) >= _ALMOST_ALWAYS
        if asks and not office and name not in printed | answering:
            printed.add(name)
    return [name in printed for name in scene.who]


def _asking_turns(scene: _Scene) -> list[bool]:
    """Where no reporters are printed (committees, interviews), a turn asks if it does and the next speaker replies."""
    asks: list[bool] = []
    # Who puts questions at the moment, until somebody else does or a chair speaks.
    floor = ""
    for position, turn in enumerate(scene.turns):
        chair = scene.chairs[position]
        before = scene.turns[position - 1]
        replies = bool(asks) and asks[-1] and not chair and turn.end - turn.start > before.end - before.start
        goes_on = scene.who[position] == floor and bool(asks) and not asks[-1]
        goes_on = goes_on and not scene.gives_floor(position)
        asking = ((scene.marks[position] and not replies) or goes_on) and not scene.calls[position]
        asks.append(asking and scene.next_other(position) is not None and not chair and turn.label is not None)
        floor = scene.who[position] if asks[-1] else "" if chair else floor
    return asks


def _is_chair(turn: Turn, part: Part | None, words: LabelWords) -> bool:
    label = "" if any(character.isdigit() for character in turn.label or "") else turn.label or ""
    office = {fold(word).strip(".,") for word in f"{turn.role or ''} {label}".split()}
    # "President" may be a head of state.
    return part == "moderator" or bool(office & (words.chairs - words.offices))


def _chairs(scene: _Scene, asker: Sequence[bool]) -> set[str]:
    """Who leads: moderators by label, and those whose short turns come between an answer and the next question."""
    seats = _seats(scene, asker)
    found = {name for name, part in zip(scene.who, scene.parts, strict=True) if part == "moderator"}
    answerers = {name for name, seat in seats.items() if seat.after_question * 2 >= seat.turns}
    for position, name in enumerate(scene.who):
        seat = seats.get(name)
        if seat is None or name in found or not answerers - {name} or seat.turns < 2:
            continue
        short = seat.words <= _SHORT_TURN
        calls = seat.before_question > seat.after_question and seat.handovers >= _MOSTLY
        leads = short and (calls or (seat.before_question > 1 and not seat.after_question))
        office = scene.chairs[position] and (short or seat.handovers >= _MOSTLY)
        if (leads or office) and seat.after_question * 2 < seat.turns:
            found.add(name)
    return found


def _seats(scene: _Scene, asker: Sequence[bool]) -> dict[str, _Seat]:
    seats: dict[str, _Seat] = {}
    for name, places in scene.places().items():
        own = [place for place in places if not asker[place] and scene.turns[place].label is not None]
        if own:
            seats[name] = _Seat(
                turns=len(own),
                after_question=sum(place > 0 and asker[place - 1] for place in own),
                before_question=sum(place + 1 < len(asker) and asker[place + 1] for place in own),
                words=median(len(scene.words[place].split()) for place in own),
                handovers=sum(scene.hands_over[place] for place in own) / len(own),
            )
    return seats
