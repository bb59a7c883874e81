"""Who speaks how much in a briefing, and where its exchanges lie among the words spoken (pure)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from onrecord.rag.types import Briefing, Turn

# What marks the lines of a head as such (transcript/header.py), and how many of them are shown.
_HEAD, _MOST_LINES = ("date", "header"), 4

Slot = tuple[str | None, str | None, str | None]


@dataclass(frozen=True, slots=True)
class SpeakerShare:
    """How much somebody says: turns, words, and the share (0–1) of all words spoken.

    Whoever has no name is told by role and outlet. `quoted` says that it is words which a report quotes.
    """

    speaker: str | None
    role: str | None
    outlet: str | None
    inferred: bool
    turns: int
    words: int
    share: float
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class ExchangeExtent:
    """Where an exchange lies, in words spoken before: from `start` it is asked, from `replied` on replied, to `end`.

    `replied` is `end` where nothing is.
    """

    exchange: int
    start: int
    replied: int
    end: int


@dataclass(frozen=True, slots=True)
class Course:
    """The exchanges of a briefing in their places among all `words` spoken."""

    words: int
    stretches: tuple[ExchangeExtent, ...]


def speaker_shares(briefing: Briefing) -> tuple[SpeakerShare, ...]:
    """Everybody who speaks, who says most first; in a report, whom it quotes."""
    by: dict[Slot, list[Turn]] = {}
    for turn in briefing.turns:
        if turn.kind != "report":
            who = (turn.speaker, None, None) if turn.speaker else (None, turn.role, turn.outlet)
            by.setdefault(who, []).append(turn)
    if not by:
        return _quoted(briefing)
    counts = {who: sum(_words(briefing, turn) for turn in turns) for who, turns in by.items()}
    found = [_share(who, by[who], count, sum(counts.values())) for who, count in counts.items()]
    return tuple(sorted(found, key=lambda one: -one.words))


def printed_head(briefing: Briefing) -> tuple[str, ...]:
    """The lines printed above the first words spoken, without the title: they may say when and where it was."""
    first = min((turn.start for turn in briefing.turns), default=0)
    marked = [mark for mark in briefing.boilerplate if mark.reason in _HEAD and mark.start < first]
    lines = [" ".join(line.split()) for mark in marked for line in briefing.text[mark.start : mark.end].split("\n")]
    return tuple(dict.fromkeys(line for line in lines if line and line != briefing.title))[:_MOST_LINES]


def course(briefing: Briefing) -> Course:
    """Where the exchanges of a briefing lie among its words."""
    before = [0, *accumulate(_words(briefing, turn) for turn in briefing.turns)]
    stretches = []
    for position, exchange in enumerate(briefing.exchanges):
        start = min(exchange.questions)
        last = max((*exchange.questions, *exchange.answers))
        replied = min((turn for turn in exchange.answers if turn > start), default=last + 1)
        stretches.append(ExchangeExtent(position, before[start], before[replied], before[last + 1]))
    return Course(before[-1], tuple(stretches))


def _share(who: Slot, turns: Sequence[Turn], words: int, whole: int) -> SpeakerShare:
    # Most are introduced once, and called by their name alone from then on.
    role = who[1] or next((turn.role for turn in turns if turn.role), None)
    outlet = who[2] or next((turn.outlet for turn in turns if turn.outlet), None)
    inferred = all(turn.inferred for turn in turns)
    return SpeakerShare(who[0], role, outlet, inferred, len(turns), words, words / (whole or 1))


def _quoted(briefing: Briefing) -> tuple[SpeakerShare, ...]:
    by: dict[str, list[int]] = {}
    roles: dict[str, str | None] = {}
    for said in briefing.reported:
        if said.speaker:
            by.setdefault(said.speaker, []).append(len(briefing.text[said.start : said.end].split()))
            roles[said.speaker] = roles.get(said.speaker) or said.role
    whole = sum(map(sum, by.values())) or 1
    found = [
        SpeakerShare(name, roles[name], None, False, len(counts), sum(counts), sum(counts) / whole, quoted=True)
        for name, counts in by.items()
    ]
    return tuple(sorted(found, key=lambda one: -one.words))


def _words(briefing: Briefing, turn: Turn) -> int:
    return len(briefing.text[turn.start : turn.end].split())
