"""The rule set and cases files that a command's arguments name: files, folders, trials, or eligo's own."""

from __future__ import annotations

import argparse
import contextlib
import os
from collections.abc import Iterable
from pathlib import Path

from eligo.data import data_dir
from eligo.errors import EligoError, Place, Problem, did_you_mean

SUFFIXES = (".yaml", ".yml")
CASES = (".cases.yaml", ".cases.yml")


def add_folder(parser: argparse.ArgumentParser) -> None:
    """Define `--rules`."""
    help_text = "rule set, or folder of them (default: ELIGO_RULES, else those that come with eligo)"
    parser.add_argument("--rules", metavar="PATH", help=help_text)


def folder(given: str | None = None) -> Path:
    """The folder with rule sets."""
    return Path(given or os.environ.get("ELIGO_RULES") or data_dir("rules"))


def rule_files(names: Iterable[str]) -> list[Path]:
    """The rule set files that the arguments name, those of a folder for a folder; all of them for no argument."""
    return [p for p in _files(names) if not p.name.endswith(CASES)]


def case_files(names: Iterable[str]) -> list[Path]:
    """The cases files that the arguments name; a rule set stands for the cases beside it."""
    found = []
    for path in _files(names):
        beside = path if path.name.endswith(CASES) else path.with_suffix(".cases" + path.suffix)
        if beside.is_file() or path.name.endswith(CASES):
            found.append(beside)
    return list(dict.fromkeys(found))


def rules_of(cases: Path) -> Path:
    """The rule set that a cases file belongs to."""
    suffix = next(s for s in CASES if cases.name.endswith(s))
    return cases.with_name(cases.name.removesuffix(suffix) + suffix.removeprefix(".cases"))


def trial_file(trial: str, given: str | None) -> Path:
    """The rule set of a trial, or the file that is named itself."""
    if trial.endswith(SUFFIXES) and Path(trial).is_file():
        return Path(trial)
    known = {p.stem.upper(): p for p in _in(folder(given)) if not p.name.endswith(CASES)}
    if trial.upper() in known:
        return known[trial.upper()]
    from eligo.ruleset import load  # lazily: it needs pydantic, and most commands have other doors

    for path in known.values():  # a file may have another name than its trial
        with contextlib.suppress(EligoError):
            if load(path).trial.upper() == trial.upper():
                return path
    nearest = did_you_mean(trial, [p.stem for p in known.values()])
    help_text = nearest or f"there are rules for {', '.join(p.stem for p in known.values()) or 'no trial'}"
    raise EligoError(Problem("unknown-trial", f"no rules for the trial `{trial}`", help=help_text))


def _files(names: Iterable[str]) -> list[Path]:
    paths = [Path(n) for n in names] or [folder()]
    return [file for path in paths for file in (_in(path) if path.is_dir() else [path])]


def _in(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    try:
        return sorted(p for p in path.iterdir() if p.name.endswith(SUFFIXES) and p.name[0] != ".")
    except OSError as error:
        why = (error.strerror or "unknown").lower()
        raise EligoError(Problem("rules-folder", f"the rules cannot be read: {why}", Place(str(path)))) from None
