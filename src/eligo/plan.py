"""RuleSet in, Plan out: the rules as the evaluator needs them, plain data that is kept as JSON between runs.

Limits are converted to canonical units here, once; leaves that ask the same become one test, shared by all criteria.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Literal, cast

from eligo.cache import cached, digest
from eligo.criteria import (
    DAYS_IN,
    STUDY_CONDITION,
    AllOf,
    Always,
    AnyOf,
    AtLeast,
    Attest,
    Bound,
    Compare,
    Duration,
    Excepted,
    IfThen,
    Leaf,
    Limit,
    Not,
    Number,
    OneOf,
    Predicate,
    Present,
    Related,
    TimeUnit,
    Unparsed,
    Window,
    presences,
)
from eligo.data import grammar_state
from eligo.dataclass import dataclass, fields, is_dataclass, replace
from eligo.errors import EligoError
from eligo.patients.dates import AgeUnit
from eligo.standing import review_state
from eligo.truth import Kind, Reason
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.named import quantity_key
from eligo.vocabulary.own_names import names_state
from eligo.vocabulary.qualifiers import qualifier_key
from eligo.vocabulary.units import difference_to_canonical, same_dimension, to_canonical, ucum
from eligo.vocabulary.variables import Variable, variables

if TYPE_CHECKING:  # a plan from the cache needs neither YAML nor pydantic, which rule sets bring along
    from eligo.ruleset import RuleSet

MULTIPLES = frozenset({"ULN", "LLN", "baseline"})

_FORM = b"7"  # of the cached data: another form must not meet an old cache
_SAME, _ROUNDED = 1e-10, 0.1  # how far two ways to state a limit are apart at most, as a share of it
DERIVED_FROM = ("variables.yaml", "concepts.yaml", "units.yaml", "units.txt")


@dataclass(frozen=True, slots=True)
class Attested:
    """Whether a person stated the topic, or this very criterion (`TRIAL/criterion`)."""

    topic: str
    criterion: str

    @property
    def key(self) -> str:
        """Where a record states it: by the topic, or by the criterion where the topic says yes to one sentence only."""
        known = concepts().get(self.topic)
        return self.criterion if known is not None and known.per_criterion else self.topic


@dataclass(frozen=True, slots=True)
class Untestable:
    """What no record can answer: text that was not understood, or a leaf that does not fit the vocabulary.

    `asks` is what a person can answer all the same: a limit on a quantity that the vocabulary does not have.
    """

    reason: Reason
    detail: str
    asks: Compare | OneOf | None = None


_UNKNOWN_CONCEPT = Untestable(Reason.ERROR, "unknown-concept")
Test = Compare | OneOf | Present | Related | Attested | Always | Untestable


@dataclass(frozen=True, slots=True)
class Use:
    """A leaf as it is written, with the number of the plan's test that answers it."""

    test: int
    leaf: Leaf


@dataclass(frozen=True, slots=True)
class PlannedJoin:
    """Parts joined by a word of logic; a part is another join, or the number of one of the criterion's uses.

    An `if` is the choice of two parts: that its condition does not hold (a `not`), and what is asked where it does.
    """

    how: Literal["all", "any", "not", "at_least", "if"]
    parts: tuple[Tree, ...]
    count: int = 0


Tree = int | PlannedJoin


@dataclass(frozen=True, slots=True)
class PlannedCriterion:
    """One criterion: what is shown of it, and its predicate as a tree over its uses."""

    id: str
    kind: Kind
    text: str
    cohort: str | None
    origin: str
    review: str
    ambiguous: bool
    uses: tuple[Use, ...]
    tree: Tree
    variables: tuple[str, ...]
    concepts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlannedArm:
    """One arm of the trial."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Plan:
    """One trial, ready to meet patients; `sha256` is that of the rules' file."""

    trial: str
    title: str
    sha256: str | None
    arms: tuple[PlannedArm, ...]
    criteria: tuple[PlannedCriterion, ...]
    tests: tuple[Test, ...]
    notes: tuple[str, ...]
    states_no_criteria: bool

    def to_json(self) -> Any:
        """The plan as JSON data."""
        return encoded(self)

    @staticmethod
    def from_json(data: Any) -> Plan:
        """The plan of `to_json`."""
        return cast(Plan, decoded(data))


