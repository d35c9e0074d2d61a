"""A trial's page or record to a draft rule set: every item becomes a criterion, in the source's words and order.

A draft is what the grammar read; a person reviews it. Where there is a file already, what a person made of it is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from eligo.criteria import (
    AllOf,
    Always,
    Attest,
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
    text_sha,
    without_bearing,
)
from eligo.dataclass import dataclass, replace
from eligo.errors import EligoError, Place, Problem
from eligo.pages.document import Item, Page, RegistryFields
from eligo.pages.people import Population
from eligo.reading.item import ItemReading
from eligo.reading.parse import read_item
from eligo.regex import regex
from eligo.ruleset import Cohort, RuleSet, Source, dumps, loads
from eligo.ruleset.rewrite import rewrite
from eligo.ruleset.words import check_words
from eligo.textfile import linked, read_text, replace_text
from eligo.trials.merging import Merged, merge
from eligo.trials.pages import NO_TRIAL
from eligo.trials.sources import Document
from eligo.truth import Kind
from eligo.vocabulary.concepts import concepts

OTHER_PERSON = "other_person"  # of grammar/concepts.yaml
_TRIES = 20  # of two imports at once, one comes through each time
_TRIAL = regex(r"[A-Za-z0-9][A-Za-z0-9._-]*")  # as `ruleset.nodes` has it


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: the file, what it holds now, whether it was written, and what is not as it was.

    `items` is how many items the source has.
    """

    path: Path
    ruleset: RuleSet
    written: bool
    items: int
    merged: Merged | None = None


def import_page(text: str, file: str | None, rules_dir: Path, trial: str | None = None) -> Imported:
    """Write or update `rules_dir/<trial>.yaml` from a page, an XML record or bare criteria."""
    document = Document(file or "-", text)
    return import_document(document, document.page(trial), rules_dir)


def import_document(document: Document, page: Page, rules_dir: Path) -> Imported:
    """Write or update `rules_dir/<trial>.yaml`; raise `EligoError`, and change nothing, where that cannot be done."""
    for _ in range(_TRIES):
        imported, change = prepare(document, page, rules_dir)
        if change.make():
            return imported
    message = "others write the file all the time"
    raise EligoError(Problem("file-changed", message, Place(str(rules_dir / _file_name(page))), "try again later"))


@dataclass(frozen=True, slots=True)
class FileChange:
    """The text that a file has now (None: there is none), and the one that it is to have."""

    file: Path
    old: str | None
    new: str

    def make(self) -> bool:
        """Write the new text where it is another one; whether the file still was the old one."""
        if self.new == self.old:
            return True
        if self.old is None:
            _make_folder(self.file.parent)
        try:
            replace_text(linked(self.file), self.old, self.new)
        except EligoError as error:
            if error.problems[0].code == "file-changed":
                return False
            raise
        return True


def prepare(document: Document, page: Page, rules_dir: Path) -> tuple[Imported, FileChange]:
    """What an import makes of a document, and the change that it is to make; nothing is written yet."""
    file = rules_dir / _file_name(page)
    path = linked(file)
    if not path.exists():
        ruleset = draft(page, document.raw)
        text = dumps(ruleset)
        loads(text, str(file))  # INVARIANT: no file is written that cannot be loaded
        return Imported(file, ruleset, True, len(page.items)), FileChange(file, None, text)
    text = read_text(path)
    old = loads(text, str(file))
    _refuse_another_trial(old, page, file)
    # Rule sets of a time when an import left the listing out get it of the very same record.
    if old.source.sha256 == document.sha256 and (page.listing.is_silent or not old.listing.is_silent):
        return Imported(file, old, False, len(page.items)), FileChange(file, text, text)
    _refuse_older(old, page, file)
    merged = merge(old, draft(page, document.raw))
    new = rewrite(text, merged.ruleset, merged.moves)
    return Imported(file, merged.ruleset, new != text, len(page.items), merged), FileChange(file, text, new)


def _file_name(page: Page) -> str:
    """The name of the trial's file; raise where the trial's id would make none, or one in another folder."""
    if page.trial is None:
        raise EligoError(Problem("no-trial-id", "nothing says which trial this is", help=NO_TRIAL))
    if not _TRIAL.fullmatch(page.trial) or page.trial.endswith(".cases"):
        message = f"`{page.trial[:40]}` cannot be the name of a rule set"
        help_text = "name the trial by letters, digits, `.`, `_` and `-` with `--trial ID`"
        raise EligoError(Problem("trial-id", message, help=help_text))
    return f"{page.trial}.yaml"


