"""The whole of `grammar/variables.yaml` and how it is looked up; spellings, broken files, hospital labels are cases."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eligo.errors import EligoError
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.units import convert, to_canonical, ucum
from eligo.vocabulary.variable import Variable, name_key, spelling_key
from eligo.vocabulary.variables import load, variables
from eligo.vocabulary.variables_file import check_digit_fits, read

CASES = Path(__file__).parent / "cases" / "variables"
ALL = list(variables())
SPELLINGS = [(text, v.id) for v in ALL for text in v.spellings]
AGREED = """
    age weight height body_mass_index body_surface_area sex total_bilirubin direct_bilirubin inr
    prothrombin_activity prothrombin_time platelets albumin creatinine sodium potassium alt ast alp ggt hemoglobin
    white_blood_cells neutrophils lymphocytes alpha_fetoprotein ammonia lactate oxygen_saturation pao2 fio2
    pao2_fio2_ratio mean_arterial_pressure systolic_blood_pressure diastolic_blood_pressure heart_rate temperature
    respiratory_rate egfr creatinine_clearance child_pugh_score child_pugh_class meld meld_na meld_3 clif_c_of
    clif_c_aclf aclf_grade organ_failures hepatic_encephalopathy_grade ascites_grade nyha_class ctcae_grade ecog
    asa_class karnofsky life_expectancy hba1c fasting_glucose hbv_dna hcv_rna alcohol_intake alcohol_use_duration
    alcohol_abstinence_duration treatment_duration gestational_age crp procalcitonin fibrinogen
    esophageal_varices_grade lvef qtc apri fib4 albi maddrey
"""
CANONICAL = """
    total_bilirubin umol/L, creatinine umol/L, albumin g/L, platelets 10*9/L, hemoglobin g/L, prothrombin_activity %,
    prothrombin_time s, inr 1, oxygen_saturation %, lactate mmol/L, mean_arterial_pressure mm[Hg], pao2 mm[Hg], fio2 1,
    pao2_fio2_ratio mm[Hg], weight kg, height cm, age a, alcohol_intake g/d, alcohol_use_duration a,
    alcohol_abstinence_duration mo, treatment_duration d, life_expectancy mo, hbv_dna [IU]/mL
