"""Follow-up questions: what a question that leans on a conversation is searched with (pure)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from onrecord.rag.languages import LANGUAGES, language
from onrecord.rag.languages.detection import detect_language
from onrecord.rag.questions.standalone import standalone_question

History = Sequence[tuple[str, str]]
"""Earlier (question, answer) pairs, oldest first."""

# Chosen on conversations with known answers (docs/quality.md, "Follow-ups"): anything from half to twice these does
# nearly as well. The first question names the subject, the last answer what has been come to.
_FIRST_QUESTION = 0.3
_LAST_ANSWER = 0.5
_EARLIER_WORDS = 0.3
# A question of this many telling words or fewer seldom says all it means.
_FEW_WORDS = 4
# The encoder reads 512 tokens; an answer's beginning says what it is about.
_ANSWER_CHARACTERS = 1500
_QUOTED = re.compile(r"[“«]\s*(.+?)\s*[”»]", re.DOTALL)
_MARKER = re.compile(r"\s*\[\d+\]")
# (beginning, what follows) of an answer that found nothing, in each language.
_NOTHING_FOUND = tuple(language(code).wording.nothing.partition("{searched}")[::2] for code in LANGUAGES)
_LEANING = {
    "en": re.compile(
        r"\b(?:it|its|they|them|their|theirs|he|him|his|she|her|hers|this|these|those|such|same|ones?|others?|another|"
        r"else|also|too|both|either|neither|former|latter|then|again|instead|there)\b"
        r"|\bthat(?:['’]s)?(?=[.?!,]|\s+(?:is|was|has|been|would|sounds)\b|\s*$)"
        r"|^\W*(?:and|but|or|so|no|yes|why|how so|what about|how about|what of)\b",
        re.IGNORECASE,
    ),
    "fr": re.compile(
        r"(?<![\w])(?:il|elle|ils|elles|lui|leurs?|celui|celle|ceux|celles|cela|ça|ceci|y|en|son|sa|ses|autres?|aussi|"
        r"également|encore|ensuite|alors|même|mêmes|tel|telle|tels|telles|là)(?!\w)"
        r"|^\W*(?:et|mais|ou|donc|non|oui|pourquoi|quid|qu['’]en est-il)\b",
        re.IGNORECASE,
    ),
}


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What to search for: a question, and what of the conversation it leans on.

    `texts` are embedded as questions and their vectors added with these weights; the first is the question itself, of
    weight 1. `earlier` are words of earlier questions, each worth `earlier_weight` of a word of the question.
    """

    texts: tuple[tuple[str, float], ...]
    words: tuple[str, ...]
    earlier: tuple[str, ...] = ()
    earlier_weight: float = _EARLIER_WORDS


def leans(question: str) -> bool:
    """Whether a question may need what was said before it: a pronoun, an ellipsis, or few words of its own."""
    code = _language(question)
    return bool(_LEANING[code].search(question)) or len(language(code).query_terms(question)) <= _FEW_WORDS


def search_query(question: str, history: History) -> SearchQuery:
    """What to search for, given the conversation so far.

    A question that stands alone is searched as it is, whatever was said before: people change the subject. So is one
    that `standalone_question` could complete.
    """
    complete = standalone_question(question, history)
    words = tuple(language(_language(complete)).query_terms(complete))
    if not history or complete != question or not leans(question):
        return SearchQuery(((complete, 1.0),), words)
    texts = [(question, 1.0), (history[0][0], _FIRST_QUESTION)]
    said = answered_words(history[-1][1])
    if said:
        texts.append((said, _LAST_ANSWER))
    earlier = dict.fromkeys(term for asked, _ in history for term in language(_language(asked)).query_terms(asked))
    return SearchQuery(tuple(texts), words, tuple(term for term in earlier if term not in words))


def answered_words(answer: str) -> str:
    """What an answer says of the subject: the words it quotes, or all of it where it quotes nothing.

    Nothing where it says that nothing was found.
    """
    plain = _MARKER.sub("", answer).strip()
    if any(plain.startswith(start) and end in plain for start, end in _NOTHING_FOUND):
        return ""
    quoted = " ".join(match.group(1) for match in _QUOTED.finditer(plain))
    return (quoted or plain)[:_ANSWER_CHARACTERS]


def shares_shown(texts: Sequence[tuple[str, str]], history: History) -> list[float]:
    """How much of each (text, language) the conversation has shown already, 0–1.

    Measured in runs of three telling words. What has been read in whole is seldom what a follow-up asks for; a passage
    of which one sentence was quoted may well hold the next answer.
    """
    shown: dict[str, set[tuple[str, ...]]] = {}
    shares = []
    for text, code in texts:
        if code not in shown:
            shown[code] = {run for _, answer in history for run in _runs(answer, code)}
        runs = _runs(text, code)
        shares.append(len(runs & shown[code]) / len(runs) if runs else 0.0)
    return shares


def _runs(text: str, code: str) -> set[tuple[str, ...]]:
    terms = language(code).index_terms(text).split()
    return set(zip(terms, terms[1:], terms[2:], strict=False))


def _language(text: str) -> str:
    return "fr" if detect_language(text) == "fr" else "en"
