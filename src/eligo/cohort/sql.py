"""Rules and a warehouse in, a script of SQL out that counts the same stage by stage, for engines beyond one machine.

The script is of one warehouse: which kinds of facts, variables and concepts there are was looked up in it. What columns
do not tell (`to_decide`) stays open in its counts, and scores that nobody recorded are of that kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Literal

from eligo.cohort.criteria import (
    answer_columns,
    criterion_columns,
    handed,
    reason_column,
    reasons_of,
    truth_column,
    truth_of,
    verdict_of,
)
from eligo.cohort.facts import Facts
from eligo.cohort.form import TRUE, ColumnName, Expr, Value, any_of, is_false, is_open, is_true, not_
from eligo.cohort.layout import DISTANCES
from eligo.cohort.run import Columns, Fold, all_bits
from eligo.cohort.source import Warehouse
from eligo.cohort.sql_stages import (
    Dialect,
    Script,
    denied,
    every,
    from_anchor,
    joined,
    latest,
    persons_of,
    told_by_facts,
)
from eligo.cohort.staging import Staged
from eligo.cohort.tally import Counting
from eligo.evaluate import Engine
from eligo.warehouse.tables import TABLES, file_of

if TYPE_CHECKING:
    import polars as pl

_AT_ONCE = 200_000  # persons whose kinds of facts are looked up together
_TABLES = ", ".join(f"eligo_{table}" for table in TABLES)
HEAD = ("trial", "criterion", "passes", "blocks", "open", "to_decide", "left_certain", "left_possible")


def script(source: Warehouse, engine: Engine, dialect: Dialect) -> str:
    """The script as a text, each statement with a semicolon."""
    return "\n".join([*_head(source, engine, dialect), *(f"{one};\n" for one in statements(source, engine, dialect))])


def _head(source: Warehouse, engine: Engine, dialect: Dialect) -> Iterator[str]:
    """What the reader of the script has to know."""
    yield f"-- eligo cohort: {len(engine.trials)} trials over {source.count()} patients, for {dialect}"
    for trial in engine.trials:
        yield f"-- {trial.plan.trial}: rules {trial.plan.sha256}"
    yield f"-- The last statement gives {', '.join(HEAD)}; the row of a trial has no criterion."
    yield "-- to_decide are patients whom columns leave open and `eligo cohort` decides one by one."
    yield "-- Made for this warehouse: make it again when its tables change."
    if dialect == "postgres":
        yield f"-- The tables {_TABLES} have to be there, with the columns of the files."
    yield ""


def statements(source: Warehouse, engine: Engine, dialect: Dialect) -> Iterator[str]:
    """The statements in their order; the last one gives the counts, and `eligo_judged` has a row a patient."""
    made = Script(dialect)
    if dialect != "postgres":
        for table in TABLES:
            yield made.of_file(f"eligo_{table}", file_of(source.folder, table))
    days = source.days()
    for number, day in enumerate(days):
        yield from _of_day(made, f"e{number}_", Columns(source, engine, day), day)
    names = [f"e{number}_judged" for number, _ in enumerate(days)]
    yield from made.table("eligo_judged", made.union(names))
    yield from _counts(made, engine)


def _of_day(made: Script, prefix: str, columns: Columns, day: date) -> Iterator[str]:
    """The stages of the persons of one day."""
    layout = columns.layout
    yield from made.table(f"{prefix}person", persons_of(day, has_sex="sex" in columns.variables))
    person, parts, names = f"{prefix}person", list[str](), {*_PERSON}
    for stage in layout.latest.values():
        if stage.variable in columns.variables and stage.outputs:
            parts.append(f"{prefix}{stage.name}")
            names |= {f"{stage.name}.{name}" for name in stage.outputs}
            yield from made.table(parts[-1], latest(stage, person))
    for one in layout.every.values():
        if one.variable in columns.variables:
            parts.append(f"{prefix}{one.name}")
            names.add(f"{one.name}.any")
            yield from made.table(parts[-1], every(one, person))
    set_bits: dict[str, int] = {}
    yield from _facts(made, prefix, columns.facts, day, set_bits)
    parts.append(f"{prefix}bits")
    names |= {*set_bits}
    for place, (anchor, reach) in layout.anchored.items():
        parts.append(f"{prefix}near{place}")
        names |= {f"{word}{place}" for word in DISTANCES}
        yield from made.table(parts[-1], from_anchor(columns.facts, f"{prefix}told", place, anchor, reach))
    fold = Fold(names, set_bits)
    scores: dict[str, Expr] = {}
    for cells in columns.cells:
        scores[f"{cells.scored.name}.truth"] = Value(None, "bool")
        scores[f"{cells.scored.name}.hand"] = fold(cells.scored.is_begun)
    yield from made.table(f"{prefix}wide", joined(person, parts, names, scores, set_bits))
    fold = Fold(names | {*scores}, set_bits)
    asked: dict[str, Expr] = {}
    for number, answer in enumerate(columns.answers):
        asked |= {name: fold(part) for name, part in zip(answer_columns(number), answer, strict=True)}
    yield from made.staged(f"{prefix}tests", f"{prefix}wide", ("person", "whole"), Staged(asked, "p"))
    yield from made.staged(
        f"{prefix}judged", f"{prefix}tests", ("person", "whole", *asked), Staged(_criteria(columns), "q")
    )


_PERSON = ("person", "sex", "birth_first", "birth_last", "complete", "in_part", "attested_yes", "attested_no")


def _criteria(columns: Columns) -> dict[str, Expr]:
    found: dict[str, Expr] = {}
    for place, trial in enumerate(columns.engine.trials):
        for number, ready in enumerate(trial.criteria):
            truth, hand, why = criterion_columns(place, number)
            found[truth] = truth_of(ready.criterion.tree, ready.numbers, truth_column)
            found[hand] = handed(ready, columns.answers)
            found[why] = reasons_of(ready.criterion.tree, ready.numbers, truth_column, reason_column)
    return found


def _facts(made: Script, prefix: str, facts: Facts, day: date, set_bits: dict[str, int]) -> Iterator[str]:
    """What facts and denials say, by the kinds of them that there are; which bits any of them sets."""
    kinds, denials = _looked_up(facts, day)
    for frame in (kinds, *denials.values()):
        for name in facts.names:
            set_bits[name] = set_bits.get(name, 0) | all_bits(frame[name])
    yield from told_by_facts(made, prefix, facts, kinds)
    yield from made.table(f"{prefix}bits", denied(made, prefix, facts.names, denials))


def _looked_up(facts: Facts, day: date) -> tuple[pl.DataFrame, dict[Literal["absent", "never"], pl.DataFrame]]:
    """All kinds of facts of a warehouse that say anything, and all denials."""
    import polars as pl  # lazily: only a cohort needs it

    source, kinds = facts.source, list[pl.DataFrame]()
    names: dict[Literal["absent", "never"], set[str]] = {"absent": set(), "never": set()}
    for first in range(0, source.count(), _AT_ONCE):
        persons = source.persons(first, first + _AT_ONCE, day, ("person", "absent", "never"))
        kinds.append(facts.kinds(facts.rows(persons)))
        for which, found in names.items():
            found |= set(persons.table[which].explode().drop_nulls().to_list())
    table = pl.concat(kinds).unique("key", keep="any").sort("key")
    denials = {which: facts.denials(sorted(found), ever=which == "never") for which, found in names.items()}
    return table, {
        which: one.filter(pl.any_horizontal(pl.col(name) != 0 for name in facts.names))
        for which, one in denials.items()
    }


def _counts(made: Script, engine: Engine) -> Iterator[str]:
    """The counts of every trial and criterion, of which the last statement is the table."""
    asked: dict[str, Expr] = {}
    lines: list[tuple[str, str, list[str]]] = []
    for place, trial in enumerate(engine.trials):
        counting = Counting(place, trial, ())
        verdict, hands = verdict_of(trial, counting.passing), [ColumnName(hand) for _, hand, _ in counting.columns]
        lines.append((trial.plan.trial, "", _named(asked, _parts(verdict, any_of(hands), verdict))))
        for number, ready in enumerate(trial.criteria):
            parts = _parts(counting.passing(number), hands[number], _left(counting, number))
            lines.append((trial.plan.trial, ready.criterion.id, _named(asked, parts)))
    yield from made.table("eligo_sums", made.sums("eligo_judged", asked))
    yield made.lines("eligo_sums", HEAD, lines)


def _left(counting: Counting, last: int) -> Expr:
    """The verdict by the first criteria alone."""
    return verdict_of(counting.trial, lambda number: counting.passing(number) if number <= last else TRUE)


def _parts(passing: Expr, hand: Expr, left: Expr) -> list[Expr]:
    """What is counted of a criterion, or of a trial: see `HEAD`."""
    to_decide = any_of([ColumnName("whole"), hand])
    return [passing, not_(passing), is_open(passing), to_decide, left, not_(is_false(left))]


def _named(asked: dict[str, Expr], parts: Iterable[Expr]) -> list[str]:
    names = []
    for part in parts:
        name = f"n{len(asked)}"
        asked[name] = is_true(part)
        names.append(name)
    return names
