"""`onrecord copy`: a folder into another. What is copied is tested over all engines in tests/stores."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from commanding import Command

from onrecord.rag import Library, LibraryError, Settings

HARBOUR = """The new breakwater of Lysvik, May 4, 2031

MS. HOLM: The breakwater will open in May, and the harbour with it.
Q: Who paid for the breakwater?
MS. HOLM: The port authority paid for it, from its own reserves.
"""


@pytest.fixture
def source(small_settings: Settings, tmp_path: Path) -> Path:
    """A library of two briefings, one of them in two versions."""
    for name in ("harbour", "ferry"):
        (tmp_path / f"{name}.txt").write_text(HARBOUR.replace("breakwater", name), encoding="utf-8")
    with Library.open(tmp_path / "source", settings=small_settings) as library:
        library.add([tmp_path / "harbour.txt", tmp_path / "ferry.txt"])
        (tmp_path / "ferry.txt").write_text(HARBOUR.replace("breakwater", "new ferry"), encoding="utf-8")
        library.add(tmp_path / "ferry.txt")
    return tmp_path / "source"


def onrecord(settings: Settings, *words: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    return Command(settings.library.parent, Path(str(settings.model)))(*words, code=code)


def test_the_command_copies_and_says_what_it_did(source: Path, small_settings: Settings, tmp_path: Path) -> None:
    target = tmp_path / "new" / "target"
    told = json.loads(onrecord(small_settings, "copy", source, target, "--json").stdout)
    assert (told["briefings"], told["written"]) == (3, 3)
    assert onrecord(small_settings, "copy", source, target).stdout == (
        "3 briefings copied and compared (written this time: 0)\n"
    )
    with (
        Library.open(source, settings=small_settings) as first,
        Library.open(target, settings=small_settings) as second,
    ):
        assert second.briefings() == first.briefings()
        assert second.search("Who paid?", k=50) == first.search("Who paid?", k=50)
        assert second.ask("Who paid for the ferry?").text == first.ask("Who paid for the ferry?").text
        assert second.verify() == []
        second.add(source.parent / "harbour.txt", title="Another title")
        (tmp_path / "other.txt").write_text(HARBOUR.replace("breakwater", "school"), encoding="utf-8")
        second.add(tmp_path / "other.txt")
    refused = onrecord(small_settings, "copy", source, target, code=1)
    assert refused.stdout == ""
    assert refused.stderr.startswith("onrecord: The target holds briefings that the library to be copied does not: 1,")
    assert refused.stderr.count("\n") == 1


def test_a_source_that_is_not_there_is_not_made(small_settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="there is no library"):
        Library.copy(tmp_path / "nowhere", tmp_path / "target", settings=small_settings)
    assert list(tmp_path.glob("*/library.db")) == []
