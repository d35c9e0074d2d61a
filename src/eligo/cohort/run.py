"""Rules over a warehouse, some persons at a time: the tables of a layout in, the truth of every criterion out.

What is made of each person is a row: the truth of every test and criterion (null for UNKNOWN), whether it is for the
plain evaluator, and why it is open.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from eligo.cohort.cells import Cells
from eligo.cohort.compiled import compiled
from eligo.cohort.criteria import (
    answer_columns,
    criterion_columns,
    handed,
    reason_column,
    reasons_of,
    truth_column,
    truth_of,
)
from eligo.cohort.facts import Facts
from eligo.cohort.folding import folded
from eligo.cohort.form import FALSE, ColumnName, Expr, HasBits, Value
from eligo.cohort.in_polars import in_polars
from eligo.cohort.latest import Latest, Output
from eligo.cohort.readings import HIGH, HIGH_CLOSED, LOW, LOW_CLOSED
from eligo.cohort.source import Persons, Warehouse
from eligo.criteria import Window
from eligo.evaluate import Engine
from eligo.evaluation.stated_twice import StatedTwice

if TYPE_CHECKING:
    import polars as pl

PERSON = ("person", "sex", "birth_first", "birth_last", "complete", "in_part", "absent", "never")
STATED = ("attested_yes", "attested_no", "replies")


class Columns:
    """All plans of an engine as columns over a warehouse, as of one day."""

    def __init__(self, source: Warehouse, engine: Engine, as_of: date) -> None:
        self.source, self.engine, self.as_of = source, engine, as_of
        twice = {test.variable for test in engine.tests if isinstance(test, StatedTwice)}
        self.layout, self.answers = compiled(engine, as_of, source.units(sorted(twice)))
        self.facts = Facts(source, self.layout)
        self.cells = [Cells(scored, self.layout) for scored in self.layout.scores.values()]
        self.variables = source.variables()
        self.kept: set[str] = set()  # columns of tables that are asked for beside the answers

    def frame(self, first: int, last: int) -> pl.DataFrame:
        """The rows of the persons of a range of numbers whose records are of the day, by number."""
        persons = self.source.persons(first, last, self.as_of, (*PERSON, *STATED))
        frame = persons.table.with_columns(whole=self._whole(persons))
        stages = [self.source.latest(stage, persons) for stage in self._latest() if stage.outputs]
        stages += [self.source.every(s, persons) for s in self.layout.every.values() if s.variable in self.variables]
        bits = self.facts.bits(persons)
        frame = frame.hstack([column for stage in (*stages, bits) for column in stage.get_columns()])
        fold = Fold(set(frame.columns), {name: all_bits(bits[name]) for name in bits.columns if name[0] == "b"})
        for cells in self.cells:
            frame = cells.answer(frame, fold)
        fold.names |= set(frame.columns)
        frame = self._answered(frame, fold)
        return self._judged(frame)

    def reading(self, variable: str, window: Window | None) -> str:
        """The name of the table of a variable's latest values, whose ends are kept beside the answers from now on."""
        stage = self.layout.value(variable, window)
        ends = {"low": LOW, "high": HIGH, "low_closed": LOW_CLOSED, "high_closed": HIGH_CLOSED, "usable": stage.usable}
        for own in ("own_low", "own_high", "own_low_unusable", "own_high_unusable"):
            ends[own] = ColumnName(own)
        for name, part in ends.items():
            if name not in stage.outputs:
                stage.outputs[name] = Output(part, "one")
            self.kept.add(f"{stage.name}.{name}")
        return stage.name

    def _latest(self) -> list[Latest]:
        return [stage for stage in self.layout.latest.values() if stage.variable in self.variables]

    def _whole(self, persons: Persons) -> pl.Series:
        """Who is for the plain evaluator in every part: whom persons answered for, or whose sex a value says."""
        replies = persons.table["replies"].is_not_null()
        unclear = persons.table["sex"].is_null()
        if not unclear.any() or "sex" not in self.variables:
            return replies
        stated = self.source.with_values("sex", persons)
        return replies | (unclear & persons.table["person"].is_in(stated.implode()))

    def _answered(self, frame: pl.DataFrame, fold: Fold) -> pl.DataFrame:
        """The truths of all tests, in the place of what they are made of."""
        asked: dict[str, Expr] = {}
        for number, answer in enumerate(self.answers):
            for name, part in zip(answer_columns(number), answer, strict=True):
                asked[name] = fold(part)
        made = _narrow(asked)
        there = sorted(name for name in self.kept if name in fold.names)
        kept = ("person", "whole", "sex", "birth_first", "birth_last", *there)
        return frame.lazy().with_columns(**made).select(*kept, *made).collect()

    def _judged(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The truths of all criteria beside those of the tests."""
        asked: dict[str, Expr] = {}
        for place, trial in enumerate(self.engine.trials):
            for number, ready in enumerate(trial.criteria):
                truth, hand, why = criterion_columns(place, number)
                asked[truth] = truth_of(ready.criterion.tree, ready.numbers, truth_column)
                asked[hand] = handed(ready, self.answers)
                asked[why] = reasons_of(ready.criterion.tree, ready.numbers, truth_column, reason_column)
        return frame.lazy().with_columns(**_narrow(asked)).collect()


def _narrow(asked: Mapping[str, Expr]) -> dict[str, pl.Expr]:
    """The columns, those of bits of reasons (`w`, `r`) as small as they can be."""
    import polars as pl  # lazily: only a cohort needs it

    made = {name: in_polars(part) for name, part in asked.items()}
    return {name: part.cast(pl.UInt16()) if name[0] in "wr" else part for name, part in made.items()}


class Fold:
    """What is known of the persons at hand: the columns that they have, and the bits that any fact of theirs sets."""

    def __init__(self, names: set[str], set_bits: Mapping[str, int]) -> None:
        self.names, self.kept, self.set = names, dict[Expr, Expr](), set_bits

    def __call__(self, expression: Expr) -> Expr:
        """The expression with all that put in."""
        return folded(expression, self.known, self.kept)

    def known(self, expression: Expr) -> Expr | None:
        """What a column is for sure: NULL where there is none, false where no fact sets the bits."""
        if isinstance(expression, ColumnName) and expression.name not in self.names:
            return _null(expression.name.rpartition(".")[2])
        if isinstance(expression, HasBits):
            left = self.set[expression.column] & expression.bits
            return None if left == expression.bits else HasBits(expression.column, left) if left else FALSE
        return None


def _null(name: str) -> Value:
    """The NULL of a column that no table has: an end of a value, a reason, else a truth."""
    if name in ("low", "high"):
        return Value(None, "number")
    return Value(None, "count" if name[0] == "w" else "bool")


def all_bits(column: pl.Series) -> int:
    """All bits that any row sets."""
    found = column.bitwise_or() if len(column) else 0
    return found if isinstance(found, int) else 0
