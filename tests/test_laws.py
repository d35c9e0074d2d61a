"""Laws that hold for every predicate and every patient: what may change an answer, and what may not."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from eligo.criteria import (
    NO_LIMIT,
    AllOf,
    AnyOf,
    AtLeast,
    Compare,
    Criterion,
    IfThen,
    Limit,
    Not,
    OneOf,
    Predicate,
    Present,
    leaves,
)
from eligo.evaluate import Engine
from eligo.evaluation.chart import Chart, Policy
from eligo.evaluation.derive import other_sources
from eligo.explain import Finding, explain
from eligo.patients.model import Fact, PartialDate, Patient, Result
from eligo.patients.plausible import Ends
from eligo.patients.values import measure
from eligo.plan import compile_rules
from eligo.ruleset import Cohort, RuleSet
from eligo.truth import Truth, all_of, any_of, at_least, not_
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.scores import SCORES, is_whole
from eligo.vocabulary.units import convert, difference_to_canonical
from eligo.vocabulary.variables import variables
from tests.evaluating import plan_of
from tests.strategies import (
    AS_OF,
    CONCEPTS,
    ORDINALS,
    QUANTITIES,
    STATED,
    facts,
    latest_first,
    ops,
    patients,
    picks,
    policies,
    predicates,
    presences,
    results,
)
from tests.strategies import leaves as any_leaf

T = TypeVar("T")
LIST_OF = {"condition": "conditions", "procedure": "procedures", "medication": "medications"}
GRADED = ("hepatic_encephalopathy_grade", "ascites_grade")  # grades of things that stand in lists too
law = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
several = st.lists(predicates, min_size=1, max_size=4)


def findings(found: list[Predicate], who: Patient, how: Policy | None = None) -> tuple[Finding, ...]:
    """A finding for each predicate."""
    return explain(Engine([plan_of(*found)], how), who).trials[0].findings


def never_flips(before: Finding, after: Finding) -> bool:
    """Whether the answer with less knowledge is the same or open; only a contradiction may be settled by forgetting."""
    if before.truth is Truth.UNKNOWN:
        contradicted = any(e.detail == "conflict" for e in before.evidence)
        return after.truth is Truth.UNKNOWN or contradicted
    return after.truth in (before.truth, Truth.UNKNOWN)


def ends_what_goes_on(who: Patient) -> bool:
    """Whether something is over in the record while one of its kinds goes on: a resolved malignancy and a liver cancer.

    Each of the two decides alone, and the kind that goes on wins; so to forget it lets the other one turn the answer.
    """
    going = {fact.concept for facts in who.facts.values() for fact in facts if fact.status == "active"}
    over = {fact.concept for facts in who.facts.values() for fact in facts if fact.status == "resolved"}
    return any(going & (concepts().descendants(id_) - {id_}) for id_ in over)


def contradicts_its_scores(who: Patient, how: Policy) -> bool:
    """Whether a stated score is not a value that its own inputs can give.

    The stated value wins, and the clash is told. So to forget the stated one of the two lets the other decide, which
    may turn the answer: the one case in which losing knowledge does, and the one that the laws below leave out.
    """
    chart = Chart(who, how)
    for name in who.results.keys() & SCORES.keys():
        computed = [c for source in other_sources(name)[0] for c in source(chart)]
        stated = [r for r in who.results[name] if r.problem is None]
        if any(s.low > c.high or s.high < c.low for s in stated for c in computed):
            return True
    return False


def outline(found: tuple[Finding, ...]) -> list[object]:
    """What must not change: truths, reasons, and each leaf's own."""
    return [(f.truth, f.bearing, f.reasons, [(e.truth, e.reason, e.detail) for e in f.evidence]) for f in found]


