"""A question, read once: what it asks for, of whom, and what to search for (pure)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Literal

from onrecord.rag.languages import LANGUAGES, Language
from onrecord.rag.questions.followup import SearchQuery, search_query
from onrecord.rag.questions.named import NOBODY, OnRecord, alike, named
from onrecord.rag.questions.standalone import completed, said

QuestionKind = Literal["fact", "who_asked", "what_asked", "did_answer", "mentions", "over_time", "overview"]
Wanted = Literal["number", "date", "person", "reason", "yes_no"]
History = Sequence[tuple[str, str]]
"""Earlier (question, answer) pairs, oldest first."""

WHOLE_LIBRARY: frozenset[QuestionKind] = frozenset({"mentions", "over_time", "overview", "what_asked"})
"""Kinds that look beyond the passages found: at every turn, or at everybody who asked."""

# In order: the first that is found decides. The names are those of phrases of a language.
_KINDS: tuple[QuestionKind, ...] = ("mentions", "over_time", "overview", "who_asked", "what_asked", "did_answer")
_WANTED: tuple[Wanted, ...] = ("number", "date", "person", "reason", "yes_no")
_TRAILING = re.compile(r"[\s?.!…»”\"']+$")
_LEADING = re.compile(r"^[\s«“„\"'¿]+")
# A question in a language without a file is answered in this one.
_ELSE = "en"


@dataclass(frozen=True, slots=True)
class Question:
    """A question, read.

    `typed` is it as asked, `text` as it stands alone, `language` the code of the language it is asked in. `subject` is
    what it is about, without its frame ("who asked about …"); `wanted` what kind of thing answers it. `people` and
    `outlets` are those on record that it names; `speakers` are the people who may be the one whose words it wants, and
    `explicit` says that it wants only theirs. `page` is that of a list, from 1. `search` is what to look for, and
    `history` the conversation before.
    """

    typed: str
    text: str
    language: str
    kind: QuestionKind
    subject: str
    wanted: Wanted | None
    speakers: tuple[str, ...]
    explicit: bool
    people: tuple[str, ...]
    outlets: tuple[str, ...]
    page: int
    search: SearchQuery
    history: tuple[tuple[str, str], ...] = ()

    def wants(self, speaker: str | None) -> bool:
        """Whether somebody on record may be the one whose words are wanted."""
        return speaker is not None and any(alike(speaker, wanted) for wanted in self.speakers)

    @property
    def answer_language(self) -> str:
        """The language to answer in: the question's where its words are known."""
        return self.language if self.language in LANGUAGES else _ELSE


def read_question(typed: str, history: History = (), known: OnRecord = NOBODY) -> Question:
    """Read a question.

    Args:
        typed: as asked.
        history: the conversation so far.
        known: the people and outlets on record, to know those that the question names.

    Returns:
        the question; its kind is "fact" wherever no other kind is clearly asked for.
    """
    earlier = [said(asked) for asked, _ in history]
    asked = said(typed)
    complete = completed(asked, reduce(lambda before, after: completed(after, before), earlier, said("")))
    language = complete.language
    bare = " ".join(complete.text.split())
    page = 1
    if found := language.questions.page.search(bare):
        page, bare = max(1, int(found["number"])), bare[: found.start()]
    kind, subject = _kind(bare, language)
    names = named(bare, language, known)
    return Question(
        typed=typed,
        text=complete.text,
        language=language.code,
        kind=kind,
        subject=subject,
        wanted=next((wanted for wanted in _WANTED if getattr(language.questions, wanted).search(bare)), None),
        speakers=names.speakers,
        explicit=names.explicit,
        people=names.people,
        outlets=names.outlets,
        page=page,
        search=search_query(asked, complete, earlier, history[-1][1] if history else ""),
        history=tuple(history),
    )


def _kind(text: str, language: Language) -> tuple[QuestionKind, str]:
    phrases = language.questions
    for kind in _KINDS:
        if found := getattr(phrases, kind).search(text):
            groups = found.groupdict()
            subject = _TRAILING.sub("", groups.get("subject") or groups.get("rest") or "").strip()
            if kind == "mentions":
                subject = _LEADING.sub("", phrases.before_term.sub("", _LEADING.sub("", subject)))
            if subject or kind == "overview":
                return kind, subject
    return "fact", _TRAILING.sub("", text)
