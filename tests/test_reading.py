"""Reading one item: cases by topic, what must not be understood and why, round trips, and that no text breaks it."""

from __future__ import annotations

import gc
import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from eligo.criteria import (
    AllOf,
    Always,
    AnyOf,
    AtLeast,
    Attest,
    Bound,
    Compare,
    Duration,
    Limit,
    Not,
    OneOf,
    Op,
    Predicate,
    Present,
    Unparsed,
    Window,
    leaves,
)
from eligo.errors import Place, Problem
from eligo.reading.item import ItemReading
from eligo.reading.lexicon import concept_named, words
from eligo.reading.parse import _run, read_comparisons, read_item, read_parts, tokenise
from eligo.reading.plausible import plausible
from eligo.reading.render import render
from eligo.reading.sense import make_sense
from eligo.ruleset.code import from_node
from eligo.ruleset.data import to_data
from eligo.ruleset.nodes import Node
from eligo.truth import Kind
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.variables import Variable, variables
from eligo.yamltext import read_yaml

CASES = Path(__file__).parent / "cases" / "parse"


def _cases(folder: str) -> Iterator[Any]:
    for path in sorted((CASES / folder).glob("*.yaml")):
        for i, case in enumerate(read_yaml(path.read_text("utf-8"), path.name).data):
            yield pytest.param(case, id=f"{path.stem}-{i + 1}")


def _plain(data: Any) -> Any:
    """The notation of the rule set without the words of the leaves."""
    if isinstance(data, dict):
        return {key: _plain(value) for key, value in data.items() if key not in ("words", "nth")}
    return [_plain(part) for part in data] if isinstance(data, list) else data


def check(case: dict[str, Any]) -> None:
    """Hold what is read of a text against what its case says; with reasons, what is understood by itself."""
    text = case["text"]
    reading = (read_parts if "not_read" in case else read_item)(text, case.get("kind", "inclusion"))
    seen: dict[str, Any] = {"reads": _plain(to_data(reading.predicate, text))}
    if reading.ambiguity is not None:
        others = [_plain(to_data(other, text)) for other in reading.ambiguity.readings[1:]]
        seen["or"] = others[0] if len(others) == 1 else others
    if reading.unknown:
        seen["unknown"] = list(reading.unknown)
    if reading.not_read:
        seen["not_read"] = [{"text": n.text, "reason": n.code, "words": n.words} for n in reading.not_read]
    expected = {key: value for key, value in case.items() if key not in ("text", "kind")}

    assert seen == expected


@pytest.mark.parametrize("case", [*_cases("accept")])
def test_what_a_line_says_is_read(case: dict[str, Any]) -> None:
    check(case)


@pytest.mark.parametrize("case", [*_cases("reject")])
def test_what_is_not_understood_is_kept_with_its_reason(case: dict[str, Any]) -> None:
    assert case["not_read"]
    check(case)


@pytest.mark.parametrize("case", [p for p in _cases("reject") if "not_asked_whole" in str(p.id)])
def test_what_is_no_statement_is_not_asked_by_the_whole_sentence(case: dict[str, Any]) -> None:
    text, kind = case["text"], case.get("kind", "inclusion")

    assert read_item(text, kind).predicate == read_parts(text, kind).predicate


# --- the canonical text

_UNITLESS = ("ordinal", "score", "ratio", "count")
_QUANTITIES = [v for v in variables() if v.kind in ("quantity", "duration", *_UNITLESS)]
_ORDINALS = [v for v in variables() if v.kind == "ordinal" and 2 in v.grades.values() and 3 in v.grades.values()]
_CONDITIONS = [c.id for c in concepts() if c.kind in ("condition", "procedure", "medication")]
_ATTESTATIONS = [c.id for c in concepts() if c.kind == "attestation"]


def _one(values: list[Any]) -> st.SearchStrategy[Any]:
    """One of many values; `sampled_from` would print them all."""
    return st.integers(0, len(values) - 1).map(lambda i: values[i])


_durations = st.builds(Duration, st.integers(1, 60), st.sampled_from(["d", "wk", "mo", "a"]))
_windows = st.one_of(
    st.builds(lambda d: Window(within=d), _durations),
    st.builds(lambda d: Window(began=d), _durations),
    st.builds(lambda d, op: Window(ago=Bound(op, d)), _durations, st.sampled_from(["gt", "ge"])),
    st.builds(lambda d, op: Window(lasting=Bound(op, d)), _durations, st.sampled_from(["gt", "ge"])),
)
_numbers = st.one_of(st.integers(1, 900), st.integers(1, 9000).map(lambda n: n / 100))


