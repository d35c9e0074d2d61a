"""The commands from outside: arguments in, output and exit code out."""

from __future__ import annotations

import gc
import hashlib
import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import jsonschema
import pytest

import eligo
import eligo.commands.screen
from eligo.cli import COMMANDS, main
from eligo.report.schema import json_schema
from eligo.screening import load_rules
from tests.doors import DOORS, PATIENT, RULES, VALUE, Run
from tests.golden import Golden

ROOT = Path(__file__).resolve().parents[1]


# --- what a command prints


def test_screening_a_folder_prints_every_patient(run: Run, golden: Golden) -> None:
    result = run("screen", DOORS / "patients", "--rules", RULES)

    assert result.code == 0
    assert result.err.splitlines() == [
        "",
        "3 patients: 2 eligible for a trial, 1 undetermined at best, 0 ineligible for all",
    ]
    golden.check("screen_folder.txt", result.out)


def test_the_help_names_every_command_and_exit_code(run: Run) -> None:
    result = run("--help")

    assert result.code == 0
    assert all(re.search(rf"^    {name}\b", result.out, re.MULTILINE) for name in COMMANDS)
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


def test_json_with_distances_and_near_misses_fits_the_published_schema(run: Run) -> None:
    result = run("screen", ROOT / "patients_examples", "--json", "--margin", "50%")
    validator = jsonschema.Draft202012Validator(json_schema())
    lines = [json.loads(line) for line in result.out.splitlines()]
    evidence = [e for s in lines for t in s["trials"] for f in t["criteria"] for e in f["evidence"]]

    for line in lines:
        validator.validate(line)
    assert any("near" in trial for line in lines for trial in line["trials"])
    assert all(any(key in e for e in evidence) for key in ("distance_own", "distance_relative", "near", "margin"))


OUTLOOK = {
    "next": [
        {
            "kind": "measurement",
            "variable": "inr",
            "why": "missing",
            "criteria": ["I3", "A.E4"],
            "settles": "may",
            "settles_but_for_attestations": "certain",
            "answers": [
                {"answer": ">= 1.5", "verdict": "INELIGIBLE", "but_for_attestations": "INELIGIBLE", "blocks": ["I3"]}
            ],
        }
    ],
    "attest": [{"concept": "informed_consent", "criteria": ["I9"]}],
    "read": ["I7"],
    "changes": {
        "sets": [
            {
                "fixed": True,
                "changes": [
                    {"variable": "platelets", "now": 18, "unit": "10*9/L", "to": ">= 20", "fixed": False},
                    {"variable": "age", "now": 71, "unit": "a", "to": "<= 65", "fixed": True, "why_fixed": "age"},
                ],
            }
        ],
        "then_open": ["I4"],
        "complete": True,
    },
    "sensitivity": [
        {"cause": "same_day", "variable": "inr", "value": 2.1, "date": "2026-11-19", "verdict": "ELIGIBLE"}
    ],
    "expiry": {
        "until": "2026-12-03",
        "then": "UNDETERMINED",
        "horizon": "2028-11-20",
        "causes": [{"id": "I4", "cause": "stale", "variable": "inr", "truth": "UNKNOWN"}],
    },
}


def test_the_published_schema_describes_what_comes_after_the_verdict(run: Run) -> None:
    line = json.loads(run("screen", PATIENT, "--rules", RULES, "--json").out)
    validator = jsonschema.Draft202012Validator(json_schema())
    for outlook in (OUTLOOK, {}, {"next": [], "expiry": {"until": None, "horizon": "2028-11-20"}}):
        line["trials"][0]["outlook"] = outlook
        validator.validate(line)
    wrongs: tuple[dict[str, object], ...] = ({"nxt": []}, {"changes": {"sets": []}}, {"next": [{"kind": "guess"}]})
    for wrong in wrongs:
        line["trials"][0]["outlook"] = wrong
        assert not validator.is_valid(line)


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


@pytest.mark.parametrize("name", ["patient", "ruleset", "screening", "site", "audit-record"])
def test_schemas_are_valid_json_schemas(name: str, run: Run) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(run("schema", name).out))


def test_the_patient_schema_accepts_the_examples(run: Run) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(run("schema", "patient").out))

    for path in (ROOT / "patients_examples").glob("*.json"):
        validator.validate(json.loads(path.read_text("utf-8")))


def test_words_may_stand_anywhere_among_the_options(run: Run) -> None:
    plain = run("audit", PATIENT, "NCT00000003", "--rules", RULES)
    hopeful = str(DOORS / "patients" / "hopeful.json")

    assert run("audit", PATIENT, "--rules", RULES, "NCT00000003") == plain
    assert run("audit", "--rules", RULES, PATIENT, "--lenient", "NCT00000003") == plain
    assert run("screen", PATIENT, "--rules", RULES, hopeful) == run("screen", PATIENT, hopeful, "--rules", RULES)


