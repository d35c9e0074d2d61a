"""The kinds of work that `bench.kills` disturbs: the files of each, its command, and what is read off what it left."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple

import yaml

from bench import patients
from eligo.commands.crowd import BATCH
from eligo.trials.importing import import_document
from eligo.trials.sources import documents

PROMPT = re.compile(rb"^(\d+) of \d+ \[", re.MULTILINE)
REVIEWED = re.compile(rb"state: reviewed")
ITEMS = (
    "Platelets below {0}0 x 10^9/L",
    "INR of at least 1.{0}",
    "Total bilirubin above {0}00 umol/L",
    "Serum creatinine below 1.{0} mg/dL",
    "Cirrhosis or ascites within {0} months",
    "Willing to come back after {0} weeks",
)


class Kind(NamedTuple):
    """One kind of work; `prepare` fills a folder, in which the command then runs, and which `folder` of it changes."""

    prepare: Callable[[Path, int], None]
    arguments: tuple[str, ...]
    folder: str | None = None
    answers: str = ""
    workers: bool = False


class Done(NamedTuple):
    """What a run left: its exit code, its output, its complaints, and the files of the folder that it changes."""

    code: int
    out: bytes
    err: bytes
    files: Mapping[str, bytes]


def record(number: int, version: int) -> dict[str, Any]:
    """A registry record with a few criteria, of which the version changes one."""
    lines = [f"* {item.format(1 + (number + (version if i == 0 else 0)) % 9)}" for i, item in enumerate(ITEMS)]
    half = len(lines) // 2
    text = "\n".join(["Inclusion Criteria:", "", *lines[:half], "", "Exclusion Criteria:", "", *lines[half:], ""])
    updated = {"lastUpdatePostDateStruct": {"date": f"202{version}-01-01"}}
    design = {"eligibilityCriteria": text, "sex": "ALL", "minimumAge": "18 Years"}
    names = {"nctId": f"NCT{number:08}", "briefTitle": f"made up, number {number}"}
    return {
        "protocolSection": {"identificationModule": names, "statusModule": updated, "eligibilityModule": design},
    }


def _records(folder: Path, count: int, version: int) -> None:
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:04}.json").write_text(json.dumps(record(number, version)), "utf-8")


def _imported(folder: Path, source: Path) -> None:
    for document in documents(str(source)):
        import_document(document, document.page(), folder)


def _prepare_import(folder: Path, size: int) -> None:
    """Records of which the first half has rule sets of an older version."""
    _records(folder / "older", size // 2, 1)
    _imported(folder / "rules", folder / "older")
    _records(folder / "records", size, 2)


def _prepare_fmt(folder: Path, size: int) -> None:
    """Rule sets in a form that is not the canonical one."""
    _records(folder / "records", size, 1)
    _imported(folder / "rules", folder / "records")
    for file in (folder / "rules").iterdir():
        file.write_text(yaml.safe_dump(yaml.safe_load(file.read_text("utf-8")), sort_keys=False), "utf-8")


def _prepare_review(folder: Path, size: int) -> None:
    """One rule set with many criteria that nobody has reviewed."""
    made = record(7, 1)
    lines = [f"* {ITEMS[i % len(ITEMS)].format(1 + i // len(ITEMS))}" for i in range(size // 4)]
    made["protocolSection"]["eligibilityModule"]["eligibilityCriteria"] = "\n".join(["Inclusion Criteria:", "", *lines])
    (folder / "record.json").write_text(json.dumps(made), "utf-8")
    _imported(folder / "rules", folder / "record.json")


def _prepare_screen(folder: Path, size: int) -> None:
    patients.write(folder / "patients.jsonl", size * BATCH)  # long enough that most moments find workers


KINDS: dict[str, Kind] = {
    "screen": Kind(
        _prepare_screen, ("screen", "patients.jsonl", "--json", "--brief", "--processes", "2"), workers=True
    ),
    "import": Kind(
        _prepare_import, ("import", "records", "--rules", "rules", "--processes", "2"), "rules", workers=True
    ),
    "fmt": Kind(_prepare_fmt, ("fmt", "rules"), "rules"),
    "review": Kind(
        _prepare_review,
        ("review", "NCT00000007", "--rules", "rules", "--by", "A. Reader", "--date", "2026-01-15"),
        "rules",
        "a\n" * 100,
    ),
}


def begin(
    kind: Kind, folder: Path, out: IO[bytes] | int, err: IO[bytes] | int, unbuffered: bool = False, **more: Any
) -> subprocess.Popen[bytes]:
    """Start the work in its prepared folder, in a session of its own."""
    (folder / "answers").write_text(kind.answers, "utf-8")
    search = os.pathsep.join([str(Path(__file__).resolve().parents[1] / "src"), os.environ.get("PYTHONPATH", "")])
    env = {**os.environ, "PYTHONPATH": search, "PYTHONUNBUFFERED": "1" if unbuffered else ""}
    with (folder / "answers").open("rb") as answers:
        return subprocess.Popen(
            [sys.executable, "-m", "eligo", *kind.arguments],
            cwd=folder,
            env=env,
            stdin=answers,
            stdout=out,
            stderr=err,
            start_new_session=True,
            **more,
        )


def files_of(kind: Kind, folder: Path) -> dict[str, bytes]:
    """The files of the folder that the work changes, by their names."""
    if kind.folder is None:
        return {}
    return {path.name: path.read_bytes() for path in sorted((folder / kind.folder).iterdir())}
