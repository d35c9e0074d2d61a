"""Documents to items: made-up documents with their outline, laws over any text, and the records of the registry."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from eligo.errors import EligoError
from eligo.pages.document import Item, Page, read_criteria
from eligo.pages.headings import read_section
from eligo.pages.layout import clean, layout
from eligo.trials import read_page

CASES = Path(__file__).parent / "cases" / "document"
DOCUMENTS = sorted(CASES.glob("*.txt"))
FIELDS = ("minimum_age", "maximum_age", "sex", "healthy_volunteers")


# --- made-up documents


def _view(page: Page) -> dict[str, Any]:
    """What a case file holds of a page; parts that are empty are left out."""
    fields = {name: getattr(page.registry, name) for name in FIELDS}
    view = {
        "trial": page.trial,
        "title": page.title,
        "updated": page.updated,
        "registry": {k: v if isinstance(v, bool) else str(v) for k, v in fields.items() if v is not None},
        "conditions": list(page.conditions),
        "arms": [{"id": a.id, "label": a.label, "lead": a.lead} for a in page.arms],
        "items": "\n".join(line for item in page.items for line in _outline(item)),
        "whole": {item.id: item.text for item in page.items if item.children},
        "headings": [line.text for line in page.headings],
        "remarks": [line.text for line in page.remarks],
        "states_no_criteria": page.states_no_criteria,
    }
    return {k: v for k, v in view.items() if v}


def _outline(item: Item, depth: int = 0) -> Iterator[str]:
    heading = f"<{item.heading}> " if item.heading and not depth else ""
    scope = f"[{item.scope}] " if item.scope and not depth and item.scope != item.heading else ""
    announced = f"(after {item.announced_by}) " if item.announced_by else ""
    others = f"({item.others.standing}: {item.others.name}) " if item.others and not depth else ""
    yield f"{'  ' * depth}{item.id} [{item.number}] {heading}{scope}{others}{announced}{item.lead}"
    for below in item.children:
        yield from _outline(below, depth + 1)


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as such."""


_Dumper.add_representer(
    str, lambda d, s: d.represent_scalar("tag:yaml.org,2002:str", s, style="|" if "\n" in s else None)
)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.stem)
def test_a_made_up_document_gives_its_outline(path: Path, request: pytest.FixtureRequest) -> None:
    text = path.read_text("utf-8")
    page = read_page(text) if path.name.startswith("page_") else read_criteria(text)
    expected = path.with_suffix(".yaml")
    if request.config.getoption("--record"):
        dumped = yaml.dump(_view(page), Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)
        expected.write_text(dumped, "utf-8")

    assert _view(page) == yaml.safe_load(expected.read_text("utf-8"))


HEADINGS = yaml.safe_load((CASES / "headings.yaml").read_text("utf-8"))


@pytest.mark.parametrize(("kind", "line"), [(kind, line) for kind, lines in HEADINGS.items() for line in lines])
def test_a_line_is_the_heading_that_it_looks_like(kind: str, line: str) -> None:
    head = read_section(clean(line))

    assert (head.kind if head else "none") == kind


def test_no_phrase_opens_two_kinds_of_sections() -> None:
    sections = layout().data["sections"]
    phrases = [p for kind in ("container", "inclusion", "exclusion") for p in sections[kind]]

    assert len(phrases) == len(set(phrases))


def test_every_phrase_of_the_data_file_is_written_as_lines_are_compared() -> None:
    data = layout().data
    lists = [*data["pages"].values(), *data["sections"].values(), data["connectors"], data["topics"]]
    phrases = [
        p
        for entry in lists
        for p in entry
        if not p.startswith(("\\", "^")) and entry is not data["pages"]["id_patterns"]
    ]

    assert [p for p in phrases if p != p.lower() or p != " ".join(p.split())] == []


# --- errors


@pytest.mark.parametrize("text", ["", "  \n\t\n"])
def test_an_empty_document_is_an_error(text: str) -> None:
    with pytest.raises(EligoError) as caught:
        read_criteria(text, file="empty.txt")

    assert [(p.code, p.place.file) for p in caught.value.problems] == [("empty-document", "empty.txt")]


# --- laws


def uncovered(page: Page) -> str:
    """The characters that are neither blank nor in an item, a heading, an arm, a remark or a field."""
    covered = bytearray(len(page.text))
    spans = [i.span for i in page.items] + [line.span for line in (*page.headings, *page.remarks)]
    spans += [s for arm in page.arms for s in arm.spans] + list(page.registry.spans)
    for start, end in spans:
        covered[start:end] = b"\1" * (end - start)
    return "".join(c for c, seen in zip(page.text, covered, strict=True) if not seen and not c.isspace())


def all_items(items: tuple[Item, ...]) -> Iterator[Item]:
    """Every item, with those below it."""
    for item in items:
        yield item
        yield from all_items(item.children)


def assert_laws(page: Page) -> None:
    """What holds for every document."""
    items = list(all_items(page.items))
    ids = [item.id for item in items]
    arms = {arm.id for arm in page.arms}
    spans = [item.span for item in page.items]

    assert uncovered(page) == ""
    assert len(ids) == len(set(ids))
    assert {item.cohort for item in items} <= arms | {None}
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))
    assert all(item.text and item.text == " ".join(item.text.split()) for item in page.items)
    assert page.states_no_criteria == (not page.items)
    for item in items:
        assert all(item.span[0] <= c.span[0] < c.span[1] <= item.span[1] for c in item.children)
        assert all(c.text in item.text for c in item.children)


