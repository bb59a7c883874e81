"""What a sentence states: numbers, dates and reasons, by the words of its own language."""

from __future__ import annotations

import pytest

from onrecord.rag.questions.stating import Stated, states


@pytest.mark.parametrize(
    ("text", "wanted", "code", "expected"),
    [
        ("It costs 40 crowns.", "number", "en", True),
        ("There are seven ferries.", "number", "en", True),
        ("There are ferries.", "number", "en", False),
        ("Il y a sept ferries.", "number", "fr", True),
        ("Il y a un ferry.", "number", "fr", False),
        # The words of one language say nothing in another.
        ("Il y a sept ferries.", "number", "en", False),
        ("It opens in May.", "date", "en", True),
        ("It may open.", "date", "en", False),
        ("They have an answer.", "date", "en", False),
        ("It opened yesterday.", "date", "en", True),
        ("Elle ouvre en mai.", "date", "fr", True),
        ("Elle a ouvert il y a deux ans.", "date", "fr", True),
        ("We work on it every day.", "date", "en", False),
        ("It fell because of the storm.", "reason", "en", True),
        ("Elle est tombée à cause de l’orage.", "reason", "fr", True),
        # A language without a file: digits and the names of months.
        ("Otwarcie w 2031 r.", "date", "pl", True),
        ("Otwarcie w maju", "date", "pl", False),
        ("Abertura em maio", "date", "pt", True),
    ],
)
def test_a_sentence_states_by_its_own_language(text: str, wanted: Stated, code: str, expected: bool) -> None:
    assert states(text, wanted, code) is expected
