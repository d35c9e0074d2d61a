"""Read eligibility text: one sentence, or a whole page, record or list of criteria from a file.

With --jsonl, each input line {"id": ..., "section": "inclusion", "text": "..."} gives one output line
{"id": ..., "criteria": [...], "comparisons": [...]}. With --stats, any number of files and folders (pages, records,
lists of criteria, lines of JSON with `text` or `criteria`) give the shares of what is understood, and why the rest is
not.
"""

from __future__ import annotations

import argparse

from eligo.commands.crowd import process_count
from eligo.commands.names import add_vocabulary
from eligo.truth import KINDS

EXAMPLES = """\
  eligo parse "Platelets below 20 x 10^9/L" --kind exclusion
  eligo parse "INR > 1.5 or PTA < 40%" --json
  eligo parse page.txt
  eligo parse --jsonl lines.jsonl > read.jsonl
  eligo parse --stats records/ pages/ more.jsonl
  eligo parse --stats --json < page.txt
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("source", nargs="*", metavar="TEXT|FILE", help="a sentence, a file, or - for standard input")
    parser.add_argument("--kind", choices=KINDS, default="inclusion", help="what a sentence is (default: inclusion)")
    parser.add_argument("--json", action="store_true", help="print one JSON object a criterion; with --stats, one")
    add_vocabulary(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--jsonl", action="store_true", help="the input is one JSON object a line, and so is the output")
    form.add_argument("--stats", action="store_true", help="print shares and reasons; files, folders or standard input")
    help_text = "with --jsonl: use so many cores for many lines (default: all)"
    parser.add_argument("--processes", type=process_count, metavar="N", help=help_text)
    parser.set_defaults(refuse=parser.error)


def run(args: argparse.Namespace) -> int:
    """Do what the options ask for."""
    if args.stats:
        from eligo.commands import reading_stats  # lazily, as below: each of the three has imports of its own

        return reading_stats.run(args.source or ["-"], args.kind, args.json)
    if len(args.source) != 1:
        args.refuse("give one TEXT|FILE; only --stats takes several")
    if args.jsonl:
        from eligo.commands import bulk  # lazily: a bulk run needs neither documents nor rule sets

        return bulk.run(args.source[0], args.kind, args.processes)
    from eligo.commands import understood  # lazily

    return understood.show(args.source[0], args.kind, args.json)
