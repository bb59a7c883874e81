"""Follow-up questions: what a question that leans on a conversation is searched with (pure)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from onrecord.rag.languages import LANGUAGES, language
from onrecord.rag.people.naming import Roll, people_named
from onrecord.rag.questions.standalone import Said, said

# Chosen on conversations with known answers (docs/quality.md, "Follow-ups"): anything from half to twice these does
# nearly as well. The first question names the subject, the last answer what has been come to.
_FIRST_QUESTION = 0.3
_LAST_ANSWER = 0.5
_EARLIER_WORDS = 0.3
# A question of this many telling words or fewer seldom says all it means.
_FEW_WORDS = 4
# With fewer telling words than these nobody knows what a question is about.
_TELLING = 3
_SINGLE = re.compile(r"[^.,;:!?…]+\?")
# The encoder reads 512 tokens; an answer's beginning says what it is about.
_ANSWER_CHARACTERS = 1500
_SHOWN = re.compile(r"“\s*(.+?)\s*”|«\s*(.+?)\s*»|„\s*(.+?)\s*[“”]", re.DOTALL)
# What an amount is of ("Is the price still 35 million?") it does not say.
_AMOUNT = re.compile(r"\d[\d.,]*\s*[^\W\d_]*")
_MARKER = re.compile(r"\s*\[\d+\]")
# An answer that found nothing, in each language; "{…}" in its template stands for any words.
_NOTHING_FOUND = re.compile(
    "|".join(
        re.sub(r"\\{\w+\\}", ".+?", re.escape(template))
        for code in LANGUAGES
        for wording in [language(code).wording]
        for template in (wording.nothing, wording.silent, wording.unheld)
    )
)
# What stands between who asked and whom, in each language.
_ASKED = tuple(language(code).wording.asked.format(asker="", whom="", when="") for code in LANGUAGES)


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """What to search for: a question, and what of the conversation it leans on.

    `texts` are embedded as questions and their vectors added with these weights; the first is the question itself, of
    weight 1. `words` are its stems in its language. `earlier` are stems of earlier questions, each worth
    `earlier_weight` of a word of the question.
    """

    texts: tuple[tuple[str, float], ...] = ()
    words: tuple[str, ...] = ()
    earlier: tuple[str, ...] = ()
    earlier_weight: float = _EARLIER_WORDS


def leans(question: Said) -> bool:
    """Whether a question may need what was said before it: a pronoun, an ellipsis, or few words of its own."""
    words = question.language
    return bool(words.followups.leaning.search(question.text)) or len(words.query_terms(question.text)) <= _FEW_WORDS


def stands_alone(question: str, code: str) -> bool:
    """Whether what a person was asked can be asked of a library, in the language of a code.

    It must be one sentence without asides that leans on nothing before it and speaks to nobody.
    """
    words = said(question).language
    return (
        words.code == code
        and _SINGLE.fullmatch(question) is not None
        and not words.followups.leaning.search(question)
        and not words.pages.visitor.search(question)
        and len(words.query_terms(_AMOUNT.sub(" ", question))) >= _TELLING
    )


def search_query(question: Said, complete: Said, earlier: Sequence[Said], last_answer: str) -> SearchQuery:
    """What to search for, given the conversation so far.

    A question that stands alone is searched as it is, whatever was said before: people change the subject. So is one
    that could be completed.

    Args:
        question: as typed.
        complete: the same, standing alone as far as it could be made to.
        earlier: the questions before it, as typed, oldest first.
        last_answer: the answer before it.
    """
    words = tuple(complete.language.query_terms(complete.text))
    if not earlier or complete.text != question.text or not leans(question):
        return SearchQuery(((complete.text, 1.0),), words)
    texts = [(question.text, 1.0), (earlier[0].text, _FIRST_QUESTION)]
    if shown := answered_words(last_answer):
        texts.append((shown, _LAST_ANSWER))
    before = dict.fromkeys(term for asked in earlier for term in asked.language.query_terms(asked.text))
    return SearchQuery(tuple(texts), words, tuple(term for term in before if term not in words))


def answered_words(answer: str) -> str:
    """What an answer says of the subject: the words it quotes, or all of it where it quotes nothing.

    Nothing where it says that nothing was found.
    """
    plain = _MARKER.sub("", answer).strip()
    if _NOTHING_FOUND.match(plain):
        return ""
    return (" ".join(words_shown(plain)) or plain)[:_ANSWER_CHARACTERS]


def words_shown(answer: str) -> tuple[str, ...]:
    """The words of briefings that an answer quotes."""
    return tuple(match[match.lastindex or 0] for match in _SHOWN.finditer(answer))


def last_speaker(answer: str, people: Roll) -> str | None:
    """The person on record whose words an answer quotes first, by the name that leads to them."""
    quote = _SHOWN.search(answer)
    lead = answer[: quote.start()] if quote else ""
    named = people_named(lead, people)
    # In "Lund asked Bell" the first asks; elsewhere who asked is named before who says something.
    asks = bool(named) and any(words in lead[named[0].end :] for words in _ASKED)
    meant = named[:1] if asks else named[-1:]
    return next((lead[one.start : one.end] for one in meant), None)


def shares_shown(texts: Sequence[tuple[str, str]], answers: Sequence[str]) -> list[float]:
    """How much of each (text, language) the answers of a conversation have shown already, 0–1.

    Measured in runs of three telling words. What has been read in whole is seldom what a follow-up asks for; a passage
    of which one sentence was quoted may well hold the next answer.
    """
    shown: dict[str, set[tuple[str, ...]]] = {}
    shares = []
    for text, code in texts:
        if code not in shown:
            shown[code] = {run for answer in answers for run in _runs(answer, code)}
        runs = _runs(text, code)
        shares.append(len(runs & shown[code]) / len(runs) if runs else 0.0)
    return shares


def _runs(text: str, code: str) -> set[tuple[str, ...]]:
    terms = language(code).index_terms(text)
    return set(zip(terms, terms[1:], terms[2:], strict=False))
