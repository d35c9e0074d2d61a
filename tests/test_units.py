"""Units: spellings to codes, and values to the canonical unit, exactly or not at all."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.units import common_codes, conversions, refused_codes
from eligo.errors import EligoError
from eligo.vocabulary import units
from eligo.vocabulary.unit_spellings import common, parse, readings, under_logarithm
from eligo.vocabulary.units import convert, to_canonical, ucum
from eligo.vocabulary.variables import Variable, variables
from tests.ucum_oracle import Ucum

CASES = Path(__file__).parent / "cases" / "units"


def cases(name: str) -> Any:
    """Read a case file."""
    return yaml.safe_load((CASES / f"{name}.yaml").read_text("utf-8"))


def variable(unit: str, **facts: Any) -> Variable:
    """Make a variable that knows only what the case says."""
    facts["units"] = tuple(facts.get("units", ()))
    return Variable(id="thing", name="thing", kind="quantity", unit=unit, **facts)


BILIRUBIN = variable("umol/L", units=["mg/dL"], molar_mass=584.66)
PLATELETS = variable("10*9/L", units=["/uL"])
TEMPERATURE = variable("Cel", units=["[degF]"])
HBA1C = variable("%", conversions={"mmol/mol": (0.09148, 2.152)})
WAYS = [(BILIRUBIN, u) for u in ("mg/dL", "mmol/L", "g/L", "ug/dL")]
WAYS += [(PLATELETS, u) for u in ("K/uL", "/mm3", "10*6/mL", "lakh/cumm")]
WAYS += [(TEMPERATURE, u) for u in ("[degF]", "K")] + [
    (HBA1C, "mmol/mol"),
    (variable("a"), "mo"),
    (variable("kg"), "lb"),
]
VALUES = st.decimals(min_value="0.001", max_value="99999", places=3).map(float)


@pytest.mark.parametrize(("code", "spelling"), [(c, s) for c, ss in cases("spellings").items() for s in ss])
def test_every_spelling_of_a_unit_gives_its_one_code(code: str, spelling: str) -> None:
    assert ucum(spelling) == code


@pytest.mark.parametrize("spelling", cases("refused"))
def test_a_spelling_with_two_sizes_or_none_is_refused(spelling: str) -> None:
    assert ucum(str(spelling)) is None


def test_a_code_reads_as_itself() -> None:
    for code in [*common(), *cases("spellings")]:
        assert ucum(code) == code


@given(st.text(max_size=20) | st.from_regex(r"[xX]? ?10[\^*e]?[0-9]?[a-zA-Z%µ]{0,4} ?/ ?[a-zA-Z0-9.\[\]{}^³ ]{0,9}"))
@settings(deadline=None)
def test_reading_never_fails_and_what_it_gives_reads_as_itself(text: str) -> None:
    for code in readings(text):
        assert code in readings(code)


CONVERSIONS = [(case["variable"], *row) for case in cases("conversions") for row in case["rows"]]


@pytest.mark.parametrize(("facts", "value", "unit", "expected"), CONVERSIONS)
def test_a_value_in_any_fitting_unit_becomes_the_known_canonical_value(
    facts: dict[str, Any], value: float, unit: str, expected: float
) -> None:
    assert to_canonical(value, unit, variable(**facts)) == expected


@pytest.mark.parametrize(
    ("code", "facts", "unit"), [(code, f, u) for code, rows in cases("mismatches").items() for f, u in rows]
)
def test_a_unit_of_something_else_is_refused_with_help(code: str, facts: dict[str, Any], unit: str) -> None:
    with pytest.raises(EligoError) as caught:
        to_canonical(1, unit, variable(**facts))
    (problem,) = caught.value.problems
    assert problem.code == code
    assert problem.help is not None


def test_an_error_names_the_unit_and_never_the_value() -> None:
    with pytest.raises(EligoError) as caught:
        to_canonical(987.654, "mg/dk", BILIRUBIN)
    (problem,) = caught.value.problems
    assert "`mg/dk`" in problem.message
    assert "`mg/dL`" in (problem.help or "")
    assert "987" not in str(problem)


@given(st.sampled_from(WAYS), VALUES)
@settings(deadline=None)
def test_there_and_back_again_is_the_same_value(way: tuple[Variable, str], value: float) -> None:
    thing, unit = way
    there = to_canonical(value, unit, thing)
    assert convert(there, thing.unit, unit, thing) == pytest.approx(value, rel=1e-9, abs=1e-9)


@given(st.sampled_from(WAYS), VALUES, VALUES)
@settings(deadline=None)
def test_conversion_keeps_the_order(way: tuple[Variable, str], a: float, b: float) -> None:
    thing, unit = way
    x, y = to_canonical(a, unit, thing), to_canonical(b, unit, thing)
    assert (a < b) == (x < y)


@given(VALUES)
@settings(deadline=None)
def test_a_value_at_the_limit_is_equal_to_it_in_whichever_unit_both_are_written(value: float) -> None:
    in_mg = to_canonical(value, "mg/dL", BILIRUBIN)
    assert in_mg == to_canonical(float(Fraction(str(value)) / 100), "g/L", BILIRUBIN)
    assert to_canonical(value, "K/uL", PLATELETS) == to_canonical(float(Fraction(str(value)) * 1000), "/mm3", PLATELETS)
    assert to_canonical(value, "10*9/L", PLATELETS) == value


def test_binary_noise_in_a_value_does_not_move_it_off_its_limit() -> None:
    assert to_canonical(0.1 + 0.2, "mg/dL", variable("mg/dL")) == 0.3
    assert to_canonical(0.1 + 0.2, "mg/dL", BILIRUBIN) == to_canonical(0.3, "mg/dL", BILIRUBIN)


def test_the_ends_of_a_censored_value_stay_infinite() -> None:
    assert to_canonical(math.inf, "mg/dL", BILIRUBIN) == math.inf
    assert to_canonical(-math.inf, "mg/dL", BILIRUBIN) == -math.inf
    assert to_canonical(-math.inf, "log10 IU/mL", variable("[IU]/mL")) == 0
    assert math.isnan(to_canonical(math.nan, "mg/dL", BILIRUBIN))


def test_a_logarithm_is_a_unit_to_convert_into_too() -> None:
    viral_load = variable("[IU]/mL")
    assert convert(2000, "IU/mL", "log10 IU/mL", viral_load) == pytest.approx(3.30103, abs=1e-5)
    assert convert(3, "log10 IU/mL", "log IU/mL", viral_load) == 3


def test_every_unit_that_a_variable_lists_converts_without_a_start_of_pint() -> None:
    for thing in variables():
        for unit in (thing.unit, *thing.units, *thing.conversions):
            to_canonical(1, unit, thing)
            inner = readings(unit)[0]
            assert under_logarithm(inner) or str(parse(inner)) in units._table(), (thing.id, unit)


def test_the_usual_path_imports_neither_pint_nor_yaml(tmp_path: Path) -> None:
    program = (
        "import os, sys\n"
        "from eligo.vocabulary.units import to_canonical, ucum\n"
        "from eligo.vocabulary.variables import Variable\n"
        "v = Variable(id='b', name='b', kind='quantity', unit='umol/L', molar_mass=584.66)\n"
        "to_canonical(12, 'mg/dl', v)\n"
        "print(sorted({'pint', 'yaml'} & set(sys.modules)))\n"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", program],
            env={"ELIGO_CACHE": str(tmp_path), "PYTHONPATH": str(Path(units.__file__).parents[2])},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for _ in range(2)
    ]
    assert runs == ["['pint', 'yaml']", "[]"]


def test_an_uncommon_unit_works_through_pint() -> None:
    assert "mmol/fL" not in units._table()
    assert to_canonical(1, "mmol/fL", variable("mmol/L")) == 1e15


# By these, laboratories mean something else than the standard, which gives the spelling to a unit that no laboratory
# prints (farad, coulomb, gauss, atomic mass, phot) or reads it as 1 times 73 square metres.
LABORATORY_SENSE = re.compile(r"F|C|G|u|ph|.*/1\.73\.m2")


@pytest.fixture(scope="session")
def codes(shared: Path) -> list[str]:
    """All unit codes of the standard's tables and tests."""
    folder = shared / "data" / "ucum"
    found = set(common_codes(folder))
    table = (folder / "TableOfExampleUcumCodesForElectronicMessaging.json").read_text("utf-8")
    found.update(re.findall(r'"inputExpression": "(.*?)"', table))
    found.update(re.findall(r'[uU]nit="([^"]+)"', (folder / "UcumFunctionalTests.xml").read_text("utf-8")))
    found.update(
        row["inputExpression"] for row in json.loads((folder / "ucum-tests.json").read_text("utf-8"))["validate"]
    )
    return sorted(found)


