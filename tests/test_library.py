"""Adding, versions, filters and removal, through the library's public methods."""

from __future__ import annotations

import sqlite3
import threading
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_models import random_model

from onrecord.rag import InvalidRequest, Library, LibraryError, Settings, UnknownBriefing
from onrecord.rag.store.sqlite.schema import DATABASE, VECTOR_CACHE

FIRST = """Harbour Minister Ada Quill
Good morning. The new breakwater will open in May, and it cost forty million crowns.
Ivo Stern, Coast Radio
Who paid for the breakwater?
Harbour Minister Ada Quill
The port authority paid for the breakwater, from its own reserves.
Ivo Stern, Coast Radio
And the lighthouse?
Harbour Minister Ada Quill
The lighthouse is paid for by the shipping levy, and it will be lit in June.
"""
CORRECTED = FIRST.replace("will open in May", "will open in July")


def rows(folder: Path) -> list[tuple[object, ...]]:
    """Every row of the database, but for what belongs to SQLite's full-text engine."""
    with sqlite3.connect(folder / DATABASE) as connection:
        return [
            (table, *row)
            for table in ("meta", "files", "briefings", "turns", "passages", "vectors")
            for row in connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2")
        ]


def write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_adding_keeps_text_file_and_passages(small_library: Library, tmp_path: Path) -> None:
    file = write(tmp_path, "harbour.txt", FIRST)
    report = small_library.add(file)
    assert [item.outcome for item in report.files] == ["added"]
    [briefing] = small_library.briefings()
    assert briefing.file == "harbour.txt"
    assert briefing.text == FIRST
    assert small_library.file(briefing.id) == file.read_bytes()
    passages = small_library.passages(briefing.id)
    assert passages
    assert all(briefing.text[p.start : p.end] == p.text for p in passages)
    assert small_library.verify() == []


def test_adding_again_changes_no_row(small_library: Library, small_settings: Settings, tmp_path: Path) -> None:
    file = write(tmp_path, "harbour.txt", FIRST)
    copy = write(tmp_path / "elsewhere", "copy.txt", FIRST)
    small_library.add(file)
    before = rows(small_settings.library)
    report = small_library.add([file, copy])
    assert [item.outcome for item in report.files] == ["unchanged", "unchanged"]
    assert rows(small_settings.library) == before


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.text(max_size=200), st.lists(st.sampled_from(FIRST.split("\n")), max_size=12).map("\n".join)))
def test_adding_any_text_is_idempotent(
    small_library: Library, small_settings: Settings, tmp_path: Path, text: str
) -> None:
    name = f"{sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}.txt"
    file = tmp_path / name
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    [first] = small_library.add(file).files
    before = rows(small_settings.library)
    [second] = small_library.add(file).files
    assert rows(small_settings.library) == before
    assert second.briefing_id == first.briefing_id
    assert second.outcome == ("failed" if first.outcome == "failed" else "unchanged")


def test_metadata_given_overrides_and_updates(small_library: Library, tmp_path: Path) -> None:
    file = write(tmp_path, "harbour.txt", FIRST)
    write(tmp_path, "harbour.txt.meta.toml", 'title = "The harbour"\ndate = "2025-03-04"\n')
    small_library.add(file)
    [briefing] = small_library.briefings()
    assert (briefing.title, briefing.date) == ("The harbour", "2025-03-04")
    report = small_library.add(file, title="The breakwater", url="https://example.org/harbour")
    assert [item.outcome for item in report.files] == ["updated"]
    [updated] = small_library.briefings()
    assert (updated.title, updated.date, updated.url) == ("The breakwater", "2025-03-04", "https://example.org/harbour")
    assert [p.id for p in small_library.passages(updated.id)] == [p.id for p in small_library.passages(briefing.id)]
    assert small_library.verify() == []


def test_changed_file_becomes_a_new_version(small_library: Library, tmp_path: Path) -> None:
    file = write(tmp_path, "harbour.txt", FIRST)
    small_library.add(file)
    [first] = small_library.briefings()
    before = {p.text: p.id for p in small_library.passages(first.id)}
    write(tmp_path, "harbour.txt", CORRECTED)
    report = small_library.add(file)
    assert [item.outcome for item in report.files] == ["new version"]
    [second] = small_library.briefings()
    assert second.id != first.id
    after = {p.text: p.id for p in small_library.passages(second.id)}
    same = before.keys() & after.keys()
    assert same
    assert all(before[text] == after[text] for text in same), "unchanged words keep their passage id"
    changed = before.keys() ^ after.keys()
    assert all("open in" in text for text in changed)
    old = small_library.briefing(first.id)
    assert old.text == FIRST, "an old citation still resolves to the version it cited"
    assert old.superseded_by == second.id
    assert {hit.passage.briefing_id for hit in small_library.search("breakwater", k=50)} == {second.id}
    assert small_library.verify() == []


