"""A cohort's SQL says in every engine what polars says, and with the hand-over the counts of `eligo cohort`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from polars import DataFrame

pl = pytest.importorskip("polars", reason="polars is not installed (pip install '.[cohort]')")
pytest.importorskip("sqlglot", reason="sqlglot is not installed (pip install '.[cohort]')")

from bench import warehouse  # noqa: E402 - after the checks for what is not there everywhere
from eligo.cohort.criteria import answer_columns  # noqa: E402
from eligo.cohort.form import ColumnName, Negated, all_of, any_of, is_open, value_of  # noqa: E402
from eligo.cohort.handover import HandOver, decide, patched  # noqa: E402
from eligo.cohort.in_sql import in_sql  # noqa: E402
from eligo.cohort.run import Columns  # noqa: E402
from eligo.cohort.source import Warehouse  # noqa: E402
from eligo.cohort.sql import HEAD, script, statements  # noqa: E402
from eligo.cohort.sql_stages import Dialect  # noqa: E402
from eligo.cohort.staging import Staged  # noqa: E402
from eligo.cohort.study import Wanted, study  # noqa: E402
from eligo.cohort.tally import Counting  # noqa: E402
from eligo.evaluate import Engine  # noqa: E402
from eligo.screening import load_rules  # noqa: E402
from eligo.warehouse.tables import COLUMNS, TABLES, file_of  # noqa: E402
from tests.postgres import cluster  # noqa: E402
from tests.spark import ran as ran_by_spark  # noqa: E402
from tests.test_cohort_laws import FORMS, ROWS  # noqa: E402

COUNT, SEED = 200, 17
Rows = Sequence[Sequence[object]]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    folder = tmp_path_factory.mktemp("sql") / "warehouse"
    warehouse.write(folder, COUNT, SEED)
    return Warehouse(folder)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return load_rules().engine()


@pytest.fixture(scope="module")
def polars_frame(source: Warehouse, engine: Engine) -> DataFrame:
    return Columns(source, engine, source.days()[0]).frame(0, COUNT)


def _asked(source: Warehouse, engine: Engine, dialect: Dialect) -> tuple[list[str], list[str]]:
    """The statements without the last one; then that for the counts, and one for the row of each patient."""
    made = list(statements(source, engine, dialect))
    return made[:-1], [made[-1], "SELECT * FROM eligo_judged ORDER BY person"]


# --- DuckDB


def _by_duckdb(asked: Sequence[str], last: str) -> tuple[list[str], Rows]:
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed (pip install '.[cohort]')")
    with duckdb.connect() as connection:
        for statement in asked:
            connection.execute(statement)
        found = connection.execute(last)
        return [one[0] for one in found.description], found.fetchall()


def test_duckdb_means_what_the_form_means() -> None:
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed (pip install '.[cohort]')")
    types = {
        "a": "BOOLEAN",
        "b": "BOOLEAN",
        "x": "DOUBLE",
        "y": "DOUBLE",
        "w": "VARCHAR",
        "l": "VARCHAR[]",
        "n": "BIGINT",
    }
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE t (k BIGINT, {', '.join(f'{name} {kind}' for name, kind in types.items())})")
        for number, row in enumerate(ROWS):
            connection.execute(
                f"INSERT INTO t VALUES (?{', ?' * len(types)})", [number, *(row[name] for name in types)]
            )
        for form in FORMS:
            found = connection.execute(f"SELECT {in_sql(form).sql(dialect='duckdb')} FROM t ORDER BY k").fetchall()
            assert [one[0] for one in found] == [value_of(form, row) for row in ROWS], form


def test_what_is_shared_is_worked_out_once_and_stays_the_same() -> None:
    a, b, c = ColumnName("a"), ColumnName("b"), ColumnName("c")
    shared = any_of([all_of([a, Negated(b), is_open(c)]), all_of([b, c, Negated(a)])])
    staged = Staged({"one": Negated(shared), "other": all_of([shared, c])}, "p")
    assert [len(stage) for stage in staged.stages] == [1]
    for values in ((x, y, z) for x in (None, True, False) for y in (None, True) for z in (None, False)):
        row: dict[str, object] = dict(zip("abc", values, strict=True))
        for stage in staged.stages:
            row |= {name: value_of(part, row) for name, part in stage.items()}
        assert value_of(staged.outputs["one"], row) == value_of(Negated(shared), row)
        assert value_of(staged.outputs["other"], row) == value_of(all_of([shared, c]), row)


def test_duckdb_says_of_every_patient_what_polars_says(
    source: Warehouse, engine: Engine, polars_frame: DataFrame
) -> None:
    asked, (_, of_each) = _asked(source, engine, "duckdb")
    found = _frame(*_by_duckdb(asked, of_each))
    assert _unlike(engine, found, polars_frame) == Counter()
    assert _counts(source, engine, found) == _by_study(source, engine)


def test_duckdb_counts_by_the_script_alone(source: Warehouse, engine: Engine) -> None:
    asked, (counts, of_each) = _asked(source, engine, "duckdb")
    names, rows = _by_duckdb(asked, counts)
    assert tuple(names) == HEAD
    assert [list(row) for row in rows] == _lines(engine, _frame(*_by_duckdb(asked, of_each)))


def test_the_printed_script_runs_as_it_is(source: Warehouse, engine: Engine) -> None:
    duckdb = pytest.importorskip("duckdb", reason="duckdb is not installed (pip install '.[cohort]')")
    text = script(source, engine, "duckdb")
    with duckdb.connect() as connection:
        rows = connection.execute(text).fetchall()
    assert len(rows) == sum(1 + len(trial.criteria) for trial in engine.trials)
    assert text == script(source, engine, "duckdb")


# --- Postgres and Spark


def test_postgres_says_the_same(source: Warehouse, engine: Engine, polars_frame: DataFrame) -> None:
    psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed (pip install '.[cohort]')")
    asked, last = _asked(source, engine, "postgres")
    with cluster() as url, psycopg.connect(url) as connection:
        _load(connection, source.folder)
        for statement in asked:
            connection.execute(statement)
        counts, of_each = (connection.execute(one) for one in last)
        names = [one.name for one in of_each.description]
        found, lines = _frame(names, of_each.fetchall()), [list(row) for row in counts.fetchall()]
    assert _unlike(engine, found, polars_frame) == Counter()
    assert lines == _lines(engine, found)
    assert _counts(source, engine, found) == _by_study(source, engine)


def _load(connection: object, folder: Path) -> None:
    """The tables of a warehouse in a database."""
    types = {
        "word": "text",
        "words": "text[]",
        "count": "bigint",
        "number": "double precision",
        "day": "date",
        "bool": "boolean",
        "bits": "smallint",
    }
    for table in TABLES:
        columns = COLUMNS[table]
        connection.execute(f"CREATE TABLE eligo_{table} ({', '.join(f'{n} {types[k]}' for n, k in columns.items())})")  # type: ignore[attr-defined]  # a connection
        with connection.cursor() as cursor, cursor.copy(f"COPY eligo_{table} FROM STDIN") as copy:  # type: ignore[attr-defined]  # as above
            for row in pl.read_parquet(file_of(folder, table)).select(list(columns)).iter_rows():
                copy.write_row(row)


def test_spark_says_the_same(source: Warehouse, engine: Engine, polars_frame: DataFrame, tmp_path: Path) -> None:
    asked, last = _asked(source, engine, "spark")
    counts, of_each = ran_by_spark(asked, last, tmp_path)
    names = ["person", "whole", *(name for number, _ in enumerate(engine.asked) for name in answer_columns(number))]
    names += [name for columns in HandOver(source, engine).columns for name in columns]
    found = _frame(names, of_each)
    assert _unlike(engine, found, polars_frame) == Counter()
    assert counts == _lines(engine, found)
    assert _counts(source, engine, found) == _by_study(source, engine)


# --- what is compared


def _frame(names: Sequence[str], rows: Rows) -> DataFrame:
    kinds = {name: pl.Int64 if name[0] in "wr" and name != "whole" else pl.Boolean for name in names}
    found: DataFrame = pl.DataFrame(
        list(rows), schema={**kinds, "person": pl.UInt32}, orient="row", infer_schema_length=None
    )
    return found


def _unlike(engine: Engine, found: DataFrame, other: DataFrame) -> Counter[str]:
    """The columns in which two differ, and in how many rows: a truth, or a reason of what is open for sure."""
    unlike: Counter[str] = Counter()
    for number, _ in enumerate(engine.asked):
        truth, hand, why = answer_columns(number)
        sure = ~found[hand]
        unlike[truth] += int((sure & ~found[truth].eq_missing(other[truth])).sum())
        unlike[hand] += int((sure & other[hand]).sum())
        unlike[why] += int((sure & found[truth].is_null() & (found[why] != other[why])).sum())
    return +unlike


def _decided(source: Warehouse, engine: Engine, found: DataFrame) -> DataFrame:
    hand_over = HandOver(source, engine)
    jobs = list(hand_over.jobs(found, source.concepts()))
    return patched(found, [decide(engine, job, hand_over.criteria) for job in jobs], hand_over.columns)


def _counts(source: Warehouse, engine: Engine, found: DataFrame) -> list[Counter[tuple[str, ...]]]:
    frame = _decided(source, engine, found)
    countings = [Counting(place, trial, range(len(trial.criteria))) for place, trial in enumerate(engine.trials)]
    return [counting.tally(counting.with_verdict(frame)).counts for counting in countings]


def _by_study(source: Warehouse, engine: Engine) -> list[Counter[tuple[str, ...]]]:
    criteria = HandOver(source, engine).criteria
    found = study(source, engine, lambda jobs: [decide(engine, job, criteria) for job in jobs], Wanted(curves=False))
    return [tally.counts for tally in found.tallies]


def _lines(engine: Engine, found: DataFrame) -> list[list[object]]:
    """What the script counts, by the rows of patients: before anybody is decided one by one."""
    lines: list[list[object]] = []
    for place, trial in enumerate(engine.trials):
        counting = Counting(place, trial, range(len(trial.criteria)))
        counts = counting.tally(counting.with_verdict(found)).counts
        hands = [hand for _, hand, _ in counting.columns]
        anybody = found.select(pl.any_horizontal("whole", *hands).sum()).item()
        eligible, open_ = counts["eligible",], counts["undetermined",]
        lines.append(
            [trial.plan.trial, "", eligible, counts["ineligible",], open_, anybody, eligible, eligible + open_]
        )
        for number, ready in enumerate(trial.criteria):
            parts = [counts[word, str(number)] for word in ("passes", "blocks", "open")]
            hand = found.select(pl.any_horizontal("whole", hands[number]).sum()).item()
            left = [counts[word, str(number)] for word in ("certain", "possible")]
            lines.append([trial.plan.trial, ready.criterion.id, *parts, hand, *left])
    return lines
