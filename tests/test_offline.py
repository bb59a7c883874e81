"""Nothing is fetched: the whole path works in a network namespace that holds only the loopback interface."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from onrecord.rag import Settings

ISOLATE = ["unshare", "--user", "--map-root-user", "--net"]


def isolation_works() -> bool:
    return bool(shutil.which("unshare")) and subprocess.run([*ISOLATE, "true"], capture_output=True).returncode == 0


@pytest.mark.skipif(not isolation_works(), reason="network namespaces (unshare) are not to be had here")
def test_adding_and_asking_without_any_network(tmp_path: Path, samples: Path, sample_library: object) -> None:
    # sample_library is asked for so that the bundled model has been unpacked: that is part of installing.
    file, home = sorted(samples.glob("*.md"))[0], tmp_path / "home"
    home.mkdir()
    environment = {**os.environ, "ONRECORD_LIBRARY": str(tmp_path / "library"), "HOME": str(home)}
    environment["ONRECORD_CACHE"] = str(Settings.load().cache)
    environment.pop("ORT_DISABLE_TELEMETRY", None)
    environment.pop("HF_HUB_OFFLINE", None)

    def run(*words: str) -> str:
        command = [*ISOLATE, sys.executable, "-m", "onrecord.ui.command.cli", *words]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert json.loads(run("add", str(file), "--json"))["files"][0]["outcome"] == "added"
    answer = json.loads(run("ask", "What was decided about the ferries?", "--json"))
    text = file.read_text(encoding="utf-8")
    assert answer["hits"]
    for citation in answer["citations"]:
        assert text[citation["start"] : citation["end"]] == citation["quote"]
    # What would be sent when there is a network again waits in a file till then.
    assert [*home.rglob("*")] == []