@law
@given(several, patients(), policies, st.data())
def test_losing_all_results_of_a_variable_never_flips_an_answer(
    found: list[Predicate], who: Patient, how: Policy, data: st.DataObject
) -> None:
    assume(who.results and not contradicts_its_scores(who, how))
    name = data.draw(st.sampled_from(sorted(who.results)))
    less = replace(who, results={k: v for k, v in who.results.items() if k != name})
    if name in ORDINALS:  # what the caller assumes of silence is no knowledge
        how = replace(how, assume_absent=frozenset())

    assert all(map(never_flips, findings(found, who, how), findings(found, less, how)))


@settings(law, max_examples=300)
@given(st.sampled_from(GRADED), st.data())
def test_losing_a_grade_beside_complete_lists_turns_nothing(name: str, data: st.DataObject) -> None:
    """A list that lacks what a grade tells of contradicts it, so that the grade alone decides nothing either."""
    draw, concept = data.draw, name.removesuffix("_grade")
    limits = st.builds(Limit, ops, st.sampled_from(ORDINALS[name]))
    choices = st.lists(st.sampled_from(ORDINALS[name]), min_size=1, unique=True).map(tuple)
    found: list[Predicate] = [
        *draw(st.lists(st.builds(lambda limit, pick: Compare(name, (limit,), pick=pick), limits, picks), max_size=4)),
        *draw(st.lists(st.builds(OneOf, st.just(name), choices), max_size=3)),
        *draw(st.lists(presences, max_size=3)),
        *(Present(concept, status) for status in ("active", "history", "now", "suspected")),
        Compare("child_pugh_score", (Limit(draw(ops), draw(st.integers(5, 15))),)),
    ]
    stated = results(name).filter(lambda grade: grade.high > 0 or grade.high_closed)  # there is none below 0
    grades = tuple(sorted(draw(st.lists(stated, min_size=1, max_size=2)), key=latest_first))
    entries = {concept: (draw(facts(concept)),)} if draw(st.booleans()) else {}
    who = Patient("patient", AS_OF, results={name: grades}, facts=entries, complete=frozenset(LIST_OF.values()))
    how = draw(policies.map(lambda how: replace(how, assume_absent=frozenset())))

    for one, other in zip(findings(found, who, how), findings(found, replace(who, results={}), how), strict=True):
        assert {one.truth, other.truth} != {Truth.MET, Truth.NOT_MET}


@pytest.mark.parametrize(
    ("written", "some", "none"), [("< 1", Truth.NOT_MET, Truth.MET), ("> 0", Truth.MET, Truth.NOT_MET)]
)
def test_a_side_of_a_grade_ends_at_the_next_grade(written: str, some: Truth, none: Truth) -> None:
    grade = variables().get("ascites_grade")
    assert grade is not None
    who = Patient("patient", AS_OF, results={"ascites_grade": (measure(grade, written)[0],)})

    asked: list[Predicate] = [
        Compare("ascites_grade", (Limit("ge", 1),)),
        OneOf("ascites_grade", (0,)),
        Present("ascites"),
    ]

    assert [f.truth for f in findings(asked, who)] == [some, none, some]


def test_a_grade_that_no_complete_list_knows_is_open_and_says_why() -> None:
    some = Compare("ascites_grade", (Limit("ge", 1),))
    grade = Result("ascites_grade", 2, 2, value=2)
    who = Patient("patient", AS_OF, results={"ascites_grade": (grade,)}, complete=frozenset({"conditions"}))

    (finding,) = findings([some], who)

    assert finding.truth is Truth.UNKNOWN
    assert [e.detail for e in finding.evidence] == ["conflict"]
    assert findings([some], replace(who, complete=frozenset()))[0].truth is Truth.MET
    assert findings([some], replace(who, results={}))[0].truth is Truth.NOT_MET
    assert findings([Compare("ascites_grade", (Limit("le", 2),))], who)[0].truth is Truth.MET  # both say so


