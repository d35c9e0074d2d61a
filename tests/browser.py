"""A headless Chromium for the tests and the screenshot: found, started with nothing that would ask a network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eligo.patients.native import read_file
from eligo.patients.readers import Options, read_patients
from eligo.report.page.summary import About
from eligo.report.patient import reading_json
from eligo.screening import load_rules, screen_ahead

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

ROOT = Path(__file__).resolve().parents[1]
NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def executable(env: Mapping[str, str] = os.environ) -> str | None:
    """The browser to use: ELIGO_CHROMIUM, else what is installed; None where there is none."""
    chosen = env.get("ELIGO_CHROMIUM")
    return chosen or next(filter(None, map(shutil.which, NAMES)), None)


def launch(playwright: Playwright, path: str) -> Browser:
    """Start the browser without a window."""
    return playwright.chromium.launch(executable_path=path, args=list(FLAGS))


def screening(name: str) -> dict[str, Any]:
    """An example patient against all trials, with the outlook of each."""
    screened, ahead = screen_ahead(read_file(ROOT / "patients_examples" / f"{name}.json"), load_rules())
    return ahead.added_to(screened.as_json())


def about(name: str) -> About:
    """What the page of an example says of how it came about, as `eligo audit --html` does."""
    (reading,) = read_patients(str(ROOT / "patients_examples" / f"{name}.json"), Options())
    return About(reading_json(reading)["patient"], ("none",), ("eligo 0.0.0", f"record SHA-256 {'0' * 64}"))
