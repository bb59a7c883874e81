"""Whether the hyphen at a line's end belongs to the word: what the text itself says, then what words are likely."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

HYPHENS = "-\u2010"
_WORD = re.compile(rf"[^\W\d_]+(?:[{HYPHENS}][^\W\d_]+)*")
_LAST = re.compile(rf"(?:[^\W_]+[{HYPHENS}'’])*[^\W_]+$")
_FIRST = re.compile(r"[^\W_]+")

# What speaks for a hyphen, against the likelihood of the word without it (natural logarithms): each letter of a word
# that hangs on by hyphens; as many letters for a hyphen before, in the same word; two words that the text has as well.
# Without any of these, a hyphen needs to be likelier by so much: then, where a text says nothing, 98 % of the words of
# English transcripts parted as printers do are made whole again (97 % of French ones), and 78 % of compounds stay.
_LISTED, _INSIDE, _KNOWN, _LIKELIER = 3.0, 2, 2.0, 1.0
# A word of so many letters is no part of another by chance; what a shorter one hangs on is likely, or in the text.
_TELLING, _LIKELY = 4, -16.0


@dataclass(frozen=True, slots=True)
class HyphenWords:
    """The words of a language that hang on others by hyphens, in small letters.

    `first` do so before ("ex-minister"), `last` after another word (« dit-il »). `compounds` says that the language
    writes any two words as one with a hyphen ("price-determining"), and does not write them together.
    """

    first: frozenset[str] = frozenset()
    last: frozenset[str] = frozenset()
    compounds: bool = False


class Hyphens:
    """The words of one text, and what they say of the hyphens at its lines' ends."""

    def __init__(self, lines: Iterable[str], words: HyphenWords, log_likelihood: Callable[[str], float]) -> None:
        """Read the words of a text.

        Args:
            lines: the text as printed; words parted at a line's end do not count.
            words: of its language.
            log_likelihood: of a word in small letters.
        """
        self._words: Counter[str] = Counter()
        self._of_language = words
        self._log_likelihood = log_likelihood
        pairs: list[tuple[str, str]] = []
        stump = ""
        for line in lines:
            found = _WORD.findall(line.casefold())
            parted = line.endswith(tuple(HYPHENS))
            self._words.update(found[bool(stump) : len(found) - parted])
            if stump and found:
                pairs.append((stump, found[0]))
            stump = found[-1] if parted and found else ""
        self._firsts = {re.split(f"[{HYPHENS}]", word)[0] for word in self._words if re.search(f"[{HYPHENS}]", word)}
        seen = Counter(self._attested(re.split(f"[{HYPHENS}]", first)[-1], last) for first, last in pairs)
        # Where a text parts many words, any hyphen is likelier to part one.
        self._habit = math.log((seen[True] + 1) / (seen[False] + 1))

    def keeps(self, before: str, after: str) -> bool:
        """Whether the hyphen stays between `before`, what stands before it, and `after`, what begins the next line."""
        first, last = _LAST.search(before), _FIRST.match(after)
        if first is None or last is None:
            return True
        parts = re.split(f"[{HYPHENS}'’]", first.group())
        stump, rest = parts[-1], last.group()
        if stump[-1].isdigit() or rest[0].isdigit() or len(stump) == 1:
            return True
        if not rest.islower() and not (stump.isupper() and rest.isupper() and len(rest) > 1):
            return True
        if stump.isupper() and rest.islower() and len(stump) > 1:
            return True
        stump, rest = stump.casefold(), rest.casefold()
        attested = self._attested(stump, rest)
        if attested is not None:
            return attested
        return self._likelier(stump, rest, inside=re.search(f"[{HYPHENS}]", first.group()) is not None)

    def _attested(self, stump: str, rest: str) -> bool | None:
        """What the text has elsewhere: the word with its hyphen (true), without it (false), neither (None)."""
        tail = re.split(f"[{HYPHENS}]", rest)[0]
        whole = self._words[stump + tail]
        compound = self._words[f"{stump}-{tail}"] + self._words[f"{stump}\u2010{tail}"]
        return None if whole == compound else compound > whole

    def _likelier(self, stump: str, rest: str, *, inside: bool) -> bool:
        listed = max(
            len(stump) * self._hangs(stump, rest, stump in self._of_language.first or stump in self._firsts),
            len(rest) * self._hangs(rest, stump, rest in self._of_language.last),
            _INSIDE * inside,
        )
        if not (listed or self._of_language.compounds):
            return False
        known = self._words[stump] > 0 and self._words[rest] > 0
        gain = self._log_likelihood(stump) + self._log_likelihood(rest) - self._log_likelihood(stump + rest)
        return gain + self._habit + _LISTED * listed + _KNOWN * known > _LIKELIER

    def _hangs(self, word: str, on: str, listed: bool) -> bool:
        """Whether a word that may hang on others does: a short one may as well be the end or beginning of a word."""
        return listed and (len(word) >= _TELLING or self._words[on] > 0 or self._log_likelihood(on) > _LIKELY)
