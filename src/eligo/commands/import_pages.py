"""Write a draft rule set from a trial's page, a registry record or bare criteria; a person then reviews it.

The draft keeps the words of the source. A file that a person has reviewed is never overwritten.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from eligo.commands.parse import text_of
from eligo.criteria import Unparsed, leaves
from eligo.errors import EligoError
from eligo.report.problems import write_problems
from eligo.trials.importing import Imported, import_page

EXAMPLES = """\
  eligo import page.txt --rules drafts
  eligo import criteria.txt --rules drafts --trial NCT00000001
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("pages", nargs="+", metavar="PAGE", help="a pasted page or a record, or - for standard input")
    parser.add_argument("--rules", required=True, metavar="DIR", help="folder to write DIR/<trial>.yaml to")
    parser.add_argument("--trial", metavar="ID", help="the trial, where the text does not name it")
    parser.add_argument("--json", action="store_true", help="print one JSON object a page")


def run(args: argparse.Namespace) -> int:
    """Write a draft for each page; a page that cannot be read is reported, and the others go on."""
    failed = False
    for name in args.pages:
        try:
            imported = import_page(text_of(name), name, Path(args.rules), args.trial)
        except EligoError as error:
            write_problems((p.in_file(name) for p in error.problems), args.json)
            failed = True
            continue
        print(json.dumps(_as_json(imported)) if args.json else _line(imported))
    return 1 if failed else 0


def _as_json(imported: Imported) -> dict[str, object]:
    criteria = imported.ruleset.criteria
    return {
        "trial": imported.ruleset.trial,
        "file": str(imported.path),
        "written": imported.written,
        "criteria": len(criteria),
        "not_understood": [c.id for c in criteria if any(isinstance(part, Unparsed) for part in leaves(c.predicate))],
        "ambiguous": [c.id for c in criteria if c.ambiguous],
    }


def _line(imported: Imported) -> str:
    data = _as_json(imported)
    parts = [f"{data['criteria']} criteria"]
    for key, words in (("not_understood", "not understood, or not in all parts"), ("ambiguous", "ambiguous")):
        ids = data[key]
        if isinstance(ids, list) and ids:
            parts.append(f"{len(ids)} {words} ({', '.join(ids)})")
    return f"{data['file']}: {'written' if data['written'] else 'unchanged'}; {'; '.join(parts)}"
