"""The views of a screening: every fact that the data holds is shown, fits the width, and needs no colour."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from eligo.criteria import Duration
from eligo.errors import Place, Problem
from eligo.evaluation.chart import Policy
from eligo.patients.native import read_file
from eligo.report import words
from eligo.report.audit import audit_lines
from eligo.report.predicates import predicate_lines
from eligo.report.problems import MOST_PROBLEMS, json_lines, render_problem, render_problems
from eligo.report.schema import FindingJson as ScreeningFinding
from eligo.report.terminal import Terminal, columns, terminal, wrap_marked
from eligo.report.text import screening_lines
from eligo.ruleset import load
from eligo.screening import Rules, load_rules, screen
from eligo.truth import Reason
from tests.doors import DOORS
from tests.evaluating import finding
from tests.evaluating import patient as patient_of
from tests.golden import Golden
from tests.measured import as_data

CASES = Path(__file__).parent / "cases"
RULESETS = CASES / "ruleset" / "accept"
EVIDENCE = yaml.safe_load((CASES / "report" / "evidence.yaml").read_text("utf-8"))

PATIENTS = sorted((DOORS / "patients").glob("*.json"))
WIDE = Terminal(width=100)
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture(scope="module")
def rules() -> Rules:
    """Made-up trials with every kind of criterion."""
    return load_rules(DOORS / "rules")


def _data(rules: Rules, name: str, trial: str | None = None, policy: Policy | None = None) -> dict[str, Any]:
    patient = read_file(DOORS / "patients" / f"{name}.json")
    return screen(patient, rules.only([trial]) if trial else rules, policy).as_json()


@pytest.mark.parametrize("patient", PATIENTS, ids=lambda p: p.stem)
def test_the_summary_names_blockers_and_open_items(patient: Path, rules: Rules, golden: Golden) -> None:
    golden.check(f"screen_{patient.stem}.txt", _text(screening_lines(_data(rules, patient.stem), WIDE)))


@pytest.mark.parametrize("patient", PATIENTS, ids=lambda p: p.stem)
def test_the_audit_shows_every_criterion_with_its_evidence(patient: Path, rules: Rules, golden: Golden) -> None:
    data = _data(rules, patient.stem, "NCT00000001")
    lines = list(audit_lines(data, WIDE, "all"))

    for told in data["trials"][0]["criteria"]:  # each once, with a mark, its name and its id
        assert sum(bool(re.match(rf"  [■◇●○] [A-Z][^()]*\({told['id']}\): ", line)) for line in lines) == 1
    assert sum(bool(re.match(r"  [■◇●○] ", line)) for line in lines) == len(data["trials"][0]["criteria"])
    golden.check(f"audit_{patient.stem}.txt", _text(lines))


def test_a_stale_result_says_so_and_what_to_do(rules: Rules) -> None:
    data = _data(rules, "hopeful", "NCT00000001", Policy(max_age=Duration(14, "d")))
    (finding,) = (f for f in data["trials"][0]["criteria"] if f["id"] == "A.I2")
    (line, _) = map(words.evidence_line, words.deciding(finding))

    assert line.startswith("total bilirubin 80 µmol/L (2026-09-01, 80 d old), limit > 1 × ULN (> 17 µmol/L; ")
    assert line.endswith("): too old; repeat it")
    assert words.still_open([finding]) == "1 too old (total bilirubin)"


def test_the_limit_of_normal_names_its_source(rules: Rules) -> None:
    own = _text(audit_lines(_data(rules, "hopeful", "NCT00000001"), WIDE, "all"))
    default = _text(audit_lines(_data(rules, "low_platelets", "NCT00000001"), WIDE))

    assert "ULN 17 µmol/L (report)" in " ".join(own.split())
    assert "(default)" in default


@pytest.mark.parametrize("width", [30, 40, 72])
def test_narrow_terminals_lose_nothing(rules: Rules, width: int) -> None:
    data = _data(rules, "low_platelets", "NCT00000001")
    narrow = list(audit_lines(data, Terminal(width=width), "all"))

    assert all(columns(line) <= width or " " not in line.strip() or "->" in line for line in narrow)
    assert _letters(narrow) == _letters(audit_lines(data, WIDE, "all"))


def test_colour_only_repeats_what_words_say(rules: Rules) -> None:
    for name in (p.stem for p in PATIENTS):
        data = _data(rules, name)
        for view in (screening_lines, audit_lines):
            coloured = _text(view(data, Terminal(width=100, colour=True)))
            assert "\x1b[" in coloured
            assert _ANSI.sub("", coloured) == _text(view(data, WIDE))


def test_words_that_decide_stand_above_their_underline(rules: Rules) -> None:
    (finding,) = (f for f in _data(rules, "low_platelets")["trials"][0]["criteria"] if f["id"] == "E1")
    ((line, under),) = wrap_marked(finding["text"], words.spans(finding), 100, "  ", "  ")

    assert line[under.index("~") : len(under)] == "below 20 x 10^9/L"


def test_five_digits_never_hide_a_near_miss() -> None:
    near = {"variable": "platelets", "value": 19.999999, "limit": "< 20 10*9/L", "distance": -1e-6, "truth": "MET"}
    hit = {"variable": "creatinine", "value": 176.842, "limit": ">= 176.8 umol/L", "distance": 0.042, "truth": "MET"}
    even = {"variable": "creatinine", "value": 176.842, "limit": ">= 176.842 umol/L", "distance": 0, "truth": "MET"}

    assert words.blocker({"evidence": [as_data(near | {"decides": True})]}) == "platelets 19.999999 < 20 × 10⁹/L"
    assert words.blocker({"evidence": [as_data(hit | {"decides": True})]}) == "creatinine 176.84 ≥ 176.8 µmol/L"
    assert words.blocker({"evidence": [as_data(even | {"decides": True})]}) == "creatinine 176.84 ≥ 176.84 µmol/L"


@pytest.mark.parametrize("case", EVIDENCE, ids=lambda case: case["lines"][0])
def test_the_evidence_reads_as_the_case_says(case: dict[str, Any]) -> None:
    told = finding(case["when"], patient_of(case["patient"])).as_json()

    assert [words.evidence_line(e) for e in words.deciding(told)] == case["lines"]
    ScreeningFinding.model_validate_json(json.dumps(told))


def test_lines_below_a_sentence_show_every_kind_of_node() -> None:
    ruleset = load(RULESETS / "every_node.yaml")
    lines = [line for criterion in ruleset.criteria for line in predicate_lines(criterion.predicate)]

    assert lines[-14:] == [
        "any of",
        "  malignancy other than what the trial is about or treated basal cell carcinoma (within 3 y)",
        "  dialysis (now)",
        "  asthma, requiring: systemic corticosteroids",
        "all of",
        "  prothrombin time ≤ ULN + 4 s",
        "  temperature ≥ LLN - 1 °C and ≤ LLN + 0.5 °C",
        "  if",
        "    all of",
        "      sex one of female",
        "      childbearing potential",
        "  then",
        "    to attest: contraception",
        "  age ≥ 30 y (on the day on which type 2 diabetes began)",
    ]


def test_every_reason_is_said_in_words() -> None:
    reasons = {reason.value for reason in Reason} | {"unread"}  # a value that was not understood, not a sentence
    assert set(words.TO_DO) == set(words.OPEN) == reasons


def test_text_of_a_file_cannot_steer_the_terminal(rules: Rules) -> None:
    data = _data(rules, "low_platelets", "NCT00000001")
    data["patient"] = "<script>alert(1)</script>\x1b[2J\u202e"
    text = _text(audit_lines(data, WIDE))

    assert "\x1b" not in text
    assert "\u202e" not in text


# --- the terminal

WORDS = st.text(alphabet=st.sampled_from("ab ≥é中\u0301\n"), max_size=80)


@given(WORDS, st.integers(8, 40), st.lists(st.tuples(st.integers(0, 80), st.integers(0, 80)), max_size=3))
def test_wrapped_lines_fit_and_keep_every_letter(text: str, width: int, marks: list[tuple[int, int]]) -> None:
    spans = [(min(a, len(text)), min(b, len(text))) for a, b in marks]
    lines = wrap_marked(text, spans, width)

    assert all(columns(line) <= width for line, _ in lines)
    assert "".join("".join(line.split()) for line, _ in lines) == "".join(text.split())


@given(WORDS, st.integers(8, 40), st.data())
def test_underlines_stand_below_the_letters_they_mark(text: str, width: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    marked = sum(under.count("~") for _, under in wrap_marked(text, [(start, end)], width))
    letters = sum(columns(c) for c in text[start:end] if not c.isspace())
    blanks = sum(c.isspace() for c in text[start:end])

    assert letters <= marked <= letters + blanks


def test_a_terminal_has_colour_and_its_width_and_a_pipe_has_neither() -> None:
    class Screen:
        def isatty(self) -> bool:
            return True

    class Pipe(Screen):
        def isatty(self) -> bool:
            return False

    def seen(stream: Any, **env: str) -> Terminal:
        return terminal(stream, env)

    assert seen(Screen(), COLUMNS="70") == Terminal(70, colour=True)
    assert seen(Screen(), COLUMNS="70", NO_COLOR="1") == Terminal(70, colour=False)
    assert seen(Screen(), COLUMNS="70", TERM="dumb") == Terminal(70, colour=False)
    assert seen(Screen(), COLUMNS="3").width == 20
    assert seen(Pipe(), COLUMNS="70") == Terminal(100, colour=False)


# --- problems


def test_a_problem_in_a_rules_file_shows_the_line_with_a_caret(tmp_path: Path) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text("trial: NCT1\nwhen: {op: >}\n", "utf-8")
    problem = Problem("yaml-syntax", "not readable", Place(str(file), 2, 12), "quote it")

    assert render_problem(problem, WIDE).splitlines()[1:] == [
        "  2 | when: {op: >}",
        "    |            ^",
        "  help: quote it",
    ]


@pytest.mark.parametrize("column", [1, 60, 150, 299])
def test_a_long_line_of_a_rules_file_is_cut_to_the_terminal_around_the_caret(tmp_path: Path, column: int) -> None:
    file = tmp_path / "rules.yaml"
    line = "".join(chr(ord("a") + n % 26) for n in range(300))
    file.write_text(line + "\n", "utf-8")
    problem = Problem("yaml-syntax", "not readable", Place(str(file), 1, column))
    source, caret = render_problem(problem, Terminal(width=80, colour=True)).splitlines()[-2:]

    assert len(source) <= 80
    assert source[caret.index("^")] == line[column - 1]
    assert "…" in source


def test_a_problem_in_a_record_never_shows_a_line_of_it(tmp_path: Path) -> None:
    file = tmp_path / "patient.json"
    file.write_text('{"labs": {"INR": 98.76}}', "utf-8")

    assert "98.76" not in render_problem(Problem("x", "y", Place(str(file), 1, 3)), WIDE)


def test_problems_are_sorted_said_once_and_cut_where_there_are_very_many() -> None:
    many = [Problem("x", "y", Place("f", line)) for line in range(MOST_PROBLEMS + 5, 0, -1)]
    lines = render_problems(many + many, WIDE).splitlines()

    assert lines[0] == "f:1: error[x]: y"
    assert len(lines) == MOST_PROBLEMS + 1
    assert lines[-1] == "f: error[x]: and 5 more of this kind"
    assert len(json_lines(many + many).splitlines()) == MOST_PROBLEMS + 1


def _text(lines: Any) -> str:
    return "".join(f"{line}\n" for line in lines)


def _letters(lines: Any) -> str:
    """All that is said, whatever the line breaks; underlines count by their length."""
    return re.sub(r"\s", "", _text(lines)).replace("~", "")


# --- words are made of data

# Who may use regular expressions in a report, and on whose words: none reads what eligo worded itself.
READS = {
    "report/display.py": "ids of criteria, in rules and in the notes of rules",
    "report/html.py": "a patient's id that stands in a style sheet",
    "report/jsonline.py": "characters that do not show, whoever wrote them",
    "report/page/markup.py": "ids of trials and criteria that become ids of a page",
    "report/terminal.py": "what could steer a terminal, whoever wrote it",
}
# Texts of evidence and outlook that stand beside the same as data, for those who read them in JSON.
TEXTS = frozenset({"limit", "limit_written", "window", "reference", "converted", "margin", "answer", "answer_written"})


def _trees(root: Path) -> dict[str, ast.Module]:
    """The modules that word what people read."""
    package = root / "src" / "eligo"
    files = [file for part in ("report", "outlook") for file in (package / part).rglob("*.py")]
    return {file.relative_to(package).as_posix(): ast.parse(file.read_text("utf-8")) for file in files}


def _imports_re(tree: ast.Module) -> bool:
    imports = (n for n in ast.walk(tree) if isinstance(n, ast.Import | ast.ImportFrom))
    names = (
        name for n in imports for name in ([n.module] if isinstance(n, ast.ImportFrom) else [a.name for a in n.names])
    )
    return any(name in ("re", "eligo.regex") for name in names)


def _texts_read(tree: ast.Module) -> set[str]:
    """The keys of texts whose content is looked at: `evidence["limit"]`, `evidence.get("limit")`."""
    keys = [n.slice for n in ast.walk(tree) if isinstance(n, ast.Subscript) and isinstance(n.ctx, ast.Load)]
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute)]
    keys += [n.args[0] for n in calls if isinstance(n.func, ast.Attribute) and n.func.attr in ("get", "pop") and n.args]
    return {key.value for key in keys if isinstance(key, ast.Constant) and key.value in TEXTS}


def test_no_regular_expression_reads_what_eligo_worded(root: Path) -> None:
    assert {name for name, tree in _trees(root).items() if _imports_re(tree)} == READS.keys()


def test_reports_are_worded_from_data_and_not_from_its_texts(root: Path) -> None:
    found = {name: texts for name, tree in _trees(root).items() if (texts := _texts_read(tree))}

    assert found == {}


def test_a_text_that_is_read_is_found() -> None:
    read = ast.parse('limit = evidence["limit"]\nevidence.get("window", "")\nif "reference" in evidence: pass')

    assert _texts_read(read) == {"limit", "window"}
    assert _imports_re(ast.parse("import re"))
    assert _imports_re(ast.parse("from re import compile"))
    assert not _imports_re(ast.parse("import json"))