def test_an_audit_without_a_trial_is_of_all_trials(run: Run) -> None:
    each = [run("audit", PATIENT, f"NCT0000000{n}", "--rules", RULES).out.splitlines() for n in (1, 2, 3)]
    whole = run("audit", PATIENT, "--rules", RULES)

    assert whole.out.splitlines() == [*each[0], *each[1][1:], *each[2][1:]]  # the patient is named once
    assert whole.code == run("screen", PATIENT, "--rules", RULES).code
    assert (
        run("audit", PATIENT, "--rules", RULES, "--json").out
        == run("screen", PATIENT, "--rules", RULES, "--outlook", "--json").out
    )


def test_standard_input_is_a_patient(run: Run) -> None:
    from_file = run("screen", PATIENT, "--rules", RULES)

    assert run("screen", "-", "--rules", RULES, stdin=Path(PATIENT).read_bytes()).out == from_file.out


def test_screening_for_one_trial_shows_only_that(run: Run) -> None:
    result = run("screen", PATIENT, "--rules", RULES, "--trial", "nct00000003", "--json")

    assert [t["trial"] for t in json.loads(result.out)["trials"]] == ["NCT00000003"]


def test_the_day_can_be_given(run: Run) -> None:
    result = run("screen", PATIENT, "--rules", RULES, "--as-of", "1990-01-01")

    assert "as of 1990-01-01" in result.out
    assert "age is 11 years, and" in result.out
    assert "asks for at least 18 years" in result.out


def test_old_results_decide_nothing_where_the_caller_says_how_old(run: Run) -> None:
    hopeful = DOORS / "patients" / "hopeful.json"

    assert "INR 1.9" not in run("screen", hopeful, "--rules", RULES).out
    for option in (("--max-age", "0d"), ("--max-age", "3mo", "--max-age", "INR=0d")):
        result = run("screen", hopeful, "--rules", RULES, "--trial", "NCT00000001", *option)
        assert re.search(r"INR \(too\s+old\)", result.out)


def test_what_is_assumed_absent_is_said_to_be(run: Run) -> None:
    unknown = DOORS / "patients" / "nothing_known.json"
    asked = ("audit", unknown, "NCT00000001", "--rules", RULES, "--assume-absent", "conditions")

    assert "malignancy: assumed absent: by the caller" in run(*asked, "--only", "all").out
    assert "passes on an assumption" in run(*asked).out
    assert "assumed" not in run("audit", unknown, "NCT00000001", "--rules", RULES).out


def test_a_value_is_converted(run: Run) -> None:
    assert run("convert", "2.1 mg/dL", "--variable", "TBil", "--to", "umol/L").out == "35.918 µmol/L\n"
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
        (["screen", PATIENT, "--trial", "NCT00000002", "--trial", "NCT00000002"], 4),
        (["screen", PATIENT, "--trial", "NCT00000001", "--trial", "NCT00000002"], 3),  # one states no criteria
        (["screen", PATIENT, "--exclude-trial", "NCT00000003"], 3),
        (["screen", PATIENT, "missing.json"], 10),
        (["screen", PATIENT, "missing.json", "--trial", "NCT00000001"], 13),
        (["screen", PATIENT, "missing.json", "--trial", "NCT00000002"], 14),
        (["screen", PATIENT, "missing.json", "--strict"], 1),
        (["screen", "missing.json"], 1),
        (["audit", PATIENT, "--trial", "NCT00000001", "--trial", "NCT00000003"], 0),
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
        (["convert", "2 mg/dL", "--variable", "creatinyne"], "did you mean `creatinine`"),
        (["convert", "2 foo", "--variable", "creatinine"], "unknown unit `foo`"),
        (["convert", "2 mg/dL", "--variable", "creatinine", "--to", "kg"], "error[unit-mismatch]"),
        (["variables", "plateletz"], "did you mean `platelets`"),
        (["parse", "nowhere.txt"], "nowhere.txt: error[file-missing]"),
        (["import", "nowhere.txt", "--rules", "drafts"], "nowhere.txt: error[file-missing]"),
    ],
)
def test_a_mistake_in_the_arguments_is_an_error_that_helps(run: Run, arguments: list[str], message: str) -> None:
    rules = ["--rules", RULES] if arguments[0] in ("screen", "audit") and "--rules" not in arguments else []
    result = run(*arguments, *rules)

    assert (result.code, result.out) == (1, "")
    assert message in result.err


