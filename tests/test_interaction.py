"""Words met one by one: packed to two bits a number and back, and found where they stand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from onrecord.embeddings import TokenVectors
from onrecord.embeddings.tokens import without_tokens
from onrecord.rag.retrieval.interaction import (
    WordVectors,
    asked_words,
    met_by_each,
    pack,
    said_words,
    unpack,
    unpack_each,
    words_given,
)


def units(number: int, dimension: int, seed: int) -> NDArray[np.float32]:
    drawn = np.random.default_rng(seed).normal(size=(number, dimension)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def tokens(text: str, dimension: int = 64) -> TokenVectors:
    """A token for every word and every mark, each with a vector that its letters decide."""
    spans = [(place, place + 1) for place, letter in enumerate(text) if not letter.isspace()]
    vectors = np.concatenate([units(1, dimension, ord(text[start])) for start, _ in spans])
    return TokenVectors(np.array(spans), vectors, vectors[0])


@given(st.integers(1, 30), st.sampled_from([3, 16, 100, 384]), st.integers(0, 1000))
def test_packed_words_keep_their_places_and_nearly_their_vectors(number: int, dimension: int, seed: int) -> None:
    words = WordVectors(np.arange(number) * 7, units(number, dimension, seed))
    back = unpack(pack(words), dimension)
    assert back.starts.tolist() == words.starts.tolist()
    assert np.linalg.norm(back.vectors, axis=1) == pytest.approx(np.ones(number), abs=1e-5)
    if dimension >= 100:
        assert ((back.vectors * words.vectors).sum(axis=1) > 0.85).all()


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.integers(0, 100))
def test_passages_packed_together_are_met_as_each_alone(sizes: list[int], seed: int) -> None:
    asked = WordVectors(np.zeros(4, np.int64), units(4, 32, seed))
    said = [WordVectors(np.arange(size), units(size, 32, seed + place)) for place, size in enumerate(sizes)]
    together = met_by_each(asked, unpack_each([pack(words) for words in said], 32))
    alone = [met_by_each(asked, unpack_each([pack(words)], 32))[0] for words in said]
    assert together == pytest.approx(np.array(alone), abs=1e-5)
    own = unpack(pack(said[0]), 32).vectors
    assert together[0] == pytest.approx((asked.vectors @ own.T).max(axis=1).mean(), abs=1e-5)


def test_nothing_packed_is_met_by_nothing() -> None:
    assert met_by_each(WordVectors(np.zeros(1, np.int64), units(1, 8, 0)), unpack_each([], 8)).shape == (0,)


def test_function_words_and_the_words_of_asking_are_left_out() -> None:
    said = "The ferry will sail on Monday."
    words = said_words(said, "en", tokens(said))
    assert [said[start:].split()[0] for start in words.starts] == ["ferry", "sail", "Monday."]
    question = "What did the minister say about how many ferries?"
    asked = asked_words(question, "en", tokens(question))
    assert [question[start:].split()[0] for start in asked.starts] == ["minister", "ferries?"]


def test_a_text_without_telling_words_is_taken_whole() -> None:
    words = said_words("Is it?", "en", tokens("Is it?"))
    assert words.starts.tolist() == [0]
    assert words.vectors.shape == (1, 64)


CONTEXT = "Harbour briefing in Sandholm\n2031-04-02\nElin Varga, Minister"


def test_words_that_say_which_briefing_is_meant_are_told_from_the_rest() -> None:
    question = "What did Varga say in Sandholm in April 2031 about ferries?"
    asked = asked_words(question, "en", tokens(question))
    held = words_given(question, asked, [CONTEXT, CONTEXT, "Other news"])
    assert [question[start:].split()[0] for start in asked.starts[held[:, 0]]] == ["Varga", "Sandholm", "April", "2031"]
    assert not held[:, 2].any()


def test_a_word_that_the_context_gives_is_met() -> None:
    asked = WordVectors(np.array([0, 9]), units(2, 32, 1))
    said = unpack_each([pack(WordVectors(np.zeros(1, np.int64), units(1, 32, 5)))] * 2, 32)
    without, given_one = met_by_each(asked, said, np.array([[False, True], [False, False]]))
    assert without == met_by_each(asked, said)[0]
    assert given_one > without


def test_a_model_read_by_whole_texts_alone_has_no_words() -> None:
    (read,) = without_tokens(units(1, 64, 3))
    assert len(asked_words("Which ferry?", "en", read).vectors) == 0
    assert pack(said_words("The ferry sails.", "en", read)) == b""
