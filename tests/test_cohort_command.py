"""`eligo cohort`, `eligo diff --warehouse`: counts as of single records, small ones held back, whole files or none."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pl = pytest.importorskip("polars", reason="polars is not installed (pip install '.[cohort]')")

from bench import warehouse  # noqa: E402 - after the check for polars
from eligo.screening import load_rules  # noqa: E402
from eligo.warehouse.store import read_back  # noqa: E402
from eligo.warehouse.tables import TABLES, file_of, schema  # noqa: E402
from tests.doors import Run  # noqa: E402

COUNT, TRIAL = 400, "NCT06884904"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("cohort") / "warehouse"
    warehouse.write(made, COUNT, seed=23)
    return made


def _counted(run: Run, folder: Path, *options: str) -> dict[str, Any]:
    done = run("cohort", "--warehouse", folder, "--json", *options)
    assert done.code == 0, done.err
    data: dict[str, Any] = json.loads(done.out)
    return data


# --- what is counted


def test_verdicts_are_those_of_single_records(run: Run, folder: Path, tmp_path: Path) -> None:
    data = _counted(run, folder, "--list", str(tmp_path / "list.csv"))
    engine = load_rules().engine()
    people = list(read_back(folder))
    verdicts = [engine.verdicts(patient) for patient in people]

    for place, trial in enumerate(data["trials"]):
        counts = Counter(one[place].value for one in verdicts)
        assert {word: count for word, count in trial["verdicts"].items() if count} == dict(counts)
    with (tmp_path / "list.csv").open(encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    assert head == ["patient", *(trial.plan.trial for trial in engine.trials)]
    assert rows == [[p.id, *(v.value for v in of)] for p, of in zip(people, verdicts, strict=True)]


def test_who_is_left_goes_from_everybody_to_the_verdict(run: Run, folder: Path) -> None:
    for trial in _counted(run, folder, "--no-curves")["trials"]:
        if trial["attrition"]:
            steps = [step["possible"] for step in trial["attrition"]]
            assert steps == sorted(steps, reverse=True)
            assert steps[0] > COUNT / 100  # of arms too: a criterion of one arm leaves those of another
            assert steps[-1] == trial["eligible"]["possible"]
            assert trial["attrition"][-1]["certain"] == trial["eligible"]["certain"]
        for one in trial["criteria"]:
            assert one["passes"] + one["blocks"] + one["open"] == COUNT
            assert sum(one["reasons"].values()) >= one["open"]


def test_a_curve_at_its_limit_is_the_count_of_today(run: Run, folder: Path) -> None:
    curves = 0
    for trial in _counted(run, folder)["trials"]:
        for curve in trial["curves"]:
            (now,) = [point for point in curve["points"] if point["limit"] == curve["limit"]]
            assert [now["certain"], now["possible"]] == [trial["eligible"]["certain"], trial["eligible"]["possible"]]
            curves += 1
    assert curves > 10


def test_another_order_ends_at_the_same_count(run: Run, folder: Path) -> None:
    plain, first, most = (
        _counted(run, folder, "--no-curves", "--trial", TRIAL, *order)["trials"][0]["attrition"]
        for order in ((), ("--order", "E3,I2"), ("--order", "blocks"))
    )
    assert [step["id"] for step in first[:2]] == ["E3", "I2"]
    assert most[0]["id"] == "E3"
    assert first[-1]["possible"] == most[-1]["possible"] == plain[-1]["possible"]


def test_memory_and_processes_change_no_byte(run: Run, folder: Path) -> None:
    told = [
        run("cohort", "--warehouse", folder, "--json", *options).out
        for options in ((), (), ("--processes", "1"), ("--memory", "1"), ("--memory", "4096", "--processes", "2"))
    ]
    assert len(set(told)) == 1


def test_small_batches_change_no_byte(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = run("cohort", "--warehouse", folder, "--json").out
    monkeypatch.setattr("eligo.cohort.study._FEWEST", 70)
    assert run("cohort", "--warehouse", folder, "--json", "--memory", "1").out == whole


def test_a_table_and_a_terminal_tell_the_same(run: Run, folder: Path) -> None:
    data = _counted(run, folder, "--no-curves", "--trial", TRIAL)["trials"][0]
    rows = list(csv.DictReader(io.StringIO(run("cohort", "--warehouse", folder, "--csv", "--trial", TRIAL).out)))
    told = {(row["part"], row["name"], row["detail"]): row for row in rows}
    assert int(told["eligible", "", ""]["possible"]) == data["eligible"]["possible"]
    text = run("cohort", "--warehouse", folder, "--trial", TRIAL).out
    assert f"eligible {data['eligible']['certain']} .. {data['eligible']['possible']}" in text


# --- small counts


def _numbers(data: object) -> list[int]:
    if isinstance(data, dict):
        left = {k: v for k, v in data.items() if k not in ("limit", "min_count", "schema", "decided_one_by_one")}
        return [n for value in left.values() for n in _numbers(value)]
    if isinstance(data, list):
        return [n for value in data for n in _numbers(value)]
    return [data] if isinstance(data, int) and not isinstance(data, bool) else []


def test_no_count_of_few_patients_is_shown(run: Run, folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    data = _counted(run, folder, "--min-count", "11", "--html", str(page))
    assert [n for n in _numbers(data["trials"]) if 0 < n < 11] == []
    assert [n for n in _numbers(data["overlap"]) if 0 < n < 11] == []
    assert any(0 < n < 11 for n in _numbers(_counted(run, folder)["trials"]))  # there were such
    assert "&lt;11" in page.read_text("utf-8")


def test_no_held_back_count_follows_from_those_beside_it(run: Run, folder: Path) -> None:
    for trial in _counted(run, folder, "--min-count", "11", "--no-curves")["trials"]:
        for one in trial["criteria"]:
            parts = [one[word] for word in ("passes", "blocks", "open")]
            assert parts.count(None) != 1
        for before, after in zip(trial["attrition"], trial["attrition"][1:], strict=False):
            for key in ("certain", "possible"):
                if None not in (before[key], after[key]):
                    assert before[key] == after[key] or abs(before[key] - after[key]) >= 11


# --- two versions


def test_a_warehouse_flips_as_its_records_do(run: Run, folder: Path, tmp_path: Path, root: Path) -> None:
    new, old, listed = root / "rules" / f"{TRIAL}.yaml", tmp_path / "old.yaml", tmp_path / "flips.csv"
    old.write_text(new.read_text("utf-8").replace("op: le, limit: 93", "op: le, limit: 90"), "utf-8")
    done = run("diff", old, new, "--warehouse", folder, "--json", "--list", listed)
    told = json.loads(done.out)["warehouse"]

    before, after = (load_rules(str(path)).engine() for path in (old, new))
    flips = [(p.id, a[0], b[0]) for p in read_back(folder) if (a := before.verdicts(p)) != (b := after.verdicts(p))]
    assert flips
    assert told["persons"] == COUNT
    assert sum(pair["count"] for pair in told["pairs"]) == len(flips)
    assert [one for pair in told["pairs"] for one in pair["by_one"]] == [
        {"id": "E3", "change": "tightened", "count": len(flips)}
    ]
    with listed.open(encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    assert rows == [[id_, TRIAL, one.value, other.value] for id_, one, other in flips]
    assert f"{len(flips)} of {COUNT} patients of the warehouse flip" in run("diff", old, new, "--warehouse", folder).out


def test_a_list_of_flips_needs_a_warehouse(run: Run, root: Path, tmp_path: Path) -> None:
    rules = root / "rules" / f"{TRIAL}.yaml"
    done = run("diff", rules, rules, "--list", tmp_path / "flips.csv")
    assert done.code == 1
    assert "--warehouse" in done.err


# --- bad input


def _without_table(folder: Path) -> None:
    file_of(folder, "fact").unlink()


def _without_column(folder: Path) -> None:
    pl.read_parquet(file_of(folder, "observation")).drop("high").write_parquet(file_of(folder, "observation"))


def _of_other_type(folder: Path) -> None:
    frame = pl.read_parquet(file_of(folder, "observation"))
    frame.with_columns(pl.col("low").cast(pl.String)).write_parquet(file_of(folder, "observation"))


def _cut_off(folder: Path) -> None:
    file_of(folder, "person").write_bytes(file_of(folder, "person").read_bytes()[:500])


def _no_manifest(folder: Path) -> None:
    (folder / "warehouse.json").unlink()


BROKEN: dict[str, tuple[Callable[[Path], None], str]] = {
    "a table is missing": (_without_table, "fact.parquet"),
    "a column is missing": (_without_column, "`high`"),
    "a column is of another type": (_of_other_type, "`low`"),
    "a table is cut off": (_cut_off, "person.parquet"),
    "it is no warehouse": (_no_manifest, "warehouse"),
}


@pytest.mark.parametrize("case", list(BROKEN))
def test_what_is_wrong_with_a_warehouse_is_named(run: Run, folder: Path, tmp_path: Path, case: str) -> None:
    spoil, named = BROKEN[case]
    copy, listed = tmp_path / "copy", tmp_path / "list.csv"
    shutil.copytree(folder, copy)
    spoil(copy)
    done = run("cohort", "--warehouse", copy, "--list", listed)
    assert (done.code, done.out) == (1, "")
    assert named in done.err
    assert "Traceback" not in done.err
    assert not listed.exists()


def test_of_no_patients_everything_is_zero(run: Run, folder: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folder, copy)
    for table in TABLES:
        pl.DataFrame(schema=schema(table)).write_parquet(file_of(copy, table))
    data = _counted(run, copy, "--html", str(tmp_path / "page.html"))
    assert data["persons"] == 0
    assert set(_numbers(data["trials"])) == {0}
    assert "0 patients" in run("cohort", "--warehouse", copy).out


def test_one_broken_rule_set_stops_no_other(run: Run, folder: Path, tmp_path: Path, root: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    shutil.copy(root / "rules" / f"{TRIAL}.yaml", rules)
    (rules / "NCT00000001.yaml").write_text("trial: NCT00000001\ncriteria: [", "utf-8")
    done = run("cohort", rules, "--warehouse", folder, "--json", "--no-curves")
    assert done.code == 10
    assert "NCT00000001.yaml" in done.err
    assert [trial["trial"] for trial in json.loads(done.out)["trials"]] == [TRIAL]


# --- ends


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_run_that_is_killed_leaves_no_half_file(folder: Path, tmp_path: Path, number: signal.Signals) -> None:
    listed, page = tmp_path / "list.csv", tmp_path / "page.html"
    listed.write_text("old", "utf-8")
    command = [sys.executable, "-m", "eligo", "cohort", "--warehouse", str(folder), "--list", str(listed)]
    with subprocess.Popen(
        [*command, "--html", str(page)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ
    ) as process:
        while process.poll() is None and not list(tmp_path.glob(".list.csv.*")):
            time.sleep(0.01)
        process.send_signal(number)
        process.communicate()

    assert process.returncode == (-number if number == signal.SIGKILL else 128 + number)
    assert listed.read_text("utf-8") == "old"
    assert not page.exists()
    left = {path.name for path in tmp_path.iterdir()} - {"list.csv"}
    assert not left or number == signal.SIGKILL


def test_on_a_terminal_it_is_shown_how_far_it_has_come(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_FIRST", "_EVERY"):
        monkeypatch.setattr(f"eligo.commands.progress.{name}", 0.0)
    quiet = run("cohort", "--warehouse", folder, "--no-curves")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    shown = run("cohort", "--warehouse", folder, "--no-curves")
    assert "\r" not in quiet.err
    assert f"\r{COUNT} patients " in shown.err
    assert shown.out == quiet.out