# --- reading text


def test_a_sentence_is_read_and_shown(run: Run) -> None:
    result = run("parse", "Platelets below 20 x 10^9/L", "--kind", "exclusion")

    assert result.code == 0
    assert "    platelets < 20 × 10⁹/L\n" in result.out


def test_a_page_is_read_item_by_item(run: Run) -> None:
    rows = [json.loads(line) for line in run("parse", DOORS / "page.txt", "--json").out.splitlines()]

    assert [row["id"] for row in rows] == ["I1", "I2", "I3", "E1", "E2", "E3"]
    assert run("parse", "-", "--json", stdin=(DOORS / "page.txt").read_bytes()).out.splitlines()[0] == json.dumps(
        rows[0]
    )


def test_bulk_reading_gives_a_line_for_each_line_and_reports_the_bad_ones(run: Run, tmp_path: Path) -> None:
    lines = [
        *(DOORS / "lines.jsonl").read_text("utf-8").splitlines(),
        "{",
        "",
        '{"id": "c", "text": 5}',
        '{"id": 7, "text": ""}',
    ]
    (tmp_path / "in.jsonl").write_text("\n".join(lines), "utf-8")
    result = run("parse", "--jsonl", tmp_path / "in.jsonl")
    rows = [json.loads(line) for line in result.out.splitlines()]

    assert result.code == 1
    assert [row["id"] for row in rows] == ["a", "b", 7]
    assert all({"id", "criteria", "comparisons"} == set(row) for row in rows)
    assert [json.loads(line)["place"]["line"] for line in result.err.splitlines()] == [3, 5]


def test_lines_that_repeat_are_answered_each_with_its_own_id_and_section(run: Run) -> None:
    texts = ["INR > 1.5", "INR > 1.5", "Zorblax " * 100, "Zorblax " * 100]
    rows = [{"id": i, "section": ("inclusion", "exclusion")[i % 2], "text": text} for i, text in enumerate(texts * 200)]
    lines = "\n".join(map(json.dumps, rows)).encode()
    out = [json.loads(line) for line in run("parse", "--jsonl", "-", stdin=lines).out.splitlines()]

    assert [row["id"] for row in out] == [row["id"] for row in rows]
    assert [row["criteria"][0]["kind"] for row in out] == [row["section"] for row in rows]
    assert [row["criteria"][0]["text"] for row in out] == [row["text"] for row in rows]
    assert gc.isenabled()


def test_bulk_reading_imports_neither_pydantic_nor_yaml_nor_lark() -> None:
    code = (
        "import sys; from eligo.cli import main; main(['parse', '--jsonl', sys.argv[1]]);"
        "sys.exit(', '.join({'pydantic', 'yaml', 'lark'} & set(sys.modules)) or 0)"
    )
    command = [sys.executable, "-c", code, str(DOORS / "lines.jsonl")]
    # The first may compile the words, with all that this imports; only the second has to do without.
    subprocess.run(command, capture_output=True, check=False)
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


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


def test_an_audit_shows_the_criteria_that_are_asked_for_and_counts_the_others(run: Run) -> None:
    asked = ("audit", PATIENT, "NCT00000001", "--rules", RULES)
    outs = {only: run(*asked, "--only", only).out for only in ("blocks", "open", "assumed", "all")}
    plain, full = run(*asked).out, run(*asked, "--full").out

    def shown(out: str) -> Counter[str]:
        return Counter(re.findall(r"^  ([■◇●○]) ", out, re.MULTILINE))

    assert shown(plain) == shown(full) == {"■": 6, "◇": 2}
    assert shown(outs["blocks"]) == {"■": 6}
    assert shown(outs["open"]) == {"◇": 2}
    assert shown(outs["assumed"]) == {}
    assert shown(outs["all"]) == {"■": 6, "◇": 2, "●": 2}
    assert "not shown: ● passes 2" in plain
    assert "not shown" not in outs["all"]
    assert ("also: " in plain, "also: " in full, "also: " in outs["all"]) == (False, True, True)
    assert run("audit", "--verify", "x", "--only", "all").code == 2


def test_the_page_of_an_audit_says_how_it_came_about(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "page.html"
    asked = ("audit", PATIENT, "NCT00000001", "--rules", RULES, "--html", str(target))
    run(*asked, "--max-age", "14d")
    folded = target.read_text("utf-8")
    run(*asked, "--full")

    assert "--max-age 14d" in folded
    assert hashlib.sha256(Path(PATIENT).read_bytes()).hexdigest() in folded
    assert "The patient as read" in folded
    assert "<details>" in folded
    assert "<details>" not in target.read_text("utf-8")