def load_plan(text: bytes, read: Callable[[], RuleSet]) -> Plan:
    """The plan of a rules file; from the cache where the file's content, the vocabulary and the units are the same."""
    sha256 = hashlib.sha256(text).hexdigest()
    key = digest([_FORM, text, grammar_state(DERIVED_FROM), names_state()])
    data = cached("plan", key, lambda: compile_rules(read(), sha256).to_json())
    return Plan.from_json(data)


def compile_rules(ruleset: RuleSet, sha256: str | None = None) -> Plan:
    """Turn a rule set into its plan; a leaf that cannot be compiled becomes an `Untestable`, never an omission."""
    tests: dict[Test, int] = {}
    criteria = []
    about = _study_conditions(ruleset.conditions)
    for criterion in ruleset.criteria:
        uses = list[Use]()
        tree = _Compiler(f"{ruleset.trial}/{criterion.id}", about, uses, tests).tree(criterion.predicate)
        variable_ids = dict.fromkeys(name for use in uses for name in _variable_ids(use.leaf))
        concept_ids = dict.fromkeys(name for use in uses for name in _concept_ids(use.leaf))
        criteria.append(
            PlannedCriterion(
                criterion.id,
                criterion.kind,
                criterion.text,
                criterion.cohort,
                criterion.origin,
                review_state(criterion),
                criterion.ambiguous is not None,
                tuple(uses),
                tree,
                tuple(variable_ids),
                tuple(concept_ids),
            )
        )
    return Plan(
        ruleset.trial,
        ruleset.title,
        sha256,
        tuple(PlannedArm(c.id, c.label) for c in ruleset.cohorts),
        tuple(criteria),
        tuple(tests),
        ruleset.notes,
        ruleset.states_no_criteria,
    )


def asked_alone(leaf: Leaf, criterion: str) -> Test:
    """What a leaf asks by itself; what a trial is about (`study_condition`) is left as it is.

    `criterion` (`TRIAL/id`) counts for an attestation alone.
    """
    return _Compiler(criterion, (Excepted(STUDY_CONDITION),), [], {}).test(leaf)


def _of_quantity(limit: Limit) -> Limit:
    """The limit on a quantity without a variable, with its unit in UCUM where that is one."""
    return replace(limit, value=float(limit.value), unit=(ucum(limit.unit) or limit.unit) if limit.unit else None)


def _study_conditions(stated: tuple[str, ...]) -> tuple[Excepted, ...]:
    """What the trial is about, as exceptions; `STUDY_CONDITION` stays for what is not stated or not known."""
    found = [concepts().get(words) or concepts().find(words) for words in stated]
    known = [Excepted(concept.id) for concept in found if concept is not None and concept.kind != "attestation"]
    unknown = [Excepted(STUDY_CONDITION)] if len(known) < len(found) or not found else []
    return (*known, *unknown)


