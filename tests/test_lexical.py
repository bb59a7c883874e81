from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.rag.languages import language


@pytest.mark.parametrize(
    ("code", "first", "second"),
    [
        ("en", "The ministers' decisions", "the minister decided"),
        ("en", "Zelenskyy’s visit", "Did Zelenskyy visit us?"),
        ("fr", "L’école d'été", "les écoles étés"),
        ("fr", "Qu’est-ce que l’OTAN ?", "OTAN"),
        ("en", "café", "CAFE"),
        ("pt", "ações", "acoes"),
    ],
)
def test_the_same_words_meet_in_the_index(code: str, first: str, second: str) -> None:
    words = language(code)
    assert set(words.index_terms(first)) & set(words.index_terms(second))


def test_function_words_are_left_out_unless_they_are_abbreviations() -> None:
    assert language("en").index_terms("It is for us and who we are") == []
    assert language("en").index_terms("The WHO told the US") == ["who", "told", "us"]
    assert language("en").index_terms("THE WHO TOLD US") == ["told"]
    assert language("fr").index_terms("Il n’y a pas de quoi") == []


def test_the_words_of_asking_are_not_looked_up_unless_there_are_no_others() -> None:
    assert language("en").query_terms("What did the minister say about the harbour, the harbour wall?") == [
        "minist",
        "harbour",
        "wall",
    ]
    assert language("fr").query_terms("Qu’a dit le ministre à propos du port ?") == ["ministr", "port"]
    assert language("en").query_terms("What was said?") == ["said"]
    assert "said" in language("en").index_terms("He said no")


def test_a_language_without_a_stemmer_keeps_its_words() -> None:
    assert language("sk").index_terms("Slováci a Česi") == ["slovaci", "a", "cesi"]


@given(st.text(max_size=80), st.sampled_from(["en", "fr", "de", "xx"]))
def test_terms_are_single_words_of_letters_and_digits(text: str, code: str) -> None:
    terms = language(code).index_terms(text)
    assert all(term.isalnum() for term in terms)
    assert set(language(code).query_terms(text)) <= set(terms)
