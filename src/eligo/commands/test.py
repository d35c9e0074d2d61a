"""Run the cases beside the rule sets (NCT*.cases.yaml): tiny patients with the verdict and the findings expected.

Coverage counts, for each leaf of each criterion, whether some case met it, some did not, and some left it unknown.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterator
from pathlib import Path

from eligo.cases.file import read_cases
from eligo.cases.run import Report, run_cases
from eligo.commands.names import add_vocabulary
from eligo.commands.printing import say_json, say_lines
from eligo.commands.rulefiles import add_files, case_files, named_files, rules_of
from eligo.errors import EligoError, Place, Problem
from eligo.isolation import Isolated
from eligo.plan import compile_rules
from eligo.report.problems import write_problems
from eligo.ruleset import load
from eligo.textfile import read_text

EXAMPLES = """\
  eligo test
  eligo test rules/NCT05727722.cases.yaml
  eligo test my_rules --coverage 90
"""

RULES_FAIL = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    help_text = "a cases file, a rule set with cases beside it, or a folder (default: as for `eligo check`)"
    add_files(parser, help_text)
    least = "exit code 5 where less than this share of the leaves' ways is covered (default: 100)"
    parser.add_argument("--coverage", type=float, default=100.0, metavar="PERCENT", help=least)
    add_vocabulary(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object a trial")


def run(args: argparse.Namespace) -> int:
    """Run all cases, list what failed and what is not covered."""
    files = case_files(named_files(args))
    if not files:
        raise EligoError(Problem("no-cases", "there are no cases (*.cases.yaml)", help="see `eligo cases TRIAL`"))
    unreadable, wanting = False, False
    for file in files:
        with Isolated(Place(str(file))) as unit:
            report = _run(file)
        if unit.failed:
            write_problems(unit.problems, args.json)
            unreadable = True
            continue
        wanting = wanting or bool(report.failures) or report.coverage < args.coverage
        if args.json:
            say_json(_data(report))
            continue
        say_lines(_lines(report))
    if unreadable:
        return 1
    return RULES_FAIL if wanting else 0


def _run(file: Path) -> Report:
    cases = read_cases(read_text(file), str(file))
    ruleset = load(rules_of(file))
    if cases.trial != ruleset.trial:
        message = f"the cases are for `{cases.trial}`, the rules beside them for `{ruleset.trial}`"
        raise EligoError(Problem("other-trial", message, Place(str(file), 1, 1)))
    return run_cases(compile_rules(ruleset), cases.cases)


def _lines(report: Report) -> Iterator[str]:
    passed = report.cases - report.failed
    yield f"{report.trial}  {passed} of {report.cases} cases pass, {report.coverage:.1f} % of the leaves covered"
    for (name, place), failures in itertools.groupby(report.failures, key=lambda f: (f.case, f.place)):
        yield f"  fails: {name} ({place.file}:{place.line})"
        yield from (f"    {f.message}" for f in failures)
    for gap in report.uncovered:
        never = ", ".join(t.name for t in gap.missing)
        yield f"  {gap.criterion} leaf {gap.leaf + 1} ({gap.name}): never {never}"


def _data(report: Report) -> dict[str, object]:
    return {
        "trial": report.trial,
        "cases": report.cases,
        "failed": report.failed,
        "failures": [f.as_json() for f in report.failures],
        "coverage": round(report.coverage, 2),
        "uncovered": [u.as_json() for u in report.uncovered],
    }
