"""What people read is in their words: no id alone, no key of JSON, no UCUM, no word of Python, in any text or page."""

from __future__ import annotations

import csv
import functools
import io
import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eligo.errors import Place, Problem
from eligo.evaluate import Engine
from eligo.explain import explain
from eligo.outlook.worth import next_of
from eligo.patients.model import Patient
from eligo.patients.native import read_file, read_record
from eligo.report.answer_words import answers
from eligo.report.audit import MARK, audit_lines, sorted_findings
from eligo.report.display import concept_question, criterion, criterion_name, display
from eligo.report.html import page
from eligo.report.next_steps import next_lines
from eligo.report.patient import patient_lines
from eligo.report.problems import render_problems
from eligo.report.terminal import Terminal, clean, clean_line, columns
from eligo.report.text import screening_lines
from eligo.report.why import why
from eligo.screening import Rules, load_rules, screen_ahead
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.variables import variables
from eligo.worksheet.asking import numbered, with_numbers
from tests.browser import about
from tests.doors import Run
from tests.measured import outlook_as_data

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = sorted((ROOT / "patients_examples").glob("*.json"))
WIDE = Terminal(width=100)

# What no person should have to read, each with what it is.
FORBIDDEN = {
    "a key of JSON or an id of the vocabulary": r"\b[a-z0-9]+_[a-z0-9_]+\b",
    "a name of data in backticks": r"`",
    "UCUM": r"10\*[0-9]|\[(?:Hg|IU|H2O|deg|in_|lb_|ft_)|\{[^}]*\}|\bumol\b|(?<=[0-9] )ug\b|/uL\b|\bCel\b",
    "a word of Python": r"\b(?:None|True|False|NoneType|NaN|nan|dict|Traceback)\b",
    "a truth of the engine": r"\b(?:MET|NOT_MET|UNKNOWN)\b",
    "eligo's own way of speaking": r"restricts nothing|beside it|\bbearing\b|present; present",
    "what sounds absent but is not stated": r"[(,] ?without [a-z]+(?: [a-z]+)*,",
}


@functools.cache
def rules() -> Rules:
    """The rules that come with eligo."""
    return load_rules()


@functools.cache
def engine() -> Engine:
    """Their engine."""
    return rules().engine()


def _quoted(data: dict[str, Any]) -> list[str]:
    """What stands in the output in somebody else's words: sentences and notes of the protocols, ids, titles, labels."""
    found = [data["patient"]]
    for trial in data["trials"]:
        found += [trial["title"], trial["trial"], *(arm["label"] for arm in trial.get("arms", ()))]
        found += [finding["text"] for finding in trial["criteria"]]
    return sorted(filter(None, found), key=len, reverse=True)


def _words_of(text: str, quoted: list[str]) -> str:
    """The words of the output in one line, without what it quotes and without underlines."""
    text = "\n".join(line for line in text.splitlines() if not re.fullmatch(r"[~ ]+", line))
    text = " ".join(text.split())
    for words in quoted:
        text = text.replace(" ".join(clean(words).split()), " ... ")
    return text


