"""Two people of one surname, and two voices of one number, are never taken for one. All are invented."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from onrecord.rag import Answer, Library, export
from onrecord.rag.checking.report import report_text

COUNCIL = """SEA WALL COUNCIL
12 May 2025

Ann Bell, Mayor of Wenlow: The sea wall will cost ninety million crowns. The sea wall protects the old town.

Q: Tomas Ohara, Gull Daily. Who pays for the sea wall?

Iris Bell, Judge of Ostmere: The sea wall has no permit yet. I stopped the sea wall in March. No sea wall may be built \
without a permit.

Ann Bell, Mayor of Wenlow: The town pays for it, and not one crown comes from the fishing fleet.
"""
SESSION = """JOINT SESSION
20 May 2025

Clara Marsh, Minister for Health: Good morning. The clinic on Stane stays open through the winter.

Owen Marsh, Minister for Ports: The channel will be dredged before October.

Lena Vosk, Leader of the Opposition: This government has no plan for the winter at all.

Clara Marsh, Minister for Health: We have one, and it is on the table in front of you.

Owen Marsh, Minister for Ports: The harbour has a plan of its own.

Lena Vosk, Leader of the Opposition: I have not seen it.
"""
HARBOUR = """HARBOUR COMMITTEE
3 May 2025

Speaker 1: I am for the barrier, and I have been for the barrier since March.

Speaker 2: Why are you for the barrier?

Speaker 1: It keeps the old town of Wenlow dry.
"""
PORTS = """PORTS COMMITTEE
3 June 2025

Speaker 1: I am against the barrier, because it costs far too much.

Speaker 2: Do you not want the town to stay dry?

Speaker 1: I want it dry at a lower price.
"""
NO_PLAN = "This government has no plan for the winter at all"
HARBOUR_1, PORTS_1 = "Speaker 1 (HARBOUR COMMITTEE, 3 May 2025)", "Speaker 1 (PORTS COMMITTEE, 3 June 2025)"


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Four briefings, embedded with the bundled model."""
    folder: Path = tmp_path_factory.mktemp("people")
    files = {"council": COUNCIL, "session": SESSION, "harbour": HARBOUR, "ports": PORTS}
    for name, text in files.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    with Library.open(folder / "library") as opened:
        assert not opened.add([folder / f"{name}.txt" for name in files]).failed
        yield opened


def speakers(answer: Answer) -> list[str | None]:
    return [citation.speaker for citation in answer.citations]


def test_everybody_is_listed_once_and_alone(library: Library) -> None:
    names = library.names()["speaker"]
    assert {"Ann Bell", "Iris Bell", "Clara Marsh", HARBOUR_1, PORTS_1} <= set(names)
    assert "Speaker 1" not in names
    for name in names:
        found = library.search("What about the barrier and the sea wall?", k=20, speaker=name)
        assert {hit.passage.speaker for hit in found} == {name}


@pytest.mark.parametrize(
    ("speaker", "found"),
    [
        ("Ann Bell", {"Ann Bell"}),
        ("Iris Bell", {"Iris Bell"}),
        ("Bell", {"Ann Bell", "Iris Bell"}),
        ("Oscar Bell", set()),
        ("Speaker 1", {HARBOUR_1, PORTS_1}),
        (PORTS_1, {PORTS_1}),
    ],
)
def test_a_filter_finds_nobody_else(library: Library, speaker: str, found: set[str]) -> None:
    hits = library.search("What about the barrier and the sea wall?", k=20, speaker=speaker)
    assert {hit.passage.speaker for hit in hits} == found


@pytest.mark.parametrize(
    ("question", "counted", "cited"),
    [
        ("Every time Ann Bell mentioned the sea wall", ["2 mentions by Ann Bell in"], ["Ann Bell"] * 2),
        ("How often did Iris Bell mention the sea wall?", ["3 mentions by Iris Bell in"], ["Iris Bell"] * 3),
        (
            "Every time Bell mentioned the sea wall",
            ["2 mentions by Ann Bell in", "3 mentions by Iris Bell in"],
            ["Ann Bell"] * 2 + ["Iris Bell"] * 3,
        ),
        (
            "Every time Speaker 1 mentioned the barrier",
            [f"2 mentions by {HARBOUR_1} in", f"1 mention by {PORTS_1} in"],
            [HARBOUR_1, PORTS_1],
        ),
        (f"Every time {PORTS_1} mentioned the barrier", [f"1 mention by {PORTS_1} in"], [PORTS_1]),
    ],
)
def test_mentions_are_counted_for_each_of_them(
    library: Library, question: str, counted: list[str], cited: list[str]
) -> None:
    answer = library.ask(question)
    assert all(count in answer.text for count in counted)
    assert answer.text.count(" in the ") == len(counted)
    assert speakers(answer) == cited


def test_whoever_is_not_on_record_said_nothing(library: Library) -> None:
    for question in ("Every time Oscar Bell mentioned the sea wall", "What did Oscar Bell say about the sea wall?"):
        answer = library.ask(question)
        assert (answer.status, answer.citations) == ("not_found", ())


