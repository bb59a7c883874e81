"""One person across the briefings of a library, whatever each of them prints. All people and places are invented."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onrecord.rag import Library
from onrecord.rag.people.names import Known, same
from onrecord.rag.people.register import Identity, Place, Printed, Register

FIRST = """Remarks by Harbour Minister Mark Tarn
12 March 2025

Harbour Minister Mark Tarn
Good morning. The new breakwater will open in May, and it cost forty million crowns.
Ivo Stern, Coast Radio
Who paid for the breakwater?
Harbour Minister Mark Tarn
The port authority paid for the breakwater, from its own reserves.
"""
SECOND = """Harbour Minister Marc Tarn
The breakwater held in the storm, and the harbour stayed open through the night.
Ivo Stern, Coast Radio
Was anybody hurt at the breakwater?
Harbour Minister Marc Tarn
Nobody was hurt, and the boats are safe.
"""
THIRD = """Press Briefing by Press Secretary Ada Quill

MS. QUILL:  Good afternoon, everyone. The ferry timetable changes on Monday.
Q    Why does it change?
MS. QUILL:  Because the new ferry is faster than the old one was.
Q    Thank you.
MS. QUILL:  Thank you all for coming to the ferry briefing.
"""
FOURTH = """MS. QUILL:  Good afternoon. I have one announcement about the lighthouse today.
Q    Is the lighthouse closed?
MS. QUILL:  The lighthouse is closed for repairs until the summer.
MR. TARN:  I have nothing to add about the lighthouse repairs now.
"""
FIFTH = FIRST.replace("new breakwater will open in May", "old pier will close in June").replace("breakwater", "pier")


@pytest.fixture
def library(small_library: Library, tmp_path: Path) -> Library:
    for name, text in (("first", FIRST), ("second", SECOND), ("third", THIRD), ("fourth", FOURTH), ("fifth", FIFTH)):
        (tmp_path / f"{name}.txt").write_text(text, encoding="utf-8")
        small_library.add(tmp_path / f"{name}.txt")
    return small_library


def by_file(library: Library) -> dict[str, str]:
    return {summary.file: summary.id for summary in library.summaries()}


def test_a_filter_finds_a_person_under_every_spelling(library: Library) -> None:
    for wanted in ("Mark Tarn", "marc tarn"):
        hits = library.search("breakwater", k=20, speaker=wanted)
        found = {hit.passage.briefing_id for hit in hits}
        assert {hit.passage.speaker for hit in hits} == {"Mark Tarn"}
        assert found == {by_file(library)[name] for name in ("first.txt", "second.txt", "fifth.txt")}
    assert library.names()["speaker"].count("Mark Tarn") == 1
    assert "Marc Tarn" not in library.names()["speaker"]


def test_labels_stay_as_printed_and_quotes_are_slices(library: Library) -> None:
    second = library.briefing(by_file(library)["second.txt"])
    assert {turn.speaker for turn in second.turns} == {"Mark Tarn", "Ivo Stern"}
    assert {turn.label for turn in second.turns} == {"Harbour Minister Marc Tarn", "Ivo Stern, Coast Radio"}
    for passage in library.passages(second.id):
        assert second.text[passage.start : passage.end] == passage.text
    assert library.verify() == []


def test_a_surname_is_completed_from_another_briefing_and_marked(library: Library) -> None:
    fourth = library.briefing(by_file(library)["fourth.txt"])
    named = {turn.label: (turn.speaker, turn.inferred) for turn in fourth.turns if turn.label != "Q"}
    assert named["MS. QUILL"] == ("Ada Quill", True)
    # Printed under no such label elsewhere: he may be another Tarn.
    assert named["MR. TARN"] == ("Mr. Tarn", False)
    hits = library.search("lighthouse", k=20, speaker="Ada Quill")
    assert fourth.id in {hit.passage.briefing_id for hit in hits}
    answer = library.ask("Every time she mentioned the lighthouse")
    hers = [turn for turn in fourth.turns if turn.label == "MS. QUILL"]
    cited = [c.speaker for c in answer.citations if any(turn.start <= c.start < turn.end for turn in hers)]
    assert cited
    assert set(cited) == {"Ada Quill"}


def test_names_go_back_when_the_briefing_that_gave_them_goes(library: Library) -> None:
    library.remove(by_file(library)["third.txt"])
    fourth = library.briefing(by_file(library)["fourth.txt"])
    assert {turn.speaker for turn in fourth.turns if turn.label == "MS. QUILL"} == {"Ms. Quill"}


def register(*printed: tuple[Known, str | None, str]) -> Register:
    """A register of speakers with their labels and the briefings that print them, parted by blanks."""
    entries = [Printed(known, label, tuple(briefings.split())) for known, label, briefings in printed]
    ids = {briefing for entry in entries for briefing in entry.briefings}
    return Register(entries, {id_: Place(f"Briefing {id_}", "2025-05-03", "en", f"{id_}.txt") for id_ in ids})


def test_people_who_only_share_a_surname_stay_apart() -> None:
    people = register(
        (Known("Ann Lee", "Senator"), "SENATOR ANN LEE", "a b c"),
        (Known("Lee", "Senator"), "SENATOR LEE", "d"),
        (Known("Lee", "Prime Minister"), "PRIME MINISTER LEE", "e"),
        (Known("Ms. Bell"), "MS. BELL", "f"),
        (Known("Ann Bell", "Mayor"), "MS. BELL", "g"),
        (Known("Iris Bell", "Judge"), "JUDGE BELL", "h"),
    )
    assert people.identity("Lee", "Senator", None, "d").name == "Ann Lee"
    assert people.identity("Lee", "Prime Minister", None, "e").name == "Lee"
    assert people.identity("Ms. Bell", None, None, "f").name == "Ms. Bell"
    assert people.called("Ann Lee") == ["Ann Lee"]
    assert set(people.printed(["Ann Lee"])) == {Known("Ann Lee", "Senator"), Known("Lee", "Senator", briefing="d")}
    assert people.identity("Nobody", None, None, "a").name == "Nobody"


def test_a_filter_by_a_surname_keeps_all_its_bearers_and_a_full_name_nobody_else() -> None:
    people = register(
        (Known("Ann Bell", "Mayor"), "MAYOR ANN BELL", "a"),
        (Known("Iris Bell", "Judge"), "IRIS BELL", "b"),
        (Known("Bell"), "BELL", "c"),
        (Known("Ann Campbell"), "ANN CAMPBELL", "a"),
    )
    assert people.called("bell") == ["Ann Bell", "Bell", "Iris Bell"]
    assert people.called("Ann Bell") == ["Ann Bell"]
    assert people.called("A. Bell") == ["Ann Bell"]
    assert people.called("Ann") == ["Ann Bell", "Ann Campbell"]
    assert people.called("Oscar Bell") == []


def test_a_form_of_address_leaves_out_whom_a_label_addresses_otherwise() -> None:
    people = register(
        (Known("Owen Marsh"), "MR. MARSH", "a"),
        (Known("Clara Marsh"), "MS. MARSH", "a"),
        (Known("Mr. Marsh"), "MR. MARSH", "b"),
    )
    assert people.identity("Mr. Marsh", None, None, "b") == Identity("Owen Marsh", inferred=True)
    assert people.called("Ms Marsh") == ["Clara Marsh"]


def test_one_surname_in_two_briefings_is_two_people_where_two_bear_it() -> None:
    printed = [
        (Known("Ann Bell", "Mayor"), "MAYOR ANN BELL", "a"),
        (Known("Iris Bell", "Judge"), "IRIS BELL", "a"),
        (Known("Bell"), "BELL", "b c"),
        (Known("Bell", "Pilot"), "PILOT BELL", "d e"),
    ]
    people = register(*printed)
    assert people.identity("Bell", None, None, "b").name == "Bell (Briefing b, 3 May 2025)"
    assert people.identity("Bell", None, None, "c").name == "Bell (Briefing c, 3 May 2025)"
    assert people.identity("Bell", "Pilot", None, "d").name == people.identity("Bell", "Pilot", None, "e").name
    assert people.printed(people.called("Bell (Briefing b, 3 May 2025)")) == [Known("Bell", briefing="b")]
    # Where nobody else bears the surname, nothing says that there are two.
    alone = register(printed[2])
    assert alone.identity("Bell", None, None, "b").name == alone.identity("Bell", None, None, "c").name == "Bell"


def test_a_voice_without_a_name_is_another_in_every_briefing() -> None:
    people = register(
        (Known("Speaker 1"), "Speaker 1:", "a b"),
        (Known("Speaker 11"), "Speaker 11:", "a"),
        (Known("Unidentified Male"), "UNIDENTIFIED MALE", "a b"),
    )
    assert people.identity("Speaker 1", None, None, "a").name == "Speaker 1 (Briefing a, 3 May 2025)"
    assert people.identity("Speaker 11", None, None, "a").name == "Speaker 11"
    assert people.identity("Unidentified Male", None, None, "b").name == "Unidentified Male (Briefing b, 3 May 2025)"
    assert {known.briefing for known in people.printed(people.called("speaker 1"))} == {"a", "b"}
    assert [known.briefing for known in people.printed(people.called("Speaker 1 (Briefing b, 3 May 2025)"))] == ["b"]
    assert people.called("Speaker 11") == ["Speaker 11"]


def test_briefings_of_one_title_and_date_are_told_apart_by_their_files() -> None:
    place = Place("Minutes", "2025-05-03", "fr", "a.txt")
    people = Register(
        [Printed(Known("Intervenant 2"), None, ("a", "b", "c"))],
        {"a": place, "b": replace(place, file="b.txt"), "c": replace(place, file="b.txt")},
    )
    assert [people.identity("Intervenant 2", None, None, briefing).name for briefing in "abc"] == [
        "Intervenant 2 (Minutes, 3 mai 2025, a.txt)",
        "Intervenant 2 (Minutes, 3 mai 2025, b.txt, b)",
        "Intervenant 2 (Minutes, 3 mai 2025, b.txt, c)",
    ]


NAMES = ["Ann Bell", "Anne Bell", "Ms. Bell", "Bell", "ANN BELL", "Ian Vik", "Mr. Vik", "Chair", "é", "Speaker 1"]
SPEAKERS = st.tuples(
    st.builds(
        Known,
        st.sampled_from(NAMES),
        st.sampled_from([None, "Minister", "Prime Minister"]),
        st.sampled_from([None, "Coast Radio"]),
    ),
    st.sampled_from([None, "MS. BELL", "MR. VIK", "ANN BELL"]),
    st.sampled_from(["a", "b", "a b"]),
)


@settings(deadline=None)
@given(st.lists(SPEAKERS, max_size=10))
def test_everyone_is_found_under_the_name_shown_and_the_name_printed(
    printed: list[tuple[Known, str | None, str]],
) -> None:
    people = register(*printed)
    for known, _, briefings in printed:
        for briefing in briefings.split():
            identity = people.identity(known.name, known.role, known.outlet, briefing)
            for wanted in (identity.name, known.name):
                found = people.printed(people.called(wanted))
                assert known in found or replace(known, briefing=briefing) in found
            assert any(identity.name.startswith(other.name) for other, _, _ in printed)


@settings(deadline=None)
@given(st.lists(SPEAKERS, max_size=10))
def test_nobody_is_found_under_the_full_name_of_another(printed: list[tuple[Known, str | None, str]]) -> None:
    people = register(*printed)
    for wanted in ("Ann Bell", "Iris Bell"):
        assert all(
            same(Known(wanted), replace(known, briefing=None)) != "no"
            for known in people.printed(people.called(wanted))
        )


def test_the_people_of_a_large_library_are_told_apart() -> None:
    given = [f"{first}{second}{end}" for first in "BDKLMNRST" for second in "aeiou" for end in ("ran", "lis", "dor")]
    surnames = [f"{first}{second}{end}" for first in "BDFGKLMNPRST" for second in "aeiou" for end in ("mberg", "vik")]
    names = [f"{one} {other}" for one in given for other in surnames]
    people = register(*((Known(name), None, "a") for name in names))
    assert {people.identity(name, None, None, "a").name for name in names} == set(names)
