from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.rag.retrieval.search import Background, PassageCandidate, backgrounds, rank, translations


def passage(
    number: int,
    nearness: float,
    *,
    met: float | None = None,
    language: str = "en",
    matching: float = 0,
    words: int = 80,
    shown: float = 0,
) -> PassageCandidate:
    return PassageCandidate(number, language, nearness, met, matching, words, shown)


def order(*candidates: PassageCandidate, language: str = "en", partners: dict[int, int] | None = None) -> list[int]:
    return [number for number, _ in rank(candidates, language, partners or {})]


def test_the_nearer_goes_first_and_matching_words_can_outweigh_it() -> None:
    assert order(passage(1, 1.0), passage(2, 2.0)) == [2, 1]
    assert order(passage(1, 1.0, matching=9.0), passage(2, 2.0, matching=0.5)) == [1, 2]


def test_words_met_one_by_one_weigh_beside_the_whole() -> None:
    assert order(passage(1, 2.0, met=0.0), passage(2, 1.8, met=3.0)) == [2, 1]
    assert order(passage(1, 2.0, met=0.0), passage(2, 0.5, met=1.0)) == [1, 2]


def test_a_courtesy_and_what_was_shown_step_back() -> None:
    assert order(passage(1, 2.0, words=4), passage(2, 1.8)) == [2, 1]
    assert order(passage(1, 2.0, shown=1.0), passage(2, 1.8)) == [2, 1]
    assert order(passage(1, 2.0, shown=0.05), passage(2, 1.8)) == [1, 2]


def test_a_translation_shares_the_evidence_and_follows_its_original() -> None:
    candidates = [
        passage(1, 2.0, language="fr", matching=5.0),
        passage(2, 1.5),
        passage(3, 2.1),
        passage(4, 1.9, language="fr", matching=1.0),
    ]
    assert order(*candidates, language="fr", partners={1: 2, 2: 1}) == [1, 2, 4, 3]
    assert order(*candidates, language="fr") == [1, 4, 3, 2]


@given(st.lists(st.floats(-5, 5), max_size=12))
def test_every_candidate_is_ranked_once_best_first(nearness: list[float]) -> None:
    ranked = rank([passage(number, near) for number, near in enumerate(nearness)], "en", {})
    assert sorted(number for number, _ in ranked) == list(range(len(nearness)))
    assert [score for _, score in ranked] == sorted((score for _, score in ranked), reverse=True)


def test_a_background_is_the_languages_own_where_enough_is_known() -> None:
    random = np.random.default_rng(0)
    english = random.normal(0.8, 0.02, 2000).astype(np.float32)
    french = random.normal(0.7, 0.04, 2000).astype(np.float32)
    found = backgrounds({"en": english, "fr": french, "de": french[:0]})
    assert set(found) == {"en", "fr"}
    assert found["en"].mean == pytest.approx(0.8, abs=0.005)
    assert found["fr"].spread == pytest.approx(0.04, abs=0.003)


def test_one_passage_alone_in_its_language_is_not_measured_by_itself() -> None:
    english = np.linspace(0.7, 0.8, 60, dtype=np.float32)
    found = backgrounds({"en": english, "fr": np.full(1, 0.9, np.float32)})
    assert (0.9 - found["fr"].mean) / found["fr"].spread > 2
    assert backgrounds({}) == {}
    assert backgrounds({"en": english[:1]})["en"] == Background(pytest.approx(0.7), 0.005)


def test_translations_are_found_though_each_language_lies_apart() -> None:
    random = np.random.default_rng(1)
    sense = random.normal(size=(30, 16)).astype(np.float32)
    side = 4 * random.normal(size=(2, 16)).astype(np.float32)
    english, french = sense[:20] + side[0], sense[10:] + side[1]
    vectors = np.concatenate([english, french])
    languages = ["en"] * 20 + ["fr"] * 20
    pairs = translations(range(40), languages, vectors, {"en": english.mean(axis=0), "fr": french.mean(axis=0)})
    assert {row: pairs[row] for row in range(10, 20)} == {row: row + 10 for row in range(10, 20)}
    assert translations([1, 2], ["en", "en"], english[:2], {"en": english.mean(axis=0)}) == {}
