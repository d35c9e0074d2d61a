"""A sentence, a page, a record or a list of criteria in; what is understood of it out, for a person or as JSON."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from eligo.commands.bulk import criterion_data, read_criterion
from eligo.commands.printing import say, say_json, say_lines
from eligo.criteria import Criterion, Unparsed, leaves
from eligo.dataclass import replace
from eligo.errors import EligoError, Place, Problem
from eligo.files import read_stream
from eligo.pages.document import read_criteria
from eligo.reading.parse import read_comparisons, read_item
from eligo.report.display import criterion_title
from eligo.report.predicates import predicate_lines
from eligo.report.terminal import Terminal, clean, terminal, wrap, wrap_marked
from eligo.textfile import read_text
from eligo.trials import read_trial, sniff
from eligo.trials.importing import draft
from eligo.truth import Kind

FILE_SUFFIXES = (".txt", ".json", ".jsonl", ".md")


def show(source: str, kind: Kind, as_json: bool) -> int:
    """Print what was understood."""
    file = _file(source)
    criteria = (read_criterion(source, kind)[0],) if file is None else document_criteria(text_of(file), file)
    shape = terminal(sys.stdout)
    for number, criterion in enumerate(criteria):
        if as_json:
            say_json(criterion_json(criterion))
        else:
            say_lines([*[""] * bool(number), *_lines(criterion, shape)])
    if len(criteria) > 1 and not as_json:
        partly = sum(any(isinstance(leaf, Unparsed) for leaf in leaves(c.predicate)) for c in criteria)
        say("")
        say(f"{len(criteria)} criteria, {partly} of them not understood, or not in all parts")
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
        return read_stream(sys.stdin.buffer, "<stdin>").decode("utf-8-sig")
    except UnicodeDecodeError as error:
        problem = Problem("encoding", f"the text is not UTF-8 (byte {error.start})", Place("<stdin>"), "send UTF-8")
        raise EligoError(problem) from None


def document_criteria(text: str, file: str) -> tuple[Criterion, ...]:
    """The criteria of a page, a record or bare criteria text, as `eligo import` drafts them."""
    page = read_criteria(text, None, file) if sniff(text) == "criteria" else read_trial(text, file)
    return draft(replace(page, trial=page.trial or "unnamed"), text).criteria


def _lines(criterion: Criterion, shape: Terminal) -> Iterator[str]:
    """The sentence, its understood words underlined, and the predicate below it."""
    if criterion.id:
        yield shape.paint(clean(criterion_title(criterion.id)), "bold")
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


def criterion_json(criterion: Criterion) -> dict[str, Any]:
    """What is understood of a criterion as JSON data."""
    comparisons = [c.as_json() for c in read_comparisons(criterion.text)]
    named = {"id": criterion.id} if criterion.id else {}
    account = [
        {"role": entry.role, "words": criterion.text[entry.span[0] : entry.span[1]].strip()}
        for entry in read_item(criterion.text, criterion.kind).account
    ]
    return named | criterion_data(criterion) | {"comparisons": comparisons, "account": account}
