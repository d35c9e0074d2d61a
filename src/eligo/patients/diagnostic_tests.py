"""A name or code of a test in, what its answers mean out; all of it is data (`grammar/findings.yaml`)."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Mapping
from typing import Any

from eligo.dataclass import dataclass, field
from eligo.patients.answers import Answer, Wording, findings_data, wording
from eligo.patients.model import Result
from eligo.patients.names import Code, Name, Trouble, find_variable
from eligo.regex import regex
from eligo.vocabulary.concept import Concept, word_key
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.variables import LOINC_SYSTEMS

Meanings = Mapping[Answer, Mapping[str, tuple[str, ...]]]  # by answer, then what is so of which concepts
_COMPARE: Mapping[str, Callable[[float, float], bool]] = {
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
_LONG_LOINC = regex(r"([^\[\]]+?) \[[^\]]*\].*")
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class DiagnosticTest:
    """A test, or a question, whose answer says something of conditions.

    `limits` are those of its variable for a positive and for a negative answer, `surely` and `longest` for how many
    days a positive one tells, `counts` for how many a negative one does; None is without end. `other` is what an answer
    means that is not named.
    """

    id: str
    name: str
    means: Meanings
    variable: str | None = None
    limits: Mapping[Answer, tuple[str, float]] = field(default_factory=dict)
    surely: int | None = None
    longest: int | None = None
    counts: int | None = None
    other: Answer | None = None
    own: Wording | None = None

    def of_result(self, result: Result) -> Answer | None:
        """What a measured value says; None where it has none that can be compared."""
        if result.problem is not None:
            return None
        for answer, (op, limit) in self.limits.items():
            if _COMPARE[op](result.low, limit) and _COMPARE[op](result.high, limit):
                return answer
        return "unclear"


@dataclass(frozen=True, slots=True)
class Load:
    """A variable that measures a virus: from which limit on a value is no trace, and what "not detected" is at most."""

    variable: str
    limit: float
    undetected: float
    conditions: tuple[str, ...]


@functools.lru_cache(maxsize=4096)
def find_test(name: Name) -> DiagnosticTest | None:
    """Find a test by LOINC or SNOMED CT code, by name, or as LOINC writes its long name."""
    if isinstance(name, Code):
        return _by_code().get((_short(name), name.code.strip()))
    return _named(name) if len(name) <= _LONGEST else None


def names_a_finding(code: Code) -> bool:
    """Whether an observation with this code has as its value the name of what the patient has."""
    return code.code.strip() in map(str, findings_data()["named"].get(_short(code), ()))


def _short(code: Code) -> str:
    system = code.system.strip().lower().rstrip("/")
    return "loinc" if system in LOINC_SYSTEMS else "snomed" if system in _snomed() else ""


def _named(name: str) -> DiagnosticTest | None:
    long = _LONG_LOINC.fullmatch(name)
    return _by_name().get(word_key(long[1] if long else name, ()))


def test_of_name(name: Name) -> DiagnosticTest | None:
    """The test of a name or code of a variable."""
    variable = find_variable(name)
    return None if isinstance(variable, Trouble) else test_of_variable(variable.id)


@functools.cache
def test_of_variable(variable: str) -> DiagnosticTest | None:
    """The test that a variable is the measure of."""
    return next((test for test in all_tests() if test.variable == variable), None)


def asked(concept: Concept) -> DiagnosticTest:
    """The test whose question is whether the patient has a concept."""
    means = {"positive": {"active": (concept.id,)}, "negative": {"not now": (concept.id,)}}
    return DiagnosticTest(concept.id, concept.name, means)


@functools.cache
def all_tests() -> tuple[DiagnosticTest, ...]:
    """All tests, in the order of the file."""
    return tuple(_test(id_, row) for id_, row in findings_data()["tests"].items())


def _test(id_: str, row: Mapping[str, Any]) -> DiagnosticTest:
    lasts = row.get("lasts", {})
    limits = {answer: next(iter(row[answer].items())) for answer in ("positive", "negative") if answer in row}
    means = {answer: {how: tuple(ids) for how, ids in said.items()} for answer, said in row["means"].items()}
    return DiagnosticTest(
        id_,
        row["name"],
        means,
        row.get("variable"),
        limits or _load_limits(row.get("variable")),
        lasts.get("surely"),
        lasts.get("at most"),
        row.get("counts"),
        row.get("other"),
        wording(row["answers"]) if "answers" in row else None,
    )


def _load_limits(variable: str | None) -> dict[Answer, tuple[str, float]]:
    """The limits of a virus: any measured amount is positive, less than can be measured is negative."""
    load = loads().get(variable or "")
    return {"positive": ("gt", 0), "negative": ("le", load.limit)} if load else {}


@functools.cache
def loads() -> Mapping[str, Load]:
    """The variables that measure a virus."""
    rows = findings_data()["viral_load"]["of"]
    return {v: Load(v, row["limit"], row["undetected"], tuple(row["conditions"])) for v, row in rows.items()}


@functools.cache
def _by_code() -> Mapping[tuple[str, str], DiagnosticTest]:
    rows = findings_data()["tests"]
    return {
        (short, str(code)): test
        for test in all_tests()
        for short in ("loinc", "snomed")
        for code in rows[test.id].get(short, ())
    }


@functools.cache
def _by_name() -> Mapping[str, DiagnosticTest]:
    rows = findings_data()["tests"]
    return {word_key(n, ()): test for test in all_tests() for n in (test.name, *rows[test.id].get("synonyms", ()))}


@functools.cache
def _snomed() -> frozenset[str]:
    return frozenset(concepts().names_of_system("snomed"))
