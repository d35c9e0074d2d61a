"""The stages of a cohort as selects: what `weighing.py` and `facts.py` do with polars, in SQL of any dialect."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from eligo.cohort.answer import reason
from eligo.cohort.facts import DAYS, Facts
from eligo.cohort.form import Expr, HasBits, Value, columns_of, is_true
from eligo.cohort.in_sql import column, constant, in_sql, named
from eligo.cohort.latest import Every, Latest, Output
from eligo.cohort.layout import PER_WORD
from eligo.cohort.staging import Staged
from eligo.cohort.voters import BITS
from eligo.truth import Reason

if TYPE_CHECKING:
    import polars as pl
    from sqlglot import exp

Dialect = Literal["duckdb", "spark", "postgres"]
_MARK = "|"  # between qualifiers


class Script:
    """What a dialect calls things."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect

    def text(self, select: exp.Expr) -> str:
        """A select as text."""
        return select.sql(dialect=self.dialect, pretty=False)

    def of_file(self, name: str, path: Path) -> str:
        """A table that lies in a file."""
        place = str(path.resolve()).replace("'", "''")
        if self.dialect == "spark":
            escaped = str(path.resolve()).replace("\\", "\\\\").replace("'", "\\'")
            return f"CREATE OR REPLACE TEMPORARY VIEW {name} USING parquet OPTIONS (path '{escaped}')"
        return f"CREATE OR REPLACE TEMP VIEW {name} AS SELECT * FROM read_parquet('{place}')"

    def table(self, name: str, select: exp.Expr) -> Iterator[str]:
        """A stage that is worked out once."""
        if self.dialect == "spark":
            yield f"UNCACHE TABLE IF EXISTS {name}"
            yield f"CACHE TABLE {name} AS {self.text(select)}"
            return
        yield f"DROP TABLE IF EXISTS {name}"
        yield f"CREATE TEMP TABLE {name} AS {self.text(select)}"

    def staged(self, name: str, source: str, kept: Sequence[str], staged: Staged) -> Iterator[str]:
        """A table of expressions over another one, what they share worked out first."""
        from sqlglot import exp  # lazily: only SQL needs it

        select = exp.select("*").from_(source)
        for number, stage in enumerate(staged.stages):
            select = exp.select("*", *(named(in_sql(part), made) for made, part in stage.items())).from_(
                source if number == 0 else select.subquery(f"s{number}")
            )
        made = [named(in_sql(part), alias) for alias, part in staged.outputs.items()]
        last = select.subquery("s") if staged.stages else source
        yield from self.table(name, exp.select(*map(column, kept), *made).from_(last))

    def union(self, names: Sequence[str]) -> exp.Expr:
        """The rows of several tables with the same columns."""
        from sqlglot import exp  # lazily, as above

        found: exp.Expr = exp.select("*").from_(names[0])
        for name in names[1:]:
            found = exp.union(found, exp.select("*").from_(name), distinct=False)
        return found

    def sums(self, source: str, conditions: Mapping[str, Expr]) -> exp.Expr:
        """One row: how many rows fulfil each condition."""
        from sqlglot import exp  # lazily, as above

        made = [
            named(exp.Coalesce(this=_count(in_sql(one)), expressions=[_whole(0)]), n) for n, one in conditions.items()
        ]
        return exp.select(*made).from_(source)

    def lines(self, source: str, head: Sequence[str], lines: Iterable[tuple[str, str, Sequence[str]]]) -> str:
        """A row a line of the columns of one row, in their order."""
        from sqlglot import exp  # lazily, as above

        found, types = list(lines), ("BIGINT", "TEXT", "TEXT")
        rows = [(number, trial, criterion) for number, (trial, criterion, _) in enumerate(found)]
        named_lines = values(rows, ("line", *head[:2]), types)
        counts = []
        for place, name in enumerate(head[2:]):
            case = exp.Case(this=column("line"))
            for number, (_, _, names) in enumerate(found):
                case = case.when(_whole(number), column(names[place]))
            counts.append(named(case, name))
        select = (
            exp.select(*map(column, head[:2]), *counts).from_(source).join(named_lines.subquery("l"), join_type="cross")  # type: ignore[attr-defined]  # a select
        )
        return self.text(select.order_by(column("line")))


