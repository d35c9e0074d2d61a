"""The OMOP tables of a source in, a job for each person out: the person's rows of every table, some persons at a time.

Memory holds the numbers of all persons, and the rows of as many of them as it is allowed to.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from eligo.dataclass import dataclass, field
from eligo.errors import EligoError, Place, Problem
from eligo.namedtuple import NamedTuple
from eligo.patients.ledger import LedgerEntry, Reading
from eligo.warehouse.omop_cells import BadCellError, Cell, whole
from eligo.warehouse.omop_concepts import Concepts, OmopConcept, found_in
from eligo.warehouse.omop_files import Kind, OmopTables, not_a_table, open_tables, scan
from eligo.warehouse.omop_words import CONCEPT, CONCEPT_ROLES, PERSON, omop_words

if TYPE_CHECKING:
    import polars as pl

_BYTES_OF_ROW: Final = 400  # of a clinical table, in polars and as it is handed on
_FEWEST_ROWS: Final = 10_000


class TableRows(NamedTuple):
    """Rows of one person in one table, and eligo's names of their columns."""

    table: str
    roles: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class OmopJob:
    """The raw material of one person: the rows of all tables; or what is known of a source without reading any.

    `concepts` are those that the rows name, as far as a concept table has them; `without` are the tables that could not
    be read.
    """

    file: str
    person: int = 0
    tables: tuple[TableRows, ...] = ()
    concepts: Concepts = field(default_factory=dict)
    without: tuple[str, ...] = ()
    known: Reading | None = None

    @property
    def place(self) -> Place:
        """Where the person stands."""
        return Place(self.file)