@st.composite
def _compares(draw: st.DrawFn) -> Compare:
    variable = draw(_one(_QUANTITIES))
    units = [u for u in (variable.unit, *variable.units) if u != "1"]
    unit = None if variable.kind in _UNITLESS or not units else draw(st.sampled_from(units))
    # A class that there is not is the score of the same name: a limit of an ordinal is one of its grades.
    grades = sorted(set(variable.grades.values())) if variable.kind == "ordinal" else []
    values = st.sampled_from(grades) if len(grades) > 1 else _numbers
    low, high = sorted(draw(st.lists(values, min_size=2, max_size=2, unique=True)))
    below = Limit(draw(st.sampled_from(["ge", "gt"])), low, unit)
    above = Limit(draw(st.sampled_from(["le", "lt"])), high, unit)
    multiple = Limit(draw(st.sampled_from(["le", "lt", "ge", "gt"])), draw(_numbers), None, "ULN")
    choices: list[tuple[Limit, ...]] = [(below,), (above,), (below, above)]
    if variable.kind == "quantity":
        choices.append((multiple,))
    limits = draw(st.sampled_from(choices))
    assume(all(plausible(limit, variable) for limit in limits))
    return Compare(variable.id, limits)


def _is_one_concept(fact: Present) -> bool:
    """Whether the qualifier and the name are the name of another concept (`severe alcoholic hepatitis`)."""
    concept = concepts().get(fact.concept)
    return concept is not None and concept_named(f"{fact.qualifier} {concept.name}") is not None


def _begins(fact: Present) -> bool:
    """Whether a window on its beginning, if it has one, says more than another window does."""
    concept = concepts().get(fact.concept)
    goes_on = concept is not None and concept.kind == "condition" and concept.aspect != "event"
    return fact.window is None or fact.window.began is None or (goes_on and fact.status != "planned")


_facts = st.builds(
    Present,
    _one(_CONDITIONS),
    status=st.sampled_from(["active", "history", "planned"]),
    qualifier=st.sampled_from([None, None, "severe", "uncontrolled"]),
    window=st.one_of(st.none(), _windows),
).filter(lambda f: (f.qualifier is None or not _is_one_concept(f)) and _begins(f))
_grades = st.builds(lambda v: OneOf(v.id, (2, 3)), _one(_ORDINALS))
_known = st.one_of(_compares(), _facts, _grades, st.builds(Attest, _one(_ATTESTATIONS)))
_leaves = st.one_of(_known, st.just(Always("with or without zorblax")), st.just(Unparsed("quandrin zorblaxed")))


def _groups(parts: st.SearchStrategy[Predicate]) -> st.SearchStrategy[Predicate]:
    several = st.lists(parts, min_size=2, max_size=3)
    return st.one_of(
        several.filter(lambda ps: not any(isinstance(p, AllOf) for p in ps)).map(lambda ps: AllOf(tuple(ps))),
        several.filter(lambda ps: not any(isinstance(p, AnyOf) for p in ps)).map(lambda ps: AnyOf(tuple(ps))),
        several.map(lambda ps: AtLeast(2, tuple(ps))),
        _known.map(Not),
    )


_predicates = st.recursive(_leaves, _groups, max_leaves=6)


@settings(max_examples=150, deadline=None)
@given(_predicates)
def test_the_canonical_text_of_a_predicate_reads_back_as_the_predicate(predicate: Predicate) -> None:
    if all(isinstance(leaf, Unparsed) for leaf in leaves(predicate)):
        return  # an item of which nothing is understood is one part, however its text is laid out
    assume(make_sense(predicate, "inclusion", "").predicate == predicate)

    assert read_item(render(predicate), "inclusion").predicate == predicate


_BOUNDED = [v for v in _QUANTITIES if v.kind == "quantity" and v.plausible is not None]
_SIDES: list[Op] = ["lt", "le", "gt", "ge"]


@settings(max_examples=60, deadline=None)
@given(_one(_BOUNDED), st.integers(2, 1000), st.sampled_from(_SIDES))
def test_a_limit_that_the_variable_cannot_have_is_left_to_a_person(v: Variable, times: int, op: Op) -> None:
    value = math.ceil((v.plausible or (0, 0))[1]) * times + 1
    limit = Limit(op, value, v.unit if v.unit != "1" else None)

    reading = read_item(render(Compare(v.id, (limit,))), "exclusion")

    assert isinstance(reading.predicate, Unparsed)


@pytest.mark.parametrize(
    "text", ["Stroke less than 6 weeks old", "Hip fracture < 2 years old", "At least 4 years of zorblaxing"]
)
def test_the_age_of_a_thing_is_not_the_age_of_the_patient(text: str) -> None:
    assert not any(comparison.variable == "age" for comparison in read_comparisons(text))


