"""`eligo index`, `screen --index`: the same as without an index; refused where it is stale, cut off or damaged."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eligo.cli import main
from eligo.errors import EligoError
from eligo.index import entry, stored
from eligo.index.opened import OpenedIndex
from eligo.index.stored import read_index
from eligo.report.schema import json_schema
from tests.doors import Run

ROOT = Path(__file__).resolve().parents[1]
PATIENTS = ROOT / "patients_examples"
LOW = PATIENTS / "low_platelets.json"
KILLED = """
import os, pathlib, signal, sys
def die(*given):
    os.kill(os.getpid(), signal.SIGKILL)
if sys.argv[3] == "written":
    os.fsync = die
elif sys.argv[3] == "in part":
    import zlib
    from eligo.index import stored
    real = stored.write_parts
    stored.write_parts = lambda path, parts: real(path, (part if i < 5 else die() for i, part in enumerate(parts)))
else:
    pathlib.Path.replace = die
from eligo.cli import main
main(["index", sys.argv[1], "-o", sys.argv[2], "--anew"])
"""


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """A folder with the shipped rule sets."""
    folder = tmp_path / "rules"
    folder.mkdir()
    for path in (ROOT / "rules").glob("NCT*.yaml"):
        shutil.copy(path, folder)
    return folder


@pytest.fixture
def index(rules: Path, tmp_path: Path, run: Run) -> Path:
    """An index of them."""
    path = tmp_path / "trials.index"
    assert run("index", rules, "-o", path).code == 0
    return path


def code_of(error: str) -> list[str]:
    """The codes of the problems on standard error, as JSON."""
    rows = [json.loads(line) for line in error.splitlines()]
    return [row["code"] for row in rows if "code" in row]


def rows(result: str) -> list[dict[str, object]]:
    """Lines of JSON."""
    return [json.loads(line) for line in result.splitlines()]


# --- the same as without an index


@pytest.mark.parametrize("options", [(), ("--max-age", "14d"), ("--assume-absent", "conditions"), ("--only", "open")])
def test_the_json_is_that_of_the_rules_to_the_last_byte(
    options: tuple[str, ...], index: Path, rules: Path, run: Run
) -> None:
    by_rules = run("screen", PATIENTS, "--rules", rules, "--brief", "--json", *options)
    by_index = run("screen", PATIENTS, "--index", index, "--json", *options)

    assert by_index == by_rules


@pytest.mark.parametrize("name", sorted(path.name for path in PATIENTS.glob("*.json")))
def test_exit_codes_are_those_of_the_rules(name: str, index: Path, rules: Path, run: Run) -> None:
    by_rules = run("screen", PATIENTS / name, "--rules", rules, "--brief", "--json")

    assert run("screen", PATIENTS / name, "--index", index).code == by_rules.code


def test_a_line_for_people_has_each_trial_and_its_verdict(index: Path, rules: Path, run: Run) -> None:
    lines = run("screen", LOW, "--index", index).out.splitlines()
    (screening,) = rows(run("screen", LOW, "--rules", rules, "--brief", "--json").out)
    trials = screening["trials"]
    assert isinstance(trials, list)

    for trial in trials:
        (line,) = [line for line in lines if trial["trial"] in line]
        assert trial["verdict"] in line
        shown = trial["blocks"] or trial["open"]
        assert set(shown[:3]) <= set(line.replace(",", "").split())
    assert lines[-1].startswith("  5 trials: ")


def test_the_verdicts_of_an_index_fit_the_published_schema(index: Path, run: Run) -> None:
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(json_schema())
    for screening in rows(run("screen", PATIENTS, "--index", index, "--json").out):
        trials = screening["trials"]
        assert isinstance(trials, list)
        validator.validate(
            screening | {"schema": "eligo.screening/1", "trials": [{**t, "criteria": []} for t in trials]}
        )


def test_what_persons_said_of_single_criteria_counts(index: Path, rules: Path, tmp_path: Path, run: Run) -> None:
    record = {"id": "p", "as_of": "2026-11-20", "attested": {"NCT05727722/I2": True, "informed consent": True}}
    (tmp_path / "p.json").write_text(json.dumps(record), "utf-8")

    by_rules = run("screen", tmp_path / "p.json", "--rules", rules, "--brief", "--json")
    assert run("screen", tmp_path / "p.json", "--index", index, "--json") == by_rules


@pytest.mark.parametrize(
    "option", [("--outlook",), ("--margin", "5%"), ("--exclude-trial", "NCT05727722"), ("--table",)]
)
def test_what_an_index_does_not_keep_is_refused(option: tuple[str, ...], index: Path, run: Run) -> None:
    result = run("screen", LOW, "--index", index, *option)

    assert result.code == 2
    assert f"--index goes without {option[0]}" in result.err


def test_margins_of_a_site_are_said_to_be_left_out(index: Path, tmp_path: Path, run: Run) -> None:
    (tmp_path / "site.yaml").write_text("site: a site\nvariables: {INR: {margin: {by: 0.1}}}\n", "utf-8")
    result = run("screen", LOW, "--index", index, "--json", "--site", tmp_path / "site.yaml")

    assert code_of(result.err) == ["index-margin"]
    assert [row["code"] for row in json.loads(result.out)["problems"]] == ["index-margin"]


# --- made, extended, out of date


def test_only_what_is_new_or_changed_is_read_again(
    index: Path, rules: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed, gone = rules / "NCT05727722.yaml", rules / "NCT03460795.yaml"
    changed.write_text(changed.read_text("utf-8").replace("title: ", "title: New ", 1), "utf-8")
    gone.unlink()
    (rules / "NCT90000001.yaml").write_text(
        (rules / "NCT04822922.yaml").read_text("utf-8").replace("NCT04822922", "NCT90000001"), "utf-8"
    )
    read, real = list[str](), entry.entry_of

    def counted(data: bytes, file: str) -> entry.TrialEntry:
        read.append(Path(file).name)
        return real(data, file)

    monkeypatch.setattr(entry, "entry_of", counted)
    (summary,) = rows(run("index", rules, "-o", index, "--json").out)

    assert sorted(read) == ["NCT05727722.yaml", "NCT90000001.yaml"]
    assert {key: summary[key] for key in ("new", "changed", "kept", "gone")} == {
        "new": 1,
        "changed": 1,
        "kept": 3,
        "gone": 1,
    }
    by_rules = run("screen", PATIENTS, "--rules", rules, "--brief", "--json")
    assert run("screen", PATIENTS, "--index", index, "--json") == by_rules


def test_an_index_that_was_extended_holds_no_more_than_one_made_anew(index: Path, rules: Path, run: Run) -> None:
    for path in sorted(rules.glob("NCT0[34]*.yaml")):
        path.unlink()
    run("index", rules, "-o", index)
    extended = OpenedIndex(index)
    run("index", rules, "-o", index, "--anew")
    anew = OpenedIndex(index)

    assert (extended.tests, extended.trials) == (anew.tests, anew.trials)
    assert {extended.text(n) for n in range(extended.tests)} == {anew.text(n) for n in range(anew.tests)}
    assert len(extended.join_parts) == len(anew.join_parts)


def test_the_same_rules_give_the_same_bytes(index: Path, rules: Path, run: Run) -> None:
    before = index.read_bytes()
    run("index", rules, "-o", index, "--anew")

    assert index.read_bytes() == before


@pytest.mark.parametrize("what", ["changed", "added", "taken away"])
def test_rules_that_are_others_since_are_told(what: str, index: Path, rules: Path, run: Run) -> None:
    path = rules / "NCT05727722.yaml"
    if what == "changed":
        path.write_text(path.read_text("utf-8") + "# a note\n", "utf-8")
    elif what == "added":
        shutil.copy(path, rules / "NCT90000001.yaml")
    else:
        path.unlink()
    result = run("screen", LOW, "--index", index, "--json")

    assert code_of(result.err) == ["index-rules"]
    assert f"(1 {what})" in result.err
    assert "eligo index" in result.err


def test_a_file_that_was_only_written_again_is_the_same(index: Path, rules: Path, run: Run) -> None:
    for path in rules.glob("*.yaml"):
        os.utime(path, (1, 1))

    assert run("screen", LOW, "--index", index, "--json").err == ""


def test_rules_that_are_gone_are_told(index: Path, rules: Path, run: Run) -> None:
    shutil.rmtree(rules)
    result = run("screen", LOW, "--index", index, "--json")

    assert code_of(result.err) == ["index-rules"]
    assert len(rows(result.out)) == 1


def test_a_file_that_is_no_rule_set_is_refused_and_the_others_are_indexed(
    rules: Path, tmp_path: Path, run: Run
) -> None:
    (rules / "bad.yaml").write_text("trial: [", "utf-8")
    (rules / "twice.yaml").write_text((rules / "NCT05727722.yaml").read_text("utf-8") + "# twice\n", "utf-8")
    result = run("index", rules, "-o", tmp_path / "x.index", "--json")

    assert result.code == 10
    assert "duplicate-trial" in code_of(result.err)
    assert rows(result.out)[0]["trials"] == 5
    assert rows(result.out)[0]["refused"] == 2
    assert run("screen", LOW, "--index", tmp_path / "x.index", "--json").err == ""


def test_nothing_to_index_is_an_error(tmp_path: Path, run: Run) -> None:
    result = run("index", tmp_path, "-o", tmp_path / "x.index")

    assert result.code == 1
    assert "no-rules" in result.err
    assert not (tmp_path / "x.index").exists()


# --- refused


@pytest.mark.parametrize(("what", "code"), [("code_digest", "index-code"), ("vocabulary_digest", "index-vocabulary")])
def test_an_index_of_other_code_or_another_vocabulary_is_refused(
    what: str, code: str, index: Path, rules: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored, what, lambda: "another one")
    result = run("screen", LOW, "--index", index, "--json")

    assert (result.code, result.out, code_of(result.err)) == (1, "", [code])
    assert "build it again" in result.err
    again = run("index", rules, "-o", index, "--json")
    assert (again.code, code_of(again.err)) == (0, [code])
    assert rows(again.out)[0]["new"] == 5
    assert run("screen", LOW, "--index", index, "--json").code == 4


def test_a_site_s_own_names_are_part_of_the_vocabulary(index: Path, tmp_path: Path, run: Run) -> None:
    names = tmp_path / "names.csv"
    names.write_text("name,kind\nzorblax disease,condition\n", "utf-8")
    result = run("screen", LOW, "--index", index, "--json", "--vocabulary", names)

    assert (result.code, code_of(result.err)) == (1, ["index-vocabulary"])


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(place=st.floats(0, 1, exclude_max=True), change=st.integers(1, 255))
def test_a_damaged_index_is_a_named_error(place: float, change: int, index: Path, tmp_path: Path) -> None:
    data = bytearray(index.read_bytes())
    data[int(place * len(data))] ^= change
    (tmp_path / "damaged").write_bytes(data)

    with pytest.raises(EligoError) as raised:
        OpenedIndex(tmp_path / "damaged")
    assert raised.value.problems[0].code in ("index-damaged", "no-index", "index-code", "index-vocabulary")


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(share=st.floats(0, 1, exclude_max=True))
def test_an_index_that_is_cut_off_is_a_named_error(share: float, index: Path, tmp_path: Path) -> None:
    data = index.read_bytes()
    (tmp_path / "cut").write_bytes(data[: int(share * len(data))])

    with pytest.raises(EligoError) as raised:
        read_index(tmp_path / "cut")
    assert raised.value.problems[0].code in ("index-damaged", "no-index")


@pytest.mark.parametrize("other", ["missing", "folder", "text"])
def test_what_is_no_index_is_a_named_error(other: str, tmp_path: Path, run: Run) -> None:
    path = tmp_path / other
    if other == "folder":
        path.mkdir()
    elif other == "text":
        path.write_text("my own notes, " * 100, "utf-8")
    result = run("screen", LOW, "--index", path, "--json")

    assert result.code == 1
    assert code_of(result.err) == [{"missing": "file-missing", "folder": "file-folder", "text": "no-index"}[other]]


def test_a_file_that_is_no_index_is_never_written_over(rules: Path, tmp_path: Path, run: Run) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("my own notes", "utf-8")
    result = run("index", rules, "-o", notes, "--json")

    assert (result.code, code_of(result.err)) == (1, ["no-index"])
    assert notes.read_text("utf-8") == "my own notes"


@pytest.mark.parametrize("moment", ["in part", "written", "about to be put in place"])
def test_a_crash_while_writing_leaves_the_old_index_whole(moment: str, index: Path, rules: Path) -> None:
    before = index.read_bytes()
    command = [sys.executable, "-c", KILLED, str(rules), str(index), moment]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT / "src")}, check=False)

    assert done.returncode == -signal.SIGKILL
    assert index.read_bytes() == before
    assert OpenedIndex(index).trials == 5


@pytest.mark.parametrize("command", [("index", "rules", "-o"), ("screen", "p", "--index"), ("find", "p", "--index")])
def test_without_numpy_it_is_said_how_to_get_it(
    command: tuple[str, ...], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *more: None if name == "numpy" else real(name, *more))
    result = run(*command, "x", "--json")

    assert (result.code, code_of(result.err)) == (1, ["no-numpy"])
    assert "eligo[index]" in result.err


def test_no_other_command_imports_numpy() -> None:
    code = (
        "import sys\nfrom eligo.cli import main\nmain(sys.argv[1:])\n"
        "assert 'numpy' not in sys.modules, 'numpy was imported'"
    )
    for words in (["screen", str(LOW)], ["find", "--help"], ["index", "--help"]):
        command = [sys.executable, "-c", code, *words]
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, "PYTHONPATH": "src"}, capture_output=True, check=False
        )
        assert b"numpy was imported" not in done.stderr


def test_the_entry_point_takes_an_index(index: Path) -> None:
    assert main(["screen", str(LOW), "--index", str(index), "--only", "eligible"]) == 4
