"""Ages in the text of registry records agree with the records' own fields, or the reason why not is written down."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.registry import FLOOR, Bound, bounds
from eligo.criteria import Duration, Limit
from eligo.yamltext import read_yaml

KNOWN = Path(__file__).parent / "cases" / "registry_ages.yaml"


@pytest.mark.shared
def test_ages_in_the_text_agree_with_the_fields_and_each_exception_has_its_cause(shared: Path) -> None:
    found = list(bounds(shared / "data" / "registry_v2"))
    known = read_yaml(KNOWN.read_text("utf-8"), KNOWN.name).data

    assert len(found) > 100
    assert all(entry["cause"] for entry in known)
    assert {(b.trial, b.side) for b in found if not b.agrees} == {(e["trial"], e["bound"]) for e in known}
    assert sum(b.agrees for b in found) >= FLOOR * len(found)


@pytest.mark.parametrize(
    ("stated", "field", "agrees"),
    [
        (Limit("ge", 18, "a"), Duration(18, "a"), True),
        (Limit("gt", 18, "a"), Duration(18, "a"), True),
        (Limit("lt", 18, "a"), Duration(17, "a"), True),
        (Limit("lt", 18, "a"), Duration(16, "a"), False),
        (Limit("le", 18, "a"), Duration(17, "a"), False),
        (Limit("ge", 0.5, "a"), Duration(6, "mo"), True),
        (Limit("ge", 18, "mo"), Duration(18, "a"), False),
        (Limit("ge", 18, "a"), None, False),
    ],
)
def test_an_age_agrees_with_its_field_as_completed_years(stated: Limit, field: Duration | None, agrees: bool) -> None:
    assert Bound("", "minimum", stated, field).agrees is agrees
