"""Adding with a Ray cluster: what comes of it is what comes of adding here. All texts are invented."""

from __future__ import annotations

import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres_server import running_server

from onrecord.rag import InvalidRequest, Library, Settings

HARBOUR = """The new breakwater of Lysvik, May 4, 2031

MS. HOLM: The breakwater will open in May, and the harbour with it.
Q: Who paid for the breakwater?
MS. HOLM: The port authority paid for it, from its own reserves.
"""


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """A cluster of one processor, kept for the tests of this module."""
    ray = pytest.importorskip("ray", reason="no Ray here: pip install 'onrecord[ray]'")
    with pytest.MonkeyPatch.context() as patch:
        # A password would be written into the home of whoever runs the tests.
        patch.setenv("RAY_AUTH_MODE", "disabled")
        ray.init("local", num_cpus=1, include_dashboard=False, log_to_driver=False, object_store_memory=80_000_000)
        yield "local"
        ray.shutdown()


def write_first(folder: Path) -> None:
    folder.mkdir()
    (folder / "harbour.txt").write_text(HARBOUR, encoding="utf-8")
    (folder / "pier.txt").write_text(HARBOUR.replace("breakwater", "pier"), encoding="utf-8")
    (folder / "tram.txt").write_text(HARBOUR.replace("breakwater", "tram"), encoding="utf-8")


def write_later(folder: Path) -> None:
    """A file that has changed, one told another title, and new ones: copies, broken ones, an archive."""
    (folder / "harbour.txt").write_text(HARBOUR.replace("May,", "July,"), encoding="utf-8")
    (folder / "pier.txt.meta.toml").write_text('title = "The pier"\n', encoding="utf-8")
    (folder / "school.txt").write_text(HARBOUR.replace("breakwater", "school"), encoding="utf-8")
    (folder / "school copy.txt").write_text(HARBOUR.replace("breakwater", "school"), encoding="utf-8")
    (folder / "empty.txt").write_text(" \n", encoding="utf-8")
    (folder / "empty copy.txt").write_text(" \n", encoding="utf-8")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\nno pages at all")
    with zipfile.ZipFile(folder / "more.zip", "w") as packed:
        packed.writestr("fish.txt", HARBOUR.replace("breakwater", "fish market"))
        packed.writestr("fish.txt.meta.toml", 'title = "The fish market"\n')
        packed.writestr("inner.zip", b"PK\x03\x04")
        packed.writestr("ferry.html", f"<html><body><p>{HARBOUR.replace('breakwater', 'ferry')}</p></body></html>")


def held(library: Library) -> dict[str, object]:
    """What a library holds, but the second in which it came."""
    return {
        one.id: (one.title, one.date, one.lineage, one.source, one.text, one.turns, library.passages(one.id))
        for one in library.briefings()
    }


@pytest.mark.parametrize("address", ["nowhere", "ray://127.0.0.1:10001", "127.0.0.1:1", "127.0.0.1:99999"])
def test_where_there_is_no_cluster_that_is_said_at_once(small_library: Library, tmp_path: Path, address: str) -> None:
    pytest.importorskip("ray", reason="no Ray here: pip install 'onrecord[ray]'")
    file = tmp_path / "harbour.txt"
    file.write_text(HARBOUR, encoding="utf-8")
    with pytest.raises(InvalidRequest, match="cluster"):
        small_library.add(file, ray=address)
    assert small_library.summaries() == []


def test_where_ray_is_not_installed_the_extra_is_named(
    small_library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    file = tmp_path / "harbour.txt"
    file.write_text(HARBOUR, encoding="utf-8")
    with pytest.raises(InvalidRequest, match=r"pip install 'onrecord\[ray\]'"):
        small_library.add(file, ray="local")


def test_a_cluster_adds_what_one_process_adds(
    cluster: str, small_library: Library, small_settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    write_first(folder)
    with Library.open(tmp_path / "spread", settings=small_settings) as spread:
        assert spread.add(folder) == small_library.add(folder)
        write_later(folder)
        seen = []
        report = spread.add(folder, ray=cluster, progress=seen.append)
        assert report == small_library.add(folder)
        assert Counter(one.outcome for one in report.files) == {
            "added": 3,
            "new version": 1,
            "updated": 1,
            "unchanged": 2,
            "failed": 4,
        }
        assert held(spread) == held(small_library)
        assert spread.search("Who paid?", k=50) == small_library.search("Who paid?", k=50)
        assert spread.verify() == []
        assert (seen[-1].done, seen[-1].total) == (9, 9)
        assert seen[-1].passages == sum(one.passages for one in report.files)
        # A second time nothing but what failed is tried again.
        assert all(one.outcome in ("unchanged", "failed") for one in spread.add(folder).files)


def test_a_cluster_adds_into_postgresql(
    cluster: str, small_library: Library, small_settings: Settings, tmp_path: Path
) -> None:
    folder = tmp_path / "files"
    write_first(folder)
    with Library.open(running_server().database(), settings=small_settings) as shared:
        assert shared.add(folder) == small_library.add(folder)
        write_later(folder)
        assert shared.add(folder, ray=cluster) == small_library.add(folder)
        assert held(shared) == held(small_library)
        assert [hit.passage for hit in shared.search("Who paid?", k=50)] == [
            hit.passage for hit in small_library.search("Who paid?", k=50)
        ]
        assert shared.verify() == []
