"""Whose a label is: two people of one surname, initials, offices named elsewhere, voices. All people are invented."""

from __future__ import annotations

import pytest
from structures import structure_of

from onrecord.rag.languages import language
from onrecord.rag.people.labels import parse_label
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.transcript.listed import people_listed
from onrecord.rag.types import Turn

NO_TEXT = Vocabulary("", language("en"))


def by_label(text: str) -> dict[str | None, Turn]:
    return {turn.label: turn for turn in structure_of(text).turns}


HEAD = (
    "Owen Holt, Minister for Ports: Good morning. I open the channel in May.\n"
    "Clara Holt, Minister for Health: And I keep the clinic open.\n"
)


def test_two_people_of_one_surname_stay_two() -> None:
    found = by_label(
        HEAD
        + "Q: Ida Lund, Gazette. Mr. Owen Holt, who pays? And you, Ms. Clara Holt?\n"
        + "Mr. Holt: The ministry does, I think.\nMs. Holt: We do.\n"
        + "Q: Is either of you afraid?\nMinister Holt: I am not.\nHolt: Neither am I.\n"
    )
    assert (found["Mr. Holt"].speaker, found["Mr. Holt"].inferred) == ("Owen Holt", False)
    assert (found["Ms. Holt"].speaker, found["Ms. Holt"].inferred) == ("Clara Holt", False)
    # Nothing tells which minister, and which Holt: the label stays as it is printed, marked.
    assert (found["Minister Holt"].speaker, found["Minister Holt"].inferred) == ("Minister Holt", True)
    assert (found["Holt"].speaker, found["Holt"].inferred) == ("Holt", True)


def test_what_somebody_speaks_of_tells_who_it_is_and_is_marked() -> None:
    found = by_label(
        HEAD
        + "Q: Ida Lund, Gazette. Who pays for the channel?\nMr. Holt: The ministry does, I think.\n"
        + "Q: And for the clinic?\nMs. Holt: The health fund pays for the clinic.\n"
    )
    assert (found["Ms. Holt"].speaker, found["Ms. Holt"].inferred) == ("Clara Holt", True)
    assert (found["Mr. Holt"].speaker, found["Mr. Holt"].inferred) == ("Owen Holt", True)


def test_another_form_of_address_is_another_person() -> None:
    found = by_label(
        "Mr. Owen Holt: Good morning. I brought Clara Holt, who built it.\nMs. Holt: I did.\nMr. Owen Holt: Thanks.\n"
    )
    assert found["Ms. Holt"].speaker == "Clara Holt"


def test_the_office_tells_who_is_meant() -> None:
    found = by_label(
        "Owen Holt, Mayor: I open the bridge.\nClara Holt, Governor: And I close it.\n"
        "Q: Ida Lund, Gazette. When do you?\nMayor Holt: Today.\nGovernor Holt: I close it tomorrow.\n"
    )
    assert (found["Mayor Holt"].speaker, found["Governor Holt"].speaker) == ("Owen Holt", "Clara Holt")
    assert not found["Mayor Holt"].inferred


@pytest.mark.parametrize(
    "head",
    [
        "PRIME MINISTER\n\nTHE HON. GRETA HOLM MP\n\nTRANSCRIPT\n\n5 May 2031\n\n",
        "TRANSCRIPT OF THE PRIME MINISTER THE HON GRETA HOLM MP DOORSTOP INTERVIEW\n\n",
        "Press conference of Prime Minister Greta Holm\n5 May 2031\n\n",
        "Doorstop\nSpeakers: Greta Holm, Prime Minister; Ida Lund, Mayor of Lysvik\n\n",
    ],
    ids=["lines", "one line", "title", "list"],
)
def test_an_office_gets_the_name_that_the_head_gives(head: str) -> None:
    body = "PRIME MINISTER:\n\nGood morning. Any questions?\n\nJOURNALIST:\n\nWhy?\n\nPRIME MINISTER:\n\nI said so.\n"
    assert by_label(head + body)["PRIME MINISTER"].speaker == "Greta Holm"


def test_initials_join_the_name_that_the_text_gives() -> None:
    text = (
        "Maxime Roc : Bonjour et bienvenue à tous.\n\nSylvie Dor : Bonsoir Maxime, bonsoir à tous.\n\n"
        "MR : Le port rouvre, vous l’avez dit.\n\nSD : Il rouvre en juin.\n\nMR : Merci.\n\nSD : Merci à vous.\n"
    )
    assert [turn.speaker for turn in structure_of(text).turns] == ["Maxime Roc", "Sylvie Dor"] * 3


def test_voices_are_nobody_else_unless_they_say_their_name() -> None:
    found = by_label(
        "Speaker 1: Good morning. My name is Ida Lund, and I lead this talk.\n\nSpeaker 2: I am for the bridge.\n\n"
        "Speaker 1: Why?\n\nSpeaker 22: I am against it. It costs too much.\n\nSpeaker 2: It does not.\n"
    )
    assert (found["Speaker 1"].speaker, found["Speaker 1"].inferred) == ("Ida Lund", True)
    assert (found["Speaker 2"].speaker, found["Speaker 22"].speaker) == ("Speaker 2", "Speaker 22")


@pytest.mark.parametrize(("label", "voice"), [("Speaker 2", True), ("iPhone (2)", True), ("Ida Lund", False)])
def test_a_label_tells_whether_it_names_anybody(label: str, voice: bool) -> None:
    assert parse_label(label, NO_TEXT).voice is voice


def test_reporters_say_for_whom_they_ask() -> None:
    found = by_label(
        "ANN TARN: Good morning. I take your questions.\nIDA LUND: Ida Lund, Harbour Gazette. When does it open?\n"
        "ANN TARN: In June.\nPIET ROOS: I'm Piet Roos from The Economist. Why?\nANN TARN: You know why.\n"
    )
    assert (found["IDA LUND"].outlet, found["PIET ROOS"].outlet) == ("Harbour Gazette", "The Economist")


def test_a_directory_lists_surnames_first() -> None:
    found = by_label(
        "Holt, Ann   0:05\nGood morning. Piet, you have a question?\n\nRoos, Piet (Gazette)   0:41\nWhen is it?\n\n"
        "Holt, Ann   1:09\nIn June, Piet. Ann is my name, and Ann I stay; call me Ann.\n"
    )
    assert found["Holt, Ann"].speaker == "Ann Holt"
    assert (found["Roos, Piet (Gazette)"].speaker, found["Roos, Piet (Gazette)"].outlet) == ("Piet Roos", "Gazette")


def test_who_is_listed_as_taking_part() -> None:
    people = people_listed(
        "Panel: Greta Holm, Minister of Bridges; Ben Vik (Gazette)\nModerator: Ida Lund\nTitle: A Bridge, Open",
        "**Part Two: Ole HOLM (Red Team), Piet ROOS (Grey Team)**\nWe met Ann Bell (Gazette), and I was glad.",
        NO_TEXT,
    )
    assert [(person.name, person.role, person.outlet, person.part) for person in people] == [
        ("Greta Holm", "Minister of Bridges", None, None),
        ("Ben Vik", None, "Gazette", None),
        ("Ida Lund", None, None, "moderator"),
        ("Ole Holm", None, "Red Team", None),
        ("Piet Roos", None, "Grey Team", None),
    ]
