"""Places in a recording, as files print them: clock times to seconds."""

from __future__ import annotations

import re

# Hours may be missing, fields may have one digit (Teams writes 0:0:3.490), the fraction may follow a comma (SRT).
CLOCK = r"(?:\d{1,3}:)?\d{1,3}:\d{1,2}(?:[.,]\d{1,9})?"
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2})(?:[.,](\d{1,9}))?")


def clock_seconds(text: str) -> float | None:
    """Return the seconds of a clock time such as `1:02`, `0:0:3.490` or `00:01:02,500`; None for anything else."""
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        return None
    hours, minutes, seconds, fraction = match.groups(default="0")
    return round(int(hours) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction}"), 3)
