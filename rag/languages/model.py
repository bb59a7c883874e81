"""What a language model is asked in a language, and the words that its text is read by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from onrecord.rag.languages.phrases import NEVER, Phrase


@dataclass(frozen=True, slots=True)
class ModelWords:
    """A language model's answer in a language. Words in braces are filled in.

    It is told its `instructions` and then given its `request`. What is said of it: that it `failed`, that it found
    `no_answer` or wrote `nonsense`, and that a sentence is `translated` from other languages.

    Of its text, `own_sources` opens a list of sources that it made up, `pointer` names what a number in brackets points
    at ("passage 2"), `joined` joins two of them, two clauses or two parts of a number, and `framing` words need no
    support. `negation` tells a sentence from its contrary, and so do `opposites`, the words of one side and of the
    other. `open` tells what may be or is to come from what is, and `whole` all from some. `numerals` are words for
    numbers.
    """

    instructions: str = ""
    request: str = ""
    failed: str = ""
    no_answer: str = ""
    nonsense: str = ""
    translated: str = ""
    own_sources: frozenset[str] = frozenset()
    pointer: frozenset[str] = frozenset()
    joined: frozenset[str] = frozenset()
    framing: frozenset[str] = frozenset()
    negation: Phrase = NEVER
    open: Phrase = NEVER
    whole: Phrase = NEVER
    numerals: Mapping[str, int] = field(default_factory=dict)
    opposites: tuple[tuple[frozenset[str], frozenset[str]], ...] = ()
