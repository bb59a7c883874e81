"""Which language a text is in, offline: a trained detector, and function words where a text is too short for it."""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from typing import Protocol

from onrecord.rag.errors import ModelError
from onrecord.rag.languages.language import DEFAULT, LANGUAGES, language

# The detector reads this many characters at most: more does not change its mind and costs time.
_SAMPLE = 4000
# Below this many letters the detector guesses from names alone, so function words are asked first.
_SHORT = 60
# A language outside LANGUAGES is believed only for a text of at least this many letters, with this probability.
_OTHER_LETTERS = 40
_OTHER_PROBABILITY = 0.85
# Text of so many words, this share of them function words of one language and next to none of another, is plain.
_PLAIN_WORDS, _PLAIN, _NEXT_TO_NONE = 25, 0.25, 0.1
_OVERRULED = 0.22
# In a short text so many function words of a language are enough; else it must be this many times likelier than the
# language of what is around, with one such word or with none.
_CLEAR_WORDS, _RATHER, _CLEARLY = 2, 2, 10
_LATIN = re.compile(r"[A-Za-z]")


class _Identifier(Protocol):
    def rank(self, text: str) -> Sequence[tuple[str, float]]: ...


@functools.cache
def _identifier() -> _Identifier:
    """Load the detector at its first use; its methods only read what is loaded, so threads may share it.

    Raises ModelError where there is no room for temporary files, into which py3langid unpacks it.
    """
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    try:
        identifier: _Identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    except OSError as error:
        what = error.strerror or str(error)
        raise ModelError(
            f"The language detector cannot be unpacked into the folder for temporary files ({what}). Free some "
            "space there, or name another folder by TMPDIR, and do the same again."
        ) from error
    return identifier


def load_detector() -> None:
    """Load the detector now: half a second that the first quote would otherwise wait for."""
    _identifier()


def detect_language(text: str, *, default: str | None = None) -> str:
    """Name the language of a text as an ISO 639-1 code.

    The languages of LANGUAGES are told apart for any text with function words in it. Another language is named only
    where the text is long and the detector sure, because it takes short lines of names for nearly anything.

    Args:
        text: any text; only its beginning is read.
        default: the language of what is around, which a few words must speak against clearly; English where nothing is
            known of it and nothing speaks for any language.

    Returns:
        a code of two letters, such as "en", "fr" or "de".
    """
    sample = text[:_SAMPLE]
    words = [word.lower().replace("’", "'") for word in _word().findall(sample)]
    letters = sum(len(word) for word in words)
    around = default or DEFAULT
    if not letters:
        return around
    counts = {code: sum(word in known for word in words) for code, known in _telling().items()}
    leader, second = _leader(counts)
    share = counts[leader] / len(words) if leader else 0.0
    if leader and len(words) >= _PLAIN_WORDS and share >= _PLAIN and second <= counts[leader] * _NEXT_TO_NONE:
        return leader
    if leader and letters < _SHORT and (counts[leader] >= _CLEAR_WORDS or share == 1):
        return leader
    ranked = _identifier().rank(" ".join(sample.split()))
    first, probability = ranked[0]
    if not _LATIN.search(sample):
        return first
    # Function words overrule the detector: a list of French ministers is not Catalan.
    overruled = max(counts.values()) / len(words) >= _OVERRULED
    if first not in LANGUAGES and letters >= _OTHER_LETTERS and probability >= _OTHER_PROBABILITY and not overruled:
        return first
    if letters >= _SHORT and (first in LANGUAGES or leader):
        return first if first in LANGUAGES else leader or around
    # "No comment." is no French for its one word that is.
    probabilities = dict(ranked)
    likeliest = max(LANGUAGES, key=lambda code: probabilities.get(code, 0.0))
    times = _RATHER if likeliest == leader else _CLEARLY
    return likeliest if probabilities.get(likeliest, 0.0) >= times * probabilities.get(around, 0.0) else around


def _leader(counts: Mapping[str, int]) -> tuple[str | None, int]:
    """The language with more words than any other, None where there is none, and how many the next one has."""
    (first, most), (_, second) = sorted([*counts.items(), ("", 0)], key=lambda item: -item[1])[:2]
    return (first, second) if most > second else (None, second)


@functools.cache
def _telling() -> dict[str, frozenset[str]]:
    """The function words of each language that are no other's."""
    known = {code: language(code).function_words.words for code in LANGUAGES}
    return {
        code: words.difference(*(others for other, others in known.items() if other != code))
        for code, words in known.items()
    }


@functools.cache
def _word() -> re.Pattern[str]:
    """A word, or one cut short by an apostrophe that its language elides ("l'", "qu'")."""
    elided = {word for code in LANGUAGES for word in language(code).terms.elisions}
    return re.compile(rf"(?:{'|'.join(sorted(elided, key=len, reverse=True))})['’]|[^\W\d_]+", re.IGNORECASE)
