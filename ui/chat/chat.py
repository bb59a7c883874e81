"""One question of a conversation, from the browser's request to the messages of the chat; knows nothing of Gradio."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from typing import cast, get_args

from onrecord.rag import (
    Answer,
    FilterOptions,
    Filters,
    InvalidRequest,
    Kind,
    Library,
    OnRecordError,
    UnknownBriefing,
    each_of,
)
from onrecord.ui.chat.conversations import Asked, Conversations, new_id
from onrecord.ui.chat.render import (
    answer_html,
    error_html,
    interrupted_html,
    question_html,
    waiting_html,
    written_html,
)
from onrecord.ui.page.text import preferred_language, spoken_date, words
from onrecord.ui.server.loading import ModelLoading
from onrecord.ui.server.places import Busy, Places

_log = logging.getLogger(__name__)
QUESTION_LENGTH = 2000
# What is said further back no longer helps to understand a follow-up.
_HISTORY_LENGTH = 6
# A stopped answer is written down as it is closed, at the end of the step it is in: longer than any step takes.
_CLOSING_SECONDS = 10.0
# How often whoever waits for words of a model is looked for where there are none: each time the page is sent a message.
_LOOKED_FOR_SECONDS = 0.25

Message = dict[str, str]


@dataclass(frozen=True, slots=True)
class Request:
    """What the page sends with a question.

    `replacing` is an earlier question that gives way to this one. `any_date` says that dates in it limit nothing.
    """

    question: str
    conversation: str | None = None
    replacing: str | None = None
    filters: Filters = field(default_factory=Filters)
    any_date: bool = False
    language: str = "en"

    @classmethod
    def parse(cls, question: object, context: object) -> Request:
        """A request from what a browser sent, which can be anything; raises InvalidRequest."""
        sent = context if isinstance(context, Mapping) else {}
        language = preferred_language(_text(sent.get("language")), None)
        said = question.strip() if isinstance(question, str) else ""
        if not said:
            raise InvalidRequest(words(language)["no_question"])
        if len(said) > QUESTION_LENGTH:
            raise InvalidRequest(words(language)["too_long"].format(n=QUESTION_LENGTH))
        return cls(
            said,
            _text(sent.get("conversation")),
            _text(sent.get("replacing")),
            filters_in(sent.get("filters")),
            sent.get("any_date") is True,
            language,
        )


@dataclass(frozen=True, slots=True)
class Update:
    """The chat's messages now, and the conversation they belong to."""

    messages: Sequence[Message]
    conversation: str | None
    finished: bool = False


