"""A Ray cluster of two machines, one of which dies in the middle of an addition."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from clusters import cluster, environment, machines, why_no_machines

from onrecord.rag import Library, Settings

pytestmark = pytest.mark.soak
FILES, BEFORE = 1500, 150


def test_a_machine_that_dies_loses_and_doubles_nothing(small_settings: Settings, tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="no Ray here: pip install 'onrecord[ray]'")
    if reason := why_no_machines():
        pytest.skip(reason)
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(FILES):
        text = "\n".join(f"{number}.{line}: the harbour has {line * number} berths." for line in range(60))
        (folder / f"{number:04}.txt").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "onrecord.ui.cli", "--library", small_settings.library, "add", folder]
    with tempfile.TemporaryDirectory() as short, machines() as pair, cluster(pair, Path(short)) as address:
        process = subprocess.Popen(
            pair[0].command(*command, "--ray", address, "--json"),
            env={**environment(), "ONRECORD_MODEL": str(small_settings.model)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        with Library.open(settings=small_settings) as library:
            while process.poll() is None and not (len(library.summaries()) >= BEFORE and pair[1].has_actor()):
                time.sleep(0.05)
            pair[1].kill()
            before = len(library.summaries())
            output, told = process.communicate(timeout=400)
    assert process.returncode == 0, told
    assert "Traceback" not in told
    assert BEFORE <= before < FILES
    files = json.loads(output)["files"]
    assert [one["outcome"] for one in files] == ["added"] * FILES
    with Library.open(settings=small_settings) as library:
        summaries = library.summaries()
        assert len(summaries) == len({one.source for one in summaries}) == FILES
        passages = sum(one.passages for one in summaries)
        assert passages == sum(one["passages"] for one in files)
        assert len(library.search("How many berths?", k=10 * passages)) == passages
        assert library.verify() == []
