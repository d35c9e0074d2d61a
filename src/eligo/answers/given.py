"""The answers of a patient and the tests of an engine in, those that count out, with what each says to each test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eligo.answers.asked import AskedByRules, is_stale
from eligo.answers.resolve import QUANTITY, Resolved, in_unit, resolve
from eligo.criteria import Compare, Limit, OneOf
from eligo.dataclass import replace
from eligo.evaluation.answers import Answer
from eligo.evaluation.chart import Chart, Outcome, Policy
from eligo.evaluation.comparing import Choice
from eligo.evaluation.replies import Given, Voice
from eligo.evaluation.stated_twice import comparison
from eligo.patients.model import Patient, Reply, Result
from eligo.plan import Test, Untestable
from eligo.truth import Truth


def given(
    patient: Patient, policy: Policy, asked: AskedByRules, numbers: Mapping[Test, int], tests: Sequence[Answer]
) -> Given | None:
    """What counts of a patient's answers; None where nothing does."""
    of_test: dict[int, list[Voice]] = {}
    of_criterion: dict[str, list[Voice]] = {}
    for reply in patient.replies:
        if reply.day > patient.as_of or not _is_current(reply, asked):
            continue
        if reply.asks is None:
            if not is_stale(reply, patient.as_of):
                truth = Truth.MET if reply.answer else Truth.NOT_MET
                of_criterion.setdefault(reply.criterion or "", []).append(Voice(truth, reply))
            continue
        found = resolve(reply)
        if not isinstance(found, Resolved) or (found.test is not None and is_stale(reply, patient.as_of)):
            continue
        for test in asked.decided(found):
            voice = _voice(found, reply, test, tests[numbers[test]], patient, policy)
            if voice is not None:
                of_test.setdefault(numbers[test], []).append(voice)
    return Given(of_test, of_criterion) if of_test or of_criterion else None


def _is_current(reply: Reply, asked: AskedByRules) -> bool:
    """Whether the criterion that an answer names is still there, with the same text."""
    if reply.criterion is None:
        return True
    return reply.criterion in asked.texts and reply.text_sha in (None, asked.texts[reply.criterion])


def _voice(found: Resolved, reply: Reply, test: Test, answer: Answer, patient: Patient, policy: Policy) -> Voice | None:
    """What an answer says to a test; None for a value that does not decide it."""
    if found.truth is not None:
        return Voice(found.truth, reply)
    if found.result is None or found.subject is None:
        return None
    if found.subject.startswith(QUANTITY):
        if is_stale(reply, patient.as_of) or not isinstance(test, Untestable) or test.asks is None:
            return None
        outcome = _held(found.result, test.asks, patient, policy)
    else:
        outcome = answer(_with_value(patient, found.subject, found.result, policy))
        if found.result not in outcome[3]:  # something else in the record decides
            return None
    return None if outcome[0] is Truth.UNKNOWN else Voice(outcome[0], reply, outcome[3])


def _with_value(patient: Patient, subject: str, result: Result, policy: Policy) -> Chart:
    """The chart of a record whose only value of a variable is the one that a person gives."""
    return Chart(replace(patient, results={**patient.results, subject: (result,)}), policy)


def _held(result: Result, asks: Compare | OneOf, patient: Patient, policy: Policy) -> Outcome:
    """Hold a value against the limits on a quantity that the vocabulary does not have."""
    if isinstance(asks, OneOf):
        return Choice(replace(asks, variable=""), (), ())(_with_value(patient, "", result, policy))
    value = in_unit(result, asks.limits[0].unit)
    limits = tuple(Limit(limit.op, limit.value, None, limit.of, limit.above) for limit in asks.limits)
    test = Compare("", limits, window=asks.window, pick=asks.pick)
    if any(limit.of or limit.above for limit in limits):  # nobody knows the limits of normal of it
        return Truth.UNKNOWN, None, None, ()
    outcome: Outcome = comparison(test, (), {})(_with_value(patient, "", value, policy))
    return outcome
