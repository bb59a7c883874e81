"""`onrecord` in processes of its own, as scripts run it, on a library in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

_LONGEST = 300


class Command:
    """Runs `onrecord` in a folder, on the library in it."""

    def __init__(self, folder: Path, model: Path) -> None:
        self.folder = folder
        self.environment = {
            **os.environ,
            "LC_ALL": "C.UTF-8",
            "ONRECORD_LIBRARY": str(folder / "library"),
            "ONRECORD_MODEL": str(model),
        }

    def start(self, *words: str | Path) -> subprocess.Popen[str]:
        """The command as it runs, what it prints in pipes."""
        return subprocess.Popen(
            [sys.executable, "-m", "onrecord.ui.command.cli", *map(str, words)],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def __call__(self, *words: str | Path, given: str = "", code: int = 0) -> subprocess.CompletedProcess[str]:
        """What became of the command, which ends with this exit code and without a traceback."""
        process = self.start(*words)
        out, problems = process.communicate(given, timeout=_LONGEST)
        assert process.returncode == code, problems
        assert "Traceback" not in problems
        return subprocess.CompletedProcess(words, process.returncode, out, problems)
