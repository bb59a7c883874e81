"""A library copied from one engine into another, each pair of them: all of it, once, whatever interrupts it."""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from engines import ENGINES, Place
from inventions import MODEL, SECOND_MODEL, Said, briefing_of, council, older, vector_of, words_of

from onrecord.rag import LibraryError, Progress
from onrecord.rag.copying import Copied, copy_archive
from onrecord.rag.store import Limits, NewBriefing, Store

TERMS = {"ferry": 1.0, "winter": 0.5}
Make = Callable[[Path], AbstractContextManager[Place]]


@pytest.fixture(params=ENGINES.values(), ids=[f"from-{name}" for name in ENGINES])
def source_place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    make: Make = request.param
    (tmp_path / "source").mkdir()
    with make(tmp_path / "source") as made:
        yield made


@pytest.fixture(params=ENGINES.values(), ids=[f"to-{name}" for name in ENGINES])
def target_place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    make: Make = request.param
    (tmp_path / "target").mkdir()
    with make(tmp_path / "target") as made:
        yield made


@pytest.fixture
def source(source_place: Place) -> Iterator[Store]:
    """A store of all that can be: three versions of one file, one that came back to its first, a gap, none said."""
    store = source_place.open()
    first, *others = council()
    back = version("ferry", 1)
    for new in (first, version(first, 2), back, version(back, 2), *others, version(first, 3), back):
        store.add(new, MODEL)
    store.remove(others[2].briefing.id)
    store.add(briefing_of("nothing", [], date=None), MODEL)
    store.move(others[0].briefing.id, "/elsewhere/council.txt", "renamed.txt")
    yield store
    store.close()


@pytest.fixture
def target(target_place: Place) -> Iterator[Store]:
    store = target_place.open()
    yield store
    store.close()


def version(of: NewBriefing | str, number: int) -> NewBriefing:
    """The version of a briefing of this number, which keeps one passage of all."""
    said = [Said("The ferry sails as it always has.", "Ida Wren", "Mayor"), Said(words_of(number), "Tom Ashby")]
    if isinstance(of, str):
        return briefing_of(f"{of} {number}", said, lineage="of the ferry")
    return briefing_of(f"council 0, version {number}", said, lineage=of.briefing.lineage)


def are_equal(target: Store, source: Store) -> bool:
    """Whether two stores keep the same and find the same; the last digits of a BM25 may differ between engines."""
    scores = [
        {one.id: one.lexical for one in store.candidates(vector_of("any"), TERMS, Limits(), 1000)}
        for store in (target, source)
    ]
    return held(target) == held(source) and scores[0] == pytest.approx(scores[1])


def held(store: Store) -> list[object]:
    """All that is kept, and what is found."""
    assert store.verify() == []
    found = store.candidates(vector_of("any"), TERMS, Limits(), 1000)
    ids, names = store.ids(), store.names()
    return [
        ids,
        store.model(),
        store.summaries(),
        [(store.briefing(one), store.passages(one), store.file(one)) for one in ids],
        [[(each.vector.tobytes(), each.said) for each in store.embedded(one)] for one in ids],
        sorted((one.id, one.length, np.asarray(one.vector).tobytes()) for one in found),
        (set(names.speakers), names.places, set(names.passages), names.roles, names.outlets),
    ]


def test_a_copy_is_what_was_copied(source: Store, target: Store) -> None:
    seen: list[Progress] = []
    count, passages = len(source.ids()), sum(len(source.passages(one)) for one in source.ids())
    state = source.state()
    assert copy_archive(source, target, seen.append) == Copied(count, passages, written=count)
    assert are_equal(target, source)
    assert source.state() == state
    assert (seen[-1].done, seen[-1].total, seen[-1].passages) == (count, count, passages)
    assert [one.done for one in seen] == sorted(one.done for one in seen)
    state = target.state()
    assert copy_archive(source, target) == Copied(count, passages, written=0)
    assert target.state() == state


def test_an_empty_library_is_copied(source_place: Place, target: Store) -> None:
    store = source_place.open()
    assert copy_archive(store, target) == Copied(0, 0, 0)
    store.close()


