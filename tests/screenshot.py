"""`python -m tests.screenshot`: take docs/report.png and docs/cohort.png anew, pictures of the two printable pages."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bench import warehouse
from eligo import cli
from eligo.report.html import page
from tests.browser import ROOT, executable, launch, screening
from tests.serving import served

PATIENT, TRIAL, CRITERION = "low_platelets", "NCT05727722", "NCT05727722-E7"
COHORT, PATIENTS = "NCT06884904", 20_000
WIDTH, SCALE = 960, 1.25
# Of the page of a cohort: who is left, and three curves.
OF_COHORT = """() => {
  const others = '.wide, .wide + h3, table.counts, footer, main > section:first-child';
  document.querySelectorAll(others).forEach(e => e.remove());
  for (const h3 of document.querySelectorAll('h3')) if (/^What (each|is)/.test(h3.textContent)) h3.remove();
  [...document.querySelectorAll('figure')].slice(4).forEach(e => e.remove());
  [...document.querySelectorAll('figure')].slice(0, 1).forEach(e => e.remove());
}"""
# The strip, then the trial's head, then one criterion: what lies between is left out of the picture.
SHOWN = f"""() => {{
  const keep = new Set(['start', 'reason']);
  document.querySelector('.sheet').remove();
  for (const section of document.querySelectorAll('main > section')) if (section.id !== '{TRIAL}') section.remove();
  const trial = document.getElementById('{TRIAL}');
  const blocks = trial.querySelector('.all');
  for (const part of [...trial.children])
    if (part !== blocks && part.id !== '{CRITERION}' && !keep.has(part.className)) part.remove();
  document.querySelector('footer').remove();
  trial.style.marginTop = '2rem';
}}"""


OPEN = "missing_bilirubin_leaves_two_open"
OPEN_ONLY = """() => {
  document.getElementById('by').value = 'AB';
  for (const part of document.querySelectorAll('.sheet, section.trial, .strip .note, footer')) part.remove();
}"""


def main() -> int:
    """Take the picture; 1 where there is no browser."""
    path = executable()
    if path is None:
        print("no Chromium: install it, or name one in ELIGO_CHROMIUM", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder) / "page.html"
        file.write_text(page(screening(PATIENT)), "utf-8")
        browser = launch(playwright, path)
        window = browser.new_page(viewport={"width": WIDTH, "height": 600}, device_scale_factor=SCALE)
        window.goto(file.as_uri())
        window.evaluate(SHOWN)
        window.screenshot(path=ROOT / "docs" / "report.png", full_page=True)
        made, counted = Path(folder) / "warehouse", Path(folder) / "cohort.html"
        warehouse.write(made, PATIENTS)
        rules = str(ROOT / "rules" / f"{COHORT}.yaml")
        cli.main(["cohort", rules, "--warehouse", str(made), "--html", str(counted)])
        window = browser.new_page(viewport={"width": 700, "height": 600}, device_scale_factor=SCALE)
        window.goto(counted.as_uri())
        window.evaluate(OF_COHORT)
        window.screenshot(path=ROOT / "docs" / "cohort.png", full_page=True)
        _workbench(window)
        browser.close()
    return 0


def _workbench(window: Page) -> None:
    """Take the picture of the workbench, with what is open right below the verdicts of two trials."""
    record = (ROOT / "patients_examples" / f"{OPEN}.json").read_text("utf-8")
    with served() as server:
        added = server.post("/screen", {"record": record, "by": "AB"})
        window.goto(f"{server.url}{added.headers['hx-redirect']}")
        window.evaluate(OPEN_ONLY)
        window.screenshot(path=ROOT / "docs" / "workbench.png", full_page=True)


if __name__ == "__main__":
    sys.exit(main())
