"""The vocabulary of concepts: that every name, code and is-a means what a clinician would say it means."""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eligo.data import data_dir
from eligo.errors import EligoError
from eligo.vocabulary.concept import Concept, word_key
from eligo.vocabulary.concepts import Concepts, concepts, load
from eligo.vocabulary.concepts_file import read
from eligo.vocabulary.variables import variables
from eligo.yamltext import read_yaml

CASES = Path(__file__).parent / "cases" / "concepts"
ALL = [c.id for c in concepts()]

# J. Verhoeff, Error detecting decimal codes, 1969: the check digit of SNOMED CT identifiers.
_D = ["0123456789", "1234067895", "2340178956", "3401289567", "4012395678"]
_D += ["5987604321", "6598710432", "7659821043", "8765932104", "9876543210"]
_P = ["0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258"]


def case(name: str) -> Any:
    return read_yaml((CASES / f"{name}.yaml").read_text("utf-8")).data


def one(id_: str) -> Concept:
    found = concepts().get(id_)
    assert found is not None, f"no concept {id_}"
    return found


def verhoeff(code: str) -> bool:
    check = 0
    for place, digit in enumerate(reversed(code)):
        check = int(_D[check][int(_P[place % 8][int(digit)])])
    return check == 0


def is_a_rows(truth: str) -> list[tuple[str, str]]:
    return [(child, ancestor) for child, ancestors in case("is_a")[truth].items() for ancestor in ancestors]


# --- names


@pytest.mark.parametrize(("name", "id_"), case("names").items())
def test_name_means_its_concept(name: str, id_: str | None) -> None:
    found = concepts().find(name)
    assert (found.id if found else None) == id_


def test_every_id_name_and_synonym_finds_its_own_concept() -> None:
    lost = [(c.id, w) for c in concepts() for w in (c.id, *c.words) if concepts().find(w) is not c]
    assert not lost


def test_case_hyphens_and_the_plural_do_not_count() -> None:
    shouted = [(c.id, w) for c in concepts() for w in c.words if concepts().find(w.upper().replace("-", " ")) is not c]
    plural = [(c.id, w) for c in concepts() for w in c.words if w[-1] in "nr" and concepts().find(w + "s") is not c]
    assert not shouted
    assert not plural


def test_no_synonym_is_written_twice_in_one_concept() -> None:
    twice = [c.id for c in concepts() if len(set(c.words)) != len(c.words)]
    assert not twice


def test_marked_synonyms_are_synonyms() -> None:
    assert not [(c.id, w) for c in concepts() for w in c.ambiguous if w not in c.words]
    assert not [(c.id, w) for c in concepts() for w in c.exact if w.islower()]


def test_two_letter_abbreviations_count_only_as_written() -> None:
    loose = [(c.id, w) for c in concepts() for w in (c.name, *c.synonyms) if len(w) < 3]
    assert not loose


def test_no_word_names_a_concept_and_a_variable_unless_it_is_marked_ambiguous() -> None:
    both = [(c.id, w, v.id) for c in concepts() for w in c.words if (v := variables().find(w)) and w not in c.ambiguous]
    assert not both


def test_sbp_is_marked_because_it_is_a_blood_pressure_too() -> None:
    assert "SBP" in one("spontaneous_bacterial_peritonitis").ambiguous


def test_unknown_name_gets_a_suggestion() -> None:
    assert "`hepatitis B`" in str(concepts().suggest("hepatitus B"))
    assert "`hepatocellular carcinoma`" in str(concepts().suggest("hepatocelular carcinoma"))
    assert concepts().suggest("xqzzyk") is None


def test_synonym_items_give_every_word_once_with_its_case_mark() -> None:
    items = list(concepts().synonym_items())
    assert len(items) == len(set(items)) == sum(len(c.words) for c in concepts())
    assert ("TIPS", "tips", True) in items
    assert ("hepatoma", "hepatocellular_carcinoma", False) in items


@given(st.text(max_size=40))
def test_any_text_is_looked_up_without_an_error(text: str) -> None:
    found = concepts().find(text)
    assert found is None or found.id in concepts()
    graded = concepts().find_graded(text)
    assert graded is None or graded[1] in variables()


