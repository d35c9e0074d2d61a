"""The order of trials, their counts, and the one sentence that says why: what a person reads first has to be true."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eligo.criteria import Predicate
from eligo.evaluate import Engine
from eligo.evaluation.chart import Policy
from eligo.evaluation.trees import deciding, enough
from eligo.explain import explain
from eligo.margin import Margin
from eligo.patients.model import Patient
from eligo.patients.native import read_file
from eligo.plan import PlannedJoin, Tree
from eligo.report.stated import open_name
from eligo.report.terminal import Terminal
from eligo.report.text import nearest_first, screening_lines
from eligo.report.why import OPEN, why
from eligo.report.words import OPEN as COUNTED
from eligo.screening import Rules, Screening, load_rules
from eligo.screening import screen as screen_all
from eligo.truth import Truth
from tests.doors import PATIENT, RULES, Run
from tests.evaluating import patient, plan_of, rules, screen
from tests.strategies import patients, predicates

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = sorted((ROOT / "patients_examples").glob("*.json"))
SENTENCES = yaml.safe_load((ROOT / "tests" / "cases" / "why" / "sentences.yaml").read_text("utf-8"))
WIDE = Terminal(width=100)


@pytest.fixture(scope="module")
def shipped() -> Rules:
    """The rules that come with eligo."""
    return load_rules()


# --- the order


def _trial(name: str, verdict: str, evidence: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
    """A trial with one open criterion that has this evidence."""
    finding = {"id": "I1", "evidence": [{"decides": True, **e} for e in evidence or ()]}
    return {"trial": name, "verdict": verdict, "blocks": [], "open": ["I1"], "criteria": [finding], **more}


MEASURED = [{"variable": name, "reason": "missing"} for name in ("inr", "platelets", "albumin")]
STATED = [{"concept": name, "status": "active", "reason": "not_stated"} for name in ("ascites", "sepsis")]
ATTESTED = [{"concept": "informed_consent", "reason": "needs_attestation"}]
UNREAD = [{"reason": "unparsed", "span": [0, 3]}]

IN_ORDER = [
    _trial("NCT9", "ELIGIBLE", blocks=[], open=[]),
    _trial("NCT8", "UNDETERMINED", ATTESTED),
    _trial("NCT7", "UNDETERMINED", ATTESTED + UNREAD),
    _trial("NCT6", "UNDETERMINED", [*MEASURED[:1], *MEASURED[:1]]),  # asked for twice, it is one measurement
    _trial("NCT62", "UNDETERMINED", STATED[:1] + ATTESTED),
    _trial("NCT61", "UNDETERMINED", STATED[:1] + ATTESTED + UNREAD),
    _trial("NCT5", "UNDETERMINED", MEASURED[:1] + STATED[:1]),
    _trial("NCT4", "UNDETERMINED", MEASURED + STATED + ATTESTED),
    _trial("NCT3", "UNDETERMINED", open=[], notes=["the source states no eligibility criteria"]),
    _trial("NCT2", "INELIGIBLE", near=True, blocks=["I1", "I2"]),
    _trial("NCT21", "INELIGIBLE", near=True, blocks=["I1", "I2", "I3"]),
    _trial("NCT1", "INELIGIBLE", blocks=["I1"]),
    _trial("NCT11", "INELIGIBLE", blocks=["I1"]),
    _trial("NCT10", "INELIGIBLE", blocks=["I1", "I2"]),
]


@given(st.permutations(IN_ORDER))
def test_trials_are_sorted_by_how_little_is_open_or_blocks(shuffled: list[dict[str, Any]]) -> None:
    assert [t["trial"] for t in sorted(shuffled, key=nearest_first)] == [t["trial"] for t in IN_ORDER]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda p: p.stem)
def test_the_table_has_the_best_verdicts_first_and_counts_them(example: Path, shipped: Rules) -> None:
    data = screen_all(read_file(example), shipped, Policy(margin=Margin(0.2, True))).as_json()
    lines = list(screening_lines(data, WIDE))
    shown = [m[2] for line in lines if (m := re.match(r"  (NCT\d+)  ([A-Z]+)", line))]
    counts = Counter(shown)
    near = sum("near" in trial for trial in data["trials"])

    assert shown == sorted(shown, key=("ELIGIBLE", "UNDETERMINED", "INELIGIBLE").index)
    assert lines[-1] == (
        f"  {len(shown)} trials: {counts['ELIGIBLE']} eligible, {counts['UNDETERMINED'] - 1} undetermined, "
        f"{counts['INELIGIBLE']} ineligible{f' ({near} near)' if near else ''}, 1 states no criteria"
    )
    assert data["counts"] == {
        "eligible": counts["ELIGIBLE"],
        "undetermined": counts["UNDETERMINED"],
        "ineligible": counts["INELIGIBLE"],
        "near": near,
        "no_criteria": 1,
    }


def test_the_json_keeps_the_order_of_the_rules(shipped: Rules) -> None:
    data = screen_all(read_file(EXAMPLES[0]), shipped).as_json()

    assert [t["trial"] for t in data["trials"]] == [plan.trial for plan in shipped.plans]


def test_brief_screenings_count_too(run: Run) -> None:
    whole, brief = (
        json.loads(run("screen", PATIENT, "--rules", RULES, "--margin", "20%", "--json", *more).out)
        for more in ((), ("--brief",))
    )

    assert brief["counts"] == whole["counts"]
    assert sum(whole["counts"][key] for key in ("eligible", "undetermined", "ineligible")) == len(whole["trials"])


def test_one_trial_needs_no_count(run: Run) -> None:
    assert "trials:" not in run("screen", PATIENT, "--rules", RULES, "--trial", "NCT00000001").out


def test_counts_are_of_all_trials_even_where_some_are_shown(run: Run) -> None:
    assert "3 trials: 1 eligible, 0 undetermined, 1 ineligible, 1 states no criteria" in (
        run("screen", PATIENT, "--rules", RULES, "--only", "blocked").out
    )


# --- the sentence


def _said(screening: Screening) -> list[str]:
    data = screening.as_json()["trials"]
    return [why(screening.patient, trial) for trial in data]


@pytest.mark.parametrize("case", SENTENCES, ids=lambda case: case["claim"])
def test_a_sentence_says_why(case: dict[str, Any]) -> None:
    record = {key: part for key, part in case.items() if key not in ("claim", "arms", "criteria", "why")}
    cohorts = [{"id": arm, "label": arm.lower()} for arm in case.get("arms", ())]
    screening = screen(rules(case["criteria"], **({"cohorts": cohorts} if cohorts else {})), patient(record))
    verdict = screening.trials[0].verdict.value.lower()
    drafts, count = screening.as_json()["trials"][0].get("drafts", 0), len(case["criteria"])
    are = "is a draft" if drafts == 1 else "are drafts"
    more = f"; {drafts} of its {count} criteria {are} that nobody has reviewed" if drafts else ""

    assert _said(screening) == [
        f"case is {verdict} for NCT00000001: {case['why']}{more if verdict != 'eligible' else ''}."
    ]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda p: p.stem)
def test_a_sentence_names_what_blocks_and_counts_the_rest(example: Path, shipped: Rules) -> None:
    screening = screen_all(read_file(example), shipped)
    for trial, text in zip(screening.trials, _said(screening), strict=True):
        assert text.startswith(f"{example.stem} is {trial.verdict.value.lower()} for {trial.trial}: ")
        assert text.endswith(".")
        assert "\n" not in text
        if trial.blocks:
            more = re.search(r"(\d+) more criteri(on blocks|a block)\.$", text)
            alone = r", and [^()]+ \((\S+)\) (?:excludes|asks for|rules)"
            named = re.findall(alone + r"|which [^()]+ \((\S+)\) (?:excludes|does)", text)
            told = {one or other for one, other in named}
            assert told
            assert told <= set(trial.blocks)
            assert len(told) + (int(more[1]) if more else 0) == len(trial.blocks)
            assert ("nothing else blocks" in text) is (len(told) == len(trial.blocks))
        else:
            assert "more criteri" not in text


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(predicates, min_size=1, max_size=4), patients(), st.sampled_from(("inclusion", "exclusion")))
def test_whatever_blocks_is_told_and_counted(found: list[Predicate], who: Patient, kind: str) -> None:
    screening = explain(Engine([plan_of(*found, kind=kind)], Policy(margin=Margin(0.1, True))), who)
    (trial,), (text,) = screening.trials, _said(screening)

    assert re.fullmatch(rf"patient is {trial.verdict.value.lower()} for NCT00000001: [^\n]+\.", text)
    assert ("nothing else blocks" in text) is (len(trial.blocks) == 1)
    assert (f"; {len(trial.blocks) - 1} more criteri" in text) is (len(trial.blocks) > 1)
    assert not trial.blocks or any(f" ({id_}) " in text for id_ in trial.blocks)
    assert ": ," not in text


def test_a_near_miss_is_told_as_one(run: Run) -> None:
    example = ROOT / "patients_examples" / "low_platelets.json"
    text = run("screen", example, "--why", "NCT05727722", "--margin", "10%").out

    assert "excludes below 20 × 10⁹/L, a near miss (2 × 10⁹/L below the limit, margin 10 %); nothing else" in text


def test_every_reason_has_words_in_the_sentence() -> None:
    assert set(OPEN) == set(COUNTED)


def test_why_gives_a_line_for_each_patient_and_trial(run: Run) -> None:
    names = ("low_platelets", "missing_inr")
    files = [ROOT / "patients_examples" / f"{name}.json" for name in names]
    asked = ("--why", "NCT05727722", "--why", "nct06884904")
    text, data = run("screen", *files, *asked), run("screen", *files, *asked, "--json")
    rows = [json.loads(line) for line in data.out.splitlines()]

    assert [(row["patient"], row["trial"]) for row in rows] == [
        (name, trial) for name in names for trial in ("NCT05727722", "NCT06884904")
    ]
    assert all(row.keys() == {"patient", "trial", "verdict", "why"} for row in rows)
    assert text.out.splitlines() == [row["why"] for row in rows]
    assert (text.code, data.code) == (0, 0)
    assert run("screen", files[0], *asked).code == 4
    assert run("screen", files[0], "--why", "NCT05727722").code == 3


def test_why_and_trial_are_not_said_together(run: Run) -> None:
    assert run("screen", PATIENT, "--why", "NCT00000001", "--trial", "NCT00000001").code == 2


def test_why_of_an_unknown_trial_is_an_error(run: Run) -> None:
    result = run("screen", PATIENT, "--rules", RULES, "--why", "NCT00000004")

    assert result.code == 1
    assert "did you mean `NCT00000003`" in result.err


# --- what is enough

truths = st.sampled_from(list(Truth))


def _trees(leaves: int) -> st.SearchStrategy[Tree]:
    def joined(parts: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
        several = st.lists(parts, min_size=1, max_size=3).map(tuple)
        return st.one_of(
            st.builds(PlannedJoin, st.sampled_from(("all", "any")), several),
            st.builds(PlannedJoin, st.just("at_least"), several, st.integers(0, 4)),
            st.builds(PlannedJoin, st.just("not"), st.tuples(parts)),
        )

    return st.recursive(st.integers(0, leaves - 1), joined, max_leaves=6)


@settings(max_examples=200)
@given(_trees(4), st.lists(truths, min_size=4, max_size=4))
def test_what_is_enough_makes_the_truth_whatever_the_others_are(tree: Tree, found: list[Truth]) -> None:
    truth, needed = enough(tree, found)
    alone = [one if place in needed else Truth.UNKNOWN for place, one in enumerate(found)]

    assert truth is deciding(tree, found)[0]
    assert needed <= deciding(tree, found)[1]
    assert deciding(tree, alone)[0] is truth


def test_what_lacks_a_day_is_not_told_as_missing() -> None:
    part = {"concept": "ascites", "status": "active", "reason": "missing", "window_parts": {"anchor": "liver_failure"}}

    assert open_name(part) == "day of ascites"
    assert open_name(part | {"detail_code": "anchor_unknown"}) == "day of liver failure"
    assert open_name(part | {"reason": "not_stated"}) == "ascites"
