"""A word planted in any place of a record of any format never comes to standard error, whatever the command."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from eligo.cli import USAGE
from tests.doors import RULES, Run

WORD, NUMBER = "Zyxwvut", 31415.926
WHO = {"by": "AB", "date": "2026-11-20"}
COMMANDS = (
    ("screen",),
    ("screen", "--json"),
    ("audit", "NCT00000001"),
    ("next",),
    ("patient",),
    ("answer", "--list"),
    ("screen", "--json", "--outlook"),
    ("diff", f"{RULES}/NCT00000001.yaml", f"{RULES}/NCT00000002.yaml"),
)
OF_ONE = ("audit", "answer")  # commands that take one patient
OF_FOLDER = ("patient", "diff")
WITHOUT_RULES = ("patient", "diff")
NATIVE: dict[str, Any] = {
    "id": "a",
    "as_of": "2026-11-20",
    "birth_date": "1978-04-02",
    "sex": "male",
    "labs": {"INR": 1.9, "platelets": "64 x10^9/L"},
    "observations": [
        {"variable": "creatinine", "value": 1.4, "unit": "mg/dL", "date": "2026-11-19", "low": 0.6, "high": 1.2},
        {"variable": "hepatic encephalopathy grade", "value": "II", "range": "0 - 1", "remark": "seen twice"},
        {"variable": {"system": "http://loinc.org", "code": "2160-0"}, "value": 1.1, "unit": "mg/dL"},
    ],
    "conditions": [{"concept": "hepatitis B", "status": "active", "onset": "2010-05", "severity": "mild"}],
    "procedures": [{"concept": "liver transplantation", "date": "2024-01-02", "qualifiers": ["urgent"]}],
    "medications": [{"concept": "prednisone", "start": "2026-10-01", "end": "2026-11-01"}],
    "absent": ["HIV infection", "condition:keratoconus"],
    "complete": ["procedures"],
    "attested": {"informed consent": True, "NCT00000001/I1": True, "ability:able to swallow capsules": True},
    "answers": [
        {"asks": {"concept": "ascites", "within": "1 mo", "but_not": ["keratoconus"]}, "answer": "yes", **WHO},
        {"asks": {"variable": "alt", "op": "lt", "limit": 2, "unit": "U/L"}, "value": 1.2, "unit": "U/L", **WHO},
        {"asks": {"quantity": "mirth"}, "value": "3 mg", "note": "seen", **WHO},
        {"asks": {"named": "keratoconus", "kind": "condition", "head": "malignancy"}, "answer": "no", **WHO},
        {"asks": {"attest": "agrees to return", "kind": "willingness"}, "answer": "yes", **WHO},
        {"criterion": "NCT00000001/I1", "text_sha": "0123456789ab", "answer": "yes", **WHO},
    ],
}
SUBJECT = {"reference": "Patient/a"}
CODE = {"coding": [{"system": "http://loinc.org", "code": "777-3", "display": "Platelets"}], "text": "platelets"}
QUANTITY = {"value": 18, "unit": "10*9/L", "system": "http://unitsofmeasure.org", "code": "10*9/L"}
FHIR: dict[str, Any] = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [
        {"resource": {"resourceType": "Patient", "id": "a", "gender": "male", "birthDate": "1980-02-01"}},
        {
            "fullUrl": "http://example.org/Observation/o",
            "resource": {
                "resourceType": "Observation",
                "id": "o",
                "status": "final",
                "code": CODE,
                "subject": SUBJECT,
                "effectiveDateTime": "2026-11-19",
                "valueQuantity": QUANTITY,
                "referenceRange": [{"low": {"value": 150, "unit": "10*9/L"}, "text": "150 - 400"}],
                "note": [{"text": "clumped"}],
                "modifierExtension": [{"url": "http://example.org/x"}],
            },
        },
        {
            "resource": {
                "resourceType": "Condition",
                "id": "c",
                "clinicalStatus": {"coding": [{"code": "active"}]},
                "verificationStatus": {"coding": [{"code": "confirmed"}]},
                "code": {"coding": [{"system": "http://snomed.info/sct", "code": "19943007"}], "text": "cirrhosis"},
                "subject": SUBJECT,
                "onsetDateTime": "2020-01-01",
            }
        },
    ],
}
LONG = ["patient", "variable", "value", "unit", "date"]
TABLE = [LONG, ["a", "platelets", "18", "10*9/L", "2026-11-19"], ["a", "hepatitis B", "yes", "", "2020-01-01"]]


def planted(data: Any) -> Iterator[Any]:
    """The data with the word, or the number, in place of each key, of each value, and beside each text."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield {(f"{key} {WORD}" if k == key else k): v for k, v in data.items()}
            yield {**data, WORD: value}
            for changed in planted(value):
                yield {**data, key: changed}
    elif isinstance(data, list):
        yield [*data, WORD]
        for i, value in enumerate(data):
            for changed in planted(value):
                yield [*data[:i], changed, *data[i + 1 :]]
    else:
        yield from (WORD, NUMBER, {WORD: WORD}, [WORD])
        if isinstance(data, str):
            yield f"{data} {WORD}"
            yield f"{data} {NUMBER}"


