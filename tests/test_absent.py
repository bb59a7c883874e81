"""A subject that nobody spoke of is not found; one that is on record is, whatever words and language ask for it.

Asked over the sample briefings, which are our own inventions and speak of none of the absent subjects.
"""

from __future__ import annotations

import pytest

from onrecord.rag import Library
from onrecord.rag.reading.certainty import certainty
from onrecord.rag.reading.reader import Reading, ReadSentence
from onrecord.rag.retrieval.subject import Subject
from onrecord.rag.types import Passage, Span

ABSENT = [
    "What was said about the lunar base?",
    "What did they say about drones?",
    "What was said about the pension reform?",
    "Has the central bank raised interest rates?",
    "Qu'a-t-on dit de l'intelligence artificielle ?",
    "Pourquoi l'opéra a-t-il fermé ?",
    "Wer hat das Fußballspiel gewonnen?",
    "¿Quién ganó las elecciones?",
]
IN_OTHER_WORDS = [
    "How many houses were under water in Port Wenlow?",
    "Who pays the sailors of Task Group Lantern?",
    "Que dit-on du vaccin ?",
    "Combien de logements ont été inondés ?",
    "Was wurde über das Kabel gesagt?",
    "Wie viele Dosen Impfstoff hat Ostmere bestellt?",
    "¿Cuánto costará la barrera?",
]
CABLE = (
    "How long is the Selkie cable?",
    "Ingrid Halvorsen said: “In the early hours of 29 January the Selkie cable, which runs for 412 kilometres between "
    "Port Wenlow in Ostmere and Port-Mérel in Corvanne, was severed.” [1]",
)
ABSENT_AFTER_IT = ["And the lemon cake?", "And on penguins?", "Et les abeilles ?"]


@pytest.mark.parametrize("question", ABSENT)
def test_a_subject_that_nobody_spoke_of_is_not_found(sample_library: Library, question: str) -> None:
    answer = sample_library.ask(question)
    assert (answer.status, answer.citations) == ("not_found", ())


@pytest.mark.parametrize("question", IN_OTHER_WORDS)
def test_a_subject_on_record_is_found_in_other_words_and_languages(sample_library: Library, question: str) -> None:
    assert sample_library.ask(question).status == "answered"


@pytest.mark.parametrize("question", ABSENT_AFTER_IT)
def test_a_follow_up_on_a_subject_nobody_spoke_of_is_not_answered_by_the_one_before(
    sample_library: Library, question: str
) -> None:
    assert sample_library.ask(question, history=[CABLE]).status == "not_found"


def test_a_follow_up_on_another_subject_on_record_is_answered_from_there(sample_library: Library) -> None:
    answer = sample_library.ask("What about the vaccine?", history=[CABLE])
    assert answer.status == "answered"
    assert {citation.date for citation in answer.citations} <= {"2025-04-29", "2025-04-03"}


def test_who_was_asked_for_and_did_not_speak_of_it_is_named(sample_library: Library) -> None:
    answer = sample_library.ask("What did Halvorsen say about wind turbines?")
    assert answer.status == "not_found"
    assert "Ingrid Halvorsen" in answer.text


def reading_of(likely: float) -> Reading:
    """One sentence, which answers with this probability."""
    passage = Passage(7, "b1", 0, 10, "Harbour.", None, None, "statement")
    return Reading((ReadSentence(passage, Span(0, 10), "Harbour.", 0, likely, 0.0),), 1 - likely)


def test_the_reader_alone_is_believed_where_a_question_has_no_words_of_its_own() -> None:
    assert certainty(reading_of(0.3), Subject()) == pytest.approx(0.3)
    assert certainty(Reading(), Subject(words=2)) == 0


@pytest.mark.parametrize("met", [{}, {7: 2.0}])
def test_the_more_words_nobody_said_the_less_is_certain(met: dict[int, float]) -> None:
    sure = [certainty(reading_of(0.9), Subject(2, share, met)) for share in (0.0, 0.5, 1.0)]
    assert sure == sorted(sure, reverse=True)
    assert sure[0] > sure[-1]
    assert certainty(reading_of(0.9), Subject(2, 0.5, met, leans=True)) < sure[1]


def test_the_better_a_passage_meets_the_words_the_more_is_certain() -> None:
    assert certainty(reading_of(0.9), Subject(2, 0.0, {7: 0.0})) < certainty(reading_of(0.9), Subject(2, 0.0, {7: 4.0}))


def test_a_reader_that_is_quite_sure_is_weighed_too() -> None:
    assert 0 < certainty(reading_of(0.0), Subject(2)) < certainty(reading_of(1.0), Subject(2)) < 1
