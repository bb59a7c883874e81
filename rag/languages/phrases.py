"""Ways of saying one thing: patterns with slots, compiled once, with examples of what they must and must not catch.

A pattern is a regular expression with three conveniences: `<name>` stands for any word of the slot of that name, a
straight apostrophe for a curved one too, and a blank for any single white space (a line's end too).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

# A group's name stands between the same signs: "(?P<name>".
_SLOT = re.compile(r"(?<!\(\?P)(?<!\\)<([a-z_]+)>")


class PhraseError(ValueError):
    """A pattern that cannot be compiled, or names a slot that its language does not have."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Ways of saying one thing.

    `patterns` have their slots filled. Case makes no difference unless `exact_case`. `catches` and `spares` are texts
    in which the phrase is and is not found: the tests of every language run them.
    """

    patterns: tuple[str, ...] = ()
    exact_case: bool = False
    catches: tuple[str, ...] = ()
    spares: tuple[str, ...] = ()
    _kept: tuple[re.Pattern[str], ...] | None = field(init=False, repr=False, compare=False, default=None)

    @property
    def _compiled(self) -> tuple[re.Pattern[str], ...]:
        """The patterns, compiled where they are first used: four languages have hundreds, of which a question uses few.

        Raises PhraseError where one cannot be.
        """
        if self._kept is None:
            object.__setattr__(self, "_kept", self._compile())
        return self._kept or ()

    def _compile(self) -> tuple[re.Pattern[str], ...]:
        flags = 0 if self.exact_case else re.IGNORECASE
        named = [pattern for pattern in self.patterns if "(?P<" in pattern]
        # Patterns with named groups may share a name, so each is compiled alone; the others are one alternation.
        joined = "|".join(f"(?:{pattern})" for pattern in self.patterns if pattern not in named)
        try:
            return tuple(re.compile(pattern, flags) for pattern in (*named, *([joined] if joined else [])))
        except re.error as error:
            raise PhraseError(f"{self.patterns}: {error}") from error

    def __or__(self, other: Phrase) -> Phrase:
        """Both: what either catches."""
        return Phrase(
            tuple(dict.fromkeys((*self.patterns, *other.patterns))),
            self.exact_case or other.exact_case,
            (*self.catches, *other.catches),
        )

    def __bool__(self) -> bool:
        return bool(self.patterns)

    def search(self, text: str, start: int = 0, end: int | None = None) -> re.Match[str] | None:
        """The first place where the phrase stands in `text[start:end]`."""
        stop = len(text) if end is None else end
        found = [match for pattern in self._compiled if (match := pattern.search(text, start, stop))]
        return min(found, key=lambda match: match.start(), default=None)

    def match(self, text: str, start: int = 0) -> re.Match[str] | None:
        """The phrase at `start` itself."""
        return next((match for pattern in self._compiled if (match := pattern.match(text, start))), None)

    def fullmatch(self, text: str) -> re.Match[str] | None:
        """The phrase where it is the whole text."""
        return next((match for pattern in self._compiled if (match := pattern.fullmatch(text))), None)

    def finditer(self, text: str, start: int = 0, end: int | None = None) -> Iterator[re.Match[str]]:
        """Every place where the phrase stands, in order; one that lies inside another is given too."""
        stop = len(text) if end is None else end
        found = [match for pattern in self._compiled for match in pattern.finditer(text, start, stop)]
        return iter(sorted(found, key=lambda match: match.start()) if len(self._compiled) > 1 else found)

    def sub(self, replacement: str, text: str) -> str:
        """The text with the phrase replaced everywhere."""
        for pattern in self._compiled:
            text = pattern.sub(replacement, text)
        return text


NEVER = Phrase()
"""Is found nowhere: the phrase of a language that has none."""


def filled(pattern: str, slots: Mapping[str, Iterable[str]]) -> str:
    """A pattern as a regular expression. Raises PhraseError for a slot that is not there."""

    def words(slot: re.Match[str]) -> str:
        if slot.group(1) not in slots:
            raise PhraseError(f"{pattern!r} names the slot <{slot.group(1)}>, which the language does not have")
        longest_first = sorted(slots[slot.group(1)], key=lambda word: (-len(word), word))
        return "(?:" + "|".join(re.escape(word).replace(r"\ ", " ") for word in longest_first) + ")"

    return _spelt(_SLOT.sub(words, pattern))


def _spelt(pattern: str) -> str:
    """Let an apostrophe and a blank stand for all of their kind, inside brackets too."""
    parts: list[str] = []
    inside = escaped = False
    for character in pattern:
        if escaped:
            parts.append(character)
            escaped = False
            continue
        escaped = character == "\\"
        if character == "'":
            parts.append("'’" if inside else "['’]")
        elif character == " ":
            parts.append(r"\s")
        else:
            parts.append(character)
            inside = (inside or character == "[") and character != "]"
    return "".join(parts)
