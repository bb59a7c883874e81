"""One person across the briefings of a library, whatever each of them prints. All people and places are invented."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onrecord.rag import Library
from onrecord.rag.people.register import Known, LibrarySpeakers

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


def test_people_who_only_share_a_surname_stay_apart() -> None:
    people = LibrarySpeakers(
        [
            (Known("Ann Lee", "Senator"), "SENATOR ANN LEE", 3),
            (Known("Lee", "Senator"), "SENATOR LEE", 1),
            (Known("Lee", "Prime Minister"), "PRIME MINISTER LEE", 1),
            (Known("Ms. Bell"), "MS. BELL", 1),
            (Known("Ann Bell", "Mayor"), "MS. BELL", 1),
            (Known("Iris Bell", "Judge"), "JUDGE BELL", 1),
        ]
    )
    assert people.identity("Lee", "Senator", None).name == "Ann Lee"
    assert people.identity("Lee", "Prime Minister", None).name == "Lee"
    assert people.identity("Ms. Bell", None, None).name == "Ms. Bell"
    assert set(people.called("Ann Lee")) == {Known("Ann Lee", "Senator"), Known("Lee", "Senator")}
    assert people.identity("Nobody", None, None).name == "Nobody"


SPEAKERS = st.tuples(
    st.builds(
        Known,
        st.sampled_from(["Ann Bell", "Anne Bell", "Ms. Bell", "Bell", "ANN BELL", "Ian Vik", "Mr. Vik", "Chair", "é"]),
        st.sampled_from([None, "Minister", "Prime Minister"]),
        st.sampled_from([None, "Coast Radio"]),
    ),
    st.sampled_from([None, "MS. BELL", "MR. VIK", "ANN BELL"]),
    st.integers(1, 3),
)


@settings(deadline=None)
@given(st.lists(SPEAKERS, max_size=10))
def test_everyone_is_found_under_the_name_shown(printed: list[tuple[Known, str | None, int]]) -> None:
    people = LibrarySpeakers(printed)
    for known, _, _ in printed:
        identity = people.identity(known.name, known.role, known.outlet)
        assert known in people.called(identity.name)
        assert known in people.called(known.name)
        assert identity.name in {other.name for other, _, _ in printed}
