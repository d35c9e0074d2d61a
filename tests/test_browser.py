"""The printable page in a real browser: silent, reachable by keyboard, accessible, and whole on paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from eligo.report.html import page as html_page
from tests.browser import about, screening

pytest.importorskip("playwright.sync_api", reason="playwright is not installed (pip install '.[dev]')")
pytestmark = pytest.mark.browser

UNDECIDED = ("empty_record", "silence_about_conditions", "codes_instead_of_names")
PATIENTS = ("missing_bilirubin_leaves_two_open", "low_platelets", "attested_and_complete")
MOST_SHEETS = 6  # of a patient of whom nearly everything is known, against all trials
MOST_SHEETS_OPEN = 7  # of one of whom nothing is known
A4 = (595, 842)  # points
LEAST_ON_A_PAGE = 250  # letters; less looks like a page that should not be there
AXE = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]},
    "rules": {"color-contrast-enhanced": {"enabled": True}},
}
CONTRAST = {
    "resultTypes": ["violations"],
    "runOnly": {"type": "rule", "values": ["color-contrast", "color-contrast-enhanced"]},
}
# Text of a number line as the browser sets it: what leaves the drawing, and what meets another text.
CROWDED = """() => [...document.querySelectorAll('svg.line')].flatMap(svg => {
  const wide = svg.viewBox.baseVal, boxes = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBBox()]);
  const out = boxes.filter(([, b]) => b.x < -1 || b.x + b.width > wide.width + 1 || b.y + b.height > wide.height + 1);
  const met = boxes.filter(([, a], i) => boxes.some(([, b], j) => j > i && a.x < b.x + b.width && b.x < a.x + a.width
    && a.y + 3 < b.y + b.height && b.y + 3 < a.y + a.height));
  return [...out, ...met].map(([text]) => text);
})"""
# What has the focus, once the browser has scrolled to it.
FOCUS = """async () => {
  const e = document.activeElement, s = getComputedStyle(e);
  const seen = () => { const b = e.getBoundingClientRect();
    return b.left >= 0 && b.top >= 0 && b.bottom <= innerHeight && b.width > 0; };
  for (let frame = 0; frame < 60 && !seen(); frame++) await new Promise(requestAnimationFrame);
  return {href: e.getAttribute('href') ?? e.localName, skip: e.className === 'skip', outline: s.outlineStyle,
    width: parseFloat(s.outlineWidth), seen: seen()};
}"""
TOO_WIDE = """() => [...document.querySelectorAll('body *:not(.skip):not(thead, thead *)')]
  .filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
  .map(e => e.outerHTML.slice(0, 80))"""


# Words that are set letter below letter: taller than two lines of their own.
STACKED = """() => [...document.querySelectorAll('.word, h2 .id, .counts li, .so')]
  .filter(e => e.getBoundingClientRect().height > 2.5 * parseFloat(getComputedStyle(e).fontSize) * 1.5)
  .map(e => e.outerHTML.slice(0, 80))"""


@dataclass
class Opened:
    """A page in the browser, and what it said and asked for while it was opened."""

    page: Any
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


class Sheet(NamedTuple):
    """A printed page: its text, its size in points."""

    text: str
    width: float
    height: float


@pytest.fixture(scope="module")
def screenings() -> dict[str, dict[str, Any]]:
    """Example patients against all trials."""
    return {name: screening(name) for name in PATIENTS}


@pytest.fixture(scope="module")
def files(screenings: dict[str, dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Their pages."""
    folder = tmp_path_factory.mktemp("pages")
    for name, data in screenings.items():
        (folder / f"{name}.html").write_text(html_page(data, about(name)), "utf-8")
    return {name: folder / f"{name}.html" for name in screenings}


@pytest.fixture(scope="module")
def windows(browser: Any, files: dict[str, Path]) -> Iterator[dict[str, Opened]]:
    """Each page in a window that is cut off from every network."""
    contexts = {name: browser.new_context() for name in files}
    yield {name: _open(context, files[name]) for name, context in contexts.items()}
    for context in contexts.values():
        context.close()


def _open(context: Any, file: Path) -> Opened:
    found = Opened(context.new_page())
    found.page.on("console", lambda m: found.said.append(m.text) if m.type in ("error", "warning") else None)
    found.page.on("pageerror", lambda error: found.said.append(str(error)))
    found.page.on("request", lambda request: found.asked.append(request.url))
    context.route(re.compile("^(?!file:)"), lambda route: route.abort())
    found.page.goto(file.as_uri())
    return found


@pytest.fixture(scope="module")
def printed(windows: dict[str, Opened], tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Sheet]]:
    """The sheets of paper that the browser makes of each page."""
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")
    folder = tmp_path_factory.mktemp("paper")
    for name, opened in windows.items():
        opened.page.pdf(path=folder / f"{name}.pdf", format="A4")
    return {
        name: [
            Sheet(sheet.extract_text(), float(sheet.mediabox.width), float(sheet.mediabox.height))
            for sheet in pypdf.PdfReader(folder / f"{name}.pdf").pages
        ]
        for name in windows
    }


@pytest.mark.parametrize("name", PATIENTS)
def test_the_page_says_nothing_to_the_console_and_asks_for_nothing_but_itself(
    windows: dict[str, Opened], files: dict[str, Path], name: str
) -> None:
    assert windows[name].said == []
    assert windows[name].asked == [files[name].as_uri()]


