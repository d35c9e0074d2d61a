"""The registry's structured fields against the text: age and sex."""

from __future__ import annotations

from collections.abc import Iterator

from eligo.check.findings import CheckedItem, CheckFinding, CheckSubject
from eligo.check.logic import LogicContext
from eligo.vocabulary import ranges
from eligo.vocabulary.allowed import Key
from eligo.vocabulary.ranges import Ranges

FIELDS = {"age": "registry-age", "sex": "registry-sex"}


def check_registry(subject: CheckSubject) -> Iterator[CheckFinding]:
    """Ages and sexes that the text allows and the registry's fields do not, or the reverse."""
    for name, code in FIELDS.items():
        key = Key(name)
        fields = [i for i in subject.items if i.criterion.origin == "registry" and i.id.endswith(f".{name}")]
        if not fields:
            continue
        text = tuple(i for i in subject.items if i.criterion.origin != "registry" and key in _keys(i))
        allowed = _allowed(subject, text, key)
        registered = LogicContext(literal for i in fields for literal in i.shared()).value(key)
        if text and allowed != registered:
            what = {"age": "ages", "sex": "sexes"}[name]
            message = f"the text and the registry's fields allow different {what}"
            fix = "one of the two is wrong or newer; ask the sponsor"
            yield subject.finding(code, "warning", message, *text, *fields, path=("when",), fix=fix)


def _keys(item: CheckedItem) -> set[Key]:
    return {n.key for n in item.shared() if hasattr(n, "key")}


def _allowed(subject: CheckSubject, text: tuple[CheckedItem, ...], key: Key) -> Ranges:
    """What the text allows, in any arm."""
    found: Ranges = ()
    for _, items in subject.regions:
        context = LogicContext(literal for i in items if i in text for literal in i.shared())
        found = ranges.union(found, context.value(key))
    return found
