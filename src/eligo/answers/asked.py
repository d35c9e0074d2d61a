"""All that some trials ask in, what an answer decides of it out; and what is wrong with answers that decide nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from eligo.answers.resolve import QUANTITY, Resolved, resolve, subject_of
from eligo.criteria import Compare, Duration, OneOf, Present, Related, text_sha
from eligo.errors import Place, Problem, did_you_mean
from eligo.evaluation.window import shift
from eligo.namedtuple import NamedTuple
from eligo.patients.model import Patient, Reply
from eligo.patients.notes import MOST_HELPED
from eligo.plan import Attested, Plan, Test
from eligo.vocabulary.ages import answer_age, result_age
from eligo.vocabulary.concepts import concepts

_REMOVE = "answer it again, or remove the answer"


class AskedByRules:
    """The tests and the criteria of some plans, as answers name them.

    `texts` are the criteria (`TRIAL/id`) with the hash of the text, `of_subject` the tests that hold a variable or a
    quantity against limits, `of_topic` those that ask for the same attestation, whatever the criterion.
    """

    def __init__(self, plans: Iterable[Plan]) -> None:
        self.trials: set[str] = set()
        self._searched = 0
        self.tests: set[Test] = set()
        self.texts: dict[str, str] = {}
        self.of_subject: dict[str, list[Test]] = {}
        self.of_topic: dict[str, list[Test]] = {}
        for plan in plans:
            self.trials.add(plan.trial)
            self.texts.update((f"{plan.trial}/{c.id}", text_sha(c.text)) for c in plan.criteria)
            for test in plan.tests:
                if test not in self.tests:
                    self._add(test)

    def _add(self, test: Test) -> None:
        self.tests.add(test)
        subject = subject_of(test)
        if subject is not None:
            self.of_subject.setdefault(subject, []).append(test)
        if isinstance(test, Attested):
            self.of_topic.setdefault(test.topic, []).append(test)

    def decided(self, found: Resolved) -> list[Test]:
        """The tests that an answer to a leaf is of; none where no rule asks it."""
        if found.subject is not None:
            return self.of_subject.get(found.subject, [])
        test = found.test
        if isinstance(test, Attested) and not test.criterion:
            return self.of_topic.get(test.topic, [])
        return [test] if test is not None and test in self.tests else []

    def problems(self, patient: Patient) -> Iterator[Problem]:
        """What is wrong with the answers of a patient that decide nothing, each at its place."""
        self._searched = 0
        for reply in patient.replies:
            yield from (
                Problem(p.code, p.message, _at(reply.place, p.place), p.help, p.severity)
                for p in self._problems(reply, patient.as_of)
            )

    def _problems(self, reply: Reply, as_of: date) -> Iterator[Problem]:
        if reply.criterion is not None:
            yield from self._of_criterion(reply.criterion, reply.text_sha)
        if reply.asks is not None:
            found = resolve(reply)
            if not isinstance(found, Resolved):
                yield from found
                return
            if reply.criterion is None and not self.decided(found):
                message = "no rule asks what this answers, so it is not used"
                yield Problem("answer-lapsed", message, help=_REMOVE, severity="warning")
        if reply.day > as_of:
            message = "the answer is of a day after `as_of`, so it does not count"
            yield Problem("answer-after-as-of", message, severity="warning")
        elif is_stale(reply, as_of):
            yield Problem(
                "answer-stale", "the answer is too old, so it does not count", help="ask again", severity="warning"
            )

    def _of_criterion(self, criterion: str, sha: str | None) -> Iterator[Problem]:
        if criterion not in self.texts:
            trial = criterion.partition("/")[0]
            what = "criterion" if trial in self.trials else "trial"
            message = f"no rules have the {what} that this names, so the answer is not used"
            yield Problem("answer-lapsed", message, help=self._near(criterion, trial) or _REMOVE, severity="warning")
        elif sha is not None and sha != self.texts[criterion]:
            message = f"the text of `{criterion}` is another one than the answer is to, so it is not used"
            help_ = "read the new text, and answer again"
            yield Problem("answer-lapsed", message, help=help_, severity="warning")

    def _near(self, criterion: str, trial: str) -> str | None:
        """The criteria of the trial, or the trials, whose names are near to one that no rules have; for a few of many.

        An answer of an older set of rules has many fellows, and nobody reads what each may have meant.
        """
        self._searched += 1
        if self._searched > MOST_HELPED:
            return None
        if trial not in self.trials:
            return did_you_mean(trial, self.trials)
        return did_you_mean(criterion, (key for key in self.texts if key.startswith(f"{trial}/")))


def _at(whole: Place, part: Place) -> Place:
    """A place inside what an answer asks."""
    inside = ".".join(filter(None, (whole.path, part.path)))
    return Place(whole.file, whole.line, whole.column, inside or None)


class AboutLeaf(NamedTuple):
    """What an answer is about, in a word of `grammar/ages.yaml`, and the variable where it is a value of one."""

    kind: str
    variable: str | None = None


def about(reply: Reply) -> AboutLeaf:
    """What an answer is about."""
    found = resolve(reply) if reply.asks is not None else None
    if not isinstance(found, Resolved):
        return AboutLeaf("criterion")
    if found.subject is not None:
        return AboutLeaf("measurement", None if found.subject.startswith(QUANTITY) else found.subject)
    match found.test:
        case Present(concept=concept):
            known = concepts().get(concept)
            return AboutLeaf(known.kind if known is not None else "condition")
        case Related():
            return AboutLeaf("link")
        case Attested():
            return AboutLeaf("attestation")
        case Compare() | OneOf():
            return AboutLeaf("measurement")
    return AboutLeaf("measurement")


def longest_age(reply: Reply) -> Duration | None:
    """How old the answer may be; None where every age will do."""
    of = about(reply)
    return result_age(of.variable) if of.variable is not None else answer_age(of.kind)


def is_stale(reply: Reply, as_of: date) -> bool:
    """Whether an answer is older than one of its kind may be; the value of a variable, than such a result may be."""
    longest = longest_age(reply)
    return longest is not None and reply.day < shift(as_of, longest, -1)