class Chat:
    """Answers questions of visitors' conversations."""

    def __init__(self, library: Library, conversations: Conversations, loading: ModelLoading, places: Places) -> None:
        self._library = library
        self._conversations = conversations
        self._loading = loading
        self._places = places
        # Conversations by the question in them whose quotes are not kept yet.
        self._being_answered: dict[str, str] = {}
        self._changed = threading.Condition()

    def messages(self, visitor: str | None, conversation: str | None, language: str) -> list[Message]:
        """A conversation as it was left, in the page's language; a word about it where it is not the visitor's."""
        earlier = self._earlier(visitor, conversation)
        if earlier or not conversation:
            return self._messages(earlier, language)
        why = "others_conversation" if self._conversations.held(conversation) else "gone_conversation"
        return [_message("assistant", error_html(words(language)[why]))]

    def stopped(self, visitor: str | None, conversation: str | None, language: str) -> list[Message]:
        """A conversation whose answer has been stopped, as soon as what was read of it is kept."""
        with self._changed:
            self._changed.wait_for(lambda: conversation not in self._being_answered.values(), _CLOSING_SECONDS)
        return self.messages(visitor, conversation, language)

    def ask(self, visitor: str | None, question: object, context: object) -> Iterator[Update]:
        """Yield the chat as the answer grows. A failure is a message of the chat; nothing is raised."""
        earlier: list[Asked] = []
        conversation = _text(context.get("conversation")) if isinstance(context, Mapping) else None
        shown = question if isinstance(question, str) else ""
        language = "en"
        try:
            earlier = self._earlier(visitor, conversation)
            conversation = self._conversations.writable(visitor, conversation)
            request = Request.parse(question, context)
            language = request.language
            position = next((i for i, asked in enumerate(earlier) if asked.id == request.replacing), len(earlier))
            earlier = earlier[:position]
            yield from self._answer(visitor, conversation, earlier, request)
        except Busy:
            yield self._failure(earlier, shown, words(language)["busy"], conversation, language)
        except OnRecordError as error:
            yield self._failure(earlier, shown, str(error), conversation, language)
        except Exception:  # noqa: BLE001 - it would cover the whole chat with "Error"; the log has the cause
            _log.exception("A question could not be answered")
            yield self._failure(earlier, shown, words(language)["unexpected"], conversation, language)

    def _answer(
        self, visitor: str | None, conversation: str, earlier: Sequence[Asked], request: Request
    ) -> Iterator[Update]:
        before = self._messages(earlier, request.language)
        id_ = new_id()
        asked = _message("user", question_html(request.question, id_))
        waiting = "loading_ask" if self._loading.state().state == "loading" else "searching"
        history = [(one.question, one.answer.text) for one in earlier if one.answer is not None][-_HISTORY_LENGTH:]
        answer: Answer | None = None
        drawn, seen, update = None, 0.0, Update([], conversation)
        with self._kept(visitor, conversation, id_, request) as keep:
            yield Update(
                [*before, asked, _message("assistant", waiting_html(words(request.language)[waiting]))], conversation
            )
            limits = filter_options(request.filters)
            with self._places.taken(request.question):
                try:
                    for answer in self._library.stream(
                        request.question, history=history, any_date=request.any_date, **limits
                    ):
                        if answer is drawn:
                            # Whoever has stopped it ends it here, and the model with it.
                            if time.monotonic() - seen > _LOOKED_FOR_SECONDS:
                                yield update
                                seen = time.monotonic()
                            continue
                        if answer.written is None:
                            growing = answer_html(answer, verified=frozenset(), exchange=id_, finished=False)
                            shown = [_message("assistant", growing)]
                        else:
                            # The quotes are whole, and must not be lost with a model that is slow to write.
                            keep(_as_stopped(answer))
                            shown = self._answered(self._asked(id_, request, answer), request.language)
                        drawn, update = answer, Update([*before, asked, *shown], conversation)
                        yield update
                        seen = time.monotonic()
                finally:
                    # A stopped answer is kept as far as it came.
                    if answer is not None:
                        keep(_as_stopped(answer))
        if answer is not None:
            shown = self._answered(self._asked(id_, request, answer), request.language)
            yield Update([*before, asked, *shown], conversation, finished=True)

    @staticmethod
    def _asked(id_: str, request: Request, answer: Answer) -> Asked:
        return Asked(id_, request.question, answer, request.filters)

    @contextmanager
    def _kept(
        self, visitor: str | None, conversation: str, id_: str, request: Request
    ) -> Iterator[Callable[[Answer], None]]:
        """Keep a question before it is answered: if the server is killed meanwhile, it is not lost.

        Gives what keeps its answer. One that cannot be answered is not kept.
        """
        if not visitor:
            yield lambda _: None
            return
        self._conversations.begin(visitor, conversation, Asked(id_, request.question, None, request.filters))
        with self._changed:
            self._being_answered[id_] = conversation

        def keep(answer: Answer) -> None:
            self._conversations.finish(id_, answer, replacing=request.replacing)
            done()

        def done() -> None:
            with self._changed:
                self._being_answered.pop(id_, None)
                self._changed.notify_all()

        try:
            yield keep
        except Exception:
            self._conversations.forget(id_)
            raise
        finally:
            done()

    def _failure(
        self, earlier: Sequence[Asked], question: str, message: str, conversation: str | None, language: str
    ) -> Update:
        said = [_message("user", question_html(question))] if question.strip() else []
        shown = [*self._messages(earlier, language), *said, _message("assistant", error_html(message))]
        return Update(shown, conversation, finished=True)

    def _earlier(self, visitor: str | None, conversation: str | None) -> list[Asked]:
        if not visitor or not conversation:
            return []
        try:
            return self._conversations.asked(visitor, conversation)
        except OnRecordError:
            return []

    def _messages(self, earlier: Sequence[Asked], language: str) -> list[Message]:
        messages = []
        for asked in earlier:
            messages.append(_message("user", question_html(asked.question, asked.id)))
            messages += self._answered(asked, language)
        return messages

    def _answered(self, asked: Asked, language: str) -> list[Message]:
        """The answer to a question and, in a message of its own, which alone is drawn anew, what a model wrote."""
        if asked.answer is None:
            return [_message("assistant", interrupted_html(words(language)["interrupted"], language, asked.id))]
        verified = verified_numbers(self._library, asked.answer)
        written = written_html(asked.answer, verified=verified, exchange=asked.id)
        shown = [self._html(asked.answer, asked, verified), written]
        return [_message("assistant", html) for html in shown if html]

    def _html(self, answer: Answer, asked: Asked, verified: frozenset[int]) -> str:
        titles = {}
        if answer.status == "not_found":
            for hit in answer.hits[:3]:
                briefing = hit.passage.briefing_id
                if briefing not in titles:
                    titles[briefing] = self._title(briefing)
        return answer_html(
            answer,
            verified=verified,
            exchange=asked.id,
            titles=titles,
            limits=self._limits(asked.filters, answer.language),
        )

    def _title(self, briefing_id: str) -> str:
        try:
            return self._library.briefing(briefing_id).title
        except UnknownBriefing:
            return ""

    def _limits(self, filters: Filters, language: str) -> list[str]:
        said = words(language)
        limits = [
            *(each_of(filters.speaker) or ()),
            *(each_of(filters.role) or ()),
            *(each_of(filters.outlet) or ()),
            *(each_of(filters.language) or ()),
            *(each_of(filters.collection) or ()),
            *(self._title(briefing) or briefing for briefing in each_of(filters.briefing) or ()),
        ]
        for key in ("since", "until"):
            date = getattr(filters, key)
            if date:
                limits.append(said[f"{key}_date"].format(date=spoken_date(date, language)))
        return [*limits, *(said[kind] for kind in each_of(filters.kind) or () if kind in get_args(Kind))]


