"""The bytes of a rule set file in, all that an index keeps of the trial out, as plain data that goes between processes.

Tests are told from one another by their texts: two that ask the same have the same. An attestation asks by its topic
alone; what a record says of one criterion (`TRIAL/id`) is for the plain evaluator to weigh.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from eligo.criteria import text_sha
from eligo.errors import EligoError, Place, Problem
from eligo.namedtuple import NamedTuple
from eligo.plan import Attested, PlannedCriterion, PlannedJoin, Test, Tree, compile_rules, decoded, encoded
from eligo.ruleset import RuleSet, loads

# A leaf (the place of its test among the trial's), or a word of logic, how many (of `at_least`), and its parts.
EntryTree = int | tuple[str, int, tuple["EntryTree", ...]]

ATTESTED = "@"  # before the topic of an attestation


class EntryCriterion(NamedTuple):
    """A criterion: its id, its arm (0 for the common ones), and the short hash of its text."""

    id: str
    arm: int
    is_exclusion: bool
    is_draft: bool
    text_sha: str
    tree: EntryTree


class TrialEntry(NamedTuple):
    """A trial; `sha256` is that of the file. `unstated` says that nobody can be eligible by its criteria."""

    trial: str
    title: str
    sha256: str
    arms: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    states_no_criteria: bool
    unstated: bool
    conditions: tuple[str, ...]
    listing: tuple[str | None, tuple[str, ...], tuple[str, ...], tuple[str, ...]]
    tests: tuple[str, ...]
    criteria: tuple[EntryCriterion, ...]


def entry_of(data: bytes, file: str) -> TrialEntry:
    """What an index keeps of a rule set file; raise `EligoError` where it is none."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"the file is not UTF-8 (byte {error.start})"
        raise EligoError(Problem("encoding", message, Place(file), "save it as UTF-8")) from None
    return entry_of_rules(loads(text, file), hashlib.sha256(data).hexdigest())


def entry_of_rules(ruleset: RuleSet, sha256: str) -> TrialEntry:
    """What an index keeps of a rule set, whose file has this hash."""
    plan, listing = compile_rules(ruleset, sha256), ruleset.listing
    arms = {arm.id: place for place, arm in enumerate(plan.arms, 1)}
    return TrialEntry(
        plan.trial,
        plan.title,
        sha256,
        tuple((arm.id, arm.label) for arm in plan.arms),
        plan.notes,
        plan.states_no_criteria,
        plan.states_no_criteria or all(criterion.origin == "registry" for criterion in plan.criteria),
        ruleset.conditions,
        (listing.status, listing.phases, listing.countries, listing.age_groups),
        tuple(map(text_of, plan.tests)),
        tuple(_criterion(criterion, arms) for criterion in plan.criteria),
    )


def _criterion(criterion: PlannedCriterion, arms: dict[str, int]) -> EntryCriterion:
    numbers = [use.test for use in criterion.uses]
    return EntryCriterion(
        criterion.id,
        0 if criterion.cohort is None else arms[criterion.cohort],
        criterion.kind == "exclusion",
        criterion.review == "draft",
        text_sha(criterion.text),
        _tree(criterion.tree, numbers),
    )


def _tree(tree: Tree, numbers: list[int]) -> EntryTree:
    if isinstance(tree, PlannedJoin):
        return tree.how, tree.count, tuple(_tree(part, numbers) for part in tree.parts)
    return numbers[tree]


def text_of(test: Test) -> str:
    """The text of a test, the same for all that ask the same: 3 and 3.0 are one number."""
    if isinstance(test, Attested):
        return ATTESTED + test.topic
    return json.dumps(_plain(encoded(test)), ensure_ascii=False, separators=(",", ":"))


def _plain(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _plain(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_plain(value) for value in data]
    return int(data) if isinstance(data, float) and data.is_integer() else data


def test_of(text: str) -> Test:
    """The test of a text; raise `ValueError`, `KeyError` or `TypeError` where it is none."""
    if text.startswith(ATTESTED):
        return Attested(text.removeprefix(ATTESTED), "")
    test: Test = decoded(json.loads(text))
    return test
