"""Search inside filters, and at the edges: what passes is ranked as if nothing else were there."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from onrecord.rag import FilterOptions, InvalidRequest, Library, Passage, Passing, Settings

# (filter, how many of the library's passages pass): one in a hundred, and more than are looked up for ten.
FILTERS = [
    ({"speaker": "Ada Rare"}, 20),
    ({"since": "2031-05-01", "until": "2031-05"}, 20),
    ({"language": "fr"}, 20),
    ({"speaker": "Ben Often"}, 250),
    ({"until": "2030-01"}, 300),
    ({"speaker": ("Ada Rare", "Ben Often")}, 270),
    ({"speaker": ["Ben Often", "Ben Often", "Nobody Known"]}, 250),
    ({"speaker": ("Ada Rare", "Ben Often"), "until": "2030-03"}, 250),
    ({"language": ("fr", "de")}, 20),
]
WORDS = ["harbour", "bridge", "budget", "school", "ferry", "winter", "market", "garden", "letter", "window", "river"]
FRENCH = "Nous avons dit que le {} et la {} ne sont pas prêts, et que les travaux du {} commenceront au printemps {}."
GERMAN = "Wir haben gesagt, dass {} und {} noch nicht fertig sind und dass die Arbeiten an {} im Frühjahr {} beginnen."
ENGLISH = "We have said that the {} and the {} are not ready, and that the work on the {} begins in the spring of {}."


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, small_model: Path) -> Iterator[Library]:
    """2,000 passages of invented prose."""
    folder = tmp_path_factory.mktemp("filters")
    chance = random.Random(3)

    def write(name: str, date: str, speakers: list[str], sentence: str, turns: int) -> None:
        lines = [f"Briefing {name}", f"Date: {date}", ""]
        for number in range(turns):
            said = (sentence.format(*chance.choices(WORDS, k=3), chance.randrange(1900, 2100)) for _ in range(6))
            lines += [f"{speakers[number % len(speakers)]}: " + " ".join(said), ""]
        (folder / "files" / f"{name}.txt").write_text("\n".join(lines), encoding="utf-8")

    (folder / "files").mkdir()
    write("first", "2030-01-15", ["Cato Others", "Dora Others"], ENGLISH, 300)
    write("often", "2030-03-02", ["Ben Often", "Cato Others"], ENGLISH, 500)
    write("rare", "2030-04-02", ["Ada Rare", *["Cato Others", "Dora Others"] * 12], ENGLISH, 500)
    write("late", "2031-05-20", ["Cato Others", "Dora Others"], ENGLISH, 20)
    write("french", "2030-06-20", ["Cato Others", "Dora Others"], FRENCH, 20)
    write("last", "2032-06-20", ["Cato Others", "Dora Others"], ENGLISH, 660)
    with Library.open(settings=Settings(library=folder / "library", model=str(small_model))) as opened:
        assert not opened.add(folder / "files").failed
        yield opened


def passes(passage: Passage, date: str, limits: dict[str, Any]) -> bool:
    def is_any(name: str, value: str | None) -> bool:
        wanted = limits.get(name, value)
        return value == wanted if isinstance(wanted, str) else value in wanted

    return (
        is_any("speaker", passage.speaker)
        and is_any("language", passage.language)
        and limits.get("since", "") <= date
        and date[: len(limits.get("until", ""))] <= limits.get("until", "")
    )


@pytest.mark.parametrize(("limits", "count"), FILTERS)
@pytest.mark.parametrize("question", ["What about the ferry in winter 1984?", "Que dit-on du budget de 2010 ?"])
def test_a_filtered_search_is_the_top_of_all_that_passes(
    library: Library, limits: dict[str, Any], count: int, question: str
) -> None:
    everything = [(item.date or "", passage) for item in library.summaries() for passage in library.passages(item.id)]
    passing = {passage.id for date, passage in everything if passes(passage, date, limits)}
    assert len(everything) == 2000
    assert len(passing) == count
    # With room for all, every passage that passes is weighed.
    whole = library.search(question, k=len(everything), **limits)
    assert {hit.passage.id for hit in whole} == passing
    for k in (1, 10, count):
        best = library.search(question, k=k, **limits)
        assert [(hit.passage.id, hit.rank) for hit in best] == [(hit.passage.id, hit.rank) for hit in whole[:k]]


def test_a_search_for_more_than_there_is_gives_all_and_an_empty_filter_nothing(library: Library) -> None:
    assert len({hit.passage.id for hit in library.search("What of the bridge?", k=10_000)}) == 2000
    assert library.search("What of the bridge?", speaker="Nobody Known") == []
    assert library.search("What of the bridge?", since="2040") == []
    assert library.search("What of the bridge?", speaker="Ada Rare", until="2029") == []


def test_libraries_of_no_passage_and_of_one(small_library: Library, tmp_path: Path) -> None:
    assert small_library.search("What of the bridge?") == []
    (tmp_path / "one.txt").write_text("Mayor Ilse Brandt: The bridge opens in May.", encoding="utf-8")
    small_library.add(tmp_path / "one.txt")
    for question in ("What of the bridge?", "Quand ouvre le pont ?", "?"):
        (hit,) = small_library.search(question, k=3)
        assert "The bridge opens in May." in hit.passage.text
    assert small_library.search("What of the bridge?", language="fr") == []


def test_several_briefings_kinds_and_roles_are_any_of_them(library: Library) -> None:
    ids = {one.file: one.id for one in library.summaries()}
    hits = library.search("What of the bridge?", k=10_000, briefing=(ids["late.txt"], ids["french.txt"]))
    assert {hit.passage.briefing_id for hit in hits} == {ids["late.txt"], ids["french.txt"]}
    assert library.passing(kind=("statement", "question"), language="fr").passages == 20
    assert library.passing(briefing=(ids["late.txt"], ids["french.txt"]), language="en").briefings == 1
    answer = library.ask("What was said of the bridge?", speaker=("Ada Rare", "Ben Often"))
    assert {hit.passage.speaker for hit in answer.hits} <= {"Ada Rare", "Ben Often"}
    assert answer.searched_passages == 270


def test_a_list_that_nothing_could_pass_is_refused_and_so_is_one_of_dates(library: Library) -> None:
    with pytest.raises(InvalidRequest, match="speaker is an empty list"):
        library.search("What of the bridge?", speaker=[])
    with pytest.raises(InvalidRequest, match="since"):
        library.search("What of the bridge?", since=["2030", "2031"])  # type: ignore[arg-type]
    with pytest.raises(InvalidRequest, match="'shout'"):
        library.search("What of the bridge?", kind=["answer", "shout"])  # type: ignore[list-item]


def test_undated_briefings_that_a_limit_on_dates_leaves_out_are_counted(small_library: Library, tmp_path: Path) -> None:
    for name, speaker in (("first", "Ada Rare"), ("second", "Ada Rare"), ("third", "Ben Often")):
        said = ENGLISH.format("harbour", name, "ferry", "that year")
        turns = [f"{one}: {said}" for one in (speaker, "Dora Others", speaker)]
        (tmp_path / f"{name}.txt").write_text("\n\n".join(turns), encoding="utf-8")
    small_library.add([tmp_path / "first.txt", tmp_path / "third.txt"])
    small_library.add(tmp_path / "second.txt", date="2031-02-03")
    assert small_library.passing(since="2031") == Passing(briefings=1, passages=3, undated=2)
    assert small_library.passing(until="2030", speaker="Ada Rare") == Passing(briefings=0, passages=0, undated=1)
    assert small_library.passing(speaker="Ada Rare") == Passing(briefings=2, passages=4, undated=0)
    first = next(one.id for one in small_library.summaries() if one.file == "first.txt")
    assert small_library.passing(since="2031", briefing=first) == Passing(briefings=0, passages=0, undated=1)
    answer = small_library.ask("What of the ferry?", since="2031")
    assert (answer.searched_briefings, answer.undated) == (1, 2)
    assert small_library.ask("What of the ferry?").undated == 0


@pytest.mark.parametrize(
    "limits",
    [
        {},
        {"speaker": "Ada Rare"},
        {"speaker": ("Ada Rare", "Bell"), "role": "minister", "since": "2030"},
        {"role": ("Minister", "Nobody's role"), "kind": "answer", "language": ("en", "fr")},
        {"outlet": "Coastal Herald", "until": "2030-12"},
        {"speaker": "Nobody Known", "language": "de"},
    ],
)
def test_what_each_value_would_leave_is_what_passes_it(named: Library, limits: FilterOptions) -> None:
    names, tallies = named.names(), named.tallies(**limits)
    assert {kind: list(values) for kind, values in tallies.items()} == names
    for kind, counts in tallies.items():
        for value, count in counts.items():
            assert count == named.passing(**{**limits, kind: value}).passages, (kind, value)  # type: ignore[typeddict-item]


@pytest.mark.parametrize(
    ("title", "meant"),
    [
        # Whoever is printed as "ministre", and no minister besides.
        ("la ministre", {"Anne Holm"}),
        ("Madame la ministre", {"Anne Holm"}),
        ("the Minister", {"Ada Rare", "Ben Often"}),
        # Nobody is printed so: the office is meant, in whatever form and language.
        ("la ministra", {"Ada Rare", "Ben Often", "Anne Holm", "Ida Lund"}),
        ("die Ministerin", {"Ada Rare", "Ben Often", "Anne Holm", "Ida Lund"}),
        ("die Verkehrsministerin", {"Ida Lund"}),
        ("Frau Bürgermeisterin", {"Cato Others"}),
        ("la ministre des Transports", set()),
        ("the harbour", set()),
    ],
)
def test_an_office_is_a_limit_with_its_article_in_any_language(offices: Library, title: str, meant: set[str]) -> None:
    assert {hit.passage.speaker for hit in offices.search("Hafen", k=50, role=title)} == meant


def test_an_office_as_speaker_means_those_who_hold_it(offices: Library) -> None:
    assert {hit.passage.speaker for hit in offices.search("port", speaker="Madame la ministre")} == {"Anne Holm"}
    assert {hit.passage.speaker for hit in offices.search("port", speaker="the Mayor")} == {"Cato Others"}
    # A name comes before an office.
    assert {hit.passage.speaker for hit in offices.search("port", speaker="Often")} == {"Ben Often"}
    assert offices.passing(speaker="the Ambassador").passages == 0


def spoken(folder: Path, model: Path, briefings: dict[str, tuple[str, str, str, str]]) -> Library:
    """A library of invented briefings: by name the date, the two who speak by turns, and what each says."""
    (folder / "files").mkdir()
    for name, (date, first, second, sentence) in briefings.items():
        said = [sentence.format(*WORDS[place : place + 3], 2000 + place) for place in range(4)]
        turns = [f"{(first, second)[place % 2]}: {words}" for place, words in enumerate(said)]
        text = "\n\n".join([f"Briefing {name}", f"Date: {date}", *turns])
        (folder / "files" / f"{name}.txt").write_text(text, encoding="utf-8")
    opened = Library.open(settings=Settings(library=folder / "library", model=str(model)))
    assert not opened.add(folder / "files").failed
    return opened


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory, small_model: Path) -> Iterator[Library]:
    """Briefings whose people share surnames, roles and outlets."""
    briefings = {
        "one": ("2030-02-01", "Minister of Ferries Ada Rare", "Ben Bell (Coastal Herald)", ENGLISH),
        "two": ("2031-03-02", "Minister Ada Rare", "Cato Bell (Herald)", ENGLISH),
        "three": ("2030-04-03", "Speaker 1", "Bell", ENGLISH),
        "four": ("2030-05-04", "Ministre Ada Rare", "Speaker 1", FRENCH),
    }
    with spoken(tmp_path_factory.mktemp("named"), small_model, briefings) as opened:
        yield opened


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory, small_model: Path) -> Iterator[Library]:
    """Briefings by people who hold offices, printed in three languages."""
    briefings = {
        "one": ("2030-02-01", "Minister Ada Rare", "Deputy Minister Ben Often", ENGLISH),
        "two": ("2031-03-02", "Ministre Anne Holm", "Dora Others", FRENCH),
        "three": ("2030-04-03", "Verkehrsministerin Ida Lund", "Bürgermeister Cato Others", GERMAN),
    }
    with spoken(tmp_path_factory.mktemp("offices"), small_model, briefings) as opened:
        yield opened
