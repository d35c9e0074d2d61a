"""What a person states in, a test of it out: by the criterion where that is stated, else by its topic."""

from __future__ import annotations

from eligo.evaluation.chart import Chart, Outcome
from eligo.evaluation.truths import MET, NOT_MET, UNKNOWN
from eligo.plan import Attested
from eligo.truth import Reason

_UNSTATED: Outcome = (UNKNOWN, Reason.NEEDS_ATTESTATION, None, ())


class AttestedAnswer:
    """The test of one `Attested`; nobody's word is ever guessed."""

    __slots__ = ("test",)

    def __init__(self, test: Attested) -> None:
        self.test = test

    def __call__(self, chart: Chart) -> Outcome:
        """Answer for one patient."""
        stated = chart.attested.get(self.test.criterion, chart.attested.get(self.test.topic))
        return _UNSTATED if stated is None else (MET if stated else NOT_MET, None, None, ())
