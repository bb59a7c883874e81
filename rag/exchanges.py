"""Who asks and who answers: the kind of every turn, and the exchanges they make (pure)."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from onrecord.rag.roles import CHAIRS, fold
from onrecord.rag.sentences import sentences
from onrecord.rag.speakers import Part
from onrecord.rag.types import Exchange, Kind, Span, Turn

# Words with which a chair gives the floor.
_HANDOVER = re.compile(
    r"\b(?:(?:next|last|first|final) question|time for (?:one|a|two|a few)|question (?:from|to|comes)"
    r"|go (?:ahead|to|on to)|let['’]s (?:go|start|take|turn|come|move)|hand (?:it )?over"
    r"|turn (?:it |things )?(?:over )?to|we['’]ll (?:now )?(?:go|move|take|turn|continue|start|hear)|the floor|over to"
    r"|(?:first|second|third|fourth|\w+th) row|come (?:back )?to|start with|move (?:on )?to|that['’]s all"
    r"|we have time|in the back|on the aisle"
    r"|(?:prochaine|dernière|première) question|question suivante|la parole|à vous|je vous en prie|nous passons"
    r"|on passe|allez-y|une question|terminé|nous allons prendre)\b",
    re.IGNORECASE,
)
_FOLLOWS_UP = re.compile(
    r"^\W*(?:and|but|so|then|just|also|well|okay|right|sorry|wait|why|how|which|what about|if I (?:may|could|can)"
    r"|et|mais|donc|alors|juste|pourquoi|comment)\b",
    re.IGNORECASE,
)
_FOLLOW_UP = re.compile(r"\bfollow(?:ing)?[- ]up\b|\bpour (?:compléter|préciser|revenir)\b|\brelance\b", re.IGNORECASE)
_ASKS = re.compile(
    r"\b(?:my (?:first |second |other )?question|I (?:was )?wonder(?:ing|ed)?|I['’]d like to (?:ask|know)"
    r"|I want(?:ed)? to ask|can you|could you|do you|would you|any (?:update|comment|reaction)"
    r"|ma (?:première |deuxième |seconde )?question|je (?:voudrais|voulais|souhaiterais) (?:savoir|vous demander)"
    r"|pouvez-vous|pourriez-vous|est-ce que)\b",
    re.IGNORECASE,
)
# A question that was written down with a full stop.
_UNMARKED = re.compile(
    r"\W*(?:(?:and|so|but|et|mais)\s+)?(?:what|how|why|when|where|who|which|quel\w*|comment|pourquoi|combien)\b(?:\s+\w+){0,2}?\s+"
    r"(?:is|are|was|were|do|does|did|will|would|can|could|should|has|have|est|sont|allez|pouvez|comptez)\b",
    re.IGNORECASE,
)
_CALLS_ON = re.compile(
    r"\b(?:go ahead|go on|yes, \w+|next|over here|in the back|allez-y|à vous)\b[^.?!]*[.?!—]?$", re.IGNORECASE
)
# A follow-up says so in its first words.
_OPENING = 80
# A hand-over is short; a question tag ("Right?") is shorter than any question.
_SHORT_TURN = 45
_TAG_WORDS = 3
# The share of a person's turns after which somebody is "mostly" what those turns are.
_MOSTLY = 0.5


@dataclass(frozen=True, slots=True)
class _Seat:
    """What one person does over the whole text, as counts of turns."""

    turns: int
    after_question: int
    before_question: int
    words: float
    handovers: float


def kinds_of(text: str, turns: Sequence[Turn], parts: Sequence[Part | None]) -> list[Kind]:
    """Say of each labelled turn whether it is a question, an answer, moderation or a statement.

    Args:
        text: the briefing's text.
        turns: its turns, speakers made canonical.
        parts: for each turn what its label alone makes of the speaker.
    """
    words = [text[turn.start : turn.end] for turn in turns]
    marks = [_asks(each) for each in words]
    who = [_identity(turn, part) for turn, part in zip(turns, parts, strict=True)]
    asker = _askers(turns, parts, who, marks)
    chairs = _chairs(turns, parts, who, asker, words)
    kinds: list[Kind] = []
    # Whether a question stands open, and whether it has had an answer.
    asked = answered = False
    for position, turn in enumerate(turns):
        kind: Kind
        following = _next_other(turns, who, position)
        if turn.label is None:
            kind = turn.kind
        elif parts[position] == "answerer":
            kind = "answer"
        elif asker[position] or (who[position] in chairs and _asks_itself(words[position], following, asker)):
            kind = "question"
        elif who[position] in chairs:
            alone = asked and not answered and following is not None and asker[following]
            kind = "answer" if alone and not _hands_over(words[position]) else "moderation"
        elif parts[position] == "interpreter":
            kind = kinds[-1] if kinds else "statement"
        elif asked:
            ceding = (
                following is not None
                and not asker[following]
                and who[following] not in chairs
                and len(words[position].split()) <= _SHORT_TURN
                and _hands_over(words[position])
            )
            kind = "moderation" if ceding else "answer"
        else:
            kind = "statement"
        if kind == "question":
            asked, answered = True, False
        elif kind == "answer":
            answered = True
        elif kind == "moderation" and answered:
            asked = False
        kinds.append(kind)
    return kinds


def _asks(words: str) -> bool:
    return "?" in words or bool(_ASKS.search(words))


def _identity(turn: Turn, part: Part | None) -> str:
    if turn.speaker:
        return turn.speaker
    return f"\0{part}" if part else turn.label or ""


def _askers(
    turns: Sequence[Turn], parts: Sequence[Part | None], who: Sequence[str], marks: Sequence[bool]
) -> list[bool]:
    """Which turns ask: those of reporters, by label or outlet; where none are printed, those of whoever mostly asks."""
    spoken: dict[str, list[int]] = defaultdict(list)
    for position, name in enumerate(who):
        spoken[name].append(position)
    from_outlets = [name for name, places in spoken.items() if turns[places[0]].outlet and not turns[places[0]].role]
    outlets = [position for name in from_outlets for position in spoken[name]]
    reporters = set(from_outlets) if outlets and _share(marks, outlets) >= _MOSTLY else set()
    printed = {name for name, positions in spoken.items() if parts[positions[0]] == "asker" or name in reporters}
    if not printed and "\0answerer" not in who:
        return _asking_turns(turns, parts, who, marks)
    unknown = [name for name in spoken if name not in printed]
    answering = {who[position + 1] for name in printed for position in spoken[name] if position + 1 < len(who)}
    for name in unknown:
        positions = spoken[name]
        # A reporter whose outlet is not printed: asks, never answers, and has no office.
        if (
            name not in answering
            and turns[positions[0]].role is None
            and parts[positions[0]] is None
            and turns[positions[0]].label is not None
            and _share(marks, positions) >= _MOSTLY
            and len(positions) <= max(len(spoken[other]) for other in printed or {name}) + 2
        ):
            printed.add(name)
    return [name in printed for name in who]


def _asking_turns(
    turns: Sequence[Turn], parts: Sequence[Part | None], who: Sequence[str], marks: Sequence[bool]
) -> list[bool]:
    """Where no reporters are printed (committees, interviews), a turn asks if it does and the next speaker replies."""
    asks: list[bool] = []
    # Who puts questions at the moment, until somebody else does or a chair speaks.
    floor = ""
    for position, turn in enumerate(turns):
        chair = _is_chair(turn, parts[position])
        after = asks[-1] and not chair if asks else False
        following = _next_other(turns, who, position)
        long_reply = after and turn.end - turn.start > turns[position - 1].end - turns[position - 1].start
        goes_on = who[position] == floor and bool(asks) and not asks[-1]
        asking = (marks[position] and not long_reply) or goes_on
        asks.append(asking and following is not None and not chair and turn.label is not None)
        floor = who[position] if asks[-1] else "" if chair else floor
    return asks


def _is_chair(turn: Turn, part: Part | None) -> bool:
    words = {fold(word).strip(".,") for word in f"{turn.role or ''} {turn.label or ''}".split()}
    return part == "moderator" or bool(words & (CHAIRS - {"president", "presidente"}))


def _chairs(
    turns: Sequence[Turn],
    parts: Sequence[Part | None],
    who: Sequence[str],
    asker: Sequence[bool],
    words: Sequence[str],
) -> set[str]:
    """Who leads: moderators by label, and those whose short turns come between an answer and the next question."""
    seats = _seats(turns, who, asker, words)
    printed = {name for name, part in zip(who, parts, strict=True) if part == "moderator"}
    found = set(printed)
    answerers = {name for name, seat in seats.items() if seat.after_question * 2 >= seat.turns and seat.turns}
    for position, name in enumerate(who):
        seat = seats.get(name)
        if seat is None or name in found:
            continue
        others = answerers - {name}
        leads = (
            seat.before_question > seat.after_question and seat.words <= _SHORT_TURN and seat.handovers >= _MOSTLY / 2
        )
        by_office = _is_chair(turns[position], parts[position]) and seat.handovers >= _MOSTLY / 2
        if others and seat.turns > 1 and (leads or by_office) and seat.after_question * 2 < seat.turns:
            found.add(name)
    return found


def _seats(turns: Sequence[Turn], who: Sequence[str], asker: Sequence[bool], words: Sequence[str]) -> dict[str, _Seat]:
    positions: dict[str, list[int]] = defaultdict(list)
    for position, name in enumerate(who):
        if not asker[position] and turns[position].label is not None:
            positions[name].append(position)
    return {
        name: _Seat(
            turns=len(places),
            after_question=sum(place > 0 and asker[place - 1] for place in places),
            before_question=sum(place + 1 < len(asker) and asker[place + 1] for place in places),
            words=median(len(words[place].split()) for place in places),
            handovers=sum(_hands_over(words[place]) for place in places) / len(places),
        )
        for name, places in positions.items()
    }


def _hands_over(words: str) -> bool:
    return len(words.split()) <= 2 * _SHORT_TURN and bool(_HANDOVER.search(words))


def _asks_itself(words: str, following: int | None, asker: Sequence[bool]) -> bool:
    """Whether a chair puts a question to the one who speaks next rather than calls for one."""
    return following is not None and not asker[following] and "?" in words and not _HANDOVER.search(words)


def _share(marks: Sequence[bool], positions: Sequence[int]) -> float:
    return sum(marks[position] for position in positions) / len(positions)


def _next_other(turns: Sequence[Turn], who: Sequence[str], position: int) -> int | None:
    for following in range(position + 1, min(position + 4, len(turns))):
        if who[following] != who[position]:
            return following
    return None


def answerer_of(turns: Sequence[Turn]) -> Turn | None:
    """The turn of the one who answers most of the questions, or None where nobody clearly does."""
    weights: Counter[str] = Counter()
    for turn in turns:
        if turn.kind == "answer" and turn.speaker:
            weights[turn.speaker] += turn.end - turn.start
    if not weights:
        return None
    (name, weight), *_ = weights.most_common(1)
    if weight <= _MOSTLY * sum(weights.values()):
        return None
    return next(turn for turn in turns if turn.speaker == name)


def exchanges_of(text: str, turns: Sequence[Turn], language: str) -> tuple[Exchange, ...]:
    """Link questions with their answers.

    Args:
        text: the briefing's text.
        turns: its turns with their kinds.
        language: its language, for the ends of sentences.

    Returns:
        exchanges in order; questions that nobody answered make one with no answers.
    """
    exchanges: list[Exchange] = []
    questions: list[int] = []
    answers: list[int] = []
    # Whether a chair spoke since the last answer, and so gave the floor to somebody else.
    moderated = passed = False

    def close() -> None:
        nonlocal questions, answers, moderated
        if questions:
            asked = tuple(span for place in questions for span in asked_in(text, turns[place], language))
            follows = _follows(text, turns, exchanges, questions[0], moderated)
            exchanges.append(Exchange(tuple(questions), tuple(answers), asked, follows))
        questions, answers, moderated = [], [], passed

    for place, turn in enumerate(turns):
        if turn.kind == "question":
            if answers or (questions and passed):
                close()
            elif not questions:
                moderated = passed
            questions.append(place)
            passed = False
        elif turn.kind == "answer" and questions:
            answers.append(place)
        elif turn.kind == "moderation":
            passed = True
    close()
    return tuple(exchanges)


def _follows(
    text: str, turns: Sequence[Turn], exchanges: Sequence[Exchange], question: int, moderated: bool
) -> int | None:
    """The exchange before, where the same asker goes on; unnamed reporters are judged by their first words."""
    if not exchanges or moderated:
        return None
    before = exchanges[-1]
    asker, previous = turns[question], turns[before.questions[-1]]
    if asker.speaker and (asker.speaker == previous.speaker or previous.speaker):
        return len(exchanges) - 1 if asker.speaker == previous.speaker else None
    if before.answers and _calls_on(text[turns[before.answers[-1]].start : turns[before.answers[-1]].end]):
        return None
    opening = text[asker.start : min(asker.end, asker.start + _OPENING)]
    return len(exchanges) - 1 if _FOLLOWS_UP.match(opening) or _FOLLOW_UP.search(opening) else None


def _calls_on(answer: str) -> bool:
    """Whether an answer ends by giving the floor, as "Go ahead, Anna." does."""
    return bool(_CALLS_ON.search(answer.rstrip()[-60:]))


def asked_in(text: str, turn: Turn, language: str) -> tuple[Span, ...]:
    """The single questions inside a question turn, as spans of whole sentences; all of it where none ends in "?"."""
    spans = [
        Span(turn.start + span.start, turn.start + span.end)
        for span in sentences(text[turn.start : turn.end], language)
    ]
    asked: list[Span] = []
    for position, span in enumerate(spans):
        words = text[span.start : span.end]
        if not words.rstrip('"”’» )').endswith("?") and not _UNMARKED.match(words):
            continue
        if len(words.split()) > _TAG_WORDS:
            asked.append(span)
        elif asked and asked[-1].end == spans[position - 1].end:
            asked[-1] = replace(asked[-1], end=span.end)
        else:
            # "Are you?" asks what the sentence before it says.
            asked.append(Span(spans[max(0, position - 1)].start, span.end))
    if asked:
        return tuple(asked)
    phrased = [span for span in spans if _ASKS.search(text[span.start : span.end])]
    return tuple(phrased) or (Span(turn.start, turn.end),)
