"""Every word of a human language that reading and answering need: one file a language, one value for each."""

from onrecord.rag.languages.language import (
    DEFAULT,
    LANGUAGES,
    Language,
    answer_language,
    language,
    together,
    words_digest,
)
from onrecord.rag.languages.phrases import NEVER, Phrase

__all__ = [
    "DEFAULT",
    "LANGUAGES",
    "NEVER",
    "Language",
    "Phrase",
    "answer_language",
    "language",
    "together",
    "words_digest",
]
