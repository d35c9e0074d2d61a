"""The workbench in a real browser: by keyboard alone, on a telephone, in the dark, on paper; silent and accessible."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from eligo.service.settings import Settings
from tests.serving import Served, served
from tests.test_browser import AXE, TOO_WIDE
from tests.test_workbench import PAGE, RECORD

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (pip install '.[dev]')")
pytestmark = pytest.mark.browser

SIZES = {"desk": (1280, 900), "telephone": (390, 844)}
TRIAL = """NCT07654321
Inclusion Criteria:
1. Adults aged 18 to 65 years
2. Total bilirubin above 85 umol/L
3. Written informed consent

Exclusion Criteria:
1. Platelets below 20 x 10^9/L
"""
BUNDLE = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [
        {"resource": {"resourceType": "Patient", "id": "bundle-01", "birthDate": "1980-05-01", "gender": "male"}},
        {
            "resource": {
                "resourceType": "Observation",
                "status": "final",
                "subject": {"reference": "Patient/bundle-01"},
                "effectiveDateTime": "2026-11-18",
                "code": {"coding": [{"system": "http://loinc.org", "code": "777-3"}]},
                "valueQuantity": {
                    "value": 64,
                    "unit": "10*9/L",
                    "system": "http://unitsofmeasure.org",
                    "code": "10*9/L",
                },
            }
        },
    ],
}
# A matrix scrolls in a region of its own; the page never does.
NOT_IN_REGION = TOO_WIDE.replace("body *:not(.skip)", "body *:not(.skip):not(.wide *)")
SOON = 30_000  # milliseconds


@dataclass
class Window:
    """A page in the browser, and what it said, and which other hosts it asked."""

    page: Any
    server: Served
    said: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Go to a page of the server."""
        self.page.goto(f"{self.server.url}{path}")

    def press(self, *keys: str) -> None:
        """Press one key after the other."""
        for key in keys:
            self.page.keyboard.press(key)

    def tab_to(self, selector: str) -> None:
        """Press Tab until the focus is on what the selector names."""
        for _ in range(150):
            if self.page.evaluate("s => document.activeElement.matches(s)", selector):
                return
            self.press("Tab")
        raise AssertionError(f"Tab does not reach {selector}")

    def type(self, text: str) -> None:
        """Type, as from a clipboard where there are many lines."""
        self.page.keyboard.insert_text(text)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with a draft and a record."""
    folder = tmp_path_factory.mktemp("workbench")
    with served(Settings(frozenset(), rules=str(folder / "rules"), state=str(folder / "state"))) as found:
        found.post("/trials", {"text": PAGE, "by": "AB"})
        found.post("/screen", {"record": RECORD, "by": "AB"})
        yield found


def _window(browser: Any, server: Served, **how: Any) -> Window:
    context = browser.new_context(**how)
    window = Window(context.new_page(), server)
    window.page.set_default_timeout(SOON)
    window.page.on("console", lambda message: window.said.append(message.text))
    window.page.on("pageerror", lambda error: window.said.append(str(error)))

    def asked(request: Any) -> None:
        if not request.url.startswith(server.url):
            window.foreign.append(request.url)

    window.page.on("request", asked)
    return window


@pytest.fixture
def window(browser: Any, server: Served) -> Iterator[Window]:
    """A window of the usual size."""
    found = _window(browser, server, viewport={"width": 1280, "height": 900})
    yield found
    found.page.context.close()


def _paths(server: Served) -> list[str]:
    listed = server.get("/").body.decode()
    record = re.search(r'href="(/screen/[^"/]+)"', listed)
    assert record is not None
    return ["/", "/worklist", "/trials", "/review/NCT01234567", record[1]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_every_page_is_silent_accessible_and_no_wider_than_its_window(
    browser: Any, server: Served, size: str, scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed").Axe()
    width, height = SIZES[size]
    window = _window(browser, server, viewport={"width": width, "height": height}, color_scheme=scheme, bypass_csp=True)
    for path in [*_paths(server), "/login"]:
        window.open(path)
        for summary in window.page.locator("article.item:first-of-type > details > summary").all():
            summary.click()
        found = axe.run(window.page, options=AXE).response["violations"]
        told = [(path, one["id"], [node["html"][:100] for node in one["nodes"]]) for one in found]
        assert told == []
        assert window.page.evaluate(NOT_IN_REGION) == [], path
    assert window.said == []
    assert window.foreign == []
    window.page.context.close()


def test_from_a_pasted_page_to_a_printed_verdict_by_keyboard_alone(browser: Any, tmp_path: Path) -> None:
    pypdf = pytest.importorskip("pypdf", reason="pypdf is not installed")
    with served(Settings(frozenset(), rules=str(tmp_path / "rules"), state=str(tmp_path / "state"))) as server:
        window = _window(browser, server, viewport={"width": 1280, "height": 900})
        page = window.page
        window.open("/")
        window.tab_to("a[href='/trials']")
        window.press("Enter")
        page.wait_for_url("**/trials")
        window.tab_to("#text")
        window.type(TRIAL)
        window.tab_to("form.drop button")
        window.press("Enter")
        page.wait_for_url("**/review/NCT07654321")

        window.press("j")
        for _ in range(4):
            before = page.locator("article.is-draft").count()
            window.press("a")
            sync_api.expect(page.locator("article.is-draft")).to_have_count(before - 1, timeout=SOON)
        assert page.inner_text("#still") == "All 4 items are reviewed."

        window.tab_to("a[href='/']")
        window.press("Enter")
        page.wait_for_selector("#record")
        window.tab_to("#record")
        window.type(json.dumps(BUNDLE))
        window.tab_to("input[name=as_of]")
        window.type("2026-11-20")
        window.press("Enter")
        page.wait_for_selector("#screening")
        assert page.inner_text(".strip .word") == "Undetermined"

        window.tab_to(".ask input[name=answer]")
        window.type("150 umol/L")
        window.press("Enter")
        page.wait_for_selector("#moved:has-text('No verdict moved')")
        window.tab_to(".ask button[value=yes]")
        window.press("Enter")
        page.wait_for_selector("#moved:has-text('undetermined before, now eligible')")
        assert page.inner_text(".strip .word") == "Eligible"

        page.pdf(path=tmp_path / "paper.pdf", format="A4")
        text = "".join(sheet.extract_text() for sheet in pypdf.PdfReader(tmp_path / "paper.pdf").pages)
        assert "Eligible" in text
        assert "bundle-01" in text
        assert "Forget" not in text
        assert window.said == []
        assert window.foreign == []
        page.context.close()


def test_a_dropped_file_lands_in_the_field(window: Window) -> None:
    window.open("/")
    file = {"name": "a.json", "mimeType": "application/json", "buffer": RECORD.encode()}
    window.page.set_input_files("input[type=file]", files=[file])

    sync_api.expect(window.page.locator("#record")).to_have_value(RECORD, timeout=SOON)


def test_what_is_wrong_is_said_in_words_and_nothing_is_lost(window: Window) -> None:
    window.open("/")
    window.page.fill("#record", '{"as_of": "2026-11-20", "labz": {}}')
    window.page.click("form.drop button")
    window.page.wait_for_selector("#alert .wrong")

    assert "no such key is known" in window.page.inner_text("#alert")
    assert "did you mean `labs`?" in window.page.inner_text("#alert")
    assert window.page.input_value("#record") == '{"as_of": "2026-11-20", "labz": {}}'


def test_other_words_are_read_while_they_are_typed(window: Window) -> None:
    window.open("/review/NCT01234567")
    item = window.page.locator("article.item").first
    item.locator(".correct summary").click()
    item.locator("input[name=value]").first.fill("INR > 2")
    item.locator(".preview:has-text('international normalized ratio is above 2')").wait_for()
    item.locator("input[name=value]").first.fill("something of no meaning at all")
    item.locator(".preview:has-text('a person states')").wait_for()

    assert window.said == []


def test_every_word_of_an_item_of_an_arm_is_shown_in_its_role(browser: Any) -> None:
    with served() as server:
        window = _window(browser, server)
        window.open("/review/NCT05727722")
        item = window.page.locator("article.item:has-text('arm A')").first
        item.locator("summary").first.click()
        item.locator(".roles").wait_for()
        said = " ".join(item.locator(".roles dd").all_inner_texts())
        sentence = item.locator(".sentence").inner_text()
        item.locator(".correct summary").click()
        item.locator("input[name=value]").first.fill("INR > 2")
        item.locator(".preview:has-text('international normalized ratio is above 2')").wait_for()
        window.page.context.close()

    assert re.sub(r"\W", "", said) == re.sub(r"\W", "", sentence)
    assert window.said == []


def test_an_item_that_another_one_changed_is_shown_with_what_was_sent(browser: Any, server: Served) -> None:
    one, two = (_window(browser, server) for _ in range(2))
    for window in (one, two):
        window.open("/review/NCT01234567")
    one.page.locator("article.item").nth(2).locator("[data-accept]").click()
    one.page.locator("article.item.is-reviewed").first.wait_for()
    two.page.locator("article.item").nth(2).locator("[data-accept]").click()
    two.page.locator(".conflict").wait_for()

    assert "Somebody changed this item meanwhile" in two.page.locator("article.item").nth(2).inner_text()
    for window in (one, two):
        window.page.context.close()


def test_no_script_but_ours_runs_on_a_page(window: Window) -> None:
    window.open("/")
    script = "const s = document.createElement('script'); s.textContent = 'window.ran = 1'; document.body.append(s);"
    ran = window.page.evaluate(f"() => {{ {script} return window.ran ?? 0; }}")

    assert ran == 0
    assert len(window.said) == 1
    assert "Content Security Policy" in window.said[0]
