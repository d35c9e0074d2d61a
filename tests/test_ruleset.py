"""A rule set file round-trips, and everything that is wrong with one is said at its line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from eligo.criteria import Compare, Criterion, Limit, Unparsed
from eligo.errors import EligoError
from eligo.ruleset import RuleSet, dumps, file, load, loads

CASES = Path(__file__).parent / "cases" / "ruleset"
RULES = Path(__file__).parents[1] / "rules"


@pytest.mark.parametrize(
    "path", [*sorted((CASES / "accept").glob("*.yaml")), *sorted(RULES.glob("NCT*[0-9].yaml"))], ids=lambda p: p.stem
)
def test_what_is_written_is_read_back_equal(path: Path) -> None:
    ruleset = load(path)

    again = loads(dumps(ruleset))

    assert again == ruleset
    assert [c.predicate for c in again.criteria] == [c.predicate for c in ruleset.criteria]
    assert dumps(again) == dumps(ruleset)


@pytest.mark.parametrize("path", sorted(RULES.glob("NCT*[0-9].yaml")), ids=lambda p: p.stem)
def test_shipped_rule_sets_are_in_canonical_form(path: Path) -> None:
    assert dumps(load(path)) == path.read_text("utf-8")


_SIGNS = [" ", "  ", "- ", ": ", ":", " #", "'", '"', "\\", "{", "[a, b]", "?", "!", "null", "1e3", "...", "---"]
_WORDS = st.sampled_from(["platelets", "a word", *_SIGNS])
_TEXTS = st.lists(_WORDS | st.text(max_size=8), min_size=1, max_size=60).map("".join)


@given(_TEXTS, _TEXTS, _TEXTS)
@example("a \u2265 b", "line\nline", "\U0001f600")
@example("x" * 130, "\\n" * 80, '"\\" ' * 40)
def test_rule_sets_are_written_alike_where_the_library_has_no_writer_in_c(title: str, note: str, text: str) -> None:
    criteria = (
        Criterion("I1", "inclusion", text, Compare("platelets", (Limit("ge", 50, "10*9/L"),))),
        Criterion("E1", "exclusion", text, Unparsed(text, (0, len(text))), notes=(note, note)),
    )
    ruleset = RuleSet("X", title, criteria=criteria, notes=(note,), conditions=(text,))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(file, "_FastWriter", file._Writer)
        slowly = dumps(ruleset)

    assert dumps(ruleset) == slowly


@pytest.mark.parametrize("path", sorted((CASES / "reject").glob("*.yaml")), ids=lambda p: p.stem)
def test_a_mistake_is_named_at_its_line(path: Path) -> None:
    expected = path.read_text("utf-8").splitlines()[0].removeprefix("# expect: ")

    with pytest.raises(EligoError) as error:
        load(path)

    assert expected in [f"{p.code}:{p.place.line}" for p in error.value.problems]
    assert all(p.place.file == str(path) for p in error.value.problems)


def test_every_problem_is_reported_in_one_pass() -> None:
    text = """
trial: X
title: t
criteria:
- {id: I1, kind: inclusion, text: t, when: {concept: ascitis}}
- {id: I1, kind: inclusion, cohort: Z, text: t, when: {variable: inr, gt: 1, ge: 2}}
"""
    with pytest.raises(EligoError) as error:
        loads(text)

    assert {p.code for p in error.value.problems} == {"unknown-concept", "duplicate-id", "unknown-cohort", "limits"}


@pytest.mark.parametrize("text", ["no", "010", "12:30", "1_000", "1e3", "yes", "~x"])
def test_odd_scalars_stay_the_text_that_was_written(text: str) -> None:
    assert loads(f"trial: X\ntitle: {text}\nstates_no_criteria: true\n").title == text


def test_a_file_of_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("title: Überschrift".encode("latin-1"))

    with pytest.raises(EligoError) as error:
        load(path)

    assert error.value.problems[0].code == "encoding"
