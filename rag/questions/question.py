"""A question, read once: what it asks for, of whom, and what to search for (pure)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from onrecord.rag.languages import DEFAULT, LANGUAGES, Language
from onrecord.rag.languages import language as language_of
from onrecord.rag.people.names import Known, same
from onrecord.rag.people.naming import people_named
from onrecord.rag.people.roles import is_role
from onrecord.rag.questions.followup import SearchQuery, search_query
from onrecord.rag.questions.named import NOBODY, OnRecord, named
from onrecord.rag.questions.standalone import Said, completed, said
from onrecord.rag.text.folding import folded_words
from onrecord.rag.types import Span

QuestionKind = Literal[
    "fact",
    "who_asked",
    "what_asked",
    "did_answer",
    "mentions",
    "over_time",
    "overview",
    "all_said",
    "left_open",
    "questions_counted",
    "questions_listed",
    "speakers",
]
Wanted = Literal["number", "date", "person", "reason", "yes_no"]
History = Sequence[tuple[str, str]]
"""Earlier (question, answer) pairs, oldest first."""

OVERVIEWS: frozenset[QuestionKind] = frozenset({"overview", "all_said"})
"""Kinds that are answered by all that one briefing holds."""
WHOLE_BRIEFINGS: frozenset[QuestionKind] = OVERVIEWS | {
    "left_open",
    "questions_counted",
    "questions_listed",
    "speakers",
}
"""Kinds about whole briefings rather than a subject: nothing but who takes part narrows where to look."""
WHOLE_LIBRARY: frozenset[QuestionKind] = WHOLE_BRIEFINGS | {"mentions", "over_time", "what_asked"}
"""Kinds that look beyond the passages found: at every turn, or at everybody who asked."""

# In order: the first that is found decides. The names are those of phrases of a language.
_KINDS: tuple[QuestionKind, ...] = (
    "mentions",
    "over_time",
    "left_open",
    "questions_counted",
    "questions_listed",
    "speakers",
    "overview",
    "all_said",
    "who_asked",
    "what_asked",
    "did_answer",
)
_WANTED: tuple[Wanted, ...] = ("number", "date", "person", "reason", "yes_no")
_TRAILING = re.compile(r"[\s?.!…»”\"']+$")
_QUOTES = "«“„\"' "
_TITLED = re.compile(r"[“«„\"][^“”«»„\"]+[”»“\"]")
_LEADING = re.compile(r"^[\s«“„\"'¿¡]+")


@dataclass(frozen=True, slots=True)
class Question:
    """A question, read.

    `typed` is it as asked, `text` as it stands alone, `language` the code of the language it is asked in. `subject` is
    what it is about, without its frame ("who asked about …"); `wanted` what kind of thing answers it. `people` and
    `outlets` are those on record that it names; `speakers` are the people who may be the one whose words it wants,
    `stranger` that one's name where nobody on record bears it. `explicit` says that it wants theirs rather than
    others', `literal` that it asks what they said, so that nobody else's will do. `page` is that of a list, from 1.
    `search` is what to look for, and `history` the conversation before.
    """

    typed: str
    text: str
    language: str
    kind: QuestionKind
    subject: str
    wanted: Wanted | None
    speakers: tuple[str, ...]
    stranger: str | None
    explicit: bool
    literal: bool
    people: tuple[str, ...]
    outlets: tuple[str, ...]
    page: int
    search: SearchQuery
    history: tuple[tuple[str, str], ...] = ()

    def wants(self, speaker: str | None) -> bool:
        """Whether somebody is the one, or one of those, whose words are wanted."""
        return speaker is not None and (
            speaker in self.speakers or any(same(Known(speaker), Known(one)) == "yes" for one in self.sayers)
        )

    def may_want(self, speaker: str | None) -> bool:
        """Whether the name of somebody, or that there is none, leaves open that theirs are the words wanted."""
        return speaker is None or any(same(Known(speaker), Known(one)) != "no" for one in self.sayers)

    @property
    def sayers(self) -> tuple[str, ...]:
        """Those whose words are wanted, be they on record or not."""
        return self.speakers or ((self.stranger,) if self.stranger else ())

    @property
    def to_read(self) -> str:
        """What a reader is asked: the question as it stands alone, behind the one before where it leans on that."""
        leans = len(self.search.texts) > 1
        return f"{self.history[-1][0]} — {self.text}" if leans else self.text

    @property
    def answer_language(self) -> str:
        """The language to answer in: the question's where its words are known."""
        return self.language if self.language in LANGUAGES else DEFAULT


