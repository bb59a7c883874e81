"""Results kept row by row while a sheet is worked through, so that what is cut off is gone on with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any

from typing_extensions import Self

from onrecord.rag.errors import InvalidRequest
from onrecord.rag.sheets.results import RowResult

_ENDING = ".unfinished"


class RunOfRows:
    """The results of a sheet's rows, each written to a file beside the export as soon as it is there.

    The file's first line says what it is of: `told`, which is all that decides on the results. Results of something
    else are not gone on with. A line that a killed process left half is passed over. Use it as a context manager.
    """

    def __init__(self, export: Path, told: Sequence[str]) -> None:
        """Go on with what is kept beside `export`, or begin; raises InvalidRequest where nothing can be written."""
        self.results: dict[int, RowResult] = {}
        self._path = export.with_name(export.name + _ENDING)
        key = {"of": sha256(json.dumps(list(told)).encode()).hexdigest()}
        lines = list(self._kept())
        try:
            if lines and lines[0] == key:
                self.results = {line["row"]: line["result"] for line in lines[1:] if "row" in line}
                self._file = self._path.open("a", encoding="utf-8")
                # What follows a line that was left half must not be a part of it.
                self._file.write("\n")
            else:
                self._file = self._path.open("w", encoding="utf-8")
                self._write(key)
        except OSError as error:
            raise self._unwritable(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with suppress(OSError):
            self._file.close()

    def do(self, rows: int, make: Callable[[int], RowResult], progress: Callable[[int], None]) -> None:
        """Make the result of each row that has none; `progress` is told how many rows are done."""
        for row in range(rows):
            if row not in self.results:
                result = make(row)
                try:
                    self._write({"row": row, "result": result})
                except OSError as error:
                    raise self._unwritable(error) from error
                self.results[row] = result
            progress(row + 1)

    def finish(self) -> None:
        """Forget what was kept, once the export is written."""
        with suppress(OSError):
            self._file.close()
            self._path.unlink(missing_ok=True)

    def _kept(self) -> Iterator[dict[str, Any]]:
        try:
            text = self._path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            return
        for line in text.splitlines():
            with suppress(ValueError):
                found = json.loads(line)
                if isinstance(found, dict):
                    yield found

    def _write(self, line: object) -> None:
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()

    def _unwritable(self, error: OSError) -> InvalidRequest:
        return InvalidRequest(f"{self._path}: cannot be written ({error.strerror}). Choose another place to export to.")
