"""A headless Chromium for the tests and the screenshot: found, started with nothing that would ask a network."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eligo.patients.native import read_file
from eligo.screening import load_rules, screen

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

ROOT = Path(__file__).resolve().parents[1]
OUTLOOK = ROOT / "tests" / "cases" / "report" / "outlook.json"
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
    """An example patient against all trials; those of tests/cases/report/outlook.json with their made-up outlook."""
    data = screen(read_file(ROOT / "patients_examples" / f"{name}.json"), load_rules()).as_json()
    outlook = json.loads(OUTLOOK.read_text("utf-8")) if name == "low_platelets" else {}
    for trial in data["trials"]:
        trial |= {"outlook": outlook[trial["trial"]]} if trial["trial"] in outlook else {}
    return data