def read_question(typed: str, history: History = (), known: OnRecord = NOBODY) -> Question:
    """Read a question.

    Args:
        typed: as asked.
        history: the conversation so far.
        known: the people and outlets on record, to know those that the question names.

    Returns:
        the question; its kind is "fact" wherever no other kind is clearly asked for.
    """
    if history and (more := _asks_for_more(typed)):
        listed = read_question(history[-1][0], history[:-1], known)
        if listed.kind in WHOLE_LIBRARY:
            page = int(more.groupdict().get("number") or listed.page + 1)
            return replace(listed, typed=typed, page=page, history=tuple(history))
    earlier: list[Said] = []
    before: Said | None = None
    for text, _ in history:
        earlier.append(said(text, before))
        before = completed(earlier[-1], before)
    asked = said(typed, before)
    complete = completed(asked, before)
    language = complete.language
    bare = " ".join(complete.text.split())
    page = 1
    if found := language.questions.page.search(bare):
        page, bare = max(1, int(found["number"])), bare[: found.start()]
    kind, subject, term = _kind(bare, language, known)
    names = named(bare, language, known, term)
    return Question(
        typed=typed,
        text=complete.text,
        language=language.code,
        kind=kind,
        subject=subject,
        wanted=next((wanted for wanted in _WANTED if getattr(language.questions, wanted).search(bare)), None),
        speakers=names.speakers,
        stranger=names.stranger,
        explicit=names.explicit,
        literal=names.literal,
        people=names.people,
        outlets=names.outlets,
        page=page,
        search=search_query(asked, complete, earlier, history[-1][1] if history else ""),
        history=tuple(history),
    )


def _asks_for_more(text: str) -> re.Match[str] | None:
    """What asks for more of a list that was begun ("show more", "page 2"), in any language: few words tell none."""
    bare = " ".join(text.split())
    return next(filter(None, (language_of(code).questions.more.fullmatch(bare) for code in LANGUAGES)), None)


def _kind(text: str, language: Language, known: OnRecord) -> tuple[QuestionKind, str, Span | None]:
    """The kind of a question, its subject, and where a term stands whose mentions are wanted."""
    phrases = language.questions
    # Words of a title say nothing of what is asked about the briefing.
    untitled = _TITLED.sub("“…”", text)
    for kind in _KINDS:
        if found := getattr(phrases, kind).search(untitled if kind in WHOLE_BRIEFINGS else text):
            groups = found.groupdict()
            subject, term = groups.get("subject") or groups.get("rest") or "", None
            if kind == "mentions":
                subject, term = _term(found["subject"], found.start("subject"), language, known)
            subject = _TRAILING.sub("", subject).strip()
            if kind == "all_said" and not _is_somebody(subject, language, known):
                continue
            if subject or kind in WHOLE_BRIEFINGS:
                return kind, subject, term
    return "fact", _LEADING.sub("", _TRAILING.sub("", text)), None


def _is_somebody(text: str, language: Language, known: OnRecord) -> bool:
    """Whether a text names somebody on record, or an office."""
    words = folded_words(text)
    return bool(people_named(text, known.people)) or any(is_role(word, language.labels) for word in words)


def _term(text: str, start: int, language: Language, known: OnRecord) -> tuple[str, Span]:
    """The term whose mentions are wanted, and its place: without who is said to mention it ("the wall by Bell")."""
    phrases = language.questions
    for by in phrases.mentioned_by.finditer(text):
        if people_named(text[by.end() :], known.people):
            text = text[: by.start()]
            break
    return phrases.before_term.sub("", _LEADING.sub("", text)).lstrip(_QUOTES), Span(start, start + len(text))
