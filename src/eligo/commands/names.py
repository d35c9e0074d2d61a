"""A site's own names (`--vocabulary FILE`), for every command in which names mean something."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Iterator
from pathlib import Path

ERROR = 1  # what could be done was done


def add_vocabulary(parser: argparse.ArgumentParser) -> None:
    """Define the option; `cli` sees to it for every command that has it."""
    help_text = "a CSV file of the site's own names of conditions, procedures and medications (docs/dictionary.md)"
    parser.add_argument("--vocabulary", metavar="FILE", help=help_text)


def run_with_names(args: argparse.Namespace) -> int:
    """Run a command with the names of its file; rows that cannot be used make an error of the run."""
    with names_of(args.vocabulary, getattr(args, "json", False)) as sound:
        code: int = args.run(args)
    return code if sound else ERROR


@contextlib.contextmanager
def names_of(file: str | None, as_json: bool) -> Iterator[bool]:
    """The names of a file count inside, where there is one; gives whether all its rows do, and tells of the others."""
    if file is None:
        yield True
        return
    from eligo.report.problems import write_problems
    from eligo.vocabulary.own_names import use_names
    from eligo.vocabulary.site_names import load  # lazily, as the others: few sites have such a file

    entries, problems = load(Path(file))
    write_problems(problems, as_json)
    use_names(entries)
    try:
        yield not problems
    finally:
        use_names(())
