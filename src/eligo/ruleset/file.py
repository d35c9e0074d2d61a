"""YAML <-> RuleSet: one trial's criteria as a reviewable file; strict to read, and the only writer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any

import yaml
from pydantic import ValidationError

from eligo.criteria import Always, Ambiguity, Criterion, Predicate, Review
from eligo.dataclass import dataclass, fields, replace
from eligo.errors import EligoError, Place, Problem, did_you_mean
from eligo.listing import Listing
from eligo.regex import regex
from eligo.ruleset.code import PlaceOf, from_node
from eligo.ruleset.data import to_data
from eligo.ruleset.nodes import CriterionNode, FormerNode, ListingNode, RuleSetNode, kind_of
from eligo.ruleset.words import check_words
from eligo.textfile import read_text
from eligo.yamltext import Path, YamlText, read_yaml


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule set comes from: registry, date of the version that was read, hash of the raw text."""

    registry: str | None = None
    version: str | None = None
    sha256: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Cohort:
    """An arm of a trial; a patient needs one of them."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One trial: identity, source, arms, and criteria in the order of the protocol.

    `conditions` are what it is about: ids of concepts, or the source's words where the vocabulary has none. `removed`
    are criteria of earlier versions of the source; nothing evaluates them. `listing` is how the registry lists it.
    """

    trial: str
    title: str
    source: Source = Source()
    cohorts: tuple[Cohort, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    notes: tuple[str, ...] = ()
    states_no_criteria: bool = False
    removed: tuple[Criterion, ...] = ()
    conditions: tuple[str, ...] = ()
    listing: Listing = Listing()


def load(path: FilePath) -> RuleSet:
    """Read a rule set file; raise `EligoError` with every problem that it has."""
    return loads(read_text(path), str(path))


def loads(text: str, file: str | None = None) -> RuleSet:
    """Read a rule set from text; `file` is what problems name."""
    yaml_text = read_yaml(text, file)
    if not isinstance(yaml_text.data, dict):
        message = "the file is empty" if yaml_text.data is None else "this is no rule set"
        help_ = "a rule set has `trial:`, `title:` and `criteria:`; `eligo import FILE --rules DIR` makes one of a page"
        raise EligoError(Problem("ruleset-shape", message, Place(file, 1, 1), help_))
    try:
        node = RuleSetNode.model_validate(yaml_text.data)
    except ValidationError as error:
        raise EligoError(dict.fromkeys(_problem(e, yaml_text, file) for e in error.errors())) from None
    problems = list[Problem]()
    criteria, removed = (
        tuple(_criterion(c, (key, i), yaml_text, file, problems) for i, c in enumerate(found))
        for key, found in (("criteria", node.criteria), ("removed", node.removed))
    )
    ruleset = RuleSet(
        node.trial,
        node.title,
        Source(**node.source.model_dump()),
        tuple(Cohort(c.id, c.label) for c in node.cohorts),
        criteria,
        tuple(node.notes),
        node.states_no_criteria,
        removed,
        tuple(node.conditions),
        _listing(node.listing),
    )
    problems += _check(ruleset, yaml_text, file)
    if problems:
        raise EligoError(problems)
    return ruleset


def _listing(node: ListingNode) -> Listing:
    return Listing(node.status, tuple(node.phases), tuple(node.countries), tuple(node.age_groups))


def _problem(error: Mapping[str, Any], text: YamlText, file: str | None) -> Problem:
    """A validation error, at its line, in the words of the house."""
    path = _existing(error["loc"], text.data)
    place = text.place(path, file)
    last = str(error["loc"][-1])
    if error["type"] == "extra_forbidden":
        known = did_you_mean(last, _keys_at(error["loc"])) or did_you_mean(last, _all_keys())
        return Problem("unknown-key", f"unknown key `{last}`", place, known or "see `eligo schema ruleset`")
    if error["type"] == "missing":
        return Problem("missing-key", f"the key `{last}` is missing", place, "see `eligo schema ruleset`")
    message = "input should be a number" if last in ("int", "float") else str(error["msg"])
    named = next((str(p) for p in reversed(path) if isinstance(p, str)), last)
    return Problem("ruleset-value", f"`{named}`: {message[0].lower()}{message[1:].rstrip('.')}", place)


def _existing(path: Path, data: Any) -> Path:
    """The longest way into the data that follows `path`, which also names the kind of each node on it."""
    way: list[str | int] = []
    tagged = False
    for part in path:
        if not tagged and isinstance(data, dict) and part == kind_of(data):
            tagged = True
            continue
        if part in data if isinstance(data, dict) else isinstance(part, int) and _has(data, part):
            data, tagged = data[part], False
            way.append(part)
    return tuple(way)


def _has(data: Any, index: int) -> bool:
    return isinstance(data, list) and index < len(data)


def _keys_at(path: Path) -> Iterable[str]:
    """The keys of a rule set or of a criterion, where the path ends in one of them."""
    if len(path) == 1:
        return RuleSetNode.model_fields
    return CriterionNode.model_fields if len(path) == 3 else ()


def _all_keys() -> set[str]:
    import eligo.ruleset.nodes as nodes  # the module object itself is wanted, to list its models

    models = [m for m in vars(nodes).values() if isinstance(m, type) and issubclass(m, nodes.Strict)]
    return {field.alias or name for model in models for name, field in model.model_fields.items()}


def _criterion(node: CriterionNode, base: Path, text: YamlText, file: str | None, problems: list[Problem]) -> Criterion:
    found = Criterion(
        id=node.id,
        kind=node.kind,
        text=node.text,
        predicate=Always(),
        cohort=node.cohort,
        origin=node.origin,
        source_item=node.source_item,
        source_sha=node.source_sha,
    )
    # What it was shares who it is, apart from the place in the source.
    earlier = replace(found, source_item=None, source_sha=None)
    was = tuple(_meaning(f, earlier, (*base, "was", i), text, file, problems) for i, f in enumerate(node.was))
    return replace(_meaning(node, found, base, text, file, problems), was=was)


def _meaning(
    node: CriterionNode | FormerNode,
    criterion: Criterion,
    base: Path,
    text: YamlText,
    file: str | None,
    problems: list[Problem],
) -> Criterion:
    """The criterion with the text, the predicate and the review of the node."""

    def predicate(value: Any, *path: str | int) -> Predicate:
        return from_node(value, node.text, lambda p: text.place((*base, *path, *p), file), problems)

    chosen = predicate(node.when, "when")
    ambiguous = None
    if node.ambiguous:
        readings = tuple(predicate(r, "ambiguous", "readings", i) for i, r in enumerate(node.ambiguous.readings))
        ambiguous = Ambiguity(node.ambiguous.why, readings, node.ambiguous.chosen - 1)
        place = text.place((*base, "ambiguous", "chosen"), file)
        if node.ambiguous.chosen > len(readings):
            problems.append(Problem("ambiguous-chosen", "`chosen` counts more readings than there are", place))
        elif readings[ambiguous.chosen] != chosen:
            help_text = "repeat the chosen reading under `when`, or choose another"
            problems.append(Problem("ambiguous-chosen", "`when` is not the chosen reading", place, help_text))
    return replace(
        criterion,
        text=node.text,
        predicate=chosen,
        review=Review(**node.review.model_dump()),
        ambiguous=ambiguous,
        notes=tuple(node.notes),
    )


def _check(ruleset: RuleSet, text: YamlText, file: str | None) -> Iterator[Problem]:
    """What the shape alone does not say: unique ids, known arms, known words."""

    def at(path: Path) -> Place:
        return text.place(path, file)

    arms = {c.id for c in ruleset.cohorts}
    seen = set[str]()
    for index, criterion in enumerate(ruleset.criteria):
        yield from _check_id(criterion, seen, ("criteria", index), at)
        yield from _check_criterion(criterion, arms, ("criteria", index), at)
    for index, criterion in enumerate(ruleset.removed):
        yield from _check_id(criterion, seen, ("removed", index), at)
    if ruleset.states_no_criteria and any(c.origin == "text" for c in ruleset.criteria):
        message = "`states_no_criteria` is set, but criteria follow"
        yield Problem("states-no-criteria", message, at(("states_no_criteria",)))
    if not ruleset.criteria and not ruleset.states_no_criteria:
        help_text = "set `states_no_criteria: true` where the source states none"
        yield Problem("no-criteria", "the rule set has no criteria", at(("trial",)), help_text)


def _check_id(criterion: Criterion, seen: set[str], base: Path, at: PlaceOf) -> Iterator[Problem]:
    if criterion.id in seen:
        yield Problem("duplicate-id", f"the criterion id `{criterion.id}` appears twice", at((*base, "id")))
    seen.add(criterion.id)


def _check_criterion(criterion: Criterion, arms: set[str], base: Path, at: PlaceOf) -> Iterator[Problem]:
    if criterion.cohort is not None and criterion.cohort not in arms:
        help_text = did_you_mean(criterion.cohort, arms) or "add it under `cohorts:`"
        yield Problem("unknown-cohort", f"unknown cohort `{criterion.cohort}`", at((*base, "cohort")), help_text)
    readings = (criterion.predicate, *(criterion.ambiguous.readings if criterion.ambiguous else ()))
    for problem in dict.fromkeys(p for reading in readings for p in check_words(reading)):
        yield Problem(problem.code, problem.message, at((*base, "when")), problem.help)


class _Flow(dict[str, Any]):
    """A mapping that is written on one line."""


class _Writer(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


class _FastWriter(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]  # the library may lack it
    def ignore_aliases(self, data: Any) -> bool:
        return True


for _writer in (_Writer, _FastWriter):
    _writer.add_representer(
        _Flow, lambda dumper, data: dumper.represent_mapping("tag:yaml.org,2002:map", data.items(), flow_style=True)
    )

# In JSON without `ensure_ascii`: an escape, or a character past those of most texts. Of texts with one, the two
# writers break lines and put quotes otherwise; all other texts they write alike (a test says so).
_ODD = regex(r'\\[^"\\]|[^ -~\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]')


def dumps(ruleset: RuleSet) -> str:
    """The rule set as YAML, in its one canonical form: `loads(dumps(r)) == r`."""
    data: dict[str, Any] = {"trial": ruleset.trial, "title": ruleset.title, "source": _Flow(_given(ruleset.source))}
    if ruleset.states_no_criteria:
        data["states_no_criteria"] = True
    if ruleset.conditions:
        data["conditions"] = list(ruleset.conditions)
    if not ruleset.listing.is_silent:
        given = _given(ruleset.listing)
        data["listing"] = _Flow({k: list(v) if isinstance(v, tuple) else v for k, v in given.items() if v})
    if ruleset.notes:
        data["notes"] = list(ruleset.notes)
    if ruleset.cohorts:
        data["cohorts"] = [_Flow(_given(c)) for c in ruleset.cohorts]
    if ruleset.criteria:
        data["criteria"] = [_criterion_data(c) for c in ruleset.criteria]
    if ruleset.removed:
        data["removed"] = [_criterion_data(c) for c in ruleset.removed]
    return _written(data)


def _written(data: dict[str, Any]) -> str:
    """Data as YAML: by the writer in C, which takes a fifth of the time, where it gives the canonical form too."""
    odd = _ODD.search(json.dumps(data, ensure_ascii=False))
    text: str = yaml.dump(data, Dumper=_Writer if odd else _FastWriter, sort_keys=False, allow_unicode=True, width=116)
    return text


def _given(record: Any) -> dict[str, Any]:
    """The fields of a dataclass that hold something."""
    return {f.name: v for f in fields(record) if (v := getattr(record, f.name)) is not None}


def _criterion_data(criterion: Criterion) -> dict[str, Any]:
    data: dict[str, Any] = {"id": criterion.id, "kind": criterion.kind}
    if criterion.cohort is not None:
        data["cohort"] = criterion.cohort
    if criterion.origin != "text":
        data["origin"] = criterion.origin
    if criterion.source_item is not None:
        data["source_item"] = criterion.source_item
    if criterion.source_sha is not None:
        data["source_sha"] = criterion.source_sha
    data |= _meaning_data(criterion)
    if criterion.was:
        data["was"] = [_meaning_data(former) for former in criterion.was]
    return data


def _meaning_data(criterion: Criterion) -> dict[str, Any]:
    data: dict[str, Any] = {"text": criterion.text}
    data["review"] = _Flow(_given(criterion.review))
    if criterion.notes:
        data["notes"] = list(criterion.notes)
    if criterion.ambiguous:
        data["ambiguous"] = {
            "why": criterion.ambiguous.why,
            "chosen": criterion.ambiguous.chosen + 1,
            "readings": [_flowing(to_data(r, criterion.text)) for r in criterion.ambiguous.readings],
        }
    data["when"] = _flowing(to_data(criterion.predicate, criterion.text))
    return data


def _flowing(data: dict[str, Any]) -> dict[str, Any]:
    """A predicate's data with each leaf as a mapping on one line."""
    for key in ("all", "any", "of"):
        if isinstance(data.get(key), list):
            return {**data, key: [_flowing(part) for part in data[key]]}
    if "not" in data or "if" in data:
        return {key: _flowing(part) for key, part in data.items()}
    return _Flow(data)