def omop_jobs(source: str, kind: Kind, work: Path, vocabularies: Sequence[Path], memory: int) -> Iterator[OmopJob]:
    """The jobs of a source; what is wrong with it comes before the persons, and what is left over after them."""
    tables = open_tables(source, kind, work, memory)
    usable = _Usable(tables)
    concepts = _concepts(usable, vocabularies) if PERSON in usable.counts else {}
    yield OmopJob(tables.file, known=Reading(None, tuple(dict.fromkeys(tables.problems))))
    if PERSON in usable.counts:
        yield from usable.jobs(concepts, max(_FEWEST_ROWS, memory // _BYTES_OF_ROW))
        left = usable.left_over()
        problems = [Problem(e.reason, e.text, e.place, _HELP, "error") for e in left]
        yield OmopJob(tables.file, known=Reading(None, tuple(problems), tuple(left)))


_HELP: Final = "check `person_id`; these rows are not read"


class _Usable:
    """The tables of a source that can be read to their end, each with how many rows each person has in it."""

    def __init__(self, tables: OmopTables) -> None:
        import polars as pl  # lazily: only warehouses and cohorts need it

        self.file, self.problems = tables.file, tables.problems
        self.concept = tables.frames.get(CONCEPT)
        self.frames: dict[str, pl.LazyFrame] = {}
        self.counts: dict[str, pl.DataFrame] = {}
        for name, frame in tables.frames.items():
            if name == CONCEPT:
                continue
            whole = frame.with_columns(_person(frame))
            try:
                whole.select(pl.all().count()).collect(engine="streaming")  # to the end, with all columns
                self.counts[name] = whole.group_by(PERSON).agg(rows=pl.len()).collect(engine="streaming")
            except (OSError, pl.exceptions.PolarsError) as error:
                self.problems.append(not_a_table(f"{tables.file}/{name}", error))
                continue
            self.frames[name] = whole
        self.without = tuple(
            name
            for name in omop_words().clinical
            if name not in self.frames and not omop_words().tables[name].may_be_missing
        )
        nobody = pl.DataFrame({PERSON: []}, {PERSON: pl.Int64})
        self.persons = self.counts.get(PERSON, nobody).select(PERSON).drop_nulls().sort(PERSON)

    def jobs(self, concepts: Concepts, most_rows: int) -> Iterator[OmopJob]:
        """The rows of each person, by number."""
        import polars as pl  # lazily, as above

        for first, last in self._ranges(most_rows):
            within = pl.col(PERSON).is_between(first, last)
            found = {
                name: _ByPerson(frame.filter(within).collect(engine="streaming").sort(PERSON, maintain_order=True))
                for name, frame in self.frames.items()
            }
            for person in self.persons.filter(within)[PERSON]:
                rows = ((name, of_table.roles, of_table.rows_of(person)) for name, of_table in found.items())
                tables = tuple(TableRows(*one) for one in rows if one[2])
                ids = sorted({id_ for table in tables for id_ in _ids(table)} & concepts.keys())
                yield OmopJob(self.file, person, tables, {id_: concepts[id_] for id_ in ids}, self.without)

    def left_over(self) -> list[LedgerEntry]:
        """The rows of persons who are not in the person table, and those that name nobody: an entry for each table."""
        found = []
        for name, counted in self.counts.items():
            of_nobody = int(counted.filter(counted[PERSON].is_null())["rows"].sum())
            orphans = counted.drop_nulls().join(self.persons, on=PERSON, how="anti")
            rows = int(orphans["rows"].sum())
            for reason, count, text in (
                ("person-unknown", rows, f"`person_id` of {_rows(rows)} of `{name}` is not in the person table"),
                ("person-missing", of_nobody, f"`person_id` of {_rows(of_nobody)} of `{name}` is no whole number"),
            ):
                if count:
                    found.append(LedgerEntry(name, Place(self.file), "refused", reason=reason, text=text))
        return found

    def _ranges(self, most_rows: int) -> Iterator[tuple[int, int]]:
        """The first and the last person of each batch."""
        import polars as pl  # lazily, as above

        every = pl.concat(list(self.counts.values())).group_by(PERSON).agg(pl.col("rows").sum())
        rows = self.persons.join(every, on=PERSON, how="left", maintain_order="left")
        batched = rows.with_columns(batch=pl.col("rows").cum_sum() // most_rows)
        ends = batched.group_by("batch", maintain_order=True).agg(first=pl.col(PERSON).min(), last=pl.col(PERSON).max())
        yield from ends.select("first", "last").iter_rows()


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count} rows"


def _person(frame: pl.LazyFrame) -> pl.Expr:
    """The number of the person of a row; null for what is no whole number."""
    import polars as pl  # lazily, as above

    kind, column = frame.collect_schema()[PERSON], pl.col(PERSON)
    if kind == pl.String:
        return column.str.strip_chars().str.replace(r"\.0*$", "").cast(pl.Int64, strict=False)
    if kind.is_integer():
        return column.cast(pl.Int64, strict=False)
    if kind.is_float() or kind.is_decimal():
        as_float = column.cast(pl.Float64)
        return pl.when(as_float == as_float.floor()).then(as_float.cast(pl.Int64, strict=False))
    return pl.lit(None, pl.Int64).alias(PERSON)


class _ByPerson:
    """The rows of some persons in one table, which are asked for by number, from the first to the last."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self.roles = tuple(frame.columns)
        self._column = self.roles.index(PERSON)
        self._rows = frame.iter_rows()
        self._next = next(self._rows, None)

    def rows_of(self, person: int) -> tuple[tuple[Cell, ...], ...]:
        """The rows of a person; those before, of persons whom nobody asks for, are passed over."""
        found = []
        while self._next is not None and self._next[self._column] <= person:
            if self._next[self._column] == person:
                found.append(self._next)
            self._next = next(self._rows, None)
        return tuple(found)


# --- concepts


def _ids(table: TableRows) -> Iterator[int]:
    """The ids of concepts that the rows name."""
    columns = [table.roles.index(role) for role in CONCEPT_ROLES if role in table.roles]
    for row in table.rows:
        for column in columns:
            with contextlib.suppress(BadCellError):
                if id_ := whole(row[column]):
                    yield id_


def _concepts(usable: _Usable, vocabularies: Sequence[Path]) -> dict[int, OmopConcept]:
    """What the ids of all rows mean: by the tables of the site, else by that of the source."""
    import polars as pl  # lazily, as above

    ids = set[int]()
    for frame in usable.frames.values():
        roles = [role for role in CONCEPT_ROLES if role in frame.collect_schema().names()]
        for role in roles:
            column = frame.select(pl.col(role).cast(pl.Float64, strict=False).cast(pl.Int64, strict=False)).unique()
            ids.update(id_ for id_ in column.collect(engine="streaming")[role] if id_)
    tables = [concept_table(path) for path in vocabularies]
    if usable.concept is not None:
        tables.append(usable.concept)
    return found_in(tables, ids)


def concept_table(file: Path) -> pl.LazyFrame:
    """The concept table in a file of the site; raise `EligoError` where it is none."""
    tables, frame = OmopTables(str(file)), scan([file])
    tables.take(CONCEPT, omop_words().concept, frame)
    if CONCEPT not in tables.frames:
        raise EligoError(tables.problems)
    return tables.frames[CONCEPT]


def is_concept_table(file: Path) -> bool:
    """Whether a file is a concept table: it has the column that no other table begins with."""
    with contextlib.suppress(EligoError):
        return "concept_id" in {name.lower() for name in scan([file]).collect_schema().names()}
    return False
