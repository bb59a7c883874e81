"""A press conference and a news report of one subject: listed, set side by side, and read to their ends.

All names and statements are invented.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from onrecord.rag import Answer, Library

CONFERENCE = """PRESS CONFERENCE OF HARBOUR MINISTER ELIN VARGA
4 March 2031

MODERATOR: Good morning. The minister will make a statement and take questions.

Elin Varga, Harbour Minister: Good morning. We will not close the port of Lysvik. The Tidewall Fund \
pays for nine of the twelve gates. Ida Sorli leads the works.

Q: Mia Lund, Radio Nord. Why not, Minister?

Elin Varga, Harbour Minister: Because eight hundred people work in Lysvik, and no other port could take the grain.

Q: Otto Brandt, Kustblatt. Was it right to give the works to Ida Sorli?

Elin Varga, Harbour Minister: I have known Ida Sorli for ten years. Nobody builds a wall as she does.
"""
# The report is one long paragraph, as many are; what the fund is stands in its last sentence.
REPORT = """LYSVIK, 6 mars 2031

Lors d'une visite à Lysvik, la ministre des Ports Elin Varga a réaffirmé l'engagement durable du \
gouvernement envers les habitants de la côte, dont beaucoup avaient perdu leur maison pendant les tempêtes \
de l'hiver. Elle a souligné l'importance des travaux de la digue, qui doivent mettre à l'abri quatre \
quartiers et la gare, et remercié les équipes venues de tout le pays. En s'adressant aux ouvriers, elle a \
salué leur courage pendant les semaines de gel, et rappelé que trois d'entre eux avaient été blessés lorsque \
la grue de la deuxième écluse était tombée au mois de janvier. Elle a indiqué que l'État « accompagnera les \
communes, de la première pierre jusqu'à la dernière vanne », et que les maires seraient consultés tous les \
mois sur l'avancement du chantier et sur la circulation dans les rues voisines. Elle a ajouté que les écoles \
de la vieille ville rouvriraient après les vacances, et que les marchés se tiendraient de nouveau sur la \
place. Elle a également évoqué le fonds nommé Tidewall Fund (TWF), qu'elle a décrit comme « la caisse \
commune des communes de la côte, alimentée par un centime sur chaque tonne débarquée ».
"""
FUND = "la caisse commune des communes de la côte"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("side-by-side")
    (folder / "conference.txt").write_text(CONFERENCE, encoding="utf-8")
    (folder / "report.txt").write_text(REPORT, encoding="utf-8")
    with Library.open(folder / "library") as library:
        library.add([folder / "conference.txt", folder / "report.txt"])
        yield library


def quotes(answer: Answer) -> list[str]:
    return [citation.quote for citation in answer.citations]


@pytest.mark.parametrize(
    "question", ["Give me every quote about Ida Sorli.", "Toutes les phrases qui citent Ida Sorli"]
)
def test_every_quote_about_somebody_is_listed(library: Library, question: str) -> None:
    answer = library.ask(question)
    assert quotes(answer) == [
        "Ida Sorli leads the works.",
        "Was it right to give the works to Ida Sorli?",
        "I have known Ida Sorli for ten years.",
    ]


@pytest.mark.parametrize(
    "question",
    [
        "How did Varga's position on the Tidewall Fund differ between the press conference and the report?",
        "En quoi la position de Varga sur le Tidewall Fund diffère-t-elle entre la conférence de presse et l’article ?",
    ],
)
def test_two_briefings_are_set_side_by_side(library: Library, question: str) -> None:
    spoken, reported = quotes(library.ask(question))
    assert spoken == "The Tidewall Fund pays for nine of the twelve gates."
    assert FUND in reported


@pytest.mark.parametrize("question", ["What is the Tidewall Fund?", "Qu’est-ce que le Tidewall Fund ?"])
def test_a_long_paragraph_is_read_to_its_end(library: Library, question: str) -> None:
    answer = library.ask(question)
    assert FUND in quotes(answer)[0]


def test_what_was_just_quoted_is_no_reason_for_itself(library: Library) -> None:
    first = library.ask("Will the port of Lysvik be closed?")
    assert quotes(first)[0] == "We will not close the port of Lysvik."
    then = library.ask("Why not?", history=[(first.question, first.text)])
    assert "We will not close the port of Lysvik." not in quotes(then)
    assert "Because eight hundred people work in Lysvik, and no other port could take the grain." in quotes(then)
