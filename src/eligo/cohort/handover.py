"""Patients whom columns cannot decide in, their criteria as the plain evaluator has them out.

Of each of them only what the criteria at hand look at is read back: the values and facts that some test reads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from eligo.cohort.answer import BIT_OF
from eligo.cohort.criteria import answer_columns, criterion_columns
from eligo.cohort.source import Warehouse
from eligo.evaluate import Engine
from eligo.evaluate.engine import Ready
from eligo.evaluation.answers import Answers
from eligo.evaluation.trees import deciding
from eligo.namedtuple import NamedTuple
from eligo.truth import Reason, Truth
from eligo.warehouse.held import Cells, patient_of
from eligo.warehouse.tables import Table

if TYPE_CHECKING:
    import polars as pl

_ALWAYS = ("sex", "age")  # values that say who the patient is
_TRUTHS = {Truth.MET: True, Truth.NOT_MET: False, Truth.UNKNOWN: None}


class Handed(NamedTuple):
    """A patient to decide: the rows of the tables, and the numbers of the criteria; all of them where empty."""

    person: Cells
    observations: list[Cells]
    facts: list[Cells]
    criteria: tuple[int, ...]


class Decided(NamedTuple):
    """What the plain evaluator says: of each criterion the truth and the bits of its reasons, and of its tests."""

    person: int
    criteria: tuple[tuple[int, bool | None, int], ...]
    tests: tuple[tuple[int, bool | None, int], ...]


Decide = Callable[[Iterable[Handed]], Iterable[Decided]]


class HandOver:
    """The criteria of an engine by one number each, and what each of them looks at."""

    def __init__(self, source: Warehouse, engine: Engine) -> None:
        self.source, self.engine = source, engine
        self.criteria = criteria_of(engine)
        self.columns = [
            criterion_columns(place, number)
            for place, trial in enumerate(engine.trials)
            for number, _ in enumerate(trial.criteria)
        ]
        self._looks: dict[int, frozenset[str]] = {}

    def jobs(self, frame: pl.DataFrame, concepts: Sequence[str]) -> Iterator[Handed]:
        """The patients of a frame who have to be decided one by one, by number; `concepts` are those of all facts."""
        import polars as pl  # lazily: only a cohort needs it

        asked = [
            frame.select("person", hand, "whole")
            .filter(pl.col(hand) & ~pl.col("whole"))
            .select("person", criterion=pl.lit(number, dtype=pl.UInt32))
            for number, (_, hand, _) in enumerate(self.columns)
            if frame[hand].any()
        ]
        pairs = pl.concat(asked) if asked else pl.DataFrame(schema={"person": pl.UInt32, "criterion": pl.UInt32})
        whole = frame["person"].filter(frame["whole"])
        persons = pl.concat([pairs["person"], whole]).unique().sort()
        if not len(persons):
            return
        observations = _Rows(self._rows("observation", "variable", self._variables(pairs), persons, whole))
        facts = _Rows(self._rows("fact", "concept", self._concepts(pairs, concepts), persons, whole))
        of_each = {
            row[0]: tuple(row[1]) for row in pairs.group_by("person").agg(pl.col("criterion").sort()).iter_rows()
        }
        person = pl.col("person")
        inside = person.is_between(persons[0], persons[-1]) & person.is_in(persons.implode())
        people = self.source.scan("person").filter(inside).collect().sort("person")
        for cells in people.iter_rows(named=True):
            number = cells["person"]
            yield Handed(cells, observations.of(number), facts.of(number), of_each.get(number, ()))

    def _rows(
        self, table: Table, by: str, wanted: pl.DataFrame, persons: pl.Series, whole: pl.Series
    ) -> Iterator[Cells]:
        """The rows of a table for what each person is asked of, and all those of whole persons."""
        import polars as pl  # lazily, as above

        person, names = pl.col("person"), wanted[by].unique()
        first, last = persons[0], persons[-1]
        inside = person.is_between(first, last) & person.is_in(persons.implode())
        some = (
            self.source.scan(table)
            .filter(inside & pl.col(by).is_in(names.implode()))
            .join(wanted.lazy(), on=["person", by], how="semi")
        )
        found = [some.collect()]
        if len(whole):
            found.append(self.source.scan(table).filter(person.is_in(whole.implode())).collect())
        order = ["person", by, "superseded", "position"] if table == "observation" else ["person", by, "position"]
        return pl.concat(found).sort(order).iter_rows(named=True)

    def _variables(self, pairs: pl.DataFrame) -> pl.DataFrame:
        return self._named(pairs, "variable", lambda number: sorted({*self.looks(number), *_ALWAYS}))

    def _concepts(self, pairs: pl.DataFrame, concepts: Sequence[str]) -> pl.DataFrame:
        def read(number: int) -> list[str]:
            looks, bits = self.looks(number), self.criteria[number].bits
            return [c for c in concepts if c in looks or (":" in c and self.engine.digest.reached(c) & bits)]

        return self._named(pairs, "concept", read)

    def _named(self, pairs: pl.DataFrame, column: str, names: Callable[[int], list[str]]) -> pl.DataFrame:
        import polars as pl  # lazily, as above

        numbers = pairs["criterion"].unique().sort().to_list()
        rows = [(number, name) for number in numbers for name in names(number)]
        table = pl.DataFrame(rows, schema={"criterion": pl.UInt32, column: pl.String}, orient="row")
        return pairs.join(table, on="criterion").select("person", column).unique()

    def looks(self, number: int) -> frozenset[str]:
        """The ids of all that a criterion looks at."""
        if number not in self._looks:
            bits = self.criteria[number].bits
            self._looks[number] = frozenset(name for name, readers in self.engine.readers.items() if readers & bits)
        return self._looks[number]


class _Rows:
    """Rows that stand by person, given out person by person."""

    def __init__(self, rows: Iterator[Cells]) -> None:
        self.rows, self.next = rows, next(rows, None)

    def of(self, person: object) -> list[Cells]:
        """The rows of the next person."""
        found = list[Cells]()
        while self.next is not None and self.next["person"] == person:
            found.append(self.next)
            self.next = next(self.rows, None)
        return found


def criteria_of(engine: Engine) -> list[Ready]:
    """All criteria of an engine, in the order of trials and protocols."""
    return [ready for trial in engine.trials for ready in trial.criteria]


def decide(engine: Engine, job: Handed, criteria: Sequence[Ready]) -> Decided:
    """Decide the criteria of one patient."""
    answers = engine.answers(patient_of(job.person, job.observations, job.facts))
    found, tests = list[tuple[int, bool | None, int]](), dict[int, tuple[int, bool | None, int]]()
    for number in job.criteria or range(len(criteria)):
        ready = criteria[number]
        found.append((number, _TRUTHS[ready.truth(answers)], _reasons(ready, answers)))
        for test in ready.numbers:
            truth, reason, *_ = answers.outcome(test)
            tests[test] = test, _TRUTHS[truth], BIT_OF[reason] if reason is not None else 0
    person = job.person["person"]
    assert isinstance(person, int)
    return Decided(person, tuple(found), tuple(tests.values()))


def _reasons(ready: Ready, answers: Answers) -> int:
    """The bits of why a criterion is open; 0 where it is not."""
    truth = ready.truth(answers)
    if truth is not Truth.UNKNOWN:
        return 0
    outcomes = [answers.outcome(number) for number in ready.numbers]
    whole, places = deciding(ready.criterion.tree, [outcome[0] for outcome in outcomes])
    if whole is not Truth.UNKNOWN:  # what persons say of the criterion is at odds with the record
        return BIT_OF[Reason.NOT_STATED]
    return sum({BIT_OF[reason] for place in places if (reason := outcomes[place][1]) is not None})


def patched(frame: pl.DataFrame, decided: Iterable[Decided], columns: Sequence[tuple[str, str, str]]) -> pl.DataFrame:
    """The frame with the answers of the plain evaluator in it, and nothing left to hand over."""
    import polars as pl  # lazily, as above

    changes: dict[str, tuple[list[int], list[bool | int | None]]] = {}

    def put(column: str, person: int, value: bool | int | None) -> None:
        persons, values = changes.setdefault(column, ([], []))
        persons.append(person)
        values.append(value)

    for person, criteria, tests in decided:
        for number, truth, why in criteria:
            put(columns[number][0], person, truth)
            put(columns[number][2], person, why)
        for number, truth, why in tests:
            names = answer_columns(number)
            put(names[0], person, truth)
            put(names[2], person, why)
    new = []
    for name, (persons, values) in changes.items():
        series = frame[name]
        places = frame["person"].search_sorted(pl.Series(persons, dtype=pl.UInt32))
        new.append(series.scatter(places, pl.Series(values, dtype=series.dtype)).alias(name))
    return frame.with_columns(new).drop([hand for _, hand, _ in columns], "whole")