def _page_words(html: str) -> str:
    body = re.sub(r"<style>.*?</style>", " ", html, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", "", re.sub(r"</(?:p|li|h[1-6]|td|th|tr|article|summary|section)>", "\n", body)))


def _asked(patient: Patient) -> dict[str, Any]:
    """The data of `eligo next`."""
    screening = explain(engine(), patient)
    asking = next_of(engine(), patient, screening)
    return with_numbers(asking.as_json(), numbered(asking, screening))


@functools.cache
def outputs(example: Path) -> dict[str, tuple[str, dict[str, Any]]]:
    patient = read_file(example)
    screening, ahead = screen_ahead(patient, rules())
    data = ahead.added_to(screening.as_json())
    texts = {
        "screen": "\n".join(screening_lines(data, WIDE)),
        "audit": "\n".join(audit_lines(data, WIDE)),
        "audit in full": "\n".join(audit_lines(data, WIDE, "all", full=True)),
        "why": "\n".join(why(data["patient"], trial) for trial in data["trials"]),
        "next": "\n".join(next_lines(_asked(patient), WIDE, all_questions=True)),
        "page": _page_words(page(data, about(example.stem))),
    }
    return {name: (text, data) for name, text in texts.items()}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_people_read_peoples_words(example: Path) -> None:
    for name, (text, data) in outputs(example).items():
        words = _words_of(text, _quoted(data))
        for what, pattern in FORBIDDEN.items():
            assert re.findall(f".{{0,40}}(?:{pattern}).{{0,40}}", words) == [], (name, what)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_no_criterion_is_named_by_its_id_alone(example: Path) -> None:
    for name, (text, data) in outputs(example).items():
        words = _words_of(text, _quoted(data))
        ids = {finding["id"] for trial in data["trials"] for finding in trial["criteria"]}
        for id_ in sorted(ids, key=len, reverse=True):
            for named in (criterion(id_), f"{criterion_name(id_)} [{id_}]"):
                words = re.sub(re.escape(named), "...", words, flags=re.IGNORECASE)
        alone = (
            re.findall(rf".{{0,40}}(?<![\w.])(?:{'|'.join(map(re.escape, ids))})(?![\w.]).{{0,20}}", words)
            if ids
            else []
        )
        assert alone == [], name


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_the_answer_stands_first_and_an_assumed_pass_looks_like_no_other(example: Path) -> None:
    _, data = outputs(example)["audit"]
    for trial in data["trials"]:
        lines = list(audit_lines({**data, "trials": [trial]}, Terminal(width=2000)))
        assert lines[2].startswith(trial["trial"])
        assert lines[3].strip().endswith(why("", trial).partition(": ")[2])
        found, whole = sorted_findings(trial), list(audit_lines({**data, "trials": [trial]}, WIDE, "all"))
        assert sum(map(len, found)) == len(trial["criteria"])
        marks = [line[2] for line in whole if re.match(r"  [■◇●○] ", line)]
        assert marks.count(MARK["assumed"]) == trial["passes"]["assumed"] == len(found.assumed)
        assert marks.count(MARK["passes"]) == trial["passes"]["count"] - trial["passes"]["assumed"]


def test_every_entry_of_the_display_names_something_of_the_vocabulary() -> None:
    assert [id_ for id_ in display()["variables"] if id_ not in variables()] == []
    assert [id_ for id_ in display()["concepts"] if id_ not in concepts()] == []
    assert all(entry.keys() <= {"name", "question"} for entry in display()["concepts"].values())


def test_every_concept_can_be_asked_for_in_a_sentence() -> None:
    for concept in concepts():
        assert concept_question(concept.id).endswith("?")


@pytest.mark.parametrize(
    ("id_", "named"),
    [
        ("E7", "exclusion 7 (E7)"),
        ("B.I5", "arm B, inclusion 5 (B.I5)"),
        ("A.P", "population of arm A (A.P)"),
        ("R.age", "registry: age (R.age)"),
        ("I3a", "inclusion 3a (I3a)"),
        ("odd", "criterion (odd)"),
    ],
)
def test_a_criterion_has_a_name_beside_its_id(id_: str, named: str) -> None:
    assert criterion(id_) == named


KINDS = ("rare", "late", "small")


def _understood(line: str) -> Iterator[tuple[frozenset[str], list[frozenset[str]]]]:
    """What a line of answers says of the thing: for each part the kinds that it names, and those named apart."""
    for part in line.split(": ")[0].split(" / "):
        said, _, but = part.partition(", but not ")
        what, *kinds = said.split(", ")
        if what == "yes":
            yield frozenset(kinds), [frozenset(one.split(", ")) for one in re.split(" and not |, not ", but) if one]


@given(st.dictionaries(st.frozensets(st.sampled_from(KINDS)), st.booleans(), min_size=1))
def test_answers_that_are_said_together_mean_what_each_of_them_gave(gives: dict[frozenset[str], bool]) -> None:
    told = [
        {"answer": ", ".join(["present", *sorted(kinds)]), "verdict": "ELIGIBLE" if good else "INELIGIBLE"}
        for kinds, good in gives.items()
    ]
    told.append({"answer": "ruled out", "verdict": "UNDETERMINED"})
    lines = answers(outlook_as_data({"answers": told}))
    for kinds, good in gives.items():
        found = set()
        for line in lines:
            for named, apart in _understood(line):
                if named <= kinds and not any(one <= kinds for one in apart):
                    found.add("ineligible" not in line)
        rest = {"ineligible" not in line for line in lines if line.startswith("anything else")}
        assert (found or rest) == {good}, lines


@pytest.mark.parametrize("trial", [plan.trial for plan in load_rules().plans])
def test_rules_are_told_in_peoples_words(trial: str, run: Run) -> None:
    plan = next(plan for plan in rules().plans if plan.trial == trial)
    quoted = sorted((criterion.text for criterion in plan.criteria), key=len, reverse=True)
    for command in ("explain", "cases"):
        shown = run(command, trial).out
        words = _words_of(shown, quoted)
        for what, pattern in FORBIDDEN.items():
            assert re.findall(f".{{0,40}}(?:{pattern}).{{0,40}}", words) == [], (command, what)
        assert re.findall(r"^ *(?:[A-Z]\.)?[A-Z][0-9]+ .*|^ *R\..*|.*[0-9] a\b.*", shown, re.MULTILINE) == [], command


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_a_patient_as_read_is_told_in_peoples_words(example: Path, run: Run) -> None:
    shown = run("patient", example).out.partition("ledger: ")[0].replace(example.stem, "")
    for what, pattern in FORBIDDEN.items():
        assert re.findall(f".{{0,40}}(?:{pattern}).{{0,40}}", shown) == [], what


def test_a_sentence_as_read_is_told_in_peoples_words(run: Run) -> None:
    shown = run("parse", "Age >= 18 years and platelets < 20 x 10^9/L").out

    assert "age ≥ 18 y" in shown
    assert "platelets < 20 × 10⁹/L" in shown


TRIALS = [plan.trial for plan in load_rules().plans]
AMENDED = ROOT / "docs" / "example" / "amended"
# Listings of the vocabulary: an id stands first in a line, a unit as files have it second, and then what is for people.
NAMES_OF = {"concepts": r"^\S+ +\w+ +", "attestations": r"^\S+ +\w+ +", "variables": r"^\S+ +\S+ +"}


def _broken(text: str, quoted: list[str]) -> dict[str, list[str]]:
    """What of the law an output breaks, ids of criteria that stand alone among it."""
    words = _words_of(text, quoted)
    found = {what: re.findall(f".{{0,40}}(?:{pattern}).{{0,40}}", words) for what, pattern in FORBIDDEN.items()}
    ids = sorted({one.id for plan in rules().plans for one in plan.criteria}, key=len, reverse=True)
    for id_ in ids:
        for named in (criterion(id_), f"{criterion_name(id_)} [{id_}]"):
            words = re.sub(re.escape(named), "...", words, flags=re.IGNORECASE)
    alone = rf".{{0,40}}(?<![\w.])(?:{'|'.join(map(re.escape, ids))})(?![\w.]).{{0,20}}"
    return {what: lines for what, lines in (found | {"an id alone": re.findall(alone, words)}).items() if lines}


@functools.cache
def _of_rules() -> list[str]:
    """What rule sets quote: the sentences of the protocols, and their titles."""
    found = [one.text for plan in rules().plans for one in plan.criteria] + [plan.title for plan in rules().plans]
    return sorted(found, key=len, reverse=True)


@pytest.mark.parametrize("trial", TRIALS)
def test_worksheets_and_drafts_are_in_peoples_words(trial: str, run: Run, tmp_path: Path) -> None:
    draft = (ROOT / "rules" / f"{trial}.yaml").read_text("utf-8")
    draft = re.sub(r", of: [0-9a-f]{12}", "", re.sub(r"state: (?:reviewed|edited)", "state: draft", draft))
    (tmp_path / f"{trial}.yaml").write_text(draft, "utf-8")
    rows = list(csv.DictReader(io.StringIO(run("form", trial).out)))
    shown = {
        "form": _page_words(run("form", trial, "--format", "html").out),
        "form csv": "\n".join(f"{row['group']} {row['question']} {row['limits']}" for row in rows),
        "explain": run("explain", trial).out,
        "review": run("review", trial, "--rules", tmp_path, "--list").out,
        "test": run("test", "--trial", trial).out,
    }

    assert {name: broken for name, text in shown.items() if (broken := _broken(text, _of_rules()))} == {}
    assert len(shown["review"].splitlines()) > 1 or not rows


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_what_is_asked_and_what_became_of_a_record_is_in_peoples_words(example: Path, run: Run) -> None:
    places = re.compile(r"^  \S.*?: (?=used|refused|not needed)", re.MULTILINE)  # of the record, as it is written
    shown = {
        "answer": run("answer", example, "--list").out,
        "patient": places.sub("", run("patient", example, "--all").out),
    }

    quoted = [*_of_rules(), example.stem]
    assert {name: broken for name, text in shown.items() if (broken := _broken(text, quoted))} == {}


def test_lists_of_patients_changes_and_the_vocabulary_are_in_peoples_words(run: Run) -> None:
    folder = str(ROOT / "patients_examples")
    quoted = [*(path.stem for path in EXAMPLES), *_of_rules(), "Platelets that cannot be corrected (below 30 x 10^9/L)"]
    shown = {
        "next": run("next", folder).out.replace("`--all`", ""),
        "diff": run("diff", AMENDED / "before.yaml", AMENDED / "after.yaml", "--patients", folder).out,
        "convert": run("convert", "64000 /uL", "--variable", "platelets").out,
        **{name: re.sub(start, "", run(name).out, flags=re.MULTILINE) for name, start in NAMES_OF.items()},
    }

    assert {name: broken for name, text in shown.items() if (broken := _broken(text, quoted))} == {}
    assert shown["convert"] == "64 × 10⁹/L\n"


def test_an_answer_of_a_person_is_shown_in_peoples_words(run: Run, tmp_path: Path) -> None:
    asks = {"variable": "total_bilirubin", "op": "ge", "limit": 85, "unit": "umol/L"}
    by = {"by": "AB", "date": "2026-11-20"}
    answers = [
        {"asks": asks, "answer": "yes", **by},
        {"asks": {"concept": "hiv_infection"}, "answer": "no", **by},
        {"criterion": "NCT05727722/E7", "text_sha": "0" * 12, "answer": "no", **by},
    ]
    (tmp_path / "p.json").write_text(json.dumps({"id": "p", "as_of": "2026-11-20", "answers": answers}), "utf-8")
    shown = run("patient", tmp_path / "p.json").out.partition("ledger: ")[0]

    assert _broken(shown, []) == {}
    assert "total bilirubin ≥ 85 µmol/L: yes" in shown
    assert "HIV infection: no" in shown
    assert "exclusion 7 (E7) of NCT05727722: no" in shown


# --- a terminal of the usual width


NARROW = Terminal(width=80, colour=True)
PAINT = re.compile(r"\x1b\[[0-9;]+m")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_a_colour_terminal_gets_its_colours_and_no_more_columns_than_it_has(example: Path) -> None:
    _, data = outputs(example)["screen"]
    next_data = _asked(read_file(example))
    problems = [Problem("a-code", "a message of more words than a line of a terminal holds " * 2, Place("f.json", 1))]
    shown = [
        *screening_lines(data, NARROW),
        *audit_lines(data, NARROW, "all", full=True),
        *next_lines(next_data, NARROW, all_questions=True),
        *patient_lines(read_record(example.read_bytes(), ledger=True), True, NARROW),
        *render_problems(problems, NARROW).splitlines(),
    ]
    plain = [PAINT.sub("", clean_line(line, colour=True)) for line in shown]

    assert [line for line in plain if columns(line) > NARROW.width] == []
    assert [line for line in plain if "\ufffd" in line or "\x1b" in line] == []
    assert sum("\x1b[" in line for line in shown) > 0