def test_each_concept_is_read_by_its_name() -> None:
    for concept in concepts():
        expected = Attest(concept.id) if concept.kind == "attestation" else Present(concept.id)
        kind: Kind = "exclusion" if concept.id in words("asked_of_women") else "inclusion"  # else men pass besides

        assert read_item(concept.name, kind).predicate == expected


# --- any text at all


def _covered(text: str) -> None:
    tokens = tokenise(text)
    place = 0
    for token in tokens:
        assert token.start >= place
        closes = token.type == "CLOSE" and token is tokens[-1]  # a bracket that the text leaves open
        assert (
            closes
            or token.end > token.start
            or token.type
            in (
                "COLON",
                "IFFIRST",
                "BOND",
                "IF",
                "MUST",
                "STOP",
            )
        )  # a join that no word stands for
        assert not text[place : token.start].strip(" \t\r\n\v\f\x1c\x1d\x1e\x1f\x85\xa0\u200b\ufeff\u2028\u2029\u3000")
        place = token.end
    assert not text[place:].strip()


def _kept(reading: ItemReading, text: str) -> None:
    """What is not understood stands in the predicate in its own words."""
    for leaf in leaves(reading.predicate):
        if isinstance(leaf, Unparsed) and leaf.span is not None:
            assert text[leaf.span[0] : leaf.span[1]] == leaf.text


_NODES: TypeAdapter[Any] = TypeAdapter(Node)


def _reads_back(predicate: Predicate, text: str) -> None:
    """What a rule set says of a reading is the reading, with all its units."""
    problems: list[Problem] = []
    data = json.loads(json.dumps(to_data(predicate, text)))

    assert from_node(_NODES.validate_python(data), text, lambda path: Place(), problems) == predicate
    assert problems == []


_SENTENCE = """
    age > < >= 18 65 3 1.5 years mg/dL x ULN and or , ; . ( ) [ ] no not within 3 months before after between to - / :
    grade II III ascites INR cirrhosis severe history of such as any of the following if unless except or more men
    zorblax % <1> 20×109/L 140/90 18-65 PHQ-9 B or older previous
"""
_WORDS = st.sampled_from(_SENTENCE.split())


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(_WORDS, max_size=25).map(" ".join)))
def test_no_text_breaks_the_reader_and_every_character_lies_in_a_token(text: str) -> None:
    _covered(text)

    for kind in ("inclusion", "exclusion"):
        reading = read_item(text, kind)
        _kept(reading, text)
        _reads_back(reading.predicate, text)


@settings(max_examples=100, deadline=None)
@given(st.lists(_WORDS, max_size=25).map(" ".join))
def test_every_comparison_stands_in_the_text_that_it_names(text: str) -> None:
    for comparison in read_item(text, "inclusion").comparisons:
        assert 0 <= comparison.span[0] < comparison.span[1] <= len(text)
        assert comparison.name_span is not None
        assert text[comparison.name_span[0] : comparison.name_span[1]] == comparison.name
        assert comparison.values or comparison.low is not None or comparison.high is not None


