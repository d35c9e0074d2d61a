"""A site's own names: good rows are used, each broken one is named with its line, and nothing else is lost."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eligo.errors import EligoError
from eligo.vocabulary.dictionary import dictionary
from eligo.vocabulary.site_names import COLUMNS, loads
from tests.doors import Run

HEADER = "name,kind,code,system,parent\n"
GOOD = """\
XY-123,medication,,,monoclonal antibodies
Fibrolocal disease,condition,Z1,local,liver disease
fibrolocal syndrome,condition,Z1,local,
"Fibrolocal disease, late",condition,,,Fibrolocal disease
"""


def test_good_rows_become_entries() -> None:
    entries, problems = loads(HEADER + GOOD)

    assert problems == ()
    assert [(e.id, e.names, e.codes, e.parents) for e in entries] == [
        ("site:xy_123", ("XY-123",), (), ("concept:monoclonal_antibodies",)),
        (
            "site:local Z1",
            ("Fibrolocal disease", "fibrolocal syndrome"),
            (("local", "Z1"),),
            ("concept:liver_disease",),
        ),
        ("site:fibrolocal_disease_late", ("Fibrolocal disease, late",), (), ("site:local Z1",)),
    ]


def test_what_a_site_puts_under_something_may_be_that() -> None:
    known = dictionary().before(loads(HEADER + GOOD)[0])
    found = known.find("fibrolocal diseases")

    assert found is not None
    assert (found.id, found.source, found.concept) == ("site:local Z1", "site", None)
    assert known.by_code("LOCAL", "z1") == found
    assert known.may_be("site:fibrolocal_disease_late") == {"liver_disease"}
    assert known.is_a("site:local Z1") == frozenset()
    assert known.find("alopecia") == dictionary().find("alopecia")


@pytest.mark.parametrize(
    ("row", "code", "message"),
    [
        ("foo disease,diseas,,,", "names-kind", "unknown kind `diseas`"),
        ("foo disease,condition", "names-cells", "the row has 2 cells, and the header 5"),
        ("foo disease,condition,1,,", "names-code", "a code and its system go together"),
        ("foo disease,condition,,icd10,", "names-code", "a code and its system go together"),
        ("fo,condition,,,", "names-name", "`fo` cannot be a name"),
        (",condition,,,", "names-name", "`` cannot be a name"),
        ("hemoglobin,condition,,,", "names-variable", "`hemoglobin` is a variable"),
        ("xy 123,medication,,,", "names-twice", "`xy 123` stands on line 2 already"),
        ("XY-123,medication,7,local,", "names-unclear", "`XY-123` is something else on line 2"),
        ("foo disease,procedure,Z1,local,", "names-kind", "`foo disease` is a condition on line 3"),
        (
            "foo disease,condition,,,foo disease",
            "names-circle",
            "`foo disease` is its own parent, or the parent of its parents",
        ),
    ],
)
def test_a_broken_row_is_named_with_its_line_and_not_used(row: str, code: str, message: str) -> None:
    good = loads(HEADER + GOOD)[0]
    entries, problems = loads(HEADER + GOOD + row + "\n", "names.csv")

    assert [(p.code, p.message, p.place.file, p.place.line) for p in problems] == [(code, message, "names.csv", 6)]
    assert entries == good


def test_all_rows_of_a_circle_are_named() -> None:
    pairs = [("one foo", "two foo"), ("two foo", "three foo"), ("three foo", "one foo"), ("four foo", "one foo")]
    rows = "".join(f"{name},condition,,,{parent}\n" for name, parent in pairs)
    entries, problems = loads(HEADER + rows)

    assert [(p.code, p.place.line) for p in problems] == [
        ("names-circle", 2),
        ("names-circle", 3),
        ("names-circle", 4),
        ("names-parent", 5),
    ]
    assert [(e.name, e.parents) for e in entries] == [("four foo", ())]


def test_a_further_parent_is_no_repetition() -> None:
    text = HEADER + "foo disease,condition,,,liver disease\nfoo disease,condition,,,heart disease\n"
    entries, problems = loads(text)

    assert problems == ()
    assert [e.parents for e in entries] == [("concept:liver_disease", "concept:heart_disease")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "names-header"),
        ("name,code\nx,1\n", "names-header"),
        ("name,kind,colour\n", "names-header"),
        ("name,kind,name\n", "names-header"),
        (HEADER + '"foo disease,condition,,,\n', "csv-syntax"),
    ],
)
def test_what_is_no_such_table_is_refused(text: str, code: str) -> None:
    with pytest.raises(EligoError) as error:
        loads(text, "names.csv")

    assert [p.code for p in error.value.problems] == [code]


CELLS = st.text(st.sampled_from("ab \",;|\n-1'é"), max_size=12) | st.sampled_from(
    ["foo disease", "condition", "icd10", "gout"]
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=len(COLUMNS), max_size=len(COLUMNS)), max_size=8))
def test_every_row_is_used_or_named(rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([COLUMNS, *rows])
    entries, problems = loads(out.getvalue())
    filled = sum(any(cell.strip() for cell in row) for row in rows)
    parents = sum(max(len(entry.parents) - 1, 0) for entry in entries)  # a further row may add no more than a parent

    assert sum(len(entry.names) for entry in entries) + parents + len(problems) >= filled
    assert len(dictionary().before(entries)) == len(dictionary()) + len(entries)


def test_the_command_uses_good_rows_and_says_what_is_wrong(tmp_path: Path, run: Run) -> None:
    file = tmp_path / "names.csv"
    file.write_text(HEADER + GOOD + "bad,row\n", "utf-8")
    found = run("concepts", "fibrolocal syndrome", "--vocabulary", str(file), "--json")

    assert found.code == 1
    assert json.loads(found.out)["id"] == "site:local Z1"
    assert "the row has 2 cells" in found.err
    assert "site:xy_123" in run("concepts", "--vocabulary", str(file)).out
