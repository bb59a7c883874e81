"""How sure the library is: high where the passages answer, low where they do not."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from onrecord.embeddings import load_encoder
from onrecord.rag import Library, Settings
from onrecord.rag.answers.answer import NOT_FOUND_BELOW
from onrecord.rag.questions.question import read_question
from onrecord.rag.retrieval.confidence import Signals, confidence, probability
from onrecord.rag.retrieval.interaction import WordVectors, said_words
from onrecord.rag.retrieval.retrieve import Found
from onrecord.rag.retrieval.search import Background

QUESTIONS = Path(__file__).with_name("samples_questions.jsonl")
ELSEWHERE = [
    "What is the inflation rate in Argentina?",
    "Who won the football world cup?",
    "How many seats does the new opera house in Lisbon have?",
    "Qui a gagné la Coupe du monde de football ?",
    "Combien coûte un billet de train pour Marseille ?",
    "Quelle est la recette de la ratatouille ?",
]

share = st.floats(0, 1)


@given(st.builds(Signals, share, share, st.floats(-3, 6), st.booleans(), st.booleans()), st.floats(0.001, 0.1))
def test_more_evidence_never_makes_less_sure(found: Signals, more: float) -> None:
    sure = probability(found)
    assert 0 <= sure <= 1
    assert probability(replace(found, covered=found.covered + more)) >= sure
    assert probability(replace(found, nearest=found.nearest + more)) >= sure
    assert probability(replace(found, standing=found.standing + more)) >= sure
    # What is lost by crossing into another language is made up for; a number or a date has to be there itself.
    assert probability(replace(found, crossing=True)) >= probability(replace(found, crossing=False))
    assert probability(replace(found, missing=True)) <= probability(replace(found, missing=False))


def test_the_nearest_of_many_must_stand_higher(sample_library: Library) -> None:
    question = "How long is the Selkie cable?"
    [hit] = sample_library.search(question, k=1)
    words = WordVectors(np.zeros(1, np.int64), np.eye(1, 4, dtype=np.float32))
    found = Found((hit,), 0.85, Background(0.76, 0.02), words, {hit.passage.id: words})
    sure = [confidence(read_question(question), found, searched) for searched in (2, 20, 200, 20_000)]
    assert sure == sorted(sure, reverse=True)
    assert sure[0] > sure[-1]


def test_nothing_found_is_no_answer() -> None:
    nobody = WordVectors(np.zeros(0, np.int64), np.zeros((0, 4), np.float32))
    assert confidence(read_question("Who asked?"), Found((), 0.0, Background(0.0, 1.0), nobody, {}), 0) == 0.0


def test_questions_on_other_subjects_are_not_found(sample_library: Library) -> None:
    for question in ELSEWHERE:
        assert sample_library.ask(question).confidence < NOT_FOUND_BELOW, question


def test_answerable_questions_stand_above_the_others(sample_library: Library) -> None:
    asked = [json.loads(line) for line in QUESTIONS.read_text(encoding="utf-8").splitlines()]
    asked = [question for question in asked if question["kind"] in ("fact", "who-asked", "did-they-answer")]
    sure = {
        answerable: [sample_library.ask(q["question"]).confidence for q in asked if q["answerable"] == answerable]
        for answerable in (True, False)
    }
    ordered = [yes > no for yes in sure[True] for no in sure[False]]
    assert np.mean(ordered) >= 0.75
    assert np.mean([value >= NOT_FOUND_BELOW for value in sure[True]]) >= 0.65


def test_confidence_is_what_the_parts_say(sample_library: Library) -> None:
    question = "How long is the Selkie cable?"
    first, again = sample_library.ask(question), sample_library.ask(question)
    assert first.confidence == again.confidence >= NOT_FOUND_BELOW
    assert first.status == "answered"


def test_a_model_without_token_vectors_gives_that_of_the_text(small_model: Path) -> None:
    encoder = load_encoder(str(small_model), cache=Settings.load().cache)
    [read] = encoder.read_passages(["The ferry sails."])
    assert read.vectors.shape == (1, encoder.dimension)
    assert said_words("The ferry sails.", "en", read).vectors.shape == (1, encoder.dimension)


def test_tokens_stand_where_their_words_do() -> None:
    encoder = load_encoder(cache=Settings.load().cache)
    text = "L’œuvre coûte 3 000 €."
    read = encoder.read_question(text)
    assert (read.spans[:, 0] < read.spans[:, 1]).all()
    assert "".join(text[start:end] for start, end in read.spans).replace(" ", "") == text.replace(" ", "")
    assert np.allclose(np.linalg.norm(read.vectors, axis=1), 1, atol=1e-5)
    assert np.allclose(read.whole, encoder.encode_queries([text])[0], atol=1e-3)
