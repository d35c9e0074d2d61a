"""Compare two versions of a rule set: what was tightened, loosened, added, removed or only reworded.

With patients, also who gets another verdict, and which change did it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from eligo.cases.flips import Flip, flips
from eligo.check.changes import Change, changes
from eligo.commands import inputs
from eligo.commands.printing import say_json, say_lines
from eligo.errors import Problem
from eligo.patients.model import Patient
from eligo.patients.readers import read_patients
from eligo.report.problems import write_problems
from eligo.report.terminal import terminal, wrap
from eligo.ruleset import RuleSet, load

EXAMPLES = """\
  eligo diff old/NCT05727722.yaml rules/NCT05727722.yaml
  eligo diff version1.yaml version2.yaml --patients patients_examples
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("old", metavar="OLD", help="the rule set before")
    parser.add_argument("new", metavar="NEW", help="the rule set after")
    help_text = "records, or folders of records: show whose verdict flips"
    parser.add_argument("--patients", nargs="+", default=[], metavar="PATIENT", help=help_text)
    inputs.add_policy(parser)
    inputs.add_answers(parser)


def run(args: argparse.Namespace) -> int:
    """Print the changes, and the flips."""
    old, new = load(Path(args.old)), load(Path(args.new))
    policy = inputs.policy(args)
    found = changes(old, new)
    patients, failed = _read(args)
    flipped = flips(old, new, found, patients, policy)
    if args.json:
        data = {"old": args.old, "new": args.new, "changes": [c.as_json() for c in found]}
        say_json(data | {"flips": [f.as_json() for f in flipped], "patients": len(patients)})
    else:
        say_lines(_lines(old, new, found, terminal(sys.stdout).width))
        if args.patients:
            say_lines(_flip_lines(flipped, len(patients)))
    return 1 if failed else 0


def _read(args: argparse.Namespace) -> tuple[list[Patient], bool]:
    """The patients of all sources, and whether anything about them was wrong."""
    patients, problems = list[Patient](), list[Problem]()
    for name in args.patients:
        for reading in read_patients(name, inputs.options(args)):
            if reading.patient is None:
                problems += reading.problems
            else:
                patients.append(reading.patient)
                problems += inputs.flaws(reading, args)
    write_problems(problems, args.json)
    wrong = inputs.write_wrong_answers(args)
    return patients, wrong or any(p.severity == "error" for p in problems)


def _lines(old: RuleSet, new: RuleSet, found: Sequence[Change], width: int) -> Iterator[str]:
    if old.trial != new.trial:
        yield f"these are two trials: {old.trial} and {new.trial}"
    versions = f"{old.source.version or 'no date'} -> {new.source.version or 'no date'}"
    yield f"{new.trial}  {versions}: {len(found)} {'change' if len(found) == 1 else 'changes'}"
    for change in found:
        renamed = change.old and change.new and change.old[0].id != change.new[0].id
        name = f"{change.old[0].id} -> {change.id}" if renamed else change.id
        yield f"  {name:<8} {change.kind}"
        for sign, criteria in (("-", change.old), ("+", change.new)):
            for criterion in criteria:
                if change.kind in ("new", "removed") or not _same(change):
                    yield from wrap(criterion.text, width, f"    {sign} ", "      ")


def _same(change: Change) -> bool:
    return [c.text for c in change.old] == [c.text for c in change.new]


def _flip_lines(flipped: Sequence[Flip], patients: int) -> Iterator[str]:
    yield f"{len(flipped)} of {patients} patients flip"
    for flip in flipped:
        word = " and " if flip.together else " or "
        causes = word.join(f"{c.id} ({c.kind})" for c in flip.causes)
        how = "by" if len(flip.causes) < 2 else "by both together:" if flip.together else "by any one of"
        yield f"  {flip.patient}  {flip.old.value} -> {flip.new.value}  {how} {causes}"