def pieces(who: Patient) -> list[Patient]:
    """The patient without one piece of what is known, for each: of which nothing says that it was ever there.

    A list that lost an entry is complete for nobody, as readers have it; an earlier value of a variable, or an earlier
    entry of a concept, says something of its own, so that all of them are lost together.
    """
    results = [replace(who, results={v: r for v, r in who.results.items() if v != name}) for name in who.results]
    facts = []
    for name in who.facts:
        lacks = frozenset((LIST_OF[CONCEPTS[name]],)) | who.in_part
        facts.append(replace(who, facts={c: f for c, f in who.facts.items() if c != name}, in_part=lacks))
    absent = [replace(who, absent=who.absent - {name}, never=who.never - {name}) for name in who.absent]
    complete = [replace(who, complete=who.complete - {name}) for name in who.complete]
    attested = [replace(who, attested={k: v for k, v in who.attested.items() if k != n}) for n in who.attested]
    return [*results, *facts, *absent, *complete, *attested, replace(who, never=frozenset())]


@given(several, patients(), policies)
@settings(law, max_examples=150)
def test_losing_any_one_piece_of_knowledge_never_turns_an_answer(
    found: list[Predicate], who: Patient, how: Policy
) -> None:
    """What the caller assumes of silence is no knowledge: every answer that rests on it says so."""
    how = replace(how, assume_absent=frozenset())
    assume(not contradicts_its_scores(who, how) and not ends_what_goes_on(who))
    assume(len(set(who.attested.values())) < 2)  # what is attested for one criterion goes before its topic
    before = findings(found, who, how)
    for less in pieces(who):
        for one, other in zip(before, findings(found, less, how), strict=True):
            assert {one.truth, other.truth} != {Truth.MET, Truth.NOT_MET}


@law
@given(several, patients(), policies)
def test_results_that_grow_too_old_never_flip_an_answer(found: list[Predicate], who: Patient, how: Policy) -> None:
    """What is too old may give way to what the rest of the record says of it: then the two must not contradict."""
    who = replace(who, results={name: rs for name, rs in who.results.items() if name not in ORDINALS})
    endless = replace(how, max_age=NO_LIMIT)
    assume(not contradicts_its_scores(who, how) and not contradicts_its_scores(who, endless))

    assert all(map(never_flips, findings(found, who, endless), findings(found, who, how)))


@law
@given(several, patients(), policies, st.sampled_from(("sex", "birth", "absent", "complete", "attested", "facts")))
def test_losing_what_else_is_known_never_flips_an_answer(
    found: list[Predicate], who: Patient, how: Policy, part: str
) -> None:
    nothing: dict[str, Any] = {"sex": None, "birth": None, "absent": frozenset(), "complete": frozenset()}
    less = replace(who, **{part: nothing.get(part, {})})
    later = how
    if part == "facts":  # a list without what it named is no longer complete
        less, later = replace(less, complete=frozenset()), replace(how, assume_absent=frozenset())

    assert all(map(never_flips, findings(found, who, how), findings(found, less, later)))


@law
@given(st.sampled_from(STATED), patients(), policies, st.data())
def test_a_stated_score_decides_whatever_its_inputs_give(
    name: str, who: Patient, how: Policy, data: st.DataObject
) -> None:
    limit = Compare(name, (Limit("gt", data.draw(st.sampled_from(QUANTITIES[name]))),))
    value = float(data.draw(st.sampled_from(QUANTITIES[name])))
    stated = {name: (Result(name, value, value, value=value),)}
    beside = replace(who, results={**who.results, **stated})
    alone = Patient("patient", AS_OF, results=stated)

    assert findings([limit], beside, how)[0].truth is findings([limit], alone, how)[0].truth


@law
@given(several, patients(), policies, st.randoms(use_true_random=False))
def test_the_order_of_the_record_changes_nothing(
    found: list[Predicate], who: Patient, how: Policy, luck: random.Random
) -> None:
    """Readers put the latest result first; all other order is the record's."""
    results = {v: tuple(sorted(luck.sample(rs, len(rs)), key=latest_first)) for v, rs in shuffled(who.results, luck)}
    facts = {c: tuple(luck.sample(fs, len(fs))) for c, fs in shuffled(who.facts, luck)}

    assert outline(findings(found, who, how)) == outline(
        findings(found, replace(who, results=results, facts=facts), how)
    )


