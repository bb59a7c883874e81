"""Corrections of a briefing over its file as added: what is said of it, and who speaks (pure).

The words are never changed, nor where they stand. A correction of a speaker holds for the turns under one printed
label, or for one turn, which is known again by its words: nobody is given other words than those that were meant.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256

from onrecord.rag.errors import InvalidRequest
from onrecord.rag.readers.encoding import whole_characters
from onrecord.rag.readers.metadata import FIELDS, Metadata, checked_metadata
from onrecord.rag.store import Kept
from onrecord.rag.types import Briefing, Correction, Speaker, Turn

# "Name, role (outlet)".
_SPEAKER = re.compile(r"(?P<name>[^,(]+)(?:,\s*(?P<role>[^(]+?))?\s*(?:\((?P<outlet>[^()]+)\))?\s*")
# What stands for a name where nobody can tell who speaks.
_NOBODY = "?"
# Corrections of who speaks; the others are of what is said of the briefing.
_SPEAKERS = ("label", "turn")
# Names, roles and outlets are lines of a list.
_LONGEST = 200


def speaker_in(text: str) -> Speaker:
    """Who is meant by "Name, role (outlet)", of which a name is enough, or by "?" for nobody who could be named.

    Raises InvalidRequest.
    """
    found = _SPEAKER.fullmatch(whole_characters(text).strip())
    if found is None:
        raise InvalidRequest(f"{text!r} names nobody. Write: Name, role (outlet), of which a name is enough.")
    return Speaker(found["name"].strip(), found["role"], found["outlet"])


def in_metadata(corrections: Iterable[Correction]) -> Metadata:
    """The corrected title, date, address and language; of several of one the last."""
    return Metadata(**{one.of: one.value for one in corrections if one.of in FIELDS})


def uncorrected(briefing: Briefing | Kept) -> Metadata:
    """Title, date, address and language as they were without corrections."""
    told = {name: getattr(briefing, name) for name in FIELDS}
    # Of several of one the first.
    return Metadata(**told | {one.of: one.before for one in reversed(briefing.corrections) if one.of in FIELDS})


def with_speakers(briefing: Briefing, plain: Briefing, corrections: Sequence[Correction]) -> Briefing:
    """A briefing, read with its corrected metadata, with the speakers corrected and the corrections that fit.

    `plain` is the same read without any; a corrected turn prevails over its label.
    """
    values: dict[str, str | None] = {name: getattr(plain, name) for name in FIELDS}
    turns = list(briefing.turns)
    kept: list[Correction] = []
    for one in sorted(corrections, key=lambda one: one.of == "turn"):
        if one.of not in _SPEAKERS:
            kept.append(replace(one, before=values.get(one.of)))
            values[one.of] = one.value
            continue
        places = _meant(briefing, one)
        if places:
            first = turns[places[0]]
            kept.append(replace(one, before=first.speaker, start=first.start if one.of == "turn" else None))
            for place in places:
                turns[place] = _spoken(turns[place], one)
    return replace(briefing, turns=tuple(turns), corrections=tuple(sorted(kept, key=lambda one: one.number)))


def _spoken(turn: Turn, by: Correction) -> Turn:
    return replace(turn, speaker=by.value or None, role=by.role, outlet=by.outlet, country=None, inferred=False)


def unfitting(corrections: Iterable[Correction], briefing: Briefing) -> tuple[str, ...]:
    """A sentence about each correction that was not kept to, since its label or its turn is no longer there."""
    kept = {one.number for one in briefing.corrections}
    return tuple(
        f"The correction of {one.label or one.before!r} to {one.value or _NOBODY!r} does not fit any more, since "
        + ("no turn has that label." if one.of == "label" else "no one turn has those words.")
        for one in corrections
        if one.number not in kept
    )


def corrected_turns(briefing: Briefing) -> frozenset[int]:
    """The positions of the turns whose speaker was corrected."""
    return frozenset(place for one in briefing.corrections if one.of in _SPEAKERS for place in _meant(briefing, one))


def _meant(briefing: Briefing, correction: Correction) -> list[int]:
    """The positions of the turns that a correction of a speaker is about; none where it does not fit."""
    if correction.of == "label":
        return [place for place, turn in enumerate(briefing.turns) if turn.label == correction.label]
    same = [place for place, turn in enumerate(briefing.turns) if _digest_of_words(briefing, turn) == correction.sha256]
    there = [place for place in same if briefing.turns[place].start == correction.start]
    # The same words said twice are told apart by their place alone.
    return there or (same if len(same) == 1 else [])


def _digest_of_words(briefing: Briefing, turn: Turn) -> str:
    return sha256(briefing.text[turn.start : turn.end].encode()).hexdigest()


def corrections_wanted(
    briefing: Briefing,
    metadata: Mapping[str, str | None],
    labels: Mapping[str, Speaker],
    turns: Mapping[int, Speaker],
    *,
    media: str | None,
    at: str,
    by: str | None,
) -> tuple[Correction, ...]:
    """The corrections of a briefing with more of them; raises InvalidRequest where one cannot be.

    `media` is what `Briefing.media` is to be.
    """
    checked = checked_metadata(metadata)
    made = [Correction(0, name, value) for name in FIELDS if (value := getattr(checked, name)) is not None]  # type: ignore[arg-type]
    made += [Correction(0, "media", media)] if media is not None else []
    printed = list(dict.fromkeys(turn.label for turn in briefing.turns if turn.label))
    for label, speaker in labels.items():
        if label not in printed:
            there = ", ".join(map(repr, printed)) or "none"
            raise InvalidRequest(f"No turn of {briefing.title!r} has the label {label!r}. Its labels are: {there}.")
        made.append(_named(speaker, Correction(0, "label", "", label=label)))
    for start, speaker in turns.items():
        turn = next((turn for turn in briefing.turns if turn.start == start), None)
        if turn is None:
            raise InvalidRequest(
                f"No turn of {briefing.title!r} begins at {start}. `onrecord show ID --json` gives each turn's start."
            )
        digest = _digest_of_words(briefing, turn)
        made.append(_named(speaker, Correction(0, "turn", "", label=turn.label, start=start, sha256=digest)))
    if not made:
        raise InvalidRequest(
            "Nothing is to be corrected. Give a title, a date, an address, a language, a recording or a speaker."
        )
    number = max((one.number for one in briefing.corrections), default=0)
    return (
        *briefing.corrections,
        *(replace(one, number=number + place, at=at, by=by) for place, one in enumerate(made, start=1)),
    )


def corrections_left(briefing: Briefing, number: int) -> tuple[Correction, ...]:
    """The corrections of a briefing without the one of this number; raises InvalidRequest where there is none."""
    left = tuple(one for one in briefing.corrections if one.number != number)
    if len(left) == len(briefing.corrections):
        there = ", ".join(str(one.number) for one in briefing.corrections) or "none"
        raise InvalidRequest(f"{briefing.title!r} has no correction {number}. Its corrections are: {there}.")
    return left


def _named(speaker: Speaker, correction: Correction) -> Correction:
    name, role, outlet = (_line(value) for value in (speaker.name, speaker.role, speaker.outlet))
    if not name:
        raise InvalidRequest(f"A speaker needs a name, or {_NOBODY} where nobody can tell who speaks.")
    if name == _NOBODY:
        return replace(correction, value="", role=None, outlet=None)
    return replace(correction, value=name, role=role, outlet=outlet)


def _line(value: str | None) -> str | None:
    plain = " ".join(whole_characters(value or "").split())
    if len(plain) > _LONGEST or not plain.isprintable():
        raise InvalidRequest(f"{plain[:_LONGEST]!r} is no name, role or outlet. Write up to {_LONGEST} characters.")
    return plain or None
