"""Rule sets in, an index of them out, and where it does not say what the evaluator says: nowhere."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from eligo.evaluate import Engine
from eligo.evaluation.chart import Policy
from eligo.explain import explain
from eligo.index.brief import Briefs
from eligo.index.build import FileState
from eligo.index.entry import entry_of_rules
from eligo.index.making import IndexMaker
from eligo.index.screened import IndexScreener
from eligo.patients.model import Patient
from eligo.plan import Plan, compile_rules
from eligo.ruleset import RuleSet

SHA256 = "0" * 64


def indexed(rulesets: Iterable[RuleSet], path: Path, policy: Policy | None = None) -> IndexScreener:
    """An index of rule sets, written and opened."""
    maker = IndexMaker()
    for ruleset in rulesets:
        maker.add(entry_of_rules(ruleset, SHA256), FileState("", 0, 0))
    maker.write(path)
    return IndexScreener(path, policy)


def plans_of(rulesets: Iterable[RuleSet]) -> list[Plan]:
    """The plans of the same rule sets."""
    return [compile_rules(ruleset, SHA256) for ruleset in rulesets]


def disagreements(screener: IndexScreener, engine: Engine, patients: Sequence[Patient]) -> Iterator[str]:
    """Where the verdicts of an index, or what it says besides, are not those of the evaluator."""
    briefs = Briefs(screener)
    for patient in patients:
        found = screener.screen(patient)
        said, wanted = found.verdicts(), [verdict.value for verdict in engine.verdicts(patient)]
        names = [trial.plan.trial for trial in engine.trials]
        yield from (
            f"{n}: {one}, not {other}" for n, one, other in zip(names, said, wanted, strict=True) if one != other
        )
        brief = json.loads("".join(briefs.line(found, np.arange(len(said)), [])))
        whole = explain(engine, patient).as_brief_json()
        if brief != whole:
            yield f"{patient}: {brief}, not {whole}"
