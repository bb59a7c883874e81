from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.rag.text.folding import fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("L’Œuvre de l'État", "l'oeuvre de l'etat"),
        ("CŒUR", "coeur"),
        ("Ægir ǽ", "aegir ae"),
        ("Straße", "strasse"),
        ("ﬁn", "fin"),
        ("Señor Çelik", "senor celik"),
    ],
)
def test_folding_makes_spellings_of_one_word_equal(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters(categories=["Lu", "Ll"], max_codepoint=0x24F)))
def test_folding_knows_no_case(text: str) -> None:
    assert fold(text.upper()) == fold(text.lower())
