"""Formatting a rule set keeps its meaning and every comment, whatever a person wrote where."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from eligo.cli import main
from eligo.errors import EligoError
from eligo.ruleset import dumps, load, loads
from eligo.ruleset.format import comments, format_text
from eligo.yamltext import read_yaml

RULES = Path(__file__).parents[1] / "rules"
TEXTS = [path.read_text("utf-8") for path in sorted(RULES.glob("NCT*[0-9].yaml"))]
SMALL = """\
trial: X
title: made up
source: {registry: none, version: '2026-01-01'}
notes:
- the first note, which is long enough to be broken over two lines where the canonical form has its right margin at all
cohorts:
- {id: A, label: one}
- {id: B, label: two}
criteria:
- id: I1
  kind: inclusion
  text: Platelets above 50 x 10^9/L or INR below 2
  when:
    any:
    - {variable: platelets, op: gt, limit: 50, unit: 10*9/L, words: Platelets above 50 x 10^9/L}
    - not: {variable: inr, op: ge, limit: 2}
- id: E1
  kind: exclusion
  cohort: A
  text: |
    Ascites,
    or encephalopathy
  when: {at_least: 1, of: [{concept: ascites}, {concept: hepatic_encephalopathy}]}
"""


def _same(one: str, other: str) -> bool:
    try:
        return bool(read_yaml(one).data == read_yaml(other).data)
    except EligoError:
        return False


@st.composite
def _commented(draw: st.DrawFn) -> str:
    """A rule set with comments put wherever they do not change what it says, and lines moved apart."""
    original = draw(st.sampled_from([*[SMALL] * 12, *TEXTS]))
    lines = original.split("\n")
    for number in range(draw(st.integers(1, 8))):
        place = draw(st.integers(0, len(lines) - 1))
        comment = f"# {number} {draw(st.sampled_from(['note', '# twice', 'é: [{', chr(39)]))}"
        changed = list(lines)
        how = draw(st.sampled_from(["above", "beside", "blank"]))
        if how == "above":
            changed.insert(place, " " * draw(st.sampled_from([0, 1, 2, 4, 7])) + comment)
        elif how == "beside":
            changed[place] += " " * draw(st.integers(1, 3)) + comment
        else:
            changed.insert(place, "")
        if _same("\n".join(changed), original):
            lines = changed
    return "\n".join(lines)


@settings(max_examples=35, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_commented())
def test_formatting_loses_no_comment_and_changes_no_meaning(text: str) -> None:
    formatted = format_text(text)

    # Two comments that end on one line are joined there, so their words are counted, not their number.
    words = Counter(" ".join(c.text for c in comments(text)).replace("#", " ").split())
    assert Counter(" ".join(c.text for c in comments(formatted)).replace("#", " ").split()) == words
    assert loads(formatted) == loads(text)
    assert format_text(formatted) == formatted


@settings(max_examples=30, deadline=None)
@given(st.permutations(loads(SMALL).criteria), st.data())
def test_comments_go_with_the_criterion_that_they_stand_above(order: tuple[object, ...], data: st.DataObject) -> None:
    names = [f"# about {c.id}" for c in order]  # type: ignore[attr-defined]  # criteria
    body = dumps(loads(SMALL)).partition("criteria:\n")
    blocks = dict(zip(("I1", "E1"), body[2].split("- id: ")[1:], strict=True))
    moved = "".join(f"{n}\n- id: {blocks[c.id]}" for n, c in zip(names, order, strict=True))  # type: ignore[attr-defined]

    formatted = format_text(body[0] + "criteria:\n" + moved)

    for name, criterion in zip(names, order, strict=True):
        assert f"{name}\n- id: {criterion.id}\n" in formatted  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", sorted(RULES.glob("NCT*[0-9].yaml")), ids=lambda p: p.stem)
def test_without_comments_the_form_is_that_of_the_writer(path: Path) -> None:
    assert format_text(path.read_text("utf-8")) == dumps(load(path))


def test_a_comment_beside_a_part_that_goes_stays_in_the_file() -> None:
    text = "trial: X\ntitle: t\nnotes: []  # none yet\nstates_no_criteria: true\n"

    assert "# none yet" in format_text(text)


def test_check_writes_nothing_and_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "X.yaml"
    file.write_text("# mine\n" + SMALL)

    assert main(["fmt", "--check", str(file)]) == 5
    assert file.read_text() == "# mine\n" + SMALL
    assert main(["fmt", str(file)]) == 0
    assert capsys.readouterr().out == f"would change {file}\nchanged {file}\n"
    assert main(["fmt", "--check", str(file)]) == 0
    assert file.read_text().startswith("# mine\n")


def test_a_broken_file_stays_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "X.yaml"
    file.write_text("trial: [X\n")

    assert main(["fmt", str(file)]) == 1
    assert file.read_text() == "trial: [X\n"
