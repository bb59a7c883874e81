"""A question, read once: what it asks for, of whom, and what to search for (pure)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from onrecord.rag.languages import DEFAULT, LANGUAGES, Language
from onrecord.rag.languages import language as language_of
from onrecord.rag.people.names import Known, same
from onrecord.rag.people.naming import people_named
from onrecord.rag.people.roles import is_role
from onrecord.rag.questions.followup import SearchQuery, last_speaker, search_query, words_shown
from onrecord.rag.questions.named import NOBODY, Named, OnRecord, named
from onrecord.rag.questions.period import Period, period_in
from onrecord.rag.questions.standalone import Before, Said, completed, is_bare, said
from onrecord.rag.text.folding import folded_words
from onrecord.rag.text.quotations import quotations
from onrecord.rag.types import Span

QuestionKind = Literal[
    "fact",
    "who_asked",
    "what_asked",
    "mentions",
    "over_time",
    "overview",
    "all_said",
    "left_open",
    "questions_counted",
    "questions_listed",
    "speakers",
    "thanks",
    "greeting",
    "farewell",
    "agreement",
    "abilities",
    "holdings",
    "briefings",
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

QUESTIONS_ON_RECORD: frozenset[QuestionKind] = frozenset({"who_asked", "what_asked"})
"""Kinds about a question on record, which is quoted with what was replied."""

TO_THE_PROGRAM: tuple[QuestionKind, ...] = (
    "thanks",
    "greeting",
    "farewell",
    "agreement",
    "abilities",
    "holdings",
    "briefings",
)
"""Kinds that no briefing answers; the names are those of phrases of a language."""

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
    `stranger` that one's name where nobody on record bears it, `office` the words of an office by which it names them,
    which nobody on record holds where it is the stranger. `explicit` says that it wants theirs rather than
    others', `literal` that it asks what they said, so that nobody else's will do. `page` is that of a list, from 1.
    `search` is what to look for, and `history` the conversation before.

    `sought` are words that it gives in quotation marks, or means ("who asked that?"): those of briefings to look for.
    `period` is the time it says, `only_time` that it says nothing else of what it is about. `since_said` are words
    quoted before, where it asks what has been said since.
    """

    typed: str
    text: str
    language: str
    kind: QuestionKind
    subject: str
    wanted: Wanted | None
    speakers: tuple[str, ...] = ()
    stranger: str | None = None
    office: str | None = None
    explicit: bool = False
    literal: bool = False
    people: tuple[str, ...] = ()
    outlets: tuple[str, ...] = ()
    page: int = 1
    search: SearchQuery = field(default_factory=SearchQuery)
    history: tuple[tuple[str, str], ...] = ()
    sought: tuple[str, ...] = ()
    period: Period | None = None
    only_time: bool = False
    since_said: tuple[str, ...] = ()

    def wants(self, speaker: str | None) -> bool:
        """Whether somebody is the one, or one of those, whose words are wanted."""
        return speaker is not None and (
            speaker in self.speakers or any(same(Known(speaker), Known(one)) == "yes" for one in self.sayers)
        )

    def may_want(self, speaker: str | None) -> bool:
        """Whether the name of somebody, or that there is none, leaves open that theirs are the words wanted."""
        if self.unheld:
            return speaker is None
        return speaker is None or any(same(Known(speaker), Known(one)) != "no" for one in self.sayers)

    @property
    def unheld(self) -> str | None:
        """The words of an office by which the question names whose words it wants, where nobody on record holds it."""
        return self.office if self.stranger else None

    @property
    def sayers(self) -> tuple[str, ...]:
        """Those whose words are wanted, be they on record or not."""
        return self.speakers or ((self.stranger,) if self.stranger else ())

    @property
    def named_as(self) -> tuple[str, ...]:
        """What those whose words are wanted go by: their names, and the office by which the question calls them."""
        return (*self.sayers, *([self.office] if self.office else []))

    def seeks(self, text: str) -> int:
        """How many of the words given in quotation marks stand in a text, whatever their case, accents and marks."""
        held = _words_of(text)
        return sum(_words_of(words) in held for words in self.sought)

    @property
    def of_its_time(self) -> bool:
        """Whether nothing but what was said in its period answers it; else its date may be a part of its subject."""
        return self.literal or self.only_time or self.kind in WHOLE_LIBRARY or self.kind == "who_asked"

    @property
    def to_read(self) -> str:
        """What a reader is asked: the question as it stands alone, behind the one before where it leans on that."""
        leans = len(self.search.texts) > 1
        return f"{self.history[-1][0]} — {self.text}" if leans else self.text

    @property
    def by_itself(self) -> Question | None:
        """The question as if it leant on nothing, where it only names something and leans on the one before.

        Who asks "What about the ferries?" may have come to another subject.
        """
        names = language_of(self.language).followups.ellipsis.match(self.typed.strip())
        leans = len(self.search.texts) > 1
        if not (names and leans):
            return None
        return replace(self, search=SearchQuery(self.search.texts[:1], self.search.words))

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
    if history and _asks_for_reply(typed):
        asked_before = read_question(history[-1][0], history[:-1], known)
        if asked_before.kind in QUESTIONS_ON_RECORD:
            return replace(asked_before, typed=typed, history=tuple(history))
    earlier: list[Said] = []
    before: Before | None = None
    for text, answer in history:
        earlier.append(said(text, before.question if before else None))
        complete = completed(earlier[-1], before)
        speaker = last_speaker(answer, known.people) or (before.speaker if before else None)
        # Thanks change no subject, and neither does "Why not?".
        if _to_the_program(earlier[-1]):
            continue
        before = Before(before.question if before and complete.last else complete, speaker, known.people)
    asked = said(typed, before.question if before else None)
    if found := _to_the_program(asked):
        kind, language = found
        return Question(typed, typed, language.code, kind, typed, None, search=SearchQuery(((typed, 1.0),)))
    complete = completed(asked, before)
    language = complete.language
    # Of "Will it be built? Why not?" the last question is asked.
    bare = " ".join((complete.last or complete.text).split())
    page = 1
    if number := language.questions.page.search(bare):
        page, bare = max(1, int(number["number"])), bare[: number.start()]
    kind, subject, term = _kind(bare, language, known)
    period = period_in(complete.text, language)
    if kind == "fact" and period:
        # "What did Bell say in May?" is of the kind that it is without the time.
        kind, subject, _ = _kind(_without(complete.text, period), language, known)
    wanted = next((wanted for wanted in _WANTED if getattr(language.questions, wanted).search(bare)), None)
    names = named(complete.text if complete.last else bare, language, known, term)
    shown = words_shown(history[-1][1]) if history else ()
    return Question(
        typed=typed,
        text=complete.text,
        language=language.code,
        kind=kind,
        subject=subject,
        wanted=wanted,
        speakers=names.speakers,
        stranger=names.stranger,
        office=names.office,
        explicit=names.explicit,
        literal=names.literal,
        people=names.people,
        outlets=names.outlets,
        page=page,
        search=search_query(asked, complete, earlier, history[-1][1] if history else ""),
        history=tuple(history),
        sought=shown if _asks_back(asked, kind, wanted) else _quoted(complete.text, kind),
        period=period,
        only_time=period is not None and _only_names(complete, period, names),
        since_said=shown if language.followups.still.search(asked.text) else (),
    )


