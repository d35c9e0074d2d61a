"""What every test can use: the folder of source texts, and a cache folder of its own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.doors import Run
from tests.golden import Golden

SLOWEST = 5.0  # seconds of this process for what may not grow without a bound; it takes minutes where it does
ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the source texts, which are never copied into the project."""
    folder = ROOT.parent / "shared"
    if not (folder / "trials").is_dir():
        pytest.skip("the source texts are not beside the checkout (../shared)")
    return folder


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="module")  # two that are open in one process would be in each other's way
def browser() -> Iterator[Any]:
    """A browser for all tests of a file."""
    reason = "playwright is not installed (pip install '.[dev]')"
    sync_api = pytest.importorskip("playwright.sync_api", reason=reason)
    from tests.browser import executable, launch  # lazily: few files need one

    path = executable()
    if path is None:
        pytest.skip("no Chromium: install it, or name one in ELIGO_CHROMIUM")
    with sync_api.sync_playwright() as playwright:
        started = launch(playwright, path)
        yield started
        started.close()


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> pytest.MonkeyPatch:
    """Derived data of the tests goes to a folder of their own."""
    patch = pytest.MonkeyPatch()
    patch.setenv("ELIGO_CACHE", str(tmp_path_factory.mktemp("cache")))
    return patch


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--record` writes the goldens anew instead of comparing with them."""
    parser.addoption("--record", action="store_true", help="write the goldens anew; read every changed line")


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process."""
    return Run(capsys, monkeypatch)


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """The goldens, compared or recorded."""
    return Golden(bool(request.config.getoption("--record")))


@pytest.fixture
def in_time() -> Iterator[None]:
    """Fail a test that takes longer than anything may."""
    began = time.process_time()
    yield
    assert time.process_time() - began < SLOWEST
