"""Which language a text is in, offline: a trained detector, and function words where a text is too short for it."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from typing import Protocol

from onrecord.rag.words import word_set

LANGUAGES = ("en", "fr")

# The detector reads this many characters at most: more does not change its mind and costs time.
_SAMPLE = 4000
# Below this many letters the detector guesses from names alone, so function words are asked first.
_SHORT = 60
# A language outside LANGUAGES is believed only for a text of at least this many letters, with this probability.
_OTHER_LETTERS = 40
_OTHER_PROBABILITY = 0.85
# Text of so many words, this share of them function words of one language and next to none of the other, is plain.
_PLAIN_WORDS, _PLAIN = 25, 0.25
_OVERRULED = 0.22

# Words that stand in one of the two languages only, whatever the subject.
_FUNCTION_WORDS = {
    "en": word_set(
        "the and is are was were of that this it you we they with for what who how why when have has will would ",
        "not there their from your our been do does did i yes my be by can could should about",
    ),
    # Not "la", "que", "un", "de", which Spanish, Catalan and Italian share.
    "fr": word_set(
        "le les des du une est et qui dans pour pas nous vous ils elles avec ce cette ces",
        "sont était sur aux au je elle",
        "ne ses leur mais où oui très quel quelle quels combien pourquoi comment quand à merci être avez avons été",
        "c'est bonjour qu' j' l' d' par plus ont leurs sans aussi deux",
    ),
}
_WORD = re.compile(r"(?:[dlnjsmcDLNJSMC]|[Qq]u)['’]|[^\W\d_]+")
_LATIN = re.compile(r"[A-Za-z]")


class _Identifier(Protocol):
    def rank(self, text: str) -> Sequence[tuple[str, float]]: ...


@functools.cache
def _identifier() -> _Identifier:
    """Load the detector at its first use; its methods only read what is loaded, so threads may share it."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier: _Identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    return identifier


def load_detector() -> None:
    """Load the detector now: half a second that the first quote would otherwise wait for."""
    _identifier()


# A question is asked about in several places on its way.
@functools.lru_cache(maxsize=256)
def detect_language(text: str, *, default: str = "en") -> str:
    """Name the language of a text as an ISO 639-1 code.

    English and French are told apart for any text with words in it. Another language is named only where the text is
    long and the detector sure, because it takes short lines of names for nearly anything.

    Args:
        text: any text; only its beginning is read.
        default: what to answer where nothing speaks for either language.

    Returns:
        a code of two letters, such as "en", "fr" or "de".
    """
    sample = text[:_SAMPLE]
    words = [word.lower().replace("’", "'") for word in _WORD.findall(sample)]
    letters = sum(len(word) for word in words)
    if not letters:
        return default
    counts = {language: sum(word in known for word in words) for language, known in _FUNCTION_WORDS.items()}
    shares = {language: count / len(words) for language, count in counts.items()}
    for language in LANGUAGES:
        if len(words) >= _PLAIN_WORDS and shares[language] >= _PLAIN and sum(shares.values()) <= shares[language] * 1.1:
            return language
    if letters < _SHORT and counts["en"] != counts["fr"]:
        return max(LANGUAGES, key=lambda language: counts[language])
    ranked = _identifier().rank(" ".join(sample.split()))
    first, probability = ranked[0]
    if first in LANGUAGES:
        return first
    # Function words overrule the detector: a list of French ministers is not Catalan.
    if not _LATIN.search(sample):
        return first
    if letters >= _OTHER_LETTERS and probability >= _OTHER_PROBABILITY and max(shares.values()) < _OVERRULED:
        return first
    if counts["en"] != counts["fr"]:
        return max(LANGUAGES, key=lambda language: counts[language])
    if letters < _OTHER_LETTERS:
        return default
    return next((language for language, _ in ranked if language in LANGUAGES), default)