LINES = [
    "Inclusion Criteria:", "Exclusion criteria", "Exclusion criteria for part B:", "Part A:", "OR",
    "OR B. Second group:", "Renal:", "All participants:", "Patients with gout:", "Note: never mind", "and",
    "1. first", "2. second", "2) two", "(3) three", "a. letter", "b) letter", "i. roman", "ii) roman",
    "- dash", "* star", "• dot • dot", "<1> one <2> two", "o circle", "1.1 nested Words", "plain words",
    "words that go on and on until the line is nearly as long as lines are", "One of the following:",
    "- any of these conditions:", "Subjects who meet any of the following will be excluded:",
    "4. four 5. Five 6. Six", "either (a) this or (b) that", "", "", "18 Years", "ALL", "No", "- None",
    "Inclusion Criteria: - A - B", "text Exclusion Criteria: more", "\u200b", "\\- \\< 5", "**",
    "C. difficile", "a. (1) inner (2) other", "- a) inner b) other", "-", "(", ":",
]  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.sampled_from(LINES)), min_size=1, max_size=20))
def test_any_order_of_lines_keeps_the_laws(lines: list[tuple[int, str]]) -> None:
    text = "\n".join(" " * indent + line for indent, line in lines)
    if text.strip():
        assert_laws(read_criteria(text))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=120))
def test_any_text_keeps_the_laws(text: str) -> None:
    if text.strip():
        assert_laws(read_criteria(text))


@given(st.lists(st.sampled_from(["Age over 18", "No cancer", "INR < 1.7", "Consent"]), min_size=1, max_size=6))
def test_the_style_of_the_bullets_changes_no_item(entries: list[str]) -> None:
    texts = []
    for style in ("- {}", "* {}", "•{}", "{n}. {}", "{n}) {}", "({n}) {}", "  – {}", "\\* {}", "<{n}> {}"):
        lines = [style.format(entry, n=n) for n, entry in enumerate(entries, 1)]
        page = read_criteria("Inclusion Criteria:\n" + "\n".join(lines))
        texts.append([(item.id, item.text) for item in page.items])

    assert texts == [texts[0]] * len(texts)


MEGABYTE = 1_000_000
JUNK = {
    "letters": "a" * MEGABYTE,
    "words": "word " * (MEGABYTE // 5),
    "backslashes": "\\" * MEGABYTE,
    "brackets": "(" * MEGABYTE,
    "colons": ":" * MEGABYTE,
    "dashes": "- " * (MEGABYTE // 2),
    "headings": "Inclusion Criteria: for everybody who reads " * 9000,
    "numbers": " ".join(f"{n}." for n in range(MEGABYTE // 7)),
    "blank lines": "\n" * MEGABYTE + "x",
    "long heading": f"Inclusion criteria for {'x ' * (MEGABYTE // 2)}:",
    "indented ever deeper": "\n".join(" " * n + "- x" for n in range(1400)),
    "arms": "\n".join(f"For patients of kind {n}:\n- x" for n in range(1500)),
    "alternatives": "OR\n- x\n" * 5000,
    "restarts": "1. x\n" * 10_000,
}


@pytest.mark.parametrize("text", JUNK.values(), ids=JUNK)
def test_a_megabyte_of_junk_is_read_to_its_end(text: str) -> None:
    # Quadratic work on any of these would take minutes.
    assert uncovered(read_criteria(text)) == ""


# --- the records of the registry


@pytest.mark.shared
def test_nothing_is_lost_in_the_registry_s_records(shared: Path) -> None:
    files = sorted((shared / "data" / "registry_v2").glob("*.json"))
    records = [json.loads(f.read_bytes())["protocolSection"]["eligibilityModule"] for f in files]

    assert len(records) == 150
    for record in records:
        assert_laws(read_criteria(record["eligibilityCriteria"]))


@pytest.mark.shared
def test_nothing_is_lost_in_the_older_layout(shared: Path) -> None:
    rows = (shared / "data" / "criteria_legacy_text.jsonl").read_text("utf-8").splitlines()

    assert len(rows) == 1000
    for row in rows:
        assert_laws(read_criteria(json.loads(row)["criteria"]))


@pytest.mark.shared
def test_a_page_around_the_criteria_changes_no_item(shared: Path) -> None:
    for row in (shared / "data" / "criteria_legacy_text.jsonl").read_text("utf-8").splitlines()[::10]:
        criteria = json.loads(row)["criteria"]
        page = read_page(
            f"A Made-up Title\nNCT ID: NCT00000000\n\nEligibility Criteria\n\n{criteria}\n\nSponsors\n\nNobody"
        )

        assert [(i.id, i.text) for i in page.items] == [(i.id, i.text) for i in read_criteria(criteria).items]


@pytest.mark.shared
def test_hardly_a_record_has_a_section_without_items(shared: Path) -> None:
    # A record without exclusions is real, but rare; many of them would mean that headings are missed.
    files = sorted((shared / "data" / "registry_v2").glob("*.json"))
    pages = [
        read_criteria(json.loads(f.read_bytes())["protocolSection"]["eligibilityModule"]["eligibilityCriteria"])
        for f in files
    ]
    lacking = [p for p in pages if {i.section for i in p.items} != {"inclusion", "exclusion"}]

    assert len(lacking) <= 5


def test_a_list_goes_on_above_ninety_nine_and_a_broken_limit_is_no_mark() -> None:
    long = "Inclusion Criteria:\n\n" + "\n".join(f"{n}. Condition {n} is there" for n in range(1, 121))
    broken = "Inclusion Criteria:\n\n1. Patients with platelets that at that time were below\n100. Others not\n2. INR"

    assert [item.text for item in read_criteria(long, None, "x").items][98:101] == [
        f"Condition {n} is there" for n in (99, 100, 101)
    ]
    assert "below 100. Others" in read_criteria(broken, None, "x").items[0].text
