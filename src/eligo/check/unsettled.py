"""What a reviewer has still to decide: ambiguous sentences, unknown words, text that was not understood."""

from __future__ import annotations

from collections.abc import Iterator

from eligo.check.findings import CheckedItem, CheckFinding, CheckSubject, leaves_at
from eligo.criteria import Compare, OneOf, Unparsed
from eligo.standing import review_state
from eligo.vocabulary.variables import variables


def check_unsettled(subject: CheckSubject) -> Iterator[CheckFinding]:
    """Open decisions, each at its place; a criterion that is reviewed or edited has been decided, but for its words."""
    for item in subject.items:
        draft = review_state(item.criterion) == "draft"
        if item.criterion.ambiguous is not None and draft:
            count = len(item.criterion.ambiguous.readings)
            message = f"`{item.id}` can be read in {count} ways, and no reviewer has chosen"
            fix = "set `chosen:` and `review: {state: reviewed, by: ..., date: ...}`"
            yield subject.finding("ambiguity-unresolved", "warning", message, item, path=("ambiguous",), fix=fix)
        yield from _words(subject, item, draft)


def _words(subject: CheckSubject, item: CheckedItem, draft: bool) -> Iterator[CheckFinding]:
    for path, leaf in leaves_at(item.criterion.predicate):
        if isinstance(leaf, Unparsed) and draft:
            message = f"a part of `{item.id}` was not understood, and no reviewer has decided what it means"
            fix = f"`eligo review {subject.ruleset.trial}` goes through it; or write it as a predicate or as `attest:`"
            yield subject.finding("unparsed", "error", message, item, path=path, fix=fix)
        elif isinstance(leaf, Compare | OneOf) and leaf.variable is None:
            name = leaf.name or ""
            message = f"`{item.id}` compares `{name}`, which the vocabulary does not have"
            fix = variables().suggest(name) or "add it to grammar/variables.yaml, or write `attest:`"
            yield subject.finding("unknown-word", "warning", message, item, path=path, fix=fix)
