"""Verdicts in, the exit code out, for the commands that screen; with the option about refusals."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from eligo.explain import NO_CRITERIA
from eligo.screening import Rules

FAILED = 1
REFUSED = 10  # is added to the code of the verdicts where a part of the input was refused


def add_strict(parser: argparse.ArgumentParser) -> None:
    """Define whether what is refused outweighs the verdicts."""
    help_text = "exit with 1 where any part of the input is refused, whatever the verdicts of the rest"
    parser.add_argument("--strict", action="store_true", help=help_text)


def chosen(rules: Rules, args: argparse.Namespace, named: Collection[str] | None) -> Rules:
    """The rules of the trials that are named, else of all, but for those left out."""
    rules = rules.only(named) if named else rules
    return rules.without(args.exclude_trial) if args.exclude_trial else rules


def verdicts_of(trials: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The verdicts that count for the exit code: those of trials that state criteria, where any does."""
    found = [(trial["verdict"], NO_CRITERIA in trial.get("notes", ())) for trial in trials]
    return tuple(verdict for verdict, bare in found if not bare) or tuple(verdict for verdict, _ in found)


def exit_code(verdicts: Collection[str], refused: bool, strict: bool = False) -> int:
    """0 for any ELIGIBLE, 3 where all are INELIGIBLE, 4 for the rest; 10 more where a part of the input was refused.

    1 where nothing was screened, and, for a strict caller, where anything was refused.
    """
    if not verdicts or (refused and strict):
        return FAILED
    code = 0 if "ELIGIBLE" in verdicts else 4 if "UNDETERMINED" in verdicts else 3
    return code + REFUSED * refused
