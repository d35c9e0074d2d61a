"""A situation and a trial that is blocked in, the smallest sets of changes out after which nothing blocks any more.

A change gives one thing that the record knows another value: a variable, a concept, an attestation. Together changes
may leave no criterion open for want of what was answered. What is open already needs an answer, not a change.
Criteria that share no subject do not bear on each other, so each such part of a trial is searched by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product

from eligo.criteria import Compare, OneOf, Related
from eligo.dataclass import dataclass, field
from eligo.evaluate import BLOCKS, Ready, Trial
from eligo.evaluation.answers import Answers
from eligo.namedtuple import NamedTuple
from eligo.outlook.edits import Edit
from eligo.outlook.phrases import Told
from eligo.outlook.situation import Situation, known_as, settled, standing
from eligo.outlook.subjects import Fixed, Subject, Subjects
from eligo.outlook.values import Option, ValueRegion
from eligo.patients.model import Patient
from eligo.plan import Test
from eligo.truth import Truth
from eligo.vocabulary.scores import SCORES

MOST_CHANGES = 5  # in one part
MOST_STEPS = 3000  # records looked at for one part; what takes more is said to be incomplete
MOST_SETS = 24

Ways = list[dict[Subject, int]]
Found = dict[frozenset[Subject], Ways]


@dataclass(frozen=True, slots=True)
class Remedy:
    """One subject, the answers that would do, and why nobody can change it, if so."""

    subject: Subject
    to: tuple[Told | ValueRegion, ...]
    fixed: Fixed | None = None
    option: Option | None = field(default=None, compare=False)  # one of those that do


@dataclass(frozen=True, slots=True)
class Remedies:
    """The smallest sets, first those without anything fixed; not `complete` where there may be others.

    The smallest of all, and where these hold something fixed, the smallest without. `then_open` are the criteria that
    are open after the first of them.
    """

    sets: tuple[tuple[Remedy, ...], ...]
    complete: bool = True
    then_open: tuple[str, ...] = ()


def remedies(situation: Situation, trial: Trial) -> Remedies:
    """The smallest sets of changes of a trial; with arms, of the arms that need the fewest."""
    found, complete = list[tuple[Remedy, ...]](), True
    arms: list[str | None] = [arm.id for arm in trial.plan.arms]
    subjects = Subjects(situation, trial.criteria)
    for arm in arms or [None]:
        own = _Arm([r for r in trial.criteria if r.criterion.cohort in (None, arm)], subjects)
        found += own.sets()
        complete &= own.complete
    unique = list(dict.fromkeys(sorted(_chosen(found), key=lambda changes: (_is_fixed(changes), len(changes)))))
    first = {c.subject: c.option for c in unique[0] if c.option} if unique else {}
    after = settled(situation.after(together(first, situation.patient))) if first else situation.answers
    return Remedies(tuple(unique[:MOST_SETS]), complete and len(unique) <= MOST_SETS, standing(trial, after).opens)


def _chosen(found: list[tuple[Remedy, ...]]) -> list[tuple[Remedy, ...]]:
    """The smallest sets; where each of them holds something fixed, the smallest without too."""
    smallest = _smallest(found)
    if not all(map(_is_fixed, smallest)):
        return smallest
    return smallest + _smallest([changes for changes in found if not _is_fixed(changes)])


def _smallest(found: list[tuple[Remedy, ...]]) -> list[tuple[Remedy, ...]]:
    least = min(map(len, found), default=0)
    return [changes for changes in found if len(changes) == least]


def _is_fixed(changes: tuple[Remedy, ...]) -> bool:
    return any(change.fixed for change in changes)


class _Arm:
    """The criteria that one arm has to meet, in parts that share no subject."""

    def __init__(self, criteria: Sequence[Ready], subjects: Subjects) -> None:
        self.subjects, situation = subjects, subjects.situation
        blocking = [ready for ready in criteria if _blocks(ready, situation.answers)]
        self.hopeless = any(not self.subjects.of(ready) for ready in blocking)
        parts = _parts(criteria, self.subjects)
        self.parts = [RemedyPart(situation, part, self.subjects) for part in parts if any(r in blocking for r in part)]

    @property
    def complete(self) -> bool:
        """Whether no part's search was cut short."""
        return all(part.complete for part in self.parts)

    def sets(self) -> Iterator[tuple[Remedy, ...]]:
        """The smallest sets, and the smallest without anything fixed."""
        if self.hopeless:
            return
        fixed = frozenset(subject for subject in self.subjects.touches if self.subjects.fixed(subject))
        for without in (frozenset[Subject](), fixed):
            found = [list(self._changes(part.smallest(without))) for part in self.parts]
            for choice in islice(product(*found), MOST_SETS + 1):
                yield tuple(sorted((c for part in choice for c in part), key=lambda c: (bool(c.fixed), c.subject)))

    def _changes(self, found: Found) -> Iterator[tuple[Remedy, ...]]:
        """The changes of each set, with all that a subject can be while the others are as in the first way."""
        for chosen, ways in found.items():
            first, changes = ways[0], []
            for subject in sorted(chosen):
                fitting = [way[subject] for way in ways if {**way, subject: 0} == {**first, subject: 0}]
                answers = [option.answer for n in fitting for option in self.subjects.options(subject)[n]]
                fixed = self.subjects.fixed(subject)
                option = self.subjects.options(subject)[first[subject]][0]
                changes.append(Remedy(subject, joined(answers), fixed, option))
            yield tuple(changes)


