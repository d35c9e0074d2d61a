"""`eligo find`: which trials come first, that silence takes none out, filters, pages, and reasons in words."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from eligo.evaluation.chart import Policy
from eligo.index.finding import Finder
from eligo.listing import Listing
from eligo.patients.native import read_patient
from eligo.ruleset import RuleSet, dumps, loads
from tests.doors import Run
from tests.evaluating import rules as rules_of
from tests.indexing import indexed

RECORD = {
    "id": "p",
    "as_of": "2026-11-20",
    "age": "50 years",
    "labs": {"INR": 1.0},
    "conditions": ["cirrhosis"],
    "absent": ["ascites"],
}
ADULT = {"id": "I1", "when": {"variable": "age", "op": "ge", "limit": 18, "unit": "a"}}
CHILD = {"id": "I1", "when": {"variable": "age", "op": "lt", "limit": 18, "unit": "a"}}
PLATELETS = {
    "id": "I2",
    "text": "enough platelets",
    "when": {"variable": "platelets", "op": "ge", "limit": 50, "unit": "10*9/L"},
}
INR = {"id": "I3", "when": {"variable": "inr", "op": "le", "limit": 1.5}}
UNREAD = {"id": "I4", "text": "a riddle", "when": {"unparsed": "a riddle"}}
CONSENT = {"id": "I5", "when": {"attest": "informed_consent"}}
NO_ASCITES = {"id": "E1", "kind": "exclusion", "when": {"concept": "ascites"}}


def trial(name: str, *criteria: dict[str, Any], **more: Any) -> RuleSet:
    """A trial of these criteria."""
    return rules_of(criteria, trial=name, **more)


TRIALS = {
    "eligible": trial("eligible", ADULT, NO_ASCITES),
    "theirs": trial("theirs", ADULT, PLATELETS, conditions=["cirrhosis"]),
    "others": trial("others", ADULT, NO_ASCITES, INR, CONSENT, conditions=["asthma"]),
    "most_decided": trial("most_decided", ADULT, NO_ASCITES, INR, CONSENT),
    "settled": trial("settled", ADULT, INR, CONSENT, PLATELETS),
    "riddle": trial("riddle", ADULT, INR, CONSENT, UNREAD),
    "blocked": trial("blocked", CHILD),
}


ALL = tuple(TRIALS.values())


@pytest.fixture
def made(tmp_path: Path, run: Run) -> Path:
    """An index of trials that are listed in different ways, with their rules and a record beside it."""
    folder = tmp_path / "rules"
    folder.mkdir()
    listings = {
        "eligible": {"status": "COMPLETED", "phases": ["PHASE2"], "countries": ["Germany"], "age_groups": ["ADULT"]},
        "theirs": {"status": "RECRUITING", "phases": ["PHASE2", "PHASE3"], "countries": ["France", "Germany"]},
        "others": {"status": "RECRUITING", "countries": ["United States"], "age_groups": ["CHILD", "ADULT"]},
        "settled": {"status": "NOT_YET_RECRUITING", "age_groups": ["OLDER_ADULT"]},
    }
    for name, ruleset in TRIALS.items():
        data = yaml.safe_load(dumps(ruleset))
        data |= {"listing": listings[name]} if name in listings else {}
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(data, sort_keys=False), "utf-8")
    (tmp_path / "p.json").write_text(json.dumps(RECORD), "utf-8")
    assert run("index", folder, "-o", tmp_path / "trials.index").code == 0
    return tmp_path


def find(made: Path, run: Run, *options: str) -> dict[str, Any]:
    """What `eligo find` gives as JSON."""
    result = run("find", made / "p.json", "--index", made / "trials.index", "--json", *options)
    found: dict[str, Any] = json.loads(result.out)
    return found


def names(found: dict[str, Any]) -> list[str]:
    """The trials in their order."""
    return [row["trial"] for row in found["trials"]]


def test_the_order_is_by_verdict_by_what_the_patient_has_and_by_what_is_decided(made: Path, run: Run) -> None:
    found = find(made, run, "--all")

    assert names(found) == ["eligible", "theirs", "most_decided", "settled", "riddle", "others", "blocked"]
    assert [row["rank"] for row in found["trials"]] == [1, 2, 3, 4, 5, 6, 7]
    by_name = {row["trial"]: row for row in found["trials"]}
    assert (by_name["settled"]["settled_by_a_visit"], by_name["riddle"]["settled_by_a_visit"]) == (2, 1)
    assert {row["fits"] for row in found["trials"]} == {"theirs", "others", "unknown"}
    assert by_name["riddle"]["open"] == ["I5", "I4"]


def test_those_that_rule_the_patient_out_are_counted_and_shown_on_request(made: Path, run: Run) -> None:
    found = find(made, run)

    assert "blocked" not in names(found)
    assert found["counts"] == {"eligible": 1, "undetermined": 5, "ineligible": 1, "filtered_out": 0}


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--status", "recruiting"), {"theirs", "others", "most_decided", "riddle"}),
        (("--status", "not yet recruiting"), {"settled", "most_decided", "riddle"}),
        (
            ("--status", "RECRUITING", "--status", "completed"),
            {"eligible", "theirs", "others", "most_decided", "riddle"},
        ),
        (("--country", "germany"), {"eligible", "theirs", "most_decided", "settled", "riddle"}),
        (("--phase", "3"), {"theirs", "others", "most_decided", "settled", "riddle"}),
        (("--phase", "phase 2"), {"eligible", "theirs", "others", "most_decided", "settled", "riddle"}),
        (("--age-group", "older adult"), {"theirs", "most_decided", "settled", "riddle"}),
        (("--status", "recruiting", "--country", "France"), {"theirs", "most_decided", "riddle"}),
    ],
)
def test_a_filter_takes_out_only_what_states_something_else(
    options: tuple[str, ...], expected: set[str], made: Path, run: Run
) -> None:
    found = find(made, run, *options)

    assert set(names(found)) == expected
    assert found["counts"]["filtered_out"] == len(TRIALS) - len(expected) - 1 * ("blocked" not in names(found))


def test_a_trial_whose_record_is_silent_stays_and_says_so(made: Path, run: Run) -> None:
    result = run("find", made / "p.json", "--index", made / "trials.index", "--status", "recruiting", "--phase", "2")

    assert result.out.count("status not stated; phase not stated; countries not stated; age groups not stated") == 2


@pytest.mark.parametrize(
    ("option", "word", "near"),
    [("--status", "recruting", "RECRUITING"), ("--country", "Germny", "Germany"), ("--phase", "9", "PHASE2")],
)
def test_a_word_that_no_trial_has_is_refused_with_the_nearest(
    option: str, word: str, near: str, made: Path, run: Run
) -> None:
    result = run("find", made / "p.json", "--index", made / "trials.index", option, word)

    assert result.code == 1
    assert "unknown-filter" in result.err
    assert near in result.err


def test_pages_hold_every_trial_once(made: Path, run: Run) -> None:
    whole = find(made, run, "--all")
    pages = [find(made, run, "--all", "--page-size", "2", "--page", str(page)) for page in (1, 2, 3, 4, 5)]

    assert [name for page in pages for name in names(page)] == names(whole)
    assert [len(names(page)) for page in pages] == [2, 2, 2, 1, 0]
    assert {page["pages"] for page in pages} == {4}
    assert [row["rank"] for row in pages[1]["trials"]] == [3, 4]


@pytest.mark.parametrize("option", [("--page", "0"), ("--page", "x"), ("--page-size", "1001")])
def test_a_page_that_cannot_be_is_wrong_usage(option: tuple[str, str], made: Path, run: Run) -> None:
    assert run("find", made / "p.json", "--index", made / "trials.index", *option).code == 2


def test_reasons_are_in_the_words_of_the_protocol(made: Path, run: Run) -> None:
    found = find(made, run, "--why")
    theirs = next(row for row in found["trials"] if row["trial"] == "theirs")

    assert theirs["why"]["open"] == [{"id": "I2", "text": "enough platelets", "reasons": ["missing"]}]
    assert [row["id"] for row in theirs["why"]["passes"]] == ["I1"]
    assert theirs["why"]["blocks"] == []
    said = run("find", made / "p.json", "--index", made / "trials.index", "--why").out
    assert "open    inclusion 2 (I2): enough platelets" in said


@pytest.mark.parametrize("options", [(), ("--why",), ("--all", "--page-size", "2"), ("--status", "recruiting")])
def test_what_is_found_fits_the_published_schema(options: tuple[str, ...], made: Path, run: Run) -> None:
    validator = Draft202012Validator(json.loads(run("schema", "find").out))
    found = find(made, run, *options)

    validator.validate(found)
    assert not validator.is_valid(found | {"trials": [{"rank": 1}]})


def test_words_of_rules_that_changed_since_are_not_shown(made: Path, run: Run) -> None:
    path = made / "rules" / "theirs.yaml"
    path.write_text(path.read_text("utf-8").replace("enough", "other"), "utf-8")
    result = run("find", made / "p.json", "--index", made / "trials.index", "--why", "--json")

    rows = {row["trial"]: row for row in json.loads(result.out)["trials"]}
    assert "why" not in rows["theirs"]
    assert "why" in rows["settled"]
    assert rows["theirs"]["verdict"] == "UNDETERMINED"
    assert result.err.count("index-rules") == 2


@pytest.mark.parametrize(
    ("kept", "code"), [(("eligible", "blocked"), 0), (("blocked",), 3), (("blocked", "settled"), 4)]
)
def test_the_exit_code_is_that_of_a_screening(kept: tuple[str, ...], code: int, tmp_path: Path, run: Run) -> None:
    for name in kept:
        (tmp_path / f"{name}.yaml").write_text(dumps(TRIALS[name]), "utf-8")
    (tmp_path / "p.json").write_text(json.dumps(RECORD), "utf-8")
    run("index", tmp_path, "-o", tmp_path / "x")

    assert run("find", tmp_path / "p.json", "--index", tmp_path / "x").code == code
    assert run("screen", tmp_path / "p.json", "--rules", tmp_path).code == code


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_silence_of_a_record_or_of_a_listing_takes_no_trial_out(data: st.DataObject, tmp_path: Path) -> None:
    statuses = data.draw(st.lists(st.sampled_from(("", "RECRUITING", "COMPLETED")), min_size=7, max_size=7))
    rulesets = [replace(one, listing=Listing(status or None)) for one, status in zip(ALL, statuses, strict=True)]
    asked = data.draw(st.sets(st.sampled_from(sorted(filter(None, statuses)) or [""])).map(lambda s: s - {""}))
    keys = data.draw(st.sets(st.sampled_from(sorted(RECORD))))
    indexed(rulesets, tmp_path / "trials.index")
    finder = Finder(tmp_path / "trials.index", Policy(), {"statuses": asked})
    record = {key: RECORD[key] for key in keys} | {"as_of": "2026-11-20"}

    found = finder.find(read_patient(json.dumps(record)), True)
    kept = {finder.index.names[number] for number in found.ranked.numbers.tolist()}
    assert kept == {one.trial for one in rulesets if one.listing.status in (*asked, None) or not asked}


def test_a_listing_comes_out_of_a_rule_set_as_it_went_in() -> None:
    listing = Listing("RECRUITING", ("PHASE1", "PHASE2"), ("Côte d'Ivoire", "Germany"), ("ADULT",))
    text = dumps(rules_of([ADULT], listing={"status": "RECRUITING"}))

    assert loads(text).listing == Listing("RECRUITING")
    assert loads(dumps(replace(loads(text), listing=listing))).listing == listing
    assert "listing" not in dumps(rules_of([ADULT]))
