"""Source text to structure: who said what to whom, and what is not speech at all (pure)."""

from __future__ import annotations

import re
from collections import Counter

from onrecord.rag.languages import detect_language
from onrecord.rag.types import SourceText, Structure, Turn

_COLON = re.compile(r"([A-ZÀ-Þ][^:\n]{0,80}):[ \t]+(?=\S)")
_LETTER = re.compile(r"(Q|A)(?:[ \t]{2,}|\.[ \t]+|:[ \t]+)(?=\S)")
_BARE = re.compile(r"[A-ZÀ-Þ][^\n.!?:;]{2,90}$")


def understand(source: SourceText) -> Structure:
    """Find the turns of a text.

    Args:
        source: what a reader made of a file.

    Returns:
        a structure whose turns are ordered, non-overlapping slices of `source.text`.
    """
    text = source.text
    turns = source.turns if source.turns is not None else _turns(text)
    spoken = any(turn.label for turn in turns)
    return Structure(
        kind="transcript" if spoken else "report",
        language=source.language or detect_language(text),
        title=source.title,
        date=source.date,
        turns=turns,
        boilerplate=source.boilerplate,
    )


def _turns(text: str) -> tuple[Turn, ...]:
    lines = []
    position = 0
    for line in text.split("\n"):
        lines.append((position, line))
        position += len(line) + 1
    bare = Counter(line.strip() for _, line in lines if _BARE.match(line.strip()))
    colon = Counter(match.group(1) for _, line in lines if (match := _COLON.match(line.strip())))
    bare_used = any(count > 1 for count in bare.values())
    starts: list[tuple[int, int, str | None]] = []
    for number, (start, line) in enumerate(lines):
        inner = line.strip()
        begin = start + len(line) - len(line.lstrip())
        if match := _LETTER.match(inner):
            starts.append((begin, begin + match.end(), match.group(1)))
            continue
        match = _COLON.match(inner)
        if match and (colon[match.group(1)] > 1 or match.group(1).isupper()):
            starts.append((begin, begin + match.end(), match.group(1)))
        elif bare_used and number + 1 < len(lines) and inner in bare and (bare[inner] > 1 or ", " in inner):
            starts.append((begin, begin + len(inner), inner))
    turns: list[Turn] = []
    for (_, start, label), (end, _, _) in zip(
        [(0, 0, None), *starts], [*starts, (len(text), len(text), None)], strict=True
    ):
        words = text[start:end]
        if words.strip():
            lead = len(words) - len(words.lstrip())
            first = start + lead
            speaker = label.split(",")[0] if label and len(label) > 1 else None
            turns.append(
                Turn(
                    first,
                    first + len(words.strip()),
                    label=label,
                    speaker=speaker,
                    kind="statement" if starts else "report",
                )
            )
    return tuple(turns)
