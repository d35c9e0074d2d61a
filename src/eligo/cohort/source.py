"""A warehouse in, its rows out as the columns that stages ask for: those of some variables, concepts and persons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from eligo.cohort.form import columns_of
from eligo.cohort.in_polars import in_polars
from eligo.cohort.latest import Every, Latest
from eligo.cohort.weighing import DEPTH, weighed
from eligo.dataclass import dataclass
from eligo.errors import EligoError, Place, Problem
from eligo.warehouse.folder import grammar_sha256, read_manifest
from eligo.warehouse.tables import TABLES, Table, file_of, schema

if TYPE_CHECKING:
    import polars as pl

_HELP = "make it again with `eligo warehouse`"


@dataclass(frozen=True, slots=True)
class Persons:
    """Rows of the person table of one day: numbers in order, and the place of each number that is looked up."""

    first: int
    last: int
    table: pl.DataFrame
    places: pl.Series

    @property
    def is_all(self) -> bool:
        """Whether the rows are all persons of the range."""
        return len(self.table) == self.last - self.first

    def spread(self, rows: pl.DataFrame, numbers: pl.Series) -> pl.DataFrame:
        """Rows of some persons, by their numbers, as rows of all of these, null elsewhere."""
        import polars as pl  # lazily: only a cohort needs it

        places = pl.Series([None], dtype=pl.UInt32()).new_from_index(0, self.last - self.first)
        if len(rows):
            at = (numbers.cast(pl.Int64()) - self.first).cast(pl.UInt32())
            places = places.scatter(at, pl.Series(range(len(rows)), dtype=pl.UInt32()))
        if not self.is_all:
            places = places.gather((self.table["person"].cast(pl.Int64()) - self.first).cast(pl.UInt32()))
        if not len(rows):
            nothing = {k: pl.Series([None], dtype=t).new_from_index(0, len(places)) for k, t in rows.schema.items()}
            return pl.DataFrame(nothing)
        return rows.select(pl.all().gather(places))


@dataclass(frozen=True, slots=True)
class Warehouse:
    """A folder of tables."""

    folder: Path

    def scan(self, table: Table) -> pl.LazyFrame:
        """A table, read when it is wanted."""
        import polars as pl  # lazily: only a cohort needs it

        return pl.scan_parquet(file_of(self.folder, table), glob=False)

    def warnings(self) -> list[Problem]:
        """What to know of the warehouse: that names and units may have been read otherwise than they are now."""
        if read_manifest(self.folder).get("grammar_sha256") in (None, grammar_sha256()):
            return []
        message = "the warehouse was read with other names, units or ages than those of this eligo"
        return [Problem("warehouse-grammar", message, Place(str(self.folder)), _HELP, "warning")]

    def count(self) -> int:
        """How many persons there are."""
        import polars as pl  # lazily, as above

        found: int = self.scan("person").select(pl.len()).collect().item()
        return found

    def days(self) -> list[date]:
        """The days as of which records are."""
        found: list[date] = self.scan("person").select("as_of").unique().collect()["as_of"].sort().to_list()
        return found

    def units(self, variables: Iterable[str]) -> dict[str, list[str]]:
        """The units in which these variables are recorded."""
        import polars as pl  # lazily, as above

        found: dict[str, list[str]] = {}
        for variable in variables:
            rows = self.scan("observation").filter(pl.col("variable") == variable).select("unit").unique().collect()
            found[variable] = sorted(unit for unit in rows["unit"].to_list() if unit is not None)
        return found

    def concepts(self) -> list[str]:
        """The concepts of all facts."""
        found: list[str] = self.scan("fact").select("concept").unique().collect()["concept"].sort().to_list()
        return found

    def ids(self, persons: pl.Series) -> list[str]:
        """The ids of these persons, who stand in order."""
        import polars as pl  # lazily, as above

        inside = pl.col("person").is_in(persons.implode())
        found: list[str] = (
            self.scan("person").filter(inside).select("person", "id").collect().sort("person")["id"].to_list()
        )
        return found

    def variables(self) -> frozenset[str]:
        """The variables that are recorded of anybody."""
        return frozenset(self.scan("observation").select("variable").unique().collect()["variable"].to_list())

    def with_values(self, variable: str, persons: Persons) -> pl.Series:
        """The numbers of those persons of a range who have a value of a variable."""
        import polars as pl  # lazily, as above

        inside = (pl.col("variable") == variable) & _between(persons)
        return self.scan("observation").filter(inside).select("person").unique().collect()["person"]

    def persons(self, first: int, last: int, as_of: date, columns: Sequence[str]) -> Persons:
        """The persons of a range of numbers (the last not among them) whose records are as of a day."""
        import polars as pl  # lazily, as above

        person = pl.col("person")
        inside = (person >= first) & (person < last) & (pl.col("as_of") == as_of)
        names = ["person", *(name for name in columns if name != "person")]
        table = self.scan("person").filter(inside).select(names).collect().sort("person")
        places = pl.Series([None], dtype=pl.UInt32()).new_from_index(0, last - first)
        numbers = (table["person"].cast(pl.Int64()) - first).cast(pl.UInt32())
        places = places.scatter(numbers, pl.Series(range(len(table)), dtype=pl.UInt32())) if len(table) else places
        return Persons(first, last, table, places)

    def latest(self, stage: Latest, persons: Persons) -> pl.DataFrame:
        """The outputs of a stage for these persons, in their order; null for who has no value."""
        import polars as pl  # lazily, as above

        asked = [
            *(one.part for one in stage.outputs.values()),
            stage.fits,
            stage.says_nothing,
            stage.usable,
            stage.unreadable,
        ]
        names = set().union(*map(columns_of, asked)) - {"sex", "person", "position"}
        inside = (pl.col("variable") == stage.variable) & _between(persons) & ~pl.col("superseded")
        rows = (
            self.scan("observation")
            .filter(inside & (pl.col("position") < DEPTH))
            .select("person", "position", *sorted(names | {"first", "last"}))
            .collect()
        )
        at = rows["person"].cast(pl.Int64()) - persons.first
        rows = rows.with_columns(sex=persons.table["sex"].gather(persons.places.gather(at)))
        found, numbers = weighed(stage, rows)
        return persons.spread(found, numbers)

    def every(self, stage: Every, persons: Persons) -> pl.DataFrame:
        """Whether any value of each person fulfils a condition, in the order of the persons; null for who has none."""
        import polars as pl  # lazily, as above

        name = f"{stage.name}.any"
        inside = (pl.col("variable") == stage.variable) & _between(persons) & ~pl.col("superseded")
        rows = (
            self.scan("observation")
            .filter(inside)
            .filter(in_polars(stage.condition))
            .select("person")
            .unique()
            .with_columns(pl.lit(value=True).alias(name))
            .collect()
        )
        return persons.spread(rows.select(name), rows["person"])


def _between(persons: Persons) -> pl.Expr:
    import polars as pl  # lazily, as above

    return (pl.col("person") >= persons.first) & (pl.col("person") < persons.last)


def opened(folder: Path) -> Warehouse:
    """The warehouse in a folder; an error names what is missing, or of another version."""
    read_manifest(folder)
    source = Warehouse(folder)
    for table in TABLES:
        _check_columns(source, table)
    return source


def _check_columns(source: Warehouse, table: Table) -> None:
    import polars as pl  # lazily, as above

    file = Place(str(file_of(source.folder, table)))
    try:
        found = source.scan(table).collect_schema()
    except (OSError, pl.exceptions.PolarsError):
        raise EligoError(Problem("warehouse-table", "the table cannot be read", file, _HELP)) from None
    for name, kind in schema(table).items():
        if found.get(name) != kind:
            message = f"the column `{name}` is missing or of another type"
            raise EligoError(Problem("warehouse-table", message, file, _HELP))
