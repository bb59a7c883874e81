"""How a text writes its words, which tells names from common words (pure)."""

from __future__ import annotations

import re
from collections import Counter

from onrecord.rag.languages import Language

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


class Vocabulary:
    """How often each word of a text is written small and capitalised: a name is never written small.

    `words` is the language of the text (or the several it mixes), for whatever is told by its words.
    """

    def __init__(self, text: str, words: Language) -> None:
        self.words = words
        counts = Counter(_WORD.findall(text))
        self._counts = counts
        self._small: Counter[str] = Counter()
        self._capital: Counter[str] = Counter()
        self._spelling: dict[str, tuple[int, str]] = {}
        for word, count in counts.items():
            lower = word.lower()
            if word == lower:
                self._small[lower] += count
            else:
                self._capital[lower] += count
                if not word.isupper() and count > self._spelling.get(lower, (0, ""))[0]:
                    self._spelling[lower] = (count, word)

    def is_common(self, word: str) -> bool:
        """Whether the text uses a word in lower case about as often as capitalised, as it does no name."""
        lower = word.lower().replace("’", "'")
        starters = self.words.sentence_ends.starters
        if lower in starters or ("'" in lower and lower.split("'")[0] in starters):
            return True
        small = self._small[lower]
        return small > 0 and 2 * small >= self._capital[lower]

    def count(self, word: str) -> int:
        """How often a word stands in the text in exactly this case."""
        return self._counts[word]

    def spelling(self, word: str) -> str | None:
        """How the text mostly writes a capitalised word where it does not write it in capitals only."""
        found = self._spelling.get(word.lower())
        return found[1] if found else None