def _calls(text: str) -> int:
    """How many calls reading the text takes, those of built-in functions included."""
    count = 0

    def add(_frame: object, _event: str, _argument: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(add)
    try:
        read_item(text, "exclusion")
    finally:
        sys.setprofile(None)
    return count


_JUNK = ["(", "such as ", "any of the following ", "no ", "hepatitis a, ", "1 ", "zorblax ", "women (", "1/", "x10^"]
_JUNK += ["within 3 months ", "; ", "and ", "- ", "-----", "age > 5, ", "AST and ALT <= 2.5 x ULN or "]


@pytest.mark.parametrize("junk", _JUNK)
def test_a_line_of_twice_the_length_takes_twice_the_calls(junk: str) -> None:
    _calls(junk * 10)  # what is looked up for the first time

    assert _calls(junk * (2000 // len(junk))) < 2.3 * _calls(junk * (1000 // len(junk)))


@pytest.mark.parametrize("junk", ["zorblax ", "(", "x", "\n"])
def test_a_megabyte_of_junk_is_read_as_one_part_that_is_not_understood(junk: str) -> None:
    reading = read_item(junk * (1_000_000 // len(junk)), "inclusion")

    assert isinstance(reading.predicate, Unparsed)
    assert len(reading.not_read) == 1


@pytest.mark.parametrize("kind", ["inclusion", "exclusion"])
@pytest.mark.parametrize("case", [*_cases("accept"), *_cases("reject")])
def test_a_reading_is_the_same_without_its_reasons(case: dict[str, Any], kind: Kind) -> None:
    without, reading = (read_item(case["text"], kind, why=why) for why in (False, True))

    assert without._replace(not_read=(), account=()) == reading._replace(not_read=(), account=())


def test_a_reading_leaves_nothing_for_the_collector_of_garbage() -> None:
    lines = ["INR > 1.5 or (PTA < 40%)", "No history of cancer, e.g. lymphoma", "Any of the following: ascites; sepsis"]
    gc.collect()
    gc.disable()
    for line in lines * 10:
        read_item(line, "exclusion")
    found = gc.collect()
    gc.enable()

    assert found == 0


def test_a_comparison_is_stated_before_an_exclusion_turns_it() -> None:
    reading = read_item("No platelets below 50 x 10^9/L", "exclusion")

    assert [c.as_json() for c in reading.comparisons] == [
        {
            "variable": "platelets",
            "name": "platelets",
            "name_span": [3, 12],
            "low": None,
            "low_inclusive": False,
            "high": 50_000_000_000.0,
            "high_inclusive": False,
            "values": [],
            "unit": "/L",
            "span": [13, 30],
        }
    ]


def test_a_pair_of_pressures_states_two_comparisons() -> None:
    found = read_item("Blood pressure above 150/95 mmHg", "exclusion").comparisons

    assert [(c.variable, c.low, c.name) for c in found] == [
        ("systolic_blood_pressure", 150, "Blood pressure"),
        ("diastolic_blood_pressure", 95, "Blood pressure"),
    ]


def test_a_range_of_grades_lists_them() -> None:
    (found,) = read_item("NYHA class II-IV", "inclusion").comparisons

    assert (found.variable, found.values, found.low, found.high) == ("nyha_class", (2, 3, 4), None, None)


@pytest.mark.shared
def test_the_grammar_accepts_the_tokens_of_real_lines(shared: Path) -> None:
    lines = [json.loads(line)["text"] for line in (shared / "gold" / "lct_dev.jsonl").read_text("utf-8").splitlines()]
    for line in lines[::4]:
        _covered(line)
        _run(tokenise(line))


_SHARES = 4  # the longer source is read in parts, so that several processes can share it


@pytest.mark.shared
@pytest.mark.parametrize("part", range(_SHARES))
def test_no_line_of_real_criteria_breaks_the_reader(shared: Path, part: int) -> None:
    lines = sorted(set(_real_lines(shared / "data")))
    assert len(lines) > 30_000

    for line in lines[part::_SHARES]:
        _covered(line)
        reading = read_item(line, "inclusion")
        _kept(reading, line)
        _reads_back(reading.predicate, line)
        assert read_item(line, "inclusion", why=False)._replace(not_read=(), account=()) == reading._replace(
            not_read=(), account=()
        )


def _real_lines(data: Path) -> Iterator[str]:
    """The lines of all criteria of the registry records and the older texts."""
    for row in (data / "criteria_legacy_text.jsonl").read_text("utf-8").splitlines():
        yield from json.loads(row)["criteria"].splitlines()
    for path in (data / "registry_v2").glob("*.json"):
        module = json.loads(path.read_text("utf-8"))["protocolSection"]["eligibilityModule"]
        yield from module.get("eligibilityCriteria", "").splitlines()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Stable creatinine < 2 mg/dL", "Stable"),
        ("Fasting triglycerides < 150 mg/dL", "fasting"),
        ("Pre-bronchodilator FEV1 >= 1.5 L", "pre-bronchodilator"),
        ("Biopsy-proven celiac disease", "Biopsy"),
    ],
)
def test_an_adjective_that_is_not_tested_is_a_note(text: str, word: str) -> None:
    assert f"`{word}` is not tested" in read_item(text, "inclusion").notes


def test_a_variable_that_is_that_of_its_state_needs_no_note() -> None:
    assert read_item("Fasting glucose < 150 mg/dL", "inclusion").notes == ()


@pytest.mark.parametrize(
    ("text", "method"),
    [
        ("eGFR >= 60 mL/min (MDRD)", "(MDRD)"),
        ("Creatinine clearance >= 50 mL/min (by the Cockcroft-Gault equation)", "(by the Cockcroft-Gault equation)"),
        ("Creatinine clearance (Cockcroft-Gault) >= 50 mL/min", "(Cockcroft-Gault)"),
        ("LVEF >= 50% by echocardiography or MUGA", "by echocardiography or MUGA"),
        ("LVEF by echocardiography >= 50%", "by echocardiography"),
        ("T-score <= -2.5 (DXA)", "(DXA)"),
        ("Platelets > 50 x 10^9/L (XYZ)", "(XYZ)"),
    ],
)
def test_how_a_value_is_found_is_a_note(text: str, method: str) -> None:
    reading = read_item(text, "inclusion")

    assert isinstance(reading.predicate, Compare)
    assert any(note.startswith(f"`{method}`") for note in reading.notes)