def values(rows: Sequence[Sequence[object]], names: Sequence[str], types: Sequence[str]) -> exp.Expr:
    """Constants as a table; without rows it is empty all the same."""
    from sqlglot import exp  # lazily, as above

    if not rows:
        nothing = [named(exp.cast(exp.Null(), kind), name) for name, kind in zip(names, types, strict=True)]
        return exp.select(*nothing).where(exp.false())
    table = exp.values([tuple(row) for row in rows], alias="t", columns=list(names))
    typed = [named(exp.cast(exp.column(name), kind), name) for name, kind in zip(names, types, strict=True)]
    return exp.select(*typed).from_(table)


def _whole(value: int) -> exp.Expr:
    from sqlglot import exp  # lazily, as above

    return exp.cast(exp.Literal.number(value), "BIGINT")


def _count(condition: exp.Expr) -> exp.Expr:
    from sqlglot import exp  # lazily, as above

    return exp.Sum(this=exp.Case().when(condition, _whole(1)).else_(_whole(0)))


def _all_rows() -> exp.Expr:
    from sqlglot import exp  # lazily, as above

    return exp.Count(this=exp.Star())


# --- persons and values


def persons_of(day: date, *, has_sex: bool) -> exp.Expr:
    """The persons whose records are as of a day, and who is for the plain evaluator in every part."""
    from sqlglot import exp  # lazily, as above

    whole: exp.Expr = column("replies").is_(exp.Null()).not_()
    if has_sex:
        stated = exp.select("person").from_("eligo_observation").where(column("variable").eq("sex"))
        unclear = exp.and_(column("sex").is_(exp.Null()), exp.In(this=column("person"), query=stated.subquery()))
        whole = exp.or_(whole, unclear)
    names = ("person", "sex", "birth_first", "birth_last", "complete", "in_part", "absent", "never")
    kept = [*map(column, (*names, "attested_yes", "attested_no")), named(whole, "whole")]
    return exp.select(*kept).from_("eligo_person").where(column("as_of").eq(constant(Value(day, "day"))))


def latest(stage: Latest, person: str) -> exp.Expr:
    """A row a person with a value: what all that may be the latest agree on."""
    from sqlglot import exp  # lazily, as above

    asked = [
        *(one.part for one in stage.outputs.values()),
        stage.fits,
        stage.says_nothing,
        stage.usable,
        stage.unreadable,
    ]
    names = sorted(set().union(*map(columns_of, asked), {"first", "last"}) - {"sex", "person"})
    rows = (
        exp.select(column("person", "o"), column("sex", "p"), *(column(name, "o") for name in names))
        .from_("eligo_observation AS o")
        .join(f"{person} AS p", on=column("person", "o").eq(column("person", "p")))
        .where(column("variable", "o").eq(exp.Literal.string(stage.variable)), column("superseded", "o").not_())
    )
    dated = exp.select("*", named(in_sql(stage.first), "day_first"), named(in_sql(stage.last), "day_last"))
    fitting = dated.from_(rows.subquery("a")).where(in_sql(stage.fits))
    newest = exp.Window(this=exp.Max(this=column("day_first")), partition_by=[column("person")])
    with_newest = exp.select("*", named(newest, "newest")).from_(fitting.subquery("b"))
    of_day = [column(name) for name in ("person", "first", "last")]
    decides = exp.Window(this=exp.Max(this=_flag(stage.usable)), partition_by=of_day)
    marked = exp.select("*", named(decides, "decided")).from_(with_newest.subquery("c"))
    marked = marked.where(column("day_last") >= column("newest"))
    parts = [named(in_sql(one.part), f"x_{name}") for name, one in stage.outputs.items()]
    nothing = named(_flag(stage.says_nothing), "nothing")
    told = exp.select(column("person"), nothing, *parts).from_(marked.subquery("d"))
    told = told.where(exp.or_(_flag(stage.unreadable).eq(0), column("decided").eq(0)))
    combined = [named(_one(name, one), f"{stage.name}_{name}") for name, one in stage.outputs.items()]
    return (
        exp.select(column("person"), *combined)
        .from_(told.subquery("e"))
        .group_by(column("person"))
        .having(exp.Min(this=column("nothing")).eq(0))
    )


