"""A rule set with a person's work and the draft of a new version of its source in, one rule set of both out.

What the source says as before stays as the person left it; what it says otherwise comes as a draft, with the old form
under `was`; what it no longer says goes to `removed`. INVARIANT: no criterion of the old rule set is lost.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator

from eligo.criteria import Criterion, text_sha
from eligo.dataclass import dataclass, field, replace
from eligo.listing import Listing
from eligo.ruleset import Cohort, RuleSet
from eligo.yamltext import Path

ALIKE = 0.6  # of two texts, as `difflib` counts; below it they are two criteria rather than two versions of one
_MEANING = ("text", "review", "notes", "ambiguous", "when")


@dataclass(frozen=True, slots=True)
class Merged:
    """The rule set of both, where the old parts are in it, and the ids of what is not as it was."""

    ruleset: RuleSet
    moves: dict[Path, Path] = field(default_factory=dict)
    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    restored: tuple[str, ...] = ()


@dataclass(slots=True)
class _Merged:
    """A criterion of the result, and where it comes from."""

    criterion: Criterion
    draft: int | None = None  # its place among the new criteria
    path: Path | None = None  # its place in the old rule set
    changed: bool = False

    @property
    def came_from(self) -> str | int | None:
        """The list of the old rule set that held it; None for one that is new."""
        return self.path[0] if self.path else None


def merge(old: RuleSet, new: RuleSet) -> Merged:
    """Bring a new draft and the rule set that a person worked on together."""
    entries, removed = _kept_and_removed(old, new)
    _put_restored_back(entries)
    _insert_new(entries, new, {c.id for _, c in _with_paths(old)})
    criteria = tuple(e.criterion for e in entries)
    ruleset = RuleSet(
        trial=old.trial,
        title=old.title,
        source=replace(new.source, url=old.source.url or new.source.url),
        cohorts=_cohorts(old, new, criteria),
        criteria=criteria,
        notes=old.notes,
        states_no_criteria=new.states_no_criteria and all(c.origin != "text" for c in criteria),
        removed=tuple(e.criterion for e in removed),
        # A person may have chosen better words; a source that states none takes none away.
        conditions=old.conditions or new.conditions,
        listing=_listing(old, new),
    )
    return Merged(
        ruleset,
        dict(_moves(entries, removed)),
        new=_ids(e for e in entries if e.path is None),
        changed=_ids(e for e in entries if e.changed),
        removed=_ids(e for e in removed if e.came_from == "criteria"),
        restored=_ids(e for e in entries if e.came_from == "removed"),
    )


def _ids(entries: Iterable[_Merged]) -> tuple[str, ...]:
    return tuple(entry.criterion.id for entry in entries)


def _kept_and_removed(old: RuleSet, new: RuleSet) -> tuple[list[_Merged], list[_Merged]]:
    """The old criteria that are in the new version too, brought up to date, and those that are not."""
    draft_of = {path: index for index, path in _pairs(old, new).items()}
    said = {(_place(c), _sha(c)) for c in new.criteria}
    kept, removed = list[_Merged](), list[_Merged]()
    for path, criterion in _with_paths(old):
        entry = _Merged(criterion, draft_of.get(path), path)
        if entry.draft is not None:
            entry.criterion, entry.changed = _updated(criterion, new.criteria[entry.draft])
            kept.append(entry)
        elif path[0] == "criteria" and (_is_own(criterion) or (_place(criterion), _sha(criterion)) in said):
            kept.append(entry)  # a person's own, or one of several that a person made of one item
        else:
            removed.append(entry)
    return kept, removed


def _with_paths(ruleset: RuleSet) -> Iterator[tuple[Path, Criterion]]:
    yield from ((("criteria", i), c) for i, c in enumerate(ruleset.criteria))
    yield from ((("removed", i), c) for i, c in enumerate(ruleset.removed))


def _sha(criterion: Criterion) -> str:
    return criterion.source_sha or text_sha(criterion.text)


def _is_own(criterion: Criterion) -> bool:
    """Whether a person added the criterion, so that no source can take it away."""
    return criterion.origin == "text" and criterion.source_item is None and criterion.source_sha is None


# --- which old criterion is which new one


def _pairs(old: RuleSet, new: RuleSet) -> dict[int, Path]:
    """For each new criterion the old one that it is: by the source's words, else by likeness, else by number."""
    olds = dict(_with_paths(old))
    found: dict[int, Path] = {}

    def pair(index: int, path: Path) -> None:
        found[index] = path
        del olds[path]

    def first(index: int, same: Callable[[Criterion, Criterion], bool], among: tuple[str, ...]) -> None:
        match = (p for p, c in olds.items() if p[0] in among and same(c, new.criteria[index]))
        if index not in found and (path := next(match, None)) is not None:
            pair(index, path)

    every = range(len(new.criteria))
    for among in (("criteria",), ("removed",)):
        for index in every:
            first(index, lambda a, b: _place(a) == _place(b) and _sha(a) == _sha(b), among)
    for path in [p for p, c in olds.items() if _is_own(c)]:
        del olds[path]
    for index, path in _alike(olds, [(i, new.criteria[i]) for i in every if i not in found]):
        if index not in found and path in olds:
            pair(index, path)
    for index in every:
        first(index, _same_number, ("criteria",))
    return found


