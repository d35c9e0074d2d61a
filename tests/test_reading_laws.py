"""The laws of reading: what may change in a sentence, or around it, without changing what it says.

A pair that is silently read in two ways breaks its law. How many still do is written down law by law in
`tests/cases/laws/known_failures.yaml`: the number may not grow, and is to be lowered when it shrinks.
`python -m bench.laws` tries thousands of pairs, and shows those that break a law.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from bench.mutation import slips
from eligo.criteria import Predicate, Unparsed
from eligo.reading.parse import read_item
from eligo.truth import Kind
from eligo.yamltext import read_yaml
from tests import real_lines, sentences
from tests.evaluating import rules
from tests.laws import Heard, check, gives_account, heard, judge, weigh
from tests.sentences import Draw, Pair, pairs, parts

CASES = Path(__file__).parent / "cases" / "laws"


def _data(name: str) -> Any:
    return read_yaml((CASES / name).read_text("utf-8"), name).data


KNOWN = _data("known_failures.yaml")


def _keeps(law: str, tried: Iterable[Pair], source: str) -> None:
    """Fail where more pairs break the law than are known to, or fewer."""
    if law == "account" and not gives_account():
        pytest.skip("a reading does not yet say where each word went")
    broken = [judged for judged in map(judge, tried) if judged.verdict == "different"]
    known = KNOWN[source][law]
    shown = "\n".join(" || ".join(judged.pair.texts) for judged in broken[:5])

    assert len(broken) <= known, f"{len(broken)} pairs are silently read in two ways, {known} are known to be\n{shown}"
    assert len(broken) == known, f"lower `{law}` of `{source}` in known_failures.yaml to {len(broken)}"


@pytest.mark.parametrize("law", sentences.LAWS)
def test_a_law_holds_for_generated_sentences(law: str) -> None:
    _keeps(law, pairs(law, KNOWN["pairs"]), "generated")


@pytest.mark.shared
@pytest.mark.parametrize("law", real_lines.LAWS)
def test_a_law_holds_for_real_lines(law: str, shared: Path) -> None:
    _keeps(law, real_lines.pairs(shared, law, KNOWN["pairs"]), "lines")


# --- how two readings are weighed


def _predicate(when: dict[str, Any]) -> Predicate:
    return rules([{"id": "I1", "when": when}]).criteria[0].predicate


@pytest.mark.parametrize("case", [pytest.param(case, id=case["claim"]) for case in _data("weighed.yaml")])
def test_two_readings_are_weighed_by_what_they_do_to_patients(case: dict[str, Any]) -> None:
    kinds: list[Kind] = case.get("kinds", ["inclusion", "inclusion"])
    one, other = (
        Heard("", kind, _predicate(case[name]), case.get("marked", False))
        for name, kind in zip(("one", "other"), kinds, strict=True)
    )

    assert weigh(one, other, less=case.get("less", False)) == case["says"]


@pytest.mark.parametrize("number", range(20))
def test_a_slip_in_a_reading_is_noticed(number: int) -> None:
    """Sentences of one part: within a choice a slip may be covered by another part."""
    draw = Draw(f"slip {number}")
    reading = heard(draw.fill(draw.head(parts()["bare"])), "exclusion")

    unnoticed = [what for _, what, made in slips(reading.predicate) if not _differs(reading, made)]

    assert unnoticed == []


def _differs(reading: Heard, made: Predicate) -> bool:
    return weigh(Heard("", reading.kind, reading.predicate), Heard("", reading.kind, made)) == "different"


# --- the sentences


def test_there_are_enough_heads_and_tails() -> None:
    assert sum(map(len, parts()["heads"].values())) >= 40
    assert sum(map(len, parts()["tails"].values())) >= 40


@pytest.mark.parametrize("law", sentences.LAWS)
def test_the_pairs_of_a_law_are_many_and_always_the_same(law: str) -> None:
    found = [pair.texts for pair in pairs(law, 60)]

    assert [pair.texts for pair in pairs(law, 20)] == found[:20]
    assert len(set(found)) > 0.9 * len(found)
    assert not any("{" in text for texts in found for text in texts)


@pytest.mark.parametrize("word", parts()["unknown"])
def test_an_unknown_word_is_unknown(word: str) -> None:
    assert isinstance(read_item(word, "inclusion").predicate, Unparsed)


def test_a_pair_that_is_read_alike_keeps_its_law_and_one_that_is_not_breaks_it() -> None:
    alike = Pair("order", "; ", "inclusion", ("Asthma; INR > 2", "INR > 2; asthma"))
    unlike = Pair("order", "; ", "inclusion", ("Asthma; INR > 2", "INR > 3; asthma"))

    assert (check(alike), check(unlike)) == ("same", "different")
