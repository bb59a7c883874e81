"""Who is one person: names compared, and nobody given another's words. All people and places are invented."""

from __future__ import annotations

import pytest

from onrecord.rag.people.voices import is_voice


@pytest.mark.parametrize(
    "name",
    [
        "Speaker 1",
        "SPEAKER_00",
        "Speaker #2",
        "spk_0",
        "S2",
        "Intervenant 2",
        "Orador 1",
        "Sprecher 12",
        "Unidentified Male 3",
    ],
)
def test_a_numbered_voice_is_known_in_any_language(name: str) -> None:
    assert is_voice(name)


@pytest.mark.parametrize(("name", "voice"), [("Speaker A", True), ("Intervenante B", True), ("Malcolm X", False)])
def test_a_letter_tells_voices_apart_behind_a_word_for_any_speaker(name: str, voice: bool) -> None:
    assert is_voice(name) is voice


@pytest.mark.parametrize("name", ["Ann Bell", "Speaker", "Madam Speaker", "Minister", "", "12", "Class of 2025", "É"])
def test_who_has_a_name_or_an_office_is_no_voice(name: str) -> None:
    assert not is_voice(name)