def _asks_for_more(text: str) -> re.Match[str] | None:
    """What asks for more of a list that was begun ("show more", "page 2"), in any language: few words tell none."""
    bare = " ".join(text.split())
    return next(filter(None, (language_of(code).questions.more.fullmatch(bare) for code in LANGUAGES)), None)


def _asks_for_reply(text: str) -> bool:
    """Whether a question asks but for the reply to what it was about before ("And the answer?"), in any language."""
    bare = " ".join(text.split())
    return any(language_of(code).questions.reply_asked.match(bare) for code in LANGUAGES)


def _to_the_program(asked: Said) -> tuple[QuestionKind, Language] | None:
    """What is said to the program itself, and the language it is said in: of few words no other sign may tell it."""
    for code in dict.fromkeys((asked.language.code, *LANGUAGES)):
        words = language_of(code)
        for kind in TO_THE_PROGRAM:
            if getattr(words.questions, kind).search(asked.text):
                return kind, words
    return None


def _asks_back(asked: Said, kind: QuestionKind, wanted: Wanted | None) -> bool:
    """Whether a question asks who said or asked what has been quoted, or when."""
    words = asked.language
    speaks_of_speaking = bool(words.query_terms(asked.text))
    return is_bare(asked) and speaks_of_speaking and (kind == "who_asked" or wanted in ("person", "date"))


def _quoted(text: str, kind: QuestionKind) -> tuple[str, ...]:
    """The words that a question gives in quotation marks; those of a list are its term or a title."""
    if kind in WHOLE_LIBRARY:
        return ()
    return tuple(text[one.inner.start : one.inner.end] for one in quotations(text, [Span(0, len(text))]))


def _words_of(text: str) -> str:
    """The words of a text, folded, each between blanks."""
    return f" {' '.join(folded_words(text))} "


def _without(text: str, period: Period) -> str:
    return " ".join((text[: period.span.start] + text[period.span.end :]).split())


def _only_names(asked: Said, period: Period, names: Named) -> bool:
    """Whether a question has no telling words but those of its time and of names ("What did Bell say in May?")."""
    words = asked.language
    rest = _without(asked.text, period)
    known = {term for name in (*names.people, *names.outlets) for term in words.telling_terms(name)}
    return bool(known) and known.issuperset(words.telling_terms(rest))


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
