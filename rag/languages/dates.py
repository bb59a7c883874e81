"""Words of dates: those that make one out of numbers and names, and those that point from the day they are said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from onrecord.rag.languages.phrases import NEVER, Phrase


@dataclass(frozen=True, slots=True)
class DateWords:
    """Words of dates. Names of months and of days of the week are not among them: see `calendars.py`.

    Single words are folded. In phrases, the groups `number` and `unit` hold any words, of which those in `numbers` and
    `units` count; `what` a unit or the name of a month or of a day of the week; `day` a number of a day; `which` a word
    that points forward where it is in `forward`, and else back.

    Attributes:
        ordinals: what is written after the number of a day ("st" in "1st May", « er »).
        joints: small words between day, month and year ("of" in "the 4th of March").
        on: words that stand right before a month and a day without a year ("on May 4").
        numbers: words for numbers.
        units: words for units of time, each with its name here: day, week, month, year; or days, weeks, months, years.
        weeks: expressions of a number and a unit that stand for so many weeks ("a fortnight", « quinze jours »).
        forward: words that point forward ("next").
        two_days_before, day_before, same_day, day_after, two_days_after: days counted from the day they are said.
        ago, ahead: a `number` of `unit` back ("two weeks ago") or forward ("in two weeks' time").
        past: what says that a day without a year, for which "#" stands here, lies behind ("what happened on #").
        near: the nearest `what` back or forward, with or without `day` ("last week", « le 3 juin dernier »).
        between, since, after, until, before, within: periods in a question; "#" stands for each date, and `day` of
            `between` for one of which only the number is said ("between 1 and #").
    """

    ordinals: frozenset[str] = frozenset()
    joints: frozenset[str] = frozenset()
    on: frozenset[str] = frozenset()
    numbers: Mapping[str, int] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    weeks: Mapping[str, int] = field(default_factory=dict)
    forward: frozenset[str] = frozenset()
    two_days_before: Phrase = NEVER
    day_before: Phrase = NEVER
    same_day: Phrase = NEVER
    day_after: Phrase = NEVER
    two_days_after: Phrase = NEVER
    ago: Phrase = NEVER
    ahead: Phrase = NEVER
    past: Phrase = NEVER
    near: Phrase = NEVER
    between: Phrase = NEVER
    since: Phrase = NEVER
    after: Phrase = NEVER
    until: Phrase = NEVER
    before: Phrase = NEVER
    within: Phrase = NEVER
