"""How old results may be and how long entries last: all of `grammar/ages.yaml`, and what is wrong with such a file."""

from __future__ import annotations

import pytest

from eligo.data import data_dir
from eligo.errors import EligoError
from eligo.vocabulary.ages import is_event, lasting, result_age
from eligo.vocabulary.ages_file import read
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.variables import variables

TEXT = (data_dir("grammar") / "ages.yaml").read_text("utf-8")


def problems(old: str, new: str) -> list[tuple[str, int | None]]:
    """What is wrong with the file after a change, with the lines."""
    assert old in TEXT
    with pytest.raises(EligoError) as error:
        read(TEXT.replace(old, new, 1), "ages.yaml", concepts(), variables())
    return [(problem.code, problem.place.line) for problem in error.value.problems]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("visit: 1 a", "visits: 1 a", "unknown-key"),
        ("visit: 1 a", "visit: a year", "age-length"),
        ("90 d: [quantity", "90 days: [quantity", "age-length"),
        ("[quantity, ratio", "[quantity, ratios", "unknown-name"),
        ("[lactation,", "[lactation, pregnancy,", "name-twice"),
        ("3 a: [lactation, tuberculosis, fungal_infection]", "3 a: lactation", "age-shape"),
    ],
)
def test_what_is_wrong_with_the_file_is_told_with_its_line(old: str, new: str, code: str) -> None:
    found = problems(old, new)

    assert code in [name for name, _ in found]
    assert all(line for _, line in found)


def test_every_event_ends_and_only_named_variables_never_grow_too_old() -> None:
    endless = {c.id for c in concepts() if is_event(c.id) and c.kind != "procedure" and lasting(c.id) is None}
    kept = {v.id for v in variables() if result_age(v.id) is None}

    assert endless <= {"spinal_cord_injury", "heavy_menstrual_bleeding"}
    assert {"height", "age", "sex"} <= kept
    assert len(kept) < 25


def test_a_kind_lasts_as_long_as_the_nearest_that_says_so() -> None:
    assert str(lasting("bacterial_pneumonia")) == "3 mo"  # of pneumonia and of infection, the shortest
    assert str(lasting("asthma_exacerbation")) == "4 wk"  # an event, though asthma is for life
    assert lasting("crohn_disease", visit=True) is None
    assert lasting("edema") is None
    assert str(lasting("edema", visit=True)) == "1 a"


def test_ages_fall_in_the_order_of_the_kinds() -> None:
    assert [str(result_age(name)) for name in ("platelets", "heart_rate", "meld", "ecog", "lvef")] == [
        "90 d",
        "90 d",
        "90 d",
        "180 d",
        "180 d",
    ]