@dataclass(frozen=True, slots=True)
class _Compiler:
    """Compiles one criterion: its uses and the tests of all criteria fill up on the way."""

    criterion: str
    about: tuple[Excepted, ...]
    uses: list[Use]
    tests: dict[Test, int]

    def tree(self, predicate: Predicate) -> Tree:
        match predicate:
            case AllOf(parts):
                return PlannedJoin("all", tuple(map(self.tree, parts)))
            case AnyOf(parts):
                return PlannedJoin("any", tuple(map(self.tree, parts)))
            case AtLeast(count, parts):
                return PlannedJoin("at_least", tuple(map(self.tree, parts)), count)
            case Not(part):
                return PlannedJoin("not", (self.tree(part),))
            case IfThen(condition, then):
                return PlannedJoin("if", (self.tree(Not(condition)), self.tree(then)))
        self.uses.append(Use(self.tests.setdefault(self.test(predicate), len(self.tests)), predicate))
        return len(self.uses) - 1

    def test(self, leaf: Leaf) -> Test:
        """What the leaf asks, without its words: equal for all leaves that ask the same."""
        try:
            match leaf:
                case Compare():
                    return _comparison(leaf)
                case OneOf():
                    return _choice(leaf)
                case Present():
                    return self.presence(leaf) if _is_known(leaf) else _UNKNOWN_CONCEPT
                case Related(what, relation, to):
                    known = _is_known(what) and _is_known(to)
                    return Related(self.presence(what), relation, self.presence(to)) if known else _UNKNOWN_CONCEPT
                case Attest(topic):
                    return Attested(topic, self.criterion)
                case Always():
                    return Always()
                case Unparsed():
                    return Untestable(Reason.UNPARSED, "unparsed")
        except EligoError as error:
            return Untestable(Reason.ERROR, error.problems[0].code)

    def presence(self, leaf: Present) -> Present:
        key, same = qualifier_key, concepts().canonical
        given = [Excepted(same(e.concept), key(e.qualifier) if e.qualifier else None) for e in leaf.but_not]
        parts = dict.fromkeys(p for e in given for p in (self.about if e.concept == STUDY_CONDITION else (e,)))
        but_not = tuple(sorted(parts, key=lambda part: (part.concept, part.qualifier or "")))
        qualifier = key(leaf.qualifier) if leaf.qualifier else None
        return replace(leaf, concept=same(leaf.concept), span=None, qualifier=qualifier, but_not=but_not)


def _concept_ids(leaf: Leaf) -> Iterator[str]:
    yield from (present.concept for present in presences(leaf))
    if isinstance(leaf, Compare) and leaf.at is not None:
        yield leaf.at


def _is_known(leaf: Present) -> bool:
    named = (leaf.concept, *(part.concept for part in leaf.but_not if part.concept != STUDY_CONDITION))
    return all(name in concepts() for name in named)


def _variable_ids(leaf: Leaf) -> Iterator[str]:
    if isinstance(leaf, Compare | OneOf) and leaf.variable is not None:
        yield leaf.variable
    if isinstance(leaf, Compare):
        yield from compared_with(leaf)


def compared_with(leaf: Compare) -> Iterator[str]:
    """The variables that the limits of a comparison are multiples of: all but limits of normal and baselines."""
    return (limit.of for limit in leaf.limits if limit.of is not None and limit.of not in MULTIPLES)


def _comparison(leaf: Compare) -> Test:
    if leaf.variable is None:
        limits = sorted(map(_of_quantity, leaf.limits), key=lambda limit: (limit.op, limit.value))
        asks = Compare(None, tuple(limits), quantity_key(leaf.name or ""), leaf.window, pick=leaf.pick)
        return Untestable(Reason.UNPARSED, "unknown-name", asks)
    variable = variables().get(leaf.variable)
    if variable is None or any(other not in variables() for other in compared_with(leaf)):
        return Untestable(Reason.ERROR, "unknown-variable")
    if (unfit := _unfit(leaf, variable)) is not None:
        return unfit
    limits = [_canonical(limit, variable) for limit in leaf.limits]
    limits.sort(key=lambda limit: (limit.op, limit.value, limit.of or "", limit.above or ""))
    at = leaf.at and concepts().canonical(leaf.at)
    test = Compare(leaf.variable, tuple(limits), window=leaf.window, pick=leaf.pick, at=at)
    return test if leaf.equivalent is None else _stated_twice(test, leaf.limits[0], leaf.equivalent, variable)


def _unfit(leaf: Compare, variable: Variable) -> Untestable | None:
    """Why a variable cannot be compared as a leaf does; only an age is that at an event, and has no limit of normal."""
    if variable.kind == "category":
        return Untestable(Reason.ERROR, "category-compared")
    if leaf.at is not None and leaf.at not in concepts():
        return _UNKNOWN_CONCEPT
    wrong = any(limit.of or limit.above for limit in leaf.limits) if variable.id == "age" else leaf.at is not None
    return Untestable(Reason.ERROR, "age-compared") if wrong else None


