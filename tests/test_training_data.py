"""What a reader learns from: our own questions over their texts, candidates with labels, and the split."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from learning import FILE, QUESTIONS, TEXT, tokenize, write_own

from onrecord.embeddings import Encoder, load_encoder
from onrecord.rag.settings import Settings
from training.asked import learn_asked
from training.corpus import (
    GOLD,
    NEITHER,
    OCCASION,
    ON_RECORD,
    OTHER,
    TRAP,
    Candidate,
    Corpus,
    CorpusWriter,
    LearnedQuestion,
    load_corpus,
    save_corpus,
)
from training.exchanges import learn_exchanges
from training.paragraphs import learn_clapnq, learn_piaf
from training.question_sets import OWN, MissingData, read_questions, write_own_set
from training.split import fold, group, split


@pytest.fixture
def encoder(small_settings: Settings) -> Encoder:
    return load_encoder(small_settings.model, cache=small_settings.cache)


@pytest.fixture
def corpus(tmp_path: Path, small_settings: Settings, encoder: Encoder) -> Corpus:
    texts, own = write_own(tmp_path)
    write_own_set(texts, tmp_path / "set", own)
    writer = CorpusWriter(tokenize)
    learn_asked(writer, tmp_path / "set", tmp_path / "home", encoder, small_settings, "own")
    return writer.corpus()


# --- Sets of questions.


def test_own_questions_are_about_the_part_that_was_read(tmp_path: Path) -> None:
    texts, own = write_own(tmp_path)
    write_own_set(texts, tmp_path / "set", own)
    start = TEXT.index("ELIN")
    assert (tmp_path / "set" / "briefings" / f"{start}-harbour.txt").read_text(encoding="utf-8") == TEXT[start:]
    asked = read_questions(tmp_path / "set" / "questions.jsonl")
    assert [one.question for one in asked] == [one["question"] for one in QUESTIONS]
    (gold,) = asked[0].gold
    assert TEXT[start:][gold.start : gold.end] == "The ferry will sail again in June."
    assert asked[2].document == f"{start}-harbour.txt"
    assert asked[3].history == (("What does the ferry cost?", "Nobody says."),)


def test_a_text_that_is_missing_or_another_is_named(tmp_path: Path) -> None:
    texts, own = write_own(tmp_path)
    (texts / FILE).write_text(TEXT + " ", encoding="utf-8")
    with pytest.raises(MissingData, match=r"harbour\.txt is not the text"):
        write_own_set(texts, tmp_path / "set", own)
    (texts / FILE).unlink()
    with pytest.raises(MissingData, match=r"harbour\.txt.*cannot be read.*DATA="):
        write_own_set(texts, tmp_path / "set", own)


def test_the_questions_we_wrote_lie_in_the_parts_they_are_about() -> None:
    sources = json.loads((OWN / "sources.json").read_text(encoding="utf-8"))
    asked = read_questions(OWN / "questions.jsonl")
    assert len({one.id for one in asked}) == len(asked)
    for one in asked:
        assert bool(one.gold) == (one.status != "not_found")
        assert one.document
        for place in (*one.gold, *one.also, *one.trap):
            assert any(start <= place.start < place.end <= end for start, end in sources[place.file]["parts"])


# --- Candidates.


def test_sentences_are_labelled_by_the_places_named(corpus: Corpus) -> None:
    first, second, third, fourth = corpus.questions
    (answering,) = (one for one in first.candidates if one.holds_answer)
    assert [label for label in answering.labels if label] == [GOLD, TRAP]
    passage = corpus.passages[answering.passage]
    gold = int(np.flatnonzero(answering.labels == GOLD)[0])
    (expected,) = tokenize(["The ferry will sail again in June."])
    assert passage.tokens[passage.owners == gold].tolist() == expected
    assert sum(one.holds_answer for one in second.candidates) == 1
    assert not any(one.holds_answer for one in third.candidates)
    assert any((one.labels == TRAP).any() for one in third.candidates)
    assert any(one.holds_answer for one in fourth.candidates)


def test_candidates_are_in_the_order_of_the_search(corpus: Corpus) -> None:
    for asked in corpus.questions:
        ranks = [one.rank for one in asked.candidates if one.rank is not None]
        assert ranks == list(range(len(ranks)))
        assert len({one.passage for one in asked.candidates}) == len(asked.candidates)


def test_a_follow_up_is_read_behind_the_question_before(corpus: Corpus) -> None:
    (expected,) = tokenize(["query: What does the ferry cost? — And the wall?"])
    assert corpus.questions[3].tokens.tolist() == expected


def test_what_somebody_else_says_answers_nothing(corpus: Corpus) -> None:
    first, second, *_ = corpus.questions
    (swapped,) = first.swapped
    assert not swapped.labels.any()
    (answering,) = (one for one in first.candidates if one.holds_answer)
    was, now = corpus.passages[answering.passage], corpus.passages[swapped.passage]
    assert now.tokens[now.owners >= 0].tolist() == was.tokens[was.owners >= 0].tolist()
    assert now.tokens[now.owners < 0].tolist() != was.tokens[was.owners < 0].tolist()
    assert second.swapped == ()


def test_context_is_told_from_sentences() -> None:
    writer = CorpusWriter(tokenize)
    pieces = ["Harbour briefing", "asked: When is it?", "answer, Varga:", "In June.", "answer, Holm:", "Or in May."]
    position = writer.passage("a", pieces, [3, 5])
    assert writer.passage("a", pieces, [3, 5]) == position
    (passage,) = writer.corpus().passages
    expected = [OCCASION] * 2 + [ON_RECORD] * 4 + [OTHER] * 2 + [0] * 2 + [OTHER] * 2 + [1] * 3
    assert passage.owners.tolist() == expected


def test_a_corpus_survives_the_disk_and_joins(tmp_path: Path, corpus: Corpus) -> None:
    save_corpus(corpus, tmp_path / "corpus.json.gz")
    back = load_corpus(tmp_path / "corpus.json.gz")
    assert repr(back) == repr(corpus)
    both = corpus.joined(back)
    many = len(corpus.passages)
    assert [one.passage for one in both.questions[-1].candidates] == [
        one.passage + many for one in corpus.questions[-1].candidates
    ]


def test_exchanges_teach_which_reply_is_a_questions_own(tmp_path: Path) -> None:
    (tmp_path / "harbour.txt").write_text(TEXT, encoding="utf-8")
    writer = CorpusWriter(tokenize)
    learn_exchanges(writer, [tmp_path / "harbour.txt"])
    corpus = writer.corpus()
    ferry = corpus.questions[0]
    assert ferry.status == "exchange"
    own = [one for one in ferry.candidates if one.holds_answer]
    assert own == list(ferry.candidates[: len(own)])
    held = {int(token) for one in ferry.candidates for token in corpus.passages[one.passage].tokens}
    (asked, replied) = tokenize(["Brandt: winter?", "June."])
    assert not held & {asked[-1]}
    assert held & set(replied)


def test_paragraphs_are_set_beside_those_nearest(tmp_path: Path, encoder: Encoder) -> None:
    texts = ["Le pont est rouge. Il date de 1931.", "Le port est fermé.", "La mairie est neuve."]
    corpus = [{"doc_id": f"p{number}", "text": text} for number, text in enumerate(texts)]
    queries = [{"id": "q", "question": "De quand date le pont ?", "gold": ["p0"], "gold_spans": [[29, 33, "1931"]]}]
    for name, lines in (("corpus", corpus), ("queries", queries)):
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    writer = CorpusWriter(tokenize)
    learn_piaf(writer, tmp_path, encoder)
    (asked,) = writer.corpus().questions
    assert [one.labels.tolist() for one in asked.candidates] == [[NEITHER, GOLD], [NEITHER], [NEITHER]]
    assert asked.status == "answered"


def test_near_misses_are_learned_as_not_found(tmp_path: Path, encoder: Encoder) -> None:
    def row(number: int, sentences: list[str], chosen: list[str]) -> str:
        passage = {"title": "Bridge", "text": " ".join(sentences), "sentences": sentences}
        output = [{"selected_sentences": chosen}]
        return json.dumps({"id": number, "input": "how long is it", "passages": [passage], "output": output})

    answered = [row(1, ["It is long.", "It is 90 feet."], ["It is 90 feet."]), row(2, ["No."], ["Gone."])]
    (tmp_path / "answerable.jsonl").write_text("\n".join(answered), encoding="utf-8")
    (tmp_path / "unanswerable.jsonl").write_text(row(3, ["It is old."], []), encoding="utf-8")
    writer = CorpusWriter(tokenize)
    learn_clapnq(writer, tmp_path, encoder)
    first, second = writer.corpus().questions
    assert (first.status, first.candidates[0].labels.tolist()) == ("answered", [NEITHER, GOLD])
    assert second.status == "not_found"
    assert not any(one.holds_answer for one in second.candidates)


# --- The split.


def about(document: str, collection: str = "asked") -> LearnedQuestion:
    tokens = np.array([5], np.int32)
    candidates = (Candidate(0, np.zeros(1, np.int8)),)
    one = LearnedQuestion(document, "asked", document, "en", "who", "answered", tokens, candidates)
    return replace(one, collection=collection)


@pytest.mark.parametrize(
    ("document", "name"),
    [
        ("032-covid_1.txt", "covid_1"),
        ("b03-2--wh-2022-02-01-briefing.txt", "wh-2022-02-01-briefing"),
        ("wh-2022-02-01-briefing.txt", "wh-2022-02-01-briefing"),
        ("port/briefings/1200-wh-2022-02-01-briefing.txt", "wh-2022-02-01-briefing"),
        (f"0-{'a' * 60}.txt", "a" * 40),
    ],
)
def test_parts_of_a_transcript_are_one_group(document: str, name: str) -> None:
    assert group(document) == name
    assert fold(document) == fold(f"{name}.txt")


def test_folds_stay_as_they_are() -> None:
    """What was reported on is never learned from later: these are the folds of published transcripts."""
    names = ("000-fr-debat-1981.txt", "001-education_23.txt", "032-covid_1.txt", "080-covid_8.txt")
    assert [fold(name) for name in names] == [48, 81, 2, 19]


def test_no_transcript_is_on_two_sides() -> None:
    asked = [about(f"{number:03d}-text-{number}.txt") for number in range(100)]
    own = [about(f"{7 * number}-text-{number}.txt", "own") for number in range(100)]
    exchanges = [about(f"text-{number}.txt", "exchanges") for number in range(100)]
    parts = split([*asked, *own, *exchanges])
    sides = [{group(one.document) for one in side} for side in (parts.fit, parts.choose, parts.report)]
    assert all(sides)
    assert not sides[0] & sides[1]
    assert not sides[0] & sides[2]
    assert not sides[1] & sides[2]
    assert {group(one.document) for one in parts.first} == sides[0]
    assert {one.collection for one in (*parts.choose, *parts.report)} == {"asked"}
    assert len(parts.fit) + len(parts.choose) + len(parts.report) == 100 + len(sides[0])
