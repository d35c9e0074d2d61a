"""Names that are not known: what is suggested for them, in the cases of `cases/suggest/names.yaml`."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from eligo.patients.names import Trouble, find_attestation, find_concept, find_variable
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.nearest import Names, nearest
from eligo.vocabulary.variables import variables

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "cases/suggest/names.yaml").read_text("utf-8"))
FIND: dict[str, Callable[[str], object]] = {
    "variable": find_variable,
    "concept": find_concept,
    "attestation": find_attestation,
}


def _help(case: dict[str, Any]) -> str:
    found = FIND[case["as"]](case["word"])

    assert isinstance(found, Trouble), "the word is known"
    return found.help()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['word']} as {case['as']}")
def test_the_nearest_name_is_suggested_first(case: dict[str, Any]) -> None:
    text = _help(case)
    named = re.findall(r"`([^`]+)`", text) if text.startswith("did you mean") or "is" in case else []

    assert named[:1] == [name for name in [case.get("is") or case["first"]] if name], text


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['word']} as {case['as']}")
def test_no_suggestion_is_noise(case: dict[str, Any]) -> None:
    """No two names for one thing, no abbreviation of two letters, and never the word that was asked for."""
    named = re.findall(r"`([^`]+)`", _help(case)) if _help(case).startswith("did you mean") else []
    known = [variables().find(name) or concepts().find(name) for name in named]

    assert all(len(name) > 2 and name.casefold() != case["word"].casefold() for name in named)
    assert len({one.id for one in known if one}) == sum(one is not None for one in known)


def test_something_of_another_kind_is_named_as_what_it_is() -> None:
    assert (
        _help({"word": "acites", "as": "variable"})
        == "did you mean the condition `ascites`? list it under `conditions`"
    )
    assert _help({"word": "warfarin", "as": "variable"}).startswith("`warfarin` is a medication: list it under `medic")


def test_a_word_of_several_may_be_misspelled_where_the_others_are_a_name_s_own() -> None:
    names = [("systolic blood pressure", "a"), ("blood urea", "b")]

    assert nearest("blood presure", Names(names))[0].id == "a"


def test_the_search_leaves_out_no_name_that_is_near() -> None:
    """Which names are compared in full is found by letters and words; each compared in full gives the same."""
    names = [(text, variable.id) for variable in variables() for text in variable.spellings]
    every, chance = Names(names), random.Random(7)
    for text, _ in chance.sample(names, 12):
        at = chance.randrange(len(text))
        word = text[:at] + chance.choice(("", "x", "e ", text[at : at + 1] * 2)) + text[at + 1 :]
        one_by_one = [near for name in names for near in nearest(word, Names([name]))]
        best = max((near.likeness for near in one_by_one), default=0)
        found = nearest(word, every)

        assert {near.id for near in found} <= {near.id for near in one_by_one}, word
        assert bool(found) == bool(one_by_one), word
        assert not found or found[0].likeness == best, word