def _place(criterion: Criterion) -> tuple[str, ...]:
    return criterion.kind, criterion.cohort or "", criterion.origin


def _same_number(old: Criterion, new: Criterion) -> bool:
    return _place(old) == _place(new) and old.source_item == new.source_item


def _alike(olds: dict[Path, Criterion], news: list[tuple[int, Criterion]]) -> list[tuple[int, Path]]:
    """The pairs of texts that look like versions of one, most alike first; the same arm counts for a little."""
    found = []
    for path, criterion in olds.items():
        if path[0] != "criteria" or criterion.origin == "registry":
            continue
        matcher = difflib.SequenceMatcher(None, "", criterion.text, autojunk=False)
        for index, other in news:
            if (criterion.kind, criterion.origin) != (other.kind, other.origin):
                continue
            matcher.set_seq1(other.text)
            if matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE:
                ratio = matcher.ratio()
                if ratio >= ALIKE:
                    found.append((ratio + 0.05 * (criterion.cohort == other.cohort), index, path))
    return [(index, path) for _, index, path in sorted(found, key=lambda f: (-f[0], f[1], str(f[2])))]


def _updated(old: Criterion, new: Criterion) -> tuple[Criterion, bool]:
    """The old criterion at its new place in the source; or the new one as a draft, with the old one under `was`."""
    if _sha(old) == _sha(new) and _place(old) == _place(new):
        return replace(old, source_item=new.source_item if old.source_item else None), False
    earlier = replace(
        old, id=old.id, kind=new.kind, cohort=new.cohort, origin=new.origin, source_item=None, source_sha=None, was=()
    )
    was = (earlier, *(replace(w, cohort=new.cohort) for w in old.was))
    return replace(new, id=old.id, was=was), True


# --- where everything goes


def _put_restored_back(entries: list[_Merged]) -> None:
    """Put what had been removed where the new version has it."""
    for entry in [e for e in entries if e.came_from == "removed"]:
        entries.remove(entry)
        _insert(entries, entry)


def _insert_new(entries: list[_Merged], new: RuleSet, used: set[str]) -> None:
    paired = {e.draft for e in entries}
    for index, criterion in enumerate(new.criteria):
        if index not in paired:
            name = _unused(criterion.id, used)
            used.add(name)
            _insert(entries, _Merged(replace(criterion, id=name), index))


def _insert(entries: list[_Merged], entry: _Merged) -> None:
    """Put an entry after the one before it in the new source, in whatever order a person keeps the others."""
    assert entry.draft is not None
    place = {e.draft: i for i, e in enumerate(entries) if e.draft is not None}
    before = max((d for d in place if d < entry.draft), default=None)
    after = min((d for d in place if d > entry.draft), default=None)
    if before is not None:
        entries.insert(place[before] + 1, entry)
    else:
        entries.insert(place[after] if after is not None else len(entries), entry)


def _unused(name: str, used: set[str]) -> str:
    """The id, or the id with a counter where an older criterion has it: cases and audits name that one."""
    count = 2
    free = name
    while free in used:
        free, count = f"{name}-{count}", count + 1
    return free


def _cohorts(old: RuleSet, new: RuleSet, criteria: tuple[Criterion, ...]) -> tuple[Cohort, ...]:
    """The arms of the new version, with a person's labels, and those that a person's own criteria still need."""
    labelled = {c.id: c for c in old.cohorts}
    needed = {c.cohort for c in criteria}
    arms = [labelled.get(c.id, c) for c in new.cohorts]
    known = {c.id for c in arms}
    return (*arms, *(c for c in old.cohorts if c.id in needed - known))


def _listing(old: RuleSet, new: RuleSet) -> Listing:
    """How the newer version of the source lists the trial; one that says nothing takes nothing away."""
    return old.listing if new.listing.is_silent else new.listing


def _moves(entries: list[_Merged], removed: list[_Merged]) -> Iterator[tuple[Path, Path]]:
    for name, found in (("criteria", entries), ("removed", removed)):
        for index, entry in enumerate(found):
            if entry.path is None:
                continue
            place: Path = (name, index)
            yield entry.path, place
            if entry.changed:
                yield from (((*entry.path, key), (*place, "was", 0, key)) for key in _MEANING)
                # The criterion as it was in one version goes one place down for each version after it.
                count = len(entry.criterion.was)
                yield from (((*entry.path, "was", i), (*place, "was", i + 1)) for i in range(count))