@pytest.fixture(autouse=True)
def _untranslated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "C")  # argparse looks for translations at each start


def assert_silent(run: Run, paths: Sequence[Path], command: Sequence[str]) -> None:
    """Give the files to one call; where it tells something, to one each, so that the failure names the file."""
    name, *args = command
    args += ["--processes", "1"] * (name in ("screen", "next"))  # to begin others takes longer than the work
    args += [] if name in WITHOUT_RULES else ["--rules", RULES]
    for more in ([], ["--lenient"]):
        words: list[str | Path] = [*args, *more, "--patients", *paths] if name == "diff" else [*paths, *args, *more]
        said = run(name, *words)
        assert said.code != USAGE
        err = said.err
        if len(paths) > 1 and tells(err):
            for path in paths:
                assert_silent(run, [path], command)

        assert not tells(err), (command, paths[0].read_text("utf-8"), more, err)


def tells(err: str) -> bool:
    """Whether the word or the number stands in what a command says."""
    return WORD.casefold() in err.casefold() or str(NUMBER) in err


def assert_all_silent(run: Run, folder: Path, texts: Iterable[str], suffix: str = "json") -> None:
    """Give each text to a command as a file, the commands taking turns; the files of one command in one call."""
    shares: list[list[Path]] = [[] for _ in COMMANDS]
    for number, text in enumerate(texts):
        share = shares[number % len(COMMANDS)]
        share.append(folder / f"{number % len(COMMANDS)}" / f"{number}.{suffix}")
        share[-1].parent.mkdir(exist_ok=True)
        share[-1].write_text(text, "utf-8")
    for command, share in zip(COMMANDS, shares, strict=True):
        if command[0] in OF_ONE:
            for path in share:
                assert_silent(run, [path], command)
        elif share:
            assert_silent(run, [share[0].parent] if command[0] in OF_FOLDER else share, command)


@pytest.mark.parametrize("part", list(NATIVE))
def test_no_word_of_a_native_record_is_told(part: str, run: Run, tmp_path: Path) -> None:
    records = (
        NATIVE | {"id": "a"} | changed if isinstance(changed, dict) else changed
        for changed in planted({part: NATIVE[part]})
    )

    assert_all_silent(run, tmp_path, map(json.dumps, records))


def test_no_word_of_an_answers_file_is_told(run: Run, tmp_path: Path) -> None:
    path, record = tmp_path / "answers.json", tmp_path / "p.json"
    record.write_text(json.dumps({"id": "a", "as_of": "2026-11-20"}), "utf-8")
    whole = {"schema": "eligo.answers/1", "patient": "a", "answers": NATIVE["answers"][:2]}
    for number, changed in enumerate(planted(whole)):
        path.write_text(json.dumps(changed), "utf-8")
        command = (("screen",), ("screen", "--json"), ("audit", "NCT00000001"), ("next",))[number % 4]
        assert_silent(run, [record], (*command, "--answers", str(path)))


def test_no_word_of_a_bundle_is_told(run: Run, tmp_path: Path) -> None:
    assert_all_silent(run, tmp_path, map(json.dumps, planted(FHIR)))


def test_no_word_of_a_table_is_told(run: Run, tmp_path: Path) -> None:
    tables = (
        "".join(",".join(map(str, row)) + "\n" for row in changed)
        for changed in planted(TABLE)
        if all(isinstance(row, list) and all(isinstance(cell, str | float) for cell in row) for row in changed)
    )

    assert_all_silent(run, tmp_path, tables, "csv")


def test_a_word_that_is_told_is_found_among_many_files(run: Run, tmp_path: Path) -> None:
    record = {"id": "a", "as_of": "2026-11-20", "labs": {"INR": 1.9}}
    texts = [json.dumps(record) for _ in range(25)]
    texts[10] = json.dumps(record | {"conditions": [{"concept": "hepatitsi b"}]})
    with mock.patch.dict(globals(), {"WORD": "hepatitis b"}), pytest.raises(AssertionError, match=r"10\.json"):
        assert_all_silent(run, tmp_path, texts)  # the help names the nearest known name


@pytest.mark.parametrize(
    "text",
    [
        f'{{"{WORD}": 1, "{WORD}": 2}}',
        f'{{"id": "{WORD}", "labs": {{"INR": NaN}}}}',
        f'{{"id": "{WORD}" "x": 1}}',
        f'{{"{WORD}": 1e999}}',
        f"patient;variable\n{WORD};{WORD};{WORD};{WORD}\n",
        f'patient,variable,value\n"{WORD},{WORD},1\n',
    ],
)
def test_no_word_of_a_broken_file_is_told(text: str, run: Run, tmp_path: Path) -> None:
    for suffix in ("json", "csv", "ndjson"):
        path = tmp_path / f"p.{suffix}"
        path.write_text(text, "utf-8")
        for command in COMMANDS:
            assert_silent(run, [path], command)
