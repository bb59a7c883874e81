"""What labels say of speakers, and which names are one person. All names are invented."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from structures import structure_of

from onrecord.rag.languages import together
from onrecord.rag.people.countries import is_country
from onrecord.rag.people.joining import one_name_each
from onrecord.rag.people.labels import parse_label
from onrecord.rag.people.names import Known, same
from onrecord.rag.people.vocabulary import Vocabulary
from onrecord.rag.types import Turn

Speaker = tuple[str | None, str | None, str | None, str | None]


def turns(text: str) -> list[Turn]:
    return list(structure_of(text).turns)


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("NATO Secretary General Mark Tarn", ("Mark Tarn", "NATO Secretary General", None, None)),
        ("Mark Tarn, NATO Secretary General", ("Mark Tarn", "NATO Secretary General", None, None)),
        ("Ida Lund, Harbour Gazette", ("Ida Lund", None, "Harbour Gazette", None)),
        ("Ida Lund, Canal 6 (Moldova)", ("Ida Lund", None, "Canal 6", "Moldova")),
        ("Ida Lund (Harbour Gazette)", ("Ida Lund", None, "Harbour Gazette", None)),
        ("Ida Lund, The Economist", ("Ida Lund", None, "The Economist", None)),
        ("Ida Lund, Gazette, Norway", ("Ida Lund", None, "Gazette", "Norway")),
        ("Ida Lund from Reuters", ("Ida Lund", None, "Reuters", None)),
        ("PRESIDENT O’HARE", ("O’Hare", "President", None, None)),
        ("MS. JEAN-MARTIN", ("Jean-Martin", None, None, None)),
        ("DEPUTY PRIME MINISTER VAN DAM", ("Van Dam", "Deputy Prime Minister", None, None)),
        ("Joseph R. Tarn, Jr.", ("Joseph R. Tarn, Jr.", None, None, None)),
        ("Hon. Ann Bell (Leader of the Opposition)", ("Ann Bell", "Leader of the Opposition", None, None)),
        ("Mr. Ian Vik (North—West, Lib.)", ("Ian Vik", "North—West, Lib.", None, None)),
        ("The Chair (Hon. Ann Bell (West, Ind.))", ("Ann Bell", "Chair", None, None)),
        ("M. le président", (None, "président", None, None)),
        ("Mme Iseult Garance, ministre de la mer", ("Iseult Garance", "ministre de la mer", None, None)),
        ("La ministre de la transition écologique", (None, "ministre de la transition écologique", None, None)),
        ("Question (Ida Lund, La Gazette)", ("Ida Lund", None, "La Gazette", None)),
        ("Q", (None, None, None, None)),
        ("Speaker 3", ("Speaker 3", None, None, None)),
        ("Lynn Vik AM", ("Lynn Vik", "AM", None, None)),
    ],
)
def test_labels(label: str, expected: Speaker) -> None:
    person = parse_label(label, Vocabulary("", together("en", "fr")))
    assert (person.name, person.role, person.outlet, person.country) == expected


def test_capitals_are_written_as_the_text_writes_them() -> None:
    found = turns("MR. MCTAVISH:  Good morning.\nQ    Thank you, Mr. McTavish. Why?\nMR. MCTAVISH:  I know.")
    assert {turn.speaker for turn in found if turn.label != "Q"} == {"Mr. McTavish"}
    assert {turn.label for turn in found} == {"MR. MCTAVISH", "Q"}


def test_the_title_names_a_surname() -> None:
    found = turns(
        "Press Briefing by Press Secretary Odile Tarn and Director Ben Vik, May 2, 2031\n"
        "MS. TARN:  Good morning.\nQ    Why?\nMS. TARNN:  Ask Ben.\nMS. TARN:  No.\nMR. VIK:  Because.\n"
        "MS. TARN:  Yes.\nMS. TARN:  Right.\nMS. TARN:  Good."
    )
    assert {(turn.speaker, turn.role) for turn in found if turn.label in ("MS. TARN", "MS. TARNN")} == {
        ("Odile Tarn", "Press Secretary")
    }
    assert {(turn.speaker, turn.role) for turn in found if turn.label == "MR. VIK"} == {("Ben Vik", "Director")}


def test_an_introduction_names_a_surname_and_a_mention_does_not() -> None:
    found = turns(
        "MS. TARN:  Good morning. I brought Ben Vik, who built it.\nMR. VIK:  Thank you.\n"
        + "Q    Why?\nMS. TARN:  Because. And so on, and so forth, and we go on for long.\n" * 60
        + "Q    What did Boris Holm say?\nMR. HOLM:  I said no."
    )
    names = {turn.label: turn.speaker for turn in found}
    assert names["MR. VIK"] == "Ben Vik"
    assert names["MS. TARN"] == "Ms. Tarn"


def test_an_office_is_named_after_its_one_holder() -> None:
    found = turns(
        "The Chair (Hon. Ann Bell (West, Ind.)): Order.\nMr. Ian Vik: Thank you.\nThe Chair: Yes?\nMr. Ian Vik: Yes."
    )
    assert [turn.speaker for turn in found] == ["Ann Bell", "Ian Vik", "Ann Bell", "Ian Vik"]


def test_the_title_names_the_president() -> None:
    body = "THE PRESIDENT:  Good morning.\nQ    Why, Mr. President?\nTHE PRESIDENT:  I said so. Tarn is my name."
    assert {turn.speaker for turn in turns("Remarks by President Tarn on Harbours\n" + body) if turn.label != "Q"} == {
        "Tarn"
    }
    assert {turn.speaker for turn in turns(body) if turn.label != "Q"} == {"President"}


def test_one_person_across_briefings() -> None:
    names = one_name_each(
        {
            Known("Mark Tarn", "NATO Secretary General"): 3,
            Known("Marc Tarn", "Secretary General"): 1,
            Known("MARK TARN"): 1,
            Known("Jean Doré", "ministre"): 1,
            Known("Jean Dore"): 1,
            Known("Joseph R. Bell"): 1,
            Known("Joseph Bell"): 1,
            Known("Tarn", "Secretary General"): 1,
            Known("Ann Bell", "Minister"): 1,
            Known("Anna Bell", "Mayor"): 1,
            Known("Holm", "Minister"): 1,
            Known("Mark Tarnow", "Secretary"): 1,
        }
    )
    assert {name for name, best in names.items() if best == "Mark Tarn"} == {
        "Mark Tarn",
        "Marc Tarn",
        "MARK TARN",
        "Tarn",
    }
    assert names["Jean Dore"] == names["Jean Doré"]
    assert names["Joseph R. Bell"] == names["Joseph Bell"]
    assert names["Ann Bell"] != names["Anna Bell"]
    assert names["Holm"] == "Holm"
    assert names["Mark Tarnow"] == "Mark Tarnow"


def test_who_may_be_either_of_two_people_is_neither() -> None:
    names = one_name_each(dict.fromkeys(map(Known, ["John A. Bell", "John Bell", "John B. Bell", "JOHN BELL"]), 1))
    assert names["John Bell"] == names["JOHN BELL"]
    assert len({names["John A. Bell"], names["John B. Bell"], names["John Bell"]}) == 3


NAMES = st.sampled_from(["Mark Tarn", "Marc Tarn", "Tarn", "MARK TARN", "Ann Bell", "Anna Bell", "J. Bell", "", "é"])
ROLES = st.sampled_from([None, "Minister", "Prime Minister", "Chair"])


@settings(deadline=None)
@given(st.dictionaries(st.builds(Known, NAMES, ROLES), st.integers(1, 3), max_size=12))
def test_every_name_has_one_name_that_is_its_own(speakers: dict[Known, int]) -> None:
    names = one_name_each(speakers)
    assert set(names) == {known.name for known in speakers}
    assert all(names[best] == best for best in names.values())
    assert all(same(Known(name), Known(best)) != "no" for name, best in names.items())


def test_countries_in_both_languages() -> None:
    assert all(
        map(is_country, ["Moldova", "Moldavie", "the Netherlands", "Bosnia and Herzegovina", "UK", "États-Unis"])
    )
    assert not any(map(is_country, ["Reuters", "Harbour Gazette", "Lib.", ""]))
