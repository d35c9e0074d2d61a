"""Shipped rule sets and their cases in, the share of mutants that some case notices out: `python -m bench.mutation`.

A mutant is a rule set with one slip: a limit one step off, a wrong comparator or side, `and` for `or`, a lost `not`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from eligo.cases.file import Case, read_cases
from eligo.cases.run import passes
from eligo.commands.rulefiles import rules_of
from eligo.criteria import (
    AllOf,
    AnyOf,
    AtLeast,
    Bound,
    Compare,
    Duration,
    IfThen,
    Leaf,
    Limit,
    Not,
    OneOf,
    Op,
    Predicate,
    Present,
    Related,
    Window,
)
from eligo.data import data_dir
from eligo.evaluate import Engine
from eligo.plan import compile_rules
from eligo.ruleset import RuleSet, load
from eligo.textfile import read_text

# Each comparator with its slips: the boundary day or value forgotten, and the wrong way round.
SLIPS: dict[Op, tuple[Op, ...]] = {
    "lt": ("le", "gt"),
    "le": ("lt", "ge"),
    "gt": ("ge", "lt"),
    "ge": ("gt", "le"),
    "eq": ("ge", "le"),
}


Slip = tuple[str, str, Predicate]  # its kind, what it is, and the predicate with it


@dataclass(frozen=True, slots=True)
class Mutant:
    """A rule set with one slip in one criterion."""

    criterion: str
    kind: str
    what: str
    ruleset: RuleSet


def mutants(ruleset: RuleSet) -> Iterator[Mutant]:
    """Every slip of every criterion."""
    for i, criterion in enumerate(ruleset.criteria):

        def made(slip: str, what: str, index: int = i, **changes: object) -> Mutant:
            changed = replace(ruleset.criteria[index], **changes)  # type: ignore[arg-type]  # fields of a criterion
            criteria = (*ruleset.criteria[:index], changed, *ruleset.criteria[index + 1 :])
            return Mutant(changed.id, slip, what, replace(ruleset, criteria=criteria))

        other = "exclusion" if criterion.kind == "inclusion" else "inclusion"
        yield made("side", f"as {other}", kind=other)
        for kind, what, predicate in slips(criterion.predicate):
            yield made(kind, what, predicate=predicate)


def slips(predicate: Predicate) -> Iterator[Slip]:
    """Every predicate that differs by one slip."""
    match predicate:
        case AllOf(parts) | AnyOf(parts):
            if len(parts) > 1:
                other = AnyOf if isinstance(predicate, AllOf) else AllOf
                yield "join", f"{other.__name__} of {len(parts)}", other(parts)
            yield from _inside(predicate)
        case AtLeast(count, parts):
            for number in {max(count - 1, 1), min(count + 1, len(parts))} - {count}:
                yield "join", f"at least {number}", AtLeast(number, parts)
            yield from _inside(predicate)
        case Not(part):
            yield "not", "without not", part
            yield from ((kind, what, Not(changed)) for kind, what, changed in slips(part))
        case IfThen(condition, then):
            yield "not", "without its condition", then
            yield from ((kind, what, IfThen(changed, then)) for kind, what, changed in slips(condition))
            yield from ((kind, what, IfThen(condition, changed)) for kind, what, changed in slips(then))
        case _:
            yield from _of_leaf(predicate)


def _of_leaf(predicate: Leaf) -> Iterator[Slip]:
    match predicate:
        case Related(what=one, to=other):
            yield "join", "both, however related", AllOf((one, other))
        case Compare():
            yield from _compare(predicate)
        case OneOf(variable=variable, values=values) if len(values) > 1:
            for value in values:
                less = tuple(v for v in values if v != value)
                yield "limit", f"{variable} without {value}", replace(predicate, values=less)
        case Present():
            if predicate.but_not:
                yield "not", f"any {predicate.concept}", replace(predicate, but_not=())
            for what, window in _windows(predicate.window) if predicate.window is not None else ():
                yield "limit", f"{predicate.concept} {what}", replace(predicate, window=window)


def _inside(predicate: AllOf | AnyOf | AtLeast) -> Iterator[Slip]:
    """The slips of each part."""
    for i, part in enumerate(predicate.parts):
        for kind, what, changed in slips(part):
            parts = (*predicate.parts[:i], changed, *predicate.parts[i + 1 :])
            yield kind, what, replace(predicate, parts=parts)


def _compare(leaf: Compare) -> Iterator[Slip]:
    for i, limit in enumerate(leaf.limits):
        step = 10.0 ** -len(f"{limit.value:.12g}".partition(".")[2])
        for value in (limit.value - step, limit.value + step):
            if len(leaf.limits) == 1 or _ordered(leaf.limits, i, value):
                yield "limit", f"{leaf.variable} {value:g}", _with(leaf, i, replace(limit, value=value))
        for op in SLIPS[limit.op]:
            if len(leaf.limits) == 1 or op[0] == limit.op[0]:  # a range keeps its two sides
                yield "operator", f"{leaf.variable} {op}", _with(leaf, i, replace(limit, op=op))
    for what, window in _windows(leaf.window) if leaf.window else ():
        yield "limit", f"{leaf.variable} {what}", replace(leaf, window=window)


def _ordered(limits: tuple[Limit, ...], index: int, value: float) -> bool:
    return value <= limits[1].value if index == 0 else value >= limits[0].value


def _with(leaf: Compare, index: int, limit: Limit) -> Compare:
    return replace(leaf, limits=(*leaf.limits[:index], limit, *leaf.limits[index + 1 :]))


def _windows(window: Window) -> Iterator[tuple[str, Window]]:
    if window.within is not None:
        for value in _near(window.within):
            yield f"within {value}", replace(window, within=value)
    for name in ("ago", "lasting"):
        bound: Bound | None = getattr(window, name)
        if bound is not None:
            for value in _near(bound.duration):
                yield f"{name} {value}", replace(window, **_part(name, replace(bound, duration=value)))
            for op in SLIPS[bound.op]:
                yield f"{name} {op}", replace(window, **_part(name, replace(bound, op=op)))


def _part(name: str, bound: Bound) -> Any:
    return {name: bound}


def _near(duration: Duration) -> Iterator[Duration]:
    for value in (duration.value - 1, duration.value + 1):
        if value > 0:
            yield replace(duration, value=value)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many mutants of a rule set were noticed, and those that were not."""

    trial: str
    killed: int
    survivors: tuple[Mutant, ...]

    @property
    def mutants(self) -> int:
        """How many there were."""
        return self.killed + len(self.survivors)

    @property
    def share(self) -> float:
        """The share that was noticed, in percent."""
        return 100 * self.killed / self.mutants if self.mutants else 100.0


