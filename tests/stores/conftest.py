"""Fixtures: an empty store of each engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from engines import ENGINES, Place

from onrecord.rag.store import Store


@pytest.fixture(params=ENGINES.values(), ids=ENGINES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Where a store of an engine lies, with nothing in it."""
    make: Callable[[Path], AbstractContextManager[Place]] = request.param
    with make(tmp_path) as made:
        yield made


@pytest.fixture
def store(place: Place) -> Iterator[Store]:
    """An empty store."""
    opened = place.open()
    yield opened
    opened.close()
