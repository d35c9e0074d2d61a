"""A warehouse of so many synthetic patients, as `bench.patients` makes them, written as tables at once.

`python -m bench.warehouse -o DIR` writes 1,000,000 patients with about 22 million observations; none of them is a
person. Every value, with its unit and its range, and every fact is read by the readers of single records first; only
then they are dealt out. So the rows are such as `eligo warehouse` makes of records, and the same seed gives the same.
"""

from __future__ import annotations

import argparse
import functools
import itertools
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import polars as pl

from bench.patients import ABSENT, AS_OF, CONDITIONS, LABS
from eligo.patients.dates import NO_TIME
from eligo.patients.model import Fact, Patient, Result
from eligo.patients.native import read_patient
from eligo.patients.ordering import in_order
from eligo.warehouse.folder import staged, write_manifest
from eligo.warehouse.held import rows_of
from eligo.warehouse.runs import join
from eligo.warehouse.tables import TABLES, Table, schema
from eligo.warehouse.tally import WarehouseTally

RESULTS = (1, 2, 3, 5)  # how many of one kind a patient has, where any is known
DAYS, DAYS_OF_FACTS, DAYS_OF_LIFE = 60, 900, 25000
# Shares of results: with the report's own range, censored, without a unit that is known; of which only the month is
# known, without a date, of the day of the one before; with an earlier value of the day that gave way.
OWN_RANGE, CENSORED, NO_UNIT = 0.10, 0.03, 0.01
MONTH, UNDATED, SAME_DAY, SUPERSEDED = 0.03, 0.01, 0.05, 0.02
# Shares of facts: over, suspected, with a qualifier, of which only the month is known, without a start.
RESOLVED, SUSPECTED, NARROWED, FACT_MONTH, NO_START = 0.10, 0.03, 0.05, 0.10, 0.05
# Shares of patients: whose year of birth alone is known, of unknown sex; lists that are complete, or lack an entry.
BORN_IN_YEAR, NO_SEX, IN_PART, ATTESTED = 0.05, 0.02, 0.03, 0.05
PERSONS_AT_ONCE = 250_000
COMPLETE = {"conditions": 0.10, "medications": 0.05, "procedures": 0.05}

# The ranges of normal that reports state, in the units of the values.
NORMAL: dict[str, tuple[float, float]] = {
    "Total bilirubin": (3, 19),
    "INR": (0.8, 1.15),
    "PTA": (70, 130),
    "PLT": (140, 400),
    "Albumin": (35, 50),
    "Creatinine": (0.5, 1.1),
    "Sodium": (136, 146),
    "Hemoglobin": (120, 160),
    "ALT": (5, 45),
    "Lactate": (0.5, 2),
    "SpO2": (95, 100),
}

_ODD = (0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0x9E3779B97F4A7C15)  # of splitmix64 (Steele, Lea, Flood 2014)


