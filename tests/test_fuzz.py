"""Hostile inputs and laws: what was found once is mended, a short run finds nothing, and a fault would be found."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from bench.fuzz import laws, workers
from bench.fuzz.__main__ import _tasks
from bench.fuzz.findings import KEPT, finding, keep, kept, smaller
from bench.fuzz.hostile import Found, Hostile
from bench.fuzz.judge import wrong
from bench.fuzz.kinds import KINDS, PATIENT, PLACES, Input, inputs
from bench.fuzz.laws import LAWS, Lawful, broken, holds
from bench.fuzz.people import World, in_other_units, of_trials, record
from bench.fuzz.run import Outcome, run, settle, unsettle
from bench.fuzz.strange import strange_concepts, strange_variables
from bench.fuzz.tally import Tally, joined
from bench.fuzz.together import Numbered, batches, merged
from bench.fuzz.workers import Report, Task, reports
from eligo.patients.readers import read_job

SHORT, PATIENTS = 600, 40  # `make fuzz` tries many more
NEVER = 10**9  # inputs of which one runs in a process of its own too
CASES = sorted(KEPT.glob("*.json"))


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """An empty folder to run in, and an environment for it."""
    with mock.patch.dict(os.environ):
        made = settle()
        yield made / "run"
        unsettle(made)


def _tried(work: Callable[[Task, Callable[[Report], None]], None], task: Task) -> list[Found]:
    said: list[Report] = []
    work(task, said.append)
    return [report.found for report in said if not report.began]


def _findings(found: list[Found]) -> set[tuple[str, str, int]]:
    return {(one.kind, what, number) for one in found for what, number in one.findings}


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_what_was_found_once_is_mended(path: Path, folder: Path) -> None:
    if path.stem.startswith("law_"):
        assert holds(path, folder)
    else:
        assert finding(kept(path), folder) is None


def test_a_short_run_finds_nothing(folder: Path, tmp_path: Path) -> None:
    hostile = Hostile(7, tuple(KINDS), folder.parent, tmp_path, SHORT // 2)

    found = _tried(hostile.work, Task("inputs", range(SHORT)))

    assert _findings(found) == set()
    assert {one.kind for one in found} == set(KINDS)
    assert sum(one.count for one in found) == SHORT
    assert sum(one.apart for one in found) > 0


def test_no_law_is_broken_in_a_short_run(folder: Path, tmp_path: Path) -> None:
    lawful = Lawful(7, folder.parent, tmp_path)

    found = _tried(lawful.work, Task("laws", range(PATIENTS)))

    assert _findings(found) == set()
    assert {one.kind for one in found} >= {*laws.CHANGES, "brief", "alone", "tabled"}
    assert {one.kind for one in found} <= {*LAWS, "laws"}


def test_the_same_seed_gives_the_same_inputs() -> None:
    assert list(inputs(range(50), 3)) == list(inputs(range(50), 3))
    assert list(inputs(range(50), 3)) != list(inputs(range(50), 4))


def test_an_input_hangs_on_its_own_number_alone() -> None:
    assert list(inputs([40], 3)) == list(inputs(range(50), 3))[40:41]


def test_inputs_that_go_together_keep_their_own_files() -> None:
    group = [Input({"r/a.yaml": bytes([i])}, ("check", "r", "--json"), "r") for i in range(3)]

    whole = merged(group)

    assert whole.arguments == ("check", "0r", "1r", "2r", "--json")
    assert whole.files == {"0r/a.yaml": b"\x00", "1r/a.yaml": b"\x01", "2r/a.yaml": b"\x02"}


def test_only_calls_that_differ_in_their_own_file_go_together() -> None:
    made = (Numbered(*one) for one in inputs(range(600), 5))

    groups = list(batches(made))

    assert sum(map(len, groups)) == 600
    assert max(map(len, groups)) > 10
    for group in groups:
        assert len({(one.kind, one.made.arguments) for one in group}) == 1
        assert len(group) == 1 or all(one.made.own for one in group)


def test_a_finding_is_made_small_and_kept_as_it_is(tmp_path: Path) -> None:
    made = Input({"x.json": b"a" * 500 + b"bad" + b"c" * 300}, ("screen", "x.json"), stdin=b"in")

    def check(made: Input) -> str | None:
        return "bad" if b"bad" in made.files["x.json"] else None

    small = smaller(made, "bad", check)

    assert small.files == {"x.json": b"bad"}
    assert kept(keep(small, "bad", tmp_path)) == small


def test_an_error_that_nobody_expects_is_found(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    def broken(*_: object) -> None:
        raise KeyError("x")

    monkeypatch.setattr("eligo.commands.convert.find_variable", broken)
    made = Input({}, ("convert", "2 mg/dL", "--variable", "creatinine"))

    assert (finding(made, folder) or "").startswith("internal: KeyError")


def test_a_finding_in_a_call_of_many_is_that_of_its_own_input(
    monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path
) -> None:
    def reading(job: Any, options: Any) -> Any:
        if b"hepatic" in job.documents[0].data:
            raise KeyError("x")
        return read_job(job, options)

    monkeypatch.setattr("eligo.commands.screen.read_job", reading)
    hostile = Hostile(7, ("native",), folder.parent, tmp_path, NEVER)

    found = _findings(_tried(hostile.work, Task("inputs", range(200))))

    guilty = {
        number
        for number, _, made in inputs(range(200), 7, ("native",))
        if made.arguments[0] == "screen" and b"hepatic" in made.files["x.json"]
    }
    blamed = {number for _, what, number in found if what.startswith("internal: KeyError")}
    assert 0 < len(blamed) < 200
    assert blamed <= guilty


@pytest.mark.parametrize(
    ("arguments", "code", "out", "err", "expected"),
    [
        (("screen", "x", "--json"), 0, '{"trials": [{"verdict": "ELIGIBLE"}]}', "", None),
        (("screen", "x", "--json"), 3, '{"trials": [{"verdict": "ELIGIBLE"}]}', "", "for other verdicts"),
        (("screen", "x", "--json"), 4, '{"trials": [{"verdict": "INELIGIBLE"}]}', "", "for other verdicts"),
        (("screen", "x"), 1, "", "", "without an error"),
        (("screen", "x"), 1, "", "x:3: error[a-code]: why\n", None),
        (("screen", "x"), 4, "", "x:3: error[a-code]: why\n", "with an error"),
        (("screen", "x"), 14, "", "x:3: error[a-code]: why\n", None),
        (("screen", "x"), 14, "", "", "without an error"),
        (("check", "x"), 3, "", "", "exit code 3 of check"),
        (("check", "x"), 5, "", "x: error[a-code]: why\n", None),
        (("check", "x"), 2, "", "no usage", "for the usage"),
        (("check", "x"), 2, "", "usage: eligo check\n", None),
        (("screen", "x"), 0, "\x1b[31m", "", "steers the terminal"),
        (("screen", "x"), 0, "", "741852.963", "a value in an error message"),
        (("import", "x"), 0, "", "741852.963", None),
        (("audit", "x", "--json"), 0, '{"a": NaN}', "", "no JSON"),
    ],
)
def test_an_exit_code_says_what_the_output_says(
    arguments: tuple[str, ...], code: int, out: str, err: str, expected: str | None
) -> None:
    found = wrong(Input({}, arguments), Outcome(code, out, err, 0.0))

    assert (expected in (found or "")) if expected else found is None


def test_a_run_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    def endless(*_: object) -> int:
        while True:
            pass

    monkeypatch.setattr("bench.fuzz.run.SLOWEST", 0.2)
    monkeypatch.setattr("bench.fuzz.run.eligo", endless)

    assert finding(Input({}, ("schema", "patient")), folder) == "slow"


def test_a_run_changes_no_rules_of_others(folder: Path) -> None:
    before = {path: path.read_bytes() for place in PLACES.values() for path in place.iterdir()}
    assert run(Input({}, ("fmt", "@rules")), folder).code == 0
    assert run(Input({}, ("fmt",)), folder).code == 0

    assert {path: path.read_bytes() for place in PLACES.values() for path in place.iterdir()} == before
    assert run(Input({}, ("fmt", "--check", "@rules")), folder).code == 5


def test_a_run_leaves_nothing_behind(folder: Path) -> None:
    outcome = run(Input({"x.json": PATIENT}, ("audit", "x.json", "NCT00000001", "--html", "made.html")), folder)

    assert outcome.code in (0, 3, 4)
    assert list(folder.iterdir()) == []


def _work(task: Task, say: Callable[[Report], None]) -> None:
    """Do numbers two at a time; at 5 the process dies, at 11 it hangs."""
    numbers = list(task.numbers)
    for at in range(0, len(numbers), 2):
        pair = numbers[at : at + 2]
        say(Report(pair, True))
        if 5 in pair:
            os.kill(os.getpid(), signal.SIGKILL)
        if 11 in pair:
            time.sleep(60)
        say(Report(pair, False, pair))


def test_a_process_that_dies_or_hangs_loses_its_own_input_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "QUIET", 2.0)
    tasks = [Task("inputs", range(8)), Task("inputs", range(8, 14))]

    found = list(reports(tasks, _work, 2, lambda _, number: [-number]))

    assert sorted(number for one in found for number in one) == [-11, -5, *(n for n in range(14) if n not in (5, 11))]


def test_a_process_that_works_for_ever_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    def work(task: Task, say: Callable[[Report], None]) -> None:
        say(Report(task.numbers, True))
        while True:
            pass

    monkeypatch.setattr(workers, "BUSY", 0.2)

    assert list(reports([Task("inputs", [3])], work, 1, lambda task, number: (task.what, number))) == [("inputs", 3)]


# --- laws

TRIAL = {
    "trial": "NCT00000001",
    "title": "t",
    "criteria": [{"id": "E1", "kind": "exclusion", "text": "the text", "when": {"concept": "cirrhosis"}}],
}


def _lost(chance: random.Random, data: dict[str, Any], _: object) -> dict[str, Any]:
    """A change that no law allows."""
    return {**data, "conditions": []}


def test_a_broken_law_is_found_made_small_and_kept(
    monkeypatch: pytest.MonkeyPatch, folder: Path, tmp_path: Path
) -> None:
    monkeypatch.setitem(laws.CHANGES, "lost", _lost)
    monkeypatch.setattr(laws, "_kept", set())

    found = _tried(Lawful(7, folder.parent, tmp_path).work, Task("laws", range(PATIENTS)))

    assert {kind for kind, _, _ in _findings(found)} == {"lost"}
    (path,) = tmp_path.glob("law_lost_*.json")
    case = json.loads(path.read_text("utf-8"))
    assert not holds(path, folder)
    assert len(case["record"]["conditions"]) <= 2
    assert "observations" not in case["record"]


def test_a_law_holds_for_one_patient_or_is_broken(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setitem(laws.CHANGES, "lost", _lost)
    data = {"id": "p", "as_of": "2026-11-20", "conditions": [{"concept": "cirrhosis", "status": "active"}]}

    assert broken("lost", data, [TRIAL], "1", folder)
    for law in ("shuffled", "unrelated", "rescaled", "renamed", "brief", "tabled"):
        assert not broken(law, data, [TRIAL], "1", folder)


def _asking(*leaves: dict[str, Any]) -> World:
    criteria = [{"id": f"E{i}", "kind": "exclusion", "text": "the text", "when": leaf} for i, leaf in enumerate(leaves)]
    return of_trials(({**TRIAL, "criteria": criteria},))


def test_what_is_strange_to_the_rules_is_no_kin_of_them() -> None:
    around = of_trials((TRIAL,))

    strange = {concept.id for concept in strange_concepts(around, {"absent": ["gout"]})}

    assert "cirrhosis" not in strange
    assert "gout" not in strange
    assert "liver_disease" not in strange
    assert len(strange) > 1000
    assert len(strange_variables(around)) > 100


@pytest.mark.parametrize(
    ("leaf", "concept"),
    [
        ({"variable": "child_pugh_score", "op": "gt", "limit": 7}, "hepatic_encephalopathy"),  # its grade counts there
        ({"variable": "hepatic_encephalopathy_grade", "op": "gt", "limit": 1}, "altered_mental_status"),  # may be it
        ({"concept": "undetectable_viral_load"}, "hepatitis_c"),  # says which virus is meant
    ],
)
def test_a_concept_that_makes_a_difference_to_a_rule_is_not_strange(leaf: dict[str, Any], concept: str) -> None:
    assert concept in {one.id for one in strange_concepts(_asking({"concept": "gout"}), {})}
    assert concept not in {one.id for one in strange_concepts(_asking(leaf), {})}


@pytest.mark.parametrize(
    ("leaf", "variable"),
    [
        ({"variable": "child_pugh_score", "op": "gt", "limit": 7}, "albumin"),
        ({"concept": "hbv_genotype_b"}, "hbsag_level"),  # says that there is a hepatitis B, maybe of that genotype
        ({"concept": "viral_infection"}, "hbv_dna"),
        ({"concept": "undetectable_viral_load"}, "hcv_rna"),
    ],
)
def test_a_variable_that_makes_a_difference_to_a_rule_is_not_strange(leaf: dict[str, Any], variable: str) -> None:
    assert variable in {one.id for one in strange_variables(_asking({"concept": "gout"}))}
    assert variable not in {one.id for one in strange_variables(_asking(leaf))}


def test_a_value_between_two_forms_of_one_limit_keeps_its_kind_of_unit() -> None:
    limit = {"variable": "total_bilirubin", "op": "ge", "limit": 12, "unit": "mg/dL", "equivalent": "205 umol/L"}
    around = _asking(limit)  # 12 mg/dL are 205.2 umol/L

    def units(value: object) -> set[str]:
        data = {"observations": [{"variable": "total_bilirubin", "value": value, "unit": "umol/L"}]}
        made = (in_other_units(random.Random(i), data, around) for i in range(50))
        return {one["observations"][0]["unit"] for one in made}

    for value in (205, 205.1, "< 205.24749427"):
        assert units(value) == {"umol/L", "mmol/L"}
    for value in (204.9, 205.3, "> 206"):
        assert units(value) > {"umol/L", "mg/dL"}


def test_the_same_luck_gives_the_same_patient() -> None:
    around = of_trials((TRIAL,))

    assert record(random.Random("a"), around, 1) == record(random.Random("a"), around, 1)
    assert record(random.Random("a"), around, 1) != record(random.Random("b"), around, 1)


def test_parts_of_a_run_have_all_its_inputs_once_and_their_figures_add_up() -> None:
    whole = [(t.what, n) for t in _tasks(50_000, list(KINDS), True, float("inf")) for n in t.numbers]
    parts = [_tasks(50_000, list(KINDS), True, float("inf"), (i, 3)) for i in (1, 2, 3)]
    assert sorted((t.what, n) for part in parts for t in part for n in t.numbers) == sorted(whole)

    figures = []
    for i in (1, 2):
        tally = Tally(7, 100, (i, 2))
        tally.add(Found("native", 10 * i, 0.5, (0.1 * i, i), 1, 90 * i, [("traceback", i)]))
        tally.add(Found("page", 3, 1.0, (0.7 / i, 40 + i)))
        figures.append(tally.data())
    both = joined(figures)

    assert both["parts"] == [[1, 2], [2, 2]]
    assert both["kinds"]["native"] == {
        "inputs": 30,
        "seconds_of_one_core": 1.0,
        "slowest": {"seconds": 0.2, "number": 2},
        "memory_mb": 180,
    }
    assert both["kinds"]["page"]["slowest"] == {"seconds": 0.7, "number": 41}
    assert both["findings"] == [{"finding": "native: traceback", "times": 2, "first": 1}]
    with pytest.raises(ValueError, match="different parts"):
        joined([figures[0], figures[0]])
    with pytest.raises(ValueError, match="another seed"):
        joined([figures[0], Tally(8, 100, (2, 2)).data()])