def _stated_twice(test: Compare, limit: Limit, equivalent: Limit, variable: Variable) -> Compare:
    """The test with the limit that goes with the canonical unit, and beside it the other one, with its unit.

    That has no unit where the two are more than a rounding apart: then nobody knows which of them is meant.
    """
    if limit.of is not None or limit.above is not None or variable.id == "age":
        return test
    first = test.limits[0], ucum(limit.unit or variable.unit)
    second = _canonical(replace(equivalent, op=limit.op), variable), ucum(equivalent.unit or variable.unit)
    low, high = sorted((abs(first[0].value), abs(second[0].value)))
    if high - low <= high * _SAME:
        return test
    if high - low > high * _ROUNDED:
        return replace(test, equivalent=second[0])
    if _goes_with(second[1], variable) > _goes_with(first[1], variable):
        first, second = second, first
    return replace(test, limits=(first[0],), equivalent=replace(second[0], unit=second[1]))


def _goes_with(unit: str | None, variable: Variable) -> int:
    """How near a unit is to the canonical one: it itself (2), one that turns into it by a number alone (1), another."""
    if unit is None or unit == ucum(variable.unit):
        return 2
    return int(same_dimension(unit, variable.unit))


def _canonical(limit: Limit, variable: Variable) -> Limit:
    """The limit in the variable's canonical unit; an age keeps its own, since ages count completed units."""
    if limit.of is not None:
        return replace(limit, value=float(limit.value), unit=None)
    if limit.above is not None:
        apart = limit.value if limit.unit is None else difference_to_canonical(limit.value, limit.unit, variable)
        return replace(limit, value=float(apart), unit=None)
    if variable.id == "age":
        to_canonical(limit.value, limit.unit or "a", variable)  # refuses what is no time
        value, unit = age_unit(limit.value, cast(TimeUnit, ucum(limit.unit or "a")))
        return replace(limit, value=value, unit=unit)
    # A limit without a unit is in the canonical one: the rule set file allows it only where nothing else can be meant.
    value = float(limit.value) if limit.unit is None else to_canonical(limit.value, limit.unit, variable)
    return replace(limit, value=value, unit=None)


def age_unit(value: Number, unit: TimeUnit) -> tuple[Number, AgeUnit]:
    """Write an age limit in a unit that ages count in: its own where it is whole, since ages are completed units.

    >>> age_unit(18, "a"), age_unit(0.5, "a")
    ((18, 'a'), (6, 'mo'))
    """
    if value == int(value) and unit != "min" and unit != "h":
        return int(value), unit
    if unit == "a" and value * 12 == int(value * 12):
        return int(value * 12), "mo"
    return value * DAYS_IN[unit], "d"


def _choice(leaf: OneOf) -> Test:
    if leaf.variable is not None and leaf.variable not in variables():
        return Untestable(Reason.ERROR, "unknown-variable")
    values = (v if isinstance(v, str) else float(v) for v in leaf.values)
    asks = OneOf(leaf.variable, tuple(sorted(values, key=lambda v: (isinstance(v, str), v))))
    if leaf.variable is None:
        return Untestable(Reason.UNPARSED, "unknown-name", replace(asks, name=quantity_key(leaf.name or "")))
    return asks


_CLASSES: dict[str, type] = {
    cls.__name__: cls
    for cls in (
        *(Plan, PlannedCriterion, PlannedArm, Use, PlannedJoin, Attested, Untestable),
        *(Compare, OneOf, Present, Related, Excepted, Attest, Always, Unparsed, Limit, Window, Duration, Bound),
    )
}


def encoded(value: Any) -> Any:
    """JSON for frozen data: an object becomes `{class: [fields]}`, a tuple a list."""
    if is_dataclass(value):
        return {type(value).__name__: [encoded(getattr(value, f.name)) for f in fields(value)]}
    return [encoded(part) for part in value] if isinstance(value, tuple) else value


def decoded(data: Any) -> Any:
    """The data of `encoded`."""
    if isinstance(data, dict):
        ((name, parts),) = data.items()
        return _CLASSES[name](*[decoded(part) for part in parts])
    return tuple([decoded(part) for part in data]) if isinstance(data, list) else data
