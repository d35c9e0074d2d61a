"""Read eligibility text: one sentence, or a whole page, record or list of criteria from a file.

With --jsonl, each input line {"id": ..., "section": "inclusion", "text": "..."} gives one output line
{"id": ..., "criteria": [...], "comparisons": [...]}.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from eligo.criteria import Criterion, Unparsed, leaves
from eligo.errors import EligoError, Place, Problem
from eligo.reading.document import read_criteria
from eligo.reading.item import ItemReading
from eligo.reading.parse import read_comparisons, read_item
from eligo.report.predicates import predicate_lines
from eligo.report.problems import write_problems
from eligo.report.terminal import Terminal, clean, terminal, wrap, wrap_marked
from eligo.rulecode import to_data
from eligo.textfile import read_text
from eligo.trials import read_trial, sniff
from eligo.trials.importing import draft
from eligo.truth import Kind

EXAMPLES = """\
  eligo parse "Platelets below 20 x 10^9/L" --kind exclusion
  eligo parse "INR > 1.5 or PTA < 40%" --json
  eligo parse page.txt
  eligo parse --jsonl lines.jsonl > read.jsonl
"""

KINDS: tuple[Kind, ...] = ("inclusion", "exclusion")
FILE_SUFFIXES = (".txt", ".json", ".jsonl", ".md")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Define the options."""
    parser.add_argument("source", metavar="TEXT|FILE", help="a sentence, a file, or - for standard input")
    parser.add_argument("--kind", choices=KINDS, default="inclusion", help="what a sentence is (default: inclusion)")
    parser.add_argument("--json", action="store_true", help="print one JSON object a criterion")
    parser.add_argument(
        "--jsonl", action="store_true", help="the input is one JSON object a line, and so is the output"
    )


def run(args: argparse.Namespace) -> int:
    """Print what was understood."""
    if args.jsonl:
        return _bulk(args.source, args.kind)
    file = _file(args.source)
    criteria = (_criterion(args.source, args.kind)[0],) if file is None else _document(text_of(file), file)
    shape = terminal(sys.stdout)
    for number, criterion in enumerate(criteria):
        if args.json:
            print(json.dumps(_as_json(criterion), ensure_ascii=False))
        else:
            print(("\n" if number else "") + "\n".join(_lines(criterion, shape)))
    if len(criteria) > 1 and not args.json:
        partly = sum(any(isinstance(leaf, Unparsed) for leaf in leaves(c.predicate)) for c in criteria)
        print(f"\n{len(criteria)} criteria, {partly} of them not understood, or not in all parts")
    return 0


def _file(source: str) -> str | None:
    """The source as a file's name; None where it is a sentence."""
    if source == "-":
        return source
    one_word = len(source.split()) == 1
    looks_like_one = one_word and ("/" in source or source.endswith(FILE_SUFFIXES))
    try:
        return source if looks_like_one or Path(source).is_file() else None
    except OSError:  # too long for a name
        return None


def text_of(file: str) -> str:
    """The text of a file, or of standard input for `-`."""
    if file != "-":
        return read_text(Path(file))
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = Problem("encoding", f"the text is not UTF-8 (byte {error.start})", Place("<stdin>"), "send UTF-8")
        raise EligoError(problem) from None


def _criterion(text: str, kind: Kind) -> tuple[Criterion, ItemReading]:
    """One sentence as a criterion without an id, and its reading."""
    reading = read_item(text, kind)
    notes = (*reading.notes, *(f"not in the vocabulary: {word}" for word in reading.unknown))
    return Criterion("", kind, text, reading.predicate, ambiguous=reading.ambiguity, notes=notes), reading


def _document(text: str, file: str) -> tuple[Criterion, ...]:
    """The criteria of a page, a record or bare criteria text, as `eligo import` drafts them."""
    page = read_criteria(text, None, file) if sniff(text) == "criteria" else read_trial(text, file)
    return draft(replace(page, trial=page.trial or "unnamed"), text).criteria


def _lines(criterion: Criterion, shape: Terminal) -> Iterator[str]:
    """The sentence, its understood words underlined, and the predicate below it."""
    if criterion.id:
        yield shape.paint(f"{clean(criterion.id)}  {criterion.kind}", "bold")
    spans = [leaf.span for leaf in leaves(criterion.predicate) if leaf.span and not isinstance(leaf, Unparsed)]
    for line, under in wrap_marked(criterion.text, spans, shape.width, "  ", "  "):
        yield line
        if under:
            yield shape.paint(under, "green")
    for line in predicate_lines(criterion.predicate, "    "):
        yield from wrap(line.lstrip(), shape.width, line[: len(line) - len(line.lstrip())], "        ")
    if criterion.ambiguous:
        yield from wrap(f"ambiguous: {criterion.ambiguous.why}; the other reading:", shape.width, "    ", "      ")
        for index, reading in enumerate(criterion.ambiguous.readings):
            if index != criterion.ambiguous.chosen:
                yield from predicate_lines(reading, "      ")
    for note in criterion.notes:
        yield from wrap(note, shape.width, "    note: ", "      ")


def _as_json(criterion: Criterion) -> dict[str, Any]:
    comparisons = [c.as_json() for c in read_comparisons(criterion.text)]
    named = {"id": criterion.id} if criterion.id else {}
    return named | _criterion_json(criterion) | {"comparisons": comparisons}


def _criterion_json(criterion: Criterion) -> dict[str, Any]:
    """A criterion as the rule set file has it."""
    data: dict[str, Any] = {"kind": criterion.kind}
    if criterion.cohort:
        data["cohort"] = criterion.cohort
    if criterion.origin != "text":
        data["origin"] = criterion.origin
    data |= {"text": criterion.text, "when": to_data(criterion.predicate, criterion.text)}
    if criterion.ambiguous:
        readings = [to_data(reading, criterion.text) for reading in criterion.ambiguous.readings]
        chosen = criterion.ambiguous.chosen + 1
        data["ambiguous"] = {"why": criterion.ambiguous.why, "chosen": chosen, "readings": readings}
    if criterion.notes:
        data["notes"] = list(criterion.notes)
    return data


def _bulk(source: str, kind: Kind) -> int:
    """One output line for each input line; a line that cannot be read is reported, and the others go on."""
    failed = False
    with sys.stdin.buffer if source == "-" else _opened(source) as stream:
        for number, line in enumerate(stream, 1):
            if line.strip():
                try:
                    print(json.dumps(_bulk_line(line, kind), ensure_ascii=False))
                except EligoError as error:
                    place = Place("<stdin>" if source == "-" else source, number)
                    write_problems((replace(p, place=place) for p in error.problems), as_json=True)
                    failed = True
    return 1 if failed else 0


def _opened(source: str) -> Any:
    try:
        return Path(source).open("rb")
    except OSError as error:
        why = (error.strerror or "unknown").lower()
        raise EligoError(Problem("file", f"the file cannot be read: {why}", Place(source))) from None


def _bulk_line(line: bytes, kind: Kind) -> dict[str, Any]:
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise EligoError(Problem("json-line", "the line is not JSON in UTF-8")) from None
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise EligoError(Problem("json-line", "the line is not an object with a `text`"))
    section = row.get("section") or kind
    if section not in KINDS:
        raise EligoError(Problem("json-line", "`section` is neither `inclusion` nor `exclusion`"))
    criterion, reading = _criterion(row["text"], cast(Kind, section))
    comparisons = [c.as_json() for c in reading.comparisons]
    return {"id": row.get("id"), "criteria": [_criterion_json(criterion)], "comparisons": comparisons}
