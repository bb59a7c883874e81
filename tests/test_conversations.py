"""Conversations on the server: each visitor's own, in order, through replacing, stopping and deleting."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from postgres_server import running_server
from pydantic import TypeAdapter

from onrecord.rag import Answer, Citation, Filters, Library, OnRecordError, Part, Quote, Words
from onrecord.rag.store.postgres import open_store
from onrecord.ui.chat.chat import Chat, filters_in
from onrecord.ui.chat.conversations import Asked, Conversations, UnknownConversation, new_id
from onrecord.ui.page.html import escape
from onrecord.ui.page.text import LANGUAGES, words
from onrecord.ui.server.loading import ModelLoading
from onrecord.ui.server.places import Places
from onrecord.ui.server.settings import ServerSettings

ADA, IVO = "ada", "ivo"


@pytest.fixture(params=["file", "server"])
def conversations(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Conversations]:
    """Kept in a file, and in the database of a library in PostgreSQL."""
    if request.param == "file":
        yield Conversations(tmp_path / "conversations.sqlite")
        return
    store = open_store(running_server().database())
    yield Conversations(store)
    store.close()


def keep(conversations: Conversations, visitor: str, id_: str, one: Asked, *, replacing: str | None = None) -> None:
    """Ask a question, and have it answered."""
    assert one.answer
    conversations.begin(visitor, id_, Asked(one.id, one.question, None, one.filters))
    conversations.finish(one.id, one.answer, replacing=replacing)


def asked(question: str, id_: str | None = None) -> Asked:
    quote = "“Words”\n<b>"
    one = Citation(1, "b", "t", None, None, "f", "Ada", None, "answer", 3, 3 + len(quote), quote)
    parts = (Part((Words("Said: "), Quote((1,)))),)
    answer = Answer(question, question, "answered", 0.5, "en", parts, (one,), (), {"search": 0.1}, 1, 2)
    return Asked(id_ or new_id(), question, answer, Filters(speaker="Ada"))


def test_what_is_kept_is_what_was_given(conversations: Conversations) -> None:
    first, id_ = asked("One?"), new_id()
    keep(conversations, ADA, id_, first)
    [kept] = conversations.asked(ADA, id_)
    assert (kept.answer, kept.filters, kept.question) == (first.answer, first.filters, "One?")
    assert conversations.one(ADA, first.id).answer == first.answer


def test_limits_are_kept_with_one_value_or_several(conversations: Conversations) -> None:
    limits = Filters(speaker=("Ada", "Ivo"), kind=("question", "answer"), language="fr", since="2031")
    first, id_ = replace(asked("One?"), filters=limits), new_id()
    keep(conversations, ADA, id_, first)
    assert conversations.one(ADA, first.id).filters == limits
    # As they were written down before there could be several.
    before = '{"speaker":"Ada","role":null,"since":null,"language":"fr","briefing":"b","kind":"answer"}'
    assert TypeAdapter(Filters).validate_json(before) == Filters("Ada", language="fr", briefing="b", kind="answer")


def test_another_visitor_reaches_nothing(conversations: Conversations) -> None:
    first, id_ = asked("Mine?"), new_id()
    keep(conversations, ADA, id_, first)
    assert conversations.of(IVO) == []
    attempts = [
        lambda: conversations.asked(IVO, id_),
        lambda: conversations.one(IVO, first.id),
        lambda: conversations.begin(IVO, id_, asked("Yours?")),
        lambda: conversations.rename(IVO, id_, "Yours"),
        lambda: conversations.delete(IVO, id_),
        lambda: conversations.judge(IVO, first.id, "helpful"),
    ]
    for attempt in attempts:
        with pytest.raises(UnknownConversation):
            attempt()
    assert [one.title for one in conversations.of(ADA)] == ["Mine?"]
    assert conversations.feedback(IVO) == []


def test_the_servers_of_a_library_share_its_conversations() -> None:
    address, id_ = running_server().database(), new_id()
    one, two = open_store(address), open_store(address)
    first, second = Conversations(one), Conversations(two)
    keep(first, ADA, id_, asked("One?"))
    keep(second, ADA, id_, asked("Two?"))
    assert [each.question for each in first.asked(ADA, id_)] == ["One?", "Two?"]
    for store in (one, two):
        store.close()


def test_a_replaced_question_takes_what_follows_with_it(conversations: Conversations) -> None:
    id_ = new_id()
    one, two, three = asked("1"), asked("2"), asked("3")
    for each in (one, two, three):
        keep(conversations, ADA, id_, each)
    keep(conversations, ADA, id_, asked("2b"), replacing=two.id)
    assert [each.question for each in conversations.asked(ADA, id_)] == ["1", "2b"]


def test_the_last_used_comes_first_and_deleting_takes_all(conversations: Conversations) -> None:
    first, second = new_id(), new_id()
    one = asked("First?")
    keep(conversations, ADA, first, one)
    keep(conversations, ADA, second, asked("Second?"))
    conversations.judge(ADA, one.id, "misquoted", citation=1)
    conversations.judge(ADA, one.id, "unsupported", citation=1)
    assert [(each.citation, each.verdict) for each in conversations.feedback(ADA)] == [(1, "unsupported")]
    conversations.rename(ADA, first, "  A   new name ")
    assert {each.title for each in conversations.of(ADA)} == {"A new name", "Second?"}
    conversations.delete(ADA, first)
    assert conversations.feedback(ADA) == []
    with pytest.raises(OnRecordError, match="empty"):
        conversations.rename(ADA, second, "  ")


def test_they_outlive_a_restart_and_the_file_is_the_users_alone(tmp_path: Path) -> None:
    file, id_ = tmp_path / "conversations.sqlite", new_id()
    keep(Conversations(file), ADA, id_, asked("Still here?"))
    assert [one.id for one in Conversations(file).of(ADA)] == [id_]
    assert file.stat().st_mode & 0o077 == 0


def test_a_stopped_answer_is_kept_as_far_as_it_came(conversations: Conversations, small_library: Library) -> None:
    chat = Chat(small_library, conversations, ModelLoading(small_library), Places(ServerSettings()))
    updates = chat.ask(ADA, "Is anything here?", {})
    next(updates)
    growing = next(updates)
    updates.close()  # type: ignore[attr-defined]
    assert growing.conversation
    [kept] = conversations.asked(ADA, growing.conversation)
    assert kept.question == "Is anything here?"


def test_answers_kept_by_an_earlier_version_are_still_shown(tmp_path: Path) -> None:
    file, id_ = tmp_path / "conversations.sqlite", new_id()
    first = asked("Then?")
    keep(Conversations(file), ADA, id_, first)
    with sqlite3.connect(file) as database:
        database.execute(
            "UPDATE asked SET answer = json_set(json_remove(answer, '$.parts'), '$.text', 'Said: “x” [1]')"
        )
        # Nothing was pinned then.
        database.executescript("DROP TABLE pin; DROP TABLE board; PRAGMA user_version = 1")
    [kept] = Conversations(file).asked(ADA, id_)
    assert (kept.answer.text, kept.answer.citations) == ("Said: “x” [1]", first.answer.citations)


@pytest.mark.parametrize(
    "context", [None, 7, [], {"conversation": 7, "filters": "x"}, {"filters": {"k": 1, "speaker": 2}}]
)
def test_nonsense_from_a_browser_is_answered_in_words(
    conversations: Conversations, small_library: Library, context: object
) -> None:
    chat = Chat(small_library, conversations, ModelLoading(small_library), Places(ServerSettings()))
    *_, last = chat.ask(ADA, {"not": "text"}, context)
    assert last.finished
    assert "Write a question first" in last.messages[-1]["content"].replace("&#46;", ".")
    assert filters_in(context) == Filters()


def test_a_question_without_an_answer_is_kept_marked_and_gone_on_from(
    conversations: Conversations, small_library: Library
) -> None:
    id_, lost = new_id(), asked("Lost?")
    keep(conversations, ADA, id_, asked("One?"))
    conversations.begin(ADA, id_, Asked(lost.id, "Lost?", None, Filters()))
    chat = Chat(small_library, conversations, ModelLoading(small_library), Places(ServerSettings()))
    for language in LANGUAGES:
        shown = chat.messages(ADA, id_, language)[-1]["content"]
        assert escape(words(language)["interrupted"]) in shown
        assert f'value="{lost.id}"' in shown
    *_, last = chat.ask(ADA, "Two?", {"conversation": id_})
    assert last.finished
    assert [one.question for one in conversations.asked(ADA, id_)] == ["One?", "Lost?", "Two?"]
    *_, last = chat.ask(ADA, "Lost again?", {"conversation": id_, "replacing": lost.id})
    assert [one.question for one in conversations.asked(ADA, id_)] == ["One?", "Lost again?"]


def test_a_question_that_cannot_be_answered_is_not_kept(conversations: Conversations, small_library: Library) -> None:
    id_, one = new_id(), asked("One?")
    conversations.begin(ADA, id_, one)
    conversations.forget(one.id)
    assert conversations.of(ADA) == []
    chat = Chat(small_library, conversations, ModelLoading(small_library), Places(ServerSettings()))
    *_, last = chat.ask(ADA, "When?", {"filters": {"since": "some day"}})
    assert "failed" in last.messages[-1]["content"]
    assert conversations.of(ADA) == []
