"""A cohort says of every criterion what the evaluation of single records says; columns alone never say the reverse."""

from __future__ import annotations

import itertools
import json
import tempfile
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

pl = pytest.importorskip("polars", reason="polars is not installed (pip install '.[cohort]')")

from bench.cohort import POLICIES, rows  # noqa: E402 - after the check for polars
from bench.patients import records  # noqa: E402
from eligo.cohort.calendar import born_until, cuts_of  # noqa: E402
from eligo.cohort.folding import folded  # noqa: E402
from eligo.cohort.form import (  # noqa: E402
    FALSE,
    TRUE,
    UNKNOWN,
    Arithmetic,
    BitsOf,
    ColumnName,
    Compared,
    Expr,
    HasBits,
    HasWord,
    If,
    IsIn,
    IsNull,
    Negated,
    Value,
    all_of,
    any_of,
    either,
    is_false,
    is_open,
    is_true,
    not_,
    value_of,
)
from eligo.cohort.in_polars import in_polars  # noqa: E402
from eligo.criteria import Duration  # noqa: E402
from eligo.evaluate import Engine  # noqa: E402
from eligo.evaluation.chart import Policy  # noqa: E402
from eligo.evaluation.window import shift  # noqa: E402
from eligo.patients.dates import AgeUnit, completed  # noqa: E402
from eligo.patients.native import read_patient  # noqa: E402
from eligo.screening import load_rules  # noqa: E402
from eligo.truth import Truth  # noqa: E402
from eligo.truth import all_of as kleene_and  # noqa: E402
from eligo.truth import any_of as kleene_or  # noqa: E402
from eligo.truth import not_ as kleene_not  # noqa: E402
from eligo.warehouse.store import write  # noqa: E402
from tests.cohort import differences  # noqa: E402
from tests.evaluating import plan_of  # noqa: E402
from tests.strategies import patients, policies, predicates  # noqa: E402

AS_OF = date(2026, 11, 20)
TRUTHS = {None: Truth.UNKNOWN, True: Truth.MET, False: Truth.NOT_MET}
THREE: tuple[bool | None, ...] = (None, False, True)


# --- the form


ROWS = [
    {"a": a, "b": b, "x": x, "y": y, "w": w, "l": words, "n": bits}
    for a, b in itertools.product(THREE, THREE)
    for x, y in ((None, 1.0), (1.0, 1.0), (1.0, 2.0), (float("-inf"), 2.0), (3.0, float("inf")))
    for w, words, bits in ((None, [], 0), ("u", ["u", "v"], 5), ("v", ["w"], 2))
]
TYPES = {
    "a": pl.Boolean,
    "b": pl.Boolean,
    "x": pl.Float64,
    "y": pl.Float64,
    "w": pl.String,
    "l": pl.List(pl.String),
    "n": pl.Int64,
}
A, B, X, Y = ColumnName("a"), ColumnName("b"), ColumnName("x"), ColumnName("y")
FORMS: list[Expr] = [
    all_of([A, B]),
    any_of([A, B]),
    Negated(A),
    IsNull(A),
    is_true(A),
    is_false(A),
    is_open(A),
    If(A, B, Value(None, "bool")),
    either(A, TRUE, UNKNOWN),
    *(Compared(op, X, Y) for op in ("lt", "le", "gt", "ge", "eq")),
    Compared("le", Arithmetic("minus", X, Y), Value(0.5, "number")),
    Arithmetic("times", X, Value(2.0, "number")),
    IsIn(ColumnName("w"), ("u", "z")),
    HasWord("l", "u"),
    HasBits("n", 4),
    BitsOf((ColumnName("n"), Value(8, "count"))),
]


@pytest.mark.parametrize("form", FORMS, ids=repr)
def test_polars_means_what_the_form_means(form: Expr) -> None:
    frame = pl.DataFrame(ROWS, schema=TYPES)
    found = frame.select(in_polars(form).alias("found"))["found"].to_list()
    assert found == [value_of(form, row) for row in ROWS]


