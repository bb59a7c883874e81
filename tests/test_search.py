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
    assert order(passage(1, 1.0, matching=0.9), passage(2, 2.0, matching=0.05)) == [1, 2]


def test_words_of_which_few_match_do_not_outweigh_what_another_language_says() -> None:
    french = passage(2, 2.0, language="fr")
    assert order(passage(1, 1.5, matching=0.8), french) == [1, 2]
    assert order(passage(1, 1.5, matching=0.1), french) == [2, 1]


def test_words_met_one_by_one_weigh_beside_the_whole() -> None:
    assert order(passage(1, 2.0, met=0.0), passage(2, 1.8, met=3.0)) == [2, 1]
    assert order(passage(1, 2.0, met=0.0), passage(2, 0.5, met=1.0)) == [1, 2]


def test_a_courtesy_and_what_was_shown_step_back() -> None:
    assert order(passage(1, 2.0, words=4), passage(2, 1.8)) == [2, 1]
    assert order(passage(1, 2.0, shown=1.0), passage(2, 1.8)) == [2, 1]
    assert order(passage(1, 2.0, shown=0.05), passage(2, 1.8)) == [1, 2]


def test_a_translation_speaks_for_its_original_and_is_not_drawn_along() -> None:
    candidates = [passage(1, 1.5, language="fr"), passage(2, 3.0), passage(3, 2.1, language="fr"), passage(4, 1.9)]
    assert order(*candidates, language="fr", partners={1: 2, 2: 1}) == [2, 1, 3, 4]
    assert order(*candidates, language="fr", partners={3: 4, 4: 3}) == [2, 3, 4, 1]
    scores = dict(rank(candidates, "fr", {1: 2, 3: 4}))
    assert scores[3] == dict(rank(candidates, "fr", {}))[3] < scores[1]
    assert order(*candidates, language="fr") == [2, 3, 4, 1]


@given(st.lists(st.floats(-5, 5), max_size=12))
def test_every_candidate_is_ranked_once_best_first(nearness: list[float]) -> None:
    ranked = rank([passage(number, near) for number, near in enumerate(nearness)], "en", {})
    assert sorted(number for number, _ in ranked) == list(range(len(nearness)))
    assert [score for _, score in ranked] == sorted((score for _, score in ranked), reverse=True)


def test_what_is_usual_is_the_languages_own_where_enough_is_known() -> None:
    random = np.random.default_rng(0)
    english = random.normal(0.8, 0.02, 2000).astype(np.float32)
    french = random.normal(0.7, 0.04, 2000).astype(np.float32)
    found = backgrounds({"en": english, "fr": french, "de": french[:0]}, {"en": 2000, "fr": 2000, "de": 0})
    assert set(found) == {"en", "fr"}
    assert found["en"].usual == pytest.approx(0.8, abs=0.005)
    assert found["fr"].usual == pytest.approx(0.7, abs=0.005)
    # That of both: what is left of each once its own mean is taken off.
    assert found["en"].spread == found["fr"].spread == pytest.approx(np.sqrt((0.02**2 + 0.04**2) / 2), abs=0.002)


def test_of_fewer_passages_fewer_come_near_by_chance() -> None:
    random = np.random.default_rng(0)
    many, few = random.normal(size=(200, 20_000)), random.normal(size=(200, 400))
    nearest = []
    for one, other in zip(many.astype(np.float32), few.astype(np.float32), strict=True):
        found = backgrounds({"en": one[:1000], "fr": other}, {"en": len(one), "fr": len(other)})
        nearest.append((found["en"].above(float(one.max())), found["fr"].above(float(other.max()))))
    english, french = np.mean(nearest, axis=0)
    assert english == pytest.approx(french, abs=0.25)
    alone = backgrounds({"en": many[0].astype(np.float32), "fr": few[0].astype(np.float32)}, {"en": 9, "fr": 9})
    assert alone["fr"].usual == pytest.approx(0, abs=0.1)


def test_one_passage_alone_in_its_language_is_not_measured_by_itself() -> None:
    english = np.linspace(0.7, 0.8, 60, dtype=np.float32)
    found = backgrounds({"en": english, "fr": np.full(1, 0.9, np.float32)}, {"en": 60, "fr": 1})
    assert found["fr"].above(0.9) > 2
    assert found["fr"].usual == pytest.approx(found["en"].usual, abs=0.01)
    assert backgrounds({}, {}) == {}
    assert backgrounds({"en": english[:1]}, {"en": 1})["en"] == Background(pytest.approx(0.7), 0.005)


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
