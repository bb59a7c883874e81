"""The indexes' files: brought forward from an earlier state, and never believed where they are another's or damaged."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from briefings import write_briefings

from onrecord.rag import Library, Settings
from onrecord.rag.store.sqlite.schema import VECTOR_CACHE, WORD_CACHE

CACHES = (VECTOR_CACHE, WORD_CACHE)


def found(settings: Settings) -> list[tuple[int, str]]:
    """All passages as a search ranks them, by a library that is opened for it."""
    with Library.open(settings=settings) as library:
        hits = library.search("When does the ferry open?", k=10_000)
        return [(hit.passage.id, hit.passage.briefing_id) for hit in hits]


def saved(settings: Settings) -> dict[str, bytes]:
    return {name: (settings.library / name).read_bytes() for name in CACHES}


def anew(settings: Settings) -> list[tuple[int, str]]:
    """What is found by indexes that are built anew."""
    for name in CACHES:
        (settings.library / name).unlink()
    return found(settings)


def test_a_little_that_is_new_is_read_from_the_database_and_much_is_saved(
    small_settings: Settings, tmp_path: Path
) -> None:
    files = write_briefings(tmp_path / "briefings", range(50))
    with Library.open(settings=small_settings) as library:
        library.add(files[:45])
    found(small_settings)
    before = saved(small_settings)
    with Library.open(settings=small_settings) as library:
        library.add(files[45])
        library.remove(library.summaries()[0].id)
        listed = {one.id for one in library.summaries()}
    assert {briefing for _, briefing in found(small_settings)} == listed
    assert saved(small_settings) == before
    with Library.open(settings=small_settings) as library:
        library.add(files[46:])
    few = found(small_settings)
    assert saved(small_settings) != before
    assert anew(small_settings) == few


def test_an_index_of_another_past_is_built_anew(small_settings: Settings, tmp_path: Path) -> None:
    """Both pasts have as many writes and passages: only the checksums tell them apart."""
    files = write_briefings(tmp_path / "briefings", range(3))
    with Library.open(settings=small_settings) as library:
        library.add(files[0])
    other = small_settings.model_copy(update={"library": tmp_path / "other"})
    shutil.copytree(small_settings.library, other.library)
    for settings, file in ((small_settings, files[1]), (other, files[2])):
        with Library.open(settings=settings) as library:
            library.add(file)
        found(settings)
    for name in CACHES:
        shutil.copy(other.library / name, small_settings.library / name)
    mixed = found(small_settings)
    assert len({briefing for _, briefing in mixed}) == 2
    assert mixed == anew(small_settings)


def test_postings_that_are_damaged_are_built_anew_when_they_are_met(small_settings: Settings, tmp_path: Path) -> None:
    with Library.open(settings=small_settings) as library:
        library.add(write_briefings(tmp_path / "briefings", range(4)))
    right = found(small_settings)
    file = small_settings.library / WORD_CACHE
    damaged = bytearray(file.read_bytes())
    # They lie from the second page to the next array, six bytes each.
    described, _ = json.JSONDecoder().raw_decode(damaged[58:4096].decode("ascii", "ignore"))
    (_, _, _, (count,)), *_ = described["arrays"]
    each = slice(4096, 4096 + 6 * count, 6)
    damaged[each] = bytes(value ^ 1 for value in damaged[each])
    file.write_bytes(damaged)
    assert found(small_settings) == right
    assert file.read_bytes() != bytes(damaged)
    assert anew(small_settings) == right
