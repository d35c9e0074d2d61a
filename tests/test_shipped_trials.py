"""The shipped rule sets against the raw pages that they restate."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from eligo.criteria import leaves
from eligo.ruleset import RuleSet, load
from eligo.trials import read_trial
from eligo.trials.importing import draft

RULES = Path(__file__).parents[1] / "rules"
TRIALS = [path.stem for path in sorted(RULES.glob("NCT*[0-9].yaml"))]

# What the pages hold: items by arm and section, as a person counts them.
ITEMS = {
    "NCT05727722": {("A", "inclusion"): 8, ("B", "inclusion"): 7, (None, "exclusion"): 11},
    "NCT03460795": {(None, "inclusion"): 9, (None, "exclusion"): 8},
    "NCT04822922": {(None, "inclusion"): 3, (None, "exclusion"): 7},
    "NCT06884904": {(None, "inclusion"): 4, (None, "exclusion"): 12},
    "NCT05948982": {},
}


def _imported(shared: Path, trial: str) -> RuleSet:
    text = (shared / "trials" / f"{trial}.txt").read_text("utf-8")
    return draft(read_trial(text), text)


@pytest.mark.shared
@pytest.mark.parametrize("trial", TRIALS)
def test_every_item_of_a_page_becomes_a_criterion(shared: Path, trial: str) -> None:
    imported = _imported(shared, trial)

    items = Counter((c.cohort, c.kind) for c in imported.criteria if c.origin == "text")

    assert items == ITEMS[trial]
    assert imported.states_no_criteria == (not ITEMS[trial])
    assert sum(c.origin == "population" for c in imported.criteria) == len(imported.cohorts)


@pytest.mark.shared
@pytest.mark.parametrize("trial", TRIALS)
def test_a_shipped_rule_set_is_what_the_page_imports_to_or_says_why_not(shared: Path, trial: str) -> None:
    shipped, imported = load(RULES / f"{trial}.yaml"), _imported(shared, trial)
    drafts = {c.id: c for c in imported.criteria}
    other = [c for c in shipped.criteria if drafts[c.id].predicate != c.predicate]

    assert [c.id for c in shipped.criteria] == [c.id for c in imported.criteria]
    assert [c.id for c in other if c.review.state != "edited" or not c.review.note] == []
    assert [c.id for c in shipped.criteria if c.review.state == "edited" and c not in other] == []
    assert shipped.source == imported.source


@pytest.mark.parametrize("trial", TRIALS)
def test_every_leaf_of_a_shipped_rule_set_names_its_words(trial: str) -> None:
    shipped = load(RULES / f"{trial}.yaml")

    assert [c.id for c in shipped.criteria for leaf in leaves(c.predicate) if leaf.span is None] == []
    assert [c.id for c in shipped.criteria if c.review.state == "draft"] == []
