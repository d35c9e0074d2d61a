"""What persons answer meets what the record says: an answer decides what is open, and contradicts what is decided.

A contradiction, of the record or of another answer, leaves the question UNKNOWN. So no answer turns another into its
opposite.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from eligo.evaluation.chart import Basis, Outcome
from eligo.evaluation.truths import UNKNOWN
from eligo.namedtuple import NamedTuple
from eligo.patients.model import Reply
from eligo.truth import Reason, Truth

# Details of an outcome: that persons decided it, that their answers differ, that they are not what the record says.
ANSWERED, ANSWERS_DIFFER, CONTRADICTED = "answered", "answers_differ", "answer_contradicts"
AT_ODDS = frozenset({ANSWERS_DIFFER, CONTRADICTED})
DETAILS = AT_ODDS | {ANSWERED}

# The details of outcomes that rest on silence or on a link that no record has.
TAKEN_FOR_GRANTED = frozenset({"list_complete", "assumed_by_caller", "link_assumed"})


class Voice(NamedTuple):
    """What one answer says to one test, or to one criterion: the truth, by whom, and the value that it rests on."""

    truth: Truth
    reply: Reply
    basis: tuple[Basis, ...] = ()


class Given:
    """The answers that count for a patient: by the number of the test (`tests`; `bits` are these), and by criterion.

    `at_odds` are the tests of which an answer contradicts the record, or another answer.
    """

    __slots__ = ("at_odds", "bits", "criteria", "tests")

    def __init__(self, tests: Mapping[int, Sequence[Voice]], criteria: Mapping[str, Sequence[Voice]]) -> None:
        self.tests, self.criteria = tests, criteria
        self.bits = self.at_odds = 0
        for number in tests:
            self.bits |= 1 << number

    def with_at_odds(self, bits: int, at_odds: int) -> Given:
        """The same answers where of the tests in `bits` those in `at_odds` are at odds with the record."""
        found = self.at_odds & ~bits | at_odds
        if found == self.at_odds:
            return self
        other = Given(self.tests, self.criteria)
        other.at_odds = found
        return other

    def settle(self, number: int, outcome: Outcome) -> Outcome:
        """The outcome of a test with what persons say; what a person says is no more taken for granted."""
        voices = self.tests.get(number)
        if voices is None:
            return outcome
        truth, _, detail, basis = outcome
        said = {voice.truth for voice in voices}
        if len(said) > 1:
            return UNKNOWN, Reason.NOT_STATED, ANSWERS_DIFFER, basis
        if truth is UNKNOWN or (truth in said and detail in TAKEN_FOR_GRANTED):
            return voices[0].truth, None, ANSWERED, voices[0].basis
        return outcome if truth in said else (UNKNOWN, Reason.NOT_STATED, CONTRADICTED, basis)

    def judged(self, criterion: str, truth: Truth, bits: int) -> Truth:
        """The truth of a criterion (`TRIAL/id`) with what persons say of it as a whole; `bits` are its tests.

        Where an answer to a part of it is at odds with the record or with another answer, the whole is not decided.
        """
        voices = self.criteria.get(criterion)
        if voices is None:
            return truth
        said = {voice.truth for voice in voices}
        if len(said) > 1:
            return UNKNOWN
        if truth is UNKNOWN and not bits & self.at_odds:
            return voices[0].truth
        return truth if truth in said else UNKNOWN
