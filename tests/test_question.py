"""A question is read once: its kind, its subject, whom it names and what it is searched with."""

from __future__ import annotations

import pytest

from onrecord.rag.questions.named import on_record
from onrecord.rag.questions.question import read_question

KNOWN = on_record(("Elin Varga", "Mia Lund"), ("Coast Radio",))


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How many ferries sail?", "fact"),
        ("Combien de ferries naviguent ?", "fact"),
        ("Who asked about the wall?", "who_asked"),
        ("Who challenged the minister over the wall?", "who_asked"),
        ("Which journalist warned of floods?", "who_asked"),
        ("Quelle journaliste a parlé du mur ?", "who_asked"),
        ("Qui a évoqué le mur ?", "fact"),
        ("What was the question from Coast Radio about?", "what_asked"),
        ("Sur quoi portait la question de Coast Radio ?", "what_asked"),
        ("What did Ida Lund put to the minister?", "what_asked"),
        ("Did she spell out what the wall costs?", "did_answer"),
        ("Quel journaliste a posé une question sur le mur ?", "who_asked"),
        ("What did Radio Nord want to know?", "what_asked"),
        ("Qu'a demandé Mia Lund ?", "what_asked"),
        ("Did she say who will pay?", "did_answer"),
        ("A-t-elle dit qui paiera ?", "did_answer"),
        ("Every time she mentioned the wall", "mentions"),
        ("Toutes les mentions du mur", "mentions"),
        ("How has her position on the wall changed?", "over_time"),
        ("Comment sa position sur le mur a-t-elle évolué ?", "over_time"),
        ("What was discussed?", "overview"),
        ("Quelles questions ont été posées ?", "overview"),
    ],
)
def test_the_kind_of_a_question_is_read_in_both_languages(question: str, kind: str) -> None:
    assert read_question(question).kind == kind


def test_the_speaker_asked_for_is_not_the_person_talked_about() -> None:
    assert read_question("What did Varga say about Lund?", (), KNOWN).speakers == ("Elin Varga",)
    assert read_question("What was said about Lund?", (), KNOWN).speakers == ()


@pytest.mark.parametrize(
    "question",
    [
        "What did Lund tell Varga, as Varga put it?",
        "According to Minister Varga, what did Lund say?",
        "Que demandait Lund, d’après Varga ?",
    ],
)
def test_words_are_wanted_of_the_person_they_are_attributed_to(question: str) -> None:
    read = read_question(question, (), KNOWN)
    assert (read.speakers, read.explicit) == (("Elin Varga",), True)


def test_a_name_spelt_with_a_letter_less_is_known() -> None:
    known = on_record(("Ada Markovskyy",), ())
    assert read_question("Que dit Markovsky du mur ?", (), known).speakers == ("Ada Markovskyy",)