def _as_stopped(answer: Answer) -> Answer:
    """An answer as it is kept where nothing more comes: what was written of it is all, and says so."""
    written = answer.written
    if written is None or written.complete:
        return answer
    note = words(answer.language)["writing_stopped"]
    return replace(answer, written=replace(written, complete=True, note=note))


def verified_numbers(library: Library, answer: Answer) -> frozenset[int]:
    """The numbers of the citations whose slice of the stored briefing is their quote, to the letter."""
    texts: dict[str, str] = {}
    verified = set()
    for citation in answer.citations:
        if citation.briefing_id not in texts:
            try:
                texts[citation.briefing_id] = library.briefing(citation.briefing_id).text
            except UnknownBriefing:
                texts[citation.briefing_id] = ""
        if citation.quote and texts[citation.briefing_id][citation.start : citation.end] == citation.quote:
            verified.add(citation.number)
    return frozenset(verified)


def filters_in(sent: object) -> Filters:
    """Filters from what a browser sent: unknown names and empty values are left out, anything but texts too."""
    if not isinstance(sent, Mapping):
        return Filters()
    known = {one.name for one in fields(Filters)}
    given = {name: _texts(value) for name, value in sent.items() if name in known}
    return Filters(**{name: value for name, value in given.items() if value})  # type: ignore[arg-type]  # Library checks


def filter_options(filters: Filters) -> FilterOptions:
    """Filters as keyword arguments of the library, without those that are not set."""
    given = {one.name: value for one in fields(filters) if (value := getattr(filters, one.name)) is not None}
    return cast(FilterOptions, given)


def _message(role: str, content: str) -> Message:
    return {"role": role, "content": content}


def _texts(value: object) -> str | tuple[str, ...] | None:
    return tuple(filter(_text, value)) if isinstance(value, list) else _text(value)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
