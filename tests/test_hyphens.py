"""Hyphens at line ends: those that belong to a word stay, those that part one go."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.embeddings import log_likelihood
from onrecord.rag.languages import language
from onrecord.rag.text.hyphens import Hyphens, HyphenWords

TYPED = {
    "en": "price|determining one|off ex|minister twenty|five vice|president self|employed well|known long|term "
    "cross|border NATO|led EU|wide Jean|Luc X|ray G|20 COVID|19 2024|2025 part|time record|breaking ten|year",
    "fr": "vice|président ex|ministre peut|être est|ce dit|il vingt|cinq lui|même porte|parole rendez|vous sous|préfet",
    "de": "Ex|Ministerin Baden|Ostmark EU|weit U|Boot",
    "xx": "Ex|Premier NATO|ledd 2024|2025",
}
PARTED = {
    "en": "environ|mental de|fine be|fore con|tinues gov|ernment confer|ence mil|lion yes|terday any|thing an|swer "
    "ques|tions jour|nalist fish|eries under|stand with|in ex|plain ex|pect",
    "fr": "gouver|nement prési|dent com|mission ques|tion mil|lions par|tie par|mi au|jourd ex|pliquer tra|vail",
    "de": "Haushalts|ausschuss Bundes|regierung Wirt|schaft Minis|terin",
    "xx": "hallitus|neuvottelut kysy|mys",
}


def hyphens(code: str, *lines: str) -> Hyphens:
    return Hyphens(lines, language(code).hyphens, log_likelihood)


@pytest.mark.parametrize("code", sorted(TYPED))
def test_typed_hyphens_stay(code: str) -> None:
    pairs = [pair.split("|") for pair in TYPED[code].split()]
    assert [pair for pair in pairs if not hyphens(code).keeps(*pair)] == []


@pytest.mark.parametrize("code", sorted(PARTED))
def test_hyphens_that_part_a_word_go(code: str) -> None:
    pairs = [pair.split("|") for pair in PARTED[code].split()]
    assert [pair for pair in pairs if hyphens(code).keeps(*pair)] == []


def test_what_the_text_has_elsewhere_comes_first() -> None:
    assert not hyphens("en", "the pricedetermining factors").keeps("price", "determining")
    assert hyphens("en", "the envi-ronmental rules").keeps("the envi", "ronmental")
    # What is parted itself says nothing.
    assert not hyphens("en", "it con-", "tinues").keeps("con", "tinues")


def test_in_a_text_that_parts_many_words_a_hyphen_is_likelier_to_part_one() -> None:
    words = ["government", "conference", "million", "yesterday", "anything", "answer", "questions", "journalist"]
    lines = [part for word in words for part in (f"{word} and {word[:3]}-", f"{word[3:]} too")]
    assert hyphens("en").keeps("deep", "water")
    assert not hyphens("en", *lines).keeps("deep", "water")
    compounds = ["long-term", "short-lived", "high-level", "low-income"]
    kept = [part for word in compounds for part in (f"a {word} {word.split('-')[0]}-", f"{word.split('-')[1]} plan")]
    assert not hyphens("fr").keeps("mot", "clé")
    assert hyphens("fr", *kept).keeps("mot", "clé")


def test_the_last_part_of_a_longer_word_counts() -> None:
    assert hyphens("en").keeps("the state-of-the", "art yard")
    assert hyphens("fr").keeps("suffira-t", "elle")
    assert not hyphens("en").keeps("a long-stand", "ing plan")


def test_without_words_of_the_language_only_signs_tell() -> None:
    plain = Hyphens((), HyphenWords(), log_likelihood)
    assert not plain.keeps("price", "determining")
    assert plain.keeps("2024", "2025")


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_signs_are_judged(before: str, after: str) -> None:
    assert isinstance(hyphens("en", before, after).keeps(before, after), bool)