def _flag(condition: Expr) -> exp.Expr:
    return _told(in_sql(condition))


def _told(condition: exp.Expr) -> exp.Expr:
    """Whether a condition holds, as 1 or 0."""
    from sqlglot import exp  # lazily, as above

    return exp.Case().when(condition, _whole(1)).else_(_whole(0))


def _one(name: str, output: Output) -> exp.Expr:
    """What a column of several values becomes."""
    from sqlglot import exp  # lazily, as above

    here = column(f"x_{name}")
    if output.how in ("every", "any"):
        filled = exp.Case().when(here, _whole(1)).else_(_whole(0))
        return exp.EQ(this=(exp.Min if output.how == "every" else exp.Max)(this=filled), expression=_whole(1))
    if output.how in ("least", "most"):
        end = (exp.Min if output.how == "least" else exp.Max)(this=here)
        return exp.Case().when(exp.Count(this=here).eq(_all_rows()), end)
    if output.how == "same":
        agree = exp.Case().when(_count(here).eq(_all_rows()), exp.true())
        return agree.when(_count(exp.not_(here)).eq(_all_rows()), exp.false())
    of_open = exp.Case().when(column(f"x_{output.of}").is_(exp.Null()), here)
    if output.how == "unlike":
        return exp.GT(this=exp.Count(this=exp.Distinct(expressions=[of_open])), expression=_whole(1))
    if output.how == "why":
        return exp.Coalesce(this=exp.Min(this=of_open), expressions=[constant(reason(Reason.NOT_STATED))])
    return exp.Case().when(_all_rows().eq(1), exp.Min(this=here))


def every(stage: Every, person: str) -> exp.Expr:
    """A row a person with a value that fulfils a condition."""
    from sqlglot import exp  # lazily, as above

    of_person = exp.In(this=column("person"), query=exp.select("person").from_(person).subquery())
    return (
        exp.select(column("person"), named(exp.true(), f"{stage.name}_any"))
        .from_("eligo_observation")
        .where(column("variable").eq(exp.Literal.string(stage.variable)), column("superseded").not_(), of_person)
        .where(in_sql(is_true(stage.condition)))
        .group_by(column("person"))
    )


# --- facts


def told_by_facts(made: Script, prefix: str, facts: Facts, kinds: pl.DataFrame) -> Iterator[str]:
    """The kinds of facts as a table of constants, and the facts of each person with what their kind says."""
    from sqlglot import exp  # lazily, as above

    names = ["concept", "kind", "status", "marks", "visit", "same", *(f"c_{day}" for day in DAYS), *facts.names]
    types = ["TEXT", "TEXT", "TEXT", "TEXT", "BOOLEAN", "BOOLEAN", *("BIGINT" for _ in (*DAYS, *facts.names))]
    spans = ["span_start", "span_end", "over", "outlasted"] if facts.layout.anchored else []
    types += ["TEXT", "TEXT", "BOOLEAN", "BOOLEAN"][: len(spans)]
    rows = [
        [*_key(row, facts.cuts), *(row[name] for name in (*facts.names, *spans))] for row in kinds.iter_rows(named=True)
    ]
    yield from made.table(f"{prefix}kind", values(rows, [*names, *spans], types))
    classed, of_fact = _classed(facts, f"{prefix}person")
    alike = [column(f"k_{name}", "g").eq(column(name, "k")) for name in of_fact]
    number = exp.Window(
        this=exp.RowNumber(),
        partition_by=[column("person", "g")],
        order=exp.Order(expressions=[column("start_first", "g")]),
    )
    told = (
        exp.select(column("person", "g"), named(number, "fact"), *(column(day, "g") for day in DAYS))
        .select(*(column(name, "k") for name in ("concept", "status", *facts.names, *spans)))
        .from_(classed.subquery("g"))
        .join(f"{prefix}kind AS k", on=exp.and_(*alike))
    )
    yield from made.table(f"{prefix}told", told)


