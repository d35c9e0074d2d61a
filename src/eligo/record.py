"""A screening and what it was made from in, a record out that can be replayed; two records in, their differences out.

A record holds no value, no date and no word of the patient's data but the day that was screened for: hashes say what
the data was, and truths and reason codes what came of it. The hash of the patient's id has a salt of the record's own,
so that two records do not tell that they are of one patient, and the key of the site where it has one: ids are few
enough to be tried one by one, and then only who has the key can.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from eligo.data import data_dir
from eligo.errors import EligoError, Place, Problem
from eligo.explain import Finding, Screening
from eligo.patients.sources import STDIN, SUFFIXES
from eligo.plan import DERIVED_FROM
from eligo.version import __version__

SCHEMA = "eligo.audit-record/2"
KEY = "ELIGO_RECORD_KEY"  # the variable of the environment that holds a site's key
# Plans derive from the first of them; patients are read, and qualifiers are told apart, by the others too.
VOCABULARY = (
    *DERIVED_FROM,
    *("ages.yaml", "ancestors.yaml", "fhir.yaml", "phrases.yaml", "qualifiers.yaml", "reports.yaml"),
)

_CHUNK = 1 << 20

Data = dict[str, Any]


def make_record(screening: Screening, source: Data, options: Data, rules: Iterable[Path]) -> Data:
    """The record of a screening; `source` and `options` say what it was made from, `rules` are files of rule sets."""
    names = {hash_file(path): path.name for path in rules}
    grammar = data_dir("grammar")
    return {
        "schema": SCHEMA,
        "eligo": __version__,
        "vocabulary": {name: hash_file(grammar / name) for name in VOCABULARY},
        "input": source | {"patient_sha256": hash_patient(screening.patient, source)},
        "options": {"as_of": screening.as_of.isoformat()} | options,
        "trials": [
            {
                "trial": trial.trial,
                "file": names.get(trial.plan.sha256 or ""),
                "rules_sha256": trial.plan.sha256,
                "verdict": trial.verdict.value,
                "criteria": [_criterion(finding) for finding in trial.findings],
            }
            for trial in screening.trials
        ],
    }


def _criterion(finding: Finding) -> Data:
    leaves = [
        {"truth": leaf.truth.name} | ({"reason": leaf.reason.value} if leaf.reason else {}) for leaf in finding.evidence
    ]
    return {
        "id": finding.criterion.id,
        "truth": finding.truth.name,
        "bearing": finding.bearing.value,
        "leaves": leaves,
    }


def salted() -> Data:
    """How the id of a new record's patient is hashed: with a salt, and with the site's key if there is one."""
    return {"patient_salt": secrets.token_hex(16), "patient_keyed": bool(os.environ.get(KEY))}


def hash_patient(id_: str, source: Data) -> str:
    """The keyed hash (HMAC of sha256) of a patient's id, as `patient_salt` and `patient_keyed` of the record say."""
    key = os.environ.get(KEY, "") if source["patient_keyed"] else ""
    if source["patient_keyed"] and not key:
        message = "the record was made with the key of a site, which is not known here"
        raise EligoError(Problem("record-key", message, help=f"set {KEY} to that key"))
    return hmac.new(bytes.fromhex(source["patient_salt"]) + key.encode(), id_.encode(), hashlib.sha256).hexdigest()


def hash_file(path: Path) -> str:
    """The sha256 of a file's bytes, read piece by piece."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            found.update(piece)
    return found.hexdigest()


def hash_source(name: str) -> str:
    """The sha256 of a file, or of the names and bytes of all records of a folder; refuse what cannot be read again."""
    path, place = Path(name), Place("<stdin>" if name == STDIN else name)
    if name != STDIN and path.is_dir():
        found = hashlib.sha256()
        for file in sorted(p for p in path.iterdir() if p.suffix.lower() in SUFFIXES and p.name[0] != "."):
            found.update(f"{file.name}\0{hash_file(file)}\0".encode())
        return found.hexdigest()
    if name == STDIN or (path.exists() and not path.is_file()):
        what = "standard input" if name == STDIN else "this"
        message = f"{what} cannot be read a second time, so a record of it could not be verified"
        raise EligoError(Problem("not-replayable", message, place, "write it to a file, and name that"))
    return hash_file(path)


def relative(path: str | Path, target: str) -> str:
    """The path as seen from the folder of the record."""
    folder = Path(target if target != "-" else "record").absolute().parent
    near = os.path.relpath(Path(path).absolute(), folder)
    # A way up leads elsewhere where a folder on it is a link.
    far = os.path.relpath(Path(path).resolve(), folder.resolve()) if ".." in Path(near).parts else near
    return Path(far).as_posix()


def differences(old: Data, new: Data) -> Iterator[Data]:
    """What differs between a record and its replay: first what both were made from, then what came of it."""
    yield from _changed({"what": "eligo"}, old["eligo"], new["eligo"])
    for name in sorted(old["vocabulary"].keys() | new["vocabulary"].keys()):
        at = {"what": "vocabulary", "file": name}
        yield from _changed(at, old["vocabulary"].get(name), new["vocabulary"].get(name))
    yield from _changed({"what": "input"}, old["input"]["sha256"], new["input"]["sha256"])
    yield from _changed({"what": "patient"}, old["input"]["patient_sha256"], new["input"]["patient_sha256"])
    for name in ("site", "mapping", "answers", "vocabulary"):
        hashes = [(record["options"].get(name) or {}).get("sha256") for record in (old, new)]
        yield from _changed({"what": name}, *hashes)
    now = {trial["trial"]: trial for trial in new["trials"]}
    for trial in old["trials"]:
        at = {"what": "rules", "trial": trial["trial"]}
        yield from _changed(at, trial["rules_sha256"], now[trial["trial"]]["rules_sha256"])
    for trial in old["trials"]:
        yield from _of_trial(trial, now[trial["trial"]])


def _of_trial(old: Data, new: Data) -> Iterator[Data]:
    name = {"trial": old["trial"]}
    yield from _changed({"what": "verdict"} | name, old["verdict"], new["verdict"])
    was, now = ({criterion["id"]: criterion for criterion in trial["criteria"]} for trial in (old, new))
    for id_ in dict.fromkeys([*was, *now]):
        at = name | {"criterion": id_}
        one, other = was.get(id_), now.get(id_)
        yield from _changed({"what": "criterion"} | at, _bare(one), _bare(other))
        leaves = [criterion["leaves"] if criterion else [] for criterion in (one, other)]
        for number, (leaf, other_leaf) in enumerate(itertools.zip_longest(*leaves), 1):
            yield from _changed({"what": "leaf"} | at | {"leaf": number}, leaf, other_leaf)


def _bare(criterion: Data | None) -> Data | None:
    return {key: criterion[key] for key in ("truth", "bearing")} if criterion else None


def _changed(at: Mapping[str, Any], old: object, new: object) -> Iterator[Data]:
    if old != new:
        yield {**at, "recorded": old, "now": new}
