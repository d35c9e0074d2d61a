"""What nobody has said of the neighbours of what a rule set asks for: whether one on a list may be it."""

from __future__ import annotations

from collections.abc import Iterator

from eligo.check.findings import CheckFinding, CheckSubject, leaves_at
from eligo.criteria import presences
from eligo.vocabulary.concepts import concepts, is_outside
from eligo.vocabulary.relations import relations

MOST_NAMED = 6


def check_neighbours(subject: CheckSubject) -> Iterator[CheckFinding]:
    """One finding for each concept with neighbours that stand in no relation to it, where it is first asked for."""
    seen = set[str]()
    for item in subject.items:
        for path, leaf in leaves_at(item.criterion.predicate):
            for concept in (test.concept for test in presences(leaf)):
                if concept in seen or is_outside(concept) or concept not in concepts():
                    continue
                seen.add(concept)
                message = _message(concept)
                if message:
                    fix = "state it in grammar/relations.yaml: `may_be`, `overlaps` or `apart`"
                    yield subject.finding("unstated-neighbour", "warning", message, item, path=path, fix=fix)


def _message(concept: str) -> str:
    """What is not stated of a concept; nothing where all is."""
    if concept in relations().unclassified:
        return f"nobody has said to which area `{concept}` belongs"
    others = relations().unstated(concept)
    if not others:
        return ""
    named = ", ".join(f"`{other}`" for other in others[:MOST_NAMED])
    more = f" and {len(others) - MOST_NAMED} more" if len(others) > MOST_NAMED else ""
    return f"nobody has said whether these may be `{concept}`: {named}{more}"
