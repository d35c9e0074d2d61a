"""Reviews that stand and reviews that were lost: every slip in a reviewed limit is found, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from eligo.check import check_text
from eligo.cli import main
from eligo.criteria import Compare, Criterion, Limit, Op, leaves
from eligo.plan import compile_rules
from eligo.reading.parse import read_item
from eligo.ruleset import RuleSet, dumps, load, loads
from eligo.standing import disagreeing, is_as_reviewed, meaning_sha, review_state
from eligo.trials.reviewing import accept, open_criteria

RULES = Path(__file__).parents[1] / "rules"
SHIPPED = [load(path) for path in sorted(RULES.glob("NCT*[0-9].yaml"))]
READ = Path(__file__).parent / "cases" / "parse" / "accept"
TEXTS = [case["text"] for path in sorted(READ.glob("*.yaml")) for case in yaml.safe_load(path.read_text("utf-8"))]
OTHER_SIDE: dict[Op, Op] = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "gt"}


def _slips(limit: Limit) -> Iterator[Limit]:
    """Another number, the other side, and a comma that slipped."""
    yield replace(limit, value=limit.value * 1.5 or 1)
    yield replace(limit, op=OTHER_SIDE[limit.op])
    yield replace(limit, value=limit.value / 10)


@pytest.mark.parametrize("ruleset", SHIPPED, ids=lambda ruleset: ruleset.trial)
def test_every_review_of_a_shipped_rule_set_stands_and_names_its_source(ruleset: RuleSet) -> None:
    assert [c.id for c in ruleset.criteria if c.review.of is None or review_state(c) != c.review.state] == []
    assert [c.id for c in ruleset.criteria if c.origin != "registry" and c.source_sha is None] == []


@pytest.mark.parametrize("ruleset", SHIPPED, ids=lambda ruleset: ruleset.trial)
def test_every_slip_in_a_reviewed_limit_is_found(ruleset: RuleSet) -> None:
    for criterion in ruleset.criteria:
        for leaf in leaves(criterion.predicate):
            if not isinstance(leaf, Compare):
                continue
            for slip in _slips(leaf.limits[0]):
                changed = replace(criterion, predicate=replace(leaf, limits=(slip, *leaf.limits[1:])))
                assert not is_as_reviewed(changed)


def test_most_slips_are_found_by_the_words_alone() -> None:
    found = [
        any(disagreeing(replace(criterion, predicate=replace(leaf, limits=(slip, *leaf.limits[1:])))))
        for ruleset in SHIPPED
        for criterion in ruleset.criteria
        for leaf in leaves(criterion.predicate)
        if isinstance(leaf, Compare)
        for slip in _slips(leaf.limits[0])
    ]

    assert sum(found) > 0.8 * len(found)


def test_what_the_reader_reads_agrees_with_its_words() -> None:
    for line in TEXTS:
        criterion = Criterion("I1", "inclusion", line, read_item(line, "inclusion").predicate)
        assert [words for _, words in disagreeing(criterion)] == []


def test_a_lost_review_leaves_a_draft_in_every_output(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = (RULES / "NCT05727722.yaml").read_text("utf-8")
    slipped = text.replace("op: lt, limit: 20, unit: 10*9/L", "op: lt, limit: 30, unit: 10*9/L")
    (tmp_path / "NCT05727722.yaml").write_text(slipped, "utf-8")
    ruleset = loads(slipped)
    codes = {finding.code for finding in check_text(slipped).findings if finding.criteria == ("E7",)}

    assert codes == {"review-lost", "words-disagree"}
    assert [c.id for c in open_criteria(ruleset)] == ["E7"]
    assert [c.id for c in compile_rules(ruleset).criteria if c.review == "draft"] == ["E7"]
    assert main(["check", str(tmp_path)]) == 5
    assert main(["review", "NCT05727722", "--rules", str(tmp_path), "--list"]) == 0
    assert "1 criterion is open" in capsys.readouterr().out


def test_a_review_says_what_it_was_of() -> None:
    text = "trial: X\ntitle: t\ncriteria:\n- {id: I1, kind: inclusion, text: ascites, when: {concept: ascites}}\n"
    accepted = loads(accept(text, "I1", "A. Reader", "2026-11-22")).criteria[0]

    assert accepted.review.of == meaning_sha(accepted)
    assert review_state(accepted) == "reviewed"
    assert loads(dumps(loads(accept(text, "I1", "A. Reader", "2026-11-22")))).criteria[0] == accepted
    assert meaning_sha(replace(accepted, kind="exclusion")) != accepted.review.of