def _classed(facts: Facts, person: str) -> tuple[exp.Select, list[str]]:
    """The facts of persons with what makes each one of a kind, under the names of the table of kinds."""
    from sqlglot import exp  # lazily, as above

    fact = {name: column(name, "f") for name in ("concept", "kind", "status", "visit", *DAYS)}
    marks = exp.ArrayToString(this=column("qualifiers", "f"), expression=exp.Literal.string(_MARK))
    both = [fact[f"start_{end}"].eq(fact[f"end_{end}"]) for end in ("first", "last")]
    of_fact: dict[str, exp.Expr] = {name: fact[name] for name in ("concept", "kind", "status", "visit")}
    of_fact["marks"] = exp.Coalesce(this=marks, expressions=[exp.Literal.string("")])
    of_fact["same"] = exp.Coalesce(this=exp.Paren(this=exp.and_(*both)), expressions=[exp.false()])
    of_fact |= {f"c_{day}": _class(fact[day], facts.cuts) for day in DAYS}
    inside = exp.In(this=fact["concept"], expressions=[exp.Literal.string(one) for one in facts.concepts])
    classed = (
        exp.select(column("person", "f"), *(fact[day] for day in DAYS))
        .select(*(named(part, f"k_{name}") for name, part in of_fact.items()))
        .from_("eligo_fact AS f")
        .join(f"{person} AS p", on=column("person", "f").eq(column("person", "p")))
        .where(inside if facts.concepts else exp.false())
    )
    return classed, list(of_fact)


def _key(row: Mapping[str, object], cuts: Sequence[date]) -> list[object]:
    """What makes a fact one of a kind, as in the table."""
    marks = row["qualifiers"]
    same = row["start_first"] is not None and (row["start_first"], row["start_last"]) == (
        row["end_first"],
        row["end_last"],
    )
    classes = [bisect_right(cuts, day) + 1 if isinstance(day := row[name], date) else 0 for name in DAYS]
    return [
        row["concept"],
        row["kind"],
        row["status"],
        _MARK.join(marks if isinstance(marks, list) else ()),
        row["visit"],
        same,
        *classes,
    ]


def _class(day: exp.Expr, cuts: Sequence[date]) -> exp.Expr:
    """The class of a day: 0 for none, else by how many cuts it is not before."""
    from sqlglot import exp  # lazily, as above

    found = exp.Case().when(day.is_(exp.Null()), _whole(0))
    for place, cut in enumerate(cuts, 1):
        found = found.when(day < constant(Value(cut, "day")), _whole(place))
    return found.else_(_whole(len(cuts) + 1))


def denied(
    made: Script, prefix: str, names: Sequence[str], denials: Mapping[Literal["absent", "never"], pl.DataFrame]
) -> exp.Expr:
    """The bits of each person, by facts and by what the record denies."""
    from sqlglot import exp  # lazily, as above

    parts: exp.Expr = exp.select(column("person"), *map(column, names)).from_(f"{prefix}told")
    for which, frame in denials.items():
        rows = [[row["concept"], *(row[name] for name in names)] for row in frame.iter_rows(named=True)]
        table = values(rows, ["concept", *names], ["TEXT", *("BIGINT" for _ in names)])
        holds = exp.ArrayContains(this=column(which, "p"), expression=column("concept", "d"))
        by_denial = exp.select(column("person", "p"), *(column(name, "d") for name in names)).from_(
            f"{prefix}person AS p"
        )
        parts = exp.union(parts, by_denial.join(table.subquery("d"), on=holds), distinct=False)  # type: ignore[attr-defined]  # a select
    merged = [named(exp.BitwiseOrAgg(this=column(name)), name) for name in names]
    return exp.select(column("person"), *merged).from_(parts.subquery("u")).group_by(column("person"))  # type: ignore[attr-defined]  # a union


def _bits(place: int, name: str) -> Expr:
    word, slot = divmod(place, PER_WORD)
    return HasBits(f"b{word}", 1 << (slot * len(BITS) + BITS.index(name)))


