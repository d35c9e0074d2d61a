"""Compare two versions of a rule set: what was tightened, loosened, added, removed or only reworded.

With patients, also who gets another verdict, and which change did it; with a warehouse, how many do.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from eligo.bounds import MEGABYTE
from eligo.cases.flips import Flip, flips
from eligo.check.changes import Change, changes
from eligo.commands import inputs
from eligo.commands.cohort import add_tables, check_library, decider, whole_table
from eligo.commands.printing import say_json, say_lines
from eligo.commands.progress import Progress
from eligo.commands.rulefiles import add_trials, rule_files
from eligo.errors import EligoError, Place, Problem, did_you_mean
from eligo.evaluation.chart import Policy
from eligo.patients.model import Patient
from eligo.patients.readers import read_patients
from eligo.report.changes import cause, change_lines, part_words
from eligo.report.measures import SHORT_CODED
from eligo.report.problems import write_problems
from eligo.report.terminal import terminal, wrap
from eligo.ruleset import RuleSet, load

EXAMPLES = """\
  eligo diff old/NCT05727722.yaml rules/NCT05727722.yaml
  eligo diff version1.yaml version2.yaml --patients patients_examples
  eligo diff rules-2025 rules-2026
  eligo diff rules-2025 rules-2026 --warehouse build/warehouse
