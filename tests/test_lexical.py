from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.rag.text.terms import index_terms, query_terms


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("en", "The ministers' decisions", "the minister decided"),
        ("en", "Zelenskyy’s visit", "Did Zelenskyy visit us?"),
        ("fr", "L’école d'été", "les écoles étés"),
        ("fr", "Qu’est-ce que l’OTAN ?", "OTAN"),
        ("en", "café", "CAFE"),
        ("pt", "ações", "acoes"),
    ],
)
def test_the_same_words_meet_in_the_index(language: str, first: str, second: str) -> None:
    shared = set(index_terms(first, language).split()) & set(index_terms(second, language).split())
    assert shared


def test_function_words_are_left_out_unless_they_are_abbreviations() -> None:
    assert index_terms("It is for us and who we are", "en") == ""
    assert index_terms("The WHO told the US", "en") == "who told us"
    assert index_terms("THE WHO TOLD US", "en") == "told"
    assert index_terms("Il n’y a pas de quoi", "fr") == ""


def test_the_words_of_asking_are_not_looked_up_unless_there_are_no_others() -> None:
    assert query_terms("What did the minister say about the harbour, the harbour wall?", "en") == [
        "minist",
        "harbour",
        "wall",
    ]
    assert query_terms("Qu’a dit le ministre à propos du port ?", "fr") == ["ministr", "port"]
    assert query_terms("What was said?", "en") == ["said"]
    assert "said" in index_terms("He said no", "en").split()


def test_a_language_without_a_stemmer_keeps_its_words() -> None:
    assert index_terms("Slováci a Česi", "sk") == "slovaci a cesi"


@given(st.text(max_size=80), st.sampled_from(["en", "fr", "de", "xx"]))
def test_terms_are_single_words_of_letters_and_digits(text: str, language: str) -> None:
    terms = index_terms(text, language).split(" ")
    assert all(term.isalnum() for term in terms if term)
    assert set(query_terms(text, language)) <= set(terms)
