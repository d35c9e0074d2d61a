"""How many patients a trial has as one of its limits moves: counts at each place of the limit, certain and possible.

Only patients whose verdict hangs on the limit are looked at; of them the value is held against each place as a limit of
the rules is. Whose value is not known, or not of one reading, counts as it does now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from eligo.cohort.form import FALSE, TRUE, UNKNOWN, ColumnName, Expr, If, known
from eligo.cohort.in_polars import in_polars
from eligo.cohort.measured import age
from eligo.cohort.readings import compared
from eligo.cohort.run import Columns
from eligo.cohort.tally import Counting
from eligo.criteria import Compare, Limit
from eligo.dataclass import dataclass, field, replace
from eligo.evaluation.ages import AgeComparison
from eligo.evaluation.comparing import Comparison
from eligo.evaluation.picking import Picked
from eligo.evaluation.stated_twice import StatedTwice
from eligo.vocabulary.scores import is_whole
from eligo.vocabulary.variables import Variable, variables

if TYPE_CHECKING:
    import polars as pl

_SHARES = (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1, 1.05, 1.1, 1.15, 1.2, 1.25, 1.3, 1.4, 1.5, 1.75, 2)
_YEARS = range(-10, 11)
READING = ("low", "high", "low_closed", "high_closed", "usable")


@dataclass(frozen=True, slots=True)
class Curve:
    """A limit that moves: the test, the place of the limit in it, and where it goes, in the canonical unit."""

    test: int
    asked: Compare
    limit: int
    places: tuple[float, ...]
    table: str | None  # of the value; None for an age


@dataclass(slots=True)
class Moved:
    """The counts of one curve, by its places: eligible for certain, and at most."""

    certain: Counter[int] = field(default_factory=Counter)
    possible: Counter[int] = field(default_factory=Counter)


class Curves:
    """The curves of one trial over the columns of a run."""

    def __init__(self, columns: Columns, counting: Counting) -> None:
        self.columns, self.counting = columns, counting
        self.curves = list(self._found())

    def _found(self) -> Iterator[Curve]:
        for number in sorted({number for ready in self.counting.trial.criteria for number in ready.numbers}):
            answer, asked = self.columns.engine.tests[number], self.columns.engine.asked[number]
            if not isinstance(asked, Compare) or isinstance(answer, Picked | StatedTwice):
                continue
            if isinstance(answer, AgeComparison):
                table = None
            elif isinstance(answer, Comparison) and not answer.more:
                table = self.columns.reading(answer.variable, answer.window)
            else:
                continue
            for place, limit in enumerate(asked.limits):
                if limit.of in (None, "ULN", "LLN") and limit.above is None and limit.value:
                    yield Curve(number, asked, place, places_of(asked, limit), table)

    def count(self, frame: pl.DataFrame) -> list[Moved]:
        """The counts of a batch."""
        return [self._count(curve, frame) for curve in self.curves]

    def _count(self, curve: Curve, frame: pl.DataFrame) -> Moved:
        import polars as pl  # lazily: only a cohort needs it

        ways = {"met": TRUE, "not_met": FALSE, "open": UNKNOWN}
        forced = {name: in_polars(self.counting.forced({curve.test}, to)) for name, to in ways.items()}
        needed = [name for name in frame.columns if curve.table and name.startswith(f"{curve.table}.")]
        rows = (
            frame.lazy()
            .with_columns(**forced)
            .select(*forced, f"t{curve.test}", "sex", "birth_first", "birth_last", *needed)
        )
        hangs = ~pl.col("met").eq_missing(pl.col("not_met"))
        found = rows.collect()
        still, moving = found.filter(~hangs), found.filter(hangs)
        certain, possible = int(still["open"].sum() or 0), len(still) - int((~still["open"]).sum() or 0)
        moved = Moved()
        if curve.table:
            moving = moving.rename({name: name.rpartition(".")[2] for name in needed})
        told = curve.table is None or bool(needed)
        for at, place in enumerate(curve.places):
            truth = in_polars(self._truth(curve, place) if told else ColumnName(f"t{curve.test}"))
            sure, never = _decided(moving, truth)
            moved.certain[at] += certain + sure
            moved.possible[at] += possible + len(moving) - never
        return moved

    def _truth(self, curve: Curve, place: float) -> Expr:
        """The truth of the test with its limit elsewhere; as it is for whom no single value is known."""
        limits = list(curve.asked.limits)
        limits[curve.limit] = replace(limits[curve.limit], value=place)
        now = ColumnName(f"t{curve.test}")
        test = replace(curve.asked, limits=tuple(limits))
        if curve.table is None:
            found = age(test, self.columns.layout).truth
            return If(known(ColumnName("birth_first")), found, now)
        layout = self.columns.layout
        held = compared(Comparison(test, (), {}), layout.policy, layout.as_of, ())
        return If(ColumnName("usable"), held.truth, now)


def _decided(moving: pl.DataFrame, truth: pl.Expr) -> tuple[int, int]:
    """How many are eligible for certain with a truth of the test, and how many are not."""
    import polars as pl  # lazily, as above

    if not len(moving):
        return 0, 0
    chosen = pl.when(truth).then(pl.col("met")).when(~truth).then(pl.col("not_met")).otherwise(pl.col("open"))
    verdicts = moving.select(chosen.alias("verdict"))["verdict"]
    return int(verdicts.sum() or 0), int((~verdicts).sum() or 0)


def places_of(asked: Compare, limit: Limit) -> tuple[float, ...]:
    """Where a limit goes: whole years for ages, whole numbers for grades and scores, else shares of what it is."""
    variable, value = variables().get(asked.variable or ""), float(limit.value)
    if asked.variable == "age":
        return tuple(value + years for years in _YEARS if value + years >= 0)
    if variable is not None and _is_counted(variable):
        return tuple(value + step for step in range(-3, 4) if value + step >= 0)
    moved = [float(f"{value * share:.6g}") if share != 1 else value for share in _SHARES]
    low, high = (
        variable.plausible if variable is not None and variable.plausible and not limit.of else (-value, 4 * value)
    )
    return tuple(at for at in moved if low <= at <= high)


def _is_counted(variable: Variable) -> bool:
    """Whether its values are whole numbers."""
    return bool(variable.grades) or variable.kind in ("ordinal", "count") or is_whole(variable.id)