@given(st.text(max_size=40))
def test_key_of_a_name_depends_on_neither_case_nor_hyphens(text: str) -> None:
    spellings = [["ae", "e"]]
    plain = re.sub(r"[^a-zA-Z ]", "", text).strip()
    assert word_key(plain.upper(), spellings) == word_key(plain.lower().replace(" ", "-"), spellings)


# --- is-a


@pytest.mark.parametrize(("child", "ancestor"), is_a_rows("true"))
def test_patient_with_the_one_always_has_the_other(child: str, ancestor: str) -> None:
    assert one(ancestor).id in concepts().ancestors(one(child).id)
    assert child in concepts().descendants(ancestor)


@pytest.mark.parametrize(("child", "ancestor"), is_a_rows("false"))
def test_the_other_does_not_follow(child: str, ancestor: str) -> None:
    assert one(ancestor).id not in concepts().ancestors(one(child).id)
    assert child not in concepts().descendants(ancestor)


def test_is_a_is_tried_at_least_sixty_times_each_way() -> None:
    assert min(len(is_a_rows("true")), len(is_a_rows("false"))) >= 60


@given(st.sampled_from(ALL))
def test_ancestors_hold_the_parents_and_theirs(id_: str) -> None:
    above = concepts().ancestors(id_)
    assert id_ in above
    for parent in one(id_).parents:
        assert concepts().ancestors(parent) <= above
        assert id_ not in concepts().ancestors(parent)


@given(st.sampled_from(ALL), st.sampled_from(ALL))
def test_descendants_are_ancestors_read_backwards(one_id: str, other: str) -> None:
    assert (one_id in concepts().descendants(other)) == (other in concepts().ancestors(one_id))


def test_unknown_id_has_no_relatives() -> None:
    assert concepts().ancestors("nonsense") == concepts().descendants("nonsense") == frozenset()
    assert concepts().get("nonsense") is None


def test_parents_are_of_the_same_kind() -> None:
    mixed = [(c.id, p) for c in concepts() for p in c.parents if one(p).kind != c.kind]
    assert not mixed


def test_parent_is_named_only_where_it_does_not_follow_from_another_parent() -> None:
    idle = [
        (c.id, p) for c in concepts() for p in c.parents for q in c.parents if p != q and p in concepts().ancestors(q)
    ]
    assert not idle


def test_sex_of_a_concept_holds_for_all_its_kinds() -> None:
    odd = [
        (c.id, d) for c in concepts() if c.sex for d in concepts().descendants(c.id) if one(d).sex not in (None, c.sex)
    ]
    assert not odd
    assert {one(id_).sex for id_ in ("pregnancy", "lactation", "positive_pregnancy_test")} == {"female"}
    assert one("prostate_cancer").sex == "male"


# --- times


@pytest.mark.parametrize(("id_", "aspect"), [(i, a) for a, ids in case("aspects").items() for i in ids])
def test_aspect_says_how_times_are_meant(id_: str, aspect: str) -> None:
    assert one(id_).aspect == aspect


@pytest.mark.parametrize(("id_", "answer"), [(i, a) for a, ids in case("fluctuates").items() for i in ids])
def test_active_means_more_than_on_the_list_where_it_waxes_and_wanes(id_: str, answer: str) -> None:
    assert one(id_).fluctuates is (answer == "true")


def test_no_name_of_what_waxes_and_wanes_holds_the_word_active() -> None:
    """The word is a qualifier there: a name that takes it in would lose it."""
    assert not [(c.id, w) for c in concepts() if c.fluctuates for w in c.words if "active" in w.casefold().split()]


def test_aspect_is_one_of_three() -> None:
    assert {c.aspect for c in concepts()} == {"event", "state", "exposure"}


USUAL = {("procedure", "aspect"): "event", ("medication", "aspect"): "exposure"}


def expected(id_: str, key: str, stated: dict[str, Any]) -> set[Any]:
    """What the parents say where any of them or of theirs states it, else what is usual for the kind."""
    above = {getattr(one(p), key) for p in one(id_).parents if concepts().ancestors(p) & stated.keys()}
    if not above and key == "fluctuates" and holds_waxing(id_, stated):
        return {True}
    return above or {USUAL.get((one(id_).kind, key), "state" if key == "aspect" else False)}


