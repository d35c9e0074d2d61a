"""Write a draft rule set for each trial of the sources; a person then reviews it.

A SOURCE is a registry record (JSON or XML), several (a list, a search's answer, one a line), a pasted page, bare
criteria, a zip or a folder of such files, or - for standard input. Where the trial has a file already, everything is
kept that a person made of it: only what the source says otherwise than before comes as a draft again. Where a run was
ended before all was done, the same command goes on where it stopped.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from eligo.commands.crowd import process_count
from eligo.commands.import_many import import_all
from eligo.commands.imported import ImportTotals
from eligo.commands.names import add_vocabulary
from eligo.commands.printing import say, say_json, say_lines
from eligo.commands.progress import Progress
from eligo.commands.rulefiles import folder
from eligo.commands.sizes import add_max_size
from eligo.errors import EligoError, Problem
from eligo.report.problems import write_problems
from eligo.trials.pieces import MAX_BYTES, count_of

EXAMPLES = """\
  eligo import page.txt --rules drafts
  eligo import criteria.txt --rules drafts --trial NCT00000001
  eligo import search_result.json older_records.zip --rules drafts
  eligo import records.jsonl --rules drafts --json > imported.jsonl
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument(
        "sources", nargs="+", metavar="SOURCE", help="records, pages, criteria, a zip or a folder of them"
    )
    parser.add_argument("--rules", metavar="DIR", help="folder to write DIR/<trial>.yaml to (default: ELIGO_RULES)")
    parser.add_argument("--trial", metavar="ID", help="the trial, where the text does not name it")
    add_vocabulary(parser)
    add_max_size(parser, MAX_BYTES)
    help_text = "use so many cores for many documents (default: all)"
    parser.add_argument("--processes", type=process_count, metavar="N", help=help_text)
    parser.add_argument("--json", action="store_true", help="print one JSON object a trial")


def run(args: argparse.Namespace) -> int:
    """Import every document; one that cannot be read is reported, and the others go on."""
    rules, totals = own_folder(args.rules), ImportTotals()
    with Progress("trials") as progress:
        if progress.wanted:
            counts = list(map(count_of, args.sources))
            progress.total = None if None in counts else sum(filter(None, counts))
        for report, problems in import_all(args.sources, rules, args.trial, args.max_size, args.processes):
            progress.step()
            if report is None:
                progress.clear()
                write_problems(problems, args.json)
                totals.failed += 1
                continue
            totals.add(report)
            if args.json:
                say_json(report.as_json())
            else:
                say(report.line())
    if not args.json and totals.trials + totals.failed > 1:
        say_lines(totals.lines())
    return 1 if totals.failed else 0


def own_folder(given: str | None) -> Path:
    """The folder that rule sets go to; raise `EligoError` where nobody names one."""
    import os  # lazily: only here, to see whether the folder is the user's

    if given is None and not os.environ.get("ELIGO_RULES"):
        help_text = "name one with `--rules DIR`, or set ELIGO_RULES"
        raise EligoError(Problem("no-folder", "nothing says which folder the rule sets go to", help=help_text))
    return folder(given)