def shuffled(groups: Mapping[str, T], luck: random.Random) -> list[tuple[str, T]]:
    """The items in any order."""
    return luck.sample(sorted(groups.items(), key=lambda item: item[0]), len(groups))


@law
@given(several, patients(), st.sampled_from(list(CONCEPTS)), st.sampled_from(list(QUANTITIES)), st.integers(1, 400))
def test_what_lies_after_the_day_changes_nothing(
    found: list[Predicate], who: Patient, concept: str, variable: str, days: int
) -> None:
    later = PartialDate(AS_OF + timedelta(days=days), AS_OF + timedelta(days=days))
    result = Result(variable, 1.0, 1.0, date=later, value=1.0)
    fact = Fact(concept, CONCEPTS[concept], "active", later)
    more = replace(
        who,
        results={**who.results, variable: (result, *who.results.get(variable, ()))},
        facts={**who.facts, concept: (fact, *who.facts.get(concept, ()))},
    )

    assert outline(findings(found, who)) == outline(findings(found, more))


@law
@given(several, patients(), policies)
def test_every_criterion_gets_a_finding_and_every_open_one_a_reason(
    found: list[Predicate], who: Patient, how: Policy
) -> None:
    made = findings(found, who, how)

    assert len(made) == len(found)
    assert [len(f.evidence) for f in made] == [len(list(leaves(p))) for p in found]
    for finding in made:
        assert bool(finding.reasons) == (finding.truth is Truth.UNKNOWN)
        assert all((e.reason is not None) == (e.truth is Truth.UNKNOWN) for e in finding.evidence)


def by_the_tables(predicate: Predicate, truths: list[Truth]) -> Truth:
    """The truth of a predicate from those of its leaves, in their order."""
    match predicate:
        case AllOf(parts):
            return all_of([by_the_tables(p, truths) for p in parts])
        case AnyOf(parts):
            return any_of([by_the_tables(p, truths) for p in parts])
        case AtLeast(count, parts):
            return at_least(count, [by_the_tables(p, truths) for p in parts])
        case Not(part):
            return not_(by_the_tables(part, truths))
        case IfThen(condition, then):
            return any_of((not_(by_the_tables(condition, truths)), by_the_tables(then, truths)))
    return truths.pop(0)


@law
@given(several, patients(), policies)
def test_a_predicate_is_as_true_as_its_leaves_make_it(found: list[Predicate], who: Patient, how: Policy) -> None:
    for predicate, finding in zip(found, findings(found, who, how), strict=True):
        assert finding.truth is by_the_tables(predicate, [e.truth for e in finding.evidence])


@law
@given(
    st.lists(st.tuples(predicates, st.sampled_from(("inclusion", "exclusion")), st.sampled_from((None, "A", "B")))),
    st.lists(patients(), min_size=1, max_size=3),
    policies,
)
def test_the_verdict_alone_is_that_of_the_explanation(
    criteria: list[tuple[Predicate, str, str | None]], who: list[Patient], how: Policy
) -> None:
    """The fast path looks no further than it must and reuses the answers for an empty record."""
    made = [
        Criterion(f"C{i}", kind, "text", predicate, cohort)  # type: ignore[arg-type]  # sampled from the two kinds
        for i, (predicate, kind, cohort) in enumerate(criteria)
    ]
    cohorts = tuple(Cohort(arm, arm) for arm in ("A", "B") if any(c.cohort == arm for c in made))
    plan = compile_rules(RuleSet("NCT00000001", "a trial", cohorts=cohorts, criteria=tuple(made)))
    engine = Engine([plan, plan_of(*(c.predicate for c in made), trial="NCT00000002")], how)
    for patient in who:
        screening = explain(engine, patient)
        chart = Chart(patient, how)
        answers = engine.answers(patient)

        assert engine.verdicts(patient) == tuple(t.verdict for t in screening.trials)
        assert [answers.outcome(n)[:3] for n in range(len(engine.tests))] == [t(chart)[:3] for t in engine.tests]


