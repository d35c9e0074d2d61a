"""A cases file (`NCT*.cases.yaml`) in, cases out: tiny patients with the verdict and the findings expected.

`patients:` names those whom cases start from; a case adds to one of them (`patient:`) or takes away (`without:`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, cast

from eligo.dataclass import dataclass
from eligo.errors import EligoError, Place, Problem, did_you_mean
from eligo.isolation import Isolated
from eligo.patients.model import Patient
from eligo.patients.native import read_patient
from eligo.truth import Bearing, Verdict
from eligo.yamltext import Path, YamlText, read_yaml

FILE_KEYS = ("trial", "as_of", "patients", "cases")
CASE_KEYS = ("case", "from", "without", "patient", "verdict", "blocks", "open", "findings")

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Case:
    """One patient and what is expected: the verdict, and all criteria that block and that are open, in any arm.

    What is None is not looked at; `findings` are single criteria that must come out so.
    """

    name: str
    patient: Patient
    place: Place
    verdict: Verdict | None = None
    blocks: frozenset[str] | None = None
    open: frozenset[str] | None = None
    findings: Mapping[str, Bearing] | None = None


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The cases of one trial."""

    trial: str
    cases: tuple[Case, ...]


def read_cases(text: str, file: str | None = None) -> CaseFile:
    """Read a cases file; raise `EligoError` with every problem that it has."""
    return _CasesReader(read_yaml(text, file), file).read()


class _CasesReader:
    """One file on its way to cases, with the problems found."""

    def __init__(self, text: YamlText, file: str | None) -> None:
        self.text, self.file = text, file
        self.problems: list[Problem] = []
        self.patients: dict[str, Data] = {}

    def read(self) -> CaseFile:
        """The cases, or all problems."""
        data = self.text.data
        if not isinstance(data, dict):
            raise EligoError(
                Problem("cases-shape", "a cases file is a mapping with `trial:` and `cases:`", self.at(()))
            )
        self.known(data, FILE_KEYS, ())
        trial = data.get("trial")
        if not isinstance(trial, str):
            self.fail("cases-shape", "the key `trial` is missing", ())
        self.start_from(data.get("patients") or {})
        cases = data.get("cases")
        if not isinstance(cases, list) or not cases:
            self.fail("cases-shape", "the key `cases` is a list of cases", ("cases",))
            cases = []
        found = [self.isolated(c, i, data.get("as_of")) for i, c in enumerate(cases)]
        names = [c.name for c in found if c]
        for name in {n for n in names if names.count(n) > 1}:
            self.fail("duplicate-case", f"two cases are called `{name}`", ("cases",))
        if self.problems:
            raise EligoError(self.problems)
        return CaseFile(str(trial), tuple(c for c in found if c))

    def at(self, path: Path) -> Place:
        """Where a part stands."""
        return self.text.place(path, self.file)

    def fail(self, code: str, message: str, path: Path, fix: str | None = None) -> None:
        """Note a problem."""
        self.problems.append(Problem(code, message, self.at(path), fix))

    def known(self, data: Mapping[str, Any], keys: Iterable[str], path: Path) -> None:
        """Refuse unknown keys."""
        for key in data:
            if key not in keys:
                fix = did_you_mean(key, keys) or f"known are {', '.join(keys)}"
                self.fail("unknown-key", f"unknown key `{key}`", (*path, key), fix)

    def start_from(self, patients: Any) -> None:
        """Put together the patients that cases start from."""
        if not isinstance(patients, dict):
            self.fail("cases-shape", "`patients` maps names to patients", ("patients",))
            return
        for name, data in patients.items():
            if isinstance(data, dict) and isinstance(name, str):
                base = self.named(data.get("from"), ("patients", name, "from"))
                own = {k: v for k, v in data.items() if k not in ("from", "without")}
                path: Path = ("patients", name)
                self.patients[name] = merged(self.taken(base, data.get("without"), path), own)
            else:
                self.fail("cases-shape", f"the patient `{name}` is no mapping", ("patients", name))

    def named(self, name: Any, path: Path) -> Data:
        """The patient that a case starts from."""
        if name is None:
            return {}
        if not isinstance(name, str):
            self.fail("cases-shape", "`from` is the name of one patient", path)
            return {}
        if name not in self.patients:
            fix = did_you_mean(str(name), self.patients) or "define it above, under `patients:`"
            self.fail("unknown-patient", f"no patient is called `{name}`", path, fix)
        return self.patients.get(name, {})

    def taken(self, data: Data, names: Any, path: Path) -> Data:
        """The patient without some of its parts."""
        for name in names if isinstance(names, list) else [names] if names else []:
            less = without(data, name)
            if less == data:
                self.fail("nothing-to-remove", f"`without` names `{name}`, which is not there", (*path, "without"))
            data = less
        return data

    def isolated(self, data: Any, index: int, as_of: Any) -> Case | None:
        """One case as a unit of work; None where it cannot be read."""
        with Isolated(self.at(("cases", index))) as unit:
            return self.case(data, index, as_of)
        self.problems += unit.problems
        return None

    def case(self, data: Any, index: int, as_of: Any) -> Case | None:
        """One case; None where it has no shape at all."""
        path: Path = ("cases", index)
        if not isinstance(data, dict) or not isinstance(data.get("case"), str):
            self.fail("cases-shape", "a case is a mapping with `case:`, the name of what it shows", path)
            return None
        self.known(data, CASE_KEYS, path)
        base = self.taken(self.named(data.get("from"), (*path, "from")), data.get("without"), path)
        own = data.get("patient") or {}
        if not isinstance(own, dict):
            self.fail("cases-shape", "`patient` is a mapping", (*path, "patient"))
            own = {}
        patient = merged({"as_of": as_of} if as_of else {}, merged(base, own))
        if not any(key in data for key in ("verdict", "blocks", "open", "findings")):
            self.fail(
                "no-expectation", f"the case `{data['case']}` expects nothing", path, "add `verdict:` and `blocks:`"
            )
        findings = self.findings(data.get("findings"), (*path, "findings"))
        return Case(
            data["case"],
            self.patient({"id": data["case"], **patient}, path),
            self.at(path),
            self.word(Verdict, data.get("verdict"), (*path, "verdict")),
            self.ids(data, "blocks", path),
            self.ids(data, "open", path),
            findings,
        )

    def patient(self, data: Data, path: Path) -> Patient:
        """Read the patient; what is wrong with it is said at the case."""
        try:
            return read_patient(json.dumps(data))
        except EligoError as error:
            for p in error.problems:
                where = f" at `{p.place.path}`" if p.place.path else ""
                self.fail(p.code, f"{p.message}{where}", path, p.help)
        return Patient("", date.min)

    def word(self, kind: Callable[[str], Any], word: Any, path: Path) -> Any:
        """One word of a closed set, or None."""
        if word is None:
            return None
        try:
            return kind(word)
        except ValueError:
            known = [str(member.value) for member in cast(Any, kind)]
            fix = did_you_mean(str(word), known) or f"write one of {', '.join(known)}"
            self.fail("unknown-word", f"`{word}` is no {cast(Any, kind).__name__.lower()}", path, fix)
        return None

    def ids(self, data: Data, key: str, path: Path) -> frozenset[str] | None:
        """A list of criterion ids, or None where none is given."""
        if key not in data:
            return None
        found = data[key]
        if not isinstance(found, list):
            self.fail("cases-shape", f"`{key}` is a list of criterion ids", (*path, key))
            return None
        return frozenset(map(str, found))

    def findings(self, data: Any, path: Path) -> dict[str, Bearing] | None:
        """What single criteria must come out as."""
        if data is None:
            return None
        if not isinstance(data, dict):
            self.fail("cases-shape", "`findings` maps criterion ids to passes, blocks or open", path)
            return None
        found = {key: self.word(Bearing, value, (*path, key)) for key, value in data.items()}
        return {key: bearing for key, bearing in found.items() if bearing is not None}


