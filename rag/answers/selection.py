"""Whose words a sentence is, what it shares with a question, and what it is about (pure)."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

from onrecord.rag.languages import language
from onrecord.rag.people.names import Same, read_name
from onrecord.rag.people.offices import telling_words
from onrecord.rag.questions.question import Question
from onrecord.rag.reading.reader import ReadSentence
from onrecord.rag.text.folding import folded_words
from onrecord.rag.text.quotes import overlap, reported_at
from onrecord.rag.types import Briefing, Reported

# "O’Brien" is a name, "I’m" none.
_NAME_WORD = r"[A-ZÀ-Þ](?:[\w-]|[’'][A-ZÀ-Þ])[\w’'-]*"
_PROPER = re.compile(rf"(?<=[a-zà-ÿ,;] ){_NAME_WORD}(?: {_NAME_WORD})*")
_QUESTION_MARK = re.compile(r"\?[”»\"’]?\s*$")


def share_of_words(texts: Sequence[tuple[str, str]], question: Question) -> list[float]:
    """For each (text, language) the share (0–1) of the question's telling words it holds; rare ones count more."""
    wanted = language(question.language).query_terms(question.text)
    held = [terms_of(text, code) for text, code in texts]
    frequency = Counter(term for terms in held for term in terms)
    weights = {term: math.log(1 + len(texts) / (1 + frequency[term])) for term in wanted}
    total = sum(weights.values()) or 1.0
    return [sum(weights[term] for term in wanted if term in terms) / total for terms in held]


def terms_of(text: str, code: str) -> frozenset[str]:
    """The telling stems of a text in the language of a code."""
    return frozenset(language(code).query_terms(text))


def whose(sentence: ReadSentence, briefing: Briefing, question: Question) -> Same:
    """Whether a sentence is the words of the person whose words the question wants.

    A report that names them, or quotes somebody it does not name, is neither their words nor another's.
    """
    inner = reported_at(briefing, sentence.span.start, sentence.span.end)
    if question.unheld:
        return "unknown" if _may_be_of(question.unheld, sentence, inner) else "no"
    if inner is not None:
        return "yes" if question.wants(inner.speaker) else "unknown" if question.may_want(inner.speaker) else "no"
    said = [r.speaker for r in briefing.reported if overlap(r, sentence.span)]
    if any(map(question.wants, [*said, sentence.passage.speaker])):
        return "yes"
    if sentence.passage.kind != "report":
        return "no"
    surnames = {read_name(name).surname for name in question.sayers}
    named = not said and not surnames.isdisjoint(folded_words(sentence.text))
    return "unknown" if named or any(map(question.may_want, said)) else "no"


def _may_be_of(office: str, sentence: ReadSentence, inner: Reported | None) -> bool:
    """Whether somebody may hold an office that nobody on record is printed with, or a sentence speaks of it."""
    speaker = inner or sentence.passage
    without_role = speaker.role is None and sentence.passage.kind != "question"
    return without_role or telling_words(office).issubset(folded_words(sentence.text))


def asks(text: str) -> bool:
    """Whether a sentence ends in a question mark."""
    return bool(_QUESTION_MARK.search(text))


def introduces(sentence: ReadSentence) -> bool:
    """Whether somebody who asks says who they are ("Ann Bell, Harbour News, good afternoon.")."""
    speaker = sentence.passage.speaker
    if sentence.passage.kind != "question" or not speaker:
        return False
    return read_name(speaker).surname in folded_words(sentence.text)


def topic_of(text: str) -> str | None:
    """The longest name inside a sentence, to say what a passage is about; None where it holds none."""
    names = [re.sub(r"['’]s$", "", name) for name in _PROPER.findall(text)]
    return max(names, key=len, default=None)
