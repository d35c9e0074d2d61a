"""Trials of an index by the plain evaluator, where arrays cannot say what persons answered, and whose word counts.

A plan that is made of an index has no words of the protocol: it gives verdicts and the ids of criteria, no evidence.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from eligo.answers.asked import AskedByRules
from eligo.answers.resolve import Resolved, resolve
from eligo.criteria import Unparsed
from eligo.evaluate import Engine
from eligo.evaluation.chart import Policy
from eligo.explain import TrialScreening, explain
from eligo.index.arrays import Flags, hash_of
from eligo.index.entry import ATTESTED, text_of
from eligo.index.opened import OpenedIndex
from eligo.index.weighing import Weigher
from eligo.patients.model import Patient, Reply
from eligo.plan import Attested, Plan, PlannedArm, PlannedCriterion, PlannedJoin, Test, Tree, Use

_NO_LEAF = Unparsed("")  # the words of a leaf are not in an index
_AT_ONCE = 1000  # plans in one engine


class _PlanMaker:
    """Makes the plan of one trial; `topics` are the attestations that somebody named, by the hash of their text."""

    def __init__(self, index: OpenedIndex, trial: int, topics: Mapping[int, str]) -> None:
        self.index, self.trial, self.topics = index, trial, topics
        self.tests: dict[Test, int] = {}

    def plan(self) -> Plan:
        index, trial = self.index, self.trial
        start = int(index.criterion_starts[trial])
        arms, name = index.arms[trial], index.names[trial]
        ids, drafts = index.criterion_ids_of(trial), int(index.drafts[trial])
        criteria = [self._criterion(start + n, f"{name}/{one}", arms[0::2], n < drafts) for n, one in enumerate(ids)]
        return Plan(
            name,
            index.titles[trial],
            index.sha256[trial].tobytes().hex(),
            tuple(map(PlannedArm, arms[0::2], arms[1::2])),
            tuple(criteria),
            tuple(self.tests),
            index.notes[trial],
            bool(index.states_none[trial]),
        )

    def _criterion(self, place: int, key: str, arms: Sequence[str], is_draft: bool) -> PlannedCriterion:
        index = self.index
        (excluding,), arm = index.denied(place, place + 1), int(index.criterion_arms[place])
        uses = list[Use]()
        tree = self._tree(int(index.criteria[place]) ^ excluding, key, uses)
        return PlannedCriterion(
            key.partition("/")[2],
            "exclusion" if excluding else "inclusion",
            "",
            arms[arm - 1] if arm else None,
            # By origins an evaluator tells whether the source states any criteria, of which an index keeps the answer.
            "registry" if index.unstated[self.trial] else "text",
            "draft" if is_draft else "reviewed",
            False,
            tuple(uses),
            tree,
            (),
            (),
        )

    def _tree(self, literal: int, key: str, uses: list[Use]) -> Tree:
        if literal & 1:
            return PlannedJoin("not", (self._tree(literal ^ 1, key, uses),))
        number = literal >> 1
        if number < self.index.tests:
            test = self._test(number, key)
            uses.append(Use(self.tests.setdefault(test, len(self.tests)), _NO_LEAF))
            return len(uses) - 1
        join = number - self.index.tests
        begin, end = self.index.join_starts[join : join + 2].tolist()
        parts = tuple([self._tree(part, key, uses) for part in self.index.join_parts[begin:end].tolist()])
        count = int(self.index.join_counts[join])
        return PlannedJoin("at_least", parts, count) if count else PlannedJoin("all", parts)

    def _test(self, number: int, key: str) -> Test:
        if number < self.index.attested:
            return self.index.test(number)
        topic = int(self.index.hashes[number])
        return Attested(self.topics.get(topic, f"#{topic:016x}"), key)


class ByHand:
    """What of an index is for the plain evaluator, for one patient; `trials` are their numbers."""

    def __init__(self, index: OpenedIndex, weigher: Weigher, patient: Patient) -> None:
        self.index, self.patient = index, patient
        self._topics = {hash_of(ATTESTED + topic): topic for topic in patient.attested}
        self._named = dict.fromkeys(self._of_names())
        marked = np.zeros(index.tests, np.bool_)
        for reply in patient.replies:
            self._mark(reply, marked)
        asking = weigher.asking(marked).tolist() if marked.any() else []
        self.trials: list[int] = sorted({*self._named, *asking})

    def _of_names(self) -> Iterator[int]:
        """The trials that the record, or an answer, names with one of their criteria."""
        keys = [topic for topic in self.patient.attested if "/" in topic]
        for key in [*keys, *(reply.criterion for reply in self.patient.replies if reply.criterion)]:
            number = self.index.number(key.partition("/")[0])
            if number is not None:
                yield number

    def _mark(self, reply: Reply, marked: Flags) -> None:
        """Mark the tests that an answer to a leaf may decide."""
        found = resolve(reply) if reply.asks is not None else None
        if not isinstance(found, Resolved):
            return
        if found.subject is not None:
            self.index.reading.mark(found.subject, marked)
            begin, end = self.index.held.get(found.subject, (0, 0))
            marked[begin + 1 : end + 1] = True
        elif isinstance(found.test, Attested):
            self._topics[hash_of(ATTESTED + found.test.topic)] = found.test.topic
            number = self.index.attestation(found.test.topic)
            marked[[] if number is None else [number]] = True
        elif found.test is not None:
            marked[self.index.hashes == np.uint64(hash_of(text_of(found.test)))] = True

    def asked(self, plans: Iterable[Plan]) -> AskedByRules:
        """What plans ask, and the words of the criteria that answers name."""
        asked = AskedByRules(plans)
        for number in self._named:
            start = int(self.index.criterion_starts[number])
            asked.texts.update(
                (f"{self.index.names[number]}/{one}", self.index.criterion_texts[start + place].tobytes().hex())
                for place, one in enumerate(self.index.criterion_ids_of(number))
            )
        return asked

    def all_asked(self) -> AskedByRules:
        """The same of all trials that any answer can be of, with the names of all others."""
        asked = self.asked(self._plan(number) for number in self.trials)
        asked.trials.update(self.index.names.all())
        return asked

    def screened(self, policy: Policy) -> Iterator[tuple[int, TrialScreening]]:
        """Each of the trials by the plain evaluator."""
        for at in range(0, len(self.trials), _AT_ONCE):
            numbers = self.trials[at : at + _AT_ONCE]
            plans = [self._plan(number) for number in numbers]
            screening = explain(Engine(plans, policy, self.asked(plans)), self.patient)
            yield from zip(numbers, screening.trials, strict=True)

    def _plan(self, number: int) -> Plan:
        return _PlanMaker(self.index, number, self._topics).plan()
