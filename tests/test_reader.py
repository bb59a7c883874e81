"""Readers: one contract over the bundled one and a scripted stand-in; the bundled one's file and its weights."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from onrecord.embeddings.reader import (
    BLOCK,
    LONGEST,
    QUESTION_TOKENS,
    SHA256,
    WEIGHTS,
    BundledReader,
    Passage,
    load_reader,
    open_reader,
    packed_weights,
    unpacked_weights,
)
from onrecord.rag.errors import ModelError
from onrecord.rag.reading import Reader
from onrecord.rag.settings import Settings

QUESTION = "When will the ferry to Sandholm sail again?"
PASSAGE = Passage(
    (
        "Harbour briefing (2031-04-02)",
        "asked: When will the ferry to Sandholm sail again?",
        "answer, Elin Varga:",
        "The ferry will sail again in June.",
        "We are glad about that.",
    ),
    (3, 4),
)
OTHER = Passage(("statement, Elin Varga:", "The harbour wall will cost 40 million crowns."), (1,))
# Much longer than what is read at once; two people speak, and the last sentence answers.
LONG = Passage(
    (
        "Harbour briefing (2031-04-02)",
        "answer, Elin Varga:",
        *(f"Pier {number} will be painted green." for number in range(60)),
        "answer, Otto Brandt:",
        "Ask the harbour master about paint.",
        "The ferry to Sandholm will sail again in June.",
    ),
    (2, 3, 61, 63, 64),
)


class ScriptedReader:
    """Answers by words shared; leaves open what ends in a question mark."""

    nothing = 0.0

    def read(self, question: str, passages: Sequence[Passage]) -> list[NDArray[np.float32]]:
        return [self._read(set(question.lower().split()), passage) for passage in passages]

    def _read(self, asked: set[str], passage: Passage) -> NDArray[np.float32]:
        scores = np.full((len(passage.sentences), 2), -np.inf, np.float32)
        for row, place in zip(scores, passage.sentences, strict=True):
            text = passage.pieces[place]
            row[:] = len(asked & set(text.lower().split())), 5.0 * text.endswith("?")
        return scores


def bundled() -> BundledReader:
    return load_reader(cache=Settings.load().cache)


READERS: dict[str, Callable[[], Reader]] = {"bundled": bundled, "scripted": ScriptedReader}


@pytest.fixture(scope="module", params=READERS)
def reader(request: pytest.FixtureRequest) -> Reader:
    return READERS[request.param]()


def test_every_sentence_has_two_scores(reader: Reader) -> None:
    first, second = reader.read(QUESTION, [PASSAGE, OTHER])
    assert (first.shape, second.shape) == ((2, 2), (1, 2))
    assert np.isfinite(first).all()
    assert np.isfinite(second).all()
    assert np.isfinite(reader.nothing)


def test_of_a_long_passage_every_sentence_is_read(reader: Reader) -> None:
    (scores,) = reader.read(QUESTION, [LONG])
    assert np.isfinite(scores).all()
    assert scores[:, 0].argmax() == 4


def test_a_sentence_too_long_to_be_read_at_once_is_read_as_far_as_may_be() -> None:
    endless = Passage(("answer, Elin Varga:", "The pier is green " * LONGEST, "The ferry sails again in June."), (1, 2))
    (scores,) = bundled().read(QUESTION, [endless])
    assert np.isfinite(scores).all()
    assert scores[:, 0].argmax() == 1


def test_whatever_stands_before_the_first_sentence_leaves_room_for_it() -> None:
    (scores,) = bundled().read(QUESTION, [Passage(("Harbour briefing " * LONGEST, "answer:", "In June."), (2,))])
    assert np.isfinite(scores).all()


def test_a_passage_is_scored_the_same_alone_and_among_others(reader: Reader) -> None:
    passages = [PASSAGE, OTHER, LONG, *[PASSAGE] * 5]
    together = reader.read(QUESTION, passages)
    for passage, scores in zip(passages, together, strict=True):
        (alone,) = reader.read(QUESTION, [passage])
        assert scores == pytest.approx(alone, abs=2e-3)


@pytest.mark.parametrize("empty", [Passage((), ()), Passage(("Harbour briefing", ""), ())])
def test_a_passage_without_sentences_has_no_scores(reader: Reader, empty: Passage) -> None:
    first, second = reader.read(QUESTION, [empty, OTHER])
    assert (first.shape, second.shape) == ((0, 2), (1, 2))


def test_an_empty_sentence_and_no_passages_are_no_error(reader: Reader) -> None:
    assert reader.read(QUESTION, []) == []
    (scores,) = reader.read("", [Passage(("answer, Elin Varga:", "", "In June."), (1, 2))])
    assert scores.shape == (2, 2)
    assert np.isfinite(scores[1]).all()


def test_a_question_longer_than_the_limit_leaves_room_for_the_passage() -> None:
    (scores,) = bundled().read(" ".join(["When, when, when?"] * QUESTION_TOKENS), [PASSAGE])
    assert np.isfinite(scores).all()


def test_the_graph_is_kept_and_made_anew_where_it_is_damaged(tmp_path: Path) -> None:
    load_reader.cache_clear()
    (before,) = load_reader(cache=tmp_path).read(QUESTION, [PASSAGE])
    (graph,) = tmp_path.glob("reader-*/model.onnx")
    graph.write_bytes(graph.read_bytes()[:1000])
    load_reader.cache_clear()
    (after,) = load_reader(cache=tmp_path).read(QUESTION, [PASSAGE])
    assert np.array_equal(before, after)
    (weights,) = open_reader(WEIGHTS, SHA256).read(QUESTION, [PASSAGE])
    assert weights == pytest.approx(after, abs=1e-5)
    load_reader.cache_clear()


# --- The file of the weights.


def test_a_missing_file_is_named_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"nowhere\.npz.*cannot be read.*Install OnRecord again"):
        open_reader(tmp_path / "nowhere.npz", SHA256)


def test_another_file_is_refused_with_the_remedy(tmp_path: Path) -> None:
    other = tmp_path / "reader.npz"
    other.write_bytes(WEIGHTS.read_bytes() + b"\0")
    with pytest.raises(ModelError, match=r"not the file expected.*Install OnRecord again"):
        open_reader(other, SHA256)


def test_the_bundled_file_is_the_one_expected_and_small() -> None:
    assert hashlib.sha256(WEIGHTS.read_bytes()).hexdigest() == SHA256
    assert WEIGHTS.stat().st_size <= 15_000_000


def test_weights_survive_packing_to_a_step_of_their_block(tmp_path: Path) -> None:
    chance = np.random.default_rng(1)
    # Blocks of unlike size, one of nothing but zeros.
    matrix = (
        chance.standard_normal((6, 2 * BLOCK)).astype(np.float32) * np.logspace(-3, 1, 6, dtype=np.float32)[:, None]
    )
    matrix[2] = 0
    tensors = {
        "l0.q.w": matrix,
        "l0.q.b": chance.standard_normal(6).astype(np.float32),
        "head.hidden.w": matrix.copy(),
        "head.hidden.b": np.ones(6, np.float32),
        "head.output.w": matrix[:2],
        "head.output.b": np.zeros(2, np.float32),
        "head.nothing": np.array([1.5], np.float32),
    }
    np.savez(tmp_path / "reader.npz", **packed_weights(tensors))  # type: ignore[arg-type]
    trained, head = unpacked_weights(tmp_path / "reader.npz")
    assert set(trained) == {"l0.q.w", "l0.q.b"}
    assert trained["l0.q.b"] == pytest.approx(tensors["l0.q.b"])
    assert head.nothing == 1.5
    for whole, back in ((matrix, trained["l0.q.w"]), (matrix, head.hidden_weights), (matrix[:2], head.output_weights)):
        steps = np.abs(whole.reshape(-1, BLOCK)).max(axis=1, keepdims=True) / 127
        # Half a step of rounding, and what the scale loses as float16.
        assert (np.abs((back - whole).reshape(-1, BLOCK)) <= 0.6 * steps + 1e-6).all()
