"""Whether a predicate's words are known to the vocabulary: variables, concepts, attestations and units."""

from __future__ import annotations

from collections.abc import Iterator

from eligo.criteria import DAYS_IN, STUDY_CONDITION, Attest, Compare, Leaf, Limit, OneOf, Predicate, leaves, presences
from eligo.errors import EligoError, Problem
from eligo.vocabulary.concepts import concepts
from eligo.vocabulary.units import difference_to_canonical, to_canonical, ucum
from eligo.vocabulary.variables import Variable, variables

REFERENCES = frozenset({"ULN", "LLN", "baseline"})


def check_words(predicate: Predicate) -> Iterator[Problem]:
    """Every word of the predicate that the vocabulary does not have, or that does not fit its variable."""
    for leaf in leaves(predicate):
        yield from _check_leaf(leaf)


def _check_leaf(leaf: Leaf) -> Iterator[Problem]:
    if isinstance(leaf, Compare | OneOf) and leaf.variable is not None:
        variable = variables().get(leaf.variable)
        if variable is None:
            yield _unknown_variable(leaf.variable)
        elif isinstance(leaf, Compare):
            equivalent = (leaf.equivalent,) if leaf.equivalent else ()
            for limit in (*leaf.limits, *equivalent):
                yield from _check_limit(limit, variable)
    if isinstance(leaf, Compare) and leaf.at is not None:
        yield from _check_concept(leaf.at)
    if isinstance(leaf, Attest):
        yield from _check_concept(leaf.topic, attested=True)
    for present in presences(leaf):
        yield from _check_concept(present.concept)
        if present.head is not None:
            yield from _check_concept(present.head)
        for part in present.but_not:
            if part.concept != STUDY_CONDITION:
                yield from _check_concept(part.concept)


def _check_concept(name: str, attested: bool = False) -> Iterator[Problem]:
    concept = concepts().get(name)
    if concept is None:
        help_text = concepts().suggest(name) or "add it to grammar/concepts.yaml"
        yield Problem("unknown-concept", f"unknown concept `{name}`", help=help_text)
    elif (concept.kind == "attestation") != attested:
        right = "attest" if concept.kind == "attestation" else "concept"
        yield Problem("concept-kind", f"`{name}` is of kind {concept.kind}", help=f"write `{right}: {name}`")


def _unknown_variable(name: str) -> Problem:
    help_text = variables().suggest(name) or "add it to grammar/variables.yaml"
    return Problem("unknown-variable", f"unknown variable `{name}`", help=help_text)


def _check_limit(limit: Limit, variable: Variable) -> Iterator[Problem]:
    if limit.of is not None:
        if limit.of not in REFERENCES and variables().get(limit.of) is None:
            yield _unknown_variable(limit.of)
        return
    unit = limit.unit
    if unit is None:
        if variable.unit != "1" and variable.kind not in ("ordinal", "score", "ratio", "count", "category"):
            fix = f"write `unit: {variable.unit}`, or another unit of `{variable.id}`"
            yield Problem("limit-without-unit", f"the limit on `{variable.id}` has no unit", help=fix)
        return
    if ucum(unit) != unit:
        help_text = f"did you mean `{ucum(unit)}`?" if ucum(unit) else None
        yield Problem("unit-not-ucum", f"`{unit}` is not a UCUM unit", help=help_text)
        return
    if variable.id == "age" and unit not in DAYS_IN:
        yield Problem("unit-mismatch", f"`{unit}` is no unit of an age", help="use one of " + ", ".join(DAYS_IN))
        return
    convert = difference_to_canonical if limit.above is not None else to_canonical
    try:
        convert(limit.value, unit, variable)
    except EligoError as error:
        yield from error.problems
