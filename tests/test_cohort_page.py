"""The page of a cohort in a real browser: silent, accessible, no wider than its window, each drawing with a title."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("polars", reason="polars is not installed (pip install '.[cohort]')")
pytest.importorskip("playwright.sync_api", reason="playwright is not installed (pip install '.[dev]')")

from bench import warehouse
from eligo.cli import main
from tests.test_browser import AXE, CONTRAST

pytestmark = pytest.mark.browser
COUNT = 300


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    warehouse.write(folder / "warehouse", COUNT, seed=29)
    page = folder / "cohort.html"
    assert main(["cohort", "--warehouse", str(folder / "warehouse"), "--min-count", "5", "--html", str(page)]) == 0
    return page


def _open(context: Any, file: Path) -> tuple[Any, list[str]]:
    page, heard = context.new_page(), list[str]()
    page.on("console", lambda message: heard.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: heard.append(f"error: {error}"))
    page.on("request", lambda request: heard.append(request.url))
    page.goto(file.as_uri())
    return page, heard


@pytest.mark.parametrize("width", [360, 960])
def test_the_page_asks_for_nothing_and_fits_its_window(browser: Any, file: Path, width: int) -> None:
    with browser.new_context(viewport={"width": width, "height": 800}) as context:
        page, heard = _open(context, file)
        assert heard == [file.as_uri()]
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_drawing_has_a_title_and_no_text_leaves_it(browser: Any, file: Path) -> None:
    with browser.new_context() as context:
        page, _ = _open(context, file)
        told = page.evaluate(
            """() => [...document.querySelectorAll('svg.plot')].map(svg => ({
              title: svg.querySelector('title').textContent,
              out: [...svg.querySelectorAll('text')].filter(t => { const b = t.getBBox(), w = svg.viewBox.baseVal;
                return b.x < -1 || b.x + b.width > w.width + 20 || b.y + b.height > w.height + 1;
              }).map(t => t.textContent)
            }))"""
        )
        assert len(told) > 10
        assert [one for one in told if not one["title"] or one["out"]] == []


def test_the_page_breaks_no_rule_of_accessibility_in_light_and_dark(browser: Any, file: Path) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    # The checker is a script, which the page itself allows none of.
    with browser.new_context(bypass_csp=True) as context:
        page, _ = _open(context, file)
        for scheme, rules in (("light", AXE), ("dark", CONTRAST)):
            page.emulate_media(color_scheme=scheme)
            found = axe.Axe().run(page, options=rules).response
            broken = {rule["id"]: [node["target"] for node in rule["nodes"]][:5] for rule in found["violations"]}
            assert (scheme, json.dumps(broken)) == (scheme, "{}")
