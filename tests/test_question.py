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
        ("Quel journaliste a posé une question sur le mur ?", "who_asked"),
        ("What did Radio Nord want to know?", "what_asked"),
        ("Qu'a demandé Mia Lund ?", "what_asked"),
        ("List all questions asked by Mia Lund", "questions_listed"),
        ("Toutes les questions posées par Mia Lund", "questions_listed"),
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


PEOPLE = on_record(
    ("Ann Bell", "Iris Bell", "Mark Orlen", "Tom Price", "The President"),
    ("Harbour Gazette", "Coast Radio", "Neue Orlener Zeitung"),
)


@pytest.mark.parametrize(
    ("question", "speakers", "explicit"),
    [
        ("Every time Ann Bell mentioned the sea wall", ("Ann Bell",), True),
        ("Toutes les mentions de la digue par Iris Bell", ("Iris Bell",), True),
        ("Jede Erwähnung der Hafenmauer durch Iris Bell", ("Iris Bell",), True),
        ("Laut Orlen, was kostet die Fähre?", ("Mark Orlen",), True),
        # A surname is whoever's bears it; nobody is picked in silence.
        ("What did Bell say about the wall?", ("Ann Bell", "Iris Bell"), True),
        ("Every time she mentioned Ann Bell", (), False),
        ("What did the minister say about Secretary General Mark Orlen?", (), True),
        ("What is the position of Orlen on ferries?", ("Mark Orlen",), True),
        ("What was the Bell-Orlen debate about?", (), False),
        # Who types no capitals means names all the same; who does, does not mean them without.
        ("what did orlen say about ferries", ("Mark Orlen",), True),
        ("What did orlen say about Ostmere?", ("Mark Orlen",), True),
        ("What is the price cap in Ostmere?", (), False),
        # Nobody of these holds the office.
        ("What did the president say?", (), True),
    ],
)
def test_whose_words_are_wanted(question: str, speakers: tuple[str, ...], explicit: bool) -> None:
    read = read_question(question, (), PEOPLE)
    assert (read.speakers, read.explicit) == (speakers, explicit)


def test_nobody_is_taken_for_somebody_who_is_not_on_record() -> None:
    read = read_question("What did Tom Bell say about the wall?", (), PEOPLE)
    assert (read.speakers, read.stranger, read.explicit) == ((), "Tom Bell", True)
    assert read.sayers == ("Tom Bell",)
    assert not read.wants("Ann Bell")


@pytest.mark.parametrize(
    ("question", "outlets"),
    [
        ("What did the reporter from Coast Radio ask?", ("Coast Radio",)),
        ("What did the NOZ want to know?", ("Neue Orlener Zeitung",)),
        ("What was said about the harbour?", ()),
        ("who from the harbour gazette asked about ferries", ("Harbour Gazette",)),
    ],
)
def test_which_outlet_is_named(question: str, outlets: tuple[str, ...]) -> None:
    assert read_question(question, (), PEOPLE).outlets == outlets


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("Every mention of the sea wall by Ann Bell", "sea wall"),
        ("Every mention of the wall by the harbour", "wall by the harbour"),
        ("Toutes les mentions des ferries", "ferries"),
        ("How many times was the sea wall mentioned?", "sea wall"),
        ("Combien de fois la digue a-t-elle été mentionnée ?", "digue"),
        ("Every time she used the word “theatre”, page 2", "theatre"),
        ("Who asked about the sea wall?", "the sea wall"),
        ("Jede Erwähnung der Hafenmauer durch Iris Bell", "Hafenmauer"),
    ],
)
def test_what_a_question_is_about(question: str, subject: str) -> None:
    assert read_question(question, (), PEOPLE).subject == subject


def test_the_page_of_a_list_is_read() -> None:
    assert read_question("Every mention of ferries (page 12)?").page == 12
    assert read_question("Toutes les mentions des ferries").page == 1


def test_a_question_in_a_language_without_a_file_is_a_plain_one() -> None:
    read = read_question(
        "Quanti traghetti partono ogni giorno dal porto di Ostmere durante i mesi di estate e di autunno?"
    )
    assert (read.language, read.kind, read.wanted) == ("it", "fact", None)
    assert "traghett" in read.search.words