def merged(base: Data, more: Data) -> Data:
    """A patient with more said of it: mappings part by part, lists longer, of one concept the new entries.

    >>> merged({"labs": {"INR": 1}, "absent": ["ascites"]}, {"labs": {"INR": 2}, "absent": ["jaundice"]})
    {'labs': {'INR': 2}, 'absent': ['ascites', 'jaundice']}
    """
    result = dict(base)
    for key, value in more.items():
        old = result.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            result[key] = old | value
        elif isinstance(old, list) and isinstance(value, list):
            named = {name for v in value if (name := _name(v)) and isinstance(v, dict)}
            result[key] = [v for v in old if _name(v) not in named] + value
        else:
            result[key] = value
    return result


def without(data: Data, name: str) -> Data:
    """A patient without whatever goes by a name: a key, a result, a fact, an entry of a list.

    >>> without({"labs": {"INR": 1}, "conditions": [{"concept": "ascites"}]}, "ascites")
    {'labs': {'INR': 1}, 'conditions': []}
    """
    result: Data = {}
    for key, value in data.items():
        if key == name:
            continue
        if isinstance(value, dict):
            value = {k: v for k, v in value.items() if k != name}
        elif isinstance(value, list):
            value = [v for v in value if _name(v) != name]
        result[key] = value
    return result


def _name(entry: Any) -> Any:
    """What an entry of a list is about."""
    return (entry.get("concept") or entry.get("variable")) if isinstance(entry, dict) else entry
