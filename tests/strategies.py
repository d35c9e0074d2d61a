"""What hypothesis may make: predicates and patients over a small part of the vocabulary, so that they meet often."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import cast

from hypothesis import strategies as st

from eligo.criteria import (
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
    Normal,
    Not,
    OneOf,
    Op,
    Pick,
    Predicate,
    Present,
    Related,
    Unparsed,
    Window,
)
from eligo.evaluation.chart import Policy
from eligo.patients.model import Fact, FactKind, FactStatus, PartialDate, Patient, Result
from eligo.patients.values import measure
from eligo.truth import Reason
from eligo.vocabulary.variables import Variable, variables

AS_OF = date(2026, 11, 20)

# Variable, and the values in its canonical unit that limits and results are drawn from.
QUANTITIES: dict[str, tuple[float, ...]] = {
    "inr": (0.9, 1.5, 1.6, 3.5),
    "total_bilirubin": (10, 22, 85, 205.24749427, 400),
    "creatinine": (60, 80, 100, 176.803394625, 300),
    "albumin": (20, 28, 35, 45),
    "alt": (30, 41, 82, 400),
    "hemoglobin": (100, 125, 133, 160),
    "pao2": (50, 60, 90),
    "fio2": (0.25, 0.4, 0.6),
    "pao2_fio2_ratio": (150, 200, 400),
    "meld": (8, 10, 25),
    "child_pugh_score": (6, 7, 10),
}
ORDINALS: dict[str, tuple[int, ...]] = {
    "hepatic_encephalopathy_grade": (0, 1, 2, 3, 4),
    "ascites_grade": (0, 1, 2, 3),
    "child_pugh_class": (1, 2, 3),
}
STATED = ("pao2_fio2_ratio", "meld", "child_pugh_score")
MEASURED = tuple(name for name in (*QUANTITIES, *ORDINALS) if name not in (*STATED, "child_pugh_class"))
CONCEPTS: dict[str, FactKind] = {
    "malignancy": "condition",
    "liver_cancer": "condition",
    "hepatocellular_carcinoma": "condition",
    "hepatic_encephalopathy": "condition",
    "ascites": "condition",
    "pregnancy": "condition",
    "liver_transplantation": "procedure",
    "hospitalization": "procedure",
    "systemic_corticosteroids": "medication",
}
ATTESTATIONS = ("informed_consent", "contraception")
QUALIFIERS = ("severe", "refractory", "active")

durations = st.builds(Duration, st.integers(1, 40), st.sampled_from(("d", "wk", "mo", "a")))
OPS: tuple[Op, ...] = ("lt", "le", "gt", "ge", "eq")
STATUSES: tuple[FactStatus, ...] = ("active", "active", "resolved", "suspected", "planned", "refuted")
ops = st.sampled_from(OPS)


@st.composite
def partial_dates(draw: st.DrawFn) -> PartialDate:
    """A day, a month or a year around `AS_OF`, most of them before it."""
    day = AS_OF - timedelta(days=draw(st.integers(-40, 900)))
    known = draw(st.sampled_from(("day", "day", "month", "year")))
    if known == "day":
        return PartialDate(day, day)
    if known == "year":
        return PartialDate(date(day.year, 1, 1), date(day.year, 12, 31))
    first = day.replace(day=1)
    return PartialDate(first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1))


@st.composite
def windows(draw: st.DrawFn) -> Window:
    """A window with at least one part."""
    within = draw(st.none() | durations)
    ago = draw(st.none() | st.builds(Bound, ops, durations))
    lasting = draw(st.none() | st.builds(Bound, ops, durations))
    if within is None and ago is None and lasting is None:
        within = draw(durations)
    anchor = draw(st.sampled_from(("screening", "screening", "informed consent", "liver_cancer", "the harvest")))
    return Window(within, ago, lasting, anchor)


normals: st.SearchStrategy[Normal] = st.sampled_from(("ULN", "LLN"))
picks: st.SearchStrategy[Pick] = st.sampled_from(("latest", "latest", "any", "lowest", "highest"))


@st.composite
def comparisons(draw: st.DrawFn) -> Compare:
    """A comparison with one limit or two, fixed or a multiple of something."""
    name = draw(st.sampled_from((*QUANTITIES, *ORDINALS)))
    if name in ORDINALS:
        return Compare(name, (Limit(draw(ops), draw(st.sampled_from(ORDINALS[name]))),))
    window = draw(st.none() | st.none() | st.builds(Window, durations))
    pick = draw(picks)
    if draw(st.booleans()):
        return Compare(name, (Limit(draw(ops), draw(st.sampled_from(QUANTITIES[name]))),), window=window, pick=pick)
    if draw(st.booleans()):
        low, high = sorted(draw(st.tuples(*[st.sampled_from(QUANTITIES[name])] * 2)))
        return Compare(name, (Limit("ge", low), Limit("le", high)), window=window, pick=pick)
    if draw(st.booleans()):
        apart, normal = draw(st.sampled_from((-5, 0, 4, 40))), draw(normals)
        return Compare(name, (Limit(draw(ops), apart, above=normal),), window=window, pick=pick)
    of = draw(st.sampled_from(("ULN", "LLN", "baseline", "alt")))
    return Compare(name, (Limit(draw(ops), draw(st.sampled_from((1, 1.5, 3))), of=of),), window=window, pick=pick)


ages = st.builds(
    lambda op, value, unit, at: Compare("age", (Limit(op, value, unit),), at=at),
    ops,
    st.integers(1, 70),
    st.sampled_from(("a", "mo", "wk", "d")),
    st.sampled_from((None, None, "malignancy", "ascites", "liver_transplantation")),
)
choices = st.one_of(
    *[
        st.builds(OneOf, st.just(name), st.lists(st.sampled_from(grades), min_size=1, max_size=3).map(tuple))
        for name, grades in ORDINALS.items()
    ],
    st.builds(OneOf, st.just("sex"), st.lists(st.sampled_from(("male", "female")), min_size=1).map(tuple)),
)
excepted = st.builds(
    Excepted, st.sampled_from((*CONCEPTS, STUDY_CONDITION)), st.none() | st.none() | st.sampled_from(QUALIFIERS)
)
presences = st.builds(
    Present,
    st.sampled_from(list(CONCEPTS)),
    st.sampled_from(("active", "now", "history", "suspected", "planned")),
    st.none() | st.none() | st.sampled_from(QUALIFIERS),
    st.none() | windows(),
    st.sampled_from((1, 1, 1, 2)),
    st.none(),
    st.just(()) | st.lists(excepted, min_size=1, max_size=2).map(tuple),
)
links = st.builds(
    Related, presences, st.sampled_from(("requiring", "treated_with", "due_to", "unrelated_to")), presences
)
leaves: st.SearchStrategy[Leaf] = st.one_of(
    comparisons(),
    ages,
    choices,
    presences,
    links,
    st.builds(Attest, st.sampled_from(ATTESTATIONS)),
    st.just(Always()),
    st.just(Unparsed("words")),
)


def _joined(parts: st.SearchStrategy[Predicate]) -> st.SearchStrategy[Predicate]:
    several = st.lists(parts, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(AllOf, several),
        st.builds(AnyOf, several),
        st.builds(AtLeast, st.integers(0, 3), several),
        st.builds(Not, parts),
        st.builds(IfThen, parts, parts),
    )


predicates: st.SearchStrategy[Predicate] = st.recursive(leaves, _joined, max_leaves=6)


@st.composite
def results(draw: st.DrawFn, variable: str) -> Result:
    """A value of a variable: most of them plain, some censored, some unusable."""
    value = float(draw(st.sampled_from(QUANTITIES.get(variable) or ORDINALS[variable])))
    day = draw(st.none() | partial_dates())
    form = draw(st.sampled_from(("plain", "plain", "plain", "below", "above", "unusable")))
    if form == "unusable":
        return Result(variable, math.nan, math.nan, date=day, value=value, problem=Reason.UNIT_UNKNOWN)
    if form in ("below", "above") and variable in ORDINALS:  # as a reader makes it: there is no grade between two
        side = draw(st.sampled_from(("<", "<=") if form == "below" else (">", ">=")))
        return measure(cast(Variable, variables().get(variable)), f"{side} {value:g}", day=day)[0]
    if form == "below":
        return Result(variable, -math.inf, value, False, draw(st.booleans()), day, value=value)
    if form == "above":
        return Result(variable, value, math.inf, draw(st.booleans()), False, day, value=value)
    high = draw(st.none() | st.sampled_from((21.0, 41.0, 100.0)))
    return Result(variable, value, value, date=day, value=value, reference_high=high)


def latest_first(result: Result) -> tuple[int, int]:
    """The order in which readers put results: what has no date is of `AS_OF`."""
    if result.date is None:
        return -AS_OF.toordinal(), -AS_OF.toordinal()
    return -min(result.date.last, AS_OF).toordinal(), -result.date.first.toordinal()


@st.composite
def facts(draw: st.DrawFn, concept: str) -> Fact:
    """A condition, procedure or medication, dated in part or not at all."""
    status = draw(st.sampled_from(STATUSES))
    first, last = draw(st.none() | partial_dates()), draw(st.none() | partial_dates())
    if first and last and last.first < first.first:
        first, last = last, first
    end = last if status == "resolved" or CONCEPTS[concept] == "procedure" else None
    qualifiers = draw(st.sampled_from(((), (), ("severe",), ("mild",), ("inactive", "severe"))))
    return Fact(concept, CONCEPTS[concept], status, first, end, qualifiers, concept)


@st.composite
def patients(draw: st.DrawFn) -> Patient:
    """A patient as of `AS_OF` of whom some things are known."""
    # A score that is stated beside its inputs may contradict them: `tests/test_laws.py` says what that does to a law.
    everything = (*MEASURED, *STATED, "child_pugh_class")
    names = draw(st.sampled_from((STATED, ("child_pugh_class",), MEASURED, MEASURED, everything)))
    measured = draw(st.lists(st.sampled_from(names), unique=True, max_size=8))
    stated = draw(st.lists(st.sampled_from(list(CONCEPTS)), unique=True, max_size=4))
    birth = draw(st.none() | st.integers(300, 28000).map(lambda days: AS_OF - timedelta(days=days)))
    absent = draw(st.frozensets(st.sampled_from(list(CONCEPTS)), max_size=2))
    return Patient(
        "patient",
        AS_OF,
        PartialDate(birth, birth) if birth else None,
        draw(st.sampled_from((None, "male", "female"))),
        {
            name: tuple(sorted(draw(st.lists(results(name), min_size=1, max_size=3)), key=latest_first))
            for name in measured
        },
        {name: tuple(draw(st.lists(facts(name), min_size=1, max_size=2))) for name in stated},
        absent,
        draw(st.frozensets(st.sampled_from(("conditions", "procedures", "medications")), max_size=2)),
        draw(st.dictionaries(st.sampled_from((*ATTESTATIONS, "NCT00000001/I1")), st.booleans(), max_size=2)),
        never=absent if draw(st.booleans()) else frozenset(),
    )


policies = st.builds(
    Policy,
    max_age=st.none() | durations,
    assume_absent=st.frozensets(st.sampled_from(("conditions", "medications")), max_size=1),
)
