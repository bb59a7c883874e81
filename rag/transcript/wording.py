"""Which language a text is written in, and by the words of which languages it is read (pure)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from onrecord.rag.languages import LANGUAGES, Language, together
from onrecord.rag.languages.detection import detect_language
from onrecord.rag.transcript.lines import Line

# The language of a text is told from this many slices of it, each of this many characters.
_SLICES, _SLICE = 20, 200
# Which others it mixes is told from up to so many lines, of at least so many characters each: a shorter one is a label
# or a name as likely as a sentence.
_LINES, _LONG = 200, 50
# A language in which this share of them is written, and more than one of them, is mixed in on purpose.
_VISIBLE = 0.02
# What may be a label, and words behind it.
_LABELLED = re.compile(r"[^\n:.!?]{2,80}?:\s+\S")


def words_of(lines: Sequence[Line], declared: str | None) -> Language:
    """The languages of a text as one: that of its body, with every other known one that some of it is written in.

    Args:
        lines: the text's lines.
        declared: the language that the text's format names, as ISO 639-1 or a tag such as "fr-CA"; or None.
    """
    # A page may say "fr-CA"; which French it is makes no difference here.
    main = declared.replace("_", "-").split("-")[0].lower() if declared else _main_language(lines)
    long = [line.text for line in lines if len(line.text) >= _LONG]
    sampled = long[:: max(1, len(long) // _LINES)][:_LINES]
    found = [detect_language(text, default=main) for text in sampled]
    least = max(1, _VISIBLE * len(found))
    # One line tells as much where it opens as a turn does, since the label before it is in its language too.
    opened = {code for text, code in zip(sampled, found, strict=True) if _LABELLED.match(text)}
    return together(
        main, *(code for code in LANGUAGES if code != main and (found.count(code) > least or code in opened))
    )


def _main_language(lines: Sequence[Line]) -> str:
    """The language of most of a text, from slices of its longer lines."""
    longer = [line for line in lines if len(line.text) >= _SLICE // 2] or list(lines)
    step = max(1, len(longer) // _SLICES)
    return detect_language(" ".join(line.text[:_SLICE] for line in longer[::step][:_SLICES]))