@pytest.mark.parametrize("width", [360, 390, 1280])
@pytest.mark.parametrize("name", PATIENTS)
def test_every_trial_is_there_and_nothing_is_wider_than_the_window(
    windows: dict[str, Opened], screenings: dict[str, dict[str, Any]], name: str, width: int
) -> None:
    page = windows[name].page
    page.set_viewport_size({"width": width, "height": 900})

    for trial in screenings[name]["trials"]:
        assert page.locator(f"nav >> text={trial['trial']}").is_visible()
        assert page.locator(f"h2 >> text={trial['trial']}").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate(TOO_WIDE) == []
    assert page.evaluate(STACKED) == []


@pytest.mark.parametrize("name", PATIENTS)
def test_texts_of_a_number_line_meet_neither_each_other_nor_the_edge(windows: dict[str, Opened], name: str) -> None:
    page = windows[name].page

    assert page.locator("svg.line").count() > 20
    assert page.evaluate(CROWDED) == []


def test_the_keyboard_reaches_the_skip_link_first_and_sees_every_link(browser: Any, files: dict[str, Path]) -> None:
    with browser.new_context(viewport={"width": 900, "height": 900}) as context:
        page = _open(context, files["low_platelets"]).page
        stops = []
        for _ in range(page.locator("a, summary").count()):
            page.keyboard.press("Tab")
            stops.append(page.evaluate(FOCUS))
        links = page.evaluate(
            "[...document.querySelectorAll('a, summary')].map(e => e.getAttribute('href') ?? e.localName)"
        )

    assert stops[0]["skip"]
    assert [stop["href"] for stop in stops] == links
    assert [stop for stop in stops if not stop["seen"] or stop["outline"] == "none" or stop["width"] < 2] == []


def test_a_link_of_the_strip_leads_to_its_trial(windows: dict[str, Opened]) -> None:
    page = windows["low_platelets"].page
    page.locator("nav >> text=NCT05727722").focus()
    page.keyboard.press("Enter")

    assert 0 <= page.locator("#NCT05727722").bounding_box()["y"] < 450


@pytest.mark.parametrize("name", PATIENTS)
def test_the_page_breaks_no_rule_of_accessibility_in_light_and_dark(
    browser: Any, files: dict[str, Path], name: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    # The checker is a script, which the page itself allows none of.
    with browser.new_context(bypass_csp=True) as context:
        page = _open(context, files[name]).page
        # Only colours differ in the dark.
        for scheme, rules, one_of_them in (("light", AXE, "heading-order"), ("dark", CONTRAST, "color-contrast")):
            page.emulate_media(color_scheme=scheme)
            found = axe.Axe().run(page, options=rules).response
            broken = {rule["id"]: [node["target"] for node in rule["nodes"]][:5] for rule in found["violations"]}
            assert (scheme, broken) == (scheme, {})
            assert {"color-contrast-enhanced", one_of_them} <= {rule["id"] for rule in found["passes"]}


@pytest.mark.parametrize("name", PATIENTS)
def test_on_paper_every_page_is_a4_and_none_is_nearly_empty(
    printed: dict[str, list[Sheet]], screenings: dict[str, dict[str, Any]], name: str
) -> None:
    texts = [sheet.text for sheet in printed[name]]
    whole = "\n".join(texts)

    for sheet in printed[name]:
        assert sheet.width == pytest.approx(A4[0], abs=1)
        assert sheet.height == pytest.approx(A4[1], abs=1)
    assert all(trial["trial"] in whole for trial in screenings[name]["trials"])
    assert [n for n, text in enumerate(texts, 1) if len("".join(text.split())) < LEAST_ON_A_PAGE] == []
    for number, text in enumerate(texts, 1):
        assert f"page {number} of {len(texts)}" in text
        assert number == 1 or (name in text and f"as of {screenings[name]['as_of']}" in text)


def test_on_paper_a_decided_patient_takes_few_sheets(printed: dict[str, list[Sheet]]) -> None:
    sheets = printed["attested_and_complete"]
    first = sheets[0].text

    assert len(sheets) <= MOST_SHEETS
    assert all(words in first for words in ("Verdicts", "The patient as read", "Made with", "Signature"))
    assert "Passes:" not in first  # the trials begin on the next sheet


@pytest.mark.parametrize("name", [*UNDECIDED, *PATIENTS])
def test_on_paper_an_undecided_patient_takes_few_sheets_and_in_full_more(
    browser: Any, tmp_path: Path, name: str
) -> None:
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")
    context, data, sheets = browser.new_context(), screening(name), []
    for full in (False, True):
        (tmp_path / "page.html").write_text(html_page(data, about(name), full), "utf-8")
        _open(context, tmp_path / "page.html").page.pdf(path=tmp_path / "page.pdf", format="A4")
        sheets.append(pypdf.PdfReader(tmp_path / "page.pdf").pages)
    context.close()
    brief, whole = (" ".join(" ".join(sheet.extract_text() for sheet in found).split()) for found in sheets)

    assert len(sheets[0]) <= MOST_SHEETS_OPEN
    assert len(sheets[1]) > len(sheets[0])
    assert len(whole) > len(brief)


@pytest.mark.parametrize("name", PATIENTS)
def test_on_paper_no_heading_stands_alone_at_the_foot(
    windows: dict[str, Opened], printed: dict[str, list[Sheet]], name: str
) -> None:
    headings = {" ".join(text.split()) for text in windows[name].page.locator("h2, h3, h4, h5").all_inner_texts()}
    last = [_lines(sheet.text, name)[-1] for sheet in printed[name]]

    assert len(headings) > 30
    assert [line for line in last if line in headings or line in ("Undetermined", "Ineligible", "Eligible")] == []


def _lines(text: str, patient: str) -> list[str]:
    """The lines of a printed page without what stands in its margins."""
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return [line for line in lines if line and line != patient and not re.match(r"page \d+ of|as of \d", line)]
