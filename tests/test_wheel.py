"""What a user installs: the wheel built from this tree, tried where nothing else of the project is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent


def run(command: list[str | Path], folder: Path) -> str:
    # No home, no cache and no tree: only the wheel and the packages it asks for.
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "ONRECORD_LIBRARY": str(folder / "library")}
    done = subprocess.run([str(word) for word in command], cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_answers_in_an_empty_environment(tmp_path: Path) -> None:
    wheels, environment = tmp_path / "wheels", tmp_path / "environment"
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "-w", str(wheels), "."], cwd=ROOT, check=True)
    venv.create(environment, with_pip=False)
    packages = Path(sysconfig.get_path("purelib", vars={"base": str(environment), "platbase": str(environment)}))
    # The dependencies are borrowed by path; a path file inside that folder, such as an editable install's, is not read.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    (wheel,) = wheels.glob("onrecord-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    (tmp_path / "files").mkdir()
    python = environment / "bin" / "python"
    where = run([python, "-c", "import onrecord.rag; print(onrecord.rag.__file__)"], tmp_path)
    assert Path(where.strip()).is_relative_to(environment)
    command = [python, "-m", "onrecord.ui.command.cli"]
    run([*command, "add", packages / "onrecord" / "samples"], tmp_path)
    answer = json.loads(run([*command, "ask", "--json", "What does Ostmere pay for a dose?"], tmp_path))
    assert answer["status"] == "asked_not_answered"
    for citation in answer["citations"]:
        briefing = json.loads(run([*command, "show", "--json", citation["briefing_id"]], tmp_path))
        assert briefing["text"][citation["start"] : citation["end"]] == citation["quote"]
