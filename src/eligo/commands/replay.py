"""Make the record of an audit, and replay one: what differs is listed, as text or as JSON."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from eligo.commands import inputs
from eligo.commands.names import names_of
from eligo.commands.printing import say_json, say_lines
from eligo.commands.rulefiles import folder, rule_files
from eligo.errors import EligoError, Problem
from eligo.files import read_bytes
from eligo.patients.model import Patient
from eligo.patients.readers import read_patients
from eligo.record import Data, differences, hash_file, hash_patient, hash_source, make_record, relative
from eligo.report.problems import write_problems
from eligo.report.record_schema import load_record
from eligo.screening import Screening, load_rules, screen

SAME, DIFFERENT = 0, 5
RESULTS = frozenset({"verdict", "criterion", "leaf"})


def source(name: str, target: str) -> Data:
    """What a record says of the patient's source: where it is, seen from the record, and what it is."""
    sha256 = hash_source(name) if name == inputs.STDIN or Path(name).exists() else ""
    return {"path": relative(name, target), "sha256": sha256}


def record_of(screening: Screening, source: Data, args: argparse.Namespace, target: str) -> Data:
    """The record of a screening that the arguments asked for."""
    rules = args.rules or os.environ.get("ELIGO_RULES")
    options: Data = {
        "lenient": args.lenient,
        "format": args.format,
        "max_age": list(args.max_age),
        "assume_absent": list(args.assume_absent),
        "margin": list(args.margin),
        "site": _file(args.site, target),
        "mapping": _file(args.mapping, target),
        "rules": relative(rules, target) if rules else None,
    }
    for name in ("answers", "vocabulary"):
        if given := _file(getattr(args, name), target):
            options[name] = given
    return make_record(screening, source, options, rule_files([str(folder(args.rules))]))


def _file(name: str | None, target: str) -> Data | None:
    return {"path": relative(name, target), "sha256": hash_file(Path(name))} if name else None


def verify(args: argparse.Namespace) -> int:
    """Replay a record and say what differs; raise `EligoError` where that is not possible."""
    old = load_record(read_bytes(args.verify, regular=True), args.verify)
    replayed = _arguments(old, args)
    how = {key: old["input"][key] for key in ("patient_salt", "patient_keyed")}
    found = source(replayed.patient, args.verify) | how
    with names_of(replayed.vocabulary, args.json):
        rules = load_rules(replayed.rules)
        write_problems(rules.problems, args.json)
        rules = rules.only(trial["trial"] for trial in old["trials"])
        patient = _patient(old["input"], replayed)
        new = record_of(screen(patient, rules, inputs.policy(replayed)), found, replayed, args.verify)
    changes = list(differences(old, new))
    if args.json:
        say_json({"record": args.verify, "same": not changes, "differences": changes})
    else:
        say_lines(_lines(changes, old))
    return DIFFERENT if changes else SAME


def _arguments(old: Data, args: argparse.Namespace) -> argparse.Namespace:
    """The arguments of the audit that the record is of, with the paths as they are seen from here."""
    here, options = Path(args.verify).parent, old["options"]

    def path(of: Mapping[str, str] | None) -> str | None:
        return str(here / of["path"]) if of else None

    rules = args.rules or (str(here / options["rules"]) if options["rules"] else None)
    return argparse.Namespace(
        patient=args.patient or path(old["input"]),
        rules=rules,
        as_of=date.fromisoformat(options["as_of"]),
        site=path(options["site"]),
        mapping=path(options["mapping"]),
        answers=path(options.get("answers")),
        vocabulary=path(options.get("vocabulary")),
        json=args.json,
        max_size=args.max_size,
        **{key: options[key] for key in ("lenient", "format", "max_age", "assume_absent", "margin")},
    )


def _patient(recorded: Data, args: argparse.Namespace) -> Patient:
    """The patient of the record; the only one of the source where none has that id."""
    readings = list[Patient]()
    problems = list[Problem]()
    for reading in read_patients(args.patient, inputs.options(args)):
        if reading.patient is None:
            problems += [p for p in reading.problems if p.severity == "error"]
        elif hash_patient(reading.patient.id, recorded) == recorded["patient_sha256"]:
            return reading.patient
        elif len(readings) < 2:
            readings.append(reading.patient)
    if len(readings) != 1 or problems:
        raise EligoError(problems or [inputs.nobody([args.patient], recorded["patient_sha256"] if readings else None)])
    return readings[0]


def _lines(changes: list[Data], old: Data) -> Iterator[str]:
    """A line for each difference, and one that says what they come to."""
    criteria = sum(len(trial["criteria"]) for trial in old["trials"])
    whole = f"{_counted(len(old['trials']), 'trial')}, {criteria} criteria, as of {old['options']['as_of']}"
    if not changes:
        yield f"nothing differs: {whole}"
        return
    yield from map(_line, changes)
    results = sum(change["what"] in RESULTS for change in changes)
    what = f"{results} of them in what came out" if results else "every verdict and truth is as recorded"
    yield f"{_counted(len(changes), 'difference')}, {what}: {whole}"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _line(change: Data) -> str:
    keys = [change[key] for key in ("file", "trial", "criterion") if key in change]
    keys += [f"leaf {change['leaf']}"] if "leaf" in change else []
    what = " ".join(keys if change["what"] in RESULTS else [change["what"], *keys])
    if change["what"] == "eligo" or change["what"] in RESULTS:
        return f"{what}: {_said(change['recorded'])}, now {_said(change['now'])}"
    return f"{what}: changed"


def _said(result: Any) -> str:
    if result is None:
        return "not there"
    if isinstance(result, str):
        return result
    more = [result[key] for key in ("bearing", "reason") if key in result]
    return f"{result['truth']}{f' ({more[0]})' if more else ''}"