@pytest.mark.parametrize(("one", "other"), list(itertools.product(THREE, THREE)))
def test_null_is_unknown_in_strong_kleene_logic(one: bool | None, other: bool | None) -> None:
    row = {"a": one, "b": other}
    pair = [TRUTHS[one], TRUTHS[other]]
    assert TRUTHS[_bool(value_of(all_of([A, B]), row))] is kleene_and(pair)
    assert TRUTHS[_bool(value_of(any_of([A, B]), row))] is kleene_or(pair)
    assert TRUTHS[_bool(value_of(not_(A), row))] is kleene_not(TRUTHS[one])


def _bool(value: object) -> bool | None:
    assert value is None or isinstance(value, bool)
    return value


small: st.SearchStrategy[Expr] = st.recursive(
    st.sampled_from([A, B, TRUE, FALSE, UNKNOWN, Compared("lt", X, Y), HasBits("n", 6), HasBits("n", 8)]),
    lambda parts: st.one_of(
        st.lists(parts, min_size=1, max_size=3).map(all_of),
        st.lists(parts, min_size=1, max_size=3).map(any_of),
        parts.map(not_),
        parts.map(is_open),
        st.builds(either, parts, parts, parts),
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(small)
def test_folding_changes_no_value(form: Expr) -> None:
    rows_there = [row for row in ROWS if row["n"] != 5 and row["a"] is None]

    def known(part: Expr) -> Expr | None:
        if part == A:
            return UNKNOWN
        return FALSE if part == HasBits("n", 8) else None

    short = folded(form, known)
    assert [value_of(short, row) for row in rows_there] == [value_of(form, row) for row in rows_there]


# --- days


@given(st.integers(0, 90), st.sampled_from(["a", "mo", "wk", "d"]), st.integers(-400, 400))
def test_the_last_day_of_birth_for_an_age_is_just_that(age: int, unit: AgeUnit, days: int) -> None:
    last = born_until(age, unit, AS_OF)
    for day in (last, last + timedelta(days=1), last + timedelta(days=days)):
        if day <= AS_OF:
            assert (completed(day, AS_OF, unit) >= age) == (day <= last)


@given(st.builds(Duration, st.integers(1, 40), st.sampled_from(["d", "wk", "mo", "a"])), st.integers(-2000, 2000))
def test_between_two_cuts_no_window_tells_days_apart(length: Duration, days: int) -> None:
    cuts = cuts_of([length], AS_OF)
    day = AS_OF + timedelta(days=days)
    first = max((cut for cut in cuts if cut <= day), default=day)

    def told(one: date) -> tuple[bool, ...]:
        back, ahead = shift(AS_OF, length, -1), shift(AS_OF, length)
        moved = shift(one, length)
        sides = (one < back, one <= back, one < ahead, one <= ahead, one < AS_OF, one <= AS_OF)
        return (*sides, moved < AS_OF, moved <= AS_OF)

    assert told(first) == told(day)


# --- the law


@settings(max_examples=25, deadline=None)
@given(st.lists(patients(), min_size=4, max_size=8), st.lists(predicates, min_size=4, max_size=8), policies)
def test_no_criterion_differs_from_single_records(people: list, asked: list, policy: Policy) -> None:  # type: ignore[type-arg]  # as hypothesis makes them
    assert differences(Engine([plan_of(*asked)], policy), people) == []


@pytest.mark.parametrize("policy", POLICIES, ids=["default", "all ages", "short ages", "assumed"])
def test_shipped_trials_say_the_same_of_a_ward(policy: Policy, tmp_path: Path) -> None:
    people = [read_patient(json.dumps(record)) for record in records(150, seed=11)]
    write(people, tmp_path)
    found = list(rows(load_rules().engine(policy), tmp_path, people))
    assert [row for row in found if row.decided is not row.plain] == []
    assert [row for row in found if row.columns is not row.plain and not row.handed] == []
    assert [row for row in found if row.handed and row.columns is not Truth.UNKNOWN] == []
    assert sum(row.handed for row in found) < len(found) * 0.05  # columns are of use


def test_records_of_several_days_are_each_judged_as_of_their_own(root: Path) -> None:
    people = []
    for file in sorted((root / "patients_examples").glob("*.json"))[:40]:
        try:
            people.append(read_patient(file.read_text("utf-8")))
        except Exception:
            continue
    assert len({patient.as_of for patient in people}) > 0
    with tempfile.TemporaryDirectory() as _:
        assert differences(load_rules().engine(), people) == []
