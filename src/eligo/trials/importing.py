"""A trial's page or record to a draft rule set: every item becomes a criterion, in the source's words and order.

A draft is what the grammar read; a person reviews it. A file that a person has reviewed or edited is never overwritten.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from eligo.criteria import (
    AllOf,
    Always,
    Compare,
    Criterion,
    Duration,
    Leaf,
    Limit,
    OneOf,
    Origin,
    Predicate,
    Unparsed,
    map_leaves,
)
from eligo.errors import EligoError, Place, Problem
from eligo.reading.document import Item, Page, RegistryFields
from eligo.reading.item import ItemReading
from eligo.reading.parse import read_item
from eligo.ruleset import Cohort, RuleSet, Source, dumps, loads
from eligo.rulewords import check_words
from eligo.textfile import read_text, write_text
from eligo.trials import read_trial
from eligo.truth import Kind


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: the file, the draft, and whether the file was written or was already so."""

    path: Path
    ruleset: RuleSet
    written: bool


def import_page(text: str, file: str | None, rules_dir: Path, trial: str | None = None) -> Imported:
    """Write `rules_dir/<trial>.yaml` as a draft from a page, a record or bare criteria.

    Raise `EligoError` where the text cannot be read, or where the file holds a person's work.
    """
    ruleset = draft(read_trial(text, file, trial), text)
    path = rules_dir / f"{ruleset.trial}.yaml"
    new = dumps(ruleset)
    if path.exists():
        old = read_text(path)
        if old == new:
            return Imported(path, ruleset, written=False)
        _refuse_to_overwrite_work(loads(old, str(path)), path)
    _make_folder(rules_dir)
    write_text(path, new)
    return Imported(path, ruleset, written=True)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"the folder cannot be made: {(error.strerror or 'unknown').lower()}"
        raise EligoError(Problem("write", message, Place(str(folder)))) from None


def _refuse_to_overwrite_work(old: RuleSet, path: Path) -> None:
    touched = [c.id for c in old.criteria if c.review.state != "draft"]
    if touched:
        message = f"the file holds criteria that a person has reviewed ({', '.join(touched[:5])})"
        help_text = "import into another folder with `--rules DIR`, and compare"
        raise EligoError(Problem("reviewed", message, Place(str(path)), help_text))


def draft(page: Page, raw: str) -> RuleSet:
    """The rule set that the grammar reads from a page; `raw` is the text that was pasted, whose hash is kept."""
    if page.trial is None:
        raise EligoError(Problem("no-trial-id", "nothing says which trial this is", help="name it with `--trial ID`"))
    criteria = [*_populations(page), *map(_criterion, page.items), *_registry(page.registry)]
    return RuleSet(
        trial=page.trial,
        title=page.title or page.trial,
        source=Source(
            registry="ClinicalTrials.gov" if page.trial.startswith("NCT") else None,
            version=page.updated,
            sha256=hashlib.sha256(raw.encode()).hexdigest(),
        ),
        cohorts=tuple(Cohort(arm.id, arm.label) for arm in page.arms),
        criteria=tuple(sorted(criteria, key=lambda c: _order(c, page))),
        states_no_criteria=page.states_no_criteria,
    )


def _order(criterion: Criterion, page: Page) -> tuple[int, int]:
    """Arms first, each with its population before its items; then the common items; then the registry's fields."""
    if criterion.origin == "registry":
        return 3, 0
    if criterion.kind == "inclusion" and criterion.cohort is not None:
        arm = [a.id for a in page.arms].index(criterion.cohort)
        return 0, 2 * arm + (criterion.origin != "population")
    return 1 if criterion.kind == "inclusion" else 2, 0


def _populations(page: Page) -> Iterator[Criterion]:
    for arm in page.arms:
        if arm.lead:
            yield _read(f"{arm.id}.P", "inclusion", arm.lead, read_item(arm.lead, "inclusion"), arm.id, "population")


def _criterion(item: Item) -> Criterion:
    reading = read_item(item.text, item.section)
    return _read(item.id, item.section, item.text, reading, item.cohort, "text", f"{item.section} {item.number}")


def _read(
    name: str,
    kind: Kind,
    text: str,
    reading: ItemReading,
    cohort: str | None,
    origin: Origin,
    source_item: str | None = None,
) -> Criterion:
    refused = dict[str, None]()

    def whole(leaf: Leaf) -> Predicate:
        """The leaf, or its words unread where a rule set could not hold it (a limit that lacks its unit)."""
        problems = list(check_words(leaf))
        if not problems:
            return leaf
        words = text[slice(*leaf.span)] if leaf.span else text
        refused.update(dict.fromkeys(f"`{words}` is not read: {problem.message}" for problem in problems))
        return Unparsed(words, leaf.span)

    ambiguity = reading.ambiguity
    if ambiguity:
        ambiguity = replace(ambiguity, readings=tuple(map_leaves(r, whole) for r in ambiguity.readings))
    predicate = map_leaves(reading.predicate, whole)
    unknown = tuple(f"not in the vocabulary: {word}" for word in reading.unknown)
    return Criterion(
        id=name,
        kind=kind,
        text=text,
        predicate=predicate,
        cohort=cohort,
        origin=origin,
        source_item=source_item or (f"arm {cohort}" if cohort else None),
        ambiguous=ambiguity,
        notes=(*reading.notes, *unknown, *refused),
    )


def _registry(fields: RegistryFields) -> Iterator[Criterion]:
    """The structured fields as criteria of their own, marked as such."""

    def criterion(name: str, item: str, text: str, predicate: Predicate) -> Criterion:
        return Criterion(f"R.{name}", "inclusion", text, predicate, origin="registry", source_item=item)

    if fields.minimum_age or fields.maximum_age:
        yield criterion("age", "minimum and maximum age", *_ages(fields.minimum_age, fields.maximum_age))
    if fields.sex == "all":
        yield criterion("sex", "sex", "Any sex (registry field)", Always("any sex"))
    elif fields.sex is not None:
        yield criterion("sex", "sex", f"Sex: {fields.sex} (registry field)", OneOf("sex", (fields.sex,)))
    if fields.healthy_volunteers is not None:
        answer = "are" if fields.healthy_volunteers else "are not"
        always = Always("the criteria themselves ask for the disease")
        yield criterion(
            "healthy", "healthy volunteers", f"Healthy volunteers {answer} accepted (registry field)", always
        )


def _ages(low: Duration | None, high: Duration | None) -> tuple[str, Predicate]:
    text = " ".join(
        ["Age", *([f"from {low}"] if low else []), *([f"up to {high}"] if high else []), "(registry fields)"]
    )
    from_part = Limit("ge", low.value, low.unit) if low else None
    to_part = Limit("le", high.value, high.unit) if high else None
    if from_part and to_part and from_part.unit != to_part.unit:
        return text, AllOf((Compare("age", (from_part,)), Compare("age", (to_part,))))
    return text, Compare("age", tuple(part for part in (from_part, to_part) if part))