class Luck:
    """Numbers by chance for whole columns: the same for the same seed, name and row, whatever the version of polars."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._asked = 0

    def share(self, rows: pl.DataFrame, *of: str) -> pl.Expr:
        """A number from 0 up to 1 for each row, by the whole numbers of these columns."""
        self._asked += 1
        mixed = pl.repeat(
            (self.seed * 1_000_003 + self._asked) * _ODD[2] % 2**64, rows.height, dtype=pl.UInt64, eager=True
        )
        for column in of:
            mixed = _mixed(mixed ^ rows[column].cast(pl.UInt64)) * _ODD[2]
        return pl.lit((_mixed(mixed) // 2**11).cast(pl.Float64) / 2**53)

    def below(self, most: int | pl.Expr, rows: pl.DataFrame, *of: str) -> pl.Expr:
        """A whole number from 0 up to `most`, without it."""
        return (self.share(rows, *of) * most).floor().cast(pl.Int64)


def _mixed(z: pl.Series) -> pl.Series:
    z = (z ^ (z // 2**30)) * _ODD[0]
    z = (z ^ (z // 2**27)) * _ODD[1]
    return z ^ (z // 2**31)


# --- what is dealt out: rows of results and facts without person and day


def _read(part: str, entries: Sequence[str | Mapping[str, object]]) -> Patient:
    record = {"id": "x", "as_of": AS_OF.isoformat(), part: list(entries)}
    return read_patient(json.dumps(record), lenient=True)


@functools.cache
def _results_of(name: str) -> list[list[Result]]:
    """The results of a laboratory's name: plain ones, with the report's own range, censored, of an unknown unit."""
    low, high, digits, unit, _ = LABS[name]
    numbers = [round(low + step / 10**digits, digits) for step in range(round((high - low) * 10**digits) + 1)]
    third = round(low + (high - low) / 3, digits)
    normal = dict(zip(("low", "high"), NORMAL[name], strict=True))
    groups: list[list[Mapping[str, object]]] = [
        [{"value": n, "unit": unit} for n in numbers],
        [{"value": n, "unit": unit, **normal} for n in numbers],
        [{"value": f"{sign}{n} {unit}"} for sign, n in (("<", low), ("<", third), (">", high), (">=", third))],
        [{"value": n, "unit": "furlong"} for n in numbers[::20]],
    ]
    return [_read_results(name, group) for group in groups]


def _read_results(name: str, entries: Sequence[Mapping[str, object]]) -> list[Result]:
    """What the reader of records makes of values of one kind; each has a day of its own, so that all count."""
    days = [AS_OF - timedelta(days=ago) for ago in range(len(entries))]
    dated = [{"variable": name, **entry, "date": str(day)} for entry, day in zip(entries, days, strict=True)]
    (found,) = _read("observations", dated).results.values()
    return [result._replace(date=None) for result in found]


def _frame(table: Table, results: Sequence[Result] = (), facts: Sequence[Fact] = ()) -> pl.DataFrame:
    """Rows of a table, which hold neither person nor day."""
    patient = Patient("x", AS_OF, results={"x": tuple(results)}, facts={"x": tuple(facts)})
    rows = rows_of(patient, 0)
    found = rows.observations if table == "observation" else rows.facts
    return pl.DataFrame(found, schema=schema(table), orient="row")


def _with_entry(palette: pl.DataFrame, ranks: Mapping[str, Sequence[int]]) -> pl.DataFrame:
    """The rows with their number, without what is dealt out with them."""
    dealt_out = (
        "person",
        "position",
        "superseded",
        "first",
        "last",
        "start_first",
        "start_last",
        "end_first",
        "end_last",
    )
    bare = palette.drop(*(name for name in dealt_out if name in palette.columns))
    return bare.with_columns(
        entry=pl.int_range(pl.len(), dtype=pl.Int64), **{n: pl.Series(r) for n, r in ranks.items()}
    )


def _ranks(results: Sequence[Result]) -> dict[str, list[int]]:
    """The place of each result among those of one day, as `in_order` puts them: by what is written, and by all."""
    ordered = in_order([(result, NO_TIME) for result in results], AS_OF).results
    whole = {result: rank for rank, result in enumerate(ordered)}
    words = [(result.problem is not None, result.written) for result in ordered]
    first = {key: words.index(key) for key in set(words)}
    by_words = [first[result.problem is not None, result.written] for result in results]
    return {"by_words": by_words, "by_all": [whole[result] for result in results]}


# --- observations


def _observations(name: str, count: int, luck: Luck) -> pl.DataFrame:
    """All results of one kind, in the order of the table."""
    groups, known = _results_of(name), LABS[name][4]
    palette = _with_entry(_frame("observation", [r for g in groups for r in g]), _ranks([r for g in groups for r in g]))
    sizes = [len(group) for group in groups]
    starts = [0, *itertools.accumulate(sizes)]
    people = pl.DataFrame({"person": pl.int_range(count, dtype=pl.Int64, eager=True)})
    people = people.filter(luck.share(people, "person") < known)
    many = luck.below(len(RESULTS), people, "person").replace_strict(dict(enumerate(RESULTS)), return_dtype=pl.Int64)
    rows = people.with_columns(nth=pl.int_ranges(0, many)).explode("nth")
    at = ("person", "nth")
    rows = rows.with_columns(
        ago=luck.below(DAYS, rows, *at), group=_chosen(luck.share(rows, *at), (OWN_RANGE, CENSORED, NO_UNIT))
    )
    again = (pl.col("nth") > 0) & (luck.share(rows, *at) < SAME_DAY)
    start, size = (pl.col("group").replace_strict(dict(enumerate(o)), return_dtype=pl.Int64) for o in (starts, sizes))
    rows = rows.with_columns(
        pl.when(again).then(pl.col("ago").shift(1)).otherwise("ago").alias("ago"),
        entry=start + luck.below(size, rows, *at),
    )
    rows = rows.with_columns(_days(pl.col("ago"), luck.share(rows, *at), MONTH, UNDATED))
    placed = _placed(rows.join(palette.select("entry", "by_words", "by_all"), on="entry", how="left"))
    return _filled(_superseded(placed, sizes[0], luck), palette, "observation")


def _chosen(share: pl.Expr, shares: Sequence[float]) -> pl.Expr:
    """Which of several kinds a share is: 1, 2, ... for these, and 0 for the rest."""
    below = [share < end for end in itertools.accumulate(shares)]
    found = pl.lit(0, pl.Int64)
    for number, within in reversed(list(enumerate(below, 1))):
        found = pl.when(within).then(pl.lit(number, pl.Int64)).otherwise(found)
    return found


def _days(ago: pl.Expr, share: pl.Expr, month: float, undated: float, stem: str = "") -> list[pl.Expr]:
    """The first and the last day of what was so many days ago: that day, its month, or none."""
    day = pl.lit(AS_OF) - pl.duration(days=ago)
    ends = {"first": day.dt.month_start(), "last": day.dt.month_end()}
    return [
        pl.when(share < undated).then(None).when(share < undated + month).then(end).otherwise(day).alias(stem + name)
        for name, end in ends.items()
    ]


def _placed(rows: pl.DataFrame) -> pl.DataFrame:
    """The results of each person in the order in which they count, each once."""
    today = pl.lit(AS_OF)
    first, last = pl.col("first").fill_null(today), pl.min_horizontal(pl.col("last").fill_null(today), today)
    once = rows.select("person", "entry", "first", "last", "by_words", "by_all").unique()
    ordered = once.sort(
        "person",
        last,
        first,
        "by_words",
        pl.col("first").is_null(),
        "by_all",
        descending=[False, True, True] + [False] * 3,
    )
    position = pl.int_range(pl.len(), dtype=pl.UInt32).over("person")
    return ordered.select("person", "entry", "first", "last", superseded=pl.lit(False), position=position)


def _superseded(rows: pl.DataFrame, plain: int, luck: Luck) -> pl.DataFrame:
    """The results with earlier ones of the latest day, which gave way, where that day has only one."""
    alone = rows.with_columns(of_day=pl.len().over("person", "first", "last"))
    later = alone.filter(
        (pl.col("position") == 0) & (pl.col("of_day") == 1) & (luck.share(alone, "person") < SUPERSEDED)
    )
    earlier = later.with_columns(entry=luck.below(plain, later, "person"), superseded=pl.lit(True)).select(rows.columns)
    return pl.concat([rows, earlier]).sort("person", "superseded", "position")


def _filled(rows: pl.DataFrame, palette: pl.DataFrame, table: Table) -> pl.DataFrame:
    """The rows with what was read of each, in the columns of the table."""
    joined = rows.join(palette, on="entry", how="left", maintain_order="left")
    return joined.select(pl.col(name).cast(kind) for name, kind in schema(table).items())


# --- facts


def _facts(name: str, count: int, luck: Luck) -> pl.DataFrame:
    """All facts of one condition, in the order of the table."""
    forms: list[dict[str, object]] = [
        {"concept": name, "status": "active"},
        {"concept": name, "status": "resolved"},
        {"concept": name, "status": "suspected"},
        {"concept": f"severe {name}", "status": "active"},
    ]
    facts = [next(f for found in _read("conditions", [form]).facts.values() for f in found) for form in forms]
    palette = _with_entry(_frame("fact", facts=facts), {})
    people = pl.DataFrame({"person": pl.int_range(count, dtype=pl.Int64, eager=True)})
    rows = people.filter(luck.share(people, "person") < CONDITIONS[name])
    rows = rows.with_columns(
        entry=_chosen(luck.share(rows, "person"), (RESOLVED, SUSPECTED, NARROWED)),
        ago=luck.below(DAYS_OF_FACTS, rows, "person"),
        position=pl.lit(0),
    )
    rows = rows.with_columns(_days(pl.col("ago"), luck.share(rows, "person"), FACT_MONTH, NO_START, "start_"))
    ended = pl.lit(AS_OF) - pl.duration(days=luck.below(pl.col("ago") + 1, rows, "person"))
    over = (pl.col("entry") == 1) & pl.col("start_first").is_not_null()
    end = pl.max_horizontal(ended, "start_last")
    end = pl.when(over & (end <= pl.lit(AS_OF))).then(end)
    return _filled(rows.with_columns(end_first=end, end_last=end), palette, "fact")


# --- persons


def _persons(first: int, count: int, luck: Luck) -> pl.DataFrame:
    """Persons, from a number on."""
    absent = sorted(_read("absent", ABSENT).absent)
    people = pl.DataFrame({"person": pl.int_range(first, first + count, dtype=pl.Int64, eager=True)})
    birth = pl.lit(AS_OF) - pl.duration(days=luck.below(DAYS_OF_LIFE, people, "person"))
    year = luck.share(people, "person") < BORN_IN_YEAR
    share, attested = luck.share(people, "person"), luck.share(people, "person")
    lists = {name: luck.share(people, "person") < part for name, part in sorted(COMPLETE.items())}
    nothing = pl.lit([], pl.List(pl.String))
    made = people.select(
        "person",
        id=pl.lit("synthetic-") + pl.col("person").cast(pl.String).str.zfill(6),
        as_of=pl.lit(AS_OF),
        birth_first=pl.when(year).then(birth.dt.truncate("1y")).otherwise(birth),
        birth_last=pl.when(year).then(birth.dt.truncate("1y").dt.offset_by("1y").dt.offset_by("-1d")).otherwise(birth),
        sex=pl.when(share < NO_SEX)
        .then(None)
        .when(share < 0.5 + NO_SEX / 2)
        .then(pl.lit("male"))
        .otherwise(pl.lit("female")),
        absent=_some({concept: luck.share(people, "person") < 0.5 for concept in absent}),
        never=nothing,
        complete=_some(lists),
        in_part=_some({"conditions": luck.share(people, "person") < IN_PART}),
        attested_yes=_some({"informed_consent": attested < ATTESTED}),
        attested_no=_some({"informed_consent": attested > 1 - ATTESTED / 10}),
        warnings=nothing,
        ending=pl.lit(None),
        replies=pl.lit(None),
        identifiers=pl.lit(None),
    )
    return made.select(pl.col(name).cast(kind) for name, kind in schema("person").items())


def _concept(name: str) -> str:
    (concept,) = _read("conditions", [name]).facts
    return concept


def _some(of: Mapping[str, pl.Expr]) -> pl.Expr:
    """A list of those words that hold."""
    return pl.concat_list([pl.when(holds).then(pl.lit(word)) for word, holds in of.items()]).list.drop_nulls()


# --- all of it


def parts(table: Table, count: int, seed: int) -> Iterator[pl.DataFrame]:
    """The rows of a table in its order, a part at a time."""
    if table == "person":
        for first in range(0, count, PERSONS_AT_ONCE):
            yield _persons(first, min(PERSONS_AT_ONCE, count - first), Luck(seed))
        return
    names, make = (LABS, _observations) if table == "observation" else (CONDITIONS, _facts)
    ids = {name: _results_of(name)[0][0].variable if table == "observation" else _concept(name) for name in names}
    for number, name in enumerate(sorted(names, key=lambda n: ids[n])):
        yield make(name, count, Luck(seed * 1000 + number + (500 if table == "fact" else 0)))


def write(folder: Path, count: int, seed: int = 1) -> dict[str, int]:
    """Write a warehouse of so many patients; give how many rows each table has."""
    rows: dict[str, int] = dict.fromkeys(TABLES, 0)
    with staged(folder) as staging:
        for table in TABLES:
            files = []
            for number, frame in enumerate(parts(table, count, seed)):
                files.append(staging.new / f".{table}-{number:05}.part")
                frame.write_parquet(files[-1], compression="lz4")
                rows[table] += frame.height
            join(files, staging.new, table)
        about = {"as_of": AS_OF.isoformat(), "complete": [], "sources": [f"bench.warehouse, seed {seed}"]}
        write_manifest(staging.new, rows, about, WarehouseTally().as_json())
        staging.put()
    return rows


def main() -> int:
    """Write a warehouse, and print how long that took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=1_000_000, help="patients (default: 1000000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR")
    args = parser.parse_args()
    begun = time.perf_counter()
    rows = write(args.output, args.count, args.seed)
    size = sum(file.stat().st_size for file in args.output.iterdir()) / 2**20
    counts = ", ".join(f"{count} {table}" for table, count in rows.items())
    print(f"{counts} rows, {size:.0f} MB, in {time.perf_counter() - begun:.1f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
