"""Write rule sets in their canonical form; comments stay beside what they were written beside.

A file in which an entry of the dictionary has a wrong name beside its id is left as it is, with a warning.
"""

from __future__ import annotations

import argparse

from eligo.check.entries import name_problems
from eligo.commands.names import add_vocabulary
from eligo.commands.printing import say, say_json
from eligo.commands.rulefiles import CASES, add_files, named_files
from eligo.errors import Place
from eligo.isolation import Isolated
from eligo.report.problems import write_problems
from eligo.ruleset.format import format_text
from eligo.textfile import linked, read_text, replace_text
from eligo.yamltext import read_yaml

EXAMPLES = """\
  eligo fmt rules/NCT05727722.yaml
  eligo fmt drafts
  eligo fmt --check
"""

RULES_FAIL = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    help_text = "a rule set, or a folder of them (default: those of ELIGO_RULES, else those that come with eligo)"
    add_files(parser, help_text)
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 5 where a file would change")
    add_vocabulary(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object with the files that change")


def run(args: argparse.Namespace) -> int:
    """Format every file that can be read, and name those that change."""
    failed, changed = False, list[str]()
    files = [path for path in named_files(args) if not path.name.endswith(CASES)]
    for file in files:
        with Isolated(Place(str(file))) as unit:
            text = read_text(file)
            formatted = format_text(text, str(file))
            wrong = list(name_problems(read_yaml(text, str(file)), str(file))) if formatted != text else []
            if wrong:  # what was meant, the name or the id, a person knows
                formatted = text
                write_problems(wrong, args.json)
            if formatted != text and not args.check:
                replace_text(linked(file), text, formatted)
        if unit.failed:
            write_problems(unit.problems, args.json)
            failed = True
            continue
        if formatted != text:
            changed.append(str(file))
            if not args.json:
                say(f"{'would change' if args.check else 'changed'} {file}")
    if args.json:
        say_json({"changed": changed, "files": len(files)})
    if failed:
        return 1
    return RULES_FAIL if args.check and changed else 0
