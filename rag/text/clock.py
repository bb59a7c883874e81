"""Places in a recording, as files print them: clock times to seconds."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Hours may be missing, fields may have one digit (Teams writes 0:0:3.490), the fraction may follow a comma (SRT).
CLOCK = r"(?:\d{1,3}:)?\d{1,3}:\d{1,2}(?:[.,]\d{1,9})?"
_QUARTER = 15
# Frames at the end (00:01:02:10) are left out: how many a second has stands elsewhere, if anywhere.
_CLOCK = re.compile(r"(?:(\d{1,3}):)?(\d{1,3}):(\d{1,2})(?:[.,](\d{1,9})|(?<=:\d\d:\d\d):\d{2})?")


def clock_seconds(text: str) -> float | None:
    """Return the seconds of a clock time such as `1:02`, `0:0:3.490`, `00:01:02,500` or, with frames, `00:01:02:10`.

    None for anything else.
    """
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        return None
    hours, minutes, seconds, fraction = match.groups(default="0")
    return round(int(hours) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction}"), 3)


def timecode(seconds: float) -> str:
    """Seconds from the beginning of a recording as h:mm:ss."""
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"


def are_hours_of_the_day(seconds: Sequence[float]) -> bool:
    """Whether clock times may be those of a programme, which fall on quarters; places in a recording do not."""
    return all(second % _QUARTER == 0 for second in seconds)
