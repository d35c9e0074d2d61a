"""Check rule sets: every mistake of form first, then contradictions, idle parts, implausible limits and open decisions.

A note of a criterion that begins with `check CODE:` and says why explains a finding; it is then only counted.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from eligo.check import Checked, check_text
from eligo.commands.names import add_vocabulary
from eligo.commands.printing import say, say_json
from eligo.commands.rulefiles import CASES, add_files, named_files
from eligo.errors import Place
from eligo.isolation import Isolated
from eligo.report.problems import write_problems
from eligo.textfile import read_text

EXAMPLES = """\
  eligo check
  eligo check rules/NCT05727722.yaml
  eligo check drafts --json
"""

RULES_FAIL = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    help_text = "a rule set, or a folder of them (default: those of ELIGO_RULES, else those that come with eligo)"
    add_files(parser, help_text)
    add_vocabulary(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object with all findings")


def run(args: argparse.Namespace) -> int:
    """Print what was found, and one line of counts."""
    results, unreadable = list[Checked](), False
    for file in [path for path in named_files(args) if not path.name.endswith(CASES)]:
        with Isolated(Place(str(file))) as unit:
            checked = check_text(read_text(file), str(file))
        if unit.failed:
            write_problems(unit.problems, args.json)
            unreadable = True
            continue
        results.append(checked)
        if not args.json:
            write_problems([f.as_problem() for f in checked.findings], as_json=False)
    counts = _counts(results)
    if args.json:
        findings = [f.as_json() for c in results for f in c.findings]
        explained = [f.as_json() for c in results for f in c.explained]
        say_json({"findings": findings, "explained": explained, **counts})
    else:
        say(
            f"{_number(counts['rule_sets'], 'rule set')}, {_number(counts['criteria'], 'criterion', 'criteria')}: "
            f"{_number(counts['errors'], 'error')}, {_number(counts['warnings'], 'warning')}, "
            f"{counts['explained_count']} explained"
        )
    if unreadable:
        return 1
    return RULES_FAIL if counts["errors"] else 0


def _counts(results: Sequence[Checked]) -> dict[str, int]:
    severities = [f.severity for c in results for f in c.findings]
    return {
        "rule_sets": len(results),
        "criteria": sum(len(c.ruleset.criteria) for c in results if c.ruleset),
        "errors": severities.count("error"),
        "warnings": severities.count("warning"),
        "explained_count": sum(len(c.explained) for c in results),
    }


def _number(count: int, one: str, many: str | None = None) -> str:
    return f"{count} {one if count == 1 else many or f'{one}s'}"