def holds_waxing(id_: str, stated: dict[str, Any]) -> bool:
    """Whether a kind of the concept states that it waxes and wanes, and nothing is stated of those between them."""
    kinds = [c.id for c in concepts() if id_ in c.parents]
    free = [kind for kind in kinds if not (concepts().ancestors(kind) - concepts().ancestors(id_)) & stated.keys()]
    return any(stated.get(kind) for kind in kinds) or any(holds_waxing(kind, stated) for kind in free)


@pytest.mark.parametrize("key", ["aspect", "fluctuates"])
def test_what_no_concept_states_follows_from_its_parents_and_its_kind(key: str, root: Path) -> None:
    stated = stated_in(root, key)
    for concept in concepts():
        follows = expected(concept.id, key, stated)
        if concept.id in stated:
            assert follows != {stated[concept.id]}, f"{concept.id} states what follows without it"
        else:
            assert follows == {getattr(concept, key)}, concept.id


@functools.cache
def stated_in(root: Path, key: str) -> dict[str, Any]:
    data = read_yaml((root / "grammar" / "concepts.yaml").read_text("utf-8")).data
    kinds = {c.kind for c in concepts()}
    return {id_: entry[key] for kind in kinds for id_, entry in data[kind].items() if entry and key in entry}


# --- grades


@pytest.mark.parametrize(("name", "expected"), case("graded").items())
def test_graded_name_gives_concept_and_grade(name: str, expected: list[Any] | None) -> None:
    found = concepts().find_graded(name)
    if expected is None:
        assert found is None
    else:
        assert found is not None
        value = list(found[2]) if isinstance(found[2], tuple) else found[2]
        assert [found[0].id, found[1], value] == expected


def test_grade_variables_and_concepts_name_each_other() -> None:
    assert {(c.id, c.grade_variable) for c in concepts() if c.grade_variable} == {
        (v.concept, v.id) for v in variables() if v.concept
    }


def test_grades_of_names_are_grades_of_the_variable() -> None:
    for concept_id, variable_id, name in (
        ("hepatic_encephalopathy", "hepatic_encephalopathy_grade", "grade {} hepatic encephalopathy"),
        ("ascites", "ascites_grade", "grade {} ascites"),
        ("heart_failure", "nyha_class", "NYHA class {} heart failure"),
        ("acute_on_chronic_liver_failure", "aclf_grade", "ACLF grade {}"),
        ("cirrhosis", "child_pugh_class", "Child-Pugh class {} cirrhosis"),
    ):
        variable = variables().get(variable_id)
        assert variable is not None
        tried = 0
        for label in ("0", "1", "2", "3", "4", "I", "II", "III", "IV", "A", "B", "C"):
            found = concepts().find_graded(name.format(label))
            if found is not None:
                assert (found[0].id, found[1], found[2]) == (concept_id, variable_id, variable.grade(label))
                tried += 1
        assert tried >= 3


# --- codes


@pytest.mark.parametrize(("system", "code", "id_"), case("codes"))
def test_code_means_its_concept(system: str, code: str, id_: str | None) -> None:
    found = concepts().by_code(system, code)
    assert (found.id if found else None) == id_


def test_every_code_finds_its_own_concept() -> None:
    lost = [(c.id, pair) for c in concepts() for pair in c.codes if concepts().by_code(*pair) is not c]
    assert not lost


def test_codes_are_well_formed() -> None:
    forms = {
        "icd10": re.compile(r"[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?"),
        "rxnorm": re.compile(r"[1-9][0-9]{1,6}"),
        "atc": re.compile(r"[A-Z][0-9]{2}([A-Z]([A-Z]([0-9]{2})?)?)?"),
    }
    for concept in concepts():
        for system, code in concept.codes:
            if system == "snomed":
                assert re.fullmatch(r"[1-9][0-9]{5,17}", code), (concept.id, code)
                assert verhoeff(code), (concept.id, code)
            else:
                assert forms[system].fullmatch(code), (concept.id, code)