def test_what_came_to_the_source_since_is_copied_alone(source: Store, target: Store) -> None:
    copy_archive(source, target)
    count = len(source.ids())
    source.add(version("ferry", 4), MODEL)
    source.move(source.ids()[-3], "/moved/file.txt", "file.txt")
    # The newest version, the one that it supersedes, and the one that has moved.
    assert copy_archive(source, target).written == 3
    assert are_equal(target, source)
    # Back to the first version: writing it supersedes the newest in the target too.
    source.add(version("ferry", 1), MODEL)
    assert copy_archive(source, target).written == 1
    assert are_equal(target, source)
    assert len(target.ids()) == count + 1


def test_an_older_version_that_differs_takes_nothing_from_the_current_one(source: Store, target: Store) -> None:
    copy_archive(source, target)
    [old] = [one for one in source.ids() if source.briefing(one).title == "On council 0, version 2"]
    altered = replace(source.briefing(old), title="Another title")
    current = target.briefing(str(altered.superseded_by))
    target.add(older(version(council()[0], 2), NewBriefing(current, b"", (), ())), MODEL)
    target.move(old, "/elsewhere", "elsewhere.txt")
    assert copy_archive(source, target).written == 1
    assert are_equal(target, source)


def test_other_briefings_and_other_models_are_refused(source: Store, target: Store) -> None:
    other = briefing_of("school", [Said("The school opens.")])
    target.add(other, MODEL)
    told = (
        f"holds briefings that the library to be copied does not: 1, 'On school' \\({other.briefing.id}\\) among them"
    )
    with pytest.raises(LibraryError, match=told):
        copy_archive(source, target)
    assert target.ids() == [other.briefing.id]
    target.remove(other.briefing.id)
    same = council()[1]
    target.add(same, SECOND_MODEL)
    with pytest.raises(LibraryError, match="of another model"):
        copy_archive(source, target)
    assert target.model() == SECOND_MODEL


def test_damage_is_not_copied_and_not_overlooked(
    source: Store, target: Store, source_place: Place, target_place: Place
) -> None:
    copy_archive(source, target)
    [damaged, *_] = [one.id for one in source.summaries()]
    target_place.damage("vector", damaged)
    with pytest.raises(LibraryError, match="verify"):
        copy_archive(source, target_place.open())
    source_place.damage("text", damaged)
    with pytest.raises(LibraryError, match="verify"):
        copy_archive(source_place.open(), target)


def test_a_source_that_is_written_to_is_copied_as_it_is_in_the_end(source: Store, target: Store) -> None:
    more = iter([briefing_of(f"late {number}", [Said(words_of(number))]) for number in range(2)])

    def meanwhile(now: Progress) -> None:
        if now.done == 3 and (new := next(more, None)) is not None:
            source.add(new, MODEL)

    copied = copy_archive(source, target, meanwhile)
    assert copied.written == copied.briefings == len(source.ids())
    assert are_equal(target, source)

    always = iter(range(1000))
    with pytest.raises(LibraryError, match="written to all the while"):
        copy_archive(source, target, lambda _: source.add(briefing_of(f"ever {next(always)}", [Said("More.")]), MODEL))


def _copy(source: Place, target: Place) -> None:
    copy_archive(source.open(), target.open())


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL here")
def test_a_copy_that_is_killed_goes_on(source: Store, target: Store, source_place: Place, target_place: Place) -> None:
    for number in range(100):
        source.add(briefing_of(f"many {number}", [Said(words_of(f"{number} {turn}")) for turn in range(3)]), MODEL)
    process = multiprocessing.get_context("spawn").Process(target=_copy, args=(source_place, target_place))
    process.start()
    while process.is_alive() and len(target.ids()) < 5:
        time.sleep(0.001)
    process.kill()
    process.join()
    assert target.verify() == []
    written = len(target.ids())
    assert 5 <= written < len(source.ids())
    assert copy_archive(source, target).written == len(source.ids()) - written
    assert are_equal(target, source)