def tally(ruleset: RuleSet, cases: Iterable[Case]) -> Tally:
    """Run the cases against every mutant."""
    engine = Engine([compile_rules(ruleset)])
    # A case that fails without any slip notices none.
    found, chosen = list(mutants(ruleset)), tuple(c for c in cases if passes(engine, [c]))
    survivors = tuple(m for m in found if passes(Engine([compile_rules(m.ruleset)]), chosen))
    return Tally(ruleset.trial, len(found) - len(survivors), survivors)


def run(folder: Path) -> list[Tally]:
    """The tallies of all rule sets of a folder that have cases."""
    files = sorted(folder.glob("*.cases.yaml"))
    return [tally(load(rules_of(f)), read_cases(read_text(f), str(f)).cases) for f in files]


def main() -> None:
    """Print the figures, and every survivor."""
    tallies = run(data_dir("rules"))
    killed, total = sum(t.killed for t in tallies), sum(t.mutants for t in tallies)
    if "--json" in sys.argv:
        rows = {t.trial: {"mutants": t.mutants, "killed": t.killed} for t in tallies}
        print(json.dumps({"mutants": total, "killed": killed, "trials": rows}))
        return
    for result in tallies:
        print(f"{result.trial}  {result.killed} of {result.mutants} mutants killed ({result.share:.1f} %)")
        for mutant in result.survivors:
            print(f"  survived: {mutant.criterion} {mutant.kind}: {mutant.what}")
    print(f"all  {killed} of {total} mutants killed ({100 * killed / max(total, 1):.1f} %)")


if __name__ == "__main__":
    main()