def test_broader_icd_code_never_means_a_narrower_concept() -> None:
    rows = [(code, c) for c in concepts() for system, code in c.codes if system == "icd10"]
    known = dict(rows)
    for code, concept in rows:
        for length in range(3, len(code)):
            broader = known.get(code[:length].rstrip("."))
            if broader is not None:
                assert broader.id not in concepts().descendants(concept.id) - {concept.id}, (code, concept.id)


# --- the file


@pytest.mark.parametrize("path", sorted((CASES / "reject").glob("*.yaml")), ids=lambda p: p.stem)
def test_bad_file_is_refused_with_each_problem_and_its_line(path: Path) -> None:
    text = path.read_text("utf-8")
    with pytest.raises(EligoError) as error:
        read(text, path.name)
    expected = re.findall(r"^# expect: (\d+) (\S+)$", text, re.MULTILINE)
    assert [(str(p.place.line), p.code) for p in error.value.problems] == expected
    assert all(p.place.file == path.name for p in error.value.problems)


def test_a_second_start_reads_no_yaml(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = root / "grammar" / "concepts.yaml"
    first = load(path)

    def refuse(text: str, file: str) -> None:
        raise AssertionError(f"{file} was read anew")

    monkeypatch.setattr("eligo.vocabulary.concepts_file.read", refuse)
    assert [c.id for c in load(path)] == [c.id for c in first]


def test_the_file_covers_the_usual_exclusion_lists() -> None:
    assert len(concepts()) >= 320
    assert isinstance(concepts(), Concepts)
    kinds = {kind: sum(c.kind == kind for c in concepts()) for kind in {c.kind for c in concepts()}}
    assert min(kinds.values()) >= 20
    assert set(kinds) == {"condition", "procedure", "medication", "state", "attestation"}


@pytest.mark.shared
def test_conditions_of_example_bundles_that_matter_are_known(shared: Path) -> None:
    """Hypertension, epilepsy, pregnancy and the like occur there; a sore throat need not be known."""
    codes = {
        coding["code"]
        for path in (shared / "data" / "fhir_synthea").glob("*.json")
        for entry in json.loads(path.read_text("utf-8"))["entry"]
        if entry["resource"]["resourceType"] == "Condition"
        for coding in entry["resource"]["code"]["coding"]
    }
    found = {c.id for code in codes if (c := concepts().by_code("http://snomed.info/sct", code))}
    assert {"hypertension", "epilepsy", "seizures", "pregnancy", "obesity", "atopic_dermatitis"} <= found


# --- values that state a concept


@functools.cache
def phrases(key: str) -> Any:
    return read_yaml((data_dir("grammar") / "phrases.yaml").read_text("utf-8")).data[key]


def stating() -> dict[str, dict[str, str]]:
    sides: dict[str, dict[str, str]] = phrases("measured_by_side")
    return sides


@pytest.mark.parametrize("id_", stating())
def test_values_that_state_a_concept_are_known_with_their_side(id_: str) -> None:
    assert id_ in concepts()
    assert stating()[id_]
    for variable, side in stating()[id_].items():
        assert variables().get(variable) is not None, variable
        assert side in ("low", "high"), variable


def test_each_value_that_the_reader_takes_for_a_concept_has_its_side() -> None:
    taken = phrases("measured_by")
    without = {id_: set(those) - stating().get(id_, {}).keys() for id_, those in taken.items() if id_ in concepts()}
    assert not {id_: those for id_, those in without.items() if those}


@pytest.mark.parametrize(
    "pair",
    [
        "hyponatremia/hypernatremia",
        "hypokalemia/hyperkalemia",
        "hypocalcemia/hypercalcemia",
        "hypotension/hypertension",
        "bradycardia/tachycardia",
        "hypoglycemia/hyperglycemia",
        "leukopenia/leukocytosis",
        "thrombocytopenia/thrombocytosis",
        "underweight/obesity",
        "iron_deficiency/iron_overload",
        "hyperthyroidism/subclinical_hypothyroidism",
    ],
)
def test_opposites_lie_on_opposite_sides_of_the_same_value(pair: str) -> None:
    low, high = pair.split("/")
    shared = stating()[low].keys() & stating()[high].keys()
    assert shared
    assert {(stating()[low][v], stating()[high][v]) for v in shared} == {("low", "high")}
