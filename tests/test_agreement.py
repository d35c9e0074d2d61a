"""One meaning: however eligo comes to an answer, it is the one that running every test and joining every tree gives."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.speed import patients as ward
from bench.speed import plans
from eligo.criteria import AllOf, AnyOf, AtLeast, Attest, Not, Predicate
from eligo.evaluate import Engine
from eligo.evaluation.chart import Policy
from eligo.evaluation.clauses import clauses_of
from eligo.evaluation.steady import is_steady
from eligo.patients.model import Patient
from tests import strategies
from tests.agreeing import POLICIES, Records, disagreements
from tests.evaluating import plan_of
from tests.plain import Plain


@settings(max_examples=150, deadline=None)
@given(
    st.lists(strategies.predicates, min_size=1, max_size=6),
    st.lists(strategies.patients(), min_size=1, max_size=6),
    strategies.policies,
    st.sampled_from(("inclusion", "exclusion")),
)
def test_all_ways_agree_on_any_rules(
    predicates: list[Predicate], patients: list[Patient], policy: Policy, kind: str
) -> None:
    plan = plan_of(*predicates, kind=kind)
    engine, plain = Engine([plan], policy), Plain([plan], policy)

    for patient in [*patients, *patients]:  # the second time, all that can be looked up is
        assert list(disagreements(engine, plain, patient)) == []


@pytest.mark.parametrize("place", range(len(POLICIES)))
def test_all_ways_agree_on_the_shipped_trials(place: int) -> None:
    shipped, policy = plans(), POLICIES[place]
    engine, plain = Engine(shipped, policy), Plain(shipped, policy)
    records = Records(shipped, seed=place)

    for patient in itertools.chain(ward(40, seed=place), (records.patient() for _ in range(120))):
        assert list(disagreements(engine, plain, patient)) == []


def test_most_answers_about_a_ward_are_looked_up() -> None:
    engine = Engine(plans())
    touched = pending = 0

    for patient in ward(50):
        answers = engine.answers(patient)
        touched += answers.touched.bit_count()
        pending += answers.pending.bit_count()

    assert pending < touched / 2


def test_scores_links_and_two_dates_are_never_looked_up() -> None:
    engine = Engine(plans())
    steady = [test for test, answer in zip(engine.asked, engine.tests, strict=False) if is_steady(answer)]

    assert len(steady) > len(engine.asked) / 2
    assert not [test for test in steady if "organ_failures" in repr(test) or "child_pugh" in repr(test)]


def test_a_predicate_with_too_many_clauses_stays_a_tree_and_means_the_same() -> None:
    names = [Attest(name) for name in ("informed_consent", "contraception")] * 4
    wide = AnyOf(tuple(AllOf((one, Not(other))) for one, other in itertools.product(names, names)))
    several = AtLeast(9, tuple(Attest(f"statement:number {number}") for number in range(18)))
    plan = plan_of(wide, several)
    engine, plain = Engine([plan]), Plain([plan])

    assert [clauses_of(c.tree, range(len(c.uses))) for c in plan.criteria] == [None, None]
    records = Records([plan])
    for patient in (records.patient() for _ in range(60)):
        assert list(disagreements(engine, plain, patient)) == []
