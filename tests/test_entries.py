"""Entries of the dictionary and names alone, on lists and in rules: what they leave open, whatever else is recorded."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eligo.criteria import Compare, Excepted, Leaf, Limit, Not, Present, Related, Window
from eligo.evaluate import Engine
from eligo.evaluation.chart import Chart, Policy
from eligo.evaluation.presence import presence
from eligo.patients.model import Fact, FactKind, Patient
from eligo.truth import Truth
from eligo.vocabulary.concepts import concepts, is_entry, is_outside
from eligo.vocabulary.dictionary import dictionary
from eligo.vocabulary.own_names import own_names, use_names
from eligo.vocabulary.relations import ALWAYS, relations
from eligo.vocabulary.site_names import loads
from tests.doors import Run
from tests.evaluating import patient, plan_of
from tests.strategies import AS_OF as DAY

LISTS = frozenset(("conditions", "procedures", "medications"))
CLINICAL = sorted(c.id for c in concepts() if c.kind != "attestation")
NAMED = ["condition:zorblax disease", "procedure:zorblaxectomy", "medication:zorblaxumab"]
law = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@functools.cache
def entries() -> list[str]:
    """Every eleventh entry that the vocabulary lacks, and all that something was reviewed of."""
    found = [entry for entry in dictionary() if entry.concept is None]
    return sorted({e.id for e in found[::11]} | {e.id for e in found[::3] if dictionary().is_a(e.id)})


def ids() -> st.SearchStrategy[str]:
    """Ids of all sorts of things."""
    return st.sampled_from(CLINICAL) | st.deferred(lambda: st.sampled_from(entries())) | st.sampled_from(NAMED)


def facts() -> st.SearchStrategy[Fact]:
    return st.builds(fact, ids(), st.sampled_from(("active", "resolved", "suspected", "planned")))


def fact(concept: str, status: str = "active") -> Fact:
    kinds: dict[str, FactKind] = {"procedure": "procedure", "medication": "medication"}
    return Fact(concept, kinds.get(concepts().kind(concept) or "", "condition"), status)  # type: ignore[arg-type]


def with_complete_lists(*found: Fact) -> Patient:
    by_concept: dict[str, tuple[Fact, ...]] = {}
    for one in found:
        by_concept[one.concept] = (*by_concept.get(one.concept, ()), one)
    return Patient("p", DAY, facts=by_concept, complete=LISTS)


@law
@given(ids(), st.lists(facts(), max_size=4), facts())
def test_one_more_entry_of_any_sort_never_makes_an_absence(asked: str, before: list[Fact], more: Fact) -> None:
    test = presence(Present(asked))
    first, second = (test(Chart(with_complete_lists(*found), Policy())) for found in (before, [*before, more]))

    if second[2] == "list_complete":
        assert first[2] == "list_complete"
    if first[0] is not Truth.NOT_MET and more.status == "active":
        assert second[0] is not Truth.NOT_MET


@law
@given(ids(), ids(), ids(), st.lists(facts(), max_size=4))
def test_only_what_a_record_can_bear_on_is_asked_and_nothing_is_missed(
    asked: str, excepted: str, other: str, found: list[Fact]
) -> None:
    leaves: list[Leaf] = [
        Present(asked),
        Present(asked, but_not=(Excepted(excepted),)),
        Present(other, "history", window=Window(anchor=excepted)),
        Related(Present(asked), "due_to", Present(other)),
        Compare("age", (Limit("ge", 30, "a"),), at=asked),
    ]
    engine = Engine([plan_of(*leaves, *map(Not, leaves))])
    who = with_complete_lists(*found)
    answers = engine.answers(who)

    for number, answer in enumerate(engine.tests):
        assert answers.outcome(number)[:3] == answer(Chart(who, engine.policy))[:3]


@law
@given(ids(), facts())
def test_what_decides_was_reviewed(asked: str, one: Fact) -> None:
    truth = presence(Present(asked))(Chart(with_complete_lists(one), Policy()))[0]

    if truth is Truth.MET:
        assert asked in concepts().ancestors(one.concept)
    if is_entry(one.concept) and asked in concepts().may_be(one.concept):
        assert truth is not Truth.NOT_MET or one.status in ("resolved", "planned")


@law
@given(ids())
def test_an_id_means_the_same_through_every_door(id_: str) -> None:
    known = concepts()
    concept = known.get(id_)

    assert concept is not None
    assert id_ in known
    assert known.find(id_) == concept
    assert known.kind(id_) == concept.kind
    assert concept.id == id_ == known.canonical(id_)
    assert known.ancestors(id_) == known.ancestors(concept.id) >= {id_, *concept.parents}
    assert id_ in known.descendants(id_)
    if is_outside(id_):
        assert known.descendants(id_) == {id_}
        assert known.grades([id_]) == {}


def test_an_entry_that_is_a_concept_goes_by_its_id() -> None:
    known = concepts()

    assert known.canonical("MONDO:0015924") == "pulmonary_arterial_hypertension"
    assert known.descendants("MONDO:0015924") == known.descendants("pulmonary_arterial_hypertension")
    assert "MONDO:1" not in known
    assert known.get("MONDO:1") is None
    assert known.ancestors("MONDO:1") == frozenset()


@pytest.mark.parametrize(
    ("asked", "recorded", "statuses"),
    [
        ("heart_disease", "MONDO:0001049", ALWAYS),
        ("hiv_infection", "MONDO:0001049", None),
        ("malignancy", "MONDO:0002580", None),  # which decides
        ("MONDO:0018102", "MONDO:0009020", ALWAYS),  # a terminology puts it below
        ("MONDO:0009020", "MONDO:0018102", ALWAYS),  # and above
        ("ascites", "condition:zorblax disease", ALWAYS),
        ("ascites", "medication:zorblaxumab", None),
        ("condition:zorblax disease", "condition:another disease", None),
    ],
)
def test_what_a_thing_beyond_the_vocabulary_leaves_open(
    asked: str, recorded: str, statuses: frozenset[str] | None
) -> None:
    assert relations().left_open_by(asked, recorded) == statuses


# --- a site's own names


@pytest.fixture
def own() -> Iterator[None]:
    """Two names of a site."""
    rows = "Fibrolocal disease,condition,Z1,local,liver disease\nDressler syndrome,condition,Z2,local,\n"
    use_names(loads("name,kind,code,system,parent\n" + rows)[0])
    yield
    use_names(())


@pytest.mark.usefixtures("own")
def test_the_names_of_a_site_go_before_the_dictionary() -> None:
    assert concepts().named("condition", "Fibrolocal-disease") == "site:local Z1"
    assert concepts().named("condition", "Dressler syndrome") == "site:local Z2"
    assert relations().left_open_by("liver_disease", "site:local Z1") == ALWAYS
    assert list(patient(conditions=[{"concept": "fibrolocal disease"}]).facts) == ["site:local Z1"]


def test_names_are_forgotten_with_their_file() -> None:
    use_names(loads("name,kind\nDressler syndrome,condition\n")[0])
    during = concepts().named("condition", "Dressler syndrome")
    use_names(())

    assert (during, concepts().named("condition", "Dressler syndrome")) == ("site:dressler_syndrome", "MONDO:0001049")


def test_a_command_takes_the_names_of_a_site(run: Run, tmp_path: Path) -> None:
    names, record, rules = tmp_path / "names.csv", tmp_path / "p.json", tmp_path / "rules"
    names.write_text("name,kind,parent\nFibrolocal disease,condition,liver disease\n", "utf-8")
    record.write_text(
        json.dumps(
            {"as_of": "2026-11-20", "conditions": [{"concept": "fibrolocal disease"}], "complete": ["conditions"]}
        ),
        "utf-8",
    )
    rules.mkdir()
    (rules / "NCT00000001.yaml").write_text(
        "trial: NCT00000001\ntitle: invented\nsource: {}\ncriteria:\n"
        "- {id: I1, kind: inclusion, text: a sentence, when: {named: fibrolocal disease, kind: condition}}\n"
        "- {id: E1, kind: exclusion, text: a sentence, when: {concept: liver_disease}}\n"
        "- {id: E2, kind: exclusion, text: a sentence, when: {concept: hiv_infection}}\n",
        "utf-8",
    )
    more = ("--rules", str(rules), "--vocabulary", str(names))

    (line,) = run("screen", str(record), *more, "--json").out.splitlines()
    bearings = {c["id"]: c["bearing"] for c in json.loads(line)["trials"][0]["criteria"]}
    kept = tmp_path / "audit.json"
    audited = run("audit", str(record), *more, "--record", str(kept))

    assert bearings == {"I1": "passes", "E1": "open", "E2": "passes"}
    assert run("screen", str(record), *more[:2]).code == 1  # without the file, nobody knows the name
    assert audited.code == 4
    assert run("audit", "--verify", str(kept)).code == 0
    assert own_names() == ()
