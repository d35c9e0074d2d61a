"""What the checks and the diff say of criteria holds for whatever patient there is: the evaluator is the judge."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from eligo.check import check_text
from eligo.check.changes import changes
from eligo.check.logic import LogicContext, certain, impossible, negated, node_of
from eligo.evaluate import Engine
from eligo.explain import explain
from eligo.patients.model import Patient
from eligo.patients.native import read_patient
from eligo.plan import compile_rules
from eligo.ruleset import RuleSet, loads
from eligo.truth import Truth, Verdict
from eligo.vocabulary import ranges as r

CONCEPTS = [
    "malignancy",
    "liver_cancer",
    "hepatocellular_carcinoma",
    "hepatic_encephalopathy",
    "hepatitis_b",
    "pregnancy",
]
# What a record may hold besides: one fact each, since a kind of a concept is that concept too.
FACTS = ["hepatocellular_carcinoma", "malignancy", "hepatitis_b"]

_SLOW = (HealthCheck.too_slow, HealthCheck.filter_too_much)
ops = st.sampled_from(["lt", "le", "gt", "ge"])
compares = st.one_of(
    st.fixed_dictionaries({"variable": st.just("inr"), "op": ops, "limit": st.sampled_from([1, 1.5, 2])}),
    st.builds(
        lambda op, value: {"variable": "age", "op": op, "limit": value, "unit": "a"}, ops, st.sampled_from([18, 40, 65])
    ),
    st.builds(
        lambda values: {"variable": "hepatic_encephalopathy_grade", "in": values},
        st.lists(st.sampled_from([0, 1, 2, 3, 4]), min_size=1, max_size=3, unique=True),
    ),
    st.builds(lambda sex: {"variable": "sex", "in": [sex]}, st.sampled_from(["male", "female"])),
    st.builds(
        lambda op, apart, normal: {"variable": "inr", "op": op, "limit": apart, "above": normal},
        ops,
        st.sampled_from([-0.2, 0, 0.5]),
        st.sampled_from(["ULN", "LLN"]),
    ),
    st.builds(
        lambda op, value, at: {"variable": "age", "op": op, "limit": value, "unit": "a", "at": at},
        ops,
        st.sampled_from([18, 40]),
        st.sampled_from(CONCEPTS),
    ),
)
present = st.builds(
    lambda concept, status, but_not: (
        {"concept": concept} | ({"status": status} if status else {}) | ({"but_not": but_not} if but_not else {})
    ),
    st.sampled_from(CONCEPTS),
    st.sampled_from([None, None, "now", "history", "suspected"]),
    st.just([]) | st.lists(st.sampled_from([*CONCEPTS, "study_condition"]), min_size=1, max_size=2),
)
links = st.builds(
    lambda what, how, to: {"related": how, "what": what, "to": to},
    present,
    st.sampled_from(["requiring", "treated_with", "due_to", "unrelated_to"]),
    present,
)
predicates = st.recursive(
    st.one_of(compares, present, present, links),
    lambda inner: st.one_of(
        st.builds(lambda p: {"all": p}, st.lists(inner, min_size=2, max_size=3)),
        st.builds(lambda p: {"any": p}, st.lists(inner, min_size=2, max_size=3)),
        st.builds(lambda p: {"at_least": 2, "of": p}, st.lists(inner, min_size=3, max_size=3)),
        st.builds(lambda p: {"not": p}, inner),
        st.builds(lambda p, q: {"if": p, "then": q}, inner, inner),
    ),
    max_leaves=4,
)
criteria = st.lists(st.tuples(st.sampled_from(["inclusion", "exclusion"]), predicates), min_size=2, max_size=4)


@st.composite
def _patients(draw: st.DrawFn) -> Patient:
    """A patient of whom everything is known that the criteria can ask for."""
    grade = draw(st.sampled_from([0, 1, 2, 3, 4]))
    facts = draw(st.lists(st.sampled_from(FACTS), unique=True, max_size=2))
    sex = draw(st.sampled_from(["male", "female"]))
    facts += ["pregnancy"] if sex == "female" and draw(st.booleans()) else []
    status = st.sampled_from(["active", "resolved"])
    record = {
        "as_of": "2026-01-15",
        "sex": sex,
        "age": f"{draw(st.sampled_from([17, 18, 39, 40, 41, 64, 65, 66]))} years",
        "labs": {"INR": draw(st.sampled_from([0.9, 1, 1.2, 1.5, 1.7, 2, 2.5])), "hepatic encephalopathy grade": grade},
        "conditions": [{"concept": fact, "status": draw(status)} for fact in facts],
        "complete": ["conditions"],
    }
    return read_patient(json.dumps(record))


def _ruleset(found: list[tuple[str, Any]]) -> tuple[str, RuleSet]:
    data = {
        "trial": "X",
        "title": "t",
        "criteria": [{"id": f"C{i}", "kind": kind, "text": "t", "when": when} for i, (kind, when) in enumerate(found)],
    }
    return json.dumps(data), loads(json.dumps(data))


def _verdict(ruleset: RuleSet, patient: Patient) -> Verdict:
    return Engine([compile_rules(ruleset)]).verdicts(patient)[0]


patient_lists = st.lists(_patients(), min_size=6, max_size=6)


@settings(max_examples=45, deadline=None, suppress_health_check=_SLOW)
@given(criteria, patient_lists)
def test_nobody_passes_what_is_called_a_contradiction(found: list[tuple[str, Any]], patients: list[Patient]) -> None:
    text, ruleset = _ruleset(found)
    codes = {f.code for f in check_text(text).findings}
    assume(codes & {"contradiction", "never-satisfied", "excludes-everyone"})

    assert Verdict.ELIGIBLE not in {_verdict(ruleset, patient) for patient in patients}


@settings(max_examples=45, deadline=None, suppress_health_check=_SLOW)
@given(criteria, patient_lists)
def test_leaving_out_what_is_called_idle_lets_nobody_in(found: list[tuple[str, Any]], patients: list[Patient]) -> None:
    text, ruleset = _ruleset(found)
    idle = [f.criteria[0] for f in check_text(text).findings if f.code in ("subsumed", "vacuous")]
    assume(idle)
    less = [c for i, c in enumerate(found) if f"C{i}" not in idle]
    assume(less)

    for patient in patients:
        if _verdict(_ruleset(less)[1], patient) is Verdict.ELIGIBLE:
            (trial,) = explain(Engine([compile_rules(ruleset)]), patient).trials
            # What nobody knows may leave even a sentence open that can never hold.
            known = all(e.truth is not Truth.UNKNOWN for f in trial.findings for e in f.evidence)
            assert trial.verdict is Verdict.ELIGIBLE or (not known and trial.verdict is Verdict.UNDETERMINED)


@settings(max_examples=45, deadline=None, suppress_health_check=_SLOW)
@given(st.sampled_from(["inclusion", "exclusion"]), predicates, predicates, patient_lists)
def test_what_is_called_tightened_lets_nobody_in(kind: str, old: Any, new: Any, patients: list[Patient]) -> None:
    before, after = _ruleset([(kind, old)])[1], _ruleset([(kind, new)])[1]
    found = [change.kind for change in changes(before, after)]

    for patient in patients:
        one, other = _verdict(before, patient), _verdict(after, patient)
        if found == ["tightened"] or found == ["rewritten"]:
            assert not (other is Verdict.ELIGIBLE and one is Verdict.INELIGIBLE)
        if found == ["loosened"] or found == ["rewritten"]:
            assert not (one is Verdict.ELIGIBLE and other is Verdict.INELIGIBLE)


@settings(max_examples=45, deadline=None)
@given(predicates, _patients())
def test_the_certain_is_met_and_the_impossible_is_not(when: Any, patient: Patient) -> None:
    ruleset = _ruleset([("inclusion", when)])[1]
    node = node_of(ruleset.criteria[0].predicate)
    (finding,) = explain(Engine([compile_rules(ruleset)]), patient).trials[0].findings

    if certain(node, LogicContext()):
        assert finding.truth is not Truth.NOT_MET
    if impossible(node, LogicContext()):
        assert finding.truth is not Truth.MET
    assert negated(negated(node)) == node


cuts = st.tuples(st.sampled_from([0.0, 1.0, 2.0, 3.0]), st.sampled_from([0, 1]))
some_ranges = st.lists(st.tuples(cuts, cuts).filter(lambda c: c[0] < c[1]), max_size=3).map(
    lambda c: r.union(tuple(c), ())
)


def _holds(ranges: r.Ranges, value: float) -> bool:
    return any(low <= (value, 0) and (value, 1) <= high for low, high in ranges)


@given(some_ranges, some_ranges)
def test_ranges_are_sets_of_values(one: r.Ranges, other: r.Ranges) -> None:
    values = [v / 2 for v in range(-1, 8)]

    for value in values:
        a, b = _holds(one, value), _holds(other, value)
        assert _holds(r.intersect(one, other), value) == (a and b)
        assert _holds(r.union(one, other), value) == (a or b)
        assert _holds(r.minus(one, other), value) == (a and not b)
    assert r.within(one, other) == (r.minus(one, other) == ())
