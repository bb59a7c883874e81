"""Two briefings side by side: what is paired is on one subject, every quote a slice. All words are invented."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from onrecord.rag import Citation, Comparison, InvalidRequest, Library, UnknownBriefing
from onrecord.ui.command.cli import app


def briefing(library: Library, name: str) -> str:
    [found] = [one.id for one in library.summaries() if one.file.startswith(name)]
    return found


@pytest.fixture(scope="module")
def alliance(sample_library: Library) -> Comparison:
    return sample_library.compare(
        briefing(sample_library, "alliance-defence"), briefing(sample_library, "alliance-cable")
    )


def quotes(comparison: Comparison) -> list[Citation]:
    paired = [quote for one in comparison.opposite for quote in (one.first, one.second)]
    return [*paired, *(one.quote for one in (*comparison.only_first, *comparison.only_second))]


def paired(comparison: Comparison) -> list[tuple[str, str]]:
    return [(one.first.quote, one.second.quote) for one in comparison.opposite]


def test_every_quote_is_a_slice_of_its_side(sample_library: Library, alliance: Comparison) -> None:
    numbers = [quote.number for quote in quotes(alliance)]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    for quote in quotes(alliance):
        assert sample_library.briefing(quote.briefing_id).text[quote.start : quote.end] == quote.quote
    for one in alliance.opposite:
        assert (one.first.briefing_id, one.second.briefing_id) == (
            alliance.first.briefing_id,
            alliance.second.briefing_id,
        )


def test_what_was_said_twice_of_one_subject_stands_opposite(alliance: Comparison) -> None:
    found = paired(alliance)
    assert (
        "Our aim is 800,000 by the end of this year.",
        "We remain on course for 800,000 by the end of the year.",
    ) in found
    assert any("too early to say" in first and "too early to say" in second for first, second in found)
    assert alliance.opposite == tuple(sorted(alliance.opposite, key=lambda one: -one.score))
    assert all(one.shared for one in alliance.opposite)


def test_what_differs_is_named(sample_library: Library) -> None:
    first, second = briefing(sample_library, "ostmere-transport"), briefing(sample_library, "ostmere-islands")
    [link] = [one for one in sample_library.compare(first, second).opposite if "Selkie" in one.shared]
    assert "35" in link.figures
    assert link.figures_second == ("41",)
    assert link.sure


def test_quotes_are_paired_across_languages(sample_library: Library) -> None:
    first, second = briefing(sample_library, "corvanne-sante"), briefing(sample_library, "ostmere-medical")
    best = sample_library.compare(first, second).opposite[0]
    assert "doses" in best.first.quote
    assert "doses" in best.second.quote
    assert (best.first.language, best.second.language) == ("fr", "en")
    assert best.words == best.words_second == ()


def test_where_nothing_fits_nothing_is_paired(sample_library: Library) -> None:
    first, second = briefing(sample_library, "corvanne-sante"), briefing(sample_library, "alliance-cable")
    found = sample_library.compare(first, second)
    assert (found.pairs, found.opposite) == (0, ())
    assert found.only_first
    assert found.only_second


def test_one_persons_words_alone(sample_library: Library, alliance: Comparison) -> None:
    first, second = alliance.first.briefing_id, alliance.second.briefing_id
    found = sample_library.compare(first, second, speaker="Halvorsen")
    assert {quote.speaker for quote in quotes(found)} == {"Ingrid Halvorsen"}
    assert found.second.statements < alliance.second.statements
    silent = sample_library.compare(first, second, speaker="Nobody Known")
    assert (silent.first.statements, silent.second.statements, quotes(silent)) == (0, 0, [])
    assert {one.id for one in sample_library.summaries(speaker="Halvorsen")} == {first, second}


def test_the_same_is_found_every_time_and_from_either_side(sample_library: Library, alliance: Comparison) -> None:
    first, second = alliance.first.briefing_id, alliance.second.briefing_id
    assert sample_library.compare(first, second) == alliance
    turned = sample_library.compare(second, first)
    assert set(paired(turned)) == {(b, a) for a, b in paired(alliance)}


def test_what_cannot_be_compared_is_refused(sample_library: Library, alliance: Comparison) -> None:
    with pytest.raises(InvalidRequest, match="same briefing"):
        sample_library.compare(alliance.first.briefing_id, alliance.first.briefing_id)
    with pytest.raises(UnknownBriefing):
        sample_library.compare(alliance.first.briefing_id, "nothing")


def test_two_versions_of_a_briefing_and_a_model_without_words_are_compared(
    small_library: Library, tmp_path: Path
) -> None:
    file = tmp_path / "harbour.txt"
    said = [
        "The Tidewall Fund pays for nine of the twelve Lysvik gates.",
        "Eight hundred people work in the grain port beside the old customs house.",
        "The northern railway carries timber from Orren every second Tuesday.",
        "Schools along the river Ashel reopen when the flood marks are painted.",
    ]
    text = "Harbour briefing\n\n" + "\n\n".join(said) + "\n"
    file.write_text(text, encoding="utf-8")
    small_library.add(file)
    [before] = small_library.summaries()
    file.write_text(text.replace("nine", "eleven"), encoding="utf-8")
    small_library.add(file)
    [after] = small_library.summaries()
    found = small_library.compare(before.id, after.id)
    [changed] = [one for one in found.opposite if "Tidewall" in one.first.quote]
    assert (changed.words, changed.words_second) == (("nine",), ("eleven",))
    assert found.pairs == len(said)


def test_the_command_prints_both_ways(sample_library: Library, alliance: Comparison) -> None:
    ids = [alliance.first.briefing_id, alliance.second.briefing_id]
    run = CliRunner()
    said = run.invoke(app, ["--library", str(sample_library.folder), "compare", *ids], env={"LANG": "en_GB.UTF-8"})
    assert said.exit_code == 0, said.output
    assert "“Our aim is 800,000 by the end of this year.”" in said.output
    as_json = run.invoke(app, ["--library", str(sample_library.folder), "compare", *ids, "--json"])
    given = json.loads(as_json.output)
    assert given["pairs"] == alliance.pairs
    assert given["opposite"][0]["first"]["quote"] == alliance.opposite[0].first.quote
