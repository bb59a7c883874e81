"""Whose words the quotations in news prose are (pure).

A quotation is given to whoever the sentence around it says speaks. Where that is nobody with a name or an office, as
in "Critics called it “…”", it is nobody's: never the last person's named.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.transcript.mentions import NO_MENTION
from onrecord.rag.transcript.prose import LEAST_WORDS, Heard, ProseReader
from onrecord.rag.types import Reported, Span

# In a speech, shorter quotations are words held at arm's length, unless they are a sentence.
_AT_LENGTH = 8
# Behind a comma the sentence around goes on: "“It is harmless,” he told me."
_SENTENCE_ENDS = (".", "!", "?", "…", ",")
_MARKS = '"“”„«»‘'


def reported_in(text: str, spans: Sequence[Span], vocabulary: Vocabulary) -> tuple[Reported, ...]:
    """Find the quotations in news prose and who said them.

    Args:
        text: the briefing's text.
        spans: its paragraphs of news prose, in order.
        vocabulary: how the text writes its words, in which languages.

    Returns:
        in order, the words inside quotation marks, and paragraphs that the one before leads up to with a colon. The
        speaker is None where nobody is named; the role is then what an unnamed speaker is called, if anything.
    """
    return tuple(
        Reported(heard.words.start, heard.words.end, heard.voice.name, heard.voice.role)
        for heard, length in _heard(text, spans, vocabulary)
        if length >= LEAST_WORDS and not (heard.led and heard.voice == NO_MENTION)
    )


def quoted_in_speech(text: str, spans: Sequence[Span], vocabulary: Vocabulary) -> tuple[Reported, ...]:
    """Find what somebody quotes at length in a speech, and from whom.

    Args:
        text: the briefing's text.
        spans: the paragraphs of one turn, in order.
        vocabulary: how the text writes its words, in which languages.

    Returns:
        as for `reported_in`, the words that the speaker says another one said; not what is said by "I" or "we".
    """
    speech = "\n".join(text[span.start : span.end] for span in spans)
    if not _may_quote(speech, vocabulary):
        return ()
    return tuple(
        Reported(heard.words.start, heard.words.end, heard.voice.name, heard.voice.role)
        for heard, length in _heard(text, spans, vocabulary)
        if heard.told and (heard.led or length >= _AT_LENGTH or (length >= LEAST_WORDS and _is_sentence(text, heard)))
    )


def _is_sentence(text: str, heard: Heard) -> bool:
    """Whether quoted words are a whole sentence: it opens with a capital, and ends in its marks or behind a colon."""
    words = text[heard.words.start : heard.words.end]
    led_up = text[max(0, heard.start - 3) : heard.start].rstrip()[-1:] == ":"
    return words[0].isupper() and (led_up or words.endswith(_SENTENCE_ENDS))


def _may_quote(speech: str, vocabulary: Vocabulary) -> bool:
    """Whether a speech may quote somebody: only then is it worth reading for it."""
    return (":\n" in speech or any(mark in speech for mark in _MARKS)) and bool(
        vocabulary.words.news.attribution.search(speech)
    )


def _heard(text: str, spans: Sequence[Span], vocabulary: Vocabulary) -> Iterator[tuple[Heard, int]]:
    """What is quoted, and in how many words."""
    for heard in ProseReader(text, vocabulary).paragraphs(spans):
        if isinstance(heard, Heard):
            yield heard, len(text[heard.words.start : heard.words.end].split())
