"""Whatever stands in the cells of OMOP tables: no internal error, no value in a message, no NaN in a warehouse."""

from __future__ import annotations

import math
from datetime import date, datetime

import hypothesis.strategies as st
import polars as pl
import pytest
from hypothesis import HealthCheck, example, given, settings

from eligo.warehouse.omop_cells import BadCellError, Cell, clock, day, number, whole, words
from eligo.warehouse.omop_words import CONCEPT, omop_words, wanted
from eligo.warehouse.store import read_back
from eligo.warehouse.tables import TABLES, file_of
from tests.doors import VALUE, Run

IDS = st.sampled_from(("1", "2", "3016723", "8840", "4214956", "200528", "0", "9201"))
DAYS = st.sampled_from(("2026-11-10", "2026-11-10 08:30:00", "20251224", "2030-01-01", "1850-01-01", "0001-01-01"))
ODD = st.sampled_from(
    (
        *("", " ", "NaN", "inf", "-1", "1e400", "1e300", "0.5", "1.0", "99999999999999999999", "1,5", VALUE + "x"),
        *("2026-13-40", "10000-01-01", "\x00", "<5", "é" * 300, "true", "Creatinine", "mg/dL", "?"),
    )
)
CELLS = st.one_of(IDS, DAYS, ODD)


@st.composite
def odd_tables(draw: st.DrawFn) -> dict[str, pl.DataFrame]:
    """Tables of a few rows, in each cell of which may stand anything."""
    found = {}
    for name, table in wanted().items():
        columns = [c for role, c in table.columns.items() if role in table.needed or draw(st.integers(0, 9))]
        height = draw(st.integers(0, 3))
        cells = {column: draw(st.lists(CELLS, min_size=height, max_size=height)) for column in columns}
        if name == "person":
            cells["person_id"] = ["1", "2", "1"][:height]
        found[name] = pl.DataFrame(cells, dict.fromkeys(columns, pl.String))
    return found


@pytest.mark.parametrize("typed", [False, True])
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(tables=odd_tables(), kind=st.sampled_from((pl.Float64, pl.Float32, pl.Int64, pl.Boolean, pl.Binary)))
def test_odd_cells_are_told_and_never_an_internal_error(
    run: Run,
    tmp_path_factory: pytest.TempPathFactory,
    typed: bool,
    tables: dict[str, pl.DataFrame],
    kind: type[pl.DataType],
) -> None:
    folder = tmp_path_factory.mktemp("odd")
    (folder / "omop").mkdir()
    for name, frame in tables.items():
        if typed:
            as_kind = pl.all().cast(kind, strict=False) if kind != pl.Boolean else pl.all() == "1"
            frame.with_columns(as_kind).write_parquet(folder / "omop" / f"{name}.parquet")
        else:
            frame.write_csv(folder / "omop" / f"{name}.csv")

    found = run("warehouse", folder / "omop", "--as-of", "2026-11-20", "-o", folder / "out")

    assert found.code in (0, 1, 10)
    assert "internal" not in found.err
    assert VALUE not in found.err
    if (folder / "out").exists():
        list(read_back(folder / "out"))
        for table in TABLES:
            for column in pl.read_parquet(file_of(folder / "out", table)).select(pl.col(pl.Float64)).iter_columns():
                assert not column.is_nan().any()


cells: st.SearchStrategy[Cell] = st.one_of(
    st.none(), st.text(), st.integers(), st.floats(), st.booleans(), st.dates(), st.datetimes(), st.decimals(), CELLS
)


@given(cells)
@example(float("nan"))
@example("2026-11-20 25:00:00")
def test_a_cell_is_read_or_refused(cell: Cell) -> None:
    for read in (whole, number, day, words, lambda held: clock(held, date(2026, 11, 10))):
        try:
            found = read(cell)
        except BadCellError:
            continue
        assert not isinstance(found, float) or math.isfinite(found)
        assert not isinstance(found, datetime)


def test_every_table_that_is_read_has_a_list_or_none() -> None:
    known = omop_words()

    assert {table.list for table in known.tables.values()} == {None, "conditions", "procedures", "medications"}
    assert CONCEPT not in known.tables
    assert all(table.needed["person"] == "person_id" for table in known.tables.values())