UNITS = [(v.id, unit) for v in variables() if v.id in QUANTITIES for unit in v.units]
SIDES = {"lt": (1, 0, 0), "le": (1, 1, 0), "gt": (0, 0, 1), "ge": (0, 1, 1), "eq": (0, 1, 0)}


def beside(limit: float, factor: float, name: str) -> float:
    """The value by so much beside a limit; the next whole number where the variable has only such."""
    return limit + (factor > 1) - (factor < 1) if is_whole(name) else limit * factor


@pytest.mark.parametrize(("name", "unit"), UNITS)
def test_a_limit_holds_just_below_at_and_just_above_itself_whatever_the_units(name: str, unit: str) -> None:
    """The limit in one unit, the value in the other, and the other way round; each limit with few digits in its own."""
    variable = variables().get(name)
    assert variable is not None
    for limit_unit, value_unit in {(unit, variable.unit), (variable.unit, unit), (unit, unit)}:
        for canonical in QUANTITIES[name]:
            limit = float(f"{convert(canonical, variable.unit, limit_unit, variable):.3g}")
            engine = Engine([plan_of(*(Compare(name, (Limit(op, limit, limit_unit),)) for op in SIDES))])  # type: ignore[arg-type]
            for place, factor in enumerate((1 - 1e-6, 1, 1 + 1e-6)):
                value = beside(convert(limit, limit_unit, value_unit, variable), factor, name)
                result, _ = measure(variable, value, value_unit)
                found = explain(engine, Patient("patient", AS_OF, results={name: (result,)})).trials[0].findings

                assert [f.truth is Truth.MET for f in found] == [bool(held[place]) for held in SIDES.values()]


@pytest.mark.parametrize(("name", "unit"), UNITS)
def test_so_much_above_normal_is_the_same_limit_in_whatever_units(name: str, unit: str) -> None:
    """The difference is written in one unit, and the value with its limit of normal in the other."""
    variable = variables().get(name)
    assert variable is not None
    normal, apart = float(QUANTITIES[name][2]), QUANTITIES[name][0] / 2  # as laboratories may have it
    for limit_unit, value_unit in {(unit, variable.unit), (variable.unit, unit), (unit, unit)}:
        step = convert(apart, variable.unit, limit_unit, variable) - convert(0, variable.unit, limit_unit, variable)
        for written in (float(f"{step:.3g}"), -float(f"{step:.3g}")):
            leaves = (Compare(name, (Limit(op, written, limit_unit, above="ULN"),)) for op in SIDES)  # type: ignore[arg-type]
            engine = Engine([plan_of(*leaves)])
            limit = normal + difference_to_canonical(written, limit_unit, variable)
            high = convert(normal, variable.unit, value_unit, variable)
            if variable.plausible and not variable.plausible[0] < limit < variable.plausible[1]:
                continue  # no value there decides anything
            for place, factor in enumerate((1 - 1e-6, 1, 1 + 1e-6)):
                value = beside(convert(limit, variable.unit, value_unit, variable), factor, name)
                result, _ = measure(variable, value, value_unit, Ends(None, high))
                found = explain(engine, Patient("patient", AS_OF, results={name: (result,)})).trials[0].findings

                assert [f.truth is Truth.MET for f in found] == [bool(held[place]) for held in SIDES.values()]


@law
@given(st.lists(any_leaf, min_size=1, max_size=4), st.data())
def test_a_patient_in_other_units_gets_the_same_findings(found: list[Predicate], data: st.DataObject) -> None:
    here, there = {}, {}
    for name, values in QUANTITIES.items():
        variable = variables().get(name)
        assert variable is not None
        value = data.draw(st.sampled_from(values))
        unit = data.draw(st.sampled_from(variable.units or (variable.unit,)))
        here[name] = (measure(variable, value, variable.unit)[0],)
        there[name] = (measure(variable, convert(value, variable.unit, unit, variable), unit)[0],)
    one, other = Patient("patient", AS_OF, results=here), Patient("patient", AS_OF, results=there)

    assert outline(findings(found, one)) == outline(findings(found, other))
