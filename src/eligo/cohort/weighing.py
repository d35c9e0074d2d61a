"""Rows of one variable in, a row a person out: the latest value, or what several that may be the latest agree on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from eligo.cohort.answer import reason
from eligo.cohort.in_polars import in_polars
from eligo.cohort.latest import Latest, Output
from eligo.truth import Reason

if TYPE_CHECKING:
    import polars as pl

DEPTH = 8  # of so many values of a person at most it is weighed whether they are the latest


def weighed(stage: Latest, rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    """The outputs of a stage, and whose they are; rows stand by person with the latest value first."""
    import polars as pl  # lazily: only a cohort needs it

    first, last = in_polars(stage.first), in_polars(stage.last)
    behind = (pl.col("person").shift(-1) == pl.col("person")) & (last.shift(-1) >= first)
    is_first, several = pl.col("position") == 0, (behind | (first > stage.as_of)).fill_null(value=False)
    marked = rows.lazy().with_columns(several=pl.when(is_first).then(several).forward_fill()).collect()
    alone = marked.lazy().filter(is_first & ~pl.col("several"))
    alone = alone.filter(in_polars(stage.fits) & ~in_polars(stage.says_nothing))
    names = {f"{stage.name}.{name}": one for name, one in stage.outputs.items()}
    made = {name: pl.lit(value=False) if one.how == "unlike" else in_polars(one.part) for name, one in names.items()}
    found = alone.select("person", **made).collect()
    crowd = marked.filter("several")
    if len(crowd):
        found = pl.concat([found, _agreed(stage, crowd, found.schema)])
    return found.drop("person"), found["person"]


def _agreed(stage: Latest, rows: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    """A row a person of whom several values may be the latest."""
    import polars as pl  # lazily, as above

    fits, is_last = in_polars(stage.fits), pl.col("position") == DEPTH - 1
    days = rows.lazy().with_columns(f=pl.when(fits).then(in_polars(stage.first)), l=in_polars(stage.last))
    newest = pl.col("f").max().over("person")
    to_come = in_polars(stage.first) > stage.as_of  # if even the last of so many is that, others are behind it
    could_be = days.filter((fits & (pl.col("l") >= newest)) | (to_come & is_last))
    told = could_be.with_columns(
        u=in_polars(stage.usable), bad=in_polars(stage.unreadable), none=in_polars(stage.says_nothing)
    )
    told = told.filter(~(pl.col("bad") & pl.col("u").any().over("person", "first", "last")))
    parts = {name: in_polars(one.part) for name, one in stage.outputs.items()}
    made = (
        told.with_columns(**{f"x_{name}": part for name, part in parts.items()})
        .group_by("person")
        .agg(pl.col("none").all(), many=is_last.any(), **dict(_combined(stage)))
    )
    kept = made.filter(~pl.col("none"))
    many = pl.col("many")
    outputs = {}
    for name, kind in list(schema.items())[1:]:
        short = name.partition(".")[2]
        one = pl.lit(value=True) if short in ("many", "there") else pl.lit(None)
        outputs[name] = pl.when(many).then(one).otherwise(pl.col(f"y_{short}")).cast(kind)
    return kept.select("person", **outputs).collect()


def _combined(stage: Latest) -> Iterator[tuple[str, pl.Expr]]:
    for name, output in stage.outputs.items():
        yield f"y_{name}", _one(name, output)


def _one(name: str, output: Output) -> pl.Expr:
    """What a column of several values becomes."""
    import polars as pl  # lazily, as above

    column = pl.col(f"x_{name}")
    if output.how in ("every", "any"):
        filled = column.fill_null(value=False)
        return filled.all() if output.how == "every" else filled.any()
    if output.how in ("least", "most"):
        end = column.min() if output.how == "least" else column.max()
        return pl.when(column.null_count() == 0).then(end)
    if output.how == "same":
        return pl.when(column.sum() == pl.len()).then(True).when((~column).sum() == pl.len()).then(False)
    if output.how == "one":
        return pl.lit(None)
    of_open = column.filter(pl.col(f"x_{output.of}").is_null())
    if output.how == "unlike":
        return of_open.n_unique() > 1
    return of_open.min().fill_null(reason(Reason.NOT_STATED).value)
