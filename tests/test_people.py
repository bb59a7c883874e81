"""Who is one person: names compared, and nobody given another's words. All people and places are invented."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onrecord.rag.people.matching import people_called
from onrecord.rag.people.names import Known, same
from onrecord.rag.people.naming import people_named, roll_of
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
        "iPhone (2)",
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


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Ann Bell", "ANN  BELL", "yes"),
        ("Ann Bell", "Bell, Ann", "yes"),
        ("Ann Bell", "BELL Ann", "yes"),
        ("Ann Bell", "Ms. Ann Bell", "yes"),
        ("Jean Doré", "Jean Dore", "yes"),
        ("Joseph R. Bell", "Joseph Bell", "yes"),
        ("Joseph R. Bell", "Joseph Robert Bell", "yes"),
        ("Jean-Marie Bell", "Jean Marie Bell", "yes"),
        ("Ki-moon Vek", "Ki Moon Vek", "yes"),
        ("Anton van der Meer", "Anton VAN DER MEER", "yes"),
        ("Ann Bell QC", "Ann Bell", "yes"),
        ("Olga Verensky", "Olga Verenskyy", "yes"),
        ("Olga Verensky", "Olga Verenskiy", "yes"),
        ("Ann Bell", "Iris Bell", "no"),
        ("Ann Bell", "Anna Bell", "no"),
        ("Paul Bell", "Paula Bell", "no"),
        ("Mario Bell", "Maria Bell", "no"),
        ("Tim Bell", "Tom Bell", "no"),
        ("John A. Bell", "John B. Bell", "no"),
        ("John Bell Jr.", "John Bell Sr.", "no"),
        ("DA Marsh", "DPB Marsh", "no"),
        ("Don Bell", "Mr. Don Bell", "yes"),
        ("Don Bell", "Ann Bell", "no"),
        ("Don van der Meer", "Anton van der Meer", "no"),
        ("D. Bell", "Dora Bell", "unknown"),
        ("D. Bell", "Ann Bell", "no"),
        ("Don Bell", "Ms. Bell", "unknown"),
        ("don Pedro Vara", "Pedro Vara", "yes"),
        ("D. Pedro Vara", "Pedro Vara", "yes"),
        ("Don Pedro Vara Holm", "Pedro Vara", "unknown"),
        ("Ann Bell", "Ann Campbell", "no"),
        ("Mr. Marsh", "Ms. Marsh", "no"),
        ("Mr. Marsh", "Mr. Bell", "no"),
        ("Bell", "Ann Tarn", "no"),
        ("Speaker 1", "Speaker 11", "no"),
        ("Bell", "Ann Bell", "unknown"),
        ("Ms. Bell", "Ann Bell", "unknown"),
        ("Minister Bell", "Ann Bell", "unknown"),
        ("Senator Ann Bell", "Ann Bell", "yes"),
        ("Minister Bell", "Judge Bell", "unknown"),
        ("Iris Judge", "Ann Judge", "no"),
        ("J. Doe", "Jane Doe", "unknown"),
        ("Dan Bell", "Daniel Bell", "unknown"),
        ("Marc Tarn", "Mark Tarn", "unknown"),
        ("John Bell Jr.", "John Bell", "unknown"),
        ("Scott Bell", "Bell Scott", "unknown"),
        ("Ann Vik", "Ann Vik-Holm", "unknown"),
        ("Pedro Vara", "Pedro Vara Holm", "unknown"),
        ("Anton", "Anton Meer", "unknown"),
        ("Speaker 1", "Ann Bell", "unknown"),
        ("Speaker 1", "Speaker 1", "unknown"),
    ],
)
def test_two_names_alone(one: str, other: str, expected: str) -> None:
    assert same(Known(one), Known(other)) == expected
    assert same(Known(other), Known(one)) == expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (Known("Bell", "Minister"), Known("Ann Bell", "Minister"), "yes"),
        (Known("Bell", "Minister"), Known("Ann Bell", "Mayor"), "unknown"),
        (Known("J. Doe", None, "Coast Radio"), Known("Jane Doe", None, "Coast Radio"), "yes"),
        (Known("J. Doe", "Reporter", "Coast Radio"), Known("Jane Doe", "Reporter", "Gull Daily"), "unknown"),
        (Known("Marc Tarn", "Secretary General"), Known("Mark Tarn", "NATO Secretary General"), "yes"),
        (Known("Verensky", "President"), Known("Verenskiy", "President"), "yes"),
        (Known("Ann Bell", "Minister"), Known("Iris Bell", "Minister"), "no"),
        (Known("Dan Bell", "Mayor"), Known("Daniel Bell", "Mayor"), "unknown"),
        (Known("Dan Bell", "Mayor", briefing="a"), Known("Daniel Bell", "Mayor", briefing="a"), "yes"),
        (Known("Bell", "Senator"), Known("Bell", "Mayor"), "unknown"),
        (Known("Speaker 1", briefing="a"), Known("SPEAKER 1", briefing="a"), "yes"),
        (Known("Speaker 1", briefing="a"), Known("Speaker 1", briefing="b"), "no"),
        (Known("Unidentified Male", briefing="a"), Known("Unidentified Male", briefing="b"), "no"),
    ],
)
def test_two_people_with_what_is_known_of_them(one: Known, other: Known, expected: str) -> None:
    assert same(one, other) == expected
    assert same(other, one) == expected


GIVEN = ["Ann", "Iris", "Owen", "Clara", "Ivo", "Gunnar", "Zoë", "Élise", "Jean-Luc", "Marek"]
SURNAMES = ["Bell", "Marsh", "van der Meer", "O’Hara", "Vik-Holm", "Doré", "Verensky", "de la Cour"]
FORMS = st.sampled_from([None, "Minister", "Coast Radio"])


@st.composite
def full_names(draw: st.DrawFn) -> str:
    middle = draw(st.sampled_from(["", "R. ", "Tove "]))
    return f"{draw(st.sampled_from(GIVEN))} {middle}{draw(st.sampled_from(SURNAMES))}"


ANY_NAME = st.one_of(
    full_names(),
    st.builds("{} {}".format, st.sampled_from(["Mr.", "Ms.", "Dr."]), st.sampled_from(SURNAMES)),
    st.sampled_from([*GIVEN, *SURNAMES, "Speaker 1", "SPEAKER_02", "The Chair", "A. Bell", "", "é", "…"]),
    st.text(max_size=12),
)
ANYBODY = st.builds(Known, ANY_NAME, FORMS, FORMS, st.sampled_from([None, "a", "b"]))


@given(ANYBODY, ANYBODY)
def test_the_comparison_is_symmetric(one: Known, other: Known) -> None:
    assert same(one, other) == same(other, one)


@given(full_names())
def test_a_full_name_is_itself_whatever_its_case_and_accents(name: str) -> None:
    plain = "".join(c for c in unicodedata.normalize("NFD", name) if not unicodedata.combining(c))
    for form in (name, plain, name.upper(), name.lower(), f"Dr. {name}", f"  {name} "):
        assert same(Known(name), Known(form)) == "yes"


@given(st.sampled_from(SURNAMES), st.permutations(GIVEN), FORMS, FORMS)
def test_another_given_name_is_never_the_same_person(
    surname: str, given_names: list[str], role: str | None, outlet: str | None
) -> None:
    one, other = (Known(f"{given} {surname}", role, outlet, "a") for given in given_names[:2])
    assert same(one, other) == "no"


ON_RECORD = ["Ann Bell", "Iris Bell", "Ms. Bell", "Owen Marsh", "Clara Marsh", "Olga Verensky", "Anton van der Meer"]
VOICES = ["Speaker 1 (Harbour, 3 May 2025)", "Speaker 1 (Ports, 3 June 2025)", "Speaker 11"]


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [
        ("Ann Bell", ["Ann Bell"]),
        ("ann  BELL", ["Ann Bell"]),
        ("Bell, Ann", ["Ann Bell"]),
        ("bell", ["Ann Bell", "Iris Bell", "Ms. Bell"]),
        ("Ms Bell", ["Ms. Bell"]),
        ("Mr. Bell", ["Ann Bell", "Iris Bell"]),
        ("I. Bell", ["Iris Bell"]),
        ("Oscar Bell", []),
        ("Don Bell", []),
        ("don Owen Marsh", ["Owen Marsh"]),
        ("Minister Bell", ["Ann Bell", "Iris Bell", "Ms. Bell"]),
        ("Verenskiy", ["Olga Verensky"]),
        ("Olga Verenskyi", ["Olga Verensky"]),
        ("van der Meer", ["Anton van der Meer"]),
        ("Anton", ["Anton van der Meer"]),
        ("Speaker 1", VOICES[:2]),
        ("speaker 11", ["Speaker 11"]),
        ("Speaker 1 (Ports, 3 June 2025)", [VOICES[1]]),
        ("Speaker 2", []),
        ("", []),
    ],
)
def test_whom_a_filter_means(wanted: str, meant: list[str]) -> None:
    assert people_called(wanted, [*ON_RECORD, *VOICES]) == meant


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("What did Ann Bell say?", [("Ann Bell", ["Ann Bell"])]),
        ("every time iris bell said it", [("iris bell", ["Iris Bell"])]),
        ("Did A. Bell say so?", [("A. Bell", ["Ann Bell"])]),
        ("What did Oscar Marsh say?", [("Oscar Marsh", [])]),
        ("What did Oscar Bell say?", [("Oscar Bell", ["Ms. Bell"])]),
        ("What did Don Bell say?", [("Don Bell", ["Ms. Bell"])]),
        ("¿Qué dijo don Owen Marsh?", [("don Owen Marsh", ["Owen Marsh"])]),
        (
            "Bell’s view of Marsh",
            [("Bell", ["Ann Bell", "Iris Bell", "Ms. Bell"]), ("Marsh", ["Owen Marsh", "Clara Marsh"])],
        ),
        ("Qu’a dit Mme Bell ?", [("Mme Bell", ["Ann Bell", "Iris Bell", "Ms. Bell"])]),
        ("Did Mr. Bell speak?", [("Mr. Bell", ["Ann Bell", "Iris Bell"])]),
        ("I met Ann. Bell was there too.", [("Bell", ["Ann Bell", "Iris Bell", "Ms. Bell"])]),
        ("Verenskyy and van der Meer", [("Verenskyy", ["Olga Verensky"]), ("van der Meer", ["Anton van der Meer"])]),
        ("the Bell-Marsh debate", []),
        ("Every time Speaker 1 spoke", [("Speaker 1", VOICES[:2])]),
        ("What did Speaker 1 (Ports, 3 June 2025) say?", [("Speaker 1 (Ports, 3 June 2025", [VOICES[1]])]),
        ("What did Speaker 11 say?", [("Speaker 11", ["Speaker 11"])]),
        ("Nobody is named here.", []),
    ],
)
def test_whom_a_text_names(text: str, named: list[tuple[str, list[str]]]) -> None:
    found = people_named(text, roll_of([*ON_RECORD, *VOICES]))
    assert [(text[one.start : one.end], list(one.names)) for one in found] == named


@given(st.text(max_size=80))
def test_any_text_may_name_people(text: str) -> None:
    for one in people_named(f"{text} Ann Bell {text}", roll_of([*ON_RECORD, text])):
        assert 0 <= one.start < one.end
