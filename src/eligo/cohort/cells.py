"""Scores of persons: the columns of their inputs in, what the tests of scores say out."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from eligo.cohort.form import Expr, any_of, is_false, is_true
from eligo.cohort.in_polars import in_polars
from eligo.cohort.layout import ColumnLayout
from eligo.cohort.scores import IDLE, Grid, ScoreCell, Scored, ask, cell_of, exact, grid_of, judge
from eligo.truth import Truth
from eligo.vocabulary.scores import Interval

if TYPE_CHECKING:
    import polars as pl

_SEXES: tuple[str | None, ...] = (None, "male", "female")
_EXACT = 65_535  # the code of a value that is no cell of the grid
_TRUTHS = {Truth.MET: True, Truth.NOT_MET: False, Truth.UNKNOWN: None}


class Cells:
    """The cells of one score that were judged, kept over all persons."""

    def __init__(self, scored: Scored, layout: ColumnLayout) -> None:
        self.scored, self.blank = scored, layout.blank
        self.grid = grid_of(scored) if scored.whole else {}
        self.ids = [one.id for one in scored.values]
        self.wide = {name: grid.wider(_EXACT + 1) for name, grid in self.grid.items()}
        self._judged: dict[tuple[int, ...], Truth | None] = {}

    def answer(self, frame: pl.DataFrame, fold: Callable[[Expr], Expr]) -> pl.DataFrame:
        """Add the answer for each person: its truth, and whether the plain evaluator has to decide."""
        import polars as pl  # lazily: only a cohort needs it

        name = self.scored.name
        if not self.scored.whole:
            missing = pl.lit(None, dtype=pl.Boolean())
            return frame.with_columns(
                missing.alias(f"{name}.truth"), in_polars(fold(self.scored.is_begun)).alias(f"{name}.hand")
            )
        codes = self._codes(frame, fold)
        told = self._told(codes, first_look=True)
        if told["ask"].any():
            closer = self._told(codes.filter(told["ask"]), first_look=False)
            places = told["ask"].arg_true()
            told = told.with_columns(told[name].scatter(places, closer[name]) for name in ("truth", "ask"))
        told = codes.hstack(told)
        truth, hand = self._exact(frame, told, fold)
        return frame.with_columns(truth.alias(f"{name}.truth"), hand.alias(f"{name}.hand"))

    def _codes(self, frame: pl.DataFrame, fold: Callable[[Expr], Expr]) -> pl.DataFrame:
        """The code of each input: 0 for nothing known; the facts as 0, 1 (ruled out) and 2, the sex as its place."""
        import polars as pl  # lazily, as above

        asked = {}
        for place, one in enumerate(self.scored.values):
            asked[f"low{place}"], asked[f"high{place}"] = in_polars(fold(one.low)), in_polars(fold(one.high))
            asked[f"idle{place}"] = in_polars(fold(one.idle))
        ends = frame.lazy().with_columns(**asked).select(*asked).collect()
        columns = [self._code(ends, place, one.id) for place, one in enumerate(self.scored.values)]
        facts = [
            (
                pl.when(in_polars(fold(is_true(fact.truth))))
                .then(2)
                .when(in_polars(fold(is_false(fact.truth))))
                .then(1)
                .otherwise(0)
            )
            .cast(pl.UInt8())
            .alias(f"f{place}")
            for place, fact in enumerate(self.scored.facts)
        ]
        sex = pl.when(pl.col("sex") == "male").then(1).when(pl.col("sex") == "female").then(2).otherwise(0)
        parts = [*(one.unclear for one in self.scored.values), *(fact.unclear for fact in self.scored.facts)]
        unclear = in_polars(fold(any_of(parts)))
        made = [*facts, sex.cast(pl.UInt8()).alias("s"), unclear.alias("unclear")]
        names = [f"f{place}" for place in range(len(facts))]
        others = frame.lazy().with_columns(made).select(*names, "s", "unclear").collect()
        return pl.DataFrame(columns).hstack(others)

    def _code(self, ends: pl.DataFrame, place: int, id_: str) -> pl.Series:
        """The code of an input: of a value by the cells of its ends, of a grade by its range."""
        import polars as pl  # lazily, as above

        low, high, grid = ends[f"low{place}"], ends[f"high{place}"], self.grid[id_]
        if grid.exact:
            return _range(low, high, grid).alias(f"v{place}")
        cells = grid.cells
        starts = pl.Series([cell.low for cell in cells], dtype=pl.Float64())
        at_low, at_high = (starts.search_sorted(end.fill_null(0.0), side="right") for end in (low, high))
        inside = [(end >= cells[0].low) & (end <= cells[-1].high) | end.is_infinite() for end in (low, high)]
        ends_at = [
            pl.when(end == -math.inf).then(0).when(end == math.inf).then(len(cells) + 1).otherwise(at)
            for end, at in ((low, at_low), (high, at_high))
        ]
        told = inside[0] & inside[1] & ~((low == high) & low.is_infinite())
        chosen = (
            pl.when(ends[f"idle{place}"])
            .then(IDLE)
            .when(low.is_null())
            .then(0)
            .when(told)
            .then(1 + ends_at[0] * grid.ends + ends_at[1])
            .otherwise(_EXACT)
        )
        return pl.select(chosen.cast(pl.UInt16()).alias(f"v{place}")).to_series()

    def _told(self, codes: pl.DataFrame, *, first_look: bool) -> pl.DataFrame:
        """The truth of each row, and whether it has to be asked more closely; a first look takes cells together."""
        import polars as pl  # lazily, as above

        if first_look:
            wider = [pl.Series(f"v{n}", self.wide[name]).gather(codes[f"v{n}"]) for n, name in enumerate(self.ids)]
            codes = codes.with_columns(wider)
        keys = codes.unique(maintain_order=True)
        found = [self._judge(key, first_look=first_look) for key in keys.iter_rows()]
        table = keys.with_columns(
            truth=pl.Series([_TRUTHS.get(one) if one is not None else None for one in found], dtype=pl.Boolean()),
            ask=pl.Series([one is None for one in found], dtype=pl.Boolean()),
        )
        return codes.join(table, on=codes.columns, how="left", maintain_order="left", nulls_equal=True).select(
            "truth", "ask"
        )

    def _judge(self, key: Sequence[int | bool], *, first_look: bool) -> Truth | None:
        """What the test says of a cell; None where the values themselves have to be asked, or that is of no use."""
        *codes, unclear = key
        values, (*facts, sex) = codes[: len(self.ids)], codes[len(self.ids) :]
        if unclear or _EXACT in values:
            return None
        name = (first_look, *codes)
        if name not in self._judged:
            idle = frozenset(one for one, code in zip(self.ids, values, strict=True) if code == IDLE)
            others = ScoreCell({}, self._facts(facts), _SEXES[sex], idle)
            cell = cell_of(self.ids, values, self.grid, others, first_look=first_look)
            self._judged[name] = judge(self.scored.answer, cell, self.blank)
        return self._judged[name]

    def _facts(self, codes: Iterable[int]) -> dict[str, bool]:
        return {fact.id: code == 2 for fact, code in zip(self.scored.facts, codes, strict=True) if code}

    def _exact(
        self, frame: pl.DataFrame, told: pl.DataFrame, fold: Callable[[Expr], Expr]
    ) -> tuple[pl.Series, pl.Series]:
        """The answers where those of the cells do not decide: by the values themselves, unless these are unclear."""
        import polars as pl  # lazily, as above

        hand = told["ask"] & told["unclear"]
        open_ = told["ask"] & ~told["unclear"]
        if not open_.any():
            return told["truth"], hand
        asked = {f"l{p}": in_polars(fold(one.low)) for p, one in enumerate(self.scored.values)}
        asked |= {f"h{p}": in_polars(fold(one.high)) for p, one in enumerate(self.scored.values)}
        idle = [(pl.col(f"v{place}") == IDLE).alias(f"i{place}") for place in range(len(self.ids))]
        others = told.with_columns(idle).select(pl.exclude("^v[0-9]+$"))
        rows = frame.lazy().with_columns(**asked).select(*asked).collect().hstack(others).filter(open_)
        keys = rows.select(pl.exclude("truth", "ask", "unclear"))
        unique = keys.unique(maintain_order=True)
        found = [self._ask(row) for row in unique.iter_rows(named=True)]
        table = unique.with_columns(found=pl.Series([_TRUTHS[one] for one in found], dtype=pl.Boolean()))
        found_there = keys.join(table, on=keys.columns, how="left", maintain_order="left", nulls_equal=True)["found"]
        places = open_.arg_true()
        return told["truth"].scatter(places, found_there), hand

    def _ask(self, row: dict[str, object]) -> Truth:
        """What the test says of these values."""
        values, idle = dict[str, Interval](), set[str]()
        for place, id_ in enumerate(self.ids):
            low, high = row[f"l{place}"], row[f"h{place}"]
            if isinstance(low, float) and isinstance(high, float):
                values[id_] = Interval(low, high)
            if row[f"i{place}"]:
                idle.add(id_)
        facts = [int(str(row[f"f{place}"])) for place in range(len(self.scored.facts))]
        rest = ScoreCell({}, self._facts(facts), _SEXES[int(str(row["s"]))], frozenset(idle))
        cell = exact(values, rest)
        return ask(self.scored.answer, cell, self.blank)[0]


def _range(low: pl.Series, high: pl.Series, grid: Grid) -> pl.Series:
    """The code of a range of grades."""
    import polars as pl  # lazily, as above

    code = pl.lit(_EXACT)
    for number, cell in enumerate(grid.cells, 1):
        code = pl.when((low == cell.low) & (high == cell.high)).then(number).otherwise(code)
    return pl.select(pl.when(low.is_null()).then(0).otherwise(code).cast(pl.UInt16())).to_series()
