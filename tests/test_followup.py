"""Follow-up questions: what is plain is filled in, what is not is left, and the search leans on the history."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onrecord.rag.questions.followup import answered_words, leans, shares_shown, stands_alone
from onrecord.rag.questions.question import read_question
from onrecord.rag.questions.standalone import said

UKRAINE = "What did Rutte say about Ukraine?"


@pytest.mark.parametrize(
    ("earlier", "question", "complete"),
    [
        (UKRAINE, "And on Moldova?", "What did Rutte say about Moldova?"),
        (UKRAINE, "What about Moldova?", "What did Rutte say about Moldova?"),
        (UKRAINE, "What did he say about Moldova?", "What did Rutte say about Moldova?"),
        ("What did Rutte say?", "And Hegseth?", "What did Hegseth say?"),
        ("What is Arctic Sentry?", "When was it launched?", "When was Arctic Sentry launched?"),
        ("What is PURL?", "What is its budget?", "What is PURL's budget?"),
        ("Who is Maia Sandu?", "What did she say about NATO?", "What did Maia Sandu say about NATO?"),
        ("How much was spent in 2024?", "And in 2025?", "How much was spent in 2025?"),
        ("Qu'a dit Rutte sur l'Ukraine ?", "Et sur la Moldavie ?", "Qu'a dit Rutte sur la Moldavie ?"),
        ("Qu’a dit Rutte sur l’Ukraine ?", "et la Moldavie ?", "Qu’a dit Rutte sur la Moldavie ?"),
        ("Que pense Rutte de l'Ukraine ?", "Et du Kosovo ?", "Que pense Rutte du Kosovo ?"),
        ("Que pense Rutte du Kosovo ?", "Et l'Ukraine ?", "Que pense Rutte de l'Ukraine ?"),
        ("Que pense Rutte de l'Ukraine ?", "Que pense-t-il de Trump ?", "Que pense Rutte de Trump ?"),
        ("Qu'a dit Rutte sur l'Ukraine ?", "Qu'a-t-il dit de la Moldavie ?", "Qu'a dit Rutte de la Moldavie ?"),
        ("Qu'est-ce qu'Arctic Sentry ?", "Quand a-t-elle été lancée ?", "Quand Arctic Sentry a-t-elle été lancée ?"),
        ("Qu'est-ce qu'Arctic Sentry ?", "Est-ce qu'elle est finie ?", "Est-ce qu'Arctic Sentry est finie ?"),
        ("Was hat Rutte über die Ukraine gesagt?", "Und über Moldau?", "Was hat Rutte über Moldau gesagt?"),
        ("Was sagte Rutte zur Ukraine?", "Was sagte er zu Moldau?", "Was sagte Rutte zu Moldau?"),
        # The name is carried from one language to the other.
        (UKRAINE, "Was hat er zu Moldau gesagt?", "Was hat Rutte zu Moldau gesagt?"),
        (UKRAINE, "Qu'a-t-il dit sur la Moldavie ?", "Qu'a dit Rutte sur la Moldavie ?"),
    ],
)
def test_what_is_plain_is_filled_in(earlier: str, question: str, complete: str) -> None:
    assert read_question(question, [(earlier, "An answer.")]).text == complete


@pytest.mark.parametrize(
    ("earlier", "question"),
    [
        (UKRAINE, "How much will the new headquarters in Lisbon cost?"),
        # Nobody can tell a person from a place by the words alone.
        ("What did Rutte say about Maia Sandu?", "Where was she born?"),
        ("What is PURL?", "Is it possible to say more?"),
        ("What did the Bloomberg reporter ask?", "And the one from Reuters?"),
        ("What do Sweden, Finland and Norway want?", "When did it begin?"),
        (UKRAINE, "Et sur la Moldavie ?"),
    ],
)
def test_what_is_not_plain_is_left(earlier: str, question: str) -> None:
    assert read_question(question, [(earlier, "An answer.")]).text == question


def test_what_says_nothing_of_its_own_stands_behind_the_question_before() -> None:
    assert read_question("Why not?", [(UKRAINE, "")]).text == f"{UKRAINE} Why not?"
    assert read_question("Who spoke?", [("List all questions by Rutte", "")]).text.endswith("by Rutte. Who spoke?")


def test_a_chain_of_follow_ups_is_followed() -> None:
    history = [(UKRAINE, ""), ("And on Moldova?", "")]
    assert read_question("And on Georgia?", history).text == "What did Rutte say about Georgia?"


@settings(deadline=None)  # the language detector is loaded at its first use
@given(st.text(max_size=80), st.lists(st.tuples(st.text(max_size=80), st.text(max_size=80)), max_size=3))
def test_any_conversation_is_read(question: str, history: list[tuple[str, str]]) -> None:
    assert read_question(question).text == question
    read = read_question(question, history)
    query = read.search
    assert query.texts[0] == (read.text, 1.0)
    assert not set(query.words) & set(query.earlier)


def test_a_question_that_leans_is_searched_with_its_history() -> None:
    history = [
        ("How will the Selkie cable be paid for?", "The minister said: “The harbour fund pays.” [1]"),
        ("Who manages the harbour fund?", "Answering a reporter, she said: “The port authority does.” [1]"),
    ]
    query = read_question("Was that always so?", history).search
    assert [text for text, _ in query.texts] == [
        "Was that always so?",
        "How will the Selkie cable be paid for?",
        "The port authority does.",
    ]
    assert {"selki", "cabl", "harbour", "fund"} <= set(query.earlier)


def test_a_question_that_stands_alone_is_searched_alone() -> None:
    question = "How many ferries cross the Orlen between Ostmere and Brandvik every day in summer?"
    assert not leans(said(question))
    assert read_question(question, [("What about the cable?", "It is laid.")]).search.texts == ((question, 1.0),)


def test_an_answer_that_found_nothing_says_nothing_of_the_subject() -> None:
    assert answered_words("Nothing in the 2 briefings searched answers this. Nearest, not an answer: a passage.") == ""
    assert answered_words("Er sagte: « Le pont est ouvert. » [1]") == "Le pont est ouvert."
    assert answered_words("Er sagte: „Die Brücke ist offen.“ [1]") == "Die Brücke ist offen."


def test_a_passage_shown_is_told_from_one_of_which_a_sentence_was_quoted() -> None:
    quoted = "The harbour fund pays for the whole cable this year."
    rest = " The port authority will decide next spring whether the ferries keep their old winter timetable."
    new = "Ostmere bought eleven trams from a yard in Brennia last month."
    whole, part, none = shares_shown(
        [(quoted, "en"), (quoted + rest, "en"), (new, "en")], [f"She said: “{quoted}” [1]"]
    )
    assert whole == 1.0
    assert 0.1 < part < 0.6
    assert none == 0.0


def test_what_is_offered_as_a_question_says_what_it_is_about() -> None:
    assert stands_alone("Will the ferry run to Wenlow in winter?", "en")
    for unclear in ("Is the price still 35 million?", "Le prix est-il toujours de 35 millions ?"):
        assert not any(stands_alone(unclear, code) for code in ("en", "fr"))


@pytest.mark.parametrize(
    ("earlier", "question"),
    [
        ("What did Ida Lund ask?", "And what was the answer?"),
        ("Who asked about the ferries?", "How did she reply?"),
        ("Qui a posé une question sur la digue ?", "Et la réponse ?"),
        ("Wer fragte nach der Mauer?", "Und die Antwort?"),
        ("¿Quién preguntó por el dique?", "¿Y la respuesta?"),
    ],
)
def test_the_reply_to_a_question_on_record_is_asked_for_with_it(earlier: str, question: str) -> None:
    before = read_question(earlier)
    after = read_question(question, [(earlier, "")])
    assert (after.kind, after.text, after.typed) == (before.kind, earlier, question)
    assert after.kind in ("who_asked", "what_asked")
    assert read_question(question, [("What will the wall cost?", "")]).kind == "fact"