def test_earlier_version_added_again_is_current_again(small_library: Library, tmp_path: Path) -> None:
    file = write(tmp_path, "harbour.txt", FIRST)
    small_library.add(file)
    [first] = small_library.briefings()
    write(tmp_path, "harbour.txt", CORRECTED)
    small_library.add(file)
    write(tmp_path, "harbour.txt", FIRST)
    small_library.add(file)
    [current] = small_library.briefings()
    assert current.id == first.id
    assert current.superseded_by is None
    assert small_library.verify() == []


def test_removal_takes_all_versions_and_the_file(
    small_library: Library, small_settings: Settings, tmp_path: Path
) -> None:
    file = write(tmp_path, "harbour.txt", FIRST)
    small_library.add(file)
    [first] = small_library.briefings()
    write(tmp_path, "harbour.txt", CORRECTED)
    small_library.add(file)
    [second] = small_library.briefings()
    small_library.remove(second.id)
    assert small_library.briefings() == []
    assert {row[0] for row in rows(small_settings.library)} == {"meta"}
    for gone in (first.id, second.id):
        with pytest.raises(UnknownBriefing, match=gone):
            small_library.briefing(gone)
    assert small_library.search("breakwater") == []


def test_bad_files_are_reported_and_the_rest_added(small_library: Library, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    write(folder, "good.txt", FIRST)
    write(folder, "empty.txt", "")
    (folder / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8)
    (folder / "latin.txt").write_bytes(
        "Le ministre a annoncé des mesures d'été. La sécurité reste la priorité. ".encode("latin-1") * 5
    )
    write(folder, "long.txt", "\n".join(f"Sentence number {n} says something of its own." for n in range(110_000)))
    report = small_library.add([folder, tmp_path / "missing.txt"])
    outcomes = {item.file: item.outcome for item in report.files}
    assert outcomes == {
        "empty.txt": "failed",
        "good.txt": "added",
        "latin.txt": "added",
        "long.txt": "added",
        "missing.txt": "failed",
        "picture.txt": "failed",
    }
    assert len(report.failed) == 3
    assert all("\n" not in item.message and item.file in item.message for item in report.failed)
    latin = next(briefing for briefing in small_library.briefings() if briefing.file == "latin.txt")
    assert "annoncé des mesures d'été" in latin.text
    assert small_library.verify() == []


@pytest.mark.parametrize(
    "filters",
    [
        {"speaker": "quill"},
        {"speaker": "Ada Qill"},
        {"since": "2025-01-15", "until": "2025-02-15", "speaker": "Stern"},
        {"speaker": "nobody at all"},
    ],
)
def test_filters_give_what_brute_force_gives(small_library: Library, tmp_path: Path, filters: dict[str, str]) -> None:
    for month in (1, 2, 3):
        file = write(tmp_path, f"harbour-{month}.txt", FIRST.replace("forty", f"{month}0"))
        small_library.add(file, date=f"2025-0{month}-10")
    everything = small_library.search("Who paid for the lighthouse?", k=1000)
    dates = {briefing.id: briefing.date or "" for briefing in small_library.briefings()}

    def passes(hit_index: int) -> bool:
        passage = everything[hit_index].passage
        name = (passage.speaker or "").lower()
        wanted = filters.get("speaker", "").lower().replace("qill", "quill")
        return (
            all(word in name for word in wanted.split())
            and dates[passage.briefing_id] >= filters.get("since", "")
            and dates[passage.briefing_id][:7] <= filters.get("until", "9")
            and filters.get("language", passage.language) == passage.language
        )

    expected = {everything[i].passage.id for i in range(len(everything)) if passes(i)}
    found = small_library.search("Who paid for the lighthouse?", k=1000, **filters)  # type: ignore[arg-type]
    assert {hit.passage.id for hit in found} == expected
    assert [hit.rank for hit in found] == list(range(1, len(found) + 1))


@pytest.mark.parametrize("question", ["", "   \n", "why " * 1000])
def test_unusable_questions_are_refused(small_library: Library, question: str) -> None:
    with pytest.raises(InvalidRequest):
        small_library.search(question)
    with pytest.raises(InvalidRequest):
        small_library.ask(question)


def test_unusable_filters_are_refused(small_library: Library) -> None:
    with pytest.raises(InvalidRequest, match="2026-02-12"):
        small_library.search("why", since="last week")
    with pytest.raises(InvalidRequest, match="statement"):
        small_library.search("why", kind="shout")  # type: ignore[arg-type]
    with pytest.raises(InvalidRequest):
        small_library.search("why", k=0)


@pytest.mark.parametrize("damage", ["delete", "truncate", "garbage", "stale"])
def test_vector_file_is_rebuilt_whatever_happens_to_it(small_settings: Settings, tmp_path: Path, damage: str) -> None:
    file = write(tmp_path, "harbour.txt", FIRST)
    with Library.open(settings=small_settings) as library:
        library.add(file)
        expected = [(hit.passage.id, hit.score) for hit in library.search("Who paid?", k=50)]
    cache = small_settings.library / VECTOR_CACHE
    assert cache.exists()
    if damage == "delete":
        cache.unlink()
    elif damage == "truncate":
        cache.write_bytes(cache.read_bytes()[:-10])
    elif damage == "garbage":
        content = bytearray(cache.read_bytes())
        content[-100] ^= 0xFF
        cache.write_bytes(bytes(content))
    else:
        stale = cache.read_bytes()
        with Library.open(settings=small_settings) as library:
            library.add(write(tmp_path, "other.txt", CORRECTED))
            expected = [(hit.passage.id, hit.score) for hit in library.search("Who paid?", k=50)]
        cache.write_bytes(stale)
    with Library.open(settings=small_settings) as library:
        assert [(hit.passage.id, hit.score) for hit in library.search("Who paid?", k=50)] == expected


def test_another_model_is_refused_with_the_remedy(small_settings: Settings, tmp_path: Path) -> None:
    with Library.open(settings=small_settings) as library:
        library.add(write(tmp_path, "harbour.txt", FIRST))
    another = small_settings.model_copy(update={"model": str(random_model(tmp_path / "another", seed=8))})
    with Library.open(settings=another) as library:
        with pytest.raises(LibraryError, match="onrecord reembed"):
            library.search("breakwater")
        count = library.reembed()
        assert count == len(library.passages(library.briefings()[0].id))
        assert library.search("breakwater")
        assert library.verify() == []


def test_library_of_another_format_is_refused(small_settings: Settings) -> None:
    Library.open(settings=small_settings).close()
    with sqlite3.connect(small_settings.library / DATABASE) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(LibraryError, match="format 99"):
        Library.open(settings=small_settings)


def test_a_file_that_is_no_database_is_refused(small_settings: Settings) -> None:
    small_settings.library.mkdir()
    (small_settings.library / DATABASE).write_text("this is not a database, but it is long enough to be read" * 50)
    with pytest.raises(LibraryError, match="not a database"):
        Library.open(settings=small_settings)


def test_searching_while_another_thread_adds(small_library: Library, tmp_path: Path) -> None:
    small_library.add(write(tmp_path, "harbour.txt", FIRST))
    finished = threading.Event()
    errors: list[BaseException] = []

    def search() -> None:
        while not finished.is_set():
            try:
                for hit in small_library.search("Who paid for the breakwater?", k=20):
                    assert hit.passage.text
            except BaseException as error:  # noqa: BLE001 - the thread must hand over whatever it met
                errors.append(error)
                return

    threads = [threading.Thread(target=search) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(30):
        small_library.add(write(tmp_path, f"more-{number}.txt", FIRST.replace("forty", str(number))))
    finished.set()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(small_library.summaries()) == 31
    assert small_library.verify() == []


def test_two_open_libraries_see_each_other(small_settings: Settings, tmp_path: Path) -> None:
    with Library.open(settings=small_settings) as one, Library.open(settings=small_settings) as other:
        one.add(write(tmp_path, "harbour.txt", FIRST))
        found = other.search("breakwater", k=50)
        assert found
        one.add(write(tmp_path, "other.txt", CORRECTED))
        assert len(other.search("breakwater", k=50)) > len(found)
        one.remove(found[0].passage.briefing_id)
        left = {hit.passage.briefing_id for hit in other.search("breakwater", k=50)}
        assert found[0].passage.briefing_id not in left
        assert left


def test_scores_are_cosines_in_order(small_library: Library, tmp_path: Path) -> None:
    small_library.add(write(tmp_path, "harbour.txt", FIRST))
    scores = [hit.score for hit in small_library.search("lighthouse", k=50)]
    assert scores == sorted(scores, reverse=True)
    assert np.isfinite(scores).all()