"""

Pair = tuple[RuleSet | None, RuleSet | None]  # the versions of one trial
Counted = Callable[[RuleSet | None, RuleSet | None], dict[str, Any] | None]
_LIST = ("patient", "trial", "old", "new")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("old", metavar="OLD", help="the rule set before, or a folder of them")
    parser.add_argument("new", metavar="NEW", help="the rule set after, or a folder of them")
    help_text = "records, or folders of records: show whose verdict flips"
    parser.add_argument("--patients", nargs="+", default=[], metavar="PATIENT", help=help_text)
    help_text = "the folder that `eligo warehouse` wrote: show how many of its patients flip"
    parser.add_argument("--warehouse", metavar="DIR", help=help_text)
    help_text = "with --warehouse: write the ids of those who flip, with both verdicts, to this file (CSV)"
    parser.add_argument("--list", metavar="FILE", help=help_text)
    add_tables(parser)
    add_trials(parser)
    inputs.add_policy(parser)
    inputs.add_answers(parser)


def run(args: argparse.Namespace) -> int:
    """Print the changes, and the flips."""
    pairs = _chosen(_pairs(Path(args.old), Path(args.new)), args.trial, args.exclude_trial)
    policy = inputs.policy(args)
    patients, failed = _read(args)
    with _warehouse(args, policy) as counted:
        if args.json:
            for old, new in pairs:
                data = _data(args, old, new, patients, policy)
                told = counted(old, new) if counted else None
                say_json(data if told is None else data | {"warehouse": told})
        else:
            say_lines(_text(pairs, patients, policy, args, counted))
    return 1 if failed else 0


@contextlib.contextmanager
def _warehouse(args: argparse.Namespace, policy: Policy) -> Iterator[Counted | None]:
    """What counts the flips of a trial in the warehouse, if there is one."""
    if args.warehouse is None:
        if args.list:
            raise EligoError(
                Problem("no-warehouse", "`--list` is of the patients of a warehouse", help="add --warehouse DIR")
            )
        yield None
        return
    check_library()
    from eligo.cohort.flips import as_data, flipped  # lazily: it needs polars
    from eligo.cohort.source import opened  # lazily, as above
    from eligo.cohort.study import Listed, Wanted  # lazily, as above

    source = opened(Path(args.warehouse))
    write_problems(source.warnings(), args.json)
    with contextlib.ExitStack() as stack:
        progress = stack.enter_context(Progress())
        add = stack.enter_context(whole_table(Path(args.list), _LIST)) if args.list else None

        def counted(old: RuleSet | None, new: RuleSet | None) -> dict[str, Any] | None:
            if old is None or new is None or old.trial != new.trial:
                return None
            changed = [change for change in changes(old, new) if change.matters]

            def listed(one: Listed) -> None:
                if add is not None:
                    add([one[0], new.trial, *(verdict.value for verdict in one[1])])

            asked = Wanted(memory=args.memory * MEGABYTE, progress=progress.reach, listed=listed)
            found = flipped(source, (old, new), changed, policy, lambda engine: decider(engine, args.processes), asked)
            return as_data(found, changed, args.min_count)

        yield counted


def _pairs(old: Path, new: Path) -> list[Pair]:
    """The versions of each trial; of two folders each trial that either has, None where one does not have it."""
    if old.is_dir() != new.is_dir():
        place, help_text = Place(str(new if old.is_dir() else old)), "name two rule sets, or two folders of them"
        raise EligoError(Problem("old-and-new", "one version is a folder and the other one a file", place, help_text))
    if not old.is_dir():
        return [(load(old), load(new))]
    before, after = ({found.trial: found for found in map(load, rule_files([str(path)]))} for path in (old, new))
    return [(before.get(trial), after.get(trial)) for trial in sorted(before.keys() | after.keys())]


def _chosen(pairs: list[Pair], named: Sequence[str], left_out: Sequence[str]) -> list[Pair]:
    """The pairs of the trials that are named, else of all, but for those left out."""
    known = {one.trial.upper(): one.trial for pair in pairs for one in pair if one}
    for name in (*named, *left_out):
        if name.upper() not in known:
            help_text = did_you_mean(name, known.values()) or f"there are versions of {', '.join(known.values())}"
            raise EligoError(Problem("unknown-trial", f"no rules for the trial `{name}`", help=help_text))
    wanted = {name.upper() for name in named or known} - {name.upper() for name in left_out}
    return [pair for pair in pairs if any(one and one.trial.upper() in wanted for one in pair)]


def _compared(
    old: RuleSet | None, new: RuleSet | None, patients: Sequence[Patient], policy: Policy
) -> tuple[tuple[Change, ...], list[Flip]]:
    if old is None or new is None:
        return (), []
    found = changes(old, new)
    return found, flips(old, new, found, patients, policy)


def _data(
    args: argparse.Namespace, old: RuleSet | None, new: RuleSet | None, patients: Sequence[Patient], policy: Policy
) -> dict[str, object]:
    """One trial as JSON data; `only` says which version has it, where one does not."""
    found, flipped = _compared(old, new, patients, policy)
    known = new or old
    data: dict[str, object] = {"old": args.old, "new": args.new, "trial": known.trial if known else None}
    data |= {"only": "new" if old is None else "old"} if old is None or new is None else {}
    told = list(map(_change_json, found))
    return data | {"changes": told, "flips": [f.as_json() for f in flipped], "patients": len(patients)}


def _change_json(change: Change) -> dict[str, object]:
    """A change as JSON data, with the words for its parts, where there are any."""
    parts = part_words(change, SHORT_CODED)
    return change.as_json() | ({"parts": parts} if parts else {})


def _text(
    pairs: Sequence[Pair],
    patients: Sequence[Patient],
    policy: Policy,
    args: argparse.Namespace,
    counted: Counted | None,
) -> Iterator[str]:
    """Each trial with its changes and flips; of folders those without any are counted."""
    width, same = terminal(sys.stdout).width, 0
    for old, new in pairs:
        found, flipped = _compared(old, new, patients, policy)
        if old is None or new is None:
            yield from (f"{one.trial}  {'is new' if old is None else 'is gone'}" for one in (old or new,) if one)
            continue
        if len(pairs) > 1 and not found and old.trial == new.trial:
            same += 1
            continue
        yield from _lines(old, new, found, width)
        if args.patients:
            yield from _flip_lines(flipped, len(patients), width)
        told = counted(old, new) if counted else None
        if told is not None:
            yield from _count_lines(told, width)
    if same:
        yield f"{same} {'trial' if same == 1 else 'trials'} without a change"


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
        yield from change_lines(change, width)


def _flip_lines(flipped: Sequence[Flip], patients: int, width: int) -> Iterator[str]:
    yield f"{len(flipped)} of {patients} patients flip"
    for flip in flipped:
        word = " and " if flip.together else " or "
        causes = word.join(map(cause, flip.causes))
        how = "by" if len(flip.causes) < 2 else "by both together:" if flip.together else "by any one of"
        yield from wrap(f"{flip.old.value} -> {flip.new.value}  {how} {causes}", width, f"  {flip.patient}  ", "    ")


def _count_lines(told: dict[str, Any], width: int) -> Iterator[str]:
    """How many patients of a warehouse flip, and by which change alone."""
    least = told["min_count"]
    counts = [pair["count"] for pair in told["pairs"]]
    some = "some" if None in counts else str(sum(counts))
    yield f"{some} of {told['persons']} patients of the warehouse flip"
    for pair in told["pairs"]:
        parts = [f"{one['id']} {one['change']}: {_held_back(one['count'], least)}" for one in pair["by_one"]]
        if pair["by_several"] != 0:
            parts.append(f"several together: {_held_back(pair['by_several'], least)}")
        words = f"{pair['old']} -> {pair['new']}  {_held_back(pair['count'], least)}"
        yield from wrap(f"{words}  by {'; '.join(parts)}", width, "  ", "    ")


def _held_back(count: int | None, least: int | None) -> str:
    return f"<{least}" if count is None else str(count)
