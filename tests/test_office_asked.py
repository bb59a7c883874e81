"""Whose words a question wants that names an office instead of a person. All names and statements are invented."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from onrecord.rag import Answer, Library
from onrecord.rag.people.matching import matching_roles
from onrecord.rag.questions.named import on_record
from onrecord.rag.questions.question import read_question

OFFICES = (
    ("Coast Guard Commander", ("Nils Aker",)),
    ("Minister for Health", ("Ada Quill",)),
    ("Minister of Trade and Deputy Mayor", ("Bo Sand",)),
    ("Verkehrsministerin", ("Greta Falk",)),
    ("Vice President", ("Vera Lind",)),
    ("secrétaire général de l’OTAN", ("Lars Holm",)),
)
KNOWN = on_record(tuple(name for _, names in OFFICES for name in names), (), OFFICES)
MINISTERS = ("Ada Quill", "Bo Sand", "Greta Falk")


@pytest.mark.parametrize(
    ("question", "office", "holders"),
    [
        ("What did the minister say about the wall?", "the minister", MINISTERS),
        ("What did the health minister say about the wall?", "the health minister", ("Ada Quill",)),
        ("What did the minister for health think of the wall?", "the minister for health", ("Ada Quill",)),
        ("Did the coast guard commander say that ferries sail?", "the coast guard commander", ("Nils Aker",)),
        ("What did the deputy mayor say on Sunday?", "the deputy mayor", ("Bo Sand",)),
        ("What did the vice president say about tax?", "the vice president", ("Vera Lind",)),
        ("How often did the minister mention the wall?", "the minister", MINISTERS),
        ("Qu'a dit la ministre sur la digue ?", "la ministre", MINISTERS),
        ("Qu'a dit la ministre hier sur la digue ?", "la ministre", MINISTERS),
        ("Qu'a dit la ministre de la digue ?", "la ministre", MINISTERS),
        ("Qu'est-ce que la ministre a dit de la digue ?", "la ministre", MINISTERS),
        ("La ministre a-t-elle dit que le port ouvrira ?", "La ministre", MINISTERS),
        ("Que dit le secrétaire général de l'OTAN sur la digue ?", "le secrétaire général de l'OTAN", ("Lars Holm",)),
        ("Was sagte die Ministerin zur Mauer?", "die Ministerin", MINISTERS),
        ("Was hat die Verkehrsministerin zum Tunnel gesagt?", "die Verkehrsministerin", ("Greta Falk",)),
        ("¿Qué dijo la ministra sobre el dique?", "la ministra", MINISTERS),
        # Nobody on record holds these.
        ("What did the president say about tax?", "the president", ()),
        ("What did the mayor say about tax?", "the mayor", ()),
        ("Qu'a dit la ministre de la Pêche sur les quotas ?", "la ministre de la Pêche", ()),
        ("Qu'a dit l'ambassadrice de la digue ?", "l'ambassadrice", ()),
        ("Was sagte der Papst über Rom?", "der Papst", ()),
        ("¿Qué dijo la ministra de Pesca sobre las cuotas?", "la ministra de Pesca", ()),
    ],
)
def test_an_office_with_its_article_is_whoever_holds_it(question: str, office: str, holders: tuple[str, ...]) -> None:
    asked = read_question(question, (), KNOWN)
    assert (asked.office, asked.speakers, asked.literal) == (office, holders, True)
    assert asked.unheld == (None if holders else office)


@pytest.mark.parametrize(
    "question",
    [
        "What did the minister Bell say about the wall?",
        "Qu'a dit la ministre Dupont sur la digue ?",
        "What did the ministers say about the wall?",
        "What did the reporter say about the wall?",
        "What did Ada Quill say about the minister?",
        "What did a minister say about the wall?",
        "When did the minister open the wall?",
        "What was said about the minister?",
    ],
)
def test_what_names_no_single_office_asks_nobody_in_office(question: str) -> None:
    assert read_question(question, (), KNOWN).office is None


@pytest.mark.parametrize(
    ("office", "role", "same"),
    [
        ("the president", "Vice President", False),
        ("der Präsident", "Vizepräsident", False),
        ("le ministre", "Premier ministre", False),
        ("the prime minister", "Premier ministre", True),
        ("the president", "President of the Harbour Board", True),
        ("the treasurer", "Mayor and Treasurer", True),
        ("the mayor", "Treasurer, Deputy Mayor", False),
        ("la ministra", "Harbour Minister", True),
    ],
)
def test_a_rank_makes_an_office_anothers(office: str, role: str, same: bool) -> None:
    assert (matching_roles(office, [role]) == [role]) is same


HARBOUR = """PRESS BRIEFING BY HARBOUR MINISTER EDA LORN
4 March 2031

EDA LORN (Harbour Minister): Good morning. The new ferry to Stane sails on the first of June.

IDA LUND (Kustblatt): Who pays for the ferry?

EDA LORN (Harbour Minister): The island fund pays for the ferry, all eleven million crowns of it.
"""
CLINIC = """PRESS BRIEFING BY HEALTH MINISTER OWEN MARSH
6 May 2031

OWEN MARSH (Health Minister): Good morning. The clinic on Stane stays open through the winter.

OTTO BRANDT (Radio Nord): And how do the nurses get to the clinic?

OWEN MARSH (Health Minister): The nurses take the ferry to Stane for nothing, I have signed that today.

IRIS BELL (Head Nurse): We asked for a boat of our own, and the ferry is often full.
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Two briefings of two ministers, embedded with the bundled model."""
    folder: Path = tmp_path_factory.mktemp("offices")
    for name, text in {"harbour": HARBOUR, "clinic": CLINIC}.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    with Library.open(folder / "library") as opened:
        assert not opened.add([folder / "harbour.txt", folder / "clinic.txt"]).failed
        yield opened


def speakers(answer: Answer) -> set[str | None]:
    return {citation.speaker for citation in answer.citations}


def test_only_who_holds_the_office_is_quoted(library: Library) -> None:
    answer = library.ask("What did the harbour minister say about the ferry?")
    assert (answer.status, speakers(answer)) == ("answered", {"Eda Lorn"})


def test_of_several_who_hold_it_each_who_speaks_of_it_is_named(library: Library) -> None:
    answer = library.ask("What did the minister say about the ferry?")
    assert answer.status == "answered"
    assert speakers(answer) == {"Eda Lorn", "Owen Marsh"}


@pytest.mark.parametrize(
    "question", ["What did the minister say?", "Qu'a dit la ministre ?", "Was sagte die Ministerin?"]
)
def test_all_that_one_of_several_said_needs_one_named(library: Library, question: str) -> None:
    answer = library.ask(question)
    assert answer.status == "not_found"
    assert all(title in answer.text for title in ("HARBOUR MINISTER", "HEALTH MINISTER"))


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("What did the pope say about the ferry?", "named as the pope"),
        ("Qu'a dit le pape sur le ferry ?", "désigné comme le pape"),
        ("Was sagte der Papst zur Fähre?", "als der Papst genannt"),
        ("¿Qué dijo el papa sobre el transbordador?", "figura como el papa"),
    ],
)
def test_that_nobody_holds_an_office_is_said(library: Library, question: str, said: str) -> None:
    answer = library.ask(question)
    assert (answer.status, answer.citations) == ("not_found", ())
    assert said in answer.text
