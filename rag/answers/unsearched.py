"""What is said to the program itself: thanks, greetings, farewells, what it can do, what the library holds (pure)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from onrecord.rag.languages import LANGUAGES, language
from onrecord.rag.languages.wording import Wording, plain
from onrecord.rag.questions.question import Question, QuestionKind
from onrecord.rag.store import Summary
from onrecord.rag.types import Answer, Part, Words

# Briefings named at once.
_MOST_NAMED = 20


def unsearched(question: Question, held: Sequence[Summary]) -> Answer:
    """Answer a question of a kind in `TO_THE_PROGRAM`, without a citation.

    `held` are the briefings in the library that the filters leave.
    """
    words = language(question.answer_language).wording
    return Answer(
        question=question.typed,
        standalone_question=question.text,
        status="answered",
        confidence=1.0,
        language=question.answer_language,
        parts=tuple(_WAYS[question.kind](words, held)),
        citations=(),
        hits=(),
    )


def _line(text: str) -> Part:
    return Part((Words(text),))


def _welcome(words: Wording, _: Sequence[Summary]) -> list[Part]:
    return [_line(words.welcome)]


def _greeting(words: Wording, _: Sequence[Summary]) -> list[Part]:
    return [_line(words.greeting)]


def _farewell(words: Wording, _: Sequence[Summary]) -> list[Part]:
    return [_line(words.farewell)]


def _agreement(words: Wording, _: Sequence[Summary]) -> list[Part]:
    return [_line(words.agreement)]


def _abilities(words: Wording, _: Sequence[Summary]) -> list[Part]:
    return [_line(words.abilities), _asked_in(words)]


def _asked_in(words: Wording) -> Part:
    return _line(words.asked_in.format(languages=words.languages(LANGUAGES)))


def _holdings(words: Wording, held: Sequence[Summary]) -> list[Part]:
    return [_how_many(words, held), _asked_in(words)]


def _briefings(words: Wording, held: Sequence[Summary]) -> list[Part]:
    latest = sorted(held, key=lambda one: one.date or "", reverse=True)[:_MOST_NAMED]
    cut = [_line(words.latest.format(count=len(latest)))] if len(latest) < len(held) else []
    named = [Part((Words(plain(f"{one.title} ({_date(words, one)})")),), item=True) for one in latest]
    return [_how_many(words, held), *cut, *named]


def _date(words: Wording, one: Summary) -> str:
    return words.date(one.date) if one.date else words.undated


def _how_many(words: Wording, held: Sequence[Summary]) -> Part:
    if not held:
        return _line(words.holdings_none)
    known = sorted(one.date for one in held if one.date)
    dates = words.holdings_dated.format(first=words.date(known[0]), last=words.date(known[-1])) if known else ""
    if known and known[0] == known[-1]:
        dates = words.when(known[0])
    template = words.holdings_one if len(held) == 1 else words.holdings_many
    languages = words.languages(sorted({one.language for one in held}))
    passages = sum(one.passages for one in held)
    return _line(template.format(count=len(held), passages=passages, languages=languages, dates=dates))


_WAYS: Mapping[QuestionKind, Callable[[Wording, Sequence[Summary]], list[Part]]] = {
    "thanks": _welcome,
    "greeting": _greeting,
    "farewell": _farewell,
    "agreement": _agreement,
    "abilities": _abilities,
    "holdings": _holdings,
    "briefings": _briefings,
}