"""


def rows(name: str) -> list[dict[str, str]]:
    with (CASES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def id_of(found: Variable | None) -> str:
    return found.id if found else ""


# --- the file


def test_the_agreed_variables_are_there_in_their_canonical_units() -> None:
    units = dict(part.split() for part in CANONICAL.split(","))

    assert [id_ for id_ in AGREED.split() if id_ not in variables()] == []
    assert {v.id: v.unit for v in ALL if v.id in units} == units
    assert len(ALL) >= 500


def test_no_spelling_belongs_to_two_variables() -> None:
    owners = defaultdict(set)
    for text, id_ in SPELLINGS:
        owners[name_key(text)].add(id_)

    assert {key: ids for key, ids in owners.items() if len(ids) > 1} == {}


def test_every_loinc_code_has_its_check_digit_and_one_owner() -> None:
    codes = [code for v in ALL for code in v.loinc]

    assert [code for code in codes if not check_digit_fits(code)] == []
    assert len(codes) == len(set(codes))


def test_every_unit_is_ucum_and_reaches_the_canonical_one() -> None:
    assert [(v.id, u) for v in ALL for u in v.units if ucum(u) != u] == []
    for v in ALL:
        # Rising values stay rising: a unit that turned the order round would flip every comparison.
        assert all(to_canonical(1, u, v) < to_canonical(2, u, v) for u in v.units), v.id
        assert v.units[0] == v.unit


def test_mass_and_amount_come_with_a_molar_mass_or_a_conversion() -> None:
    def kinds(v: Variable) -> set[str]:
        plain = [u for u in v.units if u not in v.conversions]
        return {found[1] for u in plain if (found := re.match(r"[munp]?(mol|g)/", u))}

    both = {v.id for v in ALL if kinds(v) == {"mol", "g"}}

    assert both == {v.id for v in ALL if v.molar_mass is not None}


@pytest.mark.parametrize("row", rows("factors.csv"), ids=lambda row: f"{row['variable']} {row['from']}")
def test_the_factors_of_the_clinical_tables_come_out(row: dict[str, str]) -> None:
    # AMA Manual of Style, 11th ed, 2020, SI conversions; for hormones and peptides the sources in variables.yaml
    variable = variables().get(row["variable"])
    assert variable is not None

    assert convert(1, row["from"], row["to"], variable) == pytest.approx(float(row["factor"]), rel=0.004)


def test_hba1c_follows_the_master_equation() -> None:
    hba1c = variables().get("hba1c")
    assert hba1c is not None

    assert to_canonical(53, "mmol/mol", hba1c) == pytest.approx(7.0, abs=0.005)
    assert to_canonical(42, "mmol/mol", hba1c) == pytest.approx(6.0, abs=0.01)


def test_every_number_is_bounded_and_normal_values_are_plausible() -> None:
    assert [v.id for v in ALL if v.plausible is None] == ["sex"]
    for v in ALL:
        low, high = v.plausible or (0, 0)
        ends = [end for r in v.references for end in (r.low, r.high) if end is not None]
        assert all(low <= end <= high for end in ends), v.id
        assert all(r.low is None or r.high is None or r.low < r.high for r in v.references), v.id


def test_a_reference_range_is_for_both_sexes_or_for_each() -> None:
    assert {tuple(sorted(r.sex or "both" for r in v.references)) for v in ALL} == {
        (),
        ("both",),
        ("female", "male"),
        ("male",),  # prostate specific antigen
    }


def test_the_reference_range_of_an_unknown_sex_is_unknown() -> None:
    creatinine, albumin = variables().get("creatinine"), variables().get("albumin")
    assert creatinine is not None
    assert albumin is not None

    assert creatinine.reference() is None
    assert (female := creatinine.reference("female")) is not None
    assert (male := creatinine.reference("male")) is not None
    assert (female.high, male.high) == (80, 106)
    assert albumin.reference() == albumin.reference("male") == albumin.references[0]


def test_every_ordinal_has_plausible_grades_and_every_concept_exists() -> None:
    for v in ALL:
        assert bool(v.grades) == (v.kind == "ordinal"), v.id
        low, high = v.plausible or (0, 0)
        assert all(low <= number <= high for number in v.grades.values()), v.id
        assert v.concept is None or v.concept in concepts(), v.id
    assert {v.id for v in ALL if v.values} == {"sex"}


def test_every_question_asks() -> None:
    assert [v.id for v in ALL if not v.question or not v.question.endswith("?") or not v.question[0].isupper()] == []


@pytest.mark.parametrize(
    ("id_", "label", "number"),
    [
        ("hepatic_encephalopathy_grade", "Grade III", 3),
        ("hepatic_encephalopathy_grade", "none", 0),
        ("nyha_class", "Class IV", 4),
        ("nyha_class", "nyha", None),
        ("child_pugh_class", "B", 2),
        ("child_pugh_class", "class C", 3),
        ("child_pugh_class", "D", None),
        ("fibrosis_stage", "F4", 4),
        ("tumor_stage", "IIIB", None),
        ("urine_protein_dipstick", "2+", 2),
    ],
)
def test_a_grade_label_gives_its_number_or_nothing(id_: str, label: str, number: int | None) -> None:
    variable = variables().get(id_)
    assert variable is not None

    assert variable.grade(label) == number


def test_sex_takes_the_usual_labels() -> None:
    sex = variables().get("sex")
    assert sex is not None

    assert [sex.value(label) for label in ("M", "Women", "FEMALE", "other")] == ["male", "female", "female", None]


# --- looking up


@pytest.mark.parametrize("row", rows("found.csv"), ids=lambda row: f"{row['word']}|{row['specimen']}")
def test_a_word_finds_its_variable_and_no_other(row: dict[str, str]) -> None:
    assert id_of(variables().find(row["word"], row["specimen"] or None)) == row["variable"]


def test_every_spelling_finds_its_variable() -> None:
    assert [(text, id_) for text, id_ in SPELLINGS if id_of(variables().find(text)) != id_] == []


def test_spelling_keys_keep_signs_that_tell_spellings_apart() -> None:
    assert spelling_key("Lymphocytes %") != spelling_key("Lymphocytes #") != spelling_key("Lymphocytes")


@given(st.sampled_from(SPELLINGS), st.data())
def test_case_blanks_and_hyphens_do_not_count(spelling: tuple[str, str], data: st.DataObject) -> None:
    text, id_ = spelling
    cased = "".join(data.draw(st.sampled_from([c, c.upper(), c.lower()])) for c in text)
    spaced = data.draw(st.sampled_from(["{}", " {} ", "{}:", "\t{}"])).format(
        cased.replace(" ", data.draw(st.sampled_from([" ", "  ", "-", "_"])))
    )

    assert id_of(variables().find(spaced)) == id_


@given(st.text(max_size=30), st.none() | st.text(max_size=20))
def test_any_text_can_be_looked_up(word: str, specimen: str | None) -> None:
    found = variables().find(word, specimen)

    assert found is None or any(name_key(part) for part in word.split())


@pytest.mark.parametrize(
    ("system", "code", "id_"),
    [
        ("http://loinc.org", "1975-2", "total_bilirubin"),
        ("urn:oid:2.16.840.1.113883.6.1", "14631-6", "total_bilirubin"),
        ("LOINC", " 718-7 ", "hemoglobin"),
        ("http://loinc.org", "1975-3", ""),
        ("http://snomed.info/sct", "1975-2", ""),
    ],
)
def test_a_code_finds_its_variable_only_in_its_own_system(system: str, code: str, id_: str) -> None:
    assert id_of(variables().by_code(system, code)) == id_


@pytest.mark.parametrize(
    ("word", "near"),
    [("bilirubine", "bilirubin"), ("creatinin clearence", "creatinine clearance"), ("albumine", "albumin")],
)
def test_a_slip_of_the_pen_gets_a_suggestion(word: str, near: str) -> None:
    assert variables().find(word) is None
    assert (help_ := variables().suggest(word)) is not None
    assert help_.startswith("did you mean")
    assert f"`{near}`" in help_


def test_nonsense_gets_no_suggestion() -> None:
    assert variables().suggest("xqzwv jjkk") is None


def test_abbreviations_that_are_words_count_only_in_their_case() -> None:
    exact = {text for text, _, case_counts in variables().synonym_items() if case_counts}
    free = {text.casefold() for text, _, case_counts in variables().synonym_items() if not case_counts}
    words = {
        "pt",
        "na",
        "k",
        "cr",
        "map",
        "hr",
        "asa",
        "ps",
        "rr",
        "got",
        "quick",
        "cage",
        "audit",
        "pct",
        "los",
        "mets",
    }

    assert words & free == set()
    assert words - {text.lower() for text in exact} == set()


def test_words_of_other_things_do_not_count_in_a_text() -> None:
    in_texts = {text for text, _, _ in variables().synonym_items()}

    assert {"T3", "T4", "C3", "C4", "TB", "ACR", "CO2", "tacrolimus", "bands"} & in_texts == set()


# --- reading the file


@pytest.mark.parametrize("path", sorted((CASES / "broken").glob("*.yaml")), ids=lambda path: path.stem)
def test_a_broken_file_tells_every_problem_with_its_line(path: Path) -> None:
    text = path.read_text("utf-8")
    with pytest.raises(EligoError) as caught:
        read(text, path.name)

    expected = [(code, int(line)) for code, line in re.findall(r"^# expect: (\S+) (\d+)$", text, re.MULTILINE)]
    assert [(p.code, p.place.line) for p in caught.value.problems] == expected
    assert {p.place.file for p in caught.value.problems} == {path.name}


def test_a_misspelt_key_gets_a_suggestion() -> None:
    with pytest.raises(EligoError, match="did you mean `synonyms`"):
        load(CASES / "broken" / "unknown_key.yaml")


def test_a_warm_start_reads_no_yaml(root: Path, tmp_path: Path) -> None:
    code = (
        "import sys; from eligo.vocabulary.variables import variables; print(len(variables()), 'yaml' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": str(root / "src"), "ELIGO_CACHE": str(tmp_path)}

    def start() -> str:
        return subprocess.run(
            [sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True
        ).stdout

    assert start() == f"{len(ALL)} True\n"
    assert start() == f"{len(ALL)} False\n"


# --- the labels of a hospital


@pytest.fixture(scope="module")
def labels(shared: Path) -> list[dict[str, str]]:
    """Local laboratory labels (label, specimen) with the LOINC code where the mapping is known."""
    # The labels and their concepts are OHDSI/MIMIC's, the codes of the concepts those of MIT-LCP/mimic-code
    # (d_labitems_to_loinc.csv), made by other people than the labels' mapping and than our vocabulary.
    loinc = {row["omop"]: row["loinc"] for row in rows("omop_loinc.csv")}
    with (shared / "data" / "lab_names" / "gcpt_meas_lab_loinc_mod.csv").open(encoding="utf-8", newline="") as file:
        found = [
            (*row["concept_name"].rsplit("|", 2)[:2], loinc.get(row["target_concept_id"], ""))
            for row in csv.DictReader(file)
        ]
    return [dict(zip(("label", "specimen", "loinc"), row, strict=True)) for row in found]


@pytest.mark.shared
def test_hospital_labels_find_what_was_reviewed(labels: list[dict[str, str]]) -> None:
    found = {(r["label"], r["specimen"]): v.id for r in labels if (v := variables().find(r["label"], r["specimen"]))}

    assert found == {(row["label"], row["specimen"]): row["variable"] for row in rows("hospital_labels.csv")}


@pytest.mark.shared
def test_no_hospital_label_finds_another_analyte_than_its_code(labels: list[dict[str, str]]) -> None:
    reviewed = {row["loinc"]: row["variable"] for row in rows("hospital_labels_other_code.csv")}
    wrong = []
    for row in labels:
        found = id_of(variables().find(row["label"], row["specimen"]))
        meant = id_of(variables().by_code("loinc", row["loinc"]))
        if row["loinc"] and found not in ("", meant, reviewed.get(row["loinc"])):
            wrong.append((row["label"], row["specimen"], found, meant))

    assert wrong == []


@pytest.mark.shared
def test_hospital_labels_with_our_codes_are_found_or_listed(labels: list[dict[str, str]]) -> None:
    ours = [r for r in labels if variables().by_code("loinc", r["loinc"])]
    missed = {(r["label"], r["specimen"]) for r in ours if variables().find(r["label"], r["specimen"]) is None}

    assert missed == {(row["label"], row["specimen"]) for row in rows("hospital_labels_missed.csv")}
