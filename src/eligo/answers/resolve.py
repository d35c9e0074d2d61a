"""An answer in, what it decides out: a test that is so or is not, or the value of a variable or quantity."""

from __future__ import annotations

import functools
import json
from typing import Any

from eligo.criteria import STUDY_CONDITION, Always, Compare, Leaf, OneOf, Present, Related, presences
from eligo.dataclass import replace
from eligo.errors import EligoError, Place, Problem
from eligo.namedtuple import NamedTuple
from eligo.patients.model import PartialDate, Reply, Result
from eligo.patients.values import measure, read_quantity
from eligo.plan import Attested, Test, Untestable, asked_alone
from eligo.ruleset.data import to_data
from eligo.truth import Reason, Truth
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.named import quantity_key
from eligo.vocabulary.units import between
from eligo.vocabulary.variables import variables

QUANTITY = "quantity:"  # stands before the name of what the vocabulary does not have
_SUBJECT = ({"variable"}, {"quantity"}, {"name"})
_OF_RECORD = frozenset({"age", "sex"})  # what a record states of the person, and no value of a day


class Resolved(NamedTuple):
    """What an answer says: `test` is so or is not (`truth`), or `subject` has the value of `result`."""

    test: Test | None = None
    truth: Truth | None = None
    subject: str | None = None
    result: Result | None = None


@functools.lru_cache(maxsize=4096)
def resolve(reply: Reply) -> Resolved | tuple[Problem, ...]:
    """What an answer to a leaf says, or what is wrong with it; one to a criterion as a whole has nothing to resolve."""
    asks = json.loads(reply.asks or "{}")
    try:
        if reply.value is not None:
            return _value(reply, asks)
        if set(asks) in _SUBJECT:
            help_ = "add the limit that it is held against, or give a `value`"
            return (Problem("answer-value", "yes or no says nothing of a bare variable or quantity", help=help_),)
        return Resolved(_test(reply.criterion, asks), Truth.MET if reply.answer else Truth.NOT_MET)
    except EligoError as error:
        return error.problems


def subject_of(test: Test) -> str | None:
    """The variable or quantity of which one value is held against limits; None where it takes all that ever were."""
    asks = test.asks if isinstance(test, Untestable) else test
    if not isinstance(asks, Compare | OneOf) or (isinstance(asks, Compare) and (asks.pick != "latest" or asks.at)):
        return None
    return asks.variable or QUANTITY + (asks.name or "")


def answerable(test: Test) -> bool:
    """Whether a person can answer the leaf by itself: it asks something, and the same in every trial that asks it."""
    match test:
        case Untestable(asks=asks):
            return asks is not None
        case Present() | Related():
            return all(part.concept != STUDY_CONDITION for one in presences(test) for part in one.but_not)
    return not isinstance(test, Always)


def asked_by(leaf: Leaf, test: Test) -> dict[str, Any] | None:
    """A leaf in the form in which an answer names it, where that asks the very test; None where nothing does."""
    if isinstance(leaf, Present) and isinstance(test, Present):
        leaf = replace(leaf, but_not=test.but_not)
    elif isinstance(leaf, Related) and isinstance(test, Related):
        what, to = (
            replace(own, span=None, but_not=t.but_not) for own, t in ((leaf.what, test.what), (leaf.to, test.to))
        )
        leaf = replace(leaf, what=what, to=to)
    data = to_data(replace(leaf, span=None), "")
    try:
        same = _test(test.criterion if isinstance(test, Attested) else None, data) == test
    except EligoError:
        return None
    return data if same and answerable(test) else None


def _test(criterion: str | None, asks: dict[str, Any]) -> Test:
    """The test that a leaf asks."""
    from eligo.ruleset.leaf import read_leaf  # lazily: it needs pydantic, and most records have no answers

    try:
        leaf = read_leaf(asks)
    except EligoError as error:
        raise EligoError(replace(p, place=Place(path=_inside(p.place.path))) for p in error.problems) from None
    test = asked_alone(leaf, criterion or "")
    if isinstance(test, Attested) and not test.criterion and is_of_one_criterion(test.topic):
        message = "the answer does not say for which criterion it states this"
        raise EligoError(Problem("attested-for-what", message, help="add `criterion`: TRIAL/id"))
    if isinstance(test, Untestable) and test.asks is None:
        message = "nobody can answer this by itself"
        raise EligoError(Problem("answer-leaf", message, help="answer the criterion as a whole: `criterion`"))
    if not answerable(test):
        message = f"`{STUDY_CONDITION}` is another thing in each trial, and `always` asks nothing"
        raise EligoError(Problem("answer-leaf", message, help="name it, or answer the criterion as a whole"))
    return test


def _inside(path: str | None) -> str:
    """A path in what an answer asks as one in the answer."""
    return "asks" if path is None else f"asks.{path}"


def is_of_one_criterion(topic: str) -> bool:
    """Whether an attestation says yes to the sentence of one criterion only."""
    known = concepts().get(topic)
    return known is not None and known.per_criterion


def _value(reply: Reply, asks: dict[str, Any]) -> Resolved:
    """The value of what is asked."""
    if set(asks) not in _SUBJECT:
        test = _test(reply.criterion, asks)
        subject = subject_of(test)
        if subject is None:
            raise EligoError(Problem("answer-value", "this has no value", help="give `answer`: yes or no"))
    elif "variable" in asks:
        known = variables().get(str(asks["variable"])) or variables().find(str(asks["variable"]))
        if known is None:
            near = variables().suggest(str(asks["variable"])) or "`eligo variables` lists the names"
            raise EligoError(Problem("unknown-variable", "no such variable is known", help=near))
        subject = known.id
    else:
        subject = QUANTITY + quantity_key(str(asks.get("quantity") or asks.get("name") or ""))
    if subject in _OF_RECORD:
        help_ = "state it there (`birth_date`, `sex`), or answer the leaf with yes or no"
        raise EligoError(Problem("answer-value", f"`{subject}` is a part of the record", help=help_))
    return Resolved(subject=subject, result=_result(reply, subject))


def _result(reply: Reply, subject: str) -> Result:
    """The value as a result of the day of the answer; raise `EligoError` where it cannot decide anything."""
    day, value = PartialDate(reply.day, reply.day), reply.value if reply.value is not None else ""
    variable = variables().get(subject)
    if variable is not None:
        result, problems = measure(variable, value, reply.unit, day=day)
        if result.problem is not None:
            raise EligoError(problems or Problem("answer-value", "the value cannot be used"))
        return result
    read = read_quantity(value if isinstance(value, str) else repr(value))
    if read is None or (read.unit and reply.unit):
        raise EligoError(Problem("answer-value", "this is not a number", help="give the number, and its `unit`"))
    unit = read.unit or reply.unit
    written = f"{value}{f' {reply.unit}' if reply.unit else ''}"
    ends = (float(read.low), float(read.high), read.low_closed, read.high_closed)
    return Result("", *ends, day, written, value, unit)


def in_unit(result: Result, unit: str | None) -> Result:
    """The value of a quantity that the vocabulary lacks, in the unit of a limit; one that does not fit says so."""
    factor = between(result.unit, unit)
    if factor is None:
        return result._replace(problem=Reason.UNIT_UNKNOWN)
    return result._replace(low=float(f"{result.low * factor:.12g}"), high=float(f"{result.high * factor:.12g}"))
