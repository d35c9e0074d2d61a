"""The commands from outside: arguments in, output and exit code out; whatever comes in, no traceback comes out."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import eligo
import eligo.commands.screen
from eligo.cli import COMMANDS, main
from eligo.report.schema import json_schema
from eligo.screening import load_rules
from tests.golden import Golden

ROOT = Path(__file__).resolve().parents[1]
DOORS = Path(__file__).parent / "cases" / "doors"
RULES = str(DOORS / "rules")
PATIENT = str(DOORS / "patients" / "low_platelets.json")
VALUE = "98765"  # stands in records as a value, and so may stand in no error message


class Result:
    """What a command gave."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err
        assert "Traceback" not in err


Run = Callable[..., Result]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process."""
    monkeypatch.delenv("ELIGO_RULES", raising=False)
    monkeypatch.delenv("ELIGO_DEBUG", raising=False)

    def run(*arguments: str | Path, stdin: bytes = b"") -> Result:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        code = main([str(a) for a in arguments])
        return Result(code, *capsys.readouterr())

    return run


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """The goldens, compared or recorded."""
    return Golden(bool(request.config.getoption("--record")))


# --- what a command prints


def test_screening_a_folder_prints_every_patient(run: Run, golden: Golden) -> None:
    result = run("screen", DOORS / "patients", "--rules", RULES)

    assert (result.code, result.err) == (0, "")
    golden.check("screen_folder.txt", result.out)


def test_the_help_names_every_command_and_exit_code(run: Run) -> None:
    result = run("--help")

    assert result.code == 0
    assert all(f"    {name} " in result.out for name in COMMANDS)
    assert all(f"\n  {code}  " in result.out for code in range(5))


def test_the_version_is_that_of_the_package(run: Run) -> None:
    assert run("--version").out == f"eligo {eligo.__version__}\n"


def test_json_of_every_example_fits_the_published_schema(run: Run) -> None:
    result = run("screen", ROOT / "patients_examples", "--json")
    schema = json.loads(run("schema", "screening").out)
    validator = jsonschema.Draft202012Validator(schema)
    lines = [json.loads(line) for line in result.out.splitlines()]

    assert len(lines) == len(list((ROOT / "patients_examples").glob("*.json")))
    for line in lines:
        validator.validate(line)
        assert line["schema"] == schema["title"]


def test_json_has_a_finding_for_each_criterion_and_a_reason_for_each_unknown(run: Run) -> None:
    result = run("screen", DOORS / "patients", "--rules", RULES, "--json")
    counts = {plan.trial: len(plan.criteria) for plan in load_rules(RULES).plans}

    for line in map(json.loads, result.out.splitlines()):
        assert {t["trial"]: len(t["criteria"]) for t in line["trials"]} == counts
        for finding in (f for t in line["trials"] for f in t["criteria"]):
            assert (finding["truth"] == "UNKNOWN") == bool(finding["reasons"]) == (finding["bearing"] == "open")


def test_the_schema_refuses_what_is_not_a_screening() -> None:
    validator = jsonschema.Draft202012Validator(json_schema())

    assert not validator.is_valid({})
    assert not validator.is_valid({"schema": "eligo.screening/2", "patient": "x", "as_of": "2026-01-01", "trials": []})


@pytest.mark.parametrize("name", ["patient", "ruleset", "screening"])
def test_schemas_are_valid_json_schemas(name: str, run: Run) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(run("schema", name).out))


def test_the_patient_schema_accepts_the_examples(run: Run) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(run("schema", "patient").out))

    for path in (ROOT / "patients_examples").glob("*.json"):
        validator.validate(json.loads(path.read_text("utf-8")))


def test_standard_input_is_a_patient(run: Run) -> None:
    from_file = run("screen", PATIENT, "--rules", RULES)

    assert run("screen", "-", "--rules", RULES, stdin=Path(PATIENT).read_bytes()).out == from_file.out


def test_screening_for_one_trial_shows_only_that(run: Run) -> None:
    result = run("screen", PATIENT, "--rules", RULES, "--trial", "nct00000003", "--json")

    assert [t["trial"] for t in json.loads(result.out)["trials"]] == ["NCT00000003"]


def test_the_day_can_be_given(run: Run) -> None:
    result = run("screen", PATIENT, "--rules", RULES, "--as-of", "1990-01-01")

    assert "as of 1990-01-01" in result.out
    assert "age 11, not >= 18 y" in result.out


def test_old_results_decide_nothing_where_the_caller_says_how_old(run: Run) -> None:
    hopeful = DOORS / "patients" / "hopeful.json"

    assert "INR 1.9" not in run("screen", hopeful, "--rules", RULES).out
    for option in (("--max-age", "0d"), ("--max-age", "3mo", "--max-age", "INR=0d")):
        result = run("screen", hopeful, "--rules", RULES, "--trial", "NCT00000001", *option)
        assert re.search(r"\d too old \(.*INR", result.out)


def test_what_is_assumed_absent_is_said_to_be(run: Run) -> None:
    unknown = DOORS / "patients" / "nothing_known.json"
    result = run("audit", unknown, "NCT00000001", "--rules", RULES, "--assume-absent", "conditions")

    assert "malignancy: assumed absent: by the caller" in result.out
    assert "assumed" not in run("audit", unknown, "NCT00000001", "--rules", RULES).out


def test_a_value_is_converted(run: Run) -> None:
    assert run("convert", "2.1 mg/dL", "--variable", "TBil", "--to", "umol/L").out == "35.918 umol/L\n"
    assert json.loads(run("convert", "18000 /uL", "--variable", "PLT", "--json").out) == {
        "variable": "platelets",
        "value": 18,
        "unit": "10*9/L",
    }


def test_variables_are_listed_found_and_shown(run: Run) -> None:
    listed = [line.split()[0] for line in run("variables").out.splitlines() if line[0] != " "]
    found = [json.loads(line)["id"] for line in run("variables", "bilir", "--json").out.splitlines()]

    assert {"platelets", "inr", "total_bilirubin"} <= set(listed)
    assert {"total_bilirubin", "direct_bilirubin"} <= set(found) < set(listed)
    assert "777-3" in run("variables", "thrombocytes").out


# --- exit codes


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["screen", PATIENT], 0),
        (["screen", PATIENT, "--trial", "NCT00000001"], 3),
        (["screen", PATIENT, "--trial", "NCT00000002"], 4),
        (["screen", PATIENT, "--trial", "NCT00000001", "--trial", "NCT00000002"], 4),
        (["audit", PATIENT, "NCT00000001"], 3),
        (["audit", PATIENT, "NCT00000003"], 0),
    ],
)
def test_the_exit_code_sums_the_verdicts_up(run: Run, arguments: list[str], code: int) -> None:
    assert run(*arguments, "--rules", RULES).code == code


@pytest.mark.parametrize(
    "arguments", [[], ["nonsense"], ["screen"], ["screen", "x", "--nonsense"], ["screen", "x", "--as-of", "soon"]]
)
def test_wrong_usage_is_exit_code_2(run: Run, arguments: list[str]) -> None:
    result = run(*arguments)

    assert result.code == 2
    assert result.err.startswith("usage: eligo")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["screen", PATIENT, "--trial", "NCT00000004"], "did you mean `NCT00000003`"),
        (["audit", PATIENT, "NCT1"], "no rules for the trial `NCT1`"),
        (["screen", PATIENT, "--max-age", "soon"], "`soon` is not a length of time"),
        (["screen", PATIENT, "--max-age", "plateletz=3d"], "did you mean `platelets`"),
        (["screen", PATIENT, "--assume-absent", "condition"], "did you mean `conditions`"),
        (["screen", PATIENT, "--rules", "nowhere"], "nowhere: error[rules-folder]"),
        (["screen", str(DOORS / "rules"), "--lenient"], "the folder holds no records"),
        (["convert", "two mg/dL", "--variable", "creatinine"], "not a number with a unit"),
        (["convert", "2 mg/dL", "--variable", "creatinin"], "did you mean `creatinine`"),
        (["convert", "2 foo", "--variable", "creatinine"], "unknown unit `foo`"),
        (["convert", "2 mg/dL", "--variable", "creatinine", "--to", "kg"], "error[unit-mismatch]"),
        (["variables", "plateletz"], "did you mean `platelets`"),
        (["parse", "nowhere.txt"], "nowhere.txt: error[file]"),
        (["import", "nowhere.txt", "--rules", "drafts"], "nowhere.txt: error[file]"),
    ],
)
def test_a_mistake_in_the_arguments_is_an_error_that_helps(run: Run, arguments: list[str], message: str) -> None:
    rules = ["--rules", RULES] if arguments[0] in ("screen", "audit") and "--rules" not in arguments else []
    result = run(*arguments, *rules)

    assert (result.code, result.out) == (1, "")
    assert message in result.err


# --- bad records


def _record(**parts: Any) -> str:
    return json.dumps({"id": "x", "as_of": "2026-11-20"} | parts)


BAD_RECORDS: dict[str, tuple[str | bytes, str]] = {
    "broken": ('{"id": "x",\n "as_of": "2026-11-20"\n "sex": "male"}', ":3:2: error[json-syntax]"),
    "cut_off": ('{"id": "x", "labs": {"INR": 1.', ":1:"),
    "duplicate_key": ('{"id": "x",\n"as_of": "2026-11-20", "id": "y"}', ":2:24"),
    "duplicate_lab": (f'{{"as_of": "2026-11-20", "labs": {{"INR": 1,\n "INR": {VALUE}}}}}', ":2:2 at labs.INR"),
    "not_an_object": ("[1]", ":1:1: error[wrong-type]"),
    "unknown_key": (_record(labz={"INR": VALUE}), "did you mean `labs`"),
    "unknown_variable": (_record(labs={"plateletz": VALUE}), "at labs.plateletz: error"),
    "unknown_concept": (_record(conditions=[{"concept": "cirrhosiss"}]), "did you mean `cirrhosis`"),
    "wrong_type": (_record(labs=VALUE), " at labs: error"),
    "unit_that_does_not_fit": (_record(labs={"platelets": f"{VALUE} kg"}), "the unit `kg` does not fit `platelets`"),
    "unknown_unit": (_record(labs={"platelets": f"{VALUE} foo"}), "the unit `foo` is not known"),
    "nan": ('{"as_of": "2026-11-20",\n"labs": {"INR": NaN}}', ":2:17 at labs.INR"),
    "infinity": ('{"as_of": "2026-11-20",\n"labs": {"INR": -Infinity}}', ":2:"),
    "overflow": ('{"as_of": "2026-11-20",\n"labs": {"INR": 1e999}}', ":2:17 at labs.INR"),
    "negative": (_record(labs={"INR": -98765}), "at labs.INR: error[value-implausible]"),
    "future": (
        _record(observations=[{"variable": "INR", "value": 1.2, "date": "2026-12-24"}]),
        "at observations: error[after-as-of]",
    ),
    "born_after_as_of": (_record(birth_date="2027-01-01"), " at birth_date: error[birth-after-as-of]"),
    "no_day": ('{"id": "x"}', "error[as-of-missing]"),
    "empty": ("", "error[json-empty]"),
    "blank": (" \n\t", "error[json-empty]"),
    "utf16": (_record().encode("utf-16"), "UTF-16"),
    "latin1": ('{"id": "Zoë"}'.encode("latin-1"), ":1:10: error[json-encoding]"),
    "nested": ("[" * 50_000, "error[json-depth]"),
    "binary": (bytes(range(256)) * 40, "error[json"),
    "half_a_character": (b'{"id": "\\ud800", "as_of": "2026-11-20"}', "error[json-character]"),
}


@pytest.mark.parametrize("name", BAD_RECORDS)
def test_a_bad_record_gives_an_error_that_names_its_place(name: str, run: Run, tmp_path: Path) -> None:
    content, message = BAD_RECORDS[name]
    path = tmp_path / f"{name}.json"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    for command in (["screen", path], ["audit", path, "NCT00000001"]):
        result = run(*command, "--rules", RULES)

        assert result.code == 1
        assert str(path) in result.err
        assert message in result.err
        assert VALUE not in result.err


def test_fifty_megabytes_of_junk_are_refused_at_once(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "junk.json"
    with path.open("wb") as file:
        file.truncate(50 * 1024 * 1024)
    result = run("screen", path, "--rules", RULES)

    assert (result.code, result.out) == (1, "")
    assert f"{path}: error[file-too-large]" in result.err


def test_a_missing_file_is_named(run: Run, tmp_path: Path) -> None:
    result = run("screen", tmp_path / "gone.json", "--rules", RULES)

    assert (result.code, result.out) == (1, "")
    assert f"{tmp_path / 'gone.json'}: error[file-missing]" in result.err


def test_a_bad_record_does_not_stop_the_others(run: Run, tmp_path: Path) -> None:
    shutil.copy(PATIENT, tmp_path / "a.json")
    (tmp_path / "b.json").write_text("{", "utf-8")
    shutil.copy(PATIENT, tmp_path / "c.json")
    result = run("screen", tmp_path, "--rules", RULES, "--json")

    assert result.code == 1
    assert [json.loads(line)["patient"] for line in result.out.splitlines()] == ["low_platelets"] * 2
    assert json.loads(result.err)["place"]["file"] == str(tmp_path / "b.json")


def test_a_flaw_in_a_record_that_a_lenient_caller_accepts_is_a_warning(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(_record(labs={"platelets": f"{VALUE} kg", "plateletz": VALUE}), "utf-8")
    result = run("screen", tmp_path / "a.json", "--rules", RULES, "--lenient")

    assert result.code == 4
    assert result.err.count(": warning[") == 2
    assert VALUE not in result.err


def test_later_entries_are_no_error_where_the_caller_gives_the_day(run: Run) -> None:
    result = run("screen", PATIENT, "--rules", RULES, "--as-of", "2026-11-01")

    assert result.code == 0
    assert "warning[after-as-of]" in result.err


# --- bad rules


BAD_RULES: dict[str, tuple[str | bytes, str]] = {
    "broken": ("trial: NCT00000009\ncriteria: [", "bad.yaml:"),
    "duplicate_key": ("trial: NCT00000009\ntitle: a\ntitle: b\n", "bad.yaml:3:1"),
    "unknown_key": ("trial: NCT00000009\ntitle: a\nstates_no_criteria: true\ncohort: []\n", "did you mean `cohorts`"),
    "empty": ("", "the file is empty"),
    "not_utf8": ("title: é".encode("latin-1"), "not UTF-8"),
    "twice_the_same_trial": ((DOORS / "rules" / "NCT00000002.yaml").read_bytes(), "error[duplicate-trial]"),
}


@pytest.mark.parametrize("name", BAD_RULES)
def test_good_rules_are_used_where_one_file_is_broken(name: str, run: Run, tmp_path: Path) -> None:
    content, message = BAD_RULES[name]
    shutil.copytree(RULES, tmp_path / "rules")
    (tmp_path / "rules" / "bad.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())
    result = run("screen", PATIENT, "--rules", tmp_path / "rules", "--json")

    assert result.code == 1
    assert sorted(t["trial"] for t in json.loads(result.out)["trials"]) == [f"NCT0000000{n}" for n in (1, 2, 3)]
    assert message.replace("bad.yaml:3:1", '"line": 3') in result.err
    assert "bad.yaml" in result.err or name == "twice_the_same_trial"


def test_rules_that_are_all_broken_are_reported_and_nothing_is_screened(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("trial: NCT00000009\nop: >\n  x\n y", "utf-8")
    result = run("screen", PATIENT, "--rules", tmp_path)

    assert result.code == 1
    assert "NCT" not in result.out
    assert "  | " in result.err or " | " in result.err


def test_a_folder_without_rules_is_an_error(run: Run, tmp_path: Path) -> None:
    result = run("screen", PATIENT, "--rules", tmp_path)

    assert (result.code, result.out) == (1, "")
    assert f"{tmp_path}: error[no-rules]" in result.err


def test_cases_beside_rules_are_no_rules(run: Run, tmp_path: Path) -> None:
    shutil.copytree(RULES, tmp_path / "rules")
    (tmp_path / "rules" / "NCT00000001.cases.yaml").write_text("cases: []\n", "utf-8")

    assert run("screen", PATIENT, "--rules", tmp_path / "rules").err == ""


def test_rules_come_from_the_environment_where_no_option_names_them(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ELIGO_RULES", RULES)

    assert run("screen", PATIENT).out == run("screen", PATIENT, "--rules", RULES).out


# --- the HTML page


def test_the_page_is_written_whole_and_nothing_is_printed(run: Run, tmp_path: Path) -> None:
    result = run("audit", PATIENT, "NCT00000001", "--rules", RULES, "--html", tmp_path / "a.html")

    assert (result.code, result.out) == (3, "")
    assert (tmp_path / "a.html").read_text("utf-8").endswith("</html>\n")
    assert run("audit", PATIENT, "NCT00000001", "--rules", RULES, "--html", "-").out == (tmp_path / "a.html").read_text()


@pytest.mark.parametrize("target", [".", "no_folder/a.html", "file/a.html", "\0.html", "x" * 300])
def test_a_page_that_cannot_be_written_leaves_nothing_behind(run: Run, tmp_path: Path, target: str) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    result = run("audit", PATIENT, "NCT00000001", "--rules", RULES, "--html", f"{tmp_path}/{target}")

    assert (result.code, result.out) == (1, "")
    assert "error[write]" in result.err
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_a_page_that_fails_half_way_leaves_the_old_one(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.html").write_text("old", "utf-8")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    result = run("audit", PATIENT, "NCT00000001", "--rules", RULES, "--html", tmp_path / "a.html")

    assert result.code == 1
    assert "no space left on device" in result.err
    assert (tmp_path / "a.html").read_text("utf-8") == "old"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_link_to_a_page_stays_a_link(run: Run, tmp_path: Path) -> None:
    (tmp_path / "real.html").write_text("old", "utf-8")
    (tmp_path / "link.html").symlink_to(tmp_path / "real.html")
    run("audit", PATIENT, "NCT00000001", "--rules", RULES, "--html", tmp_path / "link.html")

    assert (tmp_path / "link.html").is_symlink()
    assert (tmp_path / "real.html").read_text("utf-8").startswith("<!doctype html>")


def test_a_device_is_written_to_and_not_replaced(run: Run) -> None:
    result = run("audit", PATIENT, "NCT00000001", "--rules", RULES, "--html", "/dev/null")

    assert result.code == 3
    assert not Path("/dev/null").is_file()


# --- reading text


def test_a_sentence_is_read_and_shown(run: Run) -> None:
    result = run("parse", "Platelets below 20 x 10^9/L", "--kind", "exclusion")

    assert result.code == 0
    assert "    platelets < 20 10*9/L\n" in result.out


def test_a_page_is_read_item_by_item(run: Run) -> None:
    rows = [json.loads(line) for line in run("parse", DOORS / "page.txt", "--json").out.splitlines()]

    assert [row["id"] for row in rows] == ["I1", "I2", "I3", "E1", "E2", "E3"]
    assert run("parse", "-", "--json", stdin=(DOORS / "page.txt").read_bytes()).out.splitlines()[0] == json.dumps(rows[0])


def test_bulk_reading_gives_a_line_for_each_line_and_reports_the_bad_ones(run: Run, tmp_path: Path) -> None:
    lines = [*(DOORS / "lines.jsonl").read_text("utf-8").splitlines(), "{", "", '{"id": "c", "text": 5}', '{"id": 7, "text": ""}']
    (tmp_path / "in.jsonl").write_text("\n".join(lines), "utf-8")
    result = run("parse", "--jsonl", tmp_path / "in.jsonl")
    rows = [json.loads(line) for line in result.out.splitlines()]

    assert result.code == 1
    assert [row["id"] for row in rows] == ["a", "b", 7]
    assert all({"id", "criteria", "comparisons"} == set(row) for row in rows)
    assert [json.loads(line)["place"]["line"] for line in result.err.splitlines()] == [3, 5]


def test_importing_writes_a_draft_that_loads_and_screens(run: Run, tmp_path: Path) -> None:
    result = run("import", DOORS / "page.txt", "--rules", tmp_path, "--json")
    screened = run("screen", PATIENT, "--rules", tmp_path, "--json")

    assert json.loads(result.out)["criteria"] == 6
    assert [t["trial"] for t in json.loads(screened.out)["trials"]] == ["NCT00000009"]
    assert "unchanged" in run("import", DOORS / "page.txt", "--rules", tmp_path).out


def test_a_bad_page_does_not_stop_the_others(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_text("", "utf-8")
    result = run("import", tmp_path / "empty.txt", DOORS / "page.txt", "--rules", tmp_path / "drafts")

    assert result.code == 1
    assert "empty.txt" in result.err
    assert (tmp_path / "drafts" / "NCT00000009.yaml").is_file()


# --- the process


def test_an_unexpected_failure_is_short_and_hides_values(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyError(VALUE)

    monkeypatch.setattr(eligo.commands.screen, "screen", fail)
    result = run("screen", PATIENT, "--rules", RULES)

    assert (result.code, result.out) == (1, "")
    assert "error[internal]: eligo failed with an unexpected KeyError in test_cli.py" in result.err
    assert VALUE not in result.err


def test_an_unexpected_failure_shows_its_traceback_where_that_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise KeyError(VALUE)

    monkeypatch.setenv("ELIGO_DEBUG", "1")
    monkeypatch.setattr(eligo.commands.screen, "screen", fail)

    with pytest.raises(KeyError):
        main(["screen", PATIENT, "--rules", RULES])


def test_an_interrupt_ends_quietly(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(eligo.commands.screen, "screen", interrupt)
    result = run("screen", PATIENT, "--rules", RULES)

    assert (result.code, result.out, result.err) == (130, "", "")


def _process(*arguments: str, **env: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "eligo", *arguments]
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(os.environ) | env
    )


def test_a_reader_that_goes_away_is_no_failure() -> None:
    process = _process("variables")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    error = process.stderr.read()
    process.stderr.close()

    assert (process.wait(), error) == (141, b"")


def test_an_ascii_terminal_gets_escapes_and_not_an_error() -> None:
    out, error = _process("audit", PATIENT, "NCT00000001", "--rules", RULES, PYTHONIOENCODING="ascii").communicate()

    assert error == b""
    assert rb"\u2265 2 times" in out


def test_a_warm_start_imports_nothing_that_it_does_not_need() -> None:
    code = (
        "import sys; from eligo.cli import main; "
        f"main(['screen', {PATIENT!r}, '--rules', {RULES!r}]); print(*sys.modules, file=sys.stderr)"
    )
    for _ in range(2):  # the first start fills the cache
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    loaded = set(done.stderr.split())
    heavy = {"lark", "pint", "yaml", "pydantic", "html", "difflib", "tempfile", "traceback", "eligo.report.html"}

    assert "eligo.report.text" in loaded
    assert loaded & heavy == set()


def test_the_package_has_its_doors_and_stays_light() -> None:
    code = "import sys, eligo; print(sorted(m for m in sys.modules if m.startswith('eligo')))"
    light = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout

    assert light == "['eligo']\n"
    assert set(eligo.__all__) <= set(dir(eligo))
    screening = eligo.screen(eligo.read_patient(Path(PATIENT).read_text("utf-8")), eligo.load_rules(RULES))
    assert [t.plan.trial for t in screening.trials] == ["NCT00000001", "NCT00000002", "NCT00000003"]
    assert callable(eligo.audit)
    with pytest.raises(AttributeError, match="nonsense"):
        _ = eligo.nonsense