def _parts(criteria: Sequence[Ready], subjects: Subjects) -> list[list[Ready]]:
    """The criteria in groups that share no subject."""
    parts: list[tuple[set[Subject], list[Ready]]] = []
    for ready in criteria:
        own, together = set(subjects.of(ready)), [ready]
        for part in [part for part in parts if part[0] & own]:
            parts.remove(part)
            own |= part[0]
            together += part[1]
        parts.append((own, together))
    return [together for _, together in parts]


class State(NamedTuple):
    """What holds after some changes: the criteria that are not as they must be, and the tests MET and UNKNOWN.

    A criterion is not as it must be where it blocks, or is open for want of something that was answered before.
    """

    failing: list[Ready]
    met: int
    unknown: int


def _rests_on_several(test: Test) -> bool:
    """Whether a test is of a score, so that it may take several values to turn it."""
    return isinstance(test, (Compare, OneOf)) and test.variable in SCORES


def _rests_on_two(test: Test) -> bool:
    """Whether a test is of two things that are not apart: of one, options are worked out with the other as it is."""
    return isinstance(test, Related) or (isinstance(test, Compare) and test.at is not None)


@dataclass(slots=True)
class RemedyPart:
    """A walk over changes: each step changes one subject of a criterion that is not as it must be.

    INVARIANT: a set of changes that does holds, for each criterion that still blocks or has lost an answer, a subject
    that bears on it. So a walk that tries all of these for one such criterion misses no set.
    """

    situation: Situation
    criteria: Sequence[Ready]
    subjects: Subjects
    complete: bool = True
    _steps: int = 0
    _bits: int = 0
    _of: dict[str, list[Subject]] = field(default_factory=dict)
    _joint: int = 0
    _paired: int = 0
    _known: dict[frozenset[tuple[Subject, int]], State] = field(default_factory=dict)
    _useful: dict[tuple[str, Subject], list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Find what bears on each criterion."""
        for ready in self.criteria:
            self._bits |= ready.bits
            self._joint |= sum({1 << number for number, _, test in ready.uses if _rests_on_several(test)})
            self._paired |= sum({1 << number for number, _, test in ready.uses if _rests_on_two(test)})
            self._of[ready.criterion.id] = self.subjects.of(ready)
            for subject in self._of[ready.criterion.id]:
                self._useful[ready.criterion.id, subject] = self.subjects.useful(subject, ready)

    def smallest(self, without: frozenset[Subject]) -> Found:
        """The smallest sets without the given subjects, each with the options that do."""
        own = {subject for subjects in self._of.values() for subject in subjects} - without
        for size in range(1, MOST_CHANGES + 1):
            found: Found = {}
            self.complete &= size == 1 or not self._paired
            self._walk({}, size, without, found, set())
            if found or self._steps > MOST_STEPS:
                return found
        self.complete &= len(own) <= MOST_CHANGES
        return {}

    def _walk(
        self,
        chosen: dict[Subject, int],
        size: int,
        without: frozenset[Subject],
        found: Found,
        seen: set[frozenset[tuple[Subject, int]]],
    ) -> None:
        key = frozenset(chosen.items())
        if key in seen:
            return
        seen.add(key)
        state = self._state(chosen)
        if state is None:
            return
        failing = state.failing
        if not failing:
            found.setdefault(frozenset(chosen), []).append(dict(chosen))
            return
        open_to = [[s for s in self._of[r.criterion.id] if s not in chosen and s not in without] for r in failing]
        if _least(open_to) > size - len(chosen):
            return
        ready, subjects = min(zip(failing, open_to, strict=True), key=lambda pair: len(pair[1]))
        for subject in subjects:
            for number in self._useful[ready.criterion.id, subject]:
                more = {**chosen, subject: number}
                if self._matters(state, self._state(more), ready, subject, number):
                    self._walk(more, size, without, found, seen)

    def _matters(self, before: State, after: State | None, ready: Ready, subject: Subject, number: int) -> bool:
        """Whether one more change turns a test of the criterion; of a score it may do so only with others.

        Then the least and the greatest value stand for all, which may miss a set: the search is not complete.
        """
        bits = self.subjects.touches[subject] & ready.bits
        if after is None or (before.met ^ after.met | before.unknown ^ after.unknown) & bits:
            return True
        if bits & self._paired:
            return True
        if not bits & self._joint:
            return False
        ends = number in (0, len(self.subjects.options(subject)) - 1)
        self.complete &= ends
        return ends

    def _state(self, chosen: Mapping[Subject, int]) -> State | None:
        """What holds after the changes; None where the search has taken too many steps to look."""
        key = frozenset(chosen.items())
        if key not in self._known:
            self._steps += 1
            if self._steps > MOST_STEPS:
                self.complete = False
                return None
            self._known[key] = self._looked_at(chosen)
        return self._known[key]

    def _looked_at(self, chosen: Mapping[Subject, int]) -> State:
        before = self.situation.answers
        after = before
        if chosen:
            options = {subject: self.subjects.options(subject)[number][0] for subject, number in chosen.items()}
            after = settled(self.situation.after(together(options, self.situation.patient)), self._bits)
        lost = after.unknown & ~before.unknown
        failing = [
            r for r in self.criteria if _blocks(r, after) or (r.bits & lost and _has_lost(r, before, after, lost))
        ]
        return State(failing, after.met, after.unknown)


def together(options: Mapping[Subject, Option], patient: Patient) -> Edit:
    """Several changes of a record at once; their order is that of the subjects."""
    touched = frozenset[str]()
    for subject in sorted(options):
        edit = options[subject].edit(patient)
        patient, touched = edit.patient, touched | edit.touched
    return Edit(patient, touched)


def _blocks(ready: Ready, answers: Answers) -> bool:
    return ready.bearings[ready.truth(answers)] is BLOCKS


def _has_lost(ready: Ready, before: Answers, after: Answers, lost: int) -> bool:
    """Whether a criterion is open, and would not be if what was answered before still were."""
    if ready.truth(after) is not Truth.UNKNOWN:
        return False
    restored = known_as(after, after.met & ~lost | before.met & lost, after.unknown & ~lost)
    return ready.truth(restored) is not Truth.UNKNOWN


def _least(open_to: list[list[Subject]]) -> int:
    """How many changes it takes at least: criteria that share no subject need one each."""
    taken, count = set[Subject](), 0
    for subjects in sorted(open_to, key=len):
        if not subjects:
            return MOST_CHANGES + 1
        if taken.isdisjoint(subjects):
            taken.update(subjects)
            count += 1
    return count


def joined(answers: list[Told | ValueRegion]) -> tuple[Told | ValueRegion, ...]:
    """The answers, with regions that touch made one."""
    words = [answer for answer in answers if isinstance(answer, Told)]
    regions = list[ValueRegion]()
    of_values = [answer for answer in answers if isinstance(answer, ValueRegion)]
    for region in sorted(of_values, key=lambda r: (r.low, not r.low_closed)):
        if regions and regions[-1].high == region.low and (regions[-1].high_closed or region.low_closed):
            regions[-1] = regions[-1].joined(region)
        else:
            regions.append(region)
    return (*words, *regions)