def _refuse_another_trial(old: RuleSet, page: Page, path: Path) -> None:
    if old.trial != page.trial:
        message = f"the file is about the trial `{old.trial}`, not `{page.trial}`"
        raise EligoError(Problem("another-trial", message, Place(str(path)), "rename the file after its trial"))


def _refuse_older(old: RuleSet, page: Page, path: Path) -> None:
    """Refuse to go back: an older version would take away what a newer one brought."""
    if old.source.version and page.updated and page.updated < old.source.version:
        message = f"the source is of {page.updated}, the file of a newer version ({old.source.version})"
        help_text = "import it into another folder with `--rules DIR`, and compare with `eligo diff`"
        raise EligoError(Problem("older-source", message, Place(str(path)), help_text))


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"the folder cannot be made: {(error.strerror or 'unknown').lower()}"
        raise EligoError(Problem("write", message, Place(str(folder)))) from None


def draft(page: Page, raw: str) -> RuleSet:
    """The rule set that the grammar reads from a page; `raw` is the text that was pasted, whose hash is kept."""
    if page.trial is None:
        raise EligoError(Problem("no-trial-id", "nothing says which trial this is", help="name it with `--trial ID`"))
    criteria = [*_populations(page), *(_criterion(item, page) for item in page.items), *_registry(page.registry)]
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
        notes=page.notes,
        states_no_criteria=page.states_no_criteria,
        conditions=tuple(dict.fromkeys(map(_condition, page.conditions))),
        listing=page.listing,
    )


def _condition(words: str) -> str:
    """The id of what a trial is about; its words where the vocabulary does not have them."""
    concept = concepts().find(words)
    return concept.id if concept is not None and concept.kind != "attestation" else words


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


def _criterion(item: Item, page: Page) -> Criterion:
    place = page.place_of(item.span)
    source_item = ", ".join([f"{item.section} {item.number}", *([place] if place else [])])
    if item.others:
        return _of_others(item, item.others, source_item)
    if item.announced_by:
        why = f"it may be of the list that `{item.announced_by}` announces, and is left to a person"
        sha = text_sha(item.sentence)
        left = Unparsed(item.sentence, (0, len(item.sentence)))
        return Criterion(
            item.id,
            item.section,
            item.sentence,
            left,
            item.cohort,
            source_item=source_item,
            notes=(why,),
            source_sha=sha,
        )
    reading = read_item(item.sentence, item.section)
    return _read(item.id, item.section, item.sentence, reading, item.cohort, "text", source_item)


def _of_others(item: Item, others: Population, source_item: str) -> Criterion:
    """What is asked of other people: nothing of the patient, or, of those who take part beside one, for a person."""
    beside = others.standing == "companion"
    asked = f"asked of {others.name}, not of the patient"
    predicate = Attest(OTHER_PERSON) if beside else without_bearing(item.section, asked)
    left = "whether it holds is left to a person" if beside else "it does not bear on the patient"
    notes = (f"asked of {others.name}: {left}",)
    sha = text_sha(item.sentence)
    return Criterion(
        item.id, item.section, item.sentence, predicate, source_item=source_item, notes=notes, source_sha=sha
    )


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
        source_sha=text_sha(text),
        ambiguous=ambiguity,
        notes=(*reading.notes, *unknown, *refused),
    )


def in_other_words(criterion: Criterion, sentence: str) -> Criterion:
    """The criterion as another sentence is read, which a person says means the same; the source's text stays."""
    found = _read(criterion.id, criterion.kind, sentence, read_item(sentence, criterion.kind), None, criterion.origin)
    ambiguity = found.ambiguous
    if ambiguity:
        ambiguity = replace(ambiguity, readings=tuple(map_leaves(r, _without_span) for r in ambiguity.readings))
    return replace(criterion, predicate=map_leaves(found.predicate, _without_span), ambiguous=ambiguity)


def _without_span(leaf: Leaf) -> Leaf:
    """A leaf that does not say where it stands, as it stands in another text."""
    return replace(leaf, span=None)


def _registry(fields: RegistryFields) -> Iterator[Criterion]:
    """The structured fields as criteria of their own, marked as such."""

    def criterion(name: str, item: str, text: str, predicate: Predicate) -> Criterion:
        return Criterion(
            f"R.{name}", "inclusion", text, predicate, origin="registry", source_item=item, source_sha=text_sha(text)
        )

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
