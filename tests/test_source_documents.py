"""The two documents the project was created from; only short names are repeated here."""

from __future__ import annotations

from pathlib import Path

import pytest
from structures import briefing_of, check_passages, check_structure

from onrecord.rag.passages import passages_of
from onrecord.rag.text.quotes import turn_at
from onrecord.rag.types import Briefing

OUTLETS = {
    "Johnny Beale": ("BBC", None),
    "Thomas Gutschker": ("Frankfurter Allgemeine Zeitung", None),
    "Volodymyr Runets": ("ICTV", None),
    "Joe Barnes": ("The Telegraph", None),
    "Andrea Palasciano": ("Bloomberg", None),
    "Victoria Bucataru": ("Vocea Basarabiei TV", "Moldova"),
    "Slađana Jašarević": ("RTV BN", None),
    "Debora Haynes": ("Sky News", None),
    "Matthieu Fauroux": ("La Lettre", None),
}


def briefing(folder: Path, kind: str) -> Briefing:
    found = [briefing_of(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.txt"))]
    (wanted,) = [each for each in found if each.kind == kind]
    return wanted


@pytest.fixture(scope="module")
def conference(source_documents: Path) -> Briefing:
    return briefing(source_documents, "transcript")


@pytest.fixture(scope="module")
def report(source_documents: Path) -> Briefing:
    return briefing(source_documents, "report")


def test_nothing_is_lost(conference: Briefing, report: Briefing) -> None:
    for each in (conference, report):
        check_passages(each, passages_of(each))


def test_no_site_chrome_in_any_passage(conference: Briefing) -> None:
    passages = passages_of(conference)
    assert conference.language == "en"
    assert {passage.language for passage in passages} == {"en"}
    for word in ("newsletter", "mot de passe", "Cliquez", "ressources médiatiques", "télécharger"):
        assert word in conference.text
        assert not any(word in passage.text for passage in passages)
    marked = [conference.text[span.start : span.end] for span in conference.boilerplate]
    assert len("\n".join(marked).splitlines()) == 8


def test_nine_askers_and_their_ten_questions(conference: Briefing) -> None:
    questions = [turn for turn in conference.turns if turn.kind == "question"]
    assert len(questions) == 10
    assert {turn.speaker: (turn.outlet, turn.country) for turn in questions} == OUTLETS
    assert len(conference.exchanges) == 10
    for exchange in conference.exchanges:
        (question,) = exchange.questions
        (answer,) = exchange.answers
        assert answer == question + 1
        assert conference.turns[answer].speaker == "Mark Rutte"
        assert exchange.asked
    chained = [exchange.follows for exchange in conference.exchanges]
    assert chained == [None, 0, *[None] * 8]


def test_marc_and_mark_are_one_person_and_the_label_stays(conference: Briefing) -> None:
    secretary = [turn for turn in conference.turns if turn.role == "NATO Secretary General"]
    assert {turn.speaker for turn in secretary} == {"Mark Rutte"}
    labels = {turn.label for turn in secretary if turn.label}
    assert labels == {"NATO Secretary General Mark Rutte", "NATO Secretary General Marc Rutte"}


def test_the_opening_is_attributed_and_says_so(conference: Briefing) -> None:
    opening = conference.turns[0]
    assert (opening.label, opening.speaker, opening.kind, opening.inferred) == (None, "Mark Rutte", "statement", True)
    assert not any(turn.inferred for turn in conference.turns[1:])


def test_moderation(conference: Briefing) -> None:
    chair = [turn for turn in conference.turns if turn.speaker == "Allison Hart"]
    assert {turn.kind for turn in chair} == {"moderation"}


def test_nothing_is_known_of_the_date(conference: Briefing) -> None:
    assert (conference.date, conference.dates) == (None, ())


def test_the_reports_quotations_are_attributed(report: Briefing) -> None:
    assert report.language == "fr"
    assert len(report.reported) == 7
    assert {each.speaker for each in report.reported} == {"Mark Rutte"}
    assert {each.role for each in report.reported} == {"secrétaire général de l’OTAN"}
    for each in report.reported:
        assert report.text[each.end :].lstrip("\u00a0 .")[:1] == "»" or report.text[each.start - 2] == "«"


def test_the_turn_of_any_sentence_is_known(conference: Briefing) -> None:
    for place, turn in enumerate(conference.turns):
        assert turn_at(conference, turn.start) == place
        assert turn_at(conference, turn.end - 1) == place


def test_structure_covers_both(source_documents: Path) -> None:
    from structures import structure_of

    for path in sorted(source_documents.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        check_structure(text, structure_of(text))
