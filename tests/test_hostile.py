"""What a hospital may send to any door by night: taken for what it is or refused by name, and nothing is lost."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from bench.fuzz.kinds import CRITERIA, DOCX
from tests.doors import PATIENT, RULES, Result, Run

RECORD = {"id": "p", "as_of": "2026-11-20"}
SECRET = "741852.963"


# --- arguments


@pytest.mark.parametrize(
    "arguments",
    [
        ("screen", ""),
        ("screen", PATIENT, "--rules", ""),
        ("screen", PATIENT, "--rules="),
        ("audit", PATIENT, "", "--rules", RULES),
        ("parse", ""),
        ("import", "", "--rules", "out"),
    ],
    ids=" ".join,
)
def test_an_empty_argument_is_no_folder_and_no_default(arguments: tuple[str, ...], run: Run) -> None:
    """A variable of the shell that was not set would else screen all that lies in the folder."""
    done = run(*arguments)

    assert (done.code, done.out) == (2, "")
    assert "an argument is empty" in done.err


@pytest.mark.parametrize(
    "word", ["\udcff.json", "x\x1b[31m", "\u202ex", "x" * 5000], ids=["bytes", "escape", "bidi", "long"]
)
def test_a_name_of_a_file_that_cannot_be_shown_is_told_cleaned(word: str, run: Run) -> None:
    done = run("screen", word, "--rules", RULES)

    assert done.code == 1
    assert "error[" in done.err
    assert not {"\x1b", "\u202e", "\udcff"} & set(done.err)


# --- the environment


def _apart(*arguments: str, env: Mapping[str, str], cwd: Path, limits: str = "") -> Result:
    call = " ".join([f'"{sys.executable}" -m eligo', *(f"'{word}'" for word in arguments)])
    given = {
        name: os.environ[name] for name in ("PATH", "PYTHONPATH", "ELIGO_PURE", "ELIGO_CACHE") if name in os.environ
    }
    done = subprocess.run(
        ["bash", "-c", f"{limits}\n{call}"],
        capture_output=True,
        env={**given, **env},
        cwd=cwd,
        timeout=120,
        check=False,
    )
    return Result(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))


@pytest.mark.parametrize(
    "env",
    [
        {"HOME": "/nonexistent", "TMPDIR": "/nonexistent", "ELIGO_CACHE": ""},
        {"HOME": "", "COLUMNS": "-5", "TZ": "\x1b/../x"},
        {"ELIGO_CACHE": "/dev/null", "COLUMNS": "9" * 30},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONHASHSEED": "2", "PYTHONOPTIMIZE": "2"},
    ],
    ids=["home missing", "home empty", "cache a device", "locale of ASCII", "optimised"],
)
def test_the_environment_changes_no_answer(env: dict[str, str], run: Run, tmp_path: Path) -> None:
    call = ("screen", PATIENT, "--rules", RULES, "--json")
    usual = run(*call)

    assert _apart(*call, env=env, cwd=tmp_path) == usual


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-16"])
def test_json_is_in_utf_8_whatever_the_terminal_takes(encoding: str, run: Run, tmp_path: Path) -> None:
    """Another encoding would make it no JSON, or the words of a protocol other ones."""
    call = ("parse", "Straße < 5 µg or ≥ 3 \U0001f600", "--json")
    done = _apart(*call, env={"PYTHONIOENCODING": encoding}, cwd=tmp_path)

    assert done == run(*call)
    assert "µg or ≥" in done.out


def test_too_little_memory_is_said_and_is_no_fault_to_report(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = tmp_path / "good.json"
    good.write_text(json.dumps(RECORD))

    def fails(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("eligo.commands.screen.read_job", fails)
    done = run("screen", good, "--rules", RULES)

    assert done.code == 1
    assert "error[memory]" in done.err
    assert "report" not in done.err


@pytest.mark.skipif(sys.platform == "win32", reason="limits of POSIX")
@pytest.mark.parametrize("limits", ["ulimit -n 16", "ulimit -f 0", "ulimit -s 256"])
def test_limits_of_the_system_change_no_answer(limits: str, run: Run, tmp_path: Path) -> None:
    call = ("screen", PATIENT, "--rules", RULES, "--json")

    assert _apart(*call, "--processes", "1", env={}, cwd=tmp_path, limits=limits).code == run(*call).code


# --- lines of text


def test_a_line_with_one_key_twice_is_refused_by_name(run: Run, tmp_path: Path) -> None:
    """Of two texts nobody can tell which is meant; the lines around are read."""
    path = tmp_path / "l.jsonl"
    path.write_text('{"id": 1, "text": "INR < 1.5", "text": "INR < 3"}\n{"id": 2, "text": "INR < 3"}\n')
    done = run("parse", "--jsonl", path)
    problem = json.loads(done.err)

    assert done.code == 1
    assert [json.loads(line)["id"] for line in done.out.splitlines()] == [2]
    assert (problem["code"], problem["message"]) == ("duplicate-key", "the key `text` appears twice")
    assert problem["place"]["line"] == 1


def test_forty_thousand_keys_of_a_line_are_looked_through_once(run: Run, tmp_path: Path, in_time: None) -> None:
    path = tmp_path / "l.jsonl"
    keys = ", ".join(f'"k{i}": 0' for i in range(40_000))
    path.write_text(f'{{"text": "INR < 3", {keys}, "k39999": 1}}\n')

    assert "the key `k39999` appears twice" in run("parse", "--jsonl", path).err


# --- answers and worksheets


def _answered(criterion: str) -> dict[str, str]:
    return {"criterion": criterion, "text_sha": "98a34922c3df", "answer": "no", "by": "AB", "date": "2026-11-20"}


def test_answers_of_a_later_form_are_not_read_as_ours(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"schema": "eligo.answers/99", "answers": []}))
    done = run("screen", PATIENT, "--rules", RULES, "--answers", path)

    assert done.code == 1
    assert f"{path}:1:1: error[answers-schema]" in done.err


def test_of_many_answers_that_nothing_asks_only_some_are_searched_for(run: Run, tmp_path: Path) -> None:
    """All are told, or counted; what each may have meant is searched for as long as anybody reads it."""
    path = tmp_path / "x.json"
    answers = [_answered(f"NCT00000001/E{i}{i}") for i in range(50)]
    path.write_text(json.dumps({**RECORD, "answers": answers}))
    searched = list[str]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("eligo.answers.asked.did_you_mean", lambda word, known: searched.append(word))
        done = run("screen", path, "--rules", RULES, "--json")

    assert done.code == 4
    assert len(searched) == 30
    assert "30 more" in done.err or done.err.count("answer-lapsed") == 50


def test_a_criterion_is_looked_for_in_its_own_trial(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps({**RECORD, "answers": [_answered("NCT00000001/E11"), _answered("NCT0000001/E1")]}))
    helps = [json.loads(line)["help"] for line in run("screen", path, "--rules", RULES, "--json").err.splitlines()]

    assert helps[0].startswith("did you mean `NCT00000001/E1`")
    assert helps[1].startswith("did you mean `NCT00000001`")


def test_a_worksheet_in_another_encoding_is_named(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "w.csv"
    path.write_bytes("key,answer\na,yes\n".encode("utf-16"))
    done = run("form", "--read", path, "--rules", RULES, "--patient", "p", "--by", "AB", "--date", "2026-11-20")

    assert done.code == 1
    assert done.err.startswith(f"{path}: error[encoding]")


# --- names


def test_an_id_is_never_taken_for_a_short_name(run: Run, tmp_path: Path) -> None:
    """`necrotizing myopathy` may mean several things; the id means one, and so may be ruled out."""
    path = tmp_path / "x.json"
    path.write_text(json.dumps({**RECORD, "absent": ["necrotizing_myopathy", "acute_decompensation"]}))

    assert run("screen", path, "--rules", RULES).err == ""


# --- documents


def _docx(document: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, part in DOCX.items():
            archive.writestr(name, document if name == "word/document.xml" else part)
    return packed.getvalue()


@pytest.mark.parametrize("entity", ['SYSTEM "file:///etc/hostname"', '"Platelets"'])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_word_document_whose_words_come_from_elsewhere_is_refused(
    entity: str, encoding: str, run: Run, tmp_path: Path
) -> None:
    """What an entity stands for is no text of the document, and the criterion around it would be lost."""
    body = DOCX["word/document.xml"].replace("Platelets", "&x;")
    path = tmp_path / "t.docx"
    text = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE a [<!ENTITY x {entity}>]>{body}'
    path.write_bytes(_docx(text.encode(encoding)))
    done = run("import", path, "--rules", tmp_path / "out", "--trial", "NCT00000009")

    assert done.code == 1
    assert "the Word document has a document type" in done.err
    assert not (tmp_path / "out" / "NCT00000009.yaml").exists()


HUGE_PAGES = {
    "brackets": "(" * 20_000,
    "bullets": "\n".join("*" for _ in range(20_000)),
    "accents": "I" + "\u0301" * 20_000 + "NR < 1.5",
    "ands": "INR < 1.5 and " * 10_000,
    "indents": "\n".join(" " * (i % 300) + "* INR < 1.5" for i in range(1_000)),
    "tags": "<div>" * 30_000 + "INR < 1.5",
    "spans": "<td rowspan=999999999 colspan=999999999>INR" * 50,
    "comment": "<!-- <script>while(1){}</script> INR < 1.5",
}


@pytest.mark.parametrize("page", HUGE_PAGES.values(), ids=HUGE_PAGES)
def test_no_page_takes_long_or_loses_its_last_criterion(page: str, run: Run, tmp_path: Path, in_time: None) -> None:
    path = tmp_path / "p.txt"
    path.write_text(f"{CRITERIA.replace('* HIV', '')}\n* {page}\n* Ascites\n")
    done = run("import", path, "--rules", tmp_path / "out", "--trial", "NCT00000009")

    assert done.code == 0
    assert "concept: ascites" in (tmp_path / "out" / "NCT00000009.yaml").read_text()


# --- records


def test_broken_records_keep_their_words_and_cost_no_neighbour(run: Run, tmp_path: Path) -> None:
    """Each line is no record in another way; what is around is screened, and no word of them is told."""
    wrong = [
        "null",
        "[]",
        f'"{SECRET}"',
        "1e400",
        '{"id": "p", "id": "q"}',
        '{"id": "\\ud83d"}',
        f'{{"id": ["{SECRET}"]}}',
        f'{{"id": "p", "as_of": {SECRET}}}',
        f'{{"id": "p", "as_of": "2026-11-20", "__proto__": {{"a": "{SECRET}"}}}}',
        f'{{"id": "p", "as_of": "2026-11-20", "": "{SECRET}"}}',
        f'{{"id": "p", "as_of": "2026-11-20", "labs": {{"INR": {{"value": {SECRET}}}}}}}',
        f'{{"id": "p", "as_of": "2026-11-20", "absent": {{"HIV": "{SECRET}"}}}}',
        f'{{"id": "p", "as_of": "2026-11-20", "conditions": ["{"(" * 3000}{SECRET}"]}}',
        '{"id": "p", "as_of": "2025-02-29"}',
        '{"id": "p", "as_of": "2026-11-20", "birth_date": "2030-01-01"}',
        "\x00",
        "[" * 3000,
    ]
    good = [json.dumps({**RECORD, "id": f"good-{i}"}) for i in range(len(wrong) + 1)]
    path = tmp_path / "x.ndjson"
    path.write_text("\n".join(line for pair in zip(good, [*wrong, ""], strict=True) for line in pair))
    done = run("screen", path, "--rules", RULES, "--json", "--brief")
    seen = [json.loads(line).get("patient") for line in done.out.splitlines()]
    told = {json.loads(line).get("place", {}).get("line") for line in done.err.splitlines()}

    assert done.code == 14
    assert [who for who in seen if who] == [f"good-{i}" for i in range(len(good))]
    assert set(range(2, 2 * len(wrong) + 1, 2)) <= told
    assert SECRET not in done.err
