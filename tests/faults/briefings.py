"""Made-up briefings for the tests of faults: the same number gives the same words."""

from __future__ import annotations

import random
from pathlib import Path

_TOPICS = (
    "breakwater",
    "ferry",
    "lighthouse",
    "cannery",
    "school",
    "reservoir",
    "tram",
    "orchard",
    "archive",
    "quarry",
)
_PEOPLE = ("Ilse Varga", "Ned Oduya", "Mara Lindqvist", "Paul Tessier", "Rhea Costas")


def words_of(number: int, *, version: int = 1, exchanges: int = 3) -> str:
    """A transcript with a title, a date, two speakers and some exchanges."""
    chance = random.Random(f"{number} {version}")
    minister, reporter = chance.sample(_PEOPLE, 2)
    lines = [f"Briefing {number} of the town council", f"{1 + number % 28} May 2025", ""]
    for place in range(exchanges):
        topic = chance.choice(_TOPICS)
        lines += [
            f"{reporter} (Coastal Herald): When does the {topic} of ward {number}.{place} open?",
            "",
            f"Minister {minister}: The {topic} of ward {number}.{place} opens in {chance.randint(2, 30)} weeks. "
            f"It has cost {chance.randint(2, 900)} thousand crowns so far, and nobody is asked to pay twice.",
            "",
        ]
    return "\n".join(lines)


def write_briefings(folder: Path, numbers: range, *, version: int = 1, exchanges: int = 3) -> list[Path]:
    """Write briefings into a folder, a file each."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [folder / f"{number:04}.txt" for number in numbers]
    for number, file in zip(numbers, files, strict=True):
        file.write_text(words_of(number, version=version, exchanges=exchanges), encoding="utf-8")
    return files