@pytest.mark.parametrize(
    ("question", "speaker"),
    [
        ("What did Ann Bell say about the sea wall?", "Ann Bell"),
        ("What did Iris Bell say about the sea wall?", "Iris Bell"),
        ("What did Owen Marsh say about the channel?", "Owen Marsh"),
        ("What did Clara Marsh say about the channel?", "Clara Marsh"),
        ("Qu'a dit Ann Bell sur le permis ?", "Ann Bell"),
        (f"What did {HARBOUR_1} say about the barrier?", HARBOUR_1),
    ],
)
def test_nobody_elses_words_answer_for_a_person(library: Library, question: str, speaker: str) -> None:
    assert set(speakers(library.ask(question))) <= {speaker}


def test_the_words_of_whom_a_filter_means_answer(library: Library) -> None:
    answer = library.ask("What about the sea wall?", speaker="Iris Bell")
    assert set(speakers(answer)) <= {"Iris Bell"}
    listed = library.ask("Every mention of the barrier", speaker=HARBOUR_1)
    assert set(speakers(listed)) == {HARBOUR_1}


def test_two_strangers_do_not_change_position(library: Library) -> None:
    answer = library.ask("How has Speaker 1's position on the barrier changed?")
    assert {HARBOUR_1, PORTS_1} >= set(speakers(answer))
    assert "Words only in" not in answer.text


def test_what_somebody_asked_is_what_that_one_asked(library: Library) -> None:
    answer = library.ask("What did Speaker 2 (PORTS COMMITTEE, 3 June 2025) ask?")
    assert "Do you not want the town to stay dry?" in answer.text
    assert "Why are you for the barrier?" not in answer.text


@pytest.mark.parametrize(
    ("article", "verdict", "same", "may_be"),
    [
        ("“I stopped the sea wall in March,” said Iris Bell.", "verbatim", True, ()),
        ("“I stopped the sea wall in March,” said Ann Bell.", "other_speaker", False, ()),
        ("“I stopped the sea wall in March,” said Bell.", "verbatim", None, ("Ann Bell", "Iris Bell")),
        ("Mayor Ann Bell spoke first. “I stopped the sea wall in March,” Bell said.", "other_speaker", False, ()),
        ("“The channel will be dredged before October,” Owen Marsh said.", "verbatim", True, ()),
        ("“The channel will be dredged before October,” Ms. Clara Marsh said.", "other_speaker", False, ()),
        (f"“{NO_PLAN},” the minister for ports said.", "other_speaker", False, ()),
        (f"“{NO_PLAN},” the health minister said.", "other_speaker", False, ()),
        (f"“{NO_PLAN},” said the leader of the opposition.", "verbatim", True, ()),
        ("“It keeps the old town of Wenlow dry,” said Ann Bell.", "verbatim", None, ()),
    ],
)
def test_a_check_says_whose_words_they_are(
    library: Library, article: str, verdict: str, same: bool | None, may_be: tuple[str, ...]
) -> None:
    report = library.check(article)
    finding = next(one for one in report.findings if one.kind == "quotation")
    assert (finding.verdict, finding.same_speaker, finding.may_be) == (verdict, same, may_be)
    assert all(citation.speaker in report_text(report) for citation in finding.citations if citation.speaker)
    assert all(name in report_text(report) for name in may_be)


def test_a_table_of_quotes_gives_each_to_its_speaker(library: Library) -> None:
    answer = library.ask("Every time Bell mentioned the sea wall")
    briefings = {briefing.id: briefing for briefing in library.briefings()}
    rows = list(csv.DictReader(io.StringIO(export(answer, "csv", briefings).lstrip("\ufeff"))))
    assert [row["speaker"] for row in rows] == ["Ann Bell"] * 2 + ["Iris Bell"] * 3
    for row in rows:
        assert row["turn"].startswith(row["speaker"])


TUNNEL = """JOINT PRESS CONFERENCE
9 September 2025

PRESIDENT HOLM:  Please, have a seat.  The Chancellor and I agree on the tunnel.

CHANCELLOR WEISS:  (As interpreted.)  Thank you, Mr. President.  The tunnel will be ready in 2031.

PRESIDENT HOLM:  And she said it was impossible!

CHANCELLOR WEISS:  (In English.)  I said it was expensive.

Q    President Holm, you said in 2019 that "the tunnel is a folly."  What changed?  And Chancellor, who pays for it?

PRESIDENT HOLM:  The rock changed.  Chancellor?

CHANCELLOR WEISS:  (As interpreted.)  Lochty pays forty percent.
"""


def test_a_stage_direction_is_quoted_as_nobodys_answer(tmp_path: Path) -> None:
    (tmp_path / "tunnel.txt").write_text(TUNNEL, encoding="utf-8")
    with Library.open(tmp_path / "library") as library:
        library.add(tmp_path / "tunnel.txt")
        answer = library.ask("What did Weiss say about the tunnel?")
    assert answer.status == "answered"
    assert {citation.speaker for citation in answer.citations} == {"Weiss"}
    assert any("The tunnel will be ready in 2031." in citation.quote for citation in answer.citations)
    assert not any("interpreted" in citation.quote for citation in answer.citations)
