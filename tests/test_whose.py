"""Whom a criterion is asked of: others, some of the patients, or nobody can tell; and no item is lost on the way."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eligo.criteria import Always, Attest, Compare, Criterion, Not, Unparsed
from eligo.pages.people import other_people, scope
from eligo.ruleset import dumps, loads
from eligo.trials import read_trial
from eligo.trials.importing import draft
from tests.test_document import LINES

OTHERS = """\
Inclusion Criteria:

- Gout

For women only:
- Negative pregnancy test

Age:
- 18 to 75

Donors:
- Weight above 50 kg

Healthy controls:
- INR below 1.2

Medical history:
- No stroke

Exclusion Criteria:

- Dialysis

Healthy controls:
- Gout
"""


def _criteria(text: str) -> dict[str, Criterion]:
    return {c.id: c for c in draft(read_trial(text, trial="made-up"), text).criteria}


def test_what_is_asked_of_others_is_left_to_a_person_or_bears_on_nothing() -> None:
    found = _criteria(OTHERS)

    assert found["O.I1"].predicate == Attest("other_person")
    assert (found["O.I1-2"].predicate, found["O.E1"].predicate) == (Always(), Not(Always()))
    assert found["O.E1"].text == "Healthy controls: Gout"
    assert found["O.E1"].notes == ("asked of healthy controls: it does not bear on the patient",)


def test_below_a_further_heading_it_is_left_to_a_person_whom_it_means() -> None:
    assert [c.predicate for c in _criteria(OTHERS).values() if "stroke" in c.text] == [Attest("other_person")]


def test_a_heading_that_limits_its_list_or_names_its_value_is_part_of_the_text() -> None:
    found = _criteria(OTHERS)

    assert [found[name].text for name in ("I2", "I3")] == ["For women only: Negative pregnancy test", "Age: 18 to 75"]
    assert isinstance(found["I3"].predicate, Compare)


def test_what_may_be_an_alternative_of_the_item_before_it_is_left_to_a_person() -> None:
    found = _criteria("Inclusion Criteria:\n- Gout with one of the following:\n- a tophus\n- age above 18")

    assert [type(found[name].predicate) for name in ("I2", "I3")] == [Unparsed, Unparsed]


@pytest.mark.parametrize(
    ("name", "standing"),
    [
        ("Donors", "companion"),
        ("Related donor (sibling)", "companion"),
        ("Primary caregivers of the child", "companion"),
        ("Group B (healthy controls)", "apart"),
        ("Control group", "apart"),
        ("Health care providers", "apart"),
        ("Matched healthy volunteers", "well"),
        ("For Healthy Subjects (Cohort 2)", "well"),
        ("Recipients of a kidney of a living donor", None),
        ("Patients and caregivers", None),
        ("Donor lymphocytes", None),
        ("Control of pain", None),
        ("Control arm", None),
        ("Patients with hepatitis", None),
        ("Part A", None),
    ],
)
def test_a_name_says_who_the_people_are(name: str, standing: str | None) -> None:
    found = other_people(name)

    assert (found.standing if found else None) == standing


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("Additional inclusion criteria for patients with HIV", "For patients with HIV"),
        ("Women of childbearing potential", "Women of childbearing potential"),
        ("For women only", "For women only"),
        ("Inclusion criteria for all patients", None),
        ("Inclusion criteria for the study", None),
        ("Exclusion criteria for patients", None),
        ("Laboratory values", None),
    ],
)
def test_a_heading_says_which_patients_it_is_for(heading: str, words: str | None) -> None:
    assert scope(heading) == words


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 6), st.sampled_from(LINES)), min_size=1, max_size=16))
def test_every_item_is_a_criterion_in_its_own_words(lines: list[tuple[int, str]]) -> None:
    text = "Age over 18\n" + "\n".join(" " * indent + line for indent, line in lines)
    page = read_trial(text, trial="made-up")
    ruleset = draft(page, text)
    criteria = {c.id: c for c in ruleset.criteria}

    assert {item.id for item in page.items} <= {*criteria}
    assert all(item.text in criteria[item.id].text for item in page.items)
    assert loads(dumps(ruleset)) == ruleset
