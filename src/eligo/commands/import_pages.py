"""Write a draft rule set for each trial of the sources; a person then reviews it.

A SOURCE is a registry record (JSON or XML), several (a list, a search's answer, one a line), a pasted page, bare
criteria, a zip or a folder of such files, or - for standard input. Where the trial has a file already, everything is
kept that a person made of it: only what the source says otherwise than before comes as a draft again.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path

from eligo.commands.names import add_vocabulary
from eligo.commands.printing import say, say_json, say_lines
from eligo.commands.progress import Progress
from eligo.commands.rulefiles import folder
from eligo.commands.sizes import add_max_size
from eligo.criteria import Criterion, Unparsed, leaves
from eligo.errors import EligoError, Place, Problem
from eligo.isolation import Isolated
from eligo.report.problems import write_problems
from eligo.trials.importing import Imported, import_document
from eligo.trials.sources import MAX_BYTES, Document, documents
from eligo.understood import SHARES, Share, share_of

EXAMPLES = """\
  eligo import page.txt --rules drafts
  eligo import criteria.txt --rules drafts --trial NCT00000001
  eligo import search_result.json older_records.zip --rules drafts
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
    parser.add_argument("--json", action="store_true", help="print one JSON object a trial")


def run(args: argparse.Namespace) -> int:
    """Import every document; one that cannot be read is reported, and the others go on."""
    rules = own_folder(args.rules)
    done, failed = dict[str, str](), 0
    counts = dict.fromkeys(SHARES, 0)
    items = out = files = 0
    with Progress("trials") as progress:
        for document in _every(args.sources, args.max_size):
            with Isolated(Place(document.file)) as unit:
                imported = import_one(document, rules, args.trial, done)
                said = _said(imported)
                classes = [share_of(criterion.predicate) for criterion in said]
            progress.step()
            if unit.problems:
                progress.clear()
                write_problems(unit.problems, args.json)
                failed += 1
                continue
            files += 1
            items += imported.items
            out += len(said)
            for name in classes:
                counts[name] += 1
            if args.json:
                say_json(imported_json(imported))
            else:
                say(_line(imported))
    if not args.json and files + failed > 1:
        say_lines(_summary(files, failed, items, out, counts))
    return 1 if failed else 0


def own_folder(given: str | None) -> Path:
    """The folder that rule sets go to; raise `EligoError` where nobody names one."""
    import os  # lazily: only here, to see whether the folder is the user's

    if given is None and not os.environ.get("ELIGO_RULES"):
        help_text = "name one with `--rules DIR`, or set ELIGO_RULES"
        raise EligoError(Problem("no-folder", "nothing says which folder the rule sets go to", help=help_text))
    return folder(given)


def _every(sources: Iterable[str], max_bytes: int) -> Iterator[Document]:
    for source in sources:
        yield from documents(source, max_bytes)


def import_one(document: Document, rules: Path, trial: str | None, done: dict[str, str]) -> Imported:
    """Import one document, but no trial twice from sources that differ: nobody could say which one counts."""
    page = document.page(trial)
    if done.setdefault(page.trial or "", document.sha256) != document.sha256:
        help_text = "give the sources of one trial one at a time, the older one first"
        message = f"another source of this import has other words for the trial `{page.trial}`"
        raise EligoError(Problem("trial-twice", message, Place(document.file), help_text))
    return import_document(document, page, rules)


def _said(imported: Imported) -> list[Criterion]:
    """The criteria that stand for items of the source's text."""
    return [c for c in imported.ruleset.criteria if c.origin == "text" and (c.source_item or c.source_sha)]


def imported_json(imported: Imported) -> dict[str, object]:
    """What came of an import, as JSON data."""
    criteria, merged = imported.ruleset.criteria, imported.merged
    classes = [share_of(c.predicate) for c in _said(imported)]
    return {
        "trial": imported.ruleset.trial,
        "file": str(imported.path),
        "written": imported.written,
        "items": imported.items,
        "criteria": len(criteria),
        "classes": {name: classes.count(name) for name in SHARES},
        "not_understood": [c.id for c in criteria if any(isinstance(part, Unparsed) for part in leaves(c.predicate))],
        "ambiguous": [c.id for c in criteria if c.ambiguous],
        "new": list(merged.new) if merged else [],
        "changed": list(merged.changed) if merged else [],
        "removed": list(merged.removed) if merged else [],
        "restored": list(merged.restored) if merged else [],
    }


def _line(imported: Imported) -> str:
    data = imported_json(imported)
    parts = [f"{data['criteria']} criteria"]
    named = (
        ("new", "new"),
        ("changed", "changed, to be reviewed again"),
        ("removed", "no longer in the source"),
        ("restored", "in the source again"),
        ("not_understood", "not understood, or not in all parts"),
        ("ambiguous", "ambiguous"),
    )
    for key, words in named:
        ids = data[key]
        if isinstance(ids, list) and ids:
            parts.append(f"{len(ids)} {words} ({', '.join(ids)})")
    state = "unchanged" if not imported.written else "updated" if imported.merged else "written"
    return f"{data['file']}: {state}; {'; '.join(parts)}"


def _summary(files: int, failed: int, items: int, out: int, counts: dict[Share, int]) -> Iterator[str]:
    yield ""
    yield f"{files} trials imported, {failed} sources failed; items in: {items}, criteria out: {out}"
    if out:
        yield ", ".join(f"{name} {count} ({100 * count / out:.0f} %)" for name, count in counts.items())