def from_anchor(facts: Facts, told: str, place: int, anchor: int, reach: int) -> exp.Expr:
    """A row a person: whether any timed fact of a voter is near an anchor, far from it, or may be either."""
    from sqlglot import exp  # lazily, as above

    today = constant(Value(facts.layout.as_of, "day"))

    def clipped(name: str) -> exp.Expr:
        return exp.Case().when(column(name) > today.copy(), today.copy()).else_(column(name))

    def days(later: exp.Expr, earlier: exp.Expr) -> exp.Expr:
        return exp.DateDiff(this=later, expression=earlier, unit=exp.var("DAY"))

    is_any = column("span_start").eq("any")
    starts = {
        "s1": exp.Case().when(is_any, constant(Value(date.min, "day"))).else_(clipped("start_first")),
        "s2": exp.Case().when(is_any.copy(), today.copy()).else_(clipped("start_last")),
    }
    ends = {}
    for which, end, start in (("e1", "end_first", "s1"), ("e2", "end_last", "s2")):
        case = exp.Case().when(column("span_end").eq("today"), today.copy())
        case = case.when(column("span_end").eq("own"), clipped(end))
        if which == "e2":
            case = case.when(column("span_end").eq("since"), today.copy())
        ends[which] = case.else_(starts[start].copy())
    kept = ("person", "fact", "concept", "status", "over", "outlasted")
    timed = exp.select(*map(column, kept), *(named(part, name) for name, part in {**starts, **ends}.items()))
    timed = timed.from_(told).where(in_sql(_bits(place, "timed")))
    anchors = exp.select(column("person"), named(column("start_first"), "least"), named(column("start_last"), "most"))
    anchors = anchors.from_(told).where(in_sql(_bits(anchor, "yes")))
    near = exp.and_(days(column("most"), column("e1")) <= reach, days(column("s2"), column("least")) <= reach)
    far = exp.or_(days(column("least"), column("e2")) > reach, days(column("s1"), column("most")) > reach)
    grouped = [column(name, "f") for name in kept]
    per_fact = (
        exp.select(*grouped, named(exp.Max(this=_told(near)), "near"), named(exp.Min(this=_told(far)), "far"))
        .from_(timed.subquery("f"))
        .join(anchors.subquery("a"), on=column("person", "f").eq(column("person", "a")))
        .group_by(*(one.copy() for one in grouped))
    )
    is_near, is_far = column("near").eq(1), column("far").eq(1)
    neither = exp.and_(column("near").eq(0), column("far").eq(0))
    suspected = column("status").eq("suspected")
    told_of = {
        "near": exp.and_(is_near, exp.not_(suspected), exp.not_(column("over"))),
        "near_over": exp.and_(is_near, exp.not_(suspected), column("over")),
        "near_suspected": exp.and_(is_near, suspected),
        "far": exp.and_(is_far, column("concept").eq(exp.Literal.string(facts.layout.voters[place].concept))),
        "stale": exp.and_(neither, column("outlasted")),
        "either": exp.and_(neither, exp.not_(column("outlasted"))),
    }
    made = [named(exp.Max(this=_told(one)).eq(1), f"{name}{place}") for name, one in told_of.items()]
    return exp.select(column("person"), *made).from_(per_fact.subquery("g")).group_by(column("person"))


def joined(
    person: str, parts: Sequence[str], names: Iterable[str], scores: Mapping[str, Expr], bits: Iterable[str]
) -> exp.Expr:
    """A row a person with the columns of all stages."""
    from sqlglot import exp  # lazily, as above

    words, own = (
        set(bits),
        ("person", "whole", "sex", "birth_first", "birth_last", "complete", "in_part", "attested_yes", "attested_no"),
    )
    made: list[exp.Expr] = [column(name, "p") for name in own]
    for name in sorted(set(names) - {*own}):
        one: exp.Expr = column(name)
        if name in words:
            one = exp.Coalesce(this=one, expressions=[_whole(0)])
        made.append(named(one, name))
    made += [named(in_sql(part), name) for name, part in scores.items()]
    select = exp.select(*made).from_(f"{person} AS p")
    for number, part in enumerate(parts):
        on = column("person", "p").eq(column("person", f"t{number}"))
        select = select.join(f"{part} AS t{number}", on=on, join_type="left")
    return select