@pytest.mark.shared
def test_no_code_of_the_standard_is_given_a_wrong_size(shared: Path, codes: list[str]) -> None:
    standard = Ucum(shared / "data" / "ucum" / "ucum-essence.xml")
    first: dict[str, tuple[str, Any, units.Size]] = {}
    checked = 0
    for code in codes:
        named, expected = ucum(code), standard.measure(code)
        if named is None or expected is None or LABORATORY_SENSE.fullmatch(code) or under_logarithm(named):
            continue
        size = units._size(named)
        other, other_expected, other_size = first.setdefault(str(size.dimension), (code, expected, size))
        assert other_expected[0] == expected[0], f"{code} and {other} are of one kind here and not in the standard"
        assert size.scale / other_size.scale == expected[1] / other_expected[1], f"{code} against {other}"
        checked += 1
    assert checked > 700


@pytest.mark.shared
def test_conversions_between_units_of_laboratories_pass_and_none_is_wrong(shared: Path) -> None:
    folder = shared / "data" / "ucum"
    common = set(common_codes(folder))
    cases = list(conversions(folder))
    refused = {(c.unit, c.to) for c in cases if {c.unit, c.to} <= common and c.outcome() == "refused"}

    assert [c for c in cases if c.outcome() == "wrong"] == []
    assert sum({c.unit, c.to} <= common and c.outcome() == "passed" for c in cases) >= 23
    assert refused == {("cm", "dm"), ("dm", "cm")}  # `DM` is a disease


@pytest.mark.shared
def test_common_codes_of_laboratories_are_known_or_listed_as_refused(shared: Path) -> None:
    """The share is that of `python -m bench.units`."""
    folder = shared / "data" / "ucum"
    listed = (CASES / "refused_codes.txt").read_text("utf-8").splitlines()[1:]

    assert refused_codes(folder) == listed
    assert 1 - len(listed) / len(common_codes(folder)) > 0.69


@pytest.mark.shared
def test_every_coded_unit_of_the_synthetic_records_is_known(shared: Path) -> None:
    found: set[str] = set()
    for file in (shared / "data" / "fhir_synthea").glob("*.json"):
        found.update(re.findall(r'"unit": ?"([^"]+)"', file.read_text("utf-8")))
    assert len(found) > 10
    assert [unit for unit in sorted(found) if ucum(unit) is None] == []
